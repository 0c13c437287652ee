package rest

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
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
		h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if handler, pattern := a.mux.Handler(r); pattern == "" {
		a.unserved(w, r, handler)
		return
	}
	a.mux.ServeHTTP(w, r)
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
