// Package storetest is the conformance suite of eventstore.Store: every sentence of the contract is a test here, and
// every store must pass all of them.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) eventstore.Store { ... })
//	}
package storetest

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/eventstore"
)

// Run tests a store. open gives a new, empty one and releases it when its test ends; tests close some stores
// themselves, so an error of Close at that time is to be ignored.
func Run(t *testing.T, open func(t *testing.T) eventstore.Store) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"append", appendTests},
		{"ids", idTests},
		{"invalid", invalidTests},
		{"concurrent", concurrentTests},
		{"read", readTests},
		{"follow", followTests},
		{"time", timeTests},
		{"context", contextTests},
		{"close", closeTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
			}
		})
	}
	t.Run("model", func(t *testing.T) { testModel(t, open) })
}

// test is one sentence of the contract. It gets an empty store of its own.
type test struct {
	name string
	run  func(t *testing.T, s eventstore.Store)
}

// patience is how long a test waits for what must happen at once on a machine that has nothing else to do: only a test that
// fails waits for so long.
const patience = 4 * time.Minute

// start is when the first event of a test is recorded.
var start = time.Date(2017, 2, 1, 18, 30, 0, 0, time.UTC)

// proposed gives the n-th event of a test: the same for the same n, recorded n seconds after start.
func proposed(n int) eventstore.Proposed {
	return eventstore.Proposed{
		ID:       uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "storetest %d", n)),
		Type:     fmt.Sprintf("arobase.test-%d.v1", n%3),
		Recorded: start.Add(time.Duration(n) * time.Second),
		Bytes:    fmt.Appendf(nil, `{"n":%d,"name":"Marcq-en-Barœul"}`, n),
	}
}

// proposals gives the events from to to-1.
func proposals(from, to int) []eventstore.Proposed {
	var events []eventstore.Proposed
	for n := from; n < to; n++ {
		events = append(events, proposed(n))
	}
	return events
}

// stored is what a store must give back for a proposed event.
func stored(p eventstore.Proposed, position eventstore.Position, stream string, revision eventstore.Revision) eventstore.Event {
	return eventstore.Event{
		Position: position, Stream: stream, Revision: revision,
		ID: p.ID, Type: p.Type, Recorded: p.Recorded.Truncate(time.Millisecond).UTC(), Bytes: p.Bytes,
	}
}

// storedAll is what a store must give back for a batch.
func storedAll(batch []eventstore.Proposed, position eventstore.Position, stream string, revision eventstore.Revision) []eventstore.Event {
	var events []eventstore.Event
	for i, p := range batch {
		events = append(events, stored(p, position+eventstore.Position(i), stream, revision+eventstore.Revision(i)))
	}
	return events
}

func mustAppend(t *testing.T, s eventstore.Store, stream string, expected eventstore.Revision, events ...eventstore.Proposed) eventstore.Appended {
	t.Helper()
	appended, err := s.Append(t.Context(), stream, expected, events)
	if err != nil {
		t.Fatalf("appending %d events to %s at %d: %v", len(events), stream, expected, err)
	}
	return appended
}

// wantSize checks that nothing more and nothing less is stored.
func wantSize(t *testing.T, s eventstore.Store, want eventstore.Position) {
	t.Helper()
	size, err := s.Size(t.Context())
	if err != nil {
		t.Fatalf("Size: %v", err)
	}
	if size != want {
		t.Fatalf("Size = %d, want %d", size, want)
	}
	if n := len(mustCollect(t, s.ReadAll(t.Context(), 0))); n != int(want) {
		t.Fatalf("ReadAll gives %d events, want %d", n, want)
	}
}

// collect gives the events of a sequence and the error that ended it.
func collect(events iter.Seq2[eventstore.Event, error]) ([]eventstore.Event, error) {
	var got []eventstore.Event
	for e, err := range events {
		if err != nil {
			return got, err
		}
		got = append(got, e)
	}
	return got, nil
}

func mustCollect(t *testing.T, events iter.Seq2[eventstore.Event, error]) []eventstore.Event {
	t.Helper()
	got, err := collect(events)
	if err != nil {
		t.Fatalf("after %d events: %v", len(got), err)
	}
	return got
}

// take gives the first n events of a sequence, which may be endless.
func take(n int, events iter.Seq2[eventstore.Event, error]) ([]eventstore.Event, error) {
	var got []eventstore.Event
	for e, err := range events {
		if err != nil {
			return got, fmt.Errorf("after %d events of %d: %w", len(got), n, err)
		}
		if got = append(got, e); len(got) == n {
			return got, nil
		}
	}
	return got, fmt.Errorf("the sequence ended after %d events of %d", len(got), n)
}

// followed gives n events of a follower, or fails when they do not come.
func followed(t *testing.T, s eventstore.Store, from eventstore.Position, n int) []eventstore.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got, err := take(n, s.Follow(ctx, from))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wantEvents compares event by event and shows the first that differs: these lists are long.
func wantEvents(t *testing.T, got, want []eventstore.Event) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if !equal(got[i], want[i]) {
			t.Fatalf("event %d of the list differs (-want +got):\n%s", i, cmp.Diff(want[i], got[i]))
		}
	}
	if len(got) != len(want) {
		t.Fatalf("got %d events, want %d", len(got), len(want))
	}
}

// equal says that two events are the same in every field; times in UTC, not merely the same instant.
func equal(a, b eventstore.Event) bool {
	return a.Position == b.Position && a.Stream == b.Stream && a.Revision == b.Revision && a.ID == b.ID && a.Type == b.Type &&
		a.Recorded.Equal(b.Recorded) && a.Recorded.Location() == b.Recorded.Location() && bytes.Equal(a.Bytes, b.Bytes)
}
