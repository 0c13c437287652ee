package sqlitevault

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore/vault"
)

// overwrite destroys values in place: zeros of the same length, see schema.go.
const overwrite = "UPDATE secrets SET state = ?, salt = zeroblob(length(salt)), value = zeroblob(length(value)) WHERE "

// Erase implements vault.Vault. If another process is reading the file for longer than ten seconds, the values are
// destroyed but their old copies cannot leave the write-ahead log yet: that is an error, and Erase is to be called again.
//
// O(e log n) for e secrets, and two fsyncs.
func (v *Vault) Erase(ctx context.Context, erased ...vault.Secret) error {
	err := v.write(ctx, func(conn *sqlite.Conn) error {
		for _, s := range erased {
			if !s.Visibility.Known() {
				return fmt.Errorf("%w: secret %s has visibility %q", ErrInvalid, s.Commitment, s.Visibility)
			}
			if err := bury(conn, s, v.now().UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		// Also when all were erased before: the last time may have failed here.
		err = v.emptyLog(ctx)
	}
	if err != nil {
		return fmt.Errorf("erasing %d sealed values: %w", len(erased), err)
	}
	return nil
}

// bury leaves the tombstone of one secret, and nothing of other attempts to write its field.
func bury(conn *sqlite.Conn, s vault.Secret, now int64) error {
	err := sqlitex.Execute(conn, overwrite+"commitment = ? AND state <> 'gone'", &sqlitex.ExecOptions{Args: []any{"gone", s.Commitment[:]}})
	if err != nil {
		return err
	}
	if conn.Changes() == 0 {
		err := sqlitex.Execute(conn, `INSERT INTO secrets (commitment, event, pointer, visibility, state, put, salt, value)
			VALUES (?, ?, ?, ?, 'gone', ?, zeroblob(32), zeroblob(0)) ON CONFLICT (commitment) DO NOTHING`, &sqlitex.ExecOptions{
			Args: []any{s.Commitment[:], s.Event[:], s.Pointer, string(s.Visibility), now},
		})
		if err != nil {
			return err
		}
	}
	return sqlitex.Execute(conn, overwrite+"event = ? AND pointer = ? AND state = 'kept'", &sqlitex.ExecOptions{
		Args: []any{"void", s.Event[:], s.Pointer},
	})
}

// emptyLog copies the write-ahead log into the file, over the old values, and truncates it to nothing.
func (v *Vault) emptyLog(ctx context.Context) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.calls.Done()
	return v.file.EmptyLog(ctx)
}

// absent stands for no commitment, where live is asked about the event of a mark.
var absent vault.Commitment

// Purge implements vault.Vault. For a mark, live is asked with the zero commitment: a mark knows its event only.
// Tombstones stay. live is called outside of any transaction and may use the vault.
//
// O(n) in the secrets that are old enough.
func (v *Vault) Purge(ctx context.Context, before time.Time, live func(ctx context.Context, event uuid.UUID, c vault.Commitment) (bool, error)) (int, error) {
	purged, err := v.purgeSecrets(ctx, before, live)
	if err == nil {
		err = v.purgeRequests(ctx, before, live)
	}
	if err == nil {
		err = v.emptyLog(ctx)
	}
	if err != nil {
		return purged, fmt.Errorf("purging the vault: %w", err)
	}
	return purged, nil
}

func (v *Vault) purgeSecrets(ctx context.Context, before time.Time, live func(context.Context, uuid.UUID, vault.Commitment) (bool, error)) (purged int, _ error) {
	for after := int64(0); ; {
		page, err := v.page(ctx, "seq > ? AND state = 'kept' AND put < ? ORDER BY seq", after, before.UnixMilli())
		if err != nil {
			return purged, err
		}
		for _, r := range page {
			after = r.seq
			c := r.secret.Commitment
			alive, err := live(ctx, r.secret.Event, c)
			if err != nil {
				return purged, err
			}
			if alive {
				continue
			}
			// put is asked again: a retry may have put the secret anew since.
			err = v.write(ctx, func(conn *sqlite.Conn) error {
				err := sqlitex.Execute(conn, overwrite+"commitment = ? AND state = 'kept' AND put < ?", &sqlitex.ExecOptions{Args: []any{"void", c[:], before.UnixMilli()}})
				purged += conn.Changes()
				return err
			})
			if err != nil {
				return purged, err
			}
		}
		if len(page) < pageRows {
			return purged, nil
		}
	}
}

func (v *Vault) purgeRequests(ctx context.Context, before time.Time, live func(context.Context, uuid.UUID, vault.Commitment) (bool, error)) error {
	for after := []byte{}; ; {
		page, err := v.requestPage(ctx, after, before.UnixMilli())
		if err != nil {
			return err
		}
		for _, r := range page {
			after = r.LeafHash[:]
			alive, err := live(ctx, r.Event, absent)
			if err != nil {
				return err
			}
			if alive {
				continue
			}
			err = v.write(ctx, func(conn *sqlite.Conn) error {
				return sqlitex.Execute(conn, "DELETE FROM requests WHERE leaf = ? AND put < ?", &sqlitex.ExecOptions{Args: []any{r.LeafHash[:], before.UnixMilli()}})
			})
			if err != nil {
				return err
			}
		}
		if len(page) < pageRows {
			return nil
		}
	}
}
