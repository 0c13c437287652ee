package web

import (
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// TestFormsHaveWords holds that every command has a form, a title and a place, and that every field of every form has a
// label, a help and words for what can be chosen, in both languages.
func TestFormsHaveWords(t *testing.T) {
	fr, en := tongues(t)
	placed := map[string]int{}
	for _, g := range groups {
		for _, resource := range g.resources {
			placed[resource]++
			if _, ok := commandOf(resource); !ok {
				t.Errorf("%s is in the group %s, and is no command", resource, g.name)
			}
		}
	}
	for _, o := range ledger.Operations() {
		if _, ok := commandOf(o.Resource); !ok {
			t.Errorf("%s has no form", o.Resource)
		}
	}
	kinds := map[fieldKind]int{}
	for _, c := range commands {
		if placed[c.Resource] != 1 {
			t.Errorf("%s is in %d groups", c.Resource, placed[c.Resource])
		}
		for _, tongue := range []*tongue{fr, en} {
			for _, key := range []string{"op." + c.Resource, "op." + c.Resource + ".text"} {
				if !tongue.Has(key) {
					t.Errorf("%s: nobody says %s", tongue.Code, key)
				}
			}
			each(c.Fields, func(b blank) {
				kinds[b.Kind]++
				said := []string{tongue.fieldWord("field", c, b), tongue.fieldWord("help", c, b)}
				for _, value := range b.Choices {
					if b.Kind != aYes {
						said = append(said, tongue.choiceWord(c, b, value))
					}
				}
				for _, s := range said {
					if strings.Contains(s, "⟦") {
						t.Errorf("%s: %s has no words in the form %s", tongue.Code, s, c.Resource)
					}
				}
			})
		}
	}
	for _, k := range []fieldKind{aLine, aText, aNumber, anAmount, aDay, aPartial, aYes, aChoice, choices, aLink, aRecord, aBody, aSource, aList, bodies, aGroup, rows} {
		if kinds[k] == 0 {
			t.Errorf("no form has a field of the kind %s", k)
		}
	}
	for _, r := range domain.Rules() {
		switch r.Rule {
		case domain.RuleBasis, domain.RuleGenesis, domain.RuleOutcome, domain.RuleKeyNew, domain.RuleOrigin, domain.RuleKeyInForce:
			continue // no form breaks them
		}
		if !fr.Has("rule." + string(r.Rule)) {
			t.Errorf("nobody says the rule %s in French", r.Rule)
		}
	}
	used := map[string]bool{}
	for _, c := range commands {
		each(c.Fields, func(b blank) {
			for _, what := range []string{"field", "help"} {
				for _, key := range fieldKeys(c, b) {
					if fr.Has(what + "." + key) {
						used[what+"."+key] = true
						break
					}
				}
			}
		})
	}
	for key := range fr.Keys() {
		if (strings.HasPrefix(key, "field.") || strings.HasPrefix(key, "help.")) && !used[key] {
			t.Errorf("%s is said by no form", key)
		}
	}
}

// TestOffered holds that a role is offered what it may do, and nothing else.
func TestOffered(t *testing.T) {
	for _, role := range auth.Roles() {
		who := auth.Principal{Role: role}
		for _, c := range offered(who) {
			if !who.Is(c.Roles...) {
				t.Errorf("%s is offered %s", role, c.Resource)
			}
		}
	}
	if all := offered(auth.Principal{Role: auth.Public}); len(all) > 0 {
		t.Errorf("nobody in particular is offered %d commands", len(all))
	}
}
