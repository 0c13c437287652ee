package storetest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"arobase/eventstore"
)

// testModel compares a store with the simplest one that can be thought of, over random calls.
func testModel(t *testing.T, open func(t *testing.T) eventstore.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer func() { _ = s.Close() }()
		m := &model{}
		rt.Repeat(map[string]func(*rapid.T){
			"append":     func(rt *rapid.T) { m.append(rt, t, s) },
			"ReadAll":    func(rt *rapid.T) { m.readAll(rt, t, s) },
			"ReadStream": func(rt *rapid.T) { m.readStream(rt, t, s) },
			"SizeAt":     func(rt *rapid.T) { m.sizeAt(rt, t, s) },
			"Lookup":     func(rt *rapid.T) { m.lookup(rt, t, s) },
		})
	})
}

// model is a store in the fewest lines: all events in order. Everything else is found by looking at each of them.
type model struct {
	events []eventstore.Event
}

var streamNames = rapid.SampledFrom([]string{"a", "b", "édition-18"})

// someEvents draws a batch: new events, events that were drawn before (so often stored ones), or a run of stored ones.
func (m *model) someEvents(rt *rapid.T) []eventstore.Proposed {
	if len(m.events) > 0 && rapid.Bool().Draw(rt, "stored ones") {
		first := rapid.IntRange(0, len(m.events)-1).Draw(rt, "first")
		var batch []eventstore.Proposed
		for _, e := range m.stream(m.events[first].Stream)[m.events[first].Revision:] {
			batch = append(batch, eventstore.Proposed{ID: e.ID, Type: e.Type, Recorded: e.Recorded, Bytes: bytes.Clone(e.Bytes)})
			if rapid.Bool().Draw(rt, "enough") {
				break
			}
		}
		return batch
	}
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 1, 5, rapid.ID[int]).Draw(rt, "numbers")
	var batch []eventstore.Proposed
	for _, n := range numbers {
		p := proposed(n)
		p.Recorded = start.Add(time.Duration(rapid.IntRange(-20, 20).Draw(rt, "recorded")) * time.Second)
		if rapid.IntRange(0, 9).Draw(rt, "other bytes") == 0 {
			p.Bytes = append(p.Bytes, '!')
		}
		batch = append(batch, p)
	}
	return batch
}

func (m *model) append(rt *rapid.T, t *testing.T, s eventstore.Store) {
	batch, stream := m.someEvents(rt), streamNames.Draw(rt, "stream")
	if e, found := m.find(batch[0].ID); found && rapid.Bool().Draw(rt, "its own stream") {
		stream = e.Stream
	}
	head := eventstore.Revision(len(m.stream(stream))) - 1
	expected := head + eventstore.Revision(max(0, rapid.IntRange(-9, 2).Draw(rt, "off by"))) // mostly the right one

	want, wantErr := m.predict(stream, head, expected, batch)
	got, err := s.Append(t.Context(), stream, expected, batch)
	if !sameOutcome(err, wantErr) {
		rt.Fatalf("Append(%s, %d): %v, want %v", stream, expected, err, wantErr)
	}
	if err != nil {
		return
	}
	if got.First != want.First || got.Last != want.Last || got.Duplicate != want.Duplicate {
		rt.Fatalf("Append(%s, %d) = %+v, want %+v", stream, expected, got, want)
	}
	if !got.Duplicate {
		m.events = append(m.events, storedAll(batch, eventstore.Position(len(m.events)), stream, head+1)...)
	}
	position, err := s.Resolve(t.Context(), got.Token)
	if last := m.stream(stream)[got.Last]; err != nil || position != last.Position {
		rt.Fatalf("Resolve = %d, %v; want %d", position, err, last.Position)
	}
}

// predict is the contract of Append.
func (m *model) predict(stream string, head, expected eventstore.Revision, batch []eventstore.Proposed) (eventstore.Appended, error) {
	known, same := 0, 0
	first, _ := m.find(batch[0].ID)
	for i, p := range batch {
		e, found := m.find(p.ID)
		if !found {
			continue
		}
		known++
		if e.Stream == stream && e.Revision == first.Revision+eventstore.Revision(i) && bytes.Equal(e.Bytes, p.Bytes) {
			same++
		}
	}
	n := eventstore.Revision(len(batch))
	switch {
	case same == len(batch):
		return eventstore.Appended{First: first.Revision, Last: first.Revision + n - 1, Duplicate: true}, nil
	case known > 0:
		return eventstore.Appended{}, &eventstore.IDConflict{}
	case head != expected:
		return eventstore.Appended{}, &eventstore.RevisionConflict{Stream: stream, Expected: expected, Actual: head}
	}
	return eventstore.Appended{First: head + 1, Last: head + n}, nil
}

// sameOutcome compares errors; of an IDConflict only that it is one, as several ids may be in conflict.
func sameOutcome(got, want error) bool {
	_, gotIDs := errors.AsType[*eventstore.IDConflict](got)
	_, wantIDs := errors.AsType[*eventstore.IDConflict](want)
	gotRevisions, _ := errors.AsType[*eventstore.RevisionConflict](got)
	wantRevisions, _ := errors.AsType[*eventstore.RevisionConflict](want)
	return (got == nil) == (want == nil) && gotIDs == wantIDs && cmp.Equal(gotRevisions, wantRevisions)
}

func (m *model) readAll(rt *rapid.T, t *testing.T, s eventstore.Store) {
	from := rapid.IntRange(0, len(m.events)+1).Draw(rt, "from")
	got, err := collect(s.ReadAll(t.Context(), eventstore.Position(from)))
	if diff := cmp.Diff(append([]eventstore.Event(nil), m.events[min(from, len(m.events)):]...), got); err != nil || diff != "" {
		rt.Fatalf("ReadAll(%d): %v (-want +got):\n%s", from, err, diff)
	}
	if size, err := s.Size(t.Context()); err != nil || int(size) != len(m.events) {
		rt.Fatalf("Size = %d, %v; want %d", size, err, len(m.events))
	}
}

func (m *model) readStream(rt *rapid.T, t *testing.T, s eventstore.Store) {
	stream := streamNames.Draw(rt, "stream")
	want := m.stream(stream)
	from := rapid.IntRange(0, len(want)+1).Draw(rt, "from")
	got, err := collect(s.ReadStream(t.Context(), stream, eventstore.Revision(from)))
	if diff := cmp.Diff(append([]eventstore.Event(nil), want[min(from, len(want)):]...), got); err != nil || diff != "" {
		rt.Fatalf("ReadStream(%s, %d): %v (-want +got):\n%s", stream, from, err, diff)
	}
}

func (m *model) sizeAt(rt *rapid.T, t *testing.T, s eventstore.Store) {
	at := start.Add(time.Duration(rapid.IntRange(-22, 80).Draw(rt, "at")) * time.Second)
	want := eventstore.Position(0)
	for _, e := range m.events {
		if e.Recorded.After(at) {
			break
		}
		want++
	}
	if got, err := s.SizeAt(t.Context(), at); err != nil || got != want {
		rt.Fatalf("SizeAt(%v) = %d, %v; want %d", at, got, err, want)
	}
}

func (m *model) lookup(rt *rapid.T, t *testing.T, s eventstore.Store) {
	id := proposed(rapid.IntRange(0, 60).Draw(rt, "number")).ID
	want, found := m.find(id)
	got, err := s.Lookup(t.Context(), id)
	if errors.Is(err, eventstore.ErrNotFound) == found || !cmp.Equal(got, want) {
		rt.Fatalf("Lookup = %+v, %v; want %+v", got, err, want)
	}
}

func (m *model) find(id uuid.UUID) (eventstore.Event, bool) {
	for _, e := range m.events {
		if e.ID == id {
			return e, true
		}
	}
	return eventstore.Event{}, false
}

func (m *model) stream(name string) []eventstore.Event {
	var events []eventstore.Event
	for _, e := range m.events {
		if e.Stream == name {
			events = append(events, e)
		}
	}
	return events
}
