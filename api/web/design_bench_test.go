//go:build unix

package web_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"runtime"
	"runtime/debug"
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
	base, size       eventstore.Position
	more             []eventstore.Event // that were added to the country
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
			stopped = !yield(stored(at-1, stream, revision, e), nil)
		}
		if s.base == 0 || from < s.base {
			put("ledger", &domain.LedgerOpened{LedgerID: testLedgerID, Origin: "bench.example/log", Envelope: domain.EnvelopeForm, Kind: "made-up"})
			projectiontest.Country(s.bodies, s.editions, func(r domain.Recorded) {
				if !stopped {
					put(r.Stream, located(r.Event))
				}
			})
			if stopped {
				return
			}
			s.base, s.size = at, at+eventstore.Position(len(s.more))
		}
		for _, e := range s.more[max(from, s.base)-s.base:] {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// add records one more event of the country, which was read before.
func (s *countryStore) add(stream domain.StreamName, e domain.Event) eventstore.Event {
	one := stored(s.size, stream, int64(s.size), e)
	s.more = append(s.more, one)
	s.size++
	return one
}

// stored is an event as a store gives it.
func stored(at eventstore.Position, stream domain.StreamName, revision int64, e domain.Event) eventstore.Event {
	data, err := envelope.Canonical(e)
	if err != nil {
		panic(err)
	}
	id, typ := uuid.UUID{8: 0x80, 15: 1}, domain.TypeOf(e).String()
	for i, n := 0, uint64(at)+1; i < 6; i, n = i+1, n>>8 {
		id[14-i] = byte(n)
	}
	when := time.UnixMilli(1700000000001 + int64(at)).UTC()
	bytes, err := envelope.Envelope{
		Actor: "registrar:bench", Data: data, ID: id, Ledger: testLedgerID, Subject: string(stream), Revision: revision, Time: when, Type: typ,
	}.Encode()
	if err != nil {
		panic(err)
	}
	return eventstore.Event{
		Position: at, Stream: string(stream), Revision: eventstore.Revision(revision), ID: id, Type: typ, Recorded: when, Bytes: bytes,
	}
}

// awarded is one more label, of a body that has one already.
func awarded(edition domain.Edition, body int, level domain.Level, source int) (domain.StreamName, domain.Event) {
	id := domain.CollectivityID(fmt.Sprintf("fr-commune-%05d", 1000+body))
	return domain.CandidacyStream(edition, id), &domain.AwardRecorded{
		Award:   domain.Award{Distinction: domain.DistinctionLevel, Level: level},
		Holding: domain.Holding{Edition: edition, Collectivity: id, Holder: "Commune", Certainty: domain.Stated, Source: domain.SourceID(fmt.Sprintf("source-%d", source))},
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
// editions, 980,000 records. "first" is the time of the slowest of thirty requests before the others, when lists are made for the first time, and
// "after" that of the slowest of a few that each come right after one more label was recorded. Times are of the processor,
// for the machine may have other work, and without the collection of garbage; "wall" is what a visitor waits on it. It takes two
// gigabytes and some minutes; AROBASE_BENCH_LARGE=1 asks for it.
func BenchmarkDesignSize(b *testing.B) {
	if os.Getenv("AROBASE_BENCH_LARGE") == "" {
		b.Skip("AROBASE_BENCH_LARGE=1 asks for the design size")
	}
	ctx := context.Background()
	store := &countryStore{bodies: 35_000, editions: 27}
	l, err := ledger.Open(ctx, ledger.Parts{Store: store})
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
			var first time.Duration
			for range 30 {
				start := processor()
				if w := get(h, p.path()); w.Code >= 400 {
					b.Fatal(w.Code)
				}
				first = max(first, processor()-start)
			}
			// A collection works beside the requests, a quarter of a processor at a time: it is told apart.
			runtime.GC()
			percent := debug.SetGCPercent(-1)
			defer debug.SetGCPercent(percent)
			var before, behind runtime.MemStats
			runtime.ReadMemStats(&before)
			var times, walls []time.Duration
			for b.Loop() {
				path := p.path()
				start, began := processor(), time.Now()
				if w := get(h, path); w.Code >= 400 {
					b.Fatal(path, w.Code)
				}
				times, walls = append(times, processor()-start), append(walls, time.Since(began))
			}
			slices.Sort(times)
			slices.Sort(walls)
			var after time.Duration
			for range 5 {
				store.add(awarded(domain.Edition(1+next(27)), next(35000), domain.Level(1+next(5)), next(10)))
				if err := l.Runner().CatchUp(ctx); err != nil {
					b.Fatal(err)
				}
				start := processor()
				if w := get(h, p.path()); w.Code >= 400 {
					b.Fatal(w.Code)
				}
				after = max(after, processor()-start)
			}
			runtime.ReadMemStats(&behind)
			b.ReportMetric(float64(behind.TotalAlloc-before.TotalAlloc)/float64(len(times)+5)/1e6, "MB/request")
			if begun := processor(); p.name == "home" {
				runtime.GC()
				b.ReportMetric(float64((processor() - begun).Milliseconds()), "collection-ms")
			}
			b.ReportMetric(float64(after.Microseconds())/1000, "after-ms")
			b.ReportMetric(float64(walls[len(walls)/2].Microseconds())/1000, "wall-p50-ms")
			b.ReportMetric(float64(walls[len(walls)*99/100].Microseconds())/1000, "wall-p99-ms")
			b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
