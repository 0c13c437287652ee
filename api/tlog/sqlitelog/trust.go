package sqlitelog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// What the file knows against itself lies in the table meta, where the format and the ledger are too.
const (
	// placeKey says where the file was when its last checkpoint was known to be the newest: see placeOf.
	placeKey = "place"
	// unprovenKey says why the last checkpoint may not be the newest; empty or not there while it is.
	unprovenKey = "unproven"
	// shownKey is a checkpoint that others have, as JSON.
	shownKey = "shown"
	// differenceKey is a tlog.Difference as JSON.
	differenceKey = "difference"
	// strangerKey is the public half of a key that was made because that of the log was missing.
	strangerKey = "stranger"
	// absentKey are ranges of records that came here without their sealed values, as JSON.
	absentKey = "absent"
)

// copied is what is unproven about a file that is elsewhere than where it was made.
const copied = "this is a copy: the ledger may have gone on where it was copied from"

// CreateUnproven is Create for a ledger that has records already: the checkpoints that were signed over them are not in
// the file, and why says so. The file has its name only when it knows that.
func CreateUnproven(path string, ledger uuid.UUID, why string) (*Heads, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("creating log %s: %w", path, os.ErrExist)
	}
	making := path + ".new"
	for _, suffix := range []string{"", "-wal", "-shm"} { // of an attempt that was interrupted
		if err := os.Remove(making + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	h, err := Create(making, ledger)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(h.Unprove(why), h.Close()); err != nil {
		return nil, err
	}
	if err := os.Rename(making, path); err != nil {
		return nil, err
	}
	return Open(path, ledger)
}

// Unprove says why the last checkpoint may not be the newest, durably.
func (h *Heads) Unprove(why string) error {
	return h.write(func(conn *sqlite.Conn) error { return put(conn, unprovenKey, why) })
}

// SetStranger notes that a key was made because that of the log was missing, durably.
func (h *Heads) SetStranger(key string) error {
	return h.write(func(conn *sqlite.Conn) error { return put(conn, strangerKey, key) })
}

// Stranger is the key that was made because that of the log was missing, or "". It may have been brought back since.
func (h *Heads) Stranger(ctx context.Context) (string, error) {
	meta, err := h.meta(ctx)
	return meta[strangerKey], err
}

// Doubts implements tlog.Heads.
func (h *Heads) Doubts(ctx context.Context) (doubts tlog.Doubts, err error) {
	meta, err := h.meta(ctx)
	if err != nil {
		return doubts, fmt.Errorf("reading what speaks against signing: %w", err)
	}
	doubts.Unproven = meta[unprovenKey]
	if doubts.Unproven == "" && meta[placeKey] != h.place {
		doubts.Unproven = copied
	}
	if text := meta[shownKey]; text != "" {
		if err := json.Unmarshal([]byte(text), &doubts.Shown); err != nil {
			return doubts, fmt.Errorf("reading a checkpoint that was shown: %w", err)
		}
	}
	if text := meta[differenceKey]; text != "" {
		if err := json.Unmarshal([]byte(text), &doubts.Difference); err != nil {
			return doubts, fmt.Errorf("reading a difference: %w", err)
		}
	}
	return doubts, nil
}

// Show implements tlog.Heads.
func (h *Heads) Show(ctx context.Context, shown tlog.Head) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if shown.Size < 1 || len(shown.Signed) == 0 {
		return fmt.Errorf("%w: a checkpoint of nothing was shown", eventstore.ErrInvalid)
	}
	return h.write(func(conn *sqlite.Conn) error { return putJSON(conn, shownKey, shown) })
}

// Accept implements tlog.Heads.
func (h *Heads) Accept(ctx context.Context, old, shown tlog.Head) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.write(func(conn *sqlite.Conn) error {
		if err := unmoved(conn, old); err != nil {
			return err
		}
		if shown.Size > old.Size {
			if err := insert(conn, shown); err != nil {
				return err
			}
		}
		return errors.Join(put(conn, unprovenKey, ""), put(conn, shownKey, ""), put(conn, placeKey, h.place))
	})
}

// SetDifference implements tlog.Heads.
func (h *Heads) SetDifference(ctx context.Context, d *tlog.Difference) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.write(func(conn *sqlite.Conn) error {
		if d == nil {
			return put(conn, differenceKey, "")
		}
		before, err := get(conn)
		if err != nil || before[differenceKey] != "" {
			return err
		}
		return putJSON(conn, differenceKey, d)
	})
}

// Absent is a range of records that came here without their sealed values: from a backup without the vault, or from a
// mirror. What was sealed in them may come back from a backup of the vault.
type Absent struct {
	From int64     `json:"from"` // the first record
	End  int64     `json:"end"`  // the one after the last
	Why  string    `json:"why"`
	At   time.Time `json:"at"`
}

// AddAbsent notes a range, durably. It is called before the records are there.
func (h *Heads) AddAbsent(ctx context.Context, a Absent) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.write(func(conn *sqlite.Conn) error {
		meta, err := get(conn)
		if err != nil {
			return err
		}
		all, err := absent(meta)
		if err != nil {
			return err
		}
		for i, before := range all { // the same again, after an interruption
			if before.Why == a.Why && a.From >= before.From && a.From <= before.End {
				all[i].End = max(before.End, a.End)
				return putJSON(conn, absentKey, all)
			}
		}
		return putJSON(conn, absentKey, append(all, a))
	})
}

// Absent gives the ranges that were noted.
func (h *Heads) Absent(ctx context.Context) ([]Absent, error) {
	meta, err := h.meta(ctx)
	if err != nil {
		return nil, err
	}
	return absent(meta)
}

func absent(meta map[string]string) (all []Absent, err error) {
	if text := meta[absentKey]; text != "" {
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			return nil, fmt.Errorf("reading which records came without their sealed values: %w", err)
		}
	}
	return all, nil
}

// adopt binds a file to its place that has none yet: a new one, or one of a program before this.
func adopt(conn *sqlite.Conn, place string) error {
	return sqlitex.ExecuteTransient(conn, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING", &sqlitex.ExecOptions{
		Args: []any{placeKey, place},
	})
}

func (h *Heads) meta(ctx context.Context) (map[string]string, error) {
	conn, err := h.pool.Take(ctx)
	if err != nil {
		return nil, err
	}
	defer h.pool.Put(conn)
	return get(conn)
}

func get(conn *sqlite.Conn) (map[string]string, error) {
	meta := map[string]string{}
	err := sqlitex.Execute(conn, "SELECT key, value FROM meta", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		meta[row.ColumnText(0)] = row.ColumnText(1)
		return nil
	}})
	return meta, err
}

func put(conn *sqlite.Conn, key, value string) error {
	return sqlitex.Execute(conn, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", &sqlitex.ExecOptions{
		Args: []any{key, value},
	})
}

func putJSON(conn *sqlite.Conn, key string, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return put(conn, key, string(b))
}

// CopyTo writes the checkpoints, with their cosignatures, into a new file, while other processes write on. The copy is a
// copy, and knows it.
func (h *Heads) CopyTo(ctx context.Context, path string) error {
	conn, err := h.pool.Take(ctx)
	if err != nil {
		return err
	}
	defer h.pool.Put(conn)
	return sqlitefile.Copy(ctx, conn, path)
}
