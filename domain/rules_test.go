package domain

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEveryRuleIsBrokenByAStory(t *testing.T) {
	broken := make(map[Rule]bool)
	for _, stories := range allStories() {
		for _, s := range stories {
			broken[s.rule] = true
		}
	}
	listed := map[Rule]bool{"": true} // of the stories in which nothing is broken
	for _, r := range Rules() {
		if listed[r.Rule] {
			t.Errorf("the rule %q is listed twice, or has no name", r.Rule)
		}
		listed[r.Rule] = true
		if !broken[r.Rule] && r.Rule != RuleBasis && r.Rule != RuleOutcome && r.Rule != RulePalmares { // no command can break these
			t.Errorf("no story breaks the rule %s", r.Rule)
		}
	}
	for r := range broken {
		if !listed[r] {
			t.Errorf("a story breaks the rule %s, which is not listed", r)
		}
	}
}

// TestRulesAreAskedOfEvents holds that a rule lists the events that stories are refused by it for, and no others. Where
// every event is asked, judge_test.go holds it for every type.
func TestRulesAreAskedOfEvents(t *testing.T) {
	type pair struct {
		rule  Rule
		event string
	}
	told := map[pair]bool{}
	for _, stories := range allStories() {
		for _, s := range stories {
			if s.rule != "" {
				told[pair{s.rule, eventOf(s.asked).EventName()}] = true
			}
		}
	}
	for _, r := range Rules() {
		if r.Events != nil && len(r.Events) == 0 {
			t.Errorf("%s is asked of nothing", r.Rule)
		}
		for _, name := range r.Events {
			if !told[pair{r.Rule, name}] && r.Rule != RulePalmares {
				t.Errorf("%s is asked of %s, and no story is refused for that", r.Rule, name)
			}
		}
		for _, typ := range Types() {
			if told[pair{r.Rule, typ.Name}] && r.Events != nil && !slices.Contains(r.Events, typ.Name) {
				t.Errorf("a story of %s is refused by %s, which is not asked of it", typ.Name, r.Rule)
			}
		}
		for i, name := range r.Events {
			if _, known := byName[name]; !known || slices.Contains(r.Events[:i], name) {
				t.Errorf("%s lists %q, which is no event, twice or both", r.Rule, name)
			}
		}
	}
}

// TestFieldsOfRefusals holds that a refusal points at a member that the event has.
func TestFieldsOfRefusals(t *testing.T) {
	for _, stories := range allStories() {
		for _, s := range stories {
			if s.field == "" {
				continue
			}
			e := eventOf(s.asked)
			member, _, _ := strings.Cut(s.field, ".")
			member, _, _ = strings.Cut(member, "[")
			if _, ok := membersOf(e)[member]; !ok {
				t.Errorf("%s: %s has no member %q", s.name, e.EventName(), s.field)
			}
		}
	}
}

func TestRulesHaveAMarkAndASource(t *testing.T) {
	sources := map[string]bool{"ledger": true}
	for _, row := range historyOf(t, "sources.csv") {
		sources[row["source_id"]] = true
	}
	for _, r := range Rules() {
		switch r.Mark {
		case MarkPublic, MarkDeferred, MarkAttested:
		default:
			t.Errorf("%s has the mark %q", r.Rule, r.Mark)
		}
		if !sources[r.Source] {
			t.Errorf("%s has the source %q, which the history does not hold", r.Rule, r.Source)
		}
		if !strings.HasSuffix(r.Says, ".") {
			t.Errorf("%s does not say a sentence: %q", r.Rule, r.Says)
		}
	}
}

// historyOf reads a file of the collected history: one map from column to value for each row.
func historyOf(t testing.TB, file string) []map[string]string {
	t.Helper()
	f, err := os.Open("../history/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s has %d rows: %v", file, len(rows), err)
	}
	var found []map[string]string
	for _, row := range rows[1:] {
		m := make(map[string]string, len(row))
		for i, column := range rows[0] {
			m[column] = row[i]
		}
		found = append(found, m)
	}
	return found
}
