package web

import "net/url"

// Dataset describes the ledger to machines, as schema.org says (Dataset), on the first page. It is data, not a script.
func (p *page) Dataset() any {
	if p.Route != "home" {
		return nil
	}
	type object = map[string]any
	file := func(name, path string) object {
		query := url.Values{"dialect": {"rfc4180"}}
		return object{"@type": "DataDownload", "name": name, "encodingFormat": "text/csv", "contentUrl": p.origin() + "/v1/" + path + "?" + query.Encode()}
	}
	v := object{
		"@context": "https://schema.org", "@type": "Dataset", "@id": "urn:uuid:" + p.site.Ledger.LedgerID.String(),
		"name": p.T("dataset.name"), "description": p.T("dataset.description"), "url": p.origin() + p.path("home", "", nil), "inLanguage": p.Code,
		"temporalCoverage": "1999/..", "spatialCoverage": object{"@type": "Country", "name": "France"}, "isAccessibleForFree": true,
		"version": p.size, "measurementTechnique": p.T("dataset.made"),
		"distribution": []object{
			file(p.T("nav.editions"), "editions"), file(p.T("nav.trends"), "trends"), file(p.T("nav.reconciliation"), "reconciliation"), file(p.T("nav.sources"), "sources"),
		},
	}
	if p.site.Operator != "" {
		v["publisher"] = object{"@type": "Organization", "name": p.site.Operator}
	}
	if p.MadeUp() {
		v["description"] = p.T("layout.madeup")
	}
	return v
}

// Address is the whole address of this page, for cards that other sites show of it.
func (p *page) Address() string {
	if p.Route == "problem" {
		return ""
	}
	return p.origin() + p.path(p.Route, p.here(), p.req.URL.Query())
}

// Origin is the scheme and host of this site, for addresses that others follow.
func (p *page) Origin() string { return p.origin() }

// Feed is the address of the feed in the language of the page.
func (p *page) Feed() string { return p.feedPath() }

func (t *tongue) feedPath() string {
	if t.Code == "en" {
		return "/en/feed.atom"
	}
	return "/feed.atom"
}
