package dossier_test

import (
	"fmt"
	"testing"

	"arobase/projections/dossier"
)

// figures shows a group as one line: kind/size, how many, and the quartiles of the first stake.
func figures(g dossier.Group) string {
	at := func(n *int) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	q := g.Stakes[0]
	return fmt.Sprintf("%s/%s %d: %d %s %s %s", g.Kind, g.Size, g.Candidacies, q.Candidacies, at(q.First), at(q.Median), at(q.Third))
}

func TestBarometer(t *testing.T) {
	var all []dossier.Case
	for i := range 9 { // of ten services each: 1 to 9
		all = append(all, town(fmt.Sprint("a", i), 10_000+1000*i, 1+i, 0))
	}
	for i := range 4 {
		all = append(all, with(town(fmt.Sprint("b", i), 800, 10, 0), func(c *dossier.Case) { c.Kind = "village" }))
	}
	all = append(all,
		with(town("c", 0, 0, 0), func(c *dossier.Case) { c.Kind = "village" }),
		// A stake of which no service applies is not counted.
		with(town("d", 50_000, 0, 0), func(c *dossier.Case) { c.Coverage[0].Applies = 0 }))
	groups := dossier.Barometer(all, []string{all[0].Coverage[0].Stake, "nothing"})
	want := []string{
		"/ 15: 14 30 60 90", "village/ 5: 5 100 100 100", "ville/ 10: 9 30 50 70",
		"village/unknown 1: 1 - - -", "village/under-3500 4: 4 - - -", "ville/10000-29999 9: 9 30 50 70", "ville/30000-99999 1: 0 - - -",
	}
	if len(groups) != len(want) {
		t.Fatalf("%d groups: %+v", len(groups), groups)
	}
	for i, g := range groups {
		if got := figures(g); got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
		if q := g.Stakes[1]; q.Stake != "nothing" || q.Candidacies != 0 || q.Median != nil {
			t.Errorf("a stake that nobody has: %+v", q)
		}
	}
	if empty := dossier.Barometer(nil, []string{"s"}); len(empty) != 1 || empty[0].Candidacies != 0 || empty[0].Stakes[0].Median != nil {
		t.Errorf("of no candidacies: %+v", empty)
	}
}

func TestSizeOf(t *testing.T) {
	for population, want := range map[int]string{
		0: "unknown", 1: "under-3500", 3499: "under-3500", 3500: "3500-9999", 9999: "3500-9999", 10_000: "10000-29999", 30_000: "30000-99999", 99_999: "30000-99999", 100_000: "100000-up",
	} {
		if got := dossier.SizeOf(population); got != want {
			t.Errorf("%d is %s, want %s", population, got, want)
		}
	}
}
