package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// TooMany says that somebody asked too often, and when to ask again.
type TooMany struct{ After time.Duration }

func (e *TooMany) Error() string { return fmt.Sprintf("too many requests; try again in %v", e.After) }

// Gate recognises who makes an HTTP request, and slows down whoever guesses tokens or writes without end. All methods may
// be called by many goroutines at once.
type Gate struct {
	authority *Authority
	failures  limits // of each address
	writes    limits // of each token
	objecting limits // of each address that writes without one
	uploads   limits // of each token
}

// The limits: ten wrong tokens at once and ten a minute from one address; fifty writes a second by one token, with room
// for the two hundred that a form may send at once.
const (
	failuresEach  = 6 * time.Second
	failuresBurst = 10
	writesEach    = 20 * time.Millisecond
	writesBurst   = 200
	// A file every two seconds by one token, and as many at once as two forms may hold.
	uploadsEach  = 2 * time.Second
	uploadsBurst = 40
	// Whoever has no token may object to a fact: five times at once, and once a minute.
	objectingEach  = time.Minute
	objectingBurst = 5
)

// NewGate makes the gate of an authority.
func NewGate(a *Authority) *Gate {
	return &Gate{
		authority: a,
		failures:  limits{every: failuresEach, burst: failuresBurst},
		writes:    limits{every: writesEach, burst: writesBurst},
		objecting: limits{every: objectingEach, burst: objectingBurst},
		uploads:   limits{every: uploadsEach, burst: uploadsBurst},
	}
}

// Identify gives who makes a request, from its header Authorization: Bearer. Without one it is the public. The error is
// ErrDenied, a *TooMany, or one of the store.
func (g *Gate) Identify(r *http.Request) (Principal, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Principal{Role: Public}, nil
	}
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Principal{}, ErrDenied
	}
	return g.Recognise(r.Context(), strings.TrimSpace(text), remote(r))
}

// Recognise gives who holds a token. An address that has given too many wrong ones is not answered for a while, whatever
// it gives.
func (g *Gate) Recognise(ctx context.Context, token, address string) (Principal, error) {
	now := g.authority.Now()
	if after := g.failures.wait(address, now); after > 0 {
		return Principal{}, &TooMany{after}
	}
	p, err := g.authority.Authenticate(ctx, token)
	if errors.Is(err, ErrDenied) {
		g.failures.take(address, now)
	}
	return p, err
}

// Write counts one write of a principal, or gives a *TooMany. Those without a token are counted by their address.
func (g *Gate) Write(p Principal, r *http.Request) error {
	counted, key := &g.writes, p.Token
	if p.Is(Public) {
		counted, key = &g.objecting, remote(r)
	}
	return counted.count(key, g.authority.Now())
}

// Upload counts one file that a principal with a token uploads, or gives a *TooMany.
func (g *Gate) Upload(p Principal) error { return g.uploads.count(p.Token, g.authority.Now()) }

// remote is the address that a request comes from, without its port. Behind a proxy all visitors share the proxy's: then
// the proxy has to limit them.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// limits count by a key.
type limits struct {
	every time.Duration
	burst int

	mu  sync.Mutex
	all map[string]*rate.Limiter // guarded by mu
}

// mostKeys bounds how many keys are remembered. They are all forgotten then: simpler than choosing, and no key gains much.
const mostKeys = 1 << 14

func (l *limits) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil || len(l.all) >= mostKeys {
		l.all = make(map[string]*rate.Limiter)
	}
	if l.all[key] == nil {
		l.all[key] = rate.NewLimiter(rate.Every(l.every), l.burst)
	}
	return l.all[key]
}

// wait is how long until one more is allowed; 0 is at once.
func (l *limits) wait(key string, now time.Time) time.Duration {
	missing := 1 - l.of(key).TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing * float64(l.every))
}

// count takes one, or gives a *TooMany.
func (l *limits) count(key string, now time.Time) error {
	if after := l.wait(key, now); after > 0 {
		return &TooMany{after}
	}
	l.take(key, now)
	return nil
}

func (l *limits) take(key string, now time.Time) { l.of(key).AllowN(now, 1) }

// Authority gives and takes the tokens that the gate recognises.
func (g *Gate) Authority() *Authority { return g.authority }
