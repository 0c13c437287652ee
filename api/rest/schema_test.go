package rest_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// fit holds a value against a schema of the OpenAPI document and gives everything that does not fit. It knows the words
// that the document uses and no others; a member that is not described does not fit either, although the document allows
// more: the document must describe all that is sent.
func fit(doc map[string]any, schema any, v any, path string) []string {
	s, ok := schema.(map[string]any)
	if !ok {
		return []string{path + ": no schema"}
	}
	if ref, ok := s["$ref"].(string); ok {
		return fit(doc, at(doc, strings.Split(ref[2:], "/")...), v, path)
	}
	if either, ok := s["anyOf"].([]any); ok {
		var all []string
		for _, one := range either {
			wrong := fit(doc, one, v, path)
			if len(wrong) == 0 {
				return nil
			}
			all = append(all, wrong...)
		}
		return all
	}
	var wrong []string
	types := s["type"]
	if one, ok := types.(string); ok {
		types = []any{one}
	}
	if all, ok := types.([]any); ok && !slices.Contains(all, any(typeOf(v))) && !(typeOf(v) == "integer" && slices.Contains(all, any("number"))) {
		return []string{fmt.Sprintf("%s: %v is %s, not %v", path, v, typeOf(v), all)}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is none of %v", path, v, enum))
	}
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			wrong = append(wrong, fit(doc, s["items"], e, fmt.Sprintf("%s/%d", path, i))...)
		}
	case map[string]any:
		for _, name := range list(s["required"]) {
			if _, ok := v[name.(string)]; !ok {
				wrong = append(wrong, fmt.Sprintf("%s: %s is missing", path, name))
			}
		}
		properties, _ := s["properties"].(map[string]any)
		for name, e := range v {
			switch more, _ := s["additionalProperties"].(map[string]any); {
			case properties[name] != nil:
				wrong = append(wrong, fit(doc, properties[name], e, path+"/"+name)...)
			case more != nil:
				wrong = append(wrong, fit(doc, more, e, path+"/"+name)...)
			case properties != nil:
				wrong = append(wrong, fmt.Sprintf("%s: %s is not described", path, name))
			}
		}
	}
	return wrong
}

func list(v any) []any {
	all, _ := v.([]any)
	return all
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

// read gives a JSON text as a value.
func read(b []byte) (any, error) {
	var v any
	err := json.Unmarshal(b, &v)
	return v, err
}
