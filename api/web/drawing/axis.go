// Package drawing says where things stand in the pictures of the site: charts over the editions, levels one upon the
// other, who went from which level to which, the map of the départements, a label at a glance, a badge, and the pattern of
// an address that a telephone reads.
//
// It is geometry and nothing else. It is given numbers and words, and knows neither the ledger they come from nor the page
// or the request they are for; the templates of the site set what it gives. Every drawing stands beside a list or a table
// that says the same.
//
// Positions across are in percent and heights in pixels, so that the same drawing holds on a telephone with its text at
// full size.
package drawing

import "fmt"

// Year is an edition and its year, on the axis of a drawing.
type Year struct{ Edition, Year int }

// Tick is a year under a drawing. A minor one is left out where there is no room.
type Tick struct {
	X     string
	Text  string
	Minor bool
}

// Gap marks an edition of which nothing is known: a gap is drawn as such, and nothing crosses it.
type Gap struct {
	Edition int
	X       string
	Y       int
}

const (
	tallPanel  = 190
	shortPanel = 70
	headroom   = 30 // above the greatest value, for its label
	footroom   = 22 // under zero, for the years
)

// across is the place of an edition, in percent of the width; at is from 0, its left side, to 1.
func across(edition, n int, at float64) string {
	return fmt.Sprintf("%.2f%%", (float64(edition-1)+at)/float64(n)*100)
}

// breadth is a share of the room of an edition, in percent of the width.
func breadth(percent float64, n int) string { return fmt.Sprintf("%.2f%%", percent/float64(n)) }

// Ticks are the years to write under a drawing: the first, the last, and some between.
func Ticks(years []Year) []Tick {
	var out []Tick
	n := len(years)
	for i, y := range years {
		last, toLast := i == n-1, n-1-i
		major := i == 0 || last || i%9 == 8 && toLast > 2
		if !major && (i%3 != 2 || toLast < 2) { // the last year needs the room
			continue
		}
		out = append(out, Tick{across(y.Edition, n, 0.5), fmt.Sprint(y.Year), !major})
	}
	return out
}
