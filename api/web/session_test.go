package web_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/web"
)

// members gives a site on which people sign in, and a token of a juror.
func members(t *testing.T) (http.Handler, *auth.Authority, string) {
	t.Helper()
	history(t)
	kept, err := sqliteauth.Create(filepath.Join(t.TempDir(), "auth.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	now := time.Now() // it stands still, so that on a slow machine too those who ask often ask often
	a := &auth.Authority{Tokens: kept, Now: func() time.Time { return now }, Random: rand.Reader}
	token, _, err := a.Issue(t.Context(), auth.Grant{Role: auth.Juror, For: "28-3", Person: "Zoé <b>Lefèvre</b>", Life: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return web.New(web.Deps{Ledger: past.ledger, Operator: "Les Archives de l'essai", Sessions: auth.NewSessions(auth.NewGate(a))}), a, token
}

// send sends a form as a browser does, from a page of the site unless a header says otherwise.
func send(h http.Handler, path string, form url.Values, cookies []*http.Cookie, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func read(t *testing.T, h http.Handler, path string, cookies []*http.Cookie) (string, http.Header) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body := w.Body.String()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d, %v", path, w.Code, err)
	}
	holdPage(t, path, body, doc)
	return text(doc), w.Header()
}

func TestSignIn(t *testing.T) {
	h, a, token := members(t)
	for path, says := range map[string][2]string{
		"/session":    {"Votre jeton", "Vous êtes Zoé <b>Lefèvre</b> (membre du jury). Pour : 28-3."},
		"/en/session": {"Your token", "You are Zoé <b>Lefèvre</b>, as member of the jury. For: 28-3."},
	} {
		page, head := read(t, h, path, nil)
		if !strings.Contains(page, says[0]) || head.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v %s", path, head, page)
		}
		in := send(h, path, url.Values{"token": {" " + token + "\n"}}, nil)
		if in.StatusCode != http.StatusSeeOther || in.Header.Get("Location") != strings.Replace(path, "session", "jury", 1) || len(in.Cookies()) != 1 || in.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %d %v", path, in.StatusCode, in.Header)
		}
		page, head = read(t, h, path, in.Cookies())
		if !strings.Contains(page, says[1]) || head.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v %s", path, head, page)
		}
		out := send(h, path+"/end", nil, in.Cookies())
		if out.StatusCode != http.StatusSeeOther || len(out.Cookies()) != 1 || out.Cookies()[0].MaxAge >= 0 {
			t.Errorf("%s: %d %v", path, out.StatusCode, out.Header)
		}
		if page, _ = read(t, h, path, in.Cookies()); !strings.Contains(page, says[0]) {
			t.Errorf("%s: the session goes on after its end", path)
		}
	}
	in := send(h, "/session", url.Values{"token": {token}}, nil)
	if err := a.Revoke(t.Context(), token[4:20]); err != nil {
		t.Fatal(err)
	}
	if page, _ := read(t, h, "/session", in.Cookies()); !strings.Contains(page, "Votre jeton") {
		t.Error("the token was revoked, and the session goes on")
	}
}

func TestFormsFromElsewhere(t *testing.T) {
	h, _, token := members(t)
	for name, header := range map[string][]string{
		"another site":        {"Sec-Fetch-Site", "cross-site"},
		"a sister":            {"Sec-Fetch-Site", "same-site"},
		"an older browser":    {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		"a page without name": {"Sec-Fetch-Site", "", "Origin", "null"},
	} {
		for _, path := range []string{"/session", "/en/session", "/session/end"} {
			if r := send(h, path, url.Values{"token": {token}}, nil, header...); r.StatusCode != http.StatusForbidden || len(r.Cookies()) != 0 {
				t.Errorf("%s, %s: %d %v", name, path, r.StatusCode, r.Header)
			}
		}
	}
	if r := send(h, "/session", url.Values{"token": {token}}, nil, "Sec-Fetch-Site", "", "Origin", "http://localhost"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("an older browser, from here: %d", r.StatusCode)
	}
	if r := send(h, "/session", url.Values{"token": {strings.Repeat("x", 1<<20)}}, nil); r.StatusCode != http.StatusBadRequest {
		t.Errorf("a form without end: %d", r.StatusCode)
	}
}

// Whoever signs in goes on to where they wanted to, and never to another host.
func TestNext(t *testing.T) {
	h, _, token := members(t)
	for next, want := range map[string]string{
		"/editions/17?as_of=5": "/editions/17?as_of=5", "": "/jury", "https://evil.example/": "/jury", "//evil.example": "/jury",
		`/\evil.example`: "/jury", "/\t/evil.example": "/jury", "javascript:alert(1)": "/jury", "/a\r\nSet-Cookie: x=y": "/jury",
	} {
		r := send(h, "/session", url.Values{"token": {token}, "next": {next}}, nil)
		if got := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%q: %d, to %q, want %q", next, r.StatusCode, got, want)
		}
	}
}

// Whoever guesses is told so, then slowed down, and is never told what was wrong.
func TestGuessing(t *testing.T) {
	h, _, token := members(t)
	for i, guess := range append([]string{"", "aro_x", token[:len(token)-1] + "!"}, make([]string, 8)...) {
		r := send(h, "/session", url.Values{"token": {guess}}, nil)
		want := http.StatusForbidden
		if i >= 10 {
			want = http.StatusTooManyRequests
		}
		if r.StatusCode != want || len(r.Cookies()) != 0 || (r.Header.Get("Retry-After") != "") != (i >= 10) {
			t.Errorf("guess %d: %d %v", i, r.StatusCode, r.Header)
		}
	}
}

func TestNobodySignsInWithoutSessions(t *testing.T) {
	h := history(t)
	if w := get(h, "/session"); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	if strings.Contains(get(h, "/").Body.String(), "/session") {
		t.Error("the site leads to a page that is not there")
	}
}
