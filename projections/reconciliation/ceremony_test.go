package reconciliation_test

import (
	"strings"
	"testing"

	"arobase/domain"
	. "arobase/projections/projectiontest"
	"arobase/projections/reconciliation"
)

func TestCeremony(t *testing.T) {
	const (
		agree  = "The sources say the same."
		alone  = "A single source, nothing to compare it with."
		erased = "One of the texts was erased or is not at hand here."
	)
	sources := []domain.SourceID{"alpha", "beta", "gamma"}
	day := func(on, until, precision string, source int) Step {
		return Day(17, on, until, precision, sources[source])
	}
	by := func(text, precision string, source int) Step {
		return Attribute(17, "presenter", text, precision, sources[source])
	}
	for _, test := range []struct {
		name      string
		given     []Step
		attribute string
		verdict   reconciliation.Verdict
		reason    string
		said      string
	}{
		{"a day by one source", []Step{day("2016-02-18", "", "stated", 0)}, "date", "cannot-tell", alone, "2016-02-18"},
		{"the same day", []Step{day("2016-02-18", "", "stated", 0), day("2016-02-18", "", "stated", 1)}, "date", "agrees", agree, "2016-02-18, 2016-02-18"},
		{"two days", []Step{day("2014-02-19", "", "stated", 0), day("2014-02-21", "", "stated", 1)}, "date", "contradicts",
			"2014-02-19 according to alpha, 2014-02-21 according to beta.", "2014-02-19, 2014-02-21"},
		{"one of two days", []Step{day("2019-01-29", "2019-01-30", "stated", 0), day("2019-01-30", "", "stated", 1)}, "date", "agrees", agree, "2019-01-29/2019-01-30, 2019-01-30"},
		{"the first of two days", []Step{day("2019-01-29", "", "stated", 0), day("2019-01-29", "2019-01-30", "stated", 1)}, "date", "agrees", agree, "2019-01-29, 2019-01-29/2019-01-30"},
		{"none of two days", []Step{day("2019-01-29", "2019-01-30", "stated", 0), day("2019-01-31", "", "stated", 1)}, "date", "contradicts",
			"2019-01-29/2019-01-30 according to alpha, 2019-01-31 according to beta.", "2019-01-29/2019-01-30, 2019-01-31"},
		{"one source twice is one source", []Step{day("2016-02-18", "", "stated", 0), day("2016-02-18", "", "stated", 0)}, "date", "cannot-tell", alone, "2016-02-18, 2016-02-18"},
		{"announced, and held that day", []Step{day("2016-02-18", "", "announced", 0), day("2016-02-18", "", "stated", 1)}, "date", "cannot-tell", alone, "2016-02-18, 2016-02-18"},
		{"announced, and held another day", []Step{day("2020-02-04", "", "announced", 0), day("2021-02-04", "", "stated", 1)}, "date", "cannot-tell",
			alone + " Announced: 2020-02-04; held: 2021-02-04. An announcement is not an error.", "2020-02-04, 2021-02-04"},
		{"announced only, twice the same", []Step{day("2016-02-18", "", "announced", 0), day("2016-02-18", "", "announced", 1)}, "date", "agrees", agree, "2016-02-18, 2016-02-18"},
		{"announced only, two days", []Step{day("2016-02-18", "", "announced", 0), day("2016-02-19", "", "announced", 1)}, "date", "contradicts",
			"2016-02-18 according to alpha, 2016-02-19 according to beta.", "2016-02-18, 2016-02-19"},
		{"implied counts as held", []Step{day("2016-02-18", "", "implied", 0), day("2016-02-19", "", "stated", 1)}, "date", "contradicts",
			"2016-02-18 according to alpha, 2016-02-19 according to beta.", "2016-02-18, 2016-02-19"},

		{"numbered as counted", []Step{Numbered(17, 17, "alpha")}, "edition_number", "agrees", "The number is that of the count of editions.", "17"},
		{"numbered otherwise", []Step{Numbered(17, 17, "alpha"), Numbered(17, 16, "beta")}, "edition_number", "contradicts",
			"beta numbers it 16; by the count of editions it is number 17.", "17, 16"},

		{"one person", []Step{by("Placé", "stated", 0)}, "presenter", "cannot-tell", alone, "Placé"},
		{"the same person", []Step{by("Placé", "stated", 0), by("Placé", "stated", 1)}, "presenter", "agrees", agree, "Placé, Placé"},
		{"the same persons, in any order", []Step{by("Placé", "stated", 0), by("Lemaire", "stated", 0), by("Lemaire", "stated", 1), by("Placé", "stated", 1)}, "presenter", "agrees", agree, "Placé, Lemaire, Lemaire, Placé"},
		{"one of two persons: who is complete is not known", []Step{by("Placé", "stated", 0), by("Lemaire", "stated", 1), by("Placé", "stated", 1)}, "presenter", "cannot-tell",
			`The sources do not say the same: "Lemaire + Placé", "Placé". Which one is complete is not known.`, "Placé, Lemaire, Placé"},
		{"two persons: not called a contradiction", []Step{by("Placé", "stated", 0), by("Lemaire", "stated", 1)}, "presenter", "cannot-tell",
			`The sources do not say the same: "Lemaire", "Placé". Which one is complete is not known.`, "Placé, Lemaire"},
		{"announced and held", []Step{by("Lemaire", "announced", 0), by("Placé", "stated", 1), by("Placé", "stated", 2)}, "presenter", "agrees",
			agree + " Announced: Lemaire; held: Placé. An announcement is not an error.", "Lemaire, Placé, Placé"},
		{"announced twice, once as held", []Step{by("Lemaire", "announced", 0), by("Lemaire", "announced", 1), by("Placé", "announced", 0), by("Placé", "stated", 2)}, "presenter", "cannot-tell",
			alone + " Announced: Lemaire; held: Placé. An announcement is not an error.", "Lemaire, Lemaire, Placé, Placé"},

		{"an erased text", []Step{by("Placé", "stated", 0), by("erased", "stated", 1)}, "presenter", "cannot-tell", erased, "Placé, "},
		{"an erased announcement", []Step{by("erased", "announced", 0), by("Placé", "stated", 1)}, "presenter", "cannot-tell", erased, ", Placé"},
		{"what was held is erased", []Step{by("Lemaire", "announced", 0), by("erased", "stated", 1)}, "presenter", "cannot-tell", erased, "Lemaire, "},
		{"taken back", []Step{As("slip", by("Lemaire", "stated", 0)), by("Placé", "stated", 1), by("Placé", "stated", 2), Retract("slip")}, "presenter", "agrees", agree, "Placé, Placé"},
	} {
		t.Run(test.name, func(t *testing.T) {
			it := item(t, world(test.given...), 17, "ceremony_"+test.attribute, "")
			if it.Verdict != test.verdict || it.Reason.EN != test.reason {
				t.Errorf("%s: %q, want %s: %q", it.Verdict, it.Reason.EN, test.verdict, test.reason)
			}
			var said []string
			for _, s := range it.Statements {
				said = append(said, s.Value)
			}
			if got := strings.Join(said, ", "); got != test.said {
				t.Errorf("said %q, want %q", got, test.said)
			}
		})
	}
}

// Without texts nothing that is worded is compared; days and numbers stay in the log.
func TestCeremonyWithoutTexts(t *testing.T) {
	w := world(Attribute(17, "place", "Montrouge", "stated", "alpha"), Day(17, "2016-02-18", "", "stated", "alpha"), Numbered(17, 17, "alpha"))
	w.Disclosed = nil
	for metric, want := range map[string]string{"ceremony_place": "", "ceremony_date": "2016-02-18", "ceremony_edition_number": "17"} {
		if it := item(t, w, 17, metric, ""); it.Statements[0].Value != want {
			t.Errorf("%s: %q", metric, it.Statements[0].Value)
		}
	}
	if it := item(t, w, 17, "ceremony_place", ""); it.Verdict != reconciliation.CannotTell || it.Reason.EN != "One of the texts was erased or is not at hand here." {
		t.Errorf("%s %q", it.Verdict, it.Reason.EN)
	}
}
