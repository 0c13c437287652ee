package audit_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/domain"
)

// A file that is served has the hash that the log has; one that was erased is no fault, one that was not and is gone is.
func TestEvidenceFiles(t *testing.T) {
	s := newEmptySite(t, t.TempDir())
	files, err := sqliteevidence.Create(filepath.Join(t.TempDir(), "evidence.db"), ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	s.ledger.UseEvidence(files, ledger.DefaultEvidenceLimits())
	e := &edition{site: s}
	s.imports(t, "sources", "source_id,publisher,title,published_on,url,note\nfirst,The First,What was said,2017-02-01,https://first.example/a,\n")
	e.execute(t, domain.RegisterCollectivity{CollectivityRegistered: domain.CollectivityRegistered{Collectivity: aix, Type: "commune", Name: "Aix-les-Bains", INSEE: "73008"}})
	e.execute(t, domain.PublishGrid{GridPublished: domain.GridPublished{
		Grid: "grille", Kind: "made-up", Themes: []domain.Theme{{ID: "t", Name: "T"}}, Stakes: []domain.Stake{{ID: "s", Theme: "t", Name: "S"}},
		Services: []domain.Service{{ID: "wifi", Stake: "s", Name: "Wi-Fi"}}, Thresholds: []domain.Threshold{{Level: 1, Footing: domain.Footing{Known: "assumed"}}},
	}})
	var shown []domain.Evidence
	for _, text := range []string{"a file that stays", "a file about somebody"} {
		done, err := s.ledger.Attach(t.Context(), auth.Principal{Role: auth.Registrar}, "", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, domain.Evidence{SHA256: done.SHA256})
	}
	shown = append(shown, domain.Evidence{URL: "https://aix.example/", SHA256: strings.Repeat("0b", 32)})
	action := e.execute(t, domain.DeclareAction{ActionDeclared: domain.ActionDeclared{Action: "wifi", Collectivity: aix, ActionParticulars: domain.ActionParticulars{
		Grid: "grille", Services: []string{"wifi"}, StartedOn: "2020", OperatorKind: "collectivity", Title: domain.Text("Wi-Fi"), Evidence: shown,
	}}})
	s.sign(t)
	dir := t.TempDir()
	figures := func(want map[string]int64) {
		t.Helper()
		opt := s.options(t, dir)
		opt.Answer = s.answers
		report, err := s.round(t, opt)
		if err != nil {
			t.Fatal(err)
		}
		for name, n := range want {
			if got := check(t, report, "files").Figures[name]; got != n {
				t.Errorf("%s: %d, want %d", name, got, n)
			}
		}
	}
	figures(map[string]int64{"named": 3, "asked": 3, "fit": 2, "erased": 0, "absent": 1})
	wrong := func(why string, lie func(path string, a *answered)) {
		t.Helper()
		s.lie = lie
		defer func() { s.lie = nil }()
		opt := s.options(t, t.TempDir())
		opt.Answer = s.answers
		if _, err := s.round(t, opt); err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "/evidence/"+shown[1].SHA256) {
			t.Errorf("%v, want %q", err, why)
		}
	}
	of := func(f func(a *answered)) func(string, *answered) {
		return func(path string, a *answered) {
			if path == "/evidence/"+shown[1].SHA256 {
				f(a)
			}
		}
	}
	wrong("another content", of(func(a *answered) { a.body = []byte("a file about nobody") }))
	wrong("no record says so", of(func(a *answered) { a.status = http.StatusGone }))
	if _, err := s.ledger.Erase(t.Context(), ledger.Erasure{Event: action, Pointer: "/data/evidence/1", Ground: "request"}); err != nil {
		t.Fatal(err)
	}
	s.sign(t)
	figures(map[string]int64{"named": 3, "fit": 1, "erased": 1, "absent": 1})
	wrong("served all the same", of(func(a *answered) { a.status, a.body = http.StatusOK, []byte("a file about somebody") }))
}
