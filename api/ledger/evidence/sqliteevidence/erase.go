package sqliteevidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/ledger/evidence"
)

// Erase implements evidence.Store. Where another process reads the file for longer than ten seconds it is an error, and
// Erase is to be called again.
func (s *Store) Erase(ctx context.Context, hashes ...evidence.Hash) error {
	if len(hashes) == 0 {
		return nil
	}
	err := s.write(ctx, func(conn *sqlite.Conn) error {
		for _, h := range hashes {
			err := sqlitex.Execute(conn, "UPDATE files SET state = 1, content = zeroblob(length(content)) WHERE hash = ? AND state = 0",
				&sqlitex.ExecOptions{Args: []any{h[:]}})
			if err != nil {
				return err
			}
			err = sqlitex.Execute(conn, "INSERT INTO files (hash, state, media, uploaded, young, content) VALUES (?, 1, '', 0, 0, zeroblob(0)) ON CONFLICT DO NOTHING",
				&sqlitex.ExecOptions{Args: []any{h[:]}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.file.EmptyLog(ctx) // also where all was erased before: the last time may have failed here
	}
	if err != nil {
		return fmt.Errorf("erasing %d uploaded files: %w", len(hashes), err)
	}
	return nil
}

// Purge implements evidence.Store.
func (s *Store) Purge(ctx context.Context, before time.Time, named func(evidence.Hash) bool) (purged int, err error) {
	var old []row
	err = s.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, columns+" FROM files WHERE state = 0 AND young < ?", &sqlitex.ExecOptions{
			Args: []any{before.UnixMilli()}, ResultFunc: func(stmt *sqlite.Stmt) error { old = append(old, scan(stmt)); return nil },
		})
	})
	if err == nil {
		err = s.write(ctx, func(conn *sqlite.Conn) error {
			for _, r := range old {
				if named(r.hash) {
					continue
				}
				// young is asked again: somebody may be about to name it since.
				err := sqlitex.Execute(conn, `UPDATE files SET state = 2, hash = zeroblob(32), content = zeroblob(length(content))
					WHERE seq = ? AND state = 0 AND young < ?`, &sqlitex.ExecOptions{Args: []any{r.seq, before.UnixMilli()}})
				if err != nil {
					return err
				}
				purged += conn.Changes()
			}
			return nil
		})
	}
	if err == nil {
		err = s.file.EmptyLog(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("removing uploaded files that nobody named: %w", err)
	}
	return purged, nil
}

// write runs f in a transaction and returns when it is durable. If f refuses, nothing is written.
func (s *Store) write(ctx context.Context, f func(*sqlite.Conn) error) error {
	return s.file.Write(ctx, func(err error) bool {
		return errors.Is(err, evidence.ErrErased) || errors.Is(err, evidence.ErrAbsent)
	}, f)
}
