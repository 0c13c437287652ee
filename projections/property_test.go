package projections_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"arobase/domain"
	"arobase/projections"
	"arobase/projections/figures"
	"arobase/projections/labels"
	"arobase/projections/phrase"
	"arobase/projections/projectiontest"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// folds are the projections of one ledger.
type folds struct {
	labels  *labels.Labels
	figures *figures.Figures
	counts  *trends.Counts // nil: everything is counted anew
	kept    *reconciliation.Kept
}

func newFolds() folds { return folds{labels: labels.New(), figures: figures.New()} }

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
	w := reconciliation.World{World: trends.World{Labels: f.labels, Figures: f.figures, Size: size, Counts: f.counts}, Kept: f.kept}
	of, in, today, relatives := map[domain.CollectivityID]any{}, map[domain.Edition]any{}, map[domain.CollectivityID]any{}, map[domain.CollectivityID]any{}
	for _, id := range append([]domain.CollectivityID{projectiontest.Unsettle, "fr-commune-76476"}, projectiontest.Bodies...) {
		of[id], today[id] = f.labels.Of(id, size), f.labels.Today(id, size)
		relatives[id] = []any{f.labels.Predecessors(id, size), f.labels.Successors(id, size), f.labels.ContestedWith(id, size), f.labels.Tenures(id, size)}
	}
	ceremonies, census := map[domain.Edition]any{}, map[domain.Edition]any{}
	for _, e := range projectiontest.Editions {
		holders, kinds := w.Mentioned(e)
		census[e] = []any{w.Census(e), w.Beyond(e), holders, kinds}
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
		"trends.TransitionsBy": w.TransitionsBy(16, 17, "kind"), "trends.TransitionsBy.size": w.TransitionsBy(17, 18, "size"),
		"reconciliation.All": w.All(), "trends.Census": census,
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

// A projection that was kept up event by event, and asked in between, holds what a replay from the beginning holds; what it
// counts again only where something was touched is what is counted anew.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 40)
		kept, replayed := newFolds(), newFolds()
		kept.counts, kept.kept = new(trends.Counts), new(reconciliation.Kept)
		size := 0
		for size < len(events) {
			n := rapid.IntRange(1, min(4, len(events)-size)).Draw(t, "batch")
			kept.apply(events[size : size+n])
			size += n
			if rapid.IntRange(0, 2).Draw(t, "asked") > 0 {
				kept.answers(uint64(size))
			}
		}
		replayed.apply(events)
		compare(t, "replay", kept.answers(uint64(size)), replayed.answers(uint64(size)))
		for range rapid.IntRange(1, 6).Draw(t, "questions as of before") { // more sizes than are kept
			before := uint64(rapid.IntRange(0, size).Draw(t, "as of"))
			compare(t, "replay, as of before", kept.answers(before), replayed.answers(before))
		}
		compare(t, "replay, now", kept.answers(labels.Now), replayed.answers(labels.Now))
	})
}

// Before its palmarès is published, no answer depends on what was decided of an edition: two ledgers that differ in every
// result that was disclosed answer alike.
func TestEmbargo(t *testing.T) {
	decided := 0
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 60)
		published := map[domain.Edition]bool{}
		var one, other []domain.Recorded
		for _, r := range events {
			switch e := r.Event.(type) {
			case *domain.PalmaresPublished:
				published[e.Edition] = true
			case *domain.DecisionDisclosed:
				if !published[e.Edition] {
					decided++
					twin := *e
					twin.Opened = projectiontest.Opened(rapid.SampledFrom(projectiontest.Results).Draw(t, "other result"))
					one, other = append(one, r), append(other, r)
					other[len(other)-1].Event = &twin
					continue
				}
			}
			one, other = append(one, r), append(other, r)
		}
		n := len(events)
		if i := slices.IndexFunc(events, func(r domain.Recorded) bool { _, ok := r.Event.(*domain.PalmaresPublished); return ok }); i >= 0 {
			n = i // from here on something is public
		}
		a, b := newFolds(), newFolds()
		a.apply(one)
		b.apply(other)
		compare(t, "under embargo", a.answers(uint64(n)), b.answers(uint64(n)))
	})
	if decided == 0 {
		t.Error("nothing was ever disclosed before its palmarès")
	}
}

// What holds of every answer, whatever was recorded.
func TestEveryAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 60)
		f := newFolds()
		f.apply(events)
		size := uint64(rapid.IntRange(0, len(events)).Draw(t, "size"))
		w := reconciliation.World{World: trends.World{Labels: f.labels, Figures: f.figures, Size: size}}

		// Every phrase is whole, in both languages.
		phrases(reflect.ValueOf(f.answers(size)), func(p phrase.Phrase) {
			if strings.Contains(p.FR+p.EN, "%!") || strings.Contains(p.FR+p.EN, "  ") || (p.FR == "") != (p.EN == "") {
				t.Fatalf("%+q", p)
			}
		})

		// The page of an edition and that of a body say the same of a label, and a contested one has no level.
		for _, e := range projectiontest.Editions {
			for _, label := range f.labels.In(e, size) {
				of := f.labels.Of(label.Collectivity, size)
				i := slices.IndexFunc(of, func(l labels.Label) bool { return l.Edition == e })
				if i < 0 {
					t.Fatalf("edition %d has %s, which has no edition %d", e, label.Collectivity, e)
				}
				if diff := cmp.Diff(of[i], label); diff != "" {
					t.Fatalf("edition %d, %s: of the body and in the edition:\n%s", e, label.Collectivity, diff)
				}
				if label.Standing.Status == domain.Contested && (label.Standing.Award != nil || label.Reasoned != nil || e == 0) {
					t.Fatalf("contested: %+v", label.Standing)
				}
			}
		}

		// Whom a source names, and no other.
		for _, e := range projectiontest.Editions {
			for _, s := range projectiontest.Sources {
				var want []labels.Label
				of := func(c domain.Cite) bool { return c.Source == s && !c.Retracted() }
				for _, label := range f.labels.In(e, size) {
					if slices.ContainsFunc(label.Awards, func(a domain.AwardFact) bool { return of(a.Cite) }) || slices.ContainsFunc(label.Mentions, func(m labels.Mention) bool {
						return slices.ContainsFunc(m.Facts, func(x domain.MentionFact) bool { return of(x.Cite) })
					}) {
						want = append(want, label)
					}
				}
				if diff := cmp.Diff(want, f.labels.NamedBy(s, e, size), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("edition %d, named by %s:\n%s", e, s, diff)
				}
			}
		}

		// A null has its reason; nothing that is stated is lost; above the whole there is a verdict.
		items := map[string]reconciliation.Verdict{}
		for _, it := range w.All() {
			items[fmt.Sprint(it.Edition, it.Metric, it.Scope)] = it.Verdict
			if it.Verdict == "" || it.Reason.Empty() {
				t.Fatalf("%d %s %q: verdict %q, reason %q", it.Edition, it.Metric, it.Scope, it.Verdict, it.Reason.EN)
			}
		}
		for _, by := range append([]string{""}, trends.Dimensions...) {
			for _, p := range w.Points(trends.Query{By: by}) {
				where := fmt.Sprintf("edition %d, %s, %s %q", p.Edition, p.Metric, by, p.Group)
				if (p.Published.Figure == nil || p.Recorded.Value == nil || p.Coverage == nil) && p.Reason.Empty() {
					t.Fatalf("%s: a null without its reason: %+v", where, p)
				}
				scope := ""
				if by == "kind" || by == "departement" {
					scope = by + ":" + p.Group
				}
				if p.Coverage != nil && *p.Coverage > 1 && items[fmt.Sprint(p.Edition, p.Metric, scope)] == "" {
					t.Fatalf("%s: covered %v without a verdict", where, *p.Coverage)
				}
				if by != "" {
					continue
				}
				answered := p.Published.Alternatives
				if p.Published.Figure != nil {
					answered = append(slices.Clone(answered), *p.Published.Figure)
				}
				if stated := w.Stated(p.Edition, p.Metric, ""); len(stated) != len(answered) {
					t.Fatalf("%s: %d stated, %d answered", where, len(stated), len(answered))
				}
				if n := w.Count(p.Edition, p.Metric, ""); !cmp.Equal(n, p.Recorded) {
					t.Fatalf("%s: counted %+v alone, %+v in the series", where, n, p.Recorded)
				}
			}
		}
	})
}

// phrases finds every phrase in an answer.
func phrases(v reflect.Value, found func(phrase.Phrase)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			phrases(v.Elem(), found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			phrases(v.Index(i), found)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			phrases(v.MapIndex(key), found)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[phrase.Phrase]() {
			found(phrase.Phrase{FR: v.Field(0).String(), EN: v.Field(1).String()})
			return
		}
		for i := range v.NumField() {
			phrases(v.Field(i), found)
		}
	}
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

// Between two sizes nothing else is known of a body of an edition than of those that were touched, and the label of one body
// is the one that the edition has.
func TestTouched(t *testing.T) {
	narrow := 0
	rapid.Check(t, func(t *rapid.T) {
		events := projectiontest.Draw(t, 60)
		f := newFolds()
		f.apply(events)
		earlier := rapid.IntRange(0, len(events)).Draw(t, "earlier")
		later := rapid.IntRange(earlier, len(events)).Draw(t, "later")
		for _, e := range projectiontest.Editions {
			at := func(size int) map[domain.CollectivityID]any {
				all := map[domain.CollectivityID]any{}
				for _, label := range f.labels.In(e, uint64(size)) {
					one, ok := f.labels.Label(e, label.Collectivity, uint64(size))
					if diff := cmp.Diff(label, one); !ok || diff != "" {
						t.Fatalf("edition %d, %s: alone and in the edition:\n%s", e, label.Collectivity, diff)
					}
					body, _ := f.labels.Body(label.Collectivity, uint64(size))
					all[label.Collectivity] = []any{label, body.Name, body.Type, body.Departement, body.Region}
				}
				return all
			}
			ids, known := f.labels.Touched(e, uint64(earlier), uint64(later))
			if !known {
				continue
			}
			then, now := at(earlier), at(later)
			for _, id := range append([]domain.CollectivityID{projectiontest.Unsettle}, projectiontest.Bodies...) {
				if _, in := f.labels.Label(e, id, uint64(later)); in != (now[id] != nil) {
					t.Fatalf("edition %d, %s: alone %v", e, id, in)
				}
				if !slices.Contains(ids, id) && !cmp.Equal(then[id], now[id]) {
					t.Fatalf("edition %d, from %d to %d: %s was not touched, and differs:\n%s", e, earlier, later, id, cmp.Diff(then[id], now[id]))
				} else if !cmp.Equal(then[id], now[id]) {
					narrow++
				}
			}
		}
	})
	if narrow == 0 {
		t.Error("nothing ever changed in an edition of which it is known what was touched")
	}
}
