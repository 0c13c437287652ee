package forms

import (
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/words"
	"arobase/domain"
)

// TestFormsHaveWords holds that every operation has a form and a title, and that every field of every form has a
// label, a help and words for what can be chosen, in both languages.
func TestFormsHaveWords(t *testing.T) {
	fr, en := words.French(), words.English()
	for _, o := range ledger.Operations() {
		if _, ok := CommandOf(o.Resource); !ok {
			t.Errorf("%s has no form", o.Resource)
		}
	}
	kinds := map[fieldKind]int{}
	for _, c := range commands {
		for _, language := range []*words.Language{fr, en} {
			for _, key := range []string{"op." + c.Resource, "op." + c.Resource + ".text"} {
				if !language.Has(key) {
					t.Errorf("%s: nobody says %s", language.Code, key)
				}
			}
			each(c.Fields, func(b blank) {
				kinds[b.Kind]++
				said := []string{c.word(language, "field", b), c.word(language, "help", b)}
				for _, value := range b.Choices {
					if b.Kind != aYes {
						said = append(said, c.choiceWord(language, b, value))
					}
				}
				for _, s := range said {
					if strings.Contains(s, "⟦") {
						t.Errorf("%s: %s has no words in the form %s", language.Code, s, c.Resource)
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
				for _, key := range c.keys(b) {
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
		for _, c := range Offered(who) {
			if !who.Is(c.Roles...) {
				t.Errorf("%s is offered %s", role, c.Resource)
			}
		}
	}
	if all := Offered(auth.Principal{Role: auth.Public}); len(all) > 0 {
		t.Errorf("nobody in particular is offered %d commands", len(all))
	}
}
