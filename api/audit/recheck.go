package audit

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections"
)

// ofThisHistory holds that a tree which the log has signed for somebody is of the history that is audited. One that is larger
// than the checkpoint must go on from it.
func (a *Auditor) ofThisHistory(ctx context.Context, head checkpoint, address string, t tlog.Tree) error {
	if t.N > head.tree.N {
		return nil // it was signed meanwhile; the next round sees that checkpoint
	}
	same, err := a.holds(ctx, head.tree, t)
	if err == nil && !same {
		return wrongAnswer("seen", address, "the log has signed two histories: the %d records that this is about are not those that the checkpoint covers", t.N)
	}
	return err
}

const (
	// signedBefore is how many of the checkpoints that a log keeps are read in a round, at random.
	signedBefore = 5
	// rechecked is how many values that were disclosed, and how many that were erased, are asked for again in a round.
	rechecked = 20
	// searched is how many records are looked through for one that has a value.
	searched = 200
)

// recheckSigned reads some of the checkpoints that a log keeps, at random: each is a part of this history.
func (a *Auditor) recheckSigned(ctx context.Context, head checkpoint) (checkpoints int64, err error) {
	for range min(signedBefore, head.tree.N) {
		path := "checkpoints/" + strconv.FormatInt(1+rand.Int64N(head.tree.N), 10)
		signed, err := a.place.Log.Read(ctx, path, maxCheckpoint)
		switch {
		case errors.Is(err, ErrAbsent):
			continue // a copy of a log need not keep them
		case errors.Is(err, ErrTooLarge):
			return 0, wrongAnswer("seen", path, "%v", err)
		case err != nil:
			return 0, err
		}
		c, err := believe(signed, a.keys)
		if err != nil || c.origin != head.origin {
			continue // of a key before the one that is believed, or from before a quorum was asked for: it proves nothing
		}
		checkpoints++
		if err := a.ofThisHistory(ctx, head, path, c.tree); err != nil {
			if f, ok := errors.AsType[*Failure](err); ok {
				f.Evidence = []string{string(signed), string(head.signed)}
			}
			return 0, err
		}
	}
	return checkpoints, nil
}

// recheckValues asks again for some of the values that an earlier round or audit has verified, and for some that were erased,
// at random: what is disclosed stays disclosed until a record says that it was erased, and what was erased stays so.
func (a *Auditor) recheckValues(ctx context.Context) (values int64, err error) {
	size := a.grown.tree.Size()
	for range min(rechecked, size) {
		asked, err := a.recheckValue(ctx, rand.Int64N(size))
		if err != nil {
			return 0, err
		}
		values += asked
	}
	return values, nil
}

// recheckValue asks again for the first public value from a leaf on.
func (a *Auditor) recheckValue(ctx context.Context, leaf int64) (asked int64, err error) {
	seen := 0
	for e, err := range a.Store.ReadAll(ctx, eventstore.Position(leaf)) {
		if err != nil {
			return 0, err
		}
		if seen++; seen > searched {
			return 0, nil
		}
		r, err := projections.Decode(e)
		if err != nil {
			continue // of an unknown type
		}
		for _, s := range sealsOf(r.Event) {
			if s.field.Visibility == domain.VisibleRestricted {
				continue
			}
			at := place{e.ID, s.field.Pointer}
			known, err := a.Vault.Get(ctx, s.commitment)
			switch {
			case err == nil:
				return 1, a.stillDisclosed(ctx, e, s, known)
			case errors.Is(err, vault.ErrErased) && a.values.erased[at]:
				return 1, a.stillErased(ctx, e, s)
			case !errors.Is(err, vault.ErrErased) && !errors.Is(err, vault.ErrUnknown):
				return 0, err
			}
		}
	}
	return 0, nil
}

// stillDisclosed holds that the log discloses a value as it did. One that is not there any more may have been erased since;
// where no record says so the next reading finds it.
func (a *Auditor) stillDisclosed(ctx context.Context, e eventstore.Event, s sealed, known vault.Secret) error {
	wrong := func(reason string) *Failure {
		f := failed("sealed", "%s", reason)
		f.Leaf, f.Event, f.Type, f.Rule = int64(e.Position), e.ID, e.Type, "commitment"
		return f
	}
	answer, err := a.ask(ctx, s.commitment)
	switch {
	case errors.Is(err, ErrTooLarge):
		return wrong(err.Error())
	case err != nil:
		return err
	case answer == nil:
		a.values.absent[place{e.ID, s.field.Pointer}] = &absence{s.commitment, wrong("the value at " + s.field.Pointer + " was disclosed and is not any more, and no record says that it was erased")}
		return nil
	}
	if _, err := verifyDisclosed(answer, a.order.ledger, s.commitment, place{e.ID, s.field.Pointer}); err != nil {
		return wrong("what is disclosed for " + s.field.Pointer + " is not what was committed to: " + err.Error())
	}
	return nil
}

// stillErased holds that the log does not disclose what it has erased.
func (a *Auditor) stillErased(ctx context.Context, e eventstore.Event, s sealed) error {
	f := failed("sealed", "the value at %s was erased, as a record says, and is disclosed again", s.field.Pointer)
	f.Leaf, f.Event, f.Type, f.Rule = int64(e.Position), e.ID, e.Type, "erasure"
	_, err := a.withdrawn(ctx, withdrawal{s.commitment, f})
	return err
}
