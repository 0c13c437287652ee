package trends_test

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
	"arobase/projections/trends"
)

const (
	exact    = domain.Exact
	about    = domain.About
	moreThan = domain.MoreThan
	derived  = domain.DerivedFigure
)

// opening enters works by the day on which they appeared. Edition 17 was held on 2016-02-18.
func opening(steps ...Step) []Step {
	return append([]Step{
		Source("announced", "A", "2016-01-15"), Source("long-before", "B", "2015"), Source("same-day", "C", "2016-02-18"), Source("day-after", "D", "2016-02-19"),
		Source("year-later", "E", "2017-02-01"), Source("in-2016", "F", "2016"), Source("in-march", "G", "2016-03"), Source("undated", "H", ""),
		Source("also-in-2016", "I", "2016"), Source("in-february", "J", "2016-02"),
		Day(17, "2016-02-18", "", "stated", "same-day"),
	}, steps...)
}

func world(steps ...Step) trends.World {
	w := trends.World{Labels: labels.New(), Figures: figures.New(), Size: labels.Now}
	Fold(Tell(opening(steps...)...), w.Labels, w.Figures)
	return w
}

// line writes a figure: value, unit, precision unless exact, sources.
func line(f trends.Figure) string {
	s := fmt.Sprint(f.Value)
	if f.Unit != "" {
		s += " " + f.Unit
	}
	if f.Precision != exact {
		s += " " + string(f.Precision)
	}
	if f.SameAs != "" {
		s += " = " + f.SameAs
	}
	for _, source := range f.Sources {
		s += " @" + string(source)
	}
	return s
}

func lines(all []trends.Figure) []string {
	var out []string
	for _, f := range all {
		out = append(out, line(f))
	}
	return out
}

// levelsOf gives the five levels by one source in one unit: 40+37+31+25+30 make 163.
func levelsOf(source domain.SourceID, unit string) Step {
	all := []Step{
		Figure(17, "level1", "40", unit, exact, source), Figure(17, "level2", "37", unit, exact, source), Figure(17, "level3", "31", unit, exact, source),
		Figure(17, "level4", "25", unit, exact, source), Figure(17, "level5", "30", unit, exact, source),
	}
	return Together(all...)
}

func TestPublished(t *testing.T) {
	const none = "no figure"
	fig := func(value, unit string, precision domain.Precision, source domain.SourceID) Step {
		return Figure(17, "level4to5", value, unit, precision, source)
	}
	for _, test := range []struct {
		name   string
		given  []Step
		metric string // level4to5 where empty
		want   string
		others []string
		reason string // a part of it
	}{
		{name: "nobody gives one", want: none, reason: "No source found."},
		{name: "one source", given: []Step{fig("56", "collectivities", exact, "day-after")}, want: "56 collectivities @day-after"},
		{name: "of another edition, metric or scope", given: []Step{
			Figure(18, "level4to5", "69", "collectivities", exact, "day-after"), Figure(17, "level5", "30", "communes", exact, "day-after"),
			Scoped(17, "level4to5", "region:Bretagne", "3", "communes", exact, "day-after"),
		}, want: none, reason: "No source found."},
		{name: "a fraction", given: []Step{fig("3.6", "percent", exact, "day-after")}, want: "3.6 percent @day-after"},
		{name: "taken back", given: []Step{As("slip", fig("65", "collectivities", exact, "same-day")), fig("56", "collectivities", exact, "day-after"), Retract("slip")}, want: "56 collectivities @day-after"},

		// Nearest after the ceremony.
		{name: "the nearest after the ceremony", given: []Step{fig("57", "collectivities", exact, "year-later"), fig("56", "collectivities", exact, "day-after")},
			want: "56 collectivities @day-after", others: []string{"57 collectivities @year-later"}},
		{name: "the day itself is after", given: []Step{fig("57", "collectivities", exact, "day-after"), fig("56", "collectivities", exact, "same-day")},
			want: "56 collectivities @same-day", others: []string{"57 collectivities @day-after"}},
		{name: "after, however late, over before", given: []Step{fig("57", "collectivities", exact, "announced"), fig("56", "collectivities", exact, "year-later")},
			want: "56 collectivities @year-later", others: []string{"57 collectivities @announced"}},
		{name: "before: the later is nearer", given: []Step{fig("57", "collectivities", exact, "long-before"), fig("56", "collectivities", exact, "announced")},
			want: "56 collectivities @announced", others: []string{"57 collectivities @long-before"}},
		{name: "before, over nobody knows when", given: []Step{fig("57", "collectivities", exact, "undated"), fig("56", "collectivities", exact, "long-before")},
			want: "56 collectivities @long-before", others: []string{"57 collectivities @undated"}},
		{name: "only the year is known: as on the day of the ceremony", given: []Step{fig("57", "collectivities", exact, "day-after"), fig("56", "collectivities", exact, "in-2016")},
			want: "56 collectivities @in-2016", others: []string{"57 collectivities @day-after"}},
		{name: "only the month of the ceremony is known: as on its day", given: []Step{fig("57", "collectivities", exact, "day-after"), fig("56", "collectivities", exact, "in-february")},
			want: "56 collectivities @in-february", others: []string{"57 collectivities @day-after"}},
		{name: "a later month", given: []Step{fig("57", "collectivities", exact, "in-march"), fig("56", "collectivities", exact, "day-after")},
			want: "56 collectivities @day-after", others: []string{"57 collectivities @in-march"}},
		{name: "the day of the ceremony is not known: any day of its year is after", given: []Step{
			Figure(18, "level4to5", "70", "collectivities", exact, "in-march"), Figure(18, "level4to5", "69", "collectivities", exact, "year-later"),
		}, metric: "level4to5@18", want: "69 collectivities @year-later", others: []string{"70 collectivities @in-march"}},
		{name: "the day of the ceremony is not known: of two days of its year the earlier is nearer", given: []Step{
			Source("in-april", "K", "2017-04-01"), Figure(18, "level4to5", "70", "collectivities", exact, "in-april"), Figure(18, "level4to5", "69", "collectivities", exact, "year-later"),
		}, metric: "level4to5@18", want: "69 collectivities @year-later", others: []string{"70 collectivities @in-april"}},
		{name: "all who say the same, the nearest first", given: []Step{fig("56", "collectivities", exact, "year-later"), fig("57", "collectivities", exact, "in-march"), fig("56", "collectivities", exact, "day-after")},
			want: "56 collectivities @day-after @year-later", others: []string{"57 collectivities @in-march"}},
		{name: "as precise is part of the same", given: []Step{fig("56", "collectivities", about, "day-after"), fig("56", "collectivities", exact, "in-march")},
			want: "56 collectivities about @day-after", others: []string{"56 collectivities @in-march"}},

		// Equally near.
		{name: "equally near, exact over about", given: []Step{fig("40", "communes", about, "in-2016"), fig("41", "communes", exact, "also-in-2016")},
			want: "41 communes @also-in-2016", others: []string{"40 communes about @in-2016"}},
		{name: "equally near, exact over a minimum", given: []Step{fig("40", "communes", moreThan, "in-2016"), fig("41", "communes", exact, "also-in-2016")},
			want: "41 communes @also-in-2016", others: []string{"40 communes more_than @in-2016"}},
		{name: "equally near, exact over about that names no unit", given: []Step{fig("10", "", about, "in-2016"), fig("10", "communes", exact, "also-in-2016")},
			want: "10 communes @also-in-2016", others: []string{"10 about @in-2016"}},
		{name: "equally near, exact does not decide between units", given: []Step{fig("40", "collectivities", about, "in-2016"), fig("41", "communes", exact, "also-in-2016")},
			want: none, others: []string{"40 collectivities about @in-2016", "41 communes @also-in-2016"}, reason: "count in different units"},
		{name: "equally near, two units", given: []Step{fig("271", "villes", exact, "in-2016"), fig("271", "collectivities", exact, "also-in-2016")},
			want: none, others: []string{"271 villes @in-2016", "271 collectivities @also-in-2016"}, reason: "count in different units"},
		{name: "equally near, two numbers", given: []Step{fig("16", "collectivities", exact, "in-2016"), fig("17", "collectivities", exact, "also-in-2016")},
			want: none, others: []string{"16 collectivities @in-2016", "17 collectivities @also-in-2016"}, reason: "give different figures"},
		{name: "two numbers of one source", given: []Step{fig("16", "collectivities", exact, "day-after"), fig("17", "collectivities", exact, "day-after")},
			want: none, others: []string{"16 collectivities @day-after", "17 collectivities @day-after"}, reason: "give different figures"},
		{name: "a tie, and a third further off that does not decide", given: []Step{fig("1", "villes", exact, "in-2016"), fig("2", "villes", exact, "also-in-2016"), fig("3", "villes", exact, "year-later")},
			want: none, others: []string{"1 villes @in-2016", "2 villes @also-in-2016", "3 villes @year-later"}, reason: "give different figures"},

		// Derived.
		{name: "stated over derived, however late", given: []Step{fig("57", "collectivities", derived, "same-day"), fig("56", "collectivities", exact, "year-later")},
			want: "56 collectivities @year-later", others: []string{"57 collectivities derived @same-day"}},
		{name: "added, one unit", given: []Step{Figure(17, "level4", "25", "communes", exact, "in-2016"), Figure(17, "level5", "30", "communes", about, "in-2016")},
			want: "55 communes derived @in-2016"},
		{name: "added, by two sources alike", given: []Step{
			Figure(17, "level4", "25", "communes", exact, "in-2016"), Figure(17, "level5", "30", "communes", exact, "in-2016"),
			Figure(17, "level4", "25", "communes", exact, "also-in-2016"), Figure(17, "level5", "30", "communes", exact, "also-in-2016"),
		}, want: "55 communes derived @in-2016 @also-in-2016"},
		{name: "added, but stated too", given: []Step{levelsOf("in-2016", "communes"), fig("56", "collectivities", exact, "year-later")},
			want: "56 collectivities @year-later", others: []string{"55 communes derived @in-2016"}},
		{name: "not added: levels of two sources", given: []Step{Figure(17, "level4", "25", "communes", exact, "in-2016"), Figure(17, "level5", "30", "communes", exact, "also-in-2016")},
			want: none, reason: "No source found."},
		{name: "not added: two units", given: []Step{Figure(17, "level4", "25", "communes", exact, "in-2016"), Figure(17, "level5", "30", "villes", exact, "in-2016")},
			want: none, reason: "in-2016 gives each level, but not all in one stated unit"},
		{name: "not added: no unit", given: []Step{Figure(17, "level4", "25", "", exact, "in-2016"), Figure(17, "level5", "30", "", exact, "in-2016")},
			want: none, reason: "not all in one stated unit"},
		{name: "not added: one unit is missing", given: []Step{Figure(17, "level4", "25", "", exact, "in-2016"), Figure(17, "level5", "30", "communes", exact, "in-2016")},
			want: none, reason: "not all in one stated unit"},
		{name: "not added: a minimum", given: []Step{Figure(17, "level4", "25", "communes", moreThan, "in-2016"), Figure(17, "level5", "30", "communes", exact, "in-2016")},
			want: none, reason: "one of them as a minimum"},
		{name: "not added: one given twice", given: []Step{Figure(17, "level4", "25", "communes", exact, "in-2016"), Figure(17, "level5", "30", "communes", exact, "in-2016"), Figure(17, "level5", "31", "communes", exact, "in-2016")},
			want: none, reason: "No source found."},
		{name: "not added: one was counted, not stated", given: []Step{Figure(17, "level4", "25", "communes", derived, "in-2016"), Figure(17, "level5", "30", "communes", exact, "in-2016")},
			want: none, reason: "No source found."},
		{name: "not added: levels of regions", given: []Step{
			Scoped(17, "level4", "region:Bretagne", "2", "communes", exact, "in-2016"), Scoped(17, "level5", "region:Bretagne", "3", "communes", exact, "in-2016"),
		}, want: none, reason: "No source found."},

		// The bridge between two words.
		{name: "the levels add up to the total: its word is meant", given: []Step{levelsOf("in-2016", "communes"), Figure(17, "labelled", "163", "collectivities", exact, "in-2016")},
			want: "55 communes derived = collectivities @in-2016"},
		{name: "the levels do not add up to the total", given: []Step{levelsOf("in-2016", "communes"), Figure(17, "labelled", "164", "collectivities", exact, "in-2016")},
			want: "55 communes derived @in-2016"},
		{name: "the total of another source is no bridge", given: []Step{levelsOf("in-2016", "communes"), Figure(17, "labelled", "163", "collectivities", exact, "also-in-2016")},
			want: "55 communes derived @in-2016"},
		{name: "a minimum is no total", given: []Step{levelsOf("in-2016", "communes"), Figure(17, "labelled", "163", "collectivities", moreThan, "in-2016")},
			want: "55 communes derived @in-2016"},
		{name: "the total in the same word needs no bridge", given: []Step{levelsOf("in-2016", "communes"), Figure(17, "labelled", "163", "communes", exact, "in-2016")},
			want: "55 communes derived @in-2016"},
		{name: "the same sum with and without a bridge is no tie", given: []Step{
			levelsOf("in-2016", "communes"), Figure(17, "labelled", "163", "collectivities", exact, "in-2016"),
			Figure(17, "level4", "25", "communes", exact, "also-in-2016"), Figure(17, "level5", "30", "communes", exact, "also-in-2016"),
		}, want: "55 communes derived = collectivities @in-2016", others: []string{"55 communes derived @also-in-2016"}},
		{name: "the whole is added too", given: []Step{levelsOf("in-2016", "communes")}, metric: "labelled", want: "163 communes derived @in-2016"},
		{name: "other metrics are not added", given: []Step{levelsOf("in-2016", "communes")}, metric: "participants", want: none, reason: "No source found."},
	} {
		t.Run(test.name, func(t *testing.T) {
			edition, metric := domain.Edition(17), "level4to5"
			if test.metric != "" {
				metric, _, _ = strings.Cut(test.metric, "@")
				if strings.HasSuffix(test.metric, "@18") {
					edition = 18
				}
			}
			w := world(test.given...)
			p := w.Published(edition, metric, "")
			got := none
			if p.Figure != nil {
				got = line(*p.Figure)
			}
			if got != test.want {
				t.Errorf("published %q, want %q", got, test.want)
			}
			if diff := cmp.Diff(test.others, lines(p.Alternatives), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("alternatives: %s", diff)
			}
			if (p.Figure == nil) != (p.Reason.EN != "") || !strings.Contains(p.Reason.EN, test.reason) {
				t.Errorf("reason %q, want %q", p.Reason.EN, test.reason)
			}
			// Nothing is lost: what is stated is chosen or an alternative.
			n := len(p.Alternatives)
			if p.Figure != nil {
				n++
			}
			if stated := w.Stated(edition, metric, ""); len(stated) != n {
				t.Errorf("%d figures stated, %d answered", len(stated), n)
			}
		})
	}
}

// A sum names the facts that were added.
func TestSumNamesItsParts(t *testing.T) {
	w := world(As("four", Figure(17, "level4", "25", "communes", exact, "in-2016")), Figure(17, "level5", "30", "communes", exact, "in-2016"))
	f := w.Published(17, "level4to5", "").Figure
	if len(f.Events) != 2 || f.Events[0].Event != ID(11) || f.Events[1].Event != ID(12) {
		t.Errorf("%+v", f.Events)
	}
}

// When the day of the ceremony becomes known the choice may change; as of before it does not.
func TestPublishedAsOf(t *testing.T) {
	w := world(
		Figure(18, "labelled", "1", "communes", exact, "in-march"),   // 11
		Figure(18, "labelled", "2", "communes", exact, "year-later"), // 12
		Day(18, "2016-03-01", "", "stated", "announced"),             // 13
	)
	for size, want := range map[uint64]string{12: "1 communes @in-march", 13: "2 communes @year-later", 14: "1 communes @in-march"} {
		w.Size = size
		if got := line(*w.Published(18, "labelled", "").Figure); got != want {
			t.Errorf("as of %d: %q, want %q", size, got, want)
		}
	}
}

func TestTotal(t *testing.T) {
	w := world(levelsOf("in-2016", "communes"), Figure(17, "labelled", "163", "collectivities", exact, "in-2016"),
		levelsOf("day-after", "communes"), Figure(17, "labelled", "164", "communes", exact, "day-after"), Figure(17, "labelled", "163", "communes", exact, "same-day"))
	for source, want := range map[domain.SourceID]bool{"in-2016": true, "day-after": false, "same-day": false} {
		if total, adds := w.Total(17, source); adds != want || adds && total != 163 {
			t.Errorf("%s: %v, %v", source, total, adds)
		}
	}
}
