package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestNoCredential asks for badges and panels of the history, in which nothing was decided here.
func TestNoCredential(t *testing.T) {
	h := history(t)
	for path, want := range map[string]struct {
		status int
		says   string
	}{
		"/badge/fr-commune-73008.svg":        {http.StatusConflict, "/problems/not-decided"},
		"/badge/fr-commune-73008":            {http.StatusNotFound, "/problems/unknown-collectivity"},
		"/badge/fr-commune-00000.svg":        {http.StatusNotFound, "/problems/unknown-collectivity"},
		"/panel/fr-commune-73008":            {http.StatusConflict, "Aucun label décidé ici"},
		"/panel/fr-commune-73008?edition=18": {http.StatusConflict, "Aucun label décidé ici"},
		"/en/panel/fr-commune-73008":         {http.StatusConflict, "No label decided here"},
		"/panel/fr-commune-00000":            {http.StatusNotFound, "existe pas"},
		"/panel/fr-commune-73008?edition=x":  {http.StatusBadRequest, "comprise"},
	} {
		w := get(h, path)
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.says) {
			t.Errorf("GET %s: %d %s", path, w.Code, w.Body)
		}
	}
	if page := open(t, h, "/collectivites/fr-commune-73008"); strings.Contains(text(page), "Le panneau à imprimer") {
		t.Error("a panel is offered for a label that is only reported")
	}
}

// TestBrowse narrows the palmarès, the map, a département and a mention.
func TestBrowse(t *testing.T) {
	h := history(t)
	for _, c := range []struct {
		path string
		says []string
		not  []string
	}{
		{"/editions/18/palmares", []string{"Aix-les-Bains Savoie", "Là où l'édition précédente n'est pas donnée : aucune source trouvée", "Aucune collectivité n'a un niveau connu dans les deux éditions"}, nil},
		{"/editions/18/palmares?level=4-5", []string{"Aix-les-Bains"}, []string{"Wattrelos Nord"}},
		{"/editions/18/palmares?departement=73", []string{"1, sur 37 noms", "Aix-les-Bains"}, []string{"Angers Maine-et-Loire"}},
		{"/editions/18/palmares?region=84&sort=name", []string{"Aix-les-Bains"}, []string{"Angers Maine-et-Loire"}},
		{"/editions/18/palmares?mention=teletravail", []string{"Aix-les-Bains", "Angers"}, []string{"Besançon Doubs"}},
		{"/editions/18/palmares?level=5&departement=971", []string{"Aucun nom ne correspond à ce choix"}, nil},
		{"/en/editions/18/palmares?change=unseen", []string{"Aix-les-Bains", "no source found for the edition before"}, nil},
		{"/carte?edition=18", []string{"73 Savoie", "971 Guadeloupe", "aucune source ne nomme personne"}, nil},
		{"/carte?edition=18&level=5", []string{"73 Savoie"}, []string{"68 Haut-Rhin – – –"}},
		{"/departements/92", []string{"Hauts-de-Seine (92)", "Sèvres", "Issy-les-Moulineaux"}, nil},
		{"/departements/73?edition=18", []string{"Aix-les-Bains", "Le Monde"}, nil},
		{"/departements/975", []string{"Saint-Pierre-et-Miquelon (975)", "Aucune source trouvée pour ce département."}, nil},
		{"/en/mentions", []string{"télétravail", "recorded"}, nil},
		{"/mentions/teletravail", []string{"Mention « télétravail »", "Aix-les-Bains", "édition 18 (2017)"}, nil},
	} {
		page := text(open(t, h, c.path))
		for _, s := range c.says {
			if !strings.Contains(page, s) {
				t.Errorf("%s does not say %q", c.path, s)
			}
		}
		for _, s := range c.not {
			if strings.Contains(page, s) {
				t.Errorf("%s says %q", c.path, s)
			}
		}
	}
	for path, want := range map[string]int{
		"/editions/18/palmares?sort=size": 400, "/editions/18/palmares?page=2": 400, "/editions/18/palmares?page=x": 400, "/carte?edition=99": 400, "/carte?level=6": 400,
		"/departements/20": 404, "/mentions/none": 404, "/editions/99/palmares": 303,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
}
