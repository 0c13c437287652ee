package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// others are the addresses that the other faces answer.
var others = []string{"/v1/", "/log/", "/docs", "/openapi.json", "/exports/", "/evidence/", "/badge/", "/panel/", "/datapackage.json", "/catalog.jsonld"}

// crawlLimit bounds how many pages of one route are read, in each language: the records alone are a thousand.
const crawlLimit = 30

// crawl reads the site from its first page on as a visitor would, of every route as many pages as a limit allows, in each
// language. It gives how many of each route were read, and how many addresses were seen.
func crawl(t *testing.T, h http.Handler, limit int, each func(path, body string, doc *html.Node)) (read map[string]int, seen int) {
	t.Helper()
	known, queue := map[string]bool{"/": true}, []string{"/"}
	read = map[string]int{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		w := get(h, path)
		if w.Code == http.StatusSeeOther {
			continue
		}
		if w.Code != http.StatusOK {
			t.Errorf("GET %s: %d", path, w.Code)
			continue
		}
		body := w.Body.String()
		doc, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Errorf("GET %s: %v", path, err)
			continue
		}
		for _, to := range links(t, path, doc) {
			if known[to] {
				continue
			}
			known[to] = true
			if route := routeOf(to); read[route] < limit {
				read[route]++
				queue = append(queue, to)
			}
		}
		each(path, body, doc)
	}
	return read, len(known)
}

// TestCrawl holds every page that a visitor comes to, up to a limit, to what every page must be.
func TestCrawl(t *testing.T) {
	h := history(t)
	read, seen := crawl(t, h, crawlLimit, func(path, body string, doc *html.Node) { holdPage(t, path, body, doc) })
	t.Logf("%d addresses seen, read by route: %v", seen, read)
	for _, route := range []string{"/editions/*", "/collectivites/*", "/inscriptions/*", "/sources/*", "/en/editions/*", "/en/collectivities/*", "/en/records/*", "/en/sources/*", "/tendances", "/registre", "/verifier", "/en/verify", "/glossaire", "/accessibilite", "/en/legal", "/donnees", "/en/data"} {
		if read[route] == 0 {
			t.Errorf("no link leads to %s", route)
		}
	}
}

// routeOf groups addresses: the value in an address and its query do not count.
func routeOf(to string) string {
	path, _, _ := strings.Cut(to, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.Trim(part, "0123456789") == "" && part != "" && i < len(parts)-1 {
			parts[i] = "#"
		}
	}
	if n := len(parts); n > 2 && parts[n-1] != "" && (parts[1] != "en" || n > 3) {
		parts[n-1] = "*"
	}
	return strings.Join(parts, "/")
}

// links gives the addresses of this site that a page leads to, without fragments.
func links(t *testing.T, path string, doc *html.Node) []string {
	base, err := url.Parse("http://site.test" + path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, n := range elements(doc) {
		if n.Data != "a" {
			continue
		}
		href, _ := attr(n, "href")
		u, err := base.Parse(href)
		if err != nil {
			t.Errorf("%s: link %q: %v", path, href, err)
			continue
		}
		if u.Host != "site.test" {
			continue
		}
		to := u.RequestURI()
		other := false
		for _, prefix := range others {
			other = other || strings.HasPrefix(to, prefix)
		}
		if !other {
			out = append(out, to)
		}
	}
	return out
}

// forbidden are the words of software that no visitor should meet. Exact bytes and commands are not prose.
var forbidden = regexp.MustCompile(`(?i)\b(leaf|leaves|fold|folds|stream|streams|event store|event sourcing|envelope|event)\b`)

// undone are traces of a text that was not made right.
var undone = regexp.MustCompile(`⟦|⟧|%!|ZgotmplZ|<no value>|&lt;nil&gt;`)

// holdPage holds a page to what every page must be.
func holdPage(t *testing.T, path, body string, doc *html.Node) {
	t.Helper()
	if m := undone.FindString(body); m != "" {
		t.Errorf("%s: %q in the page", path, m)
	}
	lang := "fr"
	if path == "/en" || strings.HasPrefix(path, "/en/") {
		lang = "en"
	}
	ids, h1, level, main := map[string]bool{}, 0, 0, 0
	for _, n := range elements(doc) {
		if id, ok := attr(n, "id"); ok {
			if ids[id] || id == "" || strings.ContainsAny(id, " \t") {
				t.Errorf("%s: the id %q is there twice, or is none", path, id)
			}
			ids[id] = true
		}
		switch n.Data {
		case "html":
			if got, _ := attr(n, "lang"); got != lang {
				t.Errorf("%s: lang %q, want %q", path, got, lang)
			}
		case "main":
			main++
		case "h1", "h2", "h3", "h4":
			now := int(n.Data[1] - '0')
			if now > level+1 {
				t.Errorf("%s: %s %q follows a heading of level %d", path, n.Data, text(n), level)
			}
			level = now
			if now == 1 {
				h1++
			}
			if text(n) == "" {
				t.Errorf("%s: an empty %s", path, n.Data)
			}
		case "script":
			holdScript(t, path, n)
		case "style", "iframe", "object", "embed", "base":
			t.Errorf("%s: there is a <%s>", path, n.Data)
		}
		holdElement(t, path, n)
	}
	if h1 != 1 || main != 1 {
		t.Errorf("%s: %d h1 and %d main, want one of each", path, h1, main)
	}
	holdReferences(t, path, doc, ids)
	prose := withoutCode(doc)
	if m := forbidden.FindString(prose); m != "" {
		t.Errorf("%s: the word %q on a public page", path, m)
	}
	// A real ledger says that it is compiled from the press; a rehearsal says that it is one, and claims no press.
	press := map[string]string{"fr": "Compilé à partir de la presse", "en": "Compiled from the press"}[lang]
	rehearsal := map[string]string{"fr": "une répétition, avec des éditions inventées", "en": "a rehearsal, with made-up editions"}[lang]
	says, never := press, rehearsal
	if strings.Contains(body, `class="banner made-up"`) {
		says, never = rehearsal, press
	}
	if !strings.Contains(prose, says) || strings.Contains(prose, never) {
		t.Errorf("%s does not say %q, or says %q", path, says, never)
	}
	for _, s := range map[string][]string{
		"fr": {"Les Archives de l'essai", "Cela ne dit pas que la source a raison."},
		"en": {"Les Archives de l'essai", "It does not say that the source is right."},
	}[lang] {
		if !strings.Contains(prose, s) {
			t.Errorf("%s does not say %q", path, s)
		}
	}
}

// holdScript allows two kinds: a description for machines, which is data, and on the page of a record a file of this site.
func holdScript(t *testing.T, path string, n *html.Node) {
	t.Helper()
	src, _ := attr(n, "src")
	typ, _ := attr(n, "type")
	onRecord := strings.Contains(path, "/inscriptions/") || strings.Contains(path, "/records/")
	switch {
	case typ == "application/ld+json" && src == "" && n.FirstChild != nil && json.Valid([]byte(n.FirstChild.Data)):
	case typ == "" && n.FirstChild == nil && onRecord && ownScript.MatchString(src):
	default:
		t.Errorf("%s: there is a <script type=%q src=%q>", path, typ, src)
	}
}

var ownScript = regexp.MustCompile(`^/assets/verify\.[0-9a-f]{12}\.js$`)

// holdElement holds what can be seen in one element.
func holdElement(t *testing.T, path string, n *html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			t.Errorf("%s: <%s %s> is not allowed by the policy", path, n.Data, a.Key)
		case a.Key == "href" && n.Data == "a" && strings.HasPrefix(a.Val, "http"):
			if rel, _ := attr(n, "rel"); !strings.Contains(rel, "noopener") {
				t.Errorf("%s: the link to %s lets the other page reach back", path, a.Val)
			}
		case (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.Contains(a.Val, "//"):
			t.Errorf("%s: <%s %s=%q> refers to another host", path, n.Data, a.Key, a.Val)
		}
	}
	switch n.Data {
	case "table":
		first := n.FirstChild
		for first != nil && first.Type != html.ElementNode {
			first = first.NextSibling
		}
		if first == nil || first.Data != "caption" {
			t.Errorf("%s: a table without a caption", path)
		}
	case "th":
		if _, ok := attr(n, "scope"); !ok {
			t.Errorf("%s: a heading of a table without scope: %q", path, text(n))
		}
	case "a", "button", "summary":
		label, _ := attr(n, "aria-label")
		if text(n) == "" && label == "" {
			t.Errorf("%s: a <%s> without a name", path, n.Data)
		}
	}
}

// holdReferences looks for what ids are referred to: labels, descriptions, fragments.
func holdReferences(t *testing.T, path string, doc *html.Node, ids map[string]bool) {
	t.Helper()
	labelled := map[string]bool{}
	for _, n := range elements(doc) {
		for _, a := range n.Attr {
			switch a.Key {
			case "for":
				labelled[a.Val] = true
				fallthrough
			case "aria-labelledby", "aria-describedby":
				if !ids[a.Val] {
					t.Errorf("%s: %s=%q refers to nothing", path, a.Key, a.Val)
				}
			case "href":
				if id, ok := strings.CutPrefix(a.Val, "#"); ok && !ids[id] {
					t.Errorf("%s: #%s refers to nothing", path, id)
				}
			}
		}
	}
	for _, n := range elements(doc) {
		id, _ := attr(n, "id")
		typ, _ := attr(n, "type")
		if (n.Data == "input" && typ != "hidden" || n.Data == "select" || n.Data == "textarea") && !labelled[id] {
			t.Errorf("%s: a field without a label", path)
		}
	}
}

// withoutCode is the prose of a page: exact bytes and commands left out.
func withoutCode(doc *html.Node) string {
	var pre []*html.Node
	for _, n := range elements(doc) {
		if class, _ := attr(n, "class"); n.Data == "pre" || n.Data == "script" || class == "code" {
			pre = append(pre, n)
		}
	}
	for _, n := range pre {
		n.Parent.RemoveChild(n)
	}
	return text(doc)
}
