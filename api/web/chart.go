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
	// Metric names the series for the link to its page.
	Href string
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
	Grid   []rule
}

type bar struct {
	X, W   string
	Y, H   int
	Value  string
	LabelY int
	TextX  string
	Minor  bool // its label is left out where there is no room
	Spoken string
}

type line struct {
	X1, X2  string
	Y1, Y2  int
	Derived bool
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

// chartRow is one edition in the table of a chart.
type chartRow struct {
	Year, Edition int
	Href          string
	Published     string
	Others        string
	Sources       []cite
	Recorded      string
	Derived       string
	Coverage      string
	Reason        any
	Silent        bool // nothing is known at all
}

const (
	tallPanel  = 190
	shortPanel = 70
	headroom   = 30 // above the greatest value, for its label
	footroom   = 22 // under zero, for the years
)

// series draws the points of one metric, which are in the order of editions from the first on, without holes.
func (p *page) series(id, title string, points []ledger.PointView) chart {
	c := chart{ID: id, Title: title}
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
	v := panel{ID: id, Title: p.T("chart.unit", p.unit(unit)), Height: shortPanel}
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
		v.Title = p.T("chart.unit.recorded", p.unit(unit))
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

// across is the place of an edition, in percent of the width; at is from 0, its left side, to 1.
func across(edition, n int, at float64) string {
	return fmt.Sprintf("%.2f%%", (float64(edition-1)+at)/float64(n)*100)
}

// dots are the published figures of one unit: filled where the figure is the one that stands for the edition, hollow
// where it is another one that was published too.
func (p *page) dots(unit string, points []ledger.PointView) ([]dot, float64) {
	var out []dot
	greatest := 0.0
	add := func(pt ledger.PointView, value float64, precision, kind string) {
		d := dot{
			X: across(pt.Edition, len(points), 0.5), Value: p.shortNumber(value, precision), Kind: kind,
			Href: p.href("edition", fmt.Sprint(pt.Edition)), edition: pt.Edition, value: value,
		}
		if kind == "stated" && precision != "exact" {
			d.Kind = map[string]string{"derived": "derived", "more_than": "minimum"}[precision]
			if d.Kind == "" {
				d.Kind = kind
			}
		}
		d.Spoken = p.T("chart.dot", p.edition(pt.Edition, pt.Year), p.quantity(value, unit, precision))
		greatest = max(greatest, value)
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
	return out, greatest
}

func (t *tongue) shortNumber(v float64, precision string) string {
	switch precision {
	case "about":
		return "≈" + t.Number(v)
	case "more_than":
		return ">" + t.Number(v)
	}
	return t.Number(v)
}

// lines join figures of neighbouring editions that stand for them, and nothing else.
func lines(dots []dot) []line {
	var main []dot
	for _, d := range dots {
		if d.Kind != "alternative" {
			main = append(main, d)
		}
	}
	var out []line
	for i := 1; i < len(main); i++ {
		a, b := main[i-1], main[i]
		if b.edition == a.edition+1 {
			out = append(out, line{a.X, b.X, a.Y, b.Y, a.Kind != "stated" || b.Kind != "stated"})
		}
	}
	return out
}

func (p *page) bars(points []ledger.PointView, y func(float64) int, base int) []bar {
	var out []bar
	n := len(points)
	for _, pt := range points {
		if pt.Recorded.Value == nil || *pt.Recorded.Value == 0 {
			continue
		}
		v := *pt.Recorded.Value
		top := min(y(float64(v)), base-2) // never invisible
		out = append(out, bar{
			X: across(pt.Edition, n, 0.2), W: fmt.Sprintf("%.2f%%", 60/float64(n)), Y: top, H: base - top,
			Spoken: p.T("chart.bar", p.edition(pt.Edition, pt.Year), p.N("chart.names", v)),
		})
	}
	return out
}

func ticks(points []ledger.PointView) []tick {
	var out []tick
	n := len(points)
	for i, pt := range points {
		last := i == n-1
		major := i == 0 || last || i%9 == 8
		if !major && i%3 != 2 {
			continue
		}
		out = append(out, tick{across(pt.Edition, n, 0.5), fmt.Sprint(pt.Year), !major})
	}
	return out
}

// thin marks the labels that have no room on a narrow screen. The greatest and the last value come first, then the
// latest.
func thin(dots []dot, editions int) {
	const narrow = 330.0 // the width of the drawing on a telephone
	order := make([]int, len(dots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		alternative := func(d dot) int { return map[bool]int{true: 1}[d.Kind == "alternative"] }
		return cmp.Or(alternative(dots[a])-alternative(dots[b]), cmp.Compare(dots[b].edition, dots[a].edition))
	})
	apart := func(a, b dot) float64 {
		dx := float64(a.edition-b.edition) / float64(editions) * narrow
		return max(dx, -dx)
	}
	var kept []dot
	for _, i := range order {
		d := &dots[i]
		d.Minor = slices.ContainsFunc(kept, func(k dot) bool {
			width := 4 * float64(len([]rune(k.Value))+len([]rune(d.Value)))
			return apart(k, *d) < width && max(k.LabelY-d.LabelY, d.LabelY-k.LabelY) < 14
		}) || slices.ContainsFunc(dots, func(o dot) bool {
			middle := d.LabelY - 4
			return o.edition != d.edition && apart(o, *d) < 4*float64(len([]rune(d.Value)))+5 && max(o.Y-middle, middle-o.Y) < 8
		})
		if !d.Minor {
			kept = append(kept, *d)
		}
	}
}

// chartRow says the same as the drawing, in a line of a table.
func (p *page) chartRow(pt ledger.PointView) chartRow {
	r := chartRow{Year: pt.Year, Edition: pt.Edition, Href: p.href("edition", fmt.Sprint(pt.Edition)), Recorded: "–"}
	pub := pt.Published
	if pub.Value != nil {
		r.Published = p.figure(*pub.Value, pub.Unit, pub.Precision)
		for _, s := range pub.Sources {
			r.Sources = append(r.Sources, p.cite(s))
		}
	}
	for i, a := range pub.Alternatives {
		if i > 0 {
			r.Others += " ; "
		}
		r.Others += p.figure(a.Value, a.Unit, a.Precision)
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

// figure writes a figure that stands alone: with its unit even where the source does not say it.
func (t *tongue) figure(value float64, unit, precision string) string {
	s := t.quantity(value, unit, precision)
	if unit == "" {
		s += " (" + t.T("unit.unsaid") + ")"
	}
	if precision == "derived" {
		s += ", " + t.T("precision.derived")
	}
	return s
}
