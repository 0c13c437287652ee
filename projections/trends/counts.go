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

	placing sync.RWMutex
	places  []place                         // guarded by placing
	numbers map[place]int32                 // guarded by placing
	bodies  map[domain.CollectivityID]int32 // their numbers, from 0; guarded by placing

	moving sync.Mutex
	moved  map[[2]*count]moves // between two editions as of a size before; guarded by moving
}

// keptCount is one edition as of a size. It keeps the parts that the count is the sum of, to take them back.
type keptCount struct {
	mu     sync.Mutex
	size   uint64
	count  *count  // nil: not counted yet
	shares []share // by the number of the body
	// mentions are those of the few bodies that have any.
	mentions map[int32][]mentionPart
	lines    int               // how many shares are in use
	moves    map[*count]*moves // from the edition before, where that was counted so

	then    sync.Mutex   // taken after mu was released, never with it
	earlier []datedCount // of sizes before, the last asked for first; guarded by then
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

// of counts an edition; nil where it has to be counted by whoever asks: with no size.
func (c *Counts) of(w World, e domain.Edition) *count {
	if c == nil || w.Size == labels.Now {
		return nil
	}
	k := c.edition(e)
	k.mu.Lock()
	if c.bring(k, w, e) {
		defer k.mu.Unlock()
		return k.count
	}
	now, few := datedCount{k.size, k.count}, k.lines/8+64
	k.mu.Unlock()
	return c.earlier(k, now, few, w, e)
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
	case k.count == nil || !known || len(touched) > k.lines/8+64:
		labels := w.roll(e)
		k.shares, k.mentions, k.lines = make([]share, 0, len(labels)), map[int32][]mentionPart{}, 0
		k.count, k.moves = newCount(), nil
		for i := range labels {
			c.put(k, w, k.count, &labels[i])
		}
	case len(touched) > 0:
		next := k.count.clone()
		for _, id := range touched {
			if old, ok := k.take(c.numberOfBody(id)); ok {
				next.add(&old, c.placeOf(old.place), -1)
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
	k.keep(c.numberOfBody(l.Collectivity), p)
}

// keep remembers the part of a body.
func (k *keptCount) keep(body int32, p part) {
	if missing := int(body) + 1 - len(k.shares); missing > 0 {
		k.shares = append(k.shares, make([]share, missing)...)
	}
	k.shares[body] = p.share
	k.lines++
	if len(p.mentions) > 0 {
		k.mentions[body] = p.mentions
	}
}

// take gives the part of a body and forgets it; false where there is none.
func (k *keptCount) take(body int32) (part, bool) {
	p := part{share: k.share(body), mentions: k.mentions[body]}
	if p.here {
		k.shares[body] = share{}
		k.lines--
		delete(k.mentions, body)
	}
	return p, p.here
}

// share is that of a body, the zero one where the edition does not have it.
func (k *keptCount) share(body int32) share {
	if int(body) >= len(k.shares) {
		return share{}
	}
	return k.shares[body]
}

// numberOfBody gives a body its number, the same in every edition.
func (c *Counts) numberOfBody(id domain.CollectivityID) int32 {
	c.placing.RLock()
	n, ok := c.bodies[id]
	c.placing.RUnlock()
	if ok {
		return n
	}
	c.placing.Lock()
	defer c.placing.Unlock()
	if n, ok := c.bodies[id]; ok { // somebody was quicker
		return n
	}
	if c.bodies == nil {
		c.bodies = map[domain.CollectivityID]int32{}
	}
	n = int32(len(c.bodies))
	c.bodies[id] = n
	return n
}

func (c *Counts) numberOf(at place) int32 {
	c.placing.RLock()
	n, ok := c.numbers[at]
	c.placing.RUnlock()
	if ok {
		return n
	}
	c.placing.Lock()
	defer c.placing.Unlock()
	if n, ok = c.numbers[at]; !ok {
		if c.numbers == nil {
			c.numbers = map[place]int32{}
		}
		n = int32(len(c.places))
		c.places, c.numbers[at] = append(c.places, at), n
	}
	return n
}

func (c *Counts) placeOf(n int32) place {
	c.placing.RLock()
	defer c.placing.RUnlock()
	return c.places[n]
}

// movedInto counts who moved between the edition before and one, where both are enumerated; false where it has to be
// counted by whoever asks.
func (c *Counts) movedInto(w World, e domain.Edition) (moves, bool) {
	if c == nil || w.Size == labels.Now {
		return moves{}, false
	}
	if m, ok := c.newestInto(w, e); ok {
		return m, true
	}
	return c.earlierInto(w, e), true
}

// newestInto is movedInto where both editions are kept as of the size of the question.
func (c *Counts) newestInto(w World, e domain.Edition) (m moves, ok bool) {
	a, b := c.edition(e-1), c.edition(e)
	a.mu.Lock() // the earlier edition first, always
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !c.bring(a, w, e-1) || !c.bring(b, w, e) {
		return m, false
	}
	if m := b.moves[a.count]; m != nil {
		return *m, true
	}
	for body := range int32(max(len(a.shares), len(b.shares))) {
		m.add(a.share(body), b.share(body))
	}
	b.moves = map[*count]*moves{a.count: &m}
	return m, true
}
