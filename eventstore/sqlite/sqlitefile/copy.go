package sqlitefile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Copy writes what a file holds at one moment into a new file, while others read it and write to it, and returns when the
// copy is durable. An existing file is an error that wraps fs.ErrExist. The connection may be one for reading.
//
// The copy holds what is there and nothing else: no page that was given back, and no write-ahead log beside it. It costs
// one reading of the file; until it ends, the write-ahead log of the file can only grow.
func Copy(ctx context.Context, conn *sqlite.Conn, path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("copying to %s: %w", path, err)
		}
	}()
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(absolute); err == nil {
		return os.ErrExist
	}
	defer func() {
		if err != nil {
			_ = os.Remove(absolute)
		}
	}()
	conn.SetInterrupt(ctx.Done())
	err = sqlitex.ExecuteTransient(conn, "VACUUM INTO ?", &sqlitex.ExecOptions{Args: []any{absolute}})
	conn.SetInterrupt(nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	copied, err := Connect(absolute, ReadWrite)
	if err != nil {
		return err
	}
	err = sqlitex.ExecuteTransient(copied, "PRAGMA journal_mode = WAL", nil) // VACUUM leaves it with a rollback journal
	if err = errors.Join(err, copied.Close()); err != nil {
		return err
	}
	f, err := os.OpenFile(absolute, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(absolute))
}
