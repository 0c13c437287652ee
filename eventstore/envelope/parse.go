package envelope

import (
	"slices"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// members are the members of an envelope in canonical order.
var members = []string{
	"actor", "basis", "data", "dataschema", "id", "revision", "source", "specversion", "subject", "time", "type",
}

// Parse reads an event, strictly: b must be exactly what [Envelope.Encode] writes for the result. The error is a
// [*MemberError] that names the member, a [*SyntaxError] where the bytes around the members are wrong, or
// [ErrTooLarge].
//
// It is one pass over b. The result's Data shares the memory of b, which must not be modified.
func Parse(b []byte) (Envelope, error) {
	if len(b) > eventstore.MaxEventSize {
		return Envelope{}, ErrTooLarge
	}
	s := scanner{b: b}
	e, err := s.envelope()
	if err != nil {
		return Envelope{}, err
	}
	return e, nil
}

func (s *scanner) envelope() (e Envelope, err error) {
	text, err := s.member(`{"actor":`)
	if err != nil {
		return e, err
	}
	if !isActor(text) {
		return e, malformed("actor", errActor)
	}
	e.Actor = string(text)

	if s.skip(`,"basis":`) {
		if e.Basis, err = s.basis(); err != nil {
			return e, malformed("basis", err)
		}
	}

	if !s.skip(`,"data":`) {
		return e, s.astray("data")
	}
	start := s.i
	if s.next() != '{' {
		return e, malformed("data", errObject)
	}
	if err := s.value(1); err != nil {
		return e, malformed("data", err)
	}
	e.Data = s.b[start:s.i:s.i]

	schema, err := s.member(`,"dataschema":`)
	if err != nil {
		return e, err
	}

	if text, err = s.member(`,"id":`); err != nil {
		return e, err
	}
	if e.ID, err = parseUUID(text); err != nil {
		return e, malformed("id", err)
	}

	if !s.skip(`,"revision":`) {
		return e, s.astray("revision")
	}
	if e.Revision, err = s.revision(); err != nil {
		return e, malformed("revision", err)
	}

	if text, err = s.member(`,"source":`); err != nil {
		return e, err
	}
	if e.Ledger, err = parseSource(text); err != nil {
		return e, malformed("source", err)
	}

	if text, err = s.member(`,"specversion":`); err != nil {
		return e, err
	}
	if string(text) != "1.0" {
		return e, malformed("specversion", errVersion)
	}

	if text, err = s.member(`,"subject":`); err != nil {
		return e, err
	}
	if !isSubject(text) {
		return e, malformed("subject", errSubject)
	}
	e.Subject = string(text)

	if text, err = s.member(`,"time":`); err != nil {
		return e, err
	}
	if e.Time, err = parseTime(text); err != nil {
		return e, malformed("time", err)
	}

	if text, err = s.member(`,"type":`); err != nil {
		return e, err
	}
	e.Type = string(text)
	if _, _, ok := SplitType(e.Type); !ok {
		return e, malformed("type", errType)
	}
	if !isSchema(schema, e.Type) {
		return e, malformed("dataschema", errSchema)
	}

	if !s.is('}') {
		return e, s.astray("")
	}
	if s.i != len(s.b) {
		return e, s.fail("something after the envelope")
	}
	return e, nil
}

// member reads a member whose value is a string. lead is what stands before the value: `,"id":`.
func (s *scanner) member(lead string) ([]byte, error) {
	name := lead[2 : len(lead)-2]
	if !s.skip(lead) {
		return nil, s.astray(name)
	}
	text, err := s.text()
	if err != nil {
		return nil, malformed(name, err)
	}
	return text, nil
}

// astray says what is wrong where the expected member, or the end if it is empty, does not come next.
func (s *scanner) astray(expected string) error {
	switch c := s.next(); {
	case c == '}' && s.i > 0 || s.i == 0 && string(s.b) == "{}":
		return malformed(expected, ErrMissing)
	case c == '{' && s.i == 0, c == ',':
		s.i++
	case s.i == 0:
		return s.fail("not an object")
	default:
		return s.fail("neither comma nor end of envelope")
	}
	found, err := s.text()
	if err != nil {
		return err
	}
	switch at := slices.Index(members, string(found)); {
	case at < 0:
		return malformed(string(found), ErrUnknown)
	case string(found) == expected:
		return malformed(expected, s.fail("no colon"))
	case expected == "" || at < slices.Index(members, expected):
		return malformed(string(found), ErrOrder)
	}
	return malformed(expected, ErrMissing)
}

func (s *scanner) revision() (int64, error) {
	n, err := s.integer()
	if err != nil {
		return 0, err
	}
	if n < 0 {
		return 0, errRevision
	}
	return n, nil
}

func (s *scanner) basis() (map[string]int64, error) {
	switch {
	case s.skip("{}"):
		return nil, errEmpty
	case !s.is('{'):
		return nil, errObject
	}
	basis := make(map[string]int64)
	var last []byte
	for {
		key, err := s.text()
		if err != nil {
			return nil, err
		}
		if !isSubject(key) {
			return nil, errSubject
		}
		if compareKeys(last, key) >= 0 {
			return nil, ErrOrder
		}
		last = key
		if !s.is(':') {
			return nil, s.fail("no colon")
		}
		if basis[string(key)], err = s.revision(); err != nil {
			return nil, err
		}
		if s.is('}') {
			return basis, nil
		}
		if !s.is(',') {
			return nil, s.fail("neither comma nor end of object")
		}
	}
}

func parseSource(text []byte) (uuid.UUID, error) {
	if len(text) < len(sourcePrefix) || string(text[:len(sourcePrefix)]) != sourcePrefix {
		return uuid.Nil, errSource
	}
	return parseUUID(text[len(sourcePrefix):])
}
