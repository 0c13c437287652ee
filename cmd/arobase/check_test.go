package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// command runs the program and gives its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// imported makes a data directory with the sources and the awards of the history.
func imported(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if code, _, errs := command(t, "import", "--data", dir, "../../history"); code != exitOK {
		t.Fatalf("import: exit %d: %s", code, errs)
	}
	return dir
}

// flip changes one byte of a file.
func flip(t *testing.T, path string, offset int64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[offset] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit runs a statement on a database behind the program's back.
func edit(t *testing.T, path, statement string) {
	t.Helper()
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := sqlitex.ExecuteScript(conn, statement, nil); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// What was changed in any file of a data directory is found, and named.
func TestCheckFindsEveryChange(t *testing.T) {
	t.Parallel()
	whole := imported(t)
	if code, out, _ := command(t, "check", "--data", whole); code != exitOK || !strings.HasSuffix(out, "\nverified\n") {
		t.Fatalf("a directory as it should be: exit %d\n%s", code, out)
	}
	changes := []struct {
		name   string
		change func(t *testing.T, dir string)
		names  string // what the message must name
	}{
		{"a record's text", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, ledgerFile), `UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"level":5', '"level":4') AS BLOB) WHERE position = 600`)
		}, "leaf 600"},
		{"a record is missing at the end", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, ledgerFile), `DELETE FROM events WHERE position = (SELECT max(position) FROM events)`)
		}, ""},
		{"a record is missing at the end, and the tree is to be built again", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, ledgerFile), `DELETE FROM events WHERE position = (SELECT max(position) FROM events)`)
			if err := os.Remove(filepath.Join(dir, treeFile)); err != nil {
				t.Fatal(err)
			}
		}, "some are lost"},
		{"a record is missing in the middle", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, ledgerFile), `DELETE FROM events WHERE position = 500`)
		}, "500"},
		{"a hash of the tree", func(t *testing.T, dir string) { flip(t, filepath.Join(dir, treeFile), 32*40) }, "leaf"},
		{"a checkpoint's signature", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, headsFile), `DROP TRIGGER checkpoints_stay; UPDATE checkpoints SET signed = CAST(replace(CAST(signed AS TEXT), 'arobase.localhost/log', 'arobase.elsewhere/log') AS BLOB)`)
		}, "checkpoint"},
		{"a record's text, and the tree is to be built again", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, ledgerFile), `UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"level":5', '"level":4') AS BLOB) WHERE position = 600`)
			if err := os.Remove(filepath.Join(dir, treeFile)); err != nil {
				t.Fatal(err)
			}
		}, "it has another root than the records"},
		{"a sealed value", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, vaultFile), `UPDATE secrets SET value = CAST('"something else"' AS BLOB) WHERE rowid = (SELECT min(rowid) FROM secrets)`)
		}, "/data/"},
		{"a sealed value is gone", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, vaultFile), `DELETE FROM secrets WHERE rowid = (SELECT min(rowid) FROM secrets)`)
		}, "/data/"},
		{"a sealed value is shown to all", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, vaultFile), `UPDATE secrets SET visibility = 'restricted' WHERE seq = 1`)
		}, "is kept as restricted, and is public"},
		{"a basis that comes later", func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, ledgerFile), `UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), ':0},"data"', ':7},"data"') AS BLOB) WHERE position = 600`)
		}, "was decided from revision 7"},
		{"the databases name another ledger", func(t *testing.T, dir string) {
			for _, name := range []string{ledgerFile, vaultFile} {
				edit(t, filepath.Join(dir, name), `UPDATE meta SET value = '018f0000-0000-7000-8000-000000000000' WHERE key = 'ledger'`)
			}
		}, "018f0000"},
		{"the key is open to others", func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, keyFile), 0o644); err != nil {
				t.Fatal(err)
			}
		}, keyFile},
		{"the secret of another ledger", func(t *testing.T, dir string) { flip(t, filepath.Join(dir, secretFile), 12) }, secretFile},
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{vaultFile, secretFile, keyFile, ledgerFile, headsFile} {
				if err := os.Chmod(filepath.Join(dir, name), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c.change(t, dir)
			code, out, _ := command(t, "check", "--data", dir)
			if code != exitUnproven || !strings.Contains(out, "not verified: ") || !strings.Contains(out, c.names) {
				t.Errorf("exit %d, want %d, naming %q\n%s", code, exitUnproven, c.names, out)
			}
		})
	}
}

// A stray file named like the marker of an unfinished creation never costs a ledger.
func TestStrayMarkerKeepsTheLedger(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	if err := os.WriteFile(filepath.Join(dir, creatingFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := command(t, "import", "--data", dir, "../../history")
	if code != exitFailed || !strings.Contains(errs, "holds 1000 records") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if err := os.Remove(filepath.Join(dir, creatingFile)); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := command(t, "check", "--data", dir); code != exitOK {
		t.Errorf("the ledger was touched:\n%s", out)
	}
}
