package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"arobase/api/web"
)

// TestUnsigned holds that every page says, once and in its language, that the log is not signed, and why; and that no page
// says so while it is.
func TestUnsigned(t *testing.T) {
	history(t)
	now := web.Signed
	h := web.New(web.Deps{
		Ledger: past.ledger, Version: "test",
		Checkpoint: func() (uint64, bool, []byte) {
			return past.ledger.Size(), now == web.Signed, fmt.Appendf(nil, "test.example/log\n%d\n", past.ledger.Size())
		},
		Unsigned: func() web.Unsigned { return now },
	})
	lines := map[web.Unsigned][3]string{ // on every page, in French and English, and what the register says
		web.Waiting: {"il attend qu'on lui montre le dernier point de contrôle connu", "it waits to be shown the last known checkpoint", "there may be a newer one elsewhere"},
		web.Broken:  {"des inscriptions scellées manquent ici, ou ne sont plus ce qu'elles étaient", "sealed records are missing here, or are not what they were", "today's ledger does not continue it"},
		web.Stopped: {"Ce site ne signe pas le registre en ce moment. ", "This site does not sign the ledger at the moment. ", "this site could not go on after the last checkpoint"},
	}
	for _, now = range []web.Unsigned{web.Signed, web.Waiting, web.Broken, web.Stopped} {
		for _, path := range []string{
			"/", "/editions", "/editions/18", "/collectivites/fr-commune-92072", "/rapprochement", "/tendances", "/sources", "/registre", "/recherche?q=xyzzy", "/nulle-part",
			"/en/", "/en/editions", "/en/editions/18", "/en/collectivities/fr-commune-92072", "/en/reconciliation", "/en/trends", "/en/sources", "/en/ledger", "/en/nowhere",
		} {
			w := get(h, path)
			if w.Code != http.StatusOK && w.Code != http.StatusNotFound {
				t.Fatalf("%s: %d", path, w.Code)
			}
			doc, err := html.Parse(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			page := text(doc)
			for why, says := range lines {
				for i, line := range says[:2] {
					want := 0
					if why == now && (i == 1) == strings.HasPrefix(path, "/en/") {
						want = 1
					}
					if got := strings.Count(page, line); got != want {
						t.Errorf("%q: %s says %d times, not %d: %s", now, path, got, want, line)
					}
				}
				if path == "/en/ledger" && strings.Contains(page, says[2]) != (why == now) {
					t.Errorf("%q: of the register: %s", now, says[2])
				}
			}
		}
	}
}
