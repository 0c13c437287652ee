package transparency

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
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
// first leaf that differs is a [*DiffersError], and so is the first that has no event. It costs one reading of the ledger
// and O(log n) memory.
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
	checked := Checked{Leaves: wholeLeaves(count)}
	checked.Partial = count != tlog.StoredHashCount(checked.Leaves)
	w := walk{hashes: hashes, leaves: checked.Leaves, end: math.MaxInt64}
	if err := w.over(ctx, events); err != nil {
		return Checked{}, err
	}
	checked.Events, checked.Root = w.done, w.edge.root()
	return checked, nil
}

// Roots computes the roots of a ledger at some of its sizes, and at its end, from the events alone: one reading of the
// ledger and O(log n) memory. A size that the ledger does not have is ErrBeyond.
func Roots(ctx context.Context, events Events, sizes ...int64) (size int64, roots map[int64]tlog.Hash, err error) {
	roots = make(map[int64]tlog.Hash, len(sizes)+1)
	wanted := make(map[int64]bool, len(sizes))
	for _, n := range sizes {
		wanted[n] = true
	}
	w := walk{end: math.MaxInt64, every: 1}
	w.rest = func(context.Context, int64) error {
		if wanted[w.done] {
			roots[w.done] = w.edge.root()
		}
		return nil
	}
	if err := w.over(ctx, events); err != nil {
		return 0, nil, fmt.Errorf("computing roots: %w", err)
	}
	roots[w.done] = w.edge.root()
	for _, n := range sizes {
		if n < 0 || n > w.done {
			return 0, nil, fmt.Errorf("root at size %d of %d events: %w", n, w.done, ErrBeyond)
		}
	}
	if wanted[0] {
		roots[0] = edge(nil).root()
	}
	return w.done, roots, nil
}

// walk computes a tree anew from the events and compares it with stored hashes.
type walk struct {
	hashes hashStorage
	leaves int64 // of which hashes are stored: those are compared
	end    int64 // how many events to read, as far as there are so many
	// rest is called each time that so many more events are done; it may take its time.
	rest  func(ctx context.Context, done int64) error
	every int64

	done int64 // events that were read and compared
	edge edge  // of the tree over them
}

// over reads the events. The first leaf that differs, or that has no event, is a [*DiffersError].
func (w *walk) over(ctx context.Context, events Events) error {
	stored := newSequence(w.hashes, 0, tlog.StoredHashCount(w.leaves))
	var computed []tlog.Hash
	for e, err := range events.ReadAll(ctx, 0) {
		if w.done == w.end {
			break
		}
		if errors.Is(err, eventstore.ErrDamaged) && w.done < w.leaves {
			return &DiffersError{Leaf: w.done, Missing: true}
		}
		if err != nil {
			return fmt.Errorf("reading events: %w", err)
		}
		if int64(e.Position) != w.done {
			return fmt.Errorf("event %d where %d comes next: %w", e.Position, w.done, ErrGap)
		}
		computed = w.edge.add(w.done, tlog.RecordHash(e.Bytes), computed[:0])
		if w.done < w.leaves {
			same, err := stored.startsWith(computed)
			if err != nil {
				return err
			}
			if !same {
				return &DiffersError{Leaf: w.done, Event: e.ID}
			}
		}
		w.done++
		if w.rest != nil && w.done%w.every == 0 {
			if err := w.rest(ctx, w.done); err != nil {
				return err
			}
		}
	}
	if w.done < w.leaves {
		return &DiffersError{Leaf: w.done, Missing: true}
	}
	return nil
}
