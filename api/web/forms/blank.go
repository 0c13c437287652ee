package forms

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"arobase/domain"
)

// blank is one field of a form, as the schema of an event gives it: without words and without what somebody typed.
type blank struct {
	Name     string // in its object
	Path     string // from the form, with brackets for a list: articles[].number. It tells the words
	Kind     fieldKind
	Required bool
	Choices  []string // of a choice, of choices
	Most     int      // characters, or lines of a list; 0: not bounded here
	Numbers  bool     // the lines of a list are whole numbers
	Empty    bool     // a list that is sent although nothing is in it
	Members  []blank  // of a group, and of each row
}

// fieldKind is how a field is asked for.
type fieldKind string

const (
	aLine    fieldKind = "line"
	aText    fieldKind = "text" // several lines
	aNumber  fieldKind = "number"
	anAmount fieldKind = "amount" // euros with cents; recorded in cents
	aDay     fieldKind = "day"
	aPartial fieldKind = "partial" // a day, a month or a year
	aYes     fieldKind = "yes"
	aChoice  fieldKind = "choice"
	choices  fieldKind = "choices"
	aLink    fieldKind = "link"
	aRecord  fieldKind = "record" // an inscription, by its id, its address or its number
	aBody    fieldKind = "body"   // a collectivity, by its id, its code or its name
	aSource  fieldKind = "source"
	aList    fieldKind = "list" // of lines
	bodies   fieldKind = "bodies"
	aGroup   fieldKind = "group"
	rows     fieldKind = "rows"
)

// amounts are the numbers of cents, by resource or event and path.
var amounts = map[string]bool{
	"membership-recorded fee": true, "membership-corrected fee": true, "payment-recorded amount": true,
	"regulation-published fee.perInhabitant": true, "regulation-published fee.least": true, "regulation-published fee.most": true,
}

// blanksOf makes the fields of a form from the schema of what it asks for, in the order of the event.
func blanksOf(t domain.Type) []blank {
	return members(t.Name, "", domain.InputSchema(t), orderOf(reflect.TypeOf(t.New()).Elem()))
}

// order are the names of the members of an object in their order, with those of their own objects.
type order []struct {
	name string
	of   order
}

// orderOf reads from a struct the order in which its members are written; a schema has none.
func orderOf(t reflect.Type) order {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[domain.Sealed]() {
		return nil
	}
	var all order
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			all = append(all, orderOf(f.Type)...)
		case f.IsExported() && name != "" && name != "-":
			all = append(all, struct {
				name string
				of   order
			}{name, orderOf(f.Type)})
		}
	}
	return all
}

func members(event, under string, schema map[string]any, in order) []blank {
	properties := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	if in == nil { // a value that is sealed whole: the votes
		for _, name := range []string{"for", "against", "abstained", "possible", "text"} {
			if properties[name] != nil {
				in = append(in, order{{name: name}}...)
			}
		}
		required = []any{"for", "against", "abstained"}
	}
	var all []blank
	for _, o := range in {
		property, ok := properties[o.name].(map[string]any)
		if !ok {
			continue // who asks is told by the session
		}
		b := blankOf(event, under+o.name, property, o.of)
		b.Name, b.Required = o.name, slices.Contains(required, any(o.name))
		all = append(all, b)
	}
	return all
}

func blankOf(event, path string, schema map[string]any, in order) blank {
	b := blank{Path: path, Kind: aLine, Most: int(integer(schema["maxLength"]))}
	for _, c := range list(schema["enum"]) {
		b.Choices = append(b.Choices, c.(string))
	}
	pattern, _ := schema["pattern"].(string)
	switch schema["type"] {
	case "object":
		b.Kind, b.Members = aGroup, members(event, path+".", schema, in)
	case "array":
		item := schema["items"].(map[string]any)
		each := blankOf(event, path+"[]", item, in)
		b.Most, b.Empty = int(integer(schema["maxItems"])), integer(schema["minItems"]) == 0
		switch each.Kind {
		case aGroup:
			b.Kind, b.Members = rows, each.Members
		case aChoice:
			b.Kind, b.Choices = choices, each.Choices
		case aBody:
			b.Kind = bodies
		default:
			b.Kind, b.Numbers = aList, each.Kind == aNumber
		}
	case "integer":
		if b.Kind = aNumber; amounts[event+" "+path] {
			b.Kind = anAmount
		}
	default:
		switch {
		case schema["const"] != nil:
			b.Kind, b.Choices = aYes, []string{schema["const"].(string)}
		case b.Choices != nil:
			b.Kind = aChoice
		case schema["format"] == "date":
			b.Kind = aDay
		case schema["format"] == "uuid":
			b.Kind = aRecord
		case schema["format"] == "iri":
			b.Kind = aLink
		case strings.Contains(pattern, "fr-commune-"):
			b.Kind = aBody
		case isPartial(pattern):
			b.Kind = aPartial
		case path != "source" && strings.HasSuffix(path, "source") || path == "originOf" || path == "source" && event != "source-cited":
			b.Kind = aSource
		case b.Most > 1000 && !oneLine[path]:
			b.Kind = aText
		}
	}
	return b
}

// oneLine are the sealed texts that take one line: names.
var oneLine = map[string]bool{"person": true, "signedOff": true, "affiliation": true, "reference": true, "label": true, "title": true, "value": true}

// isPartial tells whether an expression is that of a day, a month or a year.
func isPartial(pattern string) bool {
	form, err := regexp.Compile(pattern)
	return err == nil && pattern != "" && form.MatchString("2017-02") && form.MatchString("2017-02-01") && !form.MatchString("x") && !form.MatchString("20-1")
}

func integer(v any) int64 {
	n, _ := v.(int64)
	return n
}

func list(v any) []any {
	all, _ := v.([]any)
	return all
}

// each calls f with every field, those of groups and rows after their own.
func each(all []blank, f func(blank)) {
	for _, b := range all {
		f(b)
		each(b.Members, f)
	}
}
