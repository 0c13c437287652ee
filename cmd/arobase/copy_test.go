package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
)

// window is short enough for the history to have many.
const window = 64

// copyFrom opens the whole history as the source of a copy.
func copyFrom(t *testing.T) *copySource {
	t.Helper()
	s, err := dirPlace{dataDir: dataDir(history(t))}.from(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s
}

func copyInto(t *testing.T, s *copySource) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), ledgerFile), s.ledger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// altered is a store that gives some events otherwise than it holds them.
type altered struct {
	eventstore.Replica
	alter func(e eventstore.Event) eventstore.Event
	most  eventstore.Position // records that it admits to, and takes
}

var errFull = errors.New("the disk is full")

func (a altered) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for e, err := range a.Replica.ReadAll(ctx, from) {
			if e.Position >= a.most || !yield(a.alter(e), err) {
				return
			}
		}
	}
}

func (a altered) Size(ctx context.Context) (eventstore.Position, error) {
	size, err := a.Replica.Size(ctx)
	return min(size, a.most), err
}

func (a altered) Replicate(ctx context.Context, events []eventstore.Event) error {
	if last := events[len(events)-1]; last.Position >= a.most {
		return errFull
	}
	return a.Replica.Replicate(ctx, events)
}

func as(e eventstore.Event) eventstore.Event { return e }

const all = eventstore.Position(1 << 40)

func TestCopyGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	source := copyFrom(t)
	target := copyInto(t, source)
	c := &copying{source: source, target: altered{target, as, 300}, window: window}
	if err := c.run(t.Context(), io.Discard); !errors.Is(err, errFull) {
		t.Fatalf("a copy onto a full disk: %v", err)
	}
	c = &copying{source: source, target: target, window: window}
	if err := c.run(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if c.before != 256 || c.here.Size() != c.size || c.there.Size() != c.size || c.here.Root() != c.there.Root() {
		t.Errorf("%d were there, %d were read and %d read back of %d", c.before, c.here.Size(), c.there.Size(), c.size)
	}
	if c.heads == 0 || c.held != c.size {
		t.Errorf("held against %d checkpoints, the last of %d records", c.heads, c.held)
	}
	next, stop := iter.Pull2(target.ReadAll(t.Context(), 0))
	defer stop()
	for want, err := range source.store.ReadAll(t.Context(), 0) {
		got, failed, ok := next()
		if err := errors.Join(err, failed); err != nil || !ok {
			t.Fatal(err, ok)
		}
		if string(got.Bytes) != string(want.Bytes) || got.ID != want.ID || got.Stream != want.Stream || got.Revision != want.Revision || got.Type != want.Type || !got.Recorded.Equal(want.Recorded) {
			t.Fatalf("record %d is %+v, want %+v", want.Position, got, want)
		}
	}
}

// Whatever differs is found, and where it can be at the end of its window.
func TestCopyFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	at500 := func(change func(*eventstore.Event)) func(eventstore.Event) eventstore.Event {
		return func(e eventstore.Event) eventstore.Event {
			if e.Position == 500 {
				change(&e)
			}
			return e
		}
	}
	otherBytes := at500(func(e *eventstore.Event) {
		e.Bytes = []byte(strings.Replace(string(e.Bytes), `"actor":"`, `"actor":"x`, 1))
	})
	for name, test := range map[string]struct {
		source, target func(eventstore.Event) eventstore.Event
		size           eventstore.Position // of the source
		read           int64               // how many records are read until it is found
		message        string
	}{
		"the target gives other bytes": {as, otherBytes, all, 512, "512 records were read back with the root"},
		"the source was changed":       {otherBytes, as, all, 0, "of the source are not what was signed"},
		"the source has another type": {at500(func(e *eventstore.Event) { e.Type = "arobase.other.v1" }), as, all, 500,
			"record 500: it is not what the store says that it is"},
		"the source has another place":  {at500(func(e *eventstore.Event) { e.Position++ }), as, all, 500, "record 500: it is not what"},
		"the source is not in its form": {at500(func(e *eventstore.Event) { e.Bytes = append([]byte(" "), e.Bytes...) }), as, all, 500, "record 500: "},
		"the source has lost its end":   {as, as, 700, 700, "some are lost"},
		"the source has a gap": {func(e eventstore.Event) eventstore.Event {
			if e.Position >= 500 {
				e.Position++
			}
			return e
		}, as, all, 500, "record 500: it is not what"},
	} {
		t.Run(name, func(t *testing.T) {
			source := copyFrom(t)
			target := copyInto(t, source)
			source.store = altered{source.store.(eventstore.Replica), test.source, test.size}
			c := &copying{source: source, target: altered{target, test.target, all}, window: window}
			err := c.run(t.Context(), io.Discard)
			var unproven *unprovenError
			if !errors.As(err, &unproven) || !strings.Contains(err.Error(), test.message) {
				t.Errorf("%v, want one that is unproven and says %q", err, test.message)
			}
			if test.read > 0 && c.here.Size() != test.read {
				t.Errorf("it is found after %d records, want %d", c.here.Size(), test.read)
			}
		})
	}
}

// Checkpoints that were signed on the way are held against what is copied, one in each window and the last.
func TestCopyIsHeldAgainstCheckpointsOnTheWay(t *testing.T) {
	t.Parallel()
	source := copyFrom(t)
	first := &copying{source: source, window: window}
	roots := map[int64]tlog.Head{}
	every := source.signed
	source.signed = func(context.Context, int64) (tlog.Head, error) { return tlog.Head{}, nil }
	for e, err := range source.store.ReadAll(t.Context(), 0) {
		if err == nil {
			err = first.add(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := first.here.Size(); n%10 == 0 {
			roots[n] = tlog.Head{Size: n, Root: first.here.Root()}
		}
	}
	source.signed = func(ctx context.Context, size int64) (tlog.Head, error) {
		if head, ok := roots[(size+9)/10*10]; ok {
			return head, nil
		}
		return every(ctx, size)
	}
	c := &copying{source: source, window: window}
	if err := c.run(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := int(c.size/window) + 1; c.heads < want {
		t.Errorf("held against %d checkpoints, want %d at least", c.heads, want)
	}
	wrong := roots[520] // the first of at least 512
	wrong.Root[0] ^= 1
	roots[520] = wrong
	c = &copying{source: source, window: window}
	if err := c.run(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "the first 520 records of the source are not what was signed") {
		t.Errorf("a checkpoint on the way with another root: %v", err)
	}
}

// BenchmarkCopy copies 150,000 records of 500 bytes or so, over two whole windows.
func BenchmarkCopy(b *testing.B) {
	const records = 150_000
	ctx, id := b.Context(), uuid.New()
	store, err := sqlite.Create(ctx, filepath.Join(b.TempDir(), ledgerFile), id)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	var batch []eventstore.Event
	for n := range records {
		e := envelope.Envelope{
			Actor: "jury:18", Data: []byte(`{"note":"` + strings.Repeat("a", 200) + `"}`), ID: uuid.New(), Ledger: id,
			Revision: int64(n / 100), Subject: fmt.Sprintf("stream-%d", n%100), Time: time.UnixMilli(int64(n)).UTC(), Type: "arobase.made-up.v1",
		}
		text, err := e.Encode()
		if err != nil {
			b.Fatal(err)
		}
		batch = append(batch, eventstore.Event{
			Position: eventstore.Position(n), Stream: e.Subject, Revision: eventstore.Revision(e.Revision), ID: e.ID, Type: e.Type, Recorded: e.Time, Bytes: text,
		})
		if len(batch) == copyEvents {
			if err := store.Replicate(ctx, batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	none := func(context.Context, int64) (tlog.Head, error) { return tlog.Head{}, nil }
	for b.Loop() {
		target, err := sqlite.Create(ctx, filepath.Join(b.TempDir(), ledgerFile), id)
		if err != nil {
			b.Fatal(err)
		}
		c := &copying{source: &copySource{store: store, ledger: id, signed: none}, target: target, window: copyWindow}
		if err := errors.Join(c.run(ctx, io.Discard), target.Close()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
