package rest_test

import (
	"net/http"
	"strings"
	"testing"
)

// address is one that is asked in several tests.
type address struct {
	path    string // as in the document
	address string
	media   string // of the preferred form; "" is JSON
	rows    bool   // has CSV
	fixed   bool   // does not depend on the ledger
	texts   bool   // may hold disclosed texts
}

// addresses has at least one of every path of the document.
func addresses(t testing.TB) []address {
	first := firstEvent(t)
	return []address{
		{path: "/v1/editions", address: "/v1/editions", rows: true},
		{path: "/v1/editions/{n}", address: "/v1/editions/18", texts: true},
		{path: "/v1/editions/{n}", address: "/v1/editions/17", texts: true},
		{path: "/v1/editions/{n}/palmares", address: "/v1/editions/18/palmares", rows: true, texts: true},
		{path: "/v1/editions/{n}/palmares", address: "/v1/editions/2/palmares?limit=3", rows: true, texts: true},
		{path: "/v1/collectivities", address: "/v1/collectivities", rows: true},
		{path: "/v1/collectivities", address: "/v1/collectivities?q=saint-denis", rows: true},
		{path: "/v1/collectivities", address: "/v1/collectivities?q=zzzzzz", rows: true},
		{path: "/v1/collectivities/{id}", address: "/v1/collectivities/fr-commune-73008", texts: true},
		{path: "/v1/collectivities/{id}", address: "/v1/collectivities/fr-commune-76476", texts: true},
		{path: "/v1/collectivities/{id}", address: "/v1/collectivities/unsettled-bassens", texts: true},
		{path: "/v1/collectivities/{id}/history", address: "/v1/collectivities/fr-commune-92072/history", rows: true, texts: true},
		{path: "/v1/collectivities/{id}/history", address: "/v1/collectivities/unsettled-bassens/history", rows: true, texts: true},
		{path: "/v1/collectivities/{id}/history", address: "/v1/collectivities/fr-commune-76476/history", rows: true, texts: true},
		{path: "/v1/collectivities/{id}/memberships", address: "/v1/collectivities/fr-commune-92072/memberships", rows: true, texts: true},
		{path: "/v1/trends", address: "/v1/trends", rows: true},
		{path: "/v1/trends", address: "/v1/trends?from=17&to=18&by=level", rows: true},
		{path: "/v1/trends", address: "/v1/trends?by=region&limit=5", rows: true},
		{path: "/v1/trends/transitions", address: "/v1/trends/transitions?from=16&to=18", rows: true},
		{path: "/v1/reconciliation", address: "/v1/reconciliation", rows: true, texts: true},
		{path: "/v1/reconciliation", address: "/v1/reconciliation?edition=18", rows: true, texts: true},
		{path: "/v1/events", address: "/v1/events", rows: true, texts: true},
		{path: "/v1/events", address: "/v1/events?type=mention-recorded&after=700&limit=7", rows: true, texts: true},
		{path: "/v1/events/{id}", address: "/v1/events/" + first, texts: true},
		{path: "/v1/events/{id}/proof", address: "/v1/events/" + first + "/proof", media: "text/plain; charset=utf-8", texts: true},
		{path: "/v1/sources", address: "/v1/sources", rows: true, texts: true},
		{path: "/v1/sources/{id}", address: "/v1/sources/gazette-communes-2000", texts: true},
		{path: "/v1/actions", address: "/v1/actions?q=wifi&state=running", rows: true, texts: true}, // of which there are none: see actions_test.go
		{path: "/v1/rules", address: "/v1/rules", rows: true, texts: true},
		{path: "/schemas/{type}/{version}", address: "/schemas/award-recorded/v1", media: "application/schema+json", fixed: true},
		{path: "/problems/{code}", address: "/problems/unknown-edition", media: "text/plain; charset=utf-8", fixed: true},
	}
}

// firstEvent is the id of an event of the history.
func firstEvent(t testing.TB) string {
	t.Helper()
	return decode[struct{ Items []struct{ ID string } }](t, get(t, "/v1/events?type=award-recorded&limit=1")).Items[0].ID
}

// Every address answers, says what every answer says, and sends what the document describes.
func TestEveryAddressAnswers(t *testing.T) {
	doc := document(t)
	asked := map[string]bool{ // have tests of their own
		"/v1/events/live":                             true,
		"/v1/editions/{n}/run":                        true,
		"/v1/events/{id}/sealed":                      true,
		"/log/disclosed/{commitment}":                 true,
		"/evidence/{sha256}":                          true,
		"/v1/actions/{id}":                            true,
		"/v1/editions/{n}/candidacies/{id}/dossier":   true,
		"/v1/editions/{n}/candidacies/{id}/diagnosis": true,
		"/v1/editions/{n}/decisions":                  true,
		"/v1/editions/{n}/minutes":                    true,
		"/v1/editions/{n}/barometer":                  true,
	}
	for _, a := range addresses(t) {
		asked[a.path] = true
		t.Run(a.address, func(t *testing.T) {
			w := get(t, a.address)
			h := w.Header()
			media := a.media
			if media == "" {
				media = "application/json"
			}
			if w.Code != 200 || h.Get("Content-Type") != media {
				t.Fatalf("%d %s: %s", w.Code, h.Get("Content-Type"), w.Body)
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*", "Vary": "Accept, Accept-Language", "Cache-Control": "public, no-cache",
			} {
				if h.Get(name) != want {
					t.Errorf("%s: %q, want %q", name, h.Get(name), want)
				}
			}
			if (h.Get("Arobase-Size") == size(t)) == a.fixed {
				t.Errorf("Arobase-Size: %q", h.Get("Arobase-Size"))
			}
			kind, _, _ := strings.Cut(media, ";")
			schema := at(doc, "paths", a.path, "get", "responses", "200", "content", kind, "schema")
			if schema == nil {
				t.Fatalf("%s is not described", kind)
			}
			if strings.HasSuffix(kind, "json") {
				v, err := read(w.Body.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				for _, wrong := range fit(doc, schema, v, "") {
					t.Error(wrong)
				}
			}
		})
	}
	for path, item := range doc["paths"].(map[string]any) {
		if at(item, "get") != nil && !asked[path] {
			t.Errorf("%s is never asked", path)
		}
	}
}

// size is that of the ledger, as it is written.
func size(t testing.TB) string {
	t.Helper()
	return get(t, "/v1/editions").Header().Get("Arobase-Size")
}

// HEAD says the same without the body.
func TestHead(t *testing.T) {
	for _, a := range append(addresses(t), address{address: "/openapi.json"}, address{address: "/docs"}, address{address: "/v1/nothing"}) {
		g, h := get(t, a.address), ask(t, handler, http.MethodHead, a.address)
		if h.Code != g.Code || h.Body.Len() != 0 {
			t.Errorf("%s: HEAD gives %d and %d bytes, GET %d", a.address, h.Code, h.Body.Len(), g.Code)
		}
		for _, name := range []string{"Content-Type", "Content-Length", "ETag", "Arobase-Size", "Link", "Cache-Control"} {
			if h.Header().Get(name) != g.Header().Get(name) {
				t.Errorf("%s: %s is %q for HEAD, %q for GET", a.address, name, h.Header().Get(name), g.Header().Get(name))
			}
		}
	}
}

// Who has the answer is told so; another form, another size and another question have other tags.
func TestTags(t *testing.T) {
	tags := map[string]string{}
	for _, a := range append(addresses(t), address{address: "/openapi.json"}, address{address: "/docs"}, address{address: "/docs/swagger-ui.css"}) {
		w := get(t, a.address)
		tag := w.Header().Get("ETag")
		if tag == "" || tags[tag] != "" {
			t.Errorf("%s has the tag %q, like %s", a.address, tag, tags[tag])
		}
		tags[tag] = a.address
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag} {
			again := get(t, a.address, "If-None-Match", header)
			if again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != tag {
				t.Errorf("%s, If-None-Match %s: %d with %d bytes", a.address, header, again.Code, again.Body.Len())
			}
		}
		if other := get(t, a.address, "If-None-Match", `"other"`); other.Code != 200 {
			t.Errorf("%s, another tag: %d", a.address, other.Code)
		}
		if a.rows {
			if csv := get(t, a.address, "Accept", "text/csv").Header().Get("ETag"); csv == tag || csv == "" {
				t.Errorf("%s as CSV has the tag %q, as JSON %q", a.address, csv, tag)
			}
		}
	}
}

// As of a size an answer can be kept for ever, unless it may hold a text that can be erased.
func TestKeeping(t *testing.T) {
	for _, a := range addresses(t) {
		if a.fixed || strings.HasSuffix(a.address, "/proof") {
			continue
		}
		sep := "?"
		if strings.Contains(a.address, "?") {
			sep = "&"
		}
		want := "public, max-age=31536000, immutable"
		if a.texts {
			want = "public, no-cache"
		}
		if got := get(t, a.address+sep+"as_of="+size(t)).Header().Get("Cache-Control"); got != want {
			t.Errorf("%s as of a size: Cache-Control %q, want %q", a.address, got, want)
		}
		if got := get(t, a.address+sep+"as_of=2030-01-01T00:00:00Z").Header().Get("Cache-Control"); got != "public, no-cache" {
			t.Errorf("%s as of a time: Cache-Control %q", a.address, got)
		}
	}
}
