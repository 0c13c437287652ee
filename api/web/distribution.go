package web

import (
	"fmt"
	"net/url"

	"arobase/api/ledger"
	"arobase/domain"
)

// distribution is how the levels are spread, edition by edition: what sources publish, where one unit holds for all five
// levels, and apart from it what the ledger knows by name. Nothing joins the two, nor one edition with the next.
type distribution struct {
	Panels   []stackPanel
	Ticks    []tick
	Rows     []stackRow
	Download string
}

// stackPanel is one measure: a column for each edition, its levels one upon the other.
type stackPanel struct {
	ID, Title, Spoken string
	Height, Base      int
	Parts             []stackPart
	Totals            []dot
	Gaps              []gap
	None              string // why there is no column at all, or ""
}

type stackPart struct {
	X, W         string
	Y, H, Level  int
	Href, Spoken string
}

// stackRow is one edition in the table: what is published of each level, with its unit, and what is recorded.
type stackRow struct {
	Year, Edition int
	Href          string
	Cells         []stackCell
}

type stackCell struct {
	Published string
	Sources   []cite
	Recorded  string
}

// distribution draws the levels; nil where nothing is known of any.
func (p *page) distribution(points []ledger.PointView) *distribution {
	byEdition := map[int]*[6]ledger.PointView{}
	var line []ledger.PointView // one for each edition, for the years under the columns
	last := 0
	for _, pt := range points {
		var level int
		if _, err := fmt.Sscanf(pt.Metric, "level%d", &level); err != nil || pt.Metric != fmt.Sprintf("level%d", level) {
			continue
		}
		if byEdition[pt.Edition] == nil {
			byEdition[pt.Edition] = new([6]ledger.PointView)
			line = append(line, ledger.PointView{Edition: pt.Edition, Year: pt.Year})
		}
		byEdition[pt.Edition][level] = pt
		last = max(last, pt.Edition)
	}
	if last == 0 {
		return nil
	}
	v := &distribution{Download: p.exportHref("/v1/trends", url.Values{"by": {"level"}, "dialect": {p.dialect()}}), Ticks: ticks(line)}
	published, recorded := map[int][6]int{}, map[int][6]int{}
	for n := 1; n <= last; n++ {
		levels := byEdition[n]
		if levels == nil {
			continue
		}
		if counts, ok := oneUnit(levels); ok {
			published[n] = counts
		}
		var counts [6]int
		row := stackRow{Year: yearOf(n), Edition: n, Href: p.href("edition", fmt.Sprint(n))}
		known := false
		for level := int(domain.MaxLevel); level >= 1; level-- {
			pt := levels[level]
			r := p.chartRow(pt)
			cell := stackCell{Published: r.Published, Sources: r.Sources, Recorded: r.Recorded}
			if cell.Published == "" {
				cell.Published = r.Others
			}
			if pt.Recorded.Value != nil {
				counts[level] = *pt.Recorded.Value
			}
			known = known || cell.Published != "" || counts[level] > 0
			row.Cells = append(row.Cells, cell)
		}
		recorded[n] = counts
		if known {
			v.Rows = append(v.Rows, row)
		}
	}
	v.Panels = []stackPanel{
		p.stack("levels-published", p.T("levels.published"), last, published, p.T("levels.published.none")),
		p.stack("levels-recorded", p.T("levels.recorded"), last, recorded, p.T("none")),
	}
	return v
}

// oneUnit gives the five levels of an edition where a source states each, all in one unit.
func oneUnit(levels *[6]ledger.PointView) ([6]int, bool) {
	var out [6]int
	for level := 1; level <= int(domain.MaxLevel); level++ {
		pub := levels[level].Published
		if pub.Value == nil || pub.Precision == "derived" || pub.Unit == "" || pub.Unit != levels[1].Published.Unit {
			return out, false
		}
		out[level] = int(*pub.Value)
	}
	return out, true
}

func (p *page) stack(id, title string, last int, counts map[int][6]int, none string) stackPanel {
	v := stackPanel{ID: id, Title: title, Height: tallPanel, Base: tallPanel - footroom}
	greatest, columns := 0, 0
	totals := map[int]int{}
	for n, levels := range counts {
		for _, c := range levels {
			totals[n] += c
		}
		greatest = max(greatest, totals[n])
		if totals[n] > 0 {
			columns++
		}
	}
	if columns == 0 {
		v.None = none
		return v
	}
	v.Spoken = p.T("levels.spoken", title, yearOf(1), yearOf(last), columns)
	height := func(sum int) int { return int(float64(sum)/float64(greatest)*float64(v.Base-headroom) + 0.5) }
	for n := 1; n <= last; n++ {
		if totals[n] == 0 {
			v.Gaps = append(v.Gaps, gap{across(n, last, 0.5), v.Base - 6})
			continue
		}
		sum := 0
		for level := 1; level <= int(domain.MaxLevel); level++ {
			c := counts[n][level]
			if c == 0 {
				continue
			}
			bottom := v.Base - height(sum)
			sum += c
			top := min(v.Base-height(sum), bottom-1) // never invisible
			v.Parts = append(v.Parts, stackPart{
				X: across(n, last, 0.15), W: fmt.Sprintf("%.2f%%", 70/float64(last)), Y: top, H: bottom - top, Level: level,
				Href:   p.hrefWith("palmares", fmt.Sprint(n), url.Values{"level": {fmt.Sprint(level)}}),
				Spoken: p.T("levels.part", p.Edition(n, yearOf(n)), p.N("level.spoken", level), p.Int(c)),
			})
		}
		v.Totals = append(v.Totals, dot{X: across(n, last, 0.5), LabelY: v.Base - height(sum) - 6, Value: p.Int(sum), Minor: columns > 8 && n != last && totals[n] != greatest})
	}
	return v
}

// dialect is the one of the files that a page leads to.
func (p *page) dialect() string {
	if p.Code == "fr" {
		return "excel-fr"
	}
	return "rfc4180"
}
