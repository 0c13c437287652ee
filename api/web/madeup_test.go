package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"arobase/api/web"
)

// Every page of a made-up ledger says that nothing of it is real, above all else and in its title; so does its feed. No
// page of a real one does.
func TestMadeUp(t *testing.T) {
	l, closeAll, err := openLedger(t.Context(), t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeAll)
	for _, name := range []string{"sources.csv", "collectivities.csv", "awards.csv", "figures.csv"} {
		f, err := os.Open(filepath.Join("..", "..", "history", name))
		if err != nil {
			t.Fatal(err)
		}
		err = enter(t.Context(), l, name, f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Runner().CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := web.New(web.Deps{Ledger: l, Operator: "x"})
	said := func(body string) bool {
		title, _, _ := strings.Cut(body, "</title>")
		banner, _, _ := strings.Cut(body, "<main")
		return (strings.Contains(title, "FICTIF") || strings.Contains(title, "MADE UP")) && strings.Contains(banner, `class="banner made-up"`)
	}
	read, _ := crawl(t, h, 2, func(path, body string, _ *html.Node) {
		if !said(body) {
			t.Errorf("%s does not say that it is made up", path)
		}
	})
	if len(read) < 30 {
		t.Errorf("only %d kinds of pages were read: %v", len(read), read)
	}
	for _, path := range []string{"/nulle-part", "/en/nowhere", "/collectivites/fr-commune-99999"} {
		if !said(get(h, path).Body.String()) {
			t.Errorf("%s does not say that it is made up", path)
		}
	}
	if feed := get(h, "/feed.atom").Body.String(); !strings.Contains(feed, "<title>FICTIF") {
		t.Errorf("the feed does not say it:\n%.300s", feed)
	}
	if body := get(history(t), "/").Body.String(); said(body) || strings.Contains(body, "made-up") {
		t.Error("the real history is called made up")
	}
}
