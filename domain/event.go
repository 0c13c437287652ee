package domain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	Event    Event
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

// Decode reads the data of an event. It is quick and trusts that the data was checked when it entered the ledger; an
// unknown type is ErrUnknownType.
func Decode(typ string, data []byte) (Event, error) {
	t, ok := byType[typ]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownType, typ)
	}
	e := t.New()
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
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(e); err != nil {
		return nil, fmt.Errorf("reading %s: %w", typ, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("reading %s: something follows the data", typ)
	}
	if err := Validate(e); err != nil {
		return nil, fmt.Errorf("reading %s: %w", typ, err)
	}
	again, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", typ, err)
	}
	if !sameJSON(data, again) {
		return nil, fmt.Errorf("reading %s: a member is repeated, empty or written in another way than %s", typ, again)
	}
	return e, nil
}

// sameJSON tells whether two JSON texts, of which b has no member twice, say the same, up to spaces and the order of
// members. encoding/json alone takes "Level" for "level", the last of two equal members, and null for nothing at all.
func sameJSON(a, b []byte) bool {
	va, na, erra := readJSON(a)
	vb, nb, errb := readJSON(b)
	return erra == nil && errb == nil && na == nb && reflect.DeepEqual(va, vb)
}

// readJSON gives the value of a JSON text and the count of its tokens.
func readJSON(b []byte) (value any, tokens int, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, 0, err
	}
	d = json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	for {
		if _, err := d.Token(); err == io.EOF {
			return value, tokens, nil
		} else if err != nil {
			return nil, 0, err
		}
		tokens++
	}
}
