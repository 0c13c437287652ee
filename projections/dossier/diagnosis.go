package dossier

import (
	"cmp"
	"slices"
)

// Beside is the coverage of one stake beside that of comparable collectivities, in percent, rounded down.
type Beside struct {
	Coverage
	Share int `json:"share"` // of the collectivity
	// Median is that of its peers: half of them have at most that much. Nil where there are none.
	Median *int `json:"median"`
}

// Recommendation is a service that applies to a collectivity, that most of its peers render and it does not.
type Recommendation struct {
	Service string `json:"service"`
	Peers   int    `json:"peers"` // that render it
}

// Diagnosis shows a collectivity beside its peers. It recommends nothing but to look.
type Diagnosis struct {
	Peers           int              `json:"peers"` // how many it is compared with
	Stakes          []Beside         `json:"stakes"`
	Recommendations []Recommendation `json:"recommendations"`
}

// MostPeers bounds how many collectivities one is compared with.
const MostPeers = 30

// Peers gives the cases that one is compared with: the same kind under the same grid, nearest in population, at most
// MostPeers. A case without a population has none, and is none. O(n log n).
func Peers(of Case, all []Case) []Case {
	if of.Population <= 0 {
		return nil
	}
	var peers []Case
	for _, c := range all {
		if c.Collectivity != of.Collectivity && c.Kind == of.Kind && c.Grid == of.Grid && c.Population > 0 {
			peers = append(peers, c)
		}
	}
	// The distance of two sizes is how many times the one has the other: compared without rounding, as products.
	ratio := func(c Case) (more, less int) {
		return max(c.Population, of.Population), min(c.Population, of.Population)
	}
	slices.SortFunc(peers, func(a, b Case) int {
		am, al := ratio(a)
		bm, bl := ratio(b)
		return cmp.Or(cmp.Compare(am*bl, bm*al), cmp.Compare(a.Collectivity, b.Collectivity))
	})
	return peers[:min(len(peers), MostPeers)]
}

// Diagnose compares a case with its peers.
func Diagnose(of Case, peers []Case) Diagnosis {
	d := Diagnosis{Peers: len(peers), Stakes: []Beside{}, Recommendations: []Recommendation{}}
	for _, s := range of.Coverage {
		line := Beside{Coverage: s, Share: percent(s)}
		var theirs []int
		for _, p := range peers {
			for _, c := range p.Coverage {
				if c.Stake == s.Stake {
					theirs = append(theirs, percent(c))
				}
			}
		}
		if len(theirs) > 0 {
			slices.Sort(theirs)
			line.Median = &theirs[(len(theirs)-1)/2]
		}
		d.Stakes = append(d.Stakes, line)
	}
	render := map[string]int{}
	for _, p := range peers {
		for _, s := range p.Services {
			render[s]++
		}
	}
	for _, s := range of.Applying {
		if n := render[s]; 2*n > len(peers) && !slices.Contains(of.Services, s) {
			d.Recommendations = append(d.Recommendations, Recommendation{s, n})
		}
	}
	slices.SortStableFunc(d.Recommendations, func(a, b Recommendation) int { return cmp.Compare(b.Peers, a.Peers) })
	return d
}

func percent(c Coverage) int {
	if c.Applies == 0 {
		return 0
	}
	return 100 * c.Covered / c.Applies
}
