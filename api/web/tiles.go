package web

import (
	"fmt"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
)

// tileMap is a map of the départements with a number on each. The list beside it says the same.
type tileMap struct {
	ID, Title, Spoken string
	drawing.Country
	// Elsewhere counts those of no département that is known, "" where there are none.
	Elsewhere string
	Key       string
}

// tiles draws the holders of an edition that were kept, by département.
func (p *page) tiles(id string, edition int, lines []*ledger.RollLine, href func(code string) string) *tileMap {
	count, greatest, elsewhere := map[string]int{}, 0, 0
	for _, l := range lines {
		count[placeCode(l.Body.Departement)]++
	}
	for code, n := range count {
		if !drawing.OnMap(code) {
			elsewhere += n
			delete(count, code)
		} else {
			greatest = max(greatest, n)
		}
	}
	v := &tileMap{
		ID: id, Title: p.T("map.drawing", yearOf(edition)), Spoken: p.N("map.spoken", len(lines)-elsewhere, p.Int(len(count))),
		Country: drawing.NewCountry(), Key: p.T("map.key"),
	}
	if elsewhere > 0 {
		v.Elsewhere = p.N("map.elsewhere", elsewhere)
	}
	for _, d := range p.site.Ledger.Territories().Departements() {
		t := drawing.Tile{Code: d.Code, Name: d.Name, Href: href(d.Code), Spoken: p.T("map.tile", d.Name, d.Code, p.T("none"))}
		if n := count[d.Code]; n > 0 {
			t.Count, t.Ramp = p.Int(n), drawing.Ramp(n, greatest)
			t.Spoken = p.T("map.tile", d.Name, d.Code, p.N("names.recorded", n))
		}
		v.Add(t)
	}
	return v
}

// editionOptions are the editions as a form offers them.
func (p *page) editionOptions(chosen int) []option {
	var out []option
	for _, e := range p.editions() {
		out = append(out, option{fmt.Sprint(e.Edition), p.T("edition.short", e.Edition, e.Year), e.Edition == chosen})
	}
	return out
}
