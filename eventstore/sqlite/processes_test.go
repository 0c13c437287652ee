package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"arobase/eventstore"
)

func TestReadOnlyFollowsAnotherProcess(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	s, err := OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Append(t.Context(), "a", eventstore.NoStream, []eventstore.Proposed{event(0)}); !errors.Is(err, eventstore.ErrReadOnly) {
		t.Errorf("Append: %v, want ErrReadOnly", err)
	}

	cmd, lines := child(t, "append", path)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a slow disk takes its time for each of them
	defer cancel()
	n := 0
	for e, err := range s.Follow(ctx, 0) {
		if err != nil {
			t.Fatalf("after %d events: %v", n, err)
		}
		if e.Position != eventstore.Position(n) {
			t.Fatalf("event %d is at position %d", n, e.Position)
		}
		if n++; n == 500 {
			break
		}
	}
	if p, err := s.Resolve(ctx, formatToken(eventstore.Position(n+100))); err != nil || p != eventstore.Position(n+100) {
		t.Errorf("Resolve = %d, %v; want %d once the other process is there", p, err, n+100)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	for lines.Scan() {
	}
	_ = cmd.Wait() // it was killed
}

func TestTwoProcessesMayWrite(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	s := reopen(t, path)
	cmd, lines := child(t, "append", path)
	for first := ""; first != "0"; first = lines.Text() { // until stream-0 exists
		if !lines.Scan() {
			t.Fatal("the child does not append")
		}
	}
	for i := range 40 {
		// A stream that both know: the child's append makes ours fail, and never overwrites it.
		if _, err := s.Append(t.Context(), "ours", eventstore.Revision(i-1), []eventstore.Proposed{benchEvent(1, i)}); err != nil {
			t.Errorf("append %d: %v", i, err)
		}
		var conflict *eventstore.RevisionConflict
		if _, err := s.Append(t.Context(), "stream-0", eventstore.NoStream, []eventstore.Proposed{benchEvent(2, i)}); !errors.As(err, &conflict) {
			t.Errorf("append %d to the other's stream: %v, want a RevisionConflict", i, err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	for lines.Scan() {
	}
	_ = cmd.Wait() // it was killed
	wantSound(t, s)
	theirs := 0
	for e, err := range s.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Stream != "ours" {
			theirs++
		}
	}
	if theirs == 0 {
		t.Error("nothing of the other process is there")
	}
}

// An end that somebody else has moved makes remembered heads worthless: this store must see the other's revisions.
func TestRememberedHeadsAreForgotten(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	one, two := reopen(t, path), reopen(t, path)
	for i := range 20 {
		for j, s := range []*Store{one, two} {
			n := 2*i + j
			appended, err := s.Append(t.Context(), "a", eventstore.Revision(n-1), []eventstore.Proposed{event(n)})
			if err != nil || appended.Last != eventstore.Revision(n) {
				t.Fatalf("append %d: %+v, %v", n, appended, err)
			}
			p := event(n + 1000)
			p.Type = fmt.Sprintf("type-%d", n)
			if _, err := s.Append(t.Context(), fmt.Sprintf("stream-%d", n), eventstore.NoStream, []eventstore.Proposed{p}); err != nil {
				t.Fatalf("append %d: %v", n, err)
			}
		}
	}
	wantSound(t, one)
}
