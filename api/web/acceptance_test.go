package web_test

import (
	"strings"
	"testing"
)

// TestAcceptance reads the pages as a citizen does, and looks for what the ledger must say of the history it ships.
func TestAcceptance(t *testing.T) {
	h := history(t)
	for _, c := range []struct {
		path string
		says []string
	}{
		{"/", []string{
			"69 collectivités à 4 ou 5 @ en 2017, 56 en 2016",
			"69 collectivités ont reçu 4 ou 5 arobases à l'édition 18 (2017), 56 à l'édition 17 (2016), selon Association Villes Internet (2017).",
			"(25 + 30), on trouve 55 « communes » : les sources se contredisent, et aucune source n'explique l'écart.",
			"Pas de pourcentage : les totaux publiés (163 collectivités en 2016 et 331 communes en 2017) ne sont pas donnés dans une même unité.",
			"Compilé à partir de la presse : ce n'est pas le palmarès de l'association.",
			"Ce site est exploité par Les Archives de l'essai.",
			"un point de contrôle signé couvre",
		}},
		{"/en/", []string{
			"69 collectivities at 4 or 5 @ in 2017, 56 in 2016",
			"No percentage: the totals that were published (163 collectivities in 2016 and 331 communes in 2017) are not given in one unit.",
			"Compiled from the press: this is not the association's palmarès.",
		}},
		{"/rapprochement?edition=17", []string{
			"56 collectivités contre 55 communes, en additionnant", "Les sources se contredisent", "Aucune source n'explique l'écart.",
			"Hypothèse, que rien ne confirme :", "Les cinq niveaux additionnés donnent 163", "So Digital", "Localtis",
			"260 communes · 163 collectivités (labellisées)", "On ne peut pas trancher.",
			"Jean-Vincent Placé · annoncé : Axelle Lemaire", "Une annonce n'est pas une erreur.",
		}},
		{"/rapprochement", []string{"16 collectivités contre 17 collectivités", "56 collectivités contre 55 communes", "annoncé : Axelle Lemaire"}},
		{"/en/reconciliation?edition=18", []string{"16 collectivities against 17 collectivities", "Le Monde", "The sources contradict each other."}},
		{"/editions/17", []string{
			"3 noms recensés, pour 163 collectivités annoncées.", "Jean-Vincent Placé · annoncé : Axelle Lemaire", "Hors concours Issy-les-Moulineaux",
		}},
		{"/editions/18", []string{
			"23 noms recensés, pour 331 communes annoncées : ce ne sont pas les mêmes unités",
			"On ne sait pas qui est entré ni qui est parti : 3 noms recensés dans l'édition 17, 23 dans l'édition 18",
			"Une absence n'est pas une sortie", "16 collectivités contre 17 collectivités",
		}},
		{"/collectivites/fr-commune-92072", []string{
			"5 arobases sur 5", "Dernier label connu : 5 @ à l'édition 17 (2016).", "Selon une source", "Statut actuel inconnu",
			"5 @ se déduit pour l'édition 22 (2021) ; aucune source ne l'écrit",
		}},
		{"/en/collectivities/fr-commune-92072", []string{"Last known label: 5 @ in edition 17 (2016).", "According to one source", "Present status unknown"}},
		{"/collectivites/unsettled-bassens", []string{"Bassens : 2 communes possibles, le registre n'en choisit aucune", "Gironde", "Savoie", "Mention « numérique éducatif »"}},
		{"/collectivites/fr-commune-33032", []string{"Aucune source trouvée.", "Voir « Bassens », à départager"}},
		{"/collectivites/fr-commune-76476", []string{
			"Aucune source trouvée.", "Avant elle : Notre-Dame-de-Gravenchon", "ils ne passent pas à qui lui succède", "2009 éd. 11",
		}},
		{"/collectivites/fr-commune-76476-2015", []string{"A pris sa place : Port-Jérôme-sur-Seine", "Cette collectivité n'existe plus"}},
		{"/collectivites/fr-commune-92040", []string{"hors concours à l'édition 17 (2016)"}},
		{"/collectivites/fr-commune-01001", []string{"Aucune source trouvée.", "Cela ne veut pas dire qu'elle ne l'a jamais eu."}},
		{"/collectivites/ca-bromont", []string{"Collectivité hors de France", "Confirmé par deux sources indépendantes", "Nommée « Bromont (Québec) » par ses sources."}},
		{"/tendances?from=17&to=18", []string{"On ne sait pas qui est entré ni qui est parti"}},
		{"/recherche?q=Bassens", []string{"3 réponses portent exactement ce nom : le registre n'en choisit aucune.", "Gironde", "Savoie"}},
		{"/recherche?q=xyzzy", []string{"Aucun résultat pour « xyzzy »", "sans vous soucier des accents"}},
	} {
		page := text(open(t, h, c.path))
		for _, s := range c.says {
			if !strings.Contains(page, s) {
				t.Errorf("%s does not say %q", c.path, s)
			}
		}
	}
}

// TestSearch finds a body whatever the spelling, and goes to it where it is the only one of the name.
func TestSearch(t *testing.T) {
	h := history(t)
	for asked, id := range map[string]string{
		"sevres": "fr-commune-92072", "ISSY LES MOULINEAUX": "fr-commune-92040", "Marcq en Baroeul": "fr-commune-59378",
		"92072": "fr-commune-92072", "Port-Jérôme-sur-Seine": "fr-commune-76476",
	} {
		for path, to := range map[string]string{"/recherche": "/collectivites/", "/en/search": "/en/collectivities/"} {
			w := get(h, path+"?q="+strings.ReplaceAll(asked, " ", "+"))
			if got := w.Header().Get("Location"); w.Code != 303 || got != to+id {
				t.Errorf("%s?q=%s: %d %q, want 303 %q", path, asked, w.Code, got, to+id)
			}
		}
	}
}

// TestAsOf asks for pages as they would have been earlier.
func TestAsOf(t *testing.T) {
	h := history(t)
	page := text(open(t, h, "/collectivites/fr-commune-92072?as_of=400"))
	for _, s := range []string{"Tel que connu quand le registre comptait 400 inscriptions.", "À ce moment-là"} {
		if !strings.Contains(page, s) {
			t.Errorf("the page as of 400 records does not say %q", s)
		}
	}
	if strings.Contains(page, "Dernier label connu") {
		t.Error("the page as of 400 records knows a label that was recorded later")
	}
	for _, path := range []string{"/?as_of=2026-11-23T12:00:00Z", "/?as_of=0", "/editions?as_of=0", "/rapprochement?as_of=0", "/tendances?as_of=0", "/sources?as_of=0", "/registre?as_of=0"} {
		open(t, h, path)
	}
	for _, path := range []string{"/?as_of=999999999", "/?as_of=yesterday", "/rapprochement?verdict=x", "/tendances?metric=x", "/tendances?by=x", "/tendances?from=18&to=99999999999999999999"} {
		if w := get(h, path); w.Code != 400 || !strings.Contains(w.Body.String(), "<h1>") {
			t.Errorf("GET %s: %d, want a page that helps with 400", path, w.Code)
		}
	}
}
