package dossier_test

import (
	"fmt"
	"testing"

	"arobase/domain"
	"arobase/projections/dossier"
)

func town(id string, population, covered int, level domain.Level) dossier.Case {
	c := dossier.Case{
		Candidacy: domain.Candidacy{Edition: 27, Collectivity: domain.CollectivityID(id)},
		Kind:      "ville", Population: population, Grid: "g1", Regulation: "r1",
		Coverage: []dossier.Coverage{{Stake: "ecole", Covered: covered, Applies: 10}, {Stake: "sante", Covered: covered, Applies: 10}},
	}
	if level > 0 {
		c.Result = domain.Result{Distinction: domain.DistinctionLevel, Level: level}
	}
	return c
}

func with(c dossier.Case, f func(*dossier.Case)) dossier.Case { f(&c); return c }

func TestPrecedents(t *testing.T) {
	of := town("z", 10_000, 5, 0)
	decided := []dossier.Case{
		town("twice-the-size", 20_000, 5, 3),
		town("same", 10_000, 5, 3),
		town("a-point-more", 10_000, 6, 4),
		town("too-large", 1_000_000, 5, 5),
		town("undecided", 10_000, 5, 0),
		with(town("village", 10_000, 5, 3), func(c *dossier.Case) { c.Kind = "village" }),
		with(town("other-grid", 10_000, 5, 3), func(c *dossier.Case) { c.Grid = "g0" }),
		with(town("other-rules", 10_000, 5, 3), func(c *dossier.Case) { c.Regulation = "r0" }),
		with(town("unknown-size", 10_000, 5, 3), func(c *dossier.Case) { c.Population = 0 }),
		town("z", 10_000, 5, 3), // itself
	}
	nearest, compared := dossier.Precedents(of, decided)
	var got []string
	for _, p := range nearest {
		got = append(got, fmt.Sprintf("%s %.1f", p.Collectivity, p.Distance))
	}
	// Twice the size and ten points more of every stake are equally far: half a doubling is not.
	if want := "[same 0.0 twice-the-size 0.5 a-point-more 1.0]"; fmt.Sprint(got) != want {
		t.Errorf("the nearest are %v, want %s", got, want)
	}
	if compared != 4 {
		t.Errorf("compared %d, want 4: the one that is too large as well", compared)
	}
	if nearest, compared := dossier.Precedents(with(of, func(c *dossier.Case) { c.Population = 0 }), decided); nearest != nil || compared != 0 {
		t.Error("a candidacy of unknown size has precedents")
	}
	var many []dossier.Case
	for i := range 20 {
		many = append(many, town(fmt.Sprintf("t%02d", i), 10_000, 5, 3))
	}
	if nearest, compared := dossier.Precedents(of, many); len(nearest) != dossier.MostSeen || compared != 20 || nearest[0].Collectivity != "t00" {
		t.Errorf("of 20: %d seen, %d compared, %s first", len(nearest), compared, nearest[0].Collectivity)
	}
}

func TestDeparts(t *testing.T) {
	precedents, _ := dossier.Precedents(town("z", 10_000, 5, 0), []dossier.Case{town("a", 10_000, 5, 2), town("b", 10_000, 5, 4)})
	level := func(l domain.Level) domain.Result {
		return domain.Result{Distinction: domain.DistinctionLevel, Level: l}
	}
	for _, c := range []struct {
		r    domain.Result
		want bool
	}{
		{level(1), true}, {level(2), false}, {level(3), false}, {level(4), false}, {level(5), true},
		{domain.Result{Distinction: domain.DistinctionHorsConcours}, true},
	} {
		if got := dossier.Departs(c.r, precedents); got != c.want {
			t.Errorf("%v departs: %v, want %v", c.r, got, c.want)
		}
		if dossier.Departs(c.r, nil) {
			t.Errorf("%v departs from nothing", c.r)
		}
	}
}

func TestDiagnose(t *testing.T) {
	of := with(town("z", 10_000, 5, 0), func(c *dossier.Case) {
		c.Services, c.Applying = []string{"cantine"}, []string{"ateliers", "cantine", "wifi", "rare"}
	})
	all := []dossier.Case{
		of,
		with(town("a", 9_000, 4, 0), func(c *dossier.Case) { c.Services = []string{"cantine", "wifi"} }),
		with(town("b", 11_000, 8, 0), func(c *dossier.Case) { c.Services = []string{"wifi", "ateliers"} }),
		with(town("c", 30_000, 9, 0), func(c *dossier.Case) { c.Services = []string{"wifi", "ateliers"} }),
		with(town("d", 10_000, 9, 0), func(c *dossier.Case) { c.Kind = "village" }),
	}
	peers := dossier.Peers(of, all)
	if len(peers) != 3 || peers[0].Collectivity != "b" || peers[2].Collectivity != "c" {
		t.Fatalf("the peers are %v", peers)
	}
	d := dossier.Diagnose(of, peers)
	if d.Peers != 3 || d.Stakes[0].Share != 50 || *d.Stakes[0].Median != 80 {
		t.Errorf("the stakes are %+v", d.Stakes)
	}
	if want := "[{wifi 3} {ateliers 2}]"; fmt.Sprint(d.Recommendations) != want {
		t.Errorf("recommended %v, want %s", d.Recommendations, want)
	}
	alone := dossier.Diagnose(of, nil)
	if alone.Stakes[0].Median != nil || len(alone.Recommendations) != 0 {
		t.Errorf("without peers: %+v", alone)
	}
}
