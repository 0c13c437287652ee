package esdb

import (
	"context"
	"fmt"
	"sync"
	"time"

	"arobase/eventstore"
)

// absence is what this node knows of a cluster that does not answer. Only the follower finds out, because it never stops
// looking; appends ask, so that they need not each wait to learn the same. The zero value is a cluster that answers.
type absence struct {
	mu      sync.Mutex
	pending *time.Timer             // guarded by mu; nil while the cluster answers
	known   context.Context         // guarded by mu; ends when the cluster is known to be away; nil until somebody asks
	end     context.CancelCauseFunc // guarded by mu; of known
}

// begin says that the cluster was not reached: if it is not within the grace, it is known to be away.
func (a *absence) begin(grace time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pending != nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(grace, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.pending != timer {
			return // it was reached meanwhile
		}
		a.need()
		a.end(fmt.Errorf("%w: the cluster has not been reached for %v", eventstore.ErrUnavailable, grace))
	})
	a.pending = timer
}

// over says that the cluster was reached.
func (a *absence) over() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pending == nil {
		return
	}
	a.pending.Stop()
	a.pending = nil
	if a.known != nil && a.known.Err() != nil {
		a.known = nil
	}
}

// during gives a context that ends once the cluster is known to be away; its cause is eventstore.ErrUnavailable then.
func (a *absence) during() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.need()
	return a.known
}

// need makes the context. Called with mu held.
func (a *absence) need() {
	if a.known == nil {
		a.known, a.end = context.WithCancelCause(context.Background())
	}
}
