package envelope

const (
	// maxDepth bounds how deep objects and arrays may lie in one another, the outermost counting as 1.
	maxDepth = 32
	// maxInteger is 2^53: RFC 7493, section 2.2, is exact for numbers smaller than this.
	maxInteger = 1 << 53
)

// CheckCanonical says whether b is one JSON value in exactly the form of RFC 8785, under the stricter rules of this
// package: integers with an absolute value below 2^53 and no others, strings in NFC, without noncharacters (RFC 7493,
// section 2.1), at most 32 levels deep. The error is a [*SyntaxError].
//
// It is one pass over b. It allocates nothing unless it fails, or meets combining marks that only a full normalisation
// can judge; no French text has any.
func CheckCanonical(b []byte) error {
	return checkAt(b, 0)
}

// checkAt is CheckCanonical for a value that lies at a depth of a greater one.
func checkAt(b []byte, depth int) error {
	s := scanner{b: b}
	if err := s.value(depth); err != nil {
		return err
	}
	if s.i != len(b) {
		return s.fail("something after the value")
	}
	return nil
}

// scanner reads canonical JSON. i is the offset of the next byte.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) fail(reason string) error { return &SyntaxError{Offset: s.i, Reason: reason} }

// next is the next byte, or 0 at the end; a 0 is never allowed where next is used.
func (s *scanner) next() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// skip moves past an exact text, if it is next.
func (s *scanner) skip(text string) bool {
	if len(s.b)-s.i < len(text) || string(s.b[s.i:s.i+len(text)]) != text {
		return false
	}
	s.i += len(text)
	return true
}

// is moves past one byte, if it is next.
func (s *scanner) is(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// value reads any value; depth is the number of objects and arrays around it.
func (s *scanner) value(depth int) error {
	switch c := s.next(); {
	case c == '"':
		_, err := s.text()
		return err
	case c == '{':
		return s.object(depth + 1)
	case c == '[':
		return s.array(depth + 1)
	case c == '-' || isDigit(c):
		_, err := s.integer()
		return err
	case s.skip("true"), s.skip("false"), s.skip("null"):
		return nil
	}
	return s.fail("no value")
}

func (s *scanner) object(depth int) error {
	if depth > maxDepth {
		return s.fail("too deep")
	}
	s.i++
	if s.is('}') {
		return nil
	}
	var last []byte
	for first := true; ; first = false {
		start := s.i
		key, err := s.text()
		if err != nil {
			return err
		}
		if !first {
			if order := compareKeys(last, key); order >= 0 {
				s.i = start
				if order == 0 {
					return s.fail("member given twice")
				}
				return s.fail("member out of order")
			}
		}
		last = key
		if !s.is(':') {
			return s.fail("no colon")
		}
		if err := s.value(depth); err != nil {
			return err
		}
		if s.is('}') {
			return nil
		}
		if !s.is(',') {
			return s.fail("neither comma nor end of object")
		}
	}
}

func (s *scanner) array(depth int) error {
	if depth > maxDepth {
		return s.fail("too deep")
	}
	s.i++
	if s.is(']') {
		return nil
	}
	for {
		if err := s.value(depth); err != nil {
			return err
		}
		if s.is(']') {
			return nil
		}
		if !s.is(',') {
			return s.fail("neither comma nor end of array")
		}
	}
}

// integer reads an integer. RFC 8785, section 3.2.2.3, writes one without sign, leading zero, point or exponent where
// none is needed; -0 is 0.
func (s *scanner) integer() (int64, error) {
	start := s.i
	negative := s.is('-')
	digits := s.i
	var n int64
	for isDigit(s.next()) {
		n = n*10 + int64(s.b[s.i]-'0')
		s.i++
		if n >= maxInteger {
			s.i = start
			return 0, s.fail("number not below 2^53")
		}
	}
	switch {
	case s.i == digits:
		return 0, s.fail("no digit")
	case s.b[digits] == '0' && (negative || s.i > digits+1):
		s.i = start
		return 0, s.fail("-0 or leading zero")
	}
	if c := s.next(); c == '.' || c == 'e' || c == 'E' {
		return 0, s.fail("not an integer")
	}
	if negative {
		n = -n
	}
	return n, nil
}
