package esdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"arobase/eventstore"
)

// cursor is the last event that was followed: where it is here, and where it is in the cluster. It may be older than the
// replica, never newer: what comes after it is compared with what is here already.
type cursor struct {
	// Next is the position after the event; 0 where nothing was followed yet.
	Next    eventstore.Position `json:"next"`
	ID      uuid.UUID           `json:"id"`
	Commit  uint64              `json:"commit"`
	Prepare uint64              `json:"prepare"`
}

// place is where to go on after the event.
func (c cursor) place() esdb.AllPosition {
	if c.Next == 0 {
		return esdb.Start{}
	}
	return c.at()
}

func (c cursor) at() esdb.Position { return esdb.Position{Commit: c.Commit, Prepare: c.Prepare} }

// reached says that the event at a place is the cursor's or comes before it.
func (c cursor) reached(p esdb.Position) bool {
	return c.Next > 0 && (p.Commit < c.Commit || p.Commit == c.Commit && p.Prepare <= c.Prepare)
}

func (c cursor) after(a arrival) cursor {
	return cursor{Next: c.Next + 1, ID: a.ID, Commit: a.place.Commit, Prepare: a.place.Prepare}
}

// readCursor reads the file, if it is there and fits the replica; else following begins at the beginning. That costs time
// and nothing else.
func readCursor(ctx context.Context, path string, replica eventstore.Store) (cursor, error) {
	if path == "" {
		return cursor{}, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return cursor{}, nil
	}
	if err != nil {
		return cursor{}, err
	}
	var c cursor
	if json.Unmarshal(b, &c) != nil || c.Next == 0 {
		return cursor{}, nil
	}
	e, err := replica.Lookup(ctx, c.ID)
	if errors.Is(err, eventstore.ErrNotFound) || err == nil && e.Position+1 != c.Next {
		return cursor{}, nil
	}
	return c, err
}

// write replaces the file. It is not synced: an old one, or none, is as good.
func (c cursor) write(path string) error {
	if path == "" || c.Next == 0 {
		return nil
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	next := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".next")
	if err := errors.Join(os.WriteFile(next, b, 0o600), os.Rename(next, path)); err != nil {
		return fmt.Errorf("keeping how far the cluster was followed: %w", err)
	}
	return nil
}
