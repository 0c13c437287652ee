package dossier

import (
	"cmp"
	"slices"
)

// Group is a part of the candidacies of an edition, with what they cover together.
type Group struct {
	Kind        string      `json:"kind"` // "" for all
	Size        string      `json:"size"` // "" for all
	Candidacies int         `json:"candidacies"`
	Stakes      []Quartiles `json:"stakes"`
}

// Quartiles are the shares of one stake in a group, in percent, rounded down: a quarter of the candidacies have at most
// First, half at most Median, three quarters at most Third. They are nil where fewer than FewestShown are counted: they
// would tell of single ones.
type Quartiles struct {
	Stake       string `json:"stake"`
	Candidacies int    `json:"candidacies"` // to whose kind the stake applies
	First       *int   `json:"first"`
	Median      *int   `json:"median"`
	Third       *int   `json:"third"`
}

// FewestShown is how many candidacies a figure of a group rests on at least.
const FewestShown = 5

// sizes are the bands of population, by their least. They are a choice of ours: the steps at which the law asks more of a
// commune, as far as the numbers of candidacies allow.
var sizes = []struct {
	least int
	name  string
}{{100_000, "100000-up"}, {30_000, "30000-99999"}, {10_000, "10000-29999"}, {3500, "3500-9999"}, {1, "under-3500"}, {0, "unknown"}}

// SizeOf is the band of a population; 0 is not known.
func SizeOf(population int) string {
	for _, s := range sizes {
		if population >= s.least {
			return s.name
		}
	}
	return sizes[len(sizes)-1].name
}

// Barometer shows what the candidacies of an edition cover: all of them, then each kind, then each size of each kind, the
// smallest first. All of them go by one grid, whose stakes are given in its order. O(n log n) for each group.
func Barometer(cases []Case, stakes []string) []Group {
	type key struct{ kind, size string }
	members := map[key][]Case{{}: cases}
	for _, c := range cases {
		members[key{kind: c.Kind}] = append(members[key{kind: c.Kind}], c)
		k := key{c.Kind, SizeOf(c.Population)}
		members[k] = append(members[k], c)
	}
	rank := func(size string) int {
		return -slices.IndexFunc(sizes, func(s struct {
			least int
			name  string
		}) bool {
			return s.name == size
		})
	}
	groups := []Group{}
	for k, of := range members {
		g := Group{Kind: k.kind, Size: k.size, Candidacies: len(of), Stakes: []Quartiles{}}
		for _, stake := range stakes {
			var shares []int
			for _, c := range of {
				if i := slices.IndexFunc(c.Coverage, func(s Coverage) bool { return s.Stake == stake && s.Applies > 0 }); i >= 0 {
					shares = append(shares, percent(c.Coverage[i]))
				}
			}
			g.Stakes = append(g.Stakes, quartiles(stake, shares))
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(min(len(a.Size), 1), min(len(b.Size), 1)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(rank(a.Size), rank(b.Size)))
	})
	return groups
}

func quartiles(stake string, shares []int) Quartiles {
	q := Quartiles{Stake: stake, Candidacies: len(shares)}
	if len(shares) < FewestShown {
		return q
	}
	slices.Sort(shares)
	at := func(quarters int) *int { return &shares[quarters*(len(shares)-1)/4] }
	q.First, q.Median, q.Third = at(1), at(2), at(3)
	return q
}
