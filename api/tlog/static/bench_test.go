package static_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/static"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/projections/transparency"
	"arobase/projections/transparency/treetest"
)

// recordSize is the mean of a full history, in bytes.
const recordSize = 507

// onDisk is a log of n records as a node has it: a database, a file of hashes, a file of checkpoints.
func onDisk(b *testing.B, n int) *log {
	b.Helper()
	store, err := sqlite.Create(b.Context(), filepath.Join(b.TempDir(), "ledger.db"), ledgerID)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	const batch = 2000
	for first := 0; first < n; first += batch {
		var events []eventstore.Proposed
		for i := first; i < first+batch; i++ {
			var id uuid.UUID
			binary.BigEndian.PutUint64(id[8:], uint64(i))
			events = append(events, eventstore.Proposed{ID: id, Type: "arobase.source-cited.v1", Recorded: time.Unix(int64(i), 0).UTC(),
				Bytes: append(fmt.Appendf(nil, "%0100d", i), bytes.Repeat([]byte("record "), recordSize/7)...)[:recordSize]})
		}
		if _, err := store.Append(b.Context(), fmt.Sprint("stream-", first), eventstore.NoStream, events); err != nil {
			b.Fatal(err)
		}
	}
	l := newLog(b, 1)
	tree, _, err := transparency.Open(b.Context(), filepath.Join(b.TempDir(), "tree.hashes"), store)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = tree.Close() })
	l.Tree, l.Events = tree, store
	if _, err := tlog.NewSigner(l.key, tree, l.heads, time.Now).Sign(b.Context()); err != nil {
		b.Fatal(err)
	}
	return l
}

// get asks a handler for a path, without a connection between.
func get(handler http.Handler, path string, body *bytes.Buffer) error {
	body.Reset()
	w := httptest.NewRecorder()
	w.Body = body
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/log/"+path, nil))
	if w.Code != http.StatusOK {
		return fmt.Errorf("%s: status %d", path, w.Code)
	}
	return nil
}

// BenchmarkServe answers requests for what a verifier reads of a log of a million records on disk. The peer, which takes
// turns with it, is http.FileServer over the export of the same log: files that were cut before, and nothing to check.
// What both answer is compared. The export itself is timed too, in seconds: the first, and one with nothing new.
func BenchmarkServe(b *testing.B) {
	if testing.Short() {
		b.Skip("builds a log of a million records")
	}
	const records = 1_000_000
	l, dir := onDisk(b, records), b.TempDir()
	began := time.Now()
	r, err := static.Export(b.Context(), dir, l.source())
	if err != nil || r.Size != records {
		b.Fatal(r.Size, err)
	}
	first := time.Since(began)
	began = time.Now()
	again, err := static.Export(b.Context(), dir, l.source())
	if err != nil || again.Entries.Written+again.Hashes.Written > 0 {
		b.Fatal(again, err)
	}
	second := time.Since(began)
	b.Run("export", func(b *testing.B) {
		b.ReportMetric(0, "ns/op") // it was timed above, once
		b.ReportMetric(first.Seconds(), "first-s")
		b.ReportMetric(second.Seconds(), "again-s")
		b.ReportMetric(float64(r.Entries.Written+r.Hashes.Written), "files")
		b.ReportMetric(float64(r.Entries.Bytes+r.Hashes.Bytes)/1e6, "MB")
	})

	ours, files := l.Handler(), http.StripPrefix("/log", http.FileServer(http.Dir(dir)))
	full := func(i int) int { return i * 7919 % (records / 256) }
	path := func(n int) string {
		if n < 1000 {
			return fmt.Sprintf("%03d", n)
		}
		return fmt.Sprintf("x%03d/%03d", n/1000, n%1000)
	}
	for _, what := range []struct {
		name string
		path func(i int) string
	}{
		{"checkpoint", func(int) string { return "checkpoint" }},
		{"hash-tile", func(i int) string { return "tile/0/" + path(full(i)) }},
		{"partial-hash-tile", func(int) string { return fmt.Sprintf("tile/0/%s.p/%d", path(records/256), records%256) }},
		{"hash-tile-of-level-1", func(i int) string { return "tile/1/" + path(i%(records/65536)) }},
		{"entry-bundle", func(i int) string { return "tile/entries/" + path(full(i)) }},
		{"partial-entry-bundle", func(int) string { return fmt.Sprintf("tile/entries/%s.p/%d", path(records/256), records%256) }},
	} {
		b.Run(what.name, func(b *testing.B) {
			var race treetest.Race
			var a, peer bytes.Buffer
			for i := range b.N {
				p := what.path(i)
				race.Run(b, func() error { return get(ours, p, &a) }, func() error { return get(files, p, &peer) })
				if !bytes.Equal(a.Bytes(), peer.Bytes()) {
					b.Fatal(errors.New(p + " differs"))
				}
			}
			race.Report(b)
		})
	}
}
