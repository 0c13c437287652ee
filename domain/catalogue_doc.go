package domain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// EventsDoc writes docs/events.md: every event of the catalogue in words, from the same structs and tags that events are
// checked by.
func EventsDoc() string {
	var b strings.Builder
	b.WriteString(`# The events

Everything in the ledger is one of these events. An event once written is never changed, repaired or removed: a correction
is an event of its own, which names what it corrects. This page is generated from the package domain.

**Stream.** Each event stands in a stream, which is about one thing: one body, one source, one body in one edition. The
streams are numbered from 0 without gaps.

**Sealed.** The log is public and for ever, so it holds no free text by or about a person. A sealed member holds a
commitment to a text, from which nobody can guess the text. The text lies apart, can be checked against the commitment by
whoever is shown it, and can be erased; the event then stays valid. Who is shown it is said with each member.

**Always.** A member that is not always there is left out where nothing is known; it is never empty.

`)
	for _, stream := range streamsInWords {
		fmt.Fprintf(&b, "- [%s](#stream-%s): %s\n", "`"+stream.category+"`", stream.category, stream.says)
	}
	written := make(map[string]bool)
	for _, stream := range streamsInWords {
		fmt.Fprintf(&b, "\n## Stream `%s`\n\n%s.\n", stream.category, capital(stream.says))
		for _, t := range catalogue {
			if !slices.Contains(t.Streams, stream.category) {
				continue
			}
			if written[t.String()] {
				fmt.Fprintf(&b, "\nAlso [%s](#%s).\n", t.Name, anchor(t))
				continue
			}
			written[t.String()] = true
			writeEvent(&b, t)
		}
	}
	b.WriteString("\n## Forms\n\n| form | in words |\n|---|---|\n")
	for _, f := range forms {
		fmt.Fprintf(&b, "| %s | %s |\n", formNames[f.tag], escape(capital(f.message)+"."))
	}
	return b.String()
}

// streamsInWords are the categories of streams in the order of the documents.
var streamsInWords = []struct{ category, says string }{
	{"ledger", "what concerns the ledger as a whole"},
	{"source", "one published source"},
	{"collectivity", "one legal body, or one name that fits several"},
	{"candidacy", "one body in one edition"},
	{"edition", "one edition and its ceremony"},
	{"figures", "the figures published about one edition"},
	{"distinction", "one distinction with a term, held by one body"},
	{"regulation", "one version of the regulation of the label"},
	{"grid", "one version of the grid of services"},
	{"juror", "one juror of one edition"},
	{"action", "one action of one body"},
}

// formNames call each form by what it is.
var formNames = map[string]string{
	"insee": "INSEE code", "siren": "SIREN", "collectivity": "id of a body", "sourceid": "id of a source", "mention": "id of a mention",
	"slug": "slug", "line": "line", "year": "year as stated", "pointer": "place of a sealed member", "partialdate": "day, month or year",
	"date": "day", "sha256hex": "SHA-256", "weburl": "web address", "origin": "origin", "vkey": "verifier key", "treehash": "hash of a tree", "metric": "metric", "unit": "unit", "scope": "scope",
	"departement": "code of a département", "region": "code of a région", "actionid": "id of an action", "article": "number of an article", "salt": "salt",
}

func anchor(t Type) string { return fmt.Sprintf("%s-version-%d", t.Name, t.Version) }

func writeEvent(b *strings.Builder, t Type) {
	fmt.Fprintf(b, "\n### %s, version %d\n\n%s", t.Name, t.Version, t.Says)
	if len(t.Streams) > 1 {
		fmt.Fprintf(b, " It may stand in the streams %s.", and(t.Streams))
	}
	b.WriteString("\n\n| member | what it says | form | always |\n|---|---|---|---|\n")
	writeParts(b, t.Name, "", reflect.TypeOf(t.New()).Elem(), true)
}

func writeParts(b *strings.Builder, event, under string, t reflect.Type, always bool) {
	for _, p := range parts(t) {
		path, mark := under+p.name, ""
		if p.always && always {
			mark = "yes"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", path, escape(meaning(event, path)), escape(p.inWords()), mark)
		if o := p.object(); o != nil {
			writeParts(b, event, path+".", o, p.always && always)
		}
		if item, ok := p.item(); ok && item.object() != nil {
			writeParts(b, event, path+"[].", item.object(), p.always && always)
		}
	}
}

// inWords tells the form of a member.
func (p part) inWords() string {
	switch {
	case p.kind == sealedType:
		if p.kept {
			return "sealed " + valuesInWords[p.value] + ", " + disclosed[p.visibility] + ", never erased"
		}
		return "sealed " + valuesInWords[p.value] + ", " + disclosed[p.visibility]
	case p.isUUID():
		return "UUID"
	case p.object() != nil:
		return "the members below"
	case p.kind.Kind() == reflect.Slice:
		return p.listInWords()
	case p.kind.Kind() == reflect.String:
		return stringInWords(p.rules)
	}
	s := p.integerSchema()
	return fmt.Sprintf("whole number from %d to %d", s["minimum"], s["maximum"])
}

func (p part) listInWords() string {
	least, bounded := param(p.rules, "min")
	if !bounded {
		least = "0"
	}
	most, _ := param(p.rules, "max")
	item, _ := p.item()
	words := fmt.Sprintf("list of %s to %s: %s", least, most, item.inWords())
	if name := p.distinct(); name != "" {
		return words + ", no two with the same " + name
	}
	if _, once := param(p.rules, "unique"); once {
		words += ", each once"
	}
	return words
}

func stringInWords(rules []formRule) string {
	var words []string
	bound := ""
	for _, r := range rules {
		switch name, known := formNames[r.name]; {
		case known:
			words = append(words, name)
		case r.name == "oneof":
			words = append(words, "one of "+strings.Join(strings.Fields(r.param), ", "))
		case r.name == "eq":
			words = append(words, r.param)
		case r.name == "max":
			bound = ", at most " + r.param + " characters"
		}
	}
	return strings.Join(words, ", ") + bound
}

// RulesDoc writes docs/rules.md: every rule that a command can break.
func RulesDoc() string {
	var b strings.Builder
	b.WriteString(`# The rules

What is asked to be recorded is refused if it breaks one of these rules; the answer names the rule and the member that
shows it. This page is generated from the package domain.

The mark says who can check that the ledger kept a rule:

- **public**: anyone, at once, from the public log alone.
- **deferred**: anyone, once the sealed values that it needs are opened.
- **attested**: the operator of the ledger vouches for it, because it needs values that stay sealed, such as names.

The source says who sets the rule: a published source, by its id in history/sources.csv, or the ledger itself.

Whoever audits the ledger decides each of its events again, by every rule that is asked of it, and counts them by their
mark. The last column tells which events a rule is asked of.

| rule | says | mark | source | asked of |
|---|---|---|---|---|
`)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.Rule, escape(r.Says), r.Mark, r.Source, r.askedOf())
	}
	b.WriteString("\nBeside these rules every member has a form, which docs/events.md tells.\n")
	return b.String()
}

// askedOf names the events that a rule is asked of.
func (r RuleText) askedOf() string {
	if r.Events == nil {
		return "every event"
	}
	return strings.Join(r.Events, ", ")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// escape keeps a text within its cell of a table.
func escape(s string) string { return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(s) }

func and(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}
