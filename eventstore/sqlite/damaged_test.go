package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// Of a store that is damaged everything before the damage is given, and then ErrDamaged: where a row is missing, and
// where a page of the file is garbage.
func TestDamagedStore(t *testing.T) {
	const size, missing = 3000, 1234
	path := filepath.Join(t.TempDir(), "ledger.db")
	s, err := Create(t.Context(), path, uuid.New())
	if err != nil {
		t.Fatal(err)
	}
	var events []eventstore.Proposed
	for i := range size {
		events = append(events, eventstore.Proposed{ID: uuid.New(), Type: "t", Recorded: time.UnixMilli(int64(i)), Bytes: fmt.Appendf(nil, "event %d %0500d", i, i)})
	}
	if _, err := s.Append(t.Context(), "s", eventstore.NoStream, events); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	read := func(s *Store, from eventstore.Position) (n eventstore.Position, err error) {
		n = from
		for e, err := range s.ReadAll(t.Context(), from) {
			if err != nil {
				return n, err
			}
			if e.Position != n {
				t.Fatalf("event %d where %d comes next", e.Position, n)
			}
			n++
		}
		return n, nil
	}
	damaged := func(name string, damage func(path string) error) {
		copied := filepath.Join(t.TempDir(), "ledger.db")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(copied, b, 0o600), damage(copied)); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), copied)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer s.Close()
		n, err := read(s, 0)
		if !errors.Is(err, eventstore.ErrDamaged) || n == 0 || n == size {
			t.Errorf("%s: %d events, %v; want some, and ErrDamaged", name, n, err)
		}
		// The damage is where the reading ended: from there nothing can be read, and what is before can.
		if m, err := read(s, n); !errors.Is(err, eventstore.ErrDamaged) || m != n {
			t.Errorf("%s: from %d on: to %d, %v", name, n, m, err)
		}
		if name == "missing" && n != missing {
			t.Errorf("%s: it ended at %d", name, n)
		}
	}
	damaged("missing", func(path string) error {
		conn, err := sqlitefile.Connect(path, sqlitefile.ReadWrite)
		if err != nil {
			return err
		}
		return errors.Join(sqlitex.ExecuteTransient(conn, fmt.Sprintf("DELETE FROM events WHERE position = %d", missing), nil), conn.Close())
	})
	damaged("garbage", func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page := bytes.Index(b, []byte("event 2000 ")) / 4096 * 4096
		clear(b[page : page+4096])
		return os.WriteFile(path, b, 0o600)
	})
}
