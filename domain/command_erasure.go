package domain

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// ErasePersonalData asks for a sealed value, or for the bytes of an uploaded file, to be destroyed. The event that holds the
// commitment or the hash stays as it is.
type ErasePersonalData struct {
	// In is the stream of that event.
	In StreamName
	// Judged are the candidacies that an action is judged by: those that froze it, or another one that shows the same file, and
	// are under appeal.
	Judged []StreamName
	PersonalDataErased
}

// The stream of the erased value is the one that the event names in its basis; candidacies beside it are those that were
// judged by it.
func (e *PersonalDataErased) command(r Recorded) Command {
	c := ErasePersonalData{In: LedgerStream, PersonalDataErased: *e}
	for _, s := range slices.Sorted(maps.Keys(r.Basis)) {
		if _, candidacy := ParseCandidacyStream(s); candidacy && len(r.Basis) > 1 {
			c.Judged = append(c.Judged, s)
		} else {
			c.In = s
		}
	}
	return c
}

func (ErasePersonalData) Stream() StreamName         { return LedgerStream }
func (ErasePersonalData) Opens([]Recorded) []Opening { return nil }

// Basis is the stream of the event that holds the value, unless it is that of the command itself: who erased something
// can be erased in turn.
func (c ErasePersonalData) Basis() []StreamName {
	if c.In == LedgerStream {
		return nil
	}
	return append([]StreamName{c.In}, c.Judged...)
}

func (c ErasePersonalData) Decide(in Input) ([]Event, error) {
	// First, so that a pointer that is nothing of the kind is told as that.
	if err := Validate(&c.PersonalDataErased); err != nil {
		return nil, err
	}
	stream := in.History
	if c.In != LedgerStream {
		stream = in.Others[c.In]
	}
	if err := erasable(stream, c.Event, c.Pointer); err != nil {
		return nil, err
	}
	if a := StateOfCandidacy(stream).OpenAppeal(); a != nil {
		return nil, broken(underAppealCandidacy, "event", a.Event)
	}
	for _, s := range c.Judged {
		if a := StateOfCandidacy(in.Others[s]).OpenAppeal(); a != nil {
			return nil, broken(underAppealJudgedBy, "event", a.Event, s)
		}
	}
	if _, done := Erasure(in.History, c.Event, c.Pointer); done {
		return nil, broken(erasedOnceBefore, "pointer")
	}
	return one(&c.PersonalDataErased)
}

// erasable says why the value at a place of a stream cannot be erased, or nil. The history is that of the whole stream:
// what may be erased depends on what has happened to it since.
func erasable(history []Recorded, event uuid.UUID, pointer string) error {
	r, ok := find(history, event)
	if !ok {
		return broken(erasableNoRecord, "event", event)
	}
	if _, ok := FileAt(r.Event, pointer); ok {
		return nil
	}
	f, ok := sealedAt(r.Event, pointer)
	switch {
	case !ok:
		return pointless(erasableNothing, erasableElsewhere, r.Event, pointer, erasableThere(r.Event))
	case f.Kept:
		return broken(erasableResult, "pointer", pointer, r.Event.EventName())
	}
	return nil
}

// Erasure gives the event that announced the erasure of a value, where there is one in the history of the stream
// "ledger".
func Erasure(history []Recorded, event uuid.UUID, pointer string) (Recorded, bool) {
	for _, r := range history {
		if e, ok := r.Event.(*PersonalDataErased); ok && e.Event == event && e.Pointer == pointer {
			return r, true
		}
	}
	return Recorded{}, false
}

// sealedAt gives the sealed field of an event at a pointer, where there is one.
func sealedAt(e Event, pointer string) (SealedField, bool) {
	for f := range SealedFields(e) {
		if f.Pointer == pointer {
			return f, true
		}
	}
	return SealedField{}, false
}

// erasableThere lists for a person what could have been meant.
func erasableThere(e Event) listed {
	there := sealedThere(e)
	for f := range FilesOf(e) {
		there.all = append(there.all, f)
		there.text += ", and the file at " + f
	}
	return there
}

// sealedThere lists for a person what could have been meant.
func sealedThere(e Event) listed {
	var all []string
	for f := range SealedFields(e) {
		all = append(all, f.Pointer)
	}
	if len(all) == 0 {
		return listed{text: "it has none at all"}
	}
	return listed{all: all, text: "it has " + strings.Join(all, ", ")}
}

// pointless refuses a pointer that leads to nothing, and says what is there, if anything is.
func pointless(nothing, elsewhere *Case, e Event, pointer string, there listed) *Broken {
	if there.all == nil {
		return broken(nothing, "pointer", e.EventName(), pointer)
	}
	return broken(elsewhere, "pointer", e.EventName(), pointer, there)
}
