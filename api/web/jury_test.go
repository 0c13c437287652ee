package web_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/auth/sqliteauth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/api/web"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

// court is a site over two editions: 27 with its palmarès, so that there are precedents, and 28 as its jury begins: three
// candidacies, seats 1 to 3, an interest of seat 2 in Laon, nothing said or decided yet.
type court struct {
	office
	t   testing.TB
	day atomic.Int64
}

const (
	aix     = "fr-commune-73008"
	bourges = "fr-commune-18033"
	laon    = "fr-commune-02408"
)

var (
	anne  = auth.Principal{Token: "p1", Role: auth.President, Person: "Anne Martin"}
	bruno = auth.Principal{Token: "p2", Role: auth.President, Person: "Bruno Petit"}
	chloe = auth.Principal{Token: "r", Role: auth.Registrar, Person: "Chloé Roux"}
)

func newCourt(t testing.TB) *court {
	t.Helper()
	c := &court{t: t}
	dir, ctx := t.TempDir(), context.WithoutCancel(t.Context())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store, err := sqlite.Create(ctx, filepath.Join(dir, "ledger.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { store.Close() })
	v, err := sqlitevault.Create(ctx, filepath.Join(dir, "vault.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { v.Close() })
	room, err := sqliteworkspace.Create(filepath.Join(dir, "workspace.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { room.Close() })
	kept, err := sqliteauth.Create(filepath.Join(dir, "auth.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { kept.Close() })
	clock := func() time.Time {
		return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).AddDate(0, 0, int(c.day.Load()))
	}
	c.ledger, err = ledger.Create(ctx, ledger.Parts{Store: store, Vault: v, Clock: clock, Workspace: room},
		ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log", MadeUp: true})
	must(err)
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.ledger.Runner().Run(running) }()
	t.Cleanup(func() { stop(); <-ended })
	files, err := sqliteevidence.Create(filepath.Join(dir, "evidence.db"), testLedgerID)
	must(err)
	t.Cleanup(func() { files.Close() })
	c.ledger.UseEvidence(files, ledger.DefaultEvidenceLimits())
	c.tokens = &auth.Authority{Tokens: kept, Now: clock, Random: rand.Reader}
	c.h = web.New(web.Deps{Ledger: c.ledger, Operator: "Les Archives de l'essai", Sessions: auth.NewSessions(auth.NewGate(c.tokens))})
	c.rules()
	c.opens(27, 0)
	c.decided(27)
	c.opens(28, 3)
	return c
}

func (c *court) act(who auth.Principal, resource, input string, args ...any) ledger.Receipt {
	c.t.Helper()
	r, err := c.ledger.Act(context.WithoutCancel(c.t.Context()), who, ledger.Ask{Resource: resource, Input: json.RawMessage(fmt.Sprintf(input, args...))})
	if err != nil {
		c.t.Fatalf("%s: %v", resource, err)
	}
	return r
}

// on is a day of the test.
func on(day int) string {
	return time.Date(2026, 11, 23+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func (c *court) rules() {
	c.t.Helper()
	assumed := func(v string) string { return `{"value":` + v + `,"known":"assumed"}` }
	c.act(anne, "regulations", `{"regulation":"r1","from":27,"title":"R","sha256":"%s","articles":[{"number":"1","topic":"jury"}],"minimumLevel":%s,
		"quorum":%s,"tieBreak":%s,"jurorsPerCandidacy":%s,"notice":%s,"appealDays":%s,"elected":%s,"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`,
		strings.Repeat("0", 64), assumed("1"), assumed("2"), assumed(`"chair"`), assumed("1"), assumed("0"), assumed("60"), assumed(`"no"`))
	var services []string
	for _, stake := range []string{"ecole", "sante"} {
		for n := 1; n <= 5; n++ {
			services = append(services, fmt.Sprintf(`{"id":"%s-%d","stake":"%s","name":"Service %d, %s"}`, stake, n, stake, n, stake))
		}
	}
	c.act(anne, "grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"Vivre ensemble"}],
		"stakes":[{"id":"ecole","theme":"t","name":"École"},{"id":"sante","theme":"t","name":"Santé"}],"services":[%s],"thresholds":[
		{"level":1,"services":0,"stakes":0,"known":"assumed"},{"level":2,"services":20,"stakes":0,"known":"assumed"},
		{"level":3,"services":30,"stakes":0,"assess":["citizen-approach"],"known":"assumed"},{"level":4,"services":100,"stakes":100,"known":"assumed"}]}`, strings.Join(services, ","))
	for _, b := range []struct{ id, name string }{{aix, "Aix-les-Bains"}, {bourges, "Bourges"}, {laon, "Laon"}} {
		c.act(chloe, "collectivities", `{"collectivity":%q,"type":"commune","name":%q,"insee":%q}`, b.id, b.name, strings.TrimPrefix(b.id, "fr-commune-"))
		for n := 1; n <= 2; n++ {
			c.act(chloe, "actions", `{"action":"%[1]s-%[2]d","collectivity":"%[3]s","grid":"g1","services":["ecole-%[2]d"],"startedOn":"2026-03","operatorKind":"collectivity",
				"title":"Action %[2]d de %[4]s","description":"Ce que fait l'action.","evidence":[{"url":"https://example.org/%[2]d","sha256":"%[5]s"}]}`,
				strings.ToLower(strings.Split(b.name, "-")[0]), n, b.id, b.name, strings.Repeat("ab", 32))
		}
	}
}

// opens runs an edition from a day on to its jury.
func (c *court) opens(n, day int) {
	c.t.Helper()
	c.day.Store(int64(day))
	c.act(anne, "editions", `{"edition":%d,"regulation":"r1","grid":"g1","calendar":{"opens":%q,"closes":%q,"jury":%q,"ceremony":%q},"mentions":[{"mention":"inclusion","name":"Inclusion numérique"}]}`, n, on(day), on(day), on(day+1), on(day+2))
	if n == 28 {
		file, err := c.ledger.Attach(context.WithoutCancel(c.t.Context()), chloe, "text/plain", []byte("Le compte rendu de l'action neuve."))
		if err != nil {
			c.t.Fatal(err)
		}
		c.act(chloe, "actions", `{"action":"aix-3","collectivity":%q,"grid":"g1","services":["ecole-3"],"startedOn":"2026-11","operatorKind":"contractor","innovation":"local",
			"title":"Une action neuve","description":"Elle n'était pas là.","evidence":[{"sha256":%q}]}`, aix, file.SHA256)
		c.act(chloe, "confirmations", `{"action":"laon-1","on":%q}`, on(day))
		c.act(chloe, "amendments", `{"action":"bourges-1","grid":"g1","services":["ecole-1"],"startedOn":"2026-03","operatorKind":"association","title":"Action 1 de Bourges, refaite","description":"Elle a changé."}`)
	}
	revision := map[string]int{"bourges": n - 27, "laon": n - 27} // of the first action: amended, confirmed
	for i, b := range []struct{ id, name string }{{aix, "aix"}, {bourges, "bourges"}, {laon, "laon"}} {
		c.act(chloe, "candidacies", `{"edition":%d,"collectivity":%q,"kind":"ville","population":%d,"populationYear":2023}`, n, b.id, 30000+1000*i)
		actions := []string{fmt.Sprintf(`{"action":"%s-1","revision":%d}`, b.name, revision[b.name]), fmt.Sprintf(`{"action":"%s-2","revision":0}`, b.name)}
		if n == 28 && b.id == aix {
			actions = append(actions, `{"action":"aix-3","revision":0}`)
		}
		c.act(chloe, "submissions", `{"edition":%d,"collectivity":%q,"signedOff":"Le maire","actions":[%s]}`, n, b.id, strings.Join(actions, ","))
	}
	c.act(anne, "closings", `{"edition":%d,"candidacies":3}`, n)
	for seat := 1; seat <= 3; seat++ {
		c.act(anne, "jurors", `{"edition":%d,"juror":%d,"college":"academic","person":"Juré %d"%s}`, n, seat, seat, map[bool]string{true: `,"chair":"yes"`}[seat == 1])
	}
	c.act(anne, "juries", `{"edition":%d,"jurors":[1,2,3]}`, n)
	if n == 28 {
		c.act(auth.Principal{Token: "j2", Role: auth.Juror, For: "28-2", Person: "Juré 2"}, "conflicts", `{"edition":28,"juror":2,"collectivity":%q,"category":"residence"}`, laon)
	}
	for id, seats := range map[string][]int{aix: {1, 3}, bourges: {3}, laon: {1}} {
		for _, seat := range seats {
			c.act(anne, "assignments", `{"edition":%d,"collectivity":%q,"juror":%d}`, n, id, seat)
		}
	}
	c.day.Store(int64(day + 1))
}

// draft drafts a decision on a candidacy.
func (c *court) draft(n int, id string, level int, motivation string) {
	c.t.Helper()
	mentions := "[]"
	if n == 27 && id == aix {
		mentions = `["inclusion"]`
	}
	_, err := c.ledger.DraftDecision(context.WithoutCancel(c.t.Context()), anne, json.RawMessage(fmt.Sprintf(`{"edition":%d,"collectivity":%q,"session":1,"distinction":"level","level":%d,"mentions":%s,
		"tally":{"for":2,"against":0,"abstained":0},"motivation":%q,"votes":"Tous pour","departure":""}`, n, id, level, mentions, motivation)), nil)
	if err != nil {
		c.t.Fatal(err)
	}
}

// decided takes an edition from its first sitting to its palmarès.
func (c *court) decided(n int) {
	c.t.Helper()
	ctx := context.WithoutCancel(c.t.Context())
	c.act(anne, "sessions", `{"edition":%d,"session":1,"on":%q,"present":[1,2,3],"quorum":2}`, n, on(int(c.day.Load())))
	for _, id := range []string{aix, bourges, laon} {
		c.draft(n, id, 2, "Motivation de "+id)
	}
	_, err := c.ledger.CloseDeliberation(ctx, anne, 27, nil)
	day := on(int(c.day.Add(1)))
	for _, who := range []auth.Principal{anne, bruno} {
		if err == nil {
			_, err = c.ledger.Publish(ctx, who, 27, day, nil)
		}
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// says holds that a page, read by somebody, says some things and not others.
func (c *court) says(path string, as []*http.Cookie, has, not []string) {
	c.t.Helper()
	w, page := c.page(path, as)
	if w.Code != http.StatusOK {
		c.t.Errorf("%s: %d", path, w.Code)
	}
	for _, s := range has {
		if !strings.Contains(page, s) {
			c.t.Errorf("%s does not say %q:\n%s", path, s, page)
		}
	}
	for _, s := range not {
		if strings.Contains(page, s) {
			c.t.Errorf("%s says %q", path, s)
		}
	}
}

// page reads a page as somebody, or as the public.
func (c *court) page(path string, cookies []*http.Cookie) (*httptest.ResponseRecorder, string) {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	for _, k := range cookies {
		r.AddCookie(k)
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	body := w.Body.String()
	doc := parsed(c.t, w)
	if w.Code < 300 {
		holdPage(c.t.(*testing.T), path, body, doc)
	}
	return w, text(doc)
}

// What somebody sees of a dossier depends on who they are, as over HTTP, in both languages.
func TestDossierForEachReader(t *testing.T) {
	c := newCourt(t)
	seat := func(n int) []*http.Cookie {
		return c.enter(t, auth.Juror, fmt.Sprintf("28-%d", n), fmt.Sprintf("Juré %d", n))
	}
	one, two, three := seat(1), seat(2), seat(3)
	president, mayor := c.enter(t, auth.President, "", "Anne Martin"), c.enter(t, auth.Declarant, aix, "Le maire")
	of := func(id string) string { return "/editions/28/dossiers/" + id }
	for _, path := range []string{of(aix), "/en" + of(aix), "/jury", "/jury/28", "/editions/28/diagnostics/" + aix, "/editions/28/proces-verbal"} {
		if w, _ := c.page(path, nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/session?next=") && !strings.HasPrefix(w.Header().Get("Location"), "/en/session?next=") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s, not signed in: %d %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{of(bourges), "/jury", "/jury/28", "/jury/28/decisions/" + aix, "/editions/28/proces-verbal"} {
		if w, page := c.page(path, mayor); w.Code != http.StatusForbidden || strings.Contains(page, "Action 1 de Bourges") {
			t.Errorf("%s, as the mayor of another town: %d", path, w.Code)
		}
	}
	if w, _ := c.page("/jury/28", three); w.Code != http.StatusForbidden {
		t.Errorf("the deliberation, as a juror: %d", w.Code)
	}
	for _, path := range []string{of("fr-commune-01001"), "/editions/26/dossiers/" + aix, "/editions/028/dossiers/" + aix, "/jury/26", "/editions/26/proces-verbal"} {
		if w, _ := c.page(path, president); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	// Before the own opinion there is no assessment; a juror sees that others gave theirs, and not what.
	c.act(auth.Principal{Token: "j3", Role: auth.Juror, For: "28-3", Person: "Juré 3"}, "opinions", `{"edition":28,"juror":3,"collectivity":%q,"opinion":"Un avis de la troisième"}`, aix)
	for _, x := range []struct {
		who      string
		path     string
		as       []*http.Cookie
		has, not []string
	}{
		{"seat 1, no opinion yet", of(aix), one,
			[]string{"Action 1 de Aix-les-Bains", "depuis : mars 2026", "Votre avis est attendu", "une fois votre avis donné", "il n'est lu que par qui l'a donné", "Une action neuve nouvelle", "fichier déposé", "Motivation de " + aix, "Donner mon avis"},
			[]string{"Un avis de la troisième", "au plus, selon la grille", "étaient comparables", "distance "}},
		{"seat 1, in English", "/en" + of(aix), one,
			[]string{"since March 2026", "Your opinion is awaited", "Une action neuve new", "once your opinion is given"},
			[]string{"Un avis de la troisième", "at most, by the grid", "were comparable"}},
		{"seat 3, who gave an opinion", of(aix), three,
			[]string{"Votre avis est donné et scellé", "Un avis de la troisième", "3 arobases sur 5 au plus, selon la grille", "3 candidatures décidées étaient comparables", "l'approche citoyenne", "Motivation de " + bourges},
			[]string{"une fois votre avis donné"}},
		{"seat 2, who declared an interest", of(laon), two,
			[]string{"Vous ne prenez pas part à cette candidature", "Siège 2 ne prend pas part (résidence)"},
			[]string{"Donner mon avis", "au plus, selon la grille", "étaient comparables"}},
		{"seat 2, who does not report", of(aix), two,
			[]string{"Vous n'êtes pas rapporteur", "montrés à qui rapporte", "Me déporter"}, []string{"Un avis de la troisième", "au plus, selon la grille", "Donner mon avis"}},
		{"the president", of(aix), president,
			[]string{"Un avis de la troisième", "au plus, selon la grille", "Les précédents", "Préparer la décision"}, []string{"Donner mon avis"}},
		{"the president, of an action that changed", of(bourges), president, []string{"Action 1 de Bourges, refaite modifiée", "assurée par une association"}, []string{"nouvelle", "Absentes cette fois"}},
		{"the president, of an action that was confirmed", of(laon), president, []string{"Action 1 de Laon"}, []string{"Action 1 de Laon modifiée", "Modifiées"}},
		{"the mayor", of(aix), mayor,
			[]string{"Action 2 de Aix-les-Bains", "montrés après la cérémonie", "ne sont lus que par le jury"},
			[]string{"Un avis de la troisième", "au plus, selon la grille", "étaient comparables", "Donner mon avis", "Préparer la décision"}},
	} {
		w, page := c.page(x.path, x.as)
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", x.who, w.Code, w.Header())
		}
		for _, s := range x.has {
			if !strings.Contains(page, s) {
				t.Errorf("%s is not told %q in\n%s", x.who, s, page)
			}
		}
		for _, s := range x.not {
			if strings.Contains(page, s) {
				t.Errorf("%s is told %q", x.who, s)
			}
		}
	}
	// What each may go on to from the page of the collectivity.
	for who, as := range map[string][]*http.Cookie{"mayor": mayor, "juror": one} {
		if _, page := c.page("/collectivites/"+aix, as); !strings.Contains(page, "Diagnostic de l'édition 28") {
			t.Errorf("the %s finds no way from the page of the town", who)
		}
	}
	if _, page := c.page("/collectivites/"+bourges, mayor); strings.Contains(page, "Diagnostic") {
		t.Error("the mayor of another town is led to the diagnosis of Bourges")
	}
	if w, page := c.page("/editions/28/diagnostics/"+bourges, president); w.Code != http.StatusOK || !strings.Contains(page, "Comparée à 2 collectivités") || !strings.Contains(page, "École 2 sur 5 40 % 40 % au même point") {
		t.Errorf("the diagnosis: %d %s", w.Code, page)
	}
}

// Minutes are the jury's before the ceremony and everybody's after it; names are for the presidency, outcomes too until then.
func TestMinutesForEachReader(t *testing.T) {
	c := newCourt(t)
	c.act(anne, "sessions", `{"edition":28,"session":1,"on":%q,"present":[1,2,3],"quorum":2}`, on(4))
	c.draft(28, aix, 3, "Un vrai pas en avant")
	c.act(anne, "sessions", `{"edition":28,"session":2,"on":%q,"present":[1,2],"quorum":2}`, on(4))
	c.draft(28, laon, 2, "En son absence")
	juror, president, registrar := c.enter(t, auth.Juror, "28-1", "Juré 1"), c.enter(t, auth.President, "", "Anne Martin"), c.enter(t, auth.Registrar, "", "Chloé Roux")
	other := c.enter(t, auth.Juror, "27-1", "Juré 1")
	sat := []string{"Présents : sièges 1 et 2. Absents : siège 3.", "juror-28-2", "Siège 2 ne prend pas part (résidence)"}
	for _, as := range [][]*http.Cookie{juror, registrar} {
		c.says("/editions/28/proces-verbal", as, sat, []string{"Juré 2", "Un vrai pas en avant", "pour 2, contre 0", "projet"})
	}
	c.says("/editions/28/proces-verbal", president, append(sat, "Juré 2", "Un vrai pas en avant", "pour 2, contre 0", "Aucun précédent comparable n'a reçu cela.", "2 sur 3 présents pouvaient voter : sièges 1 et 3. Quorum atteint", "3 sur 3 présents pouvaient voter. Quorum atteint"), nil)
	if w, _ := c.page("/editions/28/proces-verbal", other); w.Code != http.StatusForbidden {
		t.Errorf("a juror of another edition: %d", w.Code)
	}
	public := []string{"Public depuis la cérémonie du 25 novembre 2026", "Motivation de " + aix, "pour 2, contre 0, abstentions 0", "3 sur 3 présents pouvaient voter", "juror-27-3"}
	c.says("/editions/27/proces-verbal", nil, public, []string{"Juré 2", "dossier"})
	c.says("/en/editions/27/minutes", nil, []string{"Public since the ceremony of 25 November 2026", "for 2, against 0, abstained 0"}, []string{"Juré 2"})
	c.says("/editions/27/proces-verbal", president, append(public, "Juré 2"), nil)
}

// A mention that the jury gave bears the name under which the edition offered it, wherever it is shown.
func TestMentionDecided(t *testing.T) {
	c := newCourt(t)
	for path, says := range map[string]string{
		"/editions/27": "Mention : Inclusion numérique", "/editions/27/palmares": "Mention : Inclusion numérique", "/en/editions/27": "Inclusion numérique",
		"/collectivites/" + aix: "Mention « Inclusion numérique »", "/panel/" + aix: "Inclusion numérique", "/mentions": "Inclusion numérique recensée 1 fois",
	} {
		w, page := c.page(path, nil)
		if !strings.Contains(page, says) {
			t.Errorf("%s: %d, does not say %q:\n%s", path, w.Code, says, page)
		}
	}
}

// The barometer shows what candidacies cover, and of few of them no figure; single ones only after the ceremony. The page of
// the edition leads to it.
func TestBarometerPage(t *testing.T) {
	c := newCourt(t)
	for _, look := range []struct {
		path    string
		has     []string
		without []string
	}{
		{"/editions/27", []string{`href="/editions/27/barometre"`}, nil},
		{"/editions/28", []string{`href="/editions/28/barometre"`}, nil},
		{"/editions/27/barometre", []string{"3 candidatures déposées", "Groupes sans chiffre", "Toutes les candidatures", `href="/collectivites/` + laon + `"`, "by=collectivities"}, []string{`id="group-1"`, "Après la cérémonie seulement"}},
		{"/editions/28/barometre", []string{"Après la cérémonie seulement"}, []string{laon, "by=collectivities"}},
		{"/en/editions/28/barometer", []string{"Only after the ceremony", "3 applications submitted"}, []string{laon}},
	} {
		w := get(c.h, look.path)
		text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(w.Body.String())
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", look.path, w.Code)
		}
		for _, s := range look.has {
			if !strings.Contains(text, s) {
				t.Errorf("%s does not have %q", look.path, s)
			}
		}
		for _, s := range look.without {
			if strings.Contains(text, s) {
				t.Errorf("%s has %q", look.path, s)
			}
		}
	}
	if w := get(c.h, "/editions/9/barometre"); w.Code != http.StatusNotFound {
		t.Errorf("an edition that is not run here: %d", w.Code)
	}
}

// What the jury wrote is public after the ceremony, beside the decision and with the record in which it was sealed; what was
// erased says so.
func TestReasonsOfTheJury(t *testing.T) {
	c := newCourt(t)
	held, err := c.ledger.Collectivity(t.Context(), aix, c.ledger.Size())
	if err != nil || held.Editions[0].Decision == nil {
		t.Fatal(held, err)
	}
	sealed := held.Editions[0].Decision.Sealed
	if w := get(c.h, "/editions/27"); !strings.Contains(w.Body.String(), `href="/editions/27/proces-verbal"`) {
		t.Error("no way leads from the edition to its minutes")
	}
	for _, path := range []string{"/collectivites/" + aix, "/editions/27/palmares"} {
		w, page := c.page(path, nil)
		if !strings.Contains(page, "Motivation de "+aix) || !strings.Contains(w.Body.String()+get(c.h, path).Body.String(), "/inscriptions/"+sealed.String()) {
			t.Errorf("%s does not tell why:\n%s", path, page)
		}
	}
	if _, page := c.page("/inscriptions/"+sealed.String(), nil); !strings.Contains(page, "Motivation de "+aix) {
		t.Error("the record does not show what it sealed")
	}
	if _, err := c.ledger.Erase(t.Context(), ledger.Erasure{Event: sealed, Pointer: "/data/motivation", Ground: "request", By: "Dora"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/collectivites/" + aix, "/editions/27/palmares", "/editions/27/proces-verbal"} {
		if _, page := c.page(path, nil); strings.Contains(page, "Motivation de "+aix) || !strings.Contains(page, "effacé") {
			t.Errorf("%s after the erasure:\n%s", path, page)
		}
	}
	// A draft and a seal under embargo show nothing to anybody.
	c.act(anne, "sessions", `{"edition":28,"session":1,"on":%q,"present":[1,2,3],"quorum":2}`, on(4))
	for _, id := range []string{aix, bourges, laon} {
		c.draft(28, id, map[bool]int{true: 3, false: 2}[id == aix], "Une raison encore scellée")
	}
	if _, err := c.ledger.CloseDeliberation(t.Context(), anne, 28, nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/collectivites/" + aix, "/editions/28/palmares", "/editions/28", "/registre"} {
		if _, page := c.page(path, nil); strings.Contains(page, "Une raison encore scellée") {
			t.Errorf("%s tells what is under embargo", path)
		}
	}
}

// The heads of sheets are texts of a style sheet, whatever they are.
func TestHeadsOfSheets(t *testing.T) {
	c := newCourt(t)
	w := get(c.h, "/assets/running.css?"+url.Values{"left": {"Bourges \"; } body { display: none } /* é\n"}, "right": {`\2014 </style>`}}.Encode())
	css := w.Body.String()
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || strings.Contains(css, "body {") || strings.Contains(css, "<") || strings.Contains(css, "display: none") {
		t.Errorf("%d %v\n%s", w.Code, w.Header(), css)
	}
	if !strings.Contains(css, `content: "Bourges \000022 \00003b  \00007d  body \00007b `) || !strings.Contains(css, "counter(page)") {
		t.Errorf("the heads are\n%s", css)
	}
	if w := get(c.h, "/assets/running.css?left="+strings.Repeat("x", 2000)); w.Code != http.StatusNotFound {
		t.Errorf("a head without end: %d", w.Code)
	}
	president := c.enter(t, auth.President, "", "Anne Martin")
	if !strings.Contains(get(c.h, "/editions/27/proces-verbal").Body.String(), `href="/en/editions/27/minutes"`) {
		t.Error("the minutes do not lead to their other language")
	}
	r := httptest.NewRequest(http.MethodGet, "http://localhost/editions/28/dossiers/"+aix, nil)
	r.AddCookie(president[0])
	shown := httptest.NewRecorder()
	c.h.ServeHTTP(shown, r)
	for _, s := range []string{`href="/en/editions/28/dossiers/` + aix + `"`, `href="/assets/running.css?left=Aix-les-Bains`, `media="print"`} {
		if !strings.Contains(shown.Body.String(), s) {
			t.Errorf("the dossier has no %s", s)
		}
	}
	// Where nobody signs in, there is nothing for members, and minutes only of what was held here.
	for _, path := range []string{"/jury", "/editions/18/dossiers/" + aix, "/editions/18/proces-verbal"} {
		if w := get(history(t), path); w.Code != http.StatusNotFound {
			t.Errorf("%s on a site without members: %d", path, w.Code)
		}
	}
}
