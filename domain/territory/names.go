package territory

import (
	"cmp"
	"slices"
	"strings"
)

// Names are compared by key: the fold of the name without what people leave out. For a commune that is a leading article; for
// an EPCI the legal form, the "de" after it, and an article. A key is always the end of the fold.

// articles begin a folded name.
var articles = []string{"le ", "la ", "les ", "l "}

// particles join a legal form and a name: "CC de la Haute Somme".
var particles = []string{"du ", "de la ", "de l ", "des ", "de ", "d "}

// forms are the ways to write the legal form of an EPCI before its name, folded, with what LegalForm calls it. The reference
// abbreviates all but the métropoles.
var forms = []struct{ written, form string }{
	{"cc ", "CC"}, {"communaute de communes ", "CC"},
	{"ca ", "CA"}, {"communaute d agglomeration ", "CA"},
	{"cu ", "CU"}, {"communaute urbaine ", "CU"},
	{"metropole ", "METRO"}, {"eurometropole ", "METRO"},
}

func cutAny(folded string, beginnings []string) (rest string, cut bool) {
	for _, b := range beginnings {
		if rest, ok := strings.CutPrefix(folded, b); ok && rest != "" {
			return rest, true
		}
	}
	return folded, false
}

// cutForm takes a legal form, and the particle after it, from the beginning of a folded name.
func cutForm(folded string) (form, rest string) {
	for _, f := range forms {
		if rest, ok := strings.CutPrefix(folded, f.written); ok && rest != "" {
			rest, _ = cutAny(rest, particles)
			return f.form, rest
		}
	}
	return "", folded
}

// key gives the key of a folded name, and the name with its article if it has one ("la rochelle" for both "La Rochelle"
// and "CA La Rochelle").
func key(folded string, isEPCI bool) (key, bare string) {
	bare = folded
	if isEPCI {
		_, bare = cutForm(folded)
	}
	key, _ = cutAny(bare, articles)
	return key, bare
}

// withoutParentheses drops what a name has in parentheses: "CA Porte de l'Isère (CAPI)", "Bors (Canton de Charente-Sud)".
func withoutParentheses(name string) string {
	for {
		i := strings.IndexByte(name, '(')
		if i < 0 {
			return name
		}
		j := strings.IndexByte(name[i:], ')')
		if j < 0 {
			return name
		}
		name = strings.TrimSpace(name[:i]) + " " + strings.TrimSpace(name[i+j+1:])
	}
}

// nameIndex finds positions (see Reference.at) by key.
type nameIndex struct {
	folded   []string // by position
	keyStart []uint8  // by position: where the key begins in the fold
	inForce  keyList
	formers  keyList // positions in Reference.formers

	divisions map[string]hint // by the fold of the name, without article
}

// newNameIndex folds every name: a few tens of milliseconds, once.
func newNameIndex(r *Reference) *nameIndex {
	x := &nameIndex{folded: make([]string, r.Len()), keyStart: make([]uint8, r.Len()), inForce: make(keyList, 0, r.Len()+100)}
	for i := range r.Len() {
		isEPCI := i >= len(r.communes)
		name := r.nameAt(i)
		f := Fold(name)
		k, _ := key(f, isEPCI)
		x.folded[i], x.keyStart[i] = f, uint8(len(f)-len(k))
		x.inForce = append(x.inForce, keyed{k, int32(i)})
		if short := withoutParentheses(name); short != name {
			k, _ := key(Fold(short), isEPCI)
			x.inForce = append(x.inForce, keyed{k, int32(i)})
		}
	}
	for i, f := range r.formers {
		k, _ := key(Fold(f[6]), false)
		x.formers = append(x.formers, keyed{k, int32(i)})
	}
	x.inForce.sort()
	x.formers.sort()
	x.divisions = make(map[string]hint)
	for _, d := range r.departements {
		k, _ := key(Fold(d.Name), false)
		x.divisions[k] = hint{departement: d.Code}
	}
	for _, d := range r.regions {
		k, _ := key(Fold(d.Name), false)
		h := x.divisions[k] // Guadeloupe is both
		h.region = d.Code
		x.divisions[k] = h
	}
	return x
}

// keyList is sorted by key, then position.
type keyList []keyed

type keyed struct {
	key string
	at  int32
}

func (l keyList) sort() {
	slices.SortFunc(l, func(a, b keyed) int { return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
}

// lookup gives the positions of a key, in order. O(log n + matches).
func (l keyList) lookup(key string) []int32 {
	i, _ := slices.BinarySearchFunc(l, key, func(k keyed, key string) int { return strings.Compare(k.key, key) })
	var at []int32
	for ; i < len(l) && l[i].key == key; i++ {
		at = append(at, l[i].at)
	}
	return at
}
