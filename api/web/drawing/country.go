package drawing

import (
	"cmp"
	"strings"
)

// country is our own map: one square for each département, every one of the same size, those overseas in a row of their
// own and no smaller. It follows no file of borders. A dot is an empty place.
const country = `
.   .   .   .   .   .   .   62  59  .   .   .
.   .   .   .   .   76  80  60  02  08  .   .
.   .   .   50  14  27  95  93  51  55  57  67
29  22  35  61  78  92  75  94  77  10  54  68
.   56  53  72  28  91  45  89  21  52  88  90
.   44  49  37  41  18  58  71  39  70  25  .
.   85  79  86  36  03  42  69  01  74  .   .
.   17  16  87  23  63  43  38  73  .   .   .
.   33  24  19  15  48  07  26  05  .   .   .
.   40  47  46  12  30  84  04  06  .   .   .
.   64  32  82  81  34  13  83  .   .   2B  .
.   .   65  31  11  .   .   .   .   .   2A  .
.   .   .   09  66  .   .   .   .   .   .   .
.   .   .   .   .   .   .   .   .   .   .   .
971 972 973 974 976 975 977 978 986 987 988 984
989 .   .   .   .   .   .   .   .   .   .   .
`

const (
	tileSide = 44
	tileStep = 48
)

// Country is the map of the départements with a number on each.
type Country struct {
	Width, Height int
	Tiles         []Tile
}

// Tile is the square of one département.
type Tile struct {
	X, Y, MidX, CodeY, CountY int
	Code, Name, Href, Spoken  string
	Count                     string // "" where no source names anybody
	Ramp                      int    // 1 to 5
}

// NewCountry begins a map.
func NewCountry() Country { return Country{Width: 12 * tileStep, Height: 16 * tileStep} }

// Add puts the square of a département on the map. It leaves out one that has no place there.
func (c *Country) Add(t Tile) {
	at, ok := placeOf[t.Code]
	if !ok {
		return
	}
	t.X, t.Y = at[0]*tileStep, at[1]*tileStep
	t.MidX, t.CodeY, t.CountY = t.X+tileSide/2, t.Y+15, t.Y+36
	c.Tiles = append(c.Tiles, t)
}

// OnMap tells whether the code of a département has a place on the map.
func OnMap(code string) bool {
	_, ok := placeOf[code]
	return ok
}

// placeOf gives the column and the row of every département.
var placeOf = func() map[string][2]int {
	out := map[string][2]int{}
	for y, row := range strings.Split(strings.TrimSpace(country), "\n") {
		for x, code := range strings.Fields(row) {
			if code != "." {
				out[code] = [2]int{x, y}
			}
		}
	}
	return out
}()

// Ramp puts a number on five steps up to the greatest one.
func Ramp(n, greatest int) int { return cmp.Or((n*5+greatest-1)/greatest, 1) }
