package drawing

import (
	"strings"
	"testing"
)

// What is counted is never invisible, stands on zero, and leaves room for its label.
func TestPanel(t *testing.T) {
	years := []Year{{1, 2000}, {2, 2001}, {3, 2002}}
	v := Panel{
		Bars: []Bar{{Edition: 1, Count: 1}, {Edition: 3, Count: 1000}},
		Dots: []Dot{{Edition: 1, Figure: 10, Kind: "stated"}, {Edition: 2, Figure: 20, Kind: "stated"}, {Edition: 3, Figure: 30, Kind: "derived"}},
		Gaps: []Gap{{Edition: 2}},
	}
	v.Place(years, true)
	for _, b := range v.Bars {
		if b.H < 2 || b.Y+b.H != v.Base || b.Y < headroom {
			t.Errorf("the bar of %d is from %d, %d high, on %d", b.Count, b.Y, b.H, v.Base)
		}
	}
	if len(v.Lines) != 1 || v.Lines[0].X1 != v.Dots[0].X || v.Lines[0].X2 != v.Dots[1].X {
		t.Errorf("a sum is joined to what is stated: %v", v.Lines)
	}
	if v.Gaps[0].X != "50.00%" {
		t.Errorf("the second of three editions stands at %s", v.Gaps[0].X)
	}
	empty := Panel{}
	empty.Place(years, false)
	if empty.Height >= v.Height || len(empty.Ticks) != 2 {
		t.Errorf("a panel without figures is %d high, with the years %v", empty.Height, empty.Ticks)
	}
}

// The levels of an edition stand one upon the other, and an edition without any is a gap.
func TestStack(t *testing.T) {
	var v Stack
	if columns := v.Pile(3, map[int]Levels{1: {1: 100, 2: 1, 5: 50}, 3: {4: 7}}); columns != 2 || len(v.Gaps) != 1 || v.Gaps[0].Edition != 2 {
		t.Fatalf("%d columns, gaps %v", columns, v.Gaps)
	}
	bottom := map[int]int{1: v.Base, 3: v.Base}
	for _, p := range v.Parts {
		if p.H < 1 || p.Y+p.H > bottom[p.Edition] {
			t.Errorf("level %d of edition %d is from %d, %d high, upon %d", p.Level, p.Edition, p.Y, p.H, bottom[p.Edition])
		}
		bottom[p.Edition] = p.Y
	}
	if v.Totals[0].Figure != 151 || v.Totals[1].Figure != 7 {
		t.Errorf("the totals are %v", v.Totals)
	}
	if (&Stack{}).Pile(3, map[int]Levels{1: {}}) != 0 {
		t.Error("a column of nothing")
	}
}

// Every way between two levels has a band, and the blocks of both sides are inside the drawing.
func TestFlows(t *testing.T) {
	ways := []Flow{{5, 5, 3}, {4, 5, 2}, {4, 3, 1}, {1, 1, 400}}
	v := FlowsOf(406, ways)
	if len(v.Bands) != len(ways) || v.Bands[1].Move() != "rose" || v.Bands[2].Move() != "fell" || v.Bands[0].Move() != "same" {
		t.Errorf("the bands are %v", v.Bands)
	}
	for side, s := range v.Sides {
		sum, end := 0, 0
		for _, b := range s.Blocks {
			if b.H < 1 || b.Y < end {
				t.Errorf("side %d: level %d is from %d, %d high, after %d", side, b.Level, b.Y, b.H, end)
			}
			sum, end = sum+b.Count, b.Y+b.H
		}
		if sum != 406 || end > v.Height+1 {
			t.Errorf("side %d: %d of 406, to %d of %d", side, sum, end, v.Height)
		}
	}
}

// Names are not markup in a badge, which stands on other people's pages.
func TestBadge(t *testing.T) {
	picture := string(Badge{Title: `"a" & b`, Name: "<script>", Says: "<b>", Edition: "<i>", Level: 3, Mark: "<u>"}.SVG())
	for _, bad := range []string{"<script>", "<b>", "<i>", "<u>"} {
		if strings.Contains(picture, bad) {
			t.Errorf("%s is in the picture", bad)
		}
	}
	if got := strings.Count(picture, `opacity="1"`); got != 3 {
		t.Errorf("%d of 3 signs are inked", got)
	}
}

// A longer address has a larger pattern, and one that no pattern holds is refused.
func TestCode(t *testing.T) {
	short, err := CodeOf("https://a.example/")
	if err != nil {
		t.Fatal(err)
	}
	long, err := CodeOf("https://a.example/" + strings.Repeat("x", 400))
	if err != nil || long.Side <= short.Side || !strings.HasPrefix(short.Path, "M4 4h1") {
		t.Errorf("sides %d and %d, from %.8s: %v", short.Side, long.Side, short.Path, err)
	}
	if _, err := CodeOf(strings.Repeat("x", 9000)); err == nil {
		t.Error("a pattern of 9000 letters")
	}
}

// TestNeighbours puts two great columns side by side, where their totals have no room beside each other on a telephone.
func TestNeighbours(t *testing.T) {
	var s Stack
	s.Pile(29, map[int]Levels{28: {4: 113}, 29: {4: 113}, 20: {4: 113}})
	for _, total := range s.Totals {
		if want := total.Edition == 28; total.Minor != want {
			t.Errorf("the total of edition %d: left out on a narrow screen %t, want %t", total.Edition, total.Minor, want)
		}
	}
}
