package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"arobase/api/tlog"
	"arobase/domain"
	"arobase/eventstore"
)

// How the key of a log on a cluster is changed. One node does it, in the steps of logkeys.go; the others may be running.
// None of them may sign what covers the record of the change: the first checkpoint that does is signed by both keys, or
// nobody could follow from the one to the other. They need not be told of it, and no clock and no turn is relied on: the
// record is among the events that they would sign. So before each signature a node reads which key the ledger names, in
// its replica, which holds at least what its tree does. Another key than its own, and it signs no more; it follows,
// answers and records as before, until it has the new key and is started again.
//
// What cannot be prevented: a node that runs a program from before this knows nothing of it.

// custody watches, on a cluster, whether a node's key is the one in force.
type custody struct {
	dir     dataDir
	store   eventstore.Store
	origins func(ctx context.Context) ([]domain.LogOrigin, error)
	heads   tlog.Heads
	key     *tlog.Key
	// both says that the key signs together with the one that it replaces.
	both bool

	mu     sync.Mutex
	size   eventstore.Position // of the ledger when it was read last; guarded by mu
	keys   []domain.LogKey     // those that the ledger names of the origin; guarded by mu
	origin string              // the name of the log; guarded by mu
}

func (o *opened) newCustody(p *logParts) *custody {
	return &custody{dir: o.dir, store: o.store, origins: o.Origins, heads: p.heads, key: p.key, both: p.pending}
}

// read gives the key that the ledger names, and the name that it is of. It reads again what has grown only.
func (c *custody) read(ctx context.Context) (domain.LogKey, string, error) {
	size, err := c.store.Size(ctx)
	if err != nil {
		return domain.LogKey{}, "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.origin != "" && size == c.size {
		return c.last(), c.origin, nil
	}
	origins, err := c.origins(ctx)
	if err != nil {
		return domain.LogKey{}, "", err
	}
	last := origins[len(origins)-1]
	c.size, c.origin, c.keys = size, last.Name, last.Keys
	return c.last(), c.origin, nil
}

// last is the key in force, the zero LogKey where the ledger names none. Mu is held.
func (c *custody) last() domain.LogKey {
	if n := len(c.keys); n > 0 {
		return c.keys[n-1]
	}
	return domain.LogKey{}
}

// known is the key in force as it was read last, "" where the ledger names none.
func (c *custody) known() domain.LogKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last()
}

// inForceAt is the key that the ledger names for a tree of a size, "" where it names none. It does not wait for this node's
// turn to sign: another node may have signed with a key of which this one has read nothing yet. Where the ledger cannot be
// read, it is what was read last.
func (c *custody) inForceAt(ctx context.Context, size uint64) string {
	_, _, _ = c.read(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	key := ""
	for _, k := range c.keys {
		if key == "" || k.Since < size {
			key = k.Key
		}
	}
	return key
}

// first says that the key in force, as it was read last, is the first of its origin.
func (c *custody) first() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.keys) < 2
}

// fits says why this node's key may not sign at all: a *tlog.Refusal.
func (c *custody) fits(ctx context.Context) error {
	named, origin, err := c.read(ctx)
	if err != nil {
		return fmt.Errorf("reading which key signs: %w", err)
	}
	if origin == c.key.Origin() && (named.Key == "" || named.Key == c.key.VerifierKey()) {
		return nil
	}
	last, err := c.heads.Last(ctx)
	if err != nil {
		return fmt.Errorf("reading the last checkpoint: %w", err)
	}
	return &tlog.Refusal{Cause: tlog.Superseded, Reason: c.dir.needsKey(c.key, named), Last: last, Size: int64(c.size)}
}

// needsKey says that a key has taken the place of log.key, and what to do.
func (d dataDir) needsKey(key *tlog.Key, named domain.LogKey) string {
	if next, err := tlog.LoadKey(d.file(nextKeyFile), key.Ledger(), key.Origin()); err == nil && next.VerifierKey() == named.Key {
		return fmt.Sprintf("the change of the log's key was begun here and is not finished; start this node again, or run arobase log rotate again (the key in force is %s since record %d)",
			domain.VerifierKeyID(named.Key), named.Since)
	}
	return fmt.Sprintf("this node needs the new log.key: record %d brought the key %s into force, and %s is %s; copy log.key from the node where it was changed, and start this node again",
		named.Since, domain.VerifierKeyID(named.Key), d.file(keyFile), domain.VerifierKeyID(key.VerifierKey()))
}

// covers says why this node may not sign a tree of a size: it holds events that name another key, or it would be the first
// to cover the record that names this one, and would do so alone.
func (c *custody) covers(ctx context.Context, size int64) error {
	if err := c.fits(ctx); err != nil {
		return err
	}
	named := c.known()
	if named.Key == "" || named.Since == 0 {
		return nil // the first key
	}
	since := int64(named.Since)
	if size <= since {
		return tlog.ErrElsewhere // such a tree is for the key before
	}
	if c.both {
		return nil
	}
	last, err := c.heads.Last(ctx)
	if err != nil {
		return fmt.Errorf("reading the last checkpoint: %w", err)
	}
	if last.Size > since {
		return nil
	}
	if c.first() {
		return &tlog.Refusal{Cause: tlog.Superseded, Last: last, Size: size, Reason: fmt.Sprintf(
			"the change of the log's name, which record %d is of, is not finished: run arobase log reopen again on the node where it was begun", since)}
	}
	return &tlog.Refusal{Cause: tlog.Superseded, Last: last, Size: size, Reason: fmt.Sprintf(
		"the change of the log's key is not finished: the checkpoint that covers record %d is to be signed by both keys; run arobase log rotate again on the node where it was begun", since)}
}

// signsElsewhere says that all is well with the log although this node does not sign it: other nodes do. A node that has run
// since before the name changed shows the checkpoints of the old one, to which nothing is added.
func (p *logParts) signsElsewhere(r *tlog.Refusal) bool {
	if r.Cause != tlog.Superseded || p.custody == nil {
		return false
	}
	named := p.custody.known()
	return domain.VerifierKeyName(named.Key) == p.origin().Name && r.Last.Size > int64(named.Since)
}

// refused is why the log is not signed, by this node or another; nil where it is.
func (n *node) refused() *tlog.Refusal {
	r := n.signer.State().Refused
	if r != nil && n.signsElsewhere(r) {
		return nil
	}
	return r
}

// takingTurns is how long the one who changes the key waits for its turn to sign: the others' ends by itself.
const takingTurns = 10 * leaseTerm

// signFrom signs once, and on a cluster until it has a checkpoint of at least a size: another node may have its turn first.
func (o *opened) signFrom(ctx context.Context, p *logParts, size int64) error {
	signer := o.newSigner(p)
	for end := time.Now().Add(takingTurns); ; {
		head, err := signer.Sign(ctx)
		if err != nil || head.Size >= size {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("the checkpoint of %d records is not signed within %v: another node has the turn to sign; run this again", size, takingTurns)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(leaseTerm / 30):
		}
	}
}

// catchUp has the replica of a node hold all that the cluster does now. A serve that begins while the cluster is away waits
// for it; one whose replica has stopped goes on, to answer.
func (o *opened) catchUp(ctx context.Context) error {
	for {
		_, err := o.cluster.CatchUp(ctx)
		switch {
		case err == nil, o.hears == nil:
			return err
		case !errors.Is(err, eventstore.ErrUnavailable):
			o.hears.Error("it is not known here which key signs the log", "error", err)
			return nil
		}
		o.hears.Warn("waiting for the cluster, to learn which key signs the log", "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(again):
		}
	}
}
