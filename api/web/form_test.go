package web_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger"
	"arobase/api/web"
)

// office is a site over an empty ledger in which people record.
type office struct {
	h      http.Handler
	ledger *ledger.Ledger
	tokens *auth.Authority
}

func newOffice(t *testing.T, with ...func(*web.Deps)) *office {
	t.Helper()
	l, done, err := openLedger(context.WithoutCancel(t.Context()), t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); _ = l.Runner().Run(ctx) }()
	t.Cleanup(func() { cancel(); <-stopped })
	kept, err := sqliteauth.Create(filepath.Join(t.TempDir(), "auth.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	now := time.Now() // it stands still, so that on a slow machine too those who ask often ask often
	o := &office{ledger: l, tokens: &auth.Authority{Tokens: kept, Now: func() time.Time { return now }, Random: rand.Reader}}
	deps := web.Deps{Ledger: l, Operator: "Les Archives de l'essai", Sessions: auth.NewSessions(auth.NewGate(o.tokens))}
	for _, change := range with {
		change(&deps)
	}
	o.h = web.New(deps)
	return o
}

// token gives a token for a role, for an hour.
func (o *office) token(t *testing.T, role auth.Role, bound, person string) string {
	t.Helper()
	token, _, err := o.tokens.Issue(t.Context(), auth.Grant{Role: role, For: bound, Person: person, Life: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// enter signs somebody in.
func (o *office) enter(t *testing.T, role auth.Role, bound, person string) []*http.Cookie {
	t.Helper()
	in := send(o.h, "/session", url.Values{"token": {o.token(t, role, bound, person)}}, nil)
	if len(in.Cookies()) != 1 {
		t.Fatalf("signing in: %d", in.StatusCode)
	}
	return in.Cookies()
}

var keyIn = regexp.MustCompile(`name="_key" value="([0-9a-f]{32})"`)

// blank opens a form and gives what it would send if nothing were typed.
func (o *office) blank(t *testing.T, path string, cookies []*http.Cookie) url.Values {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	o.h.ServeHTTP(w, r)
	m := keyIn.FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || m == nil {
		t.Fatalf("GET %s: %d %.300s", path, w.Code, w.Body)
	}
	return url.Values{"_key": {m[1]}, "_do": {"record"}}
}

// fill is a form with something typed.
func fill(form url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// sent sends a form and reads the answer.
func (o *office) sent(t *testing.T, path string, form url.Values, cookies []*http.Cookie, status int) (string, *http.Response) {
	t.Helper()
	r := send(o.h, path, form, cookies)
	doc, err := html.Parse(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	page := text(doc)
	if r.StatusCode != status {
		t.Fatalf("POST %s: %d, not %d: %.900s", path, r.StatusCode, status, page)
	}
	if status == http.StatusSeeOther {
		return r.Header.Get("Location"), r
	}
	var b strings.Builder
	if err := html.Render(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n" + page, r
}

func holds(t *testing.T, page string, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not have %q:\n%.3000s", s, page)
		}
	}
}

func TestFormOfACollectivity(t *testing.T) {
	o := newOffice(t)
	cookies := o.enter(t, auth.Registrar, "", "Ana Martin")
	at := "/espace/saisir/collectivities"
	form := fill(o.blank(t, at, cookies), "collectivity", "Bassens", "name", "Bassens", "type", "commune", "insee", "7303x", "inForce.from", "01/02/1999")
	// A name that several have, and a code that is none: all of it is told at once, and all that was typed stays.
	page, _ := o.sent(t, at, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "Plusieurs collectivités ont ce nom", `value="fr-commune-33032"`, `value="fr-commune-73031"`, `name="collectivity.for" value="Bassens"`,
		`value="7303x"`, `value="01/02/1999"`, "Rien n’a été inscrit", `href="#f-collectivity"`, `value="commune" checked`)
	form.Set("collectivity.for", "Bassens")
	form.Set("collectivity.pick", "fr-commune-73031")
	page, _ = o.sent(t, at, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "Un code de commune a cinq caractères", `href="#f-insee"`, `aria-invalid="true"`, `value="fr-commune-73031" checked`)
	form.Set("insee", "73031")
	to, _ := o.sent(t, at, form, cookies, http.StatusSeeOther)
	if !strings.HasPrefix(to, "/espace/recu/") {
		t.Fatalf("it leads to %s", to)
	}
	// A double click, or the same page sent again, records once.
	size := o.ledger.Size()
	again, _ := o.sent(t, at, form, cookies, http.StatusSeeOther)
	if again != to || o.ledger.Size() != size {
		t.Errorf("sent twice: %s, %d records more", again, o.ledger.Size()-size)
	}
	receipt, head := read(t, o.h, to, cookies)
	holds(t, receipt, "Inscrire une collectivité", "Bassens", "Inscription nº")
	if head.Get("Cache-Control") != "no-store" {
		t.Error("a receipt may be kept by a cache")
	}
	// Other content under the same key is not taken for the same.
	form.Set("name", "Bassens-en-Savoie")
	page, _ = o.sent(t, at, form, cookies, http.StatusConflict)
	holds(t, page, "déjà été inscrit avec un autre contenu", `value="Bassens-en-Savoie"`)
	form.Set("_key", keyIn.FindStringSubmatch(page)[1])
	page, _ = o.sent(t, at, form, cookies, http.StatusConflict) // and now a rule: it is entered once
	holds(t, page, "est déjà au registre", `value="Bassens-en-Savoie"`)
}

// Rows are added without scripts, empty ones are left out, and what is wrong stands in its own row.
func TestFormWithRows(t *testing.T) {
	o := newOffice(t)
	cookies := o.enter(t, auth.President, "", "Paul Roux")
	at := "/en/workspace/record/regulations"
	form := fill(o.blank(t, at, cookies), "regulation", "r-2027", "title", "Regulation", "articles[0].number", "", "articles[1].number", "12", "articles[1].topic", "quorum",
		"fee.perInhabitant", "0.105")
	form.Set("_do", "add:articles")
	page, _ := o.sent(t, at, form, cookies, http.StatusOK)
	holds(t, page, `name="articles[0].number" type="text" value="12"`, `name="articles[1].number" type="text" value=""`, `value="0.105"`)
	form.Set("_do", "record")
	form.Set("articles[2].number", "_")
	page, _ = o.sent(t, at, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "An amount of euros", `href="#f-fee-perInhabitant"`)
	form.Set("fee.perInhabitant", "0.10")
	page, _ = o.sent(t, at, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, `href="#f-articles-1-number"`, `id="f-articles-1-number-wrong"`, "The number of an article has letters", `href="#f-quorum-value"`)
}

// Whoever's session ended meanwhile gives the token in the form and goes on.
func TestFormAfterTheSession(t *testing.T) {
	o := newOffice(t)
	token := o.token(t, auth.Registrar, "", "Ana Martin")
	cookies := send(o.h, "/session", url.Values{"token": {token}}, nil).Cookies()
	at := "/espace/saisir/sources"
	form := fill(o.blank(t, at, cookies), "source", "gazette-2016", "title", "Un article", "publisher", "La Gazette", "sha256", "")
	page, _ := o.sent(t, at, form, nil, http.StatusForbidden)
	holds(t, page, "Votre session a pris fin", `name="_token"`, `value="Un article"`)
	form.Set("_token", "aro_wrong")
	page, _ = o.sent(t, at, form, nil, http.StatusForbidden)
	holds(t, page, "Ce jeton n’est pas valable", `value="Un article"`)
	if strings.Contains(page, "aro_wrong") {
		t.Error("a token is shown")
	}
	form.Set("_token", token)
	_, r := o.sent(t, at, form, nil, http.StatusSeeOther)
	if len(r.Cookies()) != 1 {
		t.Error("the session did not begin again")
	}
}

// What somebody recorded meanwhile is shown, and what was typed stays.
func TestFormConflict(t *testing.T) {
	o := newOffice(t)
	cookies := o.enter(t, auth.Registrar, "", "Ana Martin")
	form := fill(o.blank(t, "/espace/saisir/sources", cookies), "source", "gazette-2016", "title", "Un article", "publisher", "La Gazette")
	o.sent(t, "/espace/saisir/sources", form, cookies, http.StatusSeeOther)
	at := "/espace/saisir/source-corrections"
	query := "?source=gazette-2016&_expected=0&_fixed=source&_next=/sources"
	mine := fill(o.blank(t, at+query, cookies), "source", "gazette-2016", "title", "Mon titre", "publisher", "La Gazette", "reason", "Relu", "_expected", "0", "_fixed", "source", "_next", "/sources")
	theirs := fill(o.blank(t, at+query, cookies), "source", "gazette-2016", "title", "Leur titre", "publisher", "La Gazette", "reason", "Relu", "_expected", "0")
	o.sent(t, at, theirs, cookies, http.StatusSeeOther)
	page, _ := o.sent(t, at, mine, cookies, http.StatusConflict)
	holds(t, page, "Quelqu’un a été plus rapide", "Inscription nº", `value="Mon titre"`, `name="_expected" value="1"`)
	mine.Set("_expected", "1")
	to, _ := o.sent(t, at, mine, cookies, http.StatusSeeOther)
	if !strings.Contains(to, "next=%2Fsources") {
		t.Errorf("the receipt does not lead on: %s", to)
	}
}

func TestFormsForRoles(t *testing.T) {
	o := newOffice(t)
	registrar := o.enter(t, auth.Registrar, "", "Ana Martin")
	if page, _ := read(t, o.h, "/espace", registrar); !strings.Contains(page, "Inscrire une adhésion") || strings.Contains(page, "Préparer une décision") {
		t.Error("the secretariat is not offered its own commands")
	}
	r := httptest.NewRequest(http.MethodGet, "http://localhost/espace/saisir/decisions", nil)
	r.AddCookie(registrar[0])
	w := httptest.NewRecorder()
	if o.h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("a form of another role: %d", w.Code)
	}
	if w := get(o.h, "/espace/saisir/payments?year=2026"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/session?next=%2Fespace%2Fsaisir%2Fpayments%3Fyear%3D2026" {
		t.Errorf("nobody signed in: %d %v", w.Code, w.Header())
	}
	if w := get(o.h, "/espace/saisir/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("no form: %d", w.Code)
	}
	if r := send(o.h, "/espace/saisir/payments", url.Values{"_key": {"x"}}, registrar, "Sec-Fetch-Site", "cross-site"); r.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", r.StatusCode)
	}
	// A link hides nothing from whoever follows it, and a form that is none of ours is not taken.
	if page, _ := read(t, o.h, "/espace/saisir/payments?amount=7&_hidden=amount", registrar); !strings.Contains(page, "Montant payé, en euros") {
		t.Error("a link hides a field")
	}
	for name, form := range map[string]url.Values{"no key": {"year": {"2026"}}, "another key": {"_key": {"x"}}, "too many fields": many(7000)} {
		if r := send(o.h, "/espace/saisir/payments", form, registrar); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
	// Every form can be opened by those whom it is for.
	for role, bound := range map[auth.Role]string{auth.Registrar: "", auth.President: "", auth.Juror: "28-3", auth.Declarant: "fr-commune-73008", auth.Admin: "", auth.Auditor: ""} {
		cookies := o.enter(t, role, bound, "Zoé Lefèvre")
		for _, path := range []string{"/espace", "/en/workspace"} {
			page, _ := read(t, o.h, path, cookies)
			if page == "" {
				t.Errorf("%s: nothing on %s", role, path)
			}
		}
		r := httptest.NewRequest(http.MethodGet, "http://localhost/espace", nil)
		r.AddCookie(cookies[0])
		w := httptest.NewRecorder()
		o.h.ServeHTTP(w, r)
		for _, m := range regexp.MustCompile(`href="/espace/saisir/([a-z-]+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			read(t, o.h, "/espace/saisir/"+m[1], cookies)
			read(t, o.h, "/en/workspace/record/"+m[1], cookies)
		}
	}
	admin := o.enter(t, auth.Admin, "", "Ines")
	form := fill(o.blank(t, "/espace/saisir/tokens", admin), "role", "registrar", "person", "Léa", "days", "30")
	page, _ := o.sent(t, "/espace/saisir/tokens", form, admin, http.StatusOK)
	holds(t, page, "aro_", "montré cette seule fois")
	page, _ = o.sent(t, "/espace/saisir/tokens", form, admin, http.StatusOK)
	holds(t, page, "a déjà été donné")
	form.Set("_key", strings.Repeat("a", 32))
	form.Set("for", "28-3")
	page, _ = o.sent(t, "/espace/saisir/tokens", form, admin, http.StatusUnprocessableEntity)
	holds(t, page, `href="#f-for"`, `value="Léa"`)
}

// many is a form of more fields than any of ours.
func many(n int) url.Values {
	form := url.Values{"_key": {strings.Repeat("a", 32)}}
	for i := range n {
		form.Set(fmt.Sprintf("x%d", i), "")
	}
	return form
}
