// Package phrase says a thing in French and in English, side by side, so that a reason that a projection gives reads
// the same on a page, in a terminal and in an answer to a program. A phrase is built where the reason is known; keeping
// both languages on neighbouring lines is what keeps them equal.
package phrase

import (
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Phrase is one text in two languages. The zero value is "nothing to say".
type Phrase struct {
	FR, EN string
}

// New formats both texts with the same arguments, by the rules of fmt; integers get the group separators of each
// language. Where the order of the arguments differs use explicit indexes: %[2]s.
func New(fr, en string, args ...any) Phrase {
	return Phrase{FR: french.Sprintf(fr, args...), EN: english.Sprintf(en, args...)}
}

// A printer is copied each time it prints, so that all may share it.
var french, english = message.NewPrinter(language.French), message.NewPrinter(language.English)

// In gives the text in a language: "fr", and English for anything else.
func (p Phrase) In(lang string) string {
	if lang == "fr" {
		return p.FR
	}
	return p.EN
}

// Empty tells whether there is nothing to say.
func (p Phrase) Empty() bool { return p == Phrase{} }

// Join puts sentences one after the other.
func Join(all ...Phrase) Phrase {
	var out Phrase
	for _, p := range all {
		if p.Empty() {
			continue
		}
		if !out.Empty() {
			out.FR += " "
			out.EN += " "
		}
		out.FR += p.FR
		out.EN += p.EN
	}
	return out
}
