package web

type navItem struct {
	Text, Href string
	Here       bool
}

// Nav are the ways on from every page.
func (p *page) Nav() []navItem {
	var out []navItem
	for _, route := range []string{"editions", "map", "mentions", "actions", "trends", "reconciliation", "sources", "register"} {
		here := p.Route == route || route == "editions" && (p.Route == "edition" || p.Route == "palmares") ||
			route == "map" && p.Route == "departement" || route == "mentions" && p.Route == "mention" ||
			route == "actions" && (p.Route == "action" || p.Route == "service" || p.Route == "neighbours") || route == "sources" && p.Route == "source" ||
			route == "register" && (p.Route == "record" || p.Route == "verify")
		out = append(out, navItem{p.T("nav." + route), p.href(route, ""), here})
	}
	return out
}

// Action is where the search form goes: an address without a query, which the form adds.
func (p *page) Action() string { return p.path("search", "", nil) }

// Records is the number of records of the ledger as of this page.
func (p *page) Records() int { return int(p.size) }

// TrendsAction is where the form that compares two editions goes.
func (p *page) TrendsAction() string { return p.path("trends", "", nil) }
