package web

import (
	"net/url"

	"arobase/api/ledger"
)

// neighboursPage is for a mayor: what do our neighbours declare that we do not.
type neighboursPage struct {
	Heading, Lede string
	Body          labelled
	Kinds         []filter // all of the département, or those alike
	Counted       string
	Theirs        []neighbourLine
	Both          []neighbourLine
	Ours          []neighbourLine
	Empty         string
}

// neighbourLine is one service with the neighbours that render it.
type neighbourLine struct {
	Name, Href, Stake string
	Who               []labelled
	More              string
}

// namedNeighbours is how many neighbours a line names.
const namedNeighbours = 4

func (s *site) neighbours(p *page) (any, error) {
	like := p.req.URL.Query().Get("like") == "1"
	all, err := s.Ledger.Neighbours(p.ctx, p.here(), like, p.size)
	if err != nil {
		return nil, err
	}
	v := neighboursPage{Heading: p.T("neighbours.title", all.Body.Name), Body: labelled{all.Body.Name, p.href("collectivity", all.Body.ID)}}
	where := placeName(all.Body.Departement)
	v.Lede, v.Counted = p.T("neighbours.lede", where), p.N("neighbours.counted", all.Declaring, where)
	p.Title, p.Description = v.Heading, v.Lede
	to := func(query url.Values) string { return p.hrefWith("neighbours", all.Body.ID, query) }
	v.Kinds = []filter{{Text: p.T("neighbours.all"), Href: to(url.Values{}), Here: !like}}
	if all.Population > 0 {
		v.Kinds = append(v.Kinds, filter{Text: p.T("neighbours.like", p.Int(all.Population/2), p.Int(2*all.Population)), Href: to(url.Values{"like": {"1"}}), Here: like})
	}
	for _, one := range all.Services {
		line := p.beside(one)
		switch {
		case one.Own && len(one.Others) > 0:
			v.Both = append(v.Both, line)
		case one.Own:
			v.Ours = append(v.Ours, line)
		default:
			v.Theirs = append(v.Theirs, line)
		}
	}
	switch {
	case all.Body.Departement == nil:
		v.Empty = p.T("neighbours.nowhere")
	case all.Declaring == 0 && like:
		v.Empty = p.T("neighbours.nobody.like")
	case all.Declaring == 0:
		v.Empty = p.T("neighbours.nobody")
	}
	return v, nil
}

func (p *page) beside(one ledger.Beside) neighbourLine {
	line := neighbourLine{Name: one.Name, Href: p.href("service", one.Service), Stake: one.StakeName}
	for _, b := range one.Others[:min(len(one.Others), namedNeighbours)] {
		line.Who = append(line.Who, labelled{b.Name, p.href("collectivity", b.ID)})
	}
	if n := len(one.Others) - len(line.Who); n > 0 {
		line.More = p.N("neighbours.more", n)
	}
	return line
}
