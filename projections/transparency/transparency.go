// Package transparency is the Merkle tree over all events of a ledger (RFC 6962, section 2): one leaf for each event,
// leaf index = global position, leaf hash = SHA-256(0x00 || stored bytes). It has no key and no network; package
// api/tlog signs and serves what is computed here.
//
// # The file
//
// The hashes of leaves and of complete subtrees lie in one append-only file of 32 bytes each, in the order of
// [tlog.StoredHashIndex], with no header: just under two hashes an event. The file can be deleted at any time and is
// built again from the events.
//
// It is never silently wrong. The file is synced before a checkpoint over it is signed ([Tree.Sync]), and at the latest
// when [window] leaves are not synced yet. A crash can therefore only damage the last window leaves, and [Open]
// computes exactly those anew from the events and compares; of those under a signed checkpoint none may differ
// ([OpenSigned]). What is older is probed at O(log n) leaves with their paths to the root, leaf 0 first: a file of
// another ledger is refused. [Tree.Scrub] compares everything in time, [Check] at once. And whatever the file says, no
// root is signed that does not extend the last signed checkpoint.
package transparency

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// Events is what the tree needs of an eventstore.Store.
type Events interface {
	ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error]
	Follow(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error]
	Size(ctx context.Context) (eventstore.Position, error)
}

var (
	// ErrBeyond says that the tree does not have that many leaves.
	ErrBeyond = errors.New("beyond the end of the tree")
	// ErrGap says that events do not follow one another, or do not follow the last leaf.
	ErrGap = errors.New("events are not contiguous")
	// ErrBroken says that writing failed. The tree takes no more leaves until it is opened again; reads go on.
	ErrBroken = errors.New("tree refuses leaves after a failed write")
	// ErrClosed says that the tree is closed.
	ErrClosed = errors.New("tree is closed")
)

// Tree is a Merkle tree that grows with a ledger. All methods may be called by many goroutines at once: one appends at a
// time, readers never wait for it. What has been read of a tree of some size stays true as it grows.
type Tree struct {
	events Events
	hashes hashStorage
	window int64 // the constant of that name; less in tests

	appending sync.Mutex // held by whoever appends, syncs or closes; guards the four fields below
	edge      edge       // the right edge of the tree
	unsynced  int64      // leaves appended since the last sync
	broken    error      // the write that failed, or nil
	buffer    []byte     // for one append

	mu      sync.RWMutex  // guards the fields below
	size    int64         // leaves
	changed chan struct{} // closed, and replaced, when size or closed changes
	closed  bool
}

// Size is the number of leaves.
func (t *Tree) Size() int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.size
}

// Root is the hash of the tree of a size up to the present one, by RFC 6962, section 2.1. That of the empty tree is the
// hash of nothing. It reads at most 1 + log2(size) hashes. A greater size is ErrBeyond.
func (t *Tree) Root(size int64) (tlog.Hash, error) {
	if err := t.within(size); err != nil {
		return tlog.Hash{}, err
	}
	root, err := tlog.TreeHash(size, t)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("computing the root at size %d: %w", size, err)
	}
	return root, nil
}

// Inclusion proves that the leaf with an index is in the tree of a size (RFC 6962, section 2.1.1). The proof has at most
// 1 + log2(size) hashes. An index not below the size, or a size beyond the tree, is ErrBeyond.
func (t *Tree) Inclusion(index, size int64) (tlog.RecordProof, error) {
	if err := t.within(size); err != nil {
		return nil, err
	}
	if index < 0 || index >= size {
		return nil, fmt.Errorf("leaf %d of %d: %w", index, size, ErrBeyond)
	}
	proof, err := tlog.ProveRecord(size, index, t)
	if err != nil {
		return nil, fmt.Errorf("proving leaf %d of %d: %w", index, size, err)
	}
	return proof, nil
}

// Consistency proves that the tree of size newSize extends the tree of size oldSize (RFC 6962, section 2.1.2). The proof
// has at most 1 + log2(newSize) hashes. That the empty tree is extended needs none; [tlog.CheckTree] does not take that
// case. A size beyond the tree, or an old one beyond the new, is ErrBeyond.
func (t *Tree) Consistency(oldSize, newSize int64) (tlog.TreeProof, error) {
	if err := t.within(newSize); err != nil {
		return nil, err
	}
	if oldSize < 0 || oldSize > newSize {
		return nil, fmt.Errorf("consistency of %d with %d: %w", newSize, oldSize, ErrBeyond)
	}
	if oldSize == 0 {
		return tlog.TreeProof{}, nil
	}
	proof, err := tlog.ProveTree(newSize, oldSize, t)
	if err != nil {
		return nil, fmt.Errorf("proving that %d extends %d: %w", newSize, oldSize, err)
	}
	return proof, nil
}

// ReadHashes implements [tlog.HashReader]. It reads fastest if the indexes are sorted. An index that the tree does not
// have yet is ErrBeyond.
func (t *Tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	count := tlog.StoredHashCount(t.Size())
	for _, i := range indexes {
		if i < 0 || i >= count {
			return nil, fmt.Errorf("stored hash %d of %d: %w", i, count, ErrBeyond)
		}
	}
	return t.hashes.read(indexes)
}

func (t *Tree) within(size int64) error {
	if now := t.Size(); size < 0 || size > now {
		return fmt.Errorf("tree of size %d, which has %d leaves: %w", size, now, ErrBeyond)
	}
	return nil
}

// Wait returns when the tree has a number of leaves; with the error of the context if that ends first, and with
// ErrClosed if the tree is closed.
func (t *Tree) Wait(ctx context.Context, size int64) error {
	for {
		t.mu.RLock()
		reached, closed, changed := t.size >= size, t.closed, t.changed
		t.mu.RUnlock()
		switch {
		case closed:
			return ErrClosed
		case reached:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the tree to reach %d: %w", size, ctx.Err())
		}
	}
}

// set publishes a new size, or that the tree is closed.
func (t *Tree) set(size int64, closed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.size, t.closed = size, closed
	if t.changed != nil {
		close(t.changed)
	}
	t.changed = make(chan struct{})
}
