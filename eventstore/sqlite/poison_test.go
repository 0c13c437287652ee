package sqlite

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

// The disk of these tests fails at a commit. It is not a real one: a hook takes the place of COMMIT. A real one is in
// TestWriteErrorPoisons.

var errDisk = errors.New("the disk fails")

func TestFailedCommitPoisons(t *testing.T) {
	for _, test := range []struct {
		name    string
		commit  func(*sqlite.Conn) error
		written bool
	}{
		{"and nothing was written", func(*sqlite.Conn) error { return errDisk }, false},
		{"although it was written", func(conn *sqlite.Conn) error { return errors.Join(sqlitefile.Commit(conn), errDisk) }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := newPath(t)
			newLedger(t, path)
			failing := false // read by the writer only after the append that follows a change
			s, err := open(t.Context(), path, config{access: sqlitefile.ReadWrite, commit: func(conn *sqlite.Conn) error {
				if failing {
					return test.commit(conn)
				}
				return sqlitefile.Commit(conn)
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if _, err := s.Append(t.Context(), "a", eventstore.NoStream, []eventstore.Proposed{event(0)}); err != nil {
				t.Fatal(err)
			}

			failing = true
			if _, err := s.Append(t.Context(), "a", 0, []eventstore.Proposed{event(1)}); !errors.Is(err, eventstore.ErrPoisoned) || !errors.Is(err, errDisk) {
				t.Fatalf("the append that failed: %v, want ErrPoisoned and the reason", err)
			}
			failing = false // the disk recovers, but nobody may believe it
			var group sync.WaitGroup
			for w := range 16 {
				group.Go(func() {
					if _, err := s.Append(t.Context(), fmt.Sprint(w), eventstore.NoStream, []eventstore.Proposed{event(10 + w)}); !errors.Is(err, eventstore.ErrPoisoned) {
						t.Errorf("a later append: %v, want ErrPoisoned", err)
					}
				})
			}
			group.Wait()

			if _, err := s.Lookup(t.Context(), event(0).ID); err != nil {
				t.Errorf("reads must go on: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			s = reopen(t, path)
			appended, err := s.Append(t.Context(), "a", 0, []eventstore.Proposed{event(1)})
			if err != nil || appended.First != 1 || appended.Duplicate != test.written {
				t.Errorf("sent again after opening again: %+v, %v; want revision 1, duplicate %v", appended, err, test.written)
			}
			wantSound(t, s)
		})
	}
}

// Everyone whose append was in the transaction that failed must hear of it.
func TestFailedCommitIsToldToTheWholeBatch(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	release := make(chan struct{})
	s, err := open(t.Context(), path, config{access: sqlitefile.ReadWrite, commit: func(*sqlite.Conn) error {
		<-release // meanwhile the others gather
		return errDisk
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var group sync.WaitGroup
	for w := range 32 {
		group.Go(func() {
			if _, err := s.Append(t.Context(), fmt.Sprint(w), eventstore.NoStream, []eventstore.Proposed{event(w)}); !errors.Is(err, eventstore.ErrPoisoned) {
				t.Errorf("writer %d: %v, want ErrPoisoned", w, err)
			}
		})
	}
	close(release)
	group.Wait()
	if size, err := s.Size(t.Context()); err != nil || size != 0 {
		t.Errorf("Size = %d, %v; want 0", size, err)
	}
}

func reopen(t *testing.T, path string) *Store {
	t.Helper()
	s, err := OpenFor(t.Context(), path, testLedger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func wantSound(t *testing.T, s *Store) {
	t.Helper()
	findings, err := s.Check(t.Context())
	if err != nil || len(findings) > 0 {
		t.Errorf("Check: %q, %v", findings, err)
	}
}
