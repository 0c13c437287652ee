package esdb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
)

func direct(t *testing.T, c *esdbtest.Cluster) *esdb.Direct {
	t.Helper()
	d, err := esdb.OpenDirect(c.ConnectionString(), esdb.Options{Backoff: 5 * time.Millisecond, Attempt: 5 * time.Second, Patience: time.Minute})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// stored gives n events of three streams, as a store holds them.
func stored(n int) []eventstore.Event {
	all := make([]eventstore.Event, n)
	revisions := make(map[string]eventstore.Revision)
	for i := range all {
		e := event(i)
		stream := string(rune('a' + i/2%3))
		all[i] = eventstore.Event{Position: eventstore.Position(i), Stream: stream, Revision: revisions[stream], ID: e.ID, Type: e.Type, Recorded: e.Recorded.UTC(), Bytes: e.Bytes}
		revisions[stream]++
	}
	return all
}

// What is copied into a cluster can be read there, by the one who copied and by a node, whatever goes wrong meanwhile.
func TestDirect(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	c.System(1500) // more than a page
	d := direct(t, c)
	if n, err := d.Size(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	all := stored(60)
	c.Break(both(times(4, esdbtest.Append, esdbtest.Fault{After: status.Error(codes.Unavailable, "lost")}), times(3, esdbtest.Read, esdbtest.Fault{Before: status.Error(codes.Unavailable, "away")})))
	must(t, d.Replicate(t.Context(), all[:40]))
	c.System(1500)
	must(t, d.Replicate(t.Context(), all[:40])) // it is there, and the same
	for _, from := range []int{0, 33, 12} {
		n := from
		for e, err := range d.ReadAll(t.Context(), eventstore.Position(from)) {
			must(t, err)
			if e.Position != all[n].Position || e.ID != all[n].ID || string(e.Bytes) != string(all[n].Bytes) || e.Revision != all[n].Revision || !e.Recorded.Equal(all[n].Recorded) {
				t.Fatalf("event %d is %+v, want %+v", n, e, all[n])
			}
			if n++; n == 35 {
				break // and goes on from there
			}
		}
	}

	// Another copying goes on where this one stopped.
	again := direct(t, c)
	if n, err := again.Size(t.Context()); n != 40 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	must(t, again.Replicate(t.Context(), all))
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
	if n, err := s.CatchUp(t.Context()); n != 60 || err != nil {
		t.Errorf("a node has %d, %v", n, err)
	}

	wrong := stored(41)
	wrong[17].Bytes = []byte(`{"n":"other"}`)
	for what, events := range map[string][]eventstore.Event{"other bytes": wrong[17:18], "other bytes among others": wrong[5:40], "a gap": stored(70)[65:]} {
		if err := again.Replicate(t.Context(), events); !errors.Is(err, eventstore.ErrDiverged) {
			t.Errorf("%s: %v, want ErrDiverged", what, err)
		}
	}
	must(t, put(t.Context(), s, "c", 20, 1000)) // somebody else writes
	if err := again.Replicate(t.Context(), stored(70)[60:]); !errors.Is(err, eventstore.ErrDiverged) {
		t.Errorf("beside another writer: %v, want ErrDiverged", err)
	}
}

// A node that lags does not take what it has for all that there is.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	writing := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
	for n := range 30 {
		must(t, put(t.Context(), writing, "a", n, n))
	}
	lagging := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
	if n, err := lagging.CatchUp(t.Context()); n != 30 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	c.Break(func(call esdbtest.Call) esdbtest.Fault {
		if call == esdbtest.Deliver || call == esdbtest.Subscribe {
			return esdbtest.Fault{Before: status.Error(codes.Unavailable, "no subscription")}
		}
		return esdbtest.Fault{}
	})
	must(t, put(t.Context(), writing, "a", 30, 30))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if n, err := lagging.CatchUp(ctx); err == nil {
		t.Errorf("it takes %d events for all", n)
	}
	c.Break(nil)
	if n, err := lagging.CatchUp(t.Context()); n != 31 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if s := lagging.Status(); !s.CaughtUp || s.Subscriptions < 2 {
		t.Errorf("%+v", s)
	}
	c.Away()
	if _, err := lagging.CatchUp(t.Context()); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("while it is away: %v, want ErrUnavailable", err)
	}
}
