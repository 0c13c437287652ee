package esdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"arobase/eventstore"
)

// MaxBatch is the greatest size of one append in bytes, as the server counts them. Its own limit is 1 MiB where nobody
// changed it (MaxAppendSize), and the client cannot tell a refusal for size from a broken connection.
const MaxBatch = 768 << 10

// around is more than what the server counts for an event beside its bytes and its type: the metadata.
const around = 96

// Append implements eventstore.Store. It returns when a majority of the cluster has the events and, unless this node
// lags, the replica too. An unclear answer is not given to the caller: the same bytes are sent again with the same
// expected revision for as long as Options.Patience; then the error is eventstore.ErrUnavailable. It is that at once where
// the cluster is known to be away: the follower has looked for it in vain for Options.Grace.
//
// Besides the errors named there: *Halted, and ErrInvalid for a batch over [MaxBatch] and for the name of a system stream.
// After a conflict the stream is read from the cluster: O(its length).
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
	defer s.calls.Done()
	if err := s.options.Namespace.validate(stream, events); err != nil {
		return eventstore.Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	if h := s.halted.Load(); h != nil {
		return eventstore.Appended{}, h
	}
	a := &attempt{store: s, stream: stream, expected: expected, events: slices.Clone(events), id: uuid.New(), last: events[len(events)-1].ID}
	for i := range a.events {
		a.events[i].Bytes = bytes.Clone(events[i].Bytes) // the caller may give up and reuse its buffers
	}
	// Before the replica is asked: an event that comes after that is told, and one that came before it is found.
	seen := s.waiting.add(a.last)
	defer s.waiting.remove(a.last, seen)
	appended, known, err := a.known(ctx)
	if err != nil || known {
		return appended, err
	}
	limited, reachable, cancel := s.patiently(ctx)
	defer cancel()
	if reachable.Err() != nil {
		return eventstore.Appended{}, context.Cause(reachable)
	}
	appended, err = a.run(limited, reachable, seen)
	if err != nil && ctx.Err() != nil {
		return eventstore.Appended{}, fmt.Errorf("given up, outcome unclear: %w", ctx.Err())
	}
	if errors.Is(err, eventstore.ErrUnavailable) && limited.Err() != nil {
		s.doubts(true)
	}
	return appended, err
}

// patiently gives the context of a change that is tried again for as long as Options.Patience, and the one in which it may be
// tried: that ends sooner where the cluster is known to be away. Their cause is eventstore.ErrUnavailable then.
func (s *Store) patiently(ctx context.Context) (limited, reachable context.Context, cancel func()) {
	limited, end := context.WithTimeoutCause(ctx, s.options.Patience,
		fmt.Errorf("%w: the cluster gave no clear answer within %v", eventstore.ErrUnavailable, s.options.Patience))
	reachable, lose := context.WithCancelCause(limited)
	away := s.away.during()
	if away.Err() != nil {
		lose(context.Cause(away))
	}
	found := context.AfterFunc(away, func() { lose(context.Cause(away)) })
	return limited, reachable, func() {
		found()
		lose(nil)
		end()
	}
}

func (n Namespace) validate(stream string, events []eventstore.Proposed) error {
	switch {
	case stream == "" || stream[0] == '$':
		return fmt.Errorf("%w: the stream has no name, or that of a system stream", eventstore.ErrInvalid)
	case len(events) == 0:
		return fmt.Errorf("%w: there are no events", eventstore.ErrInvalid)
	}
	seen := make(map[uuid.UUID]bool, len(events))
	size := 0
	for i, e := range events {
		switch {
		case e.Type == "":
			return fmt.Errorf("%w: event %d of the batch has no type", eventstore.ErrInvalid, i)
		case len(e.Bytes) == 0:
			return fmt.Errorf("%w: event %d of the batch is empty", eventstore.ErrInvalid, i)
		case len(e.Bytes) > eventstore.MaxEventSize:
			return fmt.Errorf("%w: event %d of the batch has %d bytes, more than %d", eventstore.ErrInvalid, i, len(e.Bytes), eventstore.MaxEventSize)
		case e.ID == uuid.Nil: // the client would make up another
			return fmt.Errorf("%w: event %d of the batch has no id", eventstore.ErrInvalid, i)
		case seen[e.ID]:
			return fmt.Errorf("%w: id %s is twice in the batch", eventstore.ErrInvalid, e.ID)
		}
		seen[e.ID] = true
		size += len(e.Bytes) + 2*len(n.toWire(e.Type)) + around
	}
	if size > MaxBatch {
		return fmt.Errorf("%w: the batch has %d bytes, more than %d", eventstore.ErrInvalid, size, MaxBatch)
	}
	return nil
}

// attempt is an append under way.
type attempt struct {
	store    *Store
	stream   string
	expected eventstore.Revision
	events   []eventstore.Proposed
	id       uuid.UUID // in the metadata of what it writes
	last     uuid.UUID // the id of its last event
}

// known looks for the ids in the replica.
func (a *attempt) known(ctx context.Context) (_ eventstore.Appended, known bool, _ error) {
	var found []eventstore.Event
	for _, p := range a.events {
		e, err := a.store.replica.Lookup(ctx, p.ID)
		if errors.Is(err, eventstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return eventstore.Appended{}, false, err
		}
		if e.Stream != a.stream || !bytes.Equal(e.Bytes, p.Bytes) {
			return eventstore.Appended{}, false, &eventstore.IDConflict{ID: p.ID}
		}
		found = append(found, e)
	}
	switch {
	case len(found) == 0:
		return eventstore.Appended{}, false, nil
	case len(found) < len(a.events):
		// Sent, the rest would be stored a second time. The replica may have half of a batch for a moment; the cluster tells.
		appended, err := a.conflict(ctx)
		return appended, true, unavailable(ctx, err)
	}
	for i, e := range found {
		if e.Revision != found[0].Revision+eventstore.Revision(i) {
			return eventstore.Appended{}, false, &eventstore.IDConflict{ID: e.ID}
		}
	}
	return a.answer(found[0].Revision, true), true, nil
}

func (a *attempt) answer(first eventstore.Revision, duplicate bool) eventstore.Appended {
	return eventstore.Appended{First: first, Last: first + eventstore.Revision(len(a.events)-1), Token: eventstore.Token(a.last.String()), Duplicate: duplicate}
}

// run sends the events until the outcome is clear, or reachable ends. What the cluster took is waited for all the same.
func (a *attempt) run(ctx, reachable context.Context, seen <-chan arrival) (appended eventstore.Appended, err error) {
	err = a.store.repeatedly(reachable, func(tries int) (err error) {
		switch tries {
		case 1:
		case 3:
			a.store.doubts(false)
			fallthrough
		default:
			a.store.again.Add(1)
		}
		appended, err = a.once(ctx, reachable, seen)
		return err
	})
	return appended, err
}

// repeatedly makes a call until its outcome is clear. Where the context ends before that, the error is its cause.
func (s *Store) repeatedly(ctx context.Context, call func(tries int) error) error {
	pause := s.options.Backoff / 4
	for tries := 1; ; tries++ {
		g := s.cluster.generation()
		err := call(tries)
		if err == nil || !passing(err) && !errors.Is(err, context.Canceled) {
			return err
		}
		if tries%3 == 0 {
			s.cluster.renew(g)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; the last attempt: %w", context.Cause(ctx), err)
		case <-time.After(pause):
		}
		pause = min(2*pause, longest*s.options.Backoff)
	}
}

// once sends the events and finds out what became of them.
func (a *attempt) once(ctx, reachable context.Context, seen <-chan arrival) (eventstore.Appended, error) {
	err := a.send(reachable)
	switch {
	case err == nil:
		return a.confirm(ctx, seen)
	case isCode(err, esdb.ErrorCodeWrongExpectedVersion):
		return a.conflict(ctx)
	}
	return eventstore.Appended{}, err
}

func (a *attempt) send(ctx context.Context) error {
	if a.expected < eventstore.NoStream {
		return a.mismatch(ctx)
	}
	data, err := a.store.options.Namespace.proposal(a.events, a.id)
	if err != nil {
		return err
	}
	return a.store.write(ctx, a.store.options.Namespace.stream(a.stream), a.expected, data)
}

// write appends to a stream of the cluster, by one call. One that takes the events elsewhere than after the expected revision
// is eventstore.ErrDamaged: where a stream was deleted a server lets it begin anew, after the number of those that are gone.
func (s *Store) write(ctx context.Context, stream string, expected eventstore.Revision, data []esdb.EventData) error {
	var at esdb.ExpectedRevision = esdb.NoStream{}
	if expected >= 0 {
		at = esdb.Revision(uint64(expected))
	}
	return s.within(ctx, func(ctx context.Context, c *esdb.Client) error {
		done, err := c.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: at, Deadline: &s.options.Attempt}, data...)
		if err != nil {
			return err
		}
		if last := expected + eventstore.Revision(len(data)); done.NextExpectedVersion != uint64(last) {
			return fmt.Errorf("%w: the cluster took event %d of stream %q as event %d", eventstore.ErrDamaged, last, stream, done.NextExpectedVersion)
		}
		return nil
	})
}

// mismatch is the answer to an expected revision that no stream can have, and that the client cannot even say.
func (a *attempt) mismatch(ctx context.Context) error {
	_, err := a.conflict(ctx)
	if err == nil {
		err = fmt.Errorf("%w: expected revision %d", eventstore.ErrInvalid, a.expected)
	}
	return err
}

// confirm says whether what the cluster took is what was sent, and whether it was taken from this append. The replica
// tells; where it lags, the cluster is asked.
func (a *attempt) confirm(ctx context.Context, seen <-chan arrival) (eventstore.Appended, error) {
	first := a.expected + 1
	patience := time.NewTimer(a.store.options.Attempt)
	defer patience.Stop()
	select {
	case e := <-seen:
		if len(a.events) == 1 || e.attempt == a.id {
			return a.judge(first, []arrival{e}, 1)
		}
	case <-patience.C:
	case <-a.store.halting:
	case <-ctx.Done():
	}
	if h := a.store.halted.Load(); h != nil {
		return eventstore.Appended{}, h
	}
	stored, err := a.read(ctx, first, len(a.events))
	if err != nil {
		return eventstore.Appended{}, err
	}
	return a.judge(first, stored, len(a.events))
}

// judge compares the last n events of the batch with those that are stored.
func (a *attempt) judge(first eventstore.Revision, stored []arrival, n int) (eventstore.Appended, error) {
	if len(stored) < n {
		return eventstore.Appended{}, fmt.Errorf("%w: the cluster took the events and does not give them", eventstore.ErrUnavailable)
	}
	for i, p := range a.events[len(a.events)-n:] {
		if stored[i].ID != p.ID || !bytes.Equal(stored[i].Bytes, p.Bytes) {
			return eventstore.Appended{}, &eventstore.IDConflict{ID: p.ID}
		}
	}
	return a.answer(first, stored[n-1].attempt != a.id), nil
}

// conflict says what a conflict of revisions is: our own events, written by an earlier attempt, or somebody else's. The
// stream is read from the cluster, because the replica may not know yet.
func (a *attempt) conflict(ctx context.Context) (eventstore.Appended, error) {
	stored, err := a.read(ctx, 0, math.MaxInt)
	if err != nil {
		return eventstore.Appended{}, err
	}
	places := make(map[uuid.UUID]int, len(stored))
	for i, e := range stored {
		places[e.ID] = i
	}
	// Who hears of a conflict looks at the stream: the replica must have it by then, or they decide from it again.
	if len(stored) > 0 {
		if _, err := a.store.await(ctx, stored[len(stored)-1].ID); err != nil {
			return eventstore.Appended{}, err
		}
	}
	first, there := places[a.events[0].ID]
	if !there {
		for _, p := range a.events {
			if _, there := places[p.ID]; there {
				return eventstore.Appended{}, &eventstore.IDConflict{ID: p.ID}
			}
		}
		return eventstore.Appended{}, &eventstore.RevisionConflict{Stream: a.stream, Expected: a.expected, Actual: eventstore.Revision(len(stored)) - 1}
	}
	for i, p := range a.events {
		if first+i >= len(stored) || stored[first+i].ID != p.ID || !bytes.Equal(stored[first+i].Bytes, p.Bytes) {
			if _, there := places[p.ID]; !there {
				return eventstore.Appended{}, &eventstore.IDConflict{ID: a.events[0].ID}
			}
			return eventstore.Appended{}, &eventstore.IDConflict{ID: p.ID}
		}
	}
	return a.answer(eventstore.Revision(first), stored[first].attempt != a.id), nil
}

// read gives at most n events of the stream from the cluster.
func (a *attempt) read(ctx context.Context, from eventstore.Revision, n int) ([]arrival, error) {
	type result struct{ events []arrival }
	done := make(chan result, 1)
	err := a.store.within(ctx, func(ctx context.Context, c *esdb.Client) error {
		var got []arrival
		r, err := c.ReadStream(ctx, a.store.options.Namespace.stream(a.stream), esdb.ReadStreamOptions{From: esdb.Revision(uint64(from))}, uint64(n))
		if err != nil {
			return err
		}
		defer r.Close()
		for {
			e, err := r.Recv()
			if errors.Is(err, io.EOF) || isCode(err, esdb.ErrorCodeResourceNotFound) {
				done <- result{got}
				return nil
			}
			if err != nil {
				return err
			}
			one, err := a.store.options.Namespace.arrived(e)
			if err != nil {
				return err
			}
			if want := from + eventstore.Revision(len(got)); one.Revision != want {
				return fmt.Errorf("%w: the cluster gives event %d of %s where %d comes next", eventstore.ErrDiverged, one.Revision, a.stream, want)
			}
			got = append(got, one)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("reading stream %q: %w", a.stream, err)
	}
	return (<-done).events, nil
}

// waiters are the appends that wait to see their last event arrive. The zero value is ready.
type waiters struct {
	mu   sync.Mutex
	byID map[uuid.UUID][]chan arrival // guarded by mu; each channel has room for one
}

func (w *waiters) add(id uuid.UUID) chan arrival {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byID == nil {
		w.byID = make(map[uuid.UUID][]chan arrival)
	}
	c := make(chan arrival, 1)
	w.byID[id] = append(w.byID[id], c)
	return c
}

func (w *waiters) remove(id uuid.UUID, c chan arrival) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := slices.DeleteFunc(w.byID[id], func(o chan arrival) bool { return o == c })
	if len(rest) == 0 {
		delete(w.byID, id)
		return
	}
	w.byID[id] = rest
}

func (w *waiters) tell(batch []arrival) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range batch {
		for _, c := range w.byID[a.ID] {
			select {
			case c <- a:
			default: // it has it already
			}
		}
	}
}
