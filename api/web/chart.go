package web

import (
	"cmp"
	"fmt"
	"slices"

	"arobase/api/ledger"
)

// chart is a series over the editions. It answers the question of its title. What was measured alike stands in one
// panel; figures of another unit get a panel of their own under it, over the same editions, and nothing ever joins two
// units or crosses an edition that has no figure.
//
// Positions across are in percent and heights in pixels, so that the same drawing holds on a telephone with its text at
// full size.
type chart struct {
	ID     string
	Title  string
	Panels []panel
	Rows   []chartRow
	// Download is the address of the file of all series.
	Download string
	Href     string // of the page of the series, where this is another
}

type panel struct {
	ID     string
	Title  string // the unit, in words
	Spoken string
	Height int
	Base   int // where zero is
	Bars   []bar
	Lines  []line
	Dots   []dot
	Gaps   []gap
	Ticks  []tick
}

type bar struct {
	X, W   string
	Y, H   int
	Spoken string
}

type line struct {
	X1, X2 string
	Y1, Y2 int
}

type dot struct {
	X       string
	Y       int
	LabelY  int
	Value   string
	Href    string
	Spoken  string
	Kind    string // stated, derived, alternative, minimum
	Minor   bool
	edition int
	value   float64
}

type gap struct {
	X string
	Y int
}

type tick struct {
	X     string
	Text  string
	Minor bool
}

type rule struct {
	Y    int
	Text string
}

const (
	tallPanel  = 190
	shortPanel = 70
	headroom   = 30 // above the greatest value, for its label
	footroom   = 22 // under zero, for the years
)

// series draws the points of one metric, which are in the order of editions from the first on, without holes.
func (p *page) series(id, title string, points []ledger.PointView) chart {
	c := chart{ID: id, Title: title, Download: p.download("trends")}
	for _, pt := range points {
		c.Rows = append(c.Rows, p.chartRow(pt))
	}
	for i, unit := range unitsOf(points) {
		c.Panels = append(c.Panels, p.panel(fmt.Sprintf("%s-%d", id, i+1), unit, points))
	}
	return c
}

// unitsOf gives the units of a series, that of the record first, then those with the most figures.
func unitsOf(points []ledger.PointView) []string {
	count := map[string]int{}
	for _, pt := range points {
		if pt.Published.Value != nil {
			count[pt.Published.Unit] += 2
		}
		for _, a := range pt.Published.Alternatives {
			count[a.Unit]++
		}
	}
	record := recordUnit(points)
	if record != "" {
		count[record] += 1 << 20
	}
	units := make([]string, 0, len(count))
	for u := range count {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	return units
}

// recordUnit is what the ledger counts in a series, or "" where it counts nothing.
func recordUnit(points []ledger.PointView) string {
	for _, pt := range points {
		if pt.Recorded.Value != nil {
			if pt.Metric == "mention_awards" {
				return "awards"
			}
			return "collectivities"
		}
	}
	return ""
}

func (p *page) panel(id, unit string, points []ledger.PointView) panel {
	n := len(points)
	recorded := unit == recordUnit(points)
	v := panel{ID: id, Title: p.T("chart.unit", p.Unit(unit)), Height: shortPanel}
	if unit == "" {
		v.Title = p.T("chart.unit.unsaid")
	}
	dots, greatest := p.dots(unit, points)
	if recorded {
		for _, pt := range points {
			if pt.Recorded.Value != nil {
				greatest = max(greatest, float64(*pt.Recorded.Value))
			}
		}
	}
	if recorded || len(dots) > 2 {
		v.Height = tallPanel
	}
	v.Base = v.Height - footroom
	y := func(value float64) int {
		if greatest == 0 {
			return v.Base
		}
		return v.Base - int(value/greatest*float64(v.Base-headroom)+0.5)
	}
	if recorded {
		v.Title = p.T("chart.unit.recorded", p.Unit(unit))
		v.Bars = p.bars(points, y, v.Base)
	}
	for i := range dots {
		dots[i].Y = y(dots[i].value)
		dots[i].LabelY = dots[i].Y - 9
		if i > 0 && dots[i-1].edition == dots[i].edition && dots[i-1].Y < dots[i].Y {
			dots[i].LabelY = dots[i].Y + 18 // under the one of the same edition that stands above it
		}
	}
	v.Dots, v.Lines = dots, lines(dots)
	for _, pt := range points {
		if recorded && pt.Published.Value == nil && len(pt.Published.Alternatives) == 0 && (pt.Recorded.Value == nil || *pt.Recorded.Value == 0) {
			v.Gaps = append(v.Gaps, gap{across(pt.Edition, n, 0.5), v.Base - 6})
		}
	}
	v.Ticks = ticks(points)
	v.Spoken = p.T("chart.spoken", v.Title, points[0].Year, points[n-1].Year, len(dots))
	thin(v.Dots, n)
	return v
}
