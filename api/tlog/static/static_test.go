package static_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/static"
	"arobase/eventstore/vault"
)

// Every file of the log is what the server answers at that path, byte for byte.
func TestSameAsServed(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(256*3+40, 0, "record")), t.TempDir()
	l.export(t, dir)
	want := []string{
		"0/000", "0/001", "0/002", "0/003.p/40", "1/000.p/3",
		"entries/000", "entries/001", "entries/002", "entries/003.p/40",
	}
	if diff := cmp.Diff(want, tilesIn(t, dir)); diff != "" {
		t.Errorf("tiles:\n%s", diff)
	}
	handler := l.Handler()
	for name, content := range files(t, dir) {
		if !strings.HasPrefix(name, "checkpoint") && !strings.HasPrefix(name, "tile/") {
			continue
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/log/"+name, nil))
		if w.Code != http.StatusOK || w.Body.String() != content {
			t.Errorf("%s: the server answers %d, and something else", name, w.Code)
		}
	}
}

// Exporting again touches nothing that is there, and writes only what came since.
func TestAgainOnlyWhatIsNew(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(300, 0, "record")), t.TempDir()
	l.texts = map[string]text{"a": {0, "text of a"}, "b": {299, "text of b"}, "c": {300, "beyond the checkpoint"}}
	first := l.export(t, dir)
	if diff := cmp.Diff(static.Report{
		Size: 300, Checkpoints: static.Count{Written: 1, Bytes: first.Checkpoints.Bytes},
		Entries: static.Count{Written: 2, Bytes: first.Entries.Bytes}, Hashes: static.Count{Written: 3, Bytes: 32 * (300 + 1)},
		Texts: static.Count{Written: 2, Bytes: 18}, Documents: static.Count{Written: 2, Bytes: 11},
	}, first); diff != "" {
		t.Errorf("the first export:\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "disclosed", commitment("c").URL())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a text of a record that the checkpoint does not cover is shown: %v", err)
	}

	before := inodes(t, dir)
	if diff := cmp.Diff(static.Report{
		Size: 300, Before: 300, Checkpoints: static.Count{Kept: 1}, Entries: static.Count{Kept: 2}, Hashes: static.Count{Kept: 3}, Texts: static.Count{Kept: 2}, Documents: static.Count{Kept: 2},
	}, l.export(t, dir)); diff != "" {
		t.Errorf("the same again:\n%s", diff)
	}
	for name, info := range inodes(t, dir) {
		if !os.SameFile(info, before[name]) {
			t.Errorf("%s was written again", name)
		}
	}

	l.grown(t, history(450, 0, "record"))
	l.grown(t, history(600, 0, "record"))
	more := l.export(t, dir)
	if diff := cmp.Diff(static.Report{
		Size: 600, Before: 300, Checkpoints: static.Count{Written: 2, Kept: 1, Bytes: more.Checkpoints.Bytes}, Entries: static.Count{Written: 2, Kept: 1, Bytes: more.Entries.Bytes},
		Hashes: static.Count{Written: 3, Kept: 1, Bytes: 32 * (256 + 88 + 2)}, Texts: static.Count{Written: 1, Kept: 2, Bytes: 21}, Documents: static.Count{Kept: 2},
	}, more); diff != "" {
		t.Errorf("with more:\n%s", diff)
	}
	for name, info := range inodes(t, dir) {
		if old, ok := before[name]; ok && !os.SameFile(info, old) && name != "checkpoint" {
			t.Errorf("%s was written again", name)
		}
	}
}

// Every checkpoint can be read back by its size, with the cosignatures that came to the last one meanwhile.
func TestCheckpoints(t *testing.T) {
	l, dir := newLog(t, 1), t.TempDir()
	for _, size := range []int{3, 40, 300} {
		l.grown(t, history(size, 0, "record"))
	}
	l.export(t, dir)
	head, err := l.heads.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := note.Signature{Name: "example.net/witness", Hash: 7, Base64: "AAAAB2Nvc2lnbmVk"}
	if err := l.heads.Cosign(t.Context(), head.Size, head.Root, by); err != nil {
		t.Fatal(err)
	}
	l.grown(t, history(301, 0, "record"))
	if r := l.export(t, dir); r.Checkpoints.Written != 2 {
		t.Errorf("report %+v", r)
	}
	there := files(t, dir)
	for _, size := range []int64{3, 40, 300, 301} {
		want, err := l.heads.At(t.Context(), size)
		if err != nil {
			t.Fatal(err)
		}
		if got := there[fmt.Sprint("checkpoints/", size)]; got != string(want.Signed) || strings.Contains(got, "witness") != (size == 300) {
			t.Errorf("checkpoint of %d:\n%s", size, got)
		}
	}
}

// inodes gives the identity of every file: what is written again gets another.
func inodes(t *testing.T, dir string) map[string]fs.FileInfo {
	t.Helper()
	out := map[string]fs.FileInfo{}
	for name := range files(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = info
	}
	return out
}

// Partial tiles of the checkpoint that was just replaced stay for those who have read it; older ones go when the full tile
// is there, and never before.
func TestSupersededPartials(t *testing.T) {
	l, dir := newLog(t, 1), t.TempDir()
	for _, step := range []struct {
		size, removed int
		tiles         string
	}{
		{200, 0, "0/000.p/200 entries/000.p/200"},
		{250, 0, "0/000.p/200 0/000.p/250 entries/000.p/200 entries/000.p/250"},
		{256, 2, "0/000 0/000.p/250 1/000.p/1 entries/000 entries/000.p/250"},
		{256, 2, "0/000 1/000.p/1 entries/000"},
		{520, 0, "0/000 0/001 0/002.p/8 1/000.p/1 1/000.p/2 entries/000 entries/001 entries/002.p/8"},
	} {
		l.grown(t, history(step.size, 0, "record"))
		r := l.export(t, dir)
		if got := strings.Join(tilesIn(t, dir), " "); got != step.tiles || r.Superseded != step.removed {
			t.Errorf("at %d, removed %d:\n%s\nwant %d:\n%s", step.size, r.Superseded, got, step.removed, step.tiles)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "tile", "0")); err != nil || len(entries) != 3 {
		t.Errorf("tile/0 holds %v (%v): an empty directory stays", entries, err)
	}
}

// What a node may no longer show is gone from the directory after the next export, and so is every stray copy.
func TestErased(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(10, 0, "record")), t.TempDir()
	l.texts = map[string]text{"a": {1, "erase me"}, "kept": {2, "keep"}, "c": {3, "erase me"}}
	l.export(t, dir)
	stray := []string{"disclosed/" + commitment("kept").URL() + "~", "disclosed/.b.swp", "disclosed/old/b", ".writing/7", "disclosed/" + commitment("kept").String()}
	for _, name := range stray {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte("erase me"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	delete(l.texts, "a")
	delete(l.texts, "c")
	if r := l.export(t, dir); r.Erased != 6 || r.Texts != (static.Count{Kept: 1}) {
		t.Errorf("report %+v", r)
	}
	for name, content := range files(t, dir) {
		if strings.Contains(content, "erase me") {
			t.Errorf("%s holds an erased text", name)
		}
	}
}

// A text that is erased while the export is under way is not on show when it has ended.
func TestErasedMeanwhile(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(10, 0, "record")), t.TempDir()
	l.texts = map[string]text{"a": {1, "erase me"}}
	s := l.source()
	document, erased := s.Document, atomic.Bool{}
	s.Document = func(ctx context.Context, c vault.Commitment) ([]byte, error) {
		if erased.Load() {
			return nil, vault.ErrErased
		}
		content, err := document(ctx, c)
		erased.Store(true) // after it was read
		return content, err
	}
	r, err := static.Export(t.Context(), dir, s)
	if err != nil || r.Erased != 1 || r.Texts.Written != 1 {
		t.Errorf("report %+v, %v", r, err)
	}
	if names, err := os.ReadDir(filepath.Join(dir, "disclosed")); err != nil || len(names) > 0 {
		t.Errorf("still there: %v, %v", names, err)
	}
}

// An export that cannot end has removed what may no longer be shown all the same.
func TestErasedThoughItFails(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(10, 0, "record")), t.TempDir()
	l.texts = map[string]text{"a": {1, "erase me"}, "b": {2, "keep"}}
	l.export(t, dir)
	delete(l.texts, "a")
	l.grown(t, history(20, 0, "record"))
	s, full := l.source(), errors.New("disk full")
	s.Disclosed = func(context.Context, int64) iter.Seq2[vault.Commitment, error] {
		return func(yield func(vault.Commitment, error) bool) { yield(vault.Commitment{}, full) }
	}
	if _, err := static.Export(t.Context(), dir, s); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(filepath.Join(dir, "disclosed")); err != nil || len(names) != 1 || names[0].Name() != commitment("b").URL() {
		t.Errorf("there: %v, %v", names, err)
	}
}

// Interrupted at any moment, the directory serves either the log as it was or the log as it is; the next export writes
// only what is missing.
func TestInterrupted(t *testing.T) {
	enough := errors.New("interrupted")
	const sizeBefore, sizeAfter = 300, 1100
	for n := 1; ; n++ {
		l, dir := newLog(t, 1).grown(t, history(sizeBefore, 0, "record")), t.TempDir()
		l.texts = map[string]text{"a": {1, "erase me"}, "b": {2, "keep"}, "c": {299, "erase me"}}
		l.export(t, dir)
		delete(l.texts, "a")
		l.texts["d"] = text{400, "new"}
		l.grown(t, history(sizeAfter, 0, "record"))

		s, steps := l.source(), atomic.Int64{}
		step := func() error {
			if steps.Add(1) == int64(n) {
				return enough
			}
			return nil
		}
		tree := l.Tree
		cut := *l.Log
		cut.Tree = failingTree{tree, step}
		s.Log = &cut
		disclosed, document := s.Disclosed, s.Document
		s.Disclosed = func(ctx context.Context, size int64) iter.Seq2[vault.Commitment, error] {
			return func(yield func(vault.Commitment, error) bool) {
				for c, err := range disclosed(ctx, size) {
					if !yield(c, errors.Join(err, step())) {
						return
					}
				}
			}
		}
		s.Document = func(ctx context.Context, c vault.Commitment) ([]byte, error) {
			if err := step(); err != nil {
				return nil, err
			}
			return document(ctx, c)
		}
		_, err := static.Export(t.Context(), dir, s)
		if size := l.verify(t, dir); size != sizeBefore && size != sizeAfter {
			t.Fatalf("interrupted at step %d, it serves %d records", n, size)
		}
		if err == nil {
			if n < 15 {
				t.Fatalf("only %d steps were interrupted", n)
			}
			return
		}
		if !errors.Is(err, enough) {
			t.Fatalf("step %d: %v", n, err)
		}
		there := len(tilesIn(t, dir))
		r := l.export(t, dir)
		if r.Hashes.Written+r.Entries.Written+there != len(tilesIn(t, dir))+r.Superseded {
			t.Errorf("step %d: %d tiles were there, %+v, and now there are %d", n, there, r, len(tilesIn(t, dir)))
		}
		for name, content := range files(t, dir) {
			if content == "erase me" && name != "disclosed/"+commitment("c").URL() {
				t.Errorf("step %d: %s holds an erased text", n, name)
			}
		}
	}
}

// failingTree fails when a step says so.
type failingTree struct {
	tlog.Tree
	step func() error
}

func (f failingTree) ReadHashes(indexes []int64) ([]xtlog.Hash, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	return f.Tree.ReadHashes(indexes)
}

// An export that is told to stop stops, and the next one ends it.
func TestStopped(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(5000, 0, "record")), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	s := l.source()
	s.Progress = func(done, of int) {
		if done == 5 {
			cancel()
		}
	}
	if _, err := static.Export(ctx, dir, s); !errors.Is(err, context.Canceled) {
		t.Fatalf("it ends with %v", err)
	}
	if size := l.verify(t, dir); size != 0 {
		t.Errorf("it serves %d records", size)
	}
	if r := l.export(t, dir); r.Hashes.Kept+r.Entries.Kept < 5 {
		t.Errorf("what was there was not kept: %+v", r)
	}
}

// What an interrupted export left of a history that the ledger has lost since was never promised, and is replaced.
func TestLeftOverOfALostHistory(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(300, 0, "record")), t.TempDir()
	l.export(t, dir)

	lost := newLog(t, 1).grown(t, history(300, 0, "record"))
	lost.grown(t, history(1500, 300, "lostforever"))
	s := lost.source()
	s.Disclosed = func(context.Context, int64) iter.Seq2[vault.Commitment, error] {
		return func(yield func(vault.Commitment, error) bool) { yield(vault.Commitment{}, errors.New("interrupted")) }
	}
	if _, err := static.Export(t.Context(), dir, s); err == nil || len(tilesIn(t, dir)) < 10 {
		t.Fatalf("%v, with %v", err, tilesIn(t, dir))
	}

	l.grown(t, history(800, 300, "kept"))
	l.export(t, dir)
	for name, content := range files(t, dir) {
		if strings.Contains(content, "lostforever") {
			t.Errorf("%s is of the lost history", name)
		}
	}
	want := "0/000 0/001 0/001.p/44 0/002 0/003.p/32 1/000.p/1 1/000.p/3 entries/000 entries/001 entries/001.p/44 entries/002 entries/003.p/32"
	if got := strings.Join(tilesIn(t, dir), " "); got != want {
		t.Errorf("tiles\n%s, want\n%s", got, want)
	}
}

// A tile that somebody deleted, or cut, is written again, and nothing else is.
func TestMended(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(700, 0, "record")), t.TempDir()
	l.export(t, dir)
	if err := errors.Join(os.Remove(filepath.Join(dir, "tile/0/000")), os.Truncate(filepath.Join(dir, "tile/0/001"), 31), os.Remove(filepath.Join(dir, "tile/entries/002.p/188"))); err != nil {
		t.Fatal(err)
	}
	if r := l.export(t, dir); r.Hashes.Written != 2 || r.Entries.Written != 1 {
		t.Errorf("report %+v", r)
	}
}

// A directory that is not an export of this log, or knows better, is left as it is.
func TestRefuses(t *testing.T) {
	all := history(500, 0, "record")
	exported := func(l *log) func(*testing.T, string) {
		return func(t *testing.T, dir string) { l.export(t, dir) }
	}
	write := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	otherLedger := func(t *testing.T, dir string) {
		s := newLog(t, 1).grown(t, all[:20]).source()
		s.Ledger = uuid.MustParse("018f0c3e-0000-7000-8000-000000000000")
		if _, err := static.Export(t.Context(), dir, s); err != nil {
			t.Fatal(err)
		}
	}
	for why, tt := range map[string]struct {
		prepare func(t *testing.T, dir string)
		want    error
		says    string
	}{
		"somebody's directory":               {write("thesis.txt", "years of work"), static.ErrNotOurs, "it holds thesis.txt"},
		"another program's log":              {write("checkpoint", "example.com\n1\n"), static.ErrNotOurs, "it holds checkpoint"},
		"a mark that is none":                {write("export.json", "{"), static.ErrNotOurs, "export.json"},
		"an export of a later program":       {write("export.json", `{"kind":"arobase log export, version 2"}`), static.ErrNotOurs, "export.json"},
		"another ledger":                     {otherLedger, static.ErrNotOurs, "018f0c3e-0000"},
		"another key":                        {exported(newLog(t, 2).grown(t, all[:20])), static.ErrNotOurs, "does not verify"},
		"a longer log":                       {exported(newLog(t, 1).grown(t, all)), static.ErrLonger, "500 records, and 400"},
		"another history of the same length": {exported(newLog(t, 1).grown(t, history(400, 399, "other"))), static.ErrTwoHistories, "first 400 records"},
		"another history that ends earlier":  {exported(newLog(t, 1).grown(t, history(256, 0, "other"))), static.ErrTwoHistories, "first 256 records"},
		"a checkpoint that nobody has signed": {func(t *testing.T, dir string) {
			newLog(t, 1).grown(t, all[:20]).export(t, dir)
			write("checkpoint", "x")(t, dir)
		}, static.ErrNotOurs, "delete it and export again"},
	} {
		t.Run(why, func(t *testing.T) {
			l, dir := newLog(t, 1).grown(t, all[:400]), filepath.Join(t.TempDir(), "log")
			tt.prepare(t, dir)
			before := files(t, dir)
			_, err := static.Export(t.Context(), dir, l.source())
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %v that says %q", err, tt.want, tt.says)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("the directory has changed:\n%s", diff)
			}
		})
	}
}

// A log whose ledger does not fit its checkpoint is not exported, nor is one that is not signed or is being exported.
func TestNothingToExport(t *testing.T) {
	all := history(300, 0, "record")
	lost, changed := newLog(t, 1).grown(t, all), newLog(t, 1).grown(t, all)
	lost.holding(t, all[:299])
	changed.holding(t, history(300, 150, "changed"))
	unsigned := newLog(t, 1)
	unsigned.holding(t, all)
	for why, tt := range map[string]struct {
		log  *log
		want error
	}{"lost records": {lost, tlog.ErrDisagree}, "changed records": {changed, tlog.ErrDisagree}, "nothing signed": {unsigned, tlog.ErrNoHead}} {
		dir := filepath.Join(t.TempDir(), "log")
		if _, err := static.Export(t.Context(), dir, tt.log.source()); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", why, err, tt.want)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the directory was made", why)
		}
	}
	busy := errors.New("busy")
	l, dir := newLog(t, 1).grown(t, all), t.TempDir()
	s := l.source()
	s.Lock = func(string) (io.Closer, error) { return nil, busy }
	if _, err := static.Export(t.Context(), dir, s); !errors.Is(err, busy) || len(files(t, dir)) > 0 {
		t.Errorf("beside another export: %v, %v", err, files(t, dir))
	}
}

// One record is a log too: one leaf, one bundle, no higher tile.
func TestOneRecord(t *testing.T) {
	l, dir := newLog(t, 1).grown(t, history(1, 0, "record")), t.TempDir()
	l.export(t, dir)
	if got := strings.Join(tilesIn(t, dir), " "); got != "0/000.p/1 entries/000.p/1" {
		t.Error(got)
	}
}

func TestPage(t *testing.T) {
	page, err := static.Page("example.org/<log>", "example.org/log+7ba21ff5+AYd", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"example.org/&lt;log&gt;", "example.org/log&#43;7ba21ff5&#43;AYd", "faits inventés", "made-up facts"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if page, err = static.Page("example.org/log", "k", false); err != nil || strings.Contains(string(page), "made-up facts") {
		t.Errorf("real facts are called made up (%v)", err)
	}
}
