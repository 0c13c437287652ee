package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// request is an append on its way to the writer.
type request struct {
	stream   string
	expected eventstore.Revision
	events   []eventstore.Proposed // our own copy: the caller may give up and reuse its buffers
	copies   []eventstore.Event    // instead of events, where another store's are copied
	size     int                   // bytes of all bodies

	// claimed is set once: by the writer when it begins, or by the caller when it gives up. Whoever is second knows.
	claimed atomic.Bool
	// answer takes one value and has room for it, so that the writer never waits for a caller who has left.
	answer chan answer
}

type answer struct {
	appended eventstore.Appended
	err      error
}

// Append implements eventstore.Store. Besides the errors named there: eventstore.ErrReadOnly, eventstore.ErrPoisoned.
// The cost is O(b log n) for b events in a store of n, and one fsync shared with all appends that wait at that time.
func (s *Store) Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	appended, err := s.append(ctx, stream, expected, events)
	if err != nil {
		return eventstore.Appended{}, fmt.Errorf("appending to %q: %w", stream, err)
	}
	return appended, nil
}

func (s *Store) append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	if err := s.enter(); err != nil {
		return eventstore.Appended{}, err
	}
	defer s.leave()
	if s.writer == nil {
		return eventstore.Appended{}, eventstore.ErrReadOnly
	}
	if err := validate(stream, events); err != nil {
		return eventstore.Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	return s.submit(ctx, newRequest(stream, expected, events))
}

// submit hands a request to the writer and waits for its answer.
func (s *Store) submit(ctx context.Context, r *request) (eventstore.Appended, error) {
	select {
	case s.writer.queue <- r:
	case <-ctx.Done():
		return eventstore.Appended{}, fmt.Errorf("given up, nothing written: %w", ctx.Err())
	}
	select {
	case a := <-r.answer:
		return a.appended, a.err
	case <-ctx.Done():
		if r.claimed.CompareAndSwap(false, true) {
			return eventstore.Appended{}, fmt.Errorf("given up, nothing written: %w", ctx.Err())
		}
		return eventstore.Appended{}, fmt.Errorf("given up while it was being written, outcome unclear: %w", ctx.Err())
	}
}

func validate(stream string, events []eventstore.Proposed) error {
	switch {
	case stream == "":
		return fmt.Errorf("%w: the stream has no name", eventstore.ErrInvalid)
	case len(events) == 0:
		return fmt.Errorf("%w: there are no events", eventstore.ErrInvalid)
	}
	seen := make(map[uuid.UUID]bool, len(events))
	for i, e := range events {
		switch {
		case e.Type == "":
			return fmt.Errorf("%w: event %d of the batch has no type", eventstore.ErrInvalid, i)
		case len(e.Bytes) == 0:
			return fmt.Errorf("%w: event %d of the batch is empty", eventstore.ErrInvalid, i)
		case len(e.Bytes) > eventstore.MaxEventSize:
			return fmt.Errorf("%w: event %d of the batch has %d bytes, more than %d", eventstore.ErrInvalid, i, len(e.Bytes), eventstore.MaxEventSize)
		case seen[e.ID]:
			return fmt.Errorf("%w: id %s is twice in the batch", eventstore.ErrInvalid, e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}

func newRequest(stream string, expected eventstore.Revision, events []eventstore.Proposed) *request {
	r := &request{
		stream:   stream,
		expected: expected,
		events:   make([]eventstore.Proposed, len(events)),
		answer:   make(chan answer, 1),
	}
	for i, e := range events {
		r.size += len(e.Bytes)
		r.events[i] = e
		r.events[i].Bytes = bytes.Clone(e.Bytes)
	}
	return r
}

// A token is the position of the last event in decimal.
func formatToken(p eventstore.Position) eventstore.Token {
	return eventstore.Token(strconv.FormatUint(uint64(p), 10))
}

// parseToken accepts only what formatToken gives.
func parseToken(t eventstore.Token) (eventstore.Position, error) {
	n, err := strconv.ParseUint(string(t), 10, 63)
	if err != nil || formatToken(eventstore.Position(n)) != t {
		return 0, fmt.Errorf("%w: %q is not a token of this store", eventstore.ErrInvalid, string(t))
	}
	return eventstore.Position(n), nil
}
