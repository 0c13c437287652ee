package sqliteevidence

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"zombiezen.com/go/sqlite"

	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/evidencetest"
	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

var ledgerID = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newStore(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "evidence.db")
	s, err := Create(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	return s, path
}

func TestConformance(t *testing.T) {
	evidencetest.Run(t, func(t *testing.T) evidence.Store {
		s, _ := newStore(t)
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}

func TestOpenedAgain(t *testing.T) {
	s, path := newStore(t)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	f := evidencetest.File("kept")
	if err := s.Put(t.Context(), f, "registrar:secretariat"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, ledgerID); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made again: %v", err)
	}
	if _, err := Open(path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("of another ledger: %v", err)
	}
	s, err := Open(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := OpenReadOnly(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Get(t.Context(), f.Hash); err != nil {
		t.Error(err)
	}
	if err := r.Erase(t.Context(), f.Hash); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("erased by who only reads: %v", err)
	}
	if got, err := s.Get(t.Context(), f.Hash); err != nil || string(got.Content) != "kept" {
		t.Errorf("%s, %v", got.Content, err)
	}
}

// filesOfAllSizes gives files from a few bytes to some hundred pages, with a marker of their own every few hundred bytes.
func filesOfAllSizes(n int) (all []evidence.File) {
	for i := range n {
		marker := fmt.Sprintf("marker-%04d ", i)
		content := []byte(marker)
		for len(content) < []int{0, 700, 3900, 4200, 50_000, 900_000}[i%6] {
			content = append(append(content, marker...), bytes.Repeat([]byte{'.'}, 300)...)
		}
		all = append(all, evidence.File{Hash: sha256.Sum256(content), Media: evidence.Text, Uploaded: evidencetest.At, Content: content})
	}
	return all
}

// where gives the files of a store that hold the marker of one that was uploaded, or its hash.
func where(t *testing.T, path string, f evidence.File, hash bool) (names []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, name := range all {
		content, err := os.ReadFile(name) // drops this process's locks, which no other process challenges here
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, f.Content[:len("marker-0000 ")]) || hash && bytes.Contains(content, f.Hash[:]) {
			names = append(names, filepath.Base(name))
		}
	}
	return names
}

func TestErasedAndPurgedFilesAreInNoFile(t *testing.T) {
	s, path := newStore(t)
	random := rand.New(rand.NewPCG(1, 2))
	files := filesOfAllSizes(60)
	random.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for i, f := range files {
		if i >= 40 {
			f.Uploaded = f.Uploaded.Add(-time.Hour)
		}
		if err := s.Put(t.Context(), f, "registrar:secretariat"); err != nil {
			t.Fatal(err)
		}
		if i == 30 { // some of them lie in the file by now, the others in the log
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			var err error
			if s, err = Open(path, ledgerID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(where(t, path, files[0], true)) == 0 {
		t.Fatal("the search does not even find a file that is there")
	}
	for _, f := range files[:20] {
		if err := s.Erase(t.Context(), f.Hash); err != nil {
			t.Fatal(err)
		}
		if names := where(t, path, f, false); names != nil {
			t.Fatalf("%d bytes: erased, and still in %v", len(f.Content), names)
		}
	}
	if n, err := s.Purge(t.Context(), evidencetest.At, func(evidence.Hash) bool { return false }); n != 20 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	check := func() {
		t.Helper()
		for i, f := range files {
			switch names := where(t, path, f, i >= 40); {
			case (i < 20 || i >= 40) && names != nil:
				t.Errorf("%d bytes: gone, and still in %v", len(f.Content), names)
			case i >= 20 && i < 40 && names == nil:
				t.Errorf("%d bytes: lost", len(f.Content))
			}
		}
	}
	check()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check()
}

// After a commit that failed nobody knows what is durable: nothing more is written, and what is there is read.
func TestFailedCommit(t *testing.T) {
	s, _ := newStore(t)
	defer s.Close()
	f, failed := evidencetest.File("kept"), errors.New("the disk failed")
	if err := s.Put(t.Context(), f, "registrar:secretariat"); err != nil {
		t.Fatal(err)
	}
	s.file.Commit = func(*sqlite.Conn) error { return failed }
	if err := s.Put(t.Context(), evidencetest.File("lost"), "registrar:secretariat"); !errors.Is(err, eventstore.ErrPoisoned) || !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	s.file.Commit = sqlitefile.Commit
	if err := s.Erase(t.Context(), f.Hash); !errors.Is(err, eventstore.ErrPoisoned) {
		t.Errorf("afterwards: %v", err)
	}
	if _, err := s.Get(t.Context(), f.Hash); err != nil {
		t.Error(err)
	}
}
