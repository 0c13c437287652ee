package main

import (
	"fmt"
	"strings"

	"arobase/api/ledger"
)

// How a figure is told in a sentence and in a cell. A figure never stands without its unit, nor without how exact it is.

// figureInWords says a figure: "about 40 communes", "55 communes by adding".
func figureInWords(f ledger.FigureView) string {
	s := grouped(f.Value)
	if f.Unit != "" {
		s += " " + f.Unit
	} else {
		s += ", unit not stated"
	}
	switch f.Precision {
	case "about":
		return "about " + s
	case "more_than":
		return "more than " + s
	case "derived":
		return s + " by adding"
	}
	return s
}

func figureWithSources(f ledger.FigureView) string {
	return fmt.Sprintf("%s (%s)", figureInWords(f), strings.Join(f.Sources, ", "))
}

// published gives the chosen figure, or nil where sources give none or where nothing decides.
func published(p ledger.PointView) *ledger.FigureView {
	v := p.Published
	if v.Value == nil {
		return nil
	}
	return &ledger.FigureView{Value: *v.Value, Unit: v.Unit, Precision: v.Precision, Sources: v.Sources}
}

// The signs of a cell that has no plain number.
const (
	signNone      = "-" // no source gives one
	signUndecided = "?" // sources give several and nothing decides
	signAbout     = "~"
	signMoreThan  = ">"
	signAdded     = "+" // the sum of levels that a source gives
)

// cellOf writes the published figure of a point into a cell, without its unit.
func cellOf(p ledger.PointView) string {
	f := published(p)
	switch {
	case f == nil && len(p.Published.Alternatives) > 0:
		return signUndecided
	case f == nil:
		return signNone
	}
	sign := map[string]string{"about": signAbout, "more_than": signMoreThan, "derived": signAdded}[f.Precision]
	return sign + grouped(f.Value)
}

// cellWithUnit is cellOf followed by the unit; the number is filled up to three digits so that a column of them lines up.
func cellWithUnit(p ledger.PointView) string {
	s := fmt.Sprintf("%4s", cellOf(p))
	if f := published(p); f != nil && f.Unit != "" {
		s += " " + f.Unit
	}
	return s
}

// recordedCell writes what the ledger counts, and apart what rests on reasoning only. Numbers of a column line up.
func recordedCell(r ledger.RecordedView) string {
	n, apart := signNone, ""
	if r.Value != nil {
		n = fmt.Sprint(*r.Value)
	}
	if r.Derived > 0 {
		apart = fmt.Sprintf(" (+%d)", r.Derived)
	}
	return fmt.Sprintf("%s%-6s", n, apart)
}

func coverageCell(c *float64) string {
	if c == nil {
		return signNone
	}
	return fmt.Sprintf("%.1f %%", *c*100)
}

// legend explains the signs that stand in the cells.
func legend(cells string) []string {
	var out []string
	for _, s := range []struct{ sign, says string }{
		{signAbout, "about"}, {signMoreThan, "more than"}, {signAdded, "added up from the levels that a source gives"},
		{signUndecided, "sources differ and nothing decides between them: see the note"},
	} {
		if strings.Contains(cells, s.sign) {
			out = append(out, s.sign+" "+s.says)
		}
	}
	return out
}
