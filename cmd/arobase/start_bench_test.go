package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/projections/projectiontest"
)

// BenchmarkStart starts serve on a directory of the design size, 980,000 records, and measures how long it takes until
// readiness says yes, until the first home page after that is there, and how long the second takes. The peer reads and parses
// the same records in turns with it: nothing that knows them can be quicker than that. AROBASE_BENCH_LARGE=1 asks for it.
func BenchmarkStart(b *testing.B) {
	if os.Getenv("AROBASE_BENCH_LARGE") == "" {
		b.Skip("AROBASE_BENCH_LARGE=1 asks for the design size")
	}
	data := os.Getenv("AROBASE_BENCH_DATA") // a directory that is made once and kept
	if data == "" {
		data = filepath.Join(b.TempDir(), "data")
	}
	if _, err := os.Stat(data); err != nil {
		fillCountry(b, data)
		startOnce(b, data) // the tree is grown and signed
	}
	var ready, first, second, bare time.Duration
	b.ResetTimer()
	for range b.N {
		r, f, s := startOnce(b, data)
		ready, first, second = ready+r, first+f, second+s
		bare += parseOnce(b, data)
	}
	each := func(d time.Duration, name string) { b.ReportMetric(d.Seconds()/float64(b.N), name) }
	each(ready, "ready-s")
	each(first, "first-page-s")
	each(second, "second-page-s")
	each(bare, "parse-only-s")
	b.ReportMetric(ready.Seconds()/bare.Seconds(), "ratio")
}

// fillCountry makes a ledger of the design size.
func fillCountry(b *testing.B, data string) {
	ctx := b.Context()
	o, _, err := dataDir(data).write(ctx, genesis{origin: "bench.example/log", madeUp: true})
	if err != nil {
		b.Fatal(err)
	}
	type work struct {
		stream   string
		revision eventstore.Revision
		event    eventstore.Proposed
	}
	var group sync.WaitGroup
	queues := make([]chan work, 128) // what is of one stream stays in its order
	for i := range queues {
		queues[i] = make(chan work, 64)
		group.Go(func() {
			for w := range queues[i] {
				if _, err := o.store.Append(ctx, w.stream, w.revision, []eventstore.Proposed{w.event}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	revisions, at := map[domain.StreamName]int64{}, time.Now().UTC().Truncate(time.Millisecond)
	projectiontest.Country(35_000, 27, func(r domain.Recorded) {
		data, err := envelope.Canonical(r.Event)
		if err != nil {
			b.Fatal(err)
		}
		n := revisions[r.Stream]
		revisions[r.Stream]++
		id := uuid.UUID{6: 0x70, 8: 0x80}
		binary.BigEndian.PutUint32(id[12:], uint32(r.Position))
		t := domain.TypeOf(r.Event).String()
		bytes, err := envelope.Envelope{
			Actor: "registrar:bench", Data: data, ID: id, Ledger: o.LedgerID, Subject: string(r.Stream), Revision: n, Time: at, Type: t,
		}.Encode()
		if err != nil {
			b.Fatal(err)
		}
		queue := 0
		for _, c := range r.Stream {
			queue = (queue*31 + int(c)) % len(queues)
		}
		queues[queue] <- work{string(r.Stream), eventstore.Revision(n - 1), eventstore.Proposed{ID: id, Type: t, Recorded: at, Bytes: bytes}}
	})
	for _, q := range queues {
		close(q)
	}
	group.Wait()
	if err := o.close(); err != nil {
		b.Fatal(err)
	}
}

// startOnce serves a directory and gives how long it took until it was ready, and how long two home pages took then.
func startOnce(b *testing.B, data string) (ready, first, second time.Duration) {
	ctx, stop := context.WithCancel(b.Context())
	s := settings{data: data, listen: freeAddress(), admin: freeAddress(), trust: trustFlags{scrub: 24 * time.Hour}}
	ended := make(chan error, 1)
	begun := time.Now()
	go func() { ended <- serve(ctx, s, slog.New(slog.DiscardHandler)) }()
	for {
		if answer, err := http.Get("http://" + s.admin + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				break
			}
		}
		select {
		case err := <-ended:
			b.Fatalf("serve ended: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	ready = time.Since(begun)
	var pages [2]time.Duration
	for i := range pages {
		asked := time.Now()
		answer, err := http.Get("http://" + s.listen + "/")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status, err)
		}
		answer.Body.Close()
		pages[i] = time.Since(asked)
	}
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	return ready, pages[0], pages[1]
}

// parseOnce reads and parses every record of a directory.
func parseOnce(b *testing.B, data string) time.Duration {
	begun := time.Now()
	o, err := dataDir(data).read(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for e, err := range o.store.ReadAll(b.Context(), 0) {
		if err == nil {
			_, err = envelope.Parse(e.Bytes)
		}
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n < 980_000 {
		b.Fatal(fmt.Sprint(n, " records"))
	}
	if err := o.close(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}
