package labels_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"arobase/domain"
	"arobase/projections/labels"
	. "arobase/projections/projectiontest"
)

const (
	aix     domain.CollectivityID = "fr-commune-73008"
	gironde domain.CollectivityID = "fr-commune-33032"
	savoie  domain.CollectivityID = "fr-commune-73031"
	bassens domain.CollectivityID = "unsettled-bassens"
)

var (
	horsConcours = domain.Award{Distinction: domain.DistinctionHorsConcours}
	unspecified  = domain.Award{Distinction: domain.DistinctionUnspecified}
)

// opening enters two independent sources, alpha and beta, a second work of alpha's publisher, a copy of alpha by the
// publisher of beta, and the bodies: ten events, at the positions 0 to 9.
func opening(steps ...Step) []Step {
	return append([]Step{
		Source("alpha", "A", "2016"), Source("beta", "B", "2016"), Source("gamma", "C", "2016"),
		Source("alpha-2", "A", "2017"), Copy("alpha-copy", "D", "alpha"), Copy("alpha-by-b", "B", "alpha"),
		Commune(aix, "Aix-les-Bains", "73", "84"), Commune(gironde, "Bassens", "33", "75"), Commune(savoie, "Bassens", "73", "84"),
		Contest(bassens, "Bassens", gironde, savoie),
	}, steps...)
}

func fold(steps ...Step) *labels.Labels {
	l := labels.New()
	Fold(Tell(opening(steps...)...), l)
	return l
}

// short writes a label in a line: edition, body, what is concluded, and what goes with it.
func short(v labels.Label) string {
	parts := []string{v.Edition.String(), string(v.Collectivity)}
	add := func(form string, args ...any) { parts = append(parts, fmt.Sprintf(form, args...)) }
	if v.Standing.Status != "" {
		add("%s", v.Standing.Status)
	}
	if v.Standing.Award != nil {
		add("%s", v.Standing.Award)
	}
	if v.Standing.Derived {
		add("derived")
	}
	if v.Reasoned != nil {
		add("reasoned %s", v.Reasoned)
	}
	if v.RecordedAs != "" {
		add("as %s", v.RecordedAs)
	}
	for _, m := range v.Mentions {
		add("%s %s", m.Status, m.ID)
	}
	return strings.Join(parts, ", ")
}

func shorts(all []labels.Label) []string {
	var out []string
	for _, v := range all {
		out = append(out, short(v))
	}
	return out
}

func TestOneEdition(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []Step
		want  []string
	}{
		{"nothing known", nil, nil},
		{"one source", []Step{Labelled(17, aix, 5, "alpha")}, []string{"17, fr-commune-73008, reported, 5 @"}},
		{"in the order of ids", []Step{Labelled(17, savoie, 1, "alpha"), Labelled(17, aix, 2, "alpha"), Labelled(17, gironde, 3, "alpha")},
			[]string{"17, fr-commune-33032, reported, 3 @", "17, fr-commune-73008, reported, 2 @", "17, fr-commune-73031, reported, 1 @"}},
		{"two independent sources", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 5, "beta")}, []string{"17, fr-commune-73008, corroborated, 5 @"}},
		{"a contested label has no level", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 4, "beta")}, []string{"17, fr-commune-73008, contested"}},
		{"two of three agree: nobody wins", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 4, "beta"), Labelled(17, aix, 4, "gamma")},
			[]string{"17, fr-commune-73008, contested"}},
		{"hors concours is beside the levels", []Step{Awarded(17, aix, horsConcours, "alpha"), Labelled(17, aix, 5, "beta")}, []string{"17, fr-commune-73008, contested"}},
		{"an unknown level contradicts nothing", []Step{Awarded(17, aix, unspecified, "alpha"), Labelled(17, aix, 5, "beta")}, []string{"17, fr-commune-73008, reported, 5 @"}},
		{"an unknown level does not corroborate a level", []Step{Labelled(17, aix, 5, "alpha"), Awarded(17, aix, unspecified, "beta")}, []string{"17, fr-commune-73008, reported, 5 @"}},

		{"reasoning only", []Step{Labelled(17, aix, 5, "alpha", Reasoned)}, []string{"17, fr-commune-73008, reported, 5 @, derived"}},
		{"reasoning never corroborates", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 5, "beta", Reasoned)}, []string{"17, fr-commune-73008, reported, 5 @"}},
		{"reasoning contradicts", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 4, "beta", Reasoned)}, []string{"17, fr-commune-73008, contested"}},
		{"reasoning gives a level to a label of unknown level, apart", []Step{Awarded(17, aix, unspecified, "alpha"), Labelled(17, aix, 5, "beta", Reasoned)},
			[]string{"17, fr-commune-73008, reported, unspecified, reasoned 5 @"}},

		{"reasoning that was taken back", []Step{Awarded(17, aix, unspecified, "alpha"), As("slip", Labelled(17, aix, 5, "beta", Reasoned)), Retract("slip")},
			[]string{"17, fr-commune-73008, reported, unspecified"}},

		{"an arbitration settles", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 4, "beta"), Arbitrate(17, aix, 4)}, []string{"17, fr-commune-73008, arbitrated, 4 @"}},
		{"a later fact challenges it", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 4, "beta"), Arbitrate(17, aix, 4), Labelled(17, aix, 3, "gamma")},
			[]string{"17, fr-commune-73008, contested"}},

		{"a fact taken back", []Step{As("wrong", Labelled(17, aix, 5, "alpha")), Labelled(17, aix, 4, "beta"), Retract("wrong")}, []string{"17, fr-commune-73008, reported, 4 @"}},
		{"every fact taken back: not there", []Step{As("wrong", Labelled(17, aix, 5, "alpha")), Retract("wrong")}, nil},
		{"a retraction in another stream changes nothing", []Step{Labelled(17, aix, 5, "alpha"), As("other", Labelled(18, aix, 5, "alpha")), Retract("other")},
			[]string{"17, fr-commune-73008, reported, 5 @"}},

		{"a mention without a label", []Step{Mentioned(17, aix, "teletravail", "alpha")}, []string{"17, fr-commune-73008, reported teletravail"}},
		{"mentions in the order of ids, each with its status", []Step{
			Mentioned(17, aix, "teletravail", "alpha"), Mentioned(17, aix, "accessibilite", "alpha"), Mentioned(17, aix, "accessibilite", "beta"),
			Mentioned(17, aix, "teletravail", "beta", Reasoned), Labelled(17, aix, 5, "alpha"),
		}, []string{"17, fr-commune-73008, reported, 5 @, corroborated accessibilite, reported teletravail"}},
		{"a mention taken back", []Step{As("wrong", Mentioned(17, aix, "teletravail", "alpha")), Labelled(17, aix, 5, "alpha"), Retract("wrong")},
			[]string{"17, fr-commune-73008, reported, 5 @"}},
		{"a mention that one of two sources took back", []Step{As("wrong", Mentioned(17, aix, "teletravail", "alpha")), Mentioned(17, aix, "teletravail", "beta"), Retract("wrong")},
			[]string{"17, fr-commune-73008, reported teletravail"}},

		{"a contested name stands by itself", []Step{Labelled(17, gironde, 5, "alpha"), Labelled(17, bassens, 5, "beta")},
			[]string{"17, fr-commune-33032, reported, 5 @", "17, unsettled-bassens, reported, 5 @"}},
		{"a settled name joins what the body has", []Step{Labelled(17, gironde, 5, "alpha"), Labelled(17, bassens, 5, "beta"), Settle(bassens, gironde)},
			[]string{"17, fr-commune-33032, corroborated, 5 @, as unsettled-bassens"}},
		{"a settled name contradicts what the body has", []Step{Labelled(17, gironde, 5, "alpha"), Labelled(17, bassens, 4, "beta"), Settle(bassens, gironde)},
			[]string{"17, fr-commune-33032, contested, as unsettled-bassens"}},
		{"a settled name where the body has nothing, in its place among the ids", []Step{
			Labelled(17, "fr-commune-99999", 1, "alpha"), Labelled(17, bassens, 4, "beta"), Labelled(17, aix, 2, "alpha"), Settle(bassens, savoie),
		}, []string{"17, fr-commune-73008, reported, 2 @", "17, fr-commune-73031, reported, 4 @, as unsettled-bassens", "17, fr-commune-99999, reported, 1 @"}},
		{"a settled name is settled in every edition", []Step{Settle(bassens, savoie), Labelled(17, bassens, 4, "beta")},
			[]string{"17, fr-commune-73031, reported, 4 @, as unsettled-bassens"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, shorts(fold(test.given...).In(17, labels.Now)), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOneBody(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []Step
		of    domain.CollectivityID
		want  []string
	}{
		{"nothing known", nil, aix, nil},
		{"editions in order, undated last", []Step{Labelled(0, aix, 3, "alpha"), Labelled(18, aix, 5, "alpha"), Labelled(9, aix, 4, "alpha")}, aix,
			[]string{"9, fr-commune-73008, reported, 4 @", "18, fr-commune-73008, reported, 5 @", "undated, fr-commune-73008, reported, 3 @"}},
		{"undated facts do not contest each other", []Step{Labelled(0, aix, 3, "alpha"), Labelled(0, aix, 4, "beta")}, aix, []string{"undated, fr-commune-73008, reported"}},
		{"an undated fact does not contest a dated one", []Step{Labelled(0, aix, 3, "alpha"), Labelled(17, aix, 4, "beta")}, aix,
			[]string{"17, fr-commune-73008, reported, 4 @", "undated, fr-commune-73008, reported, 3 @"}},
		{"a label of which every fact was taken back stays to be seen", []Step{As("wrong", Labelled(17, aix, 5, "alpha")), Retract("wrong")}, aix, []string{"17, fr-commune-73008"}},
		{"a candidate of a contested name has none of its facts", []Step{Labelled(17, bassens, 5, "alpha")}, gironde, nil},
		{"the name shows its own", []Step{Labelled(17, bassens, 5, "alpha")}, bassens, []string{"17, unsettled-bassens, reported, 5 @"}},
		{"settled: the body has them", []Step{Labelled(17, bassens, 5, "alpha"), Labelled(18, gironde, 5, "alpha"), Settle(bassens, gironde)}, gironde,
			[]string{"17, fr-commune-33032, reported, 5 @, as unsettled-bassens", "18, fr-commune-33032, reported, 5 @"}},
		{"settled: the other candidate does not", []Step{Labelled(17, bassens, 5, "alpha"), Settle(bassens, gironde)}, savoie, nil},
		{"settled: the name still shows its own", []Step{Labelled(17, bassens, 5, "alpha"), Settle(bassens, gironde)}, bassens, []string{"17, unsettled-bassens, reported, 5 @"}},
		{"a successor inherits nothing", []Step{Labelled(11, aix, 5, "alpha"), Event(domain.CollectivityStream(aix), &domain.CollectivitySucceeded{From: []domain.CollectivityID{aix}, To: []domain.CollectivityID{savoie}})},
			savoie, nil},
		{"a commune holds nothing by its EPCI", []Step{
			Register("fr-epci-200041507", "epci", "CA"), Labelled(17, "fr-epci-200041507", 5, "alpha"),
			Event("collectivity-fr-epci-200041507", &domain.EPCIMembersRecorded{Collectivity: "fr-epci-200041507", Members: []domain.CollectivityID{aix}, On: "2016"}),
		}, aix, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, shorts(fold(test.given...).Of(test.of, labels.Now)), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// today writes the answer to the visitor's first question.
func today(l *labels.Labels, id domain.CollectivityID, size uint64) map[string]string {
	v, out := l.Today(id, size), map[string]string{}
	for name, label := range map[string]*labels.Label{"current": v.Current, "last known": v.LastKnown, "reasoned": v.Reasoned} {
		if label != nil {
			out[name] = short(*label)
		}
	}
	if v.Latest != 0 {
		out["latest"] = v.Latest.String()
	}
	return out
}

func TestToday(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []Step
		want  map[string]string
	}{
		{"nothing known", nil, nil},
		{"of the latest edition: current, and last known", []Step{Labelled(17, aix, 4, "alpha"), Labelled(18, aix, 5, "alpha")},
			map[string]string{"latest": "18", "current": "18, fr-commune-73008, reported, 5 @", "last known": "18, fr-commune-73008, reported, 5 @"}},
		{"of an older edition: last known, nothing current", []Step{Labelled(17, aix, 5, "alpha"), Labelled(18, savoie, 1, "alpha")},
			map[string]string{"latest": "18", "last known": "17, fr-commune-73008, reported, 5 @"}},
		{"a mention alone makes an edition the latest", []Step{Labelled(17, aix, 5, "alpha"), Mentioned(18, savoie, "teletravail", "alpha")},
			map[string]string{"latest": "18", "last known": "17, fr-commune-73008, reported, 5 @"}},
		{"a mention is not a label", []Step{Labelled(17, aix, 5, "alpha"), Mentioned(18, aix, "teletravail", "alpha")},
			map[string]string{"latest": "18", "last known": "17, fr-commune-73008, reported, 5 @"}},
		{"an edition of which everything was taken back is not the latest", []Step{Labelled(17, aix, 5, "alpha"), As("wrong", Labelled(18, savoie, 1, "alpha")), Retract("wrong")},
			map[string]string{"latest": "17", "current": "17, fr-commune-73008, reported, 5 @", "last known": "17, fr-commune-73008, reported, 5 @"}},
		{"an undated label is neither current nor last known", []Step{Labelled(0, aix, 5, "alpha"), Labelled(18, savoie, 1, "alpha")}, map[string]string{"latest": "18"}},
		{"later reasoning stands beside what a source states", []Step{Labelled(17, aix, 5, "alpha"), Labelled(22, aix, 5, "alpha", Reasoned), Labelled(23, savoie, 1, "alpha")},
			map[string]string{"latest": "23", "last known": "17, fr-commune-73008, reported, 5 @", "reasoned": "22, fr-commune-73008, reported, 5 @, derived"}},
		{"earlier reasoning adds nothing", []Step{Labelled(16, aix, 5, "alpha", Reasoned), Labelled(17, aix, 4, "alpha"), Labelled(23, savoie, 1, "alpha")},
			map[string]string{"latest": "23", "last known": "17, fr-commune-73008, reported, 4 @"}},
		{"a contested label is known, without its level", []Step{Labelled(17, aix, 5, "alpha"), Labelled(17, aix, 4, "beta")},
			map[string]string{"latest": "17", "current": "17, fr-commune-73008, contested", "last known": "17, fr-commune-73008, contested"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, today(fold(test.given...), aix, labels.Now), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIndependence(t *testing.T) {
	circle := []Step{
		Correct("alpha", domain.SourceParticulars{Publisher: "A", Title: "Alpha", OriginOf: "beta"}),
		Correct("beta", domain.SourceParticulars{Publisher: "B", Title: "Beta", OriginOf: "alpha"}),
	}
	var chain []Step // a copy of a copy of a copy ...
	for i := range 20 {
		of := domain.SourceID("alpha")
		if i > 0 {
			of = domain.SourceID(fmt.Sprint("link-", i-1))
		}
		chain = append(chain, Copy(domain.SourceID(fmt.Sprint("link-", i)), fmt.Sprint("Link ", i), of))
	}
	for _, test := range []struct {
		name  string
		given []Step
		a, b  domain.SourceID
		want  bool
	}{
		{"two works of two publishers", nil, "alpha", "beta", true},
		{"a work and itself", nil, "alpha", "alpha", false},
		{"two works of one publisher", nil, "alpha", "alpha-2", false},
		{"a work and its copy", nil, "alpha", "alpha-copy", false},
		{"two copies of one work", nil, "alpha-copy", "alpha-by-b", false},
		{"a copy, and another work of the publisher that is copied", nil, "alpha-copy", "alpha-2", false},
		{"a copy, and another work of the publisher that copies", nil, "alpha-by-b", "beta", false},
		{"a copy and a third", nil, "alpha-copy", "gamma", true},
		{"a long chain of copies", chain, "link-19", "alpha", false},
		{"two links of a chain", chain, "link-18", "link-3", false},
		{"a chain and a third", chain, "link-19", "gamma", true},
		{"works that corrections made copies of each other", circle, "alpha", "beta", false},
		{"such a work and a third", circle, "alpha", "gamma", true},
		{"a work that nobody cited", nil, "alpha", "unheard-of", false},
		{"a copy of what nobody cited", []Step{Copy("lost-copy", "E", "lost")}, "lost-copy", "alpha", false},
		{"a publisher that was corrected", []Step{Correct("beta", domain.SourceParticulars{Publisher: "A", Title: "Beta"})}, "alpha", "beta", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := fold(test.given...)
			if got := l.Independent(test.a, test.b, labels.Now); got != test.want {
				t.Errorf("got %v", got)
			}
			if got := l.Independent(test.b, test.a, labels.Now); got != test.want {
				t.Errorf("the other way round: got %v", got)
			}
			if independent, status := test.want, short(fold(append(test.given, Labelled(17, aix, 5, test.a), Labelled(17, aix, 5, test.b))...).In(17, labels.Now)[0]); independent != strings.Contains(status, "corroborated") {
				t.Errorf("a label that both state: %s", status)
			}
		})
	}
}

// What was known when the ledger had a size, whatever came later.
func TestAsOf(t *testing.T) {
	l := fold( // the opening takes the positions 0 to 9
		As("five", Labelled(17, gironde, 5, "alpha", Held("Bassens (33)"))),   // 10
		Labelled(17, bassens, 4, "beta", Held("Bassens")),                     // 11
		Settle(bassens, gironde),                                              // 12
		Arbitrate(17, gironde, 5),                                             // 13
		As("doubt", Dispute("five")),                                          // 14
		Answer("doubt", "upheld"),                                             // 15
		Retract("five"),                                                       // 16
		Correct("beta", domain.SourceParticulars{Publisher: "A", Title: "B"}), // 17
	)
	for _, test := range []struct {
		size uint64
		want []string
	}{
		{10, nil},
		{11, []string{"17, fr-commune-33032, reported, 5 @"}},
		{12, []string{"17, fr-commune-33032, reported, 5 @", "17, unsettled-bassens, reported, 4 @"}},
		{13, []string{"17, fr-commune-33032, contested, as unsettled-bassens"}},
		{14, []string{"17, fr-commune-33032, arbitrated, 5 @, as unsettled-bassens"}},
		{16, []string{"17, fr-commune-33032, arbitrated, 5 @, as unsettled-bassens"}},
		{17, []string{"17, fr-commune-33032, reported, 4 @, as unsettled-bassens"}},
		{labels.Now, []string{"17, fr-commune-33032, reported, 4 @, as unsettled-bassens"}},
	} {
		if diff := cmp.Diff(test.want, shorts(l.In(17, test.size)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("as of %d: %s", test.size, diff)
		}
	}
	at := func(size uint64) labels.Label {
		t.Helper()
		all := l.Of(gironde, size)
		if len(all) != 1 {
			t.Fatalf("as of %d: %d labels", size, len(all))
		}
		return all[0]
	}
	if v := at(12); !cmp.Equal(v.Holders, []string{"Bassens (33)"}) || v.Arbitration != nil || len(v.Disputes) != 0 {
		t.Errorf("as of 12: %+v", v)
	}
	if v := at(13); !cmp.Equal(v.Holders, []string{"Bassens (33)", "Bassens"}) {
		t.Errorf("as of 13: holders %q", v.Holders)
	}
	if v := at(15); v.Arbitration == nil || v.Arbitration.Position != 13 || len(v.Disputes) != 1 || v.Disputes[0].Outcome != "" {
		t.Errorf("as of 15: %+v", v)
	}
	if v := at(16); v.Disputes[0].Outcome != "upheld" || v.Awards[0].Retracted() {
		t.Errorf("as of 16: %+v", v)
	}
	if v := at(17); !v.Awards[0].Retracted() {
		t.Errorf("as of 17: %+v", v)
	}
	if s, _ := l.Source("beta", 17); s.Publisher != "B" {
		t.Errorf("as of 17: %+v", s)
	}
	if s, _ := l.Source("beta", 18); s.Publisher != "A" {
		t.Errorf("as of 18: %+v", s)
	}
	for size, want := range map[uint64]domain.Edition{10: 0, 11: 17} {
		if got := l.Latest(size); got != want {
			t.Errorf("as of %d: latest %d", size, got)
		}
	}
}

// The names that sources use are known when they use them, and each is given once.
func TestHolders(t *testing.T) {
	l := fold(Labelled(17, aix, 5, "alpha", Held("Aix")), Labelled(17, aix, 5, "beta", Held("Aix")), Labelled(17, aix, 5, "gamma", Held("Aix-les-Bains"))) // 10 to 12
	for size, want := range map[uint64][]string{11: {"Aix"}, 12: {"Aix"}, 13: {"Aix", "Aix-les-Bains"}} {
		if diff := cmp.Diff(want, l.In(17, size)[0].Holders); diff != "" {
			t.Errorf("as of %d: %s", size, diff)
		}
	}
}

// What an answer holds is its own: what comes later does not reach into it.
func TestAnswersAreCopies(t *testing.T) {
	l := labels.New()
	events := Tell(opening(As("a", Labelled(17, aix, 5, "alpha")), As("doubt", Dispute("a")), Mentioned(17, aix, "teletravail", "alpha"), Answer("doubt", "noted"), Retract("a"))...)
	Fold(events[:len(events)-2], l)
	before := l.In(17, labels.Now)[0]
	Fold(events[len(events)-2:], l)
	if before.Awards[0].Retracted() || before.Disputes[0].Outcome != "" {
		t.Errorf("%+v", before)
	}
	if after := l.Of(aix, labels.Now)[0]; !after.Awards[0].Retracted() || after.Disputes[0].Outcome != "noted" {
		t.Errorf("%+v", after)
	}
}

func TestEnumeration(t *testing.T) {
	l := fold(
		As("list", Enumerate(17, "alpha", 163)), // 10
		Enumerate(17, "beta", 164),              // 11
		As("other", Enumerate(18, "beta", 331)), // 12
		Retract("list"),                         // 13
	)
	sources := func(e domain.Edition, size uint64) string {
		var out []string
		for _, x := range l.Enumerated(e, size) {
			out = append(out, fmt.Sprint(x.Source, " ", x.Count))
		}
		return strings.Join(out, ", ")
	}
	for _, test := range []struct {
		edition domain.Edition
		size    uint64
		want    string
	}{
		{17, 10, ""}, {17, 11, "alpha 163"}, {17, 13, "alpha 163, beta 164"}, {17, 14, "beta 164"}, {17, labels.Now, "beta 164"}, {18, labels.Now, "beta 331"}, {16, labels.Now, ""},
	} {
		if got := sources(test.edition, test.size); got != test.want {
			t.Errorf("edition %d as of %d: %q, want %q", test.edition, test.size, got, test.want)
		}
	}
}

func TestTenure(t *testing.T) {
	grant := func(d domain.MentionID, from, until string, source domain.SourceID) Step {
		return Event(domain.DistinctionStream(d, aix), &domain.DistinctionGranted{Distinction: d, Collectivity: aix, Term: domain.Term{From: from, Until: until}, Source: source})
	}
	renew := func(d domain.MentionID, until string, source domain.SourceID) Step {
		return Event(domain.DistinctionStream(d, aix), &domain.DistinctionRenewed{Until: until, Source: source})
	}
	lapse := func(d domain.MentionID, on string) Step {
		return Event(domain.DistinctionStream(d, aix), &domain.DistinctionLapsed{On: on, Cause: "withdrawn"})
	}
	const x, y = domain.MentionID("territoire-excellence-numerique"), domain.MentionID("pionnier")
	for _, test := range []struct {
		name  string
		given []Step
		size  uint64
		want  []string
	}{
		{"none", nil, labels.Now, nil},
		{"granted", []Step{grant(x, "2021", "2024", "alpha")}, labels.Now, []string{"territoire-excellence-numerique 2021-2024 alpha"}},
		{"renewed, by another source", []Step{grant(x, "2021", "2024", "alpha"), renew(x, "2027", "beta")}, labels.Now, []string{"territoire-excellence-numerique 2021-2027 beta"}},
		{"renewed, no source named", []Step{grant(x, "2021", "2024", "alpha"), renew(x, "2027", "")}, labels.Now, []string{"territoire-excellence-numerique 2021-2027 alpha"}},
		{"before it was renewed", []Step{grant(x, "2021", "2024", "alpha"), renew(x, "2027", "beta")}, 11, []string{"territoire-excellence-numerique 2021-2024 alpha"}},
		{"before it was granted", []Step{grant(x, "2021", "2024", "alpha")}, 10, nil},
		{"lapsed", []Step{grant(x, "2021", "2024", "alpha"), lapse(x, "2023")}, labels.Now, []string{"territoire-excellence-numerique 2021-2024 lapsed 2023 alpha"}},
		{"before it lapsed", []Step{grant(x, "2021", "2024", "alpha"), lapse(x, "2023")}, 11, []string{"territoire-excellence-numerique 2021-2024 alpha"}},
		{"renewed and lapsed", []Step{grant(x, "2021", "2024", "alpha"), renew(x, "2027", ""), lapse(x, "2026")}, labels.Now,
			[]string{"territoire-excellence-numerique 2021-2027 lapsed 2026 alpha"}},
		{"granted again after it lapsed: both", []Step{grant(x, "2021", "2024", "alpha"), lapse(x, "2023"), grant(x, "2025", "2028", "beta"), renew(x, "2031", "")}, labels.Now,
			[]string{"territoire-excellence-numerique 2021-2024 lapsed 2023 alpha", "territoire-excellence-numerique 2025-2031 beta"}},
		{"granted again from the same day: both", []Step{grant(x, "2021", "2024", "alpha"), lapse(x, "2021"), grant(x, "2021", "2024", "beta")}, labels.Now,
			[]string{"territoire-excellence-numerique 2021-2024 lapsed 2021 alpha", "territoire-excellence-numerique 2021-2024 beta"}},
		{"two distinctions do not touch each other", []Step{grant(x, "2021", "2024", "alpha"), grant(y, "2022", "2023", "alpha"), renew(x, "2027", "")}, labels.Now,
			[]string{"territoire-excellence-numerique 2021-2027 alpha", "pionnier 2022-2023 alpha"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, v := range fold(test.given...).Tenures(aix, test.size) {
				s := fmt.Sprintf("%s %s-%s", v.Distinction, v.From, v.Until)
				if v.LapsedOn != "" {
					s += " lapsed " + v.LapsedOn
				}
				got = append(got, s+" "+string(v.Source))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBody(t *testing.T) {
	l := fold(
		Event(domain.CollectivityStream(aix), &domain.NameRecorded{Collectivity: aix, Name: "Aix"}),                                                                  // 10
		Event(domain.CollectivityStream(aix), &domain.CollectivityRenamed{Collectivity: aix, Name: "Aix-en-Savoie"}),                                                 // 11
		Event(domain.CollectivityStream(aix), &domain.PopulationRecorded{Collectivity: aix, Value: 30000, Year: 2020, Source: "alpha"}),                              // 12
		Event(domain.CollectivityStream(savoie), &domain.CollectivitySucceeded{From: []domain.CollectivityID{savoie}, To: []domain.CollectivityID{aix}, On: "2030"}), // 13
		Settle(bassens, gironde), // 14
	)
	at := func(size uint64) labels.Body {
		t.Helper()
		b, ok := l.Body(aix, size)
		if !ok {
			t.Fatalf("as of %d: not known", size)
		}
		return b
	}
	if _, ok := l.Body(aix, 6); ok {
		t.Error("known before it was entered")
	}
	if _, ok := l.Registered(aix, 6); ok {
		t.Error("registered before it was entered")
	}
	if r, ok := l.Registered(aix, 7); !ok || r.Departement != "73" {
		t.Errorf("registered %+v", r)
	}
	if b := at(7); b.Name != "Aix-les-Bains" || b.Names != nil || b.INSEE != "73008" || b.Departement != "73" || b.Region != "84" || b.Type != "commune" {
		t.Errorf("as of 7: %+v", b)
	}
	if b := at(11); b.Name != "Aix-les-Bains" || !cmp.Equal(b.Names, []string{"Aix"}) {
		t.Errorf("as of 11: %+v", b)
	}
	if b := at(12); b.Name != "Aix-en-Savoie" || !cmp.Equal(b.Names, []string{"Aix", "Aix-les-Bains"}) || b.Populations != nil {
		t.Errorf("as of 12: %+v", b)
	}
	if b := at(13); len(b.Populations) != 1 || b.Populations[0].Value != 30000 {
		t.Errorf("as of 13: %+v", b)
	}
	if len(l.Predecessors(aix, 13)) != 0 || len(l.Predecessors(aix, 14)) != 1 || len(l.Successors(savoie, 14)) != 1 || len(l.Successors(aix, 14)) != 0 || len(l.Predecessors(savoie, 14)) != 0 {
		t.Errorf("relatives %+v", l.Predecessors(aix, 14))
	}
	for _, candidate := range []domain.CollectivityID{gironde, savoie} {
		if all := l.ContestedWith(candidate, 14); len(all) != 1 || all[0].ID != bassens {
			t.Errorf("%s, before it was settled: %+v", candidate, all)
		}
		if all := l.ContestedWith(candidate, 15); len(all) != 0 {
			t.Errorf("%s, settled: %+v", candidate, all)
		}
	}
	if b, _ := l.Body(bassens, 14); b.Contested.SettledAs != "" || b.Type != "" {
		t.Errorf("as of 14: %+v", b.Contested)
	}
	if b, _ := l.Body(bassens, 15); b.Contested.SettledAs != gironde {
		t.Errorf("as of 15: %+v", b.Contested)
	}
	if n, now := len(l.Bodies(7)), len(l.Bodies(labels.Now)); n != 1 || now != 4 {
		t.Errorf("%d bodies as of 7, %d now", n, now)
	}
	if n, now := len(l.Sources(3)), len(l.Sources(labels.Now)); n != 3 || now != 6 {
		t.Errorf("%d sources as of 3, %d now", n, now)
	}
}
