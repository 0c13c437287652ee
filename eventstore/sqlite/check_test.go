package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"arobase/eventstore"
)

func TestCheckFindsNothingInASoundFile(t *testing.T) {
	s := newStore(t)
	wantSound(t, s)
	fillThree(t, s)
	wantSound(t, s)
}

func TestCheckFindsDamage(t *testing.T) {
	for _, test := range []struct {
		damage string
		says   string
	}{
		{"DELETE FROM events WHERE position = 7", "position 8: expected position 7"},
		{"UPDATE events SET position = 100 WHERE position = 29", "position 100: expected position 29"},
		{"UPDATE events SET revision = 10 WHERE position = 27", `stream "stream-0": expected revision 9, found 10`},
		{"UPDATE events SET stream = 2, revision = 10 WHERE position = 0", `stream "stream-0": expected revision 0, found 1`},
		{"UPDATE events SET revision = 2 - revision WHERE stream = 1 AND revision IN (0, 2)", `stream "stream-0"`},
		{"UPDATE events SET high = high + 1 WHERE position = 12", "position 12: the running maximum"},
		{"UPDATE events SET recorded = recorded + 1 WHERE position = 12", "position 12: the running maximum"},
		{"UPDATE events SET bytes = x'' WHERE position = 3", "position 3: the event has 0 bytes"},
		{"UPDATE events SET bytes = zeroblob(65536) WHERE position = 3", "position 3: the event has 65536 bytes"},
		{"UPDATE events SET id = x'00' WHERE position = 3", "position 3: the id has 1 bytes"},
		{"DELETE FROM streams WHERE name = 'stream-1'", "position 1: its stream, number 2, has no name"},
		{"DELETE FROM types", "position 0: its type, number 1, has no name"},
		{"INSERT INTO streams (name) VALUES ('ghost')", `stream "ghost": it has a name and no event`},
	} {
		path := newPath(t)
		newLedger(t, path)
		s := reopen(t, path)
		fillThree(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		alter(t, path, swap(test.damage)...)
		s = reopen(t, path)
		findings, err := s.Check(t.Context())
		if err != nil || !strings.Contains(strings.Join(findings, "\n"), test.says) {
			t.Errorf("%s:\ngot  %q, %v\nwant %q", test.damage, findings, err, test.says)
		}
	}
}

// swap lets an update that exchanges revisions pass through values that are free, for the unique index.
func swap(statement string) []string {
	if !strings.Contains(statement, "2 - revision") {
		return []string{statement}
	}
	return []string{
		"UPDATE events SET revision = 102 - revision WHERE stream = 1 AND revision IN (0, 2)",
		"UPDATE events SET revision = revision - 100 WHERE revision >= 100",
	}
}

// A page that the disk has changed behind SQLite's back.
func TestCheckFindsAChangedByte(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	s := reopen(t, path)
	fillThree(t, s)
	id := event(11).ID
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// In the table the id stands before the bytes; in the index it does not.
	place := bytes.Index(content, append(id[:], "xxx"...))
	if place < 0 {
		t.Fatal("the row is not in the file")
	}
	content[place+15] ^= 1
	write(t, path, content)
	s = reopen(t, path)
	if findings, err := s.Check(t.Context()); err != nil || len(findings) == 0 {
		t.Errorf("Check: %q, %v; want a finding", findings, err)
	}
}

func TestReadingADamagedFileIsAnError(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	s := reopen(t, path)
	fillThree(t, s)
	alter(t, path, "DELETE FROM events WHERE position = 7")
	for name, read := range map[string]func() error{
		"ReadAll": func() error {
			for _, err := range s.ReadAll(t.Context(), 0) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"ReadStream": func() error {
			for _, err := range s.ReadStream(t.Context(), "stream-1", 0) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), "is missing") {
			t.Errorf("%s: %v, want an error that names what is missing", name, err)
		}
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	s := newStore(t)
	fillThree(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Check: %v, want context.Canceled", err)
	}
	for range 2 * readers { // its connection can be used again
		wantSound(t, s)
	}
}

// fillThree appends thirty events, in turns to three streams.
func fillThree(t *testing.T, s *Store) {
	t.Helper()
	for n := range 30 {
		if _, err := s.Append(t.Context(), fmt.Sprintf("stream-%d", n%3), eventstore.Revision(n/3-1), []eventstore.Proposed{event(n)}); err != nil {
			t.Fatal(err)
		}
	}
}
