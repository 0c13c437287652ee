package labels_test

import (
	"fmt"
	"testing"

	"arobase/domain"
	. "arobase/projections/projectiontest"
)

// A source touches the editions that rest on it, by however many copies, and no other; a new one touches nothing.
func TestSourceTouches(t *testing.T) {
	touched := func(last Step, editions ...domain.Edition) string {
		given := opening(Labelled(16, savoie, 3, "alpha-copy"), Labelled(17, aix, 5, "alpha"), Labelled(18, gironde, 4, "beta"), Labelled(18, bassens, 4, "beta"))
		size := uint64(len(Tell(given...)))
		l := fold(append(given[10:], last)...)
		out := ""
		for _, e := range []domain.Edition{16, 17, 18} {
			ids, known := l.Touched(e, size, size+1)
			out += fmt.Sprint(e, ":", ids, known, " ")
		}
		return out
	}
	for _, test := range []struct {
		name string
		last Step
		want string
	}{
		{"a new source", Source("delta", "D", "2018"), "16:[] true 17:[] true 18:[] true "},
		{"a correction", Correct("beta", domain.SourceParticulars{Publisher: "E", Title: "b"}), "16:[] true 17:[] true 18:[] false "},
		{"of its title only", Correct("beta", domain.SourceParticulars{Publisher: "B", Title: "b", PublishedOn: "2017"}), "16:[] true 17:[] true 18:[] true "},
		{"of what a copy copies", Correct("alpha", domain.SourceParticulars{Publisher: "E", Title: "a"}), "16:[] false 17:[] false 18:[] true "},
		{"of a copy", Correct("alpha-copy", domain.SourceParticulars{Publisher: "E", Title: "a"}), "16:[] false 17:[] true 18:[] true "},
		{"a fact", Labelled(17, gironde, 5, "beta"), "16:[] true 17:[fr-commune-33032] true 18:[] true "},
		{"a name is settled", Settle(bassens, gironde), "16:[] true 17:[] true 18:[unsettled-bassens fr-commune-33032] true "},
	} {
		if got := touched(test.last); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
