package drawing

import (
	"fmt"

	"arobase/domain"
)

// Flow is how many went from one level to another between two editions.
type Flow struct{ From, To, Count int }

// Move is the way it went: rose, fell or same.
func (f Flow) Move() string {
	switch {
	case f.To > f.From:
		return "rose"
	case f.To < f.From:
		return "fell"
	}
	return "same"
}

// Flows is who went from which level to which between two editions.
type Flows struct {
	Height int
	Sides  [2]Side
	Bands  []Band
}

// Side is one edition: a block for each level, as high as those who have it.
type Side struct {
	Heading string
	Blocks  []Block
}

// Block is a level of one edition, and how many have it.
type Block struct {
	Level, Count, Y, H, Middle int
	Text                       string
}

// Band is those who went from one level to another. Its path is across a box of 100 units, and as many pixels high as
// the drawing.
type Band struct {
	Flow
	Path, Spoken string
}

const (
	flowHeight = 300 // pixels of the drawing
	flowGap    = 10  // pixels between two levels
	flowHead   = 26  // pixels above, for the years
)

// FlowsOf places the levels of both editions, the highest above, and a band for each way between them. Ways are from the
// highest level down, so that the bands of a level do not cross. Heights are proportions of all who can be compared, and
// none is less than a pixel.
func FlowsOf(compared int, ways []Flow) Flows {
	v := Flows{Height: flowHeight}
	var sums [2]Levels
	for _, f := range ways {
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
	scale := room / float64(compared)
	var at [2][domain.MaxLevel + 1]float64
	for side := range v.Sides {
		y := float64(flowHead)
		for level := int(domain.MaxLevel); level >= 1; level-- {
			count := sums[side][level]
			if count == 0 {
				continue
			}
			at[side][level] = y
			h := float64(count) * scale
			v.Sides[side].Blocks = append(v.Sides[side].Blocks, Block{Level: level, Count: count, Y: int(y + 0.5), H: max(int(h+0.5), 1), Middle: int(y + h/2 + 0.5)})
			y += h + flowGap
		}
	}
	for _, f := range ways {
		breadth := max(float64(f.Count)*scale, 1)
		a, b := at[0][f.From], at[1][f.To]
		at[0][f.From] += float64(f.Count) * scale
		at[1][f.To] += float64(f.Count) * scale
		v.Bands = append(v.Bands, Band{
			Flow: f,
			Path: fmt.Sprintf("M0 %.1fC50 %.1f 50 %.1f 100 %.1fV%.1fC50 %.1f 50 %.1f 0 %.1fZ", a, a, b, b, b+breadth, b+breadth, a+breadth, a+breadth),
		})
	}
	return v
}
