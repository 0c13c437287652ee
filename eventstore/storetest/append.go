package storetest

import (
	"errors"
	"testing"

	"arobase/eventstore"
)

var appendTests = []test{
	{"positions are dense over all streams, revisions in each", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		mustAppend(t, s, "b", eventstore.NoStream, proposals(1, 3)...)
		mustAppend(t, s, "a", 0, proposals(3, 6)...)
		mustAppend(t, s, "b", 1, proposed(6))
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), []eventstore.Event{
			stored(proposed(0), 0, "a", 0),
			stored(proposed(1), 1, "b", 0),
			stored(proposed(2), 2, "b", 1),
			stored(proposed(3), 3, "a", 1),
			stored(proposed(4), 4, "a", 2),
			stored(proposed(5), 5, "a", 3),
			stored(proposed(6), 6, "b", 2),
		})
	}},
	{"the answer names the revisions and a token of the last position", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 2)...)
		appended := mustAppend(t, s, "a", 1, proposals(2, 5)...)
		if appended.First != 2 || appended.Last != 4 || appended.Duplicate {
			t.Errorf("got %+v, want revisions 2 to 4, not a duplicate", appended)
		}
		wantPosition(t, s, appended.Token, 4)
	}},
	{"another expected revision is a conflict that names the actual one", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		for _, expected := range []eventstore.Revision{eventstore.NoStream, 0, 1, 3, 100, -2} {
			wantRevisionConflict(t, s, "a", expected, 2, proposed(10))
		}
		for _, expected := range []eventstore.Revision{0, 1, -2} {
			wantRevisionConflict(t, s, "new", expected, eventstore.NoStream, proposed(10))
		}
		wantSize(t, s, 3)
	}},
	{"a batch is all or none", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		wantRevisionConflict(t, s, "a", 5, 0, proposals(1, 50)...)
		wantIDConflict(t, s, "a", 0, append(proposals(1, 50), proposed(0))...)
		wantSize(t, s, 1)
	}},
	{"a refused append does not create its stream", func(t *testing.T, s eventstore.Store) {
		wantRevisionConflict(t, s, "a", 0, eventstore.NoStream, proposed(0))
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		wantSize(t, s, 1)
	}},
	{"bytes come back identical", func(t *testing.T, s eventstore.Store) {
		// Stores must not decode what they keep: these are not even JSON.
		bodies := [][]byte{{0}, []byte("\xff\xfe"), []byte("{\"b\":1, \"a\":2}\n"), all256(), make([]byte, eventstore.MaxEventSize)}
		var batch []eventstore.Proposed
		for i, body := range bodies {
			p := proposed(i)
			p.Bytes = body
			batch = append(batch, p)
		}
		mustAppend(t, s, "a", eventstore.NoStream, batch...)
		want := storedAll(batch, 0, "a", 0)
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), want)
		wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), "a", 0)), want)
	}},
	{"bytes are not shared with the caller", func(t *testing.T, s eventstore.Store) {
		p := proposed(0)
		mustAppend(t, s, "a", eventstore.NoStream, p)
		clear(p.Bytes)
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), []eventstore.Event{stored(proposed(0), 0, "a", 0)})
	}},
	{"a batch may be large", func(t *testing.T, s eventstore.Store) {
		batch := proposals(0, 3000)
		appended := mustAppend(t, s, "a", eventstore.NoStream, batch...)
		wantPosition(t, s, appended.Token, 2999)
		wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), "a", 0)), storedAll(batch, 0, "a", 0))
	}},
	{"names may be any text", func(t *testing.T, s eventstore.Store) {
		names := []string{"candidacy-18-fr-commune-73008", "Vandœuvre-lès-Nancy", "A", "a", "a ", "'; DROP TABLE events; --", "%"}
		for i, name := range names {
			p := proposed(i)
			p.Type = "type of " + name
			mustAppend(t, s, name, eventstore.NoStream, p)
			wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), name, 0)), []eventstore.Event{stored(p, eventstore.Position(i), name, 0)})
		}
	}},
	{"a token of another form is invalid", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		for _, token := range []eventstore.Token{"", "x", "-1", " 0", "0 ", "+0", "00", "0x0", "1e3", "99999999999999999999999"} {
			if p, err := s.Resolve(t.Context(), token); !errors.Is(err, eventstore.ErrInvalid) {
				t.Errorf("Resolve(%q) = %d, %v; want ErrInvalid", token, p, err)
			}
		}
	}},
}

func all256() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func wantPosition(t *testing.T, s eventstore.Store, token eventstore.Token, want eventstore.Position) {
	t.Helper()
	position, err := s.Resolve(t.Context(), token)
	if err != nil || position != want {
		t.Errorf("token %q resolves to %d, %v; want %d", token, position, err, want)
	}
}

func wantRevisionConflict(t *testing.T, s eventstore.Store, stream string, expected, actual eventstore.Revision, events ...eventstore.Proposed) {
	t.Helper()
	_, err := s.Append(t.Context(), stream, expected, events)
	conflict, ok := errors.AsType[*eventstore.RevisionConflict](err)
	if !ok {
		t.Fatalf("appending to %s at %d: %v; want a RevisionConflict", stream, expected, err)
	}
	if want := (eventstore.RevisionConflict{Stream: stream, Expected: expected, Actual: actual}); *conflict != want {
		t.Fatalf("got %+v, want %+v", *conflict, want)
	}
}
