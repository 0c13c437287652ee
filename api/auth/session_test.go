package auth_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"arobase/api/auth"
)

// browser sends requests with the cookie that it was given.
type browser struct {
	host   string
	cookie *http.Cookie
}

func (b *browser) request() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/session", nil)
	if b.host != "" {
		r.Host = b.host
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	return r
}

func TestSession(t *testing.T) {
	a, c, _ := newAuthority(t)
	s := auth.NewSessions(auth.NewGate(a))
	text := issue(t, a, auth.Grant{Role: auth.Juror, For: "28-3", Person: "Anne Martin", Life: 20 * time.Hour})
	who := func(b *browser) auth.Role {
		t.Helper()
		p, err := s.Principal(b.request())
		if err != nil {
			t.Fatal(err)
		}
		return p.Role
	}
	signIn := func(b *browser) {
		t.Helper()
		p, cookie, err := s.SignIn(b.request(), text)
		if err != nil || p.Person != "Anne Martin" {
			t.Fatalf("%+v, %v", p, err)
		}
		b.cookie = cookie
	}
	one, other := &browser{}, &browser{}
	if who(one) != auth.Public {
		t.Error("somebody is signed in before anybody was")
	}
	if _, cookie, err := s.SignIn(one.request(), text[:len(text)-1]); !errors.Is(err, auth.ErrDenied) || cookie != nil {
		t.Errorf("with a wrong token: %v, %v", cookie, err)
	}
	signIn(one)
	signIn(other)
	first := *one.cookie
	if who(one) != auth.Juror || who(other) != auth.Juror {
		t.Error("nobody is signed in")
	}
	if c := one.cookie; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 43 {
		t.Errorf("the cookie is %v", c)
	}
	// Signing in again ends the session that there was: what somebody may have planted is worth nothing.
	signIn(one)
	if who(&browser{cookie: &first}) != auth.Public {
		t.Error("the session before lives on")
	}
	gone := s.SignOut(other.request())
	if gone.MaxAge >= 0 || who(other) != auth.Public || who(one) != auth.Juror {
		t.Errorf("signed out: %v, %s, %s", gone, who(other), who(one))
	}
	signIn(other)
	c.now = c.now.Add(auth.SessionLife - time.Second)
	if who(one) != auth.Juror {
		t.Error("it ended before its time")
	}
	c.now = c.now.Add(time.Second)
	if who(one) != auth.Public {
		t.Error("it did not end")
	}
	signIn(one)
	if one.cookie.MaxAge != int((8 * time.Hour).Seconds()) {
		t.Errorf("it outlives its token: %d s", one.cookie.MaxAge)
	}
	if err := a.Revoke(t.Context(), text[4:20]); err != nil {
		t.Fatal(err)
	}
	if who(one) != auth.Public {
		t.Error("the token was revoked and the session goes on")
	}
}

// Only on the machine itself is a cookie sent without TLS.
func TestCookieNeedsTLS(t *testing.T) {
	a, _, _ := newAuthority(t)
	s := auth.NewSessions(auth.NewGate(a))
	text := issue(t, a, auth.Grant{Role: auth.Registrar, Person: "Anne Martin", Life: time.Hour})
	for host, local := range map[string]bool{
		"localhost:8080": true, "127.0.0.1:8080": true, "[::1]:8080": true, "arobase.example": false, "localhost.example": false, "192.0.2.1": false,
	} {
		b := &browser{host: host}
		_, cookie, err := s.SignIn(b.request(), text)
		if err != nil {
			t.Fatal(err)
		}
		if cookie.Secure == local || (cookie.Name == "__Host-arobase-session") == local {
			t.Errorf("%s: %v", host, cookie)
		}
	}
	r := (&browser{host: "localhost"}).request()
	r.TLS = &tls.ConnectionState{}
	if _, cookie, err := s.SignIn(r, text); err != nil || !cookie.Secure {
		t.Errorf("over TLS: %v, %v", cookie, err)
	}
}

func TestSessionsOfOneToken(t *testing.T) {
	a, c, _ := newAuthority(t)
	s := auth.NewSessions(auth.NewGate(a))
	text := issue(t, a, auth.Grant{Role: auth.Registrar, Person: "Anne Martin", Life: auth.MaxLife})
	var all []*browser
	for range 17 {
		c.now = c.now.Add(time.Second)
		b := &browser{}
		_, cookie, err := s.SignIn(b.request(), text)
		if err != nil {
			t.Fatal(err)
		}
		b.cookie = cookie
		all = append(all, b)
	}
	for i, b := range all {
		if p, err := s.Principal(b.request()); err != nil || p.Is(auth.Public) != (i == 0) {
			t.Errorf("session %d: %s, %v", i, p.Role, err)
		}
	}
}
