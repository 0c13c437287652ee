//go:build unix

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore"
)

// Whatever is recorded, a site that has shown its pages before shows what one shows that was started since: what it remembers
// is never older than the size that a page names.
func TestPagesAreAsOfNow(t *testing.T) {
	store := &countryStore{bodies: 120, editions: 3}
	open := func() *ledger.Ledger {
		l, err := ledger.Open(t.Context(), ledger.Parts{Store: store})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	catchUp := func(l *ledger.Ledger) {
		if err := l.Runner().CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	l := open()
	catchUp(l)
	kept := site(l)
	paths := []string{
		"/", "/editions", "/editions/2", "/editions/2/palmares", "/editions/3/palmares?level=5&sort=name", "/editions/2/palmares?page=2&sort=departement", "/carte?edition=2",
		"/departements/01", "/departements/01?edition=2", "/mentions", "/tendances", "/tendances?from=2&to=3", "/tendances?by=departement", "/rapprochement",
		"/sources/source-3", "/recherche?q=commune+1", "/editions/3/palmares?change=rose",
	}
	look := func() {
		for _, path := range paths {
			get(kept, path)
		}
	}
	look()
	body := func(n int) domain.CollectivityID {
		_, e := awarded(2, n, 1, 1)
		return e.(*domain.AwardRecorded).Collectivity
	}
	sizes := []uint64{150, 300}
	settled := domain.CollectivityID("unsettled-ailleurs")
	var last eventstore.Event
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"a label that contradicts", func() { last = store.add(awarded(2, 7, 5, 1)) }},
		{"it is taken back", func() {
			store.add(domain.StreamName(last.Stream), &domain.RecordRetracted{Event: last.ID, Cause: "transcription"})
		}},
		{"a label of another source", func() { store.add(awarded(2, 3, 1, 4)) }},
		{"the two sources are one publisher", func() {
			store.add(domain.SourceStream("source-4"), &domain.SourceCorrected{Source: "source-4", SourceParticulars: domain.SourceParticulars{Publisher: "Publisher 3", Title: "T", PublishedOn: "2008"}})
		}},
		{"a new name", func() {
			store.add(domain.CollectivityStream(body(5)), &domain.CollectivityRenamed{Collectivity: body(5), Name: "Aaa"})
		}},
		{"a new body", func() {
			store.add(domain.CollectivityStream("fr-commune-90001"), &domain.CollectivityRegistered{Collectivity: "fr-commune-90001", Type: "commune", Name: "Bbb", Departement: "01", Region: "84"})
		}},
		{"a label of it", func() {
			_, e := awarded(3, 0, 5, 2)
			a := *e.(*domain.AwardRecorded)
			a.Collectivity = "fr-commune-90001"
			store.add(domain.CandidacyStream(3, a.Collectivity), &a)
		}},
		{"a mention", func() {
			_, e := awarded(2, 9, 1, 2)
			label := domain.Secret("Inclusion")
			label.Seal(strings.Repeat("A", 43) + "=")
			store.add(domain.CandidacyStream(2, body(9)), &domain.MentionRecorded{Mention: "inclusion", Label: label, Holding: e.(*domain.AwardRecorded).Holding})
		}},
		{"a name that fits two", func() {
			store.add(domain.CollectivityStream(settled), &domain.IdentityContested{Collectivity: settled, Name: "Ailleurs", Candidates: []domain.CollectivityID{body(11), body(12)}})
			_, e := awarded(2, 0, 4, 2)
			a := *e.(*domain.AwardRecorded)
			a.Collectivity = settled
			store.add(domain.CandidacyStream(2, settled), &a)
		}},
		{"it is settled", func() {
			reason := domain.Secret("Parce que")
			reason.Seal(strings.Repeat("A", 42) + "E=")
			store.add(domain.CollectivityStream(settled), &domain.IdentitySettled{Collectivity: settled, As: body(11), Reason: reason})
		}},
		{"the whole list", func() {
			store.add(domain.EditionStream(2), &domain.EditionEnumerated{Edition: 2, Source: "source-1", Count: 100})
		}},
		{"of both", func() {
			store.add(domain.EditionStream(3), &domain.EditionEnumerated{Edition: 3, Source: "source-1", Count: 100})
		}},
		{"one more moves", func() { store.add(awarded(3, 20, 4, 5)) }},
	} {
		sizes = append(sizes, l.Size())
		step.do()
		catchUp(l)
		fresh := open()
		catchUp(fresh)
		anew := site(fresh)
		for _, path := range paths {
			got, want := get(kept, path), get(anew, path)
			if got.Code != want.Code || got.Code >= 400 {
				t.Fatalf("%s: %s: %d, of a new site %d", step.name, path, got.Code, want.Code)
			}
			if diff := cmp.Diff(want.Body.String(), got.Body.String()); diff != "" {
				t.Errorf("%s: %s differs from that of a new site:\n%.1500s", step.name, path, diff)
			}
		}
	}
	// As of earlier sizes too, of which only a few are remembered, and whoever went away leaves nothing wrong behind.
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	sizes = []uint64{sizes[0], sizes[1], sizes[8]}
	fresh := map[string]string{}
	for round := range 2 {
		for i := range sizes {
			size := sizes[(i*2+round)%len(sizes)]
			var anew http.Handler
			if round == 0 {
				anew = site(l)
			}
			for _, path := range paths {
				mark := "?"
				if strings.Contains(path, "?") {
					mark = "&"
				}
				path += fmt.Sprint(mark, "as_of=", size)
				if round == 0 {
					kept.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, "GET", path, nil))
				}
				if anew != nil {
					fresh[path] = get(anew, path).Body.String()
				}
				if diff := cmp.Diff(fresh[path], get(kept, path).Body.String()); diff != "" {
					t.Errorf("%s differs from that of a new site:\n%.1500s", path, diff)
				}
			}
		}
	}
}
