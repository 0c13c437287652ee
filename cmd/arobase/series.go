package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"arobase/api/ledger"
)

// noSource is the reason of a point that no source speaks of.
const noSource = "No source found."

// seriesRow is one edition with its points by metric.
type seriesRow struct {
	edition, year int
	points        map[string]ledger.PointView
}

func seriesRows(all []ledger.PointView) []seriesRow {
	var rows []seriesRow
	for _, p := range all {
		if n := len(rows); n == 0 || rows[n-1].edition != p.Edition {
			rows = append(rows, seriesRow{p.Edition, p.Year, map[string]ledger.PointView{}})
		}
		rows[len(rows)-1].points[p.Metric] = p
	}
	return rows
}

var levels = []string{"level1", "level2", "level3", "level4", "level5"}

// printSeries prints one row for each edition, and beneath the table the sources of every figure in it, by edition.
func printSeries(w io.Writer, all []ledger.PointView) error {
	rows := seriesRows(all)
	p := newPage(w)
	p.heading("Who reached 4 or 5 @, edition by edition")
	p.line("")
	columns := []column{
		{"ed", true}, {"year", true}, {" 4-5 @ published", false}, {"recorded", true}, {"coverage", true},
		{"1 @", true}, {"2 @", true}, {"3 @", true}, {"4 @", true}, {"5 @", true}, {" labelled", false},
	}
	var cells [][]string
	var signs strings.Builder
	for _, r := range rows {
		top := r.points["level4to5"]
		row := []string{fmt.Sprint(r.edition), fmt.Sprint(r.year), cellWithUnit(top), recordedCell(top.Recorded), coverageCell(top.Coverage)}
		for _, m := range levels {
			row = append(row, cellOf(r.points[m]))
		}
		row = append(row, cellWithUnit(r.points["labelled"]))
		signs.WriteString(row[2] + strings.Join(row[5:], " "))
		cells = append(cells, row)
	}
	p.seriesTable(columns, cells)
	p.line("")
	p.text("", "Published: what sources say, each in its own unit. Recorded: the collectivities at 4 or 5 @ that the ledger knows "+
		"by name (+ those that rest on reasoning only). Coverage: recorded over published, where both count the same thing. "+
		strings.Join(append(legend(signs.String()), "- no source gives it, or there is nothing to compare"), "; ")+".")
	p.line("")
	p.heading("Sources and notes, by edition")
	for _, r := range rows {
		if s := r.note(); s != "" {
			p.text(fmt.Sprintf("%2d  ", r.edition), s)
		}
	}
	if s := noPercentage(rows); s != "" {
		p.line("")
		p.text("", s)
	}
	p.line("")
	p.text("", movements(rows))
	_, err := p.WriteTo(w)
	return err
}

// seriesTable is a table whose last column begins with a number, which must keep its place.
func (p *page) seriesTable(columns []column, rows [][]string) {
	last := len(columns) - 1
	columns = append(slices.Clone(columns), column{"", true})
	columns[last].right = false
	for i := range rows {
		rows[i] = append(rows[i], "")
	}
	p.table("", columns, rows)
}

// note gives the sources of every figure of a row, and what to know of it.
func (r seriesRow) note() string {
	var parts []string
	for _, m := range []struct{ name, label string }{{"level4to5", "4-5 @"}, {"labelled", "labelled"}} {
		pt := r.points[m.name]
		if s := said(pt); s != "" {
			s = m.label + ": " + s
			if m.name == "level4to5" || published(pt) == nil {
				s += because(pt)
			}
			parts = append(parts, full(s))
		} else if pt.Reason != noSource && pt.Reason != "" {
			parts = append(parts, full(m.label+": "+pt.Reason))
		}
	}
	if s := r.levelSources(); s != "" {
		parts = slices.Insert(parts, min(1, len(parts)), s)
	}
	return strings.Join(parts, " ")
}

// levelSources tells the levels together where they have one unit and one set of sources.
func (r seriesRow) levelSources() string {
	type group struct{ from, to, says string }
	var groups []group
	for _, m := range levels {
		pt, level := r.points[m], m[len("level"):]
		says := r.levelSays(pt)
		if n := len(groups); n > 0 && groups[n-1].says == says && groups[n-1].to[0]+1 == level[0] {
			groups[n-1].to = level
		} else if says != "" {
			groups = append(groups, group{level, level, says})
		}
	}
	var parts []string
	for _, g := range groups {
		span := g.from
		if g.to != g.from {
			span += "-" + g.to
		}
		parts = append(parts, span+" @: "+g.says)
	}
	if len(parts) == 0 {
		return ""
	}
	return full(strings.Join(parts, "; "))
}

// levelSays gives the unit and the sources of one level; its number stands in the table.
func (r seriesRow) levelSays(pt ledger.PointView) string {
	var parts []string
	if f := published(pt); f != nil {
		in := "unit not stated"
		if f.Unit != "" {
			in = "in " + f.Unit
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", in, strings.Join(f.Sources, ", ")))
	}
	for _, a := range pt.Published.Alternatives {
		parts = append(parts, figureWithSources(a))
	}
	return strings.Join(parts, ", also ")
}

// said gives every figure of a point with its sources, the chosen one first.
func said(pt ledger.PointView) string {
	var all []string
	if f := published(pt); f != nil {
		all = append(all, figureWithSources(*f))
	}
	for _, a := range pt.Published.Alternatives {
		all = append(all, figureWithSources(a))
	}
	return strings.Join(all, "; ")
}

func because(pt ledger.PointView) string {
	if pt.Reason == "" || pt.Reason == noSource {
		return ""
	}
	return ". " + pt.Reason
}

func full(s string) string { return strings.TrimSuffix(s, ".") + "." }

// noPercentage says why no edition is set against another in per cent: their totals are not in one unit.
func noPercentage(rows []seriesRow) string {
	var units []string
	of := map[string][]seriesRow{}
	for _, r := range rows {
		if f := published(r.points["labelled"]); f != nil {
			if !slices.Contains(units, f.Unit) {
				units = append(units, f.Unit)
			}
			of[f.Unit] = append(of[f.Unit], r)
		}
	}
	if len(units) < 2 {
		return ""
	}
	var parts []string
	for _, u := range units {
		in := of[u]
		if len(in) == 1 {
			total := *published(in[0].points["labelled"])
			total.Precision = ""
			parts = append(parts, fmt.Sprintf("%s in edition %d", figureInWords(total), in[0].edition))
			continue
		}
		var editions []int
		for _, r := range in {
			editions = append(editions, r.edition)
		}
		if u == "" {
			u = "a unit not stated"
		}
		parts = append(parts, fmt.Sprintf("%s in editions %s", u, spans(editions)))
	}
	return "No percentage from one edition to another: the totals are not in one unit (" + strings.Join(parts, ", ") + ")."
}

// movements says what is known of entries and exits.
func movements(rows []seriesRow) string {
	var known []int
	for _, r := range rows {
		if r.points["entries"].Recorded.Value != nil {
			known = append(known, r.edition)
		}
	}
	last := rows[len(rows)-1]
	switch {
	case len(known) > 0:
		return fmt.Sprintf("Entries, exits, progressions and regressions are known for %s: --metric entries and so on.", spans(known))
	case len(rows) <= 2:
		return last.points["entries"].Reason
	}
	return "Who entered and who left from one edition to the next is not known: of no two in a row is the whole list known. " +
		"A collectivity that our sources do not name did not leave for that."
}

// spans writes numbers in order, runs of them short: 13, 16-17, 19.
func spans(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if j == i {
			parts = append(parts, fmt.Sprint(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// printPoints prints one row for each point: for groups, and for metrics that were asked for by name.
func printPoints(w io.Writer, all []ledger.PointView) error {
	p := newPage(w)
	columns := []column{
		{"ed", true}, {"year", true}, {"metric", false}, {"group", false}, {" published", false}, {"recorded", true}, {"coverage", true},
	}
	var cells [][]string
	var signs strings.Builder
	var notes []string
	for _, pt := range all {
		row := []string{
			fmt.Sprint(pt.Edition), fmt.Sprint(pt.Year), pt.Metric, pt.Group, cellWithUnit(pt), recordedCell(pt.Recorded), coverageCell(pt.Coverage),
		}
		signs.WriteString(row[4])
		key := ""
		if s := said(pt) + because(pt); s != "" {
			s = full(strings.TrimPrefix(s, ". "))
			i := slices.Index(notes, s)
			if i < 0 {
				i = len(notes)
				notes = append(notes, s)
			}
			key = fmt.Sprintf("[%d]", i+1)
		}
		cells = append(cells, append(row, key))
	}
	if !slices.ContainsFunc(all, func(pt ledger.PointView) bool { return pt.Group != "" }) {
		columns = slices.Delete(columns, 3, 4)
		for i := range cells {
			cells[i] = slices.Delete(cells[i], 3, 4)
		}
	}
	p.table("", append(columns, column{"note", true}), cells)
	p.line("")
	p.text("", "Published: what sources say, each in its own unit. Recorded: what the ledger knows by name (+ what rests on "+
		"reasoning only). "+strings.Join(append(legend(signs.String()), "- no source found, or see the note"), "; ")+".")
	if len(notes) > 0 {
		p.line("")
	}
	for i, s := range notes {
		p.text(fmt.Sprintf("%5s ", fmt.Sprintf("[%d]", i+1)), s)
	}
	_, err := p.WriteTo(w)
	return err
}
