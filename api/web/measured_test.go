package web_test

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// timing is what a browser measured of a page.
type timing struct {
	Wire  float64 // bytes over the network: the page and all that it asks for
	Shift float64 // cumulative layout shift
	Paint float64 // milliseconds to the first content
	Count int     // requests
}

// timingScript waits until the page has stood still for a while.
const timingScript = `new Promise(done => {
	let shift = 0;
	new PerformanceObserver(l => l.getEntries().forEach(e => shift += e.value)).observe({type: 'layout-shift', buffered: true});
	setTimeout(() => {
		const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
		const paint = performance.getEntriesByName('first-contentful-paint')[0];
		done({Wire: all.reduce((n, e) => n + e.transferSize, 0), Shift: shift, Paint: paint ? paint.startTime : 0, Count: all.length});
	}, 300);
})`

// TestMeasured opens pages with an empty cache: the first page takes less than 50 kB, and nothing moves once it is seen.
func TestMeasured(t *testing.T) {
	h := history(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, width := range []int64{390, 1280} {
		ctx := browser(t, server.URL)
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/", "/editions/18", "/collectivites/fr-commune-92072", "/rapprochement", "/tendances", "/registre", "/inscriptions/" + firstRecord(t, h), "/verifier"} {
			visit(t, ctx, server.URL+path)
			m, err := chromedp.Run(ctx, chromedp.Evaluate[timing](timingScript, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%-40s at %4d px: %6.0f bytes in %d requests, first paint after %4.0f ms, shift %v", path, width, m.Wire, m.Count, m.Paint, m.Shift)
			if m.Shift != 0 {
				t.Errorf("%s at %d px moves by %v", path, width, m.Shift)
			}
			if path == "/" && (m.Wire > 50_000 || m.Wire < 1000) {
				t.Errorf("the first page takes %v bytes", m.Wire)
			}
		}
	}
}
