package domain

import "strings"

// SamePerson tells whether two names are those of one person, as far as names tell: case and spaces do not make two of one.
// Where two people do something together, or one settles what another entered, two tokens of one person are one person.
func SamePerson(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
