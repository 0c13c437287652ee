package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"arobase/api/auth"
)

// sessionView is the page on which somebody signs in, or sees as whom.
type sessionView struct {
	Action  string // where the form goes
	Next    string // where to go on to, a path of this site, or ""
	Wrong   string // why the last attempt failed, or ""
	Role    string // of whoever is signed in, "" for nobody
	For     string // what the token is bound to
	Person  string
	SignOut string
}

var (
	// errForeign says that a form was sent from another site.
	errForeign = errors.New("the form comes from another site")
	// errForm says that a form did not arrive as it was made.
	errForm = errors.New("the form is not one of ours")
)

// maxForm bounds a form of the site, in bytes: that of a grid of 400 services is the longest.
const maxForm = 1 << 20

// form answers forms that are sent. Only a page of this very host may send one: browsers say where a form comes from
// (Sec-Fetch-Site, or else Origin), and a cookie is never enough.
func (s *site) form(t *tongue, route string, h handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return s.page(t, route, func(p *page) (any, error) {
		private(p)
		if protection.Check(p.req) != nil {
			return nil, errForeign
		}
		p.req.Body = http.MaxBytesReader(nil, p.req.Body, maxForm)
		if p.req.ParseForm() != nil {
			return nil, errForm
		}
		return h(p)
	})
}

// private keeps a page out of every cache.
func private(p *page) { p.head.Set("Cache-Control", "no-store") }

// who gives whoever is signed in: the public where nobody is. Whoever uses it for what a page says makes the page private.
func (p *page) who() (auth.Principal, error) {
	if p.site.Sessions == nil {
		return auth.Principal{Role: auth.Public}, nil
	}
	return p.site.Sessions.Principal(p.req)
}

// session is the page to sign in and out.
func (s *site) session(p *page) (any, error) {
	private(p)
	who, err := p.who()
	if err != nil {
		return nil, err
	}
	return p.sessionView(who, p.req.URL.Query().Get("next"), ""), nil
}

func (p *page) sessionView(who auth.Principal, next, wrong string) sessionView {
	p.Title = p.T("session.title")
	v := sessionView{Action: p.path("session", "", nil), Next: local(next), Wrong: wrong}
	if !who.Is(auth.Public) {
		v.Role, v.For, v.Person = p.T("role."+string(who.Role)), p.maker().NameOf(who.For), who.Person
		v.SignOut = v.Action + "/end"
	}
	return v
}

// signIn begins a session with the token that is sent.
func (s *site) signIn(p *page) (any, error) {
	next := p.req.PostForm.Get("next")
	who, cookie, err := s.Sessions.SignIn(p.req, strings.TrimSpace(p.req.PostForm.Get("token")))
	var often *auth.TooMany
	switch {
	case errors.Is(err, auth.ErrDenied):
		p.Status = http.StatusForbidden
		return p.sessionView(auth.Principal{Role: auth.Public}, next, p.T("session.denied")), nil
	case errors.As(err, &often):
		p.Status = http.StatusTooManyRequests
		seconds := max(1, int(math.Ceil(often.After.Seconds())))
		p.head.Set("Retry-After", strconv.Itoa(seconds))
		return p.sessionView(auth.Principal{Role: auth.Public}, next, p.N("session.often", seconds)), nil
	case err != nil:
		return nil, err
	}
	p.head.Add("Set-Cookie", cookie.String())
	if next = local(next); next != "" {
		return nil, redirect{next}
	}
	switch who.Role { // to where their work is
	case auth.Declarant:
		return nil, redirect{p.path("mine", who.For, nil)}
	case auth.Juror:
		return nil, redirect{p.path("desk", "", nil)}
	}
	return nil, redirect{p.path("workspace", "", nil)}
}

// signOut ends the session of the browser that asks.
func (s *site) signOut(p *page) (any, error) {
	p.head.Add("Set-Cookie", s.Sessions.SignOut(p.req).String())
	return nil, redirect{p.path("session", "", nil)}
}

// local gives a path of this site, or "": whoever makes a link cannot send a visitor who signs in to another host.
func local(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || len(next) > 2000 ||
		strings.ContainsFunc(next, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f }) {
		return ""
	}
	return next
}
