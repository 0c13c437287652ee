package web

import (
	"net/url"
	"slices"

	"arobase/api/ledger"
)

// servicePage is one service of the grid with those who render it, by département.
type servicePage struct {
	Heading, Lede string
	Counted       string
	Groups        []serviceHolders
	Ended         []labelled
	Actions       labelled
	Stake         labelled
}

// serviceHolders are those of one département.
type serviceHolders struct {
	Name, Href string
	Holders    []labelled
}

func (s *site) service(p *page) (any, error) {
	all, err := s.Ledger.Service(p.ctx, p.here(), p.size)
	if err != nil {
		return nil, err
	}
	v := servicePage{
		Heading: all.Name, Lede: p.T("service.lede", all.StakeName, all.ThemeName), Counted: p.N("service.rendered", len(all.Renders)),
		Actions: labelled{p.T("service.actions"), p.hrefWith("actions", "", url.Values{"service": {all.Service}})},
		Stake:   labelled{p.T("service.stake", all.StakeName), p.hrefWith("actions", "", url.Values{"stake": {all.Stake}})},
	}
	p.Title, p.Description = v.Heading, v.Lede
	v.Groups = p.byDepartement(all.Renders)
	for _, b := range p.ranked(all.Ended) {
		v.Ended = append(v.Ended, labelled{b.Name, p.href("collectivity", b.ID)})
	}
	return v, nil
}

// ranked sorts bodies by the alphabet.
func (p *page) ranked(bodies []*ledger.BodyShort) []*ledger.BodyShort {
	known := p.bodiesKnown()
	rank := func(b *ledger.BodyShort) int {
		if k := known[b.ID]; k != nil {
			return k.Rank
		}
		return len(known)
	}
	out := slices.Clone(bodies)
	slices.SortStableFunc(out, func(a, b *ledger.BodyShort) int { return rank(a) - rank(b) })
	return out
}

// byDepartement groups bodies, in the order of the codes of départements; those that are in none come last.
func (p *page) byDepartement(bodies []*ledger.BodyShort) []serviceHolders {
	in := map[string][]labelled{}
	for _, b := range p.ranked(bodies) {
		code := placeCode(b.Departement)
		in[code] = append(in[code], labelled{b.Name, p.href("collectivity", b.ID)})
	}
	var out []serviceHolders
	for _, d := range p.site.Ledger.Territories().Departements() {
		if holders := in[d.Code]; holders != nil {
			out = append(out, serviceHolders{d.Code + " " + d.Name, p.href("departement", d.Code), holders})
		}
	}
	if holders := in[""]; holders != nil {
		out = append(out, serviceHolders{Name: p.T("service.nowhere"), Holders: holders})
	}
	return out
}
