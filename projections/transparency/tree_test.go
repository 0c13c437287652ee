package transparency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"arobase/eventstore"
)

func sha(parts ...[]byte) tlog.Hash {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return tlog.Hash(h.Sum(nil))
}

func inMemory(t testing.TB, l *ledger) *Tree {
	t.Helper()
	tree, err := InMemory(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestRoots(t *testing.T) {
	l := newLedger("roots", 300)
	tree := inMemory(t, l)
	for size := range int64(301) {
		got, err := tree.Root(size)
		if err != nil {
			t.Fatal(err)
		}
		if want := plainRoot(l.events[:size]); got != want {
			t.Errorf("root at %d is %v, want %v", size, got, want)
		}
	}
}

// The test vectors that implementations of Certificate Transparency share.
func TestKnownRoots(t *testing.T) {
	l := &ledger{changed: make(chan struct{})}
	for _, leaf := range []string{"", "\x00", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"} {
		l.events = append(l.events, []byte(leaf))
	}
	tree := inMemory(t, l)
	for size, want := range []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	} {
		if got, err := tree.Root(int64(size)); err != nil || hex.EncodeToString(got[:]) != want {
			t.Errorf("root at %d is %x (%v), want %s", size, got, err, want)
		}
	}
}

func TestRootsAroundTiles(t *testing.T) {
	l := newLedger("tiles", 65_537)
	tree := inMemory(t, l)
	for _, size := range []int64{255, 256, 257, 65_535, 65_536, 65_537} {
		got, err := tree.Root(size)
		if err != nil {
			t.Fatal(err)
		}
		if want := plainRoot(l.events[:size]); got != want {
			t.Errorf("root at %d is %v, want %v", size, got, want)
		}
	}
}

func TestEveryInclusionProof(t *testing.T) {
	l := newLedger("inclusion", 300)
	tree := inMemory(t, l)
	for size := int64(1); size <= 300; size++ {
		root := plainRoot(l.events[:size])
		for index := range size {
			proof, err := tree.Inclusion(index, size)
			if err != nil {
				t.Fatal(err)
			}
			leaf := tlog.RecordHash(l.events[index])
			if err := tlog.CheckRecord(proof, size, root, index, leaf); err != nil {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
			if len(proof) == 0 || (index+size)%4 != 0 {
				continue
			}
			bad := append(tlog.RecordProof(nil), proof...)
			bad[int(index)%len(bad)][index%32] ^= 1 << (size % 8)
			if tlog.CheckRecord(bad, size, root, index, leaf) == nil {
				t.Fatalf("leaf %d of %d: a proof with a flipped bit verifies", index, size)
			}
		}
	}
}

func TestEveryConsistencyProof(t *testing.T) {
	l := newLedger("consistency", 300)
	tree := inMemory(t, l)
	roots := make([]tlog.Hash, 301)
	for size := range roots {
		roots[size] = plainRoot(l.events[:size])
	}
	for size := int64(1); size <= 300; size++ {
		for old := int64(1); old <= size; old++ {
			proof, err := tree.Consistency(old, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckTree(proof, size, roots[size], old, roots[old]); err != nil {
				t.Fatalf("%d extends %d: %v", size, old, err)
			}
			if (old+size)%4 != 0 {
				continue
			}
			wrong := roots[old]
			wrong[old%32] ^= 1
			if tlog.CheckTree(proof, size, roots[size], old, wrong) == nil {
				t.Fatalf("%d extends %d: another old root verifies", size, old)
			}
			if len(proof) == 0 {
				continue
			}
			bad := append(tlog.TreeProof(nil), proof...)
			bad[int(old)%len(bad)][old%32] ^= 1 << (size % 8)
			if tlog.CheckTree(bad, size, roots[size], old, roots[old]) == nil {
				t.Fatalf("%d extends %d: a proof with a flipped bit verifies", size, old)
			}
		}
	}
}

// The hashes in storage are those that tlog would store, in its order.
func TestStoredHashesAreThoseOfTlog(t *testing.T) {
	l := newLedger("stored", 1000)
	tree := inMemory(t, l)
	var want []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, want[i])
		}
		return out, nil
	})
	for i, event := range l.events {
		more, err := tlog.StoredHashes(int64(i), event, reader)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, more...)
		if n := wholeLeaves(int64(len(want))); n != int64(i+1) {
			t.Fatalf("%d hashes are %d leaves, want %d", len(want), n, i+1)
		}
		for cut := len(want) - len(more) + 1; cut < len(want); cut++ {
			if n := wholeLeaves(int64(cut)); n != int64(i) {
				t.Fatalf("%d hashes are %d whole leaves, want %d", cut, n, i)
			}
		}
	}
	indexes := make([]int64, len(want))
	for i := range indexes {
		indexes[i] = int64(i)
	}
	got, err := tree.ReadHashes(indexes)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("stored hash %d is %v, want %v", i, got[i], want[i])
		}
	}
	if _, err := tree.ReadHashes([]int64{int64(len(want))}); !errors.Is(err, ErrBeyond) {
		t.Errorf("reading one hash more: %v, want ErrBeyond", err)
	}
}

// However the leaves arrive, in whatever batches, with the file opened again in between, the tree is the same as one
// computed at once.
func TestIncrementalIsRebuilt(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, "hashes")
		_ = os.Remove(path)
		l := newLedger("incremental", rapid.IntRange(0, 5).Draw(rt, "first"))
		tree, _, err := Open(t.Context(), path, l)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			from := len(l.events)
			l.add("incremental", rapid.IntRange(0, 40).Draw(rt, "more"))
			switch rapid.IntRange(0, 3).Draw(rt, "how") {
			case 0:
				err = tree.Append(eventstore.Position(from), l.events[from:]...)
			case 1:
				err = tree.CatchUp(t.Context())
			case 2:
				for i := from; i < len(l.events) && err == nil; i++ {
					err = tree.Append(eventstore.Position(i), l.events[i])
				}
			case 3:
				if err = tree.Close(); err == nil {
					tree, _, err = Open(t.Context(), path, l)
				}
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		verify(t, tree, l)
		if err := tree.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestAppendRefusesGaps(t *testing.T) {
	tree := inMemory(t, newLedger("gaps", 3))
	for _, from := range []eventstore.Position{0, 2, 4} {
		if err := tree.Append(from, []byte("x")); !errors.Is(err, ErrGap) {
			t.Errorf("appending event %d to 3 leaves: %v, want ErrGap", from, err)
		}
	}
	if err := tree.Append(3, []byte("x")); err != nil {
		t.Errorf("appending event 3: %v", err)
	}
	if got := tree.Size(); got != 4 {
		t.Errorf("size is %d, want 4", got)
	}
}

func TestBeyond(t *testing.T) {
	tree := inMemory(t, newLedger("beyond", 3))
	for what, f := range map[string]func() error{
		"root at 4":           func() error { _, err := tree.Root(4); return err },
		"root at -1":          func() error { _, err := tree.Root(-1); return err },
		"leaf 3 of 3":         func() error { _, err := tree.Inclusion(3, 3); return err },
		"leaf -1 of 3":        func() error { _, err := tree.Inclusion(-1, 3); return err },
		"leaf 0 of 0":         func() error { _, err := tree.Inclusion(0, 0); return err },
		"leaf 0 of 4":         func() error { _, err := tree.Inclusion(0, 4); return err },
		"consistency 3 and 4": func() error { _, err := tree.Consistency(3, 4); return err },
		"consistency 3 and 2": func() error { _, err := tree.Consistency(3, 2); return err },
		"hash -1":             func() error { _, err := tree.ReadHashes([]int64{-1}); return err },
	} {
		if err := f(); !errors.Is(err, ErrBeyond) {
			t.Errorf("%s: %v, want ErrBeyond", what, err)
		}
	}
	if proof, err := tree.Consistency(0, 3); err != nil || len(proof) != 0 {
		t.Errorf("consistency of the empty tree: %v, %v", proof, err)
	}
}

// A tree that runs follows the ledger; readers get true answers at every size meanwhile.
func TestRun(t *testing.T) {
	l := newLedger("run", 10)
	tree, _, err := Open(t.Context(), filepath.Join(t.TempDir(), "hashes"), l)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- tree.Run(ctx) }()

	const total = 2000
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for size := int64(0); size < total; {
				if err := tree.Wait(t.Context(), size+1); err != nil {
					t.Error(err)
					return
				}
				old := size
				size = tree.Size()
				root, err1 := tree.Root(size)
				proof, err2 := tree.Inclusion(size-1, size)
				grown, err3 := tree.Consistency(max(old, 1), size)
				before, err4 := tree.Root(max(old, 1))
				if err := errors.Join(err1, err2, err3, err4); err != nil {
					t.Error(err)
					return
				}
				l.mu.Lock()
				leaf := tlog.RecordHash(l.events[size-1])
				l.mu.Unlock()
				if err := errors.Join(tlog.CheckRecord(proof, size, root, size-1, leaf),
					tlog.CheckTree(grown, size, root, max(old, 1), before)); err != nil {
					t.Errorf("at size %d after %d: %v", size, old, err)
					return
				}
			}
		})
	}
	for n := 10; n < total; {
		more := min(1+n%7, total-n)
		l.add("run", more)
		n += more
	}
	readers.Wait()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run ended with %v", err)
	}
	verify(t, tree, l)

	waiting := make(chan error, 1)
	go func() { waiting <- tree.Wait(context.Background(), total+1) }()
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("Wait on a closed tree: %v, want ErrClosed", err)
	}
	if err := tree.Append(total, []byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("Append to a closed tree: %v, want ErrClosed", err)
	}
	if err := tree.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("second Close: %v, want ErrClosed", err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	tree := inMemory(t, newLedger("wait", 1))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := tree.Wait(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v, want the context's error", err)
	}
}
