package transparency

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// ledger is a store in memory, as far as the tree needs one.
type ledger struct {
	mu      sync.Mutex
	events  [][]byte      // guarded by mu
	changed chan struct{} // guarded by mu
}

// newLedger makes a ledger of n events, different for each name.
func newLedger(name string, n int) *ledger {
	l := &ledger{changed: make(chan struct{})}
	l.add(name, n)
	return l
}

func (l *ledger) add(name string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		l.events = append(l.events, fmt.Appendf(nil, "%s: event %d", name, len(l.events)))
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *ledger) Size(context.Context) (eventstore.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return eventstore.Position(len(l.events)), nil
}

func (l *ledger) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		l.mu.Lock()
		events := l.events
		l.mu.Unlock()
		for i := int(from); i < len(events); i++ {
			if err := ctx.Err(); err != nil {
				yield(eventstore.Event{}, err)
				return
			}
			if !yield(eventstore.Event{Position: eventstore.Position(i), Bytes: events[i]}, nil) {
				return
			}
		}
	}
}

func (l *ledger) Follow(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for {
			l.mu.Lock()
			changed := l.changed
			l.mu.Unlock()
			for e, err := range l.ReadAll(ctx, from) {
				if !yield(e, err) || err != nil {
					return
				}
				from++
			}
			select {
			case <-changed:
			case <-ctx.Done():
				yield(eventstore.Event{}, ctx.Err())
				return
			}
		}
	}
}

// plainRoot is the Merkle tree hash as RFC 6962, section 2.1, writes it, and shares no code with the tree.
func plainRoot(events [][]byte) tlog.Hash {
	switch len(events) {
	case 0:
		return sha()
	case 1:
		return sha([]byte{0}, events[0])
	}
	k := 1 // the largest power of two smaller than n
	for k*2 < len(events) {
		k *= 2
	}
	left, right := plainRoot(events[:k]), plainRoot(events[k:])
	return sha([]byte{1}, left[:], right[:])
}

// verify checks that a tree is that of the ledger: its root at a few sizes, and every stored hash at the end.
func verify(t testing.TB, tree *Tree, l *ledger) {
	t.Helper()
	size := int64(len(l.events))
	if got := tree.Size(); got != size {
		t.Fatalf("tree has %d leaves, the ledger %d events", got, size)
	}
	for _, n := range []int64{0, 1, size / 2, size} {
		got, err := tree.Root(min(n, size))
		if err != nil {
			t.Fatal(err)
		}
		if want := plainRoot(l.events[:min(n, size)]); got != want {
			t.Fatalf("root at %d of %d is %v, want %v", n, size, got, want)
		}
	}
	checked, err := check(t.Context(), tree.hashes, l)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Checked{Events: size, Root: plainRoot(l.events), Leaves: size}); checked != want {
		t.Fatalf("checked %+v, want %+v", checked, want)
	}
}
