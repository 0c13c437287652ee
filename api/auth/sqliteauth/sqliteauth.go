// Package sqliteauth keeps the tokens of a ledger in one SQLite file of mode 0600. It holds names of persons and no
// secret: a token is kept as the hash of its secret.
package sqliteauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/auth"
	"arobase/eventstore/sqlite/sqlitefile"
)

// kind is the format of the file. Times are in Unix seconds; revoked is 0 for a token that is not.
var kind = sqlitefile.Kind{
	Name:          "auth",
	ApplicationID: 0x61726f61, // "aroa"
	Version:       1,
	Mode:          0o600,
	Schema: `
CREATE TABLE tokens (
	id      TEXT PRIMARY KEY,
	hash    BLOB NOT NULL CHECK (length(hash) = 32),
	role    TEXT NOT NULL,
	bound   TEXT NOT NULL,
	person  TEXT NOT NULL,
	created INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	revoked INTEGER NOT NULL
) STRICT;
`,
}

// connections is their number: a token is looked up once a request, in microseconds.
const connections = 2

// Tokens is an auth.Tokens in one file. Several processes may use it at once: a command that revokes a token beside a
// server is heard at the next request.
type Tokens struct{ pool *sqlitefile.Pool }

var _ auth.Tokens = (*Tokens)(nil)

// Create makes a new file for a ledger and opens it. An existing file is an error that wraps fs.ErrExist.
func Create(path string, ledger uuid.UUID) (*Tokens, error) {
	if err := kind.Create(path, ledger); err != nil {
		return nil, err
	}
	return Open(path, ledger)
}

// Open opens the file of a ledger. One of another ledger is eventstore.ErrForeign.
func Open(path string, ledger uuid.UUID) (*Tokens, error) {
	pool, err := sqlitefile.NewPool(path, sqlitefile.ReadWrite, connections)
	if err != nil {
		return nil, fmt.Errorf("opening tokens %s: %w", path, err)
	}
	t := &Tokens{pool}
	err = t.with(context.Background(), func(c *sqlite.Conn) error { return kind.Belongs(c, ledger) })
	if err != nil {
		return nil, fmt.Errorf("opening tokens %s: %w", path, errors.Join(err, pool.Close()))
	}
	return t, nil
}

// Close closes the file when the calls under way have ended. There must be no later ones.
func (t *Tokens) Close() error { return t.pool.Close() }

func (t *Tokens) with(ctx context.Context, f func(*sqlite.Conn) error) error {
	conn, err := t.pool.Take(ctx)
	if err != nil {
		return err
	}
	defer t.pool.Put(conn)
	return f(conn)
}

// Add implements auth.Tokens.
func (t *Tokens) Add(ctx context.Context, k auth.Token) error {
	return t.with(ctx, func(c *sqlite.Conn) error {
		return sqlitex.Execute(c, `INSERT INTO tokens (id, hash, role, bound, person, created, expires, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
			&sqlitex.ExecOptions{Args: []any{k.ID, k.Hash[:], string(k.Role), k.For, k.Person, k.Created.Unix(), k.Expires.Unix()}})
	})
}

const columns = "SELECT id, hash, role, bound, person, created, expires, revoked FROM tokens "

func scan(row *sqlite.Stmt) auth.Token {
	k := auth.Token{
		ID: row.ColumnText(0), Role: auth.Role(row.ColumnText(2)), For: row.ColumnText(3), Person: row.ColumnText(4),
		Created: time.Unix(row.ColumnInt64(5), 0).UTC(), Expires: time.Unix(row.ColumnInt64(6), 0).UTC(),
	}
	row.ColumnBytes(1, k.Hash[:])
	if at := row.ColumnInt64(7); at != 0 {
		k.Revoked = time.Unix(at, 0).UTC()
	}
	return k
}

// Get implements auth.Tokens.
func (t *Tokens) Get(ctx context.Context, id string) (found auth.Token, err error) {
	err = t.with(ctx, func(c *sqlite.Conn) error {
		return sqlitex.Execute(c, columns+"WHERE id = ?", &sqlitex.ExecOptions{
			Args: []any{id}, ResultFunc: func(row *sqlite.Stmt) error { found = scan(row); return nil },
		})
	})
	if err == nil && found.ID == "" {
		err = auth.ErrUnknown
	}
	return found, err
}

// All implements auth.Tokens.
func (t *Tokens) All(ctx context.Context) (all []auth.Token, err error) {
	err = t.with(ctx, func(c *sqlite.Conn) error {
		return sqlitex.Execute(c, columns+"ORDER BY created, id", &sqlitex.ExecOptions{
			ResultFunc: func(row *sqlite.Stmt) error { all = append(all, scan(row)); return nil },
		})
	})
	return all, err
}

// Revoke implements auth.Tokens.
func (t *Tokens) Revoke(ctx context.Context, id string, at time.Time) error {
	if _, err := t.Get(ctx, id); err != nil {
		return err
	}
	return t.with(ctx, func(c *sqlite.Conn) error {
		return sqlitex.Execute(c, "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked = 0", &sqlitex.ExecOptions{Args: []any{at.Unix(), id}})
	})
}

// Restore adds tokens as they were, all or none, and gives how many are new. One that was revoked here or there is revoked.
func (t *Tokens) Restore(ctx context.Context, tokens []auth.Token) (added int, err error) {
	err = t.with(ctx, func(c *sqlite.Conn) (err error) {
		defer sqlitex.Save(c)(&err)
		for _, k := range tokens {
			revoked := int64(0)
			if !k.Revoked.IsZero() {
				revoked = k.Revoked.Unix()
			}
			err := sqlitex.Execute(c, `INSERT INTO tokens (id, hash, role, bound, person, created, expires, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (id) DO NOTHING`,
				&sqlitex.ExecOptions{Args: []any{k.ID, k.Hash[:], string(k.Role), k.For, k.Person, k.Created.Unix(), k.Expires.Unix(), revoked}})
			if err != nil {
				return err
			}
			added += c.Changes()
			err = sqlitex.Execute(c, "UPDATE tokens SET revoked = ? WHERE id = ? AND revoked = 0", &sqlitex.ExecOptions{Args: []any{revoked, k.ID}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("restoring tokens: %w", err)
	}
	return added, nil
}
