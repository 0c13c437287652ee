package envelope

import (
	"errors"
	"fmt"
)

var (
	// ErrTooLarge says that the envelope is over eventstore.MaxEventSize bytes.
	ErrTooLarge = errors.New("event is larger than 65,535 bytes")
	// ErrMissing says that a member is not there.
	ErrMissing = errors.New("missing")
	// ErrUnknown says that a member does not belong to an envelope.
	ErrUnknown = errors.New("unknown member")
	// ErrOrder says that a member is given twice or not in its place.
	ErrOrder = errors.New("given twice or out of order")
)

// The one form of each member, as said to whoever wrote another one.
var (
	errActor    = errors.New("not a role and a body like jury:18")
	errSubject  = errors.New("not a stream name like candidacy-18-fr-commune-73008")
	errRevision = errors.New("not a number from 0 to 2^53-1")
	errObject   = errors.New("not an object")
	errUUID     = errors.New("not a UUID in lower case")
	errNilUUID  = errors.New("nil UUID")
	errSource   = errors.New("not " + sourcePrefix + "<uuid>")
	errVersion  = errors.New(`not "1.0"`)
	errTime     = errors.New("not a UTC time in whole milliseconds like 2017-01-12T15:04:05.000Z")
	errType     = errors.New("not a type like arobase.decision-sealed.v1")
	errSchema   = errors.New("does not follow from the type")
	errEmpty    = errors.New("empty, and then it must be absent")
)

// MemberError names the member of the envelope that is wrong. Err is one of the errors of this package, a
// [*SyntaxError] where the JSON itself is wrong, or says what the member's form is.
type MemberError struct {
	Member string
	Err    error
}

func (e *MemberError) Error() string { return fmt.Sprintf("envelope member %q: %v", e.Member, e.Err) }

func (e *MemberError) Unwrap() error { return e.Err }

func malformed(member string, err error) error { return &MemberError{Member: member, Err: err} }

// SyntaxError says where bytes stop being canonical JSON, and why.
type SyntaxError struct {
	// Offset is where, in bytes from the start.
	Offset int
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not canonical JSON at byte %d: %s", e.Offset, e.Reason)
}
