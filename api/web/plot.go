package web

import (
	"cmp"
	"fmt"
	"slices"

	"arobase/api/ledger"
)

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
			X: across(pt.Edition, len(points), 0.5), Value: p.ShortNumber(value, precision), Kind: kind,
			Href: p.href("edition", fmt.Sprint(pt.Edition)), edition: pt.Edition, value: value,
		}
		if kind == "stated" && precision != "exact" {
			d.Kind = map[string]string{"derived": "derived", "more_than": "minimum"}[precision]
			if d.Kind == "" {
				d.Kind = kind
			}
		}
		d.Spoken = p.T("chart.dot", p.Edition(pt.Edition, pt.Year), p.Quantity(value, unit, precision))
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

// lines join figures of neighbouring editions that stand for them and were stated as such. A sum that was worked out and
// a figure that a source states are not the same measure, nor is a minimum.
func lines(dots []dot) []line {
	var main []dot
	for _, d := range dots {
		if d.Kind == "stated" {
			main = append(main, d)
		}
	}
	var out []line
	for i := 1; i < len(main); i++ {
		a, b := main[i-1], main[i]
		if b.edition == a.edition+1 {
			out = append(out, line{a.X, b.X, a.Y, b.Y})
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
			Spoken: p.T("chart.bar", p.Edition(pt.Edition, pt.Year), p.N("chart.names", v)),
		})
	}
	return out
}

func ticks(points []ledger.PointView) []tick {
	var out []tick
	n := len(points)
	for i, pt := range points {
		last, toLast := i == n-1, n-1-i
		major := i == 0 || last || i%9 == 8 && toLast > 2
		if !major && (i%3 != 2 || toLast < 2) { // the last year needs the room
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
