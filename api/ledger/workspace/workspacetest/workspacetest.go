// Package workspacetest is the conformance suite of workspace.Workspace: every sentence of the contract is a test here.
package workspacetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arobase/api/ledger/workspace"
)

var at = time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)

func document(key, body string) workspace.Document {
	return workspace.Document{Key: key, Body: []byte(body), By: "Anne Martin", At: at}
}

// Run tests a workspace. open gives a new, empty one and releases it when its test ends.
func Run(t *testing.T, open func(t *testing.T) workspace.Workspace) {
	for name, test := range map[string]func(*testing.T, workspace.Workspace){
		"a document and its versions": versions, "a revision that is expected": expected, "prefixes": prefixes,
		"what is forgotten": forgotten, "many at once": atOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func mustPut(t *testing.T, w workspace.Workspace, d workspace.Document, expected int64) workspace.Document {
	t.Helper()
	done, err := w.Put(t.Context(), d, expected)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func versions(t *testing.T, w workspace.Workspace) {
	if d, err := w.Get(t.Context(), "draft/28/a"); !errors.Is(err, workspace.ErrAbsent) {
		t.Fatalf("before it is there: %v, %v", d, err)
	}
	if all, err := w.Versions(t.Context(), "draft/28/a"); err != nil || len(all) != 0 {
		t.Fatalf("before it is there: %v, %v", all, err)
	}
	var want []workspace.Document
	for n := range int64(3) {
		d := document("draft/28/a", fmt.Sprintf(`{"level":%d}`, n))
		d.At = at.Add(time.Duration(n) * time.Minute)
		done := mustPut(t, w, d, -1)
		d.Revision = n + 1
		if diff := cmp.Diff(d, done); diff != "" {
			t.Fatalf("written (-want +got):\n%s", diff)
		}
		want = append(want, d)
	}
	mustPut(t, w, document("draft/28/ab", `{}`), 0)
	got, err := w.Versions(t.Context(), "draft/28/a")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("versions: %v (-want +got):\n%s", err, diff)
	}
	last, err := w.Get(t.Context(), "draft/28/a")
	if diff := cmp.Diff(want[2], last); err != nil || diff != "" {
		t.Errorf("newest: %v (-want +got):\n%s", err, diff)
	}
}

func expected(t *testing.T, w workspace.Workspace) {
	for _, step := range []struct{ expected, now int64 }{{1, 0}, {7, 0}, {0, 1}, {0, 1}, {2, 1}, {1, 2}, {1, 2}, {-1, 3}} {
		before, err := w.Versions(t.Context(), "ballot/1")
		if err != nil {
			t.Fatal(err)
		}
		done, err := w.Put(t.Context(), document("ballot/1", `1`), step.expected)
		var conflict *workspace.Conflict
		if int64(len(before)) == step.now {
			if !errors.As(err, &conflict) || *conflict != (workspace.Conflict{Key: "ballot/1", Current: step.now}) {
				t.Fatalf("at %d, expected %d: %v, want a conflict", step.now, step.expected, err)
			}
		} else if err != nil || done.Revision != step.now {
			t.Fatalf("at %d, expected %d: %+v, %v", len(before), step.expected, done, err)
		}
		if after, _ := w.Versions(t.Context(), "ballot/1"); int64(len(after)) != step.now {
			t.Fatalf("%d versions, want %d", len(after), step.now)
		}
	}
}

func prefixes(t *testing.T, w workspace.Workspace) {
	for _, key := range []string{"draft/28/b", "draft/28/a", "draft/280/a", "draft/2%/a", "DRAFT/28/a", "ballot/28/a"} {
		mustPut(t, w, document(key, `"first"`), 0)
		mustPut(t, w, document(key, `"`+key+`"`), 1)
	}
	for prefix, want := range map[string][]string{
		"draft/28/": {"draft/28/a", "draft/28/b"}, "draft/2%": {"draft/2%/a"}, "draft/2_": nil, "zzz": nil,
		"": {"DRAFT/28/a", "ballot/28/a", "draft/2%/a", "draft/28/a", "draft/28/b", "draft/280/a"},
	} {
		found, err := w.List(t.Context(), prefix)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, d := range found {
			keys = append(keys, d.Key)
			if string(d.Body) != `"`+d.Key+`"` || d.Revision != 2 {
				t.Errorf("%s is shown as revision %d: %s", d.Key, d.Revision, d.Body)
			}
		}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("below %q (-want +got):\n%s", prefix, diff)
		}
	}
}

func forgotten(t *testing.T, w workspace.Workspace) {
	for _, key := range []string{"draft/28/a", "draft/28/b", "draft/29/a"} {
		mustPut(t, w, document(key, `"first"`), 0)
		mustPut(t, w, document(key, `"second"`), 1)
	}
	for range 2 {
		if err := w.Forget(t.Context(), "draft/28/"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Get(t.Context(), "draft/28/a"); !errors.Is(err, workspace.ErrAbsent) {
		t.Errorf("what was forgotten: %v", err)
	}
	if all, err := w.Versions(t.Context(), "draft/28/b"); err != nil || len(all) != 0 {
		t.Errorf("what was forgotten: %v, %v", all, err)
	}
	found, err := w.List(t.Context(), "draft/")
	if err != nil || len(found) != 1 || found[0].Key != "draft/29/a" {
		t.Errorf("what is left: %v, %v", found, err)
	}
	if again := mustPut(t, w, document("draft/28/a", `3`), 0); again.Revision != 1 {
		t.Errorf("written again: revision %d", again.Revision)
	}
}

func atOnce(t *testing.T, w workspace.Workspace) {
	const writers, rounds = 8, 10
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range rounds {
				for {
					current, err := w.Get(t.Context(), "draft/28/a")
					if err != nil && !errors.Is(err, workspace.ErrAbsent) {
						t.Error(err)
						return
					}
					_, err = w.Put(t.Context(), document("draft/28/a", `1`), current.Revision)
					var conflict *workspace.Conflict
					if err == nil {
						break
					}
					if !errors.As(err, &conflict) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	group.Wait()
	all, err := w.Versions(t.Context(), "draft/28/a")
	if err != nil || len(all) != writers*rounds {
		t.Fatalf("%d versions, %v; want %d: one was lost", len(all), err, writers*rounds)
	}
	for n, d := range all {
		if d.Revision != int64(n+1) {
			t.Errorf("version %d has the revision %d", n, d.Revision)
		}
	}
}
