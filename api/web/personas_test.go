package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPersonas goes from the first page to an answer as those do whom the site is for, in both languages. The keys of the
// map are pressed, not clicked: it must do without a mouse.
func TestPersonas(t *testing.T) {
	server := httptest.NewServer(history(t))
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	do := func(what string, a chromedp.Action[chromedp.Void]) {
		t.Helper()
		if _, err := chromedp.RunResponse(ctx, a); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	says := func(what string, all ...string) {
		t.Helper()
		page, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		page = strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(page)
		for _, s := range all {
			if !strings.Contains(page, s) {
				t.Fatalf("%s: the page does not say %q:\n%.900s", what, s, page)
			}
		}
	}
	for _, lang := range []struct {
		home, palmares, map_, trends     string
		rose, place, department, changed string
		same, levels                     string
	}{
		{"/", "/editions/18/palmares", "/carte", "/tendances", "Aix-les-Bains", "Savoie", "Savoie (73)", "aucune source trouvée", "Les mêmes chiffres, en tableau", "Les niveaux, édition par édition"},
		{"/en/", "/en/editions/18/palmares", "/en/map", "/en/trends", "Aix-les-Bains", "Savoie", "Savoie (73)", "no source found", "The same as a list", "The levels, edition by edition"},
	} {
		// The mayor: what do our neighbours hold?
		do("opening the first page", chromedp.Navigate(server.URL+lang.home))
		do("going to the map", chromedp.Click(chromedp.CSS(`.nav a[href="`+lang.map_+`"]`)))
		says("the map", lang.same)
		do("choosing the edition by keys", chromedp.Navigate(server.URL+lang.map_+"?edition=18"))
		if _, err := chromedp.Run(ctx, chromedp.Focus(chromedp.CSS(`.tiles a[href*="departements/73"]`))); err != nil {
			t.Fatal(err)
		}
		do("opening the département by the key", chromedp.SendKeys(chromedp.CSS(`.tiles a[href*="departements/73"]`), "\r"))
		says("the département", lang.department, lang.rose)
		do("opening the collectivity", chromedp.Click(chromedp.CSS(`.holder a[href*="fr-commune-73008"]`)))
		says("the collectivity", lang.rose, lang.place)

		// The journalist: who had 4 or 5 in 2017, and what of the year before?
		do("opening the palmarès", chromedp.Navigate(server.URL+lang.palmares))
		if _, err := chromedp.Run(ctx, chromedp.SendKeys(chromedp.CSS("#c-level"), "Q")); err != nil {
			t.Fatal(err)
		}
		do("narrowing it", chromedp.Click(chromedp.CSS(".choose button")))
		says("the palmarès narrowed", lang.changed)

		// The analyst: how are the levels spread?
		do("opening the first page again", chromedp.Navigate(server.URL+lang.home))
		do("going to the trends", chromedp.Click(chromedp.CSS(`.nav a[href="`+lang.trends+`"]`)))
		says("the trends", lang.levels)
		do("opening a part of a column", chromedp.Click(chromedp.CSS(`#levels-recorded a[href*="editions/18"][href*="level=5"]`)))
		says("the names behind it", lang.rose)
	}
}
