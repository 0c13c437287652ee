package transparency

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

var (
	// ErrAhead says that the tree has more leaves than the ledger has events. Events are durable before they become
	// leaves, so the ledger has lost some, or is an older copy. It is told as a [*DiffersError] whose event is missing.
	ErrAhead = errors.New("tree has more leaves than the ledger has events")
	// ErrInUse says that another process has the file open.
	ErrInUse = errors.New("tree is in use by another process")
)

// DiffersError names the first leaf whose hash, or a hash above it, is not what the ledger's event says.
type DiffersError struct {
	Leaf int64
	// Missing says that the ledger has no such event, or cannot read it. Event is the id of the one that it has.
	Missing bool
	Event   uuid.UUID
}

func (e *DiffersError) Error() string {
	if e.Missing {
		return fmt.Sprintf("event %d is missing from the ledger, and the tree has a leaf for it", e.Leaf)
	}
	return fmt.Sprintf("leaf %d of the tree differs from event %d of the ledger (%s)", e.Leaf, e.Leaf, e.Event)
}

// Is says that a missing event is ErrAhead.
func (e *DiffersError) Is(target error) bool { return e.Missing && target == ErrAhead }

// Opened tells what Open found.
type Opened struct {
	// Kept is the number of leaves that were kept from the file.
	Kept int64
	// Cut is the number of whole leaves that were cut off the end, because they were not what the events say: what a loss
	// of power leaves.
	Cut int64
	// Partial says that a leaf at the end was there in part.
	Partial bool
	// Added is the number of leaves that were computed and added.
	Added int64
}

// Open opens the file of hashes of a ledger, or makes it, and brings it up to the ledger: see the package's comment for
// what it verifies. The tree is durable and complete when it returns.
//
// A file of another ledger is eventstore.ErrForeign, one that is ahead of the ledger ErrAhead, one that differs in its
// older part a [*DiffersError], one that another process has open ErrInUse. A warm start costs O(log^2 n) reads and the
// last 65,536 events; a start without a file costs all events.
func Open(ctx context.Context, path string, events Events) (*Tree, Opened, error) {
	return OpenSigned(ctx, path, events, 0)
}

// OpenSigned is Open for a tree whose first leaves, signed of them, are under a signed checkpoint. They were synced
// before it was signed, so no loss of power can have changed them: where one differs, that is a [*DiffersError], and the
// file is left as it is, as evidence of what was signed.
func OpenSigned(ctx context.Context, path string, events Events, signed int64) (*Tree, Opened, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, Opened{}, fmt.Errorf("opening tree %s: %w", path, err)
	}
	t, opened, err := open(ctx, f, events, window, signed)
	if err != nil {
		return nil, Opened{}, fmt.Errorf("opening tree %s: %w", path, errors.Join(err, f.close()))
	}
	return t, opened, nil
}

// InMemory computes the tree of a ledger without a file, for a short life: 64 bytes and one hash an event. Of a ledger
// that is damaged (eventstore.ErrDamaged) it gives, with the error, the tree up to the first event that is not there.
func InMemory(ctx context.Context, events Events) (*Tree, error) {
	t := &Tree{events: events, hashes: &memory{}, window: window}
	t.set(0, false)
	if err := t.CatchUp(ctx); errors.Is(err, eventstore.ErrDamaged) {
		return t, fmt.Errorf("computing the tree: %w", err)
	} else if err != nil {
		return nil, fmt.Errorf("computing the tree: %w", err)
	}
	return t, nil
}

func open(ctx context.Context, hashes hashStorage, events Events, window, signed int64) (*Tree, Opened, error) {
	t := &Tree{events: events, hashes: hashes, window: window}
	var opened Opened

	count, err := hashes.count()
	if err != nil {
		return nil, opened, err
	}
	found := wholeLeaves(count)
	opened.Partial = count != tlog.StoredHashCount(found)
	size, err := events.Size(ctx)
	if err != nil {
		return nil, opened, fmt.Errorf("asking the ledger's size: %w", err)
	}
	if found > int64(size) {
		return nil, opened, &DiffersError{Leaf: int64(size), Missing: true}
	}

	// Older leaves are probed, the window is compared.
	start := max(0, found-window)
	if err := sameLedger(ctx, hashes, events, found, start == 0); err != nil {
		return nil, opened, err
	}
	if err := probe(ctx, start, hashes, events); err != nil {
		return nil, opened, err
	}
	kept, err := t.compare(ctx, start, found, signed)
	if err != nil {
		return nil, opened, err
	}
	opened.Kept, opened.Cut = kept, found-kept
	if err := hashes.truncate(tlog.StoredHashCount(kept)); err != nil {
		return nil, opened, err
	}
	// What was compared may have come from the system's memory and never have reached the disk.
	t.unsynced = window
	t.set(kept, false)
	if err := t.sync(); err != nil {
		return nil, opened, err
	}

	if err := t.CatchUp(ctx); err != nil {
		return nil, opened, err
	}
	opened.Added = t.Size() - kept
	t.appending.Lock()
	defer t.appending.Unlock()
	return t, opened, t.sync()
}

// sameLedger compares leaf 0, which names the ledger, with event 0. recent says that leaf 0 may not have been synced.
func sameLedger(ctx context.Context, hashes hashStorage, events Events, size int64, recent bool) error {
	if size == 0 {
		return nil
	}
	stored, err := hashes.read([]int64{0})
	if err != nil {
		return err
	}
	if stored[0] == (tlog.Hash{}) && recent {
		return nil // no event has that hash: it is a block that was never written, and will be compared with the rest
	}
	first, err := eventAt(ctx, 0, events)
	if err != nil {
		return err
	}
	if stored[0] != tlog.RecordHash(first.Bytes) {
		return fmt.Errorf("%w: leaf 0 is not the hash of event 0", eventstore.ErrForeign)
	}
	return nil
}

// probe verifies the tree of a size at O(log n) leaves, those that lie at a power of two from either end: each is the
// hash of its event, and every hash above it, up to the tree's edge, is that of the two below.
func probe(ctx context.Context, size int64, hashes hashStorage, events Events) error {
	for _, leaf := range probes(size) {
		event, err := eventAt(ctx, leaf, events)
		if err != nil {
			return err
		}
		same, err := climb(leaf, tlog.RecordHash(event.Bytes), size, hashes)
		if err != nil {
			return err
		}
		if !same {
			return &DiffersError{Leaf: leaf, Event: event.ID}
		}
	}
	return nil
}

// climb compares the stored hashes of a leaf and of all complete subtrees around it with those computed from the leaf
// and its stored neighbours.
func climb(leaf int64, h tlog.Hash, size int64, hashes hashStorage) (bool, error) {
	for level := 0; ; level++ {
		n := leaf >> level
		indexes := []int64{tlog.StoredHashIndex(level, n)}
		top := ((n|1)+1)<<level > size // the subtree above is not complete
		if !top {
			indexes = append(indexes, tlog.StoredHashIndex(level, n^1))
		}
		stored, err := hashes.read(indexes)
		if err != nil {
			return false, fmt.Errorf("reading the hashes around leaf %d: %w", leaf, err)
		}
		switch {
		case stored[0] != h:
			return false, nil
		case top:
			return true, nil
		case n&1 == 0:
			h = tlog.NodeHash(h, stored[1])
		default:
			h = tlog.NodeHash(stored[1], h)
		}
	}
}

// probes gives the leaves at which a tree is probed: 0, 1, 2, 4, ... and the same from the end.
func probes(size int64) []int64 {
	if size == 0 {
		return nil
	}
	leaves := []int64{0, size - 1}
	for step := int64(1); step < size; step *= 2 {
		leaves = append(leaves, step, size-1-step)
	}
	slices.Sort(leaves)
	return slices.Compact(leaves)
}

func eventAt(ctx context.Context, leaf int64, events Events) (eventstore.Event, error) {
	for e, err := range events.ReadAll(ctx, eventstore.Position(leaf)) {
		if err != nil {
			return e, fmt.Errorf("reading event %d: %w", leaf, err)
		}
		if int64(e.Position) != leaf {
			return e, fmt.Errorf("event %d where %d was asked for: %w", e.Position, leaf, ErrGap)
		}
		return e, nil
	}
	return eventstore.Event{}, fmt.Errorf("reading event %d: %w", leaf, eventstore.ErrNotFound)
}

// compare computes the leaves from start to end anew and gives the number of leaves up to the first that differs, with
// the tree's edge at that size. One of the signed leaves may not differ.
func (t *Tree) compare(ctx context.Context, start, end, signed int64) (kept int64, err error) {
	if t.edge, err = readEdge(start, t.hashes); err != nil {
		return 0, err
	}
	if start == end {
		return start, nil
	}
	leaf := start
	stored := newSequence(t.hashes, tlog.StoredHashCount(start), tlog.StoredHashCount(end))
	var computed []tlog.Hash
	for e, err := range t.events.ReadAll(ctx, eventstore.Position(start)) {
		if err != nil {
			return 0, fmt.Errorf("reading events to compare: %w", err)
		}
		if int64(e.Position) != leaf {
			return 0, fmt.Errorf("event %d where %d comes next: %w", e.Position, leaf, ErrGap)
		}
		computed = t.edge.add(leaf, tlog.RecordHash(e.Bytes), computed[:0])
		same, err := stored.startsWith(computed)
		if err != nil {
			return 0, err
		}
		if !same && leaf < signed {
			return 0, &DiffersError{Leaf: leaf, Event: e.ID}
		}
		if !same {
			// The edge has the new leaf in it already. All that it was made of has just been compared, or probed.
			t.edge, err = readEdge(leaf, t.hashes)
			return leaf, err
		}
		if leaf++; leaf == end {
			return leaf, nil
		}
	}
	return 0, &DiffersError{Leaf: leaf, Missing: true}
}
