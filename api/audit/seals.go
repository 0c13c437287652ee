package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// sealed is one sealed field of a record, with the value that is disclosed for it, if one is.
type sealed struct {
	commitment vault.Commitment
	field      domain.SealedField
	// answer is what the log gives for it; nil where it gives nothing, or was not asked.
	answer []byte
	// kept says that an earlier audit has verified the value, or knows that it was erased.
	kept bool
}

func sealsOf(e domain.Event) []sealed {
	var all []sealed
	for f := range domain.SealedFields(e) {
		c, err := vault.ParseCommitment(f.Field.Commitment())
		if err != nil {
			continue // the strict decoder has refused it already
		}
		all = append(all, sealed{commitment: c, field: f})
	}
	return all
}

// askDisclosed asks for the values of the public fields of some records, many at once. It runs on many bundles at once.
func (a *Auditor) askDisclosed(ctx context.Context, records []record) error {
	type question struct {
		of *record
		s  *sealed
	}
	public := func(yield func(question) bool) {
		for i := range records {
			for j := range records[i].seals {
				if s := &records[i].seals[j]; s.field.Visibility == domain.VisiblePublic && !yield(question{&records[i], s}) {
					return
				}
			}
		}
	}
	type given struct {
		question
		tooLarge error
	}
	for g, err := range ahead(ctx, mostAsked, public, func(ctx context.Context, q question) (given, error) {
		answer, err := a.ask(ctx, q.s.commitment)
		if errors.Is(err, ErrTooLarge) {
			return given{q, err}, nil
		}
		q.s.answer = answer
		return given{q, nil}, err
	}) {
		if err != nil {
			return err
		}
		if g.tooLarge != nil && g.of.failure == nil {
			g.of.failure = g.of.fail("sealed", "commitment", "%v", g.tooLarge)
		}
	}
	return nil
}

// mostAsked is how many values the log is asked for at once, by all bundles together.
const mostAsked = 32

// ask asks the log for a value, once fewer than mostAsked are asked for; nil where it discloses none.
func (a *Auditor) ask(ctx context.Context, c vault.Commitment) ([]byte, error) {
	select {
	case a.asking <- struct{}{}:
		defer func() { <-a.asking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	answer, err := a.place.Log.Read(ctx, "disclosed/"+c.URL(), maxDisclosed)
	if errors.Is(err, ErrAbsent) {
		return nil, nil
	}
	return answer, err
}

// keptValues looks for the values of the fields of a record that is kept, those that are public by now.
func (a *Auditor) keptValues(ctx context.Context, r *record) error {
	for i := range r.seals {
		s := &r.seals[i]
		if s.field.Visibility == domain.VisibleRestricted {
			continue
		}
		secret, err := a.Vault.Get(ctx, s.commitment)
		switch {
		case errors.Is(err, vault.ErrUnknown):
		case errors.Is(err, vault.ErrErased):
			s.kept = true
		case err != nil:
			return fmt.Errorf("reading a value that is kept: %w", err)
		case secret.Event != r.env.ID || secret.Pointer != s.field.Pointer || !secret.Verify(r.env.Ledger):
			return fmt.Errorf("%w: the value of %s of event %s is another", ErrDamaged, s.field.Pointer, r.env.ID)
		default:
			s.kept = true
		}
	}
	return nil
}

// place is one field of one record.
type place struct {
	event   uuid.UUID
	pointer string
}

// values are the registers of commitments. One goroutine at a time.
type values struct {
	// known are all commitments, each as a hash of 8 bytes under a seed that nobody else knows: millions fit into memory.
	known map[uint64]struct{}
	seed  maphash.Seed

	public, restricted, ceremony int64
	// absent are the public fields of which nothing is disclosed, and open those that are for a ceremony that is to come. What
	// was superseded is among neither.
	absent map[place]*absence
	open   map[vault.Commitment]place
	// erased are the fields of which a record says that they were erased. Those of withdrawing are still to be asked for:
	// the log must disclose them no more.
	erased      map[place]bool
	withdrawing []withdrawal
}

// absence is a public field of which nothing is disclosed.
type absence struct {
	commitment vault.Commitment
	failure    *Failure // what it is if nothing says that it was erased
}

// withdrawal is a value that was erased.
type withdrawal struct {
	commitment vault.Commitment
	failure    *Failure // what it is if the log discloses it still
}

func newValues() values {
	return values{
		known: map[uint64]struct{}{}, seed: maphash.MakeSeed(), absent: map[place]*absence{}, open: map[vault.Commitment]place{},
		erased: map[place]bool{},
	}
}

// gone is the number of public values that were erased, and disclosed the number of those that were not.
func (v *values) gone() int64      { return int64(len(v.absent)) }
func (v *values) disclosed() int64 { return v.public - v.gone() }

// disclosedValue is the document of /log/disclosed.
type disclosedValue struct {
	Commitment string          `json:"commitment"`
	LedgerID   uuid.UUID       `json:"ledgerId"`
	Event      uuid.UUID       `json:"event"`
	Pointer    string          `json:"pointer"`
	Salt       []byte          `json:"salt"`
	Value      json.RawMessage `json:"value"`
}

// verifyDisclosed holds what is disclosed against the commitment at a place.
func verifyDisclosed(answer []byte, ledger uuid.UUID, c vault.Commitment, at place) (vault.Secret, error) {
	var d disclosedValue
	if err := json.Unmarshal(answer, &d); err != nil {
		return vault.Secret{}, errors.New("it is not a disclosed value")
	}
	if len(d.Salt) != vault.SaltSize {
		return vault.Secret{}, fmt.Errorf("its salt has %d bytes", len(d.Salt))
	}
	secret := vault.Secret{
		Commitment: c, Event: at.event, Pointer: at.pointer, Salt: [vault.SaltSize]byte(d.Salt), Value: d.Value, Visibility: vault.Public,
	}
	switch {
	case d.Commitment != c.String() || d.LedgerID != ledger || d.Event != at.event || d.Pointer != at.pointer:
		return vault.Secret{}, errors.New("it says that it is of another field")
	case !secret.Verify(ledger):
		return vault.Secret{}, errors.New("the value, its salt and its place do not give the commitment")
	}
	if err := envelope.CheckCanonical(d.Value); err != nil {
		return vault.Secret{}, err
	}
	return secret, nil
}

// takeValues registers the commitments of records that are kept, keeps the values that are disclosed for them, and forgets
// those that were erased.
func (a *Auditor) takeValues(ctx context.Context, records []record) error {
	var secrets []vault.Secret
	for i := range records {
		r := &records[i]
		for _, s := range r.seals {
			secret, f := a.values.take(ctx, r, s, a.order.ledger, a.first)
			if f != nil {
				return f
			}
			if secret != nil {
				secrets = append(secrets, *secret)
			}
		}
	}
	if len(secrets) > 0 {
		if err := a.Vault.Put(ctx, secrets, nil); err != nil {
			return fmt.Errorf("keeping disclosed values: %w", err)
		}
	}
	for i := range records {
		a.opens(&records[i])
		a.files.take(&records[i])
		a.campaigns.take(&records[i])
		if e, ok := records[i].event.(*domain.PersonalDataErased); ok {
			if err := a.erase(ctx, &records[i], place{e.Event, e.Pointer}); err != nil {
				return err
			}
		}
	}
	return nil
}

// take registers one commitment, and gives the value to keep, if there is one. earlier finds where a commitment stands
// that seems to be known.
func (v *values) take(ctx context.Context, r *record, s sealed, ledger uuid.UUID, earlier func(context.Context, vault.Commitment, int64, string) (int64, error)) (*vault.Secret, error) {
	h := maphash.Bytes(v.seed, s.commitment[:])
	if _, twice := v.known[h]; twice {
		switch leaf, err := earlier(ctx, s.commitment, r.leaf, s.field.Pointer); {
		case err != nil:
			return nil, err
		case leaf >= 0:
			return nil, r.fail("sealed", "commitment", "the commitment at %s stands at leaf %d too", s.field.Pointer, leaf)
		}
	}
	v.known[h] = struct{}{}
	at := place{r.env.ID, s.field.Pointer}
	switch {
	case s.field.Visibility == domain.VisibleCeremony && s.kept:
		v.public++
	case s.field.Visibility == domain.VisibleCeremony:
		v.ceremony++
		v.open[s.commitment] = at
	case s.field.Visibility != domain.VisiblePublic:
		v.restricted++
	case s.kept:
		v.public++
	case s.answer == nil:
		v.public++
		v.absent[at] = &absence{s.commitment, r.fail("sealed", "commitment", "the value at %s is not disclosed, and no record says that it was erased", s.field.Pointer)}
	default:
		v.public++
		secret, err := verifyDisclosed(s.answer, ledger, s.commitment, at)
		if err != nil {
			return nil, r.fail("sealed", "commitment", "what is disclosed for %s is not what was committed to: %v", s.field.Pointer, err)
		}
		return &secret, nil
	}
	return nil, nil
}

// first finds a commitment among the records that are kept, other than at a place of its own: the leaf, or -1.
func (a *Auditor) first(ctx context.Context, c vault.Commitment, leaf int64, pointer string) (int64, error) {
	for e, err := range a.Store.ReadAll(ctx, 0) {
		if err != nil {
			return -1, fmt.Errorf("looking for a commitment: %w", err)
		}
		if int64(e.Position) > leaf {
			break
		}
		r, err := projections.Decode(e)
		if err != nil {
			continue // of an unknown type
		}
		for _, s := range sealsOf(r.Event) {
			if s.commitment == c && (int64(e.Position) != leaf || s.field.Pointer != pointer) {
				return int64(e.Position), nil
			}
		}
	}
	return -1, nil
}

// erase forgets a value of which a record says that it was erased.
func (a *Auditor) erase(ctx context.Context, r *record, at place) error {
	a.values.erased[at] = true
	e, err := a.Store.Lookup(ctx, at.event)
	if errors.Is(err, eventstore.ErrNotFound) {
		return nil // the rules have something to say about that
	}
	if err != nil {
		return err
	}
	target, err := projections.Decode(e)
	if err != nil {
		return nil // of an unknown type: nobody here knows what was sealed
	}
	a.files.erase(target, at.pointer)
	for _, s := range sealsOf(target.Event) {
		if s.field.Pointer != at.pointer {
			continue
		}
		if err := a.Vault.Erase(ctx, vault.Secret{Commitment: s.commitment, Event: at.event, Pointer: at.pointer, Visibility: vault.Visibility(s.field.Visibility)}); err != nil {
			return fmt.Errorf("forgetting what was erased: %w", err)
		}
		_, open := a.values.open[s.commitment] // for a ceremony that is to come
		if s.field.Visibility != domain.VisibleRestricted && !open && a.values.absent[at] == nil {
			a.values.absent[at] = &absence{commitment: s.commitment}
		}
		a.values.withdrawing = append(a.values.withdrawing, withdrawal{
			s.commitment, r.fail("sealed", "erasure", "the value at %s of event %s was erased, as it says, and is disclosed all the same", at.pointer, at.event),
		})
	}
	return nil
}

const (
	// asksForErased is how often the log is asked for a value that was erased before it is held against the log: the record
	// of an erasure comes first, and what it says is done right after. patience is the time between.
	asksForErased = 5
	patience      = time.Second
)

// settle holds what is not disclosed against the erasures, and asks for what was erased once more. unsettled is a value
// that is missing without a record that says why: one further on may say it.
func (a *Auditor) settle(ctx context.Context) (unsettled *Failure, err error) {
	for _, err := range ahead(ctx, mostAsked, slices.Values(a.values.withdrawing), a.withdrawn) {
		if err != nil {
			return nil, err
		}
		a.values.withdrawing = a.values.withdrawing[1:]
	}
	for m, err := range ahead(ctx, mostAsked, slices.Values(a.values.unexplained()), func(ctx context.Context, m unexplained) (unexplained, error) {
		var err error
		if m.answer, err = a.ask(ctx, m.commitment); errors.Is(err, ErrTooLarge) {
			err = nil // it is no more than if there were none
		}
		return m, err
	}) {
		if err != nil {
			return nil, err
		}
		if m.answer == nil {
			if unsettled == nil {
				unsettled = m.failure
			}
			continue
		}
		secret, err := verifyDisclosed(m.answer, a.order.ledger, m.commitment, m.at)
		if err != nil {
			f := *m.failure
			f.Reason = fmt.Sprintf("what is disclosed for %s is not what was committed to: %v", m.at.pointer, err)
			return nil, &f
		}
		if err := a.Vault.Put(ctx, []vault.Secret{secret}, nil); err != nil {
			return nil, fmt.Errorf("keeping a disclosed value: %w", err)
		}
		delete(a.values.absent, m.at)
	}
	return unsettled, nil
}

// unexplained is a public value that is missing, with no record that says why.
type unexplained struct {
	*absence
	at     place
	answer []byte // what the log gives for it by now
}

// unexplained are those that are missing without a record that says why, in the order of the log.
func (v *values) unexplained() (all []unexplained) {
	for at, missing := range v.absent {
		if !v.erased[at] {
			all = append(all, unexplained{absence: missing, at: at})
		}
	}
	slices.SortFunc(all, func(a, b unexplained) int {
		return cmp.Or(cmp.Compare(a.failure.Leaf, b.failure.Leaf), strings.Compare(a.at.pointer, b.at.pointer))
	})
	return all
}

// withdrawn holds that the log does not disclose a value any more.
func (a *Auditor) withdrawn(ctx context.Context, w withdrawal) (struct{}, error) {
	for asked := 1; ; asked++ {
		answer, err := a.ask(ctx, w.commitment)
		switch {
		case errors.Is(err, ErrTooLarge):
		case err != nil:
			return struct{}{}, err
		case answer == nil:
			return struct{}{}, nil
		}
		if asked == asksForErased {
			return struct{}{}, w.failure
		}
		if err := a.opt.Pause(ctx, patience); err != nil {
			return struct{}{}, err
		}
	}
}
