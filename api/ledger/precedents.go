package ledger

import (
	"context"
	"slices"

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
			Edition: n.Edition, Collectivity: n.Collectivity, Name: names[n.Collectivity], Population: n.Population, Distance: n.Distance, Result: n.Result,
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
