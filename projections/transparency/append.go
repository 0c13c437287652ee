package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

const (
	// window is the greatest number of leaves that are not synced, and so the number that Open computes anew.
	window = 1 << 16
	// batch is how many leaves are written at once, at most the window.
	batch = 1 << 10
)

// Append adds the leaves of the events from a position on, which must be the size of the tree: anything else is ErrGap.
// They are in the tree when it returns, but durable only after [Tree.Sync]. After an error the tree is what it was, or
// ErrBroken.
//
// It is how events come that are at hand. [Tree.CatchUp] and [Tree.Run] read them from the ledger.
func (t *Tree) Append(from eventstore.Position, leaves ...[]byte) error {
	t.appending.Lock()
	defer t.appending.Unlock()
	if size := t.Size(); int64(from) != size {
		return fmt.Errorf("event %d after %d leaves: %w", from, size, ErrGap)
	}
	for len(leaves) > 0 {
		n := min(len(leaves), batch)
		hashes := make([]tlog.Hash, n)
		for i, leaf := range leaves[:n] {
			hashes[i] = tlog.RecordHash(leaf)
		}
		if err := t.append(hashes); err != nil {
			return err
		}
		leaves = leaves[n:]
	}
	return nil
}

// CatchUp adds every event that the ledger holds now. Where reading fails, what was read before is added.
func (t *Tree) CatchUp(ctx context.Context) error {
	t.appending.Lock()
	defer t.appending.Unlock()
	pending := make([]tlog.Hash, 0, batch)
	next := t.Size()
	for e, err := range t.events.ReadAll(ctx, eventstore.Position(next)) {
		if err == nil && int64(e.Position) != next {
			err = fmt.Errorf("event %d where %d comes next: %w", e.Position, next, ErrGap)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("reading events for the tree: %w", err), t.append(pending))
		}
		next++
		pending = append(pending, tlog.RecordHash(e.Bytes))
		if len(pending) == batch {
			if err := t.append(pending); err != nil {
				return err
			}
			pending = pending[:0]
		}
	}
	return t.append(pending)
}

// Run adds events as they come, until the context ends; then it returns nil. Events that arrive together are written
// together.
func (t *Tree) Run(ctx context.Context) error {
	for {
		if err := t.CatchUp(ctx); err != nil {
			return unlessEnded(ctx, err)
		}
		if err := t.awaitEvent(ctx); err != nil {
			return unlessEnded(ctx, err)
		}
	}
}

// unlessEnded is the error, or nil if the context has ended: that is how Run is told to stop.
func unlessEnded(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// awaitEvent returns when the ledger has an event that the tree does not have. The event itself is left to CatchUp,
// which takes those that came with it too.
func (t *Tree) awaitEvent(ctx context.Context) error {
	for _, err := range t.events.Follow(ctx, eventstore.Position(t.Size())) {
		if err != nil {
			return fmt.Errorf("following events for the tree: %w", err)
		}
		break
	}
	return nil
}

// append adds leaves by their hashes. The caller holds appending.
func (t *Tree) append(leaves []tlog.Hash) error {
	if t.broken != nil {
		return fmt.Errorf("%w: %w", ErrBroken, t.broken)
	}
	if len(leaves) == 0 {
		return nil
	}
	if t.unsynced+int64(len(leaves)) > t.window {
		if err := t.sync(); err != nil {
			return err
		}
	}
	size := t.Size()
	from := tlog.StoredHashCount(size)
	t.buffer = t.buffer[:0]
	var stored []tlog.Hash
	for i, leaf := range leaves {
		stored = t.edge.add(size+int64(i), leaf, stored[:0])
		for _, h := range stored {
			t.buffer = append(t.buffer, h[:]...)
		}
	}
	if err := t.hashes.write(from, t.buffer); err != nil {
		t.broken = err // the edge is ahead of the size now, and what is in the file is not known
		return fmt.Errorf("writing %d leaves: %w", len(leaves), err)
	}
	t.unsynced += int64(len(leaves))
	t.set(size+int64(len(leaves)), false)
	return nil
}

// Sync makes the tree durable and gives the size that is. A checkpoint is signed only up to that size: else the loss of
// power could leave a signature over a tree that is no longer there. After an error the tree is ErrBroken, because a
// failed fsync cannot be tried again: the system may have dropped what it could not write.
func (t *Tree) Sync() (int64, error) {
	t.appending.Lock()
	defer t.appending.Unlock()
	if t.broken != nil {
		return 0, fmt.Errorf("%w: %w", ErrBroken, t.broken)
	}
	if err := t.sync(); err != nil {
		return 0, err
	}
	return t.Size(), nil
}

// sync is Sync for a caller that holds appending.
func (t *Tree) sync() error {
	if t.unsynced == 0 {
		return nil
	}
	if err := t.hashes.sync(); err != nil {
		t.broken = err
		return fmt.Errorf("syncing the tree: %w", err)
	}
	t.unsynced = 0
	return nil
}

// Close syncs and closes the file. Whoever waits gets ErrClosed. Reads must have ended.
func (t *Tree) Close() error {
	t.appending.Lock()
	defer t.appending.Unlock()
	if errors.Is(t.broken, ErrClosed) {
		return ErrClosed
	}
	var err error
	if t.broken == nil {
		err = t.sync()
	}
	t.broken = ErrClosed
	t.set(t.Size(), true)
	if err := errors.Join(err, t.hashes.close()); err != nil {
		return fmt.Errorf("closing the tree: %w", err)
	}
	return nil
}
