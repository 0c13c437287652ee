package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
)

// Checked counts what CheckEvents and CheckVault found to be right.
type Checked struct {
	Events  int // envelopes that the strict parser takes, and whose data has the form of its type
	Unknown int // events of a type that this program does not know
	Streams int
	Sealed  int // commitments in events
	Kept    int // of which the value is in the vault and fits
	Erased  int // of which the value was erased, by an event that says so
	Orphans int // values in the vault whose event was never written
	// Missing are those that are neither kept nor erased, in the order of their events. Whoever checks knows whether they
	// can be: records come without them from a backup, or from a mirror.
	Missing []Missing
}

// Missing is a sealed value that is not in the vault although nothing has erased it.
type Missing struct {
	Index   uint64 // of the event
	Event   uuid.UUID
	Pointer string
}

func (m Missing) String() string {
	return fmt.Sprintf("the value of %s of event %s is missing", m.Pointer, m.Event)
}

// Check verifies every event by itself, against its place in the store and against the vault. The first thing that is
// not right is the error, and names the event; values that are missing are listed instead.
func (l *Ledger) Check(ctx context.Context) (Checked, error) {
	var c Checked
	revisions := map[string]int64{}
	times := map[string]time.Time{}
	sealed := map[vault.Commitment]committed{}
	erased := map[place]bool{}
	var pairs []pair
	for e, err := range l.store.ReadAll(ctx, 0) {
		if err != nil {
			return c, fmt.Errorf("reading events: %w", err)
		}
		env, data, err := l.checkEvent(e)
		switch {
		case errors.Is(err, domain.ErrUnknownType):
			c.Unknown++
		case err != nil:
			return c, fmt.Errorf("event %d: %w", e.Position, err)
		}
		if next, ok := revisions[env.Subject]; env.Revision != next && (ok || env.Revision != 0) {
			return c, fmt.Errorf("event %d: revision %d of %s where %d comes next", e.Position, env.Revision, env.Subject, next)
		}
		if env.Time.Before(times[env.Subject]) {
			return c, fmt.Errorf("event %d: recorded before the event before it in %s", e.Position, env.Subject)
		}
		for stream, read := range env.Basis {
			if read < 0 || read >= revisions[stream] {
				return c, fmt.Errorf("event %d: it was decided from revision %d of %s, which does not come before it", e.Position, read, stream)
			}
		}
		revisions[env.Subject], times[env.Subject] = env.Revision+1, env.Time
		c.Events++
		if data == nil {
			continue
		}
		for f := range domain.SealedFields(data) {
			commitment, err := vault.ParseCommitment(f.Field.Commitment())
			if err != nil {
				return c, fmt.Errorf("event %d, %s: %w", e.Position, f.Pointer, err)
			}
			sealed[commitment] = committed{place{e.ID, f.Pointer}, vault.Visibility(f.Visibility), uint64(e.Position)}
		}
		switch x := data.(type) {
		case *domain.PersonalDataErased:
			erased[place{x.Event, x.Pointer}] = true
		case *domain.PalmaresPublished:
			pairs = append(pairs, pair{uint64(e.Position), place{e.ID, "/data/by"}, place{e.ID, "/data/second"}})
		}
	}
	c.Streams, c.Sealed = len(revisions), len(sealed)
	if l.vault == nil {
		return c, nil
	}
	people := map[place]string{}
	for _, p := range pairs {
		people[p.first], people[p.second] = "", ""
	}
	if err := l.checkVault(ctx, &c, sealed, erased, people); err != nil {
		return c, err
	}
	for _, p := range pairs {
		if first := people[p.first]; first != "" && domain.SamePerson(first, people[p.second]) {
			return c, fmt.Errorf("event %d: one person published alone: both names are the same, and two people publish together", p.index)
		}
	}
	return c, nil
}

// pair are the places of the two people who published together. An audit from outside sees that two are named, and only
// whoever has the vault that they are two.
type pair struct {
	index         uint64
	first, second place
}

// place is one field of one event.
type place struct {
	event   uuid.UUID
	pointer string
}

// committed is the place of a commitment, and who may read what it stands for.
type committed struct {
	place
	visibility vault.Visibility
	index      uint64
}

// checkEvent holds one event against the strict parser, its type and its place in the store.
func (l *Ledger) checkEvent(e eventstore.Event) (envelope.Envelope, domain.Event, error) {
	env, err := envelope.Parse(e.Bytes)
	if err != nil {
		return env, nil, err
	}
	switch {
	case env.Ledger != l.LedgerID:
		return env, nil, fmt.Errorf("%w: it names the ledger %s", eventstore.ErrForeign, env.Ledger)
	case env.ID != e.ID, env.Subject != e.Stream, env.Revision != int64(e.Revision), env.Type != e.Type, !env.Time.Equal(e.Recorded):
		return env, nil, errors.New("the envelope says another id, stream, revision, type or time than the store")
	case e.Position == 0 && e.Type != domain.TypeOf(&domain.LedgerOpened{}).String():
		return env, nil, fmt.Errorf("the first event is %s, not the opening of the ledger", e.Type)
	}
	data, err := domain.DecodeStrict(env.Type, env.Data)
	return env, data, err
}

// checkVault holds every sealed value against its commitment, and every commitment against the vault. Of the places in
// people it fills in the values that are kept.
func (l *Ledger) checkVault(ctx context.Context, c *Checked, sealed map[vault.Commitment]committed, erased map[place]bool, people map[place]string) error {
	err := l.vault.Each(ctx, func(s vault.Secret) error {
		at, ok := sealed[s.Commitment]
		switch {
		case !ok:
			c.Orphans++
			return nil
		case s.Visibility != at.visibility:
			return fmt.Errorf("vault: the value of %s of event %s is kept as %s, and is %s", at.pointer, at.event, s.Visibility, at.visibility)
		case s.Value == nil && !erased[at.place]:
			return fmt.Errorf("vault: the value of %s of event %s was erased, and no event says so", at.pointer, at.event)
		case s.Value == nil:
			c.Erased++
		case erased[at.place]:
			return fmt.Errorf("vault: the value of %s of event %s is erased by an event, and still there; serve, started again, destroys it", at.pointer, at.event)
		case s.Event != at.event || s.Pointer != at.pointer || !s.Verify(l.LedgerID):
			return fmt.Errorf("vault: the value of %s of event %s is not the one committed to", at.pointer, at.event)
		default:
			c.Kept++
			if _, ok := people[at.place]; ok {
				people[at.place] = string(s.Value)
			}
		}
		delete(sealed, s.Commitment)
		return nil
	})
	if err != nil {
		return err
	}
	for commitment, at := range sealed {
		if erased[at.place] {
			c.Erased++ // before the vault was there
			delete(sealed, commitment)
		}
	}
	for _, at := range sealed {
		c.Missing = append(c.Missing, Missing{at.index, at.event, at.pointer})
	}
	slices.SortFunc(c.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), strings.Compare(a.Pointer, b.Pointer))
	})
	return nil
}
