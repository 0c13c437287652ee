package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestMethods sends to pages, which are only read.
func TestMethods(t *testing.T) {
	h := history(t)
	for path, want := range map[string]int{
		"/": 405, "/editions": 405, "/editions/18": 405, "/en/": 405, "/en/editions": 405, "/recherche?q=x": 405,
		"/nowhere": 404, "/en/nowhere": 404,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader("x=1")))
		if w.Code != want || want == 405 && w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d, Allow %q; want %d", path, w.Code, w.Header().Get("Allow"), want)
		}
		if !strings.Contains(w.Body.String(), "<h1>") {
			t.Errorf("POST %s is not answered by a page", path)
		}
	}
}

// TestWays opens addresses as visitors type them.
func TestWays(t *testing.T) {
	h := history(t)
	for path, want := range map[string]string{
		"/editions/2017": "/editions/18", "/editions/2010": "/editions#gap", "/editions/": "/editions", "/editions/18/?as_of=900": "/editions/18?as_of=900",
		"/recherche?q=2017": "/editions/18", "/en/search?q=2010": "/en/editions#gap", "/recherche?q=sevres": "/collectivites/fr-commune-92072",
		"/recherche?q=riviera+du+levant": "/collectivites/fr-epci-200041507",
	} {
		if w := get(h, path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("GET %s: %d to %q, want %q", path, w.Code, w.Header().Get("Location"), want)
		}
	}
	for path, says := range map[string]string{
		"/editions":                       "Pas d'édition en 2010.",
		"/editions/12":                    "Aucune source trouvée pour cette édition",
		"/editions/15":                    "Jour de la cérémonie : 19 février 2014 ou 21 février 2014, les sources se contredisent.",
		"/en/editions":                    "19 February 2014 or 21 February 2014 (the sources contradict each other)",
		"/tendances?from=18&to=17":        "De 2016 à 2017 : ce qui a changé",
		"/tendances?from=18&to=18":        "De 2016 à 2017 : ce qui a changé",
		"/recherche?q=saint":              "Résultats pour « saint »",
		"/collectivites/fr-commune-92072": "Selon une source : So Digital (2016)",
	} {
		if page := text(open(t, h, path)); !strings.Contains(page, says) {
			t.Errorf("%s does not say %q", path, says)
		}
	}
}

// pasted are the commands that a page may show, as the program has them.
var pasted = regexp.MustCompile(`^(curl -fo \S+( -H 'Accept: application/cloudevents\+json')? https?://\S+|curl -f https?://\S+/log/checkpoint|\(printf '\\000'; cat \S+\) \| sha256sum|arobase (audit https?://\S+ --key '[^']+'( --follow|( --seen \S+)? --keep \S+)|verify \S+ --key '[^']+'|log (key|checkpoint) --data \S+|check --data \S+))$`)

// TestCommands holds the commands to paste to those that the program has.
func TestCommands(t *testing.T) {
	h := history(t)
	for _, path := range []string{"/registre", "/en/ledger", "/verifier", "/en/verify", "/inscriptions/" + firstRecord(t, h)} {
		found := 0
		for _, n := range elements(open(t, h, path)) {
			if class, _ := attr(n, "class"); n.Data != "pre" || !strings.HasPrefix(class, "paste") {
				continue
			}
			for line := range strings.Lines(n.FirstChild.FirstChild.Data) {
				if found++; !pasted.MatchString(strings.TrimSpace(line)) {
					t.Errorf("%s shows the command %q", path, line)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s shows no command", path)
		}
	}
}

// TestWire reads the longest pages as a browser does, compressed.
func TestWire(t *testing.T) {
	h := history(t)
	for _, path := range []string{"/", "/editions/18", "/rapprochement", "/tendances?by=departement"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "br, gzip;q=0.8")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if size := w.Body.Len(); w.Header().Get("Content-Encoding") != "gzip" || size > 50_000 {
			t.Errorf("GET %s: %d bytes, encoded %q", path, size, w.Header().Get("Content-Encoding"))
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(z)
		if err != nil || string(whole) != get(h, path).Body.String() {
			t.Errorf("GET %s: compressed it is another page: %v", path, err)
		}
	}
	for _, accept := range []string{"", "identity", "gzip;q=0", "gzip; q=0.0", "x-gzip"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: %v", accept, w.Header())
		}
	}
}
