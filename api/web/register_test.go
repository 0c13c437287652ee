package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"arobase/api/ledger"
	"arobase/domain"
)

// listed reads all pages of the register for a question, and gives the addresses of the records in their order.
func listed(t *testing.T, h http.Handler, path string) []string {
	t.Helper()
	var all []string
	for seen := map[string]bool{}; path != ""; {
		if seen[path] {
			t.Fatalf("%s follows itself", path)
		}
		seen[path] = true
		next := ""
		for _, n := range elements(open(t, h, path)) {
			href, _ := attr(n, "href")
			class, _ := attr(n, "class")
			switch {
			case n.Data != "a":
			case strings.HasPrefix(href, "/inscriptions/") && inMargin(n):
				id, _, _ := strings.Cut(strings.TrimPrefix(href, "/inscriptions/"), "?")
				all = append(all, id)
			case class == "next":
				next = href
			}
		}
		path, _, _ = strings.Cut(next, "#")
	}
	return all
}

func inMargin(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if class, _ := attr(p, "class"); class == "margin" {
			return true
		}
	}
	return false
}

// TestRegisterChosen holds what the register lists, over all its pages, to what the ledger holds.
func TestRegisterChosen(t *testing.T) {
	h := history(t)
	of := func(f ledger.EventFilter, size uint64) []string {
		var all []string
		for e, err := range past.ledger.Events(t.Context(), f) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Index < size {
				all = append(all, e.ID.String())
			}
		}
		slices.Reverse(all)
		return all
	}
	for question, want := range map[string][]string{
		"":                              of(ledger.EventFilter{}, 1e6),
		"as_of=73":                      of(ledger.EventFilter{}, 73),
		"type=figure-published":         of(ledger.EventFilter{Type: "figure-published"}, 1e6),
		"type=ledger-opened":            of(ledger.EventFilter{Type: "ledger-opened"}, 1e6),
		"type=key-rotated":              nil,
		"thread=figures-17":             of(ledger.EventFilter{Stream: "figures-17"}, 1e6),
		"thread=no-such-thread":         nil,
		"from=2026-11-23&type=":         of(ledger.EventFilter{}, 1e6),
		"from=2026-11-23&to=2026-11-23": of(ledger.EventFilter{}, 1e6),
		"to=2026-11-22":                 nil,
		"from=2026-11-24":               nil,
		"type=source-cited&as_of=20&to=2026-11-23": of(ledger.EventFilter{Type: "source-cited"}, 20),
	} {
		if strings.Contains(question, "type=x") {
			continue
		}
		if got := listed(t, h, "/registre?"+question); !slices.Equal(got, want) {
			t.Errorf("?%s lists %d records, want %d", question, len(got), len(want))
		}
	}
	for _, question := range []string{"type=x", "from=yesterday", "to=2026-13-01", "before=-1"} {
		if w := get(h, "/registre?"+question); w.Code != http.StatusBadRequest {
			t.Errorf("?%s: %d, want 400", question, w.Code)
		}
	}
	if page := text(open(t, h, "/registre?thread="+url.QueryEscape(`"><script>`))); !strings.Contains(page, "Aucune inscription ne correspond à ce choix.") {
		t.Error("nothing found does not say so")
	}
}

// TestRecordLinks corrects a fact, and looks at both records.
func TestRecordLinks(t *testing.T) {
	s := newSealed(t)
	var fact ledger.EventView
	for e, err := range s.ledger.Events(t.Context(), ledger.EventFilter{Type: "award-recorded"}) {
		if err != nil {
			t.Fatal(err)
		}
		fact = e
		break
	}
	done, err := s.ledger.Execute(t.Context(), ledger.Request{Actor: ledger.RegistrarActor, Command: domain.RetractRecord{
		In:              domain.StreamName(fact.Stream),
		RecordRetracted: domain.RecordRetracted{Event: fact.ID, Cause: "transcription"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ledger.Runner().CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		"/inscriptions/" + fact.ID.String():        "Cette inscription a été corrigée Inscription nº 9.",
		"/inscriptions/" + done.Events[0].String(): "Porte sur : Inscription nº",
		"/en/records/" + fact.ID.String():          "Made in view of Record no. ",
	} {
		if page := text(open(t, s, path)); !strings.Contains(page, says) {
			t.Errorf("%s does not say %q:\n%s", path, says, page)
		}
	}
	// Before the correction was made nothing was known of it.
	if page := text(open(t, s, "/inscriptions/"+fact.ID.String()+"?as_of=9")); strings.Contains(page, "a été corrigée") {
		t.Error("the page as of a moment before the correction tells of it")
	}
}
