package sqlite

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A process that appends is killed at random moments, again and again. Every event that it was told is durable must be
// there, and the file must be sound.
//
// This tests what we do between commits, and SQLite's recovery. It cannot test the loss of power: the system's cache
// survives the process.
func TestKilledWriterLosesNothing(t *testing.T) {
	path := newPath(t)
	newLedger(t, path)
	acknowledged := 0
	for round := range 6 {
		cmd, lines := child(t, "append", path)
		var numbers []int
		killed := make(chan error, 1)
		for lines.Scan() {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Fatal(err)
			}
			if numbers = append(numbers, n); len(numbers) == 1 {
				time.AfterFunc(rand.N(150*time.Millisecond), func() { killed <- cmd.Process.Kill() })
			}
		}
		if err := cmd.Wait(); len(numbers) == 0 {
			t.Fatalf("round %d: the child ended by itself: %v", round, err)
		}
		if err := <-killed; err != nil {
			t.Fatalf("round %d: killing the child: %v", round, err)
		}

		s := reopen(t, path)
		for _, n := range numbers {
			e, err := s.Lookup(t.Context(), event(n).ID)
			if err != nil {
				t.Fatalf("round %d: event %d was acknowledged: %v", round, n, err)
			}
			if diff := cmp.Diff(event(n).Bytes, e.Bytes); diff != "" {
				t.Fatalf("round %d: event %d has other bytes", round, n)
			}
		}
		wantSound(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		acknowledged += len(numbers)
	}
	t.Logf("%d events were acknowledged", acknowledged)
}
