package web_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"arobase/api/web"
)

// TestHeaders holds every kind of answer to the headers of the site.
func TestHeaders(t *testing.T) {
	h := history(t)
	for _, path := range []string{"/", "/en/", "/editions/17", "/nowhere", "/?as_of=never", "/recherche?q=Sèvres"} {
		got := get(h, path).Header()
		for key, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "strict-origin-when-cross-origin",
		} {
			if got.Get(key) != want {
				t.Errorf("GET %s: %s is %q, want %q", path, key, got.Get(key), want)
			}
		}
	}
}

// TestScriptPolicy holds that only the page of a record lets a script run, and only one of this site.
func TestScriptPolicy(t *testing.T) {
	h := history(t)
	for _, path := range []string{"/inscriptions/" + firstRecord(t, h), "/en/records/" + firstRecord(t, h)} {
		want := get(h, "/").Header().Get("Content-Security-Policy") + "; script-src 'self'; connect-src 'self'"
		if got := get(h, path).Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("GET %s: the policy is %q, want %q", path, got, want)
		}
	}
	if got := get(h, "/inscriptions/"+testLedgerID.String()).Header().Get("Content-Security-Policy"); strings.Contains(got, "script-src") {
		t.Errorf("where there is no record scripts may run: %q", got)
	}
}

// TestAssets fetches every asset that the first page names: kept for ever, and referring to no other host.
func TestAssets(t *testing.T) {
	h := history(t)
	paths := regexp.MustCompile(`/assets/[a-z.0-9-]+`).FindAllString(get(h, "/").Body.String(), -1)
	if len(paths) < 2 {
		t.Fatalf("the first page names the assets %q", paths)
	}
	script := ownScript.FindString(strings.Join(regexp.MustCompile(`/assets/[a-z.0-9]+js`).FindAllString(get(h, "/inscriptions/"+firstRecord(t, h)).Body.String(), -1), ""))
	if script == "" {
		t.Fatal("the page of a record has no script")
	}
	paths = append(paths, script)
	for _, path := range paths {
		w := get(h, path)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("GET %s: %d %v", path, w.Code, w.Header())
		}
		body := strings.ReplaceAll(w.Body.String(), "http://www.w3.org/2000/svg", "")
		if strings.Contains(body, "http:") || strings.Contains(body, "https:") || strings.Contains(body, "@import") || strings.Contains(body, "url(//") {
			t.Errorf("%s refers to another host", path)
		}
	}
	if w := get(h, "/assets/site.000000000000.css"); w.Code != http.StatusNotFound {
		t.Errorf("an asset that is not there: %d", w.Code)
	}
}

// TestProblems looks at the pages of errors: they help, in the language of the address, and tell nothing of the inside.
func TestProblems(t *testing.T) {
	h := history(t)
	for path, want := range map[string]string{
		"/nowhere":                                 "Cette page n'existe pas",
		"/en/nowhere":                              "There is no such page",
		"/editions/99":                             "Cette page n'existe pas",
		"/editions/017":                            "Cette page n'existe pas",
		"/collectivites/fr-commune-99999":          "Cette page n'existe pas",
		"/en/collectivities/..%2F..%2Fetc":         "There is no such page",
		"/inscriptions/not-an-id":                  "Cette page n'existe pas",
		"/sources/no-such-source":                  "Cette page n'existe pas",
		"/inscriptions/" + testLedgerID.String():   "Cette page n'existe pas",
		"/rapprochement?edition=99":                "Cette page n'existe pas",
		"/collectivites/fr-commune-92072%00":       "Cette page n'existe pas",
		"/en/records/" + strings.Repeat("x", 5000): "There is no such page",
	} {
		w := get(h, path)
		doc, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusNotFound || !strings.Contains(text(doc), want) {
			t.Errorf("GET %.60s: %d, want 404 with %q", path, w.Code, want)
		}
	}
}

// TestInside makes the ledger fail, and looks at what a visitor is told.
func TestInside(t *testing.T) {
	l, closeAll, err := openLedger(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	h := web.New(web.Deps{Ledger: l, Operator: "x"})
	id := firstRecord(t, h)
	closeAll()
	w := get(h, "/inscriptions/"+id)
	body := w.Body.String()
	if w.Code != http.StatusInternalServerError || !strings.Contains(body, "La page n’a pas pu être préparée") {
		t.Fatalf("a record of a closed store: %d", w.Code)
	}
	for _, inner := range []string{"sqlite", "store", ".go", "closed", "panic", "reading"} {
		if strings.Contains(body, inner) {
			t.Errorf("the page of an error tells of the inside: %q", inner)
		}
	}
}

func firstRecord(t testing.TB, h http.Handler) string {
	t.Helper()
	m := regexp.MustCompile(`/inscriptions/([0-9a-f-]{36})`).FindStringSubmatch(get(h, "/registre").Body.String())
	if m == nil {
		t.Fatal("the register shows no record")
	}
	return m[1]
}

// TestHostile enters texts that try to be more than texts, and contradictions, and reads every page that shows them.
func TestHostile(t *testing.T) {
	l, closeAll, err := openLedger(t.Context(), t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeAll)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>`
	for name, csv := range map[string]string{
		"1-sources.csv": "source_id,publisher,title,published_on,url,note\n" +
			"evil-source,\"" + evil + "\",\"\"\"><svg onload=alert(3)>\",2017,https://evil.example/?q=\"\"><script>,\"" + evil + "\"\n" +
			"other-source,Other,Another,2018,,\n",
	} {
		if err := enter(t.Context(), l, name, strings.NewReader(csv)); err != nil {
			t.Logf("%s: %v", name, err)
		}
	}
	for _, file := range []struct{ name, csv string }{
		{"sources.csv", "source_id,publisher,title,published_on,url,note\n" +
			"evil-two,\"" + evil + "\",\"}}{{.}} " + evil + "\",2017,https://evil.example/,\"" + evil + "\"\n" +
			"other-two,Other,Another,2018,,\n"},
		{"awards.csv", "edition,year_as_stated,holder,distinction,level,certainty,source_id,note\n" +
			"18,2017,Arras,level,4,stated,evil-two,\"" + evil + "\"\n18,2017,Arras,level,5,stated,other-two,\n17,2016,Angers,level,3,derived,other-two,\n"},
		{"mentions.csv", "edition,year_as_stated,holder,mention_id,mention_label,certainty,source_id,note\n" +
			"18,2017,Arras,reseau-social,\"" + evil + "\",stated,evil-two,\"" + evil + "\"\n"},
		{"rules.csv", "edition,year_as_stated,topic,statement,source_id\n18,2017,grid,\"" + evil + "\",evil-two\n"},
		{"ceremonies.csv", "edition,year,attribute,value,precision,source_id,note\n18,2017,place,\"" + evil + "\",stated,evil-two,\n"},
	} {
		if err := enter(t.Context(), l, file.name, strings.NewReader(file.csv)); err != nil {
			t.Fatal(err)
		}
	}
	h := site(l)
	for _, path := range []string{
		"/", "/editions", "/editions/18", "/collectivites/fr-commune-62041", "/collectivites/fr-commune-49007", "/rapprochement?edition=18", "/sources",
		"/sources/evil-two", "/registre", "/tendances", "/recherche?q=" + strings.ReplaceAll(evil, " ", "+"), "/inscriptions/" + firstRecord(t, h),
		"/en/", "/en/editions/18", "/en/collectivities/fr-commune-62041", "/en/sources/evil-two",
	} {
		doc := open(t, h, path)
		for _, n := range elements(doc) {
			src, _ := attr(n, "src")
			typ, _ := attr(n, "type")
			if n.Data == "script" && typ != "application/ld+json" && !ownScript.MatchString(src) || n.Data == "img" {
				t.Errorf("%s: a hostile text became <%s>", path, n.Data)
			}
			if _, ok := attr(n, "onload"); ok {
				t.Errorf("%s: a hostile text became an attribute of <%s>", path, n.Data)
			}
		}
		if page := text(doc); !strings.Contains(page, "Registre fictif") && !strings.Contains(page, "Made-up ledger") {
			t.Errorf("%s does not say that the ledger is made up", path)
		}
	}
	for path, says := range map[string][]string{
		"/collectivites/fr-commune-62041": {"Les sources se contredisent", "4 @ :", "5 @ :", "niveau contesté, aucun n'est retenu", "À l'édition 18 (2017), la dernière connue : un niveau contesté"},
		"/collectivites/fr-commune-49007": {"Déduit : aucune source ne l'écrit", "3 @ se déduit pour l'édition 17 (2016)"},
		"/editions/18":                    {"Niveau contesté", "Arras", evil},
	} {
		page := text(open(t, h, path))
		for _, s := range says {
			if !strings.Contains(page, s) {
				t.Errorf("%s does not say %q", path, s)
			}
		}
	}
}

// TestEmpty opens the pages of a ledger that holds nothing, without a log.
func TestEmpty(t *testing.T) {
	l, closeAll, err := openLedger(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeAll)
	h := web.New(web.Deps{Ledger: l, Operator: "x"})
	for _, path := range []string{"/", "/editions", "/rapprochement", "/tendances", "/sources", "/registre", "/recherche?q=Arras+(Pas-de-Calais)x", "/en/", "/inscriptions/" + firstRecord(t, h)} {
		open(t, h, path)
	}
}

// TestHost keeps a host that is none out of the commands to paste.
func TestHost(t *testing.T) {
	h := history(t)
	path := "/inscriptions/" + firstRecord(t, h)
	for host, want := range map[string]string{
		"arobase.example":          "https://arobase.example/v1/events/",
		"localhost:8080":           "http://localhost:8080/v1/events/",
		"[::1]:8080":               "https://ADRESSE-DU-SITE/v1/events/",
		"x.example';rm -rf /;echo": "https://ADRESSE-DU-SITE/v1/events/",
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("from %q the command does not go to %s", host, want)
		}
	}
}

// TestTemplates reads the templates and the style sheet for what the policy would refuse.
func TestTemplates(t *testing.T) {
	for _, dir := range []string{"templates", "templates/pieces", "assets"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			b, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			b = bytes.ReplaceAll(b, []byte(`<script src="{{asset "verify.js"}}" defer></script>`), nil)
			b = bytes.ReplaceAll(b, []byte(`<script type="application/ld+json">{{.}}</script>`), nil)
			if m := regexp.MustCompile(`(?i)<script|javascript:|style="|\son[a-z]+="|@import|@font-face`).Find(b); m != nil {
				t.Errorf("%s/%s: %q", dir, e.Name(), m)
			}
		}
	}
}
