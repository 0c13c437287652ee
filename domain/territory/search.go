package territory

import (
	"cmp"
	"slices"
	"strings"
)

// How well a territory answers a search, best first.
const (
	exactly   = iota + 1 // the whole name or code
	formless             // the whole name of an EPCI without its legal form: after the commune of that name
	fromStart            // the beginning of the name (after its article or legal form) or of the code
	fromWord             // the beginning of some word of the name
	scattered            // each word asked for begins some word of the name
)

// Search gives at most limit territories for what is typed in a search box, the likeliest first: a name or the beginning of
// it, of one of its words or of several, spelled as for Find and with the same hints; an INSEE code or a SIREN or the
// beginning of one (two characters of the first, six of the second). Equal answers are ordered by population, the larger
// first. Unlike Find it ranks and cuts off: it is for a person who chooses.
//
// O(log n + matches) after its index is built; under 2 ms for one letter.
func (r *Reference) Search(query string, limit int) []Territory {
	text, hints := r.cutHints(query)
	if limit <= 0 {
		return nil
	}
	s := searching{r: r, x: r.search(), best: make([]uint8, r.Len())}
	s.byCode(text)
	folded := foldLetters(text)
	s.byName(expandSaints(folded), limit)
	if before, last, ok := cutLast(folded); ok && (last == "st" || last == "ste") {
		s.byName(strings.TrimSpace(expandSaints(before)+" "+last), limit) // Stains, Stenay: the word may go on
	}
	return s.top(limit, hints)
}

// cutHints takes what Find would understand from the end of a query; the rest is text to search for.
func (r *Reference) cutHints(query string) (text string, hints []hint) {
	text = query
	for {
		rest, inside, ok := cutParentheses(text)
		if !ok {
			return text, hints
		}
		h, ok := r.hint(inside)
		if !ok {
			return text, hints
		}
		text, hints = rest, append(hints, h)
	}
}

func cutLast(folded string) (before, last string, ok bool) {
	i := strings.LastIndexByte(folded, ' ')
	return folded[:max(i, 0)], folded[i+1:], folded != ""
}

// searching gathers the answers to one query.
type searching struct {
	r       *Reference
	x       *searchIndex
	best    []uint8 // by position: how well it answers, 0 not at all
	touched []int32 // the positions that do
}

func (s *searching) hit(at int32, how uint8) {
	switch b := s.best[at]; {
	case b == 0:
		s.touched = append(s.touched, at)
		s.best[at] = how
	case how < b:
		s.best[at] = how
	}
}

// byName looks for a folded name: as it stands, then word by word if that gives too little.
func (s *searching) byName(q string, limit int) {
	if q == "" {
		return
	}
	if form, rest := cutForm(q + " "); form != "" && form != "METRO" {
		// Written as the reference does.
		q = strings.TrimSpace(strings.ToLower(form) + " " + rest)
		s.inForm(form, strings.TrimSpace(rest))
	}
	for _, p := range s.x.beginning(q) {
		folded := s.x.names.folded[p.at]
		start := p.offset == 0 || p.offset == uint16(s.x.names.keyStart[p.at])
		whole := start && len(folded)-int(p.offset) == len(q)
		switch {
		case whole && (p.offset == 0 || int(p.at) < len(s.r.communes)):
			s.hit(p.at, exactly)
		case whole:
			s.hit(p.at, formless)
		case start:
			s.hit(p.at, fromStart)
		default:
			s.hit(p.at, fromWord)
		}
	}
	if words := strings.Fields(q); len(words) > 1 && len(s.touched) < limit {
		s.byWords(words)
	}
}

// inForm looks for the beginning of a name among the EPCI of one legal form, whatever particle or article is in between.
func (s *searching) inForm(form, rest string) {
	rest, _ = cutAny(rest, articles)
	for i, e := range s.r.epci {
		at := len(s.r.communes) + i
		k := s.x.names.folded[at][s.x.names.keyStart[at]:]
		if e.form == form && strings.HasPrefix(k, rest) {
			how := uint8(fromStart)
			if k == rest {
				how = exactly
			}
			s.hit(int32(at), how)
		}
	}
}

// byWords looks for names in which every word asked for begins a word, in any order, by way of the rarest one.
func (s *searching) byWords(words []string) {
	var rarest []posting
	for i, w := range words {
		if p := s.x.beginning(w); i == 0 || len(p) < len(rarest) {
			rarest = p
		}
	}
	for _, p := range rarest {
		folded := s.x.names.folded[p.at]
		if all(words, func(w string) bool { return strings.HasPrefix(folded, w) || strings.Contains(folded, " "+w) }) {
			s.hit(p.at, scattered)
		}
	}
}

// byCode looks for INSEE codes and SIREN, also written in groups ("217 300 086").
func (s *searching) byCode(text string) {
	code := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), " ", ""))
	if len(code) < 2 || len(code) > 9 || code[0] < '0' || code[0] > '9' {
		return
	}
	how := func(whole string) uint8 {
		if whole == code {
			return exactly
		}
		return fromStart
	}
	for i, _ := s.r.communeAt(code); i < len(s.r.communes) && strings.HasPrefix(s.r.communes[i].code, code); i++ {
		s.hit(int32(i), how(s.r.communes[i].code))
	}
	if len(code) < 6 {
		return
	}
	for i, _ := s.r.epciAt(code); i < len(s.r.epci) && strings.HasPrefix(s.r.epci[i].siren, code); i++ {
		s.hit(int32(len(s.r.communes)+i), how(s.r.epci[i].siren))
	}
	for _, at := range s.x.sirenBeginning(s.r, code) {
		s.hit(at, how(s.r.communes[at].siren))
	}
}

// top gives the best answers that fit the hints.
func (s *searching) top(limit int, hints []hint) []Territory {
	better := func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.best[a], s.best[b]), cmp.Compare(s.x.population[b], s.x.population[a]), cmp.Compare(a, b))
	}
	limit = min(limit, len(s.touched))
	var top []int32
	if len(hints) > 0 {
		s.touched = slices.DeleteFunc(s.touched, func(at int32) bool { return !s.r.fit(s.r.at(int(at)), hints) })
	}
	if limit > 200 {
		slices.SortFunc(s.touched, better)
		top = s.touched[:min(limit, len(s.touched))]
	} else {
		// Most answers are worse than the last one kept, and cost one comparison.
		for _, at := range s.touched {
			if len(top) == limit {
				if better(at, top[limit-1]) > 0 {
					continue
				}
				top = top[:limit-1]
			}
			i, _ := slices.BinarySearchFunc(top, at, better)
			top = slices.Insert(top, i, at)
		}
	}
	out := make([]Territory, len(top))
	for i, at := range top {
		out[i] = s.r.at(int(at))
	}
	return out
}
