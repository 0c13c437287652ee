package ledger

import (
	"context"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/reconciliation"
)

// Bare is the ledger without its sealed texts: its answers hold what stands in the log and nothing that could be erased.
// They are the same for ever for a size, on every node. It reads only.
func (l *Ledger) Bare() *Ledger {
	return &Ledger{
		Genesis: l.Genesis, store: l.store, cog: l.cog, runner: l.runner, labels: l.labels, figures: l.figures,
		campaigns: l.campaigns, actions: l.actions, past: l.past, counts: l.counts, index: l.index,
		earlier: l.earlier,
	}
}

// Holders gives the lines of an edition in the order of ids; edition 0 is what sources say without an edition.
func (l *Ledger) Holders(ctx context.Context, n int, size uint64) []PalmaresLine {
	var out []PalmaresLine
	l.world(ctx, size, func(w reconciliation.World) {
		for _, label := range w.Labels.In(domain.Edition(n), w.Size) {
			out = append(out, l.palmaresLine(ctx, w, label))
		}
	})
	return out
}

// PublishedFigures gives every figure that sources state of an edition, as they state it, in the order in which they were
// entered.
func (l *Ledger) PublishedFigures(ctx context.Context, n int, size uint64) []figures.Figure {
	var out []figures.Figure
	l.world(ctx, size, func(w reconciliation.World) { out = w.Figures.Of(domain.Edition(n), w.Size) })
	return out
}
