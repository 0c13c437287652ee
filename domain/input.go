package domain

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// byMember is the member that a face fills in by itself: whoever asks does not say who they are, their token does.
const byMember = "by"

// DecodeInput reads what somebody asks to be recorded: the data of an event as JSON, with each sealed field as the plain
// value that is to be sealed, and without the person. Text is brought into Unicode normal form C; a sealed text that is
// blank is absent. Whatever is wrong in form is Invalid and names every wrong field; the rules are for the command.
func DecodeInput(t Type, data []byte) (Event, error) {
	members, err := inputMembers(norm.NFC.Bytes(data))
	if err != nil {
		return nil, err
	}
	given := slices.Collect(maps.Keys(members))
	e := t.New()
	v := reflect.ValueOf(e).Elem()
	var found Invalid
	sealed := map[string]*Sealed{}
	for _, p := range parts(v.Type()) {
		raw, given := members[p.name]
		switch {
		case p.name == byMember && p.kind == sealedType:
			continue // refused below as unknown, like any other member that nobody may give
		case p.kind != sealedType || !given:
			continue
		}
		delete(members, p.name)
		if p.value == ValueText && isBlank(raw) {
			continue
		}
		value, err := ReadValue(p.value, raw)
		var wrong Invalid
		switch {
		case errors.As(err, &wrong):
			wrong[0].Field = p.name
			found = append(found, wrong[0])
		case err != nil:
			return nil, err
		default:
			if text, ok := value.(string); ok {
				value = strings.TrimSpace(text)
			}
			sealed[p.name] = Secret(value)
		}
	}
	if _, given := members[byMember]; given {
		found = append(found, unknownBy.Fault(byMember))
		delete(members, byMember)
	}
	known := knownMembers(v.Type())
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(known, name) {
			found = append(found, unknownMember.Fault(shorten(name), t.Name))
			delete(members, name)
		}
	}
	if wrong := decodeMembers(members, e); wrong != nil {
		found = append(found, *wrong)
	}
	if len(found) > 0 {
		return nil, found
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.Type == sealedType && sealed[name] != nil {
			v.FieldByIndex(f.Index).Set(reflect.ValueOf(sealed[name]))
		}
	}
	return e, numbersGiven(e, given)
}

// numbersGiven holds that numbers which an event always has were given: 0 is a number, and nobody said it. The error names
// what else is wrong too, as Validate does.
func numbersGiven(e Event, given []string) error {
	var found Invalid
	for _, p := range parts(reflect.TypeOf(e).Elem()) {
		if p.always && p.kind.Kind() == reflect.Int && !slices.Contains(given, p.name) {
			found = append(found, requiredForm.Fault(p.name))
		}
	}
	if len(found) == 0 {
		return nil
	}
	var also Invalid
	if errors.As(Validate(e), &also) {
		for _, w := range also {
			if !slices.ContainsFunc(found, func(f FieldError) bool { return f.Field == w.Field }) {
				found = append(found, w)
			}
		}
	}
	return found
}

// isBlank tells whether a value is a text of which nothing is left without the spaces around it.
func isBlank(raw json.RawMessage) bool {
	var text string
	return json.Unmarshal(raw, &text) == nil && string(raw) != "null" && strings.TrimSpace(text) == ""
}

func knownMembers(t reflect.Type) []string {
	var names []string
	for _, p := range parts(t) {
		names = append(names, p.name)
	}
	return names
}

// maxInput bounds how deep a request may be nested: events have three levels, a request no more.
const maxInputDepth = 8

// inputMembers reads one JSON object, in which no member is given twice at any depth.
func inputMembers(data []byte) (map[string]json.RawMessage, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, invalid(jsonObject, "body")
	}
	if err := distinctMembers(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil || members == nil {
		return nil, invalid(jsonObject, "body")
	}
	return members, nil
}

// distinctMembers holds that a text is one JSON value in which no object has a member twice. encoding/json would take
// the last of them without a word.
func distinctMembers(d *json.Decoder) error {
	type frame struct {
		object bool
		key    bool // the next string is a member's name
		seen   map[string]bool
	}
	var stack []frame
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(stack) == 0 {
			return nil
		}
		if err != nil {
			return invalid(jsonNot, "body")
		}
		top := len(stack) - 1
		switch delim, isDelim := token.(json.Delim); {
		case isDelim && (delim == '{' || delim == '['):
			if len(stack) == maxInputDepth {
				return invalid(jsonDeep, "body")
			}
			if top >= 0 && stack[top].object {
				stack[top].key = true
			}
			stack = append(stack, frame{object: delim == '{', key: true, seen: map[string]bool{}})
			continue
		case isDelim:
			stack = stack[:top]
		case top >= 0 && stack[top].object && stack[top].key:
			name := token.(string)
			if stack[top].seen[name] {
				return invalid(jsonTwice, "body", shorten(name))
			}
			stack[top].seen[name], stack[top].key = true, false
			continue
		case top >= 0 && stack[top].object:
			stack[top].key = true
		}
		if len(stack) == 0 {
			if _, err := d.Token(); !errors.Is(err, io.EOF) {
				return invalid(jsonMore, "body")
			}
			return nil
		}
	}
}

// decodeMembers reads the members that are not sealed, and says which one is not of its kind.
func decodeMembers(members map[string]json.RawMessage, into Event) *FieldError {
	text, err := json.Marshal(members)
	if err != nil {
		return new(jsonNot.Fault("body"))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return new(kindOther.Fault(fieldPath(kind.Field), kind.Value))
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return new(unknownHere.Fault(strings.Trim(name, `"`)))
	}
	return new(kindValue.Fault(misfitting(members, into)))
}

// misfitting names the member that cannot be read by itself, such as an id that is none.
func misfitting(members map[string]json.RawMessage, into Event) string {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		alone, err := json.Marshal(map[string]json.RawMessage{name: members[name]})
		if err == nil && json.Unmarshal(alone, reflect.New(reflect.TypeOf(into).Elem()).Interface()) != nil {
			return name
		}
	}
	return "body"
}

// fieldPath takes the names of embedded structs, which JSON does not show, out of a path.
func fieldPath(path string) string {
	kept := slices.DeleteFunc(strings.Split(path, "."), func(p string) bool { return p == "" || p[0] >= 'A' && p[0] <= 'Z' })
	if len(kept) == 0 {
		return "body"
	}
	return strings.Join(kept, ".")
}

// InputSchema is the JSON Schema of what DecodeInput reads: that of the event, with plain texts for sealed fields and
// without the person.
func InputSchema(t Type) map[string]any {
	s := Schema(t)
	delete(s, "$schema")
	delete(s, "$id")
	properties := s["properties"].(map[string]any)
	delete(properties, byMember)
	for _, p := range parts(reflect.TypeOf(t.New()).Elem()) {
		if p.kind != sealedType || p.name == byMember {
			continue
		}
		about, _ := properties[p.name].(map[string]any)["description"].(string)
		properties[p.name] = valueSchema(p.value, about)
	}
	return s
}

// valueSchema is that of a plain value of a kind.
func valueSchema(kind ValueKind, about string) map[string]any {
	number := func(most int) map[string]any {
		return map[string]any{"type": "integer", "minimum": int64(0), "maximum": int64(most)}
	}
	text := func() map[string]any { return map[string]any{"type": "string", "maxLength": int64(maxText)} }
	object := func(members map[string]any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "properties": members}
	}
	var s map[string]any
	switch kind {
	case ValueDistinction:
		s = map[string]any{"type": "string", "enum": []any{string(DistinctionLevel), string(DistinctionHorsConcours), string(DistinctionNone)}}
	case ValueLevel:
		s = number(int(MaxLevel))
	case ValueMentions:
		s = map[string]any{"type": "array", "items": map[string]any{"type": "string", "pattern": patternOf("mention"), "maxLength": longest["mention"]}, "maxItems": int64(50), "uniqueItems": true}
	case ValueTally:
		s = object(map[string]any{"for": number(200), "against": number(200), "abstained": number(200)})
	case ValueFinding:
		s = object(map[string]any{"possible": number(int(MaxLevel)), "text": text()})
	default:
		s = text()
	}
	s["description"] = about
	return s
}

// SetBy says who asks for an event, by name; the name is sealed. Events that nobody asks for have no such field.
func SetBy(e Event, person string) {
	v := reflect.ValueOf(e).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == byMember && f.Type == sealedType {
			if by := Text(person); by != nil {
				v.FieldByIndex(f.Index).Set(reflect.ValueOf(by))
			}
		}
	}
}
