package web

import (
	"fmt"
	"html/template"
	"strings"
)

// words is a catalogue: what the site says in one language, by key. Both languages have the same keys, and a test holds
// that. A value is formatted by the rules of fmt; where a number governs the words there are two keys, ".one" and
// ".many".
//
// A catalogue is written with plain spaces and straight apostrophes, as one types; newTongue sets it as one prints.
type words map[string]string

// T says a thing. A key that is missing is shown as such, so that a test finds it and a reader is not left with nothing.
func (t *tongue) T(key string, args ...any) string {
	s, ok := t.words[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// N says a thing that depends on a number, which is the first argument of the words.
func (t *tongue) N(key string, n int, args ...any) string {
	form := ".many"
	if t.isOne(n) {
		form = ".one"
	}
	return t.T(key+form, append([]any{t.Int(n)}, args...)...)
}

// isOne tells whether a number takes the singular: in French zero does, in English it does not.
func (t *tongue) isOne(n int) bool {
	if t.code == "fr" {
		return n == 0 || n == 1
	}
	return n == 1
}

// H says a thing of which some arguments are HTML, such as links. The words and every other argument are escaped.
func (t *tongue) H(key string, args ...any) template.HTML {
	for i, a := range args {
		switch a := a.(type) {
		case template.HTML:
			args[i] = string(a)
		case int: // nothing in it to escape
		default:
			args[i] = template.HTMLEscapeString(fmt.Sprint(a))
		}
	}
	return template.HTML(fmt.Sprintf(template.HTMLEscapeString(t.T(key)), args...)) // every part was escaped
}

// has tells whether the catalogue has a key.
func (t *tongue) has(key string) bool {
	_, ok := t.words[key]
	return ok
}

// or says a thing by key, or else gives the text that stands for it: for words of sources, which no catalogue can know.
func (t *tongue) or(key, text string) string {
	if t.has(key) {
		return t.words[key]
	}
	return text
}

// list joins words as the language does: "a, b et c".
func (t *tongue) list(all []string) string {
	switch n := len(all); n {
	case 0:
		return ""
	case 1:
		return all[0]
	default:
		return strings.Join(all[:n-1], ", ") + t.T("and") + all[n-1]
	}
}
