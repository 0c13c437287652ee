package tlog_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

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

func TestServeCheckpoint(t *testing.T) {
	log, _ := signedLog(t, newKey(t, 1), 20, 12)
	handler := log.Handler()
	head, err := log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := request(handler, "GET", "/log/checkpoint")
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), head.Signed) {
		t.Errorf("GET: %d\n%s", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*",
		"Content-Length": fmt.Sprint(len(head.Signed)),
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	tag := w.Header().Get("ETag")
	if w := request(handler, "HEAD", "/log/checkpoint"); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("ETag") != tag || tag == "" {
		t.Errorf("HEAD: %d, %d bytes, ETag %q", w.Code, w.Body.Len(), w.Header().Get("ETag"))
	}
	if w := request(handler, "GET", "/log/checkpoint", "If-None-Match", tag); w.Code != 304 {
		t.Errorf("GET of what is known: %d, want 304", w.Code)
	}
	if _, err := tlog.NewSigner(newKey(t, 1), log.Tree, log.Heads, clock).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w := request(handler, "GET", "/log/checkpoint", "If-None-Match", tag); w.Code != 200 || !strings.HasPrefix(w.Body.String(), origin+"\n20\n") {
		t.Errorf("GET after another checkpoint: %d\n%s", w.Code, w.Body)
	}

	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		if w := request(handler, method, "/log/checkpoint"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	log.Heads = &memoryHeads{}
	if w := request(handler, "GET", "/log/checkpoint"); w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("GET before any checkpoint: %d, %v", w.Code, w.Header())
	}
}

func TestServeTiles(t *testing.T) {
	const signed = 256*3 + 40
	log, e := signedLog(t, newKey(t, 1), signed+300, signed)
	handler := log.Handler()
	for _, path := range []string{
		"0/000", "0/001", "0/002", "0/003.p/40", "0/003.p/1", "0/000.p/255", "1/000.p/3", "1/000.p/1",
	} {
		tile, err := torchwood.ParseTilePath("tile/" + path)
		if err != nil {
			t.Fatal(err)
		}
		w := request(handler, "GET", "/log/tile/"+path, "Accept-Encoding", "gzip")
		if w.Code != 200 || w.Body.Len() != tile.W*32 || w.Header().Get("Content-Encoding") != "" {
			t.Fatalf("%s: %d, %d bytes, %v", path, w.Code, w.Body.Len(), w.Header())
		}
		for i := range tile.W {
			first := (int(tile.N)*256 + i) << (8 * tile.L)
			want := merkle(e.bytes()[first : first+1<<(8*tile.L)])
			if got := xtlog.Hash(w.Body.Bytes()[i*32:][:32]); got != want {
				t.Fatalf("%s: hash %d is %v, want %v", path, i, got, want)
			}
		}
		immutable(t, path, w)
		if w := request(handler, "HEAD", "/log/tile/"+path); w.Code != 200 || w.Header().Get("Content-Length") != fmt.Sprint(tile.W*32) {
			t.Errorf("HEAD %s: %d, %v", path, w.Code, w.Header())
		}
	}
}

func immutable(t *testing.T, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Cache-Control": "public, max-age=31536000, immutable",
		"Access-Control-Allow-Origin": "*", "Content-Length": fmt.Sprint(w.Body.Len()),
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", path, name, got, want)
		}
	}
}

// merkle is the Merkle tree hash of a power of two of entries.
func merkle(entries [][]byte) xtlog.Hash {
	if len(entries) == 1 {
		return xtlog.RecordHash(entries[0])
	}
	half := len(entries) / 2
	return xtlog.NodeHash(merkle(entries[:half]), merkle(entries[half:]))
}

func TestServeEntries(t *testing.T) {
	log, e := signedLog(t, newKey(t, 1), 600, 300)
	handler := log.Handler()
	for path, bounds := range map[string][2]int{"000": {0, 256}, "001.p/44": {256, 300}, "001.p/1": {256, 257}, "000.p/7": {0, 7}} {
		plain := request(handler, "GET", "/log/tile/entries/"+path)
		if plain.Code != 200 || plain.Header().Get("Content-Encoding") != "" {
			t.Fatalf("%s: %d, %v", path, plain.Code, plain.Header())
		}
		immutable(t, path, plain)
		rest := plain.Body.Bytes()
		for i := bounds[0]; i < bounds[1]; i++ {
			var entry []byte
			var err error
			if entry, rest, err = torchwood.ReadTileEntry(rest); err != nil || !bytes.Equal(entry, e.bytes()[i]) {
				t.Fatalf("%s: entry %d is %q (%v)", path, i, entry, err)
			}
		}
		if len(rest) != 0 {
			t.Errorf("%s: %d bytes more", path, len(rest))
		}

		zipped := request(handler, "GET", "/log/tile/entries/"+path, "Accept-Encoding", "br, gzip;q=0.5")
		immutable(t, path, zipped)
		if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%s: headers %v", path, zipped.Header())
		}
		z, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatal(err)
		}
		if unzipped, err := io.ReadAll(z); err != nil || !bytes.Equal(unzipped, plain.Body.Bytes()) {
			t.Errorf("%s: unzipped is not the same (%v)", path, err)
		}
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "gzip; q=0.000", "identity", "xgzip"} {
		if w := request(handler, "GET", "/log/tile/entries/000", "Accept-Encoding", accept); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding %q: got %s", accept, w.Header().Get("Content-Encoding"))
		}
	}
}

// Nothing beyond the last checkpoint, and nothing under a second name.
func TestNoSuchTile(t *testing.T) {
	log, _ := signedLog(t, newKey(t, 1), 600, 300)
	handler := log.Handler()
	for _, path := range []string{
		"0/001", "0/001.p/45", "0/002", "0/002.p/1", "1/000", "1/000.p/2", "1/001.p/1", "2/000.p/1", "7/000.p/1", "8/000.p/1", "63/000.p/1",
		"64/000.p/1", "9223372036854775807/000.p/1", "1152921504606846976/000.p/1", "0/x999/x999/x999/x999/x999/999.p/1",
		"0/x009/x223/x372/x036/x854/x775/807.p/1", "0/x018/x446/x744/x073/x709/x551/616.p/1",
		"entries/001", "entries/001.p/45", "entries/002.p/1", "entries/x001/000.p/1",
		"0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/", "0/000.p", "0/0", "0/00", "0/0000", "0/x000/000", "00/000", "+0/000", "-1/000", "-0/000",
		"0/000/", "/0/000", "0//000", "0", "", "data/000", "8/0/000", "0/%30%30%30", "0/000%2Fp", "0/../0/000", "entries/000.p/1/", "Entries/000",
	} {
		w := request(handler, "GET", "/log/tile/"+path)
		if w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/log/", "/log", "/log/checkpoint/", "/log//checkpoint", "/log/Checkpoint", "/checkpoint", "/log/tile", "/"} {
		if w := request(handler, "GET", path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	log.Heads = &memoryHeads{}
	if w := request(handler, "GET", "/log/tile/0/000"); w.Code != 404 {
		t.Errorf("before any checkpoint: %d", w.Code)
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
