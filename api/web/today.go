package web

import (
	"fmt"
	"slices"

	"arobase/api/ledger"
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
type strip struct {
	Title, Spoken string
	Columns       []column
	Ticks         []tick
	Lines         []rule // one for each level
}

type column struct {
	X, W, Center string
	Y, H         int
	Kind         string // level, derived, hors-concours, unspecified, contested, mention, none
	Level        int
	Mentions     bool
	Href         string
	Spoken       string
}

const (
	stripBase = 74
	stripStep = 12
)

func (p *page) strip(c ledger.CollectivityView) *strip {
	if len(c.Editions) == 0 || c.Latest == 0 {
		return nil
	}
	known := map[int]ledger.EditionView{}
	var points []ledger.PointView
	last := c.Latest
	for _, e := range c.Editions {
		known[e.Edition] = e
		last = max(last, e.Edition)
	}
	s := &strip{Title: p.T("strip.title", c.Name), Spoken: p.T("strip.spoken", len(c.Editions), last)}
	for n := 1; n <= last; n++ {
		points = append(points, ledger.PointView{Edition: n, Year: yearOf(n)})
		col := column{X: across(n, last, 0.14), W: fmt.Sprintf("%.2f%%", 72/float64(last)), Center: across(n, last, 0.5), Kind: "none", Y: stripBase - 6}
		if e, ok := known[n]; ok {
			p.fill(&col, e)
		}
		s.Columns = append(s.Columns, col)
	}
	s.Ticks = ticks(points)
	for level := 1; level <= int(domain.MaxLevel); level++ {
		s.Lines = append(s.Lines, rule{stripBase - level*stripStep, fmt.Sprint(level)})
	}
	return s
}

func (p *page) fill(col *column, e ledger.EditionView) {
	height := 0
	switch {
	case e.Status == string(domain.Contested):
		col.Kind, height = "contested", int(domain.MaxLevel)
	case e.Level != nil && e.Derived:
		col.Kind, col.Level, height = "derived", *e.Level, *e.Level
	case e.Level != nil:
		col.Kind, col.Level, height = "level", *e.Level, *e.Level
	case e.Distinction == string(domain.DistinctionHorsConcours):
		col.Kind, col.Y = "hors-concours", stripBase-3*stripStep
	case e.Distinction != "":
		col.Kind, height = "unspecified", 1
	default:
		col.Kind = "mention"
	}
	if height > 0 {
		col.H = height * stripStep
		col.Y = stripBase - col.H
	}
	col.Mentions = len(e.Mentions) > 0
	col.Href = fmt.Sprintf("#e%d", e.Edition)
	col.Spoken = p.T("strip.column", p.Edition(e.Edition, e.Year), p.heldIn(e))
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
