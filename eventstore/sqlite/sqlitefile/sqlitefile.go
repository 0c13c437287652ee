// Package sqlitefile is what the ledger, the vault and the files beside them have in common as SQLite files: how a file is
// made, how it is recognised, how connections to it are opened and lent, and how it is written to ([File]).
//
// # What durable means here
//
// Every file is in WAL mode with synchronous=FULL: a commit writes its pages to the write-ahead log and calls fsync on
// it before it returns, and other connections see the commit only after that. (NORMAL would sync at checkpoints only.)
// SQLite syncs the directory after it creates the write-ahead log; [Kind.Create] does so for the main file.
//
// While a file is open, nothing else in this process may open and close it by other means: POSIX drops all locks of a
// process on a file when any of its descriptors is closed.
package sqlitefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// busyTimeout is how long a connection waits for a lock that another process holds.
const busyTimeout = 10 * time.Second

// ErrFormat says that a file is not of the expected kind, or of a version that this program does not know.
var ErrFormat = errors.New("file format is not known")

// Kind is one kind of file.
type Kind struct {
	// Name is the kind's name in messages: "ledger", "vault".
	Name string
	// ApplicationID marks the kind in the file's header (PRAGMA application_id).
	ApplicationID int32
	// Version is the one format version that is understood (PRAGMA user_version).
	Version int32
	// Mode is the mode a new file is created with, before umask. SQLite gives the files beside it the same mode.
	Mode fs.FileMode
	// Schema are the statements that make the tables. The table meta is made for every kind.
	Schema string
	// Upgrades are the statements that bring a file of an older version one version forward, by that older version.
	Upgrades map[int32]string
}

const metaSchema = `
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

// Create makes a file for a ledger and returns when the file and its name are durable. An existing file is refused
// with an error that wraps fs.ErrExist. After an error nothing is left behind.
func (k Kind) Create(path string, ledger uuid.UUID) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("creating %s %s: %w", k.Name, path, err)
		}
	}()
	reserved, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, k.Mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(path + suffix)
			}
		}
	}()
	if err := reserved.Close(); err != nil {
		return err
	}
	conn, err := Connect(path, ReadWrite)
	if err != nil {
		return err
	}
	if err := k.initialise(conn, ledger); err != nil {
		_ = conn.Close()
		return err
	}
	// The last connection to close copies the write-ahead log into the file and removes it.
	if err := conn.Close(); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func (k Kind) initialise(conn *sqlite.Conn, ledger uuid.UUID) error {
	if err := sqlitex.ExecuteTransient(conn, "PRAGMA journal_mode = WAL", nil); err != nil {
		return err
	}
	return sqlitex.ExecuteScript(conn, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; %s %s"+
		"INSERT INTO meta (key, value) VALUES ('format', '%d'), ('ledger', '%s');",
		k.ApplicationID, k.Version, metaSchema, k.Schema, k.Version, ledger), nil)
}

// Upgrade brings a file of an older version forward, all the way and durably or not at all. Any other file is left as it
// is: [Kind.Identify] says what is wrong with it.
func (k Kind) Upgrade(conn *sqlite.Conn) (err error) {
	if k.older(conn) == 0 {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("bringing a %s forward to format %d: %w", k.Name, k.Version, err)
		}
	}()
	if err := sqlitex.ExecuteTransient(conn, "BEGIN IMMEDIATE", nil); err != nil {
		return err
	}
	defer func() {
		if !conn.AutocommitEnabled() {
			err = errors.Join(err, sqlitex.ExecuteTransient(conn, "ROLLBACK", nil))
		}
	}()
	// Another process may have been faster, so the version is read again now that nobody else can write.
	from := k.older(conn)
	if from == 0 {
		return nil
	}
	for version := from; version < k.Version; version++ {
		if err := sqlitex.ExecuteScript(conn, k.Upgrades[version], nil); err != nil {
			return err
		}
	}
	if err := sqlitex.ExecuteScript(conn, fmt.Sprintf("PRAGMA user_version = %d; UPDATE meta SET value = '%d' WHERE key = 'format';",
		k.Version, k.Version), nil); err != nil {
		return err
	}
	return sqlitex.ExecuteTransient(conn, "COMMIT", nil)
}

// older is the version of a file of this kind that can be brought forward, or 0 for any other file.
func (k Kind) older(conn *sqlite.Conn) int32 {
	application, err := pragmaInt(conn, "application_id")
	if err != nil || application != int64(k.ApplicationID) {
		return 0
	}
	version, err := pragmaInt(conn, "user_version")
	if err != nil || version >= int64(k.Version) {
		return 0
	}
	for v := int32(version); v < k.Version; v++ {
		if k.Upgrades[v] == "" {
			return 0
		}
	}
	return int32(version)
}

// Identify checks that a file is of this kind and version and gives the ledger that it belongs to. Anything else is an
// error that wraps ErrFormat and says what was found.
func (k Kind) Identify(conn *sqlite.Conn) (uuid.UUID, error) {
	application, err := pragmaInt(conn, "application_id")
	if err != nil {
		if sqlite.ErrCode(err).ToPrimary() == sqlite.ResultNotADB {
			return uuid.Nil, fmt.Errorf("%w: not a %s, not even a database", ErrFormat, k.Name)
		}
		return uuid.Nil, fmt.Errorf("reading the header: %w", err)
	}
	version, err := pragmaInt(conn, "user_version")
	if err != nil {
		return uuid.Nil, fmt.Errorf("reading the header: %w", err)
	}
	switch {
	case application == 0 && version == 0:
		return uuid.Nil, fmt.Errorf("%w: not a %s, or one whose creation was interrupted", ErrFormat, k.Name)
	case application != int64(k.ApplicationID):
		return uuid.Nil, fmt.Errorf("%w: not a %s: its application id is %#x, not %#x", ErrFormat, k.Name, application, k.ApplicationID)
	case version > int64(k.Version):
		return uuid.Nil, fmt.Errorf("%w: %s of format %d was written by a newer program; this one knows format %d", ErrFormat, k.Name, version, k.Version)
	case version < int64(k.Version):
		return uuid.Nil, fmt.Errorf("%w: %s of format %d is too old; this program knows format %d", ErrFormat, k.Name, version, k.Version)
	}
	stmt, err := conn.Prepare("SELECT value FROM meta WHERE key = 'ledger'")
	if err != nil {
		return uuid.Nil, fmt.Errorf("%w: %s without meta: %w", ErrFormat, k.Name, err)
	}
	text, err := sqlitex.ResultText(stmt)
	if err != nil {
		return uuid.Nil, fmt.Errorf("reading the ledger id: %w", err)
	}
	ledger, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fmt.Errorf("%w: %s names the ledger %q: %w", ErrFormat, k.Name, text, err)
	}
	return ledger, nil
}

func pragmaInt(conn *sqlite.Conn, name string) (int64, error) {
	stmt, err := conn.Prepare("PRAGMA " + name)
	if err != nil {
		return 0, err
	}
	return sqlitex.ResultInt64(stmt)
}

// Access says what a connection may do.
type Access sqlite.OpenFlags

// The two kinds of access.
const (
	ReadWrite = Access(sqlite.OpenReadWrite)
	ReadOnly  = Access(sqlite.OpenReadOnly)
)

// Connect opens a connection to an existing file, with every pragma that durability and safety need. A file that does
// not exist is an error that wraps fs.ErrNotExist.
func Connect(path string, access Access) (*sqlite.Conn, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err // SQLite would only say that it cannot open
	}
	// An absolute path, so that a name such as ":memory:" is a file like any other.
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	conn, err := sqlite.OpenConn(absolute, sqlite.OpenFlags(access))
	if err != nil {
		return nil, err
	}
	conn.SetBusyTimeout(busyTimeout)
	for _, pragma := range []string{
		"synchronous = FULL",
		"trusted_schema = OFF",
		"cell_size_check = ON",
		"temp_store = MEMORY", // no value of a vault in the directory for temporary files
		"cache_size = -16384", // KiB
	} {
		err := sqlitex.ExecuteTransient(conn, "PRAGMA "+pragma, nil)
		if err != nil && sqlite.ErrCode(err).ToPrimary() != sqlite.ResultNotADB { // Identify says that better
			_ = conn.Close()
			if code := sqlite.ErrCode(err).ToPrimary(); code == sqlite.ResultReadOnly || code == sqlite.ResultCantOpen {
				return nil, fmt.Errorf("the directory must be writable, even to read: SQLite keeps files beside the database: %w", err)
			}
			return nil, fmt.Errorf("setting %s: %w", pragma, err)
		}
	}
	return conn, nil
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = directory.Close() }()
	if err := directory.Sync(); err != nil {
		return fmt.Errorf("syncing the directory: %w", err)
	}
	return nil
}

// Pool lends connections to one goroutine at a time. There are few, so a borrower does a bounded piece of work and
// never calls a stranger's code in between.
type Pool struct {
	idle chan *sqlite.Conn
	size int
}

// NewPool opens connections to a file.
func NewPool(path string, access Access, size int) (*Pool, error) {
	p := &Pool{idle: make(chan *sqlite.Conn, size)}
	for range size {
		conn, err := Connect(path, access)
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.size++
		p.idle <- conn
	}
	return p, nil
}

// Take waits for a connection. An error wraps ctx.Err().
func (p *Pool) Take(ctx context.Context) (*sqlite.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case conn := <-p.idle:
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Put gives a connection back. Its statements must have been reset.
func (p *Pool) Put(conn *sqlite.Conn) { p.idle <- conn }

// Close waits for every connection to be given back and closes it.
func (p *Pool) Close() error {
	var errs []error
	for range p.size {
		errs = append(errs, (<-p.idle).Close())
	}
	return errors.Join(errs...)
}
