package projections_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/projections"
	"arobase/projections/figures"
	"arobase/projections/labels"
)

var benchLedger = uuid.MustParse("0192f0a0-0000-7000-8000-00000000beac")

// million is a store of a million events of the design size: every commune of the country in every edition, with its
// registration, from a hundred sources.
func million(b *testing.B) *sqlite.Store {
	b.Helper()
	store, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"), benchLedger)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	queue := make(chan work, 1024)
	var n uint64
	put := func(stream domain.StreamName, e domain.Event, basis map[string]int64) {
		n++
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[8:], n)
		data, err := envelope.Canonical(e)
		if err != nil {
			b.Fatal(err)
		}
		at := time.UnixMilli(1700000000000 + int64(n)).UTC()
		bytes, err := envelope.Envelope{
			Actor: "registrar:bench", Basis: basis, Data: data, ID: id, Ledger: benchLedger, Subject: string(stream), Time: at, Type: domain.TypeOf(e).String(),
		}.Encode()
		if err != nil {
			b.Fatal(err)
		}
		queue <- work{stream, eventstore.Proposed{ID: id, Type: domain.TypeOf(e).String(), Recorded: at, Bytes: bytes}}
	}
	var writers sync.WaitGroup
	for range 256 {
		writers.Go(func() {
			for w := range queue {
				if _, err := store.Append(b.Context(), string(w.stream), eventstore.NoStream, []eventstore.Proposed{w.event}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for s := range 100 {
		id := domain.SourceID(fmt.Sprintf("source-%d", s))
		put(domain.SourceStream(id), &domain.SourceCited{Source: id, SourceParticulars: domain.SourceParticulars{Publisher: fmt.Sprint("Publisher ", s), Title: "A title"}}, nil)
	}
	var bodies []domain.CollectivityID
	for t := range territory.Official().All() {
		id := domain.CollectivityID(t.ID)
		bodies = append(bodies, id)
		put(domain.CollectivityStream(id), &domain.CollectivityRegistered{Collectivity: id, Type: t.Kind, Name: t.Name, INSEE: id.INSEE(), SIREN: t.SIREN, Departement: t.Departement, Region: t.Region}, nil)
	}
	for e := domain.Edition(1); n < 1_000_000; e++ {
		for i, id := range bodies {
			if n == 1_000_000 {
				break
			}
			source := domain.SourceID(fmt.Sprintf("source-%d", i%100))
			put(domain.CandidacyStream(e, id), &domain.AwardRecorded{
				Award: domain.Award{Distinction: domain.DistinctionLevel, Level: domain.Level(1 + i%5)},
				Holding: domain.Holding{
					Edition: e, YearAsStated: fmt.Sprint(e.Year()), Collectivity: id, Holder: "Holder", Certainty: domain.Stated, Source: source,
				},
			}, map[string]int64{string(domain.SourceStream(source)): 0, string(domain.CollectivityStream(id)): 0})
		}
	}
	close(queue)
	writers.Wait()
	return store
}

type work struct {
	stream domain.StreamName
	event  eventstore.Proposed
}

// BenchmarkReplay replays a million events through every projection. Its peer only reads and parses the envelopes: what
// is above it is decoding and folding.
func BenchmarkReplay(b *testing.B) {
	store := million(b)
	b.Run("projections", func(b *testing.B) {
		for b.Loop() {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			r := projections.NewRunner(store, labels.New(), figures.New())
			if err := r.CatchUp(context.Background()); err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
			runtime.KeepAlive(r)
		}
		b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
	b.Run("envelopes-only", func(b *testing.B) {
		for b.Loop() {
			for e, err := range store.ReadAll(context.Background(), 0) {
				if err != nil {
					b.Fatal(err)
				}
				if _, err := envelope.Parse(e.Bytes); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}
