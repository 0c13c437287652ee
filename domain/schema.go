package domain

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Schema is the JSON Schema (draft 2020-12) of the data of an event. It is made from the same struct and the same tags
// that DecodeStrict obeys: whatever DecodeStrict accepts fits it. The other way is not so: a check digit, a day of the
// calendar or the normal form of a text are beyond an expression, and are told in words.
func Schema(t Type) map[string]any {
	s := objectSchema(t.Name, "", reflect.TypeOf(t.New()).Elem())
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"] = fmt.Sprintf("urn:arobase:schema:%s:v%d", t.Name, t.Version)
	s["title"] = t.Says
	return s
}

func objectSchema(event, under string, t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, p := range parts(t) {
		properties[p.name] = p.schema(event, under+p.name)
		if p.always {
			required = append(required, p.name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// schema is that of one member.
func (p part) schema(event, path string) map[string]any {
	var s map[string]any
	switch {
	case p.kind == sealedType:
		s = sealedSchema(p)
	case p.isUUID():
		s = map[string]any{"type": "string", "format": "uuid", "pattern": uuidPattern, "not": map[string]any{"const": uuid.Nil.String()}}
	case p.object() != nil:
		s = objectSchema(event, path+".", p.object())
	case p.kind.Kind() == reflect.Slice:
		s = p.listSchema(event, path)
	case p.kind.Kind() == reflect.String:
		s = stringSchema(p.rules)
	default:
		s = p.integerSchema()
	}
	if about := meaning(event, path); about != "" {
		if more, ok := s["description"]; ok {
			about = fmt.Sprintf("%s %s", about, more)
		}
		s["description"] = about
	}
	return s
}

// listSchema is that of a list. That two objects in it differ in one of their members is beyond a schema, and told in words.
func (p part) listSchema(event, path string) map[string]any {
	item, _ := p.item()
	s := map[string]any{"type": "array", "items": item.schema(event, path+"[]")}
	for _, r := range p.rules {
		switch r.name {
		case "min":
			s["minItems"] = number(r.param)
		case "max":
			s["maxItems"] = number(r.param)
		case "unique":
			if r.param == "" {
				s["uniqueItems"] = true
			} else {
				s["description"] = "No two with the same " + p.distinct() + "."
			}
		}
	}
	return s
}

// distinct is the name of the member in which the objects of a list differ, or "".
func (p part) distinct() string {
	if field, _ := param(p.rules, "unique"); field != "" {
		f, _ := p.kind.Elem().FieldByName(field)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	}
	return ""
}

// The forms that are told by an expression here and by a function where events are checked.
const (
	uuidPattern   = `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`
	sealedPattern = `^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$`
	sirenPattern  = `^[0-9]{9}$`
	datePattern   = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`
	webPattern    = `^[hH][tT][tT][pP][sS]?://`
	partPattern   = `^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$`
	linePattern   = `^[^ \t\r\n](.*[^ \t\r\n])?$`
)

// PartialDatePattern is the pattern that schemas give of a year, a month or a day of ISO 8601.
const PartialDatePattern = partPattern

func sealedSchema(p part) map[string]any {
	return map[string]any{
		"type":                 "object",
		"description":          "Sealed: the log holds a commitment only, the " + valuesInWords[p.value] + " is " + disclosed[p.visibility] + ".",
		"properties":           map[string]any{"sealed": map[string]any{"type": "string", "contentEncoding": "base64", "pattern": sealedPattern}},
		"required":             []any{"sealed"},
		"additionalProperties": false,
	}
}

// disclosed says in words who reads a sealed text.
var disclosed = map[Visibility]string{
	VisiblePublic:     "disclosed to all at once",
	VisibleCeremony:   "disclosed to all at the ceremony",
	VisibleRestricted: "shown to certain roles only",
}

func stringSchema(rules []formRule) map[string]any {
	s := map[string]any{"type": "string"}
	for _, r := range rules {
		switch r.name {
		case "oneof":
			var words []any
			for word := range strings.FieldsSeq(r.param) {
				words = append(words, word)
			}
			s["enum"] = words
		case "eq":
			s["const"] = r.param
		case "max":
			s["maxLength"] = number(r.param)
		default:
			s["pattern"] = patternOf(r.name)
		}
		if format, ok := map[string]string{"date": "date", "weburl": "iri"}[r.name]; ok {
			s["format"] = format
		}
		if most, ok := longest[r.name]; ok {
			s["maxLength"] = most
		}
		if words := formInWords(r.name); words != "" {
			s["description"] = capital(words) + "."
		}
	}
	return s
}

// longest are the bounds of the forms whose expression has none.
var longest = map[string]int64{"collectivity": 100, "sourceid": 80, "mention": 60, "actionid": 80}

// formInWords is what a person reads of a form, or "".
func formInWords(tag string) string {
	for _, f := range forms {
		if f.tag == tag {
			return f.message
		}
	}
	return ""
}

// patternOf gives an expression that every string of a form matches.
func patternOf(form string) string {
	switch form {
	case "insee":
		return insee.String()
	case "siren":
		return sirenPattern
	case "collectivity":
		return anyIDForm()
	case "sourceid", "mention", "slug", "actionid":
		return slug.String()
	case "line":
		return linePattern
	case "date":
		return datePattern
	case "partialdate":
		return partPattern
	case "weburl":
		return webPattern
	case "year":
		return statedYear.String()
	}
	return patterns[form].String()
}

func anyIDForm() string {
	var all []string
	for _, f := range idForms {
		all = append(all, strings.Trim(f.form.String(), "^$"))
	}
	return "^(" + strings.Join(all, "|") + ")$"
}

func (p part) integerSchema() map[string]any {
	s := map[string]any{"type": "integer"}
	for _, r := range p.rules {
		switch r.name {
		case "min":
			s["minimum"] = number(r.param)
		case "max":
			s["maximum"] = number(r.param)
		case "level":
			s["minimum"], s["maximum"] = int64(MinLevel), int64(MaxLevel)
		case "edition":
			s["minimum"], s["maximum"] = int64(FirstEdition), int64(lastEdition)
		}
	}
	if s["minimum"] == int64(0) && !p.always {
		s["minimum"] = int64(1) // zero is told by leaving the member out
	}
	return s
}

func number(param string) int64 {
	n, err := strconv.ParseInt(param, 10, 64)
	must(err)
	return n
}
