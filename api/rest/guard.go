package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"arobase/eventstore"
)

// ServeHTTP sets what every answer carries and turns whatever goes wrong below it into a problem: an address or a
// method that nobody serves, and a panic.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*") // what is read is public; who writes shows a token, and there are no cookies
	h.Set("Access-Control-Expose-Headers", "Arobase-Size, Content-Disposition, ETag, Link, Location, Retry-After")
	h.Set("Vary", "Accept, Accept-Language")
	defer func() {
		if v := recover(); v != nil {
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			a.fail(w, r, nil, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
		h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, Authorization, Content-Type, Arobase-Min-Size, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if handler, pattern := a.mux.Handler(r); pattern == "" {
		a.unserved(w, r, handler)
		return
	}
	if err := a.awaitSize(r); err != nil {
		a.fail(w, r, nil, err)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// minSize is the header with which a client says what it knows of already: the size that an answer gave it, of this node or
// of another one.
const minSize = "Arobase-Min-Size"

// longestWait bounds how long a request waits for the size that it asks for.
const longestWait = 2 * time.Second

// awaitSize returns when the answers of this node rest on at least the size that a request asks for. Where that takes too
// long the client is told to come again.
func (a *api) awaitSize(r *http.Request) error {
	text := r.Header.Get(minSize)
	if text == "" {
		return nil
	}
	size, err := strconv.ParseUint(text, 10, 53)
	if err != nil || len(r.Header.Values(minSize)) > 1 {
		return headerProblem(minSize, "size", "one whole number of records, as Arobase-Size gives it")
	}
	ctx, cancel := context.WithTimeout(r.Context(), longestWait)
	defer cancel()
	err = a.Ledger.Runner().Wait(ctx, eventstore.Position(size))
	if err != nil && r.Context().Err() == nil && ctx.Err() != nil {
		p := later(behind, 1)
		p.Detail = fmt.Sprintf("This node has %d records, and %d are asked for.", a.Ledger.Size(), size)
		return p
	}
	return err
}

// unserved says why nobody answers. The mux knows: its own handler sets 405 and the allowed methods, or 404.
func (a *api) unserved(w http.ResponseWriter, r *http.Request, said http.Handler) {
	heard := &verdict{header: http.Header{}}
	said.ServeHTTP(heard, r)
	if heard.status == http.StatusMethodNotAllowed {
		allow := heard.header.Get("Allow")
		w.Header().Set("Allow", allow)
		a.write(w, r, problem(methodNotAllowed, "%s is not possible here; possible are: %s", r.Method, allow))
		return
	}
	a.write(w, r, problem(unknownAddress, "nothing is served at %s; the addresses are listed at /openapi.json", short(r.URL.Path)))
}

// verdict hears what a handler would have said, without saying it.
type verdict struct {
	header http.Header
	status int
}

func (v *verdict) Header() http.Header         { return v.header }
func (v *verdict) Write(b []byte) (int, error) { return len(b), nil }
func (v *verdict) WriteHeader(status int)      { v.status = status }
