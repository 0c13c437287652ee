package domain

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocs holds that the documents say what the code does: go test ./domain -update writes them again.
func TestDocs(t *testing.T) {
	for file, want := range map[string]string{"../docs/events.md": EventsDoc(), "../docs/rules.md": RulesDoc()} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); diff != "" {
			t.Errorf("%s is not what the code says (-code +file); go test ./domain -update writes it again:\n%s", file, diff)
		}
	}
}

// TestEventsDocIsComplete holds that every event, member, form and stream has its words.
func TestEventsDocIsComplete(t *testing.T) {
	doc := EventsDoc()
	used := make(map[string]bool)
	for _, typ := range Types() {
		_, section, found := strings.Cut(doc, "\n### "+typ.Name+", version ")
		if !found {
			t.Errorf("%s has no section", typ)
		}
		section, _, _ = strings.Cut(section, "\n#")
		if !strings.Contains(section, typ.Says) {
			t.Errorf("%s does not say %q", typ, typ.Says)
		}
		for _, m := range walk(reflect.TypeOf(typ.New()).Elem(), "") {
			if !strings.Contains(section, "| `"+m.path+"` | "+meaning(typ.Name, m.path)+" | ") {
				t.Errorf("%s has no line for %s", typ, m.path)
			}
			if meaning(typ.Name, m.path) == "" {
				t.Errorf("%s: nobody says what %s means", typ, m.path)
			}
			used[meaningOf(typ.Name, m.path)] = true
		}
	}
	for key := range meanings {
		if !used[key] {
			t.Errorf("%q is said of nothing", key)
		}
	}
	for line := range strings.SplitSeq(doc, "\n") {
		if strings.HasPrefix(line, "| ") && strings.Contains(line, " |  | ") && !strings.HasSuffix(line, " |  |") {
			t.Errorf("an empty cell: %s", line)
		}
	}
	for _, f := range forms {
		if formNames[f.tag] == "" || !strings.Contains(doc, "\n| "+formNames[f.tag]+" | ") {
			t.Errorf("the form %s is not told", f.tag)
		}
	}
	if len(formNames) != len(forms) {
		t.Errorf("%d names for %d forms", len(formNames), len(forms))
	}
}

func TestRulesDocIsComplete(t *testing.T) {
	doc := RulesDoc()
	for _, r := range Rules() {
		events := "every event"
		if r.Events != nil {
			events = strings.Join(r.Events, ", ")
		}
		if want := "\n| " + strings.Join([]string{string(r.Rule), r.Says, string(r.Mark), r.Source, events}, " | ") + " |\n"; !strings.Contains(doc, want) {
			t.Errorf("%s is not told", r.Rule)
		}
	}
}
