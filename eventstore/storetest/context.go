package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"arobase/eventstore"
)

var contextTests = []test{
	{"nothing begins after the context has ended", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for name, call := range calls(s, 3) {
			if err := call(ended); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want context.Canceled", name, err)
			}
		}
		wantSize(t, s, 3)
	}},
	{"an append that was given up is written as a whole or not at all, and can be sent again", func(t *testing.T, s eventstore.Store) {
		// Contexts end at all moments of an append, while others keep the store busy.
		const rounds = 150
		var busy sync.WaitGroup
		stop := make(chan struct{})
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Append(t.Context(), "busy", eventstore.Revision(n-1), []eventstore.Proposed{proposed(1e6 + n)}); err != nil {
					t.Errorf("appending: %v", err)
					return
				}
			}
		})
		for round := range rounds {
			expected, batch := eventstore.Revision(3*round-1), proposals(3*round, 3*round+3)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(round*10)*time.Microsecond)
			_, err := s.Append(ctx, "a", expected, batch)
			cancel()
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("round %d: %v, want success or context.DeadlineExceeded", round, err)
			}
			for i := range batch { // our buffers are ours again, whatever the outcome
				clear(batch[i].Bytes)
			}
			again := mustAppend(t, s, "a", expected, proposals(3*round, 3*round+3)...)
			if again.First != expected+1 || again.Last != expected+3 {
				t.Errorf("round %d: sent again, the answer is %+v", round, again)
			}
		}
		close(stop)
		busy.Wait()
		events := mustCollect(t, s.ReadStream(t.Context(), "a", 0))
		if len(events) != 3*rounds {
			t.Fatalf("%d events are stored, want %d", len(events), 3*rounds)
		}
		for n, e := range events {
			wantEvents(t, []eventstore.Event{e}, []eventstore.Event{stored(proposed(n), e.Position, "a", eventstore.Revision(n))})
		}
	}},
	{"the end of the context ends a loop", func(t *testing.T, s eventstore.Store) {
		fill(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		for _, err := range s.ReadAll(ctx, 0) {
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v, want context.Canceled", err)
				}
				return
			}
			if n++; n == 10 {
				cancel()
			}
		}
		t.Errorf("it went on for %d events and ended without an error", n)
	}},
	{"resolving waits for what is not known yet", func(t *testing.T, s eventstore.Store) {
		// Only a token that was given can be asked for in any store, so this asks for one while it is being given.
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		for n := range 20 {
			appended := mustAppend(t, s, "a", eventstore.Revision(n-1), proposed(n))
			if p, err := s.Resolve(ctx, appended.Token); err != nil || p != eventstore.Position(n) {
				t.Fatalf("Resolve = %d, %v; want %d", p, err, n)
			}
		}
	}},
}

// calls gives a call of every method but Close for a store that holds the proposals 0 to n-1 in stream a.
func calls(s eventstore.Store, n int) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Append": func(ctx context.Context) error {
			_, err := s.Append(ctx, "a", eventstore.Revision(n-1), []eventstore.Proposed{proposed(n)})
			return err
		},
		"ReadStream": func(ctx context.Context) error {
			_, err := collect(s.ReadStream(ctx, "a", 0))
			return err
		},
		"ReadAll": func(ctx context.Context) error {
			_, err := collect(s.ReadAll(ctx, 0))
			return err
		},
		"Follow": func(ctx context.Context) error {
			_, err := collect(s.Follow(ctx, 0))
			return err
		},
		"Lookup": func(ctx context.Context) error {
			_, err := s.Lookup(ctx, proposed(0).ID)
			return err
		},
		"Size": func(ctx context.Context) error {
			_, err := s.Size(ctx)
			return err
		},
		"SizeAt": func(ctx context.Context) error {
			_, err := s.SizeAt(ctx, start)
			return err
		},
	}
}
