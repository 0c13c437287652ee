// Package words is what the site says, in French and in English, and how each writes it: numbers, amounts, days, lists,
// the order of names, the spaces and quotation marks of print. It knows nothing of pages, requests or the ledger, and
// gives words by a key.
//
// A new sentence goes into a part of the French catalogue (fr_*.go) and, under the same key, into the same part of the
// English one (en_*.go). A test compares the two.
package words

import (
	"fmt"
	"html/template"
	"iter"
	"maps"
	"strings"
)

// catalogue is what the site says in one language, by key. Both languages have the same keys, and a test holds that. A
// value is formatted by the rules of fmt; where a number governs the words there are two keys, ".one" and ".many".
//
// A catalogue is written with plain spaces and straight apostrophes, as one types; a language sets it as one prints.
type catalogue map[string]string

// Language is one of the two languages of the site: what it says, and how it writes numbers, days and lists.
type Language struct {
	Code string // fr or en
	said catalogue
}

// French gives what the site says in French.
func French() *Language { return languageOf("fr", frenchText, french) }

// English gives what the site says in English.
func English() *Language { return languageOf("en", englishText, english) }

func languageOf(code string, set func(string) string, parts []catalogue) *Language {
	l := &Language{Code: code, said: catalogue{}}
	for _, part := range parts {
		for key, s := range part {
			l.said[key] = set(s)
		}
	}
	return l
}

// T says a thing. A key that is missing is shown as such, so that a test finds it and a reader is not left with nothing.
func (l *Language) T(key string, args ...any) string {
	s, ok := l.said[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// N says a thing that depends on a number, which is the first argument of the words.
func (l *Language) N(key string, n int, args ...any) string {
	form := ".many"
	if l.isOne(n) {
		form = ".one"
	}
	return l.T(key+form, append([]any{l.Int(n)}, args...)...)
}

// isOne tells whether a number takes the singular: in French zero does, in English it does not.
func (l *Language) isOne(n int) bool {
	if l.Code == "fr" {
		return n == 0 || n == 1
	}
	return n == 1
}

// H says a thing of which some arguments are HTML, such as links. The words and every other argument are escaped.
func (l *Language) H(key string, args ...any) template.HTML {
	for i, a := range args {
		switch a := a.(type) {
		case template.HTML:
			args[i] = string(a)
		case int: // nothing in it to escape
		default:
			args[i] = template.HTMLEscapeString(fmt.Sprint(a))
		}
	}
	return template.HTML(fmt.Sprintf(template.HTMLEscapeString(l.T(key)), args...)) // every part was escaped
}

// Has tells whether the catalogue has a key.
func (l *Language) Has(key string) bool {
	_, ok := l.said[key]
	return ok
}

// Keys are those of the catalogue, in no order.
func (l *Language) Keys() iter.Seq[string] { return maps.Keys(l.said) }

// Or says a thing by key, or else gives the text that stands for it: for words of sources, which no catalogue can know.
func (l *Language) Or(key, text string) string {
	if l.Has(key) {
		return l.said[key]
	}
	return text
}

// List joins words as the language does: "a, b et c".
func (l *Language) List(all []string) string {
	switch n := len(all); n {
	case 0:
		return ""
	case 1:
		return all[0]
	default:
		return strings.Join(all[:n-1], ", ") + l.T("and") + all[n-1]
	}
}
