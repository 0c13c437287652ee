package tlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/witnesstest"
)

// signature is the cosignature of a witness over a text.
func signature(s note.Signer, text string) note.Signature {
	fields := strings.Fields(witnesstest.Cosignature(s, text))
	return note.Signature{Name: s.Name(), Hash: s.KeyHash(), Base64: fields[2]}
}

// noteText is what a head's signatures cover.
func noteText(t testing.TB, head tlog.Head) string {
	t.Helper()
	text, _, found := strings.Cut(string(head.Signed), "\n\n")
	if !found {
		t.Fatalf("no note: %q", head.Signed)
	}
	return text + "\n"
}

func newWitness(name string, seed byte, key *tlog.Key) *witnesstest.Witness {
	return witnesstest.New(name, seed, key.VerifierKey())
}

// strangers sends each request to the witness at its address.
type strangers []*witnesstest.Witness

func (all strangers) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range all {
		if r.URL.Host == s.Name() && r.URL.Path == "/prefix/add-checkpoint" {
			return s.RoundTrip(r)
		}
	}
	return nil, errors.New("no such host")
}

// witnessed is a log whose checkpoints are shown to witnesses, with all that runs.
type witnessed struct {
	key       *tlog.Key
	events    *events
	tree      tlog.Tree
	heads     *memoryHeads
	log       *tlog.Log
	signer    *tlog.Signer
	collector *tlog.Collector
	said      bytes.Buffer // what the operator is told; to be read after the end
	grow      func(n int)
	end       func()
}

// watch starts a log of n events before witnesses, in a bubble of synthetic time.
func watch(t *testing.T, key *tlog.Key, n, quorum int, all ...*witnesstest.Witness) *witnessed {
	t.Helper()
	var addresses []string
	for _, s := range all {
		addresses = append(addresses, "https://"+s.Name()+"/prefix#"+s.Key())
	}
	witnesses, err := tlog.NewWitnesses(tlog.WitnessSettings{Addresses: addresses, Quorum: quorum})
	if err != nil {
		t.Fatal(err)
	}
	w := &witnessed{key: key, events: newEvents(t, "witnessed", n), heads: &memoryHeads{}}
	tree := treeOf(t, w.events)
	w.tree = tree
	w.log = &tlog.Log{Tree: tree, Events: w.events, Heads: w.heads, Witnesses: witnesses, Now: time.Now}
	w.signer = tlog.NewSigner(key, tree, w.heads, time.Now)
	w.collector = tlog.NewCollector(tlog.CollectorParts{
		Witnesses: witnesses, Tree: tree, Heads: w.heads, Now: time.Now, Random: func() float64 { return 0.5 },
		Agent: "arobase/test", Transport: strangers(all),
		Logger: slog.New(slog.NewTextHandler(&w.said, nil)),
	})
	w.signer.OnSigned(w.collector.Wake)
	w.grow = func(n int) { grow(t, w.events, tree, n) }
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.signer.Run(ctx); err != nil {
			t.Errorf("signer: %v", err)
		}
	})
	running.Go(func() { w.collector.Run(ctx) })
	w.end = func() {
		cancel()
		running.Wait()
		oneHistory(t, key, w.heads.signed(), w.events.bytes())
	}
	return w
}

// public is the size of the public checkpoint, 0 if there is none.
func (w *witnessed) public(t *testing.T) int64 {
	t.Helper()
	head, err := w.log.Checkpoint(t.Context())
	if err != nil && !errors.Is(err, tlog.ErrNoHead) {
		t.Fatal(err)
	}
	return head.Size
}

var errAway = errors.New("away")

// collectorOf is a collector for witnesses who have each seen a checkpoint of a size, or are away.
func collectorOf(t *testing.T, key *tlog.Key, heads tlog.Heads, tree tlog.Tree, seen ...any) *tlog.Collector {
	t.Helper()
	var all strangers
	var addresses []string
	for i, s := range seen {
		w := newWitness(fmt.Sprintf("witness-%d.example", i), byte(i+1), key)
		if size, ok := s.(int64); ok {
			w.SetAt(size, xtlog.Hash{byte(size)})
			all = append(all, w)
		}
		addresses = append(addresses, "https://"+w.Name()+"/prefix#"+w.Key())
	}
	witnesses, err := tlog.NewWitnesses(tlog.WitnessSettings{Addresses: addresses, Quorum: tlog.AllWitnesses})
	if err != nil {
		t.Fatal(err)
	}
	return tlog.NewCollector(tlog.CollectorParts{
		Witnesses: witnesses, Tree: tree, Heads: heads, Now: time.Now, Random: func() float64 { return 0.5 }, Agent: "arobase/test", Transport: all,
	})
}
