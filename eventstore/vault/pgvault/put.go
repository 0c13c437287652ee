package pgvault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"arobase/eventstore/vault"
)

// partOf is the partition of a value.
func partOf(c []byte) int { return int(c[0]) % partitions }

// Put implements vault.Vault. A secret whose commitment does not verify for this ledger, or that has no value or an
// unknown visibility, is vault.ErrInvalid. So is one that is kept with another visibility, and a mark of a leaf that has
// another mark. What is there already counts as put now, for Purge.
//
// O(b log n) for b secrets and marks, one fsync, and one round trip for some hundreds of them.
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
	// Everybody locks rows in the same order.
	secrets, requests = slices.Clone(secrets), slices.Clone(requests)
	slices.SortFunc(secrets, func(a, b vault.Secret) int { return bytes.Compare(a.Commitment[:], b.Commitment[:]) })
	slices.SortFunc(requests, func(a, b vault.Request) int { return bytes.Compare(a.LeafHash[:], b.LeafHash[:]) })
	now := v.now().UnixMilli()
	return v.write(ctx, func(tx pgx.Tx) error {
		if err := together(ctx, tx); err != nil {
			return err
		}
		for some := range slices.Chunk(secrets, pipelined) {
			var all pgx.Batch
			for _, s := range some {
				putSecret(&all, s, now)
			}
			if err := tx.SendBatch(ctx, &all).Close(); err != nil {
				return err
			}
		}
		for some := range slices.Chunk(requests, pipelined) {
			var all pgx.Batch
			for _, r := range some {
				putRequest(&all, r, now)
			}
			if err := tx.SendBatch(ctx, &all).Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

// pipelined bounds how many are sent before the first answer is read.
const pipelined = 256

func putSecret(all *pgx.Batch, s vault.Secret, now int64) {
	// Where the field has a tombstone, be it that of another attempt to write it, nothing is inserted. The moment of what
	// is there moves: its event may be about to be appended once more, and it must not look old to Purge.
	all.Queue(`
INSERT INTO vault_secrets (commitment, event, pointer, visibility, erased, put)
SELECT $1, $2, $3, $4, false, $5
WHERE NOT EXISTS (SELECT FROM vault_secrets WHERE event = $2 AND pointer = $3 AND erased)
ON CONFLICT (commitment) DO UPDATE SET put = greatest(vault_secrets.put, excluded.put)
RETURNING visibility`, s.Commitment[:], s.Event[:], s.Pointer, string(s.Visibility), now).QueryRow(func(row pgx.Row) error {
		var visibility string
		switch err := row.Scan(&visibility); {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case err != nil:
			return fmt.Errorf("secret %s: %w", s.Commitment, err)
		case visibility != string(s.Visibility):
			return fmt.Errorf("secret %s: %w: it is there with visibility %s, not %s", s.Commitment, vault.ErrInvalid, visibility, s.Visibility)
		}
		return nil
	})
	all.Queue(`
INSERT INTO vault_values (part, commitment, salt, value)
SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT FROM vault_secrets WHERE commitment = $2 AND NOT erased)
ON CONFLICT DO NOTHING`, partOf(s.Commitment[:]), s.Commitment[:], s.Salt[:], s.Value)
}

func putRequest(all *pgx.Batch, r vault.Request, now int64) {
	all.Queue(`
INSERT INTO vault_requests (leaf, event, mac, put) VALUES ($1, $2, $3, $4)
ON CONFLICT (leaf) DO UPDATE SET put = greatest(vault_requests.put, excluded.put)
RETURNING event, mac`, r.LeafHash[:], r.Event[:], r.MAC[:], now).QueryRow(func(row pgx.Row) error {
		var event, mac []byte
		err := row.Scan(&event, &mac)
		if err == nil && (!bytes.Equal(event, r.Event[:]) || !bytes.Equal(mac, r.MAC[:])) {
			err = fmt.Errorf("%w: the leaf is marked with another request", vault.ErrInvalid)
		}
		if err != nil {
			return fmt.Errorf("request of event %s: %w", r.Event, err)
		}
		return nil
	})
}
