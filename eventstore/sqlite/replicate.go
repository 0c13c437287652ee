package sqlite

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"

	"arobase/eventstore"
)

var _ eventstore.Replica = (*Store)(nil)

// Replicate implements eventstore.Replica. One transaction takes at least all events of a call, so a caller with many
// gives some thousands at a time. O(b log n) for b events, and one fsync.
func (s *Store) Replicate(ctx context.Context, events []eventstore.Event) error {
	if err := s.replicate(ctx, events); err != nil {
		return fmt.Errorf("replicating %d events: %w", len(events), err)
	}
	return nil
}

func (s *Store) replicate(ctx context.Context, events []eventstore.Event) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	switch {
	case s.writer == nil:
		return eventstore.ErrReadOnly
	case len(events) == 0:
		return ctx.Err()
	}
	r := &request{copies: make([]eventstore.Event, len(events)), answer: make(chan answer, 1)}
	for i, e := range events {
		if e.Stream == "" || e.Type == "" || len(e.Bytes) == 0 || len(e.Bytes) > eventstore.MaxEventSize {
			return fmt.Errorf("%w: event %d has no stream, no type, no bytes or too many", eventstore.ErrInvalid, e.Position)
		}
		r.size += len(e.Bytes)
		r.copies[i] = e
		r.copies[i].Bytes = bytes.Clone(e.Bytes) // the caller may give up and reuse its buffers
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := s.submit(ctx, r)
	return err
}

// replicate inserts what another store holds. All is looked at before anything is inserted, because a refusal must
// leave nothing behind in a transaction that others share.
func (t *tail) replicate(events []eventstore.Event) error {
	fresh, err := t.freshOf(events)
	if err != nil {
		return err
	}
	if err := t.follows(fresh); err != nil {
		return err
	}
	for _, e := range fresh {
		h, err := t.head(e.Stream)
		if err != nil {
			return fmt.Errorf("reading the end of stream %q: %w", e.Stream, err)
		}
		if h.stream == 0 {
			if h.stream, err = t.intern("INSERT INTO streams (name) VALUES (?)", e.Stream); err != nil {
				return fmt.Errorf("naming stream %q: %w", e.Stream, err)
			}
		}
		h.revision++
		if err := t.put(h, eventstore.Proposed{ID: e.ID, Type: e.Type, Recorded: e.Recorded, Bytes: e.Bytes}); err != nil {
			return fmt.Errorf("inserting event %s: %w", e.ID, err)
		}
		t.remember(e.Stream, h)
	}
	return nil
}

// freshOf gives the events that are not here yet. Those that are must be the same.
func (t *tail) freshOf(events []eventstore.Event) ([]eventstore.Event, error) {
	for i, e := range events {
		if want := events[0].Position + eventstore.Position(i); e.Position != want || e.Position > t.next && i == 0 {
			return nil, fmt.Errorf("%w: event %d where %d comes next", eventstore.ErrDiverged, e.Position, min(want, t.next))
		}
		if e.Position >= t.next {
			return events[i:], nil
		}
		h, err := t.head(e.Stream)
		if err != nil {
			return nil, fmt.Errorf("reading the end of stream %q: %w", e.Stream, err)
		}
		row, found, err := t.lookup(e.ID, e.Bytes)
		if err != nil {
			return nil, fmt.Errorf("looking for event %s: %w", e.ID, err)
		}
		if !found || row.position != e.Position || row.stream != h.stream || row.revision != e.Revision || !row.sameBytes {
			return nil, fmt.Errorf("%w: event %d is here already and is not the same", eventstore.ErrDiverged, e.Position)
		}
	}
	return nil, nil
}

// follows holds that events come next: in position, in their streams, with ids that are new.
func (t *tail) follows(events []eventstore.Event) error {
	revisions := make(map[string]eventstore.Revision, len(events))
	ids := make(map[uuid.UUID]bool, len(events))
	for i, e := range events {
		if e.Position != t.next+eventstore.Position(i) {
			return fmt.Errorf("%w: event %d where %d comes next", eventstore.ErrDiverged, e.Position, t.next+eventstore.Position(i))
		}
		last, seen := revisions[e.Stream]
		if !seen {
			h, err := t.head(e.Stream)
			if err != nil {
				return fmt.Errorf("reading the end of stream %q: %w", e.Stream, err)
			}
			last = h.revision
		}
		if e.Revision != last+1 {
			return fmt.Errorf("%w: event %d has revision %d of %s, where %d comes next", eventstore.ErrDiverged, e.Position, e.Revision, e.Stream, last+1)
		}
		revisions[e.Stream] = e.Revision
		_, known, err := t.lookup(e.ID, nil)
		if err != nil {
			return fmt.Errorf("looking for event %s: %w", e.ID, err)
		}
		if known || ids[e.ID] {
			return fmt.Errorf("%w: event %d has the id %s of another", eventstore.ErrDiverged, e.Position, e.ID)
		}
		ids[e.ID] = true
	}
	return nil
}
