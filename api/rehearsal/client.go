// Package rehearsal runs made-up editions, from the regulation to the last appeal, through the public interface of a
// server and nothing else: what a clerk, a collectivity, a juror and a president send over HTTP. It is how the whole is
// tried out before an association runs an edition on it, and it says how long that takes.
package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"arobase/domain"
)

// Server is where the rehearsal takes place.
type Server struct {
	URL    string
	Admin  string // a token of the role admin
	Client *http.Client
	// Now is the time of the ledger, and Advance lets some of it go by.
	Now     func() time.Time
	Advance func(time.Duration) error
}

// today is the day of the ledger, in Paris.
func (s *Server) today() string { return domain.DayInParis(s.Now()) }

func (s *Server) dayIn(days int) string { return domain.DaysAfter(s.today(), days) }

// receipt is the answer to a request that was recorded.
type receipt struct {
	Stream   string   `json:"stream"`
	Revision int64    `json:"revision"`
	Events   []string `json:"events"`
	Position uint64   `json:"position"`
}

// Refused is an answer that says no.
type Refused struct {
	Request string
	Status  int
	Body    string
}

func (e *Refused) Error() string {
	return fmt.Sprintf("%s: %d %s", e.Request, e.Status, strings.TrimSpace(e.Body))
}

// times are how long answers took. Guarded by mu.
type times struct {
	mu  sync.Mutex
	all []time.Duration
}

func (t *times) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, d)
}

// patience is how often a request is sent again where the server asks to wait.
const patience = 60

// ask sends one request, a text file where the body is bytes, and reads the answer into out, which may be nil. A server that says when to ask again is asked
// again.
func (r *run) ask(ctx context.Context, token, method, address string, body, out any, headers ...string) error {
	text, file := body.([]byte)
	if body != nil && !file {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return fmt.Errorf("writing a request: %w", err)
		}
	}
	for tried := 0; ; tried++ {
		req, err := http.NewRequestWithContext(ctx, method, r.server.URL+address, bytes.NewReader(text))
		if err != nil {
			return fmt.Errorf("writing a request: %w", err)
		}
		switch {
		case file:
			req.Header.Set("Content-Type", "text/plain; charset=utf-8")
		case body != nil:
			req.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		began := r.clock()
		answer, err := r.server.Client.Do(req)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, address, err)
		}
		content, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, address, err)
		}
		if wait, _ := strconv.Atoi(answer.Header.Get("Retry-After")); answer.StatusCode == http.StatusTooManyRequests && wait > 0 && tried < patience {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(wait) * time.Second):
			}
			continue
		}
		took := r.clock().Sub(began)
		if method == http.MethodPost {
			r.took.add(took)
		}
		if r.seen != nil {
			r.seen(method, address, answer.StatusCode, took)
		}
		if answer.StatusCode >= 300 {
			return &Refused{method + " " + address, answer.StatusCode, string(content)}
		}
		if out == nil || len(content) == 0 {
			return nil
		}
		if err := json.Unmarshal(content, out); err != nil {
			return fmt.Errorf("reading the answer of %s %s: %w", method, address, err)
		}
		return nil
	}
}

// post has something recorded.
func (r *run) post(ctx context.Context, token, resource string, body any, headers ...string) (receipt, error) {
	var done receipt
	err := r.ask(ctx, token, http.MethodPost, "/v1/"+resource, body, &done, headers...)
	if err == nil {
		r.count(resource)
	}
	return done, err
}

// refused holds that something is refused with a status: what must not be possible is tried too.
func (r *run) refused(ctx context.Context, status int, token, resource string, body any, headers ...string) error {
	err := r.ask(ctx, token, http.MethodPost, "/v1/"+resource, body, nil, headers...)
	refusal, ok := err.(*Refused) //nolint:errorlint // as ask made it
	switch {
	case err == nil:
		return fmt.Errorf("%s was not refused: %v", resource, body)
	case !ok || refusal.Status != status:
		return fmt.Errorf("wanted the status %d: %w", status, err)
	}
	r.count("refusals")
	return nil
}
