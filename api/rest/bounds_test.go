package rest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// member is one place of a request where a value stands.
type member struct {
	path   []string // names, and "[]" for the elements of a list
	schema map[string]any
}

// name is how a problem names the place: a.b, or a[0] for an element.
func (m member) name() string {
	return strings.ReplaceAll(strings.Join(m.path, "."), ".[]", "[0]")
}

// with is a request that has nothing but a value at the place, and what says whom it is about.
func (m member) with(value any, about map[string]any) string {
	for _, step := range slices.Backward(m.path) {
		if step == "[]" {
			value = []any{value}
		} else {
			value = map[string]any{step: value}
		}
	}
	all := maps.Clone(about)
	maps.Copy(all, value.(map[string]any))
	text, _ := json.Marshal(all)
	return string(text)
}

// members gives all places of a schema.
func members(schema map[string]any, path ...string) (all []member) {
	switch schema["type"] {
	case "object":
		properties := schema["properties"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			all = append(all, members(properties[name].(map[string]any), append(slices.Clone(path), name)...)...)
		}
		if len(path) > 0 {
			all = append(all, member{path, schema})
		}
	case "array":
		all = append(all, member{path, schema})
		all = append(all, members(schema["items"].(map[string]any), append(slices.Clone(path), "[]")...)...)
	default:
		all = append(all, member{path, schema})
	}
	return all
}

// limit is a bound of a schema.
func limit(schema map[string]any, name string) (int64, bool) {
	switch n := schema[name].(type) {
	case int64:
		return n, true
	case float64:
		return int64(n), true
	case int:
		return int64(n), true
	}
	return 0, false
}

// tooMuch are values that a place must not take: too long, too great, too many, or of another kind.
func tooMuch(schema map[string]any) map[string]any {
	wrong := map[string]any{}
	long := func(n int64) string { return strings.Repeat("a", int(n)) }
	switch schema["type"] {
	case "string":
		wrong["a number"], wrong["a list"] = 5, []any{}
		wrong["a text of 100,000 characters"] = long(100_000)
		if most, ok := limit(schema, "maxLength"); ok {
			wrong[fmt.Sprintf("a text of %d characters", most+1)] = long(most + 1)
		}
	case "integer":
		wrong["a text"], wrong["half"], wrong["a huge number"] = "5", 1.5, json.RawMessage("1e300")
		wrong["two to the power of 53"] = json.RawMessage("9007199254740992")
		if most, ok := limit(schema, "maximum"); ok {
			wrong["one more than the most"] = most + 1
		}
		if least, ok := limit(schema, "minimum"); ok {
			wrong["less than the least"] = min(least-1, -1) // zero is how JSON programs say that there is none
		}
	case "array":
		wrong["a text"], wrong["an object"] = "a", map[string]any{}
		element := any(1)
		items := schema["items"].(map[string]any)
		switch items["type"] {
		case "string":
			element = "a"
		case "object":
			element = map[string]any{}
		}
		most, ok := limit(schema, "maxItems")
		if !ok {
			most = 20_000 // whatever the schema says: nothing goes on for ever
		}
		many := make([]any, most+1)
		for i := range many {
			many[i] = element
			switch items["type"] {
			case "string":
				many[i] = fmt.Sprintf("a-%d", i)
			case "integer":
				many[i] = i + 1
			}
		}
		wrong[fmt.Sprintf("%d elements", most+1)] = many
		if schema["uniqueItems"] == true {
			wrong["the same twice"] = []any{element, element}
		}
	case "object":
		wrong["a text"], wrong["a list"] = "a", []any{}
		wrong["an unknown member"] = map[string]any{"nothing": 1}
	}
	return wrong
}

// No field of any request takes what is too long, too great, too many or of another kind: the problem names the field and
// the rule, nothing is written. And a text of the greatest length is taken.
func TestEveryBound(t *testing.T) {
	f := newOffice(t)
	f.takes("registrar", "sources", `{"source":"gazette","publisher":"La Gazette","title":"Le palmarès"}`, "source")
	size, asked, texts := f.Size(), 0, 0
	who := map[auth.Role]string{auth.President: "president", auth.Registrar: "registrar", auth.Juror: "juror 1", auth.Public: ""}
	operations := append(ledger.Operations(), ledger.Operation{Resource: "decisions", Event: "decision-sealed", Roles: []auth.Role{auth.President}})
	for _, o := range operations {
		t.Run(o.Resource, func(t *testing.T) {
			right := who[o.Roles[slices.IndexFunc(o.Roles, func(r auth.Role) bool { _, ok := who[r]; return ok })]]
			about := map[string]any{}
			switch o.Resource { // what is about a record is looked up first
			case "retractions", "figure-retractions", "disputes":
				about["event"] = f.ids["source"]
			case "dispute-answers":
				about["dispute"] = f.ids["source"]
			case "opinions", "conflicts", "recusals":
				about["edition"], about["juror"] = 28, 1
			}
			for _, m := range members(domain.RequestSchema(o.Type())) {
				if o.Resource == "decisions" && m.path[0] == "assessment" {
					continue // computed, not given
				}
				if _, ok := about[m.path[0]]; ok && len(m.path) == 1 && (right == "juror 1" || m.path[0] != "edition" && m.path[0] != "juror") {
					continue // another seat, or another record, is another question
				}
				for what, value := range tooMuch(m.schema) {
					asked++
					w := f.send(right, o.Resource, m.with(value, about))
					if w.Code != http.StatusUnprocessableEntity {
						t.Errorf("%s: %s: %d %.300s", m.name(), what, w.Code, w.Body)
						continue
					}
					p := problemIn(t, w)
					named := func(field string) bool {
						return field == m.name() || strings.HasPrefix(field, m.name()+".") || strings.HasPrefix(field, m.name()+"[") ||
							field == strings.ReplaceAll(m.name(), "[0]", "") || field == m.path[0] || // of what is within a list or a sealed value the first name is enough
							what == "an unknown member" && field == "nothing"
					}
					found := false
					for _, e := range p.Errors {
						found = found || named(e.Field) && e.Rule != "" && e.Rule != "required" && e.Message != ""
					}
					if !found {
						t.Errorf("%s: %s: it is not named: %.400s", m.name(), what, w.Body)
					}
				}
				if most, ok := limit(m.schema, "maxLength"); ok && m.schema["pattern"] == nil && m.schema["type"] == "string" && len(m.path) == 1 {
					texts++
					w := f.send(right, o.Resource, m.with(strings.Repeat("é", int(most)), about))
					for _, e := range problemIn(t, w).Errors {
						if e.Field == m.name() {
							t.Errorf("%s: a text of %d characters is refused: %s %s", m.name(), most, e.Rule, e.Message)
						}
					}
				}
			}
		})
	}
	if f.Size() != size {
		t.Errorf("%d records were written by refused requests", f.Size()-size)
	}
	if asked < 1500 || texts < 30 {
		t.Errorf("only %d wrong values and %d longest texts were tried", asked, texts)
	}
	t.Logf("%d wrong values, %d longest texts", asked, texts)
}

// What is not in the table of operations is held alike: who may ask, each member missing, of another kind, too long, unknown.
func TestEveryPrivateOperation(t *testing.T) {
	f := newOffice(t)
	f.takes("registrar", "sources", `{"source":"gazette","publisher":"La Gazette","title":"Le palmarès","note":"Une note"}`, "source")
	long := strings.Repeat("a", 100_000)
	for resource, c := range map[string]struct {
		who   string
		whole map[string]any
		wrong map[string][]any // values that a member must not take
		free  []string         // members that may be left out
	}{
		"decisions": {who: "president", whole: map[string]any{
			"edition": 28, "collectivity": "fr-commune-73008", "session": 1, "distinction": "level", "level": 1, "mentions": []string{}, "departure": "",
			"tally": map[string]int{"for": 2, "against": 0, "abstained": 0}, "motivation": "Pour", "votes": "Tous",
		}, free: []string{"edition", "departure"}},
		"deliberations": {who: "president", whole: map[string]any{"edition": 28}, wrong: map[string][]any{"edition": {"28", 1.5}}},
		"publications":  {who: "president", whole: map[string]any{"edition": 28, "on": "2026-11-25"}, wrong: map[string][]any{"edition": {"28"}, "on": {5, []any{}}}},
		"erasures": {who: "admin", whole: map[string]any{"event": f.ids["source"], "pointer": "/data/note", "ground": "request"}, wrong: map[string][]any{
			"pointer": {5, "/note", "/data/" + long}, "ground": {5, "whim", long}, "reason": {5, strings.Repeat("a", 20_001)},
		}},
		"tokens":            {who: "admin", whole: map[string]any{"role": "registrar", "person": "Camille", "days": 90}, wrong: map[string][]any{"role": {5}, "person": {5}, "days": {"5"}}},
		"token-revocations": {who: "admin", whole: map[string]any{"id": "abc"}, wrong: map[string][]any{"id": {5, long}}},
	} {
		t.Run(resource, func(t *testing.T) {
			size := f.Size()
			for who := range f.tokens {
				same := strings.SplitN(who, " ", 2)[0] == c.who || c.who == "president" && who == "second"
				if w := f.send(who, resource, `{}`); !same && w.Code != http.StatusForbidden {
					t.Errorf("by %s: %d %s", who, w.Code, w.Body)
				}
			}
			if w := f.send("", resource, `{}`); w.Code != http.StatusUnauthorized {
				t.Errorf("by nobody: %d %s", w.Code, w.Body)
			}
			refuses := func(what, member string, body map[string]any) {
				t.Helper()
				text, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				w := f.send(c.who, resource, string(text))
				p := problemIn(t, w)
				named := false
				for _, e := range p.Errors {
					named = named || (e.Field == member || strings.HasPrefix(e.Field, member+".")) && e.Rule != "" && e.Message != ""
				}
				if w.Code != http.StatusUnprocessableEntity || !named {
					t.Errorf("%s: %d %.300s, want 422 that names it", what, w.Code, w.Body)
				}
			}
			for member := range c.whole {
				less := maps.Clone(c.whole)
				delete(less, member)
				if !slices.Contains(c.free, member) {
					refuses("without "+member, member, less)
				}
			}
			more := maps.Clone(c.whole)
			more["colour"] = "red"
			refuses("with an unknown member", "colour", more)
			for member, values := range c.wrong {
				for _, value := range values {
					wrong := maps.Clone(c.whole)
					wrong[member] = value
					refuses(fmt.Sprintf("%s %.30v", member, value), member, wrong)
				}
			}
			for _, body := range []string{`{"a`, `[]`, ``, `{} {}`} {
				if w := f.send(c.who, resource, body); w.Code != http.StatusUnprocessableEntity {
					t.Errorf("%q: %d %s", body, w.Code, w.Body)
				}
			}
			if f.Size() != size {
				t.Errorf("%d records were written by refused requests", f.Size()-size)
			}
		})
	}
}
