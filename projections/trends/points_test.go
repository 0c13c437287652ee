package trends_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"arobase/domain"
	. "arobase/projections/projectiontest"
	"arobase/projections/trends"
)

// body is the id of the nth commune of a test.
func body(n int) domain.CollectivityID {
	return domain.CollectivityID(fmt.Sprintf("fr-commune-%05d", 1000+n))
}

// row writes a point: published, recorded and what is derived, coverage, or a dash for each that is not there.
func row(p trends.Point) string {
	published, recorded, coverage := "-", "-", "-"
	if f := p.Published.Figure; f != nil {
		published = fmt.Sprint(f.Value)
		if f.Unit != "" {
			published += " " + f.Unit
		}
	}
	if p.Recorded.Value != nil {
		recorded = fmt.Sprint(*p.Recorded.Value)
	}
	if p.Recorded.Derived != 0 {
		recorded += fmt.Sprint("+", p.Recorded.Derived)
	}
	if p.Coverage != nil {
		coverage = fmt.Sprint(*p.Coverage)
	}
	return strings.Join([]string{published, recorded, coverage}, " | ")
}

// point finds one point of a series, and holds what is true of every point: a null has its reason, in both languages.
func point(t *testing.T, w trends.World, q trends.Query, metric, group string) trends.Point {
	t.Helper()
	var found *trends.Point
	for _, p := range w.Points(q) {
		if (p.Published.Figure == nil || p.Recorded.Value == nil || p.Coverage == nil) && p.Reason.EN == "" || (p.Reason.EN == "") != (p.Reason.FR == "") {
			t.Errorf("%d %s %q: %s without its reason", p.Edition, p.Metric, p.Group, row(p))
		}
		if p.Metric == metric && p.Group == group {
			found = &p
		}
	}
	if found == nil {
		t.Fatalf("no point %s %q", metric, group)
	}
	return *found
}

// five labels of edition 17: three levels, one beyond competition, one of unknown level.
var labelled = Together(
	Labelled(17, body(1), 5, "day-after"), Labelled(17, body(2), 4, "day-after"), Labelled(17, body(3), 1, "day-after"),
	Awarded(17, body(4), domain.Award{Distinction: domain.DistinctionHorsConcours}, "day-after"),
	Awarded(17, body(5), domain.Award{Distinction: domain.DistinctionUnspecified}, "day-after"),
)

func TestPoint(t *testing.T) {
	fig := func(metric, value, unit string, precision domain.Precision) Step {
		return Figure(17, metric, value, unit, precision, "day-after")
	}
	for _, test := range []struct {
		name   string
		given  []Step
		metric string
		want   string
		reason string // all of it, in English
	}{
		{"nothing known", nil, "level5", "- | 0 | -", "No source found."},

		// Counts.
		{"a level counts its own", []Step{labelled}, "level5", "- | 1 | -", "No source found."},
		{"4 and 5, and no other", []Step{labelled}, "level4to5", "- | 2 | -", "No source found."},
		{"whoever has a label is labelled", []Step{labelled}, "labelled", "- | 5 | -", "No source found."},
		{"a mention alone is not a label", []Step{labelled, Mentioned(17, body(6), "teletravail", "day-after")}, "labelled", "- | 5 | -", "No source found."},
		{"what reasoning gives is counted apart", []Step{labelled, Labelled(17, body(6), 5, "day-after", Reasoned)}, "level5", "- | 1+1 | -", "No source found."},
		{"and is labelled apart", []Step{labelled, Labelled(17, body(6), 5, "day-after", Reasoned)}, "labelled", "- | 5+1 | -", "No source found."},
		{"a level that reasoning gives to a stated label", []Step{labelled, Labelled(17, body(5), 5, "in-2016", Reasoned)}, "level5", "- | 1+1 | -", "No source found."},
		{"that label is stated", []Step{labelled, Labelled(17, body(5), 5, "in-2016", Reasoned)}, "labelled", "- | 5 | -", "No source found."},
		{"a contested label has no level", []Step{labelled, Labelled(17, body(1), 4, "in-2016")}, "level4to5", "- | 1 | -", "No source found."},
		{"a contested label is a label", []Step{labelled, Labelled(17, body(1), 4, "in-2016")}, "labelled", "- | 5 | -", "No source found."},
		{"an arbitrated label has its level", []Step{labelled, Labelled(17, body(1), 4, "in-2016"), Arbitrate(17, body(1), 4)}, "level4", "- | 2 | -", "No source found."},
		{"two sources are one label", []Step{labelled, Labelled(17, body(1), 5, "in-2016")}, "level5", "- | 1 | -", "No source found."},
		{"what was taken back does not count", []Step{labelled, As("slip", Labelled(17, body(6), 5, "in-2016")), Retract("slip")}, "level5", "- | 1 | -", "No source found."},
		{"an undated label does not count", []Step{labelled, Labelled(0, body(6), 5, "in-2016")}, "level5", "- | 1 | -", "No source found."},
		{"mentions, stated and derived", []Step{
			Mentioned(17, body(1), "teletravail", "day-after"), Mentioned(17, body(1), "accessibilite", "day-after"), Mentioned(17, body(1), "accessibilite", "in-2016"),
			Mentioned(17, body(2), "teletravail", "day-after", Reasoned),
		}, "mention_awards", "- | 2+1 | -", "No source found."},

		// Coverage.
		{"covered, to a thousandth", []Step{labelled, fig("labelled", "163", "collectivities", exact)}, "labelled", "163 collectivities | 5 | 0.031", ""},
		{"reasoning does not cover", []Step{labelled, Labelled(17, body(6), 5, "day-after", Reasoned), fig("labelled", "10", "collectivities", exact)}, "labelled", "10 collectivities | 5+1 | 0.5", ""},
		{"whole", []Step{labelled, fig("labelled", "5", "collectivities", exact)}, "labelled", "5 collectivities | 5 | 1", ""},
		{"above the whole", []Step{labelled, fig("labelled", "4", "collectivities", exact)}, "labelled", "4 collectivities | 5 | 1.25",
			"The ledger counts more than the published figure: see the reconciliation."},
		{"about", []Step{labelled, fig("labelled", "10", "collectivities", about)}, "labelled", "10 collectivities | 5 | 0.5", ""},
		{"a minimum", []Step{labelled, fig("labelled", "10", "collectivities", moreThan)}, "labelled", "10 collectivities | 5 | -",
			"The published figure is a minimum: no coverage follows from it."},
		{"zero", []Step{fig("labelled", "0", "collectivities", exact)}, "labelled", "0 collectivities | 0 | -",
			"The published figure is zero: no coverage follows from it."},
		{"another unit", []Step{labelled, fig("labelled", "10", "communes", exact)}, "labelled", "10 communes | 5 | -",
			"The source counts communes, the ledger collectivities: no coverage."},
		{"no unit", []Step{labelled, fig("labelled", "10", "", exact)}, "labelled", "10 | 5 | -",
			"The source does not say what it counts; the ledger counts collectivities."},
		{"another word for the same, shown by arithmetic", []Step{labelled, levelsOf("day-after", "communes"), fig("labelled", "163", "collectivities", exact)}, "level4to5",
			"55 communes | 2 | 0.036", ""},
		{"mentions are awards", []Step{Mentioned(17, body(1), "teletravail", "day-after"), fig("mention_awards", "21", "awards", exact)}, "mention_awards", "21 awards | 1 | 0.048", ""},
		{"mentions in another unit", []Step{Mentioned(17, body(1), "teletravail", "day-after"), fig("mention_awards", "21", "collectivities", exact)}, "mention_awards", "21 collectivities | 1 | -",
			"The source counts collectivities, the ledger awards: no coverage."},

		// What the ledger does not know.
		{"participants", []Step{labelled, fig("participants", "260", "communes", exact)}, "participants", "260 communes | - | -", "The ledger knows those who were labelled, not those who applied."},
		{"participants that nobody gives", []Step{labelled}, "participants", "- | - | -", "No source found. The ledger knows those who were labelled, not those who applied."},

		// Why there is no percentage.
		{"totals in two units", []Step{
			Figure(16, "labelled", "163", "collectivities", exact, "day-after"), fig("labelled", "331", "communes", exact), fig("level4to5", "4", "collectivities", exact), labelled,
		}, "level4to5", "4 collectivities | 2 | 0.5", "No percentage: the totals of editions 16 (163 collectivities) and 17 (331 communes) are not in one unit."},
		{"totals in one unit", []Step{
			Figure(16, "labelled", "163", "communes", exact, "day-after"), fig("labelled", "331", "communes", exact), fig("level4to5", "4", "collectivities", exact), labelled,
		}, "level4to5", "4 collectivities | 2 | 0.5", ""},
		{"a total without a unit", []Step{
			Figure(16, "labelled", "163", "", exact, "day-after"), fig("labelled", "331", "communes", exact), fig("level4to5", "4", "collectivities", exact), labelled,
		}, "level4to5", "4 collectivities | 2 | 0.5", "No percentage: the totals of editions 16 (163 of an unstated unit) and 17 (331 communes) are not in one unit."},
		{"a total only", []Step{fig("labelled", "331", "communes", exact), fig("level4to5", "4", "collectivities", exact), labelled}, "level4to5", "4 collectivities | 2 | 0.5", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := point(t, world(test.given...), trends.Query{From: 17, To: 17}, test.metric, "")
			if got := row(p); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			if p.Reason.EN != test.reason {
				t.Errorf("reason %q, want %q", p.Reason.EN, test.reason)
			}
		})
	}
}

// Before the first edition there is none: figures of no known edition are not those of the edition before.
func TestFirstEdition(t *testing.T) {
	w := world(Figure(0, "labelled", "162", "communes", exact, "undated"), Figure(1, "labelled", "40", "villes", exact, "undated"), Figure(1, "level4to5", "4", "collectivities", exact, "undated"))
	if p := point(t, w, trends.Query{From: 1, To: 1}, "level4to5", ""); p.Reason.EN != "" {
		t.Errorf("reason %q", p.Reason.EN)
	}
	if p := point(t, w, trends.Query{From: 1, To: 1}, "entries", ""); p.Recorded.Value != nil || p.Reason.EN != "There is no edition before the first." {
		t.Errorf("%s, %q", row(p), p.Reason.EN)
	}
}

// Every metric of every edition of a span, in order; without bounds up to the last of which anything is known.
func TestSpan(t *testing.T) {
	editions := func(w trends.World, q trends.Query) string {
		var out []string
		for i, p := range w.Points(q) {
			if m := trends.Metrics[i%len(trends.Metrics)]; p.Metric != m || p.Group != "" {
				t.Errorf("point %d is %s %q, want %s", i, p.Metric, p.Group, m)
			}
			if i%len(trends.Metrics) == 0 {
				out = append(out, p.Edition.String())
			}
		}
		return strings.Join(out, " ")
	}
	byFigure, byLabel := world(Figure(3, "labelled", "1", "", exact, "undated")), world(Labelled(19, body(1), 5, "undated"))
	for _, test := range []struct {
		name string
		w    trends.World
		q    trends.Query
		want string
	}{
		// The opening gives edition 17 a ceremony.
		{"all", byFigure, trends.Query{}, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"},
		{"from", byFigure, trends.Query{From: 15}, "15 16 17"},
		{"to", byFigure, trends.Query{To: 2}, "1 2"},
		{"both", byFigure, trends.Query{From: 3, To: 4}, "3 4"},
		{"the last is that of a label", byLabel, trends.Query{From: 18}, "18 19"},
		{"beyond what is known", byLabel, trends.Query{From: 19, To: 20}, "19 20"},
		{"from beyond what is known", byLabel, trends.Query{From: 20}, ""},
	} {
		if got := editions(test.w, test.q); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestGroups(t *testing.T) {
	bodies := Together(
		Commune(body(1), "Un", "73", "84"), Commune(body(2), "Deux", "73", "84"), Commune(body(3), "Trois", "33", "75"),
		Register("fr-epci-200041507", "epci", "CA"), Register("ca-bromont", "foreign", "Bromont"), Contest("unsettled-bassens", "Bassens", body(1), body(3)),
		Labelled(17, body(1), 5, "day-after"), Labelled(17, body(2), 5, "day-after", Reasoned), Labelled(17, body(3), 4, "day-after"),
		Labelled(17, "fr-epci-200041507", 3, "day-after"), Labelled(17, "ca-bromont", 5, "day-after"), Labelled(17, "unsettled-bassens", 5, "day-after"),
		Mentioned(17, "fr-commune-99999", "teletravail", "day-after"),
	)
	scoped := func(metric, scope, value, unit string) Step {
		return Scoped(17, metric, scope, value, unit, exact, "day-after")
	}
	for _, test := range []struct {
		by    string
		given []Step
		want  []string
	}{
		{"level", []Step{bodies, Figure(17, "level5", "30", "collectivities", exact, "day-after"), Figure(17, "level4", "2", "communes", exact, "day-after")}, []string{
			"level1 1: - | 0 | -: No source found.", "level2 2: - | 0 | -: No source found.", "level3 3: - | 1 | -: No source found.",
			"level4 4: 2 communes | 1 | -: The source counts communes, the ledger collectivities: no coverage.", "level5 5: 30 collectivities | 3+1 | 0.1",
		}},
		{"kind", []Step{bodies, scoped("labelled", "kind:epci", "4", "collectivities"), scoped("participants", "kind:epci", "19", "collectivities"),
			Figure(17, "villages", "31", "villages", exact, "day-after"), scoped("entries", "kind:epci", "2", "collectivities"), scoped("percent_x", "kind:epci", "2", "percent")}, []string{
			"labelled commune: - | 2+1 | -: No source found.", "labelled epci: 4 collectivities | 1 | 0.25", "labelled foreign: - | 1 | -: No source found.",
			"labelled village: 31 villages | - | -: Village, town or territory: the kind is what the edition says, and the sources do not say it for each name.",
			"participants epci: 19 collectivities | - | -: The ledger knows those who were labelled, not those who applied.",
			"entries epci: 2 collectivities | - | -: The ledger does not count by group who enters, leaves, rises or falls.",
		}},
		{"kind", []Step{scoped("labelled", "kind:village", "30", "villages"), Figure(17, "villages", "31", "villages", exact, "day-after")}, []string{
			"labelled village: 30 villages | - | -: Village, town or territory: the kind is what the edition says, and the sources do not say it for each name.",
		}},
		{"kind", []Step{scoped("villages", "region:Bretagne", "3", "villages")}, nil},
		{"region", []Step{bodies, scoped("labelled", "region:Île-de-France", "43", "awards"), scoped("labelled", "region:Auvergne", "8", "communes")}, []string{
			"labelled Auvergne: 8 communes | 1+1 | -: Sources count by the regions of the time, the ledger by those of today.",
			"labelled Île-de-France: 43 awards | 0 | -: Sources count by the regions of the time, the ledger by those of today.",
			"labelled Region 75: - | 1 | -: Sources count by the regions of the time, the ledger by those of today.",
		}},
		{"departement", []Step{bodies, scoped("labelled", "departement:73", "4", "collectivities"), scoped("level5", "departement:73", "2", "collectivities"),
			scoped("labelled", "departement:78", "12", "collectivities"), Scoped(16, "labelled", "departement:91", "1", "", exact, "day-after")}, []string{
			"level5 73: 2 collectivities | 1+1 | 0.5", "labelled 33: - | 1 | -: No source found.", "labelled 73: 4 collectivities | 1+1 | 0.25", "labelled 78: 12 collectivities | 0 | 0",
		}},
		{"size", []Step{bodies, scoped("labelled", "population:under-3000", "29", "collectivities")}, []string{
			"labelled under-3000: 29 collectivities | - | -: The population of the time is not known to the ledger: nothing is counted by size.",
		}},
		{"departement", nil, nil},
	} {
		w := world(test.given...)
		w.RegionName = func(code string) string {
			if code == "84" {
				return "Auvergne"
			}
			return "Region " + code
		}
		var got []string
		for _, p := range w.Points(trends.Query{From: 17, To: 17, By: test.by}) {
			s := fmt.Sprintf("%s %s: %s", p.Metric, p.Group, row(p))
			if p.Reason.EN != "" {
				s += ": " + p.Reason.EN
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("by %s: %s", test.by, diff)
		}
	}
}

// Without names of regions their codes stand for them.
func TestRegionCodes(t *testing.T) {
	w := world(Commune(body(1), "Un", "73", "84"), Labelled(17, body(1), 5, "day-after"))
	if p := point(t, w, trends.Query{From: 17, To: 17, By: "region"}, "labelled", "84"); *p.Recorded.Value != 1 {
		t.Errorf("%s", row(p))
	}
}

func TestCount(t *testing.T) {
	w := world(labelled, Commune(body(1), "Un", "73", "84"), Register("fr-epci-200041507", "epci", "CA"), Labelled(17, "fr-epci-200041507", 3, "day-after"))
	for _, test := range []struct{ metric, scope, want string }{
		{"labelled", "", "6"}, {"level4to5", "", "2"}, {"labelled", "departement:73", "1"}, {"level5", "departement:73", "1"}, {"labelled", "departement:33", "0"},
		{"labelled", "kind:epci", "1"}, {"labelled", "kind:village", "-"}, {"labelled", "region:Bretagne", "-"}, {"labelled", "population:under-3000", "-"},
		{"labelled", "holder:Miramas", "-"}, {"participants", "", "-"}, {"participants", "departement:73", "-"}, {"entries", "", "-"}, {"entries", "departement:73", "-"}, {"action_sheets", "", "-"},
	} {
		got := "-"
		if n := w.Count(17, test.metric, test.scope).Value; n != nil {
			got = fmt.Sprint(*n)
		}
		if got != test.want {
			t.Errorf("%s %q: %s, want %s", test.metric, test.scope, got, test.want)
		}
	}
}

func TestTransitions(t *testing.T) {
	// From 16 to 17: 1 rises, 2 falls, 3 stays, 4 leaves, 5 enters; 6 has no level in 16, 7 a reasoned one, 8 is contested,
	// 9 has a mention only in 16 and a label in 17.
	seen := Together(
		Labelled(16, body(1), 3, "day-after"), Labelled(17, body(1), 4, "day-after"), Labelled(16, body(2), 3, "day-after"), Labelled(17, body(2), 1, "day-after"),
		Labelled(16, body(3), 3, "day-after"), Labelled(17, body(3), 3, "day-after"), Labelled(16, body(4), 5, "day-after"), Labelled(17, body(5), 2, "day-after"),
		Awarded(16, body(6), domain.Award{Distinction: domain.DistinctionUnspecified}, "day-after"), Labelled(17, body(6), 5, "day-after"),
		Labelled(16, body(7), 2, "day-after", Reasoned), Labelled(17, body(7), 5, "day-after"),
		Labelled(16, body(8), 2, "day-after"), Labelled(16, body(8), 3, "in-2016"), Labelled(17, body(8), 5, "day-after"),
		Mentioned(16, body(9), "teletravail", "day-after"), Labelled(17, body(9), 1, "day-after"), Mentioned(17, body(4), "teletravail", "day-after"),
	)
	const unknown = "Who entered and who left is not known: 7 names recorded in edition 16, 8 in edition 17, without the whole list of both."
	for _, test := range []struct {
		name       string
		given      []Step
		enumerated bool
		reason     string
	}{
		{"without a list", []Step{seen}, false, unknown},
		{"one edition listed", []Step{seen, Enumerate(17, "day-after", 8)}, false, unknown},
		{"both listed", []Step{seen, Enumerate(16, "day-after", 7), Enumerate(17, "day-after", 8)}, true, ""},
		{"listed, but one of the list is not recorded", []Step{seen, Enumerate(16, "day-after", 8), Enumerate(17, "day-after", 8)}, false, unknown},
		{"a list that was taken back", []Step{seen, As("list", Enumerate(16, "day-after", 7)), Enumerate(17, "day-after", 8), Retract("list")}, false, unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := world(test.given...)
			want := trends.Transitions{
				From: 16, To: 17, RecordedFrom: 7, RecordedTo: 8, Seen: 6, N: 3,
				Rose: []trends.Move{{Collectivity: body(1), From: 3, To: 4}}, Fell: []trends.Move{{Collectivity: body(2), From: 3, To: 1}}, Same: []trends.Move{{Collectivity: body(3), From: 3, To: 3}},
				Enumerated: test.enumerated,
			}
			// Body 4 has a mention in 17 but no label, body 9 one in 16: they left and entered all the same.
			points := map[string]string{"entries": "- | - | -", "exits": "- | - | -", "progressions": "- | - | -", "regressions": "- | - | -"}
			reason := test.reason
			if test.enumerated {
				want.Entered, want.Left = []domain.CollectivityID{body(5), body(9)}, []domain.CollectivityID{body(4)}
				points = map[string]string{"entries": "- | 2 | -", "exits": "- | 1 | -", "progressions": "- | 1 | -", "regressions": "- | 1 | -"}
				reason = "No source found."
			}
			got := w.Transitions(16, 17)
			if got.Reason.EN != test.reason {
				t.Errorf("reason %q, want %q", got.Reason.EN, test.reason)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(trends.Transitions{}, "Reason")); diff != "" {
				t.Error(diff)
			}
			groups := trends.GroupMoves{RecordedFrom: 7, RecordedTo: 8, Seen: 6, N: 3, Rose: 1, Fell: 1, Same: 1}
			if test.enumerated {
				groups.Entered, groups.Left = 2, 1
			}
			if diff := cmp.Diff([]trends.GroupMoves{groups}, w.TransitionsBy(16, 17, "kind")); diff != "" {
				t.Error("nobody is registered, so nobody's kind is known:", diff)
			}
			for metric, want := range points {
				p := point(t, w, trends.Query{From: 17, To: 17}, metric, "")
				if row(p) != want || p.Reason.EN != reason {
					t.Errorf("%s: %s %q, want %s %q", metric, row(p), p.Reason.EN, want, reason)
				}
			}
		})
	}
}

// What a source itself says of who entered is kept, and compared where both editions are enumerated.
func TestStatedEntries(t *testing.T) {
	given := []Step{Labelled(16, body(1), 3, "day-after"), Labelled(17, body(1), 3, "day-after"), Labelled(17, body(2), 3, "day-after"), Figure(17, "entries", "4", "collectivities", exact, "day-after")}
	if p := point(t, world(given...), trends.Query{From: 17, To: 17}, "entries", ""); row(p) != "4 collectivities | - | -" {
		t.Error(row(p))
	}
	given = append(given, Enumerate(16, "day-after", 1), Enumerate(17, "day-after", 2))
	if p := point(t, world(given...), trends.Query{From: 17, To: 17}, "entries", ""); row(p) != "4 collectivities | 1 | 0.25" || p.Reason.EN != "" {
		t.Error(row(p), p.Reason)
	}
}

// What moved by group adds up to what moved, in the order of the French names, with those of no known group last.
func TestTransitionsByGroup(t *testing.T) {
	w := world(
		Commune(body(1), "Bassens", "33", "75"), Commune(body(2), "Bassens", "73", "84"), Commune(body(3), "Sèvres", "92", "11"),
		Labelled(16, body(1), 3, "day-after"), Labelled(17, body(1), 5, "day-after"), Labelled(16, body(2), 3, "day-after"), Labelled(17, body(2), 3, "day-after"),
		Labelled(16, body(3), 4, "day-after"), Labelled(17, body(3), 2, "day-after"), Labelled(16, body(4), 4, "day-after"),
	)
	want := []trends.GroupMoves{
		{Group: "33", RecordedFrom: 1, RecordedTo: 1, Seen: 1, N: 1, Rose: 1}, {Group: "73", RecordedFrom: 1, RecordedTo: 1, Seen: 1, N: 1, Same: 1},
		{Group: "92", RecordedFrom: 1, RecordedTo: 1, Seen: 1, N: 1, Fell: 1}, {RecordedFrom: 1},
	}
	if diff := cmp.Diff(want, w.TransitionsBy(16, 17, "departement")); diff != "" {
		t.Error(diff)
	}
}

// Whoever applied here is counted by the kind and size that the candidacy states, all others by what is known of the body.
func TestGroupsAsTheCandidacyStates(t *testing.T) {
	applied := func(id domain.CollectivityID, kind string, population int) Step {
		e := &domain.CandidacyRegistered{Candidacy: domain.Candidacy{Edition: 17, Collectivity: id}, Kind: kind}
		if population > 0 {
			e.Population, e.PopulationYear = population, 2015
		}
		return Event(domain.CandidacyStream(17, id), e)
	}
	w := world(
		Commune(body(1), "Bassens", "33", "75"), Commune(body(2), "Sèvres", "92", "11"), Commune(body(3), "Genas", "69", "84"),
		applied(body(1), "village", 2_999), applied(body(2), "village", 3_000), applied(body(2), "ville", 100_000),
		Labelled(17, body(1), 3, "day-after"), Labelled(17, body(2), 5, "day-after"), Labelled(17, body(3), 3, "day-after"),
	)
	for group, want := range map[string]string{"village": "- | 1 | -", "ville": "- | 1 | -", "commune": "- | 1 | -"} {
		if got := row(point(t, w, trends.Query{From: 17, To: 17, By: "kind"}, "labelled", group)); got != want {
			t.Errorf("%s: %s, want %s", group, got, want)
		}
	}
	for group, want := range map[string]string{"under-3000": "- | 1 | -", "over-100000": "- | 1 | -"} {
		if got := row(point(t, w, trends.Query{From: 17, To: 17, By: "size"}, "labelled", group)); got != want {
			t.Errorf("%s: %s, want %s", group, got, want)
		}
	}
	if got := w.TransitionsBy(16, 17, "size"); len(got) != 3 || got[2].Group != "" || got[2].RecordedTo != 1 {
		t.Errorf("the size of one is not known: %+v", got)
	}
}

// A settled name is one collectivity in both editions.
func TestTransitionOfSettledName(t *testing.T) {
	given := []Step{
		Commune(body(1), "Bassens", "33", "75"), Commune(body(2), "Bassens", "73", "84"), Contest("unsettled-bassens", "Bassens", body(1), body(2)),
		Labelled(16, "unsettled-bassens", 3, "day-after"), Labelled(17, body(1), 5, "day-after"),
	}
	if got := world(given...).Transitions(16, 17); got.Seen != 0 {
		t.Errorf("not settled: %+v", got)
	}
	if got := world(append(given, Settle("unsettled-bassens", body(1)))...).Transitions(16, 17); got.Seen != 1 || len(got.Rose) != 1 {
		t.Errorf("settled: %+v", got)
	}
}

// An edition that was run here is the whole list of it from its palmarès on: who entered, left, rose and fell is known. A
// label that was withdrawn counts no more; a decision that gives none never did.
func TestEditionsRunHere(t *testing.T) {
	decided := func(e domain.Edition, n int, r domain.Result) Step {
		c := domain.Candidacy{Edition: e, Collectivity: body(n)}
		return Together(Event(c.Stream(), &domain.DecisionSealed{Candidacy: c}), Event(c.Stream(), &domain.DecisionDisclosed{Candidacy: c, Opened: Opened(r)}))
	}
	level := func(n domain.Level) domain.Result {
		return domain.Result{Distinction: domain.DistinctionLevel, Level: n}
	}
	published := func(e domain.Edition) Step {
		return Event(domain.EditionStream(e), &domain.PalmaresPublished{Edition: e})
	}
	left := domain.Candidacy{Edition: 27, Collectivity: body(4)}
	given := []Step{
		decided(26, 1, level(3)), decided(26, 2, level(3)), decided(26, 3, level(3)), published(26),
		decided(27, 1, level(5)), decided(27, 2, level(2)), decided(27, 4, level(1)), decided(27, 5, level(4)), decided(27, 3, domain.Result{Distinction: domain.DistinctionNone}),
	}
	counts := func(w trends.World) (all []string) {
		for _, metric := range []string{"labelled", "level4to5", "entries", "exits", "progressions", "regressions"} {
			all = append(all, row(point(t, w, trends.Query{From: 27, To: 27}, metric, "")))
		}
		return all
	}
	none := "- | - | -"
	for _, tt := range []struct {
		what  string
		given []Step
		want  []string
	}{
		{"under embargo", given, []string{"- | 0 | -", "- | 0 | -", none, none, none, none}},
		{"published", append(given, published(27)), []string{"- | 4 | -", "- | 2 | -", "- | 2 | -", "- | 1 | -", "- | 1 | -", "- | 1 | -"}},
		{"one withdrawn since", append(given, published(27), Event(left.Stream(), &domain.LabelWithdrawn{Candidacy: left})),
			[]string{"- | 3 | -", "- | 2 | -", "- | 1 | -", "- | 1 | -", "- | 1 | -", "- | 1 | -"}},
	} {
		if diff := cmp.Diff(tt.want, counts(world(tt.given...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, diff)
		}
	}
}
