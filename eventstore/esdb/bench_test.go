package esdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/eventstore/sqlite"
)

// benchStores are the embedded store and the adapter over the stand-in, which has neither disk nor network.
func benchStores(b *testing.B) map[string]eventstore.Store {
	embedded, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"), testLedger)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = embedded.Close() })
	return map[string]eventstore.Store{
		"sqlite": embedded,
		"esdb":   openIn(b, esdbtest.Start(b, 1).ConnectionString(), b.TempDir(), esdb.Options{}),
	}
}

func benchEvent(stream, n int) eventstore.Proposed {
	e := eventstore.Proposed{ID: uuid.New(), Type: "arobase.test.v1", Recorded: time.UnixMilli(int64(n))}
	e.Bytes = fmt.Appendf(nil, `{"stream":%d,"n":%d,"filler":"%0450d"}`, stream, n, n)
	return e
}

// One event an append, by many writers on streams of their own, each until the replica has it.
func BenchmarkAppend(b *testing.B) {
	for name, s := range benchStores(b) {
		for _, writers := range []int{1, 64, 512} {
			b.Run(fmt.Sprintf("%s/writers=%d", name, writers), func(b *testing.B) {
				done := make(chan error, writers)
				run := uuid.NewString()
				for w := range writers {
					go func() {
						for n := w; n < b.N; n += writers {
							_, err := s.Append(b.Context(), fmt.Sprintf("%s-%d", run, w), eventstore.Revision(n/writers-1), []eventstore.Proposed{benchEvent(w, n)})
							if err != nil {
								done <- err
								return
							}
						}
						done <- nil
					}()
				}
				for range writers {
					if err := <-done; err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// Many writers on one node, until another node has every event: for the embedded store, until who follows it has.
func BenchmarkFollow(b *testing.B) {
	const writers = 64
	follow := func(b *testing.B, writing, following eventstore.Store) {
		run := uuid.NewString()
		ctx, stop := context.WithCancel(b.Context())
		defer stop()
		done := make(chan error, writers)
		for w := range writers {
			go func() {
				for n := w; n < b.N; n += writers {
					if _, err := writing.Append(ctx, fmt.Sprintf("%s-%d", run, w), eventstore.Revision(n/writers-1), []eventstore.Proposed{benchEvent(w, n)}); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		n := 0
		for e, err := range following.Follow(ctx, 0) {
			if err != nil {
				b.Fatal(err)
			}
			if strings.HasPrefix(e.Stream, run) {
				n++
			}
			if n == b.N {
				break
			}
		}
		for range writers {
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	}
	b.Run("sqlite", func(b *testing.B) {
		s, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"), testLedger)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		follow(b, s, s)
	})
	b.Run("esdb", func(b *testing.B) {
		c := esdbtest.Start(b, 1)
		follow(b, openIn(b, c.ConnectionString(), b.TempDir(), esdb.Options{}), openIn(b, c.ConnectionString(), b.TempDir(), esdb.Options{}))
	})
}

// A new node follows AROBASE_BENCH_EVENTS events (100,000 if not set) from the beginning; beside it the embedded store takes the same events as a copy.
func BenchmarkCatchUp(b *testing.B) {
	c := esdbtest.Start(b, 1)
	filling := openIn(b, c.ConnectionString(), b.TempDir(), esdb.Options{})
	const batch = 500
	size := 100_000
	if set := os.Getenv("AROBASE_BENCH_EVENTS"); set != "" {
		var err error
		if size, err = strconv.Atoi(set); err != nil {
			b.Fatal(err)
		}
	}
	for n := 0; n < size; n += batch {
		var events []eventstore.Proposed
		for i := range min(batch, size-n) {
			events = append(events, benchEvent(n, i))
		}
		if _, err := filling.Append(b.Context(), fmt.Sprint("s", n), eventstore.NoStream, events); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("esdb", func(b *testing.B) {
		node := openIn(b, c.ConnectionString(), b.TempDir(), esdb.Options{})
		total := c.Count("arobase.")
		n := 0
		for _, err := range node.Follow(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n == total {
				break
			}
		}
		b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(0, "ns/op")
	})
	b.Run("sqlite", func(b *testing.B) {
		copied, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"), testLedger)
		if err != nil {
			b.Fatal(err)
		}
		defer copied.Close()
		var events []eventstore.Event
		total := 0
		add := func() {
			if err := copied.Replicate(b.Context(), events); err != nil {
				b.Fatal(err)
			}
			total += len(events)
			events = events[:0]
		}
		for e, err := range filling.ReadAll(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			if events = append(events, e); len(events) == 1000 {
				add()
			}
		}
		add()
		b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(0, "ns/op")
	})
}
