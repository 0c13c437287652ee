package esdb_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/storetest"
)

var testLedger = uuid.MustParse("0190a6e4-2f6b-7c3e-9d2a-5b1c7e8f9a10")

// openIn opens a node over a cluster, with its replica in a directory.
func openIn(t testing.TB, connection, dir string, o esdb.Options) *esdb.Store {
	t.Helper()
	path := filepath.Join(dir, "replica.db")
	replica, err := sqlite.OpenFor(t.Context(), path, testLedger)
	if errors.Is(err, fs.ErrNotExist) {
		replica, err = sqlite.Create(t.Context(), path, testLedger)
	}
	if err != nil {
		t.Fatal(err)
	}
	o.Cursor = filepath.Join(dir, "replica.cursor")
	if o.Backoff == 0 {
		o.Backoff = 10 * time.Millisecond
	}
	if o.Patience == 0 { // no test of what else there is fails because a machine is slow
		o.Patience = longest
	}
	if o.Grace == 0 {
		o.Grace = longest
	}
	s, err := esdb.Open(t.Context(), connection, replica, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		return openIn(t, esdbtest.Start(t, 1).ConnectionString(), t.TempDir(), esdb.Options{})
	})
	cluster := make(map[string]*esdbtest.Cluster)
	storetest.RunReopen(t, func(t *testing.T, dir string) eventstore.Store {
		if cluster[dir] == nil {
			cluster[dir] = esdbtest.Start(t, 1)
		}
		return openIn(t, cluster[dir].ConnectionString(), dir, esdb.Options{})
	})
}

// The same sentences hold of a real server. Each test has a namespace of its own there, and leaves its events behind.
func TestConformanceOfAServer(t *testing.T) {
	connection := os.Getenv("AROBASE_ESDB")
	if connection == "" {
		t.Skip("AROBASE_ESDB names no server")
	}
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		return openIn(t, connection, t.TempDir(), named(uuid.New()))
	})
	storetest.RunReopen(t, func(t *testing.T, dir string) eventstore.Store {
		return openIn(t, connection, dir, named(uuid.NewSHA1(testLedger, []byte(dir))))
	})
}

// Two ledgers in one cluster do not see each other.
func TestNamespaces(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	for n := range 3 {
		s := openIn(t, c.ConnectionString(), t.TempDir(), named(uuid.NewSHA1(testLedger, []byte{byte(n)})))
		for i := range 5 {
			must(t, put(t.Context(), s, "a", i, i))
		}
		if size, err := s.Size(t.Context()); err != nil || size != 5 {
			t.Errorf("size %d, %v", size, err)
		}
		must(t, s.Confirm(t.Context(), 5))
	}
}

func named(id uuid.UUID) esdb.Options {
	return esdb.Options{Namespace: esdb.Namespace("test-" + id.String() + "-")}
}
