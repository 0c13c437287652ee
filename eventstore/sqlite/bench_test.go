package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// The benchmarks measure this store and, in the same run and under the same load, a peer (peer_test.go): what one
// would write first, with database/sql over the same SQLite. ratio is ours over the peer's.

// benchEventSize is the size of a common event, in bytes.
const benchEventSize = 507

var benchWriters = []int{1, 64, 1024}

// appender is what both stores can do.
type appender interface {
	Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error)
}

// BenchmarkAppend measures durable appends of one event each, by writers that each have a stream of their own and wait
// for every answer.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range benchWriters {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			ours := newStore(b)
			theirs := newPeer(b)
			// In turns, and each first every other time, so that a disturbance of the machine hits both.
			stores := [2]appender{ours, theirs}
			var spent [2]time.Duration
			const turns = 10
			for turn := range turns {
				for i := range stores {
					i = (i + turn) % 2
					spent[i] += appendAll(b, stores[i], writers, turn, b.N/turns+1)
				}
			}
			report(b, float64(b.N/turns+1)*turns, spent, "events/s")
		})
	}
}

// appendAll appends n events by a number of writers and gives the time it took.
func appendAll(b *testing.B, s appender, writers, turn, n int) time.Duration {
	b.Helper()
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var group sync.WaitGroup
	began := time.Now()
	for w := range writers {
		group.Go(func() {
			stream, revision := fmt.Sprintf("stream-%d-%d", turn, w), eventstore.NoStream
			for i := range next {
				if _, err := s.Append(b.Context(), stream, revision, []eventstore.Proposed{benchEvent(turn, i)}); err != nil {
					b.Errorf("appending: %v", err)
					return
				}
				revision++
			}
		})
	}
	group.Wait()
	return time.Since(began)
}

// BenchmarkReadAll measures a scan of everything: a hundred long streams, and as many streams as events.
func BenchmarkReadAll(b *testing.B) {
	for _, each := range []int{1000, 1} {
		b.Run(fmt.Sprintf("events-of-a-stream=%d", each), func(b *testing.B) { readAll(b, each) })
	}
}

func readAll(b *testing.B, each int) {
	const events = 100_000
	ours, theirs := newStore(b), newPeer(b)
	var writers sync.WaitGroup
	turns := make(chan int, events/each)
	for n := 0; n < events; n += each {
		turns <- n
	}
	close(turns)
	for range 64 {
		writers.Go(func() {
			for n := range turns {
				var batch []eventstore.Proposed
				for i := range each {
					batch = append(batch, benchEvent(n, i))
				}
				for _, s := range []appender{ours, theirs} {
					if _, err := s.Append(b.Context(), fmt.Sprintf("candidacy-%d-fr-commune", n), eventstore.NoStream, batch); err != nil {
						b.Error(err)
					}
				}
			}
		})
	}
	writers.Wait()
	b.ResetTimer()
	var spent [2]time.Duration
	for range b.N {
		began, n := time.Now(), 0
		for _, err := range ours.ReadAll(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		spent[0] += time.Since(began)
		began = time.Now()
		m, err := theirs.ReadAll(b.Context(), func(eventstore.Event) {})
		if err != nil {
			b.Fatal(err)
		}
		spent[1] += time.Since(began)
		if n != events || m != events {
			b.Fatalf("%d and %d events were read, want %d", n, m, events)
		}
	}
	report(b, float64(b.N)*events, spent, "rows/s")
}

func report(b *testing.B, n float64, spent [2]time.Duration, unit string) {
	ours, theirs := n/spent[0].Seconds(), n/spent[1].Seconds()
	b.ReportMetric(0, "ns/op") // is the sum of both, and says nothing
	b.ReportMetric(ours, unit)
	b.ReportMetric(theirs, "peer-"+unit)
	b.ReportMetric(ours/theirs, "ratio")
}

// benchEvent gives an event whose id grows with time, as a UUIDv7 does.
func benchEvent(turn, i int) eventstore.Proposed {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], uint64(turn))
	binary.BigEndian.PutUint64(id[8:], uint64(i))
	return eventstore.Proposed{
		ID: id, Type: "arobase.action-declared.v1", Recorded: time.UnixMilli(1_700_000_000_000),
		Bytes: bytes.Repeat([]byte{'x'}, benchEventSize),
	}
}

// BenchmarkReplicate copies events of many streams, in calls of 4,096, beside BenchmarkAppend's one writer.
func BenchmarkReplicate(b *testing.B) {
	s := newStore(b)
	const call = 4096
	events := make([]eventstore.Event, 0, call)
	streams := make([]eventstore.Revision, 10_000)
	b.ReportAllocs()
	next := eventstore.Position(0)
	for b.Loop() {
		stream := int(next) % len(streams)
		id := uuid.NewSHA1(testLedger, fmt.Appendf(nil, "%d", next))
		events = append(events, eventstore.Event{
			Position: next, Stream: fmt.Sprintf("candidacy-18-fr-commune-%05d", stream), Revision: streams[stream], ID: id,
			Type: "arobase.award-recorded.v1", Recorded: time.UnixMilli(int64(next)), Bytes: bytes.Repeat([]byte{'x'}, benchEventSize),
		})
		streams[stream]++
		next++
		if len(events) == call {
			if err := s.Replicate(b.Context(), events); err != nil {
				b.Fatal(err)
			}
			events = events[:0]
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
