package web

import (
	"cmp"
	"fmt"

	"arobase/api/ledger"
	"arobase/domain"
)

// actionPage is one action: what it is, who does it, since when, what shows it, and every record of it.
type actionPage struct {
	Title       actionTitle
	Holder      labelled
	Place       string
	State       status
	Since       string
	Description *actionTitle
	Facts       []code
	Web         string
	Evidence    []evidenceLine
	Services    []actionService
	Revisions   []revisionLine
	All         labelled
	JSON        string
}

// evidenceLine is an address, or a file that is named by its hash; File is where it is, and Erased that it is no more.
type evidenceLine struct {
	Href, Text, Hash, File string
	Erased                 bool
}

func (p *page) evidenceLines(all []ledger.Shown) []evidenceLine {
	var out []evidenceLine
	for _, e := range all {
		out = append(out, evidenceLine{followable(e.URL), e.URL, e.SHA256, e.File, e.Erased})
	}
	return out
}

// actionService is a service of an action with who else renders it.
type actionService struct {
	Name, Href, Stake string
	Else              string // how many others
	Near              []labelled
}

// revisionLine is one record of an action.
type revisionLine struct {
	Says, Recorded string
	Title          string // where it changed
	Proofs         []proof
}

// nearest is how many others a page of an action names.
const nearest = 5

func (s *site) action(p *page) (any, error) {
	a, err := s.Ledger.Action(p.ctx, domain.ActionID(p.here()), p.size)
	if err != nil {
		return nil, err
	}
	v := actionPage{
		Title: p.actionTitle(a.Title), Holder: labelled{a.Name, p.href("collectivity", a.Collectivity)}, Place: p.place(a.Kind, a.Departement),
		State: p.actionState(a.ActionState), Since: p.actionSince(a.ActionState), Web: followable(a.URL), JSON: p.exportHref("/v1/actions/"+a.ID, nil),
		All: labelled{p.T("action.all", a.Name), p.hrefWith("actions", "", map[string][]string{"collectivity": {a.Collectivity}})},
	}
	p.Title = v.Title.Text
	p.Description = p.T("action.lede", a.Name)
	if a.Description != nil {
		d := p.actionTitle(*a.Description)
		v.Description = &d
	}
	v.Facts = append(v.Facts, code{p.T("action.operator"), p.T("operator." + a.Operator)})
	if a.Innovation != "" {
		v.Facts = append(v.Facts, code{p.T("action.innovation"), p.T("innovation." + a.Innovation)})
	}
	v.Facts = append(v.Facts, code{p.T("action.grid"), a.Grid})
	v.Evidence = p.evidenceLines(a.Evidence)
	for _, service := range a.Services {
		line := actionService{Name: service.Name, Href: p.href("service", service.Service), Stake: service.StakeName}
		if err := line.others(p, service.Service, a.ActionView); err != nil {
			return nil, err
		}
		v.Services = append(v.Services, line)
	}
	v.revisions(p, a)
	return v, nil
}

// others names who else renders the service, those of the same département first.
func (v *actionService) others(p *page, service string, a ledger.ActionView) error {
	all, err := p.site.Ledger.Service(p.ctx, service, p.size)
	if err != nil {
		return fmt.Errorf("looking for others: %w", err)
	}
	count := 0
	var near, far []labelled
	for _, b := range all.Renders {
		if b.ID == a.Collectivity {
			continue
		}
		count++
		to := labelled{b.Name, p.href("collectivity", b.ID)}
		if placeCode(b.Departement) == placeCode(a.Departement) && b.Departement != nil {
			near = append(near, to)
		} else {
			far = append(far, to)
		}
	}
	v.Else = p.N("action.else", count)
	v.Near = append(near, far...)
	v.Near = v.Near[:min(len(v.Near), nearest)]
	return nil
}

func (v *actionPage) revisions(p *page, a ledger.ActionDetail) {
	before := ""
	for _, r := range a.Revisions {
		title := cmp.Or(r.Title.Text, p.actionTitle(r.Title).Text)
		line := revisionLine{Says: p.T("record.type." + r.Type), Recorded: p.Moment(r.Recorded), Proofs: p.proofs(title, []string{r.Event.String()})}
		if title != before {
			line.Title = title
		}
		before = title
		v.Revisions = append(v.Revisions, line)
	}
}
