package transparency

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

// Checked is what [Check] found to be right.
type Checked struct {
	// Events is the number of events of the ledger, and Root the root over all of them, computed from the events alone.
	Events int64
	Root   tlog.Hash
	// Leaves is the number of leaves in the file. Fewer than Events is no fault: the next Open adds them.
	Leaves int64
	// Partial says that the file ends within a leaf, as a crash may leave it. The next Open cuts that off.
	Partial bool
}

// Check computes the whole tree anew from the events and compares it with every hash in the file. It writes nothing. The
// first leaf that differs is a [*DiffersError]; a file with more leaves than there are events is ErrAhead. It costs one
// reading of the ledger and O(log n) memory.
func Check(ctx context.Context, path string, events Events) (Checked, error) {
	f, err := os.Open(path)
	if err != nil {
		return Checked{}, fmt.Errorf("checking the tree: %w", err)
	}
	hashes := &file{f}
	checked, err := check(ctx, hashes, events)
	if err = errors.Join(err, hashes.close()); err != nil {
		return Checked{}, fmt.Errorf("checking the tree %s: %w", path, err)
	}
	return checked, nil
}

func check(ctx context.Context, hashes hashStorage, events Events) (Checked, error) {
	count, err := hashes.count()
	if err != nil {
		return Checked{}, err
	}
	var checked Checked
	checked.Leaves = wholeLeaves(count)
	checked.Partial = count != tlog.StoredHashCount(checked.Leaves)

	stored := newSequence(hashes, 0, tlog.StoredHashCount(checked.Leaves))
	var right edge
	var computed []tlog.Hash
	for e, err := range events.ReadAll(ctx, 0) {
		if err != nil {
			return Checked{}, fmt.Errorf("reading events: %w", err)
		}
		leaf := checked.Events
		if int64(e.Position) != leaf {
			return Checked{}, fmt.Errorf("event %d where %d comes next: %w", e.Position, leaf, ErrGap)
		}
		computed = right.add(leaf, tlog.RecordHash(e.Bytes), computed[:0])
		if leaf < checked.Leaves {
			same, err := stored.startsWith(computed)
			if err != nil {
				return Checked{}, err
			}
			if !same {
				return Checked{}, &DiffersError{Leaf: leaf}
			}
		}
		checked.Events++
	}
	if checked.Leaves > checked.Events {
		return Checked{}, fmt.Errorf("%w: %d and %d", ErrAhead, checked.Leaves, checked.Events)
	}
	checked.Root = right.root()
	return checked, nil
}
