package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"arobase/eventstore"
)

var concurrentTests = []test{
	{"of many writers on one stream exactly one wins each revision", func(t *testing.T, s eventstore.Store) {
		const writers, rounds = 16, 20
		for round := range rounds {
			var won atomic.Int32
			var group sync.WaitGroup
			for w := range writers {
				group.Go(func() {
					_, err := s.Append(t.Context(), "a", eventstore.Revision(round-1), []eventstore.Proposed{proposed(round*writers + w)})
					conflict, lost := errors.AsType[*eventstore.RevisionConflict](err)
					switch {
					case err == nil:
						won.Add(1)
					case !lost:
						t.Errorf("round %d: %v, want success or a RevisionConflict", round, err)
					case conflict.Actual != eventstore.Revision(round):
						t.Errorf("round %d: the conflict says revision %d", round, conflict.Actual)
					}
				})
			}
			group.Wait()
			if won.Load() != 1 {
				t.Fatalf("round %d: %d writers won", round, won.Load())
			}
		}
		wantSize(t, s, rounds)
	}},
	{"the same append by many at once is stored once", func(t *testing.T, s eventstore.Store) {
		const writers, rounds = 16, 10
		for round := range rounds {
			batch := proposals(2*round, 2*round+2)
			var first atomic.Int32
			var group sync.WaitGroup
			for range writers {
				group.Go(func() {
					appended, err := s.Append(t.Context(), "a", eventstore.Revision(2*round-1), batch)
					if err != nil || appended.First != eventstore.Revision(2*round) || appended.Last != eventstore.Revision(2*round+1) {
						t.Errorf("round %d: %+v, %v", round, appended, err)
					}
					if !appended.Duplicate {
						first.Add(1)
					}
				})
			}
			group.Wait()
			if first.Load() != 1 {
				t.Fatalf("round %d: %d appends were not duplicates", round, first.Load())
			}
		}
		wantSize(t, s, 2*rounds)
	}},
	{"many writers on many streams do not disturb each other", func(t *testing.T, s eventstore.Store) {
		const writers, each = 32, 30
		tokens := make([][each]eventstore.Token, writers)
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				stream := fmt.Sprintf("stream-%d", w)
				for i := range each {
					// Every third time somebody makes a mistake, which concerns nobody else.
					if i%3 == 0 {
						if _, err := s.Append(t.Context(), stream, eventstore.Revision(i+5), proposals(1e6+w, 1e6+w+1)); err == nil {
							t.Errorf("%s: an append at a wrong revision succeeded", stream)
						}
					}
					appended, err := s.Append(t.Context(), stream, eventstore.Revision(i-1), []eventstore.Proposed{proposed(w*each + i)})
					if err != nil {
						t.Errorf("%s: event %d: %v", stream, i, err)
						return
					}
					tokens[w][i] = appended.Token
				}
			})
		}
		group.Wait()
		if t.Failed() {
			return
		}
		all := mustCollect(t, s.ReadAll(t.Context(), 0))
		if len(all) != writers*each {
			t.Fatalf("%d events are stored, want %d", len(all), writers*each)
		}
		for w := range writers {
			stream := fmt.Sprintf("stream-%d", w)
			events := mustCollect(t, s.ReadStream(t.Context(), stream, 0))
			for i, e := range events {
				wantEvents(t, []eventstore.Event{e}, []eventstore.Event{stored(proposed(w*each+i), e.Position, stream, eventstore.Revision(i))})
				wantEvents(t, []eventstore.Event{e}, []eventstore.Event{all[e.Position]})
				wantPosition(t, s, tokens[w][i], e.Position)
			}
			if len(events) != each {
				t.Fatalf("%s has %d events, want %d", stream, len(events), each)
			}
		}
		for i, e := range all {
			if e.Position != eventstore.Position(i) {
				t.Fatalf("event %d has position %d", i, e.Position)
			}
		}
	}},
	{"who has an answer can read the event", func(t *testing.T, s eventstore.Store) {
		var group sync.WaitGroup
		for w := range 8 {
			group.Go(func() {
				stream := fmt.Sprintf("stream-%d", w)
				for i := range 20 {
					p := proposed(w*20 + i)
					appended, err := s.Append(t.Context(), stream, eventstore.Revision(i-1), []eventstore.Proposed{p})
					if err != nil {
						t.Errorf("%s: event %d: %v", stream, i, err)
						return
					}
					position, err := s.Resolve(t.Context(), appended.Token)
					if err != nil {
						t.Errorf("%s: event %d: %v", stream, i, err)
					}
					if e, err := s.Lookup(t.Context(), p.ID); err != nil || e.Position != position {
						t.Errorf("%s: event %d: Lookup gives position %d, %v; the token %d", stream, i, e.Position, err, position)
					}
					if size, err := s.Size(t.Context()); err != nil || size <= position {
						t.Errorf("%s: event %d: Size is %d, %v after an append at %d", stream, i, size, err, position)
					}
				}
			})
		}
		group.Wait()
	}},
}
