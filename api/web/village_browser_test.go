package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"arobase/api/auth"
)

// agent is somebody at a telephone: each tap and each field that is typed into is a gesture.
type agent struct {
	t        *testing.T
	ctx      context.Context
	gestures int
}

// tap touches something that leads to no other page.
func (a *agent) tap(selector string) {
	a.t.Helper()
	a.gestures++
	if err := chromedp.Do(a.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		a.t.Fatalf("tapping %s: %v", selector, err)
	}
}

// press touches something that leads to another page, which says something.
func (a *agent) press(selector, says string) {
	a.t.Helper()
	a.gestures++
	if _, err := chromedp.RunResponse(a.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		a.t.Fatalf("pressing %s: %v", selector, err)
	}
	a.sees(says)
}

func (a *agent) types(selector, text string) {
	a.t.Helper()
	a.gestures++
	if err := chromedp.Do(a.ctx, chromedp.SendKeys(chromedp.CSS(selector), text)); err != nil {
		a.t.Fatalf("typing into %s: %v", selector, err)
	}
}

// picks chooses a day.
func (a *agent) picks(selector, day string) {
	a.t.Helper()
	a.gestures++
	if err := chromedp.Do(a.ctx, chromedp.SetValue(chromedp.CSS(selector), day)); err != nil {
		a.t.Fatalf("picking a day in %s: %v", selector, err)
	}
}

func (a *agent) sees(says string) {
	a.t.Helper()
	page, err := chromedp.Run(a.ctx, chromedp.Text(chromedp.CSS("main")))
	if err != nil {
		a.t.Fatal(err)
	}
	if page = strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(page); !strings.Contains(page, says) {
		a.t.Fatalf("the page does not say %q:\n%.900s", says, page)
	}
}

// most is how many gestures the story may take: one for each of twelve actions, a day for two, and twelve for all else.
const most = 12 + 2 + 12

// TestVillageOnAPhone: the agent of a village, on a telephone, opens last year's twelve actions again, confirms ten, ends
// two, and submits the candidacy. Ten minutes are given; it takes a tap for each action and a dozen for all else.
func TestVillageOnAPhone(t *testing.T) {
	o := open28(t)
	server := httptest.NewServer(o.h)
	t.Cleanup(server.Close)
	a := &agent{t: t, ctx: browser(t, server.URL)}
	if err := chromedp.Do(a.ctx, chromedp.EmulateViewport(390, 844)); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	visit(t, a.ctx, server.URL+"/session")
	a.types("#token", o.token(t, auth.Declarant, village, "Zoé Lefèvre"))
	a.press("main button[type=submit]", "12 actions déclarées auparavant restent à revoir")
	a.press("a.go[href$='/actions']", "Bornes au bord du lac")
	for n := 1; n <= 10; n++ {
		a.tap(fmt.Sprintf("label[for=d-action-%02d-r]", n))
	}
	for n := 11; n <= 12; n++ {
		a.tap(fmt.Sprintf("label[for=d-action-%02d-e]", n))
		a.picks(fmt.Sprintf("#on-action-%02d", n), "2026-10-31")
	}
	a.press("form.entry-form p > button:not(.plain)", "Une collectivité s'inscrit une fois à l'édition")
	// What it was last year is chosen already.
	a.press("form.entry-form p > button:not(.plain)", "candidate à l'édition 28")
	a.press("main a[href*='/candidature']", "10 actions seront jugées")
	a.types("#f-signedOff", "La maire, Zoé Lefèvre")
	a.press("form.entry-form p > button:not(.plain)", "dépose son dossier pour l'édition 28 (2027) ; actions : 10")
	a.press("main a[href*='/candidature']", "Récépissé")
	took := time.Since(began)
	if a.gestures > most {
		t.Errorf("it takes %d gestures, at most %d are allowed", a.gestures, most)
	}
	t.Logf("%d gestures; the pages answered within %v", a.gestures, took.Round(time.Millisecond))
	run := o.ledger.Running(28)
	if len(run.Candidacies) != 1 || len(run.Candidacies[0].State.Submitted.Actions) != 10 {
		t.Errorf("submitted: %+v", run.Candidacies)
	}
}

// The same list is decided with the keyboard alone, every stop in sight.
func TestReviewByKeyboard(t *testing.T) {
	o := open28(t)
	server := httptest.NewServer(o.h)
	t.Cleanup(server.Close)
	a := &agent{t: t, ctx: browser(t, server.URL)}
	a.signIn(server.URL, o.token(t, auth.Declarant, village, "Zoé Lefèvre"))
	visit(t, a.ctx, server.URL+reviewAt)
	tabTo(t, a.ctx, named("input#d-action-01-r"))
	key(t, a.ctx, " ")
	tabTo(t, a.ctx, named("input#d-action-02-"))
	key(t, a.ctx, kb.ArrowDown)
	if checked, err := chromedp.Run(a.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('input:checked')].map(i => i.id).join(' ')`)); err != nil || checked != "d-action-01-r d-action-02-e" {
		t.Fatalf("%q %v", checked, err)
	}
	tabTo(t, a.ctx, named("input#on-action-02"))
	a.picks("#on-action-02", "2026-11-21")
	tabTo(t, a.ctx, named("button"))
	if _, err := chromedp.RunResponse(a.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		t.Fatal(err)
	}
	a.sees("Déjà revues")
	m, err := o.ledger.Mine(t.Context(), auth.Principal{Role: auth.Declarant, For: village}, village)
	if err != nil || !m.Actions[0].Reviewed || m.Actions[0].State != "running" || m.Actions[1].EndedOn != "2026-11-21" || m.Actions[2].Reviewed {
		t.Errorf("%v %+v", err, m.Actions)
	}
}

func (a *agent) signIn(site, token string) {
	a.t.Helper()
	visit(a.t, a.ctx, site+"/session")
	a.types("#token", token)
	a.gestures++
	if _, err := chromedp.RunResponse(a.ctx, chromedp.Click(chromedp.CSS("main button[type=submit]"))); err != nil {
		a.t.Fatal(err)
	}
}

// TestDeclaringPages holds the pages of the directory and of the workspace to what all pages are held to: the rules of
// axe-core, in both languages, and nothing that runs out of a telephone or cannot be read, by day and by night.
func TestDeclaringPages(t *testing.T) {
	o := open28(t)
	o.act(t, auth.Declarant, village, "candidacies", fmt.Sprintf(`{"edition":28,"collectivity":%q,"kind":"village"}`, village))
	o.act(t, auth.Declarant, village, "endings", `{"action":"action-02","on":"2026-11-22"}`)
	o.act(t, auth.Registrar, "", "information-requests", fmt.Sprintf(`{"edition":28,"collectivity":%q,"question":"Depuis quand ?","until":"2026-12-01"}`, village))
	server := httptest.NewServer(o.h)
	t.Cleanup(server.Close)
	a := &agent{t: t, ctx: browser(t, server.URL)}
	a.signIn(server.URL, o.token(t, auth.Declarant, village, "Zoé Lefèvre"))
	pages := []string{"/actions", "/actions/action-02", "/services/wifi", "/collectivites/" + village + "/voisines", mineAt, reviewAt, submitAt, showAt}
	for _, theme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
		if _, err := chromedp.Call(a.ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		for _, path := range pages {
			widths := []int64{320, 390, 1280}
			if theme == "dark" {
				widths = widths[:1] // the theme changes no width
			}
			fits(t, a.ctx, server.URL, path, theme, widths)
		}
	}
	program := axe(t)
	if err := chromedp.Do(a.ctx, chromedp.EmulateViewport(390, 844)); err != nil { // where targets are nearest to each other
		t.Fatal(err)
	}
	for _, path := range append(pages, "/en/actions", "/en/workspace/collectivities/"+village+"/actions", "/en/workspace/collectivities/"+village+"/application") {
		accessible(t, a.ctx, program, server.URL, path)
	}
}
