package reconciliation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/labels"
	. "arobase/projections/projectiontest"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

const (
	exact    = domain.Exact
	about    = domain.About
	moreThan = domain.MoreThan
	derived  = domain.DerivedFigure
)

// world enters three works, and then the steps. Texts are disclosed as their commitments, which Attribute makes of the text
// itself; "erased" was erased.
func world(steps ...Step) reconciliation.World {
	w := reconciliation.World{
		World: trends.World{Labels: labels.New(), Figures: figures.New(), Size: labels.Now},
		Disclosed: func(text string) (string, bool) {
			if text == "erased" {
				return "", false
			}
			return text, true
		},
	}
	opening := []Step{Source("alpha", "A", "2016-02-19"), Source("beta", "B", "2016-02-20"), Source("gamma", "C", "2017-02-01")}
	Fold(Tell(append(opening, steps...)...), w.Labels, w.Figures)
	return w
}

// item finds one item, and holds what is true of every one: it has a verdict, and a reason in both languages.
func item(t *testing.T, w reconciliation.World, e domain.Edition, metric, scope string) reconciliation.Item {
	t.Helper()
	var found *reconciliation.Item
	for _, it := range w.Items(e) {
		if it.Reason.EN == "" || it.Reason.FR == "" || it.Verdict == "" || strings.Contains(it.Reason.EN+it.Reason.FR, "%!") {
			t.Errorf("%d %s %q: %q %+v", it.Edition, it.Metric, it.Scope, it.Verdict, it.Reason)
		}
		if it.Metric == metric && it.Scope == scope {
			found = &it
		}
	}
	if found == nil {
		t.Fatalf("edition %d has no item %s %q", e, metric, scope)
	}
	return *found
}

func body(n int) domain.CollectivityID {
	return domain.CollectivityID(fmt.Sprintf("fr-commune-%05d", 1000+n))
}

// recorded gives a number of communes a label of a level in an edition.
func recorded(e domain.Edition, n int, level domain.Level) Step {
	var all []Step
	for i := range n {
		all = append(all, Labelled(e, body(int(level)*100+i), level, "alpha"))
	}
	return Together(all...)
}

const (
	single       = "A single figure, nothing to compare it with."
	singleSource = "A single source, nothing to compare it with."
	same         = "The sources give the same figure."
	allRight     = "The figures of the sources can all be right at once: one is approximate, or a minimum."
	unitsDiffer  = "The units differ, or a source does not say what it counts: these figures cannot be compared."
	sameNumber   = "The same number, but the sources do not give it the same unit."
	unexplained  = " No source explains the difference."
	everyone     = "Every participant is said to receive at least one at-sign: participants and labelled should be equally many. "
)

func TestFigures(t *testing.T) {
	fig := func(value, unit string, precision domain.Precision, source domain.SourceID) Step {
		return Figure(17, "labelled", value, unit, precision, source)
	}
	for _, test := range []struct {
		name    string
		given   []Step
		verdict reconciliation.Verdict
		reason  string
	}{
		{"a single figure", []Step{fig("163", "communes", exact, "alpha")}, "cannot-tell", single},
		{"two that agree", []Step{fig("163", "communes", exact, "alpha"), fig("163", "communes", exact, "beta")}, "agrees", same},
		{"two that contradict", []Step{fig("16", "villes", exact, "alpha"), fig("17", "villes", exact, "beta")}, "contradicts", "16 villes (alpha); 17 villes (beta)." + unexplained},
		{"one source against itself", []Step{fig("16", "villes", exact, "alpha"), fig("17", "villes", derived, "alpha")}, "contradicts",
			"16 villes (alpha); 17 villes, by counting or adding (alpha)." + unexplained},
		{"one source twice the same", []Step{fig("16", "villes", exact, "alpha"), fig("16", "villes", derived, "alpha")}, "cannot-tell", singleSource},
		{"one contradiction decides, whoever agrees", []Step{fig("16", "villes", exact, "alpha"), fig("17", "villes", exact, "beta"), fig("17", "villes", exact, "gamma")}, "contradicts",
			"16 villes (alpha); 17 villes (beta, gamma)." + unexplained},
		{"taken back", []Step{fig("16", "villes", exact, "alpha"), As("slip", fig("17", "villes", exact, "beta")), Retract("slip")}, "cannot-tell", single},

		{"about, 5 % off", []Step{fig("95", "villes", about, "alpha"), fig("100", "villes", exact, "beta")}, "agrees", allRight},
		{"about, more than 5 % off", []Step{fig("94", "villes", about, "alpha"), fig("100", "villes", exact, "beta")}, "contradicts",
			"about 94 villes (alpha); 100 villes (beta)." + unexplained},
		{"about, the same", []Step{fig("40", "villes", about, "alpha"), fig("40", "villes", exact, "beta")}, "agrees", same},
		{"two about", []Step{fig("96", "villes", about, "alpha"), fig("100", "villes", about, "beta")}, "agrees", allRight},
		{"more than, and more", []Step{fig("1700", "villes", moreThan, "alpha"), fig("1730", "villes", exact, "beta")}, "agrees", allRight},
		{"more than, and that very number", []Step{fig("1700", "villes", moreThan, "alpha"), fig("1700", "villes", exact, "beta")}, "contradicts",
			"more than 1,700 villes (alpha); 1,700 villes (beta)." + unexplained},
		{"that very number, and more than it", []Step{fig("1700", "villes", exact, "alpha"), fig("1700", "villes", moreThan, "beta")}, "contradicts",
			"1,700 villes (alpha); more than 1,700 villes (beta)." + unexplained},
		{"less, and more than it", []Step{fig("1701", "villes", exact, "alpha"), fig("1700", "villes", moreThan, "beta")}, "agrees", allRight},
		{"more than, and less", []Step{fig("1700", "villes", moreThan, "alpha"), fig("1699", "villes", exact, "beta")}, "contradicts",
			"more than 1,700 villes (alpha); 1,699 villes (beta)." + unexplained},
		{"two minimums", []Step{fig("450", "villes", moreThan, "alpha"), fig("1700", "villes", moreThan, "beta")}, "agrees", allRight},

		{"two units, two numbers", []Step{fig("163", "collectivities", exact, "alpha"), fig("331", "communes", exact, "beta")}, "cannot-tell", unitsDiffer},
		{"two units, one number", []Step{fig("271", "villes", exact, "alpha"), fig("271", "collectivities", exact, "beta")}, "cannot-tell", sameNumber},
		{"no unit, one number", []Step{fig("24", "", exact, "alpha"), fig("24", "villes", exact, "beta")}, "agrees", same},
		{"no unit at all, one number", []Step{fig("24", "", exact, "alpha"), fig("24", "", exact, "beta")}, "agrees", same},
		{"no unit, two numbers", []Step{fig("24", "", exact, "alpha"), fig("25", "villes", exact, "beta")}, "cannot-tell", unitsDiffer},
		{"no unit, that very number and more than it", []Step{fig("24", "", moreThan, "alpha"), fig("24", "villes", exact, "beta")}, "cannot-tell", unitsDiffer},
		{"two agree, a third counts in another unit", []Step{fig("10", "villes", exact, "alpha"), fig("10", "villes", exact, "beta"), fig("12", "communes", exact, "gamma")}, "cannot-tell", unitsDiffer},
		{"two contradict, a third counts in another unit", []Step{fig("10", "villes", exact, "alpha"), fig("11", "villes", exact, "beta"), fig("12", "communes", exact, "gamma")}, "contradicts",
			"10 villes (alpha); 11 villes (beta); 12 communes (gamma)." + unexplained},
		{"a fraction", []Step{fig("3.6", "percent", exact, "alpha"), fig("3.7", "percent", exact, "beta")}, "contradicts", "3.6 percent (alpha); 3.7 percent (beta)." + unexplained},

		{"a source explains it", []Step{fig("16", "villes", exact, "alpha"), fig("17", "villes", exact, "beta"), Explain(17, "labelled", "", "gamma")}, "contradicts",
			"16 villes (alpha); 17 villes (beta)."},
		{"a hypothesis explains nothing", []Step{fig("16", "villes", exact, "alpha"), fig("17", "villes", exact, "beta"), Explain(17, "labelled", "", "")}, "contradicts",
			"16 villes (alpha); 17 villes (beta)." + unexplained},
		{"a source explains another edition", []Step{fig("16", "villes", exact, "alpha"), fig("17", "villes", exact, "beta"), Explain(18, "labelled", "", "gamma")}, "contradicts",
			"16 villes (alpha); 17 villes (beta)." + unexplained},

		// Against the ledger.
		{"the ledger knows more", []Step{fig("2", "collectivities", exact, "beta"), recorded(17, 3, 5)}, "contradicts",
			"2 collectivities according to beta, but the ledger knows 3 by name." + unexplained},
		{"the ledger knows more than two sources that agree", []Step{fig("2", "collectivities", exact, "alpha"), fig("2", "collectivities", exact, "beta"), recorded(17, 3, 5)}, "contradicts",
			"2 collectivities according to alpha, but the ledger knows 3 by name." + unexplained},
		{"the ledger knows as many", []Step{fig("3", "collectivities", exact, "beta"), recorded(17, 3, 5)}, "cannot-tell", single},
		{"the ledger knows fewer: absence is not exit", []Step{fig("4", "collectivities", exact, "beta"), recorded(17, 3, 5)}, "cannot-tell", single},
		{"what was counted, of which the ledger knows more", []Step{fig("2", "collectivities", derived, "beta"), recorded(17, 3, 5)}, "contradicts",
			"2 collectivities, by counting or adding according to beta, but the ledger knows 3 by name." + unexplained},
		{"about, within reach", []Step{fig("20", "collectivities", about, "beta"), recorded(17, 21, 5)}, "cannot-tell", single},
		{"about, out of reach", []Step{fig("20", "collectivities", about, "beta"), recorded(17, 22, 5)}, "contradicts",
			"about 20 collectivities according to beta, but the ledger knows 22 by name." + unexplained},
		{"a minimum", []Step{fig("2", "collectivities", moreThan, "beta"), recorded(17, 3, 5)}, "cannot-tell", single},
		{"another unit", []Step{fig("2", "communes", exact, "beta"), recorded(17, 3, 5)}, "cannot-tell", single},
		{"what reasoning gives is not known by name", []Step{fig("2", "collectivities", exact, "beta"), recorded(17, 2, 5), Labelled(17, body(1), 1, "alpha", Reasoned)}, "cannot-tell", single},
	} {
		t.Run(test.name, func(t *testing.T) {
			it := item(t, world(test.given...), 17, "labelled", "")
			if it.Verdict != test.verdict || it.Reason.EN != test.reason {
				t.Errorf("%s: %q, want %s: %q", it.Verdict, it.Reason.EN, test.verdict, test.reason)
			}
		})
	}
}

// lines writes the figures of an item.
func lines(it reconciliation.Item) []string {
	var out []string
	for _, f := range it.Figures {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%v %s %s %s %s", f.Value, f.Unit, f.Precision, f.Source, f.Metric)))
	}
	return out
}

// levels gives the five levels of a source: 40, 37, 31, 25 and 30, in all 163.
func levels(unit string, source domain.SourceID) Step {
	var all []Step
	for i, value := range []string{"40", "37", "31", "25", "30"} {
		all = append(all, Figure(17, fmt.Sprint("level", i+1), value, unit, exact, source))
	}
	return Together(all...)
}

// An item for what sources state, and one for what follows by adding; the founding question first.
func TestItems(t *testing.T) {
	w := world(
		Figure(17, "members", "450", "", exact, "alpha"), levels("communes", "alpha"), Scoped(17, "labelled", "region:Bretagne", "14", "", exact, "alpha"),
		Figure(17, "participants", "260", "communes", exact, "alpha"), Numbered(17, 17, "alpha"), Day(17, "2016-02-18", "", "stated", "alpha"),
		Figure(18, "labelled", "331", "communes", exact, "beta"), Figure(0, "participants", "162", "", exact, "alpha"),
	)
	var got []string
	for _, it := range w.All() {
		got = append(got, strings.TrimSpace(fmt.Sprint(it.Edition, " ", it.Metric, " ", it.Scope)))
	}
	want := []string{
		"17 ceremony_date", "17 ceremony_edition_number", "17 level4to5", "17 level1", "17 level2", "17 level3", "17 level4", "17 level5", "17 labelled", "17 participants",
		"17 members", "17 labelled region:Bretagne", "18 labelled",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"163 communes derived alpha"}, lines(item(t, w, 17, "labelled", ""))); diff != "" {
		t.Error(diff)
	}
	if it := item(t, w, 17, "level4to5", ""); len(it.Figures[0].Events) != 2 {
		t.Errorf("a sum names its parts: %+v", it.Figures)
	}
	if it := item(t, w, 17, "labelled", "region:Bretagne"); it.Recorded != nil {
		t.Errorf("regions of the time are not those of today: %d", *it.Recorded)
	}
}

// What the ledger counts, by what the figure counts.
func TestRecorded(t *testing.T) {
	metrics := []string{"collectivities_with_mention", "mentions_kinds", "mention_awards", "labelled", "level5", "level4to5", "participants", "members", "entries"}
	given := []Step{
		Mentioned(17, body(1), "teletravail", "alpha"), Mentioned(17, body(1), "accessibilite", "alpha"), Mentioned(17, body(2), "teletravail", "alpha"),
		Labelled(17, body(2), 5, "alpha"), Labelled(17, body(3), 4, "alpha"), Commune(body(3), "Trois", "78", "11"),
	}
	for _, m := range metrics {
		given = append(given, Figure(17, m, "1000", "", exact, "alpha"))
	}
	given = append(given, Scoped(17, "labelled", "departement:78", "12", "", exact, "alpha"), Scoped(17, "labelled", "kind:commune", "12", "", exact, "alpha"),
		Scoped(17, "mentions_kinds", "departement:78", "1", "", exact, "alpha"))
	got := map[string]string{}
	for _, it := range world(given...).Items(17) {
		got[it.Metric+it.Scope] = "-"
		if it.Recorded != nil {
			got[it.Metric+it.Scope] = fmt.Sprint(*it.Recorded)
		}
	}
	want := map[string]string{
		"collectivities_with_mention": "2", "mentions_kinds": "2", "mention_awards": "3", "labelled": "2", "level5": "1", "level4to5": "2", "participants": "-", "members": "-",
		"entries": "-", "labelleddepartement:78": "1", "labelledkind:commune": "1", "mentions_kindsdepartement:78": "-",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Where the series covers more than the whole, there is a verdict on it here.
func TestCoverageAboveOneHasVerdict(t *testing.T) {
	for _, test := range []struct {
		name          string
		given         []Step
		metric, scope string
	}{
		{"stated", []Step{Figure(17, "level5", "2", "collectivities", exact, "alpha"), recorded(17, 3, 5)}, "level5", ""},
		{"counted by a source", []Step{Figure(17, "level5", "2", "collectivities", derived, "alpha"), recorded(17, 3, 5)}, "level5", ""},
		{"added", []Step{levels("collectivities", "alpha"), recorded(17, 56, 5)}, "level4to5", ""},
		{"added, the whole", []Step{levels("collectivities", "alpha"), recorded(17, 90, 5), recorded(17, 90, 4)}, "labelled", ""},
		{"added, in another word", []Step{levels("communes", "alpha"), Figure(17, "labelled", "163", "collectivities", exact, "alpha"), recorded(17, 56, 5)}, "level4to5", ""},
		{"mentions", []Step{Figure(17, "mention_awards", "1", "awards", exact, "alpha"), Mentioned(17, body(1), "x", "alpha"), Mentioned(17, body(1), "y", "alpha")}, "mention_awards", ""},
		{"a département", []Step{Scoped(17, "labelled", "departement:78", "1", "collectivities", exact, "alpha"),
			Commune(body(501), "A", "78", "11"), Commune(body(502), "B", "78", "11"), recorded(17, 3, 5)}, "labelled", "departement:78"},
		{"entries", []Step{Figure(17, "entries", "1", "collectivities", exact, "alpha"), recorded(16, 1, 4), recorded(17, 3, 5), Enumerate(16, "alpha", 1), Enumerate(17, "alpha", 3)}, "entries", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := world(test.given...)
			by, group, _ := strings.Cut(test.scope, ":")
			for _, p := range w.Points(trends.Query{From: 17, To: 17, By: by}) {
				if p.Metric == test.metric && p.Group == group && (p.Coverage == nil || *p.Coverage <= 1) {
					t.Fatalf("the case covers nothing: %+v", p)
				}
			}
			if it := item(t, w, 17, test.metric, test.scope); it.Verdict != reconciliation.Contradicts || !strings.Contains(it.Reason.EN, "but the ledger knows") {
				t.Errorf("%s: %q", it.Verdict, it.Reason.EN)
			}
		})
	}
}

// Every participant receives at least one at-sign, since 2010: participants and labelled are set side by side.
func TestParticipants(t *testing.T) {
	participants := func(e domain.Edition, value, unit string, source domain.SourceID) Step {
		return Figure(e, "participants", value, unit, exact, source)
	}
	labelledBy := func(e domain.Edition, value, unit string, source domain.SourceID) Step {
		return Figure(e, "labelled", value, unit, exact, source)
	}
	for _, test := range []struct {
		name    string
		given   []Step
		edition domain.Edition
		verdict reconciliation.Verdict
		reason  string
		figures []string
	}{
		{"as many", []Step{participants(17, "241", "collectivities", "alpha"), labelledBy(17, "241", "collectivities", "beta")}, 17, "agrees", everyone + same,
			[]string{"241 collectivities exact alpha", "241 collectivities exact beta labelled"}},
		{"not as many", []Step{participants(17, "260", "collectivities", "alpha"), labelledBy(17, "163", "collectivities", "beta")}, 17, "contradicts",
			everyone + "260 collectivities (alpha); 163 collectivities (beta)." + unexplained, []string{"260 collectivities exact alpha", "163 collectivities exact beta labelled"}},
		{"not as many, another unit", []Step{participants(17, "260", "communes", "alpha"), labelledBy(17, "163", "collectivities", "beta")}, 17, "cannot-tell", everyone + unitsDiffer,
			[]string{"260 communes exact alpha", "163 collectivities exact beta labelled"}},
		{"of two labelled the published one", []Step{participants(17, "241", "villes", "alpha"), labelledBy(17, "241", "villes", "alpha"), labelledBy(17, "250", "villes", "gamma")}, 17, "cannot-tell",
			everyone + singleSource, []string{"241 villes exact alpha", "241 villes exact alpha labelled"}},
		{"a tie of labelled: nothing beside", []Step{participants(17, "241", "villes", "alpha"), labelledBy(17, "241", "villes", "beta"), labelledBy(17, "240", "villes", "beta")}, 17, "cannot-tell", single,
			[]string{"241 villes exact alpha"}},
		{"participants that contradict each other: that is the verdict", []Step{participants(17, "260", "villes", "alpha"), participants(17, "250", "villes", "beta"), labelledBy(17, "163", "villes", "beta")}, 17, "contradicts",
			"260 villes (alpha); 250 villes (beta)." + unexplained, []string{"260 villes exact alpha", "250 villes exact beta", "163 villes exact beta labelled"}},
		{"participants that agree, and are not the labelled", []Step{participants(17, "260", "villes", "alpha"), participants(17, "260", "villes", "beta"), labelledBy(17, "163", "villes", "beta")}, 17, "contradicts",
			everyone + "260 villes (alpha, beta); 163 villes (beta)." + unexplained, []string{"260 villes exact alpha", "260 villes exact beta", "163 villes exact beta labelled"}},
		{"no labelled", []Step{participants(17, "260", "villes", "alpha")}, 17, "cannot-tell", single, []string{"260 villes exact alpha"}},
		{"before 2010 there was a rung below", []Step{participants(11, "224", "villes", "alpha"), labelledBy(11, "200", "villes", "beta")}, 11, "cannot-tell", single, []string{"224 villes exact alpha"}},
		{"the first edition after", []Step{participants(12, "224", "villes", "alpha"), labelledBy(12, "200", "villes", "beta")}, 12, "contradicts",
			everyone + "224 villes (alpha); 200 villes (beta)." + unexplained, []string{"224 villes exact alpha", "200 villes exact beta labelled"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			it := item(t, world(test.given...), test.edition, "participants", "")
			if it.Verdict != test.verdict || it.Reason.EN != test.reason {
				t.Errorf("%s: %q, want %s: %q", it.Verdict, it.Reason.EN, test.verdict, test.reason)
			}
			if diff := cmp.Diff(test.figures, lines(it), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
	// A part of the edition is not compared with the whole.
	w := world(Scoped(17, "participants", "kind:epci", "19", "villes", exact, "alpha"), labelledBy(17, "163", "villes", "beta"))
	if it := item(t, w, 17, "participants", "kind:epci"); it.Verdict != "cannot-tell" || len(it.Figures) != 1 {
		t.Errorf("%+v", it)
	}
}

// The founding question: 56 stated, 55 by adding, and one beyond competition who is not in the 163.
func TestHorsConcoursHypothesis(t *testing.T) {
	beyond := func(n int) Step {
		return Awarded(17, body(n), domain.Award{Distinction: domain.DistinctionHorsConcours}, "alpha")
	}
	total := func(value, unit string) Step { return Figure(17, "labelled", value, unit, exact, "alpha") }
	stated := func(value, unit string, precision domain.Precision) Step {
		return Figure(17, "level4to5", value, unit, precision, "gamma")
	}
	propose := Explain(17, "level4to5", "hors-concours-outside-total", "")
	const fits, no, untested = "fits", "does not fit", "not tested"
	for _, test := range []struct {
		name    string
		given   []Step
		verdict reconciliation.Verdict
		want    []string // each: proposed or suggested, and its outcome
	}{
		{"nobody proposed it and it fits: suggested", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("56", "collectivities", exact), beyond(1)}, "contradicts", []string{"suggested, " + fits}},
		{"proposed, and fits: once", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("56", "collectivities", exact), beyond(1), propose}, "contradicts", []string{"proposed, " + fits}},
		{"one word for both", []Step{levels("villes", "alpha"), total("163", "villes"), stated("56", "villes", exact), beyond(1)}, "contradicts", []string{"suggested, " + fits}},
		{"two beyond competition, two more", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("57", "collectivities", exact), beyond(1), beyond(2)}, "contradicts", []string{"suggested, " + fits}},
		{"proposed, nobody is beyond competition", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("56", "collectivities", exact), propose}, "contradicts", []string{"proposed, " + no}},
		{"not proposed, nobody is beyond competition", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("56", "collectivities", exact)}, "contradicts", nil},
		{"one too many", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("57", "collectivities", exact), beyond(1), propose}, "contradicts", []string{"proposed, " + no}},
		{"one too few", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("54", "collectivities", exact), beyond(1)}, "contradicts", nil},
		{"the levels are not the total: it may be within", []Step{levels("communes", "alpha"), total("164", "communes"), stated("56", "communes", exact), beyond(1)}, "contradicts", nil},
		{"no total", []Step{levels("communes", "alpha"), stated("56", "communes", exact), beyond(1)}, "contradicts", nil},
		{"the total of another source", []Step{levels("communes", "alpha"), Figure(17, "labelled", "163", "communes", exact, "beta"), stated("56", "communes", exact), beyond(1)}, "contradicts", nil},
		{"a sum that a source gives is not ours", []Step{Figure(17, "level4to5", "55", "communes", derived, "alpha"), stated("56", "communes", exact), beyond(1)}, "contradicts", nil},
		{"nothing contradicts: nothing to explain", []Step{levels("communes", "alpha"), stated("56", "collectivities", exact), beyond(1), propose}, "cannot-tell", []string{"proposed, " + no}},
		{"what a source states is not its sum", []Step{levels("villes", "alpha"), total("163", "villes"), Figure(17, "level4to5", "60", "villes", exact, "alpha"), stated("61", "villes", exact), beyond(1)}, "contradicts", nil},
		{"one more of something else", []Step{levels("villes", "alpha"), total("163", "villes"), stated("56", "awards", exact), stated("60", "villes", exact), beyond(1)}, "contradicts", nil},
		{"nobody is beyond competition, and the sum agrees with one of two", []Step{levels("villes", "alpha"), total("163", "villes"), stated("55", "villes", exact), stated("60", "villes", exact)}, "contradicts", nil},
		{"about is not a figure to explain by one", []Step{levels("villes", "alpha"), total("163", "villes"), stated("56", "villes", about), stated("60", "villes", exact), beyond(1)}, "contradicts", nil},
		{"whose label beyond competition was taken back", []Step{levels("communes", "alpha"), total("163", "collectivities"), stated("56", "collectivities", exact), As("slip", beyond(1)), Retract("slip")}, "contradicts", nil},
		{"an explanation without a test", []Step{levels("communes", "alpha"), Explain(17, "level4to5", "", "")}, "cannot-tell", []string{"proposed, " + untested}},
		{"a test that we do not know", []Step{levels("communes", "alpha"), Explain(17, "level4to5", "other", "")}, "cannot-tell", []string{"proposed, " + untested}},
	} {
		t.Run(test.name, func(t *testing.T) {
			it := item(t, world(test.given...), 17, "level4to5", "")
			var got []string
			for _, h := range it.Hypotheses {
				s := "proposed, "
				if h.Event == nil {
					s = "suggested, "
				}
				switch {
				case h.Fits == nil:
					s += untested
				case *h.Fits:
					s += fits
				default:
					s += no
				}
				if (h.Fits != nil && *h.Fits) == h.Arithmetic.Empty() {
					t.Errorf("%s: arithmetic %q", s, h.Arithmetic.EN)
				}
				got = append(got, s)
			}
			if it.Verdict != test.verdict {
				t.Errorf("%s: %s", it.Verdict, it.Reason.EN)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	w := world(levels("communes", "alpha"), total("163", "collectivities"), stated("56", "collectivities", exact), beyond(1))
	it := item(t, w, 17, "level4to5", "")
	if got, want := it.Hypotheses[0].Arithmetic.EN, "The five levels add up to 163, the total announced: the one beyond competition (1) is not counted there. 55 and 1 make 56."; got != want {
		t.Errorf("arithmetic %q", got)
	}
	if want := `The sources that were added up write "communes", but their five levels add up to their own total, in "collectivities": the two words count the same thing there.`; !strings.Contains(it.Reason.EN, want) {
		t.Errorf("reason %q", it.Reason.EN)
	}
}

// As of a size the verdict is that of then.
func TestAsOf(t *testing.T) {
	w := world(Figure(17, "labelled", "163", "villes", exact, "alpha"), Figure(17, "labelled", "163", "villes", exact, "beta"), // 3, 4
		As("slip", Figure(17, "labelled", "164", "villes", exact, "gamma")), Retract("slip")) // 5, 6
	for size, want := range map[uint64]reconciliation.Verdict{4: "cannot-tell", 5: "agrees", 6: "contradicts", 7: "agrees"} {
		w.Size = size
		if it := item(t, w, 17, "labelled", ""); it.Verdict != want {
			t.Errorf("as of %d: %s", size, it.Verdict)
		}
	}
}
