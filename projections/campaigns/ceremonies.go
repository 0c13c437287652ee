package campaigns

import (
	"sync"

	"github.com/google/uuid"

	"arobase/domain"
)

// Ceremonies knows which decisions were disclosed, and which editions have their palmarès: from then on what was sealed for
// the ceremony is everybody's. Other than the rest of this package it may be asked at any time, also in the middle of
// another question and while events are applied: a text is looked for wherever one is shown.
type Ceremonies struct {
	mu        sync.RWMutex // guards both
	published map[domain.Edition]bool
	disclosed map[uuid.UUID]domain.Edition
}

// NewCeremonies gives an empty fold.
func NewCeremonies() *Ceremonies {
	return &Ceremonies{published: map[domain.Edition]bool{}, disclosed: map[uuid.UUID]domain.Edition{}}
}

// Name implements projections.Projection.
func (*Ceremonies) Name() string { return "ceremonies" }

// Events implements projections.Projection.
func (*Ceremonies) Events() []string { return []string{"decision-disclosed", "palmares-published"} }

// Apply implements projections.Projection.
func (c *Ceremonies) Apply(r domain.Recorded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := r.Event.(type) {
	case *domain.DecisionDisclosed:
		c.disclosed[e.Of] = e.Edition
	case *domain.PalmaresPublished:
		c.published[e.Edition] = true
	}
}

// Opened tells whether a sealed decision was disclosed and the palmarès of its edition is published. One that was
// superseded never is. O(1).
func (c *Ceremonies) Opened(decision uuid.UUID) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, disclosed := c.disclosed[decision]
	return disclosed && c.published[e]
}
