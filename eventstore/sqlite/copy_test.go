package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite/sqlitex"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// A copy that is taken while somebody writes is a ledger of some moment: whole, and one that can be written to.
func TestCopyTo(t *testing.T) {
	dir := t.TempDir()
	id := uuid.New()
	s, err := Create(t.Context(), filepath.Join(dir, "ledger.db"), id)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	reader, err := OpenReadOnly(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	put := func(s *Store, n int) error {
		e := eventstore.Proposed{ID: uuid.New(), Type: "t", Recorded: time.UnixMilli(int64(n)), Bytes: fmt.Appendf(nil, "event %d", n)}
		_, err := s.Append(t.Context(), "s", eventstore.Revision(n-1), []eventstore.Proposed{e})
		return err
	}
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	if err := put(s, 0); err != nil {
		t.Fatal(err)
	}
	writing.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			if err := put(s, n); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var copies []string
	for i := range 5 {
		path := filepath.Join(dir, fmt.Sprintf("copy-%d.db", i))
		if err := reader.CopyTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, path)
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	writing.Wait()
	last := eventstore.Position(0)
	for _, path := range copies {
		for _, suffix := range []string{"-wal", "-shm", "-journal"} {
			if _, err := os.Stat(path + suffix); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s%s is there: %v", path, suffix, err)
			}
		}
		c, err := OpenFor(t.Context(), path, id)
		if err != nil {
			t.Fatal(err)
		}
		size, err := c.Size(t.Context())
		if err != nil || size < max(last, 1) {
			t.Errorf("%d events after %d: %v", size, last, err)
		}
		last = size
		if found, err := c.Check(t.Context()); err != nil || len(found) > 0 {
			t.Errorf("check: %v, %v", found, err)
		}
		if err := put(c, int(size)); err != nil {
			t.Errorf("writing to the copy: %v", err)
		}
		mode := ""
		conn, err := sqlitefile.Connect(path, sqlitefile.ReadOnly)
		if err != nil {
			t.Fatal(err)
		}
		stmt, err := conn.Prepare("PRAGMA journal_mode")
		if err == nil {
			mode, err = sqlitex.ResultText(stmt)
		}
		if err != nil || mode != "wal" {
			t.Errorf("journal mode %q, %v", mode, err)
		}
		if err := errors.Join(conn.Close(), c.Close()); err != nil {
			t.Error(err)
		}
	}
	if err := reader.CopyTo(t.Context(), copies[0]); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v, want fs.ErrExist", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := reader.CopyTo(ended, filepath.Join(dir, "never.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "never.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was left behind")
	}
}
