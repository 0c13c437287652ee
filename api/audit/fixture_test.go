package audit_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/audit"
	"arobase/api/ledger"
	"arobase/api/ledger/tabular"
	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/api/web"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
	"arobase/projections/transparency"
)

const (
	origin  = "label.example/log"
	version = "1.2.3"
)

var ledgerID = uuid.MustParse("0192f0a0-0000-7000-8000-00000000a0d1")

// site is a served ledger, and what stands between it and an auditor.
type site struct {
	dir    string
	store  *sqlite.Store
	vault  *sqlitevault.Vault
	ledger *ledger.Ledger
	tree   *transparency.Tree
	heads  *sqlitelog.Heads
	key    *tlog.Key
	signer *tlog.Signer
	log    *tlog.Log
	served http.Handler
	now    time.Time

	mu sync.Mutex
	// lie changes what is answered; asked are the addresses that were asked for. Both are guarded by mu.
	lie   func(path string, a *answered)
	asked map[string]int
	// meanwhile happens before an address is answered. Guarded by mu while it is set, and called without it.
	meanwhile func(path string)
}

// answered is an answer on its way.
type answered struct {
	asked  *http.Request
	status int
	header http.Header
	body   []byte
}

// newSite is the site of a small world, signed.
func newSite(t testing.TB) *site {
	t.Helper()
	s := newEmptySite(t, t.TempDir())
	s.small(t)
	s.sign(t)
	return s
}

// newTinySite is the site of a few communes in two editions, signed: an audit of it takes a moment.
func newTinySite(t testing.TB) *site {
	t.Helper()
	s := newEmptySite(t, t.TempDir())
	s.world(t, bodies[len(bodies)-6:], 17, 18)
	s.sign(t)
	return s
}

func newEmptySite(t testing.TB, dir string) *site {
	t.Helper()
	s := &site{dir: dir, now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), asked: map[string]int{}}
	var err error
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s.store, err = sqlite.Create(t.Context(), filepath.Join(dir, "ledger.db"), ledgerID)
	check(err)
	t.Cleanup(func() { _ = s.store.Close() })
	s.vault, err = sqlitevault.Create(t.Context(), filepath.Join(dir, "vault.db"), ledgerID)
	check(err)
	t.Cleanup(func() { _ = s.vault.Close() })
	s.ledger, err = ledger.Create(t.Context(), ledger.Parts{Store: s.store, Vault: s.vault, Clock: s.clock}, ledger.Genesis{LedgerID: ledgerID, Origin: origin})
	check(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	answering := make(chan struct{})
	go func() { defer close(answering); _ = s.ledger.Runner().Run(ctx) }()
	t.Cleanup(func() { stop(); <-answering })
	s.key, err = tlog.GenerateKey(filepath.Join(dir, "log.key"), ledgerID, origin, bytes.NewReader(bytes.Repeat([]byte{5}, 64)))
	check(err)
	s.heads, err = sqlitelog.Create(filepath.Join(dir, "log.db"), ledgerID)
	check(err)
	t.Cleanup(func() { _ = s.heads.Close() })
	s.tree, err = transparency.InMemory(t.Context(), s.store)
	check(err)
	s.signer = tlog.NewSigner(s.key, s.tree, s.heads, s.clock)
	s.log = &tlog.Log{Tree: s.tree, Events: s.store, Heads: s.heads, Origins: s.ledger.Origins}

	api := rest.New(rest.Deps{Ledger: s.ledger, Log: proving{s.log}, Version: version})
	pages := web.New(web.Deps{
		Ledger: s.ledger, Version: version, Key: func(context.Context) string { return s.key.VerifierKey() }, Operator: "Somebody", Proof: proving{s.log}.Proof,
		Checkpoint: func() (uint64, bool, []byte) {
			head, _ := s.heads.Last(t.Context())
			return uint64(head.Size), head.Size > 0, head.Signed
		},
	})
	mux := http.NewServeMux()
	for _, p := range rest.Patterns {
		mux.Handle(p, api)
	}
	mux.Handle("/log/", s.log.Handler())
	mux.Handle("/", pages)
	s.served = mux
	return s
}

func (s *site) clock() time.Time { return s.now }

type proving struct{ log *tlog.Log }

func (p proving) Proof(ctx context.Context, index uint64) ([]byte, error) {
	return p.log.Proof(ctx, int64(index))
}

// imports enters a file of one of the shapes of the history.
func (s *site) imports(t testing.TB, name, content string) {
	t.Helper()
	read, err := tabular.Read(t.Context(), name+".csv", strings.NewReader(content), tabular.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.ledger.Import(t.Context(), read, ledger.ImportOptions{}); err != nil || len(out.Errors) > 0 {
		t.Fatalf("importing %s: %v %v", name, err, out.Errors)
	}
}

// bodies are communes whose name no other has.
var bodies = strings.Split("Bourg-en-Bresse,Laon,Digne-les-Bains,Gap,Privas,Foix,Troyes,Carcassonne,Rodez,Caen,Aurillac,Bourges,Tulle,Dijon,Saint-Brieuc,Périgueux,Montélimar,Chartres,Quimper,Auch,Châteauroux,Tours,Blois,Saint-Étienne,Cahors,Agen,Mende,Angers,Laval,Nancy,Metz,Nevers,Alençon,Pau,Mulhouse,Colmar,Le Mans,Aix-les-Bains,Annecy,Niort", ",")

// small imports a small world: forty communes, labelled in six editions, as four sources say, with some remarks and some
// figures. It has more than 256 records, so that there are full tiles and partial ones.
func (s *site) small(t testing.TB) {
	t.Helper()
	s.world(t, bodies, 14, 15, 16, 17, 18, 19)
}

// world imports some communes, labelled in some editions, 17 among them.
func (s *site) world(t testing.TB, communes []string, editions ...int) {
	t.Helper()
	s.imports(t, "sources", "source_id,publisher,title,published_on,url,note\n"+
		"first,The First,What was said,2014-02-01,https://first.example/a,a remark on a source\nsecond,The Second,What was heard,2017-02-02,,\n"+
		"third,The Third,What was seen,2018,,\nfourth,The Fourth,What was done,2019-03,,\n")
	awards := "edition,year_as_stated,holder,distinction,level,certainty,source_id,note\n"
	for _, e := range editions {
		for i, name := range communes {
			note := ""
			if i%5 == 0 {
				note = fmt.Sprintf("a remark on %s", name)
			}
			awards += fmt.Sprintf("%d,%d,%s,level,%d,stated,%s,%s\n", e, e+1999, name, 1+(i+e)%5, []string{"first", "second", "third", "fourth"}[(i+e)%4], note)
		}
	}
	s.imports(t, "awards", awards)
	s.imports(t, "figures", "edition,year_as_stated,metric,scope,value,precision,unit,source_id,note\n"+
		"17,2016,labelled,,41,exact,communes,second,a remark on a figure\n17,2016,labelled,,40,exact,communes,third,\n18,2017,level5,,56,exact,communes,second,\n18,2017,participants,,187,exact,communes,first,\n")
}

// sign signs all that is recorded, and answers from it.
func (s *site) sign(t testing.TB) tlog.Head {
	t.Helper()
	if err := s.tree.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	head, err := s.signer.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.catchUp(t)
	return head
}

// catchUp waits until answers rest on all that is recorded, as far as it can be read.
func (s *site) catchUp(t testing.TB) {
	t.Helper()
	size, err := s.store.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = s.ledger.Runner().Wait(t.Context(), size) // what it cannot read, it stops before
}

// force puts an event into the store that nobody has decided, at the end of its stream.
func (s *site) force(t testing.TB, stream, typ, data string, basis map[string]int64) uuid.UUID {
	t.Helper()
	revision := eventstore.NoStream
	for e, err := range s.store.ReadStream(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		revision = e.Revision
	}
	id := uuid.New()
	b, err := envelope.Envelope{
		Actor: "registrar:history", Basis: basis, Data: []byte(data), ID: id, Ledger: ledgerID, Revision: int64(revision + 1), Subject: stream, Time: s.now, Type: typ,
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	s.forceBytes(t, stream, revision, id, typ, b)
	return id
}

func (s *site) forceBytes(t testing.TB, stream string, expected eventstore.Revision, id uuid.UUID, typ string, b []byte) {
	t.Helper()
	if _, err := s.store.Append(t.Context(), stream, expected, []eventstore.Proposed{{ID: id, Type: typ, Recorded: s.now, Bytes: b}}); err != nil {
		t.Fatal(err)
	}
}

// erase erases a value.
func (s *site) erase(t testing.TB, x vault.Secret) {
	t.Helper()
	if _, err := s.ledger.Erase(t.Context(), ledger.Erasure{Event: x.Event, Pointer: x.Pointer, Ground: "request"}); err != nil {
		t.Fatal(err)
	}
}

// lies puts somebody between the site and the auditor who changes answers about addresses that hold a part. It gives how
// often that was.
func (s *site) lies(part string, change func(a *answered)) (told *int) {
	told = new(int)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lie = func(path string, a *answered) {
		if bytes.Contains([]byte(path), []byte(part)) {
			*told++
			change(a)
		}
	}
	return told
}

func (s *site) honest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lie = nil
}

// once lets something happen before the first address that holds a part is answered.
func (s *site) once(part string, happens func()) {
	var first sync.Once
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meanwhile = func(path string) {
		if strings.Contains(path, part) {
			first.Do(happens)
		}
	}
}

// RoundTrip lets a client ask the site without a network.
func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	meanwhile := s.meanwhile
	s.mu.Unlock()
	if meanwhile != nil {
		meanwhile(r.URL.RequestURI())
	}
	w := httptest.NewRecorder()
	if r.Host == "" { // after a redirect
		r.Host = r.URL.Host
	}
	s.served.ServeHTTP(w, r)
	a := &answered{r, w.Code, w.Header(), w.Body.Bytes()}
	s.mu.Lock()
	s.asked[r.URL.RequestURI()]++
	if s.lie != nil {
		s.lie(r.URL.RequestURI(), a)
	}
	s.mu.Unlock()
	a.header.Del("Content-Length")
	return &http.Response{
		StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r, ContentLength: -1,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// workspace keeps in a directory what audits have verified.
type workspace struct {
	dir  string
	kept audit.Kept
}

func (w *workspace) file(name string) string { return filepath.Join(w.dir, name) }

func (w *workspace) Open(ctx context.Context) (audit.Kept, bool, error) {
	store, err := sqlite.Open(ctx, w.file("ledger.db"))
	if errors.Is(err, fs.ErrNotExist) {
		return audit.Kept{}, false, nil
	}
	if err != nil {
		return audit.Kept{}, false, err
	}
	v, err := sqlitevault.Open(ctx, w.file("vault.db"), store.LedgerID())
	w.kept = audit.Kept{Store: store, Vault: v}
	return w.kept, err == nil, err
}

func (w *workspace) Create(ctx context.Context, id uuid.UUID) (audit.Kept, error) {
	store, err := sqlite.Create(ctx, w.file("ledger.db"), id)
	if err != nil {
		return audit.Kept{}, err
	}
	v, err := sqlitevault.Create(ctx, w.file("vault.db"), id)
	w.kept = audit.Kept{Store: store, Vault: v}
	return w.kept, err
}

func (w *workspace) Note() (n audit.Note, err error) {
	b, err := os.ReadFile(w.file("note"))
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	return n, err
}

func (w *workspace) WriteNote(n audit.Note) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return os.WriteFile(w.file("note"), b, 0o600)
}

func (w *workspace) Close() error {
	if w.kept.Store == nil {
		return nil
	}
	return errors.Join(w.kept.Vault.Close(), w.kept.Store.Close())
}

// answers is what answers from the records alone, for whoever believes the key of the site.
func (s *site) answers(ctx context.Context, rests audit.Rests) (audit.Answers, error) {
	l, err := ledger.Open(ctx, ledger.Parts{Store: rests.Store, Vault: rests.Values, Clock: time.Now})
	if err != nil {
		return audit.Answers{}, err
	}
	mux := http.NewServeMux()
	api := rest.New(rest.Deps{Ledger: l, Version: version})
	for _, p := range rest.Patterns {
		mux.Handle(p, api)
	}
	mux.Handle("/", web.New(web.Deps{
		Ledger: l, Version: version, Key: func(context.Context) string { return cmp.Or(rests.Key(), s.key.VerifierKey()) },
		Proof: func(context.Context, uint64) ([]byte, error) { return []byte("proof"), nil },
		Checkpoint: func() (uint64, bool, []byte) {
			size, signed := rests.Checkpoint()
			return size, true, signed
		},
	}))
	return audit.Answers{Handler: mux, CatchUp: l.Runner().CatchUp, OfSomeNodes: web.OfSomeNodes()}, nil
}

// options are those of an audit of a site, in a directory, that compares no answers.
func (s *site) options(t testing.TB, dir string) audit.Options {
	t.Helper()
	trust, err := audit.ByKey(s.key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return audit.Options{
		Trust: trust, Program: version,
		Workspace: func(of string) (audit.Workspace, error) {
			if of != origin {
				t.Errorf("the audit is of %s", of)
			}
			return &workspace{dir: dir}, nil
		},
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// auditor audits a site over HTTP.
func (s *site) auditor(t testing.TB, opt audit.Options) *audit.Auditor {
	t.Helper()
	place, err := audit.AtAddress(t.Context(), "http://"+"label.example", &http.Client{Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return audit.New(place, opt)
}

// round is one audit.
func (s *site) round(t testing.TB, opt audit.Options) (audit.Report, error) {
	t.Helper()
	a := s.auditor(t, opt)
	report, err := a.Round(t.Context())
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	return report, err
}

// check gives a check of a report.
func check(t testing.TB, r audit.Report, name string) audit.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c audit.Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %q in %+v", name, r.Checks)
	}
	return r.Checks[i]
}

// sealedOf gives a public value of a ledger that has not been erased.
func (s *site) sealedOf(t testing.TB) vault.Secret {
	t.Helper()
	all := map[string]vault.Secret{}
	if err := s.vault.Each(t.Context(), func(x vault.Secret) error {
		if x.Value != nil && x.Visibility == vault.Public {
			all[x.Commitment.String()] = x
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all[slices.Min(slices.Collect(maps.Keys(all)))]
}
