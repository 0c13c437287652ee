package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"arobase/eventstore"
)

var followTests = []test{
	{"what is there comes first, then what is appended", func(t *testing.T, s eventstore.Store) {
		want := fill(t, s)
		later := proposals(many, many+10)
		var group sync.WaitGroup
		group.Go(func() {
			for i, p := range later {
				if _, err := s.Append(t.Context(), "later", eventstore.Revision(i-1), []eventstore.Proposed{p}); err != nil {
					t.Errorf("appending: %v", err)
				}
			}
		})
		defer group.Wait()
		want = append(want, storedAll(later, many, "later", 0)...)
		wantEvents(t, followed(t, s, 0, len(want)), want)
	}},
	{"from the middle", func(t *testing.T, s eventstore.Store) {
		want := fill(t, s)
		wantEvents(t, followed(t, s, 1000, many-1000), want[1000:])
	}},
	{"from beyond the end, it waits for that very position", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		got := make(chan []eventstore.Event, 1)
		go func() {
			events, err := take(2, s.Follow(ctx, 5))
			if err != nil {
				t.Error(err)
			}
			got <- events
		}()
		for i := 3; i < 7; i++ {
			select {
			case events := <-got:
				t.Fatalf("got %v when the store had size %d", events, i)
			case <-time.After(20 * time.Millisecond):
			}
			mustAppend(t, s, "a", eventstore.Revision(i-1), proposed(i))
		}
		wantEvents(t, <-got, storedAll(proposals(5, 7), 5, "a", 5))
	}},
	{"no wake-up is lost", func(t *testing.T, s eventstore.Store) {
		// One event at a time: the next append happens only once the follower has seen the last one.
		// A follower that only looked now and then would not be ready in time.
		ctx, cancel := context.WithTimeout(t.Context(), patience/2)
		defer cancel()
		var group sync.WaitGroup
		defer group.Wait() // an event may be seen before its append is answered
		n := 0
		mustAppend(t, s, "a", eventstore.NoStream, proposed(0))
		for e, err := range s.Follow(ctx, 0) {
			if err != nil {
				t.Fatalf("after %d events: %v", n, err)
			}
			if n++; n == 200 {
				break
			}
			group.Go(func() {
				if _, err := s.Append(ctx, "a", e.Revision, []eventstore.Proposed{proposed(n)}); err != nil {
					t.Errorf("appending: %v", err)
				}
			})
		}
	}},
	{"everything exactly once and in order while 32 writers write", func(t *testing.T, s eventstore.Store) {
		const writers, each, followers = 32, 25, 3
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for i := range each {
					_, err := s.Append(t.Context(), fmt.Sprintf("stream-%d", w), eventstore.Revision(i-1), []eventstore.Proposed{proposed(w*each + i)})
					if err != nil {
						t.Errorf("appending: %v", err)
						return
					}
				}
			})
		}
		seen := make([][]eventstore.Event, followers)
		for f := range followers {
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				for e, err := range s.Follow(ctx, 0) {
					if err != nil {
						t.Errorf("follower %d after %d events: %v", f, len(seen[f]), err)
						return
					}
					if seen[f] = append(seen[f], e); len(seen[f]) == writers*each {
						return
					}
				}
			})
		}
		group.Wait()
		want := mustCollect(t, s.ReadAll(t.Context(), 0))
		for _, got := range seen {
			wantEvents(t, got, want)
		}
	}},
	{"the end of the context ends it, with its error last", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(30*time.Millisecond, cancel)
		got, err := collect(s.Follow(ctx, 0))
		wantEvents(t, got, storedAll(proposals(0, 3), 0, "a", 0))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v, want context.Canceled", err)
		}
	}},
	{"a deadline ends it too", func(t *testing.T, s eventstore.Store) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if got, err := collect(s.Follow(ctx, 0)); len(got) != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %d events, %v; want context.DeadlineExceeded", len(got), err)
		}
	}},
	{"closing the store ends it", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		ended := make(chan error)
		for range 3 {
			go func() {
				_, err := collect(s.Follow(t.Context(), 0))
				ended <- err
			}()
		}
		time.Sleep(20 * time.Millisecond)
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		for range 3 {
			if err := <-ended; !errors.Is(err, eventstore.ErrClosed) {
				t.Errorf("it ended with %v, want ErrClosed", err)
			}
		}
	}},
}
