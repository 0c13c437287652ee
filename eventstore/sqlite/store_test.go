package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
	"arobase/eventstore/storetest"
)

var testLedger = uuid.MustParse("0190a6e4-2f6b-7c3e-9d2a-5b1c7e8f9a10")

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		os.Exit(runChild(role))
	}
	goleak.VerifyTestMain(m)
}

func newPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "ledger.db")
}

// newStore gives a new store in a directory of its own. Its followers do not poll, so a lost wake-up makes a test hang.
func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Create(t.Context(), newPath(t), testLedger)
	if err != nil {
		t.Fatal(err)
	}
	s.poll = time.Hour
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) eventstore.Store { return newStore(t) })
	storetest.RunReplica(t, func(t *testing.T) eventstore.Replica { return newStore(t) })
	storetest.RunReopen(t, func(t *testing.T, dir string) eventstore.Store {
		t.Helper()
		path := filepath.Join(dir, "ledger.db")
		s, err := OpenFor(t.Context(), path, testLedger)
		if errors.Is(err, fs.ErrNotExist) {
			s, err = Create(t.Context(), path, testLedger)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}

func TestCreateRefusesAnExistingFile(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "text": "dear diary"} {
		path := newPath(t)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := Create(t.Context(), path, testLedger); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: Create = %v, %v; want fs.ErrExist", name, s, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("%s: the file is now %q, %v", name, got, err)
		}
	}
}

func TestOpenNamesItsLedger(t *testing.T) {
	path := newPath(t)
	created, err := Create(t.Context(), path, testLedger)
	if err != nil {
		t.Fatal(err)
	}
	if got := created.LedgerID(); got != testLedger {
		t.Errorf("the new ledger is %s, want %s", got, testLedger)
	}
	if err := created.Close(); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (*Store, error){
		"Open":         func() (*Store, error) { return Open(t.Context(), path) },
		"OpenFor":      func() (*Store, error) { return OpenFor(t.Context(), path, testLedger) },
		"OpenReadOnly": func() (*Store, error) { return OpenReadOnly(t.Context(), path) },
	} {
		s, err := open()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := s.LedgerID(); got != testLedger {
			t.Errorf("%s: the ledger is %s, want %s", name, got, testLedger)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: Close: %v", name, err)
		}
	}
	if s, err := OpenFor(t.Context(), path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("OpenFor another ledger = %v, %v; want ErrForeign", s, err)
	}
}

func TestOpenRefusesWhatIsNotALedger(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		says string
	}{
		{"empty file", func(t *testing.T, path string) { write(t, path, nil) }, "interrupted"},
		{"text", func(t *testing.T, path string) { write(t, path, []byte(strings.Repeat("not a database\n", 100))) }, "not even a database"},
		{"another database", func(t *testing.T, path string) {
			write(t, path, nil)
			alter(t, path, "CREATE TABLE events (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1")
		}, "application id"},
		{"a newer ledger", func(t *testing.T, path string) { newLedger(t, path); alter(t, path, "PRAGMA user_version = 2") }, "newer"},
		{"an older ledger", func(t *testing.T, path string) { newLedger(t, path); alter(t, path, "PRAGMA user_version = 0") }, "too old"},
		{"a ledger without a name", func(t *testing.T, path string) {
			newLedger(t, path)
			alter(t, path, "UPDATE meta SET value = '' WHERE key = 'ledger'")
		}, "names the ledger"},
	} {
		path := newPath(t)
		test.make(t, path)
		if s, err := Open(t.Context(), path); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: Open = %v, %v; want ErrFormat that says %q", test.name, s, err, test.says)
		}
		if s, err := OpenReadOnly(t.Context(), path); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: OpenReadOnly = %v, %v; want ErrFormat", test.name, s, err)
		}
	}
	if s, err := Open(t.Context(), newPath(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: Open = %v, %v; want fs.ErrNotExist", s, err)
	}
}

func TestFileIsDurableByItsSettings(t *testing.T) {
	s := newStore(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2"} {
		stmt, err := s.writer.conn.Prepare("PRAGMA " + pragma)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := sqlitex.ResultText(stmt); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func newLedger(t *testing.T, path string) {
	t.Helper()
	if err := kind.Create(path, testLedger); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// alter changes a file behind the store's back.
func alter(t *testing.T, path string, statements ...string) {
	t.Helper()
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range statements {
		if err := sqlitex.ExecuteTransient(conn, statement, &sqlitex.ExecOptions{ResultFunc: func(*sqlite.Stmt) error { return nil }}); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// event gives a proposed event with an id of its own for each n.
func event(n int) eventstore.Proposed { return benchEvent(0, n) }
