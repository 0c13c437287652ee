//go:build unix

package web_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/domain/territory"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/projections/projectiontest"
)

// countryStore is a store of the design size that holds nothing: every record is made as it is read.
type countryStore struct {
	eventstore.Store
	bodies, editions int
	size             eventstore.Position
}

func (s *countryStore) Size(context.Context) (eventstore.Position, error) { return s.size, nil }

func (s *countryStore) ReadStream(context.Context, string, eventstore.Revision) iter.Seq2[eventstore.Event, error] {
	return func(func(eventstore.Event, error) bool) {}
}

func (s *countryStore) ReadAll(_ context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		revisions, stopped := map[domain.StreamName]int64{}, false
		var at eventstore.Position
		put := func(stream domain.StreamName, e domain.Event) {
			revision := int64(0)
			if stream.Category() != "candidacy" {
				revision = revisions[stream]
				revisions[stream]++
			}
			if at++; stopped || at <= from {
				return
			}
			data, err := envelope.Canonical(e)
			if err != nil {
				panic(err)
			}
			id, typ := uuid.UUID{8: 0x80, 15: 1}, domain.TypeOf(e).String()
			for i, n := 0, uint64(at); i < 6; i, n = i+1, n>>8 {
				id[14-i] = byte(n)
			}
			when := time.UnixMilli(1700000000000 + int64(at)).UTC()
			bytes, err := envelope.Envelope{
				Actor: "registrar:bench", Data: data, ID: id, Ledger: testLedgerID, Subject: string(stream), Revision: revision, Time: when, Type: typ,
			}.Encode()
			if err != nil {
				panic(err)
			}
			stopped = !yield(eventstore.Event{
				Position: at - 1, Stream: string(stream), Revision: eventstore.Revision(revision), ID: id, Type: typ, Recorded: when, Bytes: bytes,
			}, nil)
		}
		put("ledger", &domain.LedgerOpened{LedgerID: testLedgerID, Origin: "bench.example/log", Envelope: domain.EnvelopeForm, Kind: "made-up"})
		projectiontest.Country(s.bodies, s.editions, func(r domain.Recorded) {
			if !stopped {
				put(r.Stream, located(r.Event))
			}
		})
		if !stopped {
			s.size = at
		}
	}
}

// located spreads the made-up bodies over the départements that there are.
func located(e domain.Event) domain.Event {
	b, ok := e.(*domain.CollectivityRegistered)
	if !ok {
		return e
	}
	all := departements()
	d := all[len(b.Name)*7%len(all)]
	var n int
	if _, err := fmt.Sscanf(b.Name, "Commune %d", &n); err == nil {
		d = all[n%len(all)]
	}
	v := *b
	v.Departement, v.Region = d.Code, d.Region
	return &v
}

var departements = sync.OnceValue(func() []territory.Division { return territory.Official().Departements() })

// processor is the time that this process has used of any processor.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDesignSize asks for every page of a country that was labelled whole, every year: 35,000 municipalities, 27
// editions, 980,000 records. "first" is the time of the first request after something was recorded, when lists are made
// anew. Times are of the processor, collection of garbage included: the machine may have other work. It takes two gigabytes and some minutes; AROBASE_BENCH_LARGE=1 asks for it.
func BenchmarkDesignSize(b *testing.B) {
	if os.Getenv("AROBASE_BENCH_LARGE") == "" {
		b.Skip("AROBASE_BENCH_LARGE=1 asks for the design size")
	}
	ctx := context.Background()
	l, err := ledger.Open(ctx, ledger.Parts{Store: &countryStore{bodies: 35_000, editions: 27}})
	if err != nil {
		b.Fatal(err)
	}
	if err := l.Runner().CatchUp(ctx); err != nil {
		b.Fatal(err)
	}
	h := site(l)
	n := 0
	next := func(of int) int { n++; return n * 7919 % of }
	pages := []struct {
		name string
		path func() string
	}{
		{"home", func() string { return "/" }},
		{"editions", func() string { return "/editions" }},
		{"edition", func() string { return fmt.Sprintf("/editions/%d", 1+next(27)) }},
		{"palmares", func() string { return fmt.Sprintf("/editions/%d/palmares", 1+next(27)) }},
		{"palmares-filtered", func() string {
			return fmt.Sprintf("/editions/%d/palmares?departement=%02d&level=%d&sort=name", 1+next(27), 1+next(19), 1+next(5))
		}},
		{"map", func() string { return fmt.Sprintf("/carte?edition=%d&level=%d", 1+next(27), 1+next(5)) }},
		{"departement", func() string { return fmt.Sprintf("/departements/%02d", 21+next(70)) }},
		{"departement-edition", func() string { return fmt.Sprintf("/departements/%02d?edition=%d", 21+next(70), 1+next(27)) }},
		{"mentions", func() string { return "/mentions" }},
		{"collectivity", func() string { return fmt.Sprintf("/collectivites/fr-commune-%05d", 1000+next(35000)) }},
		{"trends", func() string { return "/tendances" }},
		{"trends-moves", func() string { f := 1 + next(26); return fmt.Sprintf("/tendances?from=%d&to=%d", f, f+1) }},
		{"trends-by-level", func() string { return "/tendances?by=level" }},
		{"trends-by-departement", func() string { return "/tendances?by=departement" }},
		{"reconciliation", func() string { return "/rapprochement" }},
		{"search", func() string { return fmt.Sprintf("/recherche?q=commune+%d", next(9000)) }},
		{"sources", func() string { return "/sources" }},
		{"source", func() string { return fmt.Sprintf("/sources/source-%d", next(10)) }},
	}
	for _, p := range pages {
		b.Run(p.name, func(b *testing.B) {
			start := processor()
			if w := get(h, p.path()); w.Code >= 400 {
				b.Fatal(w.Code)
			}
			first := processor() - start
			var times []time.Duration
			for b.Loop() {
				path := p.path()
				start := processor()
				if w := get(h, path); w.Code >= 400 {
					b.Fatal(path, w.Code)
				}
				times = append(times, processor()-start)
			}
			slices.Sort(times)
			b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
