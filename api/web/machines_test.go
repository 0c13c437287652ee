package web_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestFeeds reads the feeds as a reader of feeds does, and follows every link.
func TestFeeds(t *testing.T) {
	h := history(t)
	for path, lang := range map[string]string{"/feed.atom": "fr", "/en/feed.atom": "en"} {
		w := get(h, path)
		var f struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			Lang    string   `xml:"lang,attr"`
			ID      string   `xml:"id"`
			Title   string   `xml:"title"`
			Updated string   `xml:"updated"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
				Link    struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
				Content struct {
					Type string `xml:"type,attr"`
					Text string `xml:",chardata"`
				} `xml:"content"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if w.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" || f.Lang != lang || f.ID != "urn:uuid:"+testLedgerID.String() || f.Links[0].Href != "https://example.com"+path {
			t.Errorf("%s: %v %+v", path, w.Header(), f.Links)
		}
		if len(f.Entries) != 40 || f.Updated != f.Entries[0].Updated {
			t.Fatalf("%s: %d entries, updated %s", path, len(f.Entries), f.Updated)
		}
		for _, e := range f.Entries {
			if _, err := time.Parse(time.RFC3339, e.Updated); err != nil || e.Title == "" || e.Content.Type != "html" || strings.Contains(e.Content.Text, `href="/`) {
				t.Errorf("%s: %+v", path, e)
			}
			page := text(open(t, h, strings.TrimPrefix(e.Link.Href, "https://example.com")))
			if number, _, _ := strings.Cut(strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(e.Title), ":"); !strings.Contains(page, strings.TrimSpace(number)) || !strings.Contains(e.Link.Href, strings.TrimPrefix(e.ID, "urn:uuid:")) {
				t.Errorf("%s: %q leads to %s", path, e.Title, e.Link.Href)
			}
		}
	}
}

// TestSitemap opens a part of what search engines are told of.
func TestSitemap(t *testing.T) {
	h := history(t)
	read := func(path string) []string {
		var v struct {
			Maps []string `xml:"sitemap>loc"`
			URLs []string `xml:"url>loc"`
		}
		if err := xml.Unmarshal(get(h, path).Body.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return append(v.Maps, v.URLs...)
	}
	if robots := get(h, "/robots.txt").Body.String(); !strings.Contains(robots, "\nSitemap: https://example.com/sitemap.xml\n") {
		t.Errorf("robots.txt:\n%s", robots)
	}
	maps := read("/sitemap.xml")
	if len(maps) != 2 {
		t.Fatalf("the sitemap names %q", maps)
	}
	for _, m := range maps {
		urls := read(strings.TrimPrefix(m, "https://example.com"))
		if len(urls) < 100 {
			t.Errorf("%s names %d pages", m, len(urls))
		}
		for i, u := range urls {
			if i%7 == 0 || i < 50 {
				open(t, h, strings.TrimPrefix(u, "https://example.com"))
			}
		}
	}
}

// TestDescriptions reads what pages say of themselves to machines.
func TestDescriptions(t *testing.T) {
	h := history(t)
	for path, name := range map[string]string{"/": "Le registre ouvert", "/en/": "The open ledger"} {
		found := false
		for _, n := range elements(open(t, h, path)) {
			if typ, _ := attr(n, "type"); n.Data != "script" || typ != "application/ld+json" {
				continue
			}
			found = true
			var d struct {
				Context      string `json:"@context"`
				Type         string `json:"@type"`
				Name         string
				Distribution []struct{ ContentURL, EncodingFormat string }
				Publisher    struct{ Name string }
			}
			if err := json.Unmarshal([]byte(n.FirstChild.Data), &d); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if d.Context != "https://schema.org" || d.Type != "Dataset" || !strings.HasPrefix(d.Name, name) || d.Publisher.Name != "Les Archives de l'essai" || len(d.Distribution) != 4 {
				t.Errorf("%s: %+v", path, d)
			}
		}
		if !found {
			t.Errorf("%s does not describe the data", path)
		}
	}
	head := get(h, "/collectivites/fr-commune-92072?as_of=900").Body.String()
	for _, want := range []string{
		`<meta property="og:url" content="https://example.com/collectivites/fr-commune-92072?as_of=900">`, `<meta property="og:title" content="Sèvres`,
		`<meta property="og:locale" content="fr_FR">`,
		`<meta property="og:image" content="https://example.com/assets/card-fr.`,
	} {
		if !strings.Contains(head, want) {
			t.Errorf("a collectivity's card has no %s", want)
		}
	}
	_, picture, _ := strings.Cut(head, `<meta property="og:image" content="https://example.com`)
	picture, _, _ = strings.Cut(picture, `"`)
	if w := get(h, picture); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" || w.Body.Len() > 30_000 {
		t.Errorf("the picture of the card, %s: %d, %s, %d bytes", picture, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
	}
}

// TestLost comes to addresses that lead nowhere, and is helped on.
func TestLost(t *testing.T) {
	h := history(t)
	for path, says := range map[string]string{
		"/communes/issy-les-moulineaux": "Peut-être cherchez-vous Issy-les-Moulineaux",
		"/en/town/sevres.html":          "Perhaps you are looking for Sèvres",
		"/zzzzzz":                       "Chercher une collectivité par son nom ou son code",
	} {
		w := get(h, path)
		if w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, w.Code)
		}
		if page := text(parsed(t, w)); !strings.Contains(page, says) {
			t.Errorf("%s does not say %q:\n%s", path, says, page)
		}
	}
}
