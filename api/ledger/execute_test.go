package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
)

// parts is a ledger with what it is made of, so that a test can reach behind it.
type parts struct {
	*ledger.Ledger
	store eventstore.Store
	vault vault.Vault
	dir   string
	now   time.Time
}

func newParts(t testing.TB) *parts {
	t.Helper()
	p := newStill(t)
	p.follow(t, p.Ledger)
	return p
}

// newStill is newParts without the projections, which stop for good where they cannot read on.
func newStill(t testing.TB) *parts {
	t.Helper()
	p := &parts{dir: t.TempDir(), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	store, err := sqlite.Create(t.Context(), filepath.Join(p.dir, "ledger.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	v, err := sqlitevault.Create(t.Context(), filepath.Join(p.dir, "vault.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	p.store, p.vault = store, v
	l, err := ledger.Create(t.Context(), p.parts(), ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log"})
	if err != nil {
		t.Fatal(err)
	}
	p.Ledger = l
	return p
}

func (p *parts) parts() ledger.Parts {
	return ledger.Parts{Store: p.store, Vault: p.vault, Secret: [32]byte{1}, Clock: func() time.Time { return p.now }}
}

// follow runs the projections of a ledger until the test ends.
func (p *parts) follow(t testing.TB, l *ledger.Ledger) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- l.Runner().Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (p *parts) size(t testing.TB) eventstore.Position {
	t.Helper()
	n, err := p.store.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (p *parts) do(t testing.TB, c domain.Command) ledger.Receipt {
	t.Helper()
	r, err := p.Execute(t.Context(), ledger.Request{Actor: "registrar:test", Command: c})
	if err != nil {
		t.Fatalf("%T: %v", c, err)
	}
	return r
}

func cite(id domain.SourceID, note string) domain.CiteSource {
	return domain.CiteSource{SourceCited: domain.SourceCited{
		Source: id, SourceParticulars: domain.SourceParticulars{Publisher: string(id), Title: "A title"}, Note: domain.Text(note),
	}}
}

func sevres() domain.RegisterCollectivity {
	return domain.RegisterCollectivity{CollectivityRegistered: domain.CollectivityRegistered{
		Collectivity: "fr-commune-92072", Type: "commune", Name: "Sèvres", INSEE: "92072", SIREN: "219200722", Departement: "92", Region: "11",
	}}
}

func award(source domain.SourceID, level domain.Level, by string) domain.RecordAward {
	return domain.RecordAward{AwardRecorded: domain.AwardRecorded{
		Award: domain.Award{Distinction: domain.DistinctionLevel, Level: level},
		Holding: domain.Holding{
			Edition: 17, YearAsStated: "2016", Collectivity: "fr-commune-92072", Holder: "Sèvres", Certainty: domain.Stated, Source: source,
			Provenance: domain.Provenance{By: domain.Text(by)},
		},
	}}
}

// The same key with the same request appends nothing and answers from the stored bytes; with another it is refused.
func TestIdempotencyKey(t *testing.T) {
	p := newParts(t)
	req := ledger.Request{Actor: "registrar:test", Command: cite("one", "first"), Key: "k1", Operation: "cite", Payload: []byte(`{"note":"first"}`)}
	first, err := p.Execute(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if first.Duplicate || !first.Applied || first.Events[0].Version() != 8 {
		t.Fatalf("first answer %+v", first)
	}
	size := p.size(t)
	p.now = p.now.Add(time.Hour)
	again, err := p.Execute(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Duplicate || again.Events[0] != first.Events[0] || again.Position != first.Position || !again.Recorded.Equal(first.Recorded) || p.size(t) != size {
		t.Errorf("second answer %+v, first %+v, size %d, was %d", again, first, p.size(t), size)
	}
	req.Payload = []byte(`{"note":"second"}`)
	if _, err := p.Execute(t.Context(), req); !errors.Is(err, ledger.ErrKeyReused) {
		t.Errorf("another request under the same key: %v", err)
	}
	for _, change := range []func(*ledger.Request){
		func(r *ledger.Request) { r.Key = "k2" }, func(r *ledger.Request) { r.Actor = "registrar:other" }, func(r *ledger.Request) { r.Operation = "other" },
	} {
		other := req
		other.Command = cite("two", "")
		change(&other)
		r, err := p.Execute(t.Context(), other)
		var broken *domain.Broken
		if err == nil && r.Duplicate || err != nil && !errors.As(err, &broken) {
			t.Errorf("a key of another actor, operation or name: %+v, %v", r, err)
		}
	}
}

// A key whose first attempt ended between vault and ledger can be used again, with any request.
func TestKeyOfAnInterruptedCommand(t *testing.T) {
	p := newParts(t)
	broken := p.parts()
	broken.Store = refusing{p.store}
	l, err := ledger.Open(t.Context(), broken)
	if err != nil {
		t.Fatal(err)
	}
	req := ledger.Request{Actor: "registrar:test", Command: cite("one", "text of the first"), Key: "k", Operation: "cite", Payload: []byte("1")}
	if _, err := l.Execute(t.Context(), req); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	if n := p.secrets(t); n != 1 {
		t.Fatalf("%d values in the vault after the interrupted write, want 1: the vault is written first", n)
	}
	req.Payload = []byte("2")
	if r, err := p.Execute(t.Context(), req); err != nil || r.Duplicate {
		t.Fatalf("%+v, %v", r, err)
	}
	if n, err := p.PurgeOrphans(t.Context(), time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("purged %d, %v; want the one of the interrupted attempt", n, err)
	}
	if r, err := p.Execute(t.Context(), req); err != nil || !r.Duplicate {
		t.Errorf("after the purge: %+v, %v", r, err)
	}
	if c, err := p.Check(t.Context()); err != nil || c.Sealed != 1 || c.Kept != 1 || c.Orphans != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

var errRefused = errors.New("the disk is gone")

// refusing is a store that fails every append.
type refusing struct{ eventstore.Store }

func (refusing) Append(context.Context, string, eventstore.Revision, []eventstore.Proposed) (eventstore.Appended, error) {
	return eventstore.Appended{}, errRefused
}

func (p *parts) secrets(t testing.TB) int {
	t.Helper()
	n := 0
	if err := p.vault.Each(t.Context(), func(vault.Secret) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// Writers who meet on one stream all succeed, because a decision is made again on what the other wrote.
func TestConcurrentWriters(t *testing.T) {
	p := newParts(t)
	p.do(t, cite("one", ""))
	p.do(t, sevres())
	const writers = 6
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			c := award("one", 5, fmt.Sprint("person ", i))
			for {
				_, err := p.Execute(t.Context(), ledger.Request{Actor: "registrar:test", Command: c})
				if err == nil {
					return
				}
				if !strings.Contains(err.Error(), "others kept writing") {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	n := 0
	for _, err := range p.store.ReadStream(t.Context(), "candidacy-17-fr-commune-92072", 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != writers {
		t.Errorf("%d events, want %d", n, writers)
	}
	if _, err := p.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A contradiction is settled by another person than those who entered the facts, and earlier answers stay.
func TestArbitration(t *testing.T) {
	p := newParts(t)
	p.do(t, cite("one", ""))
	p.do(t, cite("two", ""))
	p.do(t, sevres())
	p.do(t, award("one", 4, "Alix"))
	before := p.Size()
	p.do(t, award("two", 5, "Camille"))
	contested := p.Size()
	status := func(size uint64) (string, *int) {
		v, err := p.Collectivity(t.Context(), "fr-commune-92072", size)
		if err != nil {
			t.Fatal(err)
		}
		return v.Editions[0].Status, v.Editions[0].Level
	}
	if s, level := status(contested); s != "contested" || level != nil {
		t.Errorf("status %s, level %v; a contested edition has no level", s, level)
	}
	arbitrate := func(by string) error {
		_, err := p.Execute(t.Context(), ledger.Request{Actor: "registrar:test", Command: domain.ArbitrateAward{AwardArbitrated: domain.AwardArbitrated{
			Candidacy: domain.Candidacy{Edition: 17, Collectivity: "fr-commune-92072"},
			Chosen:    domain.Award{Distinction: domain.DistinctionLevel, Level: 5}, Reason: domain.Secret("The second source is the list itself."),
			Provenance: domain.Provenance{By: domain.Text(by)},
		}}})
		return err
	}
	var broken *domain.Broken
	if err := arbitrate("Camille"); !errors.As(err, &broken) || broken.Rule != domain.RuleFourEyes {
		t.Errorf("who entered a fact settles it: %v", err)
	}
	if err := arbitrate("Dominique"); err != nil {
		t.Fatal(err)
	}
	if s, level := status(p.Size()); s != "arbitrated" || level == nil || *level != 5 {
		t.Errorf("status %s, level %v", s, level)
	}
	if s, _ := status(contested); s != "contested" {
		t.Errorf("as of before the arbitration: %s", s)
	}
	if s, level := status(before); s != "reported" || *level != 4 {
		t.Errorf("as of before the contradiction: %s", s)
	}
}

// No text that was sealed stands in any file but the vault's.
func TestTextsStayInTheVault(t *testing.T) {
	p := newParts(t)
	const note, person = "an unmistakable remark", "Unmistakable Person"
	p.do(t, cite("one", note))
	p.do(t, sevres())
	p.do(t, award("one", 5, person))
	found := map[string]bool{}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, text := range []string{note, person} {
			if strings.Contains(string(b), text) {
				if !strings.HasPrefix(d.Name(), "vault.db") {
					t.Errorf("%q stands in %s", text, d.Name())
				}
				found[text] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 {
		t.Errorf("found %v in the vault, want both: the search does not see what it should", found)
	}
}

// Check names what is wrong: a value that is missing, one that was changed, an event that was changed.
func TestCheckFinds(t *testing.T) {
	p := newParts(t)
	r := p.do(t, cite("one", "a note"))
	if _, err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := p.Event(t.Context(), r.Events[0])
	if err != nil || string(v.Disclosed["/data/note"]) != `"a note"` {
		t.Fatalf("disclosed %s, %v", v.Disclosed, err)
	}
	var secret vault.Secret
	if err := p.vault.Each(t.Context(), func(s vault.Secret) error { secret = s; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := p.vault.Erase(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "/data/note") {
		t.Errorf("a value erased without an event: %v", err)
	}
	v, err = p.Event(t.Context(), r.Events[0])
	if err != nil || len(v.Erased) != 1 || v.Disclosed != nil {
		t.Errorf("an erased text: %+v, %v", v, err)
	}
}

// An event that is not what its place says is found, whoever put it there.
func TestCheckForeignEvent(t *testing.T) {
	p := newParts(t)
	var stolen eventstore.Event
	for e, err := range p.store.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		stolen = e
		break
	}
	_, err := p.store.Append(t.Context(), "source-x", eventstore.NoStream, []eventstore.Proposed{{
		ID: uuid.New(), Type: stolen.Type, Recorded: stolen.Recorded, Bytes: append([]byte(nil), stolen.Bytes...),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "event 2") {
		t.Errorf("an envelope under another id: %v", err)
	}
}
