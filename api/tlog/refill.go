package tlog

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
	"arobase/eventstore/envelope"
)

// Refill brings missing records back from a mirror. What it adds is verified against a checkpoint that a key of the log
// has signed, byte for byte, before it is added; a sealed value is not in a record and does not come back with it.
type Refill struct {
	Mirror *Mirror
	Ledger uuid.UUID
	// Tree is that of the ledger, and must come to have all of its records by itself.
	Tree Tree
	// Replicate is that of the ledger's store.
	Replicate func(context.Context, []eventstore.Event) error
}

// ErrOtherHistory says that a mirror has another history than the ledger.
var ErrOtherHistory = errors.New("the mirror has another history")

const (
	// refillEvents and refillBytes bound what is added in one transaction.
	refillEvents = 2000
	refillBytes  = 4 << 20
)

// To adds the records from the ledger's size on up to a checkpoint, which must be verified, and gives how many were
// added. That the mirror has the ledger's own records before them is verified first: if not, ErrOtherHistory, and nothing
// is added. After another error what was added stays: it is part of what was signed, and the next attempt goes on from
// there.
func (r Refill) To(ctx context.Context, head Head, size int64) (added int64, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("fetching events %d to %d from the mirror %s: %w", size+added, head.Size-1, r.Mirror, err)
		}
	}()
	if len(r.Mirror.places) > 1 { // which of them it is has not been found out yet
		if _, err := r.Mirror.Checkpoint(ctx); err != nil {
			return 0, err
		}
	}
	place := r.Mirror.places[0]
	tree := tlog.Tree{N: head.Size, Hash: head.Root}
	if err := r.sameBefore(ctx, tree, place, size); err != nil {
		return 0, err
	}
	client, err := torchwood.NewClient(place, torchwood.WithTimeout(fetching))
	if err != nil {
		return 0, err
	}
	var batch []eventstore.Event
	bytes := 0
	flush := func() error {
		if err := r.Replicate(ctx, batch); err != nil {
			return err
		}
		added += int64(len(batch))
		batch, bytes = batch[:0], 0
		return nil
	}
	for index, entry := range client.AllEntries(ctx, tree, size) {
		e, err := r.event(index, entry)
		if err != nil {
			return added, fmt.Errorf("event %d: %w", index, err)
		}
		batch, bytes = append(batch, e), bytes+len(entry)
		if len(batch) == refillEvents || bytes >= refillBytes {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	// What has been verified is kept, also where the mirror then fails.
	return added, errors.Join(flush(), client.Err(), ctx.Err())
}

// sameBefore holds that the tree which the checkpoint states begins with the ledger's own records. The mirror's hashes
// are verified against the checkpoint as they are read.
func (r Refill) sameBefore(ctx context.Context, tree tlog.Tree, place torchwood.TileReader, size int64) error {
	if size == 0 {
		return nil
	}
	if err := r.Tree.Wait(ctx, size); err != nil {
		return err
	}
	own, err := r.Tree.Root(size)
	if err != nil {
		return err
	}
	theirs, err := tlog.TreeHash(size, torchwood.TileHashReaderWithContext(ctx, tree, place))
	if err != nil {
		return err
	}
	if own != theirs {
		return fmt.Errorf("%w: its first %d records are not ours", ErrOtherHistory, size)
	}
	return nil
}

// event reads an entry strictly. That it follows in its stream is for the store to see.
func (r Refill) event(index int64, entry []byte) (eventstore.Event, error) {
	env, err := envelope.Parse(entry)
	if err != nil {
		return eventstore.Event{}, err
	}
	if env.Ledger != r.Ledger {
		return eventstore.Event{}, fmt.Errorf("%w: it is of %s, not of %s", eventstore.ErrForeign, env.Ledger, r.Ledger)
	}
	return eventstore.Event{
		Position: eventstore.Position(index), Stream: env.Subject, Revision: eventstore.Revision(env.Revision),
		ID: env.ID, Type: env.Type, Recorded: env.Time, Bytes: entry,
	}, nil
}
