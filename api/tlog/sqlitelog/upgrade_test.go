package sqlitelog_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/tlog"
	"arobase/api/tlog/headstest"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore/sqlite/sqlitefile"
)

// versionOne is the file as the first version of this program made it, word for word.
const versionOne = `
CREATE TABLE checkpoints (
	size   INTEGER PRIMARY KEY CHECK (size > 0),
	root   BLOB NOT NULL CHECK (length(root) = 32),
	signed BLOB NOT NULL,
	at     INTEGER NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_stay BEFORE UPDATE ON checkpoints
	BEGIN SELECT RAISE(ABORT, 'a signed checkpoint cannot be changed'); END;
CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints
	BEGIN SELECT RAISE(ABORT, 'a signed checkpoint cannot be deleted'); END;
`

// old makes a file of version 1 with one checkpoint.
func old(t *testing.T) (path string, kept tlog.Head) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "log.db")
	kind := sqlitefile.Kind{Name: "log", ApplicationID: 0x61726f6c, Version: 1, Mode: 0o644, Schema: versionOne}
	if err := kind.Create(path, ledger); err != nil {
		t.Fatal(err)
	}
	kept = tlog.Head{Size: 7, Signed: []byte("example.org/log\n7\nAAAA\n\n— example.org/log " + headstest.Base64(1) + "\n")}
	kept.At = kept.At.AddDate(2016, 0, 0)
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := sqlitex.ExecuteTransient(conn, "INSERT INTO checkpoints VALUES (?, ?, ?, ?)", &sqlitex.ExecOptions{
		Args: []any{kept.Size, kept.Root[:], kept.Signed, kept.At.UnixMilli()},
	}); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	return path, kept
}

// schema is everything that the file says of itself.
func schema(t *testing.T, path string) string {
	t.Helper()
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	line := func(stmt *sqlite.Stmt) error {
		all.WriteString(stmt.ColumnText(0) + "\n")
		return nil
	}
	for _, query := range []string{
		"PRAGMA application_id", "PRAGMA user_version", "SELECT sql FROM sqlite_schema ORDER BY name", "SELECT key || ' ' || value FROM meta WHERE key <> 'place' ORDER BY key",
	} {
		if err := sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{ResultFunc: line}); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// A file of version 1 is brought forward when it is opened, by however many at once: it keeps what it has, takes
// cosignatures, and is then like a new one.
func TestOldFileIsBroughtForward(t *testing.T) {
	path, kept := old(t)
	handles := make([]*sqlitelog.Heads, 4)
	var opening sync.WaitGroup
	for i := range handles {
		opening.Go(func() {
			var err error
			if handles[i], err = sqlitelog.Open(path, ledger); err != nil {
				t.Error(err)
			}
		})
	}
	opening.Wait()
	if t.Failed() {
		t.FailNow()
	}
	by := note.Signature{Name: "witness.example", Hash: 7, Base64: headstest.Base64(7)}
	if last, err := handles[0].Last(t.Context()); err != nil || !cmp.Equal(last, kept) {
		t.Errorf("Last = %+v, %v; want what was there", last, err)
	}
	if err := handles[1].Cosign(t.Context(), 7, kept.Root, by); err != nil {
		t.Error(err)
	}
	want := string(kept.Signed) + "— witness.example " + by.Base64 + "\n"
	if last, err := handles[2].Last(t.Context()); err != nil || string(last.Signed) != want {
		t.Errorf("Last = %s, %v; want\n%s", last.Signed, err, want)
	}
	for _, heads := range handles {
		if err := heads.Close(); err != nil {
			t.Error(err)
		}
	}
	fresh, _ := create(t)
	if diff := cmp.Diff(schema(t, fresh), schema(t, path)); diff != "" {
		t.Errorf("it differs from a new file:\n%s", diff)
	}
}

// A file that is not brought forward whole is not brought forward at all.
func TestFailedUpgradeLeavesTheFile(t *testing.T) {
	path, _ := old(t)
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := sqlitex.ExecuteTransient(conn, "CREATE INDEX cosignatures_by_size ON checkpoints (at)", nil); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	before := schema(t, path)
	if heads, err := sqlitelog.Open(path, ledger); err == nil {
		t.Errorf("opened, %v", heads.Close())
	}
	if diff := cmp.Diff(before, schema(t, path)); diff != "" {
		t.Errorf("it has changed:\n%s", diff)
	}
}
