// Package pgworkspace keeps the private workspace of a ledger in the PostgreSQL database where several nodes share its
// vault: a draft that is written on one node is read on another.
//
// What is forgotten is in no table when Forget returns: the table is written anew without it, as a vault does with a
// partition (package pgvault says why, and what of PostgreSQL keeps it for a while).
package pgworkspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"arobase/api/ledger/workspace"
)

// Database runs transactions on the database, each durable when it returns.
type Database interface {
	Beside(ctx context.Context, f func(tx pgx.Tx) error) error
}

// turn is the advisory lock of the workspace: whoever makes or empties the table has it alone, whoever writes a document
// shares it.
const turn = 0x61726f57 // "aroW"

// table holds times in Unix milliseconds. No sample of what people wrote is taken for the planner, and none of it is
// compressed, so that a search of the files for what was forgotten can be believed.
const table = `
CREATE TABLE workspace_documents (
	key      text COLLATE "C" NOT NULL,
	revision bigint NOT NULL,
	at       bigint NOT NULL,
	person   bytea NOT NULL,
	body     bytea NOT NULL,
	PRIMARY KEY (key, revision)
);
CREATE TABLE workspace_forgotten (key text COLLATE "C" PRIMARY KEY); -- so that no backup brings it back
ALTER TABLE workspace_documents ALTER COLUMN person SET STATISTICS 0, ALTER COLUMN body SET STATISTICS 0,
	ALTER COLUMN person SET STORAGE EXTERNAL, ALTER COLUMN body SET STORAGE EXTERNAL;`

// Workspace is a workspace.Workspace in a database. Many processes may use it at once. Its errors besides those of the
// contract are those of the database, vault.ErrAway while its server is away.
type Workspace struct{ db Database }

var _ workspace.Workspace = (*Workspace)(nil)

// Open gives the workspace of the ledger whose vault is in the database, and makes its table where there is none yet.
func Open(ctx context.Context, db Database) (*Workspace, error) {
	err := db.Beside(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", turn); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass('workspace_documents') IS NOT NULL").Scan(&there); err != nil || there {
			return err
		}
		_, err := tx.Exec(ctx, table)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening the workspace beside the vault: %w", err)
	}
	return &Workspace{db}, nil
}

const columns = "SELECT key, revision, at, person, body FROM workspace_documents "

func scan(row pgx.CollectableRow) (d workspace.Document, err error) {
	var at int64
	var person []byte
	err = row.Scan(&d.Key, &d.Revision, &at, &person, &d.Body)
	d.At, d.By = time.UnixMilli(at).UTC(), string(person)
	return d, err
}

func query(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]workspace.Document, error) {
	rows, err := tx.Query(ctx, columns+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func (w *Workspace) read(ctx context.Context, where string, args ...any) (found []workspace.Document, err error) {
	err = w.db.Beside(ctx, func(tx pgx.Tx) error {
		found, err = query(ctx, tx, where, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the workspace: %w", err)
	}
	return found, nil
}

const newest = "WHERE key = $1 ORDER BY revision DESC LIMIT 1"

// Get implements workspace.Workspace.
func (w *Workspace) Get(ctx context.Context, key string) (workspace.Document, error) {
	found, err := w.read(ctx, newest, key)
	switch {
	case err != nil:
		return workspace.Document{}, err
	case len(found) == 0:
		return workspace.Document{}, fmt.Errorf("%s: %w", key, workspace.ErrAbsent)
	}
	return found[0], nil
}

// Versions implements workspace.Workspace.
func (w *Workspace) Versions(ctx context.Context, key string) ([]workspace.Document, error) {
	return w.read(ctx, "WHERE key = $1 ORDER BY revision", key)
}

// List implements workspace.Workspace. O(n) in the versions below the prefix.
func (w *Workspace) List(ctx context.Context, prefix string) ([]workspace.Document, error) {
	return w.read(ctx, `AS d WHERE starts_with(key, $1)
		AND revision = (SELECT max(revision) FROM workspace_documents WHERE key = d.key) ORDER BY key`, prefix)
}

// Put implements workspace.Workspace.
func (w *Workspace) Put(ctx context.Context, d workspace.Document, expected int64) (workspace.Document, error) {
	err := w.db.Beside(ctx, func(tx pgx.Tx) error {
		// Who writes the same document waits here, and reads below what the other wrote.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock($2, hashtext($3))", turn, turn, d.Key); err != nil {
			return err
		}
		found, err := query(ctx, tx, newest, d.Key)
		if err != nil {
			return err
		}
		d.Revision = 0
		if len(found) > 0 {
			d.Revision = found[0].Revision
		}
		if expected >= 0 && expected != d.Revision {
			return &workspace.Conflict{Key: d.Key, Current: d.Revision}
		}
		d.Revision++
		_, err = tx.Exec(ctx, "INSERT INTO workspace_documents (key, revision, at, person, body) VALUES ($1, $2, $3, $4, $5)",
			d.Key, d.Revision, d.At.UnixMilli(), []byte(d.By), d.Body)
		return err
	})
	if conflict, ok := errors.AsType[*workspace.Conflict](err); ok {
		return workspace.Document{}, conflict
	}
	if err != nil {
		return workspace.Document{}, fmt.Errorf("writing %s into the workspace: %w", d.Key, err)
	}
	d.At = d.At.UTC().Truncate(time.Millisecond)
	return d, nil
}

// Forget implements workspace.Workspace. It waits for whoever reads or writes.
func (w *Workspace) Forget(ctx context.Context, prefix string) error {
	err := w.db.Beside(ctx, func(tx pgx.Tx) error {
		for _, step := range []struct {
			statement string
			args      []any
		}{
			{"SELECT pg_advisory_xact_lock($1)", []any{turn}},
			{"LOCK TABLE workspace_documents IN ACCESS EXCLUSIVE MODE", nil},
			{"INSERT INTO workspace_forgotten SELECT DISTINCT key FROM workspace_documents WHERE starts_with(key, $1) ON CONFLICT DO NOTHING", []any{prefix}},
			{"CREATE TEMPORARY TABLE workspace_kept (LIKE workspace_documents) ON COMMIT DROP", nil},
			{"INSERT INTO workspace_kept SELECT * FROM workspace_documents WHERE NOT starts_with(key, $1)", []any{prefix}},
			{"TRUNCATE workspace_documents", nil},
			{"INSERT INTO workspace_documents SELECT * FROM workspace_kept", nil},
			{"DROP TABLE workspace_kept", nil},
		} {
			if _, err := tx.Exec(ctx, step.statement, step.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forgetting %s in the workspace: %w", prefix, err)
	}
	return nil
}

// Restore adds documents with all their versions as they were, all or none, and gives how many documents there were. A
// document of which anything is or was here stays as it is: what was written or forgotten since is not undone.
func (w *Workspace) Restore(ctx context.Context, versions []workspace.Document) (added int, err error) {
	err = w.db.Beside(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", turn); err != nil {
			return err
		}
		known := make(map[string]bool)
		fresh := make(map[string]bool)
		for _, d := range versions {
			if _, asked := known[d.Key]; !asked {
				var there bool
				err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM workspace_documents WHERE key = $1) OR EXISTS (SELECT FROM workspace_forgotten WHERE key = $1)`, d.Key).Scan(&there)
				if err != nil {
					return err
				}
				known[d.Key] = there
			}
			if known[d.Key] {
				continue
			}
			fresh[d.Key] = true
			_, err := tx.Exec(ctx, "INSERT INTO workspace_documents (key, revision, at, person, body) VALUES ($1, $2, $3, $4, $5)",
				d.Key, d.Revision, d.At.UnixMilli(), []byte(d.By), d.Body)
			if err != nil {
				return err
			}
		}
		added = len(fresh)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("restoring the workspace: %w", err)
	}
	return added, nil
}
