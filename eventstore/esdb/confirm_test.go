package esdb_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
)

// What a subscription gave in another form than the cluster holds is found before it is signed.
func TestConfirm(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	dir := t.TempDir()
	s := openIn(t, c.ConnectionString(), dir, esdb.Options{})
	for n := range 30 {
		must(t, put(t.Context(), s, "a", n, n))
		c.System(150) // several pages
	}
	must(t, s.Confirm(t.Context(), 10))
	must(t, s.Confirm(t.Context(), 30))
	must(t, s.Confirm(t.Context(), 20))
	if err := s.Confirm(t.Context(), 31); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("more than there is: %v, want ErrUnavailable", err)
	}
	must(t, s.Close())

	s = openIn(t, c.ConnectionString(), dir, esdb.Options{})
	c.Break(times(1, esdbtest.Deliver, esdbtest.Fault{Change: func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.Data = []byte(`{"n":31}`) }}))
	_ = put(t.Context(), s, "a", 30, 30)
	if err := s.Confirm(t.Context(), 31); !errors.Is(err, eventstore.ErrDiverged) {
		t.Errorf("other bytes: %v, want ErrDiverged", err)
	}
	if s.Status().Halted == nil {
		t.Error("it goes on")
	}
}

func TestConfirmWhileAway(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Attempt: 200 * time.Millisecond})
	must(t, put(t.Context(), s, "a", 0, 0))
	c.Away()
	if err := s.Confirm(t.Context(), 1); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	c.Back()
	for tries := 0; s.Confirm(t.Context(), 1) != nil; tries++ {
		if tries == 1000 {
			t.Fatal("it does not recover")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// The test of a file that names an event which the replica has lost, or never had.
func TestCursorThatDoesNotFit(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	for _, text := range []string{"", "{", `{"next":7,"id":"00000000-0000-0000-0000-000000000001","commit":1,"prepare":1}`} {
		dir := t.TempDir()
		must(t, os.WriteFile(dir+"/replica.cursor", []byte(text), 0o600))
		s := openIn(t, c.ConnectionString(), dir, esdb.Options{})
		must(t, put(t.Context(), s, "a", 0, 0))
		wantExactly(t, c, s, 1)
		must(t, s.Close())
	}
}
