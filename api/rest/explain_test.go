package rest

import (
	"slices"
	"testing"
)

// Every field of every answer is described, and every description belongs to a field.
func TestEveryFieldIsExplained(t *testing.T) {
	schemas := New(Deps{}).(*api).huma.OpenAPI().Components.Schemas.Map()
	used := map[string]bool{}
	for name, s := range schemas {
		for field, p := range s.Properties {
			used[field], used[name+"."+field] = true, true
			if p.Description == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
	if len(used) < 100 {
		t.Fatalf("only %d fields: the schemas are not those of the answers", len(used))
	}
	for _, all := range []map[string]meaning{meanings, juryMeanings} {
		for key := range all {
			if !used[key] {
				t.Errorf("the description of %s belongs to no field", key)
			}
		}
	}
	for _, key := range slices.Concat(mayBeNull, uuids) {
		if !used[key] {
			t.Errorf("%s is no field", key)
		}
	}
}
