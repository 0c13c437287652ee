package projections_test

import (
	"sync"
	"testing"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/labels"
	"arobase/projections/projectiontest"
	"arobase/projections/trends"
)

// country is the design size: 35,000 communes in 27 editions, each labelled in each, and ten sources. It is built once.
var country = sync.OnceValue(func() trends.World {
	w := trends.World{Labels: labels.New(), Figures: figures.New(), Size: labels.Now}
	wants := map[string]func(domain.Recorded){}
	for _, name := range w.Labels.Events() {
		wants[name] = w.Labels.Apply
	}
	for _, name := range w.Figures.Events() {
		if labelled := wants[name]; labelled != nil {
			wants[name] = func(r domain.Recorded) { labelled(r); w.Figures.Apply(r) }
		} else {
			wants[name] = w.Figures.Apply
		}
	}
	projectiontest.Country(35_000, 27, func(r domain.Recorded) { wants[r.Event.EventName()](r) })
	return w
})

// BenchmarkDesignSize asks each question of the country for the whole history.
func BenchmarkDesignSize(b *testing.B) {
	w := country()
	b.Run("labels.Of", func(b *testing.B) {
		for b.Loop() {
			if n := len(w.Labels.Of("fr-commune-18000", w.Size)); n != 27 {
				b.Fatal(n)
			}
		}
	})
	b.Run("labels.Today", func(b *testing.B) {
		for b.Loop() {
			if w.Labels.Today("fr-commune-18000", w.Size).Current == nil {
				b.Fatal("no label")
			}
		}
	})
	b.Run("labels.In", func(b *testing.B) {
		for b.Loop() {
			if n := len(w.Labels.In(20, w.Size)); n != 35_000 {
				b.Fatal(n)
			}
		}
	})
	b.Run("labels.In/as-of", func(b *testing.B) {
		for b.Loop() {
			if n := len(w.Labels.In(20, 720_000)); n == 0 || n == 35_000 {
				b.Fatal(n) // the size is in the middle of the edition
			}
		}
	})
	b.Run("trends.Points", func(b *testing.B) {
		for b.Loop() {
			if n := len(w.Points(trends.Query{})); n != 27*len(trends.Metrics) {
				b.Fatal(n)
			}
		}
	})
	b.Run("trends.Points/one-edition", func(b *testing.B) {
		for b.Loop() {
			w.Points(trends.Query{From: 20, To: 20})
		}
	})
	b.Run("trends.Points/by-departement-one-edition", func(b *testing.B) {
		for b.Loop() {
			w.Points(trends.Query{From: 20, To: 20, By: "departement"})
		}
	})
	b.Run("trends.Transitions", func(b *testing.B) {
		for b.Loop() {
			if t := w.Transitions(19, 20); t.N != 35_000 {
				b.Fatal(t.N)
			}
		}
	})
}
