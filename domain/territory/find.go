package territory

import (
	"cmp"
	"slices"
	"strings"
)

// Find gives every territory in force that bears a name. It compares whole names after Fold and never guesses: with two
// bodies of one name it gives both, with none it gives none, and a former name finds nothing (see FindFormer).
//
// A leading article may be missing, added, or put behind in parentheses ("Rochelle (La)"). A hint in parentheses narrows: the
// code or the name of a département, the name of a région, a code ("Bassens (73)", "Le Mont-Dore (Nouvelle-Calédonie)").
// Hints are applied first; then:
//
//   - A name given with its article that is exactly the name of some excludes those that match without the article only: "Le
//     Mont-Dore" is 98817, not Mont-Dore, 63236. Without an article both are meant, and both are given: "Mont-Dore".
//   - The legal form of an EPCI may be written out, abbreviated or left out, with or without the "de" after it. One that is
//     stated must be the one it has: a communauté de communes of that name would be another body.
//   - Without a legal form, the name of a commune means the commune: "Bastia" is not the CA de Bastia.
//
// The order is: same accents too, exactly the name, the name without its article; then communes before EPCI, by code.
// O(log n) after the index of names is built.
func (r *Reference) Find(name string) []Territory {
	var out []Territory
	r.readings(name, func(q query) bool {
		out = r.match(q)
		return len(out) > 0
	})
	return out
}

// found is a match and how close it is.
type found struct {
	Territory
	exact    bool // the same name, article included
	accented bool // and the same accents
}

func (r *Reference) match(q query) []Territory {
	var matches []found
	for _, at := range r.names().inForce.lookup(q.key) {
		t := r.at(int(at))
		switch {
		case q.form != "" && q.form != writtenForm(t):
		case strings.Contains(q.text, "(") && !strings.Contains(t.Name, "("):
			// The signs are folded away, but "Bors (Charente)" is not a commune called Bors Charente.
		case !r.fit(t, q.hints), slices.ContainsFunc(matches, func(f found) bool { return f.ID == t.ID }):
		default:
			matches = append(matches, q.compare(t))
		}
	}
	if q.article && slices.ContainsFunc(matches, func(f found) bool { return f.exact }) {
		matches = slices.DeleteFunc(matches, func(f found) bool { return !f.exact })
	}
	if q.form == "" && slices.ContainsFunc(matches, func(f found) bool { return f.Kind == KindCommune }) {
		matches = slices.DeleteFunc(matches, func(f found) bool { return f.Kind == KindEPCI && Fold(f.Name) != q.folded })
	}
	slices.SortStableFunc(matches, func(a, b found) int {
		return cmp.Or(first(a.accented, b.accented), first(a.exact, b.exact), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Code, b.Code))
	})
	out := make([]Territory, len(matches))
	for i, f := range matches {
		out[i] = f.Territory
	}
	return out
}

// compare says how close a territory with the key of the query is to it.
func (q query) compare(t Territory) found {
	f := found{Territory: t}
	asked := accented(q.text)
	for _, name := range []string{t.Name, withoutParentheses(t.Name)} {
		folded := Fold(name)
		_, bare := key(folded, t.Kind == KindEPCI)
		if q.folded == folded || q.bare == bare {
			f.exact = true
			official := accented(name)
			// An EPCI asked for without its form has the end of its name.
			f.accented = f.accented || asked == official || t.Kind == KindEPCI && strings.HasSuffix(official, " "+asked)
		}
	}
	return f
}

// writtenForm is the legal form as it is written before a name.
func writtenForm(t Territory) string {
	if t.LegalForm == "MET69" {
		return "METRO" // a form of its own, for Lyon alone, and called métropole
	}
	return t.LegalForm
}

// first orders true before false.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
