package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/sharedlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/esdb"
)

// What the nodes of a ledger on a cluster share in the cluster beside its records: the checkpoints, and whose turn it is to
// sign. What they share in the database of the vault is in clusterbeside.go.

// headsRegister names the checkpoints under an origin, by its number from 0.
func headsRegister(origin int) string {
	if origin == 0 {
		return "arobase-log-heads"
	}
	return fmt.Sprintf("arobase-log-heads-%d", origin+1)
}

const leaseRegister = "arobase-log-lease"

// sharedHeads are the checkpoints in a cluster. That records of this node are not what they were is this node's own affair:
// it is noted beside its replica, and keeps nobody else from signing.
type sharedHeads struct {
	*sharedlog.Heads
	path string

	mu sync.Mutex // held while the file is read or written
}

var _ logHeads = (*sharedHeads)(nil)

// differenceFile is a tlog.Difference as JSON, there while a node has found one.
const differenceFile = "log.difference"

// openSharedHeads opens the checkpoints of the origin in force. Where the cluster has none, although there are records, what
// was signed over them is not known, unless this node is the one that opens it. A serve that begins while the cluster is
// away waits for it.
func (o *opened) openSharedHeads(ctx context.Context, s signing) (logHeads, error) {
	heads := &sharedHeads{Heads: sharedlog.Open(o.cluster.Register(headsRegister(len(s.origins) - 1))), path: o.dir.file(differenceFile)}
	size, err := o.store.Size(ctx)
	if err != nil {
		return nil, err
	}
	why := ""
	if size > genesisRecords && !s.reopened() {
		why = "the cluster has no checkpoint of these records: they were copied there, or what was signed is lost"
	}
	for {
		err := o.beginHeads(ctx, heads, len(s.origins)-1, why)
		if err == nil && s.reopened() {
			err = heads.beginAnew(ctx)
		}
		if err == nil {
			_, err = heads.Last(ctx)
		}
		if err == nil || o.hears == nil || !errors.Is(err, eventstore.ErrUnavailable) {
			return heads, err
		}
		o.hears.Warn("waiting for the cluster, to learn what was signed last", "error", err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(again):
		}
	}
}

// Unprove implements logHeads.
func (h *sharedHeads) Unprove(why string) error { return h.Heads.Unprove(context.Background(), why) }

// AddAbsent implements logHeads. The records of a cluster do not come from a mirror.
func (h *sharedHeads) AddAbsent(context.Context, sqlitelog.Absent) error { return nil }

// Stranger implements logHeads. A node without the key does not begin.
func (h *sharedHeads) Stranger(context.Context) (string, error) { return "", nil }

// Close implements logHeads.
func (h *sharedHeads) Close() error { return nil }

// Doubts implements tlog.Heads.
func (h *sharedHeads) Doubts(ctx context.Context) (tlog.Doubts, error) {
	doubts, err := h.Heads.Doubts(ctx)
	if err != nil {
		return doubts, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	text, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return doubts, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &doubts.Difference)
	}
	if err != nil {
		return doubts, fmt.Errorf("reading %s: %w", h.path, err)
	}
	return doubts, nil
}

// SetDifference implements tlog.Heads.
func (h *sharedHeads) SetDifference(_ context.Context, d *tlog.Difference) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d == nil {
		if err := os.Remove(h.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if _, err := os.Stat(h.path); err == nil {
		return nil // the first one is kept
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return writeDurably(h.path, text, 0o600)
}

// turn is a node's part in taking turns to sign.
type turn struct {
	cluster *esdb.Store

	mu    sync.Mutex // a lease is used by one goroutine
	lease *sharedlog.Lease
}

// leaseTerm is how long the others wait for a node that is gone before one of them signs.
const leaseTerm = 3 * time.Second

func newTurn(c *esdb.Store) *turn {
	host, _ := os.Hostname() // for people who read the register; the rest makes it unique
	owner := fmt.Sprintf("%s/%d/%s", host, os.Getpid(), uuid.NewString())
	return &turn{cluster: c, lease: sharedlog.NewLease(c.Register(leaseRegister), owner, leaseTerm, time.Now)}
}

// confirm reads again what is to be signed, if it is this node's turn. That may take longer than the turn lasts: then it is
// asked for once more.
func (t *turn) confirm(ctx context.Context, size int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.hold(ctx); err != nil {
		return err
	}
	if err := t.cluster.Confirm(ctx, eventstore.Position(size)); err != nil {
		return err
	}
	return t.hold(ctx)
}

func (t *turn) hold(ctx context.Context) error {
	held, err := t.lease.Hold(ctx)
	if err == nil && !held {
		err = tlog.ErrElsewhere
	}
	return err
}

// end gives the turn to whoever wants it. A cluster that is away will find that it is over.
func (t *turn) end() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = t.lease.Release(ctx) // the term ends by itself
	return nil
}
