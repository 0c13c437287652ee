package drawing

import (
	"strings"
	"testing"

	"arobase/domain/territory"
)

// TestCountry holds the map to the official list: every département once, none besides.
func TestCountry(t *testing.T) {
	official := territory.Official().Departements()
	for _, d := range official {
		if n := strings.Count(" "+strings.Join(strings.Fields(country), " ")+" ", " "+d.Code+" "); n != 1 {
			t.Errorf("%s %s is on the map %d times", d.Code, d.Name, n)
		}
	}
	if len(placeOf) != len(official) {
		t.Errorf("%d squares for %d départements", len(placeOf), len(official))
	}
	for n, want := range map[int]int{1: 1, 2: 1, 3: 2, 9: 5, 10: 5} {
		if got := Ramp(n, 10); got != want {
			t.Errorf("%d of 10 is step %d, want %d", n, got, want)
		}
	}
}
