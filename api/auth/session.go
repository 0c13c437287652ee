package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sessions are the people who are signed in on the site. They live in memory: whoever starts the server again signs
// everybody out. A session never outlives its token, and ends at once when the token is revoked.
//
// The browser holds 256 random bits in a cookie that no script can read and that no other site can make it send; only
// their hash is kept here.
type Sessions struct {
	gate *Gate

	mu  sync.Mutex
	all map[[sha256.Size]byte]session // by the hash of what the cookie holds; guarded by mu
}

type session struct {
	token string // its id
	ends  time.Time
}

const (
	// SessionLife is how long a session lasts at most: a day of the jury.
	SessionLife = 12 * time.Hour
	// mostSessions bounds those of one token: the one that ends first makes room.
	mostSessions = 16
	cookieName   = "arobase-session"
	// hostCookie is a name that browsers take only for this very host and only over TLS.
	hostCookie = "__Host-" + cookieName
)

// NewSessions makes the sessions of those whom a gate recognises.
func NewSessions(g *Gate) *Sessions {
	return &Sessions{gate: g, all: map[[sha256.Size]byte]session{}}
}

// Authority is the one that gives the tokens of those who sign in.
func (s *Sessions) Authority() *Authority { return s.gate.authority }

// Write counts one write of a principal, as [Gate.Write] does.
func (s *Sessions) Write(p Principal, r *http.Request) error { return s.gate.Write(p, r) }

// Upload counts one uploaded file of a principal, as [Gate.Upload] does.
func (s *Sessions) Upload(p Principal) error { return s.gate.Upload(p) }

// SignIn begins a session of whoever holds a token, and ends the one that the browser had. The cookie is for the answer.
// The error is ErrDenied, a *TooMany, or one of the store.
func (s *Sessions) SignIn(r *http.Request, token string) (Principal, *http.Cookie, error) {
	p, err := s.gate.Recognise(r.Context(), token, remote(r))
	if err == nil {
		err = s.gate.Write(p, r)
	}
	if err != nil {
		return Principal{}, nil, err
	}
	kept, err := s.gate.authority.Tokens.Get(r.Context(), p.Token)
	if err != nil {
		return Principal{}, nil, fmt.Errorf("looking for a token: %w", err)
	}
	var random [32]byte
	if _, err := io.ReadFull(s.gate.authority.Random, random[:]); err != nil {
		return Principal{}, nil, fmt.Errorf("beginning a session: %w", err)
	}
	now := s.gate.authority.Now()
	ends := now.Add(SessionLife)
	if kept.Expires.Before(ends) {
		ends = kept.Expires
	}
	value := base64.RawURLEncoding.EncodeToString(random[:])
	s.end(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(p.Token, now)
	s.all[sha256.Sum256([]byte(value))] = session{p.Token, ends}
	return p, cookie(r, value, int(ends.Sub(now).Seconds())), nil
}

// makeRoom forgets what is over, and of a token with many sessions the one that ends first. mu is held.
func (s *Sessions) makeRoom(token string, now time.Time) {
	var first [sha256.Size]byte
	count := 0
	for key, one := range s.all {
		switch {
		case !now.Before(one.ends):
			delete(s.all, key)
		case one.token == token:
			if count++; count == 1 || one.ends.Before(s.all[first].ends) {
				first = key
			}
		}
	}
	if count >= mostSessions {
		delete(s.all, first)
	}
}

// SignOut ends the session of a request. The cookie is for the answer: it takes the browser's away.
func (s *Sessions) SignOut(r *http.Request) *http.Cookie {
	s.end(r)
	return cookie(r, "", -1)
}

func (s *Sessions) end(r *http.Request) {
	if value := presented(r); value != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.all, sha256.Sum256([]byte(value)))
	}
}

// Principal gives who is signed in, from the cookie of a request: the public where nobody is. The token is looked at each
// time. An error is one of the store.
func (s *Sessions) Principal(r *http.Request) (Principal, error) {
	public := Principal{Role: Public}
	value := presented(r)
	if value == "" {
		return public, nil
	}
	s.mu.Lock()
	found, ok := s.all[sha256.Sum256([]byte(value))]
	s.mu.Unlock()
	if !ok || !s.gate.authority.Now().Before(found.ends) {
		return public, nil
	}
	return s.gate.authority.holder(r.Context(), found.token)
}

// holder gives whose a token is, by its id: the public where it is not valid any more.
func (a *Authority) holder(ctx context.Context, id string) (Principal, error) {
	t, err := a.Tokens.Get(ctx, id)
	if errors.Is(err, ErrUnknown) || err == nil && !t.ValidAt(a.Now()) {
		return Principal{Role: Public}, nil
	}
	if err != nil {
		return Principal{}, fmt.Errorf("looking for a token: %w", err)
	}
	return t.principal(), nil
}

// presented is what the cookie of a request holds, or "".
func presented(r *http.Request) string {
	c, err := r.Cookie(nameFor(r))
	if err != nil {
		return ""
	}
	return c.Value
}

// cookie carries a session. Without scripts, to this site only, and never without TLS but on the machine itself.
func cookie(r *http.Request, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: nameFor(r), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: !local(r),
	}
}

func nameFor(r *http.Request) string {
	if local(r) {
		return cookieName
	}
	return hostCookie
}

// local tells whether a request came without TLS to the machine itself. Behind a proxy that speaks TLS, the name that was
// asked for is not that of the machine.
func local(r *http.Request) bool {
	if r.TLS != nil {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
