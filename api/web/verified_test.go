package web_test

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/api/web"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
	"arobase/projections/transparency"
)

// sealed is a small ledger with a real log, served with all its faces as serve does, and what stands between it and a
// visitor.
type sealed struct {
	ledger *ledger.Ledger
	key    *tlog.Key
	// stranger is a key of the same name that signed nothing here.
	stranger string
	faces    http.Handler

	mu sync.Mutex
	// lie changes a page or an answer on its way; guarded by mu.
	lie func(path, body string) string
}

type proving struct{ log *tlog.Log }

func (p proving) Proof(ctx context.Context, index uint64) ([]byte, error) {
	return p.log.Proof(ctx, int64(index))
}

func newSealed(t *testing.T) *sealed {
	t.Helper()
	dir, ctx := t.TempDir(), t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }
	store, err := sqlite.Create(ctx, filepath.Join(dir, "ledger.db"), testLedgerID)
	check(err)
	t.Cleanup(func() { store.Close() })
	vault, err := sqlitevault.Create(ctx, filepath.Join(dir, "vault.db"), testLedgerID)
	check(err)
	t.Cleanup(func() { vault.Close() })
	s := &sealed{}
	const origin = "label.example/log"
	s.ledger, err = ledger.Create(ctx, ledger.Parts{Store: store, Vault: vault, Clock: clock}, ledger.Genesis{LedgerID: testLedgerID, Origin: origin})
	check(err)
	check(enter(ctx, s.ledger, "sources.csv", strings.NewReader("source_id,publisher,title,published_on,url,note\n"+
		"first,The First,What was said,2017-02-01,https://first.example/a,\"Une note : l’œuvre, « ainsi », en deux lignes\"\n")))
	check(enter(ctx, s.ledger, "awards.csv", strings.NewReader("edition,year_as_stated,holder,distinction,level,certainty,source_id,note\n"+
		"18,2017,Arras,level,4,stated,first,Lu deux fois\n18,2017,Angers,level,3,stated,first,\n18,2017,Troyes,level,5,stated,first,\n")))
	check(s.ledger.Runner().CatchUp(ctx))
	s.key, err = tlog.GenerateKey(filepath.Join(dir, "log.key"), testLedgerID, origin, bytes.NewReader(bytes.Repeat([]byte{5}, 64)))
	check(err)
	other, err := tlog.GenerateKey(filepath.Join(dir, "other.key"), testLedgerID, origin, bytes.NewReader(bytes.Repeat([]byte{6}, 64)))
	check(err)
	s.stranger = other.VerifierKey()
	heads, err := sqlitelog.Create(filepath.Join(dir, "log.db"), testLedgerID)
	check(err)
	t.Cleanup(func() { heads.Close() })
	tree, err := transparency.InMemory(ctx, store)
	check(err)
	log := &tlog.Log{Tree: tree, Events: store, Heads: heads, Origins: s.ledger.Origins}
	check(tree.CatchUp(ctx))
	_, err = tlog.NewSigner(s.key, tree, heads, clock).Sign(ctx)
	check(err)
	mux := http.NewServeMux()
	rest.Mount(mux, rest.Deps{Ledger: s.ledger, Log: proving{log}, Version: "test"})
	mux.Handle("/log/", log.Handler())
	mux.Handle("/", web.New(web.Deps{
		Ledger: s.ledger, Operator: "Les Archives de l'essai", Version: "test", Key: func(context.Context) string { return s.key.VerifierKey() }, Proof: proving{log}.Proof,
		Checkpoint: func() (uint64, bool, []byte) {
			head, _ := heads.Last(context.Background())
			return uint64(head.Size), head.Size > 0, head.Signed
		},
	}))
	s.faces = mux
	return s
}

// ServeHTTP answers, with the lie that is told at the moment.
func (s *sealed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	lie := s.lie
	s.mu.Unlock()
	if lie == nil {
		s.faces.ServeHTTP(w, r)
		return
	}
	r.Header.Del("Accept-Encoding")
	taken := &taken{header: w.Header()}
	s.faces.ServeHTTP(taken, r)
	w.Header().Del("Content-Length")
	w.WriteHeader(taken.status)
	_, _ = w.Write([]byte(lie(r.URL.Path, taken.body.String())))
}

// tells says what is told to visitors from now on; nil is the truth.
func (s *sealed) tells(lie func(path, body string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lie = lie
}

type taken struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (t *taken) Header() http.Header { return t.header }

func (t *taken) WriteHeader(status int) {
	if t.status == 0 {
		t.status = status
	}
}

func (t *taken) Write(b []byte) (int, error) {
	t.WriteHeader(http.StatusOK)
	return t.body.Write(b)
}
