package web

import (
	"strings"

	"arobase/domain"
)

// metric says what a figure counts.
func (t *tongue) metric(id string) string {
	return t.or("metric."+id, strings.ReplaceAll(id, "_", " "))
}

// unit says a unit. Words of French sources stay as they are in both languages: what the source counted is not known
// better than by its own word.
func (t *tongue) unit(id string) string {
	if id == "" {
		return t.T("unit.unsaid")
	}
	return t.or("unit."+id, id)
}

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
		return p.or("scope."+s, s)
	}
	if key := "scope." + kind; p.has(key) {
		return p.T(key, value)
	}
	return s
}

// quantity writes a figure with its precision and unit: "environ 40 communes".
func (t *tongue) quantity(value float64, unit, precision string) string {
	number := t.Number(value)
	if domain.Precision(precision) == domain.About || domain.Precision(precision) == domain.MoreThan {
		number = t.T("precision."+precision, number)
	}
	switch unit {
	case "":
		return number
	case "percent":
		return t.T("quantity.percent", number)
	case "year":
		return t.T("quantity.year", strings.NewReplacer(nnbsp, "", ",", "").Replace(number))
	}
	if value == 1 && t.has("unit.one."+unit) {
		return number + " " + t.T("unit.one."+unit)
	}
	return number + " " + t.unit(unit)
}

// edition names an edition in a sentence: its ordinal and its year.
func (t *tongue) edition(n, year int) string { return t.T("edition.named", n, year) }

// kind says what sort of body a collectivity is.
func (t *tongue) kind(id string) string { return t.or("kind."+id, id) }
