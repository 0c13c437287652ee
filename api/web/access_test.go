package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

const (
	axeVersion = "4.14.1"
	axeHash    = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c" // SHA-256 of axe.min.js of that version
)

// axe is the program that looks for faults of accessibility. It is no part of this tree: `make check` fetches it.
func axe(t *testing.T) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Skip("axe-core is not looked for: ", err)
	}
	path := filepath.Join(dir, "arobase", "axe-core-"+axeVersion, "axe.min.js")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skip("axe-core is not there, so that the pages are not held to its rules: make check fetches it")
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != axeHash {
		t.Fatalf("%s is not axe-core %s: remove it, and make check fetches it again", path, axeVersion)
	}
	return string(b)
}

// fault is one thing that axe-core found.
type fault struct{ ID, Impact, Target, Why string }

// axeRun asks for the rules of WCAG 2.0 to 2.2, A and AA, and for its best practices; axeColours only for those that depend
// on the theme.
const (
	axeRun     = `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})` + axeFaults
	axeColours = `axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}})` + axeFaults
	axeFaults  = `.then(r => r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => ({ID: v.id, Impact: v.impact, Target: n.target.join(' '), Why: n.failureSummary}))))`
)

// everyPage is one page of each kind that links lead to, in both languages, and those that differ from the first of their
// kind or that no link leads to.
func everyPage(t *testing.T, h http.Handler) []string {
	t.Helper()
	all := []string{
		"/editions/17", "/editions/18", "/collectivites/fr-commune-92072", "/collectivites/unsettled-bassens", "/collectivites/fr-commune-76476",
		"/collectivites/fr-commune-01001", "/tendances?by=region", "/recherche?q=saint-m", "/recherche?q=xyzzy", "/sources/localtis-2016-labels",
		"/registre?type=figure-published&from=2026-01-01", "/nulle-part", "/?as_of=700",
		"/en/collectivities/fr-commune-92072", "/en/search?q=saint-m", "/en/search?q=xyzzy", "/en/nowhere",
	}
	crawl(t, h, 1, func(path, _ string, _ *html.Node) { all = append(all, path) })
	return all
}

// TestAccessible lets axe-core look at every kind of page, in both languages and, for what depends on it, both themes.
func TestAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute of work for a browser")
	}
	program := axe(t)
	h := history(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	for _, path := range everyPage(t, h) {
		accessible(t, ctx, program, server.URL, path)
	}
}

// accessible lets axe-core look at one page, in both themes where it is French: colours are the same in both languages.
func accessible(t *testing.T, ctx context.Context, program, site, path string) {
	t.Helper()
	visit(t, ctx, site+path)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll('details').forEach(d => d.open = true), 1`)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](program+"\n;1")); err != nil {
		t.Fatal(err)
	}
	themes := []string{"light", "dark"}
	if strings.HasPrefix(path, "/en/") {
		themes = themes[:1]
	}
	for _, theme := range themes {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		rules := axeRun
		if theme == "dark" {
			rules = axeColours
		}
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]fault](rules, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			t.Errorf("%s, %s: %s (%s) at %s: %s", path, theme, f.ID, f.Impact, f.Target, strings.ReplaceAll(f.Why, "\n", " "))
		}
	}
}

func visit(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", address, err))
	}
}
