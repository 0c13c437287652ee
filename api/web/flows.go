package web

import (
	"fmt"
	"net/url"
	"slices"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// flows is who went from which level to which between two editions: a drawing, the same as a table, and the counts by
// group where they were asked for. Only those whom both editions have at a level are in it.
type flows struct {
	Title, Spoken string
	drawing.Flows
	Rows       []flowRow
	Columns    []string // the levels of the later edition, in words
	Splits     []filter
	By         string // in words, "" where nothing is split
	Groups     []groupMoves
	GroupsFile string
}

// flowRow is one level of the earlier edition, with what became of those who had it.
type flowRow struct {
	Head  string
	Cells []flowCell
	Total string
}

type flowCell struct {
	Count string
	Move  string // rose, fell, same; "" for none
}

// groupMoves is what moved in one group.
type groupMoves struct {
	Group, Seen, Compared, Rose, Fell, Same, Entered, Left string
}

// flowsOf draws a comparison, nil where nobody can be compared and nothing is split.
func (p *page) flowsOf(t ledger.TransitionsView, by string, address func(by string) string) *flows {
	if t.N == 0 && t.Seen == 0 && t.RecordedFrom == 0 && t.RecordedTo == 0 {
		return nil
	}
	from, to := p.Edition(t.From, yearOf(t.From)), p.Edition(t.To, yearOf(t.To))
	v := &flows{Title: p.T("flows.title", yearOf(t.From), yearOf(t.To))}
	rose, same, fell := 0, 0, 0
	for _, f := range t.Flows {
		switch {
		case f.To > f.From:
			rose += f.Count
		case f.To < f.From:
			fell += f.Count
		default:
			same += f.Count
		}
	}
	v.Spoken = p.N("flows.spoken", t.N, from, to, p.Int(rose), p.Int(same), p.Int(fell))
	if t.N > 0 {
		v.draw(p, t)
		v.tabulate(p, t)
	}
	for _, dimension := range append([]string{""}, ledger.MoveDimensions...) {
		v.Splits = append(v.Splits, filter{p.T("by." + dimension), address(dimension), dimension == by, ""})
	}
	if by == "" {
		return v
	}
	v.By = p.T("by." + by)
	v.GroupsFile = p.exportHref("/v1/trends/transitions", url.Values{
		"from": {fmt.Sprint(t.From)}, "to": {fmt.Sprint(t.To)}, "by": {by}, "dialect": {p.dialect()},
	})
	for _, g := range t.Groups {
		line := groupMoves{
			Group: p.groupName(by, g.Group), Seen: p.Int(g.Seen), Compared: p.Int(g.N),
			Rose: p.Int(g.Rose), Fell: p.Int(g.Fell), Same: p.Int(g.Same), Entered: p.T("unknown.short"), Left: p.T("unknown.short"),
		}
		if g.Entered != nil {
			line.Entered, line.Left = p.Int(*g.Entered), p.Int(*g.Left)
		}
		v.Groups = append(v.Groups, line)
	}
	return v
}

// groupName says a group of a dimension in words.
func (p *page) groupName(by, group string) string {
	switch {
	case group == "":
		return p.T("flows.group.unknown")
	case by == "kind":
		return p.Kind(group)
	case by == "size":
		return p.scope("population:" + group)
	case by == "departement":
		if name, ok := p.site.Ledger.Territories().Departement(group); ok {
			return name
		}
	}
	return group
}

// draw makes the drawing, and says its words.
func (v *flows) draw(p *page, t ledger.TransitionsView) {
	var ways []drawing.Flow
	for _, f := range t.Flows {
		ways = append(ways, drawing.Flow{From: f.From, To: f.To, Count: f.Count})
	}
	v.Flows = drawing.FlowsOf(t.N, ways)
	for side, n := range []int{t.From, t.To} {
		s := &v.Sides[side]
		s.Heading = p.T("edition.short", n, yearOf(n))
		for i := range s.Blocks {
			s.Blocks[i].Text = p.T("flows.block", s.Blocks[i].Level, p.Int(s.Blocks[i].Count))
		}
	}
	for i := range v.Bands {
		b := &v.Bands[i]
		b.Spoken = p.N("flows.band."+b.Move(), b.Count, b.From, b.To)
	}
}

// tabulate says the same as a table: a row for each level before, a column for each level after.
func (v *flows) tabulate(p *page, t ledger.TransitionsView) {
	counts := map[[2]int]int{}
	rows, columns := map[int]int{}, map[int]bool{}
	for _, f := range t.Flows {
		counts[[2]int{f.From, f.To}] += f.Count
		rows[f.From] += f.Count
		columns[f.To] = true
	}
	for level := int(domain.MaxLevel); level >= 1; level-- {
		if columns[level] {
			v.Columns = append(v.Columns, p.T("award.level.short", fmt.Sprint(level)))
		}
	}
	for from := int(domain.MaxLevel); from >= 1; from-- {
		if rows[from] == 0 {
			continue
		}
		row := flowRow{Head: p.T("award.level.short", fmt.Sprint(from)), Total: p.Int(rows[from])}
		for to := int(domain.MaxLevel); to >= 1; to-- {
			if !columns[to] {
				continue
			}
			cell := flowCell{Count: "–"}
			if n := counts[[2]int{from, to}]; n > 0 {
				cell = flowCell{p.Int(n), drawing.Flow{From: from, To: to}.Move()}
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
}

// isMoveDimension tells whether what moved can be split so; "" splits nothing.
func isMoveDimension(by string) bool { return by == "" || slices.Contains(ledger.MoveDimensions, by) }
