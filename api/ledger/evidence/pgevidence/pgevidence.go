// Package pgevidence keeps uploaded files in the PostgreSQL database where several nodes share the vault of their ledger.
//
// The bytes of each file are a table of their own. PostgreSQL writes no row in place (package pgvault says what follows from
// that); a table that is dropped is cut to nothing and deleted with its TOAST at the commit, and forgetting a file costs
// nothing for the others. What PostgreSQL keeps beside its tables for a while is the operator's, as for the vault.
package pgevidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"arobase/api/ledger/evidence"
)

// Database runs transactions on the database, each durable when it returns.
type Database interface {
	Beside(ctx context.Context, f func(tx pgx.Tx) error) error
}

// turn is the advisory lock of whoever makes the tables, and, with a second number, of whoever writes a file.
const turn = 0x61726f45 // "aroE"

// tables hold times in Unix milliseconds. Of an erased file the hash is left.
const tables = `
CREATE TABLE evidence_files (
	seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	hash     bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
	erased   boolean NOT NULL,
	media    text NOT NULL,
	uploaded bigint NOT NULL,
	young    bigint NOT NULL,
	size     bigint NOT NULL
);
CREATE TABLE evidence_owners (
	file  bigint NOT NULL REFERENCES evidence_files (seq),
	owner text COLLATE "C" NOT NULL,
	PRIMARY KEY (file, owner)
);
CREATE INDEX evidence_owners_owner ON evidence_owners (owner, file);`

// content is the name of the table of a file's bytes.
func content(seq int64) string { return fmt.Sprintf("evidence_content_%d", seq) }

// createContent makes it. No sample is taken of it for the planner, and nothing is compressed.
func createContent(seq int64) string {
	return fmt.Sprintf(`
CREATE TABLE %[1]s (content bytea NOT NULL);
ALTER TABLE %[1]s ALTER COLUMN content SET STATISTICS 0, ALTER COLUMN content SET STORAGE EXTERNAL;`, content(seq))
}

// Store is an evidence.Store in a database. Many processes may use it at once. Its errors besides those of the contract are
// those of the database, vault.ErrAway while its server is away.
type Store struct{ db Database }

var _ evidence.Store = (*Store)(nil)

// Open gives the files of the ledger whose vault is in the database, and makes their tables where there are none yet.
func Open(ctx context.Context, db Database) (*Store, error) {
	err := db.Beside(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", turn); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass('evidence_files') IS NOT NULL").Scan(&there); err != nil || there {
			return err
		}
		_, err := tx.Exec(ctx, tables)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("opening the uploaded files beside the vault: %w", err)
	}
	return &Store{db}, nil
}

// row is what is known of a file without its bytes.
type row struct {
	seq             int64
	hash            []byte
	erased          bool
	media           string
	uploaded, young int64
}

func (r row) err() error {
	switch {
	case r.seq == 0:
		return evidence.ErrAbsent
	case r.erased:
		return evidence.ErrErased
	}
	return nil
}

const columns = "SELECT seq, hash, erased, media, uploaded, young FROM evidence_files "

func scan(from pgx.Row) (r row, err error) {
	err = from.Scan(&r.seq, &r.hash, &r.erased, &r.media, &r.uploaded, &r.young)
	if errors.Is(err, pgx.ErrNoRows) {
		return row{}, nil
	}
	return r, err
}

// find gives the row of a file, the zero one where there is none, and keeps others from destroying it meanwhile.
func find(ctx context.Context, tx pgx.Tx, h evidence.Hash) (row, error) {
	return scan(tx.QueryRow(ctx, columns+"WHERE hash = $1 FOR SHARE", h[:]))
}

// lock has whoever writes one file wait for each other.
func lock(ctx context.Context, tx pgx.Tx, h evidence.Hash) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1, hashtext($2))", turn, h.String())
	return err
}

// load reads the bytes of a file.
func load(ctx context.Context, tx pgx.Tx, r row) (evidence.File, error) {
	f := evidence.File{Hash: evidence.Hash(r.hash), Media: r.media, Uploaded: time.UnixMilli(r.uploaded).UTC()}
	err := tx.QueryRow(ctx, "SELECT content FROM "+content(r.seq)).Scan(&f.Content)
	return f, err
}

func reading(err error) error {
	if err != nil {
		return fmt.Errorf("reading the uploaded files: %w", err)
	}
	return nil
}

func keeping(err error) error {
	if err != nil {
		return fmt.Errorf("keeping an uploaded file: %w", err)
	}
	return nil
}

// Get implements evidence.Store.
func (s *Store) Get(ctx context.Context, h evidence.Hash) (f evidence.File, err error) {
	err = s.db.Beside(ctx, func(tx pgx.Tx) error {
		r, err := find(ctx, tx, h)
		if err == nil {
			err = r.err()
		}
		if err == nil {
			f, err = load(ctx, tx, r)
		}
		return err
	})
	return f, reading(err)
}

// Owned implements evidence.Store.
func (s *Store) Owned(ctx context.Context, h evidence.Hash, owner string) (owned bool, err error) {
	err = s.db.Beside(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM evidence_files JOIN evidence_owners ON file = seq WHERE hash = $1 AND NOT erased AND owner = $2)", h[:], owner).Scan(&owned)
	})
	return owned, reading(err)
}

// Held implements evidence.Store. O(n) in the files of the owner; their bytes are not read.
func (s *Store) Held(ctx context.Context, owner string) (size int64, err error) {
	err = s.db.Beside(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT coalesce(sum(size), 0)::bigint FROM evidence_owners JOIN evidence_files ON seq = file WHERE owner = $1 AND NOT erased", owner).Scan(&size)
	})
	return size, reading(err)
}

// Put implements evidence.Store.
func (s *Store) Put(ctx context.Context, f evidence.File, owner string) error {
	at := f.Uploaded.UnixMilli()
	return keeping(s.db.Beside(ctx, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, f.Hash); err != nil {
			return err
		}
		r, err := find(ctx, tx, f.Hash)
		switch {
		case err != nil:
			return err
		case r.erased:
			return evidence.ErrErased
		case r.seq == 0:
			err = tx.QueryRow(ctx, "INSERT INTO evidence_files (hash, erased, media, uploaded, young, size) VALUES ($1, false, $2, $3, $3, $4) RETURNING seq",
				f.Hash[:], f.Media, at, len(f.Content)).Scan(&r.seq)
			if err == nil {
				_, err = tx.Exec(ctx, createContent(r.seq))
			}
			if err == nil {
				_, err = tx.Exec(ctx, "INSERT INTO "+content(r.seq)+" VALUES ($1)", f.Content)
			}
		default:
			_, err = tx.Exec(ctx, "UPDATE evidence_files SET young = greatest(young, $1) WHERE seq = $2", at, r.seq)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO evidence_owners (file, owner) VALUES ($1, $2) ON CONFLICT DO NOTHING", r.seq, owner)
		return err
	}))
}

// Renew implements evidence.Store.
func (s *Store) Renew(ctx context.Context, h evidence.Hash, at time.Time) error {
	return keeping(s.db.Beside(ctx, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, h); err != nil {
			return err
		}
		r, err := find(ctx, tx, h)
		if err == nil {
			err = r.err()
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE evidence_files SET young = greatest(young, $1) WHERE seq = $2", at.UnixMilli(), r.seq)
		return err
	}))
}

// Erase implements evidence.Store. It waits for whoever reads one of them.
func (s *Store) Erase(ctx context.Context, hashes ...evidence.Hash) error {
	hashes = slices.Clone(hashes) // everybody locks them in the same order
	slices.SortFunc(hashes, func(a, b evidence.Hash) int { return bytes.Compare(a[:], b[:]) })
	err := s.db.Beside(ctx, func(tx pgx.Tx) error {
		for _, h := range hashes {
			if err := lock(ctx, tx, h); err != nil {
				return err
			}
			var seq int64
			err := tx.QueryRow(ctx, `INSERT INTO evidence_files (hash, erased, media, uploaded, young, size) VALUES ($1, true, '', 0, 0, 0)
				ON CONFLICT (hash) DO UPDATE SET erased = true, media = '', uploaded = 0, young = 0, size = 0 RETURNING seq`, h[:]).Scan(&seq)
			if err == nil {
				err = drop(ctx, tx, seq)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("erasing %d uploaded files: %w", len(hashes), err)
	}
	return nil
}

// drop destroys the bytes of a file and forgets whose it was.
func drop(ctx context.Context, tx pgx.Tx, seq int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM evidence_owners WHERE file = $1", seq); err != nil {
		return err
	}
	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", content(seq)).Scan(&there); err != nil || !there {
		return err
	}
	_, err := tx.Exec(ctx, "DROP TABLE "+content(seq))
	return err
}

// Purge implements evidence.Store. Each file is a transaction of its own.
func (s *Store) Purge(ctx context.Context, before time.Time, named func(evidence.Hash) bool) (purged int, err error) {
	var old []row
	err = s.db.Beside(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, columns+"WHERE NOT erased AND young < $1 ORDER BY seq", before.UnixMilli())
		if err != nil {
			return err
		}
		old, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) { return scan(r) })
		return err
	})
	for _, r := range old {
		if err != nil || named(evidence.Hash(r.hash)) {
			continue
		}
		err = s.db.Beside(ctx, func(tx pgx.Tx) error {
			if err := lock(ctx, tx, evidence.Hash(r.hash)); err != nil {
				return err
			}
			// young is asked again: somebody may be about to name it since.
			var still bool
			if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM evidence_files WHERE seq = $1 AND NOT erased AND young < $2)", r.seq, before.UnixMilli()).Scan(&still); err != nil || !still {
				return err
			}
			if err := drop(ctx, tx, r.seq); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "DELETE FROM evidence_files WHERE seq = $1", r.seq)
			if err == nil {
				purged++
			}
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("removing uploaded files that nobody named: %w", err)
	}
	return purged, nil
}

// Each implements evidence.Store. One file at a time is in memory; f may use the store.
func (s *Store) Each(ctx context.Context, f func(evidence.Kept) error) error {
	for after := int64(0); ; {
		var k evidence.Kept
		err := s.db.Beside(ctx, func(tx pgx.Tx) error {
			r, err := scan(tx.QueryRow(ctx, columns+"WHERE seq > $1 ORDER BY seq LIMIT 1 FOR SHARE", after))
			after = r.seq
			if err != nil || r.seq == 0 {
				return err
			}
			if r.erased {
				k = evidence.Kept{File: evidence.File{Hash: evidence.Hash(r.hash)}, Erased: true}
				return nil
			}
			k.Young = time.UnixMilli(r.young).UTC()
			if k.File, err = load(ctx, tx, r); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, "SELECT owner FROM evidence_owners WHERE file = $1 ORDER BY owner", r.seq)
			if err != nil {
				return err
			}
			k.Owners, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		if err != nil {
			return reading(err)
		}
		if after == 0 {
			return nil
		}
		if err := f(k); err != nil {
			return err
		}
	}
}
