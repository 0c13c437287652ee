package labels

import (
	"cmp"
	"slices"

	"arobase/domain"
)

type sourceVersion struct {
	domain.SourceParticulars
	note     string
	position uint64
}

// Source is a published work as known at a size.
type Source struct {
	ID domain.SourceID
	domain.SourceParticulars
	Note     string // a commitment, or ""
	Position uint64 // of the event that gave these particulars
}

func (l *Labels) addSource(id domain.SourceID, p domain.SourceParticulars, note string, position uint64) {
	l.sources[id] = append(l.sources[id], sourceVersion{p, note, position})
}

// Source gives the particulars of a source.
func (l *Labels) Source(id domain.SourceID, size uint64) (Source, bool) {
	versions := l.sources[id]
	for i := len(versions) - 1; i >= 0; i-- {
		if v := versions[i]; v.position < size {
			return Source{id, v.SourceParticulars, v.note, v.position}, true
		}
	}
	return Source{}, false
}

// Sources gives every source, in the order of ids.
func (l *Labels) Sources(size uint64) []Source {
	var out []Source
	for id := range l.sources {
		if s, ok := l.Source(id, size); ok {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Source) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// independentAt tells which sources count as two: not a work and its copy, not two copies of one work, not two works
// of one publisher (docs/adr/0003-independent-sources.md). A copy speaks for its own publisher and for that of what it
// copies. Whether two publishers talked to each other nobody knows; the status says "two sources", not "true".
func (l *Labels) independentAt(size uint64) domain.Independent {
	return func(a, b domain.SourceID) bool {
		one, other := l.origins(a, size), l.origins(b, size)
		for _, x := range one {
			if slices.ContainsFunc(other, func(y Source) bool { return x.Publisher == y.Publisher }) {
				return false
			}
		}
		return len(one) > 0 && len(other) > 0
	}
}

// Independent is independentAt for one question.
func (l *Labels) Independent(a, b domain.SourceID, size uint64) bool {
	return l.independentAt(size)(a, b)
}

// origins gives a work and, in turn, what it copies; nil where one of them is not known. Corrections can make works
// copies of each other: it ends where it has been.
func (l *Labels) origins(id domain.SourceID, size uint64) []Source {
	var out []Source
	for id != "" && !slices.ContainsFunc(out, func(s Source) bool { return s.ID == id }) {
		s, ok := l.Source(id, size)
		if !ok {
			return nil
		}
		out = append(out, s)
		id = s.OriginOf
	}
	return out
}
