package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"arobase/api/auth"
)

// plainly is a page without the signs of print, so that what is looked for can be typed.
var plainly = strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'")

// TestEditionWithForms runs an edition from its regulation to its end with the forms of the site, and reads the board of
// the secretariat on the way. At each step some forms are refused: the reason stands there in the words of the reader.
func TestEditionWithForms(t *testing.T) {
	s := newSeason(t)
	s.at = s.refusals
	s.whole()
}

// refusals sends forms that are refused at a step, in the workspaces of the secretariat, of the jury and of a collectivity.
func (s *season) refusals(step string) {
	e := s.edition
	who := map[auth.Role][]*http.Cookie{
		auth.Registrar: s.enter(s.t, auth.Registrar, "", "Odile Petit"), auth.President: s.enter(s.t, auth.President, "", "Marc Blanc"),
		auth.Juror: s.enter(s.t, auth.Juror, e+"-1", "Jeanne"), auth.Declarant: s.enter(s.t, auth.Declarant, "fr-commune-92072", "L'accueil"),
	}
	try := func(role auth.Role, resource, french, english string, pairs ...string) {
		s.t.Helper()
		for prefix, want := range map[string]string{"/espace/saisir/": french, "/en/workspace/record/": english} {
			at := prefix + resource
			page := s.refused(at, fill(s.blank(s.t, at, who[role]), pairs...), who[role])
			if !strings.Contains(plainly.Replace(page), want) {
				s.t.Errorf("%s, %s: the page does not say %q:\n%.2500s", step, at, want, mainOf(plainly.Replace(page)))
			}
		}
	}
	switch step {
	case "open":
		try(auth.Registrar, "closings", "Les déclarations sont ouvertes jusqu'au 13 décembre 2026.", "Declarations are open until 13 December 2026.", "edition", e, "candidacies", "3")
		try(auth.Registrar, "candidacies", "Cette candidature est déjà inscrite : Sèvres, édition 28.", "Sèvres is registered for edition 28 already.", "edition", e, "collectivity", "Sèvres", "kind", "ville")
		try(auth.Registrar, "memberships", "31 000 habitants à 0,05 € chacun, avec un minimum de 50 € et un maximum de 5 000 € : la cotisation est de 1 550 €.",
			"31,000 inhabitants at €0.05 each, at least €50 and at most €5,000: the fee is €1,550.",
			"collectivity", "fr-commune-73008", "year", "2027", "regulation", "r-2027", "fee", "1", "population", "31000", "populationYear", "2023")
		try(auth.President, "extensions", "L'échéance est déjà le 13 décembre 2026 : elle n'est que reportée. Donnez un jour qui suit.", "The deadline is 13 December 2026 already",
			"edition", e, "deadline", "closes", "until", "2026-12-01", "reason", "Une panne du réseau")
		try(auth.President, "editions", "L'édition 28 est déjà ouverte.", "Edition 28 was opened before.", "edition", e, "regulation", "r-2027", "grid", "g-2027",
			"calendar.opens", s.day(0), "calendar.closes", s.day(20), "calendar.jury", s.day(40), "calendar.ceremony", s.day(60))
		try(auth.Declarant, "actions", "L'action « wifi-sevres » est déjà déclarée. Modifiez-la plutôt.", "The action “wifi-sevres” was declared before. Amend it instead.",
			"action", "wifi-sevres", "collectivity", "Sèvres", "grid", "g-2027", "services", "wifi", "startedOn", "2025", "operatorKind", "collectivity", "title", "Du Wi-Fi au marché")
		try(auth.Declarant, "actions", "La date donnée est encore à venir (en mai 2027). Une action se déclare une fois qu'elle a commencé.", "The day given is still to come (in May 2027).",
			"action", "ateliers-sevres", "collectivity", "Sèvres", "grid", "g-2027", "services", "ateliers", "startedOn", "2027-05", "operatorKind", "collectivity", "title", "Des ateliers")
		try(auth.Declarant, "endings", "L'action a commencé en 2025. Donnez cette date ou une date qui suit.", "The action began in 2025.", "action", "wifi-sevres", "on", "2024", "cause", "replaced")
		try(auth.Declarant, "submissions", "L'action « wifi-sevres » n'a pas de version 7.", "There is no revision 7 of the action “wifi-sevres”.",
			"edition", e, "collectivity", "fr-commune-92072", "actions[0].action", "wifi-sevres", "actions[0].revision", "7", "signedOff", "Le maire")
	case "jury":
		try(auth.President, "assignments", "Le membre nº 2 a déclaré un intérêt pour Sèvres (résidence).", "Juror 2 has declared an interest in Sèvres (residence).", "edition", e, "juror", "2", "collectivity", "Sèvres")
		try(auth.President, "jurors", "Le membre nº 3 n'est pas encore nommé", "There is no juror 3 yet", "edition", e, "juror", "4", "college", "academic", "person", "Une personne")
		try(auth.President, "sessions", "Le jury siège à partir du 2 janvier 2027. Donnez ce jour ou un jour suivant.", "The jury sits from 2 January 2027 on.",
			"edition", e, "session", "1", "on", s.day(0), "present", "1", "quorum", "1")
		try(auth.Juror, "opinions", "Le membre nº 1 a déjà donné son avis.", "Juror 1 has given an opinion already.", "edition", e, "juror", "1", "collectivity", "Sèvres", "opinion", "Solide.")
		try(auth.President, "inadmissibilities", "« Non-adhérente » ne tient pas : l'adhésion de l'année de l'édition est inscrite.", "“Not a member” does not hold",
			"edition", e, "collectivity", "Sèvres", "ground", "not-a-member", "article", "3", "reason", "Elle n'est pas adhérente.")
	case "deliberation":
		try(auth.President, "decisions", "Voix comptées : 3. Membres qui pouvaient voter : 2. Corrigez le décompte.", "Votes counted: 3. Jurors who could vote: 2.",
			"edition", e, "collectivity", "fr-commune-73008", "session", "1", "distinction", "level", "level", "1", "tally.for", "3", "tally.against", "0", "tally.abstained", "0", "motivation", "Un engagement.", "votes", "À main levée")
		try(auth.President, "postponements", "La cérémonie est le 22 janvier 2027 : elle n'est que reportée.", "The ceremony is on 22 January 2027: it is only put off.", "edition", e, "to", s.day(1), "reason", "La salle")
	case "published":
		of := s.ledger.Running(28).Candidacies[2].State.Disclosed.Of.String()
		try(auth.Declarant, "appeals", "La décision n'est pas encore notifiée : le recours vient après la notification.", "The decision was not notified yet",
			"edition", e, "collectivity", "Sèvres", "of", of, "on", s.day(0), "grounds", "Nous valions mieux.")
		try(auth.Registrar, "notifications", "Donnez un jour qui va de cette date à aujourd'hui.", "Give a day from then until today.",
			"edition", e, "collectivity", "Sèvres", "of", of, "on", s.day(2), "channel", "letter")
	}
}

// refused sends a form that is refused by a rule or by its form, and reads the page.
func (s *season) refused(at string, form map[string][]string, who []*http.Cookie) string {
	s.t.Helper()
	r := send(s.h, at, form, who)
	if r.StatusCode != http.StatusConflict && r.StatusCode != http.StatusUnprocessableEntity {
		s.t.Fatalf("POST %s: %d, and nothing is refused", at, r.StatusCode)
	}
	page, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(page)
}
