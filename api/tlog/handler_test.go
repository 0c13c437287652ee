package tlog_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
)

func request(handler http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// A reader that has one checkpoint is told of the next by its tag.
func TestServeNewCheckpoint(t *testing.T) {
	log, _ := signedLog(t, newKey(t, 1), 20, 12)
	handler := log.Handler()
	tag := request(handler, "GET", "/log/checkpoint").Header().Get("ETag")
	if w := request(handler, "GET", "/log/checkpoint", "If-None-Match", tag); w.Code != 304 || tag == "" {
		t.Errorf("GET of what is known: %d, tag %q", w.Code, tag)
	}
	if _, err := tlog.NewSigner(newKey(t, 1), log.Tree, log.Heads, clock).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := request(handler, "GET", "/log/checkpoint", "If-None-Match", tag)
	if w.Code != 200 || !strings.HasPrefix(w.Body.String(), origin+"\n20\n") || w.Header().Get("ETag") == tag {
		t.Errorf("GET after another checkpoint: %d, tag %q\n%s", w.Code, w.Header().Get("ETag"), w.Body)
	}
}

// What does not hash to its leaf is not served; the reader is not told why, the operator is.
func TestTamperedEntriesAreNotServed(t *testing.T) {
	log, e := signedLog(t, newKey(t, 1), 300, 300)
	var said bytes.Buffer
	log.Logger = slog.New(slog.NewTextHandler(&said, nil))
	handler := log.Handler()
	e.all[270] = bytes.Replace(e.all[270], []byte("registrar"), []byte("recorders"), 1)
	w := request(handler, "GET", "/log/tile/entries/001.p/44")
	if w.Code != 500 || w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), "270") {
		t.Errorf("tampered bundle: %d, %v\n%s", w.Code, w.Header(), w.Body)
	}
	if !strings.Contains(said.String(), "is not leaf 270") {
		t.Errorf("the logger heard %q", said.String())
	}
	for _, path := range []string{"entries/000", "entries/001.p/14", "0/001.p/44"} {
		if w := request(handler, "GET", "/log/tile/"+path); w.Code != 200 {
			t.Errorf("%s, which is whole: %d", path, w.Code)
		}
	}
	e.all = e.all[:260]
	if w := request(handler, "GET", "/log/tile/entries/001.p/44"); w.Code != 500 {
		t.Errorf("bundle of a ledger that lost events: %d", w.Code)
	}
}

func TestNodeThatLagsBehind(t *testing.T) {
	log, e := signedLog(t, newKey(t, 1), 300, 300)
	log.Tree = treeOf(t, &events{all: e.bytes()[:260]})
	if w := request(log.Handler(), "GET", "/log/tile/0/001.p/44"); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("tile that is not here yet: %d, %v", w.Code, w.Header())
	}
	if w := request(log.Handler(), "GET", "/log/tile/0/000"); w.Code != 200 {
		t.Errorf("tile that is here: %d", w.Code)
	}
}

// A stranger's client reads the whole log from the checkpoint, and verifies all of it.
func TestClientReadsTheLog(t *testing.T) {
	const signed = 256*2 + 17
	key := newKey(t, 1)
	log, e := signedLog(t, key, signed+5, signed)
	server := httptest.NewServer(log.Handler())
	defer server.Close()

	fetcher, err := torchwood.NewTileFetcher(server.URL+"/log", torchwood.WithTilePath(torchwood.TilePath))
	if err != nil {
		t.Fatal(err)
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := fetcher.ReadEndpoint(t.Context(), "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(verifier))
	c, _, err := torchwood.VerifyCheckpoint(checkpoint, policy)
	if err != nil {
		t.Fatal(err)
	}
	if c.N != signed {
		t.Fatalf("checkpoint of size %d, want %d", c.N, signed)
	}
	var read int64
	for i, entry := range client.AllEntries(context.Background(), c.Tree, 0) {
		if i != read || !bytes.Equal(entry, e.bytes()[i]) {
			t.Fatalf("entry %d is %q", i, entry)
		}
		read++
	}
	if err := client.Err(); err != nil || read != signed {
		t.Errorf("read %d entries, want %d: %v", read, signed, err)
	}
}
