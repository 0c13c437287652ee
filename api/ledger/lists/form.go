package lists

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"arobase/api/ledger/tabular"
	"arobase/domain"
)

// column is one column that a list may have.
type column struct {
	name   string
	path   []string // the members of the body that lead to the value
	kind   kind
	needed bool // in each header and each row
	must   bool // of members: in each object
}

// kind says how a cell becomes a value.
type kind int

const (
	text    kind = iota
	integer      // a whole number
	euros        // an amount in euros, which becomes one in cents
	date         // a day, or a month or a year, in ISO 8601; a day also as the French Excel writes it
	texts        // several texts, divided by a bar
	integers
	members // of the objects of a list: the first value of each column belongs to the first object
	memberIntegers
	anything // JSON
)

// inEuros is what is added to the name of an amount in cents for its column in euros.
const inEuros = ".eur"

// amounts are the fields that hold cents.
var amounts = []string{"membership-recorded.fee", "membership-corrected.fee", "payment-recorded.amount"}

// form are the columns of a list of requests.
type form []column

// formOf makes the columns of the form of an input, in the alphabetical order of its members, those that are needed first.
func formOf(t domain.Type) form {
	f := columnsOf(t.Name, domain.InputSchema(t), nil, true)
	slices.SortStableFunc(f, func(a, b column) int {
		switch {
		case a.needed == b.needed:
			return 0
		case a.needed:
			return -1
		}
		return 1
	})
	return f
}

func columnsOf(event string, schema map[string]any, under []string, needed bool) (f form) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		s, _ := properties[name].(map[string]any)
		path := append(slices.Clone(under), name)
		c := column{name: strings.Join(path, "."), path: path, needed: needed && slices.Contains(required, any(name))}
		switch s["type"] {
		case "object":
			f = append(f, columnsOf(event, s, path, c.needed)...)
			continue
		case "array":
			f = append(f, c.ofList(s)...)
			continue
		case "integer":
			c.kind = integer
			if slices.Contains(amounts, event+"."+c.name) {
				c.needed = false // one of the two is, as the form of the body has it
				f = append(f, column{name: c.name + inEuros, path: path, kind: euros})
			}
		case "string":
			if s["format"] == "date" || s["pattern"] == domain.PartialDatePattern {
				c.kind = date
			}
		default:
			c.kind = anything
		}
		f = append(f, c)
	}
	return f
}

// ofList are the columns of a list: one for values, one for each member of objects.
func (c column) ofList(schema map[string]any) form {
	items, _ := schema["items"].(map[string]any)
	switch items["type"] {
	case "string":
		c.kind = texts
		return form{c}
	case "integer":
		c.kind = integers
		return form{c}
	}
	properties, _ := items["properties"].(map[string]any)
	required, _ := items["required"].([]any)
	var f form
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		s, _ := properties[name].(map[string]any)
		member := column{name: c.name + "." + name, path: append(slices.Clone(c.path), name), kind: members, must: slices.Contains(required, any(name))}
		member.needed = c.needed && member.must
		switch s["type"] {
		case "string":
		case "integer":
			member.kind = memberIntegers
		default:
			c.kind = anything
			return form{c}
		}
		f = append(f, member)
	}
	return f
}

// Columns are those that a list of events of a type may have: those that each list needs, and those that it has where they
// are wanted.
func Columns(t domain.Type) (needed, wanted []string) {
	for _, c := range formOf(t) {
		if c.needed {
			needed = append(needed, c.name)
		} else {
			wanted = append(wanted, c.name)
		}
	}
	return needed, wanted
}

// shape is the header that a list has.
func (f form) shape(resource string) tabular.Shape {
	s := tabular.Shape{Name: resource}
	optional := map[string]bool{}
	for _, c := range f {
		s.Columns = append(s.Columns, c.name)
		optional[c.name] = !c.needed
	}
	s.Optional = func(name string) bool { return optional[name] }
	return s
}

// body makes the body of a request of a row. A cell that is empty is a member that is left out.
func (f form) body(row tabular.Row, separator rune) (map[string]any, domain.Invalid) {
	body := map[string]any{}
	var wrong domain.Invalid
	lists := map[string]*objects{}
	for i, c := range f {
		cell := row.Fields[i]
		if cell == "" {
			if c.needed {
				wrong = append(wrong, domain.FieldError{Field: c.name, Rule: "required", Message: "is missing"})
			}
			continue
		}
		if c.kind == members || c.kind == memberIntegers {
			list := strings.Join(c.path[:len(c.path)-1], ".")
			if lists[list] == nil {
				lists[list] = &objects{path: c.path[:len(c.path)-1]}
			}
			if fault := lists[list].add(c, cell); fault != nil {
				wrong = append(wrong, *fault)
			}
			continue
		}
		value, fault := c.value(cell, separator)
		if fault == nil {
			fault = put(body, c, value)
		}
		if fault != nil {
			wrong = append(wrong, *fault)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		list := lists[name]
		_ = put(body, column{name: name, path: list.path}, list.all) // nothing else has its path
	}
	return body, wrong
}

// put sets a value in a body, in the objects that its path names.
func put(body map[string]any, c column, value any) *domain.FieldError {
	last := len(c.path) - 1
	for _, name := range c.path[:last] {
		next, ok := body[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			body[name] = next
		}
		body = next
	}
	if _, twice := body[c.path[last]]; twice {
		return &domain.FieldError{Field: c.name, Rule: "once", Message: "is given twice, in cents and in euros; leave one of the two empty"}
	}
	body[c.path[last]] = value
	return nil
}

// objects are those of a list, whose members stand in columns of their own.
type objects struct {
	path []string
	all  []any
	by   string // the column that was first
}

// add takes the values of one column: one for each object, none where it is empty.
func (o *objects) add(c column, cell string) *domain.FieldError {
	values := strings.Split(cell, "|")
	switch {
	case o.by == "":
		o.by = c.name
		for range values {
			o.all = append(o.all, map[string]any{})
		}
	case len(values) != len(o.all):
		return &domain.FieldError{Field: c.name, Rule: "columns", Message: fmt.Sprintf("has %d values and %s %d; divide them by a bar |, and leave nothing between two bars where there is none", len(values), o.by, len(o.all))}
	}
	for i, v := range values {
		if v = strings.TrimSpace(v); v == "" {
			if c.must {
				return &domain.FieldError{Field: c.name, Rule: "required", Message: fmt.Sprintf("value %d of %d is missing", i+1, len(values))}
			}
			continue
		}
		object := o.all[i].(map[string]any)
		name := c.path[len(c.path)-1]
		if c.kind == members {
			object[name] = v
			continue
		}
		n, fault := wholeNumber(c, v)
		if fault != nil {
			return fault
		}
		object[name] = json.Number(n)
	}
	return nil
}
