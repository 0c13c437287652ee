package pgvault

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arobase/eventstore/vault"
)

// Get implements vault.Vault. O(log n).
func (v *Vault) Get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	s, err := v.get(ctx, c)
	if err != nil {
		return vault.Secret{}, fmt.Errorf("getting secret %s: %w", c, err)
	}
	return s, nil
}

func (v *Vault) get(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	rows, err := readRows(ctx, v, `
SELECT s.commitment, s.event, s.pointer, s.visibility, s.erased, v.salt, v.value
FROM vault_secrets s LEFT JOIN vault_values v ON v.part = $2 AND v.commitment = s.commitment
WHERE s.commitment = $1`, scanSecret, c[:], partOf(c[:]))
	switch {
	case err != nil:
		return vault.Secret{}, err
	case len(rows) == 0:
		return vault.Secret{}, vault.ErrUnknown
	case rows[0].Value == nil:
		return vault.Secret{}, vault.ErrErased
	}
	return rows[0], nil
}

// Place implements vault.Vault. O(log n). Values are in a table of their own, which it does not read.
func (v *Vault) Place(ctx context.Context, c vault.Commitment) (vault.Secret, error) {
	rows, err := readRows(ctx, v, "SELECT event, pointer, visibility, erased FROM vault_secrets WHERE commitment = $1",
		func(row pgx.CollectableRow) (s vault.Secret, err error) {
			var event []byte
			var visibility string
			var erased bool
			if err := row.Scan(&event, &s.Pointer, &visibility, &erased); err != nil {
				return s, err
			}
			if len(event) != len(s.Event) {
				return s, errWidth
			}
			s.Commitment, s.Event, s.Visibility = c, uuid.UUID(event), vault.Visibility(visibility)
			if erased {
				err = vault.ErrErased
			}
			return s, err
		}, c[:])
	if err == nil && len(rows) == 0 {
		err = vault.ErrUnknown
	}
	if err != nil {
		return vault.Secret{}, fmt.Errorf("looking for secret %s: %w", c, err)
	}
	return rows[0], nil
}

// readRows reads the rows of a query. The connection is given back before anybody looks at them.
func readRows[T any](ctx context.Context, v *Vault, query string, scan pgx.RowToFunc[T], arguments ...any) ([]T, error) {
	if err := v.enter(); err != nil {
		return nil, err
	}
	defer v.calls.Done()
	rows, err := v.pool.Query(ctx, query, arguments...)
	if err != nil {
		return nil, away(err)
	}
	found, err := pgx.CollectRows(rows, scan)
	return found, away(err)
}

var errWidth = errors.New("a column of the vault has another width than it should")

// scanSecret reads commitment, event, pointer, visibility, erased, salt and value. A tombstone has no value.
func scanSecret(row pgx.CollectableRow) (s vault.Secret, err error) {
	var commitment, event, salt, value []byte
	var visibility string
	var erased bool
	if err := row.Scan(&commitment, &event, &s.Pointer, &visibility, &erased, &salt, &value); err != nil {
		return s, err
	}
	if len(commitment) != len(s.Commitment) || len(event) != len(s.Event) || !erased && (len(salt) != len(s.Salt) || len(value) == 0) {
		return s, errWidth
	}
	s.Commitment, s.Event, s.Visibility = vault.Commitment(commitment), uuid.UUID(event), vault.Visibility(visibility)
	if !erased {
		s.Salt, s.Value = [vault.SaltSize]byte(salt), value
	}
	return s, nil
}

// scanRequest reads leaf, event and mac.
func scanRequest(row pgx.CollectableRow) (r vault.Request, err error) {
	var leaf, event, mac []byte
	if err := row.Scan(&leaf, &event, &mac); err != nil {
		return r, err
	}
	if len(leaf) != len(r.LeafHash) || len(event) != len(r.Event) || len(mac) != len(r.MAC) {
		return r, errWidth
	}
	return vault.Request{LeafHash: [32]byte(leaf), Event: uuid.UUID(event), MAC: [32]byte(mac)}, nil
}

// Request implements vault.Vault. O(log n).
func (v *Vault) Request(ctx context.Context, leafHash [32]byte) (vault.Request, error) {
	found, err := readRows(ctx, v, "SELECT leaf, event, mac FROM vault_requests WHERE leaf = $1", scanRequest, leafHash[:])
	if err == nil && len(found) == 0 {
		err = vault.ErrUnknown
	}
	if err != nil {
		return vault.Request{}, fmt.Errorf("getting the request of leaf %x: %w", leafHash, err)
	}
	return found[0], nil
}

// pageRows is how many rows are read at a time. In between the caller may use the vault.
const pageRows = 256

// Each implements vault.Vault. It shows each secret as it is when its turn comes, page by page; f may call the vault.
func (v *Vault) Each(ctx context.Context, f func(vault.Secret) error) error {
	return v.eachBefore(ctx, math.MaxInt64, f)
}

// eachBefore is Each for what was put before a moment, in Unix milliseconds.
func (v *Vault) eachBefore(ctx context.Context, before int64, f func(vault.Secret) error) error {
	return eachPage(ctx, func(after []byte) ([]vault.Secret, error) {
		return readRows(ctx, v, `
SELECT s.commitment, s.event, s.pointer, s.visibility, s.erased, v.salt, v.value
FROM vault_secrets s LEFT JOIN vault_values v ON v.part = get_byte(s.commitment, 0) % $3 AND v.commitment = s.commitment
WHERE s.commitment > $1 AND s.put < $2
ORDER BY s.commitment LIMIT $4`, scanSecret, after, before, partitions, pageRows)
	}, func(s vault.Secret) []byte { return s.Commitment[:] }, f)
}

// EachRequest implements vault.Vault. It shows each mark as it is when its turn comes, page by page; f may call the vault.
func (v *Vault) EachRequest(ctx context.Context, f func(vault.Request) error) error {
	return v.eachRequestBefore(ctx, math.MaxInt64, f)
}

func (v *Vault) eachRequestBefore(ctx context.Context, before int64, f func(vault.Request) error) error {
	return eachPage(ctx, func(after []byte) ([]vault.Request, error) {
		return readRows(ctx, v, "SELECT leaf, event, mac FROM vault_requests WHERE leaf > $1 AND put < $2 ORDER BY leaf LIMIT $3",
			scanRequest, after, before, pageRows)
	}, func(r vault.Request) []byte { return r.LeafHash[:] }, f)
}

// eachPage calls f for every row of every page.
func eachPage[T any](ctx context.Context, page func(after []byte) ([]T, error), key func(T) []byte, f func(T) error) error {
	for after := []byte{}; ; {
		rows, err := page(after)
		if err != nil {
			return fmt.Errorf("reading the vault: %w", err)
		}
		for _, r := range rows {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("reading the vault: %w", err)
			}
			if err := f(r); err != nil {
				return err
			}
			after = key(r)
		}
		if len(rows) < pageRows {
			return nil
		}
	}
}
