// Package sqlite keeps events in one SQLite file. It is the embedded default store, and the replica of a cluster.
//
// One goroutine writes. It gathers the appends that wait and puts them into one transaction, so that many writers
// share one fsync (writer.go, batch.go). Readers use connections of their own, copy one bounded page at a time and hold
// neither a connection nor a transaction while the caller looks at it (read.go, follow.go).
//
// Several processes may have the same file open, and may even write to it: every transaction looks at the end of the
// file first. A follower sees what another process appends within a tenth of a second.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// ErrFormat says that a file is not a ledger, or one of a format that this program does not know.
var ErrFormat = sqlitefile.ErrFormat

// readers is the number of connections for reading. A borrower keeps one for a page only, a fraction of a millisecond.
const readers = 4

// Store is an eventstore.Store in one file. Its methods may be called by many goroutines at once.
type Store struct {
	ledger uuid.UUID
	pool   *sqlitefile.Pool
	types  names
	grown  wakeup // fires after each commit of this process
	poll   time.Duration

	// writer is nil where the store is open for reading only.
	writer *writer

	closing chan struct{}  // closed when Close begins: ends followers that wait
	calls   sync.WaitGroup // calls under way; Add only with mu held and closed false

	mu     sync.RWMutex
	closed bool // guarded by mu
}

var _ eventstore.Store = (*Store)(nil)

// Create makes a new, empty ledger file and opens it. It returns when the file is durable. An existing file is refused
// with an error that wraps fs.ErrExist.
func Create(ctx context.Context, path string, ledgerID uuid.UUID) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("creating ledger %s: %w", path, err)
	}
	if err := kind.Create(path, ledgerID); err != nil {
		return nil, err
	}
	return Open(ctx, path)
}

// Open opens a ledger file for reading and writing. What a killed process left in the write-ahead log is made durable
// before anything is read. A file of another kind or format is ErrFormat.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, config{access: sqlitefile.ReadWrite, commit: sqlitefile.Commit})
}

// OpenFor is Open for the file of a known ledger; the file of another one is eventstore.ErrForeign.
func OpenFor(ctx context.Context, path string, ledgerID uuid.UUID) (*Store, error) {
	return open(ctx, path, config{access: sqlitefile.ReadWrite, commit: sqlitefile.Commit, ledger: &ledgerID})
}

// OpenReadOnly opens a ledger file for reading, while another process may be writing to it. Append is
// eventstore.ErrReadOnly. The directory must be writable where no other process has the file open, because SQLite keeps
// the index of the write-ahead log in a file beside it.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, config{access: sqlitefile.ReadOnly})
}

// config is how to open a store.
type config struct {
	access sqlitefile.Access
	ledger *uuid.UUID                 // the ledger it must be, if known
	commit func(c *sqlite.Conn) error // ends a transaction; tests put a failing disk here
}

func open(ctx context.Context, path string, c config) (_ *Store, err error) {
	s := &Store{closing: make(chan struct{}), poll: pollInterval}
	defer func() {
		if err != nil {
			err = fmt.Errorf("opening ledger %s: %w", path, errors.Join(err, s.release()))
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, err := sqlitefile.Connect(path, c.access)
	if err != nil {
		return nil, err
	}
	if c.access == sqlitefile.ReadWrite {
		s.writer = newWriter(conn, c.commit, s.grown.fire)
	} else {
		defer func() { err = errors.Join(err, conn.Close()) }()
	}
	if s.ledger, err = kind.Identify(conn); err != nil {
		return nil, err
	}
	if c.ledger != nil && *c.ledger != s.ledger {
		return nil, fmt.Errorf("%w: it is of %s, not of %s", eventstore.ErrForeign, s.ledger, *c.ledger)
	}
	if s.pool, err = sqlitefile.NewPool(path, sqlitefile.ReadOnly, readers); err != nil {
		return nil, err
	}
	if s.writer != nil {
		if err := sqlitefile.SyncLog(conn); err != nil {
			return nil, err
		}
		s.writer.start()
	}
	return s, nil
}

// LedgerID is the ledger that the file belongs to.
func (s *Store) LedgerID() uuid.UUID { return s.ledger }

// Close finishes the appends and pages under way and closes the file. Followers end with eventstore.ErrClosed, and so
// does every later call, a second Close included.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return eventstore.ErrClosed
	}
	s.closed = true
	close(s.closing)
	s.mu.Unlock()
	s.calls.Wait()
	if err := s.release(); err != nil {
		return fmt.Errorf("closing the ledger: %w", err)
	}
	return nil
}

// release closes the connections, readers first: the last one to close must be able to write, to put the write-ahead
// log into the file.
func (s *Store) release() error {
	var errs []error
	if s.pool != nil {
		errs = append(errs, s.pool.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.stop())
	}
	return errors.Join(errs...)
}

// enter begins a call, which leave ends: Close waits for it.
func (s *Store) enter() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return eventstore.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

func (s *Store) leave() { s.calls.Done() }

// read lends a connection to f, which must not call the caller's code.
func (s *Store) read(ctx context.Context, f func(conn *sqlite.Conn) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	conn, err := s.pool.Take(ctx)
	if err != nil {
		return err
	}
	defer s.pool.Put(conn)
	return f(conn)
}
