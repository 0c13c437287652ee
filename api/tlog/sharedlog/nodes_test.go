package sharedlog_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/sharedlog"
	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/projections/transparency"
)

const origin = "example.org/log"

// signing is a node's part in the log, until it is killed.
type signing struct {
	name   string
	store  *esdb.Store
	tree   *transparency.Tree
	signed atomic.Int64 // how many checkpoints it has signed
	holds  atomic.Bool
	kill   context.CancelFunc
	ended  sync.WaitGroup
}

// run grows the tree and, while it holds the lease, signs it.
func run(t *testing.T, name string, s *esdb.Store, key *tlog.Key) *signing {
	t.Helper()
	tree, err := transparency.InMemory(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, kill := context.WithCancel(t.Context())
	n := &signing{name: name, store: s, tree: tree, kill: kill}
	heads := sharedlog.Open(s.Register("arobase-log-heads"))
	lease := sharedlog.NewLease(s.Register("arobase-log-lease"), name, 300*time.Millisecond, time.Now)
	signer := tlog.NewSigner(key, tree, heads, time.Now)
	signer.BeforeSigning(func(ctx context.Context, size int64) error {
		return s.Confirm(ctx, eventstore.Position(size))
	})
	n.ended.Go(func() { _ = tree.Run(ctx) })
	n.ended.Go(func() {
		for ctx.Err() == nil {
			held, err := lease.Hold(ctx)
			n.holds.Store(held && err == nil)
			if n.holds.Load() {
				before := signer.State().Head.Size
				_, err := signer.Sign(ctx)
				if refusal, ok := errors.AsType[*tlog.Refusal](err); ok && refusal.Cause != tlog.Shorter {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil && signer.State().Head.Size > before {
					n.signed.Add(1)
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
		n.holds.Store(false)
	})
	return n
}

func (n *signing) end() {
	n.kill()
	n.ended.Wait()
}

// Three nodes write and sign under load, and the one that signs is killed again and again, once together with the cluster.
// Another takes over, all checkpoints are of one history, and every node computes the same tree.
func TestOneHistory(t *testing.T) {
	c := esdbtest.Start(t, 3)
	key, err := tlog.GenerateKey(filepath.Join(t.TempDir(), "log.key"), uuid.Max, origin, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var nodes []*signing
	for i := range 3 {
		nodes = append(nodes, run(t, fmt.Sprint("node-", i), node(t, c), key))
	}
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	var acknowledged sync.Map
	for w := range 6 {
		store := nodes[w%3].store
		writers.Go(func() {
			id := uuid.New()
			for n := 0; ctx.Err() == nil; {
				e := eventstore.Proposed{ID: id, Type: "arobase.test.v1", Recorded: time.UnixMilli(int64(n)), Bytes: fmt.Appendf(nil, `{"writer":%d,"n":%d}`, w, n)}
				appended, err := store.Append(ctx, fmt.Sprint("stream-", w), eventstore.Revision(n-1), []eventstore.Proposed{e})
				if err != nil {
					continue // the same again
				}
				acknowledged.Store(appended.Token, true)
				n, id = n+1, uuid.New()
			}
		})
	}
	signers := make(map[string]bool)
	for round := range 6 {
		n := awaitSigner(t, nodes, round)
		signers[nodes[n].name] = true
		if round == 3 {
			c.Away()
			time.Sleep(50 * time.Millisecond)
			c.Back()
		}
		nodes[n].end()
		nodes[n] = run(t, fmt.Sprint("node-", n, "-", round), nodes[n].store, key)
	}
	stop()
	writers.Wait()
	if len(signers) < 3 {
		t.Errorf("signed by %v only", signers)
	}

	total := eventstore.Position(c.Count("arobase."))
	roots := make(map[xtlog.Hash]bool)
	for _, n := range nodes {
		waiting, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		for token := range acknowledged.Range {
			if _, err := n.store.Resolve(waiting, token.(eventstore.Token)); err != nil {
				t.Fatalf("%s: an event that was acknowledged on some node: %v", n.name, err)
			}
		}
		if err := n.tree.Wait(waiting, int64(total)); err != nil {
			t.Fatal(err)
		}
		cancel()
		root, err := n.tree.Root(int64(total))
		if err != nil {
			t.Fatal(err)
		}
		roots[root] = true
	}
	if len(roots) != 1 {
		t.Errorf("%d roots of one history", len(roots))
	}
	oneHistory(t, c, nodes[0])
	for _, n := range nodes {
		n.end()
		if h := n.store.Status().Halted; h != nil {
			t.Errorf("%s: %v", n.name, h)
		}
	}
}

// awaitSigner gives the node that signs, once it has signed.
func awaitSigner(t *testing.T, nodes []*signing, round int) int {
	t.Helper()
	for range 20_000 {
		for i, n := range nodes {
			if n.holds.Load() && n.signed.Load() > 0 {
				return i
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("round %d: nobody signs", round)
	return 0
}

// oneHistory holds every checkpoint that was ever signed against the tree.
func oneHistory(t *testing.T, c *esdbtest.Cluster, n *signing) {
	t.Helper()
	heads := sharedlog.Open(n.store.Register("arobase-log-heads"))
	count := 0
	for size := int64(1); ; count++ {
		head, err := heads.At(t.Context(), size)
		if errors.Is(err, tlog.ErrNoHead) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if root, err := n.tree.Root(head.Size); err != nil || root != head.Root {
			t.Fatalf("checkpoint of %d: %v, the tree has %v, %v", head.Size, head.Root, root, err)
		}
		size = head.Size + 1
	}
	if count < 6 {
		t.Errorf("%d checkpoints", count)
	}
	t.Logf("%d events, %d checkpoints", c.Count("arobase."), count)
}
