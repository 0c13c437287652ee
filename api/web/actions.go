package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"arobase/api/ledger"
)

// actionsPage is the directory of what collectivities declare that they do: found by words, service, stake and place.
type actionsPage struct {
	Heading, Lede string
	Asked         string
	Action        string
	Choices       []choice
	Clear         string // "" where nothing is narrowed
	Found         string
	Lines         []actionLine
	Paging        paging
	CSV, JSON     string
	Empty         string // why nothing is shown, or ""
	None          bool   // nobody has declared anything
	Grid          []serviceGroup
}

// actionLine is one action in a list.
type actionLine struct {
	Title    actionTitle
	Href     string
	Holder   *labelled // nil on a page of the collectivity itself
	Place    string
	Services []labelled
	State    status
	Since    string
	Proofs   []proof
	Do       []labelled // what whoever declared it can do about it
}

// actionTitle is the title of an action, or what stands in its place.
type actionTitle struct {
	Text   string
	Absent bool
}

// serviceGroup is a stake with its services and how many render each.
type serviceGroup struct {
	Name  string
	Lines []serviceLine
}

type serviceLine struct{ Name, Href, Count string }

// actionsPerPage is less than in other lists: each action takes several lines on a telephone, and the services stand below.
const actionsPerPage = 25

// narrowing are the parameters of the directory.
var narrowing = []string{"q", "stake", "service", "region", "departement", "state", "collectivity", "theme"}

func (s *site) actionsAll(p *page) (any, error) {
	query := p.req.URL.Query()
	asked := strings.TrimSpace(query.Get("q"))
	if r := []rune(asked); len(r) > longestName {
		asked = string(r[:longestName])
	}
	question := ledger.ActionQuestion{
		Words: asked, Service: query.Get("service"), Stake: query.Get("stake"), Theme: query.Get("theme"), Region: query.Get("region"),
		Departement: query.Get("departement"), Collectivity: query.Get("collectivity"), State: query.Get("state"),
	}
	ids, err := s.Ledger.Actions(p.ctx, question, p.size)
	if err != nil {
		return nil, err
	}
	v := actionsPage{Heading: p.T("actions.title"), Lede: p.T("actions.lede"), Asked: asked, Action: p.path("actions", "", nil)}
	p.Title, p.Description = v.Heading, v.Lede
	address := func(q url.Values) string { return p.hrefWith("actions", "", q) }
	if v.Paging, err = p.pagingBy(actionsPerPage, len(ids), address, query); err != nil {
		return nil, err
	}
	for _, a := range s.Ledger.ActionViews(p.ctx, ids[max(v.Paging.From-1, 0):v.Paging.To], p.size) {
		v.Lines = append(v.Lines, p.actionLine(a, true))
	}
	v.Found = p.N("actions.found", len(ids))
	params := url.Values{}
	for _, name := range narrowing {
		if value := query.Get(name); value != "" {
			v.Clear = address(url.Values{})
			params.Set(name, value)
		}
	}
	v.CSV = p.exportHref("/v1/actions", with(params, "dialect", p.dialect()))
	v.JSON = p.exportHref("/v1/actions", params)
	counts := p.rendered()
	switch {
	case len(v.Lines) > 0:
	case v.Clear != "":
		v.Empty = p.T("actions.nothing")
	default:
		v.Empty, v.None, v.Found = p.T("actions.none"), true, ""
	}
	services := s.Ledger.Catalogue()
	v.Choices = p.actionChoices(question, services, counts)
	if v.Clear == "" {
		v.Grid = p.serviceGroups(services, counts)
	}
	return v, nil
}

// with adds a parameter to others.
func with(query url.Values, name, value string) url.Values {
	out := url.Values{name: {value}}
	for k, values := range query {
		out[k] = values
	}
	return out
}

// rendered counts, for each service, the collectivities that render it.
func (p *page) rendered() map[string]int {
	counts, _ := p.site.renderedKnown.at(p.size, p.site.Ledger.Size(), func() (map[string]int, error) {
		return p.site.Ledger.Rendered(p.ctx, p.size), nil
	})
	return counts
}

// actionChoices are the fields of the form beside the words: what nobody renders is not offered.
func (p *page) actionChoices(q ledger.ActionQuestion, services []ledger.RenderedService, counts map[string]int) []choice {
	stakes, service := choice{"stake", p.T("choose.stake"), []option{{"", p.anyOf("stake"), q.Stake == ""}}}, choice{"service", p.T("choose.service"), []option{{"", p.anyOf("service"), q.Service == ""}}}
	known := map[string]bool{}
	for _, s := range services {
		if counts[s.Service] == 0 && s.Service != q.Service && s.Stake != q.Stake {
			continue
		}
		if !known[s.Stake] {
			known[s.Stake] = true
			stakes.Options = append(stakes.Options, option{s.Stake, s.StakeName, s.Stake == q.Stake})
		}
		if q.Stake == "" || s.Stake == q.Stake || s.Service == q.Service {
			service.Options = append(service.Options, option{s.Service, p.T("choose.counted", s.Name, p.Int(counts[s.Service])), s.Service == q.Service})
		}
	}
	region := choice{"region", p.T("choose.region"), []option{{"", p.anyOf("region"), q.Region == ""}}}
	for _, d := range p.site.Ledger.Territories().Regions() {
		region.Options = append(region.Options, option{d.Code, d.Name, d.Code == q.Region})
	}
	departement := choice{"departement", p.T("choose.departement"), []option{{"", p.anyOf("departement"), q.Departement == ""}}}
	for _, d := range p.site.Ledger.Territories().Departements() {
		departement.Options = append(departement.Options, option{d.Code, d.Code + " " + d.Name, d.Code == q.Departement})
	}
	state := choice{"state", p.T("choose.state"), []option{{"", p.anyOf("state"), q.State == ""}}}
	for _, one := range []string{"running", "ended"} {
		state.Options = append(state.Options, option{one, p.T("action.state." + one), q.State == one})
	}
	return []choice{stakes, service, region, departement, state}
}

// serviceGroups lists the services that somebody renders, by stake.
func (p *page) serviceGroups(services []ledger.RenderedService, counts map[string]int) []serviceGroup {
	var out []serviceGroup
	for _, s := range services {
		if counts[s.Service] == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(g serviceGroup) bool { return g.Name == s.StakeName })
		if i < 0 {
			i, out = len(out), append(out, serviceGroup{Name: s.StakeName})
		}
		out[i].Lines = append(out[i].Lines, serviceLine{s.Name, p.href("service", s.Service), p.N("service.who", counts[s.Service])})
	}
	return out
}

// actionLine sets one action for a list, with its collectivity where the page is not that of the collectivity.
func (p *page) actionLine(a ledger.ActionView, named bool) actionLine {
	title := p.actionTitle(a.Title)
	line := actionLine{
		Title: title, Href: p.href("action", a.ID), State: p.actionState(a.ActionState), Since: p.actionSince(a.ActionState),
		Proofs: p.proofs(title.Text, []string{a.Event.String()}),
	}
	if named {
		line.Holder = &labelled{a.Name, p.href("collectivity", a.Collectivity)}
		line.Place = p.place(a.Kind, a.Departement)
	}
	for _, s := range a.Services {
		line.Services = append(line.Services, labelled{s.Name, p.href("service", s.Service)})
	}
	return line
}

// actionTitle gives the title, or says why it is not there.
func (p *page) actionTitle(t ledger.ActionText) actionTitle {
	if t.Missing != "" {
		return actionTitle{p.T("action.text." + t.Missing), true}
	}
	return actionTitle{cmp.Or(t.Text, p.T("action.untitled")), false}
}

func (p *page) actionState(a ledger.ActionState) status {
	return status{Code: "action-" + a.State, Words: p.T("action.state." + a.State)}
}

// actionSince says since when an action runs, until when, and when that was last confirmed.
func (p *page) actionSince(a ledger.ActionState) string {
	switch {
	case a.State == "ended":
		return p.T("action.until", p.Date(a.StartedOn), p.Date(a.EndedOn))
	case a.ConfirmedOn != "":
		return p.T("action.confirmed", p.OnDate(a.StartedOn), p.Date(a.ConfirmedOn))
	}
	return p.T("action.since", p.OnDate(a.StartedOn))
}
