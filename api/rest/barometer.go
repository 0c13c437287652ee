package rest

import (
	"context"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/projections/dossier"
)

// barometer serves what the candidacies of an edition cover. It is public at any time: it follows from declarations, which
// are, and from no decision.
func (a *api) barometer() {
	get(a, operation{
		id: "getBarometer", path: "/v1/editions/{n}/barometer", tag: "editions", summary: "What the candidacies of an edition cover, by stake",
		about: "Of an edition that is run here: the quartiles of the share of the services that apply to a candidacy and that an action renders, for all, " +
			"by kind and by size. Candidacies count once they are submitted, unless they are withdrawn or ruled inadmissible. Figures of fewer than five are left out. " +
			"After the ceremony it has the diagnosis of each collectivity too, beside comparable ones. It follows from what was declared and says nothing of what the jury decides.",
		forms: []string{mediaJSON, mediaCSV}, result: ledger.BarometerView{}, unknown: unknownEdition, file: "barometer",
	}, func(ctx context.Context, in *struct {
		EditionPath
		Moment
		By string `query:"by" enum:"groups,collectivities" default:"groups" doc:"Which rows CSV has: one for each group and stake, or one for each collectivity and stake. JSON has both."`
		Dialect
	}, q asked) (answer, error) {
		n, err := in.number()
		if err != nil {
			return answer{}, err
		}
		v, err := a.Ledger.Barometer(ctx, domain.Edition(n), q.size)
		if err != nil {
			return answer{}, err
		}
		if in.By == "collectivities" {
			return answer{body: v, rows: table(besideColumns(v), besides(v))}, nil
		}
		return answer{body: v, rows: table(groupColumns(v), grouped(v))}, nil
	})
}

// groupStake is a row of the groups.
type groupStake struct {
	group dossier.Group
	q     dossier.Quartiles
}

func grouped(v ledger.BarometerView) (all []groupStake) {
	for _, g := range v.Groups {
		for _, q := range g.Stakes {
			all = append(all, groupStake{g, q})
		}
	}
	return all
}

func groupColumns(v ledger.BarometerView) []column[groupStake] {
	return []column[groupStake]{
		{"edition", func(groupStake) any { return v.Edition }},
		{"kind", func(g groupStake) any { return g.group.Kind }},
		{"size", func(g groupStake) any { return g.group.Size }},
		{"stake", func(g groupStake) any { return g.q.Stake }},
		{"candidacies", func(g groupStake) any { return g.q.Candidacies }},
		{"first", func(g groupStake) any { return g.q.First }},
		{"median", func(g groupStake) any { return g.q.Median }},
		{"third", func(g groupStake) any { return g.q.Third }},
	}
}

// besideStake is a row of the collectivities.
type besideStake struct {
	of ledger.BarometerLine
	s  dossier.Beside
}

func besides(v ledger.BarometerView) (all []besideStake) {
	for _, c := range v.Collectivities {
		for _, s := range c.Stakes {
			all = append(all, besideStake{c, s})
		}
	}
	return all
}

func besideColumns(v ledger.BarometerView) []column[besideStake] {
	return []column[besideStake]{
		{"edition", func(besideStake) any { return v.Edition }},
		{"collectivity", func(b besideStake) any { return string(b.of.Collectivity) }},
		{"name", func(b besideStake) any { return b.of.Name }},
		{"kind", func(b besideStake) any { return b.of.Kind }},
		{"population", func(b besideStake) any { return known(b.of.Population) }},
		{"peers", func(b besideStake) any { return b.of.Peers }},
		{"stake", func(b besideStake) any { return b.s.Stake }},
		{"covered", func(b besideStake) any { return b.s.Covered }},
		{"applies", func(b besideStake) any { return b.s.Applies }},
		{"share", func(b besideStake) any { return b.s.Share }},
		{"median", func(b besideStake) any { return b.s.Median }},
	}
}
