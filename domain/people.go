package domain

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// SamePerson tells whether two names are those of one person, as far as names tell: neither case nor spaces, accents, hyphens
// or the order of first and last name make two of one. Where two people do something together, or one settles what another
// entered, two tokens of one person are one person; namesakes are told apart by whoever gives tokens.
func SamePerson(a, b string) bool {
	one, other := namesOf(a), namesOf(b)
	if len(one)+len(other) == 0 { // names without a letter
		return strings.TrimSpace(a) == strings.TrimSpace(b)
	}
	return slices.Equal(one, other)
}

// namesOf are the parts of a name, without what is written in more than one way, in order.
func namesOf(name string) []string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFKD.String(name))
	parts := strings.Fields(plain)
	slices.Sort(parts)
	return parts
}
