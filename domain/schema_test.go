package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"arobase/eventstore/envelope"
)

func TestSamplesFitTheirSchema(t *testing.T) {
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			schema, data := Schema(typ), golden(t, typ)
			if why := misfit(schema, data); why != "" {
				t.Errorf("does not fit: %s", why)
			}
			for what, spoiled := range spoiledSamples(t, typ) {
				if misfit(schema, spoiled) == "" {
					t.Errorf("%s fits: %s", what, spoiled)
				}
			}
		})
	}
}

// spoiledSamples gives the sample of a type with one thing wrong at a time.
func spoiledSamples(t *testing.T, typ Type) map[string][]byte {
	t.Helper()
	spoiled := make(map[string][]byte)
	spoil := func(what string, change func(map[string]any)) {
		var data map[string]any
		if err := json.Unmarshal(golden(t, typ), &data); err != nil {
			t.Fatal(err)
		}
		change(data)
		b, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		spoiled[what] = b
	}
	spoil("an unknown member", func(m map[string]any) { m["unknown"] = 1 })
	for name, member := range membersOf(typ.New()) {
		spoil("null for "+name, func(m map[string]any) { m[name] = nil })
		spoil("an empty "+name, func(m map[string]any) { m[name] = "" })
		spoil("a line break in "+name, func(m map[string]any) { m[name] = "\n" })
		spoil("a fraction for "+name, func(m map[string]any) { m[name] = 1.5 })
		spoil("less than nothing for "+name, func(m map[string]any) { m[name] = -1 << 60 })
		spoil("an empty list for "+name, func(m map[string]any) { m[name] = []any{} })
		spoil("an empty object for "+name, func(m map[string]any) { m[name] = map[string]any{"unknown": 1} })
		if !strings.Contains(member.field.Tag.Get("json"), "omitempty") {
			spoil("nothing for "+name, func(m map[string]any) { delete(m, name) })
		}
	}
	return spoiled
}

// TestSchemaRequires holds that a schema requires what the tag validate requires, and numbers and objects that
// may be zero.
func TestSchemaRequires(t *testing.T) {
	for _, typ := range Types() {
		checkRequired(t, typ.Name, Schema(typ), reflect.TypeOf(typ.New()).Elem())
	}
}

func checkRequired(t *testing.T, where string, schema map[string]any, of reflect.Type) {
	t.Helper()
	var want []any
	for _, m := range walk(of, "") {
		if strings.Contains(m.path, ".") {
			continue
		}
		rules := strings.Split(m.field.Tag.Get("validate"), ",")
		always := !strings.Contains(m.field.Tag.Get("json"), ",omitempty")
		kind := m.field.Type.Kind()
		mayBeZero := kind == reflect.Int || kind == reflect.Int64 || kind == reflect.Struct
		if required := slices.Contains(rules, "required"); required || always && mayBeZero {
			want = append(want, m.name)
			if !always {
				t.Errorf("%s: %s is required but left out where it is empty", where, m.path)
			}
		} else if always {
			t.Errorf("%s: %s is always there but not required", where, m.path)
		}
		if properties := schema["properties"].(map[string]any); properties[m.name] == nil {
			t.Errorf("%s: the schema does not know %s", where, m.path)
		} else if inner := properties[m.name].(map[string]any); inner["type"] == "object" && m.field.Type != sealedType {
			object := m.field.Type
			if object.Kind() == reflect.Pointer {
				object = object.Elem()
			}
			checkRequired(t, where+" "+m.name, inner, object)
		} else if items, ok := inner["items"].(map[string]any); ok && items["type"] == "object" {
			checkRequired(t, where+" "+m.name+"[]", items, m.field.Type.Elem())
		}
	}
	got := slices.Concat([]any(nil), schema["required"].([]any))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s requires (-validate +schema):\n%s", where, diff)
	}
}

func TestSchemaSaysWhatItIs(t *testing.T) {
	for _, typ := range Types() {
		s := Schema(typ)
		want := strings.NewReplacer("arobase.", "urn:arobase:schema:", ".v", ":v").Replace(typ.String())
		if s["$id"] != want || s["title"] != typ.Says || s["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: $id %v, title %v, $schema %v", typ, s["$id"], s["title"], s["$schema"])
		}
		if _, err := envelope.Canonical(s); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		for name, p := range s["properties"].(map[string]any) {
			if d, _ := p.(map[string]any)["description"].(string); !strings.HasSuffix(d, ".") {
				t.Errorf("%s: %s is described as %q", typ, name, d)
			}
		}
	}
}

// TestPatterns holds what the expression of a form cannot tell. That it takes whatever the form takes is for FuzzDecode.
func TestPatterns(t *testing.T) {
	beyond := map[string]string{
		"siren": "217300087", "collectivity": "fr-epci-200041508", "line": "e\u0301", "partialdate": "2017-02-30", "date": "2017-02-30",
		"weburl": "https://", "vkey": "a+00000000+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB", "scope": "region:a ",
	}
	for _, f := range forms {
		form := patternOf(f.tag)
		if matches(form, "") || matches(form, "\n") || matches(form, "a\nb") {
			t.Errorf("the expression of %s takes nothing, or two lines", f.tag)
		}
		wrong, ok := beyond[f.tag]
		if ok && (f.valid(wrong) || !matches(form, wrong)) {
			t.Errorf("%s: %q is within the expression", f.tag, wrong)
		}
	}
}

func matches(expression, s string) bool { return regexp.MustCompile(expression).MatchString(s) }

// misfit says why a JSON text does not fit a schema, or "". It knows the few keywords that the schemas use, and no others.
func misfit(schema map[string]any, text []byte) string {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err.Error()
	}
	return misfitAt("", schema, v)
}

func misfitAt(at string, schema map[string]any, v any) string {
	for keyword, arg := range schema {
		if why := breaks(at, keyword, arg, schema, v); why != "" {
			return why
		}
	}
	return ""
}

func breaks(at, keyword string, arg any, schema map[string]any, v any) string {
	object, _ := v.(map[string]any)
	list, _ := v.([]any)
	text, isText := v.(string)
	fails := func(bad bool) string {
		if bad {
			return fmt.Sprintf("%s: %v breaks %s %v", at, v, keyword, arg)
		}
		return ""
	}
	switch keyword {
	case "$schema", "$id", "title", "description", "format", "contentEncoding":
		return ""
	case "type":
		return fails(arg != typeOf(v))
	case "properties":
		for name, s := range arg.(map[string]any) {
			if inner, ok := object[name]; ok {
				if why := misfitAt(at+"/"+name, s.(map[string]any), inner); why != "" {
					return why
				}
			}
		}
		return ""
	case "required":
		for _, name := range arg.([]any) {
			if _, ok := object[name.(string)]; !ok {
				return fmt.Sprintf("%s: no %s", at, name)
			}
		}
		return ""
	case "additionalProperties":
		for name := range object {
			if _, ok := schema["properties"].(map[string]any)[name]; !ok {
				return fmt.Sprintf("%s: what is %s?", at, name)
			}
		}
		return fails(arg != false)
	case "items":
		for i, item := range list {
			if why := misfitAt(fmt.Sprintf("%s/%d", at, i), arg.(map[string]any), item); why != "" {
				return why
			}
		}
		return ""
	case "minItems":
		return fails(int64(len(list)) < arg.(int64))
	case "maxItems":
		return fails(int64(len(list)) > arg.(int64))
	case "uniqueItems":
		seen := make(map[any]bool)
		for _, item := range list {
			if seen[item] {
				return fails(true)
			}
			seen[item] = true
		}
		return ""
	case "enum":
		return fails(!slices.Contains(arg.([]any), v))
	case "const":
		return fails(v != arg)
	case "not":
		return fails(misfitAt(at, arg.(map[string]any), v) == "")
	case "pattern":
		return fails(isText && !matches(arg.(string), text))
	case "maxLength":
		return fails(isText && int64(utf8.RuneCountInString(text)) > arg.(int64))
	case "minimum", "maximum":
		n, ok := v.(json.Number)
		if !ok {
			return ""
		}
		i, err := n.Int64()
		return fails(err != nil || keyword == "minimum" && i < arg.(int64) || keyword == "maximum" && i > arg.(int64))
	}
	return "nobody checks the keyword " + keyword
}

func typeOf(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case json.Number:
		if _, err := v.Int64(); err == nil {
			return "integer"
		}
		return "number"
	}
	return fmt.Sprintf("%T", v)
}
