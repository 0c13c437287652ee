package esdb_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Each check of the model starts a server of its own.
	if err := flag.Set("rapid.checks", "15"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// event gives the n-th event of a test.
func event(n int) eventstore.Proposed {
	return eventstore.Proposed{
		ID: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "esdb %d", n)), Type: "arobase.test.v1",
		Recorded: time.UnixMilli(int64(1_500_000_000_000 + n)), Bytes: fmt.Appendf(nil, `{"n":%d}`, n),
	}
}

func put(ctx context.Context, s eventstore.Store, stream string, revision, n int) error {
	_, err := s.Append(ctx, stream, eventstore.Revision(revision-1), []eventstore.Proposed{event(n)})
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantExactly holds that a store has n events in one stream, each once, as they were sent, and that the cluster has no more.
func wantExactly(t *testing.T, c *esdbtest.Cluster, s eventstore.Store, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	if n > 0 {
		if _, err := s.Resolve(ctx, eventstore.Token(event(n-1).ID.String())); err != nil {
			t.Fatalf("the last event does not arrive: %v", err)
		}
	}
	i := 0
	for e, err := range s.ReadAll(ctx, 0) {
		must(t, err)
		if e.ID != event(i).ID || !bytes.Equal(e.Bytes, event(i).Bytes) || e.Revision != eventstore.Revision(i) {
			t.Fatalf("event %d is %+v", i, e)
		}
		i++
	}
	if i != n || c.Count("arobase.") != n {
		t.Fatalf("the replica has %d events and the cluster %d, want %d", i, c.Count("arobase."), n)
	}
}

// times gives a fault to the first n calls of a kind.
func times(n int32, call esdbtest.Call, f esdbtest.Fault) func(esdbtest.Call) esdbtest.Fault {
	var count atomic.Int32
	return func(c esdbtest.Call) esdbtest.Fault {
		if c == call && count.Add(1) <= n {
			return f
		}
		return esdbtest.Fault{}
	}
}

// Whatever goes wrong with a call, the append is carried out once and the replica has it once.
func TestFaults(t *testing.T) {
	unavailable := status.Error(codes.Unavailable, "Server Is Not Ready")
	const attempt = time.Second // what a slow machine does not need for one call either
	for name, fault := range map[string]func(esdbtest.Call) esdbtest.Fault{
		"errors before the write":             times(4, esdbtest.Append, esdbtest.Fault{Before: unavailable}),
		"internal errors":                     times(4, esdbtest.Append, esdbtest.Fault{Before: status.Error(codes.Unknown, "unexpected")}),
		"answers that are lost":               times(4, esdbtest.Append, esdbtest.Fault{After: unavailable}),
		"answers that come too late":          times(1, esdbtest.Append, esdbtest.Fault{Delay: 2 * attempt}),
		"reads that fail":                     times(4, esdbtest.Read, esdbtest.Fault{Before: unavailable}),
		"a subscription that is cut":          times(5, esdbtest.Deliver, esdbtest.Fault{After: unavailable}),
		"a subscription that is cut before":   times(5, esdbtest.Deliver, esdbtest.Fault{Before: unavailable}),
		"a subscription that does not begin":  times(5, esdbtest.Subscribe, esdbtest.Fault{Before: unavailable}),
		"events that come twice":              times(50, esdbtest.Deliver, esdbtest.Fault{Twice: true}),
		"answers lost and a subscription cut": both(times(3, esdbtest.Append, esdbtest.Fault{After: unavailable}), times(5, esdbtest.Deliver, esdbtest.Fault{After: unavailable})),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := esdbtest.Start(t, 1)
			s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Attempt: attempt, Patience: time.Minute})
			must(t, put(t.Context(), s, "a", 0, 0))
			c.Break(fault)
			for n := 1; n < 20; n++ {
				if err := put(t.Context(), s, "a", n, n); err != nil {
					t.Fatalf("event %d: %v", n, err)
				}
				c.System(3)
			}
			c.Break(nil)
			wantExactly(t, c, s, 20)
		})
	}
}

func both(f, g func(esdbtest.Call) esdbtest.Fault) func(esdbtest.Call) esdbtest.Fault {
	return func(c esdbtest.Call) esdbtest.Fault {
		if fault := f(c); fault.Before != nil || fault.After != nil {
			return fault
		}
		return g(c)
	}
}

// While the cluster is away reads go on and writes are refused in a bounded time; when it is back, all goes on by itself.
func TestClusterAway(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: 300 * time.Millisecond, Attempt: 100 * time.Millisecond})
	again := func(n int) { // what was refused is sent again, unchanged
		t.Helper()
		for tries := 0; ; tries++ {
			err := put(t.Context(), s, "a", n, n)
			if err == nil {
				return
			}
			if tries == 1000 {
				t.Fatalf("it does not recover: %v", err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	for n := range 5 {
		again(n)
	}
	for round := range 2 {
		c.Away()
		begun := time.Now()
		if err := put(t.Context(), s, "a", 5+round, 5+round); !errors.Is(err, eventstore.ErrUnavailable) {
			t.Fatalf("writing: %v, want ErrUnavailable", err)
		}
		if took := time.Since(begun); took > 2*time.Minute { // it would be for ever; of a third of a second a loaded machine makes some
			t.Errorf("it took %v", took)
		}
		wantExactly(t, c, s, 5+round)
		c.Back()
		again(5 + round)
		wantExactly(t, c, s, 6+round)
	}
	if status := s.Status(); status.Halted != nil {
		t.Error(status.Halted)
	}
}

// Many who write while the cluster is away do not pile up, and all that was acknowledged is there.
func TestClusterAwayUnderLoad(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 3)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: time.Second, Attempt: 200 * time.Millisecond})
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	acknowledged := make([]atomic.Int64, 8)
	for w := range acknowledged {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; {
				if err := put(ctx, s, fmt.Sprint("s", w), n, w*1000+n); err == nil {
					n++
					acknowledged[w].Store(int64(n))
				}
			}
		})
	}
	for round := range 4 {
		time.Sleep(150 * time.Millisecond)
		c.Lead((round + 1) % 3)
		time.Sleep(100 * time.Millisecond)
		c.Away()
		time.Sleep(100 * time.Millisecond)
		c.Back()
	}
	time.Sleep(time.Second)
	for w := range acknowledged { // on a loaded machine each has its turn later
		for end := time.Now().Add(longest); acknowledged[w].Load() == 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
	}
	stop()
	writers.Wait()
	for w := range acknowledged {
		n := int(acknowledged[w].Load())
		if n == 0 {
			t.Errorf("writer %d wrote nothing", w)
		}
		waiting, cancel := context.WithTimeout(t.Context(), longest)
		for i := range n {
			p, err := s.Resolve(waiting, eventstore.Token(event(w*1000+i).ID.String()))
			if err != nil {
				t.Fatalf("event %d of writer %d was acknowledged: %v (position %d)", i, w, err, p)
			}
		}
		cancel()
	}
	if h := s.Status().Halted; h != nil {
		t.Error(h)
	}
}

// A follower says who leads; the client goes there.
func TestLeaderChanges(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 3)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
	for n := range 12 {
		c.Lead(n / 2 % 3)
		must(t, put(t.Context(), s, "a", n, n))
	}
	// A large append is refused before all of it is sent, and the client does not see why.
	c.Lead(1)
	var batch []eventstore.Proposed
	for n := 12; n < 22; n++ {
		e := event(n)
		e.Bytes = append(bytes.Repeat([]byte(" "), 60000), e.Bytes...)
		batch = append(batch, e)
	}
	if _, err := s.Append(t.Context(), "a", 11, batch); err != nil {
		t.Fatal(err)
	}
}

// What cannot be true stops the replica for good: nothing of it is applied, nothing is written any more, reads go on.
func TestHalts(t *testing.T) {
	for name, change := range map[string]func(*streams.ReadResp_ReadEvent_RecordedEvent){
		"a gap in a stream":            func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.StreamRevision++ },
		"a revision again":             func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.StreamRevision-- },
		"a known id":                   func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.Id = wireID(event(0).ID) },
		"a place again, another event": func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.CommitPosition, e.PreparePosition = 1, 1 },
		"nobody's metadata":            func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.CustomMetadata = nil },
		"a foreign event":              func(e *streams.ReadResp_ReadEvent_RecordedEvent) { e.Data = []byte("foreign") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := esdbtest.Start(t, 1)
			check := func(e eventstore.Event) error {
				if string(e.Bytes) == "foreign" {
					return eventstore.ErrForeign
				}
				return nil
			}
			s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Check: check})
			for n := range 3 {
				must(t, put(t.Context(), s, "a", n, n))
			}
			c.Break(times(1, esdbtest.Deliver, esdbtest.Fault{Change: change}))
			_ = put(t.Context(), s, "a", 3, 3) // the cluster takes it
			var halted *esdb.Halted
			if err := put(t.Context(), s, "a", 4, 4); !errors.As(err, &halted) || halted.At != 3 {
				t.Errorf("writing: %v, want that it halted at 3", err)
			}
			if s.Status().Halted == nil || s.Status().Live {
				t.Errorf("status: %+v", s.Status())
			}
			if size, err := s.Size(t.Context()); err != nil || size != 3 {
				t.Errorf("size %d, %v", size, err)
			}
			if _, err := s.Resolve(t.Context(), eventstore.Token(event(3).ID.String())); !errors.As(err, &halted) {
				t.Errorf("resolving: %v", err)
			}
		})
	}
}

func wireID(id uuid.UUID) *shared.UUID {
	return &shared.UUID{Value: &shared.UUID_String_{String_: id.String()}}
}

// A node that starts again goes on where it was, on a cluster whose last event is another it halts, and with no cursor it
// compares all.
func TestStartsAgain(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	dir := t.TempDir()
	s := openIn(t, c.ConnectionString(), dir, esdb.Options{})
	for n := range 5 {
		must(t, put(t.Context(), s, "a", n, n))
	}
	must(t, s.Close())
	other := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
	wantExactly(t, c, other, 5)
	must(t, put(t.Context(), other, "a", 5, 5))

	s = openIn(t, c.ConnectionString(), dir, esdb.Options{})
	wantExactly(t, c, s, 6)
	must(t, s.Close())
	must(t, os.Remove(dir+"/replica.cursor"))
	s = openIn(t, c.ConnectionString(), dir, esdb.Options{})
	must(t, put(t.Context(), s, "a", 6, 6))
	wantExactly(t, c, s, 7)
	must(t, s.Close())

	// A cluster that is the same but for its last event: nothing comes after it, so only reading it again tells.
	twin := esdbtest.Start(t, 1)
	o := openIn(t, twin.ConnectionString(), t.TempDir(), esdb.Options{})
	for n := range 7 {
		must(t, put(t.Context(), o, "a", n, []int{0, 1, 2, 3, 4, 5, 9}[n]))
	}
	wantHalt(t, openIn(t, twin.ConnectionString(), dir, esdb.Options{}))

	for _, cursor := range []bool{true, false} {
		if !cursor {
			must(t, os.Remove(dir+"/replica.cursor"))
		}
		stranger := esdbtest.Start(t, 1)
		o := openIn(t, stranger.ConnectionString(), t.TempDir(), esdb.Options{})
		for n := range 8 {
			must(t, put(t.Context(), o, "a", n, 100+n))
		}
		s = openIn(t, stranger.ConnectionString(), dir, esdb.Options{})
		wantHalt(t, s)
	}
}

func wantHalt(t *testing.T, s *esdb.Store) {
	t.Helper()
	for tries := 0; s.Status().Halted == nil; tries++ {
		if tries == 6000 {
			t.Fatal("it follows another cluster")
		}
		time.Sleep(10 * time.Millisecond)
	}
	must(t, s.Close())
}
