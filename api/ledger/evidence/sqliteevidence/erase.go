package sqliteevidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/ledger/evidence"
	"arobase/eventstore"
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
		err = s.emptyLog(ctx) // also where all was erased before: the last time may have failed here
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
		err = s.emptyLog(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("removing uploaded files that nobody named: %w", err)
	}
	return purged, nil
}

// emptyLog copies the write-ahead log into the file, over the old bytes, and truncates it to nothing.
func (s *Store) emptyLog(ctx context.Context) error {
	conn, err := s.writer.Take(ctx)
	if err != nil {
		return err
	}
	defer s.writer.Put(conn)
	busy := false
	err = sqlitex.Execute(conn, "PRAGMA wal_checkpoint(TRUNCATE)", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { busy = row.ColumnInt64(0) != 0; return nil },
	})
	if err == nil && busy {
		err = errors.New("another process is reading them; try again")
	}
	return err
}

// write runs f in a transaction and returns when it is durable. If f refuses, nothing is written.
func (s *Store) write(ctx context.Context, f func(*sqlite.Conn) error) error {
	if s.writer == nil {
		return eventstore.ErrReadOnly
	}
	conn, err := s.writer.Take(ctx)
	if err != nil {
		return err
	}
	defer s.writer.Put(conn)
	if s.poison != nil {
		return s.poison
	}
	if err := sqlitex.Execute(conn, "BEGIN IMMEDIATE", nil); err != nil {
		return fmt.Errorf("waiting to write: %w", err)
	}
	if err = f(conn); err == nil {
		err = s.commit(conn)
	}
	if err == nil {
		return nil
	}
	clean := errors.Is(err, evidence.ErrErased) || errors.Is(err, evidence.ErrAbsent)
	if !conn.AutocommitEnabled() {
		if failed := sqlitex.ExecuteTransient(conn, "ROLLBACK", nil); failed != nil {
			err, clean = errors.Join(err, failed), false
		}
	}
	if clean {
		return err
	}
	s.poison = fmt.Errorf("%w: %w", eventstore.ErrPoisoned, err)
	return s.poison
}

// commit ends a transaction; it returns after fsync.
func commit(conn *sqlite.Conn) error {
	if err := sqlitex.Execute(conn, "COMMIT", nil); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
