package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/projections/actions"
	"arobase/projections/reconciliation"
)

// Catalogue gives every service of every grid, each once, as the last grid that has it says: those of the last grid first,
// in its order.
func (l *Ledger) Catalogue() (all []RenderedService) {
	l.runner.View(func(eventstore.Position) { all = l.catalogue() })
	return all
}

// catalogue is called while the projections stand still.
func (l *Ledger) catalogue() []RenderedService {
	var grids []*domain.GridPublished
	for _, id := range l.campaigns.Grids() {
		grids = append(grids, l.campaigns.Grid(id))
	}
	// after counts the grids that came before one, which its mapping names.
	after := func(g *domain.GridPublished) (n int) {
		for ; g != nil && g.Before != "" && n < len(grids); n++ {
			g = l.campaigns.Grid(g.Before)
		}
		return n
	}
	slices.SortStableFunc(grids, func(a, b *domain.GridPublished) int { return after(b) - after(a) })
	var all []RenderedService
	known := map[string]bool{}
	for _, g := range grids {
		for _, s := range g.Services {
			if !known[s.ID] {
				known[s.ID] = true
				all = append(all, serviceOf(g, s.ID))
			}
		}
	}
	return all
}

// ServiceView is one service with those who have an action that renders it.
type ServiceView struct {
	RenderedService
	// Renders are the collectivities with an action that renders it and runs, in the order of their ids; Ended those whose
	// actions have all ended.
	Renders, Ended []*BodyShort
}

// Service gives a service by its id, as the last grid that has it says. ErrUnknown where no grid has it.
func (l *Ledger) Service(ctx context.Context, id string, size uint64) (ServiceView, error) {
	var v ServiceView
	l.world(ctx, size, func(w reconciliation.World) {
		for _, s := range l.catalogue() {
			if s.Service == id {
				v.RenderedService = s
			}
		}
		d := l.directory(w)
		runs := map[domain.CollectivityID]bool{}
		l.actions.Each(actions.Filter{Services: []string{id}}, size, func(a *actions.Action) {
			runs[a.Collectivity] = runs[a.Collectivity] || a.Runs()
		})
		for _, body := range slices.Sorted(maps.Keys(runs)) {
			if b := &d.body(body).BodyShort; runs[body] {
				v.Renders = append(v.Renders, b)
			} else {
				v.Ended = append(v.Ended, b)
			}
		}
	})
	if v.Service == "" {
		return v, fmt.Errorf("service %q: %w", id, ErrUnknown)
	}
	return v, nil
}

// Beside is one service with who renders it nearby.
type Beside struct {
	RenderedService
	Own    bool // the collectivity has an action that renders it and runs
	Others []*BodyShort
}

// NeighboursView sets what a collectivity declares beside what others of its département do, of its own size or of any.
type NeighboursView struct {
	Body       *BodyShort
	Population int // of the official list; 0 where it is not known
	// Declaring is how many others have an action that runs; Services what they or it render, in the order of the catalogue.
	Declaring int
	Services  []Beside
}

// Neighbours compares a collectivity with the others of its département; like narrows them to those of the same kind with
// half to twice as many inhabitants by the official list. ErrUnknown where there is no such collectivity.
func (l *Ledger) Neighbours(ctx context.Context, id string, like bool, size uint64) (NeighboursView, error) {
	var v NeighboursView
	var err error
	l.world(ctx, size, func(w reconciliation.World) {
		d := l.directory(w)
		own := d.body(domain.CollectivityID(id))
		if t, known := l.cog.ByID(id); known && own.Departement == nil {
			own.Kind, own.Departement = t.Kind, l.departement(t.Departement)
		} else if _, entered := w.Labels.Registered(domain.CollectivityID(id), size); !entered && !known {
			err = fmt.Errorf("collectivity %q: %w", id, ErrUnknown)
			return
		}
		v.Body, v.Population = &own.BodyShort, own.population
		near := func(b *directoryBody) bool {
			if b == own || own.Departement == nil || b.Departement == nil || b.Departement.Code != own.Departement.Code {
				return false
			}
			return !like || b.Kind == own.Kind && 2*b.population >= own.population && b.population <= 2*own.population
		}
		who := map[string]map[*directoryBody]bool{}
		declaring := map[*directoryBody]bool{}
		l.actions.Each(actions.Filter{Running: true}, size, func(a *actions.Action) {
			b := d.body(a.Collectivity)
			if b != own && !near(b) {
				return
			}
			if b != own {
				declaring[b] = true
			}
			for _, s := range a.Services {
				if who[s] == nil {
					who[s] = map[*directoryBody]bool{}
				}
				who[s][b] = true
			}
		})
		v.Declaring = len(declaring)
		for _, s := range l.catalogue() {
			line := Beside{RenderedService: s}
			for b := range who[s.Service] {
				if b == own {
					line.Own = true
				} else {
					line.Others = append(line.Others, &b.BodyShort)
				}
			}
			if line.Own || len(line.Others) > 0 {
				slices.SortFunc(line.Others, func(a, b *BodyShort) int {
					return cmp.Or(cmp.Compare(territory.Fold(a.Name), territory.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
				})
				v.Services = append(v.Services, line)
			}
		}
	})
	return v, err
}

// Rendered counts, for each service, the collectivities that have an action which renders it and runs.
func (l *Ledger) Rendered(ctx context.Context, size uint64) (counts map[string]int) {
	l.world(ctx, size, func(reconciliation.World) { counts = l.actions.Rendered(size) })
	return counts
}
