package sqlitevault

import (
	"context"
	"fmt"
	"math"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore/vault"
)

const columns = "SELECT seq, commitment, event, pointer, visibility, state, salt, value FROM secrets "

// Get implements vault.Vault. O(log n).
func (v *Vault) Get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	var found row
	err := v.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, columns+"WHERE commitment = ?", &sqlitex.ExecOptions{
			Args:       []any{c[:]},
			ResultFunc: func(stmt *sqlite.Stmt) error { found = scan(stmt); return nil },
		})
	})
	if err == nil {
		err = present(found.state)
	}
	if err != nil {
		return vault.Secret{}, fmt.Errorf("getting secret %s: %w", c, err)
	}
	return found.secret, nil
}

// Place implements vault.Vault. O(log n). The columns that it reads stand before salt and value in the row, whose end lies
// on other pages where it is long.
func (v *Vault) Place(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	s, state := vault.Secret{Commitment: c}, ""
	err := v.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT event, pointer, visibility, state FROM secrets WHERE commitment = ?", &sqlitex.ExecOptions{
			Args: []any{c[:]},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				stmt.ColumnBytes(0, s.Event[:])
				s.Pointer, s.Visibility, state = stmt.ColumnText(1), vault.Visibility(stmt.ColumnText(2)), stmt.ColumnText(3)
				return nil
			},
		})
	})
	if err == nil {
		err = present(state)
	}
	if err != nil {
		return vault.Secret{}, fmt.Errorf("looking for secret %s: %w", c, err)
	}
	return s, nil
}

// present says of the state of a row why its secret cannot be had; nil where it can.
func present(state string) error {
	switch state {
	case "kept":
		return nil
	case "gone":
		return vault.ErrErased
	}
	return vault.ErrUnknown
}

// row is one row of secrets.
type row struct {
	seq    int64
	state  string
	secret vault.Secret // without salt and value where the row is a tombstone
}

// scan copies the current row of a query that begins with columns.
func scan(stmt *sqlite.Stmt) row {
	r := row{seq: stmt.ColumnInt64(0), state: stmt.ColumnText(5)}
	stmt.ColumnBytes(1, r.secret.Commitment[:])
	stmt.ColumnBytes(2, r.secret.Event[:])
	r.secret.Pointer = stmt.ColumnText(3)
	r.secret.Visibility = vault.Visibility(stmt.ColumnText(4))
	if r.state == "kept" {
		stmt.ColumnBytes(6, r.secret.Salt[:])
		r.secret.Value = make([]byte, stmt.ColumnLen(7))
		stmt.ColumnBytes(7, r.secret.Value)
	}
	return r
}

// Request implements vault.Vault. O(log n).
func (v *Vault) Request(ctx context.Context, leafHash [32]byte) (vault.Request, error) {
	var request vault.Request
	err := v.read(ctx, func(conn *sqlite.Conn) error {
		stored, found, err := findRequest(conn, leafHash)
		if err == nil && !found {
			err = vault.ErrUnknown
		}
		request = stored
		return err
	})
	if err != nil {
		return vault.Request{}, fmt.Errorf("getting the request of leaf %x: %w", leafHash, err)
	}
	return request, nil
}

func findRequest(conn *sqlite.Conn, leafHash [32]byte) (request vault.Request, found bool, err error) {
	request.LeafHash = leafHash
	err = sqlitex.Execute(conn, "SELECT event, mac FROM requests WHERE leaf = ?", &sqlitex.ExecOptions{
		Args: []any{leafHash[:]},
		ResultFunc: func(stmt *sqlite.Stmt) error {
			stmt.ColumnBytes(0, request.Event[:])
			stmt.ColumnBytes(1, request.MAC[:])
			found = true
			return nil
		},
	})
	return request, found, err
}

// pageRows is how many rows are read at a time. In between f may use the vault.
const pageRows = 64

// Each implements vault.Vault. It shows each secret as it is when its turn comes; f may call the vault.
func (v *Vault) Each(ctx context.Context, f func(vault.Secret) error) error {
	for after := int64(0); ; {
		page, err := v.page(ctx, "seq > ? AND state <> 'void' ORDER BY seq", after)
		if err != nil {
			return fmt.Errorf("reading the vault: %w", err)
		}
		for _, r := range page {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("reading the vault: %w", err)
			}
			if err := f(r.secret); err != nil {
				return err
			}
			after = r.seq
		}
		if len(page) < pageRows {
			return nil
		}
	}
}

// page copies some rows out of the file.
func (v *Vault) page(ctx context.Context, where string, arguments ...any) ([]row, error) {
	var page []row
	err := v.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, columns+"WHERE "+where+" LIMIT ?", &sqlitex.ExecOptions{
			Args:       append(arguments, pageRows),
			ResultFunc: func(stmt *sqlite.Stmt) error { page = append(page, scan(stmt)); return nil },
		})
	})
	return page, err
}

// EachRequest implements vault.Vault. It shows each mark as it is when its turn comes; f may call the vault.
func (v *Vault) EachRequest(ctx context.Context, f func(vault.Request) error) error {
	for after := []byte{}; ; {
		page, err := v.requestPage(ctx, after, math.MaxInt64)
		if err != nil {
			return fmt.Errorf("reading the vault: %w", err)
		}
		for _, r := range page {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("reading the vault: %w", err)
			}
			if err := f(r); err != nil {
				return err
			}
			after = r.LeafHash[:]
		}
		if len(page) < pageRows {
			return nil
		}
	}
}

// requestPage copies some marks that were put before a moment out of the file, in the order of their leaves.
func (v *Vault) requestPage(ctx context.Context, after []byte, before int64) ([]vault.Request, error) {
	var page []vault.Request
	err := v.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT leaf, event, mac FROM requests WHERE leaf > ? AND put < ? ORDER BY leaf LIMIT ?", &sqlitex.ExecOptions{
			Args: []any{after, before, pageRows},
			ResultFunc: func(row *sqlite.Stmt) error {
				var r vault.Request
				row.ColumnBytes(0, r.LeafHash[:])
				row.ColumnBytes(1, r.Event[:])
				row.ColumnBytes(2, r.MAC[:])
				page = append(page, r)
				return nil
			},
		})
	})
	return page, err
}
