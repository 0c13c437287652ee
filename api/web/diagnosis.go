package web

import (
	"fmt"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// diagnosisView shows a collectivity beside comparable ones. It says where to look, and judges nothing.
type diagnosisView struct {
	Name, Lede      string
	Peers           string
	Lines           []besideLine
	Recommendations []recommendation
	None            string // why there is nothing to recommend
	JSON            string
	Dossier         string
	Address         string
	Code            drawing.Code
}

type besideLine struct {
	Name          string
	Rendered      string
	Share, Median string
	// Of and At are the length of the bar and the place of the median, in hundredths; At is -1 where there is none.
	Of, At int
	Says   string // ahead, behind or level with them
}

type recommendation struct{ Name, Stake, Peers string }

func (s *site) diagnosis(p *page) (any, error) {
	who, err := p.member()
	if err != nil {
		return nil, err
	}
	c, err := p.candidacyHere()
	if err != nil {
		return nil, err
	}
	d, err := s.Ledger.Diagnosis(p.ctx, who, c)
	if err != nil {
		return nil, err
	}
	return p.diagnosisView(who, d)
}

func (p *page) diagnosisView(who auth.Principal, d ledger.Diagnosis) (diagnosisView, error) {
	own := ofCandidacy(d.Edition, d.Collectivity)
	edition := p.T("edition.bare", int(d.Edition), d.Edition.Year())
	kind := p.Or("dossier.kind."+d.Kind, d.Kind)
	v := diagnosisView{
		Name: p.T("diagnosis.heading", d.Name), Lede: p.T("dossier.lede", edition, kind), Peers: p.N("diagnosis.peers", d.Peers),
		JSON: fmt.Sprintf("/v1/editions/%d/candidacies/%s/diagnosis", d.Edition, d.Collectivity), Address: p.origin() + p.path("diagnosis", own, nil),
		Dossier: p.href("dossier", own),
	}
	if d.Population > 0 {
		v.Lede = p.T("diagnosis.lede.population", edition, kind, p.Int(d.Population))
	}
	p.Title = p.T("diagnosis.title", d.Name)
	p.paper(p.T("diagnosis.running", d.Name, int(d.Edition)), p.T("diagnosis.own"))
	for _, s := range d.Stakes {
		line := besideLine{
			Name: s.Name, Rendered: p.T("diagnosis.of", p.Int(s.Covered), p.Int(s.Applies)), Share: p.percentOf(s.Share), Of: s.Share, At: -1,
			Median: p.T("diagnosis.nomedian"),
		}
		if s.Median != nil {
			line.At, line.Median = *s.Median, p.percentOf(*s.Median)
			switch {
			case s.Share > *s.Median:
				line.Says = p.T("diagnosis.above")
			case s.Share < *s.Median:
				line.Says = p.T("diagnosis.below")
			default:
				line.Says = p.T("diagnosis.same")
			}
		}
		v.Lines = append(v.Lines, line)
	}
	for _, r := range d.Recommendations {
		v.Recommendations = append(v.Recommendations, recommendation{r.Name, r.StakeName, p.N("diagnosis.have", r.Peers, p.Int(d.Peers))})
	}
	switch {
	case d.Peers == 0:
		v.None = p.T("diagnosis.alone")
	case len(v.Recommendations) == 0:
		v.None = p.T("diagnosis.nothing")
	}
	var err error
	v.Code, err = drawing.CodeOf(v.Address)
	v.Code.Spoken = p.T("dossier.code", v.Address)
	return v, err
}

// mine are the pages of a collectivity that are for whoever acts for it: its dossier and its diagnosis, the latest edition
// first. Whoever is signed in is told in a page that no cache keeps.
func (p *page) mine(id string) []labelled {
	who, err := p.who()
	if err != nil || who.Is(auth.Public) || p.asOf != "" {
		return nil
	}
	private(p)
	if !who.Is(auth.Juror, auth.President, auth.Registrar) && (!who.Is(auth.Declarant) || who.For != id) {
		return nil
	}
	var all []labelled
	for _, e := range p.site.Ledger.CandidaciesOf(domain.CollectivityID(id)) {
		own := ofCandidacy(e, domain.CollectivityID(id))
		all = append(all,
			labelled{p.T("mine.dossier", int(e)), p.href("dossier", own)},
			labelled{p.T("mine.diagnosis", int(e)), p.href("diagnosis", own)})
	}
	return all
}
