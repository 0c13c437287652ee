package projections_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"arobase/domain"
	"arobase/projections"
	"arobase/projections/figures"
	"arobase/projections/labels"
	"arobase/projections/projectiontest"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// folds are the projections of one ledger.
type folds struct {
	labels  *labels.Labels
	figures *figures.Figures
}

func newFolds() folds { return folds{labels.New(), figures.New()} }

// apply gives each event to the projections that ask for it.
func (f folds) apply(events []domain.Recorded) {
	for _, p := range []projections.Projection{f.labels, f.figures} {
		wants := map[string]bool{}
		for _, name := range p.Events() {
			wants[name] = true
		}
		for _, r := range events {
			if wants[r.Event.EventName()] {
				p.Apply(r)
			}
		}
	}
}

// answers asks everything that can be asked, by the package that answers.
func (f folds) answers(size uint64) map[string]any {
	w := reconciliation.World{World: trends.World{Labels: f.labels, Figures: f.figures, Size: size}}
	of, in, today, relatives := map[domain.CollectivityID]any{}, map[domain.Edition]any{}, map[domain.CollectivityID]any{}, map[domain.CollectivityID]any{}
	for _, id := range append([]domain.CollectivityID{projectiontest.Unsettle, "fr-commune-76476"}, projectiontest.Bodies...) {
		of[id], today[id] = f.labels.Of(id, size), f.labels.Today(id, size)
		relatives[id] = []any{f.labels.Predecessors(id, size), f.labels.Successors(id, size), f.labels.ContestedWith(id, size), f.labels.Tenures(id, size)}
	}
	ceremonies := map[domain.Edition]any{}
	for _, e := range projectiontest.Editions {
		in[e] = []any{f.labels.In(e, size), f.labels.Enumerated(e, size)}
		ceremonies[e] = []any{f.figures.Of(e, size), f.figures.Ceremony(e, size), f.figures.HeldOn(e, size)}
	}
	series := map[string]any{}
	for _, by := range append([]string{""}, trends.Dimensions...) {
		series[by] = w.Points(trends.Query{By: by})
	}
	disputes := map[uint64]any{}
	for p := range uint64(60) {
		disputes[p] = f.figures.Disputes(projectiontest.ID(p), size)
	}
	return map[string]any{
		"figures.Disputes": disputes,
		"labels.Of":        of, "labels.In": in, "labels.Today": today, "labels.relatives": relatives,
		"labels.Bodies": f.labels.Bodies(size), "labels.Sources": f.labels.Sources(size),
		"labels.Editions": f.labels.Editions(size), "labels.Latest": f.labels.Latest(size),
		"figures": ceremonies, "figures.Rules": f.figures.Rules(size), "figures.Editions": f.figures.Editions(size),
		"trends.Points": series, "trends.Transitions": w.Transitions(16, 17), "trends.Transitions.18": w.Transitions(17, 18),
		"reconciliation.All": w.All(),
	}
}

// compare fails the test on the first answer that differs.
func compare(t *rapid.T, what string, got, want map[string]any) {
	t.Helper()
	for name, w := range want {
		if diff := cmp.Diff(w, got[name], cmpopts.EquateEmpty(), cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Fatalf("%s: %s differs:\n%s", what, name, diff)
		}
	}
}

// An answer as of a size is the one that was given when the ledger had that size, whatever came later.
func TestAsOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 40)
		full := newFolds()
		full.apply(events)
		n := rapid.IntRange(0, len(events)).Draw(t, "size")
		then := newFolds()
		then.apply(events[:n])
		compare(t, "as of", full.answers(uint64(n)), then.answers(labels.Now))
	})
}

// A projection that was kept up event by event, and asked in between, holds what a replay from the beginning holds.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 40)
		kept, replayed := newFolds(), newFolds()
		for rest := events; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "batch")
			kept.apply(rest[:n])
			kept.answers(labels.Now)
			rest = rest[n:]
		}
		replayed.apply(events)
		compare(t, "replay", kept.answers(labels.Now), replayed.answers(labels.Now))
	})
}

// The full answer says the same by "now" as by the exact size, so that an answer names a size that means it.
func TestNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 30)
		f := newFolds()
		f.apply(events)
		compare(t, "now", f.answers(uint64(len(events))), f.answers(labels.Now))
	})
}
