package web

import (
	"cmp"
	"fmt"
	"strings"

	"arobase/api/ledger"
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

// tileMap is a map of the départements with a number on each. The list beside it says the same.
type tileMap struct {
	ID, Title, Spoken string
	Width, Height     int
	Tiles             []tile
	// Elsewhere counts those of no département that is known, "" where there are none.
	Elsewhere string
	Key       string
}

type tile struct {
	X, Y, MidX, CodeY, CountY int
	Code, Name, Href, Spoken  string
	Count                     string // "" where no source names anybody
	Ramp                      int    // 1 to 5
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

// tiles draws the holders of an edition that were kept, by département.
func (p *page) tiles(id string, edition int, lines []*ledger.RollLine, href func(code string) string) *tileMap {
	count, greatest, elsewhere := map[string]int{}, 0, 0
	for _, l := range lines {
		count[placeCode(l.Body.Departement)]++
	}
	for code, n := range count {
		if placeOf[code] == [2]int{} { // nobody lives in the corner
			elsewhere += n
			delete(count, code)
		} else {
			greatest = max(greatest, n)
		}
	}
	v := &tileMap{
		ID: id, Title: p.T("map.drawing", yearOf(edition)), Spoken: p.N("map.spoken", len(lines)-elsewhere, p.Int(len(count))),
		Width: 12 * tileStep, Height: 16 * tileStep, Key: p.T("map.key"),
	}
	if elsewhere > 0 {
		v.Elsewhere = p.N("map.elsewhere", elsewhere)
	}
	for _, d := range p.site.Ledger.Territories().Departements() {
		at, ok := placeOf[d.Code]
		if !ok {
			continue
		}
		t := tile{
			X: at[0] * tileStep, Y: at[1] * tileStep, Code: d.Code, Name: d.Name, Href: href(d.Code),
			Spoken: p.T("map.tile", d.Name, d.Code, p.T("none")),
		}
		t.MidX, t.CodeY, t.CountY = t.X+tileSide/2, t.Y+15, t.Y+36
		if n := count[d.Code]; n > 0 {
			t.Count, t.Ramp = p.Int(n), ramp(n, greatest)
			t.Spoken = p.T("map.tile", d.Name, d.Code, p.N("names.recorded", n))
		}
		v.Tiles = append(v.Tiles, t)
	}
	return v
}

// ramp puts a number on five steps up to the greatest one.
func ramp(n, greatest int) int { return cmp.Or((n*5+greatest-1)/greatest, 1) }

// editionOptions are the editions as a form offers them.
func (p *page) editionOptions(chosen int) []option {
	var out []option
	for _, e := range p.editions() {
		out = append(out, option{fmt.Sprint(e.Edition), p.T("edition.short", e.Edition, e.Year), e.Edition == chosen})
	}
	return out
}
