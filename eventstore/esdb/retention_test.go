package esdb_test

import (
	"errors"
	"testing"
	"time"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
)

// A cluster that is set to delete events is not used until it is not.
func TestRetention(t *testing.T) {
	t.Parallel()
	for setting, deletes := range map[string]bool{`{"$maxCount":5}`: true, `{"$maxAge":60}`: true, `{"$tb":3}`: true, `{"$acl":{}}`: false, `nonsense`: false} {
		c := esdbtest.Start(t, 1)
		c.Set("other", `{"$maxCount":5}`)
		c.Set("other", `{}`) // the newest counts
		c.Set("$scavenges", `{"$maxCount":5}`)
		c.Write("applications", "SomethingHappened")
		c.Set("applications", `{"$maxCount":5}`) // whatever others do with theirs
		c.Write("gone", "SomethingHappened")
		c.Delete("gone", true)
		c.Set("a", setting)
		s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
		err := put(t.Context(), s, "a", 0, 0)
		if got := errors.Is(err, esdb.ErrRetention); got != deletes || !deletes && err != nil {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

// A cluster that deletes events of a ledger that is being followed stops the replica as soon as that is heard of, and a node
// that begins later too; one that only did so once does not.
func TestRetentionLater(t *testing.T) {
	for name, do := range map[string]func(c *esdbtest.Cluster){
		"a setting":        func(c *esdbtest.Cluster) { c.Set("a", `{"$maxCount":1}`) },
		"of all streams":   func(c *esdbtest.Cluster) { c.Set("$all", `{"$maxAge":1}`) },
		"deleted":          func(c *esdbtest.Cluster) { c.Delete("a", false) },
		"deleted for good": func(c *esdbtest.Cluster) { c.Delete("a", true) },
		"of a register":    func(c *esdbtest.Cluster) { c.Set("heads", `{"$maxCount":1}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := esdbtest.Start(t, 1)
			dir := t.TempDir()
			s := openIn(t, c.ConnectionString(), dir, esdb.Options{})
			must(t, s.Register("heads").Append(t.Context(), eventstore.NoStream, []byte("first")))
			for n := range 3 {
				must(t, put(t.Context(), s, "a", n, n))
			}
			do(c)
			wantRetention(t, s)
			if size, err := s.Size(t.Context()); size != 3 || err != nil {
				t.Errorf("it has %d events, %v", size, err)
			}
			if err := put(t.Context(), s, "a", 3, 3); !errors.Is(err, eventstore.ErrHalted) || !errors.Is(err, esdb.ErrRetention) {
				t.Errorf("writing: %v, want ErrHalted and the reason", err)
			}
			must(t, s.Close())
			wantRetention(t, openIn(t, c.ConnectionString(), dir, esdb.Options{}))
			wantRetention(t, openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{}))
		})
	}
	t.Run("mended", func(t *testing.T) {
		t.Parallel()
		c := esdbtest.Start(t, 1)
		dir := t.TempDir()
		s := openIn(t, c.ConnectionString(), dir, esdb.Options{})
		must(t, put(t.Context(), s, "a", 0, 0))
		c.Set("a", `{"$maxCount":1}`)
		wantRetention(t, s)
		must(t, s.Close())
		c.Set("a", `{}`)
		s = openIn(t, c.ConnectionString(), dir, esdb.Options{})
		must(t, put(t.Context(), s, "a", 1, 1))
		wantExactly(t, c, s, 2)
	})
}

func wantRetention(t *testing.T, s *esdb.Store) {
	t.Helper()
	for end := time.Now().Add(longest); s.Status().Halted == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is followed all the same")
		}
	}
	if h := s.Status().Halted; !errors.Is(h, esdb.ErrRetention) {
		t.Errorf("%v, want ErrRetention", h)
	}
}

// A stream that was deleted takes nothing, or begins anew after what is gone, which is no place for anything of ours.
func TestDeletedStreams(t *testing.T) {
	t.Parallel()
	for _, forGood := range []bool{true, false} {
		c := esdbtest.Start(t, 1)
		d, err := esdb.OpenDirect(c.ConnectionString(), esdb.Options{})
		must(t, err)
		heads := d.Register("heads")
		for n := range 3 {
			must(t, heads.Append(t.Context(), eventstore.Revision(n-1), []byte{byte('0' + n)}))
		}
		c.Delete("heads", forGood)
		if err := heads.Append(t.Context(), eventstore.NoStream, []byte("3")); !errors.Is(err, eventstore.ErrDamaged) {
			t.Errorf("for good %v: %v, want ErrDamaged", forGood, err)
		}
		if _, err := heads.Read(t.Context(), 0); !errors.Is(err, eventstore.ErrDamaged) {
			t.Errorf("for good %v: reading: %v, want ErrDamaged", forGood, err)
		}
		must(t, d.Close())
	}
}
