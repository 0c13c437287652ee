package rest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is answered now. If the change is meant, run the test with -update and have it reviewed.\n%s",
			path, firstDifference(string(want), string(got)))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "want " + w[i] + "\ngot  " + g[i]
		}
	}
	return "one is longer"
}

// document is the OpenAPI document as a client reads it.
func document(t testing.TB) map[string]any {
	t.Helper()
	w := get(t, "/openapi.json")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// at follows a path of members.
func at(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

// A change of the interface is seen in review.
func TestDocumentIsTheReviewedOne(t *testing.T) {
	golden(t, "openapi.json", get(t, "/openapi.json").Body.Bytes())
}

// The addresses that other programs rely on are all described.
func TestDocumentHasEveryAddress(t *testing.T) {
	paths := document(t)["paths"].(map[string]any)
	promised := []string{
		"/v1/editions",
		"/v1/editions/{n}",
		"/v1/editions/{n}/palmares",
		"/v1/editions/{n}/run",
		"/v1/collectivities",
		"/v1/collectivities/{id}",
		"/v1/collectivities/{id}/history",
		"/v1/trends",
		"/v1/trends/transitions",
		"/v1/reconciliation",
		"/v1/events",
		"/v1/events/{id}",
		"/v1/events/{id}/proof",
		"/v1/events/live",
		"/v1/sources",
		"/v1/sources/{id}",
		"/v1/rules",
		"/v1/actions",
		"/v1/actions/{id}",
		"/v1/events/{id}/sealed",
		"/evidence/{sha256}",
		"/log/disclosed/{commitment}",
		"/schemas/{type}/{version}",
		"/problems/{code}",
		"/v1/collectivities/{id}/memberships",
		"/v1/editions/{n}/candidacies/{id}/dossier",
		"/v1/editions/{n}/candidacies/{id}/diagnosis",
		"/v1/editions/{n}/decisions",
		"/v1/editions/{n}/minutes",
		"/v1/editions/{n}/barometer",
	}
	for _, p := range promised {
		if at(paths, p, "get") == nil {
			t.Errorf("GET %s is not described", p)
		}
	}
	described := 0
	for _, item := range paths {
		if at(item, "get") != nil {
			described++
		}
	}
	if described != len(promised) {
		t.Errorf("%d addresses are described, %d are promised here", described, len(promised))
	}
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func TestEveryOperationIsWhole(t *testing.T) {
	doc := document(t)
	if doc["openapi"] != "3.1.0" || at(doc, "info", "version") != "test" {
		t.Errorf("the document is of OpenAPI %v, version %v", doc["openapi"], at(doc, "info", "version"))
	}
	tags, ids := map[string]bool{}, map[string]bool{}
	for _, tag := range doc["tags"].([]any) {
		tags[at(tag, "name").(string)] = true
	}
	type described struct {
		path string
		op   map[string]any
	}
	var all []described
	for path, item := range doc["paths"].(map[string]any) {
		for _, op := range item.(map[string]any) {
			all = append(all, described{path, op.(map[string]any)})
		}
	}
	for _, d := range all {
		path, op := d.path, d.op
		id, _ := op["operationId"].(string)
		if id == "" || ids[id] {
			t.Errorf("%s: the operation id %q is missing or used twice", path, id)
		}
		ids[id] = true
		if summary, _ := op["summary"].(string); summary == "" {
			t.Errorf("%s has no summary", path)
		}
		for _, tag := range op["tags"].([]any) {
			if !tags[tag.(string)] {
				t.Errorf("%s has the tag %s, which is not described", path, tag)
			}
		}
		problems := 0
		for status, response := range op["responses"].(map[string]any) {
			if d, _ := at(response, "description").(string); d == "" {
				t.Errorf("%s %s has no description", path, status)
			}
			if status[0] == '4' && at(response, "content", "application/problem+json", "schema") != nil {
				problems++
			}
		}
		if problems == 0 {
			t.Errorf("%s describes no problem that a client can cause", path)
		}
		named := map[string]bool{}
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			name, in := at(p, "name").(string), at(p, "in").(string)
			if named[in+name] || at(p, "description") == nil || at(p, "schema") == nil {
				t.Errorf("%s: the parameter %s is named twice, or not described", path, name)
			}
			named[in+name] = true
			if in == "path" && (at(p, "required") != true || !strings.Contains(path, "{"+name+"}")) {
				t.Errorf("%s: the parameter %s is not in the path", path, name)
			}
		}
		for _, m := range inPath.FindAllStringSubmatch(path, -1) {
			if !named["path"+m[1]] {
				t.Errorf("%s: {%s} is not described", path, m[1])
			}
		}
	}
}

func TestEveryReferenceResolves(t *testing.T) {
	doc := document(t)
	used := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				used[ref] = true
				if !strings.HasPrefix(ref, "#/") || at(doc, strings.Split(ref[2:], "/")...) == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	for name := range at(doc, "components", "schemas").(map[string]any) {
		if !used["#/components/schemas/"+name] {
			t.Errorf("the schema %s is never used", name)
		}
	}
}

// The same document in YAML begins like one.
func TestDocumentInYAML(t *testing.T) {
	w := get(t, "/openapi.yaml")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/openapi+yaml" || !strings.Contains(w.Body.String(), "\nopenapi: 3.1.0\n") {
		t.Errorf("%d %v %.300s", w.Code, w.Header(), w.Body)
	}
	if w := get(t, "/openapi.json", "Accept", "application/json"); w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("asked for plain JSON: %d %v", w.Code, w.Header())
	}
}
