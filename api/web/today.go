package web

import (
	"fmt"
	"slices"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// today says what a collectivity holds: in the latest edition, or else what was last known. That no source names it says
// nothing, and the page says that.
func (p *page) today(c ledger.CollectivityView) today {
	switch {
	case c.Kind == "unsettled" && c.SettledAs == "":
		return today{Lead: p.T("today.unsettled"), Sealed: "none"}
	case c.Current != nil:
		t := p.heldToday(c, *c.Current)
		t.Lead = p.T("today.current", p.held(*c.Current), p.Edition(c.Current.Edition, c.Current.Year))
		if c.LastKnown != nil && c.LastKnown.Edition != c.Current.Edition {
			t.Text = append(t.Text, p.T("today.before", p.held(*c.LastKnown), p.Edition(c.LastKnown.Edition, c.LastKnown.Year)))
		}
		return t
	case c.LastKnown != nil:
		t := p.heldToday(c, *c.LastKnown)
		t.Lead = p.T("today.last", p.held(*c.LastKnown), p.Edition(c.LastKnown.Edition, c.LastKnown.Year))
		t.Text = append(t.Text, p.unknownToday(c))
		if r := c.Reasoned; r != nil {
			t.Text = append(t.Text, p.T("today.reasoned", p.held(*r), p.Edition(r.Edition, r.Year)))
		}
		return t
	case c.Reasoned != nil:
		t := p.heldToday(c, *c.Reasoned)
		st := p.status(string(domain.Reported), true, 0)
		t.Mark.Derived, t.Status = true, &st
		t.Lead = p.T("today.onlyreasoned", p.held(*c.Reasoned), p.Edition(c.Reasoned.Edition, c.Reasoned.Year))
		t.Text = append(t.Text, p.unknownToday(c))
		return t
	}
	t := today{Lead: p.T("today.none"), Sealed: "none", Text: []string{p.T("today.none.text")}}
	switch {
	case len(c.Editions) > 0 || len(c.Undated) > 0:
		t.Lead, t.Text = p.T("today.nolabel"), []string{p.T("today.nolabel.text")}
	case len(c.Predecessors) > 0:
		t.Text = append(t.Text, p.T("today.predecessor"))
	case len(c.PerhapsAlso) > 0:
		t.Text = append(t.Text, p.T("today.perhaps"))
	}
	return t
}

// unknownToday says why the present status is not known.
func (p *page) unknownToday(c ledger.CollectivityView) string {
	if f := c.InForce; f != nil {
		return p.T("today.gone")
	}
	return p.T("today.unknown", p.Edition(c.Latest, yearOf(c.Latest)))
}

func (p *page) heldToday(c ledger.CollectivityView, h ledger.Held) today {
	m := p.mark(h.Distinction, h.Level, h.Status, false)
	st := p.status(h.Status, false, h.Sources)
	t := today{Mark: &m, Status: &st}
	var sources []string
	for _, e := range c.Editions {
		if e.Edition != h.Edition {
			continue
		}
		for _, f := range e.Facts {
			reasoned := f.Certainty == string(domain.Derived) && !e.Derived
			if f.Mention == "" && !f.Retracted && !reasoned && !slices.Contains(sources, f.Source) {
				sources = append(sources, f.Source)
			}
		}
	}
	if len(sources) > 0 {
		t.From = p.H("today.from", p.names(sources))
	}
	return t
}

// held names an award in a sentence: "5 @".
func (p *page) held(h ledger.Held) string {
	switch {
	case h.Status == string(domain.Contested):
		return p.T("held.contested")
	case h.Level != nil:
		return p.T("held.level", *h.Level)
	case h.Distinction == string(domain.DistinctionHorsConcours):
		return p.T("level.horsconcours")
	}
	return p.T("held.unspecified")
}

// strip is a label across all editions at a glance. The timeline under it says the same in words.
func (p *page) strip(c ledger.CollectivityView) *drawing.Strip {
	if len(c.Editions) == 0 || c.Latest == 0 {
		return nil
	}
	known := map[int]ledger.EditionView{}
	var years []drawing.Year
	last := c.Latest
	for _, e := range c.Editions {
		known[e.Edition] = e
		last = max(last, e.Edition)
	}
	s := &drawing.Strip{Title: p.T("strip.title", c.Name), Spoken: p.T("strip.spoken", len(c.Editions), last)}
	for n := 1; n <= last; n++ {
		years = append(years, drawing.Year{Edition: n, Year: yearOf(n)})
		col := drawing.Column{Kind: "none"}
		if e, ok := known[n]; ok {
			col = p.column(e)
		}
		s.Columns = append(s.Columns, col)
	}
	s.Place(years)
	return s
}

// column is what was held in an edition, as a strip shows it.
func (p *page) column(e ledger.EditionView) drawing.Column {
	col := drawing.Column{
		Kind: "mention", Mentions: len(e.Mentions) > 0, Href: fmt.Sprintf("#e%d", e.Edition),
		Spoken: p.T("strip.column", p.Edition(e.Edition, e.Year), p.heldIn(e)),
	}
	switch {
	case e.Status == string(domain.Contested):
		col.Kind = "contested"
	case e.Level != nil && e.Derived:
		col.Kind, col.Level = "derived", *e.Level
	case e.Level != nil:
		col.Kind, col.Level = "level", *e.Level
	case e.Distinction == string(domain.DistinctionHorsConcours):
		col.Kind = "hors-concours"
	case e.Distinction != "":
		col.Kind = "unspecified"
	}
	return col
}

// heldIn says in words what was held in an edition.
func (p *page) heldIn(e ledger.EditionView) string {
	s := p.T("held.mention")
	if e.Distinction != "" || e.Status == string(domain.Contested) {
		s = p.held(ledger.Held{Distinction: e.Distinction, Level: e.Level, Status: e.Status})
	}
	if e.Derived {
		s += ", " + p.T("award.derived")
	}
	return s
}
