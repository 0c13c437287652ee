package rest

import (
	"context"
	"strings"

	"arobase/api/ledger"
	"arobase/domain"
)

// ActionChoice are the parameters that narrow a list of actions.
type ActionChoice struct {
	Q            string `query:"q" maxLength:"200" doc:"Words, each of which begins a word of the title, of the description, of a service or of the collectivity's name, whatever the accents, ligatures and hyphens." example:"bibliotheque"`
	Service      string `query:"service" maxLength:"100" doc:"The id of a service that it renders." example:"wifi-public"`
	Stake        string `query:"stake" maxLength:"100" doc:"The id of a stake of which it renders a service."`
	Theme        string `query:"theme" maxLength:"100" doc:"The id of a theme of which it renders a service."`
	Departement  string `query:"departement" maxLength:"3" doc:"The code of the département of the collectivity." example:"73"`
	Region       string `query:"region" maxLength:"3" doc:"The code of the région of the collectivity." example:"84"`
	Collectivity string `query:"collectivity" maxLength:"120" doc:"The id of the collectivity." example:"fr-commune-73008"`
	State        string `query:"state" enum:"running,ended" doc:"running: no end was declared; ended: one was. Left out: both."`
}

func (a *api) actions() {
	get(a, operation{
		id: "listActions", path: "/v1/actions", tag: "actions", summary: "What collectivities declare that they do",
		about: "The public directory of declared actions: each with the collectivity, the services that it renders, since when it runs, and the record that says so. The last declared first. It tells what was declared, whether or not it counted towards a label. As of an earlier size it tells the actions as they stood then; a text that was erased since is erased in every answer.",
		forms: []string{mediaJSON, mediaCSV}, result: List[ledger.ActionView]{}, texts: true, file: "actions",
	}, func(ctx context.Context, in *struct {
		ActionChoice
		Moment
		Page
		Dialect
	}, q asked) (answer, error) {
		ids, err := a.Ledger.Actions(ctx, ledger.ActionQuestion{
			Words: strings.TrimSpace(in.Q), Service: in.Service, Stake: in.Stake, Theme: in.Theme, Departement: in.Departement, Region: in.Region,
			Collectivity: in.Collectivity, State: in.State,
		}, q.size)
		if err != nil {
			return answer{}, err
		}
		ids, next := cut(q, ids)
		items := a.Ledger.ActionViews(ctx, ids, q.size)
		return answer{body: List[ledger.ActionView]{items, q.size, next}, rows: table(actionColumns, items), next: next}, nil
	})
	get(a, operation{
		id: "getAction", path: "/v1/actions/{id}", tag: "actions", summary: "One action, with everything that was recorded of it",
		about: "How it stands, and every state that it had, each with the record that brought it there. A proof of each is under /v1/events/{id}/proof. A file of the evidence is named by its hash.",
		forms: []string{mediaJSON}, result: ledger.ActionDetail{}, unknown: unknownAction, texts: true,
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" doc:"The id of the action." example:"wifi-public-aix"`
		Moment
	}, q asked) (answer, error) {
		v, err := a.Ledger.Action(ctx, domain.ActionID(in.ID), q.size)
		return answer{body: v}, err
	})
}

var actionColumns = []column[ledger.ActionView]{
	{"action", func(v ledger.ActionView) any { return v.ID }},
	{"collectivity", func(v ledger.ActionView) any { return v.Collectivity }},
	{"name", func(v ledger.ActionView) any { return v.Name }},
	{"kind", func(v ledger.ActionView) any { return v.Kind }},
	{"departement.code", func(v ledger.ActionView) any { return place(v.Departement).Code }},
	{"region.code", func(v ledger.ActionView) any { return place(v.Region).Code }},
	{"title.text", func(v ledger.ActionView) any { return v.Title.Text }},
	{"title.missing", func(v ledger.ActionView) any { return v.Title.Missing }},
	{"services.service", services(func(s ledger.RenderedService) string { return s.Service })},
	{"services.name", services(func(s ledger.RenderedService) string { return s.Name })},
	{"services.stake", services(func(s ledger.RenderedService) string { return s.Stake })},
	{"services.theme", services(func(s ledger.RenderedService) string { return s.Theme })},
	{"grid", func(v ledger.ActionView) any { return v.Grid }},
	{"state", func(v ledger.ActionView) any { return v.State }},
	{"startedOn", func(v ledger.ActionView) any { return v.StartedOn }},
	{"endedOn", func(v ledger.ActionView) any { return v.EndedOn }},
	{"confirmedOn", func(v ledger.ActionView) any { return v.ConfirmedOn }},
	{"operatorKind", func(v ledger.ActionView) any { return v.Operator }},
	{"innovation", func(v ledger.ActionView) any { return v.Innovation }},
	{"url", func(v ledger.ActionView) any { return v.URL }},
	{"revision", func(v ledger.ActionView) any { return v.Revision }},
	{"event", func(v ledger.ActionView) any { return v.Event.String() }},
	{"index", func(v ledger.ActionView) any { return v.Index }},
	{"declared", func(v ledger.ActionView) any { return v.Declared.String() }},
}

// services puts one value of each service into a cell.
func services(of func(ledger.RenderedService) string) func(ledger.ActionView) any {
	return func(v ledger.ActionView) any {
		var all []string
		for _, s := range v.Services {
			all = append(all, of(s))
		}
		return joined(all)
	}
}
