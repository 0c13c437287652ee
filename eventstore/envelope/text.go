package envelope

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// text reads a string and gives what is between its quotes, escapes as they are.
func (s *scanner) text() ([]byte, error) {
	if !s.is('"') {
		return nil, s.fail("no string")
	}
	start := s.i
	// A run is a part without escapes. Escapes stand for characters that nothing composes with, so a string is NFC if
	// each of its runs is.
	run, ascii := s.i, true
	for {
		i := s.i
		for i < len(s.b) && plain[s.b[i]] {
			i++
		}
		s.i = i
		if i == len(s.b) {
			return nil, s.fail("string without end")
		}
		c := s.b[i]
		if c >= utf8.RuneSelf {
			ascii = false
			s.i++
			continue
		}
		if c < ' ' {
			return nil, s.fail("control character in a string")
		}
		if !ascii {
			if err := s.checkRun(run); err != nil {
				return nil, err
			}
		}
		if c == '"' {
			s.i++
			return s.b[start:i], nil
		}
		if err := s.escape(); err != nil {
			return nil, err
		}
		run, ascii = s.i, true
	}
}

// plain says which bytes stand for themselves in a string and need no further look.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// escape reads one escape. RFC 8785, section 3.2.2.2: only what must be escaped is, in its shortest form, in lower case.
func (s *scanner) escape() error {
	rest := s.b[s.i:]
	if len(rest) < 2 {
		return s.fail("escape without end")
	}
	switch rest[1] {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return nil
	case 'u':
		if len(rest) >= 6 && rest[2] == '0' && rest[3] == '0' && (rest[4] == '0' || rest[4] == '1') {
			low, ok := lowerHex(rest[5])
			switch code := (rest[4]-'0')<<4 | low; {
			case !ok, code == '\b', code == '\t', code == '\n', code == '\f', code == '\r':
			default:
				s.i += 6
				return nil
			}
		}
	}
	return s.fail("escape that is not the shortest")
}

// checkRun checks the bytes from start to here, which hold no escape: valid UTF-8, no noncharacters, NFC.
func (s *scanner) checkRun(start int) error {
	run := s.b[start:s.i]
	inert := true
	for i := 0; i < len(run); {
		if run[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(run[i:])
		if r == utf8.RuneError && size == 1 {
			s.i = start + i
			return s.fail("not UTF-8")
		}
		if r&0xfffe == 0xfffe || 0xfdd0 <= r && r <= 0xfdef {
			s.i = start + i
			return s.fail("noncharacter")
		}
		// Nothing below U+0300 ever changes under NFC: the first combining mark is U+0300.
		inert = inert && r < 0x300
		i += size
	}
	if !inert && !norm.NFC.IsNormal(run) {
		s.i = start
		return s.fail("string not in Unicode NFC")
	}
	return nil
}
