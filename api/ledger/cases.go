package ledger

import (
	"context"
	"slices"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/campaigns"
	"arobase/projections/dossier"
)

// caseOf is a candidacy as it is compared with others.
func caseOf(j Judged) dossier.Case {
	c := dossier.Case{
		Candidacy: j.Candidacy, Kind: j.State.Registered.Kind, Population: j.State.Registered.Population,
		Grid: j.Edition.Opened.Grid, Regulation: j.Edition.Opened.Regulation,
	}
	for _, s := range j.Assessment.ByStake {
		c.Coverage = append(c.Coverage, dossier.Coverage{Stake: s.Stake.ID, Covered: s.Rendered, Applies: len(s.Lines)})
		for _, line := range s.Lines {
			c.Applying = append(c.Applying, line.Service)
			if len(line.Actions) > 0 {
				c.Services = append(c.Services, line.Service)
			}
		}
	}
	slices.Sort(c.Services)
	c.Result = cameTo(j.State.Course, j.Edition)
	return c
}

// cameTo is what a candidacy came to, once the palmarès says so.
func cameTo(course domain.Course, e domain.EditionState) domain.Result {
	if outcome, ok := course.Outcome(); ok && e.Published != nil && !outcome.Withdrawn {
		return outcome.Result
	}
	return domain.Result{}
}

// compared are the cases of one edition as of a change of it.
type compared struct {
	changed uint64
	cases   []dossier.Case
	judged  map[domain.CollectivityID]judgedBy
}

// judgedBy is a case with all that its coverage follows from: what was submitted is frozen, so that it changes only with
// these.
type judgedBy struct {
	frozen
	one dossier.Case
}

// frozen are records that a candidacy is judged by.
type frozen struct {
	registered *domain.CandidacyRegistered
	submitted  *domain.CandidacySubmitted
	grid       *domain.GridPublished
	opened     *domain.EditionOpened
	closes     string
}

// standing is a candidacy as the projections have it.
type standing struct {
	domain.Candidacy
	frozen
	result domain.Result
}

// cases gives every candidacy that is judged of some editions that are run here, each edition in the order of the ids. Of an edition in
// which something was recorded since, only candidacies that are judged by something else now are looked at again, each with
// its actions.
func (l *Ledger) cases(ctx context.Context, take func(domain.Edition) bool) ([]dossier.Case, error) {
	l.comparing.Lock()
	defer l.comparing.Unlock()
	type edition struct {
		number  domain.Edition
		changed uint64
		state   domain.EditionState
		all     []standing // nil where nothing changed
	}
	var editions []edition
	l.runner.View(func(eventstore.Position) {
		for _, run := range l.campaigns.Editions() {
			if !take(run.Edition) {
				continue
			}
			e := edition{number: run.Edition, changed: run.Changed, state: run.State()}
			if kept, ok := l.compared[run.Edition]; !ok || kept.changed != run.Changed {
				e.all = l.standings(run, e.state)
			}
			editions = append(editions, e)
		}
	})
	var all []dossier.Case
	for _, e := range editions {
		kept := l.compared[e.number]
		if e.all != nil {
			next := compared{changed: e.changed, judged: make(map[domain.CollectivityID]judgedBy, len(e.all))}
			for _, s := range e.all {
				known, ok := kept.judged[s.Collectivity]
				if !ok || known.frozen != s.frozen {
					j := Judged{Candidacy: s.Candidacy, State: &domain.CandidacyState{Registered: s.registered, Submitted: s.submitted}, Edition: e.state, Grid: s.grid}
					if err := l.assess(ctx, &j); err != nil {
						return nil, err
					}
					known = judgedBy{s.frozen, caseOf(j)}
				}
				next.judged[s.Collectivity] = known
				one := known.one
				one.Result = s.result
				next.cases = append(next.cases, one)
			}
			if l.compared == nil {
				l.compared = map[domain.Edition]compared{}
			}
			l.compared[e.number], kept = next, next
		}
		all = append(all, kept.cases...)
	}
	return all, nil
}

// standings gives the candidacies of an edition as they are now, in the order of their ids. The caller views the
// projections.
func (l *Ledger) standings(run *campaigns.Campaign, state domain.EditionState) []standing {
	all := make([]standing, 0, len(run.Candidacies))
	if state.Opened == nil {
		return all
	}
	grid := l.campaigns.Grid(state.Opened.Grid)
	for _, d := range run.InOrder() {
		if d.State.Registered != nil && d.State.Admissible() {
			all = append(all, standing{d.Candidacy, frozen{d.State.Registered, d.State.Submitted, grid, state.Opened, state.Calendar.Closes}, cameTo(d.State.Course, state)})
		}
	}
	return all
}
