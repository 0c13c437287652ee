package transparency

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// opened is the tree of a ledger, with its file.
func opened(t *testing.T, l *ledger) (tree *Tree, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "hashes")
	tree, _, err := Open(t.Context(), path, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tree.Close() })
	return tree, path
}

func rewrite(l *ledger, event int) (undo func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.events[event]
	l.events[event] = append([]byte("rewritten: "), before...)
	return func() { l.mu.Lock(); l.events[event] = before; l.mu.Unlock() }
}

// Scrub finds every event that is not what it was, and every hash, and names the leaf.
func TestScrubNamesTheFirstLeafThatDiffers(t *testing.T) {
	const size = batch + 300
	l := newLedger("scrub", size)
	tree, path := opened(t, l)
	scrub := func() (int64, error) { return tree.Scrub(t.Context(), nil) }
	if done, err := scrub(); err != nil || done != size {
		t.Fatalf("a tree as it should be: %d, %v", done, err)
	}
	for _, event := range []int{0, 1, 255, 256, batch - 1, batch, size - 1} {
		undo := rewrite(l, event)
		var differs *DiffersError
		if done, err := scrub(); !errors.As(err, &differs) || differs.Leaf != int64(event) || differs.Missing || done != int64(event) {
			t.Errorf("event %d rewritten: %d, %v", event, done, err)
		}
		undo()
		flip(t, path, 32*tlog.StoredHashIndex(0, int64(event))+7)
		if _, err := scrub(); !errors.As(err, &differs) || differs.Leaf != int64(event) {
			t.Errorf("hash of leaf %d damaged: %v", event, err)
		}
		flip(t, path, 32*tlog.StoredHashIndex(0, int64(event))+7)
	}
	l.mu.Lock()
	l.events = l.events[:500]
	l.mu.Unlock()
	var differs *DiffersError
	if done, err := scrub(); !errors.As(err, &differs) || differs.Leaf != 500 || !differs.Missing || !errors.Is(err, ErrAhead) || done != 500 {
		t.Errorf("ledger cut back to 500: %d, %v", done, err)
	}
}

// An event that the ledger cannot give is one that is missing; a disk that fails for now is a failure.
func TestScrubOfAnUnreadableLedger(t *testing.T) {
	l := newLedger("unreadable", 20)
	tree, _ := opened(t, l)
	tree.events = faulty{ledger: l, at: 13, err: eventstore.ErrDamaged}
	var differs *DiffersError
	if _, err := tree.Scrub(t.Context(), nil); !errors.As(err, &differs) || differs.Leaf != 13 || !differs.Missing {
		t.Errorf("damaged: %v", err)
	}
	if err := tree.CheckLeaf(t.Context(), 13); !errors.As(err, &differs) || differs.Leaf != 13 || !differs.Missing {
		t.Errorf("leaf of a damaged event: %v", err)
	}
	tree.events = faulty{ledger: l, at: 13, err: errLedger}
	if _, err := tree.Scrub(t.Context(), nil); !errors.Is(err, errLedger) || errors.As(err, new(*DiffersError)) {
		t.Errorf("failing: %v", err)
	}
	if err := tree.CheckLeaf(t.Context(), 13); !errors.Is(err, errLedger) || errors.As(err, new(*DiffersError)) {
		t.Errorf("leaf of an event that cannot be read now: %v", err)
	}
}

// What is appended while a scrub is under way is left to the next one; rest is asked after each batch, and can end it.
func TestScrubBesideAppends(t *testing.T) {
	const size = 3*batch + 5
	l := newLedger("beside", size)
	tree, _ := opened(t, l)
	var rests []int64
	done, err := tree.Scrub(t.Context(), func(_ context.Context, done int64) error {
		rests = append(rests, done)
		l.add("beside", 700)
		return tree.CatchUp(t.Context())
	})
	if err != nil || done != size || len(rests) != 3 || rests[2] != 3*batch {
		t.Errorf("scrubbed %d with rests at %v: %v", done, rests, err)
	}
	verify(t, tree, l)
	enough := errors.New("enough")
	if done, err := tree.Scrub(t.Context(), func(context.Context, int64) error { return enough }); !errors.Is(err, enough) || done != batch {
		t.Errorf("ended by rest: %d, %v", done, err)
	}
}

func TestCheckLeaf(t *testing.T) {
	l := newLedger("leaf", 50)
	tree, _ := opened(t, l)
	for leaf := range int64(50) {
		if err := tree.CheckLeaf(t.Context(), leaf); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(l, 30)
	var differs *DiffersError
	if err := tree.CheckLeaf(t.Context(), 30); !errors.As(err, &differs) || differs.Leaf != 30 || differs.Missing {
		t.Errorf("rewritten: %v", err)
	}
	if err := tree.CheckLeaf(t.Context(), 50); !errors.Is(err, ErrBeyond) {
		t.Errorf("beyond the tree: %v", err)
	}
	l.events = l.events[:49]
	if err := tree.CheckLeaf(t.Context(), 49); !errors.As(err, &differs) || differs.Leaf != 49 || !differs.Missing {
		t.Errorf("missing: %v", err)
	}
}

// No loss of power changes a leaf that is under a checkpoint: where one differs nothing is repaired.
func TestOpenSignedKeepsTheEvidence(t *testing.T) {
	const size = 100
	l := newLedger("signed", size)
	path := written(t, l)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		event  int
		signed int64
		cut    bool
	}{
		{event: 40, signed: 0, cut: true}, {event: 40, signed: 40, cut: true}, {event: 40, signed: 41}, {event: 40, signed: size},
		{event: size - 1, signed: size - 1, cut: true}, {event: size - 1, signed: size},
	} {
		undo := rewrite(l, tt.event)
		tree, found, err := OpenSigned(t.Context(), path, l, tt.signed)
		var differs *DiffersError
		switch {
		case tt.cut && (err != nil || found.Kept != int64(tt.event)):
			t.Errorf("%+v: %+v, %v; want it cut", tt, found, err)
		case !tt.cut && (!errors.As(err, &differs) || differs.Leaf != int64(tt.event)):
			t.Errorf("%+v: %v, want a *DiffersError", tt, err)
		}
		if tree != nil {
			if err := tree.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if after, err := os.ReadFile(path); !tt.cut && (err != nil || string(after) != string(whole)) {
			t.Errorf("%+v: the file was changed", tt)
		}
		undo()
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// What a loss of power leaves beyond the signed leaves is cut and made again.
	if err := os.Truncate(path, 32*(tlog.StoredHashCount(92)-1)); err != nil {
		t.Fatal(err)
	}
	tree, found, err := OpenSigned(t.Context(), path, l, 80)
	if err != nil || found != (Opened{Kept: 91, Partial: true, Added: 9}) {
		t.Fatalf("cut short: %+v, %v", found, err)
	}
	verify(t, tree, l)
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
}

// A ledger that is damaged has a tree up to the damage.
func TestInMemoryOfADamagedLedger(t *testing.T) {
	for _, at := range []eventstore.Position{0, 1, 13, batch, batch + 1} {
		l := newLedger("damaged", batch+20)
		tree, err := InMemory(t.Context(), faulty{ledger: l, at: at, err: eventstore.ErrDamaged})
		if !errors.Is(err, eventstore.ErrDamaged) || tree == nil || tree.Size() != int64(at) {
			t.Fatalf("damaged at %d: %v, %v", at, tree, err)
		}
		if root, err := tree.Root(int64(at)); err != nil || root != plainRoot(l.events[:at]) {
			t.Errorf("damaged at %d: root %v, %v", at, root, err)
		}
	}
}

func TestRootsOfALedger(t *testing.T) {
	l := newLedger("sizes", 77)
	size, roots, err := Roots(t.Context(), l, 0, 1, 64, 77, 13)
	if err != nil || size != 77 || len(roots) != 5 {
		t.Fatalf("%d, %v, %v", size, roots, err)
	}
	for n, root := range roots {
		if root != plainRoot(l.events[:n]) {
			t.Errorf("root at %d is %v", n, root)
		}
	}
	if size, roots, err := Roots(t.Context(), l); err != nil || size != 77 || len(roots) != 1 || roots[77] != plainRoot(l.events) {
		t.Errorf("at the end: %d, %v, %v", size, roots, err)
	}
	for _, n := range []int64{78, -1} {
		if _, _, err := Roots(t.Context(), l, n); !errors.Is(err, ErrBeyond) {
			t.Errorf("size %d: %v, want ErrBeyond", n, err)
		}
	}
	if _, _, err := Roots(t.Context(), faulty{ledger: l, at: 5, err: errLedger}); !errors.Is(err, errLedger) {
		t.Errorf("a ledger that fails: %v", err)
	}
}
