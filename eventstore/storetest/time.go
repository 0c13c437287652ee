package storetest

import (
	"testing"
	"time"

	"arobase/eventstore"
)

var timeTests = []test{
	{"the size at a time", func(t *testing.T, s eventstore.Store) {
		wantSizeAt(t, s, start.AddDate(100, 0, 0), 0)
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 50)...)
		for n := range 50 {
			at := start.Add(time.Duration(n) * time.Second)
			wantSizeAt(t, s, at.Add(-time.Millisecond), eventstore.Position(n))
			wantSizeAt(t, s, at, eventstore.Position(n+1)) // at or before
			wantSizeAt(t, s, at.Add(time.Nanosecond), eventstore.Position(n+1))
		}
		wantSizeAt(t, s, time.Time{}, 0)
		wantSizeAt(t, s, start.AddDate(100, 0, 0), 50)
	}},
	{"where clocks run backwards the running maximum decides", func(t *testing.T, s eventstore.Store) {
		// The seconds at which events are recorded, and the size at each second.
		recorded := []int{3, 1, 3, 5, 4, 2, 9, 9, 6}
		sizes := []eventstore.Position{0, 0, 0, 3, 3, 6, 6, 6, 6, 9, 9}
		for n, second := range recorded {
			p := proposed(n)
			p.Recorded = start.Add(time.Duration(second) * time.Second)
			mustAppend(t, s, []string{"a", "b"}[n%2], eventstore.Revision(n/2-1), p)
		}
		for second, want := range sizes {
			wantSizeAt(t, s, start.Add(time.Duration(second)*time.Second), want)
		}
	}},
	{"many events at the same time", func(t *testing.T, s eventstore.Store) {
		batch := proposals(0, 100)
		for i := range batch {
			batch[i].Recorded = start
		}
		mustAppend(t, s, "a", eventstore.NoStream, batch...)
		wantSizeAt(t, s, start.Add(-time.Millisecond), 0)
		wantSizeAt(t, s, start, 100)
	}},
	{"the zone does not matter", func(t *testing.T, s eventstore.Store) {
		p := proposed(0)
		p.Recorded = p.Recorded.In(time.FixedZone("CET", 3600))
		mustAppend(t, s, "a", eventstore.NoStream, p)
		wantSizeAt(t, s, start.In(time.FixedZone("EST", -5*3600)), 1)
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), []eventstore.Event{stored(proposed(0), 0, "a", 0)})
	}},
	{"times are kept to the millisecond, before 1970 too", func(t *testing.T, s eventstore.Store) {
		p, q := proposed(0), proposed(1)
		p.Recorded = time.Date(1969, 7, 20, 20, 17, 40, 123_999_999, time.UTC)
		q.Recorded = time.Date(2026, 7, 20, 20, 17, 40, 123_999_999, time.UTC)
		mustAppend(t, s, "a", eventstore.NoStream, p, q)
		for i, e := range mustCollect(t, s.ReadAll(t.Context(), 0)) {
			want := []time.Time{p.Recorded, q.Recorded}[i].Add(-999_999)
			if !e.Recorded.Equal(want) || e.Recorded.Location() != time.UTC {
				t.Errorf("event %d was recorded at %v, want %v", i, e.Recorded, want)
			}
		}
		wantSizeAt(t, s, p.Recorded, 1)
	}},
}

func wantSizeAt(t *testing.T, s eventstore.Store, at time.Time, want eventstore.Position) {
	t.Helper()
	if got, err := s.SizeAt(t.Context(), at); err != nil || got != want {
		t.Errorf("SizeAt(%v) = %d, %v; want %d", at, got, err, want)
	}
}
