package envelope

import "unicode/utf8"

// compareKeys compares two checked keys by UTF-16 code units (RFC 8785, section 3.2.3).
func compareKeys(a, b []byte) int {
	for i := 0; ; {
		switch {
		case i == len(a) && i == len(b):
			return 0
		case i == len(a):
			return -1
		case i == len(b):
			return 1
		case a[i] == b[i] && a[i] < utf8.RuneSelf && a[i] != '\\':
			i++
			continue
		}
		x, size := firstRune(a[i:])
		y, _ := firstRune(b[i:])
		if x != y {
			if utf16Order(x) < utf16Order(y) {
				return -1
			}
			return 1
		}
		i += size // the same for both: a character has one canonical form
	}
}

// firstRune decodes the first character of a checked string, and its size in bytes.
func firstRune(b []byte) (rune, int) {
	if b[0] != '\\' {
		return utf8.DecodeRune(b)
	}
	switch b[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		low, _ := lowerHex(b[5])
		return rune((b[4]-'0')<<4 | low), 6
	}
	return rune(b[1]), 2
}

// utf16Order maps characters to numbers in the order of their UTF-16 forms. It differs from the order of code points
// in one thing: surrogate pairs, D800 to DFFF, come before E000 to FFFF.
func utf16Order(r rune) rune {
	switch {
	case r >= 0x10000:
		return r - 0x10000 + 0xd800
	case r >= 0xe000:
		return r + 0x100000
	}
	return r
}
