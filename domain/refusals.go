package domain

import (
	"fmt"
	"strconv"
	"strings"
)

// A refusal is told twice: as an English sentence, which the interface gives and logs keep, and as a [Case] with its
// [Particular]s, from which a face makes a sentence in the language and in the forms of its reader. The sentence is made of
// the case, so the two cannot say different things.

// Case is one way to break a rule, or the form of a field. All are declared as variables, by [RuleCase] and [FormCase], so
// that [Cases] has every one there is and whoever tells them can be held to tell all.
type Case struct {
	// Name is the rule and what of it: "body-first.not-entered". It does not change, for catalogues know it.
	Name string
	// Form tells that the rule is one of the form of a field: required, max. Else it is a [Rule].
	Form  bool
	Slots []Slot
	texts []string // around the slots: one more than these
}

// Slot is a place in a sentence where a particular stands.
type Slot struct {
	Name  string
	Kind  Kind
	Words []string // of KindWord: all that can stand there
}

// Kind says what a particular is, and so how it is written for a person.
type Kind string

// The kinds of particulars. There are no others, so that a face can write them all.
const (
	KindNumber  Kind = "number"  // how many, or which one
	KindNumbers Kind = "numbers" // several, such as jurors
	KindYear    Kind = "year"
	KindEdition Kind = "edition" // its ordinal
	KindCents   Kind = "cents"   // an amount of euros, in cents
	KindDay     Kind = "day"     // of ISO 8601
	KindWhen    Kind = "when"    // a day, a month or a year of ISO 8601
	KindBody    Kind = "body"    // a collectivity, by its id
	KindRecord  Kind = "record"  // an event, by its id
	KindType    Kind = "type"    // of an event: award-recorded
	KindStream  Kind = "stream"
	KindAward   Kind = "award"  // level 4, hors-concours
	KindCounts  Kind = "counts" // of results, by level
	KindWord    Kind = "word"   // one of the words of the slot
	KindName    Kind = "name"   // a short name or a code that people gave: of a source, a grid, an article
	KindNames   Kind = "names"
	KindQuote   Kind = "quote" // a text that somebody wrote
	KindTyped   Kind = "typed" // what was just written into the field, where the reader has it before their eyes
	KindCodes   Kind = "codes" // what a program may write there, where a person chooses among words
)

// Particular is what stands in a slot this time.
type Particular struct {
	Slot
	Text   string   // as the English sentence has it, without quotation marks
	Number int64    // of KindNumber, KindYear, KindEdition and KindCents; of KindAward its level
	List   []string // of KindNumbers, KindNames, KindCodes and KindCounts (4=2); of KindAward its distinction
}

// Telling is what a refusal says, for a face that tells it in other words. It is zero where a refusal was not made of a case.
type Telling struct {
	Case        *Case
	Particulars []Particular // one for each slot
}

// cases are all that were declared.
var cases []*Case

// Cases gives every case that the program can tell, of this package and of those above it, in the order of their declaration.
func Cases() []*Case { return cases }

// RuleCase declares a way to break a rule. Call it for variables of a package only. The sentence has slots: {day}, {of:record}
// with a name and a kind, {ground:late|unpaid} with the words that can stand there.
func RuleCase(name, sentence string) *Case { return declare(name, false, sentence) }

// FormCase declares a way to break the form of a field, as [RuleCase] does for a rule.
func FormCase(name, sentence string) *Case { return declare(name, true, sentence) }

func declare(name string, form bool, sentence string) *Case {
	c := &Case{Name: name, Form: form}
	for {
		text, rest, more := strings.Cut(sentence, "{")
		c.texts = append(c.texts, text)
		if !more {
			break
		}
		var slot string
		slot, sentence, _ = strings.Cut(rest, "}")
		name, kind, named := strings.Cut(slot, ":")
		s := Slot{Name: name, Kind: Kind(kind)}
		switch {
		case !named:
			s.Kind = Kind(name)
		case strings.Contains(kind, "|"):
			s.Kind, s.Words = KindWord, strings.Split(kind, "|")
		}
		c.Slots = append(c.Slots, s)
	}
	cases = append(cases, c)
	return c
}

// Rule is the name of the rule.
func (c *Case) Rule() string {
	rule, _, _ := strings.Cut(c.Name, ".")
	return rule
}

// Broken refuses a command by a rule: field is the one that shows it, "" where there is none; args are the particulars, in
// the order of the sentence.
func (c *Case) Broken(field string, args ...any) *Broken {
	message, told := c.tell(args)
	return &Broken{Rule: Rule(c.Rule()), Field: field, Message: message, Telling: told}
}

// Fault refuses a field by its form.
func (c *Case) Fault(field string, args ...any) FieldError {
	message, told := c.tell(args)
	return FieldError{Field: field, Rule: c.Rule(), Message: message, Telling: told}
}

// tell makes the sentence and its particulars. A test holds that every call has as many args as slots.
func (c *Case) tell(args []any) (string, Telling) {
	var b strings.Builder
	told := Telling{Case: c}
	for i, text := range c.texts {
		b.WriteString(text)
		if i == len(c.Slots) || i >= len(args) {
			continue
		}
		p := particular(c.Slots[i], args[i])
		told.Particulars = append(told.Particulars, p)
		if p.Kind == KindQuote || p.Kind == KindTyped {
			b.WriteString(strconv.Quote(p.Text))
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String(), told
}

// listed is a list that the English sentence tells in words of its own.
type listed struct {
	all  []string
	text string
}

func particular(s Slot, arg any) Particular {
	p := Particular{Slot: s, Text: fmt.Sprint(arg)}
	switch arg := arg.(type) {
	case listed:
		p.Text, p.List = arg.text, arg.all
	case []string:
		p.Text, p.List = strings.Join(arg, ", "), arg
	case []int:
		for _, n := range arg {
			p.List = append(p.List, strconv.Itoa(n))
		}
	case []LevelCount:
		for _, n := range arg {
			p.List = append(p.List, fmt.Sprintf("%d=%d", n.Level, n.Count))
		}
	case Edition:
		p.Number = int64(arg)
	case Award:
		p.Number, p.List = int64(arg.Level), []string{string(arg.Distinction)}
	}
	switch s.Kind {
	case KindNumber, KindYear, KindCents:
		p.Number, _ = strconv.ParseInt(p.Text, 10, 64) // it is one: a test holds that
	}
	return p
}

// Key is the name of a case among those of both sorts: "refusal.body-first.not-entered", "fault.required".
func (c *Case) Key() string {
	if c.Form {
		return "fault." + c.Name
	}
	return "refusal." + c.Name
}
