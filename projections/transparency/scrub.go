package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// Scrub reads the ledger again from its beginning and compares every hash of the leaves that the tree has now, while the
// tree grows and is read. The first leaf that differs, or that has no event, is a [*DiffersError]. It gives the number of
// leaves that were compared.
//
// After every 1,024 leaves rest is called with their number so far, to spread the work over time. Between calls it takes
// no more than a page of events and some thousand hashes of memory, and holds nothing of the ledger.
func (t *Tree) Scrub(ctx context.Context, rest func(ctx context.Context, done int64) error) (int64, error) {
	size := t.Size()
	w := walk{hashes: t.hashes, leaves: size, end: size, rest: rest, every: batch}
	if err := w.over(ctx, t.events); err != nil {
		return w.done, fmt.Errorf("scrubbing the tree: %w", err)
	}
	return w.done, nil
}

// CheckLeaf compares one leaf with its event, in O(log n): a difference is a [*DiffersError].
func (t *Tree) CheckLeaf(ctx context.Context, leaf int64) error {
	stored, err := t.ReadHashes([]int64{tlog.StoredHashIndex(0, leaf)})
	if err != nil {
		return fmt.Errorf("checking leaf %d: %w", leaf, err)
	}
	e, err := eventAt(ctx, leaf, t.events)
	switch {
	case errors.Is(err, eventstore.ErrNotFound), errors.Is(err, eventstore.ErrDamaged), errors.Is(err, ErrGap):
		// The leaf was read before the event, and events come before leaves.
		return &DiffersError{Leaf: leaf, Missing: true}
	case err != nil:
		return fmt.Errorf("checking leaf %d: %w", leaf, err)
	case tlog.RecordHash(e.Bytes) != stored[0]:
		return &DiffersError{Leaf: leaf, Event: e.ID}
	}
	return nil
}
