package pgevidence_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/evidencetest"
	"arobase/api/ledger/evidence/pgevidence"
	"arobase/eventstore/vault/pgvault"
	"arobase/eventstore/vault/pgvault/pgtest"
)

func TestOnAServer(t *testing.T) {
	s := pgtest.Start(t)
	evidencetest.Run(t, func(t *testing.T) evidence.Store {
		store, _ := open(t, s.Schema(t))
		return store
	})
	t.Run("what is erased is in no table", func(t *testing.T) { testErasedIsInNoFile(t, s) })
}

func open(t *testing.T, address string) (*pgevidence.Store, *pgvault.Vault) {
	t.Helper()
	v, err := pgvault.Create(t.Context(), address, uuid.Max)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	store, err := pgevidence.Open(t.Context(), v)
	if err == nil {
		store, err = pgevidence.Open(t.Context(), v) // as a second node does
	}
	if err != nil {
		t.Fatal(err)
	}
	return store, v
}

// The files of the server's tables are searched for what was erased, and hold it before.
func testErasedIsInNoFile(t *testing.T, s *pgtest.Server) {
	if s.Dir == "" {
		t.Skip("the files of the server are not at hand")
	}
	store, v := open(t, s.Schema(t))
	gone := evidencetest.File("a report about Anne Martin " + string(bytes.Repeat([]byte("x"), 5000)))
	stays := evidencetest.File("a report about nobody in particular")
	for _, f := range []evidence.File{gone, stays} {
		if err := store.Put(t.Context(), f, "declarant:fr-commune-73008"); err != nil {
			t.Fatal(err)
		}
	}
	checkpoint(t, v)
	if !found(t, s, "about Anne Martin") || !found(t, s, "nobody in particular") {
		t.Fatal("what is there is not found: the search means nothing")
	}
	if err := store.Erase(t.Context(), gone.Hash); err != nil {
		t.Fatal(err)
	}
	checkpoint(t, v)
	if found(t, s, "about Anne Martin") {
		t.Error("what was erased is still there")
	}
	if !found(t, s, "nobody in particular") {
		t.Error("what was not erased is gone")
	}
}

func checkpoint(t *testing.T, v *pgvault.Vault) {
	t.Helper()
	if err := v.Beside(t.Context(), func(tx pgx.Tx) error { _, err := tx.Exec(context.Background(), "CHECKPOINT"); return err }); err != nil {
		t.Fatal(err)
	}
}

// found looks for a text in the files of all tables.
func found(t *testing.T, s *pgtest.Server, text string) (there bool) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(s.Dir, "base"), func(path string, e os.DirEntry, err error) error {
		if os.IsNotExist(err) || err == nil && e.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil
		}
		there = there || bytes.Contains(b, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return there
}
