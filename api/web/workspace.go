package web

import (
	"net/url"
	"slices"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
)

// workspaceView is the first page of whoever is signed in: what waits for them, and what they may record.
type workspaceView struct {
	As      string
	Doors   []labelled // the workspaces of the role
	Waiting []labelled
	May     []commandGroup
}

// commandGroup are commands that belong together.
type commandGroup struct {
	Title string
	All   []labelled
}

// groups put every command in its place.
var groups = []struct {
	name      string
	resources []string
}{
	{"rules", []string{"regulations", "grids", "editions", "extensions"}},
	{"members", []string{"memberships", "membership-corrections", "membership-retractions", "payments", "payment-retractions", "collectivities", "names", "populations", "members", "renamings", "successions", "contested-identities", "settled-identities"}},
	{"declarations", []string{"actions", "amendments", "confirmations", "endings"}},
	{"candidacies", []string{"candidacies", "submissions", "withdrawals", "information-requests", "information-answers", "inadmissibilities", "closings"}},
	{"jury", []string{"jurors", "juries", "conflicts", "assignments", "recusals", "opinions", "juror-terms", "sessions", "deferrals", "decisions", "deliberations"}},
	{"ceremony", []string{"postponements", "publications"}},
	{"after", []string{"notifications", "rectifications", "label-withdrawals", "appeals", "appeal-admissions", "appeal-rejections", "appeal-decisions", "edition-closings"}},
	{"history", []string{"sources", "source-corrections", "awards", "mentions", "arbitrations", "retractions", "ceremony-facts", "enumerations", "figures", "figure-retractions", "explanations", "rules", "distinctions", "distinction-renewals", "distinction-lapses"}},
	{"disputes", []string{"disputes", "dispute-answers"}},
	{"office", []string{"tokens", "token-revocations", "erasures", "readings"}},
}

// signedIn gives whoever is signed in, if they have one of some roles; no roles: any. Nobody is sent to sign in and back.
func (p *page) signedIn(roles ...auth.Role) (auth.Principal, error) {
	private(p)
	who, err := p.who()
	switch {
	case err != nil:
		return who, err
	case who.Is(auth.Public):
		return who, redirect{p.path("session", "", url.Values{"next": {p.req.URL.RequestURI()}})}
	case len(roles) > 0 && !who.Is(roles...):
		return who, ledger.ErrForbidden
	}
	return who, nil
}

func (s *site) workspace(p *page) (any, error) {
	who, err := p.signedIn()
	if err != nil {
		return nil, err
	}
	p.Title = p.T("workspace.title")
	v := workspaceView{As: p.T("workspace.as", who.Person, p.T("role."+string(who.Role)))}
	v.Doors = p.doors(who)
	if who.Is(auth.Registrar, auth.President) {
		for _, e := range s.Ledger.RunEditions() {
			v.Doors = append(v.Doors, labelled{p.T("secretariat.open", e.String()), p.path("secretariat", e.String(), nil)})
		}
		v.Doors = append(v.Doors, labelled{p.T("disputes.title"), p.path("disputes", "", nil)})
	}
	if v.Waiting, err = s.waiting(p, who); err != nil {
		return nil, err
	}
	mine := forms.Offered(who)
	for _, g := range groups {
		group := commandGroup{Title: p.T("group." + g.name)}
		for _, resource := range g.resources {
			if slices.ContainsFunc(mine, func(c forms.Command) bool { return c.Resource == resource }) {
				group.All = append(group.All, labelled{p.T("op." + resource), p.path("entry", resource, nil)})
			}
		}
		if group.All != nil {
			v.May = append(v.May, group)
		}
	}
	return v, nil
}

// doors are the pages that a role works on, beside the forms.
func (p *page) doors(who auth.Principal) []labelled {
	switch who.Role {
	case auth.Juror, auth.President:
		return []labelled{{p.T("desk.title"), p.href("desk", "")}}
	case auth.Declarant:
		own := labelled{p.T("workspace.mine", p.maker().NameOf(who.For)), p.path("mine", who.For, nil)}
		return append(append([]labelled{own}, p.mine(who.For)...), labelled{p.T("own.public"), p.href("collectivity", who.For)})
	}
	return nil
}
