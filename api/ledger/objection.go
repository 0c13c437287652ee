package ledger

import (
	"cmp"
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger/workspace"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/reconciliation"
)

// Objection is a dispute of somebody without a token. It waits in the private room until they confirm their address, and
// leaves the room when it is recorded or when it is over. The address is never public: a dispute that is recorded holds it
// sealed, for certain roles only.
type Objection struct {
	Event   uuid.UUID `json:"event"` // the fact
	Claim   string    `json:"claim"`
	Address string    `json:"address"`
	Ends    time.Time `json:"ends"`
}

var (
	// ErrLink says that what confirms an objection is none, was used, or is over. It does not say which.
	ErrLink = errors.New("the link is not valid any more")
	// ErrEnough says that as many objections wait for one address as may. Whoever asks is not told: it would tell about
	// the address.
	ErrEnough = errors.New("enough objections wait for this address")
	// ErrFull says that no more objections can wait.
	ErrFull = errors.New("too many objections wait to be confirmed")
)

const (
	objections = "objection/"
	// ObjectionLife is how long an objection waits.
	ObjectionLife = 48 * time.Hour
	// mostObjections bounds those that wait, so that nobody fills the room; mostOfAddress those of one address, so that
	// nobody is sent more letters than a few by somebody else.
	mostObjections = 2000
	mostOfAddress  = 3
)

// Disputable holds that a record is a fact that stands. ErrUnknown or *domain.Broken where it is not.
func (l *Ledger) Disputable(ctx context.Context, fact uuid.UUID) error {
	found, err := l.store.Lookup(ctx, fact)
	if errors.Is(err, eventstore.ErrNotFound) {
		return fmt.Errorf("record %s: %w", fact, ErrUnknown)
	}
	if err != nil {
		return fmt.Errorf("looking for event %s: %w", fact, err)
	}
	history, err := l.history(ctx, domain.StreamName(found.Stream))
	if err != nil {
		return err
	}
	return domain.StandingFact(history, fact)
}

// disputing is the command that an objection becomes, held by every rule.
func (l *Ledger) disputing(ctx context.Context, fact uuid.UUID, claim, person string) (domain.Command, error) {
	found, err := l.store.Lookup(ctx, fact)
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil, fmt.Errorf("record %s: %w", fact, ErrUnknown)
	}
	if err != nil {
		return nil, fmt.Errorf("looking for event %s: %w", fact, err)
	}
	body, err := json.Marshal(map[string]string{"event": fact.String(), "claim": claim})
	if err != nil {
		return nil, fmt.Errorf("writing a dispute: %w", err)
	}
	e, err := domain.DecodeInput(Operation{Event: "fact-disputed"}.Type(), body)
	if err != nil {
		return nil, err
	}
	domain.SetBy(e, person)
	if err := domain.Validate(e); err != nil {
		return nil, err
	}
	command, err := domain.CommandOf(domain.Recorded{Event: e, Stream: domain.StreamName(found.Stream)})
	if err != nil {
		return nil, err
	}
	return command, l.tryOut(ctx, command)
}

// Object has an objection wait, and gives what its author confirms it with. Address is where they are written to, and
// what they are called in the ledger, sealed. Beyond the errors of a dispute: ErrEnough, ErrFull, ErrNoWorkspace.
func (l *Ledger) Object(ctx context.Context, fact uuid.UUID, claim, address string) (link string, err error) {
	if l.room == nil {
		return "", ErrNoWorkspace
	}
	if l.vault == nil {
		return "", ErrReadOnly
	}
	if _, err := l.disputing(ctx, fact, claim, address); err != nil {
		return "", err
	}
	now := l.clock().UTC()
	if err := l.makeRoom(ctx, now, address); err != nil {
		return "", err
	}
	var id [16]byte
	if _, err := io.ReadFull(l.random, id[:]); err != nil {
		return "", fmt.Errorf("keeping an objection: %w", err)
	}
	body, err := json.Marshal(Objection{fact, claim, address, now.Add(ObjectionLife)})
	if err != nil {
		return "", fmt.Errorf("keeping an objection: %w", err)
	}
	if _, err := l.room.Put(ctx, workspace.Document{Key: objectionKey(id), Body: body, By: "public", At: now}, 0); err != nil {
		return "", fmt.Errorf("keeping an objection: %w", err)
	}
	mac := l.mac("arobase/objection/v1", id[:])
	return base64.RawURLEncoding.EncodeToString(append(id[:], mac[:16]...)), nil
}

func objectionKey(id [16]byte) string { return objections + hex.EncodeToString(id[:]) }

// makeRoom forgets what is over, and counts what waits.
func (l *Ledger) makeRoom(ctx context.Context, now time.Time, address string) error {
	all, err := l.room.List(ctx, objections)
	if err != nil {
		return fmt.Errorf("reading what waits: %w", err)
	}
	waiting, same := 0, 0
	for _, d := range all {
		var o Objection
		if err := json.Unmarshal(d.Body, &o); err != nil || !now.Before(o.Ends) {
			if err := l.room.Forget(ctx, d.Key); err != nil {
				return fmt.Errorf("forgetting what is over: %w", err)
			}
			continue
		}
		waiting++
		if o.Address == address {
			same++
		}
	}
	switch {
	case same >= mostOfAddress:
		return ErrEnough
	case waiting >= mostObjections:
		return ErrFull
	}
	return nil
}

// Objecting gives the objection that a link confirms, or ErrLink. It changes nothing: programs that read mail follow links.
func (l *Ledger) Objecting(ctx context.Context, link string) (Objection, error) {
	o, _, err := l.objecting(ctx, link)
	return o, err
}

func (l *Ledger) objecting(ctx context.Context, link string) (o Objection, id [16]byte, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(link)
	if err != nil || len(raw) != 32 || l.room == nil || l.clock == nil {
		return o, id, ErrLink
	}
	id = [16]byte(raw)
	if mac := l.mac("arobase/objection/v1", id[:]); !hmac.Equal(mac[:16], raw[16:]) {
		return o, id, ErrLink
	}
	d, err := l.room.Get(ctx, objectionKey(id))
	if errors.Is(err, workspace.ErrAbsent) {
		return o, id, ErrLink
	}
	if err != nil {
		return o, id, fmt.Errorf("reading an objection: %w", err)
	}
	if err := json.Unmarshal(d.Body, &o); err != nil {
		return o, id, fmt.Errorf("reading an objection: %w", err)
	}
	if !l.clock().Before(o.Ends) {
		return o, id, ErrLink
	}
	return o, id, nil
}

// ConfirmObjection records the objection that a link confirms, and forgets it. A link confirms once. ErrLink where there
// is none; the errors of a dispute where it cannot stand any more.
func (l *Ledger) ConfirmObjection(ctx context.Context, link string) (Receipt, error) {
	o, id, err := l.objecting(ctx, link)
	if err != nil {
		return Receipt{}, err
	}
	command, err := l.disputing(ctx, o.Event, o.Claim, o.Address)
	if err != nil {
		return Receipt{}, err
	}
	// The key makes two clicks at once one record.
	done, err := l.Execute(ctx, Request{
		Actor: auth.Principal{Role: auth.Public}.Actor(), Command: command, Key: objectionKey(id), Operation: "disputes", Payload: []byte(o.Claim),
	})
	if err != nil {
		return Receipt{}, err
	}
	if err := l.room.Forget(ctx, objectionKey(id)); err != nil {
		return Receipt{}, fmt.Errorf("forgetting what was confirmed: %w", err)
	}
	return done, nil
}

// Disputes gives every objection to a fact, those without an answer first, and of these the oldest first.
func (l *Ledger) Disputes(ctx context.Context, size uint64) []DisputeView {
	var found []domain.Dispute
	l.world(ctx, size, func(w reconciliation.World) {
		found = append(w.Labels.AllDisputes(size), w.Figures.AllDisputes(size)...)
	})
	slices.SortFunc(found, func(a, b domain.Dispute) int {
		return cmp.Or(cmp.Compare(min(a.AnsweredAt, 1), min(b.AnsweredAt, 1)), cmp.Compare(a.Position, b.Position))
	})
	var out []DisputeView
	for _, d := range found {
		out = append(out, l.disputeView(ctx, 0, d))
	}
	return out
}
