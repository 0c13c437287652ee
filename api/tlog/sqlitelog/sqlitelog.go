// Package sqlitelog keeps the signed checkpoints of a log in one SQLite file. It is the tlog.Heads of a single machine.
//
// A database rather than a list of lines, because compare-and-swap must hold between processes too: two servers started
// by mistake on one directory, or a command beside a server. The file takes care of that with its own locks, syncs
// (synchronous=FULL) before a checkpoint can be read, and finds one by size. Rows are only ever added; the file itself
// refuses to change or delete one. What speaks against signing lies beside them (trust.go). A cosignature is a row of its own beside its checkpoint, and is given as a line of it.
package sqlitelog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// kind is the format of the file.
var kind = sqlitefile.Kind{
	Name:          "log",
	ApplicationID: 0x61726f6c, // "arol"
	Version:       2,
	Mode:          0o644,
	Schema:        checkpointsSchema + cosignaturesSchema,
	Upgrades:      map[int32]string{1: cosignaturesSchema},
}

// checkpointsSchema is version 1. signed is the note with the log's own signatures; at is in Unix milliseconds.
const checkpointsSchema = `
CREATE TABLE checkpoints (
	size   INTEGER PRIMARY KEY CHECK (size > 0),
	root   BLOB NOT NULL CHECK (length(root) = 32),
	signed BLOB NOT NULL,
	at     INTEGER NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_stay BEFORE UPDATE ON checkpoints
	BEGIN SELECT RAISE(ABORT, 'a signed checkpoint cannot be changed'); END;
CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints
	BEGIN SELECT RAISE(ABORT, 'a signed checkpoint cannot be deleted'); END;
`

// cosignaturesSchema is what version 2 adds. n is the order of the lines; name and hash are those of the witness's key.
const cosignaturesSchema = `
CREATE TABLE cosignatures (
	n      INTEGER PRIMARY KEY,
	size   INTEGER NOT NULL REFERENCES checkpoints (size),
	name   TEXT NOT NULL,
	hash   INTEGER NOT NULL,
	base64 TEXT NOT NULL,
	UNIQUE (name, hash, size)
) STRICT;
CREATE INDEX cosignatures_by_size ON cosignatures (size);
CREATE TRIGGER cosignatures_stay BEFORE UPDATE ON cosignatures
	BEGIN SELECT RAISE(ABORT, 'a cosignature cannot be changed'); END;
CREATE TRIGGER cosignatures_remain BEFORE DELETE ON cosignatures
	BEGIN SELECT RAISE(ABORT, 'a cosignature cannot be deleted'); END;
`

// selectHead begins every query for a head: the note gets its cosignatures as its last lines, the older one first.
const selectHead = `SELECT size, root, signed, at, (SELECT group_concat('— ' || name || ' ' || base64 || char(10), '' ORDER BY n)
	FROM cosignatures c WHERE c.size = checkpoints.size) FROM checkpoints `

// readers is the number of connections for reading.
const readers = 2

// Heads is a tlog.Heads in one file.
type Heads struct {
	pool   *sqlitefile.Pool
	commit func(conn *sqlite.Conn) error // ends a transaction; a test puts a failing disk here
	place  string                        // where the file is, see placeOf

	mu     sync.Mutex   // held while writing; guards the fields below
	conn   *sqlite.Conn // the one that writes
	broken error        // the write whose outcome is not known, or nil
}

var _ tlog.Heads = (*Heads)(nil)

// Create makes a new file for a ledger and opens it. An existing file is an error that wraps fs.ErrExist.
func Create(path string, ledger uuid.UUID) (*Heads, error) {
	if err := kind.Create(path, ledger); err != nil {
		return nil, err
	}
	return Open(path, ledger)
}

// Open opens the file of a ledger. One of another ledger is eventstore.ErrForeign, one of another kind
// sqlitefile.ErrFormat.
func Open(path string, ledger uuid.UUID) (_ *Heads, err error) {
	h := &Heads{commit: commit}
	defer func() {
		if err != nil {
			err = fmt.Errorf("opening log %s: %w", path, errors.Join(err, h.release()))
		}
	}()
	if h.conn, err = sqlitefile.Connect(path, sqlitefile.ReadWrite); err != nil {
		return nil, err
	}
	if err := kind.Upgrade(h.conn); err != nil {
		return nil, err
	}
	if err := kind.Belongs(h.conn, ledger); err != nil {
		return nil, err
	}
	if h.place, err = placeOf(path); err != nil {
		return nil, err
	}
	if err := adopt(h.conn, h.place); err != nil {
		return nil, fmt.Errorf("noting where it is: %w", err)
	}
	if err := sqlitefile.SyncLog(h.conn); err != nil {
		return nil, err
	}
	if h.pool, err = sqlitefile.NewPool(path, sqlitefile.ReadOnly, readers); err != nil {
		return nil, err
	}
	return h, nil
}

// Close closes the file, when the calls under way have ended. There must be no later ones.
func (h *Heads) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.release(); err != nil {
		return fmt.Errorf("closing the log: %w", err)
	}
	return nil
}

// release closes the connections, the one that writes last: it puts the write-ahead log into the file.
func (h *Heads) release() error {
	var errs []error
	if h.pool != nil {
		errs = append(errs, h.pool.Close())
	}
	if h.conn != nil {
		errs = append(errs, h.conn.Close())
	}
	return errors.Join(errs...)
}

// Last implements tlog.Heads.
func (h *Heads) Last(ctx context.Context) (tlog.Head, error) {
	return h.read(ctx, selectHead+"ORDER BY size DESC LIMIT 1")
}

// At implements tlog.Heads.
func (h *Heads) At(ctx context.Context, size int64) (tlog.Head, error) {
	head, err := h.read(ctx, selectHead+"WHERE size >= ? ORDER BY size LIMIT 1", size)
	if err == nil && head.Size == 0 {
		return head, fmt.Errorf("checkpoint of at least %d: %w", size, tlog.ErrNoHead)
	}
	return head, err
}

// Before implements tlog.Heads.
func (h *Heads) Before(ctx context.Context, size int64) (tlog.Head, error) {
	return h.read(ctx, selectHead+"WHERE size < ? ORDER BY size DESC LIMIT 1", size)
}

// LastCosigned implements tlog.Heads.
func (h *Heads) LastCosigned(ctx context.Context, name string, keyHash uint32) (tlog.Head, error) {
	return h.read(ctx, selectHead+"WHERE size = (SELECT max(size) FROM cosignatures WHERE name = ? AND hash = ?)", name, int64(keyHash))
}

func (h *Heads) read(ctx context.Context, query string, arguments ...any) (tlog.Head, error) {
	conn, err := h.pool.Take(ctx)
	if err != nil {
		return tlog.Head{}, err
	}
	defer h.pool.Put(conn)
	return head(conn, query, arguments...)
}

// head gives the head in the one row of a query, or the zero Head where there is none.
func head(conn *sqlite.Conn, query string, arguments ...any) (found tlog.Head, err error) {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return tlog.Head{}, err
	}
	defer func() { err = errors.Join(err, stmt.Reset()) }()
	for i, a := range arguments {
		switch a := a.(type) {
		case int64:
			stmt.BindInt64(i+1, a)
		case string:
			stmt.BindText(i+1, a)
		}
	}
	row, err := stmt.Step()
	if err != nil || !row {
		return tlog.Head{}, err
	}
	found.Size = stmt.ColumnInt64(0)
	if n := stmt.ColumnBytes(1, found.Root[:]); n != xtlog.HashSize {
		return tlog.Head{}, fmt.Errorf("root of %d bytes at size %d", n, found.Size)
	}
	found.Signed = make([]byte, stmt.ColumnLen(2)+stmt.ColumnLen(4))
	stmt.ColumnBytes(2, found.Signed)
	stmt.ColumnBytes(4, found.Signed[stmt.ColumnLen(2):])
	found.At = time.UnixMilli(stmt.ColumnInt64(3)).UTC()
	return found, nil
}

// Replace implements tlog.Heads. If the outcome of a write cannot be known it is eventstore.ErrPoisoned, then and ever
// after: nothing more is signed until the file is opened again.
func (h *Heads) Replace(ctx context.Context, old, next tlog.Head) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if next.Size <= old.Size || len(next.Signed) == 0 {
		return fmt.Errorf("%w: size %d after %d", eventstore.ErrInvalid, next.Size, old.Size)
	}
	return h.write(func(conn *sqlite.Conn) error { return swap(conn, old, next) })
}

// Cosign implements tlog.Heads. What cannot be known of its outcome is eventstore.ErrPoisoned, as with Replace.
func (h *Heads) Cosign(ctx context.Context, size int64, root xtlog.Hash, by note.Signature) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.write(func(conn *sqlite.Conn) error { return cosign(conn, size, root, by) })
}

// write does something in a transaction beside which nobody else can write, and returns when it is durable.
func (h *Heads) write(do func(conn *sqlite.Conn) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return fmt.Errorf("%w: %w", eventstore.ErrPoisoned, h.broken)
	}
	if err := execute(h.conn, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	if err := do(h.conn); err != nil {
		return errors.Join(err, execute(h.conn, "ROLLBACK"))
	}
	if err := h.commit(h.conn); err != nil {
		h.broken = err
		if !h.conn.AutocommitEnabled() {
			_ = execute(h.conn, "ROLLBACK") // releases the file's lock; nothing follows from it
		}
		return fmt.Errorf("%w: %w", eventstore.ErrPoisoned, err)
	}
	return nil
}

func execute(conn *sqlite.Conn, statement string) error {
	return sqlitex.ExecuteTransient(conn, statement, nil)
}

func commit(conn *sqlite.Conn) error { return execute(conn, "COMMIT") }

// swap is the compare-and-swap, within a transaction that nobody else can write beside.
func swap(conn *sqlite.Conn, old, next tlog.Head) error {
	if err := unmoved(conn, old); err != nil {
		return err
	}
	return insert(conn, next)
}

// unmoved holds that the last checkpoint is still the one that it is believed to be.
func unmoved(conn *sqlite.Conn, old tlog.Head) error {
	last, err := head(conn, selectHead+"ORDER BY size DESC LIMIT 1")
	if err == nil && (last.Size != old.Size || last.Root != old.Root) {
		err = fmt.Errorf("%w: the last has size %d, not %d", tlog.ErrMoved, last.Size, old.Size)
	}
	return err
}

func insert(conn *sqlite.Conn, next tlog.Head) error {
	stmt, err := conn.Prepare("INSERT INTO checkpoints (size, root, signed, at) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	stmt.BindInt64(1, next.Size)
	stmt.BindBytes(2, next.Root[:])
	stmt.BindBytes(3, next.Signed)
	stmt.BindInt64(4, next.At.UnixMilli())
	_, err = stmt.Step()
	return errors.Join(err, stmt.Reset())
}

// cosign adds a cosignature, within a transaction.
func cosign(conn *sqlite.Conn, size int64, root xtlog.Hash, by note.Signature) error {
	found, err := head(conn, selectHead+"WHERE size = ?", size)
	if err != nil {
		return err
	}
	if found.Size != size || found.Root != root {
		return fmt.Errorf("cosigning a checkpoint of size %d: %w", size, tlog.ErrNoHead)
	}
	cosigned, err := found.Cosigned(by)
	if err != nil || len(cosigned.Signed) == len(found.Signed) {
		return err
	}
	stmt, err := conn.Prepare("INSERT INTO cosignatures (size, name, hash, base64) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	stmt.BindInt64(1, size)
	stmt.BindText(2, by.Name)
	stmt.BindInt64(3, int64(by.Hash))
	stmt.BindText(4, by.Base64)
	_, err = stmt.Step()
	return errors.Join(err, stmt.Reset())
}
