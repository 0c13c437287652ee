package domain

import (
	"errors"
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/uuid"
)

// CheckSchema says whether the data of an event fits the JSON Schema of its type, as [Schema] publishes it. The error
// is Invalid and names the member and the rule; an unknown type is ErrUnknownType. It reads the bytes once. They are
// taken for canonical JSON, which an envelope's parser holds: of other texts, those that no canonical JSON has the like
// of (a member twice, 1.0 for 1, half of a character) are refused, whatever the schema says; spaces and the order of
// members are not looked at.
func CheckSchema(typ string, data []byte) error {
	s, ok := shapes[typ]
	if !ok {
		return fmt.Errorf("%w: %s", ErrUnknownType, typ)
	}
	return s.readAll(string(data), reading{})
}

// reading says how data is read.
type reading struct {
	into   reflect.Value // the struct that is filled; the zero Value where the data is only checked
	strict bool          // a text has its form wholly, and not only as far as a schema tells
}

// field is the reading of a member.
func (how reading) field(index []int) reading {
	if how.into.IsValid() {
		how.into = how.into.FieldByIndex(index)
	}
	return how
}

// readAll reads a JSON text that is one object.
func (o *objectShape) readAll(text string, how reading) error {
	if !utf8.ValidString(text) {
		return invalid(jsonUtf8, "")
	}
	r := &reader{text: text}
	if err := o.read(r, how); err != nil {
		return err
	}
	if r.next() != 0 || r.at < len(r.text) {
		return invalid(jsonAfter, "")
	}
	return nil
}

// read reads an object. Every member is one that it may have, and is there once.
func (o *objectShape) read(r *reader, how reading) error {
	if !r.take('{') {
		return invalid(typeObject, "")
	}
	var seen uint64
	next := 0
	for more := !r.take('}'); more; more = !r.take('}') {
		if seen != 0 && !r.take(',') {
			return r.notJSON()
		}
		name, err := r.string()
		if err != nil {
			return err
		}
		i := o.find(name, next)
		switch {
		case i < 0:
			return invalid(unknownOfIt, shorten(name))
		case seen&(1<<i) != 0:
			return invalid(uniqueMember, name)
		case !r.take(':'):
			return r.notJSON()
		}
		m := &o.members[i]
		seen, next = seen|1<<i, i+1
		if err := m.read(r, how.field(m.index)); err != nil {
			return within(name, err)
		}
	}
	if missing := o.always &^ seen; missing != 0 {
		return invalid(requiredForm, o.members[bits.TrailingZeros64(missing)].name)
	}
	return nil
}

// find gives the place of a member, or -1. In canonical JSON it is the next one, or a few further.
func (o *objectShape) find(name string, next int) int {
	for i := next; i < len(o.members); i++ {
		if o.members[i].name == name {
			return i
		}
	}
	return slices.IndexFunc(o.members[:next], func(m memberShape) bool { return m.name == name })
}

// within names the object or the list that a wrong value stands in.
func within(name string, err error) error {
	var wrong Invalid
	if !errors.As(err, &wrong) || len(wrong) != 1 {
		return err
	}
	switch at := &wrong[0].Field; {
	case *at == "" || strings.HasPrefix(*at, "["):
		*at = name + *at
	default:
		*at = name + "." + *at
	}
	return wrong
}

func (s *shape) read(r *reader, how reading) error {
	_, err := s.readValue(r, how)
	return err
}

// readValue reads a value. Of a text or a number it gives what tells it from others, of others "".
func (s *shape) readValue(r *reader, how reading) (string, error) {
	switch s.kind {
	case anObject:
		if how.into.IsValid() && how.into.Kind() == reflect.Pointer {
			how.into.Set(reflect.New(s.is))
			how.into = how.into.Elem()
		}
		return "", s.object.read(r, how)
	case aSealed:
		return "", s.readSealed(r, how)
	case aList:
		return "", s.readList(r, how)
	case aNumber:
		return s.readNumber(r, how)
	}
	text, err := s.text.read(r, how)
	if err != nil || !how.into.IsValid() {
		return text, err
	}
	if s.kind == aUUID {
		id, err := uuid.Parse(text)
		if err != nil {
			return "", invalid(uuidUnread, "")
		}
		*how.into.Addr().Interface().(*uuid.UUID) = id
		return text, nil
	}
	how.into.SetString(text)
	return text, nil
}

func (s *shape) readNumber(r *reader, how reading) (string, error) {
	n, written, err := r.integer()
	switch {
	case err != nil:
		return "", err
	case n < s.least:
		return "", invalid(minSmaller, "", n, s.least)
	case n > s.most:
		return "", invalid(maxGreater, "", n, s.most)
	case how.into.IsValid():
		how.into.SetInt(n)
	}
	return written, nil
}

// readSealed reads an object of one member, "sealed".
func (s *shape) readSealed(r *reader, how reading) error {
	if !r.take('{') {
		return invalid(typeObject, "")
	}
	if r.take('}') {
		return invalid(requiredForm, "sealed")
	}
	name, err := r.string()
	switch {
	case err != nil:
		return err
	case name != "sealed":
		return invalid(unknownOfIt, shorten(name))
	case !r.take(':'):
		return r.notJSON()
	}
	commitment, err := s.text.read(r, how)
	if err != nil {
		return within(name, err)
	}
	if !r.take('}') {
		return invalid(unknownBeside, "")
	}
	if how.into.IsValid() {
		how.into.Set(reflect.ValueOf(&Sealed{commitment: commitment}))
	}
	return nil
}

func (s *shape) readList(r *reader, how reading) error {
	if !r.take('[') {
		return invalid(typeList, "")
	}
	if how.into.IsValid() {
		how.into.Set(reflect.MakeSlice(how.into.Type(), 0, 0))
	}
	var told []string // what tells the items apart
	n := 0
	for more := !r.take(']'); more; more = !r.take(']') {
		if n > 0 && !r.take(',') {
			return r.notJSON()
		}
		item := how
		if how.into.IsValid() {
			how.into.Grow(1)
			how.into.SetLen(n + 1)
			item.into = how.into.Index(n)
		}
		key, err := s.item.readValue(r, item)
		switch {
		case err != nil:
			return within(fmt.Sprintf("[%d]", n), err)
		case s.once:
			told = append(told, key)
		case s.distinct != nil && how.strict:
			told = append(told, fmt.Sprint(item.into.FieldByIndex(s.distinct)))
		}
		if n++; int64(n) > s.most {
			return invalid(maxMore, "", s.most)
		}
	}
	switch {
	case int64(n) < s.least:
		return invalid(minFewer, "", s.least)
	case repeats(told):
		return invalid(uniqueForm, "")
	}
	return nil
}

// repeats tells whether a list has an item twice.
func repeats(items []string) bool {
	sorted := slices.Sorted(slices.Values(items))
	return len(slices.Compact(sorted)) < len(items)
}

// read reads a text. One that is kept does not hold on to the memory of the whole.
func (s *textShape) read(r *reader, how reading) (string, error) {
	text, err := r.string()
	if err != nil {
		return "", err
	}
	if s.words != nil {
		if i := slices.Index(s.words, text); i >= 0 {
			return s.words[i], nil
		}
		return "", invalid(oneofForm, "", shorten(text), s.words)
	}
	switch {
	case len(text) > s.most && utf8.RuneCountInString(text) > s.most:
		return "", invalid(maxLonger, "", s.most)
	case s.match != nil && !s.match(text), s.unlike != "" && text == s.unlike, how.strict && s.beyond != nil && !s.beyond(text):
		return "", invalid(s.asks(), "", shorten(text))
	case how.into.IsValid():
		return strings.Clone(text), nil
	}
	return text, nil
}

// asks is what a person is told of a text that has not its form.
func (s *textShape) asks() *Case {
	switch s.form {
	case "uuid":
		return uuidForm
	case "sealed":
		return sealedForm
	}
	return formCases[s.form]
}

// reader reads a JSON text in UTF-8 from left to right.
type reader struct {
	text string
	at   int
}

// next skips spaces and gives the byte after them, or 0 at the end.
func (r *reader) next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take takes a byte if it is the next one.
func (r *reader) take(c byte) bool {
	if r.next() != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) notJSON() error {
	return invalid(jsonAt, "", r.at)
}

// integer reads a whole number as canonical JSON writes it, and gives how it is written.
func (r *reader) integer() (n int64, written string, err error) {
	if c := r.next(); c != '-' && !isDigit(c) {
		return 0, "", invalid(typeNumber, "")
	}
	start := r.at
	for r.at++; r.at < len(r.text) && strings.IndexByte("0123456789.eE+-", r.text[r.at]) >= 0; r.at++ {
	}
	written = r.text[start:r.at]
	n, err = strconv.ParseInt(written, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != written {
		return 0, "", invalid(typeNumberForm, "", shorten(written))
	}
	return n, written, nil
}

// string reads a text. What it gives shares the memory of the whole, unless it has escapes.
func (r *reader) string() (string, error) {
	if !r.take('"') {
		return "", invalid(typeText, "")
	}
	text, start := r.text, r.at
	for i := start; i < len(text); i++ {
		if c := text[i]; c != '"' && c != '\\' && c >= ' ' {
			continue
		}
		r.at = i
		switch text[i] {
		case '"':
			r.at++
			return text[start:i], nil
		case '\\':
			return r.escaped(start)
		}
		return "", r.notJSON()
	}
	return "", r.notJSON()
}

// escaped goes on reading a text at its first escape.
func (r *reader) escaped(start int) (string, error) {
	text := []byte(r.text[start:r.at])
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return string(text), nil
		case c == '\\':
			decoded, ok := r.escape()
			if !ok {
				return "", r.notJSON()
			}
			text = utf8.AppendRune(text, decoded)
		case c < ' ':
			return "", r.notJSON()
		default:
			text = append(text, c)
			r.at++
		}
	}
	return "", r.notJSON()
}

// escape reads one escape: a character, of which two escapes may be the halves.
func (r *reader) escape() (rune, bool) {
	if r.at+1 >= len(r.text) {
		return 0, false
	}
	c := r.text[r.at+1]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		r.at += 2
		return rune("\"\\/\b\f\n\r\t"[i]), true
	}
	half, ok := r.hex()
	if !ok || !utf16.IsSurrogate(half) {
		return half, ok
	}
	other, ok := r.hex()
	whole := utf16.DecodeRune(half, other)
	return whole, ok && whole != utf8.RuneError
}

// hex reads an escape of four hexadecimal digits.
func (r *reader) hex() (rune, bool) {
	rest := r.text[r.at:]
	if len(rest) < 6 || rest[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(rest[2:6], 16, 16)
	if err != nil {
		return 0, false
	}
	r.at += 6
	return rune(n), true
}
