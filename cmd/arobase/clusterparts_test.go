package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/sharedlog"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/eventstore/sqlite"
)

// A record that is damaged on one node keeps that node from signing, also after a restart, and no other.
func TestADifferenceIsTheNodesOwn(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	node := func(dir string) *sharedHeads {
		replica, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), ledgerFile), uuid.Max)
		if err != nil {
			t.Fatal(err)
		}
		s, err := esdb.Open(t.Context(), c.ConnectionString(), replica, esdb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return &sharedHeads{Heads: sharedlog.Open(s.Register(headsRegister(0))), path: filepath.Join(dir, differenceFile)}
	}
	here, there := t.TempDir(), t.TempDir()
	differs := func(h *sharedHeads, want int64) {
		t.Helper()
		d, err := h.Doubts(t.Context())
		if err != nil || want < 0 != (d.Difference == nil) || d.Difference != nil && d.Difference.Leaf != want {
			t.Errorf("%+v, %v; want leaf %d", d.Difference, err, want)
		}
	}
	one, other := node(here), node(there)
	for _, leaf := range []int64{7, 8} { // the first is kept
		if err := one.SetDifference(t.Context(), &tlog.Difference{Leaf: leaf, End: leaf + 1, Found: time.Unix(1, 0).UTC()}); err != nil {
			t.Fatal(err)
		}
	}
	differs(one, 7)
	differs(node(here), 7)
	differs(other, -1)
	for range 2 {
		if err := one.SetDifference(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	differs(one, -1)
}

// The password of a cluster is shown nowhere, and the one parameter that is ours does not reach the client.
func TestStorePlace(t *testing.T) {
	for text, want := range map[string][3]string{
		"esdb://u:secret@a:2113,b:2113?tls=true":                  {"esdb://u:xxxxx@a:2113,b:2113?tls=true", "esdb://u:secret@a:2113,b:2113?tls=true", ""},
		"esdb+discover://u:se:cret@a?namespace=label&tls=true":    {"esdb+discover://u:xxxxx@a?namespace=label&tls=true", "esdb+discover://u:se:cret@a?tls=true", "label-"},
		"esdb://a:1?tls=false&namespace=label":                    {"esdb://a:1?tls=false&namespace=label", "esdb://a:1?tls=false", "label-"},
		"esdb://a:1?namespace=label":                              {"esdb://a:1?namespace=label", "esdb://a:1", "label-"},
		"esdb://a:1?tls=false&namespace=label&keepAliveTimeout=5": {"esdb://a:1?tls=false&namespace=label&keepAliveTimeout=5", "esdb://a:1?tls=false&keepAliveTimeout=5", "label-"},
	} {
		p := storePlace(text)
		connection, namespace, err := p.split()
		if got := [3]string{p.String(), connection, string(namespace)}; err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"esdb://a?namespace=", "esdb://a?namespace=$x", "esdb://a?namespace=A"} {
		p := storePlace(text)
		if _, _, err := p.split(); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
