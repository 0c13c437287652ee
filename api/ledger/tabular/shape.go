package tabular

import (
	"fmt"
	"slices"
	"strings"
)

// Shape is a kind of file: its name and the columns of its header row.
type Shape struct {
	Name    string   // also the name of the history's file without ".csv"
	Columns []string // in the order in which the history writes them
	// Optional tells of a column whether a header may leave it out. Nil: of none.
	Optional func(column string) bool
}

func (s Shape) needs(column string) bool { return s.Optional == nil || !s.Optional(column) }

// Shapes are all the kinds of file there are, in the order in which they must be imported: a file only refers to what
// the files of earlier shapes hold. No two shapes have the same set of columns. It must not be changed.
var Shapes = []Shape{
	{Name: "sources", Columns: []string{"source_id", "publisher", "title", "published_on", "url", "note"}},
	{Name: "collectivities", Columns: []string{
		"name_as_stated", "collectivity_id", "official_name", "kind", "insee", "siren", "departement_code",
		"departement", "region_code", "region", "population", "population_year", "status", "candidates", "note",
	}},
	{Name: "ceremonies", Columns: []string{"edition", "year", "attribute", "value", "precision", "source_id", "note"}},
	{Name: "awards", Columns: []string{
		"edition", "year_as_stated", "holder", "distinction", "level", "certainty", "source_id", "note",
	}},
	{Name: "mentions", Columns: []string{
		"edition", "year_as_stated", "holder", "mention_id", "mention_label", "certainty", "source_id", "note",
	}},
	{Name: "figures", Columns: []string{
		"edition", "year_as_stated", "metric", "scope", "value", "precision", "unit", "source_id", "note",
	}},
	{Name: "rules", Columns: []string{"edition", "year_as_stated", "topic", "statement", "source_id"}},
	{Name: "explanations", Columns: []string{
		"edition", "year_as_stated", "metric", "scope", "kind", "test", "text_fr", "text_en", "source_id",
	}},
}

// header is what the first row of a file says: its shape, and which column is where.
type header struct {
	shape Shape
	line  int
	at    []int // for each position in the file the index in shape.Columns, or -1 for a column without a name
}

// match is how well the names of a header row fit one shape.
type match struct {
	shape                     Shape
	missing, unknown, doubled []string
}

func (m match) exact() bool { return len(m.missing)+len(m.unknown)+len(m.doubled) == 0 }

// common counts the columns of the shape that the header names, of those that it must.
func (m match) common() int {
	needed := 0
	for _, column := range m.shape.Columns {
		if m.shape.needs(column) {
			needed++
		}
	}
	return needed - len(m.missing)
}

func (m match) better(other match) bool {
	if m.common() != other.common() {
		return m.common() > other.common()
	}
	return len(m.missing)+len(m.unknown) < len(other.missing)+len(other.unknown)
}

// nearest finds which of some shapes a header row fits best. Empty names are no columns: spreadsheets write them beside a
// table, and they do no harm while nothing stands below them.
func nearest(shapes []Shape, names []string) match {
	var best match
	for i, shape := range shapes {
		m := match{shape: shape}
		for _, column := range shape.Columns {
			if shape.needs(column) && !slices.Contains(names, column) {
				m.missing = append(m.missing, column)
			}
		}
		seen := make(map[string]bool, len(names))
		for _, name := range names {
			switch {
			case name == "":
			case seen[name]:
				m.doubled = append(m.doubled, name)
			case !slices.Contains(shape.Columns, name):
				m.unknown = append(m.unknown, name)
			}
			seen[name] = true
		}
		if i == 0 || m.better(best) {
			best = m
		}
	}
	return best
}

// header places the columns of a header row that fits exactly.
func (m match) header(line int, names []string) header {
	h := header{shape: m.shape, line: line, at: make([]int, len(names))}
	for i, name := range names {
		h.at[i] = slices.Index(m.shape.Columns, name)
	}
	return h
}

// complaint says why a header row is refused, and which columns the file should have.
func (m match) complaint(names []string) string {
	if m.shape.Optional != nil {
		return m.listComplaint(names)
	}
	given := len(m.unknown) + m.common()
	if 2*m.common() < given && 2*m.common() < len(m.shape.Columns) {
		return strangeHeader(names)
	}
	return fmt.Sprintf("this looks like %s.csv, but %s; its columns, in any order, are %s",
		m.shape.Name, m.faults(), strings.Join(m.shape.Columns, ", "))
}

// faults names what a header row has too little or too much.
func (m match) faults() string {
	var faults []string
	for _, name := range firstFew(m.unknown) {
		faults = append(faults, quoted(name)+" is not a column of it")
	}
	for _, name := range m.missing {
		faults = append(faults, quoted(name)+" is missing")
	}
	for _, name := range firstFew(m.doubled) {
		faults = append(faults, quoted(name)+" is there more than once")
	}
	return strings.Join(faults, "; ")
}

// listComplaint is the complaint about a list, whose kind was told: only its columns are in question.
func (m match) listComplaint(names []string) string {
	var needed, wanted []string
	for _, column := range m.shape.Columns {
		if m.shape.needs(column) {
			needed = append(needed, column)
		} else {
			wanted = append(wanted, column)
		}
	}
	hint := ""
	if len(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })) == 1 {
		hint = " (columns are separated by commas, semicolons or tabs)"
	}
	return fmt.Sprintf("the first row is not the header of a list of %s: %s%s; its columns, in any order, are %s; and, where wanted, %s",
		m.shape.Name, m.faults(), hint, strings.Join(needed, ", "), strings.Join(wanted, ", "))
}

// strangeHeader says that a first row is the header of nothing known.
func strangeHeader(names []string) string {
	var shown, known []string
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	for _, name := range firstFew(names) {
		shown = append(shown, quoted(name))
	}
	for _, shape := range Shapes {
		known = append(known, fmt.Sprintf("%s (%s)", shape.Name, strings.Join(shape.Columns, ", ")))
	}
	hint := ""
	if len(names) == 1 {
		hint = " (columns are separated by commas, semicolons or tabs)"
	}
	return fmt.Sprintf("the first row is not the header of a file of facts: it reads %s%s; it must name the columns of one of: %s",
		strings.Join(shown, ", "), hint, strings.Join(known, "; "))
}

// firstFew keeps a message readable when a header has a thousand columns.
func firstFew(names []string) []string {
	return names[:min(len(names), 10)]
}
