package drawing

import (
	"fmt"

	"arobase/domain"
)

// Strip is a label across all editions at a glance.
type Strip struct {
	Title, Spoken string
	Columns       []Column
	Ticks         []Tick
	Lines         []Rule // one for each level
}

// Rule is a line across a drawing, with its number.
type Rule struct {
	Y    int
	Text string
}

// Column is one edition in a strip.
type Column struct {
	Kind     string // level, derived, hors-concours, unspecified, contested, mention, none
	Level    int
	Mentions bool
	Href     string
	Spoken   string

	X, W, Center string
	Y, H         int
}

const (
	stripBase = 74
	stripStep = 12
)

// Place gives the columns of a strip their places, one for each year from the first edition on, and draws the levels and
// the years.
func (s *Strip) Place(years []Year) {
	n := len(years)
	for i := range s.Columns {
		c := &s.Columns[i]
		c.X, c.W, c.Center = across(years[i].Edition, n, 0.14), breadth(72, n), across(years[i].Edition, n, 0.5)
		c.rise()
	}
	s.Ticks = Ticks(years)
	for level := 1; level <= int(domain.MaxLevel); level++ {
		s.Lines = append(s.Lines, Rule{stripBase - level*stripStep, fmt.Sprint(level)})
	}
}

// rise gives a column its height, by what it shows.
func (c *Column) rise() {
	height := 0
	switch c.Kind {
	case "contested":
		height = int(domain.MaxLevel)
	case "level", "derived":
		height = c.Level
	case "unspecified":
		height = 1
	}
	c.H = height * stripStep
	switch {
	case height > 0:
		c.Y = stripBase - c.H
	case c.Kind == "hors-concours":
		c.Y = stripBase - 3*stripStep
	default:
		c.Y = stripBase - 6
	}
}
