package ledger

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"arobase/domain"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// Warm counts every edition and puts the names of all bodies in their order, which the first questions would do otherwise,
// and gives when that is done or the context has ended. The projections stand still for one edition at a time only.
func (l *Ledger) Warm(ctx context.Context) {
	var editions []domain.Edition
	l.world(ctx, l.Size(), func(w reconciliation.World) { editions = knownEditions(w) })
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	all.Go(func() error { l.Bodies(ctx, l.Size()); return nil })
	for _, e := range editions {
		all.Go(func() error {
			if ctx.Err() == nil {
				l.world(ctx, l.Size(), func(w reconciliation.World) { w.Points(trends.Query{From: e, To: e}) })
			}
			return nil
		})
	}
	_ = all.Wait() // none fails
}
