package static_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"github.com/google/uuid"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/api/tlog/static"
	"arobase/eventstore"
	"arobase/eventstore/vault"
	"arobase/projections/transparency"
)

const origin = "example.org/arobase"

var ledgerID = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")

// records is a store in memory, as far as log and tree need one. The log does not care what records say.
type records [][]byte

func (r records) ReadAll(_ context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for i := int(from); i < len(r); i++ {
			if !yield(eventstore.Event{Position: eventstore.Position(i), Bytes: r[i]}, nil) {
				return
			}
		}
	}
}

func (r records) Size(context.Context) (eventstore.Position, error) {
	return eventstore.Position(len(r)), nil
}

func (r records) Follow(context.Context, eventstore.Position) iter.Seq2[eventstore.Event, error] {
	panic("nobody follows")
}

// history is n records, of which those from a number on are others for each name.
func history(n, from int, name string) records {
	var all records
	for i := range n {
		text := "record"
		if i >= from {
			text = name
		}
		all = append(all, fmt.Appendf(nil, "%s %d %s", text, i, strings.Repeat("x", i%90)))
	}
	return all
}

// text is a disclosed value of the record with an index.
type text struct {
	index   int64
	content string
}

func commitment(name string) vault.Commitment {
	return vault.Commit([vault.SaltSize]byte{}, ledgerID, ledgerID, "/data/"+name, nil)
}

// log is a signed log with its texts, and what is needed to sign more of it.
type log struct {
	*tlog.Log
	key   *tlog.Key
	heads *sqlitelog.Heads
	texts map[string]text
}

func newLog(t testing.TB, seed byte) *log {
	t.Helper()
	dir := t.TempDir()
	key, err := tlog.GenerateKey(filepath.Join(dir, "log.key"), ledgerID, origin, bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	heads, err := sqlitelog.Create(filepath.Join(dir, "log.db"), ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = heads.Close() })
	return &log{Log: &tlog.Log{Heads: heads}, key: key, heads: heads, texts: map[string]text{}}
}

// grown is the log of some records, all of them signed.
func (l *log) grown(t testing.TB, all records) *log {
	t.Helper()
	l.holding(t, all)
	if _, err := tlog.NewSigner(l.key, l.Tree, l.heads, time.Now).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l
}

// holding puts records under the log, whatever is signed.
func (l *log) holding(t testing.TB, all records) {
	t.Helper()
	tree, err := transparency.InMemory(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	l.Tree, l.Events = tree, all
}

func (l *log) source() static.Source {
	return static.Source{
		Log: l.Log, Ledger: ledgerID, Origin: origin,
		Verify: func(signed []byte) (torchwood.Checkpoint, error) {
			return tlog.OpenCheckpoint(signed, l.key.VerifierKey())
		},
		Disclosed: func(_ context.Context, size int64) iter.Seq2[vault.Commitment, error] {
			return func(yield func(vault.Commitment, error) bool) {
				for _, name := range slices.Sorted(maps.Keys(l.texts)) {
					if l.texts[name].index < size && !yield(commitment(name), nil) {
						return
					}
				}
			}
		},
		Document: func(_ context.Context, c vault.Commitment) ([]byte, error) {
			for name, text := range l.texts {
				if commitment(name) == c {
					return []byte(text.content), nil
				}
			}
			return nil, vault.ErrErased
		},
		Documents: map[string][]byte{"index.html": []byte("<p>hello"), "schemas/a/v1": []byte("{}\n")},
		Lock: func(path string) (io.Closer, error) {
			return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		},
	}
}

// export exports, and then looks at the directory as a stranger does.
func (l *log) export(t testing.TB, dir string) static.Report {
	t.Helper()
	r, err := static.Export(t.Context(), dir, l.source())
	if err != nil {
		t.Fatal(err)
	}
	head, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if size := l.verify(t, dir); size != head.Size || r.Size != size {
		t.Fatalf("the directory holds %d records, the report says %d, and %d are signed", size, r.Size, head.Size)
	}
	return r
}

// verify reads a directory over HTTP from a plain file server, as a stranger with the public key does, and gives the size
// of its checkpoint; 0 where there is none yet. Every entry must hash to its tile, every tile to the root, and no tile that
// the checkpoint covers may be missing.
func (l *log) verify(t testing.TB, dir string) int64 {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix("/log", http.FileServer(http.Dir(dir))))
	defer server.Close()
	fetcher, err := torchwood.NewTileFetcher(server.URL+"/log", torchwood.WithTilePath(torchwood.TilePath))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "checkpoint")); errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	signed, err := fetcher.ReadEndpoint(t.Context(), "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	c, err := tlog.OpenCheckpoint(signed, l.key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		t.Fatal(err)
	}
	var read int64
	for range client.AllEntries(t.Context(), c.Tree, 0) {
		read++
	}
	if err := client.Err(); err != nil || read != c.N {
		t.Fatalf("read %d entries of %d: %v", read, c.N, err)
	}
	for level := range 4 {
		for n, count := int64(0), c.N>>(8*level); n*256 < count; n++ {
			tile := xtlog.Tile{H: 8, L: level, N: n, W: int(min(256, count-n*256))}
			want, err := xtlog.ReadTileData(tile, l.Tree)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(filepath.Join(dir, torchwood.TilePath(tile))); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s is not the tile: %v", torchwood.TilePath(tile), err)
			}
		}
	}
	return c.N
}

// files gives what is in a directory, by path. The lock is not of interest.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return nil
		}
		if err != nil || entry.IsDir() || name == ".lock" {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tilesIn lists the tiles that are in a directory.
func tilesIn(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	for name := range files(t, dir) {
		if strings.HasPrefix(name, "tile/") {
			out = append(out, strings.TrimPrefix(name, "tile/"))
		}
	}
	slices.Sort(out)
	return out
}
