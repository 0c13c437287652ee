package trends

import (
	"sync"

	"arobase/domain"
	"arobase/projections/labels"
)

// Counts keeps what the ledger counts of whole editions from one question to the next: to count an edition of the design
// size takes a third of a second, and many questions rest on the same counts. Where something was recorded since, only the
// bodies that it concerns are counted again. The zero value is ready, and may be used from several goroutines. It must be
// asked about one ledger only.
type Counts struct {
	mu       sync.Mutex
	editions map[domain.Edition]*keptCount // guarded by mu, each by its own

	placing sync.Mutex
	places  []place         // guarded by placing
	numbers map[place]int32 // guarded by placing
}

// keptCount is one edition as of a size. It keeps the parts that the count is the sum of, to take them back.
type keptCount struct {
	mu    sync.Mutex
	size  uint64
	count *count // nil: not counted yet
	parts map[domain.CollectivityID]part
	moves map[*count]*moves // from the edition before, where that was counted so
}

// moves counts who entered an edition, left before it, rose or fell in it.
type moves struct{ entries, exits, progressions, regressions int }

func (c *Counts) edition(e domain.Edition) *keptCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.editions == nil {
		c.editions = map[domain.Edition]*keptCount{}
	}
	if c.editions[e] == nil {
		c.editions[e] = new(keptCount)
	}
	return c.editions[e]
}

// of counts an edition; nil where it has to be counted by whoever asks: as of a size that is gone by.
func (c *Counts) of(w World, e domain.Edition) *count {
	if c == nil || w.Size == labels.Now {
		return nil
	}
	k := c.edition(e)
	k.mu.Lock()
	defer k.mu.Unlock()
	if !c.bring(k, w, e) {
		return nil
	}
	return k.count
}

// bring brings the count of an edition to the size of a question; false where it is past it. The caller holds k.mu.
func (c *Counts) bring(k *keptCount, w World, e domain.Edition) bool {
	if k.count != nil && w.Size < k.size {
		touched, known := w.Labels.Touched(e, w.Size, k.size)
		return known && len(touched) == 0
	}
	if k.count != nil && w.Size == k.size {
		return true
	}
	touched, known := w.Labels.Touched(e, k.size, w.Size)
	switch {
	case k.count == nil || !known || len(touched) > len(k.parts)/8+64:
		k.parts = map[domain.CollectivityID]part{}
		k.count, k.moves = newCount(), nil
		labels := w.roll(e)
		for i := range labels {
			c.put(k, w, k.count, &labels[i])
		}
	case len(touched) > 0:
		next := k.count.clone()
		for _, id := range touched {
			if old, ok := k.parts[id]; ok {
				next.add(&old, c.placeOf(old.place), -1)
				delete(k.parts, id)
			}
			if label, ok := w.Labels.Label(e, id, w.Size); ok {
				c.put(k, w, next, &label)
			}
		}
		k.count, k.moves = next, nil
	}
	k.size = w.Size
	return true
}

// put counts a label and keeps its part.
func (c *Counts) put(k *keptCount, w World, into *count, l *labels.Label) {
	p, at := partOf(l), w.place(l)
	p.place = c.numberOf(at)
	into.add(&p, at, 1)
	k.parts[l.Collectivity] = p
}

func (c *Counts) numberOf(at place) int32 {
	c.placing.Lock()
	defer c.placing.Unlock()
	n, ok := c.numbers[at]
	if !ok {
		if c.numbers == nil {
			c.numbers = map[place]int32{}
		}
		n = int32(len(c.places))
		c.places, c.numbers[at] = append(c.places, at), n
	}
	return n
}

func (c *Counts) placeOf(n int32) place {
	c.placing.Lock()
	defer c.placing.Unlock()
	return c.places[n]
}

// movedInto counts who moved between the edition before and one, where both are enumerated; false where it has to be
// counted by whoever asks.
func (c *Counts) movedInto(w World, e domain.Edition) (moves, bool) {
	if c == nil || w.Size == labels.Now {
		return moves{}, false
	}
	a, b := c.edition(e-1), c.edition(e)
	a.mu.Lock() // the earlier edition first, always
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !c.bring(a, w, e-1) || !c.bring(b, w, e) {
		return moves{}, false
	}
	if m := b.moves[a.count]; m != nil {
		return *m, true
	}
	var m moves
	for id, is := range b.parts {
		was := a.parts[id]
		switch {
		case is.held && !was.held:
			m.entries++
		case !is.held && was.held:
			m.exits++
		case !is.held || is.own == 0 || was.own == 0:
		case is.own > was.own:
			m.progressions++
		case is.own < was.own:
			m.regressions++
		}
	}
	for id, was := range a.parts {
		if _, stays := b.parts[id]; was.held && !stays {
			m.exits++
		}
	}
	b.moves = map[*count]*moves{a.count: &m}
	return m, true
}
