package ledger

import (
	"maps"
	"slices"
	"time"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/campaigns"
)

// Running is an edition that is run here, as it is now. Whoever is given one changes nothing of it.
type Running struct {
	Edition     domain.Edition
	State       domain.EditionState
	Regulation  *domain.RegulationPublished // nil where it is not there, which the rules exclude
	Jurors      []RunningJuror              // by their numbers
	Candidacies []domain.Due                // in the order of the collectivities' ids
}

// RunningJuror is one seat on the jury of an edition.
type RunningJuror struct {
	Number int
	State  domain.JurorState
}

// Running gives an edition that is run here, or nil.
func (l *Ledger) Running(e domain.Edition) *Running {
	var out *Running
	l.runner.View(func(eventstore.Position) {
		if run, ok := l.campaigns.Edition(e); ok {
			out = l.running(run)
		}
	})
	return out
}

// UnderWay gives the last edition that was opened here and is not closed, or nil.
func (l *Ledger) UnderWay() *Running {
	var out *Running
	l.runner.View(func(eventstore.Position) {
		for _, run := range slices.Backward(l.campaigns.Editions()) {
			if s := run.State(); s.Opened != nil && !s.Closed {
				out = l.running(run)
				return
			}
		}
	})
	return out
}

// RunEditions gives the editions that were opened here, the last first.
func (l *Ledger) RunEditions() []domain.Edition {
	var all []domain.Edition
	l.runner.View(func(eventstore.Position) {
		for _, run := range slices.Backward(l.campaigns.Editions()) {
			if run.State().Opened != nil {
				all = append(all, run.Edition)
			}
		}
	})
	return all
}

// running is called while the projections stand still.
func (l *Ledger) running(run *campaigns.Campaign) *Running {
	run = run.Clone()
	state := run.State()
	if state.Opened == nil {
		return nil
	}
	out := &Running{Edition: run.Edition, State: state, Candidacies: run.InOrder()}
	out.Regulation = domain.RegulationOf(l.campaigns.Regulation(state.Opened.Regulation))
	for _, n := range slices.Sorted(maps.Keys(run.Jurors)) {
		out.Jurors = append(out.Jurors, RunningJuror{n, domain.StateOfJuror(run.Jurors[n])})
	}
	return out
}

// Grid gives a version of the grid of services, or nil.
func (l *Ledger) Grid(id string) (g *domain.GridPublished) {
	l.runner.View(func(eventstore.Position) { g = l.campaigns.Grid(id) })
	return g
}

// Grids gives the ids of the grids that were published, in order.
func (l *Ledger) Grids() (all []string) {
	l.runner.View(func(eventstore.Position) { all = l.campaigns.Grids() })
	return all
}

// Regulations gives the ids of the regulations that were published, in order.
func (l *Ledger) Regulations() (all []string) {
	l.runner.View(func(eventstore.Position) { all = l.campaigns.Regulations() })
	return all
}

// Members gives the collectivities that are members for a year, in the order of their ids.
func (l *Ledger) Members(year int) (all []domain.CollectivityID) {
	l.runner.View(func(eventstore.Position) { all = l.campaigns.Members(year) })
	return all
}

// MembershipRecords gives the memberships and payments of a collectivity, in their order.
func (l *Ledger) MembershipRecords(id domain.CollectivityID) (all []domain.Recorded) {
	l.runner.View(func(eventstore.Position) { all = slices.Clone(l.campaigns.Memberships(id)) })
	return all
}

// Clock is the time at which something would be recorded now; zero where this node only reads.
func (l *Ledger) Clock() time.Time {
	if l.clock == nil {
		return time.Time{}
	}
	return l.clock().UTC()
}
