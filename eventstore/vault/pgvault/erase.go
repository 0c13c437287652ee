package pgvault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"arobase/eventstore/vault"
)

// Erase implements vault.Vault. A value is destroyed together with the files that it lay in (schema.go), for which nobody
// else may be reading that part of the vault: where somebody is for longer than ten seconds, such as pg_dump, nothing is
// erased and Erase is to be called again.
//
// O(n/16) for each part of the vault in which something is destroyed.
func (v *Vault) Erase(ctx context.Context, erased ...vault.Secret) error {
	err := v.write(ctx, func(tx pgx.Tx) error {
		if err := alone(ctx, tx); err != nil {
			return err
		}
		var gone [][]byte
		for _, s := range erased {
			if !s.Visibility.Known() {
				return fmt.Errorf("%w: secret %s has visibility %q", vault.ErrInvalid, s.Commitment, s.Visibility)
			}
			buried, err := bury(ctx, tx, s, v.now().UnixMilli())
			if err != nil {
				return err
			}
			gone = append(gone, buried...)
		}
		return destroy(ctx, tx, gone)
	})
	if err != nil {
		return fmt.Errorf("erasing %d sealed values: %w", len(erased), err)
	}
	return nil
}

// bury leaves the tombstone of one secret, and nothing of other attempts to write its field. It gives the commitments
// whose values are to go.
func bury(ctx context.Context, tx pgx.Tx, s vault.Secret, now int64) ([][]byte, error) {
	_, err := tx.Exec(ctx, `
INSERT INTO vault_secrets (commitment, event, pointer, visibility, erased, put) VALUES ($1, $2, $3, $4, true, $5)
ON CONFLICT (commitment) DO UPDATE SET erased = true WHERE NOT vault_secrets.erased`,
		s.Commitment[:], s.Event[:], s.Pointer, string(s.Visibility), now)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, "DELETE FROM vault_secrets WHERE event = $1 AND pointer = $2 AND NOT erased RETURNING commitment", s.Event[:], s.Pointer)
	if err != nil {
		return nil, err
	}
	others, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	return append(others, s.Commitment[:]), err
}

// patience is how long to wait for those who are reading. PostgreSQL lets nobody begin to read meanwhile.
const patience = 10 * time.Second

// destroy removes values, and whatever the files that they lay in still hold of them. The transaction must be alone.
func destroy(ctx context.Context, tx pgx.Tx, gone [][]byte) error {
	touched := make(map[int][][]byte)
	for _, c := range gone {
		touched[partOf(c)] = append(touched[partOf(c)], c)
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", patience.Milliseconds())); err != nil {
		return err
	}
	for part := range partitions {
		if len(touched[part]) == 0 {
			continue
		}
		if err := destroyIn(ctx, tx, part, touched[part]); err != nil {
			if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == "55P03" { // lock_not_available
				return fmt.Errorf("somebody has been reading the vault for more than %v, such as pg_dump; nothing was destroyed, try again: %w", patience, err)
			}
			return err
		}
	}
	return nil
}

func destroyIn(ctx context.Context, tx pgx.Tx, part int, gone [][]byte) error {
	name := partition(part)
	var any bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+name+" WHERE commitment = ANY ($1))", gone).Scan(&any); err != nil || !any {
		return err
	}
	if _, err := tx.Exec(ctx, "LOCK TABLE "+name+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM "+name+" WHERE commitment = ANY ($1)", gone); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, rewritePartition(part))
	return err
}

// absent stands for no commitment, where live is asked about the event of a mark.
var absent vault.Commitment

// Purge implements vault.Vault. For a mark, live is asked with the zero commitment: a mark knows its event only.
// Tombstones stay. live is called outside of any transaction and may use the vault. Where several nodes share the vault,
// before must leave them the time to append what they have put.
//
// O(n) in the secrets that are old enough.
func (v *Vault) Purge(ctx context.Context, before time.Time, live func(ctx context.Context, event uuid.UUID, c vault.Commitment) (bool, error)) (int, error) {
	purged, err := v.purge(ctx, before.UnixMilli(), live)
	if err != nil {
		return 0, fmt.Errorf("purging the vault: %w", err)
	}
	return purged, nil
}

func (v *Vault) purge(ctx context.Context, before int64, live func(context.Context, uuid.UUID, vault.Commitment) (bool, error)) (purged int, _ error) {
	var secrets, marks [][]byte
	err := v.eachBefore(ctx, before, func(s vault.Secret) error {
		if s.Value == nil {
			return nil
		}
		alive, err := live(ctx, s.Event, s.Commitment)
		if err == nil && !alive {
			secrets = append(secrets, bytes.Clone(s.Commitment[:]))
		}
		return err
	})
	if err == nil {
		err = v.eachRequestBefore(ctx, before, func(r vault.Request) error {
			alive, err := live(ctx, r.Event, absent)
			if err == nil && !alive {
				marks = append(marks, bytes.Clone(r.LeafHash[:]))
			}
			return err
		})
	}
	if err != nil {
		return 0, err
	}
	err = v.write(ctx, func(tx pgx.Tx) error {
		if err := alone(ctx, tx); err != nil {
			return err
		}
		// put is asked again: a retry may have put the secret anew since.
		rows, err := tx.Query(ctx, "DELETE FROM vault_secrets WHERE commitment = ANY ($1) AND NOT erased AND put < $2 RETURNING commitment", secrets, before)
		if err != nil {
			return err
		}
		gone, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		purged = len(gone)
		if _, err := tx.Exec(ctx, "DELETE FROM vault_requests WHERE leaf = ANY ($1) AND put < $2", marks, before); err != nil {
			return err
		}
		return destroy(ctx, tx, gone)
	})
	return purged, err
}
