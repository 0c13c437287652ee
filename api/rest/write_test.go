package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger"
	"arobase/api/rest"
)

// desk is a ledger that takes requests, with a token for each role.
type desk struct {
	opened
	http.Handler
	tokens map[auth.Role]string
	give   func(auth.Grant) string
	from   int
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	dir := t.TempDir()
	o, err := open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.close)
	kept, err := sqliteauth.Create(filepath.Join(dir, "auth.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	var ticks atomic.Int64 // a tenth of a second each: nobody is too quick by being a test
	clock := func() time.Time {
		return time.Unix(1_800_000_000, 0).Add(time.Duration(ticks.Add(1)) * 100 * time.Millisecond)
	}
	authority := &auth.Authority{Tokens: kept, Now: clock, Random: &counter{}}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = o.Runner().Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	d := &desk{opened: o, Handler: rest.New(rest.Deps{Ledger: o.Ledger, Gate: auth.NewGate(authority)}), tokens: map[auth.Role]string{}}
	d.give = func(g auth.Grant) string {
		t.Helper()
		g.Life = time.Hour
		if g.Person == "" {
			g.Person = "Camille " + string(g.Role)
		}
		text, _, err := authority.Issue(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, r := range auth.Roles() {
		g := auth.Grant{Role: r}
		switch r {
		case auth.Declarant:
			g.For = "fr-commune-73008"
		case auth.Juror:
			g.For = "28-3"
		}
		d.tokens[r] = d.give(g)
	}
	return d
}

// counter is randomness that differs each time.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n * 31
	}
	return len(p), nil
}

// send posts a body to a resource; headers are pairs.
func (d *desk) send(token, resource, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/"+resource, strings.NewReader(body))
	if d.from++; token == "" { // the public is counted by address
		r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", d.from%250)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func problemIn(t testing.TB, w *httptest.ResponseRecorder) rest.Problem {
	t.Helper()
	var p rest.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d is not a problem: %s", w.Code, w.Body)
	}
	return p
}

func receiptIn(t testing.TB, w *httptest.ResponseRecorder, status int) rest.Receipt {
	t.Helper()
	if w.Code != status {
		t.Fatalf("%d, want %d: %s", w.Code, status, w.Body)
	}
	var r rest.Receipt
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// What holds for every operation: who may ask, and that nothing is half written.
func TestEveryOperation(t *testing.T) {
	d := newDesk(t)
	size := d.Ledger.Size()
	for _, o := range ledger.Operations() {
		t.Run(o.Resource, func(t *testing.T) {
			var right auth.Role
			for _, r := range append(auth.Roles(), auth.Public) {
				want := http.StatusUnprocessableEntity // it may, and {} lacks every field
				switch {
				case slices.Contains(o.Roles, r):
					if r != auth.Public {
						right = r
					}
				case r == auth.Public:
					want = http.StatusUnauthorized
				default:
					want = http.StatusForbidden
				}
				w := d.send(d.tokens[r], o.Resource, `{}`)
				p := problemIn(t, w)
				if w.Code != want {
					t.Errorf("%s: %d, want %d: %s", r, w.Code, want, p.Detail)
				}
				if want == http.StatusUnauthorized && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("%s: nothing says how to authenticate", r)
				}
				if want == http.StatusUnprocessableEntity && len(p.Errors) == 0 {
					t.Errorf("%s: no field is named: %s", r, w.Body)
				}
			}
			for _, c := range []struct {
				says, body, media, field string
				status                   int
			}{
				{"no JSON", `{"a`, "application/json", "body", 422},
				{"a list", `[]`, "application/json", "body", 422},
				{"an unknown member", `{"levels":5}`, "application/json", "levels", 422},
				{"who asks", `{"by":"somebody else"}`, "application/json", "by", 422},
				{"a form", `a=b`, "application/x-www-form-urlencoded", "", 415},
				{"too much", `{"a":"` + strings.Repeat("x", 1<<20) + `"}`, "application/json", "", 413},
			} {
				w := d.send(d.tokens[right], o.Resource, c.body, "Content-Type", c.media)
				p := problemIn(t, w)
				if w.Code != c.status || c.field != "" && !slices.ContainsFunc(p.Errors, func(f rest.ProblemField) bool { return f.Field == c.field }) {
					t.Errorf("%s: %d %s %v", c.says, w.Code, p.Detail, p.Errors)
				}
			}
			if d.Ledger.Size() != size {
				t.Errorf("%d records were written by refused requests", d.Ledger.Size()-size)
			}
		})
	}
}

const source = `{"source":"gazette-2026","publisher":"La Gazette","title":"Le palmarès","url":"https://example.org/a","publishedOn":"2026-02-01"}`

func TestAnAnswerIsAReceipt(t *testing.T) {
	d := newDesk(t)
	w := d.send(d.tokens[auth.Registrar], "sources", source, "Idempotency-Key", "k1")
	r := receiptIn(t, w, http.StatusCreated)
	if r.Stream != "source-gazette-2026" || r.Revision != 0 || len(r.Events) != 1 || r.Position != d.Ledger.Size()-1 || r.Recorded.IsZero() || r.Duplicate || !r.Applied {
		t.Errorf("the receipt is %+v", r)
	}
	if h := w.Header(); h.Get("ETag") != `"0"` || h.Get("Location") != "/v1/events/"+r.Events[0].String() || h.Get("Cache-Control") != "no-store" {
		t.Errorf("the headers are %v", h)
	}
	// The log shows the role, and nobody's name.
	read := httptest.NewRecorder()
	d.ServeHTTP(read, httptest.NewRequest("GET", w.Header().Get("Location"), nil))
	if read.Code != 200 || !strings.Contains(read.Body.String(), `"registrar:secretariat"`) || strings.Contains(read.Body.String(), "Camille") {
		t.Errorf("%d %s", read.Code, read.Body)
	}
	// Again with the key: the same answer, and nothing new.
	again := receiptIn(t, d.send(d.tokens[auth.Registrar], "sources", source, "Idempotency-Key", "k1"), http.StatusOK)
	if !again.Duplicate || again.Events[0] != r.Events[0] || again.Position != r.Position {
		t.Errorf("again: %+v", again)
	}
	// The key with another request is refused; without a key a rule does it.
	if w := d.send(d.tokens[auth.Registrar], "sources", strings.Replace(source, "Le palmarès", "Autre", 1), "Idempotency-Key", "k1"); w.Code != 422 || !strings.HasSuffix(problemIn(t, w).Type, "key-reused") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = d.send(d.tokens[auth.Registrar], "sources", source)
	if p := problemIn(t, w); w.Code != 409 || p.Errors[0].Rule != "once" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestARequestCanRestOnARevision(t *testing.T) {
	d := newDesk(t)
	token := d.tokens[auth.Registrar]
	if r := receiptIn(t, d.send(token, "sources", source, "If-None-Match", "*"), http.StatusCreated); r.Revision != 0 {
		t.Fatal(r)
	}
	corrected := strings.Replace(source, "}", `,"reason":"le titre"}`, 1)
	for _, c := range []struct {
		header, value string
		status        int
		current       int64
	}{
		{"If-Match", `"3"`, 409, 0}, {"If-None-Match", "*", 409, 0}, {"If-None-Match", `"1"`, 400, 0}, {"If-Match", "W/x", 400, 0}, {"If-Match", `"-1"`, 400, 0},
		{"If-Match", `"0"`, 201, 0}, {"If-Match", `"0"`, 409, 1},
	} {
		w := d.send(token, "source-corrections", corrected, c.header, c.value)
		if w.Code != c.status {
			t.Fatalf("%s: %s: %d %s", c.header, c.value, w.Code, w.Body)
		}
		if w.Code == 409 {
			if p := problemIn(t, w); p.Current == nil || *p.Current != c.current {
				t.Errorf("%s: %s: the current revision is %v, want %d", c.header, c.value, p.Current, c.current)
			}
		}
	}
}

// Of many who rest on the same revision at once, one is quicker, and the others are told.
func TestTwoAtOnce(t *testing.T) {
	d := newDesk(t)
	receiptIn(t, d.send(d.tokens[auth.Registrar], "sources", source), http.StatusCreated)
	var all sync.WaitGroup
	codes := make([]int, 8)
	for i := range codes {
		all.Go(func() {
			body := strings.Replace(source, "}", fmt.Sprintf(`,"reason":"le titre, %d"}`, i), 1)
			codes[i] = (&desk{Handler: d.Handler}).send(d.tokens[auth.Registrar], "source-corrections", body, "If-Match", `"0"`).Code
		})
	}
	all.Wait()
	slices.Sort(codes)
	if codes[0] != 201 || codes[1] != 409 || codes[7] != 409 {
		t.Errorf("the answers are %v: one 201, and 409 for the others", codes)
	}
}

func TestTokens(t *testing.T) {
	d := newDesk(t)
	for _, token := range []string{"aro_x", strings.Replace(d.tokens[auth.Registrar], "aro_", "aro-", 1), d.tokens[auth.Registrar] + "a"} {
		if w := d.send(token, "sources", source); w.Code != 401 || !strings.HasSuffix(problemIn(t, w).Type, "invalid-token") {
			t.Errorf("%s: %d %s", token, w.Code, w.Body)
		}
	}
	// Whoever guesses is slowed down, and told for how long.
	var w *httptest.ResponseRecorder
	for range 40 {
		w = d.send("aro_guess", "sources", source)
	}
	if w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d after many guesses", w.Code)
	}
}

// A node without a gate records nothing.
func TestReadOnlyNode(t *testing.T) {
	d := newDesk(t)
	d.Handler = rest.New(rest.Deps{Ledger: d.Ledger})
	if w := d.send(d.tokens[auth.Registrar], "sources", source); w.Code != 503 || !bytes.Contains(w.Body.Bytes(), []byte("read-only")) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
