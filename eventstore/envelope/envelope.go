// Package envelope is the one form in which an event is written: a CloudEvents 1.0 envelope as canonical JSON
// (RFC 8785), encoded once. Those bytes are a leaf of the public log, so this package is a contract: what it accepts
// and what it writes can never change for an event that is already in a log.
//
// Writer and auditor use the same strict parser. An event has exactly one encoding: for every b that [Parse] accepts,
// encoding the result gives b again. Nothing in the house relies on that to hash or to verify (stored bytes are never
// re-encoded); it is what makes two different leaves two different events.
//
// The rules, beyond RFC 8785: strings are Unicode NFC, numbers are integers below 2^53, no member is unknown, missing
// or given twice, each member has one text form, and there is no white space or newline around or inside.
package envelope

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// Envelope is one event as it is written. See architecture.md for what each member means.
type Envelope struct {
	// Actor is a role and a body, never a person: "jury:18".
	Actor string
	// Basis holds the streams that the decision was made from, with the last revision read of each. Nil if absent;
	// an empty map is written as absent.
	Basis map[string]int64
	// Data is the event itself: one canonical JSON object. After Parse it shares the memory of the parsed bytes.
	Data json.RawMessage
	ID   uuid.UUID
	// Ledger identifies the ledger; it is the envelope's "source".
	Ledger uuid.UUID
	// Revision is the event's number in its stream, from 0.
	Revision int64
	// Subject is the stream.
	Subject string
	// Time is when the event was recorded: UTC, whole milliseconds, years 0 to 9999.
	Time time.Time
	// Type is the name and the version of the event: "arobase.decision-sealed.v1". The envelope's "dataschema" follows
	// from it.
	Type string
}

const (
	sourcePrefix = "urn:arobase:ledger:"
	timeLayout   = "2006-01-02T15:04:05.000Z"

	// around is a little more than what an envelope without its data takes.
	around = 600
)

// Encode gives the bytes of the event. Every member is checked; the error is a [*MemberError], or wraps [ErrTooLarge]
// if the result would be over eventstore.MaxEventSize. Data must be canonical already (see [Canonical]).
func (e Envelope) Encode() ([]byte, error) {
	name, version, err := e.check()
	if err != nil {
		return nil, err
	}
	if len(e.Data) > eventstore.MaxEventSize {
		return nil, fmt.Errorf("encoding %s: %w", e.Type, ErrTooLarge)
	}

	// The members in their canonical order. Their texts need no escapes: the grammars of check see to that.
	b := make([]byte, 0, len(e.Data)+around)
	b = append(b, `{"actor":"`...)
	b = append(b, e.Actor...)
	b = append(b, '"')
	if len(e.Basis) > 0 {
		b = append(b, `,"basis":`...)
		b = appendBasis(b, e.Basis)
	}
	b = append(b, `,"data":`...)
	b = append(b, e.Data...)
	b = append(b, `,"dataschema":"`...)
	b = appendSchema(b, name, version)
	b = append(b, `","id":"`...)
	b = appendUUID(b, e.ID)
	b = append(b, `","revision":`...)
	b = strconv.AppendInt(b, e.Revision, 10)
	b = append(b, `,"source":"`+sourcePrefix...)
	b = appendUUID(b, e.Ledger)
	b = append(b, `","specversion":"1.0","subject":"`...)
	b = append(b, e.Subject...)
	b = append(b, `","time":"`...)
	b = e.Time.UTC().AppendFormat(b, timeLayout)
	b = append(b, `","type":"`...)
	b = append(b, e.Type...)
	b = append(b, `"}`...)
	if len(b) > eventstore.MaxEventSize {
		return nil, fmt.Errorf("encoding %s: %d bytes: %w", e.Type, len(b), ErrTooLarge)
	}
	return b, nil
}

// check holds every rule that Parse holds, on the values instead of the bytes.
func (e Envelope) check() (name string, version int, err error) {
	if !isActor(e.Actor) {
		return "", 0, malformed("actor", errActor)
	}
	for subject, revision := range e.Basis {
		if !isSubject(subject) {
			return "", 0, malformed("basis", errSubject)
		}
		if revision < 0 || revision >= maxInteger {
			return "", 0, malformed("basis", errRevision)
		}
	}
	if len(e.Data) == 0 || e.Data[0] != '{' {
		return "", 0, malformed("data", errObject)
	}
	if err := checkAt(e.Data, 1); err != nil {
		return "", 0, malformed("data", err)
	}
	if e.ID == uuid.Nil {
		return "", 0, malformed("id", errNilUUID)
	}
	if e.Revision < 0 || e.Revision >= maxInteger {
		return "", 0, malformed("revision", errRevision)
	}
	if e.Ledger == uuid.Nil {
		return "", 0, malformed("source", errNilUUID)
	}
	if !isSubject(e.Subject) {
		return "", 0, malformed("subject", errSubject)
	}
	if t := e.Time.UTC(); t.Year() < 0 || t.Year() > 9999 || t.Nanosecond()%int(time.Millisecond) != 0 {
		return "", 0, malformed("time", errTime)
	}
	name, version, ok := SplitType(e.Type)
	if !ok {
		return "", 0, malformed("type", errType)
	}
	return name, version, nil
}

// appendBasis writes the basis in the order of its keys. They are ASCII, where byte order is UTF-16 order.
func appendBasis(b []byte, basis map[string]int64) []byte {
	for i, subject := range slices.Sorted(maps.Keys(basis)) {
		if i == 0 {
			b = append(b, '{')
		} else {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, subject...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, basis[subject], 10)
	}
	return append(b, '}')
}
