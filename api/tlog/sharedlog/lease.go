package sharedlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"arobase/eventstore"
)

// Lease says which node signs. It spares the others work and keeps two from taking turns at the same tree; that there is
// one history does not rest on it, but on [Heads.Replace], and so not on the clocks of the nodes either.
//
// A Lease is used by one goroutine.
type Lease struct {
	register Register
	owner    string
	term     time.Duration
	now      func() time.Time

	count eventstore.Revision // of records that were read
	last  holder
	held  bool // as it was asked last
}

type holder struct {
	Owner string    `json:"owner"`
	Until time.Time `json:"until"`
}

// NewLease prepares to ask for the lease. owner is unique among the nodes; term is how long the others wait for one that
// is gone.
func NewLease(r Register, owner string, term time.Duration, now func() time.Time) *Lease {
	return &Lease{register: r, owner: owner, term: term, now: now}
}

// Hold says whether this node has the lease, having taken it if nobody has, and prolonged it if half of the term is over.
// Where the register does not answer it is not held.
func (l *Lease) Hold(ctx context.Context) (bool, error) {
	l.held = false
	if err := l.read(ctx); err != nil {
		return false, fmt.Errorf("asking who signs: %w", err)
	}
	now := l.now()
	switch mine := l.last.Owner == l.owner; {
	case !mine && now.Before(l.last.Until):
		return false, nil
	case mine && now.Before(l.last.Until.Add(-l.term/2)):
		l.held = true
		return true, nil
	}
	b, err := json.Marshal(holder{Owner: l.owner, Until: now.Add(l.term).UTC()})
	if err != nil {
		return false, err
	}
	err = l.register.Append(ctx, l.count-1, b)
	if _, slower := errors.AsType[*eventstore.RevisionConflict](err); slower {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("taking the lease of the signer: %w", err)
	}
	l.held = true
	return true, nil
}

// Release gives the lease back, where it is held, so that another node need not wait for its end. It is for a node that stops.
func (l *Lease) Release(ctx context.Context) error {
	if !l.held {
		return nil
	}
	l.held = false
	if err := l.read(ctx); err != nil {
		return fmt.Errorf("giving back the lease of the signer: %w", err)
	}
	now := l.now().UTC()
	if l.last.Owner != l.owner || !now.Before(l.last.Until) {
		return nil
	}
	b, err := json.Marshal(holder{Owner: l.owner, Until: now})
	if err != nil {
		return err
	}
	err = l.register.Append(ctx, l.count-1, b)
	if _, slower := errors.AsType[*eventstore.RevisionConflict](err); slower {
		return nil // somebody else has it
	}
	if err != nil {
		return fmt.Errorf("giving back the lease of the signer: %w", err)
	}
	return nil
}

// read takes in what others, and this node, have written since.
func (l *Lease) read(ctx context.Context) error {
	records, err := l.register.Read(ctx, l.count)
	if err != nil {
		return err
	}
	for _, b := range records {
		l.last = holder{}
		if err := json.Unmarshal(b, &l.last); err != nil {
			return err
		}
		l.count++
	}
	return nil
}
