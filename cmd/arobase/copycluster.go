package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/sharedlog"
	"arobase/domain"
	"arobase/eventstore/esdb"
	"arobase/projections"
)

// clusterPlace is an EventStoreDB cluster that a ledger is copied from or to.
type clusterPlace struct {
	place      storePlace
	connection string
	namespace  esdb.Namespace
	finishing
}

// String does not tell the password.
func (c clusterPlace) String() string { return c.place.String() }

func (c clusterPlace) open() (*esdb.Direct, error) {
	d, err := esdb.OpenDirect(c.connection, esdb.Options{Namespace: c.namespace})
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", c, err)
	}
	return d, nil
}

// from implements copyPlace. What the ledger says of itself is in its first stream, which is looked for in all records.
func (c clusterPlace) from(ctx context.Context) (_ *copySource, err error) {
	d, err := c.open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = d.Close()
		}
	}()
	s := &copySource{store: d, close: d.Close}
	var history []domain.Recorded
	for e, err := range d.ReadAll(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if e.Stream != string(domain.LedgerStream) {
			continue
		}
		r, err := projections.Decode(e)
		if err != nil {
			continue // of a type that this program does not know: it names no key
		}
		if opened, ok := r.Event.(*domain.LedgerOpened); ok && e.Position == 0 {
			s.ledger, s.origin = opened.LedgerID, opened.Origin
		}
		history = append(history, r)
	}
	if s.ledger == uuid.Nil {
		return nil, fmt.Errorf("%w in %s", errNoLedger, c)
	}
	origins := domain.LogOrigins(history)
	current := origins[len(origins)-1]
	s.origin = current.Name
	var keys []publicKey
	for _, k := range current.Keys {
		keys = append(keys, publicKey{current.Name, k.Key, k.Since, false})
	}
	if len(keys) == 0 && c.key != "" {
		key, err := tlog.LoadKey(c.key, s.ledger, s.origin)
		if err != nil {
			return nil, err
		}
		keys = append(keys, publicKey{current.Name, key.VerifierKey(), current.Since, false})
	}
	s.unverified = len(keys) == 0
	heads := sharedlog.Open(d.Register(headsRegister(len(origins) - 1)))
	s.signed = func(ctx context.Context, size int64) (tlog.Head, error) {
		head, err := heads.Last(ctx)
		if err == nil && head.Size > size {
			head, err = heads.At(ctx, size)
		}
		if err == nil && head.Size > 0 && !s.unverified {
			err = checkHead(head, keyAt(keys, head.Size))
		}
		return head, err
	}
	return s, nil
}

// clusterTarget is a copy in a cluster that is not finished.
type clusterTarget struct {
	*esdb.Direct
	place clusterPlace
}

// to implements copyPlace. What is there already is compared as the copy goes on; the first record that is of something
// else stops it before anything is added.
func (c clusterPlace) to(_ context.Context, _ uuid.UUID, dry bool) (copyTarget, error) {
	if dry {
		return nil, nil
	}
	d, err := c.open()
	if err != nil {
		return nil, err
	}
	return &clusterTarget{d, c}, nil
}

// finish implements copyTarget: a cluster is whole when its records are. What else a node needs is told.
func (t *clusterTarget) finish(_ context.Context, c wholeCopy) error {
	_, err := fmt.Fprintf(t.place.out, `nodes sign nothing until one of them is shown the newest checkpoint:
    arobase serve --data DIR --store %s --vault postgres://... --seen newest.txt
where DIR is the directory that was copied, or one with its %s and %s (docs/eventstoredb.md)
`, t.place, secretFile, keyFile)
	return err
}
