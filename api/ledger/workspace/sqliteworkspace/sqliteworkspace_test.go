package sqliteworkspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"zombiezen.com/go/sqlite"

	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/workspacetest"
	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
)

var ledgerID = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newWorkspace(t *testing.T) (*Workspace, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	w, err := Create(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	return w, path
}

func TestConformance(t *testing.T) {
	workspacetest.Run(t, func(t *testing.T) workspace.Workspace {
		w, _ := newWorkspace(t)
		t.Cleanup(func() { _ = w.Close() })
		return w
	})
}

func TestOpenedAgain(t *testing.T) {
	w, path := newWorkspace(t)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	put(t, w, "draft/28/a", "kept")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, ledgerID); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made again: %v", err)
	}
	if _, err := Open(path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("of another ledger: %v", err)
	}
	w, err := Open(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if d, err := w.Get(t.Context(), "draft/28/a"); err != nil || string(d.Body) != "kept" {
		t.Errorf("%s, %v", d.Body, err)
	}
}

func put(t *testing.T, w *Workspace, key, body string) {
	t.Helper()
	if _, err := w.Put(t.Context(), workspace.Document{Key: key, Body: []byte(body), By: "Zoé Lefèvre", At: time.UnixMilli(1)}, -1); err != nil {
		t.Fatal(err)
	}
}

// Documents of all sizes, from a few bytes to several pages, with a marker at both ends.
func TestForgottenDocumentsAreInNoFile(t *testing.T) {
	w, path := newWorkspace(t)
	defer w.Close()
	for i := range 120 {
		marker := fmt.Sprintf("marker-%03d", i)
		filler := strings.Repeat("-", []int{0, 10, 100, 700, 5000, 30_000}[i%6])
		put(t, w, fmt.Sprintf("draft/%d/%d", i%2, i/4), marker+filler+marker)
	}
	found := func(what string) int {
		n := 0
		files, _ := filepath.Glob(path + "*")
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(content, []byte(what))
		}
		return n
	}
	if found("marker-000") == 0 || found("Zoé") == 0 {
		t.Fatal("the search does not even find what is there")
	}
	if err := w.Forget(t.Context(), "draft/1/"); err != nil {
		t.Fatal(err)
	}
	for i := range 120 {
		if n := found(fmt.Sprintf("marker-%03d", i)); (i%2 == 0) != (n > 0) {
			t.Errorf("document %d is there %d times", i, n)
		}
	}
	if err := w.Forget(t.Context(), "draft/"); err != nil {
		t.Fatal(err)
	}
	if n := found("Zoé"); n > 0 {
		t.Errorf("the person is still there %d times", n)
	}
}

// A hook takes the place of COMMIT: the disk fails.
func TestFailedCommitPoisons(t *testing.T) {
	w, path := newWorkspace(t)
	put(t, w, "a", "first")
	errDisk := errors.New("the disk fails")
	w.file.Commit = func(*sqlite.Conn) error { return errDisk }
	if _, err := w.Put(t.Context(), workspace.Document{Key: "a", Body: []byte("second")}, 1); !errors.Is(err, eventstore.ErrPoisoned) || !errors.Is(err, errDisk) {
		t.Errorf("the Put that failed: %v", err)
	}
	w.file.Commit = sqlitefile.Commit // the disk recovers, but nobody may believe it
	if _, err := w.Put(t.Context(), workspace.Document{Key: "a", Body: []byte("third")}, -1); !errors.Is(err, eventstore.ErrPoisoned) {
		t.Errorf("a later Put: %v", err)
	}
	if d, err := w.Get(t.Context(), "a"); err != nil || string(d.Body) != "first" {
		t.Errorf("reads must go on: %s, %v", d.Body, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := Open(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	put(t, w, "a", "fourth")
}

// What is brought back from a backup does not undo what was written or forgotten since.
func TestRestore(t *testing.T) {
	lost, _ := newWorkspace(t)
	defer lost.Close()
	for _, key := range []string{"draft/28/a", "draft/28/b", "draft/28/c"} {
		put(t, lost, key, "first")
		put(t, lost, key, "second")
	}
	var all []workspace.Document
	newest, err := lost.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range newest {
		versions, err := lost.Versions(t.Context(), d.Key)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, versions...)
	}
	w, _ := newWorkspace(t)
	defer w.Close()
	put(t, w, "draft/28/b", "newer")
	put(t, w, "draft/28/c", "forgotten")
	if err := w.Forget(t.Context(), "draft/28/c"); err != nil {
		t.Fatal(err)
	}
	for again := range 2 {
		if n, err := w.Restore(t.Context(), all); err != nil || n != 1-again {
			t.Errorf("restored %d, %v", n, err)
		}
	}
	got, err := w.Versions(t.Context(), "draft/28/a")
	if err != nil || len(got) != 2 || got[0].Revision != 1 || string(got[1].Body) != "second" || got[1].By != "Zoé Lefèvre" || !got[1].At.Equal(time.UnixMilli(1)) {
		t.Errorf("%v, %v", got, err)
	}
	if d, err := w.Get(t.Context(), "draft/28/b"); err != nil || string(d.Body) != "newer" || d.Revision != 1 {
		t.Errorf("what was written since: %+v, %v", d, err)
	}
	if _, err := w.Get(t.Context(), "draft/28/c"); !errors.Is(err, workspace.ErrAbsent) {
		t.Errorf("what was forgotten since: %v", err)
	}
}
