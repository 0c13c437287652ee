package sqlitevault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore/sqlite/sqlitefile"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/vaulttest"
)

// secretsOfAllSizes gives secrets with values from a few bytes to several pages, each with its own marker at the
// beginning, and where there is room in the middle and at the end.
func secretsOfAllSizes(n int) []vault.Secret {
	var secrets []vault.Secret
	for i := range n {
		marker := fmt.Sprintf("marker-%04d", i)
		filler := strings.Repeat("-", []int{0, 10, 100, 700, 5000, 30_000}[i%6]/2)
		secrets = append(secrets, vaulttest.Secret(i, `"`+marker+filler+marker+filler+marker+`"`))
	}
	return secrets
}

func markers(s vault.Secret) [][]byte {
	return [][]byte{s.Salt[:], s.Value[1:12]}
}

// wantNowhere searches the raw bytes of every file in the vault's directory.
func wantNowhere(t *testing.T, path string, secrets ...vault.Secret) {
	t.Helper()
	if where := find(t, path, secrets...); len(where) > 0 {
		t.Fatalf("erased, but still in %d places, first the %s", len(where), where[0])
	}
}

func find(t *testing.T, path string, secrets ...vault.Secret) (where []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file) // drops this process's locks, which no other process challenges here
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			for i, marker := range markers(s) {
				if at := bytes.Index(content, marker); at >= 0 {
					where = append(where, fmt.Sprintf("%s of %s at byte %d of %s", []string{"salt", "value"}[i], s.Pointer, at, filepath.Base(file)))
				}
			}
		}
	}
	return where
}

func TestErasedValuesAreInNoFile(t *testing.T) {
	path, random := newPath(t), rand.New(rand.NewPCG(1, 2))
	v := newVault(t, path, vaulttest.NewClock())
	secrets := secretsOfAllSizes(300)
	// The order in which SQLite would have to move rows the most: put in any order, in batches of any size.
	random.Shuffle(len(secrets), func(i, j int) { secrets[i], secrets[j] = secrets[j], secrets[i] })
	for rest := secrets; len(rest) > 0; {
		n := min(1+random.IntN(20), len(rest))
		if err := v.Put(t.Context(), rest[:n], nil); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if len(find(t, path, secrets[0])) == 0 {
		t.Fatal("the search does not even find a value that is there")
	}
	random.Shuffle(len(secrets), func(i, j int) { secrets[i], secrets[j] = secrets[j], secrets[i] })
	for i, s := range secrets {
		if err := v.Erase(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		wantNowhere(t, path, s) // while the vault is open
		if i%50 == 0 {
			wantNowhere(t, path, secrets[:i]...)
		}
	}
	wantNowhere(t, path, secrets...)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	wantNowhere(t, path, secrets...)
}

func TestPurgedValuesAreInNoFile(t *testing.T) {
	path, clock := newPath(t), vaulttest.NewClock()
	v := newVault(t, path, clock)
	secrets := secretsOfAllSizes(120)
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
	_, err := v.Purge(t.Context(), clock.Advance(time.Hour), func(context.Context, uuid.UUID, vault.Commitment) (bool, error) { return false, nil })
	if err != nil {
		t.Fatal(err)
	}
	wantNowhere(t, path, secrets...)
	// Put again, they take their old places; then erased, they are gone again.
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if err := v.Erase(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	wantNowhere(t, path, secrets...)
}

// A vault that was closed and opened in between has its values in the file, not in the log.
func TestErasedValuesAreInNoFileAfterReopening(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	secrets := secretsOfAllSizes(60)
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, path)
	for _, s := range secrets {
		if err := v.Erase(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		wantNowhere(t, path, s)
	}
}

// What a conflict left of other attempts to write the same field is as gone as the value itself.
func TestErasedAttemptsAreInNoFile(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	var attempts []vault.Secret
	for i := range 40 {
		s := vaulttest.Secret(0, `"marker-0000 of a value that was written again and again"`)
		s.Salt[0] ^= byte(i)
		s.Commitment = vault.Commit(s.Salt, vaulttest.Ledger, s.Event, s.Pointer, s.Value)
		attempts = append(attempts, s)
	}
	if err := v.Put(t.Context(), append(attempts, secretsOfAllSizes(30)[1:]...), nil); err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), attempts[20].Tombstone()); err != nil {
		t.Fatal(err)
	}
	wantNowhere(t, path, attempts...)
}

// A vault that was made before its index on events was thought of is read as it is, and gets the index from its writer.
func TestVaultWithoutItsIndex(t *testing.T) {
	path := newPath(t)
	v := newVault(t, path, vaulttest.NewClock())
	s := vaulttest.Secret(0, `"marker-of-a-value"`)
	if err := v.Put(t.Context(), []vault.Secret{s}, nil); err != nil {
		t.Fatal(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteTransient(conn, "DROP INDEX secrets_event", nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReadOnly(t.Context(), path, vaulttest.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), s.Commitment); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, path)
	if err := v.Erase(t.Context(), s.Tombstone()); err != nil {
		t.Error(err)
	}
	var plan string
	err = v.write(t.Context(), func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, "EXPLAIN QUERY PLAN SELECT 1 FROM secrets WHERE event = x'00'", &sqlitex.ExecOptions{
			ResultFunc: func(row *sqlite.Stmt) error { plan += row.ColumnText(3); return nil },
		})
	})
	if err != nil || !strings.Contains(plan, "secrets_event") {
		t.Errorf("an event is looked for by %q, %v", plan, err)
	}
}
