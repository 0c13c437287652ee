package web

import (
	"slices"
	"sync"

	"arobase/api/ledger"
	"arobase/projections/trends"
)

// remembered keeps an answer as of the present size of the ledger: many pages ask the same, and it changes only when
// something is recorded. Only answers without texts are remembered, because a text may be erased. What it gives is shared
// and must not be changed.
type remembered[T any] struct {
	mu    sync.Mutex
	known bool
	size  uint64
	value T
}

func (r *remembered[T]) at(size, now uint64, ask func() (T, error)) (T, error) {
	if size != now {
		return ask()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known && r.size == size {
		return r.value, nil
	}
	value, err := ask()
	if err == nil {
		r.known, r.size, r.value = true, size, value
	}
	return value, err
}

// since is at for an answer that changed last at a size: it is the same at every size from there on.
func (r *remembered[T]) since(changed, size uint64, ask func() T) T {
	if size < changed {
		return ask()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.known || r.size < changed {
		r.known, r.size, r.value = true, size, ask()
	}
	return r.value
}

// recent keeps the few answers about sizes that are gone by that were asked for last, so that neither their number nor
// their memory follows that of the questions. One is made at a time. The zero value is ready.
type recent[V any] struct {
	mu     sync.Mutex
	values []V // the last asked for first; guarded by mu
}

// of gives the answer that fits, or the one that ask makes, which is kept if keep says so. At most so many are kept.
func (r *recent[V]) of(most int, fits func(V) bool, ask func() (answer V, keep bool)) V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.values, fits); i >= 0 {
		v := r.values[i]
		r.values = slices.Insert(slices.Delete(r.values, i, i+1), 0, v)
		return v
	}
	v, keep := ask()
	if keep {
		r.values = slices.Insert(r.values[:min(len(r.values), most-1)], 0, v)
	}
	return v
}

// points gives every metric of every edition.
func (p *page) points() ([]ledger.PointView, error) {
	return p.site.points.at(p.size, p.site.Ledger.Size(), func() ([]ledger.PointView, error) {
		v, err := p.site.Ledger.Trends(p.ctx, trends.Query{}, p.size)
		return v.Points, err
	})
}

// editions gives every edition of which something is known, the latest first.
func (p *page) editions() []ledger.EditionShort {
	if p.editionsRead != nil {
		return p.editionsRead
	}
	all, _ := p.site.editionsKnown.at(p.size, p.site.Ledger.Size(), func() ([]ledger.EditionShort, error) {
		return p.site.Ledger.Editions(p.ctx, p.size), nil
	})
	p.editionsRead = all
	return all
}

// holdings counts what has no count of its own elsewhere.
type holdings struct{ collectivities, sources int }

func (p *page) holdings() holdings {
	h, _ := p.site.holdingsKnown.at(p.size, p.site.Ledger.Size(), func() (holdings, error) {
		return holdings{len(p.bodiesKnown()), len(p.site.Ledger.Sources(p.ctx, p.size))}, nil
	})
	return h
}
