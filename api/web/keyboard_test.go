package web_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focused is what has the focus: where it stands among all that can have it, and whether a reader sees that it has it.
type focused struct {
	Name    string // of its element, with its id or address
	Order   int    // in the document; -1: the body
	Visible bool
	Parts   bool // it is a field with parts, such as a date, which are stops of their own
}

// focusScript looks at what has the focus. It is seen if it is in the window and wears an outline, or, in a chart, if the
// mark around its point is drawn.
const focusScript = `(() => {
	const e = document.activeElement;
	if (e === document.body) return {Name: 'body', Order: -1, Visible: false};
	const all = [...document.querySelectorAll('*')], s = getComputedStyle(e), r = e.getBoundingClientRect();
	const outlined = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
	const marked = [...e.querySelectorAll('.hit, .col, .ring, .mention-dot')].some(c => parseFloat(getComputedStyle(c).strokeWidth) >= 3);
	const inside = r.width > 0 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth;
	return {Name: e.localName + (e.id ? '#' + e.id : '') + ' ' + (e.getAttribute('href') || ''), Order: all.indexOf(e), Visible: inside && (outlined || marked), Parts: e.type === 'date'};
})()`

func key(t *testing.T, ctx context.Context, keys string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.KeyEvent(keys)); err != nil {
		t.Fatal(err)
	}
}

func focus(t *testing.T, ctx context.Context) focused {
	t.Helper()
	f, err := chromedp.Run(ctx, chromedp.Evaluate[focused](focusScript))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tabTo presses the tabulator until what is wanted has the focus. Each stop on the way must be seen and come after the one
// before.
func tabTo(t *testing.T, ctx context.Context, wanted func(f focused) bool) focused {
	t.Helper()
	last := focused{Order: -1}
	for range 400 {
		key(t, ctx, kb.Tab)
		f := focus(t, ctx)
		switch {
		case f.Order < 0:
			t.Fatalf("the tabulator leads out of the page after %s", last.Name)
		case f.Order < last.Order || f.Order == last.Order && !f.Parts:
			t.Fatalf("the tabulator leads back from %s to %s", last.Name, f.Name)
		case !f.Visible:
			t.Errorf("nobody sees that %s has the focus", f.Name)
		}
		if wanted(f) {
			return f
		}
		last = f
	}
	t.Fatal("the tabulator does not lead there")
	return last
}

func named(part string) func(f focused) bool {
	return func(f focused) bool { return strings.Contains(f.Name, part) }
}

// TestKeyboard goes from the first page to a verified record with the keyboard alone.
func TestKeyboard(t *testing.T) {
	s := newSealed(t)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	says := func(want string) {
		t.Helper()
		page, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		if err != nil {
			t.Fatal(err)
		}
		if page = strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(page); !strings.Contains(page, want) {
			t.Fatalf("the page does not say %q:\n%.600s", want, page)
		}
	}
	enter := func(wait string) {
		t.Helper()
		if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
			t.Fatal(err)
		}
		says(wait)
	}
	visit(t, ctx, server.URL+"/")
	key(t, ctx, kb.Tab)
	if f := focus(t, ctx); !strings.Contains(f.Name, "#content") || !f.Visible {
		t.Fatalf("the first stop is %+v, not the skip link in sight", f)
	}
	key(t, ctx, kb.Enter)
	keys{t, ctx}.becomes("the skip link leads to", `document.activeElement.id`, "content")
	tabTo(t, ctx, named("input#q"))
	key(t, ctx, "arras")
	enter("À l’édition 18 (2017), la dernière connue")
	tabTo(t, ctx, named("/inscriptions/"))
	enter("Vérifier cette inscription")
	tabTo(t, ctx, named("#verifier-key"))
	tabTo(t, ctx, named("#verifier-run"))
	key(t, ctx, kb.Enter)
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("#verifier-verdict[data-state=good]"))); err != nil {
		t.Fatal(err)
	}
	// To the register through the navigation, and choose.
	visit(t, ctx, server.URL+"/")
	tabTo(t, ctx, named("/registre"))
	enter("Inscrites à partir du")
}

// TestStops walks through whole pages with the tabulator: every stop in its order, and in sight.
func TestStops(t *testing.T) {
	h := history(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	ctx := browser(t, server.URL)
	for _, path := range []string{"/", "/collectivites/fr-commune-92072", "/registre?type=source-cited&as_of=20", "/en/records/" + firstRecord(t, h), "/verifier"} {
		visit(t, ctx, server.URL+path)
		tabTo(t, ctx, func(f focused) bool {
			return strings.Contains(f.Name, "/mentions-legales") || strings.Contains(f.Name, "/en/legal")
		})
	}
}
