package tlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/headstest"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/projections"
	"arobase/projections/transparency"
)

const origin = "example.org/arobase"

var (
	ledgerID = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")
	now      = time.Date(2017, 2, 1, 18, 0, 0, 0, time.UTC)
)

func clock() time.Time { return now }

// zeros is randomness that is always the same.
type zeros byte

func (z zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(z)
	}
	return len(b), nil
}

func newKey(t testing.TB, random zeros) *tlog.Key {
	t.Helper()
	key, err := tlog.GenerateKey(filepath.Join(t.TempDir(), "log.key"), ledgerID, origin, random)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// events is a store in memory, as far as log and tree need one.
type events struct {
	mu  sync.Mutex
	all [][]byte // guarded by mu
}

// newEvents makes n events, different for each name.
func newEvents(t testing.TB, name string, n int) *events {
	e := &events{}
	e.add(t, name, n)
	return e
}

func (e *events) add(t testing.TB, name string, n int) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for range n {
		revision := len(e.all)
		b, err := envelope.Envelope{
			Actor: "registrar:history", Data: json.RawMessage(`{"name":"` + name + `"}`), Ledger: ledgerID, Revision: int64(revision),
			ID: uuid.NewSHA1(ledgerID, fmt.Append(nil, revision)), Subject: "source-" + name, Time: now, Type: "arobase.source-cited.v1",
		}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		e.all = append(e.all, b)
	}
}

// record adds an event that says something.
func (e *events) record(t testing.TB, stream domain.StreamName, event domain.Event) int64 {
	t.Helper()
	data, err := envelope.Canonical(event)
	if err != nil {
		t.Fatal(err)
	}
	revision := int64(len(e.stream(stream)))
	e.mu.Lock()
	defer e.mu.Unlock()
	index := len(e.all)
	b, err := envelope.Envelope{
		Actor: "operator:ledger", Data: data, Ledger: ledgerID, Revision: revision, ID: uuid.NewSHA1(ledgerID, fmt.Append(nil, "record ", index)),
		Subject: string(stream), Time: now, Type: domain.TypeOf(event).String(),
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	e.all = append(e.all, b)
	return int64(index)
}

func parse(t testing.TB, b []byte) envelope.Envelope {
	t.Helper()
	e, err := envelope.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *events) bytes() [][]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

func (e *events) Size(context.Context) (eventstore.Position, error) {
	return eventstore.Position(len(e.bytes())), nil
}

func (e *events) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		e.mu.Lock()
		all := e.all
		e.mu.Unlock()
		for i := int(from); i < len(all); i++ {
			if !yield(eventstore.Event{Position: eventstore.Position(i), Bytes: all[i]}, nil) {
				return
			}
		}
	}
}

// stream gives what was recorded in a stream; what is no envelope is in none.
func (e *events) stream(name domain.StreamName) (history []domain.Recorded) {
	for i, b := range e.bytes() {
		r, err := projections.Decode(eventstore.Event{Position: eventstore.Position(i), Bytes: b})
		if err == nil && r.Stream == name {
			history = append(history, r)
		}
	}
	return history
}

func (e *events) origins(context.Context) ([]domain.LogOrigin, error) {
	return domain.LogOrigins(e.stream(domain.LedgerStream)), nil
}

func (e *events) Follow(context.Context, eventstore.Position) iter.Seq2[eventstore.Event, error] {
	panic("the tests call CatchUp")
}

func treeOf(t testing.TB, e *events) *transparency.Tree {
	t.Helper()
	tree, err := transparency.InMemory(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// grow adds events and their leaves.
func grow(t testing.TB, e *events, tree *transparency.Tree, n int) {
	t.Helper()
	e.add(t, "grown", n)
	if err := tree.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// memoryHeads is a tlog.Heads in memory that can fail.
type memoryHeads struct {
	mu   sync.Mutex
	all  []tlog.Head // guarded by mu
	fail error       // what Replace says instead of doing anything; guarded by mu

	doubts tlog.Doubts // guarded by mu
}

func (m *memoryHeads) unprove(why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubts.Unproven = why
}

func (m *memoryHeads) Doubts(ctx context.Context) (tlog.Doubts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doubts, ctx.Err()
}

func (m *memoryHeads) Show(ctx context.Context, shown tlog.Head) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case shown.Size < 1 || len(shown.Signed) == 0:
		return eventstore.ErrInvalid
	}
	m.doubts.Shown = shown
	return nil
}

func (m *memoryHeads) Accept(ctx context.Context, old, shown tlog.Head) error {
	var err error
	if shown.Size > old.Size {
		err = m.Replace(ctx, old, shown)
	} else if last, lastErr := m.Last(ctx); lastErr != nil {
		err = lastErr
	} else if last.Size != old.Size || last.Root != old.Root {
		err = tlog.ErrMoved
	}
	if err == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.doubts.Unproven, m.doubts.Shown = "", tlog.Head{}
	}
	return err
}

func (m *memoryHeads) SetDifference(ctx context.Context, d *tlog.Difference) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() == nil && (d == nil || m.doubts.Difference == nil) {
		m.doubts.Difference = d
	}
	return ctx.Err()
}

func (m *memoryHeads) failing(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

func (m *memoryHeads) signed() []tlog.Head {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

func (m *memoryHeads) Last(ctx context.Context) (tlog.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.all) == 0 {
		return tlog.Head{}, ctx.Err()
	}
	return m.all[len(m.all)-1], ctx.Err()
}

func (m *memoryHeads) Replace(ctx context.Context, old, next tlog.Head) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var last tlog.Head
	if len(m.all) > 0 {
		last = m.all[len(m.all)-1]
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case m.fail != nil:
		return m.fail
	case last.Size != old.Size || last.Root != old.Root:
		return tlog.ErrMoved
	case next.Size <= old.Size:
		return eventstore.ErrInvalid
	}
	m.all = append(m.all, next)
	return nil
}

func (m *memoryHeads) At(_ context.Context, size int64) (tlog.Head, error) {
	for _, head := range m.signed() {
		if head.Size >= size {
			return head, nil
		}
	}
	return tlog.Head{}, tlog.ErrNoHead
}

func (m *memoryHeads) Before(ctx context.Context, size int64) (before tlog.Head, err error) {
	for _, head := range m.signed() {
		if head.Size < size {
			before = head
		}
	}
	return before, ctx.Err()
}

func (m *memoryHeads) Cosign(ctx context.Context, size int64, root xtlog.Hash, by note.Signature) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for i, head := range m.all {
		if head.Size == size && head.Root == root {
			cosigned, err := head.Cosigned(by)
			if err == nil {
				m.all[i] = cosigned
			}
			return err
		}
	}
	return tlog.ErrNoHead
}

func (m *memoryHeads) LastCosigned(ctx context.Context, name string, keyHash uint32) (last tlog.Head, err error) {
	for _, head := range m.signed() {
		if !bytes.Contains(head.Signed, []byte("\n— "+name+" ")) {
			continue
		}
		if again, err := head.Cosigned(note.Signature{Name: name, Hash: keyHash, Base64: headstest.Base64(keyHash)}); err == nil && len(again.Signed) == len(head.Signed) {
			last = head
		}
	}
	return last, ctx.Err()
}

func TestMemoryHeads(t *testing.T) {
	headstest.Run(t, func(*testing.T) (tlog.Heads, func() tlog.Heads) {
		m := &memoryHeads{}
		return m, func() tlog.Heads { return m }
	})
}

// oneHistory verifies what the log promises: every signed checkpoint is signed by the key and states the root of the
// first events of one ledger, and they ascend.
func oneHistory(t testing.TB, key *tlog.Key, heads []tlog.Head, all [][]byte) {
	t.Helper()
	verifier, err := note.NewVerifier(key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	tree := treeOf(t, &events{all: all})
	var last int64
	for _, head := range heads {
		n, err := note.Open(head.Signed, note.VerifierList(verifier))
		if err != nil {
			t.Fatalf("checkpoint of size %d: %v", head.Size, err)
		}
		root, err := tree.Root(head.Size)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%s\n%d\n%v\n", origin, head.Size, root); n.Text != want || head.Root != root || head.Size <= last {
			t.Fatalf("after size %d, head of size %d and root %v states\n%swant\n%s", last, head.Size, head.Root, n.Text, want)
		}
		last = head.Size
	}
}
