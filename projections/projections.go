// Package projections derives answers from events. Whatever it holds can be thrown away and built again.
//
// A projection is a fold: it is given every event it asks for, once, in order, and keeps facts, not events. It has no
// clock, does no I/O and cannot fail: what reaches it was checked when it entered the ledger. Every fact keeps the
// position at which it became known, so that a question can be asked as of any earlier size of the ledger, and gets the
// answer it would have got then.
package projections

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
)

// Projection is one fold over the events of the ledger. The runner serialises all calls.
type Projection interface {
	// Name is short and stable: it appears in metrics.
	Name() string
	// Events names the events it asks for, as in the catalogue.
	Events() []string
	// Apply adds one event.
	Apply(r domain.Recorded)
}

// Runner follows a store and applies each event to the projections that ask for it. An event is read and decoded once
// for all of them, and not at all where none asks.
type Runner struct {
	store       eventstore.Store
	projections []Projection
	wants       map[string][]Projection // by type as in the envelope

	mu   sync.RWMutex // guards the state of the projections, size, stopped and changed
	size eventstore.Position
	// stopped is why the runner went no further, or nil.
	stopped error
	// changed is closed, and replaced, when size or stopped changes.
	changed chan struct{}
}

// ErrStopped says that the projections stand before an event that they cannot take: one of an unknown type or version,
// or one that is broken. The tree goes on; answers stay those of the size before it.
var ErrStopped = errors.New("projections stopped")

// batch is how many events are read and decoded at once, and applied under one lock.
const batch = 2048

// NewRunner prepares projections over a store. They must be empty.
func NewRunner(store eventstore.Store, all ...Projection) *Runner {
	r := &Runner{store: store, projections: all, wants: map[string][]Projection{}, changed: make(chan struct{})}
	byName := map[string]domain.Type{}
	for _, t := range domain.Types() {
		byName[t.Name] = t
	}
	for _, p := range all {
		for _, name := range p.Events() {
			t, ok := byName[name]
			if !ok {
				panic("projection " + p.Name() + " asks for " + name + ", which is not in the catalogue")
			}
			r.wants[t.String()] = append(r.wants[t.String()], p)
		}
	}
	return r
}

// CatchUp applies everything that the store holds now. One goroutine reads ahead while others decode: decoding is what
// takes the time of a replay.
func (r *Runner) CatchUp(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type page struct {
		events []eventstore.Event
		err    error
	}
	pages := make(chan page, 2)
	var reader sync.WaitGroup
	defer reader.Wait()
	defer cancel()
	reader.Go(func() {
		defer close(pages)
		send := func(p page) bool {
			select {
			case pages <- p:
				return true
			case <-ctx.Done():
				return false
			}
		}
		events := make([]eventstore.Event, 0, batch)
		for e, err := range r.store.ReadAll(ctx, r.Size()) {
			if err != nil {
				send(page{err: fmt.Errorf("reading events for the projections: %w", err)})
				return
			}
			if events = append(events, e); len(events) == batch {
				if !send(page{events: events}) {
					return
				}
				events = make([]eventstore.Event, 0, batch)
			}
		}
		send(page{events: events})
	})
	for p := range pages {
		if p.err != nil {
			return p.err
		}
		if err := r.apply(p.events); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Run applies events as they come, until the context ends. It returns nil then, and an error if the store fails or if
// an event cannot be taken.
func (r *Runner) Run(ctx context.Context) error {
	err := r.CatchUp(ctx)
	for err == nil {
		err = r.follow(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// follow applies events one by one as they come. It ends with an error.
func (r *Runner) follow(ctx context.Context) error {
	for e, err := range r.store.Follow(ctx, r.Size()) {
		if err != nil {
			return fmt.Errorf("following the store: %w", err)
		}
		if err := r.apply([]eventstore.Event{e}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// delivery is a decoded event with the projections that ask for it.
type delivery struct {
	rec domain.Recorded
	to  []Projection
}

// apply decodes outside the lock and applies within it.
func (r *Runner) apply(events []eventstore.Event) error {
	if len(events) == 0 {
		return nil
	}
	decoded, stop := r.decode(events)
	r.mu.Lock()
	defer r.mu.Unlock()
	first, end := events[0].Position, events[0].Position+eventstore.Position(len(decoded))
	switch {
	case first > r.size:
		return fmt.Errorf("the store gave event %d where %d comes next", first, r.size)
	case end < r.size:
		return stop // somebody else, catching up at the same time, was faster
	}
	for _, d := range decoded[r.size-first:] {
		for _, p := range d.to {
			p.Apply(d.rec)
		}
	}
	r.size, r.stopped = end, stop
	close(r.changed)
	r.changed = make(chan struct{})
	return stop
}

// decode gives a delivery for each event, up to the first that cannot be taken and without it. The work is shared by
// all processors.
func (r *Runner) decode(events []eventstore.Event) ([]delivery, error) {
	decoded := make([]delivery, len(events))
	errs := make([]error, len(events))
	var workers sync.WaitGroup
	share := max(64, (len(events)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for from := 0; from < len(events); from += share {
		part := events[from:min(from+share, len(events))]
		work := func() {
			for i, e := range part {
				if decoded[from+i], errs[from+i] = r.deliver(e); errs[from+i] != nil {
					return
				}
			}
		}
		if len(events) <= share {
			work()
			break
		}
		workers.Go(work)
	}
	workers.Wait()
	for i, err := range errs {
		if err != nil {
			return decoded[:i], fmt.Errorf("%w at position %d: %w", ErrStopped, events[i].Position, err)
		}
	}
	return decoded, nil
}

// deliver decodes an event if any projection asks for it. One of an unknown type is an error even where none does.
func (r *Runner) deliver(e eventstore.Event) (delivery, error) {
	to := r.wants[e.Type]
	if len(to) == 0 && domain.Known(e.Type) {
		return delivery{}, nil
	}
	rec, err := Decode(e)
	return delivery{rec, to}, err
}

// Decode reads one stored event.
func Decode(e eventstore.Event) (domain.Recorded, error) {
	env, err := envelope.Parse(e.Bytes)
	if err != nil {
		return domain.Recorded{}, err
	}
	data, err := domain.Decode(env.Type, env.Data)
	if err != nil {
		return domain.Recorded{}, err
	}
	return domain.Recorded{
		ID: env.ID, Position: uint64(e.Position), Stream: domain.StreamName(env.Subject), Revision: env.Revision,
		Actor: env.Actor, Time: env.Time, Basis: Basis(env), Event: data,
	}, nil
}

// Basis is that of an envelope, with the streams as the domain knows them.
func Basis(env envelope.Envelope) map[domain.StreamName]int64 {
	if len(env.Basis) == 0 {
		return nil
	}
	basis := make(map[domain.StreamName]int64, len(env.Basis))
	for stream, revision := range env.Basis {
		basis[domain.StreamName(stream)] = revision
	}
	return basis
}

// Size is the number of events applied.
func (r *Runner) Size() eventstore.Position {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.size
}

// Stopped is why the runner went no further, or nil.
func (r *Runner) Stopped() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.stopped
}

// View runs f while no projection changes. size is what they have applied.
func (r *Runner) View(f func(size eventstore.Position)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	f(r.size)
}

// Wait returns when the projections have applied a number of events, when the context ends, or when they stopped.
func (r *Runner) Wait(ctx context.Context, size eventstore.Position) error {
	for {
		r.mu.RLock()
		done, stopped, changed := r.size >= size, r.stopped, r.changed
		r.mu.RUnlock()
		switch {
		case done:
			return nil
		case stopped != nil:
			return stopped
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the projections to reach %d: %w", size, ctx.Err())
		case <-changed:
		}
	}
}
