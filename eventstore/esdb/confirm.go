package esdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"arobase/eventstore"
)

// page is how many events of `$all` are read at once to confirm the replica.
const page = 1000

// Confirm reads the events before a position again from the cluster, with plain reads and not by the subscription that
// they came by, and compares them with the replica, byte for byte and in order. It is for a signer, before it signs them:
// whatever a subscription left out, gave twice or gave in another order is found before it is public. What was confirmed
// is not read again, by this process or, with Options.Cursor, by the next.
//
// An event that is another one is eventstore.ErrDiverged, and stops the replica. One that the cluster does not give, or a
// cluster that does not answer, is eventstore.ErrUnavailable: it may be read from a node that lags.
func (s *Store) Confirm(ctx context.Context, to eventstore.Position) error {
	s.confirming.Lock()
	defer s.confirming.Unlock()
	return s.confirmAnd(ctx, to, false)
}

// CatchUp reads the cluster to its end as it is now, by plain reads, waits until the replica has all of that, compares it
// as Confirm does, and gives the number of events. It is for whoever must not act on an old state: what the subscription
// has brought so far does not tell what there is.
func (s *Store) CatchUp(ctx context.Context) (eventstore.Position, error) {
	s.confirming.Lock()
	defer s.confirming.Unlock()
	if err := s.confirmAnd(ctx, math.MaxUint64, true); err != nil {
		return 0, err
	}
	return s.confirmed.Next, nil
}

// confirmAnd confirms, keeps how far that came and halts the replica where it is another than the cluster. Called with
// confirming held.
func (s *Store) confirmAnd(ctx context.Context, to eventstore.Position, all bool) error {
	before := s.confirmed.Next
	err := s.confirm(ctx, to, all)
	if s.confirmed.Next > before {
		if kept := s.confirmed.write(s.confirmedFile()); kept != nil {
			s.options.Logger.Warn("the next start will confirm from further back", "error", kept)
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, eventstore.ErrDiverged), errors.Is(err, eventstore.ErrForeign):
		s.halt(s.confirmed.Next, err)
	case passing(err) && ctx.Err() == nil:
		err = fmt.Errorf("%w: %w", eventstore.ErrUnavailable, err)
	}
	if all {
		return fmt.Errorf("confirming all events from %d on: %w", before, err)
	}
	return fmt.Errorf("confirming events %d to %d: %w", before, to, err)
}

func (s *Store) confirmedFile() string {
	if s.options.Cursor == "" {
		return ""
	}
	return s.options.Cursor + ".confirmed"
}

// confirm compares up to a position, or, with all, up to the end of the cluster.
func (s *Store) confirm(ctx context.Context, to eventstore.Position, all bool) error {
	if s.confirmed.Next >= to {
		return nil
	}
	here, stop := iter.Pull2(s.replica.ReadAll(ctx, s.confirmed.Next))
	defer func() { stop() }()
	at := s.confirmed.place()
	for s.confirmed.Next < to {
		events, last, more, err := s.readPage(ctx, at)
		if err != nil {
			return err
		}
		for _, a := range events {
			if s.confirmed.reached(a.place) {
				if a.place == s.confirmed.at() && a.ID != s.confirmed.ID {
					return fmt.Errorf("%w: the cluster has another event in the place of event %d", eventstore.ErrDiverged, s.confirmed.Next-1)
				}
				continue
			}
			e, err, there := here()
			if !there && all { // it has grown since it was looked at, or will
				if _, err := s.await(ctx, a.ID); err != nil {
					return err
				}
				stop()
				here, stop = iter.Pull2(s.replica.ReadAll(ctx, s.confirmed.Next))
				e, err, there = here()
			}
			switch {
			case err != nil:
				return err
			case !there:
				return fmt.Errorf("%w: the replica has %d events", eventstore.ErrUnavailable, s.confirmed.Next)
			case !same(a.Event, e):
				return fmt.Errorf("%w: event %d of the cluster is another one", eventstore.ErrDiverged, e.Position)
			}
			if s.confirmed = s.confirmed.after(a); s.confirmed.Next == to {
				return nil
			}
		}
		if all && !more {
			return nil
		}
		if last == nil || at == esdb.AllPosition(*last) {
			return fmt.Errorf("%w: the cluster does not give event %d", eventstore.ErrUnavailable, s.confirmed.Next)
		}
		at = *last
	}
	return nil
}

// readPage reads `$all` from a position on, the event there included. It gives those that are ours, and the place of the
// last one of any kind, or nil if there are none. more says that the page was full: there may be others.
func (s *Store) readPage(ctx context.Context, at esdb.AllPosition) (events []arrival, last *esdb.Position, more bool, err error) {
	type result struct {
		events []arrival
		last   *esdb.Position
		count  int
	}
	done := make(chan result, 1)
	err = s.within(ctx, func(ctx context.Context, c *esdb.Client) error {
		var got result
		r, err := c.ReadAll(ctx, esdb.ReadAllOptions{From: at}, page)
		if err != nil {
			return err
		}
		defer r.Close()
		for {
			e, err := r.Recv()
			if errors.Is(err, io.EOF) {
				done <- got
				return nil
			}
			if noSuchPlace(err) {
				return fmt.Errorf("%w: the cluster has nothing in a place that was read before: %w", eventstore.ErrDiverged, err)
			}
			if err != nil {
				return err
			}
			got.count++
			if e.Event == nil {
				continue
			}
			place := e.Event.Position
			got.last = &place
			if !strings.HasPrefix(e.Event.EventType, s.options.Namespace.prefix()) {
				continue
			}
			a, err := s.options.Namespace.arrived(e)
			if err != nil {
				return err
			}
			got.events = append(got.events, a)
		}
	})
	if err != nil {
		return nil, nil, false, err
	}
	got := <-done
	return got.events, got.last, got.count == page, nil
}
