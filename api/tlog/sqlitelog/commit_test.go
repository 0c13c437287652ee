package sqlitelog

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"arobase/api/tlog"
	"arobase/eventstore"
)

// After a commit whose outcome is not known nothing more is signed, until the file is opened again.
func TestFailedCommit(t *testing.T) {
	ledger := uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")
	path := filepath.Join(t.TempDir(), "log.db")
	heads, err := Create(path, ledger)
	if err != nil {
		t.Fatal(err)
	}
	one, two := tlog.Head{Size: 1, Signed: []byte("one\n")}, tlog.Head{Size: 2, Signed: []byte("two\n")}
	if err := heads.Replace(t.Context(), tlog.Head{}, one); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("fsync failed")
	heads.commit = func(*sqlite.Conn) error { return broken }
	if err := heads.Replace(t.Context(), one, two); !errors.Is(err, broken) || !errors.Is(err, eventstore.ErrPoisoned) {
		t.Errorf("Replace: %v, want ErrPoisoned and the cause", err)
	}
	heads.commit = commit
	if err := heads.Replace(t.Context(), one, two); !errors.Is(err, eventstore.ErrPoisoned) {
		t.Errorf("Replace afterwards: %v, want ErrPoisoned", err)
	}
	if last, err := heads.Last(t.Context()); err != nil || last.Size != 1 {
		t.Errorf("Last = %+v, %v; want what was there before", last, err)
	}
	if err := heads.Close(); err != nil {
		t.Fatal(err)
	}
	if heads, err = Open(path, ledger); err != nil {
		t.Fatal(err)
	}
	if err := heads.Replace(t.Context(), one, two); err != nil {
		t.Errorf("Replace after opening again: %v", err)
	}
	if err := heads.Close(); err != nil {
		t.Fatal(err)
	}
}
