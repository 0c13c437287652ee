package sharedlog_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/headstest"
	"arobase/api/tlog/sharedlog"
	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/eventstore/sqlite"
)

func node(t *testing.T, c *esdbtest.Cluster) *esdb.Store {
	t.Helper()
	replica, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "replica.db"), uuid.Max)
	if err != nil {
		t.Fatal(err)
	}
	s, err := esdb.Open(t.Context(), c.ConnectionString(), replica, esdb.Options{Backoff: 10 * time.Millisecond, Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestHeads(t *testing.T) {
	headstest.Run(t, func(t *testing.T) (tlog.Heads, func() tlog.Heads) {
		c := esdbtest.Start(t, 1)
		open := func() tlog.Heads { return sharedlog.Open(node(t, c).Register("arobase-log-heads")) }
		return open(), open
	})
}

// While the cluster is away the last checkpoint that was read is served, and none is replaced.
func TestHeadsWhileAway(t *testing.T) {
	c := esdbtest.Start(t, 1)
	heads := sharedlog.Open(node(t, c).Register("arobase-log-heads"))
	first := tlog.Head{Size: 3, Signed: []byte("note"), At: time.UnixMilli(1).UTC()}
	if err := heads.Replace(t.Context(), tlog.Head{}, first); err != nil {
		t.Fatal(err)
	}
	if last, err := heads.Last(t.Context()); err != nil || last.Size != 3 {
		t.Fatalf("%+v, %v", last, err)
	}
	c.Away()
	if last, err := heads.Last(t.Context()); err != nil || last.Size != 3 {
		t.Errorf("away: %+v, %v", last, err)
	}
	if err := heads.Replace(t.Context(), first, tlog.Head{Size: 4, Signed: []byte("note")}); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("replacing: %v, want ErrUnavailable", err)
	}
	if _, err := sharedlog.Open(node(t, c).Register("arobase-log-heads")).Last(t.Context()); err == nil {
		t.Error("a node that has read nothing says that nothing was signed")
	}
	c.Back()
}

// One node at a time has the lease; another takes it when it has run out, and never before.
func TestLease(t *testing.T) {
	c := esdbtest.Start(t, 1)
	now := time.Date(2017, 2, 1, 18, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	one := sharedlog.NewLease(node(t, c).Register("arobase-log-lease"), "one", 10*time.Second, clock)
	two := sharedlog.NewLease(node(t, c).Register("arobase-log-lease"), "two", 10*time.Second, clock)
	hold := func(what string, l *sharedlog.Lease, want bool) {
		t.Helper()
		if got, err := l.Hold(t.Context()); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", what, got, err, want)
		}
	}
	hold("the first", one, true)
	hold("the second", two, false)
	now = now.Add(9 * time.Second)
	hold("prolonged", one, true)
	now = now.Add(9 * time.Second)
	hold("not run out", two, false)
	now = now.Add(2 * time.Second)
	hold("run out", two, true)
	hold("lost", one, false)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if held, err := two.Hold(ended); held || err == nil {
		t.Errorf("not asked: %v, %v", held, err)
	}
}

// One signs at a time; who stops gives its turn back, and who is gone loses it when it is over.
func TestTakingTurns(t *testing.T) {
	c := esdbtest.Start(t, 1)
	s := node(t, c)
	now := time.Unix(1_800_000_000, 0)
	lease := func(owner string) *sharedlog.Lease {
		return sharedlog.NewLease(s.Register("arobase-log-lease"), owner, 10*time.Second, func() time.Time { return now })
	}
	a, b := lease("a"), lease("b")
	held := func(l *sharedlog.Lease, want bool) {
		t.Helper()
		if got, err := l.Hold(t.Context()); err != nil || got != want {
			t.Errorf("held %v, %v; want %v", got, err, want)
		}
	}
	held(a, true)
	held(b, false)
	now = now.Add(6 * time.Second)
	held(a, true) // and prolongs it
	now = now.Add(6 * time.Second)
	held(b, false)
	if err := b.Release(t.Context()); err != nil { // it is not b's to give back
		t.Fatal(err)
	}
	held(b, false)
	if err := a.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	held(b, true)
	held(a, false)
	now = now.Add(11 * time.Second)
	held(a, true)
	held(b, false)
	if err := b.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	held(a, true)
}

// What is not known to be the newest is said once, by whoever begins, and to all; showing ends it.
func TestUnproven(t *testing.T) {
	c := esdbtest.Start(t, 1)
	a, b := sharedlog.Open(node(t, c).Register("arobase-log-heads")), sharedlog.Open(node(t, c).Register("arobase-log-heads"))
	doubt := func(want string) {
		t.Helper()
		for _, h := range []*sharedlog.Heads{a, b} {
			if d, err := h.Doubts(t.Context()); err != nil || d.Unproven != want {
				t.Errorf("%q, %v; want %q", d.Unproven, err, want)
			}
		}
	}
	if err := errors.Join(a.Begin(t.Context(), ""), a.Begin(t.Context(), "copied"), b.Begin(t.Context(), "lost"), b.Unprove(t.Context(), "a witness")); err != nil {
		t.Fatal(err)
	}
	doubt("copied")
	shown := tlog.Head{Size: 3, Signed: []byte("note"), At: time.UnixMilli(1).UTC()}
	if err := b.Accept(t.Context(), tlog.Head{}, shown); err != nil {
		t.Fatal(err)
	}
	doubt("")
	if err := a.Begin(t.Context(), "copied"); err != nil {
		t.Fatal(err)
	}
	doubt("")
	if err := a.Unprove(t.Context(), "a witness"); err != nil {
		t.Fatal(err)
	}
	doubt("a witness")
}
