package web_test

import (
	"context"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserTime bounds what one test does in a browser, on a machine that has much else to do.
const browserTime = 8 * time.Minute

// browser opens a tab, and fails the test on any error of the console and on any request to another host.
func browser(t *testing.T, home string) context.Context {
	t.Helper()
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			found = path
			break
		}
	}
	if found == "" {
		t.Skip("Chromium is not installed: the pages are not tried in a browser")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(found), chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(5 * time.Minute)}
	// Chromium refuses its sandbox to root, and has none where containers may not make namespaces. It reads our pages only.
	options = append(options, chromedp.NoSandbox)
	ctx, cancel := context.WithTimeout(t.Context(), browserTime)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(options...))
	t.Cleanup(cancel)
	var mu sync.Mutex
	var faults []string
	fault := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		faults = append(faults, s)
	}
	if err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			if u := ev.Request.URL; !strings.HasPrefix(u, home+"/") && !strings.HasPrefix(u, "data:") && u != "about:blank" {
				fault("a request to " + u)
			}
		case *runtime.EventExceptionThrown:
			fault("an exception: " + ev.ExceptionDetails.Text)
		case *cdplog.EventEntryAdded:
			if strings.HasSuffix(ev.Entry.URL, "/nulle-part") || strings.HasSuffix(ev.Entry.URL, "/nowhere") {
				return // asked for on purpose; Chromium notes that it is not there
			}
			if strings.Contains(ev.Entry.Text, "the server responded with a status of 4") && (strings.Contains(ev.Entry.URL, "/espace/") || strings.Contains(ev.Entry.URL, "/workspace/") || strings.Contains(ev.Entry.URL, "/contester/")) {
				return // a form that is shown again; Chromium notes its status
			}
			fault("the console says: " + ev.Entry.Text + " " + ev.Entry.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, f := range faults {
			t.Error(f)
		}
	})
	return ctx
}

// TestVisit goes from the first page through the search to a collectivity, to its record and to the other language, by
// what a visitor sees.
func TestVisit(t *testing.T) {
	server := httptest.NewServer(history(t))
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	step := func(what string, a chromedp.Action[chromedp.Void], says string) {
		t.Helper()
		if _, err := chromedp.RunResponse(ctx, a); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		page, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if page = strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(page); !strings.Contains(page, says) {
			t.Fatalf("%s: the page does not say %q:\n%.600s", what, says, page)
		}
	}
	step("opening the first page", chromedp.Navigate(server.URL+"/"), "69 collectivités à 4 ou 5 @ en 2017")
	step("searching", chromedp.SendKeys(chromedp.CSS("#q"), "sevres\r"), "Dernier label connu : 5 @ à l’édition 17 (2016)")
	step("opening the record", chromedp.Click(chromedp.CSS(".timeline .proof")), "Vérifier cette inscription")
	step("changing the language", chromedp.Click(chromedp.CSS("a.tongue")), "Verify this record")
	step("opening the collectivity", chromedp.Click(chromedp.CSS(".lede a[href*=collectivities]")), "Present status unknown")
	step("searching for a name of several", chromedp.SendKeys(chromedp.CSS("#q-top"), "bassens\r"), "the ledger picks none")
}

// contrastScript gives the texts of the page that stand out too little from their ground, by WCAG 2.2, 1.4.3.
const contrastScript = `(() => {
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return {r: m[0], g: m[1], b: m[2], a: m.length > 3 ? m[3] : 1}; };
  const part = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = c => 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0) return c; } return {r: 255, g: 255, b: 255}; };
  const bad = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest('.sr, .skip, title, desc, svg > title')) continue;
    const s = getComputedStyle(e), svg = e instanceof SVGElement;
    const a = light(parse(svg ? s.fill : s.color)), tile = svg && e.parentElement.querySelector('rect.tile');
    const b = light(tile ? parse(getComputedStyle(tile).fill) : ground(svg ? e.ownerSVGElement.parentElement : e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.add(ratio.toFixed(2) + ' ' + e.className + ': ' + walk.currentNode.data.trim().slice(0, 40));
  }
  return [...bad].slice(0, 5);
})()`

// TestLayout opens every kind of page on the narrowest screen (WCAG 2.2, 1.4.10), on a telephone, at 200 % zoom and on a desk, by day and by night: nothing runs out
// of the page, and every text can be read.
func TestLayout(t *testing.T) {
	h := history(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	// The English pages have the same layout, and axe-core measures their contrasts.
	pages := slices.DeleteFunc(everyPage(t, h), func(path string) bool { return strings.HasPrefix(path, "/en/") })
	for _, theme := range []string{"light", "dark"} {
		widths := []int64{320, 390, 640, 1280}
		if theme == "dark" {
			widths = widths[:1] // the theme changes no width
		}
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		for _, path := range pages {
			fits(t, ctx, server.URL, path, theme, widths)
		}
	}
}

// fits opens a page at some widths, with everything unfolded: nothing runs out of it, and every text can be read.
func fits(t *testing.T, ctx context.Context, site, path, theme string, widths []int64) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(site+path)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll('details').forEach(d => d.open = true), 1`)); err != nil {
		t.Fatal(err)
	}
	for _, width := range widths {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		beyond, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		if err != nil {
			t.Fatal(err)
		}
		if beyond > 0 {
			t.Errorf("%s at %d px runs %d px out of the page", path, width, beyond)
		}
	}
	faint, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](contrastScript))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range faint {
		t.Errorf("%s, %s: contrast %s", path, theme, s)
	}
}
