package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
)

const (
	mineAt   = "/espace/collectivites/" + village
	reviewAt = mineAt + "/actions"
	submitAt = mineAt + "/candidature"
)

// decisions is what a review sends: which actions run and which ended.
func decisions(form url.Values, running []int, ended ...int) url.Values {
	for i := range twelve {
		form.Set(fmt.Sprintf("r.action-%02d", i+1), "0")
	}
	for _, n := range running {
		form.Set(fmt.Sprintf("d.action-%02d", n), "running")
	}
	for _, n := range ended {
		form.Set(fmt.Sprintf("d.action-%02d", n), "ended")
		form.Set(fmt.Sprintf("on.action-%02d", n), "2026-11-21")
	}
	return form
}

func TestReviewAndSubmit(t *testing.T) {
	o := open28(t)
	in := send(o.h, "/session", url.Values{"token": {o.token(t, auth.Declarant, village, "Zoé Lefèvre")}}, nil)
	if to := in.Header.Get("Location"); to != mineAt {
		t.Fatalf("signed in, it leads to %s", to)
	}
	cookies := in.Cookies()
	page, head := read(t, o.h, mineAt, cookies)
	holds(t, page, "12 actions déclarées auparavant restent à revoir", "l'édition 28 (2027), jusqu'au 15 décembre 2026", "l'édition 27 (2026)", "Pas encore inscrite", "au moins 50 €")
	if head.Get("Cache-Control") != "no-store" {
		t.Error("a cache may keep it")
	}
	form := decisions(o.blank(t, reviewAt, cookies), []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 11, 12)
	form.Del("on.action-12") // nothing is recorded of what lacks its day; all else is
	page, _ = o.sent(t, reviewAt, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "11 décisions sont inscrites", "Dites quel jour elle s'est terminée", `href="#a-action-12"`, `value="ended" checked`)
	form.Set("on.action-12", "22/11/2026")
	size := o.ledger.Size()
	to, _ := o.sent(t, reviewAt, form, cookies, http.StatusSeeOther)
	if o.ledger.Size() != size+1 || to != submitAt {
		t.Errorf("sent again: %d records more, to %s", o.ledger.Size()-size, to)
	}
	// Not registered yet: that comes first, then the submission.
	page, _ = read(t, o.h, submitAt, cookies)
	holds(t, page, "Une collectivité s'inscrit une fois")
	register := fill(o.blank(t, submitAt, cookies), "edition", "28", "collectivity", village, "kind", "village", "population", "32175", "populationYear", "2023", "_next", submitAt)
	to, _ = o.sent(t, "/espace/saisir/candidacies", register, cookies, http.StatusSeeOther)
	page, _ = read(t, o.h, to, cookies)
	holds(t, page, "Aix-les-Bains candidate à l'édition 28")
	page, _ = read(t, o.h, submitAt, cookies)
	holds(t, page, "12 actions seront jugées", "Ce qui manque encore", "Adhésion pour 2027", "10 actions n'ont ni adresse ni pièce", "Ateliers du mercredi Médiathèque en ligne · révision 1 · terminée") // ended yesterday, they ran in its time
	submit := fill(o.blank(t, submitAt, cookies), "edition", "28", "collectivity", village, "signedOff", "La maire, Zoé Lefèvre", "_next", submitAt)
	for i := range 10 {
		submit.Set(fmt.Sprintf("actions[%d].action", i), fmt.Sprintf("action-%02d", i+1))
		submit.Set(fmt.Sprintf("actions[%d].revision", i), "1")
	}
	to, _ = o.sent(t, "/espace/saisir/submissions", submit, cookies, http.StatusSeeOther)
	page, _ = read(t, o.h, to, cookies)
	holds(t, page, "dépose son dossier pour l'édition 28", "actions : 10", "Inscrit le")
	page, _ = read(t, o.h, submitAt, cookies)
	holds(t, page, "Récépissé", "Soumise, avec 10 actions", "Bornes au bord du lac", "révision 1", "Soumettre de nouveau")
	if strings.Contains(page, "La maire, Zoé") {
		t.Error("who signed off is shown")
	}
	page, _ = read(t, o.h, "/en/workspace/collectivities/"+village+"/application", cookies)
	holds(t, page, "Receipt", "Submitted, with 10 actions")
}

// What the page sends is what it shows: the very actions at their revisions.
func TestSubmissionIsFilledIn(t *testing.T) {
	o := open28(t)
	cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
	o.act(t, auth.Declarant, village, "candidacies", fmt.Sprintf(`{"edition":28,"collectivity":%q,"kind":"village"}`, village))
	o.act(t, auth.Declarant, village, "confirmations", `{"action":"action-03","on":"2026-11-22"}`)
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+submitAt, nil)
	r.AddCookie(cookies[0])
	w := httptest.NewRecorder()
	o.h.ServeHTTP(w, r)
	holds(t, w.Body.String(), `name="actions[2].action" value="action-03"`, `name="actions[2].revision" value="1"`, `name="actions[11].revision" value="0"`, `name="_next" value="`+submitAt+`"`)
}

// Nothing chosen is lost when the session is over, and a token brings it back.
func TestReviewAfterTheSession(t *testing.T) {
	o := open28(t)
	token := o.token(t, auth.Declarant, village, "Zoé Lefèvre")
	cookies := send(o.h, "/session", url.Values{"token": {token}}, nil).Cookies()
	form := decisions(o.blank(t, reviewAt, cookies), []int{1, 2}, 11)
	size := o.ledger.Size()
	page, _ := o.sent(t, reviewAt, form, nil, http.StatusForbidden)
	holds(t, page, "Votre session a pris fin", `name="_token"`, `name="d.action-01" value="running" checked`, `name="d.action-11" value="ended" checked`, `value="2026-11-21"`)
	form.Set("_token", "aro_wrong")
	page, _ = o.sent(t, reviewAt, form, nil, http.StatusForbidden)
	holds(t, page, "Ce jeton n'est pas valable", `name="d.action-02" value="running" checked`)
	if o.ledger.Size() != size {
		t.Error("somebody without a session recorded something")
	}
	form.Set("_token", token)
	if to, r := o.sent(t, reviewAt, form, nil, http.StatusSeeOther); to != reviewAt || len(r.Cookies()) != 1 || o.ledger.Size() != size+3 {
		t.Errorf("with the token: to %s, %d records", to, o.ledger.Size()-size)
	}
}

// Whoever was quicker is seen, and what was chosen stays.
func TestReviewConflict(t *testing.T) {
	o := open28(t)
	cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
	form := decisions(o.blank(t, reviewAt, cookies), []int{1, 2})
	o.act(t, auth.Registrar, "", "endings", `{"action":"action-02","on":"2026-11-22"}`)
	page, _ := o.sent(t, reviewAt, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "1 décision est inscrite", "Quelqu'un a été plus rapide", `href="#a-action-02"`)
	form = decisions(o.blank(t, reviewAt, cookies), nil)
	page, _ = o.sent(t, reviewAt, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "Aucune décision n'est prise")
}

// An action of the grid before is carried over by what the new grid says of its services; what goes nowhere is described
// again.
func TestCarriedOver(t *testing.T) {
	o := open27(t)
	o.act(t, auth.President, "", "grids", laterGrid)
	o.edition(t, 28, "grille-2", "2026-11-20")
	cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
	page, _ := read(t, o.h, reviewAt, cookies)
	holds(t, page, "elle sera rattachée à : Accès libre", "rien n'y continue : Médiathèque en ligne")
	form := decisions(o.blank(t, reviewAt, cookies), []int{1, 6}) // a form of an earlier page may ask for what is impossible
	page, _ = o.sent(t, reviewAt, form, cookies, http.StatusUnprocessableEntity)
	holds(t, page, "1 décision est inscrite", "ne peut pas être reprise telle quelle")
	a, err := o.ledger.Action(t.Context(), "action-01", o.ledger.Size())
	if err != nil || a.Grid != "grille-2" || a.Services[0].Service != "acces-libre" || a.ConfirmedOn == "" || a.Title.Text != twelve[0] || a.Description.Text != "Pour tous." || len(a.Revisions) != 3 {
		t.Errorf("%v %+v", err, a)
	}
	// The form that describes it again has everything but the services.
	describe := url.Values{"d.action-06": {"change"}}
	page, _ = read(t, o.h, reviewAt+"?"+describe.Encode(), cookies)
	holds(t, page, "La décrire autrement")
}

// A declarant sees and does nothing of another collectivity, and the public nothing of any.
func TestOnlyOnesOwn(t *testing.T) {
	o := open28(t)
	theirs := o.enter(t, auth.Declarant, neighbour, "Max Roux")
	registrar := o.enter(t, auth.Registrar, "", "Ana Martin")
	juror := o.enter(t, auth.Juror, "28-3", "Lou")
	ask := func(path string, cookies []*http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		o.h.ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{mineAt, reviewAt, submitAt, "/en/workspace/collectivities/" + village} {
		for _, who := range [][]*http.Cookie{theirs, juror} {
			if w := ask(path, who); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Bornes") {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		if w := ask(path, nil); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "/session?next=") {
			t.Errorf("%s, nobody: %d", path, w.Code)
		}
		if w := ask(path, registrar); w.Code != http.StatusOK {
			t.Errorf("%s, the secretariat: %d", path, w.Code)
		}
	}
	size := o.ledger.Size()
	form := decisions(url.Values{"_key": {"k"}}, []int{1})
	if r := send(o.h, reviewAt, form, theirs); r.StatusCode != http.StatusForbidden {
		t.Errorf("reviewing for another: %d", r.StatusCode)
	}
	own := decisions(url.Values{"_key": {"k"}}, []int{1}) // the address is theirs, the action is not
	if r := send(o.h, "/espace/collectivites/"+neighbour+"/actions", own, theirs); r.StatusCode == http.StatusSeeOther || o.ledger.Size() != size {
		t.Errorf("reviewing another's action: %d", r.StatusCode)
	}
	if r := send(o.h, reviewAt, form, o.enter(t, auth.Declarant, village, "Zoé"), "Sec-Fetch-Site", "cross-site"); r.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", r.StatusCode)
	}
	if w := ask("/espace/collectivites/fr-commune-01001", registrar); w.Code != http.StatusNotFound {
		t.Errorf("one that was not entered: %d", w.Code)
	}
	// The use case holds it too, whatever the page does.
	if _, err := o.ledger.Mine(t.Context(), auth.Principal{Role: auth.Declarant, For: neighbour}, village); err == nil {
		t.Error("the ledger shows another's workspace")
	}
	if _, err := o.ledger.ReviewAction(t.Context(), auth.Principal{Role: auth.Declarant, For: neighbour, Person: "Max"}, neighbour, ledger.Review{Action: "action-01", Ended: "2026-11-22"}, "k"); err == nil {
		t.Error("another's action was ended")
	}
}

// What the secretariat asks is shown to the collectivity with where to answer; withdrawing and membership too.
func TestQuestionsAndFees(t *testing.T) {
	o := open28(t)
	cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
	o.act(t, auth.Declarant, village, "candidacies", fmt.Sprintf(`{"edition":28,"collectivity":%q,"kind":"village"}`, village))
	o.act(t, auth.Registrar, "", "memberships", fmt.Sprintf(`{"collectivity":%q,"year":2027,"regulation":"r-1","fee":160875,"population":32175,"populationYear":2023}`, village))
	o.act(t, auth.Registrar, "", "payments", fmt.Sprintf(`{"collectivity":%q,"year":2027,"amount":100000,"on":"2026-11-22"}`, village))
	o.act(t, auth.Registrar, "", "information-requests", fmt.Sprintf(`{"edition":28,"collectivity":%q,"question":"Depuis quand la fibre ?","until":"2026-12-01"}`, village))
	page, _ := read(t, o.h, mineAt, cookies)
	holds(t, page, "Depuis quand la fibre ?", "Répondre", "Cotisation de 1 608,75 €, dont 608,75 € restent à payer", "32 175 habitants (2023) à 0,05 €", "Retirer la candidature", "Inscrite comme village",
		"Réseaux 2 sur 2", "Cantine en ligne")
	if strings.Contains(page, "Transports") {
		t.Error("a service that does not apply is listed")
	}
	m, err := o.ledger.Mine(t.Context(), auth.Principal{Role: auth.Declarant, For: village}, village)
	if err != nil || len(m.Questions) != 1 {
		t.Fatal(err, m.Questions)
	}
	o.act(t, auth.Declarant, village, "information-answers", fmt.Sprintf(`{"edition":28,"collectivity":%q,"request":%q,"answer":"Depuis mars."}`, village, m.Questions[0].Event))
	page, _ = read(t, o.h, mineAt, cookies)
	holds(t, page, "Votre réponse : Depuis mars.")
}

// A candidacy that was taken back, or is not judged, says so and offers nothing.
func TestCandidacyThatEnded(t *testing.T) {
	for resource, c := range map[string]struct{ role, input, says string }{
		"withdrawals":       {"declarant", `{"edition":28,"collectivity":%q}`, "La candidature a été retirée"},
		"inadmissibilities": {"president", `{"edition":28,"collectivity":%q,"ground":"other","article":"10","reason":"Ce n'est pas une collectivité."}`, "irrecevable, par l'article 10"},
	} {
		o := open28(t)
		o.act(t, auth.Declarant, village, "candidacies", fmt.Sprintf(`{"edition":28,"collectivity":%q,"kind":"village"}`, village))
		o.act(t, auth.Role(c.role), map[string]string{"declarant": village}[c.role], resource, fmt.Sprintf(c.input, village))
		cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
		for _, path := range []string{mineAt, submitAt} {
			page, _ := read(t, o.h, path, cookies)
			holds(t, page, c.says)
			if strings.Contains(page, "Retirer la candidature") || strings.Contains(page, "Validée par") {
				t.Errorf("%s, %s: something is offered", resource, path)
			}
		}
	}
}

// Where no edition is run there is nothing to do, and the page says so.
func TestNoEdition(t *testing.T) {
	o := newOffice(t)
	o.act(t, auth.Registrar, "", "collectivities", `{"collectivity":"`+village+`","type":"commune","name":"Aix-les-Bains","insee":"73008"}`)
	cookies := o.enter(t, auth.Declarant, village, "Zoé Lefèvre")
	for path, says := range map[string]string{mineAt: "Aucune édition ne se tient ici", submitAt: "Aucune édition ne se tient ici", reviewAt: "Aucune action n'est déclarée"} {
		page, _ := read(t, o.h, path, cookies)
		holds(t, page, says)
	}
}
