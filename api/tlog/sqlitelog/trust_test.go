package sqlitelog_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/tlog"
	"arobase/api/tlog/headstest"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore/sqlite/sqlitefile"
)

func openAt(t *testing.T, path string) *sqlitelog.Heads {
	t.Helper()
	heads, err := sqlitelog.Open(path, ledger)
	if err != nil {
		t.Fatal(err)
	}
	return heads
}

func unproven(t *testing.T, path string) string {
	t.Helper()
	heads := openAt(t, path)
	doubts, err := heads.Doubts(t.Context())
	if err = errors.Join(err, heads.Close()); err != nil {
		t.Fatal(err)
	}
	return doubts.Unproven
}

// made is a file with one checkpoint, closed.
func made(t *testing.T) (path string, head tlog.Head) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "data", "log.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	heads, err := sqlitelog.Create(path, ledger)
	if err != nil {
		t.Fatal(err)
	}
	head = tlog.Head{Size: 3, Signed: []byte("example.org/log\n3\nAAAA\n\n— example.org/log " + headstest.Base64(1) + "\n")}
	if err := errors.Join(heads.Replace(t.Context(), tlog.Head{}, head), heads.Close()); err != nil {
		t.Fatal(err)
	}
	return path, head
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A copy is noticed wherever it lies, also in the place of the file that it was copied from; a restart, another name and
// another directory are not. Showing the newest checkpoint makes a copy the file.
func TestCopiesAreNoticed(t *testing.T) {
	path, head := made(t)
	dir := filepath.Dir(path)
	if why := unproven(t, path); why != "" {
		t.Fatalf("opened again it is unproven: %s", why)
	}
	renamed := dir + "-renamed"
	if err := os.Rename(dir, renamed); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(renamed, "log.db")
	if why := unproven(t, path); why != "" {
		t.Errorf("in a renamed directory it is unproven: %s", why)
	}
	elsewhere := filepath.Join(t.TempDir(), "copy.db")
	copyTo(t, path, elsewhere)
	for range 2 { // also the second time
		if why := unproven(t, elsewhere); !strings.Contains(why, "copy") {
			t.Errorf("a copy: %q", why)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	copyTo(t, elsewhere, path) // file systems may use the number of the deleted file again
	if why := unproven(t, path); !strings.Contains(why, "copy") {
		t.Errorf("removed and copied back: %q", why)
	}
	heads := openAt(t, path)
	if err := errors.Join(heads.Accept(t.Context(), head, head), heads.Close()); err != nil {
		t.Fatal(err)
	}
	if why := unproven(t, path); why != "" {
		t.Errorf("after the newest checkpoint was shown: %s", why)
	}
	if why := unproven(t, elsewhere); !strings.Contains(why, "copy") {
		t.Errorf("the other copy: %q", why)
	}
}

func TestUnprove(t *testing.T) {
	path, head := made(t)
	heads := openAt(t, path)
	if err := errors.Join(heads.Unprove("somebody said so"), heads.Close()); err != nil {
		t.Fatal(err)
	}
	if why := unproven(t, path); why != "somebody said so" {
		t.Errorf("unproven: %q", why)
	}
	heads = openAt(t, path)
	if err := errors.Join(heads.Accept(t.Context(), head, head), heads.Close()); err != nil {
		t.Fatal(err)
	}
	if why := unproven(t, path); why != "" {
		t.Errorf("accepted, and unproven: %q", why)
	}
}

// A new file for a ledger that has records never was a proven one, not even for a moment.
func TestCreateUnproven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	if err := os.WriteFile(path+".new", []byte("left by an attempt that was interrupted"), 0o600); err != nil {
		t.Fatal(err)
	}
	heads, err := sqlitelog.CreateUnproven(path, ledger, "it was lost")
	if err != nil {
		t.Fatal(err)
	}
	if err := heads.Close(); err != nil {
		t.Fatal(err)
	}
	if why := unproven(t, path); why != "it was lost" {
		t.Errorf("unproven: %q", why)
	}
	if _, err := sqlitelog.CreateUnproven(path, ledger, "again"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("where there is one: %v, want fs.ErrExist", err)
	}
	if left, err := filepath.Glob(path + ".new*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A file of a program that did not know of places is taken to be where it belongs, once.
func TestFileWithoutAPlace(t *testing.T) {
	path, _ := made(t)
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteTransient(conn, "DELETE FROM meta WHERE key = 'place'", nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	if why := unproven(t, path); why != "" {
		t.Errorf("unproven: %q", why)
	}
	elsewhere := filepath.Join(t.TempDir(), "copy.db")
	copyTo(t, path, elsewhere)
	if why := unproven(t, elsewhere); why == "" {
		t.Error("its copy is taken for it")
	}
}

func TestAbsent(t *testing.T) {
	path, _ := made(t)
	heads := openAt(t, path)
	at := time.Date(2017, 2, 1, 18, 0, 0, 0, time.UTC)
	for _, a := range []sqlitelog.Absent{
		{From: 0, End: 90, Why: "restored", At: at}, {From: 90, End: 95, Why: "refilled", At: at},
		{From: 90, End: 100, Why: "refilled", At: at}, // again after an interruption
		{From: 92, End: 99, Why: "refilled", At: at}, {From: 120, End: 130, Why: "refilled", At: at},
	} {
		if err := heads.AddAbsent(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := heads.Close(); err != nil {
		t.Fatal(err)
	}
	heads = openAt(t, path)
	want := []sqlitelog.Absent{{From: 0, End: 90, Why: "restored", At: at}, {From: 90, End: 100, Why: "refilled", At: at}, {From: 120, End: 130, Why: "refilled", At: at}}
	if got, err := heads.Absent(t.Context()); err != nil || !cmp.Equal(got, want) {
		t.Errorf("Absent = %+v, %v; want %+v", got, err, want)
	}
	if err := heads.Close(); err != nil {
		t.Fatal(err)
	}
}
