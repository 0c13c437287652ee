// Package sqliteworkspace keeps the private workspace of a ledger in one SQLite file of mode 0600.
//
// What is forgotten is gone from every file of the workspace when Forget returns, but for the keys, which name editions
// and collectivities. As in a vault, rows are only ever added, in the order of seq, and a document is destroyed by
// overwriting it with zeros of the same length: SQLite does that in place, so that no copy of a row is left anywhere.
package sqliteworkspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/ledger/workspace"
	"arobase/eventstore/sqlite/sqlitefile"
)

// kind is the format of the file. gone is 1 for what was forgotten, body and person being zeros then. Times are in Unix
// milliseconds.
var kind = sqlitefile.Kind{
	Name:          "workspace",
	ApplicationID: 0x61726f57, // "aroW"
	Version:       1,
	Mode:          0o600,
	Schema: `
CREATE TABLE documents (
	seq      INTEGER PRIMARY KEY,
	key      TEXT NOT NULL,
	revision INTEGER NOT NULL,
	gone     INTEGER NOT NULL CHECK (gone IN (0, 1)),
	at       INTEGER NOT NULL,
	person   BLOB NOT NULL,
	body     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_key ON documents (key, revision) WHERE gone = 0;
`,
}

// Workspace is a workspace.Workspace in one file. Besides the errors of the contract its methods give
// eventstore.ErrPoisoned: after a failed commit nobody knows what is durable, and nothing more is written.
type Workspace struct{ file *sqlitefile.File }

var _ workspace.Workspace = (*Workspace)(nil)

// readers is the number of connections that read: a jury of twenty reads little at a time.
const readers = 2

// Create makes a new, empty file for a ledger and opens it. An existing file is an error that wraps fs.ErrExist.
func Create(path string, ledger uuid.UUID) (*Workspace, error) {
	if err := kind.Create(path, ledger); err != nil {
		return nil, err
	}
	return Open(path, ledger)
}

// Open opens the file of a ledger. One of another ledger is eventstore.ErrForeign.
func Open(path string, ledger uuid.UUID) (*Workspace, error) {
	file, err := kind.Open(path, ledger, sqlitefile.Opening{Access: sqlitefile.ReadWrite, Readers: readers, Forgets: true})
	if err != nil {
		return nil, fmt.Errorf("opening the workspace %s: %w", path, err)
	}
	return &Workspace{file}, nil
}

// Close closes the file when the calls under way have ended. There must be no later ones.
func (w *Workspace) Close() error { return w.file.Close() }

const columns = "SELECT key, revision, at, person, body FROM documents "

// query gives the documents of a question, in its order.
func query(conn *sqlite.Conn, where string, args ...any) (found []workspace.Document, err error) {
	err = sqlitex.Execute(conn, columns+where, &sqlitex.ExecOptions{Args: args, ResultFunc: func(row *sqlite.Stmt) error {
		d := workspace.Document{Key: row.ColumnText(0), Revision: row.ColumnInt64(1), At: time.UnixMilli(row.ColumnInt64(2)).UTC()}
		person, body := make([]byte, row.ColumnLen(3)), make([]byte, row.ColumnLen(4))
		row.ColumnBytes(3, person)
		row.ColumnBytes(4, body)
		d.By, d.Body = string(person), body
		found = append(found, d)
		return nil
	}})
	return found, err
}

func (w *Workspace) read(ctx context.Context, where string, args ...any) (found []workspace.Document, err error) {
	err = w.file.Read(ctx, func(conn *sqlite.Conn) (err error) {
		found, err = query(conn, where, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the workspace: %w", err)
	}
	return found, nil
}

const newest = "WHERE gone = 0 AND key = ? ORDER BY revision DESC LIMIT 1"

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
	return w.read(ctx, "WHERE gone = 0 AND key = ? ORDER BY revision", key)
}

// List implements workspace.Workspace. O(n) in the versions below the prefix.
func (w *Workspace) List(ctx context.Context, prefix string) ([]workspace.Document, error) {
	return w.read(ctx, `AS d WHERE gone = 0 AND substr(key, 1, length(?1)) = ?1 AND key >= ?1
		AND revision = (SELECT max(revision) FROM documents WHERE gone = 0 AND key = d.key) ORDER BY key`, prefix)
}

// Put implements workspace.Workspace. One fsync.
func (w *Workspace) Put(ctx context.Context, d workspace.Document, expected int64) (workspace.Document, error) {
	err := w.write(ctx, func(conn *sqlite.Conn) error {
		found, err := query(conn, newest, d.Key)
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
		return sqlitex.Execute(conn, "INSERT INTO documents (key, revision, gone, at, person, body) VALUES (?, ?, 0, ?, ?, ?)",
			&sqlitex.ExecOptions{Args: []any{d.Key, d.Revision, d.At.UnixMilli(), []byte(d.By), d.Body}})
	})
	if err != nil {
		return workspace.Document{}, fmt.Errorf("writing %s into the workspace: %w", d.Key, err)
	}
	d.At = d.At.UTC().Truncate(time.Millisecond)
	return d, nil
}

// Forget implements workspace.Workspace. Where another process reads the file for longer than ten seconds it is an error,
// and Forget is to be called again.
func (w *Workspace) Forget(ctx context.Context, prefix string) error {
	err := w.write(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, `UPDATE documents SET gone = 1, person = zeroblob(length(person)), body = zeroblob(length(body))
			WHERE gone = 0 AND substr(key, 1, length(?1)) = ?1`, &sqlitex.ExecOptions{Args: []any{prefix}})
	})
	if err == nil {
		err = w.file.EmptyLog(ctx) // also where all was forgotten before: the last time may have failed here
	}
	if err != nil {
		return fmt.Errorf("forgetting %s in the workspace: %w", prefix, err)
	}
	return nil
}

// write runs f in a transaction and returns when it is durable. If f refuses, nothing is written.
func (w *Workspace) write(ctx context.Context, f func(*sqlite.Conn) error) error {
	return w.file.Write(ctx, func(err error) bool {
		_, refused := errors.AsType[*workspace.Conflict](err)
		return refused
	}, f)
}

// Restore adds documents with all their versions as they were, all or none, and gives how many documents there were. A
// document of which anything is or was here stays as it is: what was written or forgotten since is not undone.
func (w *Workspace) Restore(ctx context.Context, versions []workspace.Document) (added int, err error) {
	err = w.write(ctx, func(conn *sqlite.Conn) error {
		known := map[string]bool{}
		fresh := map[string]bool{}
		for _, d := range versions {
			if _, asked := known[d.Key]; !asked {
				known[d.Key] = false
				err := sqlitex.Execute(conn, "SELECT 1 FROM documents WHERE key = ? LIMIT 1", &sqlitex.ExecOptions{
					Args: []any{d.Key}, ResultFunc: func(*sqlite.Stmt) error { known[d.Key] = true; return nil },
				})
				if err != nil {
					return err
				}
			}
			if known[d.Key] {
				continue
			}
			fresh[d.Key] = true
			err := sqlitex.Execute(conn, "INSERT INTO documents (key, revision, gone, at, person, body) VALUES (?, ?, 0, ?, ?, ?)",
				&sqlitex.ExecOptions{Args: []any{d.Key, d.Revision, d.At.UnixMilli(), []byte(d.By), d.Body}})
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
