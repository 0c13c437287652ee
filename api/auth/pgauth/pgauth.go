// Package pgauth keeps the tokens of a ledger in the PostgreSQL database where several nodes share its vault: a token that
// is given or revoked on one node is so on all. It holds names of persons and no secret: a token is kept as the hash of
// its secret.
package pgauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"arobase/api/auth"
)

// Database runs transactions on the database, each durable when it returns.
type Database interface {
	Beside(ctx context.Context, f func(tx pgx.Tx) error) error
}

// turn is the advisory lock of whoever makes the table: two nodes may begin at once.
const turn = 0x61726f41 // "aroA"

// table holds times in Unix seconds; revoked is 0 for a token that is not.
const table = `
CREATE TABLE IF NOT EXISTS auth_tokens (
	id      text PRIMARY KEY,
	hash    bytea NOT NULL CHECK (length(hash) = 32),
	role    text NOT NULL,
	bound   text NOT NULL,
	person  text NOT NULL,
	created bigint NOT NULL,
	expires bigint NOT NULL,
	revoked bigint NOT NULL
);`

// Tokens is an auth.Tokens in a database. Many processes may use it at once.
type Tokens struct{ db Database }

var _ auth.Tokens = (*Tokens)(nil)

// Open gives the tokens of the ledger whose vault is in the database, and makes their table where there is none yet.
func Open(ctx context.Context, db Database) (*Tokens, error) {
	err := db.Beside(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", turn); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, table)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening the tokens beside the vault: %w", err)
	}
	return &Tokens{db}, nil
}

// Add implements auth.Tokens.
func (t *Tokens) Add(ctx context.Context, k auth.Token) error {
	return t.db.Beside(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO auth_tokens (id, hash, role, bound, person, created, expires, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
			k.ID, k.Hash[:], string(k.Role), k.For, k.Person, k.Created.Unix(), k.Expires.Unix())
		return err
	})
}

const columns = "SELECT id, hash, role, bound, person, created, expires, revoked FROM auth_tokens "

func scan(row pgx.Row) (k auth.Token, err error) {
	var hash []byte
	var role string
	var created, expires, revoked int64
	if err := row.Scan(&k.ID, &hash, &role, &k.For, &k.Person, &created, &expires, &revoked); err != nil {
		return k, err
	}
	copy(k.Hash[:], hash)
	k.Role, k.Created, k.Expires = auth.Role(role), time.Unix(created, 0).UTC(), time.Unix(expires, 0).UTC()
	if revoked != 0 {
		k.Revoked = time.Unix(revoked, 0).UTC()
	}
	return k, nil
}

// Get implements auth.Tokens.
func (t *Tokens) Get(ctx context.Context, id string) (found auth.Token, err error) {
	err = t.db.Beside(ctx, func(tx pgx.Tx) error {
		found, err = scan(tx.QueryRow(ctx, columns+"WHERE id = $1", id))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = auth.ErrUnknown
	}
	return found, err
}

// All implements auth.Tokens.
func (t *Tokens) All(ctx context.Context) (all []auth.Token, err error) {
	err = t.db.Beside(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, columns+"ORDER BY created, id")
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (auth.Token, error) { return scan(row) })
		return err
	})
	return all, err
}

// Revoke implements auth.Tokens.
func (t *Tokens) Revoke(ctx context.Context, id string, at time.Time) error {
	return t.db.Beside(ctx, func(tx pgx.Tx) error {
		if _, err := scan(tx.QueryRow(ctx, columns+"WHERE id = $1", id)); errors.Is(err, pgx.ErrNoRows) {
			return auth.ErrUnknown
		} else if err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE auth_tokens SET revoked = $1 WHERE id = $2 AND revoked = 0", at.Unix(), id)
		return err
	})
}

// Restore adds tokens as they were, all or none, and gives how many are new. One that was revoked here or there is revoked.
func (t *Tokens) Restore(ctx context.Context, tokens []auth.Token) (added int, err error) {
	err = t.db.Beside(ctx, func(tx pgx.Tx) error {
		added = 0
		for _, k := range tokens {
			revoked := int64(0)
			if !k.Revoked.IsZero() {
				revoked = k.Revoked.Unix()
			}
			done, err := tx.Exec(ctx, `INSERT INTO auth_tokens (id, hash, role, bound, person, created, expires, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT (id) DO NOTHING`, k.ID, k.Hash[:], string(k.Role), k.For, k.Person, k.Created.Unix(), k.Expires.Unix(), revoked)
			if err != nil {
				return err
			}
			added += int(done.RowsAffected())
			if _, err := tx.Exec(ctx, "UPDATE auth_tokens SET revoked = $1 WHERE id = $2 AND revoked = 0", revoked, k.ID); err != nil {
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
