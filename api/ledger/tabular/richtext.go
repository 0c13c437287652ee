package tabular

import (
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// textIn follows the elements of a text, which may be in pieces of different fonts: <si><r><t>Bor</t></r><r><t>deaux
// </t></r></si>. Readings for East Asian letters (rPh) are no part of it.
type textIn struct {
	reading bool // inside of rPh
	piece   bool // inside of t
}

type textStep int

const (
	textOther textStep = iota
	textPiece          // the token is part of the text
	textEnd            // the text is complete
)

func (in *textIn) step(token xml.Token) textStep {
	switch token := token.(type) {
	case xml.StartElement:
		switch token.Name.Local {
		case "rPh":
			in.reading = true
		case "t":
			in.piece = !in.reading
		}
	case xml.EndElement:
		switch token.Name.Local {
		case "rPh":
			in.reading = false
		case "t":
			in.piece = false
		case "si", "is":
			return textEnd
		}
	case xml.CharData:
		if in.piece {
			return textPiece
		}
	}
	return textOther
}

// unescape resolves the escapes of ST_Xstring (ECMA-376 part 1, section 22.9.2.19): _x000D_ is a carriage return, and
// _x005F_ the underscore of a text that looks like an escape.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		unit, ok := escapedUnit(s)
		if !ok {
			b.WriteString(s[:2])
			s = s[2:]
			continue
		}
		s = s[7:]
		r := rune(unit)
		if utf16.IsSurrogate(r) {
			low, ok := escapedUnit(s)
			if r = utf16.DecodeRune(r, rune(low)); ok && r != utf8.RuneError {
				s = s[7:]
			}
		}
		b.WriteRune(r) // half of a pair becomes U+FFFD, which clean refuses
	}
}

// escapedUnit reads one escape at the start of s.
func escapedUnit(s string) (unit uint64, ok bool) {
	if len(s) < 7 || s[:2] != "_x" || s[6] != '_' {
		return 0, false
	}
	unit, err := strconv.ParseUint(s[2:6], 16, 16)
	return unit, err == nil
}
