package sqlitelog_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/tlog"
	"arobase/api/tlog/headstest"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

var ledger = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")

func create(t *testing.T) (string, *sqlitelog.Heads) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.db")
	heads, err := sqlitelog.Create(path, ledger)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, heads)
	return path, heads
}

func closeAtEnd(t *testing.T, heads *sqlitelog.Heads) {
	t.Cleanup(func() {
		if err := heads.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestHeads(t *testing.T) {
	headstest.Run(t, func(t *testing.T) (tlog.Heads, func() tlog.Heads) {
		path, heads := create(t)
		return heads, func() tlog.Heads {
			again, err := sqlitelog.Open(path, ledger)
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, again)
			return again
		}
	})
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	path, _ := create(t)
	if _, err := sqlitelog.Create(path, ledger); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second Create: %v, want fs.ErrExist", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	path, _ := create(t)
	if _, err := sqlitelog.Open(path, uuid.MustParse("018f0c3e-0000-7000-8000-000000000000")); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("file of another ledger: %v, want ErrForeign", err)
	}
	if _, err := sqlitelog.Open(path+"x", ledger); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want fs.ErrNotExist", err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("this is not a database, and long enough to be read as one"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlitelog.Open(text, ledger); !errors.Is(err, sqlitefile.ErrFormat) {
		t.Errorf("another file: %v, want ErrFormat", err)
	}
}

// Not even another program can change or delete a checkpoint by accident.
func TestCheckpointsStay(t *testing.T) {
	path, heads := create(t)
	want := tlog.Head{Size: 7, Signed: []byte("example.org/log\n7\nAAAA\n\n— example.org/log " + headstest.Base64(1) + "\n")}
	if err := heads.Replace(t.Context(), tlog.Head{}, want); err != nil {
		t.Fatal(err)
	}
	by := note.Signature{Name: "witness.example", Hash: 7, Base64: headstest.Base64(7)}
	if err := heads.Cosign(t.Context(), 7, want.Root, by); err != nil {
		t.Fatal(err)
	}
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"DELETE FROM checkpoints", "UPDATE checkpoints SET size = 8", "UPDATE checkpoints SET signed = x'00'",
		"DELETE FROM cosignatures", "UPDATE cosignatures SET size = 8", "UPDATE cosignatures SET base64 = ''",
	} {
		if err := sqlitex.ExecuteTransient(conn, statement, nil); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if last, err := heads.Last(t.Context()); err != nil || last.Size != 7 || string(last.Signed) != string(want.Signed)+"— witness.example "+by.Base64+"\n" {
		t.Errorf("Last = %+v, %v", last, err)
	}
}
