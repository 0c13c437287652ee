package ledger_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/ledger/tabular"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

var testLedgerID = uuid.MustParse("0192f0a0-0000-7000-8000-000000000001")

// newLedger opens an empty ledger in a directory that the test forgets.
func newLedger(t testing.TB) *ledger.Ledger {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	store, err := sqlite.Create(ctx, filepath.Join(dir, "ledger.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	v, err := sqlitevault.Create(ctx, filepath.Join(dir, "vault.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	l, err := ledger.Create(ctx, ledger.Parts{Store: store, Vault: v, Clock: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }},
		ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// importFile imports one file and fails the test on any problem.
func importFile(t testing.TB, l *ledger.Ledger, path string) ledger.Imported {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := tabular.Read(context.Background(), filepath.Base(path), f, tabular.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := l.Import(t.Context(), read, ledger.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range out.Errors {
		t.Errorf("%s", p)
	}
	return out
}

// importHistory imports the whole history.
func importHistory(t testing.TB, l *ledger.Ledger) []ledger.Imported {
	t.Helper()
	var out []ledger.Imported
	for _, s := range tabular.Shapes {
		path := filepath.Join("..", "..", "history", s.Name+".csv")
		if _, err := os.Stat(path); err != nil {
			continue
		}
		out = append(out, importFile(t, l, path))
	}
	return out
}

func TestHistory(t *testing.T) {
	l := newLedger(t)
	start := time.Now()
	for _, i := range importHistory(t, l) {
		t.Logf("%+v", i)
	}
	t.Log(time.Since(start), l.Size())
	for _, i := range importHistory(t, l) {
		if i.Appended != 0 || i.Skipped != i.Rows {
			t.Errorf("imported again: %+v", i)
		}
	}
}
