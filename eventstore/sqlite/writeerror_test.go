//go:build unix

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"testing"

	"arobase/eventstore"
)

// The system itself refuses to let a file grow (setrlimit RLIMIT_FSIZE), in a child because the limit is the process's.
// Everything acknowledged before must be there afterwards.
func TestWriteErrorPoisons(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	cmd, lines := child(t, "fill", path)
	acknowledged := 0
	for lines.Scan() {
		acknowledged++
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("the child: %v", err)
	}
	if acknowledged < 10 {
		t.Fatalf("only %d events were acknowledged before the disk was full", acknowledged)
	}
	s := reopen(t, path)
	for n := range acknowledged {
		if _, err := s.Lookup(t.Context(), event(n).ID); err != nil {
			t.Fatalf("event %d was acknowledged: %v", n, err)
		}
	}
	wantSound(t, s)
	if _, err := s.Append(t.Context(), "b", eventstore.NoStream, []eventstore.Proposed{event(1_000_000)}); err != nil {
		t.Errorf("after opening again: %v", err)
	}
}

// childFill appends until the system refuses, and checks what the store makes of it.
func childFill(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	limit := old
	limit.Cur = 1 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	n := 0
	for ; n < 100_000; n++ {
		if _, err = s.Append(ctx, "a", eventstore.Revision(n-1), []eventstore.Proposed{event(n)}); err != nil {
			break
		}
		fmt.Println(n)
	}
	if !errors.Is(err, eventstore.ErrPoisoned) {
		return fmt.Errorf("after %d events: %w, want ErrPoisoned", n, err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil { // there is room again
		return err
	}
	if _, err := s.Append(ctx, "a", eventstore.Revision(n-1), []eventstore.Proposed{event(n)}); !errors.Is(err, eventstore.ErrPoisoned) {
		return fmt.Errorf("when there was room again: %w, want ErrPoisoned", err)
	}
	if _, err := s.Lookup(ctx, event(0).ID); err != nil {
		return fmt.Errorf("reads must go on: %w", err)
	}
	return s.Close()
}
