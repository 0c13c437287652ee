package tlog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
)

// signature is the cosignature of a witness over a text.
func signature(t testing.TB, s note.Signer, text string) note.Signature {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(signed[len(text)+1:]))
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

// stranger is a witness in memory, written from the specification (C2SP tlog-witness) alone. It is the transport of its
// requests, so it runs in synthetic time too.
type stranger struct {
	signer *torchwood.CosignatureSigner
	log    note.Verifier

	mu       sync.Mutex
	size     int64 // guarded by mu, as all below
	root     xtlog.Hash
	delay    time.Duration // before it answers
	hangs    bool          // until the request is given up
	answer   func(asked string, honest func() *http.Response) *http.Response
	requests []string // what it was asked
	agents   map[string]bool
}

func newStranger(t testing.TB, name string, seed byte, key *tlog.Key) *stranger {
	t.Helper()
	verifier, err := note.NewVerifier(key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return &stranger{signer: cosigner(t, name, seed), log: verifier, agents: map[string]bool{}}
}

// set changes how it behaves.
func (s *stranger) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// at is the last checkpoint that it has cosigned.
func (s *stranger) at() (int64, xtlog.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size, s.root
}

func (s *stranger) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *stranger) address() string {
	return "https://" + s.signer.Name() + "/prefix#" + s.signer.Verifier().String()
}

func response(status int, media, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(strings.NewReader(body))}
}

func (s *stranger) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost || r.URL.Path != "/prefix/add-checkpoint" {
		return nil, fmt.Errorf("%s %s", r.Method, r.URL)
	}
	s.mu.Lock()
	s.requests = append(s.requests, string(body))
	s.agents[r.UserAgent()] = true
	delay, hangs, answer := s.delay, s.hangs, s.answer
	s.mu.Unlock()
	if hangs {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	honest := func() *http.Response { return s.judge(body) }
	if answer != nil {
		return answer(string(body), honest), nil
	}
	return honest(), nil
}

// judge is what an honest witness does.
func (s *stranger) judge(body []byte) *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	head, signed, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	text, hasOld := strings.CutPrefix(lines[0], "old ")
	old, err := strconv.ParseInt(text, 10, 64)
	if !found || !hasOld || err != nil || strconv.FormatInt(old, 10) != text || len(lines) > 64 {
		return response(400, "text/plain", "malformed")
	}
	var proof xtlog.TreeProof
	for _, line := range lines[1:] {
		h, err := xtlog.ParseHash(line)
		if err != nil {
			return response(400, "text/plain", "malformed")
		}
		proof = append(proof, h)
	}
	n, err := note.Open(signed, note.VerifierList(s.log))
	if err != nil || len(n.UnverifiedSigs) > 0 { // it may ignore others; we want to see that none are sent
		return response(403, "text/plain", "not signed by the log alone")
	}
	c, err := torchwood.ParseCheckpoint(n.Text)
	switch {
	case err != nil || c.Origin != s.log.Name():
		return response(404, "text/plain", "unknown log")
	case old > c.N:
		return response(400, "text/plain", "old is greater")
	case old != s.size:
		return response(409, "text/x.tlog.size", fmt.Sprintf("%d\n", s.size))
	case old == 0 && len(proof) > 0, old == c.N && (len(proof) > 0 || s.root != c.Hash):
		return response(422, "text/plain", "inconsistent")
	case old > 0 && old < c.N && xtlog.CheckTree(proof, c.N, c.Hash, old, s.root) != nil:
		return response(422, "text/plain", "inconsistent")
	}
	s.size, s.root = c.N, c.Hash
	cosigned, err := note.Sign(&note.Note{Text: n.Text}, s.signer)
	if err != nil {
		return response(500, "text/plain", err.Error())
	}
	return response(200, "text/plain", string(cosigned[len(n.Text)+1:]))
}

// strangers sends each request to the witness at its address.
type strangers []*stranger

func (all strangers) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range all {
		if r.URL.Host == s.signer.Name() {
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
	grow      func(n int)
	end       func()
}

// watch starts a log of n events before witnesses, in a bubble of synthetic time.
func watch(t *testing.T, key *tlog.Key, n, quorum int, all ...*stranger) *witnessed {
	t.Helper()
	var addresses []string
	for _, s := range all {
		addresses = append(addresses, s.address())
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
