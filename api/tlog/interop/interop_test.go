// Package interop lets other people's verifiers run against our log: Tessera's fsck, torchwood's client, and the
// packages note and tlog of the Go team, over real HTTP. It is a module of its own, so that what only these tests need
// is not a dependency of the program.
package interop_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"github.com/google/uuid"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	ourlog "arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/api/tlog/static"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/projections/transparency"
)

const origin = "example.org/arobase"

var ledgerID = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")

// node is a log over a real store, served over HTTP.
type node struct {
	store    *sqlite.Store
	tree     *transparency.Tree
	heads    *sqlitelog.Heads
	log      *ourlog.Log
	signer   *ourlog.Signer
	verifier note.Verifier
	vkey     string
	server   *httptest.Server
	size     int
}

func newNode(t testing.TB) *node {
	t.Helper()
	dir := t.TempDir()
	n := &node{}
	var err error
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	n.store, err = sqlite.Create(t.Context(), filepath.Join(dir, "ledger.db"), ledgerID)
	check(err)
	t.Cleanup(func() { _ = n.store.Close() })
	n.tree, _, err = transparency.Open(t.Context(), filepath.Join(dir, "tree.hashes"), n.store)
	check(err)
	t.Cleanup(func() { _ = n.tree.Close() })
	n.heads, err = sqlitelog.Create(filepath.Join(dir, "log.db"), ledgerID)
	check(err)
	t.Cleanup(func() { _ = n.heads.Close() })
	key, err := ourlog.GenerateKey(filepath.Join(dir, "log.key"), ledgerID, origin, bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	check(err)
	n.vkey = key.VerifierKey()
	n.verifier, err = note.NewVerifier(n.vkey)
	check(err)
	n.signer = ourlog.NewSigner(key, n.tree, n.heads, time.Now)
	n.log = &ourlog.Log{Tree: n.tree, Events: n.store, Heads: n.heads}
	n.server = httptest.NewServer(n.log.Handler())
	t.Cleanup(n.server.Close)
	return n
}

// grow adds events up to a size and signs.
func (n *node) grow(t testing.TB, size int) {
	t.Helper()
	n.append(t, size)
	if _, err := n.signer.Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// append adds events up to a size.
func (n *node) append(t testing.TB, size int) {
	t.Helper()
	at := time.Date(2017, 2, 1, 18, 0, 0, 0, time.UTC)
	for n.size < size {
		first := n.size
		var batch []eventstore.Proposed
		for ; n.size < size && n.size-first < 2000; n.size++ {
			id := uuid.NewSHA1(ledgerID, fmt.Append(nil, n.size))
			b, err := envelope.Envelope{
				Actor: "registrar:history", Data: []byte(`{"name":"` + strings.Repeat("x", n.size%97) + `"}`), Ledger: ledgerID,
				Revision: int64(n.size), ID: id, Subject: "source-a", Time: at, Type: "arobase.source-cited.v1",
			}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			batch = append(batch, eventstore.Proposed{ID: id, Type: "arobase.source-cited.v1", Recorded: at, Bytes: b})
		}
		if _, err := n.store.Append(t.Context(), "source-a", eventstore.Revision(first-1), batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.tree.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// verifiers are strangers, each with what it is called and how it judges the log at an address.
var verifiers = map[string]func(ctx context.Context, n *node, c *http.Client) error{
	"tessera fsck": tesseraFsck, "torchwood client": torchwoodClient, "note and tlog": noteAndTlog,
}

func tesseraFsck(ctx context.Context, n *node, c *http.Client) error {
	return fsckAt(ctx, n.server.URL, n.verifier, c)
}

func fsckAt(ctx context.Context, address string, v note.Verifier, c *http.Client) error {
	base, err := url.Parse(address + "/log/")
	if err != nil {
		return err
	}
	fetcher, err := client.NewHTTPFetcher(base, c)
	if err != nil {
		return err
	}
	// A worker of fsck ends with its first finding. With few of them a wrong entry, which spoils a tile on every level,
	// leaves none, and fsck waits for ever.
	return fsck.New(v.Name(), v, fetcher, leafHashes, fsck.Opts{N: 16}).Check(ctx)
}

// leafHashes reads an entry bundle as C2SP tlog-tiles says, section "Log Entries".
func leafHashes(bundle []byte) ([][]byte, error) {
	var out [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return nil, errors.New("bundle is cut")
		}
		size := 2 + int(binary.BigEndian.Uint16(bundle))
		h := tlog.RecordHash(bundle[2:size])
		out = append(out, h[:])
		bundle = bundle[size:]
	}
	return out, nil
}

// checkpoint reads and verifies the checkpoint.
func checkpoint(ctx context.Context, n *node, c *http.Client) (torchwood.Checkpoint, error) {
	signed, err := get(ctx, c, n.server.URL+"/log/checkpoint")
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(n.verifier))
	if err != nil {
		return torchwood.Checkpoint{}, err
	}
	return torchwood.ParseCheckpoint(opened.Text)
}

func torchwoodClient(ctx context.Context, n *node, c *http.Client) error {
	point, err := checkpoint(ctx, n, c)
	if err != nil {
		return err
	}
	fetcher, err := torchwood.NewTileFetcher(n.server.URL+"/log/", torchwood.WithHTTPClient(c))
	if err != nil {
		return err
	}
	reader, err := torchwood.NewClient(fetcher)
	if err != nil {
		return err
	}
	var seen int64
	for i, entry := range reader.AllEntries(ctx, point.Tree, 0) {
		if i != seen {
			return fmt.Errorf("entry %d where %d comes next", i, seen)
		}
		if _, err := envelope.Parse(entry); err != nil {
			return err
		}
		seen++
	}
	if err := reader.Err(); err != nil {
		return err
	}
	if seen != point.N {
		return fmt.Errorf("%d entries of %d", seen, point.N)
	}
	return nil
}

// noteAndTlog computes the root from the entries alone.
func noteAndTlog(ctx context.Context, n *node, c *http.Client) error {
	point, err := checkpoint(ctx, n, c)
	if err != nil {
		return err
	}
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = hashes[x]
		}
		return out, nil
	})
	for leaf := int64(0); leaf < point.N; {
		path := fmt.Sprintf("/log/tile/entries/%s", tileNumber(leaf/256))
		if width := point.N - leaf; width < 256 {
			path += fmt.Sprintf(".p/%d", width)
		}
		bundle, err := get(ctx, c, n.server.URL+path)
		if err != nil {
			return err
		}
		leaves, err := leafHashes(bundle)
		if err != nil {
			return err
		}
		for _, h := range leaves {
			stored, err := tlog.StoredHashesForRecordHash(leaf, tlog.Hash(h), reader)
			if err != nil {
				return err
			}
			hashes = append(hashes, stored...)
			leaf++
		}
	}
	root, err := tlog.TreeHash(point.N, reader)
	if err != nil {
		return err
	}
	if root != point.Hash {
		return fmt.Errorf("the entries have the root %v, the checkpoint %v", root, point.Hash)
	}
	return nil
}

// tileNumber writes a tile's number as C2SP tlog-tiles says: groups of three digits, x before all but the last.
func tileNumber(n int64) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	return s
}

func get(ctx context.Context, c *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// flipping changes one bit of every answer whose path has a part.
type flipping struct {
	part    string
	flipped int
}

func (f *flipping) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || !strings.Contains(r.URL.Path, f.part) || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	body[len(body)/2] ^= 1
	f.flipped++
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// exported is the log as files, exported to a directory and served by a file server that knows nothing of logs.
func (n *node) exported(t *testing.T, dir string) *node {
	t.Helper()
	_, err := static.Export(t.Context(), dir, static.Source{
		Log: n.log, Ledger: ledgerID, Origin: origin,
		Verify: func(signed []byte) (torchwood.Checkpoint, error) {
			return ourlog.OpenCheckpoint(signed, n.vkey)
		},
		Disclosed: func(context.Context, int64) iter.Seq2[vault.Commitment, error] {
			return func(func(vault.Commitment, error) bool) {}
		},
		Lock: func(path string) (io.Closer, error) { return os.Create(path) },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix("/log", http.FileServer(http.Dir(dir))))
	t.Cleanup(server.Close)
	return &node{verifier: n.verifier, server: server}
}

// Strangers verify the log at every size around the boundaries of its tiles, as it is served and as files, and find one
// flipped bit in an entry, in a tile of hashes and in the checkpoint. Of a log that has signed nothing they learn nothing.
func TestStrangersVerify(t *testing.T) {
	n, dir := newNode(t), t.TempDir()
	n.append(t, 3)
	for name, verify := range verifiers {
		// fsck waits for ever for a checkpoint that is not there, but for its context.
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		if err := verify(ctx, n, http.DefaultClient); err == nil {
			t.Errorf("%s verifies a log that has signed nothing", name)
		}
		cancel()
	}
	for _, path := range []string{"checkpoint", "tile/0/000.p/1", "tile/0/000.p/3", "tile/entries/000.p/1", "tile/entries/000.p/3"} {
		if _, err := get(t.Context(), http.DefaultClient, n.server.URL+"/log/"+path); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("a log that has signed nothing shows %s: %v", path, err)
		}
	}
	for _, size := range []int{1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000} {
		if size == 1 {
			n = newNode(t)
		}
		n.grow(t, size)
		for what, node := range map[string]*node{"served": n, "as files": n.exported(t, dir)} {
			for name, verify := range verifiers {
				if err := verify(t.Context(), node, http.DefaultClient); err != nil {
					t.Errorf("%s at %d, %s: %v", name, size, what, err)
				}
			}
		}
	}
	for what, part := range map[string]string{
		"entry": "/log/tile/entries/041", "hash tile": "/log/tile/0/041", "checkpoint": "/log/checkpoint",
	} {
		for name, verify := range verifiers {
			if what == "hash tile" && name == "note and tlog" {
				continue // it reads no tiles: it makes the hashes itself
			}
			f := &flipping{part: part}
			err := verify(t.Context(), n, &http.Client{Transport: f})
			if f.flipped == 0 {
				t.Errorf("%s never read the %s", name, what)
			} else if err == nil {
				t.Errorf("%s did not find a flipped bit in the %s", name, what)
			}
		}
	}
}
