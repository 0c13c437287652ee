package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"arobase/api/ledger"
	"arobase/api/ledger/tabular"
	"arobase/api/web"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

var testLedgerID = uuid.MustParse("0192f0a0-0000-7000-8000-000000000001")

// openLedger opens an empty ledger in a directory.
func openLedger(ctx context.Context, dir string, madeUp bool) (*ledger.Ledger, func(), error) {
	store, err := sqlite.Create(ctx, filepath.Join(dir, "ledger.db"), testLedgerID)
	if err != nil {
		return nil, nil, err
	}
	v, err := sqlitevault.Create(ctx, filepath.Join(dir, "vault.db"), testLedgerID)
	if err != nil {
		return nil, nil, err
	}
	clock := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	l, err := ledger.Create(ctx, ledger.Parts{Store: store, Vault: v, Clock: clock},
		ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log", MadeUp: madeUp})
	if err != nil {
		return nil, nil, err
	}
	return l, func() { store.Close(); v.Close() }, l.Runner().CatchUp(ctx)
}

// enter imports a file, which must be free of problems.
func enter(ctx context.Context, l *ledger.Ledger, name string, r io.Reader) error {
	read, err := tabular.Read(ctx, name, r, tabular.Limits{})
	if err != nil {
		return err
	}
	out, err := l.Import(ctx, read, ledger.ImportOptions{})
	if err != nil {
		return err
	}
	if len(out.Errors) > 0 {
		return fmt.Errorf("%s: %v", name, out.Errors)
	}
	return nil
}

// The real history is imported once for all tests that only read.
var past struct {
	sync.Once
	handler http.Handler
	ledger  *ledger.Ledger
	err     error
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "arobase-web")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	historyDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var historyDir string

// history gives the site over the real history.
func history(t testing.TB) http.Handler {
	t.Helper()
	past.Do(func() {
		ctx := context.Background()
		l, _, err := openLedger(ctx, historyDir, false)
		if err != nil {
			past.err = err
			return
		}
		for _, s := range tabular.Shapes {
			f, err := os.Open(filepath.Join("..", "..", "history", s.Name+".csv"))
			if os.IsNotExist(err) {
				continue
			}
			if err == nil {
				err = enter(ctx, l, s.Name+".csv", f)
				f.Close()
			}
			if err != nil {
				past.err = err
				return
			}
		}
		past.ledger = l
		past.handler = site(l)
	})
	if past.err != nil {
		t.Fatal(past.err)
	}
	return past.handler
}

// site is the site over a ledger, with a log that signs everything.
func site(l *ledger.Ledger) http.Handler {
	return web.New(web.Deps{
		Ledger: l, Operator: "Les Archives de l'essai", Version: "test", Key: func(context.Context) string { return "test.example/log+12345678+AQIDBA==" },
		Checkpoint: func() (uint64, bool, []byte) {
			return l.Size(), true, fmt.Appendf(nil, "test.example/log\n%d\n", l.Size())
		},
		Proof: func(_ context.Context, index uint64) ([]byte, error) {
			return fmt.Appendf(nil, "c2sp.org/tlog-proof@v1\nindex %d\n", index), nil
		},
	})
}

// get asks for a page.
func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// open asks for a page that must be there, and reads it.
func open(t testing.TB, h http.Handler, path string) *html.Node {
	t.Helper()
	w := get(h, path)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%.2000s", path, w.Code, w.Body)
	}
	return parsed(t, w)
}

func parsed(t testing.TB, w *httptest.ResponseRecorder) *html.Node {
	t.Helper()
	doc, err := html.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// text is what a reader sees of a page, with single spaces; narrow and no-break spaces become plain ones.
func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "head" || n.Data == "symbol"):
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode && n.Data != "a" && n.Data != "span" && n.Data != "cite" && n.Data != "strong" {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(b.String())), " ")
}

// elements gives every element of a page in order.
func elements(n *html.Node) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}
