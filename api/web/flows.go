package web

import (
	"fmt"
	"net/url"
	"slices"

	"arobase/api/ledger"
	"arobase/domain"
)

// flows is who went from which level to which between two editions: a drawing, the same as a table, and the counts by
// group where they were asked for. Only those whom both editions have at a level are in it.
type flows struct {
	Title, Spoken string
	Height        int
	Sides         [2]flowSide
	Bands         []band
	Rows          []flowRow
	Columns       []string // the levels of the later edition, in words
	Splits        []filter
	By            string // in words, "" where nothing is split
	Groups        []groupMoves
	GroupsFile    string
}

// flowSide is one edition: a block for each level, as high as those who have it.
type flowSide struct {
	Heading string
	Blocks  []flowBlock
}

type flowBlock struct {
	Level, Y, H, Middle int
	Text                string
}

// band is those who went from one level to another. Its path is across a box of 100 units, and as many pixels high as
// the drawing.
type band struct {
	Path, Move, Spoken string
	Level              int
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

const (
	flowHeight = 300 // pixels of the drawing
	flowGap    = 10  // pixels between two levels
	flowHead   = 26  // pixels above, for the years
)

// flowsOf draws a comparison, nil where nobody can be compared and nothing is split.
func (p *page) flowsOf(t ledger.TransitionsView, by string, address func(by string) string) *flows {
	if t.N == 0 && t.Seen == 0 && t.RecordedFrom == 0 && t.RecordedTo == 0 {
		return nil
	}
	from, to := p.Edition(t.From, yearOf(t.From)), p.Edition(t.To, yearOf(t.To))
	v := &flows{Height: flowHeight, Title: p.T("flows.title", yearOf(t.From), yearOf(t.To))}
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

// draw places the levels of both editions, the highest above, and a band for each way between them. Heights are
// proportions of those who can be compared, and none is less than a pixel.
func (v *flows) draw(p *page, t ledger.TransitionsView) {
	var sums [2][domain.MaxLevel + 1]int
	for _, f := range t.Flows {
		sums[0][f.From] += f.Count
		sums[1][f.To] += f.Count
	}
	levels := func(side int) (n int) {
		for _, sum := range sums[side] {
			if sum > 0 {
				n++
			}
		}
		return n
	}
	// Both sides have one scale, or a band would change its breadth on the way.
	room := float64(flowHeight - flowHead - flowGap*(max(levels(0), levels(1))-1))
	scale := room / float64(t.N)
	var at [2][domain.MaxLevel + 1]float64
	for side, n := range []int{t.From, t.To} {
		s := flowSide{Heading: p.T("edition.short", n, yearOf(n))}
		y := float64(flowHead)
		for level := int(domain.MaxLevel); level >= 1; level-- {
			if sums[side][level] == 0 {
				continue
			}
			at[side][level] = y
			h := float64(sums[side][level]) * scale
			s.Blocks = append(s.Blocks, flowBlock{
				Level: level, Y: int(y + 0.5), H: max(int(h+0.5), 1), Middle: int(y + h/2 + 0.5),
				Text: p.T("flows.block", level, p.Int(sums[side][level])),
			})
			y += h + flowGap
		}
		v.Sides[side] = s
	}
	for _, f := range t.Flows { // from the highest level down, so that the bands of a level do not cross
		breadth := max(float64(f.Count)*scale, 1)
		a, b := at[0][f.From], at[1][f.To]
		at[0][f.From] += float64(f.Count) * scale
		at[1][f.To] += float64(f.Count) * scale
		move := moveOf(f.From, f.To)
		v.Bands = append(v.Bands, band{
			Path: fmt.Sprintf("M0 %.1fC50 %.1f 50 %.1f 100 %.1fV%.1fC50 %.1f 50 %.1f 0 %.1fZ", a, a, b, b, b+breadth, b+breadth, a+breadth, a+breadth),
			Move: move, Level: f.To, Spoken: p.N("flows.band."+move, f.Count, f.From, f.To),
		})
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
				cell = flowCell{p.Int(n), moveOf(from, to)}
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
}

func moveOf(from, to int) string {
	switch {
	case to > from:
		return "rose"
	case to < from:
		return "fell"
	}
	return "same"
}

// isMoveDimension tells whether what moved can be split so; "" splits nothing.
func isMoveDimension(by string) bool { return by == "" || slices.Contains(ledger.MoveDimensions, by) }
