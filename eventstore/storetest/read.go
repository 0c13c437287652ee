package storetest

import (
	"fmt"
	"math"
	"testing"

	"arobase/eventstore"
)

// many is more than any store will read in one go.
const many = 2500

var readTests = []test{
	{"an empty store is empty", func(t *testing.T, s eventstore.Store) {
		wantSize(t, s, 0)
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 5)), nil)
		wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), "a", 0)), nil)
	}},
	{"all events from any position", func(t *testing.T, s eventstore.Store) {
		want := fill(t, s)
		for _, from := range []eventstore.Position{0, 1, 31, 32, 33, many / 2, many - 1, many, many + 1, math.MaxInt64, math.MaxUint64} {
			wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), from)), want[min(from, many):])
		}
	}},
	{"a stream from any revision", func(t *testing.T, s eventstore.Store) {
		var want []eventstore.Event
		for _, e := range fill(t, s) {
			if e.Stream == "stream-1" {
				want = append(want, e)
			}
		}
		n := eventstore.Revision(len(want))
		for _, from := range []eventstore.Revision{0, 1, n / 2, n - 1, n, n + 1, math.MaxInt64} {
			wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), "stream-1", from)), want[min(from, n):])
		}
	}},
	{"a stream that does not exist is empty", func(t *testing.T, s eventstore.Store) {
		fill(t, s)
		for _, name := range []string{"stream-", "stream-9", "STREAM-1", ""} {
			wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), name, 0)), nil)
		}
	}},
	{"reading all ends where it ended when it began", func(t *testing.T, s eventstore.Store) {
		want := fill(t, s)
		n := 0
		for _, err := range s.ReadAll(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if n%100 == 0 {
				mustAppend(t, s, "later", eventstore.Revision(n/100-1), proposed(many+n/100))
			}
			n++
		}
		if n != len(want) {
			t.Errorf("%d events were read, but there were %d when it began", n, len(want))
		}
	}},
	{"reading a stream ends where it ended when it began", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 200)...)
		n := 0
		for e, err := range s.ReadStream(t.Context(), "a", 0) {
			if err != nil {
				t.Fatal(err)
			}
			mustAppend(t, s, "a", 199+e.Revision, proposed(200+n))
			n++
		}
		if n != 200 {
			t.Errorf("%d events were read, but there were 200 when it began", n)
		}
	}},
	{"a sequence may be read twice", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		want := storedAll(proposals(0, 3), 0, "a", 0)
		all, stream := s.ReadAll(t.Context(), 0), s.ReadStream(t.Context(), "a", 0)
		for range 2 {
			wantEvents(t, mustCollect(t, all), want)
			wantEvents(t, mustCollect(t, stream), want)
		}
	}},
	{"events stay as they are while the reading goes on", func(t *testing.T, s eventstore.Store) {
		want := fill(t, s)
		got := mustCollect(t, s.ReadAll(t.Context(), 0)) // keeps all of them to the end
		wantEvents(t, got, want)
	}},
	{"a loop that ends early gives back what it used", func(t *testing.T, s eventstore.Store) {
		fill(t, s)
		for range 100 { // more than any pool has
			for _, err := range s.ReadAll(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			for _, err := range s.ReadStream(t.Context(), "stream-1", 0) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			for _, err := range s.Follow(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		wantSize(t, s, many)
	}},
	{"loops may be nested and use the store", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		visits := 0
		var nest func(depth int)
		nest = func(depth int) {
			if depth == 0 {
				visits++
				return
			}
			for e, err := range s.ReadAll(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.Lookup(t.Context(), e.ID); err != nil {
					t.Fatal(err)
				}
				nest(depth - 1)
			}
		}
		nest(6) // deeper than any pool
		if visits != 729 {
			t.Errorf("%d visits, want 729", visits)
		}
	}},
}

// fill appends many events to three streams and gives what is stored.
func fill(t *testing.T, s eventstore.Store) []eventstore.Event {
	t.Helper()
	var all []eventstore.Event
	next := [3]eventstore.Revision{}
	for n := 0; n < many; {
		i, size := n%3, min(100+n%41, many-n)
		stream, batch := fmt.Sprintf("stream-%d", i), proposals(n, n+size)
		mustAppend(t, s, stream, next[i]-1, batch...)
		all = append(all, storedAll(batch, eventstore.Position(n), stream, next[i])...)
		next[i] += eventstore.Revision(size)
		n += size
	}
	return all
}
