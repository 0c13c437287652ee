// Package sqliteevidence keeps uploaded files in one SQLite file of mode 0600.
//
// What is erased or purged is gone from every file of the store when the method returns. As in a vault, rows are only ever
// added, in the order of seq, and a file is destroyed by overwriting it with zeros of the same length: SQLite does that in
// place, so that no copy of a row is left anywhere. The room that it took is not given back: a store that is restored from
// its backup is as small as it can be.
package sqliteevidence

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/ledger/evidence"
	"arobase/eventstore/sqlite/sqlitefile"
)

// kind is the format of the file. Of an erased file the hash is left; of a purged one not even that: zeros. Times are in Unix
// milliseconds.
var kind = sqlitefile.Kind{
	Name:          "evidence",
	ApplicationID: 0x61726f45, // "aroE"
	Version:       1,
	Mode:          0o600,
	Schema: `
CREATE TABLE files (
	seq      INTEGER PRIMARY KEY,
	hash     BLOB NOT NULL CHECK (length(hash) = 32),
	state    INTEGER NOT NULL CHECK (state IN (0, 1, 2)), -- kept, erased, purged
	media    TEXT NOT NULL,
	uploaded INTEGER NOT NULL,
	young    INTEGER NOT NULL,
	content  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX files_hash ON files (hash) WHERE state <> 2;
CREATE TABLE owners (
	file  INTEGER NOT NULL REFERENCES files (seq),
	owner TEXT NOT NULL,
	PRIMARY KEY (file, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX owners_owner ON owners (owner, file);
`,
}

// The states of a row.
const (
	kept   = 0
	erased = 1
)

// Store is an evidence.Store in one file. Besides the errors of the contract its methods give eventstore.ErrPoisoned: after
// a failed commit nobody knows what is durable, and nothing more is written.
type Store struct{ file *sqlitefile.File }

var _ evidence.Store = (*Store)(nil)

// readers is the number of connections that read. Each may hold a whole file in memory.
const readers = 4

// Create makes a new, empty file for a ledger and opens it. An existing file is an error that wraps fs.ErrExist.
func Create(path string, ledger uuid.UUID) (*Store, error) {
	if err := kind.Create(path, ledger); err != nil {
		return nil, err
	}
	return Open(path, ledger)
}

// Open opens the file of a ledger. One of another ledger is eventstore.ErrForeign.
func Open(path string, ledger uuid.UUID) (*Store, error) {
	return open(path, ledger, sqlitefile.ReadWrite)
}

// OpenReadOnly is Open for reading, while another process may be writing: what writes is eventstore.ErrReadOnly.
func OpenReadOnly(path string, ledger uuid.UUID) (*Store, error) {
	return open(path, ledger, sqlitefile.ReadOnly)
}

func open(path string, ledger uuid.UUID, access sqlitefile.Access) (*Store, error) {
	file, err := kind.Open(path, ledger, sqlitefile.Opening{Access: access, Readers: readers, Forgets: true})
	if err != nil {
		return nil, fmt.Errorf("opening the uploaded files %s: %w", path, err)
	}
	return &Store{file}, nil
}

// Close closes the file when the calls under way have ended. There must be no later ones.
func (s *Store) Close() error { return s.file.Close() }

// read lends a connection that reads to f.
func (s *Store) read(ctx context.Context, f func(*sqlite.Conn) error) error {
	if err := s.file.Read(ctx, f); err != nil {
		return fmt.Errorf("reading the uploaded files: %w", err)
	}
	return nil
}

// row is what is known of a file without its bytes.
type row struct {
	seq             int64
	hash            evidence.Hash
	state           int
	media           string
	uploaded, young int64
}

func (r row) err() error {
	switch {
	case r.seq == 0:
		return evidence.ErrAbsent
	case r.state == erased:
		return evidence.ErrErased
	}
	return nil
}

const columns = "SELECT seq, hash, state, media, uploaded, young"

func scan(stmt *sqlite.Stmt) (r row) {
	r.seq, r.state, r.media = stmt.ColumnInt64(0), stmt.ColumnInt(2), stmt.ColumnText(3)
	r.uploaded, r.young = stmt.ColumnInt64(4), stmt.ColumnInt64(5)
	stmt.ColumnBytes(1, r.hash[:])
	return r
}

// find gives the row of a file that is kept or was erased; the zero one where there is none.
func find(conn *sqlite.Conn, h evidence.Hash) (r row, err error) {
	err = sqlitex.Execute(conn, columns+" FROM files WHERE hash = ? AND state <> 2", &sqlitex.ExecOptions{
		Args: []any{h[:]}, ResultFunc: func(stmt *sqlite.Stmt) error { r = scan(stmt); return nil },
	})
	return r, err
}

// load reads the bytes of a file.
func load(conn *sqlite.Conn, r row) (evidence.File, error) {
	f := evidence.File{Hash: r.hash, Media: r.media, Uploaded: time.UnixMilli(r.uploaded).UTC()}
	err := sqlitex.Execute(conn, "SELECT content FROM files WHERE seq = ?", &sqlitex.ExecOptions{
		Args: []any{r.seq}, ResultFunc: func(stmt *sqlite.Stmt) error {
			f.Content = make([]byte, stmt.ColumnLen(0))
			stmt.ColumnBytes(0, f.Content)
			return nil
		},
	})
	return f, err
}

// Get implements evidence.Store.
func (s *Store) Get(ctx context.Context, h evidence.Hash) (f evidence.File, err error) {
	err = s.read(ctx, func(conn *sqlite.Conn) (err error) {
		defer sqlitex.Save(conn)(&err) // both statements see the same moment
		r, err := find(conn, h)
		if err == nil {
			err = r.err()
		}
		if err == nil {
			f, err = load(conn, r)
		}
		return err
	})
	return f, err
}

// Owned implements evidence.Store.
func (s *Store) Owned(ctx context.Context, h evidence.Hash, owner string) (owned bool, err error) {
	err = s.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT 1 FROM files JOIN owners ON file = seq WHERE hash = ? AND state = 0 AND owner = ?",
			&sqlitex.ExecOptions{Args: []any{h[:], owner}, ResultFunc: func(*sqlite.Stmt) error { owned = true; return nil }})
	})
	return owned, err
}

// Held implements evidence.Store. O(n) in the files of the owner; their bytes are not read.
func (s *Store) Held(ctx context.Context, owner string) (bytes int64, err error) {
	err = s.read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT coalesce(sum(length(content)), 0) FROM owners JOIN files ON seq = file WHERE owner = ? AND state = 0",
			&sqlitex.ExecOptions{Args: []any{owner}, ResultFunc: func(stmt *sqlite.Stmt) error { bytes = stmt.ColumnInt64(0); return nil }})
	})
	return bytes, err
}

// Put implements evidence.Store. One fsync.
func (s *Store) Put(ctx context.Context, f evidence.File, owner string) error {
	at := f.Uploaded.UnixMilli()
	err := s.write(ctx, func(conn *sqlite.Conn) error {
		r, err := find(conn, f.Hash)
		switch {
		case err != nil:
			return err
		case r.state == erased:
			return evidence.ErrErased
		case r.seq == 0:
			err = sqlitex.Execute(conn, "INSERT INTO files (hash, state, media, uploaded, young, content) VALUES (?, 0, ?, ?, ?, ?)",
				&sqlitex.ExecOptions{Args: []any{f.Hash[:], f.Media, at, at, f.Content}})
			r.seq = conn.LastInsertRowID()
		default:
			err = sqlitex.Execute(conn, "UPDATE files SET young = max(young, ?) WHERE seq = ?", &sqlitex.ExecOptions{Args: []any{at, r.seq}})
		}
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "INSERT INTO owners (file, owner) VALUES (?, ?) ON CONFLICT DO NOTHING", &sqlitex.ExecOptions{Args: []any{r.seq, owner}})
	})
	if err != nil {
		return fmt.Errorf("keeping an uploaded file: %w", err)
	}
	return nil
}

// Renew implements evidence.Store.
func (s *Store) Renew(ctx context.Context, h evidence.Hash, at time.Time) error {
	err := s.write(ctx, func(conn *sqlite.Conn) error {
		r, err := find(conn, h)
		if err == nil {
			err = r.err()
		}
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "UPDATE files SET young = max(young, ?) WHERE seq = ?", &sqlitex.ExecOptions{Args: []any{at.UnixMilli(), r.seq}})
	})
	if err != nil {
		return fmt.Errorf("keeping an uploaded file: %w", err)
	}
	return nil
}

// Each implements evidence.Store. One file at a time is in memory; f may use the store.
func (s *Store) Each(ctx context.Context, f func(evidence.Kept) error) error {
	for after := int64(0); ; {
		var k evidence.Kept
		err := s.read(ctx, func(conn *sqlite.Conn) (err error) {
			defer sqlitex.Save(conn)(&err)
			var r row
			err = sqlitex.Execute(conn, columns+" FROM files WHERE seq > ? AND state <> 2 ORDER BY seq LIMIT 1", &sqlitex.ExecOptions{
				Args: []any{after}, ResultFunc: func(stmt *sqlite.Stmt) error { r = scan(stmt); return nil },
			})
			after = r.seq
			if err != nil || r.seq == 0 {
				return err
			}
			if r.state == erased {
				k = evidence.Kept{File: evidence.File{Hash: r.hash}, Erased: true}
				return nil
			}
			k.Young = time.UnixMilli(r.young).UTC()
			if k.File, err = load(conn, r); err != nil {
				return err
			}
			return sqlitex.Execute(conn, "SELECT owner FROM owners WHERE file = ? ORDER BY owner", &sqlitex.ExecOptions{
				Args: []any{r.seq}, ResultFunc: func(stmt *sqlite.Stmt) error { k.Owners = append(k.Owners, stmt.ColumnText(0)); return nil },
			})
		})
		if err != nil || after == 0 {
			return err
		}
		if err := f(k); err != nil {
			return err
		}
	}
}
