package labels

import (
	"slices"

	"arobase/domain"
)

// trace remembers of which bodies of an edition what changed, so that whoever has counted the edition before needs to look
// at those again and at no other. The zero value is ready.
type trace struct {
	// bodies are in the order in which they were touched. Of those before from nothing is known any more: they count as all
	// of them.
	bodies []touch
	from   uint64
}

type touch struct {
	size uint64 // of the ledger after the event
	id   domain.CollectivityID
}

// tracedAtMost bounds what is remembered of an edition: to look at more again is no faster than to look at all.
const tracedAtMost = 4096

func (t *trace) add(size uint64, id domain.CollectivityID) {
	if n := len(t.bodies); n > 0 && t.bodies[n-1] == (touch{size, id}) {
		return
	}
	if len(t.bodies) >= 2*tracedAtMost {
		t.from = t.bodies[tracedAtMost-1].size
		t.bodies = slices.Clone(t.bodies[tracedAtMost:])
	}
	t.bodies = append(t.bodies, touch{size, id})
}

// all says that of every body of the edition something else may be known from a size on.
func (t *trace) all(size uint64) { t.bodies, t.from = nil, size }

// Touched gives the bodies of an edition of which something else may be known at the later of two sizes than at the
// earlier, in no order, and some perhaps twice: their labels, what groups them belong to, or their names. For all others
// In gives the same at both. false: it may be any of them.
func (l *Labels) Touched(e domain.Edition, earlier, later uint64) ([]domain.CollectivityID, bool) {
	t := l.traces[e]
	switch {
	case t == nil || earlier >= later:
		return nil, true
	case earlier < t.from:
		return nil, false
	}
	// Sizes never fall: what was touched after the earlier size stands together.
	i, _ := slices.BinarySearchFunc(t.bodies, earlier, func(x touch, size uint64) int {
		if x.size <= size {
			return -1
		}
		return 1
	})
	var ids []domain.CollectivityID
	for _, x := range t.bodies[i:] {
		if x.size > later {
			break
		}
		ids = append(ids, x.id)
	}
	return ids, true
}

func (l *Labels) trace(e domain.Edition) *trace {
	if l.traces[e] == nil {
		l.traces[e] = new(trace)
	}
	return l.traces[e]
}

// touch remembers that something was entered of a body in an edition: it concerns also the bodies that a contested name was
// settled as.
func (l *Labels) touch(e domain.Edition, id domain.CollectivityID, size uint64) {
	t := l.trace(e)
	t.add(size, id)
	for _, as := range l.means[id] {
		t.add(size, as)
	}
}

// touchBody remembers that something else is known of a body itself, in every edition in which it or a name of it is.
func (l *Labels) touchBody(id domain.CollectivityID, size uint64) {
	for _, c := range l.byBody[id] {
		l.touch(c.Edition, id, size)
	}
	for _, s := range l.settled[id] {
		for _, c := range l.byBody[s.name] {
			l.trace(c.Edition).add(size, id)
		}
	}
}

// touchSource remembers that whatever rests on a source, or on a copy of it, may have another standing.
func (l *Labels) touchSource(s domain.SourceID, size uint64) {
	for cited, editions := range l.citing {
		if l.copies(cited, s) {
			for e := range editions {
				l.trace(e).all(size)
			}
		}
	}
}

// copies tells whether a work is another one, or a copy of it by however many steps.
func (l *Labels) copies(id, of domain.SourceID) bool {
	seen := map[domain.SourceID]bool{}
	for id != "" && !seen[id] {
		if id == of {
			return true
		}
		seen[id] = true
		s, _ := l.Source(id, Now)
		id = s.OriginOf
	}
	return false
}

// cites remembers that a fact of an edition rests on a source.
func (l *Labels) cites(s domain.SourceID, e domain.Edition) {
	if l.citing[s] == nil {
		l.citing[s] = map[domain.Edition]bool{}
	}
	l.citing[s][e] = true
}

// name remembers that a body or a name of one was entered.
func (l *Labels) name(size uint64) { l.named = append(l.named, size) }

// NamesSince is the size from which on the bodies that are entered and their names are those that are known at a size: it
// is the same for two sizes between which none was entered.
func (l *Labels) NamesSince(size uint64) uint64 {
	i, found := slices.BinarySearch(l.named, size)
	switch {
	case found:
		return size
	case i == 0:
		return 0
	}
	return l.named[i-1]
}

// FoundedSince is the size from which on the sources, and who of them lists a whole edition, are those of now.
func (l *Labels) FoundedSince() uint64 { return l.founded }

// Unchanged tells whether In gives the same of an edition at two sizes, whichever is the later.
func (l *Labels) Unchanged(e domain.Edition, one, other uint64) bool {
	ids, known := l.Touched(e, min(one, other), max(one, other))
	return known && len(ids) == 0
}

// NamedBy gives the labels of an edition of which a source says anything that stands, in the order of In. It looks at the
// facts of the edition, and draws conclusions only from those that it gives.
func (l *Labels) NamedBy(s domain.SourceID, e domain.Edition, size uint64) []Label {
	if !l.citing[s][e] {
		return nil
	}
	by := func(c domain.Cite) bool {
		return c.Source == s && c.Position < size && (c.RetractedAt == 0 || c.RetractedAt > size)
	}
	var ids []domain.CollectivityID
	for _, c := range l.byEdition[e] {
		if slices.ContainsFunc(c.facts.Awards, func(a domain.AwardFact) bool { return by(a.Cite) }) ||
			slices.ContainsFunc(c.facts.Mentions, func(m domain.MentionFact) bool { return by(m.Cite) }) {
			ids = append(append(ids, c.Collectivity), l.means[c.Collectivity]...)
		}
	}
	slices.Sort(ids)
	var out []Label
	for _, id := range slices.Compact(ids) {
		if v, ok := l.Label(e, id, size); ok && v.namedBy(s) {
			out = append(out, v)
		}
	}
	return out
}

// namedBy tells whether a source says anything of a label or a mention that stands.
func (v Label) namedBy(s domain.SourceID) bool {
	of := func(c domain.Cite) bool { return c.Source == s && !c.Retracted() }
	return slices.ContainsFunc(v.Awards, func(a domain.AwardFact) bool { return of(a.Cite) }) ||
		slices.ContainsFunc(v.Mentions, func(m Mention) bool {
			return slices.ContainsFunc(m.Facts, func(f domain.MentionFact) bool { return of(f.Cite) })
		})
}

// Label gives what In has of one body, and false where In does not have it.
func (l *Labels) Label(e domain.Edition, id domain.CollectivityID, size uint64) (Label, bool) {
	for _, as := range l.means[id] {
		if slices.ContainsFunc(l.settled[as], func(s settlement) bool { return s.name == id && s.position < size }) {
			return Label{}, false // its facts are those of a body
		}
	}
	var group []*candidacy
	if c := l.find(e, id); c != nil {
		group = append(group, c)
	}
	for _, s := range l.settled[id] {
		if c := l.find(e, s.name); c != nil && s.position < size {
			group = append(group, c)
		}
	}
	if len(group) == 0 {
		return Label{}, false
	}
	v, ok := l.view(id, group, size)
	return v, ok && v.Live()
}
