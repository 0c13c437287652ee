// Package dossier works out what a juror needs to decide and to justify, and what a collectivity wants to know of itself:
// the precedents of a candidacy, what its actions cover beside those of its peers, and what most of them have and it has
// not. It is given facts and works them out; it holds nothing and decides nothing.
package dossier

import (
	"cmp"
	"math"
	"slices"

	"arobase/domain"
)

// Coverage is how much of one stake a collectivity renders: services with an action that counts, of those that apply to it.
type Coverage struct {
	Stake   string `json:"stake"`
	Covered int    `json:"covered"`
	Applies int    `json:"applies"`
}

// Case is a candidacy as it is compared with others.
type Case struct {
	domain.Candidacy
	Kind       string // as stated for the edition
	Population int    // as stated for the edition; 0: not known
	Grid       string
	Regulation string
	// Coverage has one line for each stake of the grid that applies to the kind, in the order of the grid.
	Coverage []Coverage
	// Services are those with an action that counts, sorted.
	Services []string
	// Applying are the services of the grid that apply to the kind, in the order of the grid.
	Applying []string
	// Result is what was published; the zero Result where nothing is.
	Result domain.Result
}

// Share is the part of the services that apply to a case which it renders, from 0 to 1.
func (c Case) Share() float64 {
	covered, applies := 0, 0
	for _, s := range c.Coverage {
		covered, applies = covered+s.Covered, applies+s.Applies
	}
	if applies == 0 {
		return 0
	}
	return float64(covered) / float64(applies)
}

// Precedent is a case with its distance from the one that is decided.
type Precedent struct {
	Case
	Distance           float64
	BySize, ByCoverage float64 // the two parts of it
}

// The distance within which a case is a precedent, and how many are shown. The distance adds how often the smaller
// population must be doubled to reach the larger, halved, and ten times the mean difference of the shares of the stakes:
// a town of twice the size is as far as ten points of every stake. It is a choice of ours, shown wherever it is used.
const (
	Reach    = 2.0
	MostSeen = 7
)

// distance compares two cases, by size and by coverage; false where they cannot be compared.
func distance(a, b Case) (size, coverage float64, ok bool) {
	if a.Kind != b.Kind || a.Grid != b.Grid || a.Regulation != b.Regulation || a.Population <= 0 || b.Population <= 0 {
		return 0, 0, false
	}
	size = math.Abs(math.Log2(float64(a.Population)/float64(b.Population))) / 2
	if len(a.Coverage) == 0 {
		return size, 0, true
	}
	var sum float64
	for i, s := range a.Coverage {
		sum += math.Abs(share(s) - shareOf(b.Coverage, s.Stake, i))
	}
	return size, 10 * sum / float64(len(a.Coverage)), true
}

// shareOf is what is covered of a stake, 0 where the stake is not there. Under one grid it stands at the same place for all.
func shareOf(all []Coverage, stake string, place int) float64 {
	if place >= len(all) || all[place].Stake != stake {
		place = slices.IndexFunc(all, func(s Coverage) bool { return s.Stake == stake })
	}
	if place < 0 {
		return 0
	}
	return share(all[place])
}

func share(s Coverage) float64 {
	if s.Applies == 0 {
		return 0
	}
	return float64(s.Covered) / float64(s.Applies)
}

// Precedents gives the cases nearest to a candidacy among those that were decided and published: of the same kind, under
// the same grid and the same regulation, near in size and in what they cover. The nearest come first; equally near ones
// in the order of edition, the latest first, and id. compared is how many were comparable at all, near or not: none of
// them near means that there is no comparable precedent. O(n log n).
func Precedents(of Case, decided []Case) (nearest []Precedent, compared int) {
	for _, c := range decided {
		if c.Candidacy == of.Candidacy || c.Result.Distinction == "" {
			continue
		}
		size, coverage, ok := distance(of, c)
		if !ok {
			continue
		}
		compared++
		if size+coverage <= Reach {
			nearest = append(nearest, Precedent{c, size + coverage, size, coverage})
		}
	}
	slices.SortFunc(nearest, func(a, b Precedent) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(b.Edition, a.Edition), cmp.Compare(a.Collectivity, b.Collectivity))
	})
	return nearest[:min(len(nearest), MostSeen)], compared
}

// Departs tells whether a result is one that no precedent has: a level below the lowest or above the highest of them.
// Without a precedent that has a level it departs from nothing. A distinction other than a level has no order, so it
// departs where no precedent has it.
func Departs(r domain.Result, precedents []Precedent) bool {
	if len(precedents) == 0 {
		return false
	}
	if r.Distinction != domain.DistinctionLevel {
		return !slices.ContainsFunc(precedents, func(p Precedent) bool { return p.Result.Distinction == r.Distinction })
	}
	var levels []domain.Level
	for _, p := range precedents {
		if p.Result.Distinction == domain.DistinctionLevel {
			levels = append(levels, p.Result.Level)
		}
	}
	return len(levels) > 0 && (r.Level < slices.Min(levels) || r.Level > slices.Max(levels))
}
