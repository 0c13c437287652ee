package web

import (
	"fmt"
	"net/url"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// distribution is how the levels are spread, edition by edition: what sources publish, where one unit holds for all five
// levels, and apart from it what the ledger knows by name. Nothing joins the two, nor one edition with the next.
type distribution struct {
	Panels   []drawing.Stack
	Ticks    []drawing.Tick
	Rows     []stackRow
	Download string
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
	v := &distribution{Download: p.exportHref("/v1/trends", url.Values{"by": {"level"}, "dialect": {p.dialect()}}), Ticks: drawing.Ticks(yearsOf(line))}
	published, recorded := map[int]drawing.Levels{}, map[int]drawing.Levels{}
	for n := 1; n <= last; n++ {
		levels := byEdition[n]
		if levels == nil {
			continue
		}
		if counts, ok := oneUnit(levels); ok {
			published[n] = counts
		}
		var counts drawing.Levels
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
	v.Panels = []drawing.Stack{
		p.stack("levels-published", p.T("levels.published"), last, published, p.T("levels.published.none")),
		p.stack("levels-recorded", p.T("levels.recorded"), last, recorded, p.T("none")),
	}
	return v
}

// oneUnit gives the five levels of an edition where a source states each, all in one unit.
func oneUnit(levels *[6]ledger.PointView) (drawing.Levels, bool) {
	var out drawing.Levels
	for level := 1; level <= int(domain.MaxLevel); level++ {
		pub := levels[level].Published
		if pub.Value == nil || pub.Precision == "derived" || pub.Unit == "" || pub.Unit != levels[1].Published.Unit {
			return out, false
		}
		out[level] = int(*pub.Value)
	}
	return out, true
}

// stack draws the levels of every edition up to the last one, or says why there is nothing to draw.
func (p *page) stack(id, title string, last int, counts map[int]drawing.Levels, none string) drawing.Stack {
	v := drawing.Stack{ID: id, Title: title}
	columns := v.Pile(last, counts)
	if columns == 0 {
		v.None = none
		return v
	}
	v.Spoken = p.T("levels.spoken", title, yearOf(1), yearOf(last), columns)
	for i := range v.Parts {
		part := &v.Parts[i]
		n := part.Edition
		part.Href = p.hrefWith("palmares", fmt.Sprint(n), url.Values{"level": {fmt.Sprint(part.Level)}})
		part.Spoken = p.T("levels.part", p.Edition(n, yearOf(n)), p.N("level.spoken", part.Level), p.Int(part.Count))
	}
	for i := range v.Totals {
		v.Totals[i].Value = p.Int(int(v.Totals[i].Figure))
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
