package domain_test

import (
	"errors"
	"testing"

	"arobase/domain"
)

// An arbitration settles what the arbiter saw. A fact that comes later and says otherwise opens the question again.
func TestArbitrationIsChallengedByLaterFacts(t *testing.T) {
	fact := func(position uint64, level domain.Level) domain.AwardFact {
		return domain.AwardFact{
			Award: domain.Award{Distinction: domain.DistinctionLevel, Level: level},
			Cite:  domain.Cite{Position: position, Source: "a", Certainty: domain.Stated},
		}
	}
	five := domain.Award{Distinction: domain.DistinctionLevel, Level: 5}
	f := domain.Facts{
		Awards:       []domain.AwardFact{fact(1, 4), fact(2, 5)},
		Arbitrations: []domain.Arbitration{{Position: 3, Chosen: five}},
	}
	if s := f.Standing(nil); s.Status != domain.Arbitrated || *s.Award != five {
		t.Errorf("%+v", s)
	}
	f.Awards = append(f.Awards, fact(4, 5))
	if s := f.Standing(nil); s.Status != domain.Arbitrated {
		t.Errorf("a later fact that agrees: %+v", s)
	}
	f.Awards = append(f.Awards, fact(5, 3))
	if s := f.Standing(nil); s.Status != domain.Contested || s.Award != nil {
		t.Errorf("a later fact that disagrees: %+v", s)
	}
}

// A figure has one form, so that the same statement is the same bytes.
func TestFigureHasOneForm(t *testing.T) {
	figure := func(n domain.Number) error {
		return domain.Validate(&domain.FigurePublished{Metric: "labelled", Number: n, Precision: domain.Exact, Source: "a"})
	}
	for _, n := range []domain.Number{{Value: 30}, {Value: 36, Scale: 1}, {Value: 0}} {
		if err := figure(n); err != nil {
			t.Errorf("%+v: %v", n, err)
		}
	}
	var invalid domain.Invalid
	if err := figure(domain.Number{Value: 30, Scale: 1}); !errors.As(err, &invalid) || invalid[0].Field != "value" {
		t.Errorf("30 with one decimal: %v", err)
	}
}
