package trends

import (
	"slices"

	"arobase/domain"
)

// datedCount is the count of an edition as of a size.
type datedCount struct {
	size  uint64
	count *count
}

// What is kept of sizes that are gone by is bounded: so many counts of each edition, the last that were asked for, of some
// tens of kilobytes each, and so many comparisons of two of them.
const (
	earlierCounts = 4
	earlierMoves  = 256
)

// earlier counts an edition as of a size that is gone by. Where nothing was recorded of it between that size and one that
// is known, the count is the same; where little was, only the bodies that it concerns are counted again. now is the newest.
func (c *Counts) earlier(k *keptCount, now datedCount, few int, w World, e domain.Edition) *count {
	k.then.Lock()
	defer k.then.Unlock()
	base, differs := datedCount{}, []domain.CollectivityID(nil)
	for i, x := range append(slices.Clone(k.earlier), now) {
		touched, known := w.Labels.Touched(e, min(x.size, w.Size), max(x.size, w.Size))
		switch {
		case !known:
		case len(touched) == 0 && i < len(k.earlier):
			k.earlier = append([]datedCount{x}, slices.Delete(k.earlier, i, i+1)...) // asked for last
			return x.count
		case len(touched) <= few && (base.count == nil || len(touched) < len(differs)):
			base, differs = x, touched
		}
	}
	made := datedCount{w.Size, newCount()}
	if base.count != nil {
		made.count = base.count.clone()
		then := w
		then.Size = base.size
		slices.Sort(differs)
		for _, id := range slices.Compact(differs) {
			made.count.sum(then, e, id, -1)
			made.count.sum(w, e, id, 1)
		}
	} else {
		all := w.roll(e)
		for i := range all {
			p := partOf(&all[i])
			made.count.add(&p, w.place(&all[i]), 1)
		}
	}
	k.earlier = append([]datedCount{made}, k.earlier[:min(len(k.earlier), earlierCounts-1)]...)
	return made.count
}

// sum counts what one body is in an edition, or takes it back where sign is -1.
func (c *count) sum(w World, e domain.Edition, id domain.CollectivityID, sign int) {
	if l, ok := w.Labels.Label(e, id, w.Size); ok {
		p := partOf(&l)
		c.add(&p, w.place(&l), sign)
	}
}

// earlierInto is movedInto as of a size that is gone by.
func (c *Counts) earlierInto(w World, e domain.Edition) moves {
	pair := [2]*count{c.of(w, e-1), c.of(w, e)}
	c.moving.Lock()
	m, ok := c.moved[pair]
	c.moving.Unlock()
	if ok {
		return m
	}
	before := map[domain.CollectivityID]share{}
	for _, l := range w.roll(e - 1) {
		before[l.Collectivity] = partOf(&l).share
	}
	for _, l := range w.roll(e) {
		m.add(before[l.Collectivity], partOf(&l).share)
		delete(before, l.Collectivity)
	}
	for _, was := range before {
		m.add(was, share{})
	}
	c.moving.Lock()
	defer c.moving.Unlock()
	if c.moved == nil || len(c.moved) >= earlierMoves {
		c.moved = map[[2]*count]moves{}
	}
	c.moved[pair] = m
	return m
}

// add counts what became of one body.
func (m *moves) add(was, is share) {
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
