package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
)

// On the real history nobody has declared anything: the page says why it is empty, and nothing leads to what is not there.
func TestNoActions(t *testing.T) {
	h := history(t)
	for path, says := range map[string]string{
		"/actions":    "Aucune action n'est encore déclarée dans ce registre",
		"/en/actions": "No action has been declared in this ledger yet",
	} {
		page, _ := read(t, h, path, nil)
		holds(t, page, says)
		if strings.Contains(get(h, path).Body.String(), `name="service"`) {
			t.Errorf("%s offers to narrow nothing", path)
		}
	}
	if strings.Contains(get(h, "/collectivites/fr-commune-92072").Body.String(), "voisines") {
		t.Error("a page leads to neighbours of whom nobody declares anything")
	}
	for _, path := range []string{"/actions/none", "/services/none", "/collectivites/fr-commune-00000/voisines"} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(h, "/actions?state=paused"); w.Code != http.StatusBadRequest {
		t.Errorf("an unknown state: %d", w.Code)
	}
}

func TestDirectory(t *testing.T) {
	o := open28(t)
	o.act(t, auth.Declarant, village, "endings", `{"action":"action-12","on":"2026-11-22"}`)
	for path, want := range map[string][]string{
		"/actions":                                        {"13 actions déclarées", "Leur Wi-Fi", "Chambéry Savoie", "en cours depuis mars 2025", "Qui d'autre le fait ?", "Wi-Fi public 2 collectivités"},
		"/actions?q=oeuvres":                              {"1 action déclarée", "Œuvres numérisées", "Tout afficher"},
		"/actions?q=wifi+gare":                            {"1 action déclarée", "Wi-Fi de la gare"},
		"/actions?q=xyzzy":                                {"Aucune action déclarée ne correspond"},
		"/actions?state=ended":                            {"1 action déclarée", "Ateliers du mercredi", "(mars 2025 – 22 novembre 2026)"},
		"/en/actions?service=fibre":                       {"3 declared actions", "Leur Wi-Fi"},
		"/actions/action-01":                              {"Bornes au bord du lac", "Déclarée par Aix-les-Bains Savoie", "1 autre collectivité déclare ce service, dont : Chambéry", "Aucune pièce n'est jointe", "action déclarée"},
		"/en/actions/action-12":                           {"ended", "(March 2025 – 22 November 2026)", "action ended"},
		"/services/wifi":                                  {"Enjeu : Réseaux. Thème : Accès.", "2 collectivités déclarent", "73 Savoie", "Aix-les-Bains", "Chambéry"},
		"/en/services/cantine":                            {"1 local authority declares"},
		"/collectivites/" + village:                       {"Actions déclarées", "12 actions déclarées", "Ce que déclarent ses voisines"},
		"/collectivites/" + neighbour:                     {"1 action déclarée"},
		"/collectivites/fr-commune-73010":                 {"0 action déclarée", "Ce que déclarent ses voisines"}, // of the official list: it has declared nothing, and has neighbours
		"/collectivites/" + village + "/voisines":         {"1 voisine déclare une action en cours (Savoie)", "Ce qu'elle déclare aussi", "Fibre Réseaux", "Ce qu'elle seule déclare", "Cantine en ligne"},
		"/collectivites/fr-commune-73010/voisines?like=1": {"Aucune collectivité du département qui lui ressemble"},
		"/en/collectivities/fr-commune-73010/neighbours":  {"2 neighbours declare", "What others declare, and it does not", "Médiathèque en ligne"},
		"/collectivites/fr-commune-92072/voisines":        {"Aucune autre collectivité du département"},
		"/actions?as_of=7":                                {"Tel que connu quand", "Aucune action n'est encore déclarée"},
	} {
		page, _ := read(t, o.h, path, nil)
		t.Run(path, func(t *testing.T) { holds(t, page, want...) })
	}
	first, err := o.ledger.Action(t.Context(), "action-01", o.ledger.Size())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(get(o.h, "/actions?q=bornes").Body.String(), "/inscriptions/"+first.Event.String()) {
		t.Error("a hit does not lead to its record")
	}
	page, _ := read(t, o.h, "/inscriptions/"+first.Event.String(), nil)
	holds(t, page, "Aix-les-Bains déclare l'action Bornes au bord du lac")
}

// A text that was erased is said to be erased wherever it stood, and is found no more.
func TestDirectorySaysWhatWasErased(t *testing.T) {
	o := open28(t)
	a, err := o.ledger.Action(t.Context(), "action-01", o.ledger.Size())
	if err != nil {
		t.Fatal(err)
	}
	if page, _ := read(t, o.h, "/actions?q=bornes", nil); !strings.Contains(page, "1 action déclarée") {
		t.Fatal("it is not found before")
	}
	for _, pointer := range []string{"/data/title", "/data/description"} {
		if _, err := o.ledger.Erase(t.Context(), ledger.Erasure{Event: a.Event, Pointer: pointer, Ground: "request", By: "Ines", Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	page, _ := read(t, o.h, "/actions?q=bornes", nil)
	holds(t, page, "Aucune action déclarée ne correspond")
	for _, path := range []string{"/actions", "/actions/action-01"} {
		page, _ := read(t, o.h, path, nil)
		holds(t, page, "Texte effacé à la demande d'une personne ; la preuve reste")
		if strings.Contains(page, "Bornes au bord") {
			t.Errorf("%s still has the text", path)
		}
	}
	// It cannot be shown anything of before it is described again, and is carried over by nobody.
	cookies := o.enter(t, auth.Declarant, village, "Zoé")
	page, _ = read(t, o.h, showAt, cookies)
	holds(t, page, "Un texte de cette action a été effacé")
	page, _ = read(t, o.h, reviewAt, cookies)
	holds(t, page, "Texte effacé à la demande")
	if page, _ = read(t, o.h, fmt.Sprintf("/actions?as_of=%d", a.AsOf), nil); strings.Contains(page, "Bornes au bord") {
		t.Error("an earlier moment shows it")
	}
}
