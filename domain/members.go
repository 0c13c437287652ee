package domain

import (
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// part is one member of the JSON of an event, or of an object in it, as the struct and its tags tell it.
type part struct {
	name       string
	index      []int // of the field, from the struct of the event or of the object
	kind       reflect.Type
	rules      []formRule // of the member
	items      []formRule // of each item, where the member is a list
	always     bool       // the member is never left out
	visibility Visibility // of a sealed member
	kept       bool       // a sealed member that can never be erased
	value      ValueKind  // of what a sealed member holds
}

// formRule is one rule of a validate tag: max=200.
type formRule struct{ name, param string }

// parts gives the members of a struct in its order, those of embedded structs in their place.
func parts(t reflect.Type) []part {
	var found []part
	for f := range t.Fields() {
		if f.Anonymous {
			for _, p := range parts(f.Type) {
				p.index = slices.Concat(f.Index, p.index)
				found = append(found, p)
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := part{
			name: name, index: f.Index, kind: f.Type, always: options != "omitempty",
			visibility: Visibility(f.Tag.Get("seal")), kept: f.Tag.Get("erase") == neverErased,
			value: ValueKind(f.Tag.Get("value")),
		}
		of := &p.rules
		for r := range strings.SplitSeq(f.Tag.Get("validate"), ",") {
			switch name, param, _ := strings.Cut(r, "="); name {
			case "", "required", "omitempty": // told by always
			case "dive":
				of = &p.items
			default:
				*of = append(*of, formRule{name, param})
			}
		}
		found = append(found, p)
	}
	return found
}

func (p part) isUUID() bool { return p.kind == reflect.TypeFor[uuid.UUID]() }

// object is the struct of a member that is an object in JSON, or nil.
func (p part) object() reflect.Type {
	t := p.kind
	if t == sealedType {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

// item is each item of a member that is a list, as a member that is always there; false where the member is no list. Its
// path is that of the list with brackets after it: themes[].id.
func (p part) item() (part, bool) {
	if p.kind.Kind() != reflect.Slice {
		return part{}, false
	}
	return part{name: p.name + "[]", kind: p.kind.Elem(), rules: p.items, always: true}, true
}

// param gives what a rule of the member asks for: 200 for max=200.
func param(rules []formRule, name string) (string, bool) {
	i := slices.IndexFunc(rules, func(r formRule) bool { return r.name == name })
	if i < 0 {
		return "", false
	}
	return rules[i].param, true
}
