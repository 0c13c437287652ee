package sqlite

import (
	"context"
	"fmt"
	"iter"
	"math"
	"sync"
	"time"

	"arobase/eventstore"
)

// pollInterval is how often a follower that waits looks for appends of another process. Appends of this process wake it
// at once. A look costs some microseconds.
const pollInterval = 100 * time.Millisecond

// Follow implements eventstore.Store. While it waits, and while the caller looks at an event, it holds no connection.
func (s *Store) Follow(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		if err := s.follow(ctx, from, yield); err != nil {
			yield(eventstore.Event{}, fmt.Errorf("following events: %w", err))
		}
	}
}

func (s *Store) follow(ctx context.Context, next eventstore.Position, yield func(eventstore.Event, error) bool) error {
	p := s.allPager()
	for {
		// Taken before the reading: a commit after it fires this very signal, so no wake-up is lost.
		grown := s.grown.next()
		after, more, err := s.readRange(ctx, p, next, math.MaxUint64, yield)
		if err != nil || !more {
			return err
		}
		next = after
		if err := s.wait(ctx, grown); err != nil {
			return err
		}
	}
}

// Resolve implements eventstore.Store.
func (s *Store) Resolve(ctx context.Context, token eventstore.Token) (eventstore.Position, error) {
	position, err := parseToken(token)
	if err != nil {
		return 0, err
	}
	for {
		grown := s.grown.next()
		size, err := s.Size(ctx)
		if err == nil && position < size {
			return position, nil
		}
		if err == nil {
			err = s.wait(ctx, grown)
		}
		if err != nil {
			return 0, fmt.Errorf("resolving token %s: %w", token, err)
		}
	}
}

// wait returns nil when there may be more events to read.
func (s *Store) wait(ctx context.Context, grown <-chan struct{}) error {
	timer := time.NewTimer(s.poll)
	defer timer.Stop()
	select {
	case <-grown:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return eventstore.ErrClosed
	}
}

// wakeup wakes all who wait for the next time something happens. The zero value is ready.
type wakeup struct {
	mu sync.Mutex
	ch chan struct{} // guarded by mu; closed by fire; nil while nobody waits
}

// next gives a channel that is closed at the next fire.
func (s *wakeup) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *wakeup) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
