package domain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"arobase/eventstore/envelope"
)

// compiled gives the published schema of a type, read by a library that knows nothing of us.
func compiled(t testing.TB, typ Type) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(Schema(typ))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:test", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// byLibrary is what the library says of a JSON text.
func byLibrary(s *jsonschema.Schema, data []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// TestCheckSchemaIsTheSchema holds that CheckSchema and the published schema, as a library reads it, take the same: data
// that a schema makes, with nothing, one or several things wrong. Whatever DecodeStrict takes, both take.
func TestCheckSchemaIsTheSchema(t *testing.T) {
	changed := map[string]map[bool]int{}
	for name := range spoilers {
		changed[name] = map[bool]int{}
	}
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			library, schema := compiled(t, typ), Schema(typ)
			rapid.Check(t, func(t *rapid.T) {
				data := drawObject(t, schema)
				if !sameVerdict(t, typ, library, data) {
					t.Fatalf("the schema made %v, which does not fit it", data)
				}
				for range rapid.IntRange(1, 4).Draw(t, "changes") {
					name := rapid.SampledFrom(slices.Sorted(maps.Keys(spoilers))).Draw(t, "change")
					if spoil(t, schema, data, spoilers[name]) {
						changed[name][sameVerdict(t, typ, library, data)]++
					}
					if rapid.Bool().Draw(t, "anew") {
						data = drawObject(t, schema)
					}
				}
			})
		})
	}
	for name, n := range changed {
		if n[false] < 10 && name != "an item in another place" || mayFit[name] && n[true] == 0 {
			t.Errorf("%s: %d times fitting, %d times refused", name, n[true], n[false])
		}
	}
}

// mayFit are the changes after which data may still fit.
var mayFit = map[string]bool{
	"a member missing": true, "a number at its bound": true, "a number far away": true, "another text": true, "a text at its longest": true,
	"a list with an item more": true, "a list at its longest": true, "an item in another place": true,
}

// sameVerdict holds both verdicts against each other.
func sameVerdict(t *rapid.T, typ Type, library *jsonschema.Schema, data any) bool {
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	got, want := CheckSchema(typ.String(), text), byLibrary(library, text)
	if (got == nil) != (want == nil) {
		t.Fatalf("%s\nCheckSchema: %v\nlibrary: %v", text, got, want)
	}
	if canonical, err := envelope.Canonical(data); err == nil && (CheckSchema(typ.String(), canonical) == nil) != (got == nil) {
		t.Fatalf("%s is not judged as %s", canonical, text)
	}
	if got != nil {
		checkMisfit(t, got)
	}
	if _, err := DecodeStrict(typ.String(), text); err == nil && got != nil {
		t.Fatalf("%s\nDecodeStrict takes it, CheckSchema does not: %v", text, got)
	}
	return got == nil
}

// checkMisfit holds that an error names one member and its rule, in words.
func checkMisfit(t failing, err error) {
	var wrong Invalid
	if !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Rule == "" || !strings.Contains(wrong[0].Message, " ") {
		t.Fatalf("the error tells a person nothing: %#v", err)
	}
}

// drawObject makes an object that fits a schema.
func drawObject(t *rapid.T, schema map[string]any) map[string]any {
	required := schema["required"].([]any)
	object := map[string]any{}
	properties := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.Contains(required, any(name)) || rapid.Bool().Draw(t, name) {
			object[name] = drawValue(t, properties[name].(map[string]any))
		}
	}
	return object
}

func drawValue(t *rapid.T, s map[string]any) any {
	switch s["type"] {
	case "object":
		return drawObject(t, s)
	case "integer":
		return rapid.Int64Range(s["minimum"].(int64), s["maximum"].(int64)).Draw(t, "number")
	case "array":
		items := s["items"].(map[string]any)
		least, _ := s["minItems"].(int64)
		most := s["maxItems"].(int64)
		list := []any{}
		for n := rapid.IntRange(int(least), int(min(most, least+4))).Draw(t, "items"); len(list) < n; {
			item := drawValue(t, items)
			if _, isObject := item.(map[string]any); isObject || !slices.Contains(list, item) {
				list = append(list, item)
			}
		}
		return list
	}
	return drawText(t, s)
}

func drawText(t *rapid.T, s map[string]any) string {
	if words, ok := s["enum"].([]any); ok {
		return rapid.SampledFrom(words).Draw(t, "word").(string)
	}
	if word, ok := s["const"].(string); ok {
		return word
	}
	most := most(s)
	return textLike(s["pattern"].(string)).Filter(func(s string) bool { return len([]rune(s)) <= most }).Draw(t, "text")
}

// textsLike keeps the generators of texts by their expression: to make one costs more than to draw from it.
var textsLike sync.Map

func textLike(expression string) *rapid.Generator[string] {
	g, ok := textsLike.Load(expression)
	if !ok {
		g, _ = textsLike.LoadOrStore(expression, rapid.StringMatching(expression))
	}
	return g.(*rapid.Generator[string])
}

func most(s map[string]any) int {
	if most, ok := s["maxLength"].(int64); ok {
		return int(most)
	}
	return 1 << 20
}

// place is one value within data, with its schema; the place of the data itself has no name.
type place struct {
	schema map[string]any
	object map[string]any // that it stands in, or
	list   []any          // that it stands in
	name   string
	at     int
}

func (p place) value() any {
	if p.list != nil {
		return p.list[p.at]
	}
	return p.object[p.name]
}

func (p place) set(v any) {
	if p.list != nil {
		p.list[p.at] = v
	} else {
		p.object[p.name] = v
	}
}

// places gives every value within an object.
func places(schema, object map[string]any) []place {
	var all []place
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		p := place{object: object, name: name}
		p.schema, _ = properties[name].(map[string]any)
		all = append(all, p)
		switch v := object[name].(type) {
		case map[string]any:
			all = append(all, places(p.schema, v)...)
		case []any:
			items, _ := p.schema["items"].(map[string]any)
			for i := range v {
				all = append(all, place{schema: items, list: v, at: i})
				if object, ok := v[i].(map[string]any); ok {
					all = append(all, places(items, object)...)
				}
			}
		}
	}
	return all
}

// spoil changes data at any place where it can be changed so.
func spoil(t *rapid.T, schema, data map[string]any, change func(*rapid.T, place) bool) bool {
	all := places(schema, data)
	if len(all) == 0 {
		return false
	}
	first := rapid.IntRange(0, len(all)-1).Draw(t, "place")
	return slices.ContainsFunc(slices.Concat(all[first:], all[:first]), func(p place) bool { return change(t, p) })
}

// filler is an item that a list does not have yet; a list of objects may have it.
func filler(items map[string]any, list []any) any {
	switch {
	case items["type"] == "integer":
		for n := int64(1); ; n++ {
			if !slices.Contains(list, any(n)) {
				return n
			}
		}
	case items["type"] == "object" && len(list) > 0:
		return list[0]
	}
	return fmt.Sprintf("other-%d", len(list))
}

// spoilers change data at a place, and tell whether they could.
var spoilers = map[string]func(*rapid.T, place) bool{
	"a member missing": func(t *rapid.T, p place) bool {
		delete(p.object, p.name)
		return p.object != nil
	},
	"an unknown member": func(t *rapid.T, p place) bool {
		if p.object != nil {
			p.object[rapid.SampledFrom([]string{"", "unknown", "sealed", "salt", "edition", "é", "\u0000", "a.b", "Note"}).Draw(t, "name")] = rapid.SampledFrom([]any{"x", 1, nil}).Draw(t, "value")
		}
		return p.object != nil
	},
	"a member renamed": func(t *rapid.T, p place) bool {
		if p.object == nil || p.name == "" {
			return false
		}
		to := rapid.SampledFrom([]string{strings.ToUpper(p.name), strings.ToUpper(p.name[:1]) + p.name[1:], p.name + " ", p.name[1:], p.name + "\u0301"}).Draw(t, "to")
		p.object[to] = p.object[p.name]
		delete(p.object, p.name)
		return true
	},
	"null": func(t *rapid.T, p place) bool { p.set(nil); return true },
	"another type": func(t *rapid.T, p place) bool {
		p.set(rapid.SampledFrom([]any{true, false, 1.5, -0.1, 7, 0, "7", "", []any{}, map[string]any{}, []any{"a"}, map[string]any{"sealed": "a"}, []any{p.value()}, map[string]any{"sealed": p.value()}}).Draw(t, "value"))
		return true
	},
	"a number at its bound": func(t *rapid.T, p place) bool {
		if p.schema["type"] != "integer" {
			return false
		}
		bound := p.schema[rapid.SampledFrom([]string{"minimum", "maximum"}).Draw(t, "bound")].(int64)
		p.set(bound + rapid.Int64Range(-1, 1).Draw(t, "beyond"))
		return true
	},
	"a number far away": func(t *rapid.T, p place) bool {
		_, ok := p.value().(int64)
		if ok {
			p.set(json.Number(rapid.SampledFrom([]string{
				"-9223372036854775808", "-9223372036854775809", "9223372036854775807", "18446744073709551616", "100000000000000000000000", "-1", "0", "5",
			}).Draw(t, "number")))
		}
		return ok
	},
	"another text": func(t *rapid.T, p place) bool {
		s, ok := p.value().(string)
		if ok {
			p.set(rapid.OneOf(rapid.Custom(func(t *rapid.T) string { return nearTo(t, s) }), rapid.Custom(anyText)).Draw(t, "text"))
		}
		return ok
	},
	"a broken text": func(t *rapid.T, p place) bool {
		s, ok := p.value().(string)
		if ok {
			p.set(s + rapid.SampledFrom([]string{"\n", "\r", "\u0000", "\t", " ", "\u2028", "\x7f"}).Draw(t, "end"))
		}
		return ok
	},
	"the zero id": func(t *rapid.T, p place) bool { p.set("00000000-0000-0000-0000-000000000000"); return true },
	"a text at its longest": func(t *rapid.T, p place) bool {
		s, ok := p.value().(string)
		if !ok || p.schema["maxLength"] == nil || s == "" {
			return false
		}
		fill := rapid.SampledFrom([]string{"é", "a", "𝄞", "\\", "\"", "<"}).Draw(t, "with")
		n := max(most(p.schema)+rapid.IntRange(-1, 1).Draw(t, "beyond")-len([]rune(s)), 0)
		p.set(s + strings.Repeat(fill, n))
		return true
	},
	"a list at its longest": func(t *rapid.T, p place) bool {
		list, ok := p.value().([]any)
		if !ok || p.schema["maxItems"] == nil {
			return false
		}
		list = slices.Clone(list)
		for n := int(p.schema["maxItems"].(int64)) + rapid.IntRange(-1, 1).Draw(t, "beyond"); len(list) < n; {
			list = append(list, filler(p.schema["items"].(map[string]any), list))
		}
		p.set(list)
		return true
	},
	"a list with an item more": func(t *rapid.T, p place) bool {
		list, ok := p.value().([]any)
		if ok {
			p.set(append(slices.Clone(list), rapid.SampledFrom([]any{"other-more", nil, 1, "", []any{}}).Draw(t, "item")))
		}
		return ok
	},
	"an empty list": func(t *rapid.T, p place) bool { p.set([]any{}); return true },
	"an item twice": func(t *rapid.T, p place) bool {
		list, ok := p.value().([]any)
		if ok && len(list) > 0 {
			p.set(append(slices.Clone(list), list[rapid.IntRange(0, len(list)-1).Draw(t, "item")]))
		}
		return ok && len(list) > 0
	},
	"an item in another place": func(t *rapid.T, p place) bool {
		list, ok := p.value().([]any)
		if ok {
			p.set(rapid.Permutation(list).Draw(t, "items"))
		}
		return ok
	},
	"something within": func(t *rapid.T, p place) bool {
		object, ok := p.value().(map[string]any)
		if ok {
			object[rapid.SampledFrom([]string{"sealed", "level", "from", "unknown"}).Draw(t, "name")] = rapid.SampledFrom([]any{"", nil, 9}).Draw(t, "value")
		}
		return ok
	},
}

// TestCheckSchemaOfBytes gives texts that json.Marshal does not write. Those that are not JSON, or that no canonical JSON
// has the like of, are refused; spaces, order and escapes are not looked at.
func TestCheckSchemaOfBytes(t *testing.T) {
	const typ = "arobase.distinction-lapsed.v1"
	for _, tt := range []struct{ data, rule, field string }{
		{`{"cause":"term","on":"2027-02-04"}`, "", ""},
		{"\t{ \"on\" :\n\"2027-02-04\" , \"cause\" : \"term\" } \r", "", ""},
		{`{"caus\u0065":"\u0074erm","on":"2027\u002d02-04"}`, "", ""},
		{`{"cause":"term","on":"2027-02-04","by":{"sealed":"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}}`, "", ""},
		{`{"cause":"term","on":"2027-02-04","by":{ "s\u0065aled" : "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE\u003d" } }`, "", ""},
		{`{"cause":"term","on":"2027-02-04","by":{"sealed":"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"}}`, "sealed", "by.sealed"},
		{`{"cause":"term","on":"2027-02-04","by":{"sealed":"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=","salt":""}}`, "unknown", "by"},
		{`{"cause":"term","on":"2027-02-04","by":{"salt":""}}`, "unknown", "by.salt"},
		{`{"cause":"term","on":"2027-02-04","by":{}}`, "required", "by.sealed"},
		{`{"cause":"term","on":"2027-02-04","by":[]}`, "type", "by"},
		{`{"cause":"term","on":"2027-02-04","on":"2027-02-04"}`, "unique", "on"},
		{`{"cause":"term"}`, "required", "on"},
		{`{"cause":"weather","on":"2027-02-04"}`, "oneof", "cause"},
		{`{"cause":"term","on":"2027-02"} {}`, "json", ""},
		{"{\"cause\":\"term\",\"on\":\"2027-02\"}\x00", "json", ""},
		{"\ufeff{\"cause\":\"term\",\"on\":\"2027-02\"}", "type", ""},
		{`{"cause":"term","on":"2027-02"`, "json", ""},
		{`{"cause":"term","on":"2027-02",}`, "type", ""},
		{`{,"cause":"term","on":"2027-02"}`, "type", ""},
		{`{"cause":"term" "on":"2027-02"}`, "json", ""},
		{`{"cause" "term"}`, "json", ""},
		{`{"cause":"te`, "json", "cause"},
		{`{"cause":"te\`, "json", "cause"},
		{`{"cause":"te\u00`, "json", "cause"},
		{`{"cause":"te\x"}`, "json", "cause"},
		{`{"cause":"te\u00zz"}`, "json", "cause"},
		{`{"cause":"\ud834x"}`, "json", "cause"},
		{`{"cause":"\ud834\u0041"}`, "json", "cause"},
		{`{"cause":"\udd1e"}`, "json", "cause"},
		{`{"cause":"\ud834\udd1e"}`, "oneof", "cause"},
		{"{\"cause\":\"te\nrm\"}", "json", "cause"},
		{"{\"cause\":\"\\u0074e\nrm\"}", "json", "cause"},
		{"{\"cause\":\"\xff\"}", "json", ""},
		{`{"why":1}`, "unknown", "why"},
		{`{`, "type", ""},
		{``, "type", ""},
		{`null`, "type", ""},
		{`[]`, "type", ""},
	} {
		err := CheckSchema(typ, []byte(tt.data))
		if _, rule, field := refusal(err); rule != tt.rule || field != tt.field {
			t.Errorf("%s: got %q at %q, want %q at %q: %v", tt.data, rule, field, tt.rule, tt.field, err)
		}
	}
	for data, want := range map[string]string{
		`"3642"`: "type", `3642.0`: "type", `3e3`: "type", `-0`: "type", `03642`: "type", `-`: "type", `1-1`: "type", `+1`: "type", `-1`: "min", `100000001`: "max",
		`99999999999999999999`: "type", `0`: "", `100000000`: "", ` 5 `: "",
	} {
		err := CheckSchema("arobase.population-recorded.v1", fmt.Appendf(nil, `{"collectivity":"fr-commune-73008","value":%s,"year":2020}`, data))
		if _, rule, field := refusal(err); rule != want || want != "" && field != "value" {
			t.Errorf("%s: got %q at %q, want %q: %v", data, rule, field, want, err)
		}
	}
	if err := CheckSchema("arobase.nothing.v1", []byte(`{}`)); !errors.Is(err, ErrUnknownType) {
		t.Errorf("an unknown type: %v", err)
	}
}

// FuzzCheckSchema holds that no bytes make it panic, that what DecodeStrict takes it takes, and that of canonical JSON the
// library takes the same.
func FuzzCheckSchema(f *testing.F) {
	types := Types()
	var schemas []*jsonschema.Schema
	for i, typ := range types {
		data := golden(f, typ)
		f.Add(i, data)
		f.Add(i, bytes.ToUpper(data))
		f.Add(i, regexp.MustCompile(`[0-9]+`).ReplaceAll(data, []byte("-0")))
		f.Add(i, regexp.MustCompile(`[a-z]`).ReplaceAll(data, []byte(`\u0061`)))
		schemas = append(schemas, compiled(f, typ))
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		if i < 0 || i >= len(types) {
			return
		}
		err := CheckSchema(types[i].String(), data)
		if err != nil {
			checkMisfit(t, err)
		}
		if _, strict := DecodeStrict(types[i].String(), data); strict == nil && err != nil {
			t.Fatalf("DecodeStrict takes it, CheckSchema does not: %v", err)
		}
		if envelope.CheckCanonical(data) != nil {
			return
		}
		if library := byLibrary(schemas[i], data); (library == nil) != (err == nil) {
			t.Fatalf("CheckSchema: %v\nlibrary: %v", err, library)
		}
	})
}
