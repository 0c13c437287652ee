// Package sqliteworkspace keeps the private workspace of a ledger in one SQLite file of mode 0600. What is forgotten is
// overwritten in the file, and the write-ahead log is emptied.
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
	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// kind is the format of the file. Times are in Unix milliseconds.
var kind = sqlitefile.Kind{
	Name:          "workspace",
	ApplicationID: 0x61726f77, // "arow"
	Version:       1,
	Mode:          0o600,
	Schema: `
CREATE TABLE documents (
	key      TEXT NOT NULL,
	revision INTEGER NOT NULL,
	body     BLOB NOT NULL,
	person   TEXT NOT NULL,
	at       INTEGER NOT NULL,
	PRIMARY KEY (key, revision)
) STRICT, WITHOUT ROWID;
`,
}

// connections is their number: one may write while the others read.
const connections = 4

// Workspace is a workspace.Workspace in one file.
type Workspace struct{ pool *sqlitefile.Pool }

var _ workspace.Workspace = (*Workspace)(nil)

// Create makes a new file for a ledger and opens it. An existing file is an error that wraps fs.ErrExist.
func Create(path string, ledger uuid.UUID) (*Workspace, error) {
	if err := kind.Create(path, ledger); err != nil {
		return nil, err
	}
	return Open(path, ledger)
}

// Open opens the file of a ledger. One of another ledger is eventstore.ErrForeign.
func Open(path string, ledger uuid.UUID) (*Workspace, error) {
	pool, err := sqlitefile.NewPool(path, sqlitefile.ReadWrite, connections)
	if err != nil {
		return nil, fmt.Errorf("opening workspace %s: %w", path, err)
	}
	w := &Workspace{pool}
	err = w.with(context.Background(), func(c *sqlite.Conn) error {
		found, err := kind.Identify(c)
		if err == nil && found != ledger {
			err = fmt.Errorf("%w: it is of %s, not of %s", eventstore.ErrForeign, found, ledger)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening workspace %s: %w", path, errors.Join(err, pool.Close()))
	}
	return w, nil
}

// Close closes the file when the calls under way have ended. There must be no later ones.
func (w *Workspace) Close() error { return w.pool.Close() }

func (w *Workspace) with(ctx context.Context, f func(*sqlite.Conn) error) error {
	conn, err := w.pool.Take(ctx)
	if err != nil {
		return err
	}
	defer w.pool.Put(conn)
	// On every connection: pages that are split or joined leave copies of what they held, too.
	if err := sqlitex.ExecuteTransient(conn, "PRAGMA secure_delete = ON", nil); err != nil {
		return err
	}
	return f(conn)
}

const columns = "SELECT key, revision, body, person, at FROM documents "

func scan(into *[]workspace.Document) func(*sqlite.Stmt) error {
	return func(row *sqlite.Stmt) error {
		d := workspace.Document{
			Key: row.ColumnText(0), Revision: row.ColumnInt64(1), Body: make([]byte, row.ColumnLen(2)), By: row.ColumnText(3),
			At: time.UnixMilli(row.ColumnInt64(4)).UTC(),
		}
		row.ColumnBytes(2, d.Body)
		*into = append(*into, d)
		return nil
	}
}

// newest is the one document that a statement finds, or ErrAbsent.
func newest(c *sqlite.Conn, key string) (workspace.Document, error) {
	var found []workspace.Document
	err := sqlitex.Execute(c, columns+"WHERE key = ? ORDER BY revision DESC LIMIT 1", &sqlitex.ExecOptions{Args: []any{key}, ResultFunc: scan(&found)})
	switch {
	case err != nil:
		return workspace.Document{}, err
	case len(found) == 0:
		return workspace.Document{}, workspace.ErrAbsent
	}
	return found[0], nil
}

// Get implements workspace.Workspace.
func (w *Workspace) Get(ctx context.Context, key string) (d workspace.Document, err error) {
	err = w.with(ctx, func(c *sqlite.Conn) error {
		d, err = newest(c, key)
		return err
	})
	return d, err
}

// Versions implements workspace.Workspace.
func (w *Workspace) Versions(ctx context.Context, key string) (all []workspace.Document, err error) {
	err = w.with(ctx, func(c *sqlite.Conn) error {
		return sqlitex.Execute(c, columns+"WHERE key = ? ORDER BY revision", &sqlitex.ExecOptions{Args: []any{key}, ResultFunc: scan(&all)})
	})
	return all, err
}

// The keys that begin with a prefix are those from it on, up to the prefix with the last character there is behind it.
const (
	beginning = "key >= ?1 AND key < ?1 || char(0x10ffff) "
	latest    = "AND revision = (SELECT max(revision) FROM documents AS later WHERE later.key = documents.key) "
)

// List implements workspace.Workspace.
func (w *Workspace) List(ctx context.Context, prefix string) (all []workspace.Document, err error) {
	err = w.with(ctx, func(c *sqlite.Conn) error {
		return sqlitex.Execute(c, columns+"WHERE "+beginning+latest+"ORDER BY key", &sqlitex.ExecOptions{Args: []any{prefix}, ResultFunc: scan(&all)})
	})
	return all, err
}

// Put implements workspace.Workspace.
func (w *Workspace) Put(ctx context.Context, d workspace.Document, expected int64) (workspace.Document, error) {
	err := w.with(ctx, func(c *sqlite.Conn) (err error) {
		end, err := sqlitex.ImmediateTransaction(c)
		if err != nil {
			return err
		}
		defer end(&err)
		last, err := newest(c, d.Key)
		if err != nil && !errors.Is(err, workspace.ErrAbsent) {
			return err
		}
		if expected >= 0 && expected != last.Revision {
			return &workspace.Conflict{Key: d.Key, Current: last.Revision}
		}
		d.Revision = last.Revision + 1
		return sqlitex.Execute(c, "INSERT INTO documents (key, revision, body, person, at) VALUES (?, ?, ?, ?, ?)", &sqlitex.ExecOptions{
			Args: []any{d.Key, d.Revision, d.Body, d.By, d.At.UnixMilli()},
		})
	})
	d.At = d.At.UTC().Truncate(time.Millisecond)
	return d, err
}

// Forget implements workspace.Workspace.
func (w *Workspace) Forget(ctx context.Context, prefix string) error {
	return w.with(ctx, func(c *sqlite.Conn) error {
		for _, s := range []string{"DELETE FROM documents WHERE " + beginning, "PRAGMA wal_checkpoint(TRUNCATE)"} {
			o := &sqlitex.ExecOptions{}
			if s[0] == 'D' {
				o.Args = []any{prefix}
			}
			if err := sqlitex.ExecuteTransient(c, s, o); err != nil {
				return fmt.Errorf("forgetting %q: %w", prefix, err)
			}
		}
		return nil
	})
}
