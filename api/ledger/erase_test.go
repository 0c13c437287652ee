package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/vault"
)

// erasing asks for the note of an event to be erased.
func erasing(event uuid.UUID) ledger.Erasure {
	return ledger.Erasure{Event: event, Pointer: "/data/note", Ground: "request", By: "Unmistakable Officer", Reason: "an unmistakable reason"}
}

// files gives the names of the files of a ledger that hold a text.
func (p *parts) files(t testing.TB, text string) (names []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(p.dir, "*"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, file := range all {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			names = append(names, filepath.Base(file))
		}
	}
	return names
}

// An erased text is in no file and no answer any more; its event, its neighbours and every result are as they were.
func TestErase(t *testing.T) {
	const note, person = "an unmistakable remark", "Unmistakable Person"
	p := newParts(t)
	cited := p.do(t, cite("one", note)).Events[0]
	p.do(t, sevres())
	awarded := p.do(t, award("one", 5, person)).Events[0]
	before, err := p.Event(t.Context(), cited)
	if err != nil || string(before.Disclosed["/data/note"]) != `"`+note+`"` {
		t.Fatalf("before: %v, %v", before.Disclosed, err)
	}
	size := p.Size()
	palmares, err := p.Palmares(t.Context(), 17, size)
	if err != nil {
		t.Fatal(err)
	}

	r, err := p.Erase(t.Context(), erasing(cited))
	if err != nil {
		t.Fatal(err)
	}
	if r.Duplicate || !r.Applied || r.Stream != domain.LedgerStream || len(r.Events) != 1 || uint64(r.Position) != size {
		t.Errorf("the receipt %+v", r)
	}
	if found := p.files(t, note); found != nil {
		t.Errorf("the text still stands in %v", found)
	}
	if found := p.files(t, person); found == nil {
		t.Error("another text was lost, or the search does not see what it should")
	}
	after, err := p.Event(t.Context(), cited)
	if err != nil || after.Disclosed != nil || !slices.Equal(after.Erased, []string{"/data/note"}) || after.Envelope != before.Envelope {
		t.Errorf("after: %+v, %v", after, err)
	}
	var sealed struct{ Note struct{ Sealed string } }
	if err := json.Unmarshal(before.Data, &sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Disclosed(t.Context(), sealed.Note.Sealed); !errors.Is(err, vault.ErrErased) {
		t.Errorf("disclosed: %v, want ErrErased", err)
	}
	if s, err := p.Source(t.Context(), "one", size); err != nil || s.Note != "" {
		t.Errorf("as of before: %+v, %v", s, err)
	}
	again, err := p.Palmares(t.Context(), 17, size)
	if diff := cmp.Diff(palmares, again); err != nil || diff != "" {
		t.Errorf("the result is another, %v (-before +after):\n%s", err, diff)
	}

	// The record of it holds neither who nor why in the open.
	record, err := p.Event(t.Context(), r.Events[0])
	if err != nil || record.Type != "arobase.personal-data-erased.v1" || record.Stream != "ledger" || record.Disclosed != nil ||
		!strings.Contains(string(record.Data), cited.String()) {
		t.Errorf("the record %s %s %s, %v", record.Stream, record.Type, record.Data, err)
	}
	for _, private := range []string{"Unmistakable Officer", "an unmistakable reason"} {
		if slices.ContainsFunc(p.files(t, private), func(f string) bool { return !strings.HasPrefix(f, "vault.db") }) {
			t.Errorf("%q stands in %v", private, p.files(t, private))
		}
	}

	// A name that only certain roles see is erased like any other, and the record says so to everybody.
	if _, err := p.Erase(t.Context(), ledger.Erasure{Event: awarded, Pointer: "/data/by", Ground: "retention"}); err != nil {
		t.Fatal(err)
	}
	if v, err := p.Event(t.Context(), awarded); err != nil || !slices.Equal(v.Erased, []string{"/data/by"}) {
		t.Errorf("erased %v, %v", v.Erased, err)
	}
	if found := p.files(t, person); found != nil {
		t.Errorf("the name still stands in %v", found)
	}
	if c, err := p.Check(t.Context()); err != nil || c.Erased != 2 || c.Kept != 2 || c.Sealed != 4 {
		t.Errorf("%+v, %v", c, err)
	}
}

// Asked again, whatever for, an erasure is answered with its record, and nothing is added.
func TestEraseAgain(t *testing.T) {
	p := newParts(t)
	cited := p.do(t, cite("one", "a note")).Events[0]
	first, err := p.Erase(t.Context(), erasing(cited))
	if err != nil {
		t.Fatal(err)
	}
	size := p.size(t)
	other := erasing(cited)
	other.Ground, other.By = "court", "somebody else"
	second, err := p.Erase(t.Context(), other)
	if err != nil || !second.Duplicate || second.Events[0] != first.Events[0] || second.Position != first.Position ||
		second.First != first.First || !second.Recorded.Equal(first.Recorded) || !second.Applied {
		t.Errorf("first %+v, then %+v, %v", first, second, err)
	}
	if p.size(t) != size {
		t.Errorf("%d records, want %d", p.size(t), size)
	}
}

func TestEraseRefuses(t *testing.T) {
	p := newParts(t)
	cited := p.do(t, cite("one", "a note")).Events[0]
	size := p.size(t)
	var broken *domain.Broken
	var invalid domain.Invalid
	for name, change := range map[string]func(*ledger.Erasure) any{
		"no such event":  func(e *ledger.Erasure) any { e.Event = uuid.New(); return nil },
		"no such text":   func(e *ledger.Erasure) any { e.Pointer = "/data/title"; return &broken },
		"a free ground":  func(e *ledger.Erasure) any { e.Ground = "Anna Martin asked"; return &invalid },
		"not a pointer":  func(e *ledger.Erasure) any { e.Pointer = "note"; return &invalid },
		"a long remark":  func(e *ledger.Erasure) any { e.Reason = strings.Repeat("x", 30_000); return &invalid },
		"control in who": func(e *ledger.Erasure) any { e.By = "a\x00b"; return &invalid },
	} {
		e := erasing(cited)
		want := change(&e)
		_, err := p.Erase(t.Context(), e)
		if want == nil && !errors.Is(err, ledger.ErrUnknown) || want != nil && !errors.As(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p.size(t) != size {
		t.Errorf("something was recorded: %d records, want %d", p.size(t), size)
	}
	if v, err := p.Event(t.Context(), cited); err != nil || v.Erased != nil {
		t.Errorf("something was erased: %v, %v", v.Erased, err)
	}
}

// stuck is a vault that cannot destroy anything.
type stuck struct{ vault.Vault }

func (stuck) Erase(context.Context, ...vault.Secret) error { return errRefused }

// A process that ends between record and destruction has promised the erasure: the next start keeps the promise.
func TestErasureIsRedone(t *testing.T) {
	const note = "an unmistakable remark"
	p := newParts(t)
	cited, kept := p.do(t, cite("one", note)).Events[0], p.do(t, cite("two", "another remark")).Events[0]
	cut := p.parts()
	cut.Vault = stuck{p.vault}
	l, err := ledger.Open(t.Context(), cut)
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Erase(t.Context(), erasing(cited))
	if !errors.Is(err, errRefused) || len(r.Events) != 1 || !strings.Contains(err.Error(), r.Events[0].String()) {
		t.Fatalf("%+v, %v; want the record and the reason", r, err)
	}
	if _, err := p.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "still there") {
		t.Errorf("check sees an erasure that is not done: %v", err)
	}
	if found := p.files(t, note); found == nil {
		t.Fatal("the text is gone already: this test tests nothing")
	}
	for range 2 {
		if n, err := p.RedoErasures(t.Context()); err != nil || n != 1 {
			t.Fatalf("redone %d, %v", n, err)
		}
		if found := p.files(t, note); found != nil {
			t.Errorf("the text still stands in %v", found)
		}
	}
	if v, err := p.Event(t.Context(), kept); err != nil || len(v.Disclosed) != 1 {
		t.Errorf("the other text: %v, %v", v.Disclosed, err)
	}
	if again, err := p.Erase(t.Context(), erasing(cited)); err != nil || !again.Duplicate {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if _, err := p.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A caller who asks again completes what the first time did not.
func TestEraseAgainCompletes(t *testing.T) {
	const note = "an unmistakable remark"
	p := newParts(t)
	cited := p.do(t, cite("one", note)).Events[0]
	cut := p.parts()
	cut.Vault = stuck{p.vault}
	l, err := ledger.Open(t.Context(), cut)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Erase(t.Context(), erasing(cited)); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	if r, err := p.Erase(t.Context(), erasing(cited)); err != nil || !r.Duplicate {
		t.Errorf("%+v, %v", r, err)
	}
	if found := p.files(t, note); found != nil {
		t.Errorf("the text still stands in %v", found)
	}
}

// leaving is a store whose callers go away as soon as their events are durable.
type leaving struct {
	eventstore.Store
	leave context.CancelFunc
}

func (s leaving) Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	a, err := s.Store.Append(ctx, stream, expected, events)
	s.leave()
	return a, err
}

// What is recorded as erased is destroyed even if whoever asked does not wait for it.
func TestEraseForACallerWhoLeaves(t *testing.T) {
	const note = "an unmistakable remark"
	p := newParts(t)
	cited := p.do(t, cite("one", note)).Events[0]
	ctx, leave := context.WithCancel(t.Context())
	impatient := p.parts()
	impatient.Store = leaving{p.store, leave}
	l, err := ledger.Open(t.Context(), impatient)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := l.Erase(ctx, erasing(cited)); err != nil || r.Applied {
		t.Errorf("%+v, %v", r, err)
	}
	if found := p.files(t, note); found != nil {
		t.Errorf("the text still stands in %v", found)
	}
}

// Two who ask at once get one record.
func TestEraseConcurrently(t *testing.T) {
	p := newParts(t)
	cited := p.do(t, cite("one", "a note")).Events[0]
	size := p.size(t)
	var wg sync.WaitGroup
	records := make([]uuid.UUID, 6)
	for i := range records {
		wg.Go(func() {
			r, err := p.Erase(t.Context(), erasing(cited))
			if err != nil {
				t.Error(err)
				return
			}
			records[i] = r.Events[0]
		})
	}
	wg.Wait()
	if len(slices.Compact(records)) != 1 || p.size(t) != size+1 {
		t.Errorf("records %v, %d more", records, p.size(t)-size)
	}
}

// What a conflict between writers left in the vault under the same event goes with the text.
func TestEraseTakesOtherAttempts(t *testing.T) {
	const note = "an unmistakable remark"
	p := newParts(t)
	refused := p.parts()
	refused.Store = refusing{p.store}
	l, err := ledger.Open(t.Context(), refused)
	if err != nil {
		t.Fatal(err)
	}
	req := ledger.Request{Actor: "registrar:test", Command: cite("one", note), Key: "k", Operation: "cite", Payload: []byte("1")}
	if _, err := l.Execute(t.Context(), req); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	r, err := p.Execute(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if n := p.secrets(t); n != 2 {
		t.Fatalf("%d values of two attempts: this test tests nothing", n)
	}
	if _, err := p.Erase(t.Context(), erasing(r.Events[0])); err != nil {
		t.Fatal(err)
	}
	if found := p.files(t, note); found != nil {
		t.Errorf("the text still stands in %v", found)
	}
	// The request, sent once more, answers from the record and brings nothing back.
	if again, err := p.Execute(t.Context(), req); err != nil || !again.Duplicate {
		t.Errorf("%+v, %v", again, err)
	}
	if found := p.files(t, note); found != nil {
		t.Errorf("sent again, the text stands in %v", found)
	}
}

// An older program keeps erased what a newer one has erased, of an event that it does not know.
func TestErasureOfAnUnknownEventIsRedone(t *testing.T) {
	p := newStill(t)
	id := uuid.New()
	s := vault.Secret{Event: id, Pointer: "/data/deep/note", Value: []byte(`"an unmistakable remark"`), Visibility: vault.Public}
	s.Commitment = vault.Commit(s.Salt, testLedgerID, id, s.Pointer, s.Value)
	if err := p.vault.Put(t.Context(), []vault.Secret{s}, nil); err != nil {
		t.Fatal(err)
	}
	p.append(t, "future-1", eventstore.NoStream, id, "arobase.not-thought-of.v1", `{"deep":{"note":{"sealed":"`+s.Commitment.String()+`"}}}`)
	p.append(t, "ledger", 1, uuid.New(), "arobase.not-thought-of.v1", `{}`)
	p.append(t, "ledger", 2, uuid.New(), "arobase.personal-data-erased.v1", `{"event":"`+id.String()+`","ground":"request","pointer":"/data/deep/note"}`)
	if n, err := p.RedoErasures(t.Context()); err != nil || n != 1 {
		t.Fatalf("redone %d, %v", n, err)
	}
	if found := p.files(t, "an unmistakable remark"); found != nil {
		t.Errorf("the text still stands in %v", found)
	}
	// An erasure of nothing is told, not passed over.
	for revision, pointer := range []string{"/data/deep/other", "/data/deep", "/data/deep/note/sealed"} {
		q := newStill(t)
		q.append(t, "future-1", eventstore.NoStream, id, "arobase.not-thought-of.v1", `{"deep":{"note":{"sealed":"`+s.Commitment.String()+`"}}}`)
		q.append(t, "ledger", 1, uuid.New(), "arobase.personal-data-erased.v1", `{"event":"`+id.String()+`","ground":"request","pointer":"`+pointer+`"}`)
		if _, err := q.RedoErasures(t.Context()); err == nil || !strings.Contains(err.Error(), pointer) {
			t.Errorf("%d: %s: %v", revision, pointer, err)
		}
	}
}

// append writes an event as it is, behind the back of the application.
func (p *parts) append(t testing.TB, stream string, last eventstore.Revision, id uuid.UUID, typ, data string) {
	t.Helper()
	b, err := envelope.Envelope{
		Actor: "registrar:test", Data: []byte(data), ID: id, Ledger: testLedgerID, Revision: int64(last) + 1, Subject: stream, Time: p.now, Type: typ,
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.Append(t.Context(), stream, last, []eventstore.Proposed{{ID: id, Type: typ, Recorded: p.now, Bytes: b}}); err != nil {
		t.Fatal(err)
	}
}

// What every writer does at its start, with 2,000 erasures in the log.
func BenchmarkRedoErasures(b *testing.B) {
	p := newParts(b)
	for i := range 2000 {
		event := p.do(b, cite(domain.SourceID(fmt.Sprint("source-", i)), "a note")).Events[0]
		id := uuid.New()
		p.append(b, "ledger", eventstore.Revision(i+1), id, "arobase.personal-data-erased.v1", `{"event":"`+event.String()+`","ground":"request","pointer":"/data/note"}`)
	}
	for b.Loop() {
		if n, err := p.RedoErasures(b.Context()); err != nil || n != 2000 {
			b.Fatal(n, err)
		}
	}
}
