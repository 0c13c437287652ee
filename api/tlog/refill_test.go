package tlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/projections/transparency"
)

// mirrored is a log that is served, of n events in a few streams.
func mirrored(t *testing.T, key *tlog.Key, n int) (*events, tlog.Head, *tlog.Log) {
	t.Helper()
	e := &events{}
	for i := range n {
		b, err := envelope.Envelope{
			Actor: "registrar:history", Data: json.RawMessage(`{"n":` + fmt.Sprint(i) + `}`), Ledger: ledgerID, Revision: int64(i / 3),
			ID: uuid.NewSHA1(ledgerID, fmt.Append(nil, i)), Subject: fmt.Sprint("source-", i%3), Time: now, Type: "arobase.source-cited.v1",
		}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		e.all = append(e.all, b)
	}
	return e, headAt(t, key, e.all, n), logOf(t, key, e)
}

func logOf(t *testing.T, key *tlog.Key, e *events) *tlog.Log {
	t.Helper()
	heads := &memoryHeads{all: []tlog.Head{headAt(t, key, e.all, len(e.all))}}
	return &tlog.Log{Tree: treeOf(t, e), Events: e, Heads: heads}
}

// local is a ledger that holds the first events of another, with its tree.
type local struct {
	store *sqlite.Store
	tree  *transparency.Tree
}

func newLocal(t *testing.T, all [][]byte) local {
	t.Helper()
	store, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	l := local{store: store}
	var copies []eventstore.Event
	for i, b := range all {
		e := parse(t, b)
		copies = append(copies, eventstore.Event{Position: eventstore.Position(i), Stream: e.Subject, Revision: eventstore.Revision(e.Revision), ID: e.ID, Type: e.Type, Recorded: e.Time, Bytes: b})
	}
	if err := store.Replicate(t.Context(), copies); err != nil {
		t.Fatal(err)
	}
	if l.tree, err = transparency.InMemory(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l local) refill(t *testing.T, where string, head tlog.Head) (int64, error) {
	t.Helper()
	mirror, err := tlog.OpenMirror(where, "arobase/test")
	if err != nil {
		t.Fatal(err)
	}
	size, err := l.store.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := tlog.Refill{Mirror: mirror, Ledger: ledgerID, Tree: l.tree, Replicate: l.store.Replicate}
	added, err := r.To(t.Context(), head, int64(size))
	if after, sizeErr := l.store.Size(t.Context()); sizeErr != nil || int64(after) != int64(size)+added {
		t.Errorf("%d were added to %d, and there are %d (%v)", added, size, after, sizeErr)
	}
	return added, err
}

// asFiles writes what a log serves into a directory, as an export does.
func asFiles(t *testing.T, handler http.Handler, size int64, prefix string) string {
	t.Helper()
	dir := t.TempDir()
	paths := []string{"checkpoint"}
	for level := int64(-1); level < 8; level++ {
		count := size >> (8 * max(level, 0))
		name := fmt.Sprint(level)
		if level < 0 {
			name = "entries"
		}
		for n := range count / 256 {
			paths = append(paths, fmt.Sprintf("tile/%s/%03d", name, n))
		}
		if rest := count % 256; rest > 0 {
			paths = append(paths, fmt.Sprintf("tile/%s/%03d.p/%d", name, count/256, rest))
		}
	}
	for _, path := range paths {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/log/"+path, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		file := filepath.Join(dir, prefix, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, w.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What is missing comes back byte for byte, from a node, a host of files or a directory, from every size.
func TestRefill(t *testing.T) {
	key := newKey(t, 1)
	const total = 700
	e, head, log := mirrored(t, key, total)
	node := httptest.NewServer(log.Handler())
	defer node.Close()
	files := asFiles(t, log.Handler(), total, "")
	host := httptest.NewServer(http.FileServer(http.Dir(files)))
	defer host.Close()
	for name, where := range map[string]string{
		"node": node.URL, "node, with a slash": node.URL + "/", "its log": node.URL + "/log", "host of files": host.URL,
		"directory": files, "directory with log": asFiles(t, log.Handler(), total, "log"),
	} {
		for _, size := range []int{0, 1, 255, 256, 257, 512, 600, 699, 700} {
			if size != 257 && name != "directory" && name != "node" {
				continue
			}
			l := newLocal(t, e.all[:size])
			if added, err := l.refill(t, where, head); err != nil || added != int64(total-size) {
				t.Fatalf("%s, from %d: %d, %v", name, size, added, err)
			}
			if err := l.tree.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			if root, err := l.tree.Root(total); err != nil || root != head.Root {
				t.Errorf("%s, from %d: root %v, %v", name, size, root, err)
			}
		}
	}
}

func TestMirrorCheckpoint(t *testing.T) {
	key := newKey(t, 1)
	_, head, log := mirrored(t, key, 10)
	node := httptest.NewServer(log.Handler())
	mirror, err := tlog.OpenMirror(node.URL, "arobase/test")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if signed, err := mirror.Checkpoint(t.Context()); err != nil || !bytes.Equal(signed, head.Signed) {
			t.Errorf("%s, %v", signed, err)
		}
	}
	node.Close()
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // else it tries for five seconds
	defer cancel()
	if _, err := mirror.Checkpoint(soon); err == nil || !strings.Contains(err.Error(), node.URL) {
		t.Errorf("of a node that is away: %v", err)
	}
	if mirror, err = tlog.OpenMirror(t.TempDir(), "arobase/test"); err != nil {
		t.Fatal(err)
	}
	if _, err := mirror.Checkpoint(t.Context()); err == nil {
		t.Error("of an empty directory: no error")
	}
	for _, where := range []string{"ftp://host", "https://", "http://host/?q=1", "https://host#key", t.TempDir() + "/nowhere", "http://%"} {
		if _, err := tlog.OpenMirror(where, "arobase/test"); err == nil {
			t.Errorf("%s: opened", where)
		}
	}
}

// Nothing is added from a mirror with another history, and nothing that is not under the checkpoint.
func TestRefillFromAnotherHistory(t *testing.T) {
	key := newKey(t, 1)
	const total, size = 300, 100
	e, head, log := mirrored(t, key, total)
	other := append([][]byte(nil), e.all...)
	other[50] = append([]byte(nil), bytes.Replace(other[50], []byte(`"n":50`), []byte(`"n":51`), 1)...)
	files := asFiles(t, log.Handler(), total, "")
	l := newLocal(t, other[:size])
	if added, err := l.refill(t, files, head); !errors.Is(err, tlog.ErrOtherHistory) || added != 0 {
		t.Errorf("%d, %v; want ErrOtherHistory", added, err)
	}
}

// A mirror that lies, or is damaged, in an entry, a hash or in what it leaves out, adds nothing wrong.
func TestRefillFromADamagedMirror(t *testing.T) {
	key := newKey(t, 1)
	const total, size = 700, 100
	e, head, log := mirrored(t, key, total)
	for name, damage := range map[string]func(dir string) error{
		"an entry":          func(dir string) error { return flipIn(filepath.Join(dir, "tile/entries/001"), 300) },
		"the last entry":    func(dir string) error { return flipIn(filepath.Join(dir, "tile/entries/002.p/188"), -3) },
		"a hash":            func(dir string) error { return flipIn(filepath.Join(dir, "tile/0/001"), 40) },
		"a hash above":      func(dir string) error { return flipIn(filepath.Join(dir, "tile/1/000.p/2"), 40) },
		"a bundle is cut":   func(dir string) error { return os.Truncate(filepath.Join(dir, "tile/entries/001"), 5000) },
		"a bundle is empty": func(dir string) error { return os.Truncate(filepath.Join(dir, "tile/entries/001"), 0) },
		"a bundle is gone":  func(dir string) error { return os.Remove(filepath.Join(dir, "tile/entries/001")) },
		"a tile is gone":    func(dir string) error { return os.Remove(filepath.Join(dir, "tile/0/001")) },
	} {
		dir := asFiles(t, log.Handler(), total, "")
		if err := damage(dir); err != nil {
			t.Fatal(err)
		}
		l := newLocal(t, e.all[:size])
		added, err := l.refill(t, dir, head)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		// What was added before is what was signed.
		if err := l.tree.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		want, err := treeOf(t, e).Root(size + added)
		if got, gotErr := l.tree.Root(size + added); err != nil || gotErr != nil || got != want {
			t.Errorf("%s: after %d more the tree is another", name, added)
		}
		// Repaired, the rest follows.
		if again, err := l.refill(t, asFiles(t, log.Handler(), total, ""), head); err != nil || added+again != total-size {
			t.Errorf("%s: repaired: %d after %d, %v", name, again, added, err)
		}
	}
}

func flipIn(path string, at int) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	return os.WriteFile(path, b, 0o644)
}

// What was signed and is no event of this ledger, or does not follow, is not added, whoever signed it.
func TestRefillIsStrict(t *testing.T) {
	key := newKey(t, 1)
	const total, size = 30, 10
	foreign := uuid.MustParse("018f0c3e-0000-7000-8000-000000000000")
	for name, tt := range map[string]struct {
		change func(e envelope.Envelope) []byte
		want   error
	}{
		"another ledger": {func(e envelope.Envelope) []byte { e.Ledger = foreign; return encode(t, e) }, eventstore.ErrForeign},
		"a gap":          {func(e envelope.Envelope) []byte { e.Revision++; return encode(t, e) }, eventstore.ErrDiverged},
		"an id again": {func(e envelope.Envelope) []byte {
			e.ID = uuid.NewSHA1(ledgerID, fmt.Append(nil, 3))
			return encode(t, e)
		}, eventstore.ErrDiverged},
		"not canonical": {func(e envelope.Envelope) []byte { return append(encode(t, e), '\n') }, nil},
		"not an event":  {func(envelope.Envelope) []byte { return []byte("hello") }, nil},
	} {
		e, _, _ := mirrored(t, key, total)
		e.all[20] = tt.change(parse(t, e.all[20]))
		log := logOf(t, key, e)
		head, err := log.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l := newLocal(t, e.all[:size])
		_, err = l.refill(t, asFiles(t, log.Handler(), total, ""), head)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if n, err := l.store.Size(t.Context()); err != nil || n > 20 {
			t.Errorf("%s: %d events, %v", name, n, err)
		}
	}
}

func encode(t *testing.T, e envelope.Envelope) []byte {
	t.Helper()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every answer of a mirror is bounded.
func TestMirrorIsBounded(t *testing.T) {
	key := newKey(t, 1)
	_, head, _ := mirrored(t, key, 300)
	var sent atomic.Int64
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/checkpoint") {
			_, _ = w.Write(head.Signed)
			return
		}
		block := bytes.Repeat([]byte("x"), 1<<20)
		for range 500 {
			n, err := w.Write(block)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	l := newLocal(t, nil)
	if _, err := l.refill(t, endless.URL, head); err == nil || sent.Load() > 200<<20 {
		t.Errorf("%d bytes were sent; %v", sent.Load(), err)
	}
}

// The context ends a refill.
func TestRefillEnds(t *testing.T) {
	key := newKey(t, 1)
	_, head, log := mirrored(t, key, 30)
	mirror, err := tlog.OpenMirror(asFiles(t, log.Handler(), 30, ""), "arobase/test")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l := newLocal(t, nil)
	r := tlog.Refill{Mirror: mirror, Ledger: ledgerID, Tree: l.tree, Replicate: func(context.Context, []eventstore.Event) error {
		cancel()
		return ctx.Err()
	}}
	if added, err := r.To(ctx, head, 0); !errors.Is(err, context.Canceled) || added != 0 {
		t.Errorf("%d, %v", added, err)
	}
}

// The witnesses are asked with what was signed already; of what they have seen the greatest counts.
func TestNewest(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "newest", 40).bytes()
	ask := func(heads tlog.Heads, seen ...any) (int64, error) {
		t.Helper()
		collector := collectorOf(t, key, heads, treeOf(t, &events{all: all}), seen...)
		return collector.Newest(t.Context())
	}
	heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 30)}}
	for _, tt := range []struct {
		seen []any
		want int64
		err  bool
	}{
		{seen: []any{int64(30)}, want: 30}, {seen: []any{int64(25)}, want: 25}, {seen: []any{int64(99)}, want: 99},
		{seen: []any{int64(0)}, want: 0}, // it has seen nothing, and cannot tell
		{seen: []any{int64(30), int64(33), int64(12)}, want: 33},
		{seen: []any{errAway, int64(30)}, want: 30},
		{seen: []any{errAway, errAway}, err: true},
		{seen: nil, err: true},
	} {
		if got, err := ask(heads, tt.seen...); got != tt.want || tt.err != (err != nil) {
			t.Errorf("%v: %d, %v; want %d", tt.seen, got, err, tt.want)
		}
	}
	if _, err := ask(&memoryHeads{}, int64(30)); err == nil {
		t.Error("nothing to ask with: no error")
	}
	if n := len(heads.signed()); n != 1 {
		t.Errorf("%d checkpoints: something was signed", n)
	}
}
