package transparency

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// written gives a file with the tree of a ledger.
func written(t testing.TB, l *ledger) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hashes")
	reopened(t, path, l)
	return path
}

// reopened opens the file, verifies that its tree is the ledger's, closes it and gives what Open found.
func reopened(t testing.TB, path string, l *ledger) Opened {
	t.Helper()
	tree, opened, err := Open(t.Context(), path, l)
	if err != nil {
		t.Fatal(err)
	}
	verify(t, tree, l)
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 32*tlog.StoredHashCount(tree.Size()) {
		t.Fatalf("file has %d bytes (%v), want %d", info.Size(), err, 32*tlog.StoredHashCount(tree.Size()))
	}
	return opened
}

func flip(t testing.TB, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	_, err1 := f.ReadAt(b[:], at)
	b[0] ^= 1
	_, err2 := f.WriteAt(b[:], at)
	if err := errors.Join(err1, err2, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// Wherever the file ends, it is made whole.
func TestOpenAfterEveryCut(t *testing.T) {
	l := newLedger("cut", 37)
	path := written(t, l)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n <= len(whole); n += 13 {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		leaves := wholeLeaves(int64(n / 32))
		opened := reopened(t, path, l)
		if opened.Kept != leaves || opened.Added != 37-leaves || opened.Cut != 0 {
			t.Errorf("after %d bytes, %d leaves: %+v", n, leaves, opened)
		}
	}
}

func TestOpenCutsPartialLeaf(t *testing.T) {
	l := newLedger("partial", 4)
	path := written(t, l)
	// Leaf 3 completes two subtrees: it has three hashes.
	if err := os.Truncate(path, 32*(tlog.StoredHashCount(4)-1)); err != nil {
		t.Fatal(err)
	}
	if got, want := reopened(t, path, l), (Opened{Kept: 3, Partial: true, Added: 1}); got != want {
		t.Errorf("opened %+v, want %+v", got, want)
	}
	if err := os.Truncate(path, 32*tlog.StoredHashCount(4)+5); err != nil {
		t.Fatal(err)
	}
	if got, want := reopened(t, path, l), (Opened{Kept: 4}); got != want {
		t.Errorf("with five bytes more: opened %+v, want %+v", got, want)
	}
}

// The loss of power may leave blocks that were never written, anywhere after the last sync.
func TestOpenAfterLossOfPower(t *testing.T) {
	l := newLedger("power", 500)
	path := written(t, l)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, hole := range []struct{ from, to int }{{0, 32}, {0, len(whole)}, {32, 64}, {4096, 8192}, {len(whole) - 32, len(whole)}, {len(whole) - 1, len(whole)}} {
		damaged := append([]byte(nil), whole...)
		clear(damaged[hole.from:hole.to])
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		opened := reopened(t, path, l)
		if opened.Cut == 0 || opened.Kept+opened.Cut != 500 || opened.Added != opened.Cut {
			t.Errorf("with a hole from %d to %d: %+v", hole.from, hole.to, opened)
		}
	}
}

func TestOpenAgain(t *testing.T) {
	l := newLedger("again", 100)
	path := written(t, l)
	if got, want := reopened(t, path, l), (Opened{Kept: 100}); got != want {
		t.Errorf("opened %+v, want %+v", got, want)
	}
	l.add("again", 23)
	if got, want := reopened(t, path, l), (Opened{Kept: 100, Added: 23}); got != want {
		t.Errorf("opened %+v, want %+v", got, want)
	}
}

func TestOpenRefusesAnotherLedger(t *testing.T) {
	path := written(t, newLedger("one", 10))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(t.Context(), path, newLedger("another", 20)); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("Open: %v, want ErrForeign", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("the refused file was changed")
	}
}

func TestOpenRefusesFileAhead(t *testing.T) {
	l := newLedger("ahead", 10)
	path := written(t, l)
	l.events = l.events[:9]
	if _, _, err := Open(t.Context(), path, l); !errors.Is(err, ErrAhead) {
		t.Errorf("Open: %v, want ErrAhead", err)
	}
	if _, err := Check(t.Context(), path, l); !errors.Is(err, ErrAhead) {
		t.Errorf("Check: %v, want ErrAhead", err)
	}
	// By more than the window, so that what would be probed is not there.
	long := newLedger("ahead", 100)
	disk := &memory{}
	if _, _, err := open(t.Context(), disk, long, 10, 0); err != nil {
		t.Fatal(err)
	}
	long.events = long.events[:20]
	if _, _, err := open(t.Context(), disk, long, 10, 0); !errors.Is(err, ErrAhead) {
		t.Errorf("Open of a file far ahead: %v, want ErrAhead", err)
	}
}

func TestOpenRefusesFileInUse(t *testing.T) {
	l := newLedger("in use", 10)
	path := filepath.Join(t.TempDir(), "hashes")
	tree, _, err := Open(t.Context(), path, l)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(t.Context(), path, l); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
	reopened(t, path, l)
}

// Beyond the window only probes look; within it everything is repaired.
func TestOpenProbesOlderLeaves(t *testing.T) {
	const window = batch
	const size = window + 300
	l := newLedger("probes", size)
	path := written(t, l)
	reopen := func() (Opened, error) {
		f, err := openFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tree, opened, err := open(t.Context(), f, l, window, 0)
		if err != nil {
			return opened, errors.Join(err, f.close())
		}
		verify(t, tree, l)
		return opened, tree.Close()
	}
	if got, err := reopen(); err != nil || got != (Opened{Kept: size}) {
		t.Errorf("opened %+v, %v", got, err)
	}

	detected := func(hash int64) bool {
		t.Helper()
		flip(t, path, 32*hash)
		defer flip(t, path, 32*hash)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		hashes := &file{f}
		defer func() { _ = hashes.close() }()
		err = probe(t.Context(), 300, hashes, l)
		if _, ok := errors.AsType[*DiffersError](err); err != nil && !ok {
			t.Fatalf("hash %d damaged: %v", hash, err)
		}
		return err != nil
	}
	for why, hash := range map[string]int64{
		"leaf 1":                              tlog.StoredHashIndex(0, 1),
		"the last leaf before the window":     tlog.StoredHashIndex(0, 299),
		"the root of the first 256":           tlog.StoredHashIndex(8, 0),
		"the root of leaves 0 to 127":         tlog.StoredHashIndex(7, 0),
		"the root of leaves 256 to 287":       tlog.StoredHashIndex(5, 8),
		"the root of leaves 296 to 299":       tlog.StoredHashIndex(2, 74),
		"a leaf at a power of two, 128":       tlog.StoredHashIndex(0, 128),
		"a leaf at a power of two before end": tlog.StoredHashIndex(0, 300-1-128),
	} {
		if !detected(hash) {
			t.Errorf("%s: damage is not detected", why)
		}
	}
	// Everything that a later root is made of.
	for _, hash := range torchwood.RightEdge(300) {
		if !detected(hash) {
			t.Errorf("stored hash %d, of the edge: damage is not detected", hash)
		}
	}
	flip(t, path, 32*tlog.StoredHashIndex(8, 0))
	if _, err := reopen(); err == nil {
		t.Error("opened with the root of the first 256 damaged")
	} else if _, ok := errors.AsType[*DiffersError](err); !ok {
		t.Errorf("opening: %v, want a *DiffersError", err)
	}
	flip(t, path, 32*tlog.StoredHashIndex(8, 0))

	flip(t, path, 32*tlog.StoredHashIndex(0, 300))
	if got, err := reopen(); err != nil || got != (Opened{Kept: 300, Cut: window, Added: window}) {
		t.Errorf("opened %+v, %v; want the window repaired", got, err)
	}
}

func TestCheckNamesTheFirstLeafThatDiffers(t *testing.T) {
	l := newLedger("check", 300)
	path := written(t, l)
	checked, err := Check(t.Context(), path, l)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Checked{Events: 300, Root: plainRoot(l.events), Leaves: 300}); checked != want {
		t.Errorf("checked %+v, want %+v", checked, want)
	}
	for leaf := range int64(300) {
		at := 32 * tlog.StoredHashIndex(0, leaf)
		flip(t, path, at+leaf%32)
		var differs *DiffersError
		if _, err := Check(t.Context(), path, l); !errors.As(err, &differs) || differs.Leaf != leaf {
			t.Fatalf("leaf %d damaged: %v", leaf, err)
		}
		flip(t, path, at+leaf%32)
	}
	// A hash above the leaves is blamed on the leaf that completes it.
	flip(t, path, 32*tlog.StoredHashIndex(3, 1))
	var differs *DiffersError
	if _, err := Check(t.Context(), path, l); !errors.As(err, &differs) || differs.Leaf != 15 {
		t.Errorf("subtree of leaves 8 to 15 damaged: %v", err)
	}
	flip(t, path, 32*tlog.StoredHashIndex(3, 1))

	l.events[7] = []byte("rewritten")
	if _, err := Check(t.Context(), path, l); !errors.As(err, &differs) || differs.Leaf != 7 {
		t.Errorf("event 7 rewritten: %v", err)
	}
}

func TestCheckOfShortFile(t *testing.T) {
	l := newLedger("short", 4)
	path := written(t, l)
	if err := os.Truncate(path, 32*(tlog.StoredHashCount(4)-1)+5); err != nil {
		t.Fatal(err)
	}
	l.add("short", 2)
	checked, err := Check(t.Context(), path, l)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Checked{Events: 6, Root: plainRoot(l.events), Leaves: 3, Partial: true}); checked != want {
		t.Errorf("checked %+v, want %+v", checked, want)
	}
	if _, err := Check(t.Context(), path+"x", l); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Check of no file: %v", err)
	}
}

// failing is a disk that fails on demand, and counts the leaves that would be lost with the power.
type failing struct {
	memory
	failWrite, failSync bool
	synced              int64 // hashes
	exposed             int64 // the most hashes that were ever not synced
}

var errDisk = errors.New("disk failed")

func (f *failing) write(from int64, encoded []byte) error {
	if f.failWrite {
		return errDisk
	}
	if err := f.memory.write(from, encoded); err != nil {
		return err
	}
	f.exposed = max(f.exposed, int64(len(f.hashes))-f.synced)
	return nil
}

func (f *failing) sync() error {
	if f.failSync {
		return errDisk
	}
	f.synced = int64(len(f.hashes))
	return nil
}

func TestTreeIsBrokenAfterAFailure(t *testing.T) {
	for _, what := range []string{"write", "sync"} {
		t.Run(what, func(t *testing.T) {
			disk := &failing{}
			l := newLedger("broken", 5)
			tree, _, err := open(t.Context(), disk, l, window, 0)
			if err != nil {
				t.Fatal(err)
			}
			disk.failWrite, disk.failSync = what == "write", what == "sync"
			l.add("broken", 1)
			err = tree.CatchUp(t.Context())
			if err == nil {
				_, err = tree.Sync()
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("error is %v, want that of the disk", err)
			}
			disk.failWrite, disk.failSync = false, false
			l.add("broken", 1)
			if err := tree.CatchUp(t.Context()); !errors.Is(err, ErrBroken) {
				t.Errorf("CatchUp afterwards: %v, want ErrBroken", err)
			}
			if _, err := tree.Sync(); !errors.Is(err, ErrBroken) {
				t.Errorf("Sync afterwards: %v, want ErrBroken", err)
			}
			if root, err := tree.Root(5); err != nil || root != plainRoot(l.events[:5]) {
				t.Errorf("reading afterwards: %v, %v", root, err)
			}
		})
	}
}

func TestSync(t *testing.T) {
	const window = 2 * batch
	disk := &failing{}
	l := newLedger("sync", 2*window+5)
	if _, _, err := open(t.Context(), disk, l, window, 0); err != nil {
		t.Fatal(err)
	}
	if all := tlog.StoredHashCount(2*window + 5); disk.synced != all {
		t.Errorf("Open synced %d hashes of %d", disk.synced, all)
	}
	if bound := tlog.StoredHashCount(window) + 64; disk.exposed > bound {
		t.Errorf("%d hashes were not synced, more than the window's %d", disk.exposed, bound)
	}
	// What a killed process wrote is readable and perhaps not on the disk.
	disk.synced = 0
	tree, _, err := open(t.Context(), disk, l, window, 0)
	if err != nil {
		t.Fatal(err)
	}
	if all := tlog.StoredHashCount(tree.Size()); disk.synced != all {
		t.Errorf("opening again synced %d hashes of %d", disk.synced, all)
	}
	l.add("sync", 3)
	if err := tree.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	size, err := tree.Sync()
	if err != nil || size != 2*window+8 || disk.synced != tlog.StoredHashCount(size) {
		t.Errorf("Sync = %d, %v with %d hashes synced", size, err, disk.synced)
	}
}
