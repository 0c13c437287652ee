package drawing

import (
	"strconv"

	"arobase/domain"
)

// Stack is one measure of the levels: a column for each edition, its levels one upon the other.
type Stack struct {
	ID, Title, Spoken string
	Height, Base      int
	Parts             []Part
	Totals            []Dot
	Gaps              []Gap
	None              string // why there is no column at all, or ""
}

// Part is one level in the column of an edition.
type Part struct {
	Edition, Level, Count int
	X, W                  string
	Y, H                  int
	Href, Spoken          string
}

// Levels are how many have each level, by the level; there is none of level 0.
type Levels [domain.MaxLevel + 1]int

// Pile puts the levels of every edition up to the last one upon the other, and tells how many columns there are. An
// edition of which nothing is counted is a gap. Links and words of the parts, and the words of the totals, are the caller's.
func (v *Stack) Pile(last int, counts map[int]Levels) (columns int) {
	v.Height, v.Base = tallPanel, tallPanel-footroom
	greatest := 0
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
		return 0
	}
	height := func(sum int) int { return int(float64(sum)/float64(greatest)*float64(v.Base-headroom) + 0.5) }
	for n := 1; n <= last; n++ {
		if totals[n] == 0 {
			v.Gaps = append(v.Gaps, Gap{n, across(n, last, 0.5), v.Base - 6})
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
			v.Parts = append(v.Parts, Part{Edition: n, Level: level, Count: c, X: across(n, last, 0.15), W: breadth(70, last), Y: top, H: bottom - top})
		}
		v.Totals = append(v.Totals, Dot{
			Edition: n, Figure: float64(sum), Value: strconv.Itoa(sum), X: across(n, last, 0.5), LabelY: v.Base - height(sum) - 6,
		})
	}
	thin(v.Totals, last)
	return columns
}
