package sqliteworkspace_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/eventstore"
)

var ledgerID = uuid.MustParse("6ba7b810-9dad-41d1-80b4-00c04fd430c8")

func create(t *testing.T) (*sqliteworkspace.Workspace, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "workspace.db")
	w, err := sqliteworkspace.Create(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w, path
}

func put(t *testing.T, w workspace.Workspace, key, body string, expected int64) workspace.Document {
	t.Helper()
	d, err := w.Put(t.Context(), workspace.Document{Key: key, Body: []byte(body), By: "Anne", At: time.Unix(1_800_000_000, 0)}, expected)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestVersions(t *testing.T) {
	w, _ := create(t)
	if _, err := w.Get(t.Context(), "draft/28/a"); !errors.Is(err, workspace.ErrAbsent) {
		t.Errorf("what is not there: %v", err)
	}
	if d := put(t, w, "draft/28/a", "1", 0); d.Revision != 1 {
		t.Errorf("the first has revision %d", d.Revision)
	}
	put(t, w, "draft/28/a", "2", 1)
	put(t, w, "draft/28/a", "3", -1)
	put(t, w, "draft/28/b", "x", 0)
	put(t, w, "draft/280/a", "y", 0)
	var conflict *workspace.Conflict
	for _, expected := range []int64{0, 1, 2, 4} {
		if _, err := w.Put(t.Context(), workspace.Document{Key: "draft/28/a"}, expected); !errors.As(err, &conflict) || conflict.Current != 3 {
			t.Errorf("expecting %d: %v", expected, err)
		}
	}
	d, err := w.Get(t.Context(), "draft/28/a")
	if err != nil || d.Revision != 3 || string(d.Body) != "3" || d.By != "Anne" || !d.At.Equal(time.Unix(1_800_000_000, 0)) {
		t.Errorf("%+v, %v", d, err)
	}
	if all, err := w.Versions(t.Context(), "draft/28/a"); err != nil || len(all) != 3 || string(all[0].Body) != "1" {
		t.Errorf("versions %v, %v", all, err)
	}
	if all, err := w.List(t.Context(), "draft/28/"); err != nil || len(all) != 2 || string(all[0].Body) != "3" || all[1].Key != "draft/28/b" {
		t.Errorf("listed %v, %v", all, err)
	}
}

// Of many who write on the same revision, one is quicker.
func TestManyAtOnce(t *testing.T) {
	w, _ := create(t)
	put(t, w, "k", "0", 0)
	var all sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = w.Put(t.Context(), workspace.Document{Key: "k", Body: []byte{byte(i)}}, 1)
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		var conflict *workspace.Conflict
		switch {
		case err == nil:
			won++
		case !errors.As(err, &conflict) || conflict.Current != 2:
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d were quicker", won)
	}
}

// What is forgotten is in no file any more.
func TestForget(t *testing.T) {
	w, path := create(t)
	for i := range 200 {
		put(t, w, fmt.Sprintf("draft/28/%d", i), "un secret bien gardé", 0)
	}
	put(t, w, "draft/29/a", "autre", 0)
	if err := w.Forget(t.Context(), "draft/28/"); err != nil {
		t.Fatal(err)
	}
	if all, err := w.List(t.Context(), ""); err != nil || len(all) != 1 {
		t.Errorf("left are %v, %v", all, err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err != nil || bytes.Contains(b, []byte("bien gard")) {
			t.Errorf("%s still holds it: %v", filepath.Base(f), err)
		}
	}
}

func TestOfAnotherLedger(t *testing.T) {
	_, path := create(t)
	if _, err := sqliteworkspace.Open(path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("opened as that of another ledger: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
