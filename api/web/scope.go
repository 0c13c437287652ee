package web

import "strings"

// scope says to which part of an edition a figure belongs; "" for the whole.
func (p *page) scope(s string) string {
	kind, value, ok := strings.Cut(s, ":")
	if !ok {
		return s
	}
	switch kind {
	case "departement":
		if name, ok := p.site.Ledger.Territories().Departement(value); ok {
			value = name
		}
	case "mention":
		value = strings.ReplaceAll(value, "-", " ")
	case "population", "kind":
		return p.Or("scope."+s, s)
	}
	if key := "scope." + kind; p.Has(key) {
		return p.T(key, value)
	}
	return s
}
