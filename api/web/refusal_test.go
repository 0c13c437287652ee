package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"arobase/domain"
)

// asked are names as a reader knows them.
type asked struct{}

func (asked) Body(string) string           { return "Aix-les-Bains" }
func (asked) Record(string) (string, bool) { return "1 734", true }

// sample is something that may stand in a slot.
func sample(s domain.Slot) domain.Particular {
	p := domain.Particular{Slot: s, Text: "xyz", Number: 1734, List: []string{"3", "7"}}
	switch s.Kind {
	case domain.KindDay:
		p.Text = "2027-02-01"
	case domain.KindWhen:
		p.Text = "2027-02"
	case domain.KindYear:
		p.Number = 2027
	case domain.KindType:
		p.Text = "record-retracted"
	case domain.KindWord:
		p.Text = s.Words[0]
	case domain.KindAward:
		p.Number = 4
	case domain.KindCounts:
		p.List = []string{"4=2", "5=1"}
	}
	return p
}

// shows tells whether a sentence needs to name a particular: not what the reader has just typed, nor what only programs
// write, nor the stream of a record, which pages seldom name.
func shows(s domain.Slot) bool {
	return s.Kind != domain.KindTyped && s.Kind != domain.KindCodes && s.Kind != domain.KindStream
}

// inEnglish are words that no French sentence has, and the English ones have often.
var inEnglish = regexp.MustCompile(`(?i)(^|[\s(«])(the|is|was|were|are|be|been|not|of|and|or|to|it|that|this|than|with|must|there|already|before|has|have|had|its|only|at|for|an|by)([\s,.;:)»]|$)`)

var inBraces = regexp.MustCompile(`\{([^}]*)\}`)

// TestRefusalsHaveSentences goes through every case that this program can refuse something by: it has a sentence in both
// languages, each names the particulars that the case has, and nothing in it is of the other language or left unwritten.
// The cases tell themselves: see domain.Cases.
func TestRefusalsHaveSentences(t *testing.T) {
	fr, en := tongues(t)
	cases := domain.Cases()
	if len(cases) < 300 {
		t.Fatalf("there are %d cases only", len(cases))
	}
	for _, c := range cases {
		told := domain.Telling{Case: c}
		var names, needed []string
		for _, s := range c.Slots {
			told.Particulars = append(told.Particulars, sample(s))
			if names = append(names, s.Name); shows(s) {
				needed = append(needed, s.Name)
			}
		}
		for _, tongue := range []*tongue{fr, en} {
			if !tongue.Has(c.Key()) {
				t.Errorf("%s: nobody says %s", tongue.Code, c.Key())
				continue
			}
			var used []string
			for _, m := range inBraces.FindAllStringSubmatch(tongue.T(c.Key()), -1) {
				used = append(used, m[1])
				if !slices.Contains(names, m[1]) {
					t.Errorf("%s: %s has no {%s}", tongue.Code, c.Key(), m[1])
				}
			}
			for _, name := range needed {
				if !slices.Contains(used, name) {
					t.Errorf("%s: %s does not say {%s}", tongue.Code, c.Key(), name)
				}
			}
			said := tongue.Refusal(told, asked{})
			if strings.ContainsAny(said, "{}⟦") || !strings.HasSuffix(said, ".") {
				t.Errorf("%s: %s is no sentence: %q", tongue.Code, c.Key(), said)
			}
			if tongue == fr && inEnglish.MatchString(said) {
				t.Errorf("%s has English words in French: %q in %q", c.Key(), inEnglish.FindString(said), said)
			}
		}
		for _, s := range c.Slots {
			for _, word := range s.Words {
				if !fr.Has("word." + word) {
					t.Errorf("%s: nobody says the word %s", c.Key(), word)
				}
			}
		}
		if !c.Form && !fr.Has("rule."+c.Rule()) {
			t.Errorf("nobody says the rule %s", c.Rule())
		}
	}
	for key := range fr.Keys() {
		if name, ok := strings.CutPrefix(key, "refusal."); ok && strings.Contains(name, ".") && name != "record.other" &&
			!slices.ContainsFunc(cases, func(c *domain.Case) bool { return c.Key() == key }) {
			t.Errorf("nobody is refused anything by %s", key)
		}
	}
}

var madeBare = regexp.MustCompile(`domain\.(FieldError|Broken)\{|domain\.Invalid\{\{`)

// TestRefusalsAreMadeOfCases reads the sources above the domain whose refusals come to a page: what is not made of a case
// would be told there by its rule alone. The domain holds itself to the same.
func TestRefusalsAreMadeOfCases(t *testing.T) {
	for _, dir := range []string{"../ledger", "../auth", ".", "forms"} {
		sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(sources) == 0 {
			t.Fatalf("no sources in %s: %v", dir, err)
		}
		for _, name := range sources {
			if strings.HasSuffix(name, "_test.go") || name == filepath.Join("forms", "read.go") { // whose rules are told by themselves
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				if madeBare.MatchString(line) && !strings.Contains(line, "Telling: ") {
					t.Errorf("%s: %s", name, strings.TrimSpace(line))
				}
			}
		}
	}
}
