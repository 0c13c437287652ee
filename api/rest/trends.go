package rest

import (
	"context"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/projections/trends"
)

// TrendsPage is the series, or a page of it.
type TrendsPage struct {
	ledger.TrendsView
	Next string `json:"next,omitempty"`
}

// ReconciliationPage is the reconciliation, or a page of it.
type ReconciliationPage struct {
	ledger.ReconciliationView
	Next string `json:"next,omitempty"`
}

func (a *api) trends() {
	get(a, operation{
		id: "getTrends", path: "/v1/trends", tag: "figures", summary: "The label from edition to edition",
		about: "One point for each edition and metric, in the order of editions. Published is what sources say, recorded what the ledger counts; figures in different units are never compared, and coverage is null where they differ. Whole, unless limit asks for pages.",
		forms: []string{mediaJSON, mediaCSV}, result: TrendsPage{}, file: "trends",
	}, func(ctx context.Context, in *struct {
		From int    `query:"from" minimum:"1" maximum:"999" doc:"The first edition, by its ordinal. Left out: 1." example:"17"`
		To   int    `query:"to" minimum:"1" maximum:"999" doc:"The last edition, by its ordinal. Left out: the last of which something is known." example:"20"`
		By   string `query:"by" enum:"level,kind,region,departement,size" doc:"Splits every edition into groups."`
		Moment
		Part
		Dialect
	}, q asked) (answer, error) {
		v, err := a.Ledger.Trends(ctx, trends.Query{From: domain.Edition(in.From), To: domain.Edition(in.To), By: in.By}, q.size)
		if err != nil {
			return answer{}, err
		}
		page := TrendsPage{TrendsView: v}
		page.Points, page.Next = cut(q, v.Points)
		return answer{body: page, rows: table(pointColumns, page.Points), next: page.Next}, nil
	})
	get(a, operation{
		id: "getTransitions", path: "/v1/trends/transitions", tag: "figures", summary: "Two editions compared",
		about: "Only collectivities that the ledger has seen in both editions, with how many they are: absence is not exit. Entered and left are null unless both editions are enumerated by a source. As rows: one for each collectivity that is known to have moved or stayed, or with by one for each group; no row says that none did, so read the reason in the JSON before counting rows.",
		forms: []string{mediaJSON, mediaCSV}, result: ledger.TransitionsView{}, file: "transitions",
	}, func(ctx context.Context, in *struct {
		From int    `query:"from" minimum:"1" maximum:"999" required:"true" doc:"The earlier edition, by its ordinal." example:"17"`
		To   int    `query:"to" minimum:"1" maximum:"999" required:"true" doc:"The later edition, by its ordinal." example:"18"`
		By   string `query:"by" enum:"kind,region,departement,size" doc:"Counts by group as well: that of the later edition for whoever is in both."`
		Moment
		Dialect
	}, q asked) (answer, error) {
		v, err := a.Ledger.Transitions(ctx, in.From, in.To, in.By, q.size)
		if in.By != "" {
			return answer{body: v, rows: table(groupMoveColumns, v.Groups)}, err
		}
		return answer{body: v, rows: table(moveColumns, moved(v))}, err
	})
	get(a, operation{
		id: "getReconciliation", path: "/v1/reconciliation", tag: "figures", summary: "Published figures against the ledger",
		about: "What sources say of an edition, set against each other and against what the ledger counts: agrees, contradicts or cannot-tell, with the reason. Hypotheses are explanations that were proposed, never the explanation. Whole, unless limit asks for pages.",
		forms: []string{mediaJSON, mediaCSV}, result: ReconciliationPage{}, unknown: unknownEdition, texts: true, file: "reconciliation",
	}, func(ctx context.Context, in *struct {
		Edition int `query:"edition" minimum:"1" maximum:"999" doc:"One edition, by its ordinal. Left out: all of them." example:"18"`
		Moment
		Part
		Dialect
	}, q asked) (answer, error) {
		v, err := a.Ledger.Reconciliation(ctx, in.Edition, q.size)
		if err != nil {
			return answer{}, err
		}
		page := ReconciliationPage{ReconciliationView: v}
		page.Items, page.Next = cut(q, v.Items)
		return answer{body: page, rows: table(itemColumns, page.Items), next: page.Next}, nil
	})
}
