package domain

import (
	"encoding/json"
	"errors"
	"slices"
)

// placed are the events whose data do not say which stream they belong to, and of which no other event is named: a
// distinction is renewed, or lapses, and only the stream says which one, of whom. Whoever asks for one says so beside the
// data of the event.
var placed = []string{"distinction-renewed", "distinction-lapsed"}

// distinctionPlace are the members that say it.
type distinctionPlace struct {
	Distinction  MentionID      `json:"distinction" validate:"required,mention"`
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
}

// TakePlace takes the members out of a request that say in which stream the event belongs, and gives the rest, which is for
// [DecodeInput]. Of every other type all is the rest, and the stream is "". The error is Invalid.
func TakePlace(t Type, data []byte) (rest []byte, stream StreamName, err error) {
	if !slices.Contains(placed, t.Name) {
		return data, "", nil
	}
	members, err := inputMembers(data)
	if err != nil {
		return nil, "", err
	}
	var p distinctionPlace
	var found Invalid
	for name, into := range map[string]any{"distinction": &p.Distinction, "collectivity": &p.Collectivity} {
		if raw, given := members[name]; given && json.Unmarshal(raw, into) != nil {
			found = append(found, kindText.Fault(name))
		}
		delete(members, name)
	}
	if found != nil {
		return nil, "", found
	}
	if rest, err = json.Marshal(members); err != nil {
		return nil, "", invalid(jsonNot, "body")
	}
	wrong, err := wrongFields(p)
	if err != nil {
		return nil, "", err
	}
	if wrong != nil {
		e, err := DecodeInput(t, rest) // all that is wrong is said at once
		if err == nil {
			err = Validate(e)
		}
		if errors.As(err, &found) {
			wrong = append(wrong, found...)
		}
		return nil, "", wrong
	}
	return rest, DistinctionStream(p.Distinction, p.Collectivity), nil
}

// RequestSchema is the JSON Schema of a request for an event: [InputSchema], with the members that [TakePlace] takes.
func RequestSchema(t Type) map[string]any {
	s := InputSchema(t)
	if !slices.Contains(placed, t.Name) {
		return s
	}
	granted := InputSchema(TypeOf(new(DistinctionGranted)))["properties"].(map[string]any)
	properties, required := s["properties"].(map[string]any), s["required"].([]any)
	for _, name := range []string{"distinction", "collectivity"} {
		properties[name] = granted[name]
		required = append(required, name)
	}
	s["required"] = required
	return s
}
