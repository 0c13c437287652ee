package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/ledger/tabular"
	"arobase/api/rest"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
)

var testLedgerID = uuid.MustParse("0192f0a0-0000-7000-8000-000000000001")

// opened is a ledger with the parts that tests reach into.
type opened struct {
	*ledger.Ledger
	store *sqlite.Store
	vault vault.Vault
}

// open makes an empty ledger in a directory. Its clock moves a second with every event, so that moments differ.
func open(ctx context.Context, dir string) (opened, error) {
	store, err := sqlite.Create(ctx, filepath.Join(dir, "ledger.db"), testLedgerID)
	if err != nil {
		return opened{}, err
	}
	v, err := sqlitevault.Create(ctx, filepath.Join(dir, "vault.db"), testLedgerID)
	if err != nil {
		return opened{}, err
	}
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
	l, err := ledger.Create(ctx, ledger.Parts{Store: store, Vault: v, Clock: clock}, ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log"})
	return opened{l, store, v}, err
}

func (o opened) close() {
	o.store.Close()
	o.vault.Close()
}

// importHistory enters the real history.
func (o opened) importHistory(ctx context.Context) error {
	for _, s := range tabular.Shapes {
		path := filepath.Join("..", "..", "history", s.Name+".csv")
		f, err := os.Open(path)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return err
		}
		read, err := tabular.Read(ctx, filepath.Base(path), f, tabular.Limits{})
		f.Close()
		if err != nil {
			return err
		}
		done, err := o.Import(ctx, read, ledger.ImportOptions{})
		if err != nil {
			return err
		}
		if len(done.Errors) > 0 {
			return fmt.Errorf("%s: %v", path, done.Errors[0])
		}
	}
	return nil
}

// history is the real history, imported once for all tests. Nothing may be written to it.
var history opened

// handler answers from it.
var handler http.Handler

func TestMain(m *testing.M) {
	os.Exit(func() int {
		ctx := context.Background()
		dir, err := os.MkdirTemp("", "rest")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		if history, err = open(ctx, dir); err == nil {
			err = history.importHistory(ctx)
		}
		if err != nil {
			panic(err)
		}
		handler = rest.New(rest.Deps{Ledger: history.Ledger, Log: prover{history.Ledger}, Version: "test"})
		code := m.Run()
		history.close()
		if err := leaked(); err != nil && code == 0 {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		return code
	}())
}

// prover stands for the log.
type prover struct{ *ledger.Ledger }

func (p prover) Proof(_ context.Context, index uint64) ([]byte, error) {
	return fmt.Appendf(nil, "proof of %d\n", index), nil
}

// empty is a ledger of a test's own.
func empty(t testing.TB) opened {
	t.Helper()
	o, err := open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		if err := o.Runner().Run(ctx); err != nil && !errors.Is(err, eventstore.ErrClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		following.Wait()
		o.close()
	})
	if err := o.Runner().Wait(t.Context(), 2); err != nil { // a ledger begins with two events
		t.Fatal(err)
	}
	return o
}

// get asks the real history. headers are names and values in turn.
func get(t testing.TB, address string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, handler, http.MethodGet, address, headers...)
}

func ask(t testing.TB, h http.Handler, method, address string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decode reads a JSON answer, and fails the test on any other.
func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
