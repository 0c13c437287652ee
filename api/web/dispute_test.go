package web_test

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger/workspace"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/api/mail"
	"arobase/api/mail/mailtest"
	"arobase/api/web"
)

// newsroom is a site with one fact, which sends letters.
type newsroom struct {
	*office
	server *mailtest.Server
	now    time.Time
	fact   string // the id of its record
	log    *bytes.Buffer
	room   workspace.Workspace
}

func newNewsroom(t *testing.T) *newsroom {
	n := &newsroom{server: mailtest.New(t, ""), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), log: new(bytes.Buffer)}
	n.office = newOffice(t, func(d *web.Deps) {
		d.Letters = &web.Letters{
			Mailer:  &mail.SMTP{Server: n.server.Address, From: "registre@example.org", Now: time.Now, Random: rand.Reader},
			Address: mail.Address, Home: "https://registre.example",
		}
		d.Logger = slog.New(slog.NewTextHandler(n.log, nil))
	})
	room, err := sqliteworkspace.Create(filepath.Join(t.TempDir(), "workspace.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = room.Close() })
	n.room = room
	n.ledger.UseWorkspace(room)
	if err := n.ledger.UseClock(func() time.Time { return n.now }); err != nil {
		t.Fatal(err)
	}
	s := &season{office: n.office, t: t}
	ana := n.enter(t, auth.Registrar, "", "Ana Martin")
	s.records(ana, "sources", "source", "gazette-2016", "title", "Les villes Internet", "publisher", "La Gazette")
	s.records(ana, "collectivities", "collectivity", "92072", "name", "Sèvres", "type", "commune", "insee", "92072")
	n.fact = s.records(ana, "awards", "edition", "17", "collectivity", "Sèvres", "source", "gazette-2016", "holder", "Sèvres", "yearAsStated", "2016", "distinction", "level", "level", "4", "certainty", "stated")
	return n
}

// letter waits for the next letter and gives the path of its link.
func (n *newsroom) letter(t *testing.T, to string) string {
	t.Helper()
	select {
	case l := <-n.server.Letters:
		m := regexp.MustCompile(`https://registre\.example(/\S+)`).FindStringSubmatch(l.Text)
		if l.To != to || m == nil || strings.Contains(l.Text, "cinq arobases") {
			t.Fatalf("the letter: %+v", l)
		}
		return m[1]
	case <-time.After(time.Minute):
		t.Fatal("no letter arrives")
		return ""
	}
}

func (n *newsroom) object(t *testing.T, address string) {
	t.Helper()
	to, _ := n.sent(t, "/contester/"+n.fact, url.Values{"claim": {"Nous avions cinq arobases."}, "address": {address}}, nil, http.StatusSeeOther)
	if to != "/contester/"+n.fact+"?sent=" {
		t.Fatalf("it leads to %s", to)
	}
	page, _ := read(t, n.h, to, nil)
	holds(t, page, "Si l'adresse est juste")
}

func TestDispute(t *testing.T) {
	n := newNewsroom(t)
	record := "/inscriptions/" + n.fact
	page, _ := read(t, n.h, record, nil)
	holds(t, page, "Contester ce fait")
	page, _ = read(t, n.h, "/collectivites/fr-commune-92072", nil)
	holds(t, page, "Contester un fait", "Ce que dit La Gazette (inscription nº")
	read(t, n.h, "/en/dispute/"+n.fact, nil)
	// Whoever audits makes these pages again, without sessions and letters: they are the same.
	audited := web.New(web.Deps{Ledger: n.ledger})
	for _, path := range []string{record, "/collectivites/fr-commune-92072"} {
		served, again := mainOf(get(n.h, path).Body.String()), mainOf(get(audited, path).Body.String())
		if served != again || served == "" {
			t.Errorf("%s is not the same when it is made again:\n%s\n%s", path, served, again)
		}
	}
	// What is wrong is told at its field, and what was typed stays.
	html, _ := n.sent(t, "/contester/"+n.fact, url.Values{"claim": {"Nous avions cinq arobases."}, "address": {"jeanne"}}, nil, http.StatusUnprocessableEntity)
	holds(t, html, `href="#address"`, "Nous avions cinq arobases.", `value="jeanne"`, `aria-invalid="true"`)
	size := n.ledger.Size()
	n.object(t, "jeanne@example.org")
	link := n.letter(t, "jeanne@example.org")
	// Programs that read mail follow links: nothing is published by that.
	page, head := read(t, n.h, link, nil)
	holds(t, page, "Nous avions cinq arobases.", "Publier ma contestation")
	if n.ledger.Size() != size || head.Get("Referrer-Policy") != "no-referrer" || head.Get("Cache-Control") != "no-store" {
		t.Errorf("opening the link: %d records more, %v", n.ledger.Size()-size, head)
	}
	to, _ := n.sent(t, link, nil, nil, http.StatusSeeOther)
	page, _ = read(t, n.h, to, nil)
	holds(t, page, "Inscription nº")
	// The notice stands beside the fact, and the address nowhere.
	for _, path := range []string{record, "/collectivites/fr-commune-92072"} {
		page, _ = read(t, n.h, path, nil)
		holds(t, page, "Nous avions cinq arobases.")
	}
	for _, path := range []string{record, to, "/collectivites/fr-commune-92072", "/registre", link} {
		if body := get(n.h, path).Body.String(); strings.Contains(body, "jeanne@") {
			t.Errorf("%s tells the address", path)
		}
	}
	// The link serves once.
	if w := get(n.h, link); w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "ne sert plus") {
		t.Errorf("the link again: %d", w.Code)
	}
	n.sent(t, link, nil, nil, http.StatusGone)
	if n.ledger.Size() != size+1 {
		t.Errorf("%d records for one dispute", n.ledger.Size()-size)
	}
	// The secretariat answers; not whoever entered the fact.
	ana, marc := n.enter(t, auth.Registrar, "", "Ana Martin"), n.enter(t, auth.Registrar, "", "Marc Petit")
	page, _ = read(t, n.h, "/espace", marc)
	holds(t, page, "1 contestation sans réponse")
	page, _ = read(t, n.h, "/espace/contestations", marc)
	holds(t, page, "Nous avions cinq arobases.", "Répondre à une contestation")
	read(t, n.h, "/en/workspace/disputes", marc)
	id := strings.TrimPrefix(strings.Split(to, "?")[0], "/espace/recu/")
	s := &season{office: n.office, t: t}
	s.refuses(ana, "dispute-answers", "une autre personne doit le faire", "dispute", id, "outcome", "upheld", "answer", "C'est exact.")
	s.records(marc, "dispute-answers", "dispute", id, "outcome", "upheld", "answer", "C'est exact, la liste le dit.")
	for _, path := range []string{record, "/collectivites/fr-commune-92072"} {
		page, _ = read(t, n.h, path, nil)
		holds(t, page, "C'est exact, la liste le dit.")
	}
	// Whoever may read what is sealed finds the address, and that they did is recorded.
	auditor := n.enter(t, auth.Auditor, "", "Zoé Lefèvre")
	at := "/espace/saisir/readings"
	form := fill(n.blank(t, at, auditor), "event", id, "pointer", "/data/by", "purpose", "dispute")
	size = n.ledger.Size()
	html, _ = n.sent(t, at, form, auditor, http.StatusOK)
	holds(t, html, "jeanne@example.org", "montré cette seule fois")
	html, _ = n.sent(t, at, form, auditor, http.StatusOK)
	if strings.Contains(html, "jeanne@") || n.ledger.Size() != size+1 {
		t.Errorf("a form sent twice is read twice: %d records", n.ledger.Size()-size)
	}
	// A record that was taken back leads with that, and is disputed no more.
	s.records(marc, "retractions", "event", n.fact, "cause", "transcription", "reason", "La liste dit cinq.")
	page, _ = read(t, n.h, record, nil)
	holds(t, page, "Cette inscription a été corrigée", "La liste dit cinq.")
	if strings.Index(page, "a été corrigée") > strings.Index(page, "Selon") || strings.Contains(page, "Contester ce fait") {
		t.Error("the record does not lead with its correction")
	}
	if w := get(n.h, "/contester/"+n.fact); w.Code != http.StatusSeeOther || w.Header().Get("Location") != record {
		t.Errorf("disputing what was taken back: %d", w.Code)
	}
}

// Links end, are of this ledger alone, and nobody learns from the site what it knows of an address.
func TestDisputeLinks(t *testing.T) {
	n := newNewsroom(t)
	n.object(t, "jeanne@example.org")
	link := n.letter(t, "jeanne@example.org")
	n.now = n.now.Add(48 * time.Hour)
	if w := get(n.h, link); w.Code != http.StatusGone {
		t.Errorf("a link that is over: %d", w.Code)
	}
	for _, forged := range []string{link[:len(link)-3] + "AAA", "/contester/confirmer/x", "/contester/confirmer/" + strings.Repeat("A", 43), strings.Replace(link, "confirmer/", "confirmer/A", 1)} {
		if w := get(n.h, forged); w.Code != http.StatusGone {
			t.Errorf("%s: %d", forged, w.Code)
		}
		n.sent(t, forged, nil, nil, http.StatusGone)
	}
	// The fourth letter to one address is not sent, and the answer is the same.
	for range 4 {
		n.object(t, "karim@example.org")
	}
	for range 3 {
		n.letter(t, "karim@example.org")
	}
	select {
	case l := <-n.server.Letters:
		t.Errorf("a letter more: %v", l)
	default:
	}
	// What is over is destroyed, and three wait.
	if waiting, err := n.room.List(t.Context(), "objection/"); err != nil || len(waiting) != 3 {
		t.Errorf("%d objections wait, %v", len(waiting), err)
	}
	// Whoever asks too often waits, whatever the address.
	page, r := n.sent(t, "/contester/"+n.fact, url.Values{"claim": {"x"}, "address": {"lea@example.org"}}, nil, http.StatusTooManyRequests)
	holds(t, page, "Trop d")
	if r.Header.Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
	if r := send(n.h, "/contester/"+n.fact, url.Values{"claim": {"x"}, "address": {"lea@example.org"}}, nil, "Sec-Fetch-Site", "cross-site"); r.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", r.StatusCode)
	}
	if get(n.h, "/contester/"+testLedgerID.String()).Code != http.StatusNotFound {
		t.Error("what is not there is disputed")
	}
	if strings.Contains(n.log.String(), "@example") {
		t.Errorf("the log tells an address: %s", n.log)
	}
}

// Where no letters are sent the page says how else to dispute, and whoever is signed in needs none.
func TestDisputeWithoutLetters(t *testing.T) {
	n := newNewsroom(t)
	h := web.New(web.Deps{Ledger: n.ledger, Operator: "Les Archives de l'essai", Sessions: auth.NewSessions(auth.NewGate(n.tokens))})
	page, _ := read(t, h, "/contester/"+n.fact, nil)
	holds(t, page, "Ce site n'envoie pas de courriels", "Les Archives de l'essai")
	if strings.Contains(page, "@") && strings.Contains(page, "Votre adresse électronique") {
		t.Error("an address is asked for")
	}
	cookies := n.enter(t, auth.Declarant, "fr-commune-92072", "Le service du numérique")
	page, _ = read(t, n.h, "/contester/"+n.fact, cookies)
	holds(t, page, "aucune adresse n'est à donner")
	s := &season{office: n.office, t: t}
	s.records(cookies, "disputes", "event", n.fact, "claim", "Nous avions cinq arobases.")
	r := httptest.NewRequest(http.MethodGet, "http://localhost/espace/saisir/disputes", nil)
	w := httptest.NewRecorder()
	if n.h.ServeHTTP(w, r); w.Code != http.StatusSeeOther {
		t.Errorf("the form of the workspace without a session: %d", w.Code)
	}
}

// mainOf is what a page says of the ledger.
func mainOf(page string) string {
	_, after, _ := strings.Cut(page, "<main")
	inside, _, _ := strings.Cut(after, "</main>")
	return inside
}
