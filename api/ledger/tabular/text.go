package tabular

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// clean gives the text of a field in the one form in which it is kept: NFC, without the space around it. Apostrophes,
// quotes and spaces inside it stay as the source has them.
func clean(s string) (string, *fault) {
	if isPlain(s) {
		return strings.Trim(s, " "), nil
	}
	s = strings.TrimFunc(norm.NFC.String(s), isSurroundingSpace)
	for _, r := range s {
		if f := suspect(r); f != nil {
			return "", f
		}
	}
	return s, nil
}

// isPlain says that a text is visible ASCII and spaces, as nearly all are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isSurroundingSpace accepts the white space that is left around a text by accident, among it the no-break spaces of
// French typography and the line break at the end of a spreadsheet's cell.
func isSurroundingSpace(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r)
}

// suspect says why a character may not be in a field, or nil.
//
// Invisible characters are refused because two names that look the same must be the same.
func suspect(r rune) *fault {
	switch {
	case r == '\n', r == '\r', r == '\u2028', r == '\u2029':
		return &fault{ruleControl, "the field holds a line break; write it on one line " +
			"(in a CSV file, look for a quote that is opened here and closed on a later line)"}
	case unicode.IsControl(r):
		return &fault{ruleControl, fmt.Sprintf("the field holds the control character %U; remove it", r)}
	case r == unicode.ReplacementChar:
		return &fault{ruleUnicode, "the field holds U+FFFD, the mark of a letter that an earlier conversion lost; " +
			"restore it from the source"}
	case unicode.Is(unicode.Cf, r):
		return &fault{ruleUnicode, fmt.Sprintf("the field holds the invisible character %U; remove it", r)}
	case isNoncharacter(r), unicode.Is(unicode.Co, r):
		return &fault{ruleUnicode, fmt.Sprintf("the field holds %U, which has no meaning in Unicode; "+
			"restore the letter from the source", r)}
	}
	return nil
}

// isNoncharacter says that Unicode will never give the code point a meaning (The Unicode Standard, section 23.7).
func isNoncharacter(r rune) bool {
	return r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF
}
