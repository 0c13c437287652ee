package web

import (
	"cmp"
	"fmt"
	"slices"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
)

// chart is a series over the editions. It answers the question of its title. What was measured alike stands in one
// panel; figures of another unit get a panel of their own under it, over the same editions, and nothing ever joins two
// units or crosses an edition that has no figure.
type chart struct {
	ID     string
	Title  string
	Panels []drawing.Panel
	Rows   []chartRow
	// Download is the address of the file of all series.
	Download string
	Href     string // of the page of the series, where this is another
	Brief    bool   // another chart below explains the signs and offers the file
}

// Key explains the signs that the chart has.
func (c chart) Key() string {
	for _, panel := range c.Panels {
		if len(panel.Dots) > 0 {
			return "chart.key"
		}
	}
	return "chart.key.bars"
}

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

// panel draws the figures of one unit, with what the ledger counts where it counts in that unit.
func (p *page) panel(id, unit string, points []ledger.PointView) drawing.Panel {
	recorded := unit == recordUnit(points)
	v := drawing.Panel{ID: id, Title: p.T("chart.unit", p.Unit(unit)), Dots: p.dots(unit, points)}
	if unit == "" {
		v.Title = p.T("chart.unit.unsaid")
	}
	if recorded {
		v.Title = p.T("chart.unit.recorded", p.Unit(unit))
		v.Bars = p.bars(points)
	}
	for _, pt := range points {
		if recorded && pt.Published.Value == nil && len(pt.Published.Alternatives) == 0 && (pt.Recorded.Value == nil || *pt.Recorded.Value == 0) {
			v.Gaps = append(v.Gaps, drawing.Gap{Edition: pt.Edition})
		}
	}
	v.Spoken = p.T("chart.spoken", v.Title, points[0].Year, points[len(points)-1].Year, len(v.Dots))
	v.Place(yearsOf(points), recorded || len(v.Dots) > 2)
	return v
}

// yearsOf are the editions of points, for the axis of a drawing.
func yearsOf(points []ledger.PointView) []drawing.Year {
	var out []drawing.Year
	for _, pt := range points {
		out = append(out, drawing.Year{Edition: pt.Edition, Year: pt.Year})
	}
	return out
}

// dots are the published figures of one unit: filled where the figure is the one that stands for the edition, hollow
// where it is another one that was published too.
func (p *page) dots(unit string, points []ledger.PointView) []drawing.Dot {
	var out []drawing.Dot
	add := func(pt ledger.PointView, value float64, precision, kind string) {
		d := drawing.Dot{
			Edition: pt.Edition, Figure: value, Value: p.ShortNumber(value, precision), Kind: kind, Href: p.href("edition", fmt.Sprint(pt.Edition)),
			Spoken: p.T("chart.dot", p.Edition(pt.Edition, pt.Year), p.Quantity(value, unit, precision)),
		}
		if kind == "stated" && precision != "exact" {
			d.Kind = map[string]string{"derived": "derived", "more_than": "minimum"}[precision]
			if d.Kind == "" {
				d.Kind = kind
			}
		}
		out = append(out, d)
	}
	for _, pt := range points {
		if v := pt.Published.Value; v != nil && pt.Published.Unit == unit {
			add(pt, *v, pt.Published.Precision, "stated")
		}
		for _, a := range pt.Published.Alternatives {
			if a.Unit == unit && (pt.Published.Value == nil || *pt.Published.Value != a.Value || pt.Published.Unit != unit) {
				add(pt, a.Value, a.Precision, "alternative")
			}
		}
	}
	return out
}

// bars are what the ledger counts.
func (p *page) bars(points []ledger.PointView) []drawing.Bar {
	var out []drawing.Bar
	for _, pt := range points {
		if n := pt.Recorded.Value; n != nil && *n != 0 {
			out = append(out, drawing.Bar{Edition: pt.Edition, Count: *n, Spoken: p.T("chart.bar", p.Edition(pt.Edition, pt.Year), p.N("chart.names", *n))})
		}
	}
	return out
}
