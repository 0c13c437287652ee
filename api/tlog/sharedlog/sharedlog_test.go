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
