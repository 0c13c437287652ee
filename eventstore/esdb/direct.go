package esdb

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"arobase/eventstore"
)

// Direct is a cluster without a replica, for whoever copies a ledger out of one or into one. One goroutine.
type Direct struct {
	store *Store // without a replica and a follower
	// read is the last event that somebody has read, so that reading goes on from there, and held the last one that
	// Replicate has found to be what it was given.
	read, held cursor
	// size is how many events there were when they were counted, and what Replicate has added since.
	size    eventstore.Position
	attempt uuid.UUID
}

// OpenDirect connects to a cluster. Cursor and Check of the options are not used.
func OpenDirect(connection string, o Options) (*Direct, error) {
	o.defaults()
	c, err := connect(connection)
	if err != nil {
		return nil, fmt.Errorf("opening EventStoreDB: %w", err)
	}
	return &Direct{store: &Store{cluster: c, options: o}, attempt: uuid.New()}, nil
}

// Close ends the connection.
func (d *Direct) Close() error {
	d.store.cluster.close()
	return nil
}

// Register is that of a Store.
func (d *Direct) Register(name string) *Register { return d.store.Register(name) }

// Size counts the events, by reading all of them: a cluster does not know the number.
func (d *Direct) Size(ctx context.Context) (eventstore.Position, error) {
	d.size = 0
	for _, err := range d.all(ctx, cursor{}) {
		if err != nil {
			return 0, fmt.Errorf("counting the events: %w", err)
		}
		d.size++
	}
	return d.size, nil
}

// ReadAll gives the events as eventstore.Store does, by plain reads. Going on where the last reading stopped costs no more
// than what is read; to begin elsewhere, all before it is read again.
func (d *Direct) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return d.from(ctx, &d.read, from)
}

// from gives the events from a position on, going on at a cursor where that is not beyond it, and moves the cursor.
func (d *Direct) from(ctx context.Context, at *cursor, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		if at.Next > from {
			*at = cursor{}
		}
		for a, err := range d.all(ctx, *at) {
			if err != nil {
				yield(eventstore.Event{}, fmt.Errorf("reading the cluster: %w", err))
				return
			}
			a.Position = at.Next
			if a.Position >= from && !yield(a.Event, nil) {
				return // who stops at an event has not read it
			}
			*at = at.after(a)
		}
	}
}

// all gives what comes after a cursor.
func (d *Direct) all(ctx context.Context, after cursor) iter.Seq2[arrival, error] {
	return func(yield func(arrival, error) bool) {
		at := after.place()
		for {
			var events []arrival
			var last *esdb.Position
			var more bool
			err := d.patiently(ctx, func() (err error) {
				events, last, more, err = d.store.readPage(ctx, at)
				return err
			})
			if err != nil {
				yield(arrival{}, err)
				return
			}
			for _, a := range events {
				if after.reached(a.place) {
					continue
				}
				after = after.after(a)
				if !yield(a, nil) {
					return
				}
			}
			if !more || last == nil {
				return
			}
			at = *last
		}
	}
}

// Replicate adds events as another store holds them, in their order. Those below the size that was counted must be there,
// and be the same. One append for each run of events of one stream, each waited for, as their order is that of the whole
// ledger. What differs, and a stream that is not where the copy would have left it, is ErrDiverged. Size comes first.
func (d *Direct) Replicate(ctx context.Context, events []eventstore.Event) error {
	there := 0
	for there < len(events) && events[there].Position < d.size {
		there++
	}
	if err := d.hold(ctx, events[:there]); err != nil {
		return err
	}
	events = events[there:]
	for len(events) > 0 {
		if events[0].Position != d.size {
			return fmt.Errorf("%w: event %d comes after %d events", eventstore.ErrDiverged, events[0].Position, d.size)
		}
		n, size := 0, 0
		for _, e := range events {
			size += len(e.Bytes) + 2*len(d.store.options.Namespace.toWire(e.Type)) + around
			if e.Stream != events[0].Stream || n > 0 && (size > MaxBatch || n == chunk) {
				break
			}
			n++
		}
		if err := d.add(ctx, events[:n]); err != nil {
			return fmt.Errorf("adding event %d: %w", events[0].Position, err)
		}
		d.size += eventstore.Position(n)
		events = events[n:]
	}
	return nil
}

// hold compares events with those that are there.
func (d *Direct) hold(ctx context.Context, events []eventstore.Event) error {
	if len(events) == 0 {
		return nil
	}
	n := 0
	for e, err := range d.from(ctx, &d.held, events[0].Position) {
		if err != nil {
			return err
		}
		if n == len(events) {
			return nil
		}
		if !same(e, events[n]) {
			return fmt.Errorf("%w: the cluster has another event in the place of event %d", eventstore.ErrDiverged, e.Position)
		}
		n++
	}
	if n < len(events) {
		return fmt.Errorf("%w: the cluster does not give event %d any more", eventstore.ErrDiverged, events[n].Position)
	}
	return nil
}

// add appends events of one stream. After an unclear answer the same is sent again.
func (d *Direct) add(ctx context.Context, events []eventstore.Event) error {
	proposed := make([]eventstore.Proposed, len(events))
	for i, e := range events {
		proposed[i] = eventstore.Proposed{ID: e.ID, Type: e.Type, Recorded: e.Recorded, Bytes: e.Bytes}
	}
	data, err := d.store.options.Namespace.proposal(slices.Clone(proposed), d.attempt)
	if err != nil {
		return err
	}
	stream := d.store.options.Namespace.stream(events[0].Stream)
	err = d.patiently(ctx, func() error { return d.store.write(ctx, stream, events[0].Revision-1, data) })
	if isCode(err, esdb.ErrorCodeWrongExpectedVersion) {
		return fmt.Errorf("%w: stream %s of the cluster is not at revision %d: it holds something else, or somebody writes there", eventstore.ErrDiverged, events[0].Stream, events[0].Revision-1)
	}
	return err
}

// patiently makes a call again for as long as Options.Patience where it may succeed then.
func (d *Direct) patiently(ctx context.Context, call func() error) error {
	_, limited, cancel := d.store.patiently(ctx)
	defer cancel()
	err := d.store.repeatedly(limited, func(int) error { return call() })
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
