package domain

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"
)

// Visibility says who may read a sealed value, and from when.
type Visibility string

const (
	// VisiblePublic is disclosed at once (~p in the catalogue).
	VisiblePublic Visibility = "public"
	// VisibleCeremony is disclosed when the results of the edition are published (~c).
	VisibleCeremony Visibility = "ceremony"
	// VisibleRestricted is shown to certain roles only (~r).
	VisibleRestricted Visibility = "restricted"
)

// Sealed is a field of an event whose value lies outside the public log. The event holds a commitment to the value;
// the value itself is in memory only where a command is carried out. The rules of a fold never depend on it:
// whatever is erased, results can be recomputed.
type Sealed struct {
	commitment string
	value      any
}

// Secret is a field that is still to be sealed. The value is of the Go type that the field's [ValueKind] asks for: a string
// unless it says otherwise.
func Secret(value any) *Sealed { return &Sealed{value: value} }

// Text is Secret for free text: nil where there is none.
func Text(s string) *Sealed {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return Secret(s)
}

// Commitment is what the leaf holds: 32 bytes in base64, or "" before sealing.
func (s *Sealed) Commitment() string {
	if s == nil {
		return ""
	}
	return s.commitment
}

// Value is the plain value, known only where the field was made, never where it was read from the ledger.
func (s *Sealed) Value() any {
	if s == nil {
		return nil
	}
	return s.value
}

// Seal sets the commitment. Sealing again replaces it: every attempt to write has a salt of its own.
func (s *Sealed) Seal(commitment string) { s.commitment = commitment }

// sealedLeaf is a sealed field as it is written.
type sealedLeaf struct {
	Sealed string `json:"sealed"`
}

// MarshalJSON writes {"sealed":"..."}. A field that was not sealed is an error: plain text never reaches the log.
func (s Sealed) MarshalJSON() ([]byte, error) {
	if s.commitment == "" {
		return nil, fmt.Errorf("a field was not sealed")
	}
	return json.Marshal(sealedLeaf{s.commitment})
}

// UnmarshalJSON reads {"sealed":"..."}.
func (s *Sealed) UnmarshalJSON(b []byte) error {
	var leaf sealedLeaf
	if err := json.Unmarshal(b, &leaf); err != nil {
		return fmt.Errorf("reading a sealed field: %w", err)
	}
	if !isCommitment(leaf.Sealed) {
		return fmt.Errorf("a sealed field holds 32 bytes in base64")
	}
	*s = Sealed{commitment: leaf.Sealed}
	return nil
}

// SealedField is one sealed field of an event.
type SealedField struct {
	Pointer    string // in the envelope, such as /data/note
	Visibility Visibility
	// Kept says that the value is never erased: a result rests on it.
	Kept bool
	// Value is what the field holds.
	Value ValueKind
	Field *Sealed
}

var sealedType = reflect.TypeFor[*Sealed]()

// neverErased is the struct tag "erase" of a sealed field that holds a result: a distinction, a level, mentions, a tally.
// Every other sealed field can be erased.
const neverErased = "never"

// SealedFields gives the sealed fields of an event that are present, in the order of the struct. Their visibility is
// in the struct tag "seal"; the tag erase:"never" is on those that can never be erased, the tag "value" on those that do not
// hold a text.
func SealedFields(e Event) iter.Seq[SealedField] {
	return func(yield func(SealedField) bool) {
		v := reflect.ValueOf(e)
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		for _, f := range reflect.VisibleFields(v.Type()) {
			if f.Type != sealedType {
				continue
			}
			field := v.FieldByIndex(f.Index)
			if field.IsNil() {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			kept := f.Tag.Get("erase") == neverErased
			value := ValueKind(f.Tag.Get("value"))
			if !yield(SealedField{"/data/" + name, Visibility(f.Tag.Get("seal")), kept, value, field.Interface().(*Sealed)}) {
				return
			}
		}
	}
}
