package pgworkspace_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/pgworkspace"
	"arobase/api/ledger/workspace/workspacetest"
	"arobase/eventstore/vault/pgvault"
	"arobase/eventstore/vault/pgvault/pgtest"
)

func TestOnAServer(t *testing.T) {
	s := pgtest.Start(t)
	workspacetest.Run(t, func(t *testing.T) workspace.Workspace { return open(t, s.Schema(t), true) })
	t.Run("two nodes", func(t *testing.T) {
		address := s.Schema(t)
		nodes := []workspace.Workspace{open(t, address, true), open(t, address, false)}
		var writers sync.WaitGroup
		for _, n := range nodes {
			writers.Go(func() {
				for range 20 {
					if _, err := n.Put(t.Context(), workspace.Document{Key: "draft/28/a", Body: []byte("{}"), By: "Anne", At: time.Unix(1, 0)}, -1); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		for _, n := range nodes {
			all, err := n.Versions(t.Context(), "draft/28/a")
			if err != nil || len(all) != 40 || all[39].Revision != 40 {
				t.Errorf("%d versions, %v", len(all), err)
			}
		}
	})
}

func open(t *testing.T, address string, create bool) workspace.Workspace {
	t.Helper()
	f := pgvault.Open
	if create {
		f = pgvault.Create
	}
	v, err := f(t.Context(), address, uuid.Max)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	w, err := pgworkspace.Open(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
