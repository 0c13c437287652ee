package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"arobase/eventstore"
)

var idTests = []test{
	{"the same batch again is a duplicate, with the first answer", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "b", eventstore.NoStream, proposals(10, 15)...)
		first := mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		mustAppend(t, s, "a", 2, proposals(3, 5)...)
		mustAppend(t, s, "b", 4, proposed(15))
		again := mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		if again.First != first.First || again.Last != first.Last || !again.Duplicate {
			t.Errorf("the second time %+v, the first time %+v", again, first)
		}
		wantPosition(t, s, first.Token, 7)
		wantPosition(t, s, again.Token, 7)
		wantSize(t, s, 11)
	}},
	{"ids come before revisions", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		for _, expected := range []eventstore.Revision{eventstore.NoStream, 0, 2, 77} {
			if again := mustAppend(t, s, "a", expected, proposals(0, 3)...); !again.Duplicate || again.First != 0 || again.Last != 2 {
				t.Errorf("expecting %d: %+v, want a duplicate of revisions 0 to 2", expected, again)
			}
		}
		other := proposed(1)
		other.Bytes = []byte("other")
		wantIDConflict(t, s, "a", 77, other)
	}},
	{"part of a stream is a duplicate too", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 2)...)
		mustAppend(t, s, "b", eventstore.NoStream, proposed(9))
		mustAppend(t, s, "a", 1, proposals(2, 4)...)
		again := mustAppend(t, s, "a", 0, proposals(1, 3)...) // the end of one append and the beginning of the next
		if !again.Duplicate || again.First != 1 || again.Last != 2 {
			t.Errorf("got %+v, want a duplicate of revisions 1 to 2", again)
		}
		wantPosition(t, s, again.Token, 3)
		wantSize(t, s, 5)
	}},
	{"other bytes are a conflict", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		for i := range 3 {
			for _, change := range []func([]byte) []byte{
				func(b []byte) []byte { b[0] ^= 1; return b },
				func(b []byte) []byte { return append(b, ' ') },
				func(b []byte) []byte { return b[:len(b)-1] },
			} {
				batch := proposals(0, 3)
				batch[i].Bytes = change(batch[i].Bytes)
				if id := conflictingID(t, s, "a", eventstore.NoStream, batch...); id != batch[i].ID {
					t.Errorf("the conflict names %s, but the bytes of %s differ", id, batch[i].ID)
				}
			}
		}
		wantSize(t, s, 3)
	}},
	{"another stream is a conflict", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		mustAppend(t, s, "b", eventstore.NoStream, proposed(1))
		wantIDConflict(t, s, "b", 0, proposed(0))
		wantIDConflict(t, s, "new", eventstore.NoStream, proposed(0))
		wantIDConflict(t, s, "a", 0, proposals(0, 2)...)
		wantSize(t, s, 2)
	}},
	{"a partial overlap is a conflict", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 2)...)
		wantIDConflict(t, s, "a", 1, proposals(0, 3)...)                    // new ones at the end
		wantIDConflict(t, s, "a", 1, proposed(2), proposed(0))              // at the beginning
		wantIDConflict(t, s, "a", 1, proposed(0), proposed(2), proposed(1)) // in the middle
		wantSize(t, s, 2)
	}},
	{"another order is a conflict", func(t *testing.T, s eventstore.Store) {
		batch := proposals(0, 3)
		mustAppend(t, s, "a", eventstore.NoStream, batch...)
		wantIDConflict(t, s, "a", 2, batch[1], batch[0])
		wantIDConflict(t, s, "a", 2, batch[0], batch[2]) // not contiguous
		slices.Reverse(batch)
		wantIDConflict(t, s, "a", 2, batch...)
		wantSize(t, s, 3)
	}},
	{"an id is found with the event", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		mustAppend(t, s, "b", eventstore.NoStream, proposals(3, 6)...)
		for n := range 6 {
			got, err := s.Lookup(t.Context(), proposed(n).ID)
			if err != nil {
				t.Fatalf("Lookup of event %d: %v", n, err)
			}
			want := stored(proposed(n), eventstore.Position(n), []string{"a", "b"}[n/3], eventstore.Revision(n%3))
			wantEvents(t, []eventstore.Event{got}, []eventstore.Event{want})
		}
	}},
	{"an id that is not stored is not found", func(t *testing.T, s eventstore.Store) {
		if _, err := s.Lookup(t.Context(), proposed(0).ID); !errors.Is(err, eventstore.ErrNotFound) {
			t.Errorf("in an empty store: %v, want ErrNotFound", err)
		}
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		wantRevisionConflict(t, s, "a", 7, 0, proposed(1))
		if _, err := s.Lookup(t.Context(), proposed(1).ID); !errors.Is(err, eventstore.ErrNotFound) {
			t.Errorf("after a refused append: %v, want ErrNotFound", err)
		}
	}},
}

func wantIDConflict(t *testing.T, s eventstore.Store, stream string, expected eventstore.Revision, events ...eventstore.Proposed) {
	t.Helper()
	_ = conflictingID(t, s, stream, expected, events...)
}

// conflictingID checks that an append fails and that the conflict names an event of the batch which is stored.
func conflictingID(t *testing.T, s eventstore.Store, stream string, expected eventstore.Revision, events ...eventstore.Proposed) uuid.UUID {
	t.Helper()
	_, err := s.Append(t.Context(), stream, expected, events)
	conflict, ok := errors.AsType[*eventstore.IDConflict](err)
	if !ok {
		t.Fatalf("appending to %s at %d: %v; want an IDConflict", stream, expected, err)
	}
	if !slices.ContainsFunc(events, func(p eventstore.Proposed) bool { return p.ID == conflict.ID }) {
		t.Fatalf("the conflict names %s, which is not in the batch", conflict.ID)
	}
	if _, err := s.Lookup(t.Context(), conflict.ID); err != nil {
		t.Fatalf("the conflict names %s, which is not stored: %v", conflict.ID, err)
	}
	return conflict.ID
}
