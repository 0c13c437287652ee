package tabular

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// badBytes is where a file stops being text, and why. It is about a line rather than a field.
type badBytes struct {
	line    int
	rule    string
	message string
}

// decode gives the text of a file as UTF-8 without byte order mark, and the name of the encoding it was in.
//
// A byte order mark decides. Without one, what is valid UTF-8 is UTF-8. Other bytes are read as Windows-1252, which
// French spreadsheets still write, but only if nothing speaks against it: a byte that Windows-1252 does not define, a
// control character, or a letter elsewhere in the file that is written in proper UTF-8, for then the file is UTF-8 that
// was damaged. This refuses some rare Windows-1252 files (a capital É before a no-break space is also valid UTF-8), and
// in return never reads a damaged file as if it were sound.
func decode(raw []byte) (text []byte, encoding string, bad *badBytes) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		text, encoding = raw[3:], "UTF-8"
		if at, _ := firstInvalid(text); at >= 0 {
			return nil, "", brokenUTF8(text, at)
		}
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		encoding = "UTF-16LE"
		text, bad = decodeUTF16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		encoding = "UTF-16BE"
		text, bad = decodeUTF16(raw[2:], binary.BigEndian)
	default:
		// Looked for before the encoding is, since text of two bytes a letter is seldom valid UTF-8.
		if bad := nulByte(raw); bad != nil {
			return nil, "", bad
		}
		text, encoding, bad = decodeUnmarked(raw)
	}
	if bad == nil {
		bad = nulByte(text)
	}
	if bad != nil {
		return nil, "", bad
	}
	return text, encoding, nil
}

// decodeUnmarked tells UTF-8 from Windows-1252.
func decodeUnmarked(raw []byte) ([]byte, string, *badBytes) {
	at, multibyte := firstInvalid(raw)
	if at < 0 {
		return raw, "UTF-8", nil
	}
	// A file whose only foreign byte is the beginning of a letter, at its very end, was cut.
	if multibyte || !utf8.FullRune(raw[at:]) {
		return nil, "", brokenUTF8(raw, at)
	}
	for i, b := range raw {
		if undefinedIn1252(b) {
			return nil, "", &badBytes{lineOf(raw, i), ruleEncoding, fmt.Sprintf(
				"the byte %#02x is neither UTF-8 nor Windows-1252; save the file again as CSV UTF-8", b)}
		}
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return nil, "", &badBytes{0, ruleEncoding, "the file cannot be read as Windows-1252; save it again as CSV UTF-8"}
	}
	return text, "Windows-1252", nil
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1, and whether there is any letter of
// several bytes that is.
func firstInvalid(b []byte) (at int, multibyte bool) {
	at = -1
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			multibyte = true
		case at < 0:
			at = i
		}
		if at >= 0 && multibyte {
			return at, true
		}
		i += size
	}
	return at, multibyte
}

func brokenUTF8(text []byte, at int) *badBytes {
	return &badBytes{lineOf(text, at), ruleEncoding, fmt.Sprintf("the byte %#02x is not valid UTF-8, which the rest of "+
		"the file is; the file was cut or joined from different encodings: restore it, and save it as CSV UTF-8", text[at])}
}

// undefinedIn1252 says that a byte is no text in Windows-1252: it has no meaning there, or is a control character
// other than the ones that lay out a table.
func undefinedIn1252(b byte) bool {
	switch b {
	case 0x81, 0x8D, 0x8F, 0x90, 0x9D:
		return true
	case '\t', '\n', '\r':
		return false
	}
	return b < ' '
}

// decodeUTF16 is strict where x/text is not: half a letter is an error, not U+FFFD.
func decodeUTF16(raw []byte, order binary.ByteOrder) ([]byte, *badBytes) {
	text := make([]byte, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		r := rune(order.Uint16(raw[i:]))
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if i+3 < len(raw) {
				low = rune(order.Uint16(raw[i+2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return nil, &badBytes{lineOf(text, len(text)), ruleEncoding,
					"half of a UTF-16 surrogate pair is missing; save the file again as CSV UTF-8"}
			}
			i += 2
		}
		text = utf8.AppendRune(text, r)
	}
	if len(raw)%2 != 0 {
		return nil, &badBytes{lineOf(text, len(text)), ruleEncoding,
			"the file is UTF-16 but ends in the middle of a letter; it was cut: take a complete copy"}
	}
	return text, nil
}

// nulByte finds the first NUL, which no text holds.
func nulByte(text []byte) *badBytes {
	at := bytes.IndexByte(text, 0)
	if at < 0 {
		return nil
	}
	message := "a NUL byte stands here, which no text holds; this is not a CSV file, or it is damaged"
	if bytes.Count(text, []byte{0}) > len(text)/4 {
		message = "NUL bytes stand between the letters, as in UTF-16 without its byte order mark; save the file again as CSV UTF-8"
	}
	return &badBytes{lineOf(text, at), ruleControl, message}
}

// lineOf returns the number, from 1, of the line in which the offset lies.
func lineOf(text []byte, offset int) int {
	return 1 + bytes.Count(text[:offset], []byte{'\n'})
}
