package projections_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// positions is a projection that notes what it is given.
type positions struct {
	names []string
	got   []uint64
}

func (*positions) Name() string              { return "positions" }
func (p *positions) Events() []string        { return p.names }
func (p *positions) Apply(r domain.Recorded) { p.got = append(p.got, r.Position) }

func openStore(t testing.TB) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), benchLedger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// put appends an event of a type to a stream of its own.
func put(t testing.TB, s eventstore.Store, typ string, data any) {
	t.Helper()
	raw, err := envelope.Canonical(data)
	if err != nil {
		t.Fatal(err)
	}
	id, at := uuid.New(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stream := "source-" + id.String()
	b, err := envelope.Envelope{Actor: "registrar:test", Data: raw, ID: id, Ledger: benchLedger, Subject: stream, Time: at, Type: typ}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), stream, eventstore.NoStream, []eventstore.Proposed{{ID: id, Type: typ, Recorded: at, Bytes: b}}); err != nil {
		t.Fatal(err)
	}
}

var cited = &domain.SourceCited{Source: "a", SourceParticulars: domain.SourceParticulars{Publisher: "P", Title: "T"}}

const (
	citedType  = "arobase.source-cited.v1"
	figureType = "arobase.figure-published.v1"
)

// A projection gets each event that it asks for once, in order, whether it was there before or comes later.
func TestRunner(t *testing.T) {
	s := openStore(t)
	for range 3 {
		put(t, s, citedType, cited)
	}
	sources, figures := &positions{names: []string{"source-cited"}}, &positions{names: []string{"figure-published"}}
	r := projections.NewRunner(s, sources, figures)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	put(t, s, figureType, &domain.FigurePublished{Metric: "labelled", Precision: domain.Exact, Source: "a"})
	put(t, s, citedType, cited)
	if err := r.Wait(ctx, 5); err != nil {
		t.Fatal(err)
	}
	r.View(func(size eventstore.Position) {
		if a, _ := json.Marshal(sources.got); string(a) != "[0,1,2,4]" || size != 5 {
			t.Errorf("sources got %s at size %d", a, size)
		}
		if a, _ := json.Marshal(figures.got); string(a) != "[3]" {
			t.Errorf("figures got %s", a)
		}
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Before an event of an unknown type the projections stand still, and say so.
func TestRunnerStopsBeforeUnknownTypes(t *testing.T) {
	s := openStore(t)
	put(t, s, citedType, cited)
	put(t, s, "arobase.label-sold.v1", map[string]string{})
	put(t, s, citedType, cited)
	sources := &positions{names: []string{"source-cited"}}
	r := projections.NewRunner(s, sources)
	err := r.CatchUp(t.Context())
	if !errors.Is(err, projections.ErrStopped) || !errors.Is(err, domain.ErrUnknownType) || !errors.Is(r.Stopped(), projections.ErrStopped) {
		t.Errorf("%v, stopped %v", err, r.Stopped())
	}
	if r.Size() != 1 || len(sources.got) != 1 {
		t.Errorf("applied %d, got %v; want the one event before", r.Size(), sources.got)
	}
	if err := r.Wait(t.Context(), 2); !errors.Is(err, projections.ErrStopped) {
		t.Errorf("waiting for what never comes: %v", err)
	}
}

// A large history is applied whole and in order, although several goroutines decode it.
func TestRunnerManyEvents(t *testing.T) {
	s := openStore(t)
	const n = 5000
	batch := make([]eventstore.Proposed, 0, n)
	raw, err := envelope.Canonical(cited)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		id := uuid.New()
		b, err := envelope.Envelope{Actor: "registrar:test", Data: raw, ID: id, Ledger: benchLedger, Revision: int64(i), Subject: "source-a", Time: at, Type: citedType}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, eventstore.Proposed{ID: id, Type: citedType, Recorded: at, Bytes: b})
	}
	if _, err := s.Append(t.Context(), "source-a", eventstore.NoStream, batch); err != nil {
		t.Fatal(err)
	}
	p := &positions{names: []string{"source-cited"}}
	if err := projections.NewRunner(s, p).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(p.got) != n {
		t.Fatalf("got %d events", len(p.got))
	}
	for i, position := range p.got {
		if position != uint64(i) {
			t.Fatalf("event %d has position %d", i, position)
		}
	}
}

// Several who catch up at once apply each event once.
func TestRunnerSeveralCallers(t *testing.T) {
	s := openStore(t)
	const n = 300
	for range n {
		put(t, s, citedType, cited)
	}
	p := &positions{names: []string{"source-cited"}}
	r := projections.NewRunner(s, p)
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			if err := r.CatchUp(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if len(p.got) != n || r.Size() != n {
		t.Errorf("applied %d events, size %d, want %d", len(p.got), r.Size(), n)
	}
}

// Waiting ends with the context.
func TestRunnerWaitEnds(t *testing.T) {
	r := projections.NewRunner(openStore(t))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := r.Wait(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
