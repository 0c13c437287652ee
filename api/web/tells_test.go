package web

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

// Every type of record is told in a sentence of its own, in both languages, and none is told as "of another kind".
func TestEveryRecordIsTold(t *testing.T) {
	dir, id := t.TempDir(), uuid.MustParse("0192f0a0-0000-7000-8000-000000000001")
	store, err := sqlite.Create(t.Context(), filepath.Join(dir, "ledger.db"), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	v, err := sqlitevault.Create(t.Context(), filepath.Join(dir, "vault.db"), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	l, err := ledger.Create(t.Context(), ledger.Parts{Store: store, Vault: v, Clock: func() time.Time { return time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC) }},
		ledger.Genesis{LedgerID: id, Origin: "test.example/log", MadeUp: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Runner().CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	fr, en := tongues(t)
	s := &site{Deps: Deps{Ledger: l, Logger: slog.New(slog.DiscardHandler)}}
	for _, language := range []*tongue{fr, en} {
		p := s.newPage(language, "record", httptest.NewRequest("GET", "/", nil))
		other, _, _ := strings.Cut(language.T("tells.other"), "%")
		for _, typ := range domain.Types() {
			data, err := os.ReadFile(filepath.Join("..", "..", "domain", "testdata", "golden", fmt.Sprintf("%s.v%d.json", typ.Name, typ.Version)))
			if err != nil {
				t.Fatal(err)
			}
			said, _ := p.tells(ledger.EventView{Type: fmt.Sprintf("arobase.%s.v%d", typ.Name, typ.Version), Data: json.RawMessage(data)})
			if text := string(said); text == "" || strings.HasPrefix(text, other) || strings.Contains(text, "%!") || strings.Contains(text, "⟦") || text == string(p.H("tells.unknown")) {
				t.Errorf("%s, %s: %q", language.Code, typ.Name, text)
			} else if language == fr {
				t.Log(typ.Name + ": " + text)
			}
		}
	}
}
