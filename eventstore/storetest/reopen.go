package storetest

import (
	"fmt"
	"testing"

	"arobase/eventstore"
)

// RunReopen tests what a store keeps when it is closed and opened again. open opens the store that lies in a directory,
// and creates it where it is not there yet.
func RunReopen(t *testing.T, open func(t *testing.T, dir string) eventstore.Store) {
	t.Run("everything is there again, and goes on", func(t *testing.T) {
		dir := t.TempDir()
		var want []eventstore.Event
		for round := range 5 {
			s := open(t, dir)
			wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), want)
			n := len(want)
			for i := range 3 {
				stream, batch := fmt.Sprintf("stream-%d", i), proposals(n+10*i, n+10*i+10)
				mustAppend(t, s, stream, eventstore.Revision(10*round-1), batch...)
				want = append(want, storedAll(batch, eventstore.Position(n+10*i), stream, eventstore.Revision(10*round))...)
			}
			if err := s.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
		}
	})
	t.Run("ids and revisions hold", func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir)
		first := mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		s = open(t, dir)
		again := mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		if !again.Duplicate || again.First != first.First || again.Last != first.Last {
			t.Errorf("sent again, the answer is %+v; the first time it was %+v", again, first)
		}
		wantPosition(t, s, first.Token, 2) // a token outlives the process
		wantIDConflict(t, s, "b", eventstore.NoStream, proposed(1))
		wantRevisionConflict(t, s, "a", eventstore.NoStream, 2, proposed(3))
		wantSizeAt(t, s, proposed(1).Recorded, 2)
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	})
}
