package rest

import (
	"fmt"
	"strconv"
	"strings"

	"arobase/api/ledger"
)

var pointColumns = []column[ledger.PointView]{
	{"edition", func(p ledger.PointView) any { return p.Edition }},
	{"year", func(p ledger.PointView) any { return p.Year }},
	{"metric", func(p ledger.PointView) any { return p.Metric }},
	{"group", func(p ledger.PointView) any { return p.Group }},
	{"published.value", func(p ledger.PointView) any { return p.Published.Value }},
	{"published.unit", func(p ledger.PointView) any { return p.Published.Unit }},
	{"published.precision", func(p ledger.PointView) any { return p.Published.Precision }},
	{"published.sources", func(p ledger.PointView) any { return joined(p.Published.Sources) }},
	{"published.alternatives", func(p ledger.PointView) any { return alternatives(p.Published.Alternatives) }},
	{"recorded.value", func(p ledger.PointView) any { return p.Recorded.Value }},
	{"recorded.derived", func(p ledger.PointView) any { return p.Recorded.Derived }},
	{"coverage", func(p ledger.PointView) any { return p.Coverage }},
	{"reason", func(p ledger.PointView) any { return p.Reason }},
	{"reasonFr", func(p ledger.PointView) any { return p.ReasonFR }},
}

func alternatives(all []ledger.FigureView) string {
	var out []string
	for _, f := range all {
		out = append(out, fmt.Sprintf("%s %s (%s, %s)", number(f.Value), f.Unit, f.Precision, strings.Join(f.Sources, ", ")))
	}
	return joined(out)
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// move is one line of a comparison of two editions.
type move struct {
	change, collectivity, name string
	from, to                   *int
}

// moved sets out who rose, fell, stayed, entered and left.
func moved(v ledger.TransitionsView) []move {
	var out []move
	for _, g := range []struct {
		change string
		all    []ledger.MoveView
	}{{"rose", v.Rose}, {"fell", v.Fell}, {"same", v.Same}} {
		for _, m := range g.all {
			out = append(out, move{g.change, m.Collectivity, m.Name, &m.From, &m.To})
		}
	}
	for _, g := range []struct {
		change string
		all    []ledger.CollectivityShort
	}{{"entered", v.Entered}, {"left", v.Left}} {
		for _, c := range g.all {
			out = append(out, move{change: g.change, collectivity: c.ID, name: c.Name})
		}
	}
	return out
}

var moveColumns = []column[move]{
	{"change", func(m move) any { return m.change }},
	{"collectivity", func(m move) any { return m.collectivity }},
	{"name", func(m move) any { return m.name }},
	{"from", func(m move) any { return m.from }},
	{"to", func(m move) any { return m.to }},
}

var groupMoveColumns = []column[ledger.GroupMovesView]{
	{"group", func(g ledger.GroupMovesView) any { return g.Group }},
	{"recordedFrom", func(g ledger.GroupMovesView) any { return g.RecordedFrom }},
	{"recordedTo", func(g ledger.GroupMovesView) any { return g.RecordedTo }},
	{"seenInBoth", func(g ledger.GroupMovesView) any { return g.Seen }},
	{"n", func(g ledger.GroupMovesView) any { return g.N }},
	{"rose", func(g ledger.GroupMovesView) any { return g.Rose }},
	{"fell", func(g ledger.GroupMovesView) any { return g.Fell }},
	{"same", func(g ledger.GroupMovesView) any { return g.Same }},
	{"entered", func(g ledger.GroupMovesView) any { return g.Entered }},
	{"left", func(g ledger.GroupMovesView) any { return g.Left }},
}

var itemColumns = []column[ledger.ItemView]{
	{"edition", func(i ledger.ItemView) any { return i.Edition }},
	{"metric", func(i ledger.ItemView) any { return i.Metric }},
	{"scope", func(i ledger.ItemView) any { return i.Scope }},
	{"verdict", func(i ledger.ItemView) any { return i.Verdict }},
	{"recorded", func(i ledger.ItemView) any { return i.Recorded }},
	{"figures", func(i ledger.ItemView) any { return figures(i) }},
	{"reason", func(i ledger.ItemView) any { return i.Reason }},
	{"reasonFr", func(i ledger.ItemView) any { return i.ReasonFR }},
	{"hypotheses", func(i ledger.ItemView) any {
		var out []string
		for _, h := range i.Hypotheses {
			out = append(out, h.Text)
		}
		return joined(out)
	}},
}

// figures are what sources say of an item, numbers or statements, in one cell.
func figures(i ledger.ItemView) string {
	var out []string
	for _, f := range i.Figures {
		out = append(out, fmt.Sprintf("%s %s (%s, %s)", number(f.Value), f.Unit, f.Precision, f.Source))
	}
	for _, s := range i.Statements {
		out = append(out, fmt.Sprintf("%s (%s, %s)", s.Value, s.Precision, s.Source))
	}
	return joined(out)
}
