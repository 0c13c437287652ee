package figures_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/domain"
	"arobase/projections/figures"
	. "arobase/projections/projectiontest"
)

const now = ^uint64(0)

func fold(steps ...Step) *figures.Figures {
	f := figures.New()
	Fold(Tell(append([]Step{Source("alpha", "A", "2016"), Source("beta", "B", "2016")}, steps...)...), f)
	return f
}

func TestHeldOn(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []Step
		want  string
	}{
		{"nobody says", []Step{Attribute(17, "place", "Montrouge", "stated", "alpha")}, ""},
		{"stated", []Step{Day(17, "2016-02-18", "", "stated", "alpha")}, "2016-02-18"},
		{"two sources: the earliest", []Step{Day(17, "2016-02-21", "", "stated", "alpha"), Day(17, "2016-02-19", "", "stated", "beta")}, "2016-02-19"},
		{"stated over announced, though later", []Step{Day(17, "2016-02-01", "", "announced", "alpha"), Day(17, "2016-02-18", "", "stated", "beta")}, "2016-02-18"},
		{"announced only", []Step{Day(17, "2016-02-19", "", "announced", "alpha"), Day(17, "2016-02-18", "", "implied", "beta")}, "2016-02-18"},
		{"taken back", []Step{As("slip", Day(17, "2015-02-18", "", "stated", "alpha")), Day(17, "2016-02-18", "", "stated", "alpha"), Retract("slip")}, "2016-02-18"},
		{"of another edition", []Step{Day(18, "2017-02-01", "", "stated", "alpha")}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fold(test.given...).HeldOn(17, now); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	if got := fold(Day(20, "2019-01-29", "2019-01-30", "stated", "alpha")).HeldOn(20, now); got != "2019-01-29" {
		t.Errorf("a congress of two days: %q", got)
	}
}

// Every kind of fact can be taken back, by the retraction of its stream, and is still there as of before.
func TestRetraction(t *testing.T) {
	rule := Event("figures-17", &domain.RuleRecorded{Edition: 17, Topic: "grid", Statement: Sealed("131 services"), Source: "alpha"})
	for _, test := range []struct {
		name  string
		fact  Step
		count func(f *figures.Figures, size uint64) int
	}{
		{"figure", Figure(17, "labelled", "163", "collectivities", domain.Exact, "alpha"), func(f *figures.Figures, n uint64) int { return len(f.Of(17, n)) }},
		{"ceremony", Day(17, "2016-02-18", "", "stated", "alpha"), func(f *figures.Figures, n uint64) int { return len(f.Ceremony(17, n)) }},
		{"explanation", Explain(17, "labelled", "", ""), func(f *figures.Figures, n uint64) int { return len(f.Explanations(17, "labelled", "", n)) }},
		{"rule", rule, func(f *figures.Figures, n uint64) int { return len(f.Rules(n)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := fold(As("fact", test.fact), test.fact, Retract("fact"), Retract("fact")) // at 2, 3, 4 and 5
			for size, want := range map[uint64]int{2: 0, 3: 1, 4: 2, 5: 1, 6: 1, now: 1} {
				if got := test.count(f, size); got != want {
					t.Errorf("as of %d: %d, want %d", size, got, want)
				}
			}
		})
	}
}

// A retraction in the stream of a candidacy is not of a figure, even if it names its event.
func TestRetractionOfAnotherStream(t *testing.T) {
	f := fold(Figure(17, "labelled", "163", "", domain.Exact, "alpha"), Event("candidacy-17-fr-commune-73008", &domain.RecordRetracted{Event: ID(2), Cause: "transcription"}))
	if got := len(f.Of(17, now)); got != 1 {
		t.Errorf("%d figures", got)
	}
}

func TestEditions(t *testing.T) {
	f := fold(
		Figure(0, "participants", "162", "", domain.Exact, "alpha"),
		As("figure", Figure(18, "labelled", "331", "communes", domain.Exact, "alpha")), // 3
		Day(13, "2012-02-07", "", "stated", "alpha"),
		Figure(17, "labelled", "163", "", domain.Exact, "alpha"),
		Retract("figure"), // 6
	)
	for size, want := range map[uint64][]domain.Edition{3: nil, 4: {18}, 6: {13, 17, 18}, now: {13, 17}} {
		if diff := cmp.Diff(want, f.Editions(size)); diff != "" {
			t.Errorf("as of %d: %s", size, diff)
		}
	}
}

func TestExplanations(t *testing.T) {
	f := fold(Explain(17, "level4to5", "a-test", ""), Explain(17, "labelled", "", "alpha"), Explain(18, "level4to5", "", ""),
		Event("figures-17", &domain.ExplanationProposed{Edition: 17, Metric: "level4to5", Scope: "region:Bretagne", Kind: "hypothesis"}))
	for _, test := range []struct {
		edition       domain.Edition
		metric, scope string
		want          string
	}{
		{17, "level4to5", "", "[hypothesis a-test]"}, {17, "labelled", "", "[established ]"}, {17, "level4to5", "region:Bretagne", "[hypothesis ]"},
		{18, "level4to5", "", "[hypothesis ]"}, {18, "labelled", "", "[]"},
	} {
		var got []string
		for _, x := range f.Explanations(test.edition, test.metric, test.scope, now) {
			got = append(got, x.Kind+" "+x.Test)
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

func TestDisputes(t *testing.T) {
	f := fold(As("fact", Figure(17, "labelled", "163", "", domain.Exact, "alpha")), As("doubt", Dispute("fact")), Answer("doubt", "rejected"), Answer("doubt", "upheld"))
	outcome := func(size uint64) string {
		var out string
		for _, d := range f.Disputes(ID(2), size) {
			out += "[" + d.Outcome + "]"
		}
		return out
	}
	for size, want := range map[uint64]string{3: "", 4: "[]", 5: "[rejected]", 6: "[rejected]", now: "[rejected]"} {
		if got := outcome(size); got != want {
			t.Errorf("as of %d: %q, want %q", size, got, want)
		}
	}
}
