package esdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"arobase/eventstore"
)

const (
	// chunk is how many events are added to the replica at once, at most. They share one fsync.
	chunk = 1000
	// keepEvery is how often it is kept how far the cluster was followed.
	keepEvery = 2 * time.Second
	// window and checkpoints have the server report its place in `$all` every ten thousand events that are not ours.
	window, checkpoints = 1000, 10
	// longest is the greatest pause before the cluster is followed again, in first pauses.
	longest = 32
)

// follow keeps the replica up to date until the context ends or something is found that cannot be true.
func (s *Store) follow(ctx context.Context) {
	defer close(s.followed)
	pause := s.options.Backoff
	checked := false
	for tries := 1; ctx.Err() == nil && s.halted.Load() == nil; tries++ {
		before, begun := s.cursor.Next, s.subscriptions.Load()
		g := s.cluster.generation()
		var err error
		if !checked {
			if err = s.retention(ctx); err != nil {
				s.away.begin(s.options.Grace)
			}
			checked = err == nil
		}
		if checked {
			err = s.followOnce(ctx)
		}
		s.live.Store(false)
		if ctx.Err() != nil || s.halted.Load() != nil {
			return
		}
		if contradicts(err) {
			s.halt(s.cursor.Next, err)
			return
		}
		s.options.Logger.Warn("following the cluster was interrupted", "error", err)
		switch {
		case s.subscriptions.Load() > begun:
			tries = 0
		case tries%3 == 0:
			s.cluster.renew(g) // the client stays with the node that it has found, also where that is cut off from the others
		}
		if s.cursor.Next > before {
			pause = s.options.Backoff
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longest*s.options.Backoff)
	}
}

// halt stops the replica for good, or leaves it as it was stopped before.
func (s *Store) halt(at eventstore.Position, err error) {
	h := &Halted{At: at, Err: err}
	if !s.halted.CompareAndSwap(nil, h) {
		return
	}
	close(s.halting)
	s.applied.fire()
	s.options.Logger.Error("the cluster is followed no longer", "error", h)
}

// doubts has the follower look whether the cluster is there although it seems to be followed: an append failed more than
// once, or, with anew, waited in vain for as long as it may. Then the subscription may be dead without having said so, and
// beginning anew tells. A cluster that has no leader is followed well, and takes nothing.
func (s *Store) doubts(anew bool) {
	if anew { // it says more than what nobody has looked at yet
		select {
		case <-s.doubt:
		default:
		}
	}
	select {
	case s.doubt <- anew:
	default:
	}
}

var errDoubt = fmt.Errorf("%w: appends are not answered", eventstore.ErrUnavailable)

// contradicts says that following again cannot help.
func contradicts(err error) bool {
	for _, e := range []error{eventstore.ErrDiverged, eventstore.ErrForeign, eventstore.ErrInvalid, eventstore.ErrPoisoned, eventstore.ErrDamaged, ErrRetention} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// followOnce follows from the cursor until the subscription ends.
func (s *Store) followOnce(ctx context.Context) error {
	if err := s.reread(ctx); err != nil {
		s.away.begin(s.options.Grace)
		return err
	}
	known := s.cursor.Next > 0
	if known {
		s.away.over()
	}
	g, err := s.cluster.take()
	if err != nil {
		return err
	}
	defer g.calls.Done()
	ctx, cancel := context.WithCancel(ctx)
	subscription, err := s.subscribe(ctx, s.cursor.place(), s.options.Namespace.prefix(), settingsType, deletedType)
	if err != nil {
		cancel()
		if !known { // nothing else has told that the cluster answers
			s.away.begin(s.options.Grace)
		}
		return err
	}
	events := make(chan *esdb.SubscriptionEvent, 2*chunk)
	received := make(chan struct{})
	defer func() { <-received }() // after the cancel, which ends it
	defer cancel()
	go func() {
		defer close(received)
		for {
			e := subscription.Recv()
			select {
			case events <- e:
			case <-ctx.Done():
				return
			}
			if e.SubscriptionDropped != nil {
				return
			}
		}
	}()
	select {
	case <-s.doubt: // from before
	default:
	}
	s.live.Store(true)
	s.subscriptions.Add(1)
	s.away.over()
	err = s.take(ctx, events)
	s.away.begin(s.options.Grace)
	return err
}

// subscribe begins a subscription to the events after a place whose type has one of the prefixes.
func (s *Store) subscribe(ctx context.Context, after esdb.AllPosition, prefixes ...string) (*esdb.Subscription, error) {
	begun := make(chan *esdb.Subscription, 1)
	err := s.within(ctx, func(_ context.Context, c *esdb.Client) error {
		// The subscription lives as long as its context, which therefore is not that of the call.
		sub, err := c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{
			From: after, MaxSearchWindow: window, CheckpointInterval: checkpoints,
			Filter: &esdb.SubscriptionFilter{Type: esdb.EventFilterType, Prefixes: prefixes},
		})
		if err != nil {
			return err
		}
		begun <- sub
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("subscribing: %w", err)
	}
	return <-begun, nil
}

// within makes a call to the cluster that takes one attempt's time at most. A node that does not lead says who does, and the
// client goes there: the call is made once more. A stream that was deleted is eventstore.ErrDamaged: nothing of ours ever is.
func (s *Store) within(ctx context.Context, call func(context.Context, *esdb.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.Attempt)
	defer cancel()
	err := s.cluster.do(ctx, call)
	if isCode(err, esdb.ErrorCodeNotLeader) {
		err = s.cluster.do(ctx, call)
	}
	if isCode(err, esdb.ErrorCodeStreamDeleted) {
		return fmt.Errorf("%w: %w", eventstore.ErrDamaged, err)
	}
	return err
}

// reread holds the last event that was followed against the cluster: it must be there, and be the same.
func (s *Store) reread(ctx context.Context) error {
	if s.cursor.Next == 0 {
		return nil
	}
	here, err := s.replica.Lookup(ctx, s.cursor.ID)
	if err != nil {
		return err
	}
	found := make(chan arrival, 1)
	err = s.within(ctx, func(ctx context.Context, c *esdb.Client) error {
		r, err := c.ReadAll(ctx, esdb.ReadAllOptions{From: s.cursor.place()}, 1)
		if err != nil {
			return err
		}
		defer r.Close()
		e, err := r.Recv()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: the cluster does not give event %d, which was followed: it lags, or has lost its end", eventstore.ErrUnavailable, here.Position)
		}
		if noSuchPlace(err) {
			return fmt.Errorf("%w: the cluster has nothing in the place of event %d, which was followed: %w", eventstore.ErrDiverged, here.Position, err)
		}
		if err != nil {
			return err
		}
		a, err := s.options.Namespace.arrived(e)
		found <- a
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the last event again: %w", err)
	}
	if there := <-found; !same(there.Event, here) {
		return fmt.Errorf("%w: the cluster has another event in the place of event %d", eventstore.ErrDiverged, here.Position)
	}
	return nil
}

// same says that two events are the same in all but their position.
func same(a, b eventstore.Event) bool {
	return a.ID == b.ID && a.Stream == b.Stream && a.Revision == b.Revision && a.Type == b.Type && a.Recorded.Equal(b.Recorded) && bytes.Equal(a.Bytes, b.Bytes)
}

// take adds what arrives to the replica: as much at once as has arrived.
func (s *Store) take(ctx context.Context, events <-chan *esdb.SubscriptionEvent) error {
	kept := time.NewTicker(keepEvery)
	defer kept.Stop()
	unkept := false
	batch := make([]arrival, 0, chunk)
	for {
		var first *esdb.SubscriptionEvent
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.halting:
			return s.halted.Load()
		case anew := <-s.doubt:
			if err := s.reread(ctx); err != nil || anew {
				return errors.Join(errDoubt, err)
			}
			continue
		case <-kept.C:
			if unkept {
				if err := s.cursor.write(s.options.Cursor); err != nil {
					s.options.Logger.Warn("the next start will follow from further back", "error", err)
				}
				unkept = false
			}
			continue
		case first = <-events:
		}
		batch = batch[:0]
		var dropped error
		var setting *esdb.RecordedEvent
	gather:
		for e := first; ; {
			switch {
			case e.SubscriptionDropped != nil:
				dropped = fmt.Errorf("the subscription ended: %w", e.SubscriptionDropped.Error)
				break gather
			case e.EventAppeared != nil && !s.options.Namespace.isOurs(e.EventAppeared):
				setting = e.EventAppeared.Event
				break gather
			case e.EventAppeared != nil:
				a, err := s.options.Namespace.arrived(e.EventAppeared)
				if err != nil {
					return errors.Join(s.apply(ctx, batch), err)
				}
				batch = append(batch, a)
			case e.CaughtUp != nil:
				s.caughtUp.Store(true)
			}
			if len(batch) == chunk {
				break gather
			}
			select {
			case e = <-events:
			default:
				break gather
			}
		}
		unkept = unkept || len(batch) > 0
		if err := errors.Join(s.apply(ctx, batch), dropped); err != nil {
			return err
		}
		if setting != nil {
			if err := s.retained(ctx, setting); err != nil {
				return err
			}
		}
	}
}

// apply adds arrivals to the replica, all or none, and tells those who wait for them.
func (s *Store) apply(ctx context.Context, batch []arrival) error {
	if err := s.suspected(batch); err != nil {
		return err
	}
	next := s.cursor
	var fresh []eventstore.Event
	for i, a := range batch {
		if s.options.Check != nil {
			if err := s.options.Check(a.Event); err != nil {
				return err
			}
		}
		if next.reached(a.place) {
			// What was followed already comes again, from a server that repeats itself.
			if err := s.repeated(ctx, batch[:i], a); err != nil {
				return err
			}
			continue
		}
		e := a.Event
		e.Position = next.Next
		fresh = append(fresh, e)
		next = next.after(a)
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := s.replica.Replicate(ctx, fresh); err != nil {
		return err
	}
	s.cursor = next
	last := batch[len(batch)-1]
	s.behind.Store(int64(max(0, s.options.Now().Sub(last.created))))
	s.waiting.tell(batch)
	s.applied.fire()
	return nil
}

// repeated holds an event that comes again against the one that is here, or that is about to be.
func (s *Store) repeated(ctx context.Context, before []arrival, a arrival) error {
	for _, b := range before {
		if b.place == a.place && same(a.Event, b.Event) {
			return nil
		}
	}
	here, err := s.replica.Lookup(ctx, a.ID)
	if err == nil && same(a.Event, here) {
		return nil
	}
	if err == nil || errors.Is(err, eventstore.ErrNotFound) {
		err = fmt.Errorf("%w: event %d of %s comes again and is not the same", eventstore.ErrDiverged, a.Revision, a.Stream)
	}
	return err
}
