package web

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
)

// rootedHref finds the links of a text that lead to this site.
var rootedHref = regexp.MustCompile(`href="/`)

// A sitemap (sitemaps.org, 0.9) is a list of addresses for search engines, at most 50,000 in a file; each language has its
// own, and one file names both.
type sitemapIndex struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Maps    []address `xml:"sitemap"`
}

type sitemapURLs struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []address `xml:"url"`
}

type address struct {
	Loc string `xml:"loc"`
}

const mostAddresses = 50_000

// sitemap names the lists of both languages.
func (s *site) sitemap(fr *tongue) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := s.bare(fr, r).origin()
		s.sendXML(w, r, "application/xml; charset=utf-8", sitemapIndex{Maps: []address{{origin + "/sitemap-fr.xml"}, {origin + "/sitemap-en.xml"}}})
	})
}

// sitemapOf lists the pages of one language: those that there is one of, then editions with their palmarès, mentions, services,
// sources and the collectivities of which the ledger knows something. Records and actions are left out: there are too many,
// and each is linked from what it tells of.
func (s *site) sitemapOf(t *tongue) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := s.bare(t, r)
		var v sitemapURLs
		add := func(route, value string) {
			if len(v.URLs) < mostAddresses {
				v.URLs = append(v.URLs, address{p.origin() + p.path(route, value, nil)})
			}
		}
		for _, route := range []string{"home", "editions", "map", "mentions", "actions", "trends", "reconciliation", "sources", "register", "verify", "data", "glossary", "accessibility", "legal"} {
			add(route, "")
		}
		for _, e := range p.editions() {
			add("edition", fmt.Sprint(e.Edition))
			if e.Recorded > 0 || e.Mentions > 0 {
				add("palmares", fmt.Sprint(e.Edition))
			}
		}
		for _, id := range slices.Sorted(maps.Keys(p.mentionsGiven())) {
			add("mention", id)
		}
		for _, service := range s.Ledger.Catalogue() {
			if p.rendered()[service.Service] > 0 {
				add("service", service.Service)
			}
		}
		for _, source := range s.Ledger.Sources(p.ctx, p.size) {
			add("source", source.ID)
		}
		for _, c := range s.Ledger.Collectivities(p.ctx, p.size) {
			add("collectivity", c.ID)
		}
		s.sendXML(w, r, "application/xml; charset=utf-8", v)
	})
}

// robots keeps search engines from pages without end: searches, every page as it was at any time, and forms (RFC 9309).
func (s *site) robots(fr *tongue) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		send(w, r, http.StatusOK, fmt.Appendf(nil, "User-agent: *\nDisallow: %s\nDisallow: %s\nDisallow: /contester/\nDisallow: /en/dispute/\nDisallow: /espace\nDisallow: /en/workspace\nDisallow: /*as_of=\nDisallow: /*before=\n\nSitemap: %s/sitemap.xml\n",
			fr.path("search", "", nil), fr.other.path("search", "", nil), s.bare(fr, r).origin()))
	})
}
