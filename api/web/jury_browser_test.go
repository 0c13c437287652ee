package web_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"arobase/api/auth"
)

// visitor is somebody in a browser.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	home string
}

// does something and looks for what the page says then.
func (v *visitor) does(what string, a chromedp.Action[chromedp.Void], says ...string) {
	v.t.Helper()
	if _, err := chromedp.RunResponse(v.ctx, a); err != nil {
		v.t.Fatalf("%s: %v", what, err)
	}
	v.reads(what, says...)
}

func (v *visitor) reads(what string, says ...string) {
	v.t.Helper()
	got, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`document.querySelector('main').textContent`))
	if err != nil {
		v.t.Fatalf("%s: %v", what, err)
	}
	got = strings.Join(strings.Fields(strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(got)), " ")
	for _, s := range says {
		if not, ok := strings.CutPrefix(s, "NOT "); ok && strings.Contains(got, not) || !ok && !strings.Contains(got, s) {
			v.t.Fatalf("%s: want %q in\n%s", what, s, got)
		}
	}
}

func (v *visitor) click(what, selector string, says ...string) {
	v.t.Helper()
	v.does(what, chromedp.Click(chromedp.CSS(selector)), says...)
}

func (v *visitor) opens(path string, says ...string) {
	v.t.Helper()
	v.does("opening "+path, chromedp.Navigate(v.home+path), says...)
}

// types into the fields of a form, by their ids.
func (v *visitor) types(pairs ...string) {
	v.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if err := chromedp.Do(v.ctx, chromedp.SetValue(chromedp.CSS(pairs[i]), pairs[i+1])); err != nil {
			v.t.Fatalf("%s: %v", pairs[i], err)
		}
	}
}

// enters signs somebody in with a token, on the page that is open.
func (v *visitor) enters(token string) {
	v.t.Helper()
	v.does("signing in", chromedp.SendKeys(chromedp.CSS("#token"), token+"\r"))
}

const send1 = `.entry-form button[value=record]:not(.sr)`

// TestJurorInABrowser goes from the first page to an opinion that is sealed, and sees the assessment after it, not before.
func TestJurorInABrowser(t *testing.T) {
	c := newCourt(t)
	server := httptest.NewServer(c.h)
	t.Cleanup(server.Close)
	v := &visitor{t, browser(t, server.URL), server.URL}
	v.opens("/")
	v.click("going to sign in", `.foot a[href="/session"]`, "Votre jeton")
	v.enters(c.token(t, auth.Juror, "28-3", "Jeanne Roy"))
	v.opens("/espace", "Espace du jury")
	v.click("going to the jury", `main a[href="/jury"]`, "Jeanne Roy, siège 3", "0 avis donnés sur 2", "avis attendu avant la séance du 27 novembre 2026")
	v.click("opening a dossier", `main a[href="/editions/28/dossiers/`+aix+`"]`, "Une action neuve", "une fois votre avis donné", "NOT au plus, selon la grille", "NOT étaient comparables")
	v.click("going to give an opinion", `.task a[href*="/opinions"]`, "membre nº 3", "NOT au plus, selon la grille")
	v.types("#f-opinion", "Solide, et neuf cette année.")
	v.click("giving it", send1, "Inscription nº")
	v.click("going on", `main a[href="/editions/28/dossiers/`+aix+`"]`, "Votre avis est donné et scellé", "Solide, et neuf cette année.", "au plus, selon la grille", "3 candidatures décidées étaient comparables")
	v.opens("/jury", "1 avis donnés sur 2", "avis donné")
	v.click("declaring an interest", `main a[href*="/conflicts"]`)
	v.types("#f-collectivity", bourges)
	if err := chromedp.Do(v.ctx, chromedp.SetValue(chromedp.CSS("#f-category"), "family")); err != nil {
		t.Fatal(err)
	}
	v.click("sending it", send1, "Inscription nº")
	v.opens("/jury", "déport : famille", "1 avis donnés sur 1")
}

// TestPresidencyInABrowser goes from the sitting to the palmarès: drafts, the one that departs from its precedents, the
// closing, and the ceremony by two people.
func TestPresidencyInABrowser(t *testing.T) {
	c := newCourt(t)
	server := httptest.NewServer(c.h)
	t.Cleanup(server.Close)
	v := &visitor{t, browser(t, server.URL), server.URL}
	enters := func(person string) {
		t.Helper()
		v.opens("/session")
		if out, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](`!document.querySelector('#token')`)); err == nil && out {
			v.click("signing out", ".sign button", "Votre jeton")
		}
		v.enters(c.token(t, auth.President, "", person))
		v.opens("/jury/28", "Délibération")
	}
	v.opens("/jury", "Votre jeton")
	v.enters(c.token(t, auth.President, "", "Anne Martin"))
	v.reads("being led back", "Édition 28 (2027)", "3 candidatures à décider : 0 en projet, 0 scellées")
	v.click("leading the deliberation", `main a[href="/jury/28"]`, "3 candidatures n'ont pas encore de projet de décision")
	if _, err := chromedp.Run(v.ctx, chromedp.Evaluate[int](`document.querySelectorAll('details').forEach(d => d.open = true), document.querySelectorAll('[name=present]').forEach(b => b.checked = true), 1`)); err != nil {
		t.Fatal(err)
	}
	v.click("recording the sitting", send1, "Inscription nº")
	for _, d := range []struct{ id, level, says string }{
		{laon, "2", "2 voix possibles pour 2 demandées"}, {bourges, "2", "3 voix possibles pour 2 demandées"}, {aix, "3", "Les précédents ont reçu 2 @ : un autre niveau s'en écarte"},
	} {
		v.opens("/jury/28")
		v.click("preparing a decision", `a[href="/jury/28/decisions/`+d.id+`"]`, "De quoi décider", "Motivation de "+d.id, d.says)
		v.types("#f-level", d.level, "#f-tally-for", "2", "#f-tally-against", "0", "#f-tally-abstained", "0", "#f-motivation", "Parce que, pour "+d.id, "#f-votes", "Tous pour")
		v.click("keeping it", send1, "NOT Rien n'a été inscrit")
	}
	v.opens("/jury/28/decisions/"+aix, "Ce projet s'écarte des précédents", "Projet de Anne Martin")
	v.opens("/jury/28", "1 décision s'écarte de tous ses précédents", "s'écarte des précédents", "La cérémonie vient après la clôture")
	v.opens("/editions/28/proces-verbal", "Aucun précédent comparable n'a reçu cela", "Parce que, pour "+aix)
	v.opens("/jury/28")
	v.click("closing the deliberation", "#close "+send1, "Inscription nº")
	v.opens("/jury/28", "0 en projet, 3 scellées")
	c.day.Add(1)
	enters("Anne Martin")
	v.click("asking for the publication", "#ceremony "+send1)
	v.opens("/jury/28", "Vous avez demandé la publication")
	v.opens("/collectivites/"+aix, "NOT Parce que, pour "+aix)
	enters("Bruno Petit")
	v.reads("as the second person", "Anne Martin a demandé la publication pour le 28 novembre 2026")
	v.click("publishing", "#ceremony "+send1, "Inscription nº")
	for _, path := range []string{"/collectivites/" + aix, "/editions/28/palmares", "/editions/28/proces-verbal"} {
		v.opens(path, "Parce que, pour "+aix)
	}
}

// juryPages are the pages of the jury as the presidency sees them.
var juryPages = []string{
	"/jury", "/jury/28", "/jury/28/decisions/" + aix, "/editions/28/dossiers/" + aix, "/editions/28/proces-verbal", "/editions/28/diagnostics/" + aix,
	"/collectivites/" + aix, "/en/jury/28/decisions/" + laon, "/en/editions/28/dossiers/" + laon, "/en/editions/27/minutes",
}

// TestJuryPagesFit holds the pages of the jury to axe-core, to the widths of screens in both themes, and to paper.
func TestJuryPagesFit(t *testing.T) {
	c := newCourt(t)
	c.act(anne, "sessions", `{"edition":28,"session":1,"on":%q,"present":[1,2,3],"quorum":2}`, on(4))
	c.act(auth.Principal{Token: "j3", Role: auth.Juror, For: "28-3", Person: "Juré 3"}, "opinions", `{"edition":28,"juror":3,"collectivity":%q,"opinion":"Un avis"}`, aix)
	c.draft(28, aix, 3, "Une motivation assez longue pour qu'elle prenne plus d'une ligne sur un écran étroit.")
	server := httptest.NewServer(c.h)
	t.Cleanup(server.Close)
	v := &visitor{t, browser(t, server.URL), server.URL}
	v.opens("/session")
	v.enters(c.token(t, auth.President, "", "Anne Martin"))
	program := ""
	t.Run("axe", func(t *testing.T) { program = axe(t) })
	theme := func(name string) {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
		if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range juryPages {
		visit(t, v.ctx, server.URL+path)
		for _, name := range []string{"light", "dark"} {
			theme(name)
			if faint, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]string](contrastScript)); err != nil || len(faint) > 0 {
				t.Errorf("%s, %s: contrast %v %v", path, name, faint, err)
			}
		}
		for _, width := range []int64{320, 390, 1280} {
			if err := chromedp.Do(v.ctx, chromedp.EmulateViewport(width, 900)); err != nil {
				t.Fatal(err)
			}
			beyond, err := chromedp.Run(v.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
			if err != nil || beyond > 0 {
				t.Errorf("%s at %d px runs %d px out of the page, %v", path, width, beyond, err)
			}
		}
		if program == "" {
			continue
		}
		theme("light")
		found, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]fault](program+"\n;"+axeRun, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			t.Errorf("%s: %s (%s) at %s: %s", path, f.ID, f.Impact, f.Target, strings.ReplaceAll(f.Why, "\n", " "))
		}
	}
	// On paper there is no way on and no form, but where the page is found again, and lines to sign.
	visit(t, v.ctx, server.URL+"/editions/28/proces-verbal")
	if _, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	shown, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]bool](`['.nav', '.foot', '.signatures', '.paper-code'].map(s => document.querySelector(s).checkVisibility())`))
	if err != nil || len(shown) != 4 || shown[0] || shown[1] || !shown[2] || !shown[3] {
		t.Errorf("on paper: nav, foot, signatures and code are shown: %v, %v", shown, err)
	}
	sheets, err := chromedp.Call(v.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
	if err != nil || len(sheets.Data) < 5000 {
		t.Errorf("printing: %d bytes, %v", len(sheets.Data), err)
	}
}
