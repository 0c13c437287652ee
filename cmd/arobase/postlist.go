package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/rest"
)

// requestLine is a resource as a list shows it.
type requestLine struct {
	Resource string   `json:"resource"`
	Event    string   `json:"event,omitempty"`
	Roles    []string `json:"roles"`
	Needs    []string `json:"needs"`
	Takes    []string `json:"takes"` // where it is wanted
	Says     string   `json:"says"`
}

func printRequests(cmd *cobra.Command, output string) error {
	var lines []requestLine
	for _, r := range rest.Requests() {
		l := requestLine{Resource: r.Resource, Event: r.Event, Roles: []string{}, Needs: []string{}, Takes: []string{}, Says: r.Says}
		for _, role := range r.Roles {
			l.Roles = append(l.Roles, string(role))
		}
		for _, f := range fieldsOf(r.Body, "") {
			switch {
			case f.Depth > 0 || f.Name == "occurred":
			case f.Needed:
				l.Needs = append(l.Needs, f.Name)
			default:
				l.Takes = append(l.Takes, f.Name)
			}
		}
		lines = append(lines, l)
	}
	out := cmd.OutOrStdout()
	switch output {
	case "json":
		return writeJSONArray(out, lines)
	case "jsonl":
		return writeJSONLines(out, lines)
	case "csv":
		return writeCSV(out, []string{"resource", "event", "roles", "needs", "takes", "says"}, func(row func(...any)) {
			for _, l := range lines {
				row(l.Resource, l.Event, l.Roles, l.Needs, l.Takes, l.Says)
			}
		})
	}
	p := newPage(out)
	var rows [][]string
	for _, l := range lines {
		fields := strings.Join(l.Needs, " ")
		if len(l.Takes) > 0 {
			fields += " [" + strings.Join(l.Takes, "] [") + "]"
		}
		roles := strings.Join(l.Roles, ", ")
		if slices.Contains(l.Roles, "public") {
			roles = "anyone"
		} else if len(l.Roles) > 4 {
			roles = "any token" // all roles in a column leave no room for the fields
		}
		rows = append(rows, []string{l.Resource, roles, strings.TrimSpace(fields)})
	}
	rows = append(rows, []string{evidenceResource, "declarant, registrar", "a file as it is: arobase post evidence FILE"})
	p.table("", []column{{"resource", false}, {"for", false}, {"fields, [where wanted]", false}}, rows)
	_, err := p.WriteTo(out)
	return err
}

// fieldLine is one field of a body.
type fieldLine struct {
	Name   string `json:"field"`
	Needed bool   `json:"needed"`
	Kind   string `json:"kind"`
	Says   string `json:"says"`
	Depth  int    `json:"-"`
}

func printFields(cmd *cobra.Command, output string, r rest.Request) error {
	lines := fieldsOf(r.Body, "")
	out := cmd.OutOrStdout()
	switch output {
	case "json":
		return writeJSONArray(out, lines)
	case "jsonl":
		return writeJSONLines(out, lines)
	case "csv":
		return writeCSV(out, []string{"field", "needed", "kind", "says"}, func(row func(...any)) {
			for _, l := range lines {
				row(l.Name, l.Needed, l.Kind, l.Says)
			}
		})
	}
	p := newPage(out)
	p.heading(r.Resource + ": " + r.Says)
	var roles []string
	for _, role := range r.Roles {
		roles = append(roles, string(role))
	}
	p.line("for " + strings.Join(roles, ", "))
	p.line("")
	var rows [][]string
	for _, l := range lines {
		needed := ""
		if l.Needed {
			needed = "yes"
		}
		rows = append(rows, []string{strings.Repeat("  ", l.Depth) + l.Name, needed, l.Kind, strings.TrimSuffix(l.Says, ".")})
	}
	p.table("", []column{{"field", false}, {"needed", false}, {"kind", false}, {"", false}}, rows)
	_, err := p.WriteTo(out)
	return err
}

// fieldsOf lists the fields that a schema describes, those within others below them. Needed ones come first.
func fieldsOf(schema map[string]any, under string) (all []fieldLine) {
	properties, _ := schema["properties"].(map[string]any)
	names := slices.Sorted(maps.Keys(properties))
	slices.SortStableFunc(names, func(a, b string) int {
		switch x, y := needs(schema, a), needs(schema, b); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	for _, name := range names {
		s, _ := properties[name].(map[string]any)
		says, _ := s["description"].(string)
		// What is sealed is said in the same words of every field; here the first of them are enough.
		says, sealed, _ := strings.Cut(says, "Sealed: the log holds a commitment only")
		if sealed != "" {
			says += "Sealed"
		}
		path := under + name
		all = append(all, fieldLine{path, needs(schema, name), kindOf(s), strings.TrimSpace(says), strings.Count(path, ".")})
		switch s["type"] {
		case "object":
			all = append(all, fieldsOf(s, path+".")...)
		case "array":
			if items, _ := s["items"].(map[string]any); items["type"] == "object" {
				all = append(all, fieldsOf(items, path+"[].")...)
			}
		}
	}
	return all
}

func needs(schema map[string]any, name string) bool {
	required, _ := schema["required"].([]any)
	return slices.Contains(required, any(name))
}

// kindOf says in a word or two what a value is.
func kindOf(s map[string]any) string {
	switch {
	case s["enum"] != nil:
		var words []string
		for _, word := range s["enum"].([]any) {
			words = append(words, fmt.Sprint(word))
		}
		return strings.Join(words, "|")
	case s["const"] != nil:
		return fmt.Sprint(s["const"])
	case s["format"] == "date", s["format"] == "uuid":
		return s["format"].(string)
	case s["type"] == "array":
		items, _ := s["items"].(map[string]any)
		return "list of " + kindOf(items)
	case s["type"] == "integer":
		return "number"
	case s["type"] == "string":
		return "text"
	}
	return fmt.Sprint(s["type"])
}

// specimens are values to start from: of a form, the first that has it.
var specimens = []string{
	"exemple", "fr-commune-73008", "fr-commune-73031", "73008", "217300086", "1", "2027", "2027-01-31", "https://example.org/", strings.Repeat("0", 64), "Texte",
}

// exampleOf makes a body of the form of a schema, with what is needed and, where there is one, the edition. Nothing in it is
// true.
func exampleOf(s map[string]any) any { return specimenOf(s, 0) }

// specimenOf is one of several examples of a form, which differ where they must in a list.
func specimenOf(s map[string]any, nth int) any {
	switch {
	case s["enum"] != nil:
		return s["enum"].([]any)[0]
	case s["const"] != nil:
		return s["const"]
	}
	switch s["type"] {
	case "object":
		object := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			if needs(s, name) || name == "edition" {
				object[name] = exampleOf(p.(map[string]any))
			}
		}
		return object
	case "array":
		items, _ := s["items"].(map[string]any)
		least, _ := s["minItems"].(int64)
		var list []any
		for n := range max(1, least) {
			list = append(list, specimenOf(items, int(n)))
		}
		return list
	case "integer":
		if least, ok := s["minimum"]; ok {
			return least
		}
		return 1
	}
	switch s["format"] {
	case "uuid":
		return "00000000-0000-4000-8000-000000000001"
	case "date":
		return "2027-01-31"
	}
	pattern, _ := s["pattern"].(string)
	if pattern == "" {
		return "Texte"
	}
	form := regexp.MustCompile(pattern)
	found := ""
	for _, specimen := range specimens {
		if form.MatchString(specimen) {
			if found = specimen; nth == 0 {
				break
			}
			nth--
		}
	}
	return found
}
