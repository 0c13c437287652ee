package web

import (
	"fmt"
	"net/url"

	"arobase/domain"
	"arobase/projections/dossier"
)

// barometerView shows what the candidacies of an edition cover, stake by stake: all of them, each kind, each size of each
// kind; after the ceremony also every collectivity by itself. It follows from declarations and says nothing of the jury.
type barometerView struct {
	Heading, Lede string
	Counted       string
	JSON, CSV     string
	BySelf        string // the address of the rows of collectivities, "" before the ceremony
	Edition       string
	Groups        []barometerGroup
	Few           []string // groups of which no figure is shown
	Withheld      bool
	Lines         []barometerLine
}

type barometerGroup struct {
	ID, Name string
	Counted  string
	Stakes   []barometerStake
}

// barometerStake is one stake of a group. From, Width and At are hundredths: the box of the middle half, and its median.
type barometerStake struct {
	Name, First, Median, Third string
	None                       bool // too few candidacies
	From, Width, At            int
}

type barometerLine struct {
	Name, Href       string
	Kind, Population string
	Rendered, Share  string
	Of               int
	Peers            string
}

func (s *site) barometer(p *page) (any, error) {
	n, err := p.numberHere()
	if err != nil {
		return nil, err
	}
	b, err := s.Ledger.Barometer(p.ctx, domain.Edition(n), p.size)
	if err != nil {
		return nil, err
	}
	number := fmt.Sprint(n)
	address := "/v1/editions/" + number + "/barometer"
	v := barometerView{
		Heading: p.T("barometer.heading", b.Year), Lede: p.T("barometer.lede", p.T("edition.bare", n, b.Year)), Counted: p.N("barometer.counted", b.Candidacies),
		JSON: p.exportHref(address, nil), CSV: p.exportHref(address, url.Values{"dialect": {p.dialect()}}), Edition: p.href("edition", number), Withheld: b.Withheld != "",
	}
	p.Title, p.Description = v.Heading, v.Lede
	names := map[string]string{}
	for _, stake := range b.Stakes {
		names[stake.ID] = stake.Name
	}
	ofKind := map[string]int{}
	for i, g := range b.Groups {
		if g.Size == "" {
			ofKind[g.Kind] = g.Candidacies
		} else if g.Candidacies == ofKind[g.Kind] {
			continue // it is all of its kind, which was shown
		}
		name := p.barometerGroup(g)
		if g.Candidacies < dossier.FewestShown {
			v.Few = append(v.Few, p.T("barometer.few.group", name, p.N("barometer.counted", g.Candidacies)))
			continue
		}
		group := barometerGroup{ID: fmt.Sprintf("group-%d", i+1), Name: name, Counted: p.N("barometer.counted", g.Candidacies)}
		for _, q := range g.Stakes {
			line := barometerStake{Name: names[q.Stake], None: q.Median == nil}
			if line.Name == "" {
				line.Name = q.Stake
			}
			if !line.None {
				line.First, line.Median, line.Third = p.percentOf(*q.First), p.percentOf(*q.Median), p.percentOf(*q.Third)
				line.From, line.Width, line.At = *q.First, *q.Third-*q.First, *q.Median
			}
			group.Stakes = append(group.Stakes, line)
		}
		v.Groups = append(v.Groups, group)
	}
	for _, c := range b.Collectivities {
		line := barometerLine{
			Name: c.Name, Href: p.href("collectivity", string(c.Collectivity)), Kind: p.Or("dossier.kind."+c.Kind, c.Kind), Peers: p.Int(c.Peers),
		}
		if line.Name == "" {
			line.Name = string(c.Collectivity)
		}
		if c.Population > 0 {
			line.Population = p.Int(c.Population)
		}
		covered, applies := 0, 0
		for _, stake := range c.Stakes {
			covered, applies = covered+stake.Covered, applies+stake.Applies
		}
		line.Rendered = p.T("diagnosis.of", p.Int(covered), p.Int(applies))
		if applies > 0 {
			line.Of = covered * 100 / applies
			line.Share = p.percentOf(line.Of)
		}
		v.Lines = append(v.Lines, line)
	}
	if !v.Withheld {
		v.BySelf = p.exportHref(address, url.Values{"by": {"collectivities"}, "dialect": {p.dialect()}})
	}
	return v, nil
}

// barometerGroup names a part of the candidacies.
func (p *page) barometerGroup(g dossier.Group) string {
	switch kind := p.Or("barometer.kind."+g.Kind, g.Kind); {
	case g.Kind == "":
		return p.T("barometer.all")
	case g.Size == "":
		return kind
	default:
		return p.T("barometer.sized", kind, p.Or("barometer.size."+g.Size, g.Size))
	}
}
