package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"arobase/api/tlog"
	"arobase/api/tlog/sharedlog"
	"arobase/domain"
	"arobase/eventstore"
)

// How a log on a cluster goes on under another name. One node does it, in the steps of logkeys.go, with one more between
// the first and the second: nothing is to be signed under the old name after what the record cites as the last. So its
// checkpoints are sealed first: the register says that the last one may not be the newest, and by its compare-and-swap no
// node adds another. The record then stops every node that has the old key, as one of a new key does (clusterkey.go).

// newest opens a ledger for a command that changes the key of its log. What is decided rests on all that the cluster holds,
// and not on what has come here so far; the name of the log may be another by that.
func (d dataDir) newest(ctx context.Context) (*opened, error) {
	for {
		o, err := d.writeExisting(ctx)
		if err != nil || o.cluster == nil {
			return o, err
		}
		_, err = o.cluster.CatchUp(ctx)
		if err == nil {
			var origins []domain.LogOrigin
			if origins, err = o.Origins(ctx); err == nil && origins[len(origins)-1].Name == o.Origin {
				return o, nil
			}
		}
		if err = errors.Join(err, o.close()); err != nil { // a ledger keeps its origin as long as it is open
			return nil, err
		}
	}
}

// sealed begins the words in the register while a name is being closed.
const sealed = "the log is about to go on under another name"

// seal keeps every node from signing under a name any more, by its number from 0. undo takes that back, where the name is
// not closed after all; it does nothing where the checkpoints were in doubt before.
func (o *opened) seal(ctx context.Context, origin int) (undo func(context.Context) error, err error) {
	heads := sharedlog.Open(o.cluster.Register(headsRegister(origin)))
	doubts, err := heads.Doubts(ctx)
	if err != nil {
		return nil, err
	}
	if doubts.Unproven == "" {
		err = heads.Unprove(ctx, sealed+"; run arobase log reopen again, on the node where it was begun, or show this name's newest checkpoint to keep it")
	}
	return func(ctx context.Context) error {
		if doubts.Unproven != "" && !strings.HasPrefix(doubts.Unproven, sealed) {
			return nil
		}
		last, err := heads.Last(ctx)
		if err != nil {
			return err
		}
		return heads.Accept(ctx, last, last)
	}, err
}

// lastOf is the last checkpoint under a name of the log, by its number from 0; the zero Head where there is none.
func (o *opened) lastOf(ctx context.Context, origin int) (tlog.Head, error) {
	if o.cluster != nil {
		return sharedlog.Open(o.cluster.Register(headsRegister(origin))).Last(ctx)
	}
	return lastHead(ctx, o.dir.headsOf(origin), o)
}

// recordOrigin has the ledger name a new origin. On a cluster an attempt before, of which nobody knew what became, may have
// come there only now; it named the same key.
func (o *opened) recordOrigin(ctx context.Context, e domain.OriginOpened) error {
	_, err := o.OpenOrigin(ctx, e)
	if o.cluster == nil {
		return err
	}
	if _, caught := o.cluster.CatchUp(ctx); caught != nil {
		return errors.Join(err, caught)
	}
	origins, read := o.Origins(ctx)
	switch {
	case read != nil:
		return errors.Join(err, read)
	case origins[len(origins)-1].InForce() == e.Key:
		return nil
	case err == nil:
		return fmt.Errorf("the record of the new name was taken, and is not here: %w", eventstore.ErrUnavailable)
	}
	return err
}

// refusedByRules says that a record was not and never will be made.
func refusedByRules(err error) bool {
	_, broken := errors.AsType[*domain.Broken](err)
	_, invalid := errors.AsType[domain.Invalid](err)
	return broken || invalid
}

// begunKey gives a key that an interrupted change made, and that may be in the ledger by now or may come there yet; nil
// where there is none, or where nothing can come late, on one machine. One of another name is an error: its change goes first.
func (o *opened) begunKey(origin string) (*tlog.Key, error) {
	if o.cluster == nil {
		return nil, nil
	}
	path := o.dir.file(nextKeyFile)
	key, err := tlog.LoadKey(path, o.LedgerID, origin)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, tlog.ErrOrigin):
		return nil, fmt.Errorf("another change was begun here: %s is not of %s; run it again, or, if it is sure that it was never recorded, remove the file", path, origin)
	}
	return key, err
}

// closedKey is log.key where it is of a name that the log had; nil where it is of none.
func (o *opened) closedKey(origins []domain.LogOrigin) (*tlog.Key, error) {
	for n := len(origins) - 2; n >= 0; n-- {
		key, err := tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, origins[n].Name)
		if !errors.Is(err, tlog.ErrOrigin) {
			return key, err
		}
	}
	return nil, nil
}

// beginHeads notes why what was signed under a name is not known, where its register is empty and there is a reason. While the
// name before is sealed it is known: nothing was, the change is not finished.
func (o *opened) beginHeads(ctx context.Context, heads *sharedHeads, origin int, why string) error {
	if origin > 0 && why != "" {
		doubts, err := sharedlog.Open(o.cluster.Register(headsRegister(origin - 1))).Doubts(ctx)
		if err != nil || strings.HasPrefix(doubts.Unproven, sealed) {
			return err
		}
	}
	return heads.Begin(ctx, why)
}

// beginAnew clears what was noted about the checkpoints of a name under which nothing was signed, by the node whose key is
// to be the first to sign: a node that was given the key before its time took them for lost.
func (h *sharedHeads) beginAnew(ctx context.Context) error {
	last, err := h.Last(ctx)
	if err != nil || last.Size > 0 {
		return err
	}
	if err := os.Remove(h.path); err != nil && !errors.Is(err, fs.ErrNotExist) { // what differs from what was signed under the old name
		return err
	}
	doubts, err := h.Heads.Doubts(ctx)
	if err != nil || doubts.Unproven == "" {
		return err
	}
	return h.Accept(ctx, tlog.Head{}, tlog.Head{})
}
