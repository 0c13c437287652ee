package envelope

import (
	"encoding/hex"
	"time"

	"github.com/google/uuid"
)

// This file holds the one text form of each kind of member. What Parse reads as bytes and Encode gets as values goes
// through the same functions.

// maxTextLength is the greatest length of a subject or an actor, in bytes.
const maxTextLength = 200

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool { return isLower(c) || isDigit(c) || 'A' <= c && c <= 'Z' || c == '-' }

// isSubject: [a-z][A-Za-z0-9-]*
func isSubject[T string | []byte](s T) bool {
	if len(s) == 0 || len(s) > maxTextLength || !isLower(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !isWord(s[i]) {
			return false
		}
	}
	return true
}

// isActor: [a-z]+:[A-Za-z0-9-]+
func isActor[T string | []byte](s T) bool {
	if len(s) > maxTextLength {
		return false
	}
	i := 0
	for i < len(s) && isLower(s[i]) {
		i++
	}
	if i == 0 || i+1 >= len(s) || s[i] != ':' {
		return false
	}
	for i++; i < len(s); i++ {
		if !isWord(s[i]) {
			return false
		}
	}
	return true
}

// parseUUID reads the form of RFC 9562, section 4, in lower case only. uuid.ParseBytes would take four other forms.
func parseUUID(s []byte) (id uuid.UUID, err error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return uuid.Nil, errUUID
	}
	for i, at := range [...]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		high, ok1 := lowerHex(s[at])
		low, ok2 := lowerHex(s[at+1])
		if !ok1 || !ok2 {
			return uuid.Nil, errUUID
		}
		id[i] = high<<4 | low
	}
	if id == uuid.Nil {
		return uuid.Nil, errNilUUID
	}
	return id, nil
}

func appendUUID(b []byte, id uuid.UUID) []byte {
	b = hex.AppendEncode(b, id[:4])
	b = hex.AppendEncode(append(b, '-'), id[4:6])
	b = hex.AppendEncode(append(b, '-'), id[6:8])
	b = hex.AppendEncode(append(b, '-'), id[8:10])
	return hex.AppendEncode(append(b, '-'), id[10:])
}

func lowerHex(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// parseTime reads exactly YYYY-MM-DDThh:mm:ss.mmmZ, and only a date that exists. There are no leap seconds.
func parseTime(s []byte) (time.Time, error) {
	if len(s) != len(timeLayout) {
		return time.Time{}, errTime
	}
	var n [7]int
	field := 0
	for i, c := range s {
		switch form := timeLayout[i]; {
		case isDigit(form):
			if !isDigit(c) {
				return time.Time{}, errTime
			}
			n[field] = n[field]*10 + int(c-'0')
		case c != form:
			return time.Time{}, errTime
		default:
			field++
		}
	}
	if n[1] < 1 || n[1] > 12 || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return time.Time{}, errTime
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6]*int(time.Millisecond), time.UTC)
	if t.Day() != n[2] { // time.Date turns February 30 into March 2
		return time.Time{}, errTime
	}
	return t, nil
}
