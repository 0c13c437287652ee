package web_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"arobase/api/auth"
)

// keys are those of somebody who has no mouse.
type keys struct {
	t   *testing.T
	ctx context.Context
}

func (k keys) says(want string) {
	k.t.Helper()
	page, err := chromedp.Run(k.ctx, chromedp.Text(chromedp.CSS("main")))
	if err != nil {
		k.t.Fatal(err)
	}
	if page = strings.NewReplacer("\u202f", " ", "\u00a0", " ", "’", "'").Replace(page); !strings.Contains(page, want) {
		k.t.Fatalf("the page does not say %q:\n%.900s", want, page)
	}
}

// enter presses the key on what has the focus, and waits for the page that it leads to.
func (k keys) enter(want string) {
	k.t.Helper()
	if _, err := chromedp.RunResponse(k.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		k.t.Fatal(err)
	}
	k.says(want)
}

// fill goes to a field and types.
func (k keys) fill(id, text string) {
	k.t.Helper()
	tabTo(k.t, k.ctx, named("#"+id+" "))
	key(k.t, k.ctx, text)
}

func (k keys) value(script string) string {
	k.t.Helper()
	v, err := chromedp.Run(k.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		k.t.Fatal(err)
	}
	return v
}

// becomes waits until a script gives what it should: a browser moves the focus when it comes to it.
func (k keys) becomes(what, script, want string) {
	k.t.Helper()
	got := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = k.value(script); got == want {
			return
		}
	}
	k.t.Errorf("%s: %q, not %q", what, got, want)
}

// held lets axe-core look at the page that is open, by day and by night, on a telephone, where nothing runs out of it.
func (k keys) held(program string) {
	k.t.Helper()
	where := k.value(`location.pathname`)
	if err := chromedp.Do(k.ctx, chromedp.EmulateViewport(320, 900)); err != nil {
		k.t.Fatal(err)
	}
	beyond, err := chromedp.Run(k.ctx, chromedp.Evaluate[int](`document.querySelectorAll('details').forEach(d => d.open = true), document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		k.t.Fatal(err)
	}
	if beyond > 0 {
		k.t.Errorf("%s runs %d px out of the page", where, beyond)
	}
	if err := chromedp.Do(k.ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
		k.t.Fatal(err)
	}
	if program == "" {
		return
	}
	if _, err := chromedp.Run(k.ctx, chromedp.Evaluate[int](program+"\n;1")); err != nil {
		k.t.Fatal(err)
	}
	for theme, rules := range map[string]string{"light": axeRun, "dark": axeColours} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
		if _, err := chromedp.Call(k.ctx, emulation.SetEmulatedMedia, media); err != nil {
			k.t.Fatal(err)
		}
		found, err := chromedp.Run(k.ctx, chromedp.Evaluate[[]fault](rules, chromedp.EvalAwaitPromise))
		if err != nil {
			k.t.Fatal(err)
		}
		for _, f := range found {
			k.t.Errorf("%s, %s: %s (%s) at %s: %s", where, theme, f.ID, f.Impact, f.Target, strings.ReplaceAll(f.Why, "\n", " "))
		}
	}
}

// TestFormsByKeyboard signs in, fills a form wrongly, follows the summary to the field, adds a line, changes the language,
// records, and disputes what was recorded: with the keyboard alone, no scripts, and no error in the console.
func TestFormsByKeyboard(t *testing.T) {
	n := newNewsroom(t)
	server := httptest.NewServer(n.h)
	t.Cleanup(server.Close)
	program := ""
	if !testing.Short() {
		program = axe(t)
	}
	k := keys{t, browser(t, server.URL)}
	visit(t, k.ctx, server.URL+"/contester/"+n.fact)
	k.fill("claim", "Nous avions cinq arobases.")
	k.fill("address", "jeanne")
	k.enter("1 point est à revoir")
	k.held(program)
	k.fill("address", kb.End+"@example.org")
	k.enter("Si l'adresse est juste")
	visit(t, k.ctx, server.URL+n.letter(t, "jeanne@example.org"))
	k.held(program)
	tabTo(t, k.ctx, named("button"))
	if f := focus(t, k.ctx); f.Order > 0 {
		tabTo(t, k.ctx, func(focused) bool { return k.value(`document.activeElement.textContent`) == "Publier ma contestation" })
	}
	k.enter("C'est votre récépissé")

	visit(t, k.ctx, server.URL+"/session?next=/espace/saisir/actions")
	k.fill("token", n.token(t, auth.Registrar, "", "Ana Martin"))
	k.enter("Déclarer une action")
	k.fill("f-collectivity", "sevres")
	k.fill("f-startedOn", "02/2025")
	tabTo(t, k.ctx, func(focused) bool { return k.value(`document.activeElement.value || ''`) == "add:evidence" })
	k.enter("Pièces, ligne 1")
	k.becomes("the focus is on the line that was added", `document.activeElement.id + location.hash`, "f-evidence-0#f-evidence-0")
	k.fill("f-evidence-0-url", "pas une adresse")
	k.enter("points sont à revoir")
	k.says("Reconnu : Sèvres, fr-commune-92072")
	if got := k.value(`document.querySelector('#f-startedOn').value + document.querySelector('#f-evidence-0-url').value`); got != "02/2025pas une adresse" {
		t.Errorf("what was typed is lost: %q", got)
	}
	k.held(program)
	// The summary leads to the field.
	tabTo(t, k.ctx, named("#f-evidence-0-url"))
	// The key alone: chromedp would send its character to the field that has the focus by then, which sends the form.
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
	if _, err := chromedp.Call(k.ctx, input.DispatchKeyEvent, down); err != nil {
		t.Fatal(err)
	}
	k.becomes("the summary leads to", `document.activeElement.id`, "f-evidence-0-url")
	// The other language keeps it too.
	tabTo(t, k.ctx, func(focused) bool { return k.value(`document.activeElement.textContent`) == "In English" })
	k.enter("Understood as: Sèvres")
	k.held(program)
	visit(t, k.ctx, server.URL+"/espace/contestations")
	k.says("Nous avions cinq arobases.")
	k.held(program)
	tabTo(t, k.ctx, named("dispute-answers"))
	k.enter("Répondre à une contestation")
	visit(t, k.ctx, server.URL+"/espace")
	k.held(program)
}

// TestBoardInBrowser looks at the board of the secretariat while the jury works, and at the receipt and the forms of lists.
func TestBoardInBrowser(t *testing.T) {
	s := newSeason(t)
	server := httptest.NewServer(s.h)
	t.Cleanup(server.Close)
	program := ""
	if !testing.Short() {
		program = axe(t)
	}
	k := keys{t, browser(t, server.URL)}
	visit(t, k.ctx, server.URL+"/en/session?next=/en/workspace")
	k.fill("token", s.token(t, auth.President, "", "Paul Roux"))
	k.enter("What you may record")
	s.at = func(step string) {
		if step != "jury" {
			return
		}
		visit(t, k.ctx, server.URL+"/en/workspace/secretariat/28")
		k.held(program)
		tabTo(t, k.ctx, named("#candidacies"))
		tabTo(t, k.ctx, named("/en/workspace/record/juries"))
		k.enter("Publish the list of the jury")
		if got := k.value(`[...document.querySelectorAll('input[name=jurors]:checked')].map(e => e.value).join()`); got != "1,2" {
			t.Errorf("the list begins with the jurors %q", got)
		}
		k.held(program)
		tabTo(t, k.ctx, func(focused) bool { return k.value(`document.activeElement.textContent`) == "Record" })
		k.enter("This is your receipt")
		k.held(program)
		tabTo(t, k.ctx, named("/en/workspace/secretariat/28"))
		k.enter("Edition 28")
	}
	s.whole()
}
