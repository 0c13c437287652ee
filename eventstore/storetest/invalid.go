package storetest

import (
	"errors"
	"testing"

	"arobase/eventstore"
)

// invalid gives calls of Append that cannot mean anything.
func invalid() map[string]struct {
	stream string
	batch  []eventstore.Proposed
} {
	change := func(f func(p *eventstore.Proposed)) []eventstore.Proposed {
		batch := proposals(0, 3)
		f(&batch[1])
		return batch
	}
	return map[string]struct {
		stream string
		batch  []eventstore.Proposed
	}{
		"no events":       {"a", nil},
		"no stream":       {"", proposals(0, 3)},
		"no type":         {"a", change(func(p *eventstore.Proposed) { p.Type = "" })},
		"no bytes":        {"a", change(func(p *eventstore.Proposed) { p.Bytes = nil })},
		"too many bytes":  {"a", change(func(p *eventstore.Proposed) { p.Bytes = make([]byte, eventstore.MaxEventSize+1) })},
		"an id twice":     {"a", change(func(p *eventstore.Proposed) { p.ID = proposed(0).ID })},
		"one event twice": {"a", append(proposals(0, 3), proposed(0))},
	}
}

var invalidTests = []test{
	{"a call that cannot mean anything leaves nothing behind", func(t *testing.T, s eventstore.Store) {
		for name, call := range invalid() {
			if _, err := s.Append(t.Context(), call.stream, eventstore.NoStream, call.batch); !errors.Is(err, eventstore.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", name, err)
			}
			wantSize(t, s, 0)
		}
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
	}},
	{"it is invalid before it is anything else", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		for name, call := range invalid() {
			if _, err := s.Append(t.Context(), call.stream, 77, call.batch); !errors.Is(err, eventstore.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", name, err)
			}
		}
		wantSize(t, s, 3)
	}},
}
