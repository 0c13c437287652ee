package rest

import (
	"context"
	"strconv"

	"arobase/api/ledger"
)

// List is a page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	AsOf  uint64 `json:"asOf"`
	Next  string `json:"next,omitempty"`
}

// PalmaresPage is the palmarès of an edition, or a page of it.
type PalmaresPage struct {
	ledger.PalmaresView
	Next string `json:"next,omitempty"`
}

// EditionPath is the parameter that names an edition.
type EditionPath struct {
	N string `path:"n" doc:"The ordinal of the edition: 1 is that of 1999, 18 the ceremony of 2017-02-01." example:"18"`
}

// number reads the ordinal. What is no ordinal names no edition.
func (p EditionPath) number() (int, error) {
	n, err := strconv.Atoi(p.N)
	if err != nil || n < 1 || n > 999 || strconv.Itoa(n) != p.N {
		return 0, problem(unknownEdition, "%q is no edition: they are numbered from 1 (1999) on", short(p.N))
	}
	return n, nil
}

func (a *api) editions() {
	get(a, operation{
		id: "listEditions", path: "/v1/editions", tag: "editions", summary: "Every edition of which something is known",
		about: "The latest edition first. An edition is listed as soon as a label, a figure or an attribute of its ceremony is known.",
		forms: []string{mediaJSON, mediaCSV}, result: List[ledger.EditionShort]{}, file: "editions",
	}, func(ctx context.Context, _ *struct {
		Moment
		Page
		Dialect
	}, q asked) (answer, error) {
		items, next := cut(q, a.Ledger.Editions(ctx, q.size))
		return answer{body: List[ledger.EditionShort]{items, q.size, next}, rows: table(editionColumns, items), next: next}, nil
	})
	get(a, operation{
		id: "getEdition", path: "/v1/editions/{n}", tag: "editions", summary: "One edition",
		about: "Its ceremony, attribute by attribute and source by source; its figures with the verdict of the reconciliation; the rules that sources tell of it; and its points of the series.",
		forms: []string{mediaJSON}, result: ledger.EditionDetail{}, unknown: unknownEdition, texts: true,
	}, func(ctx context.Context, in *struct {
		EditionPath
		Moment
	}, q asked) (answer, error) {
		n, err := in.number()
		if err != nil {
			return answer{}, err
		}
		v, err := a.Ledger.Edition(ctx, n, q.size)
		return answer{body: v}, err
	})
	get(a, operation{
		id: "getRun", path: "/v1/editions/{n}/run", tag: "editions", summary: "The course of an edition that is run here",
		about: "Its calendar as it stands, its rules, how many take part and how far it has come. Nothing of an outcome before the palmarès is published. An edition that is known from sources only has none.",
		forms: []string{mediaJSON}, result: ledger.RunView{}, unknown: unknownEdition,
	}, func(ctx context.Context, in *struct {
		EditionPath
		Moment
	}, q asked) (answer, error) {
		n, err := in.number()
		if err != nil {
			return answer{}, err
		}
		v, err := a.Ledger.Run(ctx, n, q.size)
		return answer{body: v}, err
	})
	get(a, operation{
		id: "getPalmares", path: "/v1/editions/{n}/palmares", tag: "editions", summary: "Who was labelled in an edition",
		about: "What the ledger holds: never more than its sources name. The highest level first, then in the alphabetical order of French. Whole, unless limit asks for pages.",
		forms: []string{mediaJSON, mediaCSV}, result: PalmaresPage{}, unknown: unknownEdition, texts: true, file: "palmares",
	}, func(ctx context.Context, in *struct {
		EditionPath
		Moment
		Part
		Dialect
	}, q asked) (answer, error) {
		n, err := in.number()
		if err != nil {
			return answer{}, err
		}
		v, err := a.Ledger.Palmares(ctx, n, q.size)
		if err != nil {
			return answer{}, err
		}
		page := PalmaresPage{PalmaresView: v}
		page.Lines, page.Next = cut(q, v.Lines)
		return answer{body: page, rows: table(palmaresColumns(v), page.Lines), next: page.Next}, nil
	})
}
