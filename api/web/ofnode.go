package web

import (
	"html/template"
	"regexp"
	"slices"

	"arobase/api/web/words"
)

// Two nodes of one ledger, and whoever makes the pages again from its records, have the same text in every page but for what
// an element with the attribute data-node holds: it tells of the node, not of the records. What is about
//
//	operator    who runs the site
//	checkpoint  the newest checkpoint, as it is served
//	proof       the proof of a record, against the newest checkpoint
//
// stands in the page of every node; what is about
//
//	session     the way to where one signs in
//	unsigned    that the log is not signed at the moment
//	witnesses   how many witnesses have cosigned the newest checkpoint
//
// in those of some, always in the words of OfSomeNodes. What the class sealed says, how far the log is sealed, is of the
// moment as well.

// ofNode marks a text as one that tells of the node.
func ofNode(about string, text template.HTML) template.HTML {
	return template.HTML(`<span data-node="`+about+`">`) + text + `</span>` // both are ours
}

var number = regexp.MustCompile(`[0-9]+`)

// WithoutNumbers puts 0 in the place of every number of a text.
func WithoutNumbers(text string) string { return number.ReplaceAllString(text, "0") }

// OfSomeNodes are the texts, without their numbers, that the pages of some nodes have in elements about session, unsigned and
// witnesses, in both languages.
func OfSomeNodes() []string {
	all := []string{"·"}
	for _, t := range []*words.Language{words.French(), words.English()} {
		for _, key := range []string{"session.link", "session.title", "layout.unsigned.more"} {
			all = append(all, t.T(key))
		}
		for _, why := range []Unsigned{Waiting, Broken, Stopped} {
			all = append(all, t.T("layout.unsigned."+string(why)))
		}
		for _, asked := range []int{1, 2} {
			all = append(all, WithoutNumbers(t.N("register.cosign", asked, "0")))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
