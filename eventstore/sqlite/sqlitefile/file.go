package sqlitefile

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
)

// File is an open file with connections that read, and where it is open for that, one that writes. It is for stores whose
// calls each do a bounded piece of work; many goroutines may use it at once.
type File struct {
	// Commit ends a transaction; tests put a failing disk here before they write.
	Commit func(conn *sqlite.Conn) error

	name    string
	readers *Pool
	writer  *Pool // of one connection; nil where the file is open for reading only
	poison  error // why nothing is written any more; guarded by writer
}

// Opening says how a file is opened.
type Opening struct {
	Access Access
	// Readers is the number of connections that read.
	Readers int
	// Forgets has what is overwritten or deleted leave the file's pages. The write-ahead log keeps it until [File.EmptyLog].
	Forgets bool
	// Prepare is a statement that is carried out first where the file is opened for writing, or "".
	Prepare string
}

// Open opens the file of a ledger. One of another ledger is eventstore.ErrForeign, one of another kind or version ErrFormat. What
// a killed process left in the write-ahead log is made durable where the file is opened for writing.
func (k Kind) Open(path string, ledger uuid.UUID, o Opening) (_ *File, err error) {
	f := &File{Commit: Commit, name: k.Name}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	if o.Access == ReadWrite {
		if f.writer, err = NewPool(path, ReadWrite, 1); err != nil {
			return nil, err
		}
	}
	if f.readers, err = NewPool(path, ReadOnly, o.Readers); err != nil {
		return nil, err
	}
	pool := f.readers
	if f.writer != nil {
		pool = f.writer
	}
	conn, err := pool.Take(context.Background()) // nobody else has it yet
	if err != nil {
		return nil, err
	}
	defer pool.Put(conn)
	if err := k.Belongs(conn, ledger); err != nil {
		return nil, err
	}
	if f.writer == nil {
		return f, nil
	}
	for _, statement := range []string{o.forgetting(), o.Prepare} {
		if statement == "" {
			continue
		}
		if err := sqlitex.ExecuteTransient(conn, statement, nil); err != nil {
			return nil, fmt.Errorf("preparing to write: %w", err)
		}
	}
	if err := SyncLog(conn); err != nil {
		return nil, err
	}
	return f, nil
}

func (o Opening) forgetting() string {
	if o.Forgets {
		return "PRAGMA secure_delete = ON"
	}
	return ""
}

// Belongs is Identify for a known ledger: the file of another one is eventstore.ErrForeign.
func (k Kind) Belongs(conn *sqlite.Conn, ledger uuid.UUID) error {
	found, err := k.Identify(conn)
	if err == nil && found != ledger {
		err = fmt.Errorf("%w: it is of %s, not of %s", eventstore.ErrForeign, found, ledger)
	}
	return err
}

// SyncLog makes durable what the write-ahead log holds. A process that is killed between write and fsync leaves a commit
// that is readable but may not survive the loss of power; an fsync of the same file covers it, and a commit is how to ask
// SQLite for one.
func SyncLog(conn *sqlite.Conn) error {
	if err := sqlitex.ExecuteTransient(conn, "UPDATE meta SET value = value WHERE key = 'format'", nil); err != nil {
		return fmt.Errorf("syncing the write-ahead log: %w", err)
	}
	return nil
}

// Commit ends a transaction; it returns after fsync.
func Commit(conn *sqlite.Conn) error {
	if err := sqlitex.Execute(conn, "COMMIT", nil); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// Close closes the file when the calls under way have ended. There must be no later ones.
func (f *File) Close() error {
	var errs []error
	for _, pool := range []*Pool{f.readers, f.writer} { // the last one to close puts the write-ahead log into the file
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Read lends a connection that reads to do, which must not call a stranger's code.
func (f *File) Read(ctx context.Context, do func(conn *sqlite.Conn) error) error {
	conn, err := f.readers.Take(ctx)
	if err != nil {
		return err
	}
	defer f.readers.Put(conn)
	return do(conn)
}

// Writes says that the file is open for writing.
func (f *File) Writes() bool { return f.writer != nil }

// Write runs do in a transaction and returns when it is durable. If do fails nothing is written. Where refused says that its
// error is an answer, that is all. Any other failure, at the latest of the commit, may be of the disk: nobody knows what is
// durable, and the file takes nothing more (eventstore.ErrPoisoned). A file that is open for reading is
// eventstore.ErrReadOnly.
func (f *File) Write(ctx context.Context, refused func(err error) bool, do func(conn *sqlite.Conn) error) error {
	return f.Alone(ctx, func(conn *sqlite.Conn) error {
		if err := sqlitex.Execute(conn, "BEGIN IMMEDIATE", nil); err != nil {
			return fmt.Errorf("waiting to write: %w", err)
		}
		err := do(conn)
		answer := err != nil && refused(err)
		if err == nil {
			err = f.Commit(conn)
		}
		if err == nil {
			return nil
		}
		if !conn.AutocommitEnabled() {
			if failed := sqlitex.ExecuteTransient(conn, "ROLLBACK", nil); failed != nil {
				err, answer = errors.Join(err, failed), false
			}
		}
		if answer {
			return err
		}
		f.poison = fmt.Errorf("%w: %w", eventstore.ErrPoisoned, err)
		return f.poison
	})
}

// EmptyLog copies the write-ahead log into the file, over what was there, and truncates it to nothing. Where another process
// reads the file for longer than a lock is waited for it is an error, and to be called again.
func (f *File) EmptyLog(ctx context.Context) error {
	return f.Alone(ctx, func(conn *sqlite.Conn) error {
		busy := false
		err := sqlitex.Execute(conn, "PRAGMA wal_checkpoint(TRUNCATE)", &sqlitex.ExecOptions{
			ResultFunc: func(row *sqlite.Stmt) error { busy = row.ColumnInt64(0) != 0; return nil },
		})
		switch {
		case err != nil:
			f.poison = fmt.Errorf("%w: emptying the write-ahead log: %w", eventstore.ErrPoisoned, err)
			return f.poison
		case busy:
			return fmt.Errorf("emptying the write-ahead log: another process is reading the %s, try again", f.name)
		}
		return nil
	})
}

// Alone lends the connection that writes to do, unless nothing is to be written any more.
func (f *File) Alone(ctx context.Context, do func(conn *sqlite.Conn) error) error {
	if f.writer == nil {
		return eventstore.ErrReadOnly
	}
	conn, err := f.writer.Take(ctx)
	if err != nil {
		return err
	}
	defer f.writer.Put(conn)
	if f.poison != nil {
		return f.poison
	}
	return do(conn)
}
