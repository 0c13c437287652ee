package web

import (
	"fmt"
	"slices"

	"arobase/api/ledger"
)

// chartRow is one edition in the table of a chart.
type chartRow struct {
	Year, Edition int
	Href          string // "" where nothing is known of the edition
	Published     string
	Others        string
	Sources       []cite
	Recorded      string
	Derived       string
	Coverage      string
	Reason        any
	Silent        bool // nothing is known at all
}

// chartRow says the same as the drawing, in a line of a table.
func (p *page) chartRow(pt ledger.PointView) chartRow {
	r := chartRow{Year: pt.Year, Edition: pt.Edition, Recorded: "–"}
	if slices.ContainsFunc(p.editions(), func(e ledger.EditionShort) bool { return e.Edition == pt.Edition }) {
		r.Href = p.href("edition", fmt.Sprint(pt.Edition))
	}
	pub := pt.Published
	if pub.Value != nil {
		r.Published = p.Figure(*pub.Value, pub.Unit, pub.Precision)
		for _, s := range pub.Sources {
			r.Sources = append(r.Sources, p.cite(s))
		}
	}
	for i, a := range pub.Alternatives {
		if i > 0 {
			r.Others += " · "
		}
		r.Others += p.Figure(a.Value, a.Unit, a.Precision)
	}
	if pt.Recorded.Value != nil {
		r.Recorded = p.Int(*pt.Recorded.Value)
	}
	if pt.Recorded.Derived > 0 {
		r.Derived = p.N("chart.derived", pt.Recorded.Derived)
	}
	if pt.Coverage != nil {
		r.Coverage = p.Percent(*pt.Coverage)
	}
	r.Reason = p.prose(pt.ReasonFR, pt.Reason)
	r.Silent = pub.Value == nil && len(pub.Alternatives) == 0 && (pt.Recorded.Value == nil || *pt.Recorded.Value == 0) && pt.Recorded.Derived == 0
	return r
}
