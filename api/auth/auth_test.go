package auth_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/eventstore"
)

var ledgerID = uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f")

// clock is the time of a test.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newAuthority(t *testing.T) (*auth.Authority, *clock, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.db")
	tokens, err := sqliteauth.Create(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tokens.Close() })
	c := &clock{time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)}
	random := make([]byte, 30*64)
	for i := range random {
		random[i] = byte(i*31 + i/30)
	}
	return &auth.Authority{Tokens: tokens, Now: c.Now, Random: bytes.NewReader(random)}, c, path
}

func issue(t *testing.T, a *auth.Authority, g auth.Grant) string {
	t.Helper()
	text, _, err := a.Issue(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokens(t *testing.T) {
	a, c, path := newAuthority(t)
	hour := func(r auth.Role, of string) auth.Grant {
		return auth.Grant{Role: r, For: of, Person: "Anne Martin", Life: time.Hour}
	}
	for name, test := range map[string]struct {
		grant auth.Grant
		actor string
	}{
		"declarant": {hour(auth.Declarant, "fr-commune-2A004"), "declarant:fr-commune-2A004"},
		"juror":     {hour(auth.Juror, "28-3"), "jury:28"},
		"president": {hour(auth.President, ""), "president:jury"},
		"registrar": {hour(auth.Registrar, ""), "registrar:secretariat"},
		"auditor":   {hour(auth.Auditor, ""), "auditor:ledger"},
		"admin":     {hour(auth.Admin, ""), "admin:ledger"},
	} {
		text := issue(t, a, test.grant)
		p, err := a.Authenticate(t.Context(), text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := auth.Principal{Token: text[4:20], Role: test.grant.Role, For: test.grant.For, Person: "Anne Martin"}
		if diff := cmp.Diff(want, p); diff != "" || p.Actor() != test.actor {
			t.Errorf("%s: actor %s, want %s; %s", name, p.Actor(), test.actor, diff)
		}
		for i := range text {
			wrong := []byte(text)
			wrong[i] ^= 1
			if _, err := a.Authenticate(t.Context(), string(wrong)); !errors.Is(err, auth.ErrDenied) {
				t.Fatalf("%s with byte %d changed: %v", name, i, err)
			}
		}
		c.now = c.now.Add(time.Hour - time.Second)
		if _, err := a.Authenticate(t.Context(), text); err != nil {
			t.Errorf("%s a second before its end: %v", name, err)
		}
		c.now = c.now.Add(time.Second)
		if _, err := a.Authenticate(t.Context(), text); !errors.Is(err, auth.ErrDenied) {
			t.Errorf("%s at its end: %v", name, err)
		}
	}
	all, err := a.Tokens.All(t.Context())
	if err != nil || len(all) != 6 {
		t.Fatalf("%d tokens, %v", len(all), err)
	}
	again, err := sqliteauth.Open(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	kept, err := again.All(t.Context())
	if err != nil || !cmp.Equal(kept, all) {
		t.Errorf("opened again: %v, %v", kept, err)
	}
	if _, err := sqliteauth.Open(path, uuid.New()); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("of another ledger: %v", err)
	}
}

func TestRevoke(t *testing.T) {
	a, c, _ := newAuthority(t)
	text := issue(t, a, auth.Grant{Role: auth.Registrar, Person: "Anne Martin", Life: time.Hour})
	other := issue(t, a, auth.Grant{Role: auth.Registrar, Person: "Anne Martin", Life: time.Hour})
	id := text[4:20]
	for range 2 {
		if err := a.Revoke(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Authenticate(t.Context(), text); !errors.Is(err, auth.ErrDenied) {
		t.Errorf("revoked: %v", err)
	}
	if _, err := a.Authenticate(t.Context(), other); err != nil {
		t.Errorf("the other: %v", err)
	}
	if k, err := a.Tokens.Get(t.Context(), id); err != nil || k.State(c.now) != "revoked" {
		t.Errorf("%+v, %v", k, err)
	}
	if err := a.Revoke(t.Context(), "nobody"); !errors.Is(err, auth.ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
}

func TestGrantsThatAreRefused(t *testing.T) {
	a, _, _ := newAuthority(t)
	right := auth.Grant{Role: auth.Juror, For: "28-3", Person: "Anne Martin", Life: time.Hour}
	for what, change := range map[string]func(*auth.Grant){
		"no role":                     func(g *auth.Grant) { g.Role = "" },
		"the public":                  func(g *auth.Grant) { g.Role = auth.Public },
		"a juror without a seat":      func(g *auth.Grant) { g.For = "" },
		"a seat that is none":         func(g *auth.Grant) { g.For = "28-03" },
		"a declarant of nothing":      func(g *auth.Grant) { g.Role = auth.Declarant },
		"a registrar of a seat":       func(g *auth.Grant) { g.Role = auth.Registrar },
		"nobody":                      func(g *auth.Grant) { g.Person = " " },
		"a name too long":             func(g *auth.Grant) { g.Person = strings.Repeat("é", 201) },
		"a life that is over":         func(g *auth.Grant) { g.Life = 0 },
		"a life for ever":             func(g *auth.Grant) { g.Life = auth.MaxLife + 1 },
		"a commune that cannot exist": func(g *auth.Grant) { g.Role, g.For = auth.Declarant, "fr-commune-99999" },
	} {
		g := right
		change(&g)
		if text, _, err := a.Issue(t.Context(), g); !errors.Is(err, auth.ErrGrant) || text != "" {
			t.Errorf("%s: %q, %v", what, text, err)
		}
	}
	if all, _ := a.Tokens.All(t.Context()); len(all) != 0 {
		t.Errorf("%d tokens are kept", len(all))
	}
}

func TestGate(t *testing.T) {
	a, c, _ := newAuthority(t)
	text := issue(t, a, auth.Grant{Role: auth.Registrar, Person: "Anne Martin", Life: time.Hour})
	gate := auth.NewGate(a)
	ask := func(address, header string) (auth.Principal, error) {
		r := httptest.NewRequest(http.MethodPost, "/v1/sources", nil)
		r.RemoteAddr = address
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		return gate.Identify(r)
	}
	if p, err := ask("192.0.2.1:1", ""); err != nil || p.Role != auth.Public {
		t.Errorf("without a token: %+v, %v", p, err)
	}
	for _, header := range []string{"Basic YTpi", "Bearer", "Bearer x", text} {
		if _, err := ask("192.0.2.9:1", header); !errors.Is(err, auth.ErrDenied) {
			t.Errorf("%q: %v", header, err)
		}
	}
	if p, err := ask("192.0.2.1:1", "bearer "+text); err != nil || p.Role != auth.Registrar {
		t.Errorf("%+v, %v", p, err)
	}
	// Whoever guesses is slowed down, and nobody else is.
	var many *auth.TooMany
	for i := range 11 {
		_, err := ask("192.0.2.1:"+"23456789"[i%8:i%8+1], "Bearer aro_guess")
		if errors.As(err, &many) != (i == 10) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	if _, err := ask("192.0.2.1:1", "Bearer "+text); !errors.As(err, &many) || many.After <= 0 || many.After > 6*time.Second {
		t.Errorf("the right token from there: %v", err)
	}
	if _, err := ask("192.0.2.2:1", "Bearer "+text); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	c.now = c.now.Add(6 * time.Second)
	if _, err := ask("192.0.2.1:1", "Bearer "+text); err != nil {
		t.Errorf("a little later: %v", err)
	}
	// So is whoever writes without end.
	one, other := auth.Principal{Token: "one"}, auth.Principal{Token: "other"}
	r := httptest.NewRequest("POST", "/", nil)
	for i := range 201 {
		if err := gate.Write(one, r); errors.As(err, &many) != (i == 200) {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	if err := gate.Write(other, r); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	// Whoever has no token is counted by address, and may write far less.
	for i := range 6 {
		if err := gate.Write(auth.Principal{Role: auth.Public}, r); errors.As(err, &many) != (i == 5) {
			t.Fatalf("write %d without a token: %v", i, err)
		}
	}
	r.RemoteAddr = "192.0.2.77:1"
	if err := gate.Write(auth.Principal{Role: auth.Public}, r); err != nil {
		t.Errorf("without a token from elsewhere: %v", err)
	}
}

// broken is a store that fails.
type broken struct{ auth.Tokens }

func (broken) Get(context.Context, string) (auth.Token, error) {
	return auth.Token{}, errors.New("disk")
}

func TestAStoreThatFailsIsNotADenial(t *testing.T) {
	a, _, _ := newAuthority(t)
	text := issue(t, a, auth.Grant{Role: auth.Registrar, Person: "Anne Martin", Life: time.Hour})
	a.Tokens = broken{}
	if _, err := a.Authenticate(t.Context(), text); err == nil || errors.Is(err, auth.ErrDenied) {
		t.Errorf("got %v", err)
	}
}

// Tokens that are brought back from a backup do not undo what was revoked since.
func TestRestoredTokens(t *testing.T) {
	at := time.Unix(1_800_000_000, 0).UTC()
	token := func(id string, revoked time.Time) auth.Token {
		return auth.Token{ID: id, Hash: [32]byte{1}, Role: auth.Registrar, Person: "Chloé", Created: at, Expires: at.Add(time.Hour), Revoked: revoked}
	}
	kept, err := sqliteauth.Create(filepath.Join(t.TempDir(), "auth.db"), ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	for _, id := range []string{"revoked-since", "valid", "revoked-before"} {
		if err := kept.Add(t.Context(), token(id, time.Time{})); err != nil {
			t.Fatal(err)
		}
	}
	if err := kept.Revoke(t.Context(), "revoked-since", at); err != nil {
		t.Fatal(err)
	}
	backup := []auth.Token{
		token("revoked-since", time.Time{}), token("valid", time.Time{}), token("revoked-before", at.Add(time.Minute)),
		token("lost", time.Time{}), token("lost-and-revoked", at.Add(time.Minute)),
	}
	for _, want := range []int{2, 0} {
		if n, err := kept.Restore(t.Context(), backup); err != nil || n != want {
			t.Errorf("restored %d, %v; want %d", n, err, want)
		}
	}
	want := map[string]time.Time{"revoked-since": at, "valid": {}, "revoked-before": at.Add(time.Minute), "lost": {}, "lost-and-revoked": at.Add(time.Minute)}
	all, err := kept.All(t.Context())
	if err != nil || len(all) != len(want) {
		t.Fatal(all, err)
	}
	for _, got := range all {
		if got != token(got.ID, want[got.ID]) {
			t.Errorf("%+v", got)
		}
	}
}
