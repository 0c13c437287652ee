package web

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"arobase/api/ledger"
)

// TestCredentials holds badges and panels to decided labels, and to the latest of them.
func TestCredentials(t *testing.T) {
	five, two := 5, 2
	record := uuid.MustParse("0192f0a0-0000-7000-8000-0000000000aa")
	edition := func(n int, status string, level *int) ledger.EditionView {
		return ledger.EditionView{Edition: n, Year: 1999 + n, Status: status, Distinction: "level", Level: level, Facts: []ledger.Fact{{Event: record}}}
	}
	c := ledger.CollectivityView{ID: "fr-commune-73008", Name: `Aix & "les" <Bains>`}
	for _, status := range []string{"reported", "corroborated", "contested", "arbitrated", "withdrawn", "under-appeal", "embargoed", ""} {
		c.Editions = []ledger.EditionView{edition(18, status, &five)}
		if _, err := decided(c, 0); !errors.Is(err, errNotDecided) {
			t.Errorf("a badge for what is %q: %v", status, err)
		}
	}
	c.Editions = []ledger.EditionView{edition(28, "decided", &two), edition(29, "decided", &five), edition(30, "withdrawn", &five), edition(31, "reported", &five)}
	if e, err := decided(c, 0); err != nil || e.Edition != 29 {
		t.Errorf("the latest decided label is of edition %d, %v", e.Edition, err)
	}
	if _, err := decided(c, 30); !errors.Is(err, errNotDecided) {
		t.Errorf("a panel for a withdrawn label: %v", err)
	}
	fr, _ := tongues(t)
	p := (&site{Deps: Deps{Ledger: &ledger.Ledger{}}}).pageForTest(fr)
	e, err := decided(c, 28)
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.panelOf(c, e)
	if err != nil || v.Address != "https://registre.example/inscriptions/"+record.String() || v.Code.Side < 29 || v.Mark.Level != 2 {
		t.Errorf("the panel leads to %q, side %d, level %d: %v", v.Address, v.Code.Side, v.Mark.Level, err)
	}
	picture := p.badgePicture(c, e)
	for d := xml.NewDecoder(bytes.NewReader(picture)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the badge is no picture: %v\n%s", err, picture)
		}
	}
	if got := strings.Count(string(picture), `opacity="1"`); got != 2 || !strings.Contains(string(picture), "2027") {
		t.Errorf("the badge inks %d signs:\n%s", got, picture)
	}
}

// A badge stands on other people's pages: one of a made-up ledger says so by itself.
func TestMadeUpBadge(t *testing.T) {
	fr, en := tongues(t)
	two := 2
	for _, madeUp := range []bool{true, false} {
		s := &site{Deps: Deps{Ledger: &ledger.Ledger{Genesis: ledger.Genesis{MadeUp: madeUp}}}}
		for _, language := range []*tongue{fr, en} {
			picture := string(s.pageForTest(language).badgePicture(ledger.CollectivityView{Name: "Laon"}, ledger.EditionView{Edition: 28, Distinction: "level", Level: &two}))
			if got := strings.Count(picture, language.T("madeup.mark")); got != map[bool]int{true: 2}[madeUp] {
				t.Errorf("made up %v, %s: marked %d times", madeUp, language.Code, got)
			}
		}
	}
}

// pageForTest is a page without a ledger behind it.
func (s *site) pageForTest(t *tongue) *page {
	return &page{tongue: t, site: s, req: httptest.NewRequest("GET", "https://registre.example/panel/x", nil)}
}
