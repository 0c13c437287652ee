package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"arobase/api/ledger"
	"arobase/projections/trends"
)

// item finds one item of the reconciliation.
func item(t *testing.T, l *ledger.Ledger, edition int, metric string) ledger.ItemView {
	t.Helper()
	v, err := l.Reconciliation(t.Context(), edition, l.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range v.Items {
		if it.Metric == metric && it.Scope == "" {
			return it
		}
	}
	t.Fatalf("edition %d has no item %s", edition, metric)
	return ledger.ItemView{}
}

// figures writes the figures of an item in short.
func figures(it ledger.ItemView) []string {
	var out []string
	for _, f := range it.Figures {
		out = append(out, fmt.Sprintf("%v %s %s %s %s", f.Value, f.Unit, f.Precision, f.Source, f.Metric))
	}
	slices.Sort(out)
	return out
}

// What the ledger says of the history it ships.
func TestWhatTheHistorySays(t *testing.T) {
	l := newLedger(t)
	importHistory(t, l)

	t.Run("the founding question", func(t *testing.T) {
		v, err := l.Trends(t.Context(), trends.Query{From: 17, To: 18}, l.Size())
		if err != nil {
			t.Fatal(err)
		}
		points := map[int]ledger.PointView{}
		for _, p := range v.Points {
			if p.Metric == "level4to5" {
				points[p.Edition] = p
			}
		}
		p17, p18 := points[17], points[18]
		if *p17.Published.Value != 56 || p17.Published.Unit != "collectivities" || p17.Published.Precision != "exact" || !slices.Equal(p17.Published.Sources, []string{"villes-internet-2017-palmares"}) {
			t.Errorf("edition 17: %+v", p17.Published)
		}
		if alt := p17.Published.Alternatives; len(alt) != 1 || alt[0].Value != 55 || alt[0].Unit != "communes" || alt[0].Precision != "derived" ||
			!slices.Equal(alt[0].Sources, []string{"sodigital-2016", "localtis-2016-labels"}) || len(alt[0].Events) != 4 {
			t.Errorf("edition 17, alternatives: %+v", alt)
		}
		if *p18.Published.Value != 69 || p18.Published.Unit != "collectivities" || len(p18.Published.Alternatives) != 0 {
			t.Errorf("edition 18: %+v", p18.Published)
		}
		if *p17.Recorded.Value != 1 || p17.Recorded.Derived != 1 || *p17.Coverage != 0.018 {
			t.Errorf("edition 17, recorded %+v, coverage %v", p17.Recorded, *p17.Coverage)
		}
		if !strings.Contains(p18.Reason, "163 collectivities") || !strings.Contains(p18.Reason, "331 communes") {
			t.Errorf("why there is no percentage: %q", p18.Reason)
		}
	})

	t.Run("56 against 55", func(t *testing.T) {
		it := item(t, l, 17, "level4to5")
		want := []string{
			"55 communes derived localtis-2016-labels ", "55 communes derived sodigital-2016 ", "56 collectivities exact villes-internet-2017-palmares ",
		}
		if it.Verdict != "contradicts" || !slices.Equal(figures(it), want) {
			t.Errorf("%s %q", it.Verdict, figures(it))
		}
		if len(it.Hypotheses) != 1 || it.Hypotheses[0].Kind != "hypothesis" || !*it.Hypotheses[0].Fits || !strings.Contains(it.Hypotheses[0].Arithmetic, "163") || it.Hypotheses[0].Event == "" {
			t.Errorf("hypotheses %+v", it.Hypotheses)
		}
		if !strings.Contains(it.Reason, "No source explains the difference") {
			t.Errorf("reason %q", it.Reason)
		}
	})

	t.Run("16 announced, 17 named", func(t *testing.T) {
		it := item(t, l, 18, "collectivities_with_mention")
		want := []string{"16 collectivities exact villes-internet-2017-palmares ", "17 collectivities derived villes-internet-2017-palmares ", "17 collectivities exact lemonde-2017-02-02 "}
		if it.Verdict != "contradicts" || !slices.Equal(figures(it), want) || *it.Recorded != 17 {
			t.Errorf("%s %q %v", it.Verdict, figures(it), *it.Recorded)
		}
	})

	t.Run("163 labelled, 260 participants announced", func(t *testing.T) {
		it := item(t, l, 17, "participants")
		if it.Verdict != "cannot-tell" || !slices.Contains(figures(it), "260 communes exact villes-internet-2016-interview ") ||
			!slices.Contains(figures(it), "163 collectivities exact sodigital-2016 labelled") {
			t.Errorf("%s %q", it.Verdict, figures(it))
		}
	})

	t.Run("presenter announced and held", func(t *testing.T) {
		it := item(t, l, 17, "ceremony_presenter")
		if it.Verdict != "agrees" || !strings.Contains(it.Reason, "Announced: Axelle Lemaire; held: Jean-Vincent Placé") || len(it.Statements) != 3 {
			t.Errorf("%s %q", it.Verdict, it.Reason)
		}
		if it := item(t, l, 18, "ceremony_presenter"); it.Verdict != "cannot-tell" {
			t.Errorf("edition 18: %s %q", it.Verdict, it.Reason)
		}
	})

	t.Run("who left is not known", func(t *testing.T) {
		v, err := l.Transitions(t.Context(), 17, 18, "", l.Size())
		if err != nil {
			t.Fatal(err)
		}
		if v.Entered != nil || v.Left != nil || v.RecordedFrom != 3 || v.RecordedTo != 23 || !strings.Contains(v.Reason, "3 names recorded in edition 17, 23 in edition 18") {
			t.Errorf("%+v", v)
		}
	})

	t.Run("Sèvres", func(t *testing.T) {
		v, err := l.Collectivity(t.Context(), "fr-commune-92072", l.Size())
		if err != nil {
			t.Fatal(err)
		}
		if v.Current != nil || v.LastKnown == nil || v.LastKnown.Edition != 17 || *v.LastKnown.Level != 5 || v.LastKnown.Sources != 1 || v.LastKnown.Status != "reported" {
			t.Errorf("current %+v, last known %+v", v.Current, v.LastKnown)
		}
		if v.Reasoned == nil || v.Reasoned.Edition != 22 {
			t.Errorf("what reasoning adds: %+v", v.Reasoned)
		}
	})

	t.Run("Bassens", func(t *testing.T) {
		found := l.Find(t.Context(), "Bassens", l.Size())
		if len(found) != 3 || found[0].ID != "unsettled-bassens" {
			t.Errorf("%+v", found)
		}
		v, err := l.Collectivity(t.Context(), "unsettled-bassens", l.Size())
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Candidates) != 2 || v.SettledAs != "" || len(v.Editions) != 1 || v.Editions[0].Mentions[0] != "numerique-educatif" {
			t.Errorf("%+v", v)
		}
		for _, c := range v.Candidates {
			body, err := l.Collectivity(t.Context(), c.ID, l.Size())
			if err != nil || len(body.Editions) != 0 || len(body.PerhapsAlso) != 1 {
				t.Errorf("%s: %+v %v", c.ID, body, err)
			}
		}
	})

	t.Run("Port-Jérôme-sur-Seine", func(t *testing.T) {
		v, err := l.Collectivity(t.Context(), "fr-commune-76476", l.Size())
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Editions) != 0 || v.LastKnown != nil || len(v.Predecessors) != 1 || v.Predecessors[0].Name != "Notre-Dame-de-Gravenchon" ||
			len(v.Predecessors[0].Editions) != 1 || v.Predecessors[0].Editions[0].Year != 2009 || *v.Predecessors[0].Editions[0].Level != 5 {
			t.Errorf("%+v", v)
		}
	})

	t.Run("names however written", func(t *testing.T) {
		for name, id := range map[string]string{
			"Marcq en Baroeul": "fr-commune-59378", "ISSY LES MOULINEAUX": "fr-commune-92040", "La Riviera du Levant": "fr-epci-200041507",
			"Bromont (Québec)": "ca-bromont", "76276": "fr-commune-76276", "200070530": "fr-epci-200070530", "fr-commune-98817": "fr-commune-98817", "CU du Grand Nancy": "fr-epci-245400676",
		} {
			found := l.Find(t.Context(), name, l.Size())
			if len(found) != 1 || found[0].ID != id {
				t.Errorf("%s: %+v, want %s", name, found, id)
			}
		}
	})

	t.Run("a code that two bodies had", func(t *testing.T) {
		found := l.Find(t.Context(), "76476", l.Size())
		if len(found) != 2 || found[0].ID != "fr-commune-76476-2015" || found[1].ID != "fr-commune-76476" {
			t.Errorf("%+v", found)
		}
	})

	t.Run("the shape of the interface", func(t *testing.T) {
		v, err := l.Collectivity(t.Context(), "fr-commune-73008", l.Size())
		if err != nil {
			t.Fatal(err)
		}
		e := v.Editions[len(v.Editions)-1]
		if v.Name != "Aix-les-Bains" || v.Current != nil || v.LastKnown.Edition != 18 || *v.LastKnown.Level != 5 ||
			e.Edition != 18 || e.Status != "reported" || e.Distinction != "level" || !slices.Equal(e.Mentions, []string{"teletravail"}) {
			t.Errorf("%+v", v)
		}
	})
}

// No reason, in either language, shows a slip of formatting.
func TestReasonsAreWords(t *testing.T) {
	l := newLedger(t)
	importHistory(t, l)
	check := func(where, text string) {
		if strings.Contains(text, "%!") || strings.Contains(text, "  ") {
			t.Errorf("%s: %q", where, text)
		}
	}
	v, err := l.Reconciliation(t.Context(), 0, l.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range v.Items {
		where := fmt.Sprint(it.Edition, " ", it.Metric)
		check(where, it.Reason)
		check(where, it.ReasonFR)
		if it.Reason == "" || it.ReasonFR == "" {
			t.Errorf("%s: a verdict without a reason", where)
		}
	}
	for _, by := range append([]string{""}, trends.Dimensions...) {
		tv, err := l.Trends(t.Context(), trends.Query{By: by}, l.Size())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range tv.Points {
			where := fmt.Sprint(p.Edition, " ", p.Metric, " ", p.Group)
			check(where, p.Reason)
			check(where, p.ReasonFR)
			if (p.Published.Value == nil || p.Coverage == nil) && p.Reason == "" {
				t.Errorf("%s: a null without its reason", where)
			}
		}
	}
}
