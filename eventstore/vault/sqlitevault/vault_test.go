package sqlitevault

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

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/vaulttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "vault.db")
}

func newVault(t *testing.T, path string, clock *vaulttest.Clock) *Vault {
	t.Helper()
	v, err := Create(t.Context(), path, vaulttest.Ledger, WithClock(clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func reopen(t *testing.T, path string) *Vault {
	t.Helper()
	v, err := Open(t.Context(), path, vaulttest.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func TestConformance(t *testing.T) {
	vaulttest.Run(t, func(t *testing.T, clock *vaulttest.Clock) vault.Vault {
		return newVault(t, newPath(t), clock)
	})
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	if err := v.Put(t.Context(), []vault.Secret{vaulttest.Secret(0, `1`)}, nil); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("vault.db%s: %v, %v; want mode 0600", suffix, info.Mode(), err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if v, err := Open(t.Context(), path, vaulttest.Ledger); !errors.Is(err, ErrMode) {
		t.Errorf("Open of a file that a group may read = %v, %v; want ErrMode", v, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	if v, err := Create(t.Context(), path, vaulttest.Ledger); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over a vault = %v, %v; want fs.ErrExist", v, err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if v, err := Open(t.Context(), path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("Open for another ledger = %v, %v; want ErrForeign", v, err)
	}
	if v, err := OpenReadOnly(t.Context(), path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("OpenReadOnly for another ledger = %v, %v; want ErrForeign", v, err)
	}
	text := newPath(t)
	if err := os.WriteFile(text, []byte(strings.Repeat("not a vault\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if v, err := Open(t.Context(), text, vaulttest.Ledger); !errors.Is(err, ErrFormat) {
		t.Errorf("Open of a text = %v, %v; want ErrFormat", v, err)
	}
	if v, err := Open(t.Context(), newPath(t), vaulttest.Ledger); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing = %v, %v; want fs.ErrNotExist", v, err)
	}
}

func TestEverythingIsThereAgain(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	kept, erased := vaulttest.Secret(0, `"kept"`), vaulttest.Secret(1, `"erased"`)
	mark := vault.Request{LeafHash: [32]byte{1}, Event: kept.Event, MAC: [32]byte{2}}
	if err := v.Put(t.Context(), []vault.Secret{kept, erased}, []vault.Request{mark}); err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), erased); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, path)
	if got, err := v.Get(t.Context(), kept.Commitment); err != nil || !got.Verify(vaulttest.Ledger) || string(got.Value) != `"kept"` {
		t.Errorf("Get = %v, %v", got, err)
	}
	if _, err := v.Get(t.Context(), erased.Commitment); !errors.Is(err, vault.ErrErased) {
		t.Errorf("Get what was erased: %v, want ErrErased", err)
	}
	if got, err := v.Request(t.Context(), mark.LeafHash); err != nil || got != mark {
		t.Errorf("Request = %v, %v", got, err)
	}
}

func TestReadOnly(t *testing.T) {
	path, clock := newPath(t), vaulttest.NewClock()
	v := newVault(t, path, clock)
	r, err := OpenReadOnly(t.Context(), path, vaulttest.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	s := vaulttest.Secret(0, `"x"`)
	if err := v.Put(t.Context(), []vault.Secret{s}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), s.Commitment); err != nil {
		t.Errorf("Get what another has put: %v", err)
	}
	if err := r.Put(t.Context(), []vault.Secret{s}, nil); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("Put: %v, want ErrReadOnly", err)
	}
	if err := r.Erase(t.Context(), s); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("Erase: %v, want ErrReadOnly", err)
	}
	if _, err := r.Purge(t.Context(), clock.Now(), nil); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("Purge: %v, want ErrReadOnly", err)
	}
	if err := v.Erase(t.Context(), s); err != nil {
		t.Errorf("Erase while another has the vault open: %v", err)
	}
	if _, err := r.Get(t.Context(), s.Commitment); !errors.Is(err, vault.ErrErased) {
		t.Errorf("Get what another has erased: %v, want ErrErased", err)
	}
}

// A hook takes the place of COMMIT: the disk fails, before or after the data has reached it.
func TestFailedCommitPoisons(t *testing.T) {
	errDisk := errors.New("the disk fails")
	for name, failing := range map[string]func(*sqlite.Conn) error{
		"nothing was written":   func(*sqlite.Conn) error { return errDisk },
		"it was written anyway": func(conn *sqlite.Conn) error { return errors.Join(sqlitefile.Commit(conn), errDisk) },
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			v := newVault(t, path, vaulttest.NewClock())
			first, second := vaulttest.Secret(0, `"first"`), vaulttest.Secret(1, `"second"`)
			if err := v.Put(t.Context(), []vault.Secret{first}, nil); err != nil {
				t.Fatal(err)
			}
			v.file.Commit = failing
			if err := v.Put(t.Context(), []vault.Secret{second}, nil); !errors.Is(err, eventstore.ErrPoisoned) || !errors.Is(err, errDisk) {
				t.Errorf("the Put that failed: %v, want ErrPoisoned and the reason", err)
			}
			v.file.Commit = sqlitefile.Commit // the disk recovers, but nobody may believe it
			if err := v.Put(t.Context(), []vault.Secret{second}, nil); !errors.Is(err, eventstore.ErrPoisoned) {
				t.Errorf("a later Put: %v, want ErrPoisoned", err)
			}
			if err := v.Erase(t.Context(), first); !errors.Is(err, eventstore.ErrPoisoned) {
				t.Errorf("a later Erase: %v, want ErrPoisoned", err)
			}
			if _, err := v.Get(t.Context(), first.Commitment); err != nil {
				t.Errorf("reads must go on: %v", err)
			}
			if err := v.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			v = reopen(t, path)
			if err := v.Put(t.Context(), []vault.Secret{second}, nil); err != nil {
				t.Errorf("after opening again: %v", err)
			}
			if _, err := v.Get(t.Context(), second.Commitment); err != nil {
				t.Errorf("after opening again: %v", err)
			}
		})
	}
}

// A reader in another process may hold an old copy of the log: then Erase must not say that the value is gone.
func TestEraseSaysWhenTheLogCannotBeEmptied(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	s := vaulttest.Secret(0, `"marker-of-a-value"`)
	if err := v.Put(t.Context(), []vault.Secret{s}, nil); err != nil {
		t.Fatal(err)
	}
	reader, err := sqlitefile.Connect(path, sqlitefile.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	stmt := reader.Prep("SELECT value FROM secrets")
	if found, err := stmt.Step(); err != nil || !found { // its transaction stays open
		t.Fatal(found, err)
	}
	err = v.file.Alone(t.Context(), func(conn *sqlite.Conn) error { conn.SetBusyTimeout(20 * time.Millisecond); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), s); err == nil || errors.Is(err, eventstore.ErrPoisoned) {
		t.Errorf("Erase while a transaction still sees the value: %v, want an error that is not poison", err)
	}
	if err := stmt.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), s); err != nil {
		t.Errorf("Erase again: %v", err)
	}
	wantNowhere(t, path, s)
}
