package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/projections/trends"
)

// said is what the ledger says of one thing: the verdict, every figure or statement in short, and a part of the reason.
type said struct {
	edition       int
	metric, scope string
	verdict       string
	figures       []string // or statements
	reason        string   // a part of it
	hypotheses    int
}

// The known contradictions of history/README.md, by their numbers: what the ledger says of each. A contradiction that no
// item of the reconciliation can express says why, and what the ledger shows of it instead.
var contradictions = []struct {
	number int
	says   []said
	// beyond says why the reconciliation has no verdict on the contradiction itself.
	beyond string
	shows  func(t *testing.T, l *ledger.Ledger)
}{
	{number: 1, says: []said{{18, "collectivities_with_mention", "", "contradicts", []string{
		"16 collectivities exact villes-internet-2017-palmares", "17 collectivities derived villes-internet-2017-palmares", "17 collectivities exact lemonde-2017-02-02",
	}, "No source explains the difference.", 0}}},
	{number: 2, says: []said{{17, "level4to5", "", "contradicts", []string{
		"55 communes derived localtis-2016-labels", "55 communes derived sodigital-2016", "56 collectivities exact villes-internet-2017-palmares",
	}, "No source explains the difference.", 1}}},
	{number: 3, says: []said{{17, "participants", "", "cannot-tell", []string{
		"163 collectivities exact localtis-2016-labels labelled", "163 collectivities exact sodigital-2016 labelled", "260 communes exact villes-internet-2016-interview",
	}, "The units differ", 0}}},
	{number: 4, says: []said{{17, "ceremony_presenter", "", "agrees", []string{
		"Axelle Lemaire announced villes-internet-2016-interview", "Jean-Vincent Placé stated localtis-2016-labels", "Jean-Vincent Placé stated sodigital-2016",
	}, "Announced: Axelle Lemaire; held: Jean-Vincent Placé.", 0}}},
	{number: 5, says: []said{{17, "level1", "", "agrees", []string{"40 communes about sodigital-2016", "40 communes exact localtis-2016-labels"}, "the same figure", 0}}},
	{number: 6, says: []said{{18, "ceremony_presenter", "", "cannot-tell", []string{
		"Axelle Lemaire stated dna-2017-02-01", "Axelle Lemaire stated est-republicain-2017-02-02", "Jean-Vincent Placé stated dna-2017-02-01",
		"Jean-Vincent Placé stated est-republicain-2017-02-02", "Jean-Vincent Placé stated villes-internet-2017-palmares",
	}, "Which one is complete is not known.", 0}}},
	{
		number: 7,
		says: []said{
			{18, "labelled", "", "agrees", []string{"331 communes exact dna-2017-02-01", "331 communes exact est-republicain-2017-02-02", "331 communes exact lemonde-2017-02-02"}, "", 1},
			{17, "labelled", "", "agrees", []string{
				"163 collectivities exact localtis-2016-labels", "163 collectivities exact sodigital-2016", "163 communes derived localtis-2016-labels", "163 communes derived sodigital-2016",
			}, "", 0},
			{19, "labelled", "", "cannot-tell", []string{"205 collectivities exact france3-hauts-de-france-2018"}, "A single figure", 0},
			{21, "labelled", "", "cannot-tell", []string{"230 collectivities more_than journal-des-communes-2020"}, "A single figure", 0},
			{21, "communes_concerned", "", "cannot-tell", []string{"486 communes exact villes-internet-2020-communique"}, "A single figure", 0},
		},
		beyond: "figures of different editions are not compared: the number of labelled may change",
		shows: func(t *testing.T, l *ledger.Ledger) {
			if p := seriesPoint(t, l, 18, "level4to5"); !strings.Contains(p.Reason, "163 collectivities") || !strings.Contains(p.Reason, "331 communes") {
				t.Errorf("why there is no percentage: %q", p.Reason)
			}
			if p := seriesPoint(t, l, 18, "labelled"); p.Coverage != nil || !strings.Contains(p.Reason, "The source counts communes, the ledger collectivities") {
				t.Errorf("coverage %v, %q", p.Coverage, p.Reason)
			}
		},
	},
	{number: 8, says: []said{
		{16, "labelled", "", "contradicts", []string{"190 collectivities derived localtis-2015", "241 collectivities exact localtis-2015"}, "No source explains the difference.", 0},
		{16, "participants", "", "agrees", []string{"241 collectivities exact localtis-2015 labelled", "241 collectivities exact presselib-2015"}, "Every participant", 0},
	}},
	{number: 9, says: []said{{15, "ceremony_date", "", "contradicts", []string{"2014-02-19 stated gazette-france-2014", "2014-02-21 stated vl-media-2014"}, "2014-02-19 according to gazette-france-2014", 0}}},
	{number: 10, says: []said{{8, "level5", "", "cannot-tell", []string{"10  about localtis-2006", "10 communes exact gazette-communes-2006", "9 villes exact localtis-2009"}, "The units differ", 1}}},
	{
		number: 11, beyond: "a figure of a range of years (2000-2005) belongs to no edition",
		shows: func(t *testing.T, l *ledger.Ledger) {
			if p := seriesPoint(t, l, 7, "level5"); *p.Recorded.Value != 4 || p.Published.Value != nil {
				t.Errorf("edition 7, five arobases: %+v", p)
			}
			v, err := l.Palmares(t.Context(), 7, l.Size())
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, line := range v.Lines {
				names = append(names, fmt.Sprint(line.Name, " ", *line.Level, " ", line.Status))
			}
			if diff := cmp.Diff([]string{"Bromont 5 corroborated", "Le Havre 5 corroborated", "Parthenay 5 corroborated", "Vandœuvre-lès-Nancy 5 corroborated"}, names); diff != "" {
				t.Error(diff)
			}
		},
	},
	{
		number: 12,
		says: []said{
			{8, "participants", "", "agrees", []string{"223  exact localtis-2006", "223 collectivities exact gazette-communes-2006"}, "", 0},
			{8, "labelled", "population:under-3000", "cannot-tell", []string{"29 collectivities exact gazette-communes-2006"}, "A single figure", 0},
			{8, "labelled", "population:3000-20000", "cannot-tell", []string{"107 collectivities exact gazette-communes-2006"}, "A single figure", 0},
			{8, "labelled", "population:21000-100000", "cannot-tell", []string{"72 collectivities exact gazette-communes-2006"}, "A single figure", 0},
			{8, "labelled", "population:over-100000", "cannot-tell", []string{"14 collectivities exact gazette-communes-2006"}, "A single figure", 0},
		},
		beyond: "parts of an edition are never added up: nothing says that the bands are the whole, and no band holds 20,000 to 21,000",
	},
	{
		number: 13,
		says: []said{
			{11, "ceremony_date", "", "cannot-tell", []string{"2009-12-15 stated localtis-2009"}, "A single source", 0},
			{11, "level5", "", "agrees", []string{"16  exact weka-2011", "16 villes exact localtis-2009"}, "", 0},
			{11, "percent_villages", "", "cannot-tell", []string{"16 percent exact weka-2011"}, "A single figure", 0},
		},
		beyond: "editions are keyed by their ordinal: what weka-2011 calls 2010 is recorded under edition 11, the year as stated beside it",
	},
	{number: 14, says: []said{{19, "ceremony_edition_number", "", "contradicts", []string{"17 stated weka-2017-05-03"}, "it is number 19", 0}}},
	{number: 15, says: []said{
		{20, "ceremony_place", "", "cannot-tell", []string{"La Défense (92) stated yvelines-infos-2019", "Paris stated tendance-ouest-2019"}, "Which one is complete is not known.", 0},
		{20, "ceremony_date", "", "agrees", []string{"2019-01-29 stated gazette-sqy-2019-02-07", "2019-01-29 stated tendance-ouest-2019", "2019-01-29/2019-01-30 stated yvelines-infos-2019"}, "", 0},
	}},
	{
		number: 16,
		says:   []said{{20, "labelled", "region:Normandie", "cannot-tell", []string{"7 collectivities exact tendance-ouest-2019"}, "A single figure", 0}},
		beyond: "the breakdown by département is not in the collected data, and the ledger counts by the regions of today",
		shows: func(t *testing.T, l *ledger.Ledger) {
			v, err := l.Palmares(t.Context(), 20, l.Size())
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, line := range v.Lines {
				if line.Region != nil && line.Region.Name == "Normandie" {
					n++
				}
			}
			if n != 7 {
				t.Errorf("%d of Normandy are recorded, as the list of the source has seven", n)
			}
		},
	},
	{number: 17, says: []said{{22, "action_sheets", "", "contradicts", []string{
		"12040 sheets exact editial-2020-12-02", "12040 sheets exact la-depeche-2020-12-08", "12040 sheets exact localtis-2021", "19000 sheets exact villes-internet-2021-communique",
	}, "No source explains the difference.", 1}}},
	{number: 18, says: []said{{22, "ceremony_date", "", "cannot-tell", []string{
		"2020-02-04 announced villes-internet-2021-communique", "2021-02-04 announced la-depeche-2020-12-08", "2021-02-04 announced villes-internet-2021-communique", "2021-02-04 stated localtis-2021",
	}, "Announced: 2020-02-04; held: 2021-02-04.", 0}}},
	{
		number: 19,
		says: []said{
			{21, "population_covered", "", "cannot-tell", []string{"2.6e+07 inhabitants about villes-internet-2020-communique"}, "A single figure", 0},
			{22, "population_covered", "", "agrees", []string{"4e+06 inhabitants more_than editial-2020-12-02", "4e+06 inhabitants more_than la-depeche-2020-12-08"}, "", 1},
		},
		beyond: "figures of different editions are not compared; the hypothesis stands with edition 22",
	},
	{
		number: 20, beyond: "what a mention is called is not a figure; a renamed mention has another id, and the link between the two is nowhere stated",
		shows: func(t *testing.T, l *ledger.Ledger) {
			rule(t, l, 22, "mention-announced", "Numérique responsable et durable")
			v, err := l.Palmares(t.Context(), 22, l.Size())
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, line := range v.Lines {
				if slices.Contains(line.Mentions, "transition-ecologique") {
					n++
				}
			}
			if n != 5 {
				t.Errorf("%d with the mention transition-ecologique", n)
			}
			if it := scopedItem(t, l, 23, "mention_awards", "mention:transition-ecologique"); it.Verdict != "cannot-tell" || !strings.Contains(it.Figures[0].Note, "arobase verte") {
				t.Errorf("the next year: %+v", it)
			}
		},
	},
	{
		number: 21, beyond: "rules are texts, not figures; they are shown with the edition that they are of, not compared",
		shows: func(t *testing.T, l *ledger.Ledger) {
			rule(t, l, 17, "grid", "131 services")
			rule(t, l, 23, "grid", "139 services")
			rule(t, l, 0, "grid", "139 services")
			rule(t, l, 0, "issues", "Fifteen of the sixteen issues are named")
		},
	},
	{
		number: 22,
		says: []said{
			{15, "collectivities_ever", "", "cannot-tell", []string{"945 collectivities exact wikipedia-fr-wikizero"}, "A single figure", 0},
			{15, "labels_ever", "", "cannot-tell", []string{"3178 awards exact wikipedia-fr-wikizero"}, "A single figure", 0},
			{19, "collectivities_ever", "", "cannot-tell", []string{"1200 communes about villes-internet-presentation-2018"}, "A single figure", 0},
			{25, "labels_ever", "", "cannot-tell", []string{"5359 communes exact localtis-2024"}, "A single figure", 1},
		},
		beyond: "figures of different editions, and in different units, are not compared; the hypothesis stands with edition 25",
	},
	{
		number: 23, beyond: "rules are texts, not figures",
		shows: func(t *testing.T, l *ledger.Ledger) {
			rule(t, l, 14, "jury-independence", "not on the jury")
			rule(t, l, 12, "jury", "elected officials")
		},
	},
	{
		number: 24, beyond: "one source only, which does not say of which edition: nothing contradicts",
		shows: func(t *testing.T, l *ledger.Ledger) {
			v, err := l.Collectivity(t.Context(), "fr-commune-38140", l.Size())
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Editions) != 0 || v.Current != nil || v.LastKnown != nil || len(v.Undated) != 1 || *v.Undated[0].Level != 4 || v.Undated[0].Facts[0].YearAsStated != "2018|2024" {
				t.Errorf("Crolles: %+v", v)
			}
		},
	},
	{
		number: 25,
		says: []said{
			{25, "smallest_population", "", "cannot-tell", []string{"41 inhabitants exact localtis-2024"}, "A single figure", 0},
			{27, "smallest_population", "", "cannot-tell", []string{"45 inhabitants exact topoutremer-2026-01-30"}, "A single figure", 0},
		},
		beyond: "figures of different editions are not compared: a population has a date",
	},
	{
		number: 26, beyond: "rules are texts, not figures",
		shows: func(t *testing.T, l *ledger.Ledger) {
			rule(t, l, 17, "label-since", "since 1999")
			rule(t, l, 18, "label-since", "since 2000")
			rule(t, l, 15, "label-since", "created in 2000")
		},
	},
	{
		number: 27, beyond: "rules are texts, not figures",
		shows: func(t *testing.T, l *ledger.Ledger) {
			rule(t, l, 0, "rename", "since 2014")
			rule(t, l, 16, "rename", "in 2015")
		},
	},
	{number: 28, says: []said{
		{17, "members", "", "cannot-tell", []string{"1734 collectivities exact localtis-2016-labels", "450  more_than villes-internet-2016-interview"}, "The units differ", 1},
		{17, "platform_collectivities", "", "cannot-tell", []string{"1700 collectivities more_than villes-internet-2016-interview", "1730  exact cites-en-reseaux-2016"}, "The units differ", 0},
	}},
}

// What the ledger says of each of the contradictions that history/README.md knows.
func TestKnownContradictions(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "history", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(readme), "## Known contradictions")
	var known, tested []string
	for _, m := range regexp.MustCompile(`(?m)^([0-9]+)\. `).FindAllStringSubmatch(list, -1) {
		known = append(known, m[1])
	}
	for _, c := range contradictions {
		tested = append(tested, strconv.Itoa(c.number))
		if len(c.says) == 0 && (c.beyond == "" || c.shows == nil) {
			t.Errorf("contradiction %d: nothing is asserted", c.number)
		}
	}
	if diff := cmp.Diff(known, tested); diff != "" {
		t.Fatalf("the contradictions of history/README.md and those of this test: %s", diff)
	}

	l := newLedger(t)
	importHistory(t, l)
	for _, c := range contradictions {
		t.Run(strconv.Itoa(c.number), func(t *testing.T) {
			if c.beyond != "" {
				t.Log("no verdict on the contradiction itself: ", c.beyond)
			}
			for _, want := range c.says {
				it := scopedItem(t, l, want.edition, want.metric, want.scope)
				got := said{want.edition, want.metric, want.scope, it.Verdict, short(it), want.reason, len(it.Hypotheses)}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(said{})); diff != "" {
					t.Errorf("edition %d, %s %s: %s", want.edition, want.metric, want.scope, diff)
				}
				if !strings.Contains(it.Reason, want.reason) {
					t.Errorf("edition %d, %s %s: reason %q, want %q", want.edition, want.metric, want.scope, it.Reason, want.reason)
				}
				for _, h := range it.Hypotheses {
					if h.Kind != "hypothesis" || h.Text == "" || h.TextFR == "" {
						t.Errorf("a hypothesis that is not shown as one: %+v", h)
					}
				}
			}
			if c.shows != nil {
				c.shows(t, l)
			}
		})
	}
}

// short writes the figures or the statements of an item.
func short(it ledger.ItemView) []string {
	var out []string
	for _, f := range it.Figures {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%v %s %s %s %s", f.Value, f.Unit, f.Precision, f.Source, f.Metric)))
	}
	for _, s := range it.Statements {
		out = append(out, fmt.Sprintf("%s %s %s", s.Value, s.Precision, s.Source))
	}
	slices.Sort(out)
	return out
}

func scopedItem(t *testing.T, l *ledger.Ledger, edition int, metric, scope string) ledger.ItemView {
	t.Helper()
	v, err := l.Reconciliation(t.Context(), edition, l.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range v.Items {
		if it.Metric == metric && it.Scope == scope {
			return it
		}
	}
	t.Fatalf("edition %d has no item %s %q", edition, metric, scope)
	return ledger.ItemView{}
}

func seriesPoint(t *testing.T, l *ledger.Ledger, edition int, metric string) ledger.PointView {
	t.Helper()
	v, err := l.Trends(t.Context(), trends.Query{To: domain.Edition(edition)}, l.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Points {
		if p.Edition == edition && p.Metric == metric {
			return p
		}
	}
	t.Fatalf("edition %d has no point %s", edition, metric)
	return ledger.PointView{}
}

// rule holds that a source tells a rule; edition 0 where the source ties it to none.
func rule(t *testing.T, l *ledger.Ledger, edition int, topic, part string) {
	t.Helper()
	if !slices.ContainsFunc(l.Rules(t.Context(), l.Size()), func(r ledger.RuleView) bool {
		return r.Edition == edition && r.Topic == topic && strings.Contains(r.Statement, part)
	}) {
		t.Errorf("edition %d, %s: no source says %q", edition, topic, part)
	}
}
