package sqlitevault

import (
	"bytes"
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore/vault"
)

// Put implements vault.Vault. A secret whose commitment does not verify for this ledger, or that has no value or an
// unknown visibility, is ErrInvalid. So is one that is kept with another visibility, and a mark of a leaf that has
// another mark. What is there already counts as put now, for Purge.
//
// O(b log n) for b secrets and marks, and one fsync, which all who put at the same time share.
func (v *Vault) Put(ctx context.Context, secrets []vault.Secret, requests []vault.Request) error {
	if err := v.put(ctx, secrets, requests); err != nil {
		return fmt.Errorf("putting into the vault: %w", err)
	}
	return nil
}

func (v *Vault) put(ctx context.Context, secrets []vault.Secret, requests []vault.Request) error {
	for _, s := range secrets {
		if err := s.Check(v.ledger); err != nil {
			return err
		}
	}
	return v.together(ctx, &putting{secrets: secrets, requests: requests, now: v.now().UnixMilli(), answer: make(chan error, 1)})
}

// putting is one call of Put.
type putting struct {
	secrets  []vault.Secret
	requests []vault.Request
	now      int64
	answer   chan error // holds one
}

// into writes it into the transaction of a connection.
func (p *putting) into(conn *sqlite.Conn) error {
	for _, s := range p.secrets {
		if err := putSecret(conn, s, p.now); err != nil {
			return fmt.Errorf("secret %s: %w", s.Commitment, err)
		}
	}
	for _, r := range p.requests {
		if err := putRequest(conn, r, p.now); err != nil {
			return fmt.Errorf("request of event %s: %w", r.Event, err)
		}
	}
	return nil
}

// size is about how much it adds to the write-ahead log, in bytes.
func (p *putting) size() int {
	n := 256 * (len(p.secrets) + len(p.requests))
	for _, s := range p.secrets {
		n += len(s.Value)
	}
	return n
}

func putSecret(conn *sqlite.Conn, s vault.Secret, now int64) error {
	var state, visibility string
	err := sqlitex.Execute(conn, "SELECT state, visibility FROM secrets WHERE commitment = ?", &sqlitex.ExecOptions{
		Args: []any{s.Commitment[:]},
		ResultFunc: func(row *sqlite.Stmt) error {
			state, visibility = row.ColumnText(0), row.ColumnText(1)
			return nil
		},
	})
	switch {
	case err != nil:
		return err
	case state == "gone":
		return nil
	case visibility != "" && visibility != string(s.Visibility):
		return fmt.Errorf("%w: it is there with visibility %s, not %s", ErrInvalid, visibility, s.Visibility)
	case state == "kept":
		// Its event may be about to be appended once more: it must not look old to Purge.
		return sqlitex.Execute(conn, "UPDATE secrets SET put = ? WHERE commitment = ?",
			&sqlitex.ExecOptions{Args: []any{now, s.Commitment[:]}})
	}
	if erased, err := fieldErased(conn, s); erased || err != nil {
		return err
	}
	if state == "" {
		return sqlitex.Execute(conn, `INSERT INTO secrets (commitment, event, pointer, visibility, state, put, salt, value)
			VALUES (?, ?, ?, ?, 'kept', ?, ?, ?)`, &sqlitex.ExecOptions{
			Args: []any{s.Commitment[:], s.Event[:], s.Pointer, string(s.Visibility), now, s.Salt[:], s.Value},
		})
	}
	// It is void. The same commitment means the same value, hence the same length: it takes its old place.
	return sqlitex.Execute(conn, "UPDATE secrets SET state = 'kept', put = ?, salt = ?, value = ? WHERE commitment = ?",
		&sqlitex.ExecOptions{Args: []any{now, s.Salt[:], s.Value, s.Commitment[:]}})
}

// fieldErased tells whether the field of a secret has a tombstone, be it that of another attempt to write it.
func fieldErased(conn *sqlite.Conn, s vault.Secret) (erased bool, err error) {
	err = sqlitex.Execute(conn, "SELECT 1 FROM secrets WHERE event = ? AND pointer = ? AND state = 'gone'", &sqlitex.ExecOptions{
		Args:       []any{s.Event[:], s.Pointer},
		ResultFunc: func(*sqlite.Stmt) error { erased = true; return nil },
	})
	return erased, err
}

func putRequest(conn *sqlite.Conn, r vault.Request, now int64) error {
	stored, found, err := findRequest(conn, r.LeafHash)
	switch {
	case err != nil:
		return err
	case found && (stored.Event != r.Event || !bytes.Equal(stored.MAC[:], r.MAC[:])):
		return fmt.Errorf("%w: the leaf is marked with another request", ErrInvalid)
	}
	return sqlitex.Execute(conn, "INSERT INTO requests (leaf, event, mac, put) VALUES (?, ?, ?, ?) ON CONFLICT (leaf) DO UPDATE SET put = excluded.put",
		&sqlitex.ExecOptions{Args: []any{r.LeafHash[:], r.Event[:], r.MAC[:], now}})
}
