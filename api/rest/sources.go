package rest

import (
	"context"

	"arobase/api/ledger"
)

// Source is one source and the moment of the answer.
type Source struct {
	ledger.SourceView
	AsOf uint64 `json:"asOf"`
}

func (a *api) sources() {
	get(a, operation{
		id: "listSources", path: "/v1/sources", tag: "ledger", summary: "The published works that facts rest on",
		about: "In the order of ids.",
		forms: []string{mediaJSON, mediaCSV}, result: List[ledger.SourceView]{}, texts: true, file: "sources",
	}, func(ctx context.Context, _ *struct {
		Moment
		Page
		Dialect
	}, q asked) (answer, error) {
		items, next := cut(q, a.Ledger.Sources(ctx, q.size))
		return answer{body: List[ledger.SourceView]{items, q.size, next}, rows: table(sourceColumns, items), next: next}, nil
	})
	get(a, operation{
		id: "getSource", path: "/v1/sources/{id}", tag: "ledger", summary: "One source",
		forms: []string{mediaJSON}, result: Source{}, unknown: unknownSource, texts: true,
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" doc:"The id of the source." example:"gazette-communes-2000"`
		Moment
	}, q asked) (answer, error) {
		v, err := a.Ledger.Source(ctx, in.ID, q.size)
		return answer{body: Source{v, q.size}}, err
	})
	get(a, operation{
		id: "listRules", path: "/v1/rules", tag: "figures", summary: "The rules of the label, as sources tell them",
		about: "What a source says the rules were, for an edition or in general. They are quoted, not applied.",
		forms: []string{mediaJSON, mediaCSV}, result: List[ledger.RuleView]{}, texts: true, file: "rules",
	}, func(ctx context.Context, _ *struct {
		Moment
		Page
		Dialect
	}, q asked) (answer, error) {
		items, next := cut(q, a.Ledger.Rules(ctx, q.size))
		return answer{body: List[ledger.RuleView]{items, q.size, next}, rows: table(ruleColumns, items), next: next}, nil
	})
}
