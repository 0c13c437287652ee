package ledger

import (
	"context"

	"arobase/domain"
	"arobase/projections/dossier"
	"arobase/projections/reconciliation"
)

func (l *Ledger) precedents(ctx context.Context, j Judged) (*DossierPrecedents, error) {
	decided, err := l.cases(ctx, func(e domain.Edition) bool { return e < j.Candidacy.Edition })
	if err != nil {
		return nil, err
	}
	nearest, comparable := dossier.Precedents(caseOf(j), decided)
	p := &DossierPrecedents{Compared: comparable, Nearest: []DossierPrecedent{}}
	names := map[domain.CollectivityID]string{}
	l.world(ctx, l.Size(), func(w reconciliation.World) {
		for _, n := range nearest {
			names[n.Collectivity] = l.nameOf(w, n.Collectivity)
		}
	})
	for _, n := range nearest {
		line := DossierPrecedent{
			Edition: n.Edition, Collectivity: n.Collectivity, Name: names[n.Collectivity], Population: n.Population, Distance: n.Distance, Size: n.BySize, Coverage: n.ByCoverage, Rendered: len(n.Services), Services: len(n.Applying), Result: n.Result,
		}
		history, err := l.history(ctx, n.Stream())
		if err != nil {
			return nil, err
		}
		state := domain.StateOfCandidacy(history)
		if outcome, ok := state.Course.Outcome(); ok && len(outcome.Since) > 0 {
			line.Decided, line.After = &outcome.Decided, l.afterwards(ctx, outcome.Since)
		}
		if seal := state.Seal(); seal != nil {
			line.Event = seal.Event
			if line.Motivation, _, err = l.read(ctx, seal.Decision.Motivation.Commitment()); err != nil {
				return nil, err
			}
		}
		p.Nearest = append(p.Nearest, line)
	}
	return p, nil
}

// departing gives what tells of a candidacy of an edition whether none of its precedents has a result. The candidacies are
// compared as they are kept (cases): many drafts cost one reading.
func (l *Ledger) departing(ctx context.Context, e domain.Edition) (func(domain.CollectivityID, domain.Result) bool, error) {
	all, err := l.cases(ctx, func(of domain.Edition) bool { return of <= e })
	if err != nil {
		return nil, err
	}
	own, before := map[domain.CollectivityID]dossier.Case{}, []dossier.Case{}
	for _, c := range all {
		if c.Edition == e {
			own[c.Collectivity] = c
		} else {
			before = append(before, c)
		}
	}
	return func(id domain.CollectivityID, r domain.Result) bool {
		c, judged := own[id]
		if !judged {
			return false
		}
		nearest, _ := dossier.Precedents(c, before)
		return dossier.Departs(r, nearest)
	}, nil
}
