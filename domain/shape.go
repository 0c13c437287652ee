package domain

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// A shape is what is asked of one value in the data of an event. The shape of each type is made once, from the very
// schema that is published: the two cannot say different things. Read.go holds data against it.
type shape struct {
	kind        shapeKind
	text        textShape    // of a text, or of the commitment of a sealed member
	least, most int64        // of a number, or of the count of items
	item        *shape       // of every item of a list
	once        bool         // no text or number of the list is there twice
	distinct    []int        // the field in which no two objects of the list are alike, or nil
	object      *objectShape // of an object
	is          reflect.Type // the struct of the object
}

type shapeKind int

const (
	aText shapeKind = iota
	aUUID
	aNumber
	aList
	anObject
	aSealed
)

// textShape is what is asked of a text.
type textShape struct {
	words  []string // the only texts that it may be, or nil
	most   int      // characters
	form   string   // the name of its form: insee
	match  func(string) bool
	beyond func(string) bool // what no expression tells of its form, or nil
	unlike string            // a text that has the form and is not allowed
}

// objectShape is what is asked of the members of an object.
type objectShape struct {
	members []memberShape // in the order of their names, which is that of canonical JSON
	always  uint64        // those that are never left out, a bit for each
}

type memberShape struct {
	name  string
	index []int // of the field
	shape
}

// shapes has the shape of each type as it stands in an envelope.
var shapes = func() map[string]*objectShape {
	all := make(map[string]*objectShape, len(catalogue))
	for _, t := range catalogue {
		all[t.String()] = shapeOf(reflect.TypeOf(t.New()).Elem())
	}
	return all
}()

func shapeOf(t reflect.Type) *objectShape {
	o := new(objectShape)
	all := parts(t)
	slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.name, b.name) })
	for i, p := range all {
		o.members = append(o.members, memberShape{p.name, p.index, p.shape()})
		if p.always {
			o.always |= 1 << i
		}
	}
	if len(all) > 64 {
		panic(fmt.Sprintf("%s has %d members, and 64 bits tell which ones are there", t, len(all)))
	}
	return o
}

func (p part) shape() shape {
	s := shape{least: math.MinInt64, most: math.MaxInt64}
	schema := p.schema("", "")
	switch {
	case p.kind == sealedType:
		s.kind, s.text = aSealed, textShapeOf(schema["properties"].(map[string]any)["sealed"].(map[string]any), nil)
		s.text.form = "sealed"
	case p.isUUID():
		s.kind, s.text = aUUID, textShapeOf(schema, nil)
		s.text.form = "uuid"
	case p.object() != nil:
		s.kind, s.object, s.is = anObject, shapeOf(p.object()), p.object()
	default:
		for keyword, arg := range schema {
			switch keyword {
			case "minimum", "minItems":
				s.least = arg.(int64)
			case "maximum", "maxItems":
				s.most = arg.(int64)
			case "uniqueItems":
				s.once = true
			}
		}
		switch schema["type"] {
		case "string":
			s.kind, s.text = aText, textShapeOf(schema, p.rules)
		case "array":
			item, _ := p.item()
			s.kind, s.item = aList, new(item.shape())
			if field, _ := param(p.rules, "unique"); field != "" {
				f, _ := p.kind.Elem().FieldByName(field)
				s.distinct = f.Index
			}
		case "integer":
			s.kind = aNumber
		}
	}
	return s
}

func textShapeOf(schema map[string]any, rules []formRule) textShape {
	s := textShape{most: math.MaxInt}
	for keyword, arg := range schema {
		switch keyword {
		case "type", "description", "format", "contentEncoding":
		case "enum":
			for _, word := range arg.([]any) {
				s.words = append(s.words, word.(string))
			}
		case "const":
			s.words = []string{arg.(string)}
		case "maxLength":
			s.most = int(arg.(int64))
		case "pattern":
			s.match = matcher(arg.(string))
		case "not":
			s.unlike = arg.(map[string]any)["const"].(string)
		default:
			panic("nobody reads the keyword " + keyword)
		}
	}
	for _, r := range rules {
		if formInWords(r.name) != "" {
			s.form, s.beyond = r.name, beyondExpression[r.name]
		}
	}
	return s
}

// beyondExpression has, for each form that its expression does not tell wholly, what remains to be held.
var beyondExpression = map[string]func(string) bool{
	"siren":        ValidSIREN,
	"collectivity": func(s string) bool { return CollectivityID(s).Valid() },
	"slug":         func(s string) bool { return len(s) <= 100 },
	"line":         validLine,
	"scope":        validLine,
	"date":         partialDate,
	"partialdate":  partialDate,
	"weburl":       validURL,
	"vkey":         validVerifierKey,
}
