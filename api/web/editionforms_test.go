package web_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/domain"
)

// season is an edition that is run with nothing but the forms of the site.
type season struct {
	*office
	t       *testing.T
	now     time.Time
	edition string
	// at is called when the edition has come so far; it may be nil.
	at func(step string)
}

// who signs in; they are kept by role and number.
type people struct{ registrar, first, second, juror1, juror2, sevres []*http.Cookie }

func (s *season) day(n int) string { return domain.DaysAfter(domain.DayInParis(s.now), n) }

// records sends a form that is recorded, and gives the id of the record.
func (s *season) records(who []*http.Cookie, resource string, pairs ...string) string {
	s.t.Helper()
	at := "/espace/saisir/" + resource
	to, _ := s.sent(s.t, at, fill(s.blank(s.t, at, who), pairs...), who, http.StatusSeeOther)
	read(s.t, s.h, to, who)
	id, _, _ := strings.Cut(strings.TrimPrefix(to, "/espace/recu/"), "?")
	return id
}

// refuses sends a form that is refused, with what the page says of it.
func (s *season) refuses(who []*http.Cookie, resource string, says string, pairs ...string) {
	s.t.Helper()
	at := "/espace/saisir/" + resource
	page, _ := s.sent(s.t, at, fill(s.blank(s.t, at, who), pairs...), who, http.StatusConflict)
	holds(s.t, page, says)
}

// board reads the board of the secretariat.
func (s *season) board(who []*http.Cookie, says ...string) {
	s.t.Helper()
	for _, path := range []string{"/espace/secretariat/", "/en/workspace/secretariat/"} {
		page, _ := read(s.t, s.h, path+s.edition, who)
		if strings.HasPrefix(path, "/espace") {
			holds(s.t, strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(page), says...)
		}
	}
}

func (s *season) step(name string) {
	if s.at != nil {
		s.at(name)
	}
}

func newSeason(t *testing.T) *season {
	s := &season{office: newOffice(t), t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), edition: "28"}
	room, err := sqliteworkspace.Create(filepath.Join(t.TempDir(), "workspace.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = room.Close() })
	s.ledger.UseWorkspace(room)
	if err := s.ledger.UseClock(func() time.Time { return s.now }); err != nil {
		t.Fatal(err)
	}
	return s
}

// whole runs an edition from its regulation to its end with the forms of the site, and reads the board of the secretariat
// on the way.
func (s *season) whole() {
	t, e := s.t, s.edition
	var p people
	p.registrar, p.first, p.second = s.enter(t, auth.Registrar, "", "Ana Martin"), s.enter(t, auth.President, "", "Paul Roux"), s.enter(t, auth.President, "", "Léa Simon")
	p.juror1, p.juror2 = s.enter(t, auth.Juror, e+"-1", "Jeanne"), s.enter(t, auth.Juror, e+"-2", "Karim")
	p.sevres = s.enter(t, auth.Declarant, "fr-commune-92072", "Le service du numérique")

	rules := []string{"regulation", "r-2027", "from", e, "title", "Règlement de l'essai", "sha256", strings.Repeat("ab", 32), "fee.perInhabitant", "0,05", "fee.least", "50", "fee.most", "5 000"}
	for i, topic := range []string{"candidacies", "calendar", "admission", "jury", "conflicts", "deliberation", "levels", "embargo", "appeals", "actions"} {
		rules = append(rules, fmt.Sprintf("articles[%d].number", i), fmt.Sprint(i+1), fmt.Sprintf("articles[%d].topic", i), topic)
	}
	for name, value := range map[string]string{"minimumLevel": "1", "quorum": "1", "tieBreak": "chair", "jurorsPerCandidacy": "1", "notice": "5", "appealDays": "30", "elected": "no"} {
		rules = append(rules, name+".value", value, name+".known", "assumed")
	}
	s.records(p.first, "regulations", append(rules, "fee.known", "assumed")...)
	s.records(p.first, "grids", "grid", "g-2027", "kind", "made-up", "themes[0].id", "t", "themes[0].name", "Vivre ensemble", "stakes[0].id", "s", "stakes[0].theme", "t", "stakes[0].name", "Inclusion",
		"services[0].id", "wifi", "services[0].stake", "s", "services[0].name", "Wi-Fi public", "services[1].id", "ateliers", "services[1].stake", "s", "services[1].name", "Ateliers",
		"thresholds[0].level", "1", "thresholds[0].services", "0", "thresholds[0].stakes", "0", "thresholds[0].known", "assumed")
	s.records(p.first, "editions", "edition", e, "regulation", "r-2027", "grid", "g-2027", "calendar.opens", s.day(0), "calendar.closes", s.day(20), "calendar.jury", s.day(40), "calendar.ceremony", s.day(60),
		"mentions[0].mention", "inclusion", "mentions[0].name", "Inclusion")
	for _, c := range [][2]string{{"Sèvres", "92072"}, {"Aix-les-Bains", "73008"}, {"Brest", "29019"}} {
		s.records(p.registrar, "collectivities", "collectivity", c[1], "name", c[0], "type", "commune", "insee", c[1])
	}
	s.records(p.sevres, "actions", "action", "wifi-sevres", "collectivity", "Sèvres", "grid", "g-2027", "services", "wifi", "startedOn", "2025", "operatorKind", "collectivity", "title", "Du Wi-Fi au marché")
	s.records(p.sevres, "candidacies", "edition", e, "collectivity", "Sèvres", "kind", "ville", "population", "23 500", "populationYear", "2023")
	s.records(p.registrar, "candidacies", "edition", e, "collectivity", "Aix-les-Bains", "kind", "ville", "population", "31 000", "populationYear", "2023")
	s.records(p.registrar, "candidacies", "edition", e, "collectivity", "29019", "kind", "ville")
	s.records(p.registrar, "collectivities", "collectivity", "other-syndicat-essai", "name", "Syndicat de l'essai", "type", "other")
	s.records(p.registrar, "candidacies", "edition", e, "collectivity", "other-syndicat-essai", "kind", "territoire")
	s.board(p.registrar, "non confirmée par la collectivité", "Clôture", "dans 20 jours", "population à indiquer", "23 500 habitants à 0,05 €")
	s.records(p.registrar, "withdrawals", "edition", e, "collectivity", "other-syndicat-essai")
	s.step("open")

	s.records(p.registrar, "memberships", "collectivity", "fr-commune-92072", "year", "2027", "regulation", "r-2027", "fee", "1175", "population", "23500", "populationYear", "2023")
	s.refuses(p.registrar, "memberships", "La cotisation est celle que le règlement calcule", "collectivity", "fr-commune-73008", "year", "2027", "regulation", "r-2027", "fee", "1", "population", "31000", "populationYear", "2023")
	s.records(p.registrar, "memberships", "collectivity", "fr-commune-73008", "year", "2027", "regulation", "r-2027", "fee", "1 550,00", "population", "31000", "populationYear", "2023")
	s.records(p.registrar, "payments", "collectivity", "fr-commune-92072", "year", "2027", "amount", "1175", "on", s.day(0))
	s.records(p.sevres, "submissions", "edition", e, "collectivity", "fr-commune-92072", "actions[0].action", "wifi-sevres", "actions[0].revision", "0", "signedOff", "Le maire")
	for _, id := range []string{"fr-commune-73008", "fr-commune-29019"} {
		s.records(p.registrar, "submissions", "edition", e, "collectivity", id, "signedOff", "Le maire")
	}
	question := s.records(p.registrar, "information-requests", "edition", e, "collectivity", "fr-commune-92072", "question", "Depuis quand ?", "until", s.day(10))
	s.board(p.registrar, "Il reste 1 550 € à recevoir ; 1 candidature est sans adhésion.", "attendu avant le")
	if page, _ := read(t, s.h, "/espace", p.sevres); !strings.Contains(page, "Répondre à une demande de complément") {
		t.Errorf("the request does not wait: %s", page)
	}
	s.records(p.sevres, "information-answers", "edition", e, "collectivity", "fr-commune-92072", "request", "http://localhost/inscriptions/"+question, "answer", "Mars 2025")
	s.records(p.first, "extensions", "edition", e, "deadline", "closes", "until", s.day(25), "reason", "Une panne du réseau")
	s.now = s.now.Add(26 * 24 * time.Hour)
	s.records(p.registrar, "closings", "edition", e, "candidacies", "3")
	if page, _ := read(t, s.h, "/espace", p.registrar); !strings.Contains(page, "1 cotisation impayée") {
		t.Errorf("nobody tells the secretariat what is unpaid: %s", page)
	}
	s.records(p.first, "inadmissibilities", "edition", e, "collectivity", "fr-commune-29019", "ground", "not-a-member", "article", "3", "reason", "Elle n'est pas adhérente.")
	s.records(p.first, "jurors", "edition", e, "juror", "1", "college", "academic", "person", "Jeanne", "chair", "yes")
	s.records(p.first, "jurors", "edition", e, "juror", "2", "college", "journalist", "person", "Karim", "affiliation", "Un journal")
	s.records(p.first, "juries", "edition", e, "jurors", "1", "jurors", "2")
	s.records(p.juror2, "conflicts", "edition", e, "juror", "2", "collectivity", "Sèvres", "category", "residence")
	s.refuses(p.first, "assignments", "ne prend pas part", "edition", e, "juror", "2", "collectivity", "Sèvres")
	s.records(p.first, "assignments", "edition", e, "juror", "1", "collectivity", "Sèvres")
	s.records(p.first, "assignments", "edition", e, "juror", "2", "collectivity", "Aix-les-Bains")
	if page, _ := read(t, s.h, "/espace", p.juror1); !strings.Contains(page, "Votre avis sur Sèvres") {
		t.Errorf("the juror's files do not wait: %s", page)
	}
	s.records(p.juror1, "opinions", "edition", e, "juror", "1", "collectivity", "Sèvres", "opinion", "Solide.")
	s.board(p.registrar, "Sèvres (résidence)", "Préavis : 5 jours", "1 sur 1", "irrecevable")
	s.step("jury")
	s.now = s.now.Add(15 * 24 * time.Hour)
	s.records(p.first, "sessions", "edition", e, "session", "1", "on", s.day(0), "present", "1", "present", "2", "quorum", "1")
	decide := func(who []*http.Cookie, id, level, expected string, status int) (string, *http.Response) {
		t.Helper()
		at := "/espace/saisir/decisions"
		form := fill(s.blank(t, at, who), "edition", e, "collectivity", id, "session", "1", "distinction", "level", "level", level, "tally.for", "1", "tally.against", "0", "tally.abstained", "0",
			"motivation", "Un engagement durable.", "votes", "À l'unanimité")
		if expected != "" {
			form.Set("_expected", expected)
		}
		if level == "2" {
			form.Set("departure", "Une démarche remarquable.")
		}
		return s.sent(t, at, form, who, status)
	}
	decide(p.first, "fr-commune-92072", "1", "", http.StatusSeeOther)
	page, _ := decide(p.second, "fr-commune-92072", "1", "0", http.StatusConflict) // drafted meanwhile by somebody else
	holds(t, page, "Quelqu’un a été plus rapide", "Un engagement durable.", `name="_expected" value="1"`, "projet, version 1", "Paul Roux, le")
	decide(p.first, "fr-commune-92072", "1", "0", http.StatusSeeOther) // the very form that wrote it, sent twice
	page, _ = decide(p.second, "fr-commune-92072", "7", "1", http.StatusUnprocessableEntity)
	holds(t, page, `href="#f-level"`)
	s.board(p.first, "1 décisions prêtes sur 2", "projet, version 1", "Paul Roux, le")
	decide(p.first, "fr-commune-73008", "1", "", http.StatusSeeOther)
	s.step("deliberation")
	s.records(p.first, "deliberations", "edition", e)
	s.now = s.now.Add(25 * 24 * time.Hour)
	publish := func(who []*http.Cookie, status int) string {
		t.Helper()
		at := "/espace/saisir/publications"
		form := fill(s.blank(t, at, who), "edition", e, "on", s.day(0))
		to, _ := s.sent(t, at, form, who, status)
		if status == http.StatusSeeOther {
			if again, _ := s.sent(t, at, form, who, status); again != to { // a double click
				t.Errorf("sent twice it leads to %s and %s", to, again)
			}
		}
		return to
	}
	s.board(p.first, "Vous pouvez être la première")
	if to := publish(p.first, http.StatusSeeOther); !strings.HasPrefix(to, "/espace/recu/waiting") {
		t.Errorf("the first person is led to %s", to)
	} else {
		read(t, s.h, to, p.first)
	}
	holds(t, publish(p.first, http.StatusConflict), "Deux personnes différentes publient le palmarès.")
	s.board(p.second, "Vous pouvez la mener à bien")
	if page, _ := read(t, s.h, "/espace", p.second); !strings.Contains(page, "une seconde personne est attendue") {
		t.Errorf("the second person is not awaited: %s", page)
	}
	publish(p.second, http.StatusSeeOther)
	s.step("published")
	of := s.ledger.Running(28).Candidacies[2].State.Disclosed.Of.String()
	s.records(p.registrar, "notifications", "edition", e, "collectivity", "Sèvres", "of", of, "on", s.day(0), "channel", "letter")
	appeal := s.records(p.sevres, "appeals", "edition", e, "collectivity", "Sèvres", "of", of, "on", s.day(0), "grounds", "Nous valions mieux.")
	s.board(p.first, "Palmarès publié le", "1 collectivité n'a pas été notifiée", "déposé le", "Admettre un recours : Sèvres")
	s.records(p.first, "appeal-rejections", "edition", e, "collectivity", "Sèvres", "appeal", appeal, "article", "9", "reason", "Hors sujet")
	s.records(p.first, "edition-closings", "edition", e)
	s.board(p.registrar, "L'édition est close.", "rejeté")
}
