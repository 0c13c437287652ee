package territory

import "strings"

// query is one reading of a name that was asked for.
type query struct {
	text    string // without the hints
	form    string // the legal form stated, as LegalForm says it, or ""
	article bool   // an article is stated
	folded  string // of text
	bare    string // folded, without form and particle
	key     string // bare, without article
	hints   []hint // all must fit
}

func newQuery(text string, hints []hint) query {
	q := query{text: text, folded: Fold(text), hints: hints}
	q.form, q.bare = cutForm(q.folded)
	q.key, q.article = cutAny(q.bare, articles)
	return q
}

// readings tries the readings of a name in turn, until found says that one leads somewhere. First, parentheses are part of the
// name ("Château-Chinon (Ville)"); then the last pair is an article put behind ("Rochelle (La)") or a hint ("Bassens
// (Savoie)"), and so on. A hint that means nothing ends it: to ignore what was said would be to guess.
func (r *Reference) readings(name string, found func(query) bool) {
	var hints []hint
	for {
		if found(newQuery(name, hints)) {
			return
		}
		rest, inside, ok := cutParentheses(name)
		if !ok {
			return
		}
		if f := Fold(inside) + " "; f == "le " || f == "la " || f == "les " || f == "l " {
			name = inside + " " + rest
			continue
		}
		h, ok := r.hint(inside)
		if !ok {
			return
		}
		name, hints = rest, append(hints, h)
	}
}

// cutParentheses takes the last parentheses from the end of a name.
func cutParentheses(name string) (rest, inside string, ok bool) {
	name = strings.TrimSpace(name)
	i := strings.LastIndexByte(name, '(')
	if i < 0 || !strings.HasSuffix(name, ")") {
		return name, "", false
	}
	return strings.TrimSpace(name[:i]), name[i+1 : len(name)-1], true
}

// hint says where a territory is, or its code. What is set is an alternative: Guadeloupe is a département and a région.
type hint struct {
	departement string
	region      string
	code        string // INSEE or SIREN
}

// hint understands the code or the name of a département, the name of a région, an INSEE code, a SIREN. A code of a région is
// none: 27 is Eure.
func (r *Reference) hint(s string) (hint, bool) {
	s = strings.TrimSpace(s)
	code := strings.ToUpper(s)
	if _, ok := r.departement(code); ok {
		return hint{departement: code}, true
	}
	if _, ok := r.Standing(code); ok {
		return hint{code: code}, true
	}
	if _, ok := r.epciAt(code); ok {
		return hint{code: code}, true
	}
	name, _ := cutAny(Fold(s), articles)
	h, ok := r.names().divisions[name]
	return h, ok
}

// fits tells whether a commune, by its département, région and code, is where the hint says.
func (h hint) fits(departement, region, code string) bool {
	return (h.departement != "" && h.departement == departement) || (h.region != "" && h.region == region) ||
		(h.code != "" && h.code == code)
}

// fit tells whether a territory is where all hints say. An EPCI is wherever one of its members is.
func (r *Reference) fit(t Territory, hints []hint) bool {
	for _, h := range hints {
		if h.fits(t.Departement, t.Region, t.Code) {
			continue
		}
		inside := false
		if i, ok := r.epciAt(t.Code); ok && t.Kind == KindEPCI {
			for _, m := range r.members[r.epci[i].first:r.epci[i].last] {
				d, _ := r.departement(departementOf(r.communes[m].code))
				inside = inside || h.fits(d.Code, d.Region, "")
			}
		}
		if !inside {
			return false
		}
	}
	return true
}

func all[T any](list []T, holds func(T) bool) bool {
	for _, x := range list {
		if !holds(x) {
			return false
		}
	}
	return true
}
