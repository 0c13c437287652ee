package ledger

import (
	"context"
	"errors"
	"slices"

	"arobase/domain"
	"arobase/eventstore"
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
			if len(line.Actions) > 0 {
				c.Services = append(c.Services, line.Service)
			}
		}
	}
	slices.Sort(c.Services)
	if outcome, ok := j.State.Course.Outcome(); ok && j.Edition.Published != nil && !outcome.Withdrawn {
		c.Result = outcome.Result
	}
	return c
}

// compared are the cases of one edition as of a change of it.
type compared struct {
	changed uint64
	cases   []dossier.Case
}

// cases gives every candidacy of some editions that are run here. Those of an edition in which nothing has changed since
// are kept: what a candidacy is judged by is frozen. O(candidacies), each with its actions, after a change.
func (l *Ledger) cases(ctx context.Context, take func(domain.Edition) bool) ([]dossier.Case, error) {
	type edition struct {
		number  domain.Edition
		changed uint64
		due     []domain.Due
	}
	var editions []edition
	l.runner.View(func(eventstore.Position) {
		for _, run := range l.campaigns.Editions() {
			if take(run.Edition) {
				editions = append(editions, edition{run.Edition, run.Changed, run.InOrder()})
			}
		}
	})
	l.comparing.Lock()
	defer l.comparing.Unlock()
	var all []dossier.Case
	for _, e := range editions {
		kept, ok := l.compared[e.number]
		if !ok || kept.changed != e.changed {
			kept = compared{changed: e.changed}
			for _, d := range e.due {
				j, err := l.judged(ctx, d.Candidacy)
				if errors.Is(err, ErrUnknown) {
					continue
				}
				if err != nil {
					return nil, err
				}
				kept.cases = append(kept.cases, caseOf(j))
			}
			if l.compared == nil {
				l.compared = map[domain.Edition]compared{}
			}
			l.compared[e.number] = kept
		}
		all = append(all, kept.cases...)
	}
	return all, nil
}

func (l *Ledger) precedents(ctx context.Context, j Judged) (*DossierPrecedents, error) {
	decided, err := l.cases(ctx, func(e domain.Edition) bool { return e < j.Candidacy.Edition })
	if err != nil {
		return nil, err
	}
	nearest, comparable := dossier.Precedents(caseOf(j), decided)
	p := &DossierPrecedents{Compared: comparable, Nearest: []DossierPrecedent{}}
	for _, n := range nearest {
		line := DossierPrecedent{
			Edition: n.Edition, Collectivity: n.Collectivity, Population: n.Population, Distance: n.Distance, Result: n.Result,
		}
		if view, err := l.Collectivity(ctx, string(n.Collectivity), l.Size()); err == nil {
			line.Name = view.Name
		}
		history, err := l.history(ctx, n.Stream())
		if err != nil {
			return nil, err
		}
		if seal := domain.StateOfCandidacy(history).Seal(); seal != nil {
			line.Event = seal.Event
			if line.Motivation, _, err = l.read(ctx, seal.Decision.Motivation.Commitment()); err != nil {
				return nil, err
			}
		}
		p.Nearest = append(p.Nearest, line)
	}
	return p, nil
}

// departs tells whether no precedent of a candidacy has a result. The candidacies of the edition are compared as they are
// kept (cases): many drafts cost one reading.
func (l *Ledger) departs(ctx context.Context, c domain.Candidacy, r domain.Result) (bool, error) {
	all, err := l.cases(ctx, func(e domain.Edition) bool { return e <= c.Edition })
	if err != nil {
		return false, err
	}
	own := slices.IndexFunc(all, func(x dossier.Case) bool { return x.Candidacy == c })
	if own < 0 {
		return false, nil
	}
	nearest, _ := dossier.Precedents(all[own], slices.DeleteFunc(slices.Clone(all), func(x dossier.Case) bool { return x.Edition >= c.Edition }))
	return dossier.Departs(r, nearest), nil
}
