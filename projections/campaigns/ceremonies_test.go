package campaigns_test

import (
	"testing"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/projections/campaigns"
)

// A decision is opened once both have come: its disclosure and the palmarès of its own edition.
func TestOpened(t *testing.T) {
	c := campaigns.NewCeremonies()
	first, second, superseded := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	disclosed := func(e domain.Edition, of uuid.UUID) domain.Event {
		return &domain.DecisionDisclosed{Candidacy: domain.Candidacy{Edition: e, Collectivity: "fr-commune-73008"}, Of: of}
	}
	for i, step := range []struct {
		event         domain.Event
		first, second bool
	}{
		{disclosed(28, first), false, false},
		{disclosed(29, second), false, false},
		{&domain.PalmaresPublished{Edition: 29}, false, true},
		{&domain.PalmaresPublished{Edition: 28}, true, true},
	} {
		c.Apply(domain.Recorded{Event: step.event})
		if c.Opened(first) != step.first || c.Opened(second) != step.second || c.Opened(superseded) {
			t.Errorf("after %d: %t, %t, and one that was not disclosed: %t", i, c.Opened(first), c.Opened(second), c.Opened(superseded))
		}
	}
}
