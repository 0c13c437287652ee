package territory

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// searchIndex holds the beginning of every word of every name, sorted by what follows to the end of the name: so the names
// in which some words stand together are neighbours, too.
type searchIndex struct {
	names      *nameIndex
	postings   []posting
	population []int32 // by position
	bySIREN    []int32 // positions of the communes that have one, sorted by it
}

// posting is a word: the fold of the name at a position, from an offset on.
type posting struct {
	at     int32
	offset uint16
}

// newSearchIndex sorts about 100,000 words: a few tens of milliseconds, once.
func newSearchIndex(r *Reference) *searchIndex {
	x := &searchIndex{names: r.names(), population: make([]int32, r.Len())}
	type keyed struct {
		head uint64 // the first eight bytes: nearly every comparison ends there
		posting
	}
	words := make([]keyed, 0, 3*r.Len())
	for i, folded := range x.names.folded {
		for offset := range len(folded) {
			if offset == 0 || folded[offset-1] == ' ' {
				words = append(words, keyed{head(folded[offset:]), posting{int32(i), uint16(offset)}})
			}
		}
	}
	slices.SortFunc(words, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.head, b.head), strings.Compare(x.suffix(a.posting), x.suffix(b.posting)), cmp.Compare(a.at, b.at))
	})
	x.postings = make([]posting, len(words))
	for i, w := range words {
		x.postings[i] = w.posting
	}
	for i, c := range r.communes {
		x.population[i] = c.population
		if c.siren != "" {
			x.bySIREN = append(x.bySIREN, int32(i))
		}
	}
	for i, e := range r.epci {
		x.population[len(r.communes)+i] = e.population
	}
	slices.SortFunc(x.bySIREN, func(a, b int32) int { return strings.Compare(r.communes[a].siren, r.communes[b].siren) })
	return x
}

func head(s string) (h uint64) {
	for i := range 8 {
		h <<= 8
		if i < len(s) {
			h |= uint64(s[i])
		}
	}
	return h
}

func (x *searchIndex) suffix(p posting) string { return x.names.folded[p.at][p.offset:] }

// beginning gives the places where the folded words q begin. O(log n).
func (x *searchIndex) beginning(q string) []posting {
	from := sort.Search(len(x.postings), func(i int) bool { return x.suffix(x.postings[i]) >= q })
	n := sort.Search(len(x.postings)-from, func(i int) bool { return !strings.HasPrefix(x.suffix(x.postings[from+i]), q) })
	return x.postings[from : from+n]
}

// sirenBeginning gives the positions of the communes of which the SIREN begins with digits. O(log n + matches).
func (x *searchIndex) sirenBeginning(r *Reference, digits string) []int32 {
	from := sort.Search(len(x.bySIREN), func(i int) bool { return r.communes[x.bySIREN[i]].siren >= digits })
	to := from
	for to < len(x.bySIREN) && strings.HasPrefix(r.communes[x.bySIREN[to]].siren, digits) {
		to++
	}
	return x.bySIREN[from:to]
}
