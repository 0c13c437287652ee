package words

import (
	"strings"

	"arobase/domain"
)

// Metric says what a figure counts.
func (l *Language) Metric(id string) string {
	return l.Or("metric."+id, strings.ReplaceAll(id, "_", " "))
}

// Unit says a unit. Words of French sources stay as they are in both languages: what the source counted is not known
// better than by its own word.
func (l *Language) Unit(id string) string {
	if id == "" {
		return l.T("unit.unsaid")
	}
	return l.Or("unit."+id, id)
}

// Quantity writes a figure with its precision and unit: "environ 40 communes".
func (l *Language) Quantity(value float64, unit, precision string) string {
	number := l.Number(value)
	if domain.Precision(precision) == domain.About || domain.Precision(precision) == domain.MoreThan {
		number = l.T("precision."+precision, number)
	}
	switch unit {
	case "":
		return number
	case "percent":
		return l.T("quantity.percent", number)
	case "year":
		return l.T("quantity.year", strings.NewReplacer(nnbsp, "", ",", "").Replace(number))
	}
	if value == 1 && l.Has("unit.one."+unit) {
		return number + " " + l.T("unit.one."+unit)
	}
	return number + " " + l.Unit(unit)
}

// Figure writes a figure that stands alone: with its unit even where the source does not say it.
func (l *Language) Figure(value float64, unit, precision string) string {
	s := l.Quantity(value, unit, precision)
	if unit == "" {
		s += " (" + l.T("unit.unsaid") + ")"
	}
	if precision == "derived" {
		s += ", " + l.T("precision.derived")
	}
	return s
}

// ShortNumber writes a number with a sign for its precision, where there is no room for words: "≈40".
func (l *Language) ShortNumber(v float64, precision string) string {
	switch precision {
	case "about":
		return "≈" + l.Number(v)
	case "more_than":
		return ">" + l.Number(v)
	}
	return l.Number(v)
}

// Edition names an edition in a sentence: its ordinal and its year.
func (l *Language) Edition(n, year int) string { return l.T("edition.named", n, year) }

// Kind says what sort of body a collectivity is.
func (l *Language) Kind(id string) string { return l.Or("kind."+id, id) }

// Topic says what a rule of the label is about.
func (l *Language) Topic(id string) string { return l.Or("topic."+id, id) }
