package labels_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/domain"
	"arobase/projections/labels"
	. "arobase/projections/projectiontest"
)

// decisionOf names the events of the decision on a body in edition 27.
func sealedFor(id domain.CollectivityID) Step {
	c := domain.Candidacy{Edition: 27, Collectivity: id}
	return As("seal of "+string(id), Event(c.Stream(), &domain.DecisionSealed{Candidacy: c, Session: 1}))
}

func disclosedFor(id domain.CollectivityID, r domain.Result) Step {
	c := domain.Candidacy{Edition: 27, Collectivity: id}
	return Event(c.Stream(), &domain.DecisionDisclosed{Candidacy: c, Opened: Opened(r)})
}

func publishedEdition(e domain.Edition) Step {
	return Event(domain.EditionStream(e), &domain.PalmaresPublished{Edition: e})
}

func arobases(n domain.Level, mentions ...domain.MentionID) domain.Result {
	return domain.Result{Distinction: domain.DistinctionLevel, Level: n, Mentions: mentions}
}

var (
	ofAix     = domain.Candidacy{Edition: 27, Collectivity: aix}
	rectified = Event(ofAix.Stream(), &domain.DecisionRectified{Candidacy: ofAix, From: arobases(4, "inclusion"), To: arobases(5)})
	withdrawn = Event(ofAix.Stream(), &domain.LabelWithdrawn{Candidacy: ofAix, Article: "11"})
	lodged    = As("appeal", Event(ofAix.Stream(), &domain.AppealLodged{Candidacy: ofAix}))
	raised    = Event(ofAix.Stream(), &domain.AppealDecided{Candidacy: ofAix, Outcome: "changed", To: new(arobases(5))})
	confirmed = Event(ofAix.Stream(), &domain.AppealDecided{Candidacy: ofAix, Outcome: "confirmed"})
	taken     = Event(ofAix.Stream(), &domain.DecisionSuperseded{Candidacy: ofAix})
)

func TestDecisions(t *testing.T) {
	sealed, disclosed, published := sealedFor(aix), disclosedFor(aix, arobases(4, "inclusion")), publishedEdition(27)
	none := disclosedFor(aix, domain.Result{Distinction: domain.DistinctionNone})
	for _, test := range []struct {
		name   string
		given  []Step
		of, in string // what is shown of the body, and in the edition
		latest domain.Edition
	}{
		{"sealed", []Step{sealed}, "27, fr-commune-73008, embargoed", "", 0},
		{"taken back", []Step{sealed, taken}, "", "", 0},
		{"opened before the palmarès", []Step{sealed, disclosed}, "27, fr-commune-73008, embargoed", "", 0},
		{"published", []Step{sealed, disclosed, published}, "27, fr-commune-73008, decided, 4 @, decided inclusion", "27, fr-commune-73008, decided, 4 @, decided inclusion", 27},
		{"another edition is published", []Step{sealed, disclosed, publishedEdition(26)}, "27, fr-commune-73008, embargoed", "", 0},
		{"rectified", []Step{sealed, disclosed, published, rectified}, "27, fr-commune-73008, decided, 5 @", "27, fr-commune-73008, decided, 5 @", 27},
		{"withdrawn", []Step{sealed, disclosed, published, withdrawn}, "27, fr-commune-73008, withdrawn", "27, fr-commune-73008, withdrawn", 0},
		{"under appeal", []Step{sealed, disclosed, published, lodged}, "27, fr-commune-73008, under-appeal, 4 @, under-appeal inclusion",
			"27, fr-commune-73008, under-appeal, 4 @, under-appeal inclusion", 27},
		{"raised on appeal", []Step{sealed, disclosed, published, lodged, raised}, "27, fr-commune-73008, decided, 5 @", "27, fr-commune-73008, decided, 5 @", 27},
		{"confirmed on appeal", []Step{sealed, disclosed, published, lodged, confirmed}, "27, fr-commune-73008, decided, 4 @, decided inclusion",
			"27, fr-commune-73008, decided, 4 @, decided inclusion", 27},
		{"withdrawn and under appeal", []Step{sealed, disclosed, published, withdrawn, lodged}, "27, fr-commune-73008, under-appeal", "27, fr-commune-73008, under-appeal", 0},
		{"withdrawn, and given back on appeal", []Step{sealed, disclosed, published, withdrawn, lodged, raised}, "27, fr-commune-73008, decided, 5 @", "27, fr-commune-73008, decided, 5 @", 27},
		{"no label", []Step{sealed, none, published}, "27, fr-commune-73008, decided, none", "", 0},
		{"what the press says meanwhile is what is known", []Step{sealed, disclosed, Labelled(27, aix, 3, "alpha")},
			"27, fr-commune-73008, reported, 3 @", "27, fr-commune-73008, reported, 3 @", 27},
		{"what was decided stands above it", []Step{Labelled(27, aix, 3, "alpha"), Labelled(27, aix, 2, "beta"), sealed, disclosed, published},
			"27, fr-commune-73008, decided, 4 @, decided inclusion", "27, fr-commune-73008, decided, 4 @, decided inclusion", 27},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := fold(test.given...)
			one := func(s string) []string {
				if s == "" {
					return nil
				}
				return []string{s}
			}
			if diff := cmp.Diff(one(test.of), shorts(l.Of(aix, labels.Now))); diff != "" {
				t.Errorf("of the body (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(one(test.in), shorts(l.In(27, labels.Now))); diff != "" {
				t.Errorf("in the edition (-want +got):\n%s", diff)
			}
			if got := l.Latest(labels.Now); got != test.latest {
				t.Errorf("the latest published edition is %s, want %s", got, test.latest)
			}
			today := l.Today(aix, labels.Now)
			if (today.Current != nil) != (test.latest == 27) {
				t.Errorf("today it holds %+v", today.Current)
			}
		})
	}
}

// What was answered before a rectification or an appeal is answered for ever as of then.
func TestDecisionsAsOf(t *testing.T) {
	steps := []Step{sealedFor(aix), disclosedFor(aix, arobases(4)), publishedEdition(27), rectified, lodged, raised, withdrawn}
	whole := fold(steps...)
	before := len(Tell(opening()...))
	var got []string
	for n := range len(steps) + 1 {
		then := shorts(fold(steps[:n]...).Of(aix, labels.Now))
		back := shorts(whole.Of(aix, uint64(before+n)))
		if !slices.Equal(then, back) {
			t.Errorf("after %d steps it was %v, and looking back it is %v", n, then, back)
		}
		got = append(got, back...)
	}
	if got = slices.Compact(got); len(got) < 5 {
		t.Errorf("the story has only %v", got)
	}
}
