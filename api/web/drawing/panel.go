package drawing

import (
	"cmp"
	"slices"
)

// Panel is one measure over the editions: figures as dots, counts as bars. Another unit has a panel of its own.
type Panel struct {
	ID     string
	Title  string // the unit, in words
	Spoken string
	Height int
	Base   int // where zero is
	Bars   []Bar
	Lines  []Line
	Dots   []Dot
	Gaps   []Gap
	Ticks  []Tick
}

// Bar is a count of an edition.
type Bar struct {
	Edition, Count int
	Spoken         string
	X, W           string
	Y, H           int
}

// Line joins two dots.
type Line struct {
	X1, X2 string
	Y1, Y2 int
}

// Dot is a figure of an edition, with its label.
type Dot struct {
	Edition int
	Figure  float64
	Kind    string // stated, derived, alternative, minimum
	Value   string // the figure as it is written
	Href    string
	Spoken  string
	X       string
	Y       int
	LabelY  int
	Minor   bool // the label has no room on a narrow screen
}

// Place gives everything in a panel its place: dots and bars, which have their figures, and gaps, which have their
// editions. Years are the editions from the first on, without holes. A panel with little in it need not be tall.
func (v *Panel) Place(years []Year, tall bool) {
	if v.Height = shortPanel; tall {
		v.Height = tallPanel
	}
	n := len(years)
	greatest := 0.0
	for _, d := range v.Dots {
		greatest = max(greatest, d.Figure)
	}
	for _, b := range v.Bars {
		greatest = max(greatest, float64(b.Count))
	}
	v.Base = v.Height - footroom
	y := func(value float64) int {
		if greatest == 0 {
			return v.Base
		}
		return v.Base - int(value/greatest*float64(v.Base-headroom)+0.5)
	}
	for i := range v.Bars {
		b := &v.Bars[i]
		b.X, b.W = across(b.Edition, n, 0.2), breadth(60, n)
		b.Y = min(y(float64(b.Count)), v.Base-2) // never invisible
		b.H = v.Base - b.Y
	}
	for i := range v.Dots {
		d := &v.Dots[i]
		d.X, d.Y = across(d.Edition, n, 0.5), y(d.Figure)
		d.LabelY = d.Y - 9
		if i > 0 && v.Dots[i-1].Edition == d.Edition && v.Dots[i-1].Y < d.Y {
			d.LabelY = d.Y + 18 // under the one of the same edition that stands above it
		}
	}
	for i := range v.Gaps {
		v.Gaps[i].X, v.Gaps[i].Y = across(v.Gaps[i].Edition, n, 0.5), v.Base-6
	}
	v.Lines, v.Ticks = lines(v.Dots), Ticks(years)
	thin(v.Dots, n)
}

// lines join figures of neighbouring editions that stand for them and were stated as such. A sum that was worked out and
// a figure that a source states are not the same measure, nor is a minimum.
func lines(dots []Dot) []Line {
	var main []Dot
	for _, d := range dots {
		if d.Kind == "stated" {
			main = append(main, d)
		}
	}
	var out []Line
	for i := 1; i < len(main); i++ {
		a, b := main[i-1], main[i]
		if b.Edition == a.Edition+1 {
			out = append(out, Line{a.X, b.X, a.Y, b.Y})
		}
	}
	return out
}

// thin marks the labels that have no room on a narrow screen. The greatest and the last value come first, then the
// latest.
func thin(dots []Dot, editions int) {
	const narrow = 330.0  // the width of the drawing on a telephone
	const digitHalf = 4.6 // half the width of a digit of a label, with its share of the space between two
	order := make([]int, len(dots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		alternative := func(d Dot) int { return map[bool]int{true: 1}[d.Kind == "alternative"] }
		return cmp.Or(alternative(dots[a])-alternative(dots[b]), cmp.Compare(dots[b].Edition, dots[a].Edition))
	})
	apart := func(a, b Dot) float64 {
		dx := float64(a.Edition-b.Edition) / float64(editions) * narrow
		return max(dx, -dx)
	}
	var kept []Dot
	for _, i := range order {
		d := &dots[i]
		d.Minor = slices.ContainsFunc(kept, func(k Dot) bool {
			width := digitHalf * float64(len([]rune(k.Value))+len([]rune(d.Value)))
			return apart(k, *d) < width && max(k.LabelY-d.LabelY, d.LabelY-k.LabelY) < 14
		}) || slices.ContainsFunc(dots, func(o Dot) bool {
			middle := d.LabelY - 4
			return o.Edition != d.Edition && apart(o, *d) < 4*float64(len([]rune(d.Value)))+5 && max(o.Y-middle, middle-o.Y) < 8
		})
		if !d.Minor {
			kept = append(kept, *d)
		}
	}
}
