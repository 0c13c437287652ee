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

// batch is how many events are applied under one lock.
const batch = 512

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

// CatchUp applies everything that the store holds now.
func (r *Runner) CatchUp(ctx context.Context) error {
	for e, err := range r.batches(ctx, false) {
		if err != nil {
			return err
		}
		if err := r.apply(e); err != nil {
			return err
		}
	}
	return nil
}

// Run applies events as they come, until the context ends. It returns nil then, and an error if the store fails or if
// an event cannot be taken.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.CatchUp(ctx); err != nil {
		return ignoreEnd(ctx, err)
	}
	for e, err := range r.batches(ctx, true) {
		if err != nil {
			return ignoreEnd(ctx, err)
		}
		if err := r.apply(e); err != nil {
			return err
		}
	}
	return nil
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// batches gives events in slices: as many as are at hand, up to batch. A follower gets them one by one once it has
// caught up.
func (r *Runner) batches(ctx context.Context, follow bool) func(yield func([]eventstore.Event, error) bool) {
	return func(yield func([]eventstore.Event, error) bool) {
		read := r.store.ReadAll
		limit := batch
		if follow {
			read, limit = r.store.Follow, 1
		}
		pending := make([]eventstore.Event, 0, limit)
		for e, err := range read(ctx, r.Size()) {
			if err != nil {
				yield(nil, fmt.Errorf("reading events for the projections: %w", err))
				return
			}
			if pending = append(pending, e); len(pending) == limit {
				if !yield(pending, nil) {
					return
				}
				pending = pending[:0]
			}
		}
		if len(pending) > 0 {
			yield(pending, nil)
		}
	}
}

// apply decodes outside the lock and applies within it.
func (r *Runner) apply(events []eventstore.Event) error {
	type delivery struct {
		rec domain.Recorded
		to  []Projection
	}
	decoded := make([]delivery, 0, len(events))
	taken := events
	var stop error
	for i, e := range events {
		to := r.wants[e.Type]
		if len(to) == 0 && domain.Known(e.Type) {
			continue
		}
		rec, err := Decode(e)
		if err != nil {
			taken, stop = events[:i], fmt.Errorf("%w at position %d: %w", ErrStopped, e.Position, err)
			break
		}
		decoded = append(decoded, delivery{rec, to})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range decoded {
		for _, p := range d.to {
			p.Apply(d.rec)
		}
	}
	if len(taken) > 0 {
		r.size = taken[len(taken)-1].Position + 1
	}
	r.stopped = stop
	close(r.changed)
	r.changed = make(chan struct{})
	return stop
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
		Actor: env.Actor, Time: env.Time, Event: data,
	}, nil
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
