// Package pgvault keeps sealed values in a PostgreSQL database, where several nodes share them.
//
// What is erased is in no table and no index when Erase returns: schema.go says how. PostgreSQL keeps it elsewhere for a
// while, and this package has no hold on that: in its write-ahead log, until the segments are removed or written over; in
// what archives, standbys and backups have of that log; in a server's log, if it logs statements with their parameters.
// docs/operating.md says how long, and how to shorten it.
package pgvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"arobase/eventstore"
	"arobase/eventstore/vault"
)

var (
	// ErrMissing says that a database holds no vault. It is an fs.ErrNotExist.
	ErrMissing error = missing{}
	// ErrFormat says that a vault is of a format that this program does not know.
	ErrFormat = errors.New("format of the vault is not known to this program")
	// ErrUnsafe says that a connection or a server would not keep what it is given: in secret, or at all.
	ErrUnsafe = errors.New("the vault would not be safe")
)

type missing struct{}

func (missing) Error() string { return "the database holds no vault" }

// Is says that it is an fs.ErrNotExist, too.
func (missing) Is(target error) bool { return target == fs.ErrNotExist }

// Vault is a vault.Vault in a database. Its methods may be called by many goroutines at once, and many processes may have
// the same one open. Besides the errors of the contract they give eventstore.ErrClosed and eventstore.ErrReadOnly, and
// vault.ErrAway as long as the server is away.
type Vault struct {
	ledger   uuid.UUID
	now      func() time.Time
	readOnly bool
	pool     *pgxpool.Pool
	calls    sync.WaitGroup // calls under way; Add only with mu held and closed false

	mu     sync.RWMutex
	closed bool // guarded by mu
}

var _ vault.Vault = (*Vault)(nil)

// Option changes how a vault is opened.
type Option func(*Vault)

// WithClock gives the clock that says when a secret was put, which Purge compares with. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(v *Vault) { v.now = now } }

// Is tells whether a text is the address of a database: postgres://... or postgresql://...
func Is(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Redacted is an address without its password, for people. Of a text that is no address only the scheme is left.
func Redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		scheme, _, _ := strings.Cut(address, "://")
		return scheme + "://..."
	}
	if query := u.Query(); query.Has("password") || query.Has("sslpassword") {
		for _, name := range []string{"password", "sslpassword"} {
			if query.Has(name) {
				query.Set(name, "xxxxx")
			}
		}
		u.RawQuery = query.Encode()
	}
	return u.Redacted()
}

// Create makes the tables of a new, empty vault and opens it. A database that has some already is fs.ErrExist, or
// eventstore.ErrForeign where they are of another ledger.
func Create(ctx context.Context, address string, ledgerID uuid.UUID, options ...Option) (_ *Vault, err error) {
	v, err := connect(ctx, address, ledgerID, options)
	if err != nil {
		return nil, err
	}
	defer v.closeOnError(&err, "creating")
	err = v.transaction(ctx, func(tx pgx.Tx) error {
		if err := alone(ctx, tx); err != nil { // two nodes may make it at once
			return err
		}
		switch err := v.identify(ctx, tx); {
		case err == nil:
			return fmt.Errorf("the database holds the vault of this ledger already: %w", fs.ErrExist)
		case !errors.Is(err, ErrMissing):
			return err
		}
		statements := tables
		for part := range partitions {
			statements += createPartition(part)
		}
		if _, err := tx.Exec(ctx, statements); err != nil {
			return fmt.Errorf("making the tables: %w", err)
		}
		_, err := tx.Exec(ctx, "INSERT INTO vault_meta (one, format, ledger) VALUES (true, $1, $2)", format, ledgerID.String())
		return err
	})
	return v, err
}

// Open opens the vault of a ledger. Where there is none it is ErrMissing; that of another ledger is eventstore.ErrForeign,
// and an address or a server that would not keep the values ErrUnsafe.
func Open(ctx context.Context, address string, ledgerID uuid.UUID, options ...Option) (_ *Vault, err error) {
	v, err := connect(ctx, address, ledgerID, options)
	if err != nil {
		return nil, err
	}
	defer v.closeOnError(&err, "opening")
	return v, v.transaction(ctx, func(tx pgx.Tx) error { return v.identify(ctx, tx) })
}

// OpenReadOnly is Open for reading. Put, Erase and Purge are eventstore.ErrReadOnly.
func OpenReadOnly(ctx context.Context, address string, ledgerID uuid.UUID, options ...Option) (*Vault, error) {
	return Open(ctx, address, ledgerID, append(options, func(v *Vault) { v.readOnly = true })...)
}

// connect makes the pool of connections, and looks at the server with the first of them.
func connect(ctx context.Context, address string, ledgerID uuid.UUID, options []Option) (_ *Vault, err error) {
	v := &Vault{ledger: ledgerID, now: time.Now} //nolint:forbidigo // the default of what WithClock injects
	for _, option := range options {
		option(v)
	}
	c, err := pgxpool.ParseConfig(address) // its error does not hold the password
	if err != nil {
		return nil, fmt.Errorf("reading the address of the vault: %w", err)
	}
	if err := secret(c.ConnConfig); err != nil {
		return nil, fmt.Errorf("opening the vault at %s: %w", Redacted(address), err)
	}
	// Whatever database or role say: an answer is given when it is on the disk.
	if p := c.ConnConfig.RuntimeParams; p["synchronous_commit"] != "remote_apply" {
		p["synchronous_commit"] = "on"
	}
	if _, ok := c.ConnConfig.RuntimeParams["application_name"]; !ok {
		c.ConnConfig.RuntimeParams["application_name"] = "arobase"
	}
	if v.readOnly {
		c.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	}
	if v.pool, err = pgxpool.NewWithConfig(ctx, c); err != nil {
		return nil, fmt.Errorf("opening the vault at %s: %w", Redacted(address), err)
	}
	defer v.closeOnError(&err, "opening")
	var fsync string
	if err := v.pool.QueryRow(ctx, "SHOW fsync").Scan(&fsync); err != nil {
		return nil, away(err)
	}
	if fsync != "on" {
		return nil, fmt.Errorf("%w: the server has fsync = %s and may lose what it has acknowledged", ErrUnsafe, fsync)
	}
	return v, nil
}

// secret refuses a connection on which others could read along.
func secret(c *pgx.ConnConfig) error {
	readable := func(host string, encrypted bool) error {
		if encrypted || strings.HasPrefix(host, "/") || host == "localhost" || net.ParseIP(host).IsLoopback() {
			return nil
		}
		return fmt.Errorf("%w: values would go to %s without TLS; say sslmode=verify-full, or require where nobody can stand between", ErrUnsafe, host)
	}
	err := readable(c.Host, c.TLSConfig != nil)
	for _, f := range c.Fallbacks {
		err = errors.Join(err, readable(f.Host, f.TLSConfig != nil))
	}
	return err
}

// identify holds what the database says against the ledger that was asked for.
func (v *Vault) identify(ctx context.Context, tx pgx.Tx) error {
	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass('vault_meta') IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if !there {
		return ErrMissing
	}
	var found int
	var ledger string
	if err := tx.QueryRow(ctx, "SELECT format, ledger FROM vault_meta").Scan(&found, &ledger); err != nil {
		return fmt.Errorf("reading what the vault is: %w", err)
	}
	switch {
	case found != format:
		return fmt.Errorf("%w: it is %d", ErrFormat, found)
	case ledger != v.ledger.String():
		return fmt.Errorf("%w: the vault is of %s, not of %s", eventstore.ErrForeign, ledger, v.ledger)
	}
	return nil
}

func (v *Vault) closeOnError(err *error, doing string) {
	if *err != nil {
		v.pool.Close()
		*err = fmt.Errorf("%s the vault at %s: %w", doing, Redacted(v.pool.Config().ConnString()), *err)
	}
}

// Close finishes the calls under way and closes the connections. Every later call, a second Close included, is
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
	v.pool.Close()
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

// write runs f in a transaction and returns when it is durable. If f fails, nothing is written. If the answer to the
// commit is lost, what became of it is unclear: whoever calls again with the same gets the same.
func (v *Vault) write(ctx context.Context, f func(tx pgx.Tx) error) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.calls.Done()
	if v.readOnly {
		return eventstore.ErrReadOnly
	}
	return v.transaction(ctx, f)
}

// Beside runs f in a transaction on the database of the vault, for what its ledger keeps there beside it, and returns when
// that is durable. It is as safe a connection as the vault's, and vault.ErrAway means the same.
func (v *Vault) Beside(ctx context.Context, f func(tx pgx.Tx) error) error { return v.write(ctx, f) }

func (v *Vault) transaction(ctx context.Context, f func(tx pgx.Tx) error) error {
	return away(pgx.BeginTxFunc(ctx, v.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, f))
}

// away says of an error that it is vault.ErrAway, if it is one of a server that cannot be reached, or that ends.
func away(err error) error {
	var refused *pgconn.PgError
	var connecting *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &refused):
		switch refused.Code[:2] { // connection exception, insufficient resources, operator intervention
		case "08", "53", "57":
		default:
			return err
		}
	case errors.As(err, &connecting), errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
	default:
		return err
	}
	return fmt.Errorf("%w: %w", vault.ErrAway, err)
}

// turn is the advisory lock of a vault: whoever puts shares it, whoever destroys is alone. So a value is not put while a
// tombstone for its field is being made, and nobody asks for two partitions in another order.
const turn = 0x61726f56 // "aroV"

func alone(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", turn)
	return err
}

func together(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock_shared($1)", turn)
	return err
}
