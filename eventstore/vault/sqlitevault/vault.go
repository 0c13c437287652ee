// Package sqlitevault keeps sealed values in one SQLite file of mode 0600, apart from the ledger.
//
// What is erased is gone from every file of the vault when Erase returns: from the file itself (schema.go says how) and
// from its write-ahead log, which is emptied. It is not gone from backups, which have an end of their own, nor from
// what a disk or a file system keeps of blocks that were once written; encrypt the disk.
package sqlitevault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
	"arobase/eventstore/vault"
)

var (
	// ErrFormat says that a file is not a vault, or one of a format that this program does not know.
	ErrFormat = sqlitefile.ErrFormat
	// ErrMode says that others than the owner may read or write the file.
	ErrMode = errors.New("vault file is open to others: set its mode to 0600")
	// ErrInvalid says that a secret cannot be kept: its commitment is wrong, or it contradicts one that is kept.
	ErrInvalid = vault.ErrInvalid
)

const readers = 2

// Vault is a vault.Vault in one file. Its methods may be called by many goroutines at once. Besides the errors of the
// contract they give those of package eventstore: ErrClosed, ErrReadOnly, ErrPoisoned.
type Vault struct {
	ledger uuid.UUID
	now    func() time.Time
	file   *sqlitefile.File
	group  group // guards itself

	calls sync.WaitGroup // calls under way; Add only with mu held and closed false

	mu     sync.RWMutex
	closed bool // guarded by mu
}

var _ vault.Vault = (*Vault)(nil)

// Option changes how a vault is opened.
type Option func(*Vault)

// WithClock gives the clock that says when a secret was put, which Purge compares with. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(v *Vault) { v.now = now } }

// Create makes a new, empty vault of mode 0600 and opens it. It returns when the file is durable. An existing file is
// refused with an error that wraps fs.ErrExist.
func Create(ctx context.Context, path string, ledgerID uuid.UUID, options ...Option) (*Vault, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("creating vault %s: %w", path, err)
	}
	if err := kind.Create(path, ledgerID); err != nil {
		return nil, err
	}
	return Open(ctx, path, ledgerID, options...)
}

// Open opens the vault of a ledger. The vault of another ledger is eventstore.ErrForeign, a file of another kind or
// format ErrFormat, and one that others may read ErrMode.
func Open(ctx context.Context, path string, ledgerID uuid.UUID, options ...Option) (*Vault, error) {
	return open(ctx, path, ledgerID, sqlitefile.ReadWrite, options)
}

// OpenReadOnly is Open for reading, while another process may be writing. Put, Erase and Purge are
// eventstore.ErrReadOnly.
func OpenReadOnly(ctx context.Context, path string, ledgerID uuid.UUID, options ...Option) (*Vault, error) {
	return open(ctx, path, ledgerID, sqlitefile.ReadOnly, options)
}

func open(ctx context.Context, path string, ledgerID uuid.UUID, access sqlitefile.Access, options []Option) (_ *Vault, err error) {
	v := &Vault{ledger: ledgerID, now: time.Now, group: newGroup()} //nolint:forbidigo // the default of what WithClock injects
	for _, option := range options {
		option(v)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("opening vault %s: %w", path, err)
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkMode(path); err != nil {
		return nil, err
	}
	v.file, err = kind.Open(path, ledgerID, sqlitefile.Opening{Access: access, Readers: readers, Forgets: true, Prepare: eventIndex})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// checkMode refuses a file that others than its owner may read or write. Windows has no such modes.
func checkMode(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%w, it is %04o", ErrMode, info.Mode().Perm())
	}
	return nil
}

// Close finishes the calls under way and closes the file. Every later call, a second Close included, is
// eventstore.ErrClosed.
func (v *Vault) Close() error {
	v.mu.Lock()
	if v.closed {
		v.mu.Unlock()
		return eventstore.ErrClosed
	}
	v.closed = true
	v.mu.Unlock()
	v.calls.Wait()
	if err := v.file.Close(); err != nil {
		return fmt.Errorf("closing the vault: %w", err)
	}
	return nil
}

// enter begins a call, which calls.Done ends: Close waits for it.
func (v *Vault) enter() error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.closed {
		return eventstore.ErrClosed
	}
	v.calls.Add(1)
	return nil
}

// read lends a connection to f, which must not call the caller's code.
func (v *Vault) read(ctx context.Context, f func(conn *sqlite.Conn) error) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.calls.Done()
	return v.file.Read(ctx, f)
}

// write runs f in a transaction and returns when it is durable. If f fails, nothing is written. If the disk fails, at
// the latest at the commit, nobody knows what is durable, and the vault refuses every further write.
func (v *Vault) write(ctx context.Context, f func(conn *sqlite.Conn) error) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.calls.Done()
	return v.transact(ctx, f)
}

// transact is write for a call that was entered.
func (v *Vault) transact(ctx context.Context, f func(conn *sqlite.Conn) error) error {
	return v.file.Write(ctx, func(err error) bool {
		return errors.Is(err, ErrInvalid) || errors.Is(err, vault.ErrUnknown)
	}, f)
}
