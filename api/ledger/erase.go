package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger/evidence"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// Erasure asks for one sealed value, or one uploaded file, to be destroyed.
type Erasure struct {
	Event   uuid.UUID // the record that holds its commitment, or its hash
	Pointer string    // where, such as /data/note or /data/evidence/0
	Ground  string    // request, objection, retention, court or other
	By      string    // the person who erases; sealed
	Reason  string    // sealed
}

// data is the event that an erasure becomes.
func (e Erasure) data() domain.PersonalDataErased {
	return domain.PersonalDataErased{
		Event: e.Event, Pointer: e.Pointer, Ground: e.Ground, Reason: domain.Text(e.Reason), Provenance: domain.Provenance{By: domain.Text(e.By)},
	}
}

// Check says what is wrong with the form of an erasure, as domain.Invalid, or nil.
func (e Erasure) Check() error {
	data := e.data()
	return domain.Validate(&data)
}

// Erase records that a value or a file is destroyed, destroys it, and answers once no file of the vault, or of the store of
// uploaded files, holds it. A file is destroyed wherever else it is named too, and is not taken again. The record comes
// first: a process that ends between the two has promised the erasure, and the next start keeps the promise. What was
// erased before is destroyed again, where the last time did not come to its end, and answered with the record of the
// first time.
//
// An event that is not there is ErrUnknown; the rules are those of domain.ErasePersonalData. An error together with a
// receipt says that the erasure is recorded and the value could not be destroyed yet.
func (l *Ledger) Erase(ctx context.Context, e Erasure) (Receipt, error) {
	target, err := l.store.Lookup(ctx, e.Event)
	if errors.Is(err, eventstore.ErrNotFound) {
		return Receipt{}, fmt.Errorf("event %s: %w", e.Event, ErrUnknown)
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("reading event %s: %w", e.Event, err)
	}
	// No appeal is lodged between what is looked at here and the record: on this node none is, and on a cluster the basis tells
	// what was looked at.
	l.appeals.Lock()
	defer l.appeals.Unlock()
	judged, err := l.judgedBy(ctx, target, e.Pointer)
	if err != nil {
		return Receipt{}, err
	}
	// From here on it is carried out whether or not the caller still waits: a promise must not be left for the next start.
	kept := context.WithoutCancel(ctx)
	receipt, err := l.write(kept, Request{Actor: OperatorActor, Command: domain.ErasePersonalData{
		In: domain.StreamName(target.Stream), Judged: judged, PersonalDataErased: e.data(),
	}})
	var broken *domain.Broken
	if errors.As(err, &broken) && broken.Rule == domain.RuleErasedOnce {
		receipt, err = l.erasedBefore(kept, e)
	}
	if err != nil {
		return Receipt{}, err
	}
	var doomed graves
	if err = doomed.add(target, e.Pointer); err == nil {
		err = l.destroy(kept, doomed)
	}
	if err != nil {
		return receipt, fmt.Errorf("the erasure is recorded as %s, and the value is not destroyed yet; ask again, or start again: %w", receipt.Events[0], err)
	}
	if err := l.IndexWords(kept); err != nil {
		return receipt, fmt.Errorf("the value is destroyed, and words of it may stand in the index until the next start: %w", err)
	}
	return l.applied(ctx, receipt), nil
}

// judgedBy gives the candidacies that were decided, and so can be under appeal, and froze an action, or one that shows the file
// that is to be erased: a file is destroyed wherever it is named.
func (l *Ledger) judgedBy(ctx context.Context, target eventstore.Event, pointer string) (streams []domain.StreamName, _ error) {
	r, err := projections.Decode(target)
	if errors.Is(err, domain.ErrUnknownType) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading event %s: %w", target.ID, err)
	}
	var concerned []domain.ActionID
	switch e := r.Event.(type) {
	case *domain.ActionDeclared:
		concerned = append(concerned, e.Action)
	case *domain.ActionAmended:
		concerned = append(concerned, e.Action)
	case *domain.ActionConfirmed:
		concerned = append(concerned, e.Action)
	case *domain.ActionEnded:
		concerned = append(concerned, e.Action)
	default:
		return nil, nil
	}
	if err := l.asStored(ctx); err != nil {
		return nil, err
	}
	l.runner.View(func(eventstore.Position) {
		if file, ok := domain.FileAt(r.Event, pointer); ok {
			concerned = append(concerned, l.actions.Naming(file)...)
		}
		for _, run := range l.campaigns.Editions() {
			for _, c := range run.InOrder() {
				frozen := func(a domain.ActionRevision) bool { return slices.Contains(concerned, a.Action) }
				if c.State.Disclosed != nil && c.State.Submitted != nil && slices.ContainsFunc(c.State.Submitted.Actions, frozen) {
					streams = append(streams, domain.CandidacyStream(c.Edition, c.Collectivity))
				}
			}
		}
	})
	return streams, nil
}

// erasedBefore answers with the record of an erasure that was asked for before.
func (l *Ledger) erasedBefore(ctx context.Context, e Erasure) (Receipt, error) {
	history, err := l.history(ctx, domain.LedgerStream)
	if err != nil {
		return Receipt{}, err
	}
	r, ok := domain.Erasure(history, e.Event, e.Pointer)
	if !ok {
		return Receipt{}, fmt.Errorf("the erasure of %s of event %s is nowhere in the ledger", e.Pointer, e.Event)
	}
	return Receipt{
		Events: []uuid.UUID{r.ID}, Stream: r.Stream, First: eventstore.Revision(r.Revision), Last: eventstore.Revision(r.Revision),
		Position: eventstore.Position(r.Position), Recorded: r.Time, Duplicate: true,
	}, nil
}

// graves are what is left of what is to be destroyed.
type graves struct {
	values []vault.Secret
	files  []evidence.Hash
}

func (g graves) len() int { return len(g.values) + len(g.files) }

// add takes in a place of an event, which holds a commitment or the hash of a file.
func (g *graves) add(e eventstore.Event, pointer string) error {
	env, err := envelope.Parse(e.Bytes)
	if err != nil {
		return fmt.Errorf("reading event %s: %w", e.ID, err)
	}
	at, err := memberAt(env.Data, pointer)
	switch {
	case err != nil:
	case at.SHA256 != "":
		var h evidence.Hash
		if h, err = evidence.ParseHash(at.SHA256); err == nil {
			g.files = append(g.files, h)
		}
	default:
		var tombstone vault.Secret
		if tombstone, err = tombstoneOf(env, pointer, at.Sealed); err == nil {
			g.values = append(g.values, tombstone)
		}
	}
	if err != nil {
		return fmt.Errorf("event %s at %s: %w", e.ID, pointer, err)
	}
	return nil
}

// destroy destroys values and files. Where no files are kept none can be left: a store that is brought back from a backup is
// opened by whoever redoes the erasures.
func (l *Ledger) destroy(ctx context.Context, g graves) error {
	if len(g.values) > 0 {
		if err := l.vault.Erase(ctx, g.values...); err != nil {
			return err
		}
	}
	if len(g.files) == 0 || l.files == nil {
		return nil
	}
	return l.files.Erase(ctx, g.files...)
}

// RedoErasures destroys every value and file whose erasure is recorded, and gives the number of erasures. It is for whoever opens
// a ledger for writing, before anything else: the process that recorded the last erasure may have ended before the value
// was destroyed. Values that come back later, from a backup, are not kept by a vault that has their tombstones.
//
// O(e log n) for e erasures among n events.
func (l *Ledger) RedoErasures(ctx context.Context) (int, error) {
	if l.vault == nil {
		return 0, ErrReadOnly
	}
	erased, err := l.erasures(ctx)
	if err != nil {
		return 0, err
	}
	if err := l.destroy(ctx, erased); err != nil {
		return 0, fmt.Errorf("redoing the erasures: %w", err)
	}
	return erased.len(), nil
}

// erasures gives what is left of everything whose erasure is recorded, whether or not it is carried out.
func (l *Ledger) erasures(ctx context.Context) (erased graves, _ error) {
	for e, err := range l.store.ReadStream(ctx, string(domain.LedgerStream), 0) {
		if err != nil {
			return erased, fmt.Errorf("reading the erasures: %w", err)
		}
		r, err := projections.Decode(e)
		if errors.Is(err, domain.ErrUnknownType) {
			continue
		}
		if err != nil {
			return erased, fmt.Errorf("reading the erasures: %w", err)
		}
		x, ok := r.Event.(*domain.PersonalDataErased)
		if !ok {
			continue
		}
		target, err := l.store.Lookup(ctx, x.Event)
		if err != nil {
			return erased, fmt.Errorf("redoing the erasure of event %s: %w", x.Event, err)
		}
		if err := erased.add(target, x.Pointer); err != nil {
			return erased, fmt.Errorf("redoing an erasure: %w", err)
		}
	}
	return erased, nil
}

// tombstoneOf is what is left in the vault of a sealed field once it is erased. The commitment is found by the bytes of
// the event alone, so that an event of a type that this program does not know can be kept erased too.
func tombstoneOf(env envelope.Envelope, pointer, commitment string) (s vault.Secret, err error) {
	s = vault.Secret{Event: env.ID, Pointer: pointer, Visibility: vault.Restricted}
	if data, err := domain.Decode(env.Type, env.Data); err == nil {
		for f := range domain.SealedFields(data) {
			if f.Pointer == pointer {
				s.Visibility = vault.Visibility(f.Visibility)
			}
		}
	}
	s.Commitment, err = vault.ParseCommitment(commitment)
	return s, err
}

// member is what can be erased of an event: one of the two is there.
type member struct {
	Sealed string `json:"sealed"`
	SHA256 string `json:"sha256"`
}

// memberAt follows a pointer into the data of an event.
func memberAt(data json.RawMessage, pointer string) (m member, _ error) {
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "/data/"), "/") {
		n, err := strconv.Atoi(name)
		if err == nil && strconv.Itoa(n) == name && n >= 0 && bytes.HasPrefix(data, []byte("[")) {
			var all []json.RawMessage
			if err := json.Unmarshal(data, &all); err != nil {
				return m, err
			}
			if n >= len(all) {
				return m, errors.New("there is nothing")
			}
			data = all[n]
			continue
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(data, &members); err != nil {
			return m, err
		}
		data = members[name]
	}
	if len(data) == 0 {
		return m, errors.New("there is nothing")
	}
	return m, json.Unmarshal(data, &m)
}
