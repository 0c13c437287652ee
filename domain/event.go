package domain

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Event is the data of something that was recorded. An event once written is never changed, repaired or removed.
type Event interface {
	// EventName is the name in the catalogue, in the past tense: award-recorded.
	EventName() string
}

// Recorded is an event with what the ledger says about it.
type Recorded struct {
	ID       uuid.UUID
	Position uint64 // in the ledger, from 0; also the index of its leaf
	Stream   StreamName
	Revision int64 // in the stream, from 0
	Actor    string
	Time     time.Time // when it was recorded
	// Basis are the other streams that it was decided from, with the last revision that was read of each.
	Basis map[StreamName]int64
	Event Event
}

// Provenance is what every event that a person enters carries.
type Provenance struct {
	// Occurred is when it happened, where that is another time than when it was recorded: a year, a month or a day of
	// ISO 8601 (2017, 2017-02, 2017-02-01).
	Occurred string `json:"occurred,omitempty" validate:"omitempty,partialdate"`
	// By is the person who entered it. The log shows a role and a body only.
	By *Sealed `json:"by,omitempty" seal:"restricted" validate:"omitempty"`
}

// Type describes one entry of the catalogue.
type Type struct {
	Name    string
	Version int
	Streams []string // the categories of stream in which it may stand
	Says    string   // in one sentence
	New     func() Event
}

// String is the type as it stands in the envelope: arobase.award-recorded.v1.
func (t Type) String() string { return fmt.Sprintf("arobase.%s.v%d", t.Name, t.Version) }

// ErrUnknownType says that an event has a type or a version that this program does not know.
var ErrUnknownType = errors.New("unknown event type")

// Types gives the catalogue in the order in which it is documented.
func Types() []Type { return slices.Clone(catalogue) }

var (
	byName = make(map[string]Type, len(catalogue))
	byType = make(map[string]Type, len(catalogue))
)

func init() {
	for _, t := range catalogue {
		byName[t.Name] = t
		byType[t.String()] = t
	}
}

// TypeOf gives the current type of an event.
func TypeOf(e Event) Type { return byName[e.EventName()] }

// Known tells whether a type as it stands in an envelope is in the catalogue.
func Known(typ string) bool {
	_, ok := byType[typ]
	return ok
}

// Decode reads the data of an event. It trusts that the data was checked when it entered the ledger; what does not fit its
// schema after all is read as far as it can be. An unknown type is ErrUnknownType.
func Decode(typ string, data []byte) (Event, error) {
	t, ok := byType[typ]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownType, typ)
	}
	e := t.New()
	if shapes[typ].readAll(string(data), reading{into: reflect.ValueOf(e).Elem()}) == nil {
		return e, nil
	}
	e = t.New()
	if err := json.Unmarshal(data, e); err != nil {
		return nil, fmt.Errorf("reading %s: %w", typ, err)
	}
	return e, nil
}

// DecodeStrict reads the data of an event whose writer nobody trusts: no unknown, repeated or differently written member,
// every value of the form that its field asks for, and nothing that this program would write in another way.
func DecodeStrict(typ string, data []byte) (Event, error) {
	t, ok := byType[typ]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownType, typ)
	}
	e := t.New()
	if err := shapes[typ].readAll(string(data), reading{reflect.ValueOf(e).Elem(), true}); err != nil {
		return nil, fmt.Errorf("reading %s: %w", typ, err)
	}
	if err := together(e); err != nil {
		return nil, fmt.Errorf("reading %s: %w", typ, err)
	}
	return e, nil
}
