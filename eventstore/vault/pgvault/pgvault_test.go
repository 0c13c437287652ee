package pgvault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/pgvault/pgtest"
	"arobase/eventstore/vault/vaulttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newVault(t *testing.T, address string, clock *vaulttest.Clock) *Vault {
	t.Helper()
	v, err := Create(t.Context(), address, vaulttest.Ledger, WithClock(clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func open(t *testing.T, address string) *Vault {
	t.Helper()
	v, err := Open(t.Context(), address, vaulttest.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// One server for all: it takes a second or two to make.
func TestOnAServer(t *testing.T) {
	s := pgtest.Start(t)
	t.Run("conformance", func(t *testing.T) {
		vaulttest.Run(t, func(t *testing.T, clock *vaulttest.Clock) vault.Vault { return newVault(t, s.Schema(t), clock) })
	})
	for name, test := range map[string]func(*testing.T, *pgtest.Server){
		"opening":                             testOpening,
		"answers are durable":                 testDurable,
		"reading only":                        testReadOnly,
		"what is erased is in no file":        testErasedIsInNoFile,
		"what is purged is in no file":        testPurgedIsInNoFile,
		"nodes share a vault":                 testNodes,
		"an erasure waits for who reads":      testReaderInTheWay,
		"a value and its erasure, from two":   testPutAgainstErase,
		"the server goes away and comes back": testServerAway,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

func testOpening(t *testing.T, s *pgtest.Server) {
	address := s.Schema(t)
	if v, err := Open(t.Context(), address, vaulttest.Ledger); !errors.Is(err, ErrMissing) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing = %v, %v; want ErrMissing", v, err)
	}
	newVault(t, address, vaulttest.NewClock())
	if v, err := Create(t.Context(), address, vaulttest.Ledger); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over a vault = %v, %v; want fs.ErrExist", v, err)
	}
	for _, call := range []func(context.Context, string, uuid.UUID, ...Option) (*Vault, error){Open, OpenReadOnly, Create} {
		if v, err := call(t.Context(), address, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
			t.Errorf("opening for another ledger = %v, %v; want ErrForeign", v, err)
		}
	}
	s.Exec(t, "SET search_path = "+schemaOf(t, address)+"; UPDATE vault_meta SET format = 2")
	if v, err := Open(t.Context(), address, vaulttest.Ledger); !errors.Is(err, ErrFormat) {
		t.Errorf("Open of another format = %v, %v; want ErrFormat", v, err)
	}
}

func schemaOf(t *testing.T, address string) string {
	t.Helper()
	c, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	return c.RuntimeParams["search_path"]
}

// Whatever a role or a database has set, a commit waits for the disk.
func testDurable(t *testing.T, s *pgtest.Server) {
	v := newVault(t, s.Schema(t)+"&synchronous_commit=off", vaulttest.NewClock())
	err := v.write(t.Context(), func(tx pgx.Tx) error {
		var is string
		err := tx.QueryRow(t.Context(), "SHOW synchronous_commit").Scan(&is)
		if is != "on" {
			t.Errorf("synchronous_commit is %s", is)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func testReadOnly(t *testing.T, s *pgtest.Server) {
	address := s.Schema(t)
	v := newVault(t, address, vaulttest.NewClock())
	r, err := OpenReadOnly(t.Context(), address, vaulttest.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	secret := vaulttest.Secret(0, `"x"`)
	if err := v.Put(t.Context(), []vault.Secret{secret}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Get(t.Context(), secret.Commitment); err != nil {
		t.Error(err)
	}
	_, purging := r.Purge(t.Context(), time.Unix(0, 0), nil)
	for name, err := range map[string]error{
		"Put": r.Put(t.Context(), []vault.Secret{secret}, nil), "Erase": r.Erase(t.Context(), secret), "Purge": purging,
	} {
		if !errors.Is(err, eventstore.ErrReadOnly) {
			t.Errorf("%s: %v, want ErrReadOnly", name, err)
		}
	}
}

// secretsOfAllSizes gives secrets with values from a few bytes to many TOAST chunks, each with its own marker at the
// beginning and the end.
func secretsOfAllSizes(n int) []vault.Secret {
	var secrets []vault.Secret
	for i := range n {
		marker := fmt.Sprintf("marker-%04d", i)
		secrets = append(secrets, vaulttest.Secret(i, `"`+marker+strings.Repeat("-", []int{0, 100, 1500, 5000, 30_000}[i%5])+marker+`"`))
	}
	return secrets
}

// find searches every file below a directory for values and salts.
func find(t *testing.T, dir string, secrets []vault.Secret) (where []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && e.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile
			return nil
		}
		for _, s := range secrets {
			if bytes.Contains(content, s.Value[1:12]) || bytes.Contains(content, s.Salt[:]) {
				where = append(where, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return where
}

// onDisk makes the server write all that it has into its files.
var onDisk = []string{"ANALYZE", "CHECKPOINT"}

// withoutLog makes it remove what it still has in its write-ahead log: the segments before the last checkpoint.
var withoutLog = []string{"VACUUM", "SELECT pg_switch_wal()", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT"}

func testErasedIsInNoFile(t *testing.T, s *pgtest.Server) {
	if s.Dir == "" {
		t.Skip("the files of the server of " + pgtest.Variable + " are not at hand")
	}
	v := newVault(t, s.Schema(t), vaulttest.NewClock())
	tables := filepath.Join(s.Dir, "base")
	secrets := secretsOfAllSizes(80)
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
	s.Exec(t, onDisk...)
	if n := len(find(t, tables, secrets)); n < len(secrets) {
		t.Fatalf("the search finds only %d of what is there", n)
	}
	for i, secret := range secrets[:3] {
		if err := v.Erase(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		if where := find(t, tables, secrets[:i+1]); len(where) > 0 {
			t.Fatalf("erased, and still in %v", where)
		}
	}
	if err := v.Erase(t.Context(), secrets[3:60]...); err != nil {
		t.Fatal(err)
	}
	if where := find(t, tables, secrets[:60]); len(where) > 0 {
		t.Fatalf("erased, and still in %v", where)
	}
	s.Exec(t, onDisk...)
	if where := find(t, tables, secrets[:60]); len(where) > 0 {
		t.Fatalf("erased, and again in %v", where)
	}
	s.Exec(t, withoutLog...)
	if where := find(t, s.Dir, secrets[:60]); len(where) > 0 {
		t.Fatalf("erased, the log is removed, and still in %v", where)
	}
	for _, secret := range secrets[60:] {
		if got, err := v.Get(t.Context(), secret.Commitment); err != nil || !got.Verify(vaulttest.Ledger) {
			t.Errorf("what was not erased: %v, %v", got, err)
		}
	}
}

func testPurgedIsInNoFile(t *testing.T, s *pgtest.Server) {
	if s.Dir == "" {
		t.Skip("the files of the server of " + pgtest.Variable + " are not at hand")
	}
	clock := vaulttest.NewClock()
	v := newVault(t, s.Schema(t), clock)
	secrets := secretsOfAllSizes(100)[60:]
	if err := v.Put(t.Context(), secrets, nil); err != nil {
		t.Fatal(err)
	}
	s.Exec(t, onDisk...)
	n, err := v.Purge(t.Context(), clock.Advance(time.Hour), func(context.Context, uuid.UUID, vault.Commitment) (bool, error) { return false, nil })
	if err != nil || n != len(secrets) {
		t.Fatalf("Purge = %d, %v", n, err)
	}
	if where := find(t, filepath.Join(s.Dir, "base"), secrets); len(where) > 0 {
		t.Fatalf("purged, and still in %v", where)
	}
}

// What one node puts, another gets; what one erases is erased for all, and cannot be put again by any.
func testNodes(t *testing.T, s *pgtest.Server) {
	address := s.Schema(t)
	newVault(t, address, vaulttest.NewClock())
	const each = 20
	var nodes []*Vault
	var group sync.WaitGroup
	for n := range 3 {
		node := open(t, address)
		nodes = append(nodes, node)
		group.Go(func() {
			for i := range each { // half of them are everybody's, in another order
				secret := vaulttest.Secret(n*each+i, `"one"`)
				shared := []vault.Secret{vaulttest.Secret(1000+i, `"a"`), vaulttest.Secret(1001+i, `"a"`), secret}
				if n%2 == 1 {
					shared[0], shared[1] = shared[1], shared[0]
				}
				if err := node.Put(t.Context(), shared, nil); err != nil {
					t.Errorf("node %d: %v", n, err)
				}
			}
		})
	}
	group.Wait()
	for i := range 3 * each {
		secret := vaulttest.Secret(i, `"one"`)
		if _, err := nodes[(i/each+1)%3].Get(t.Context(), secret.Commitment); err != nil {
			t.Errorf("what another node has put: %v", err)
		}
	}
	secret := vaulttest.Secret(0, `"one"`)
	if err := nodes[1].Erase(t.Context(), secret.Tombstone()); err != nil {
		t.Fatal(err)
	}
	if err := nodes[2].Put(t.Context(), []vault.Secret{secret}, nil); err != nil {
		t.Fatal(err)
	}
	for _, node := range nodes {
		if _, err := node.Get(t.Context(), secret.Commitment); !errors.Is(err, vault.ErrErased) {
			t.Errorf("Get what another node has erased: %v, want ErrErased", err)
		}
	}
}

// A transaction that has read the part of the vault keeps its files: then Erase must not say that the value is gone.
func testReaderInTheWay(t *testing.T, s *pgtest.Server) {
	address := s.Schema(t)
	v := newVault(t, address, vaulttest.NewClock())
	secret := vaulttest.Secret(0, `"x"`)
	if err := v.Put(t.Context(), []vault.Secret{secret}, nil); err != nil {
		t.Fatal(err)
	}
	reader, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close(context.WithoutCancel(t.Context())) }()
	tx, err := reader.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT count(*) FROM vault_values"); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := v.Erase(short, secret); err == nil {
		t.Error("Erase while somebody reads: no error")
	}
	if _, err := v.Get(t.Context(), secret.Commitment); err != nil {
		t.Errorf("what was not erased: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), secret); err != nil {
		t.Errorf("Erase again: %v", err)
	}
}

// Whichever comes first, nothing is kept of a field once it is erased.
func testPutAgainstErase(t *testing.T, s *pgtest.Server) {
	address := s.Schema(t)
	newVault(t, address, vaulttest.NewClock())
	a, b := open(t, address), open(t, address)
	for i := range 30 {
		first := vaulttest.Secret(i, `"first"`)
		again := first
		again.Salt[0] ^= 1
		again.Commitment = vault.Commit(again.Salt, vaulttest.Ledger, again.Event, again.Pointer, again.Value)
		var group sync.WaitGroup
		group.Go(func() {
			if err := a.Put(t.Context(), []vault.Secret{first, again}, nil); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			if err := b.Erase(t.Context(), first.Tombstone()); err != nil {
				t.Error(err)
			}
		})
		group.Wait()
		if _, err := a.Get(t.Context(), first.Commitment); !errors.Is(err, vault.ErrErased) {
			t.Fatalf("the erased one: %v, want ErrErased", err)
		}
		if _, err := a.Get(t.Context(), again.Commitment); !errors.Is(err, vault.ErrUnknown) {
			t.Fatalf("another attempt: %v, want ErrUnknown", err)
		}
	}
}

// A vault whose connections were cut goes on with new ones.
func testServerAway(t *testing.T, s *pgtest.Server) {
	address := s.Schema(t) + "&application_name=cut"
	v := newVault(t, address, vaulttest.NewClock())
	secret := vaulttest.Secret(0, `"x"`)
	for range 5 {
		s.Exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut'")
		if err := v.Put(t.Context(), []vault.Secret{secret}, nil); err != nil && !errors.Is(err, vault.ErrAway) { // it may meet a connection that is gone
			t.Errorf("Put over a connection that was cut: %v, want ErrAway", err)
		}
		if err := v.Put(t.Context(), []vault.Secret{secret}, nil); err != nil {
			t.Errorf("Put after the connections were cut: %v", err)
		}
	}
}

// Nothing is sent where others could read along, and no error tells a password.
func TestAddresses(t *testing.T) {
	for address, unsafe := range map[string]bool{
		"postgres://u:s3cret@db.example/x":                       true,
		"postgres://u:s3cret@db.example/x?sslmode=prefer":        true,
		"postgres://u:s3cret@db.example/x?sslmode=disable":       true,
		"postgres://u:s3cret@10.0.0.7/x":                         true,
		"postgres://u:s3cret@127.0.0.1:1/x?connect_timeout=1":    false,
		"postgres://u:s3cret@localhost:1/x?connect_timeout=1":    false,
		"postgres:///x?host=/nowhere&user=u&password=s3cret":     false,
		"postgres://u:s3cret@127.0.0.1:1,db.example/x":           true,
		"postgres://u:s3cret@127.0.0.1:x/y":                      false,
		"postgres://u:s3cret@[::1]:1/x?sslmode=require":          false,
		"postgres://u:s3cret@db.invalid:1/x?sslmode=verify-full": false,
	} {
		v, err := Open(t.Context(), address, vaulttest.Ledger)
		if err == nil {
			_ = v.Close()
			t.Errorf("%s was opened", address)
			continue
		}
		if strings.Contains(address, "connect_timeout") && !errors.Is(err, vault.ErrAway) {
			t.Errorf("%s: %v, want ErrAway", address, err)
		}
		if errors.Is(err, ErrUnsafe) != unsafe {
			t.Errorf("%s: %v, want unsafe %v", address, err, unsafe)
		}
		if strings.Contains(err.Error(), "s3cret") || strings.Contains(Redacted(address), "s3cret") {
			t.Errorf("the password is told: %v; %s", err, Redacted(address))
		}
	}
}

// A vault of 50,000 values of 300 bytes: what one Put takes, of one value and of 500, and one Erase.
func BenchmarkVault(b *testing.B) {
	s := pgtest.Start(b)
	v, err := Create(b.Context(), s.Schema(b), vaulttest.Ledger)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	const values = 50_000
	for n := 0; n < values; n += 1000 {
		var some []vault.Secret
		for i := range 1000 {
			some = append(some, vaulttest.Secret(n+i, `"`+strings.Repeat("a", 300)+`"`))
		}
		if err := v.Put(b.Context(), some, nil); err != nil {
			b.Fatal(err)
		}
	}
	n := values
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			if err := v.Put(b.Context(), []vault.Secret{vaulttest.Secret(n, `"one"`)}, nil); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
	b.Run("put-500", func(b *testing.B) {
		for b.Loop() {
			var some []vault.Secret
			for range 500 {
				some = append(some, vaulttest.Secret(n, `"one"`))
				n++
			}
			if err := v.Put(b.Context(), some, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	n = 0
	b.Run("erase", func(b *testing.B) {
		for b.Loop() {
			if err := v.Erase(b.Context(), vaulttest.Secret(n, `"`+strings.Repeat("a", 300)+`"`)); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
}
