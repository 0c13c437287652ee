package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/pgworkspace"
	"arobase/api/ledger/workspace/sqliteworkspace"
)

// room is where the workspace is kept.
type room interface {
	workspace.Workspace
	// Restore adds documents as they were, and gives how many are new.
	Restore(ctx context.Context, versions []workspace.Document) (added int, err error)
	Close() error
}

// openWorkspace opens the private workspace of the ledger in a directory, and makes its file where there is none yet. That
// of a ledger on a cluster is beside its vault.
func (o *opened) openWorkspace(ctx context.Context) (room, error) {
	if w, db, err := openBeside(ctx, o, func(db *beside) (*pgworkspace.Workspace, error) { return pgworkspace.Open(ctx, db) }); err != nil {
		return nil, err
	} else if db != nil {
		return &besideRoom{w, db}, nil
	}
	path := o.dir.file(roomFile)
	room, err := sqliteworkspace.Open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		room, err = sqliteworkspace.Create(path, o.LedgerID)
	}
	return room, err
}

// rehearse gives a made-up ledger a clock that is ahead of the machine's by as much as a file says. The file is read each
// time, so that whoever rehearses can let days go by.
func (o *opened) rehearse(file string) error {
	ahead := func() (time.Duration, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, fmt.Errorf("reading the clock of the rehearsal: %w", err)
		}
		return time.ParseDuration(strings.TrimSpace(string(text)))
	}
	if _, err := ahead(); err != nil {
		return err
	}
	err := o.UseClock(func() time.Time {
		d, err := ahead()
		if err != nil {
			d = 0 // the ledger's time never goes back, whatever a clock says
		}
		return time.Now().Add(d)
	})
	if err != nil {
		return fmt.Errorf("--made-up-clock: %w", err)
	}
	return nil
}
