package territory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a name to what stays the same however it is spelled: lower case; no accents; ligatures as two letters
// (œ, æ, ß); one space for every run of spaces, hyphens, apostrophes (straight or typographic) and other signs; and the words
// St and Ste written out. Articles are kept. "L’ISLE ADAM" and "L'Isle-Adam" give "l isle adam".
//
// Names with the same fold are the same name everywhere in Arobase. Fold(Fold(s)) == Fold(s). O(len(s)).
func Fold(s string) string { return expandSaints(foldLetters(s)) }

// foldLetters is Fold without the writing out of St and Ste: Search needs it for a word that is still being typed.
func foldLetters(s string) string {
	if !isASCII(s) {
		s = norm.NFKD.String(s)
	}
	b := make([]byte, 0, len(s)+4)
	gap := false
	for _, c := range s {
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if ('a' <= c && c <= 'z') || ('0' <= c && c <= '9') {
				b = append(separate(b, gap), byte(c))
				gap = false
			} else {
				gap = true
			}
			continue
		}
		if unicode.Is(unicode.Mn, c) {
			continue // an accent, decomposed
		}
		if !unicode.IsLetter(c) && !unicode.IsNumber(c) {
			gap = true
			continue
		}
		b = separate(b, gap)
		gap = false
		c = unicode.ToLower(c)
		if l, ok := ligatures[c]; ok {
			b = append(b, l...)
		} else {
			b = utf8.AppendRune(b, c)
		}
	}
	return string(b)
}

// ligatures are the Latin letters that no decomposition takes apart.
var ligatures = map[rune]string{'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i"}

// separate ends a word, if there is one before.
func separate(b []byte, gap bool) []byte {
	if gap && len(b) > 0 {
		b = append(b, ' ')
	}
	return b
}

func expandSaints(folded string) string {
	if !strings.Contains(folded, "st") {
		return folded
	}
	words := strings.Split(folded, " ")
	changed := false
	for i, w := range words {
		switch w {
		case "st":
			words[i], changed = "saint", true
		case "ste":
			words[i], changed = "sainte", true
		}
	}
	if !changed {
		return folded
	}
	return strings.Join(words, " ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// accented is a name with its accents and ligatures, but with the same case and signs for all: what tells Changé from Change.
func accented(s string) string {
	s = strings.ToLower(norm.NFC.String(s))
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }), " ")
}
