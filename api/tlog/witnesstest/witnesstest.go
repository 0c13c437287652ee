// Package witnesstest is a witness for tests, written from the specification (C2SP tlog-witness) alone and honest by
// itself. It can be made slow, silent or dishonest.
package witnesstest

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witness is an http.Handler, and an http.RoundTripper that carries requests to itself, for synthetic time. All methods
// may be called by many goroutines at once.
type Witness struct {
	Signer *torchwood.CosignatureSigner
	log    note.Verifier

	mu       sync.Mutex
	behave   Behaviour       // guarded by mu, as all below
	size     int64           // of the last checkpoint that it has cosigned
	root     tlog.Hash       // of the same
	requests []string        // the bodies, in their order
	agents   map[string]bool // those who asked
}

// Behaviour is how a witness answers. The zero Behaviour is honest, at once.
type Behaviour struct {
	// Delay is how long it thinks before it answers.
	Delay time.Duration
	// Hangs keeps it from ever answering.
	Hangs bool
	// Answer is what it answers to a body, instead of what is right.
	Answer func(body string, honest func() *http.Response) *http.Response
}

// Signer is the key of a witness, the same for the same seed.
func Signer(name string, seed byte) *torchwood.CosignatureSigner {
	s, err := torchwood.NewCosignatureSigner(name, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize)))
	if err != nil {
		panic(err)
	}
	return s
}

// New makes a witness that knows one log, by its public key.
func New(name string, seed byte, log string) *Witness {
	v, err := note.NewVerifier(log)
	if err != nil {
		panic(err)
	}
	return &Witness{Signer: Signer(name, seed), log: v, agents: map[string]bool{}}
}

// Name is the name of its key, Key the key itself.
func (w *Witness) Name() string { return w.Signer.Name() }
func (w *Witness) Key() string  { return w.Signer.Verifier().String() }

// Behave changes how it answers from now on.
func (w *Witness) Behave(b Behaviour) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.behave = b
}

// At is the last checkpoint that it has cosigned; SetAt has it believe another.
func (w *Witness) At() (size int64, root tlog.Hash) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size, w.root
}

// SetAt has it believe that its last checkpoint was another.
func (w *Witness) SetAt(size int64, root tlog.Hash) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size, w.root = size, root
}

// Asked are the requests that it got, and Agents who sent them.
func (w *Witness) Asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests[:len(w.requests):len(w.requests)]
}

// Agents are the User-Agents that it was asked by.
func (w *Witness) Agents() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for a := range w.agents {
		all = append(all, a)
	}
	return all
}

// Response is an answer.
func Response(status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body))}
}

// Always answers the same.
func Always(status int, contentType, body string) func(string, func() *http.Response) *http.Response {
	return func(string, func() *http.Response) *http.Response { return Response(status, contentType, body) }
}

// Cosignature is the answer that carries a cosignature of a text.
func Cosignature(s note.Signer, text string) string {
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		panic(err)
	}
	return string(signed[len(text)+1:])
}

// ServeHTTP answers over a connection.
func (w *Witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	resp, err := w.RoundTrip(r)
	if err != nil {
		return // whoever asked is gone
	}
	defer func() { _ = resp.Body.Close() }()
	rw.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	rw.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(rw, resp.Body)
}

// RoundTrip answers without a connection.
func (w *Witness) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/add-checkpoint") {
		return Response(http.StatusNotFound, "text/plain", "no such page"), nil
	}
	w.mu.Lock()
	w.requests = append(w.requests, string(body))
	w.agents[r.UserAgent()] = true
	behave := w.behave
	w.mu.Unlock()
	if behave.Hangs {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	select {
	case <-time.After(behave.Delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	honest := func() *http.Response { return w.judge(body) }
	if behave.Answer != nil {
		return behave.Answer(string(body), honest), nil
	}
	return honest(), nil
}

// judge is what an honest witness does.
func (w *Witness) judge(body []byte) *http.Response {
	w.mu.Lock()
	defer w.mu.Unlock()
	old, proof, signed, ok := parse(body)
	if !ok {
		return Response(http.StatusBadRequest, "text/plain", "malformed")
	}
	n, err := note.Open(signed, note.VerifierList(w.log))
	if err != nil || len(n.UnverifiedSigs) > 0 { // it may ignore those of others; we want to see that none are sent
		return Response(http.StatusForbidden, "text/plain", "not signed by the log alone")
	}
	c, err := torchwood.ParseCheckpoint(n.Text)
	switch {
	case err != nil || c.Origin != w.log.Name():
		return Response(http.StatusNotFound, "text/plain", "unknown log")
	case old > c.N:
		return Response(http.StatusBadRequest, "text/plain", "old is greater")
	case old != w.size:
		return Response(http.StatusConflict, "text/x.tlog.size", fmt.Sprintf("%d\n", w.size))
	case old == 0 && len(proof) > 0, old == c.N && (len(proof) > 0 || w.root != c.Hash):
		return Response(http.StatusUnprocessableEntity, "text/plain", "inconsistent")
	case old > 0 && old < c.N && tlog.CheckTree(proof, c.N, c.Hash, old, w.root) != nil:
		return Response(http.StatusUnprocessableEntity, "text/plain", "inconsistent")
	}
	w.size, w.root = c.N, c.Hash
	return Response(http.StatusOK, "text/plain", Cosignature(w.Signer, n.Text))
}

// parse reads a request, strictly.
func parse(body []byte) (old int64, proof tlog.TreeProof, signed []byte, ok bool) {
	head, signed, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	text, hasOld := strings.CutPrefix(lines[0], "old ")
	old, err := strconv.ParseInt(text, 10, 64)
	if !found || !hasOld || err != nil || strconv.FormatInt(old, 10) != text || len(lines) > 64 {
		return 0, nil, nil, false
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return 0, nil, nil, false
		}
		proof = append(proof, h)
	}
	return old, proof, signed, true
}
