package domain

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
)

// Laureate is what one collectivity came to in an edition.
type Laureate struct {
	Collectivity CollectivityID
	Result
}

// Palmares is what the publication of an edition says of all its results together.
type Palmares struct {
	// Digest is SHA-256, in hexadecimal digits, of one line for each result, in the order of the collectivities' ids. A line
	// is the canonical JSON (RFC 8785) of {"collectivity","distinction","level","mentions"}, without level where there is
	// none, and a line feed.
	Digest string
	// Labelled are all who received a label, HorsConcours those of them beyond competition, Mentions all mentions given.
	Labelled      int
	CountsByLevel []LevelCount // in the order of levels; 0 counts those who received none
	HorsConcours  int
	Mentions      int
}

// PalmaresOf computes it from the results of an edition, in any order. Whoever reads the decisions that were disclosed
// before the publication can do the same.
func PalmaresOf(results []Laureate) Palmares {
	results = slices.SortedFunc(slices.Values(results), func(a, b Laureate) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
	var p Palmares
	var counts [MaxLevel + 1]int
	var text bytes.Buffer
	for _, r := range results {
		text.WriteString(r.line())
		p.Mentions += len(r.Mentions)
		switch r.Distinction {
		case DistinctionHorsConcours:
			p.HorsConcours++
			p.Labelled++
		case DistinctionLevel:
			p.Labelled++
			counts[r.Level]++
		default:
			counts[0]++
		}
	}
	for n, count := range counts {
		if count > 0 {
			p.CountsByLevel = append(p.CountsByLevel, LevelCount{n, count})
		}
	}
	sum := sha256.Sum256(text.Bytes())
	p.Digest = hex.EncodeToString(sum[:])
	return p
}

func (l Laureate) line() string {
	mentions := l.Mentions
	if mentions == nil {
		mentions = []MentionID{}
	}
	level := ""
	if l.Level != 0 {
		level = fmt.Sprintf(`"level":%d,`, l.Level)
	}
	return fmt.Sprintf(`{"collectivity":%s,"distinction":%s,%s"mentions":%s}`+"\n", canonical(l.Collectivity), canonical(l.Distinction), level, canonical(mentions))
}

// Check says in what a publication differs from the results, or nothing. The rule is [RulePalmares].
func (p Palmares) Check(e *PalmaresPublished) error {
	switch {
	case p.Digest != e.Digest:
		return broken(palmaresDigest, "digest", p.Digest)
	case p.Labelled != e.Labelled:
		return broken(palmaresLabelled, "labelled", p.Labelled)
	case !slices.Equal(p.CountsByLevel, e.CountsByLevel):
		return broken(palmaresLevels, "countsByLevel", p.CountsByLevel)
	case p.HorsConcours != e.HorsConcours:
		return broken(palmaresBeyond, "horsConcours", p.HorsConcours)
	case p.Mentions != e.Mentions:
		return broken(palmaresMentions, "mentions", p.Mentions)
	}
	return nil
}

// ResultsOf gives what the decisions of an edition came to that are disclosed.
func ResultsOf(candidacies map[CollectivityID]*CandidacyState) []Laureate {
	var all []Laureate
	for id, s := range candidacies {
		if stands, ok := s.Course.Outcome(); ok {
			all = append(all, Laureate{id, stands.Result})
		}
	}
	slices.SortFunc(all, func(a, b Laureate) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
	return all
}

// CheckPalmares holds a publication against all candidacies of its edition, as they were before it: each that was to be
// decided is, every seal is opened or superseded, and digest and counts are those of the decisions that were disclosed. The
// error is *Broken, by [RulePalmares].
func CheckPalmares(e *PalmaresPublished, candidacies map[CollectivityID]*CandidacyState) error {
	for _, id := range slices.Sorted(maps.Keys(candidacies)) {
		s := candidacies[id]
		switch seal := s.Seal(); {
		case seal == nil && s.Admissible():
			return broken(palmaresUndecided, "", id)
		case seal != nil && s.Disclosed == nil:
			return broken(palmaresLeftOpen, "", id, seal.Event)
		}
	}
	return PalmaresOf(ResultsOf(candidacies)).Check(e)
}

// Due is a candidacy of which the deliberation owes a decision.
type Due struct {
	Candidacy
	State *CandidacyState
}

// DecisionsFor gives every candidacy of an edition that is to be decided, in the canonical order: that of the ids of the
// collectivities, in which decisions are sealed and disclosed. Who was withdrawn or ruled inadmissible is not among them.
func DecisionsFor(e Edition, candidacies map[CollectivityID]*CandidacyState) []Due {
	var all []Due
	for id, s := range candidacies {
		if s.Admissible() {
			all = append(all, Due{Candidacy{e, id}, s})
		}
	}
	slices.SortFunc(all, func(a, b Due) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
	return all
}

// Undecided gives those of them that have no live seal: the deliberation cannot be closed while there are any.
func Undecided(due []Due) []Candidacy {
	var all []Candidacy
	for _, d := range due {
		if d.State.Seal() == nil {
			all = append(all, d.Candidacy)
		}
	}
	return all
}

// Correction is what must be appended before a phase is closed, because a fact became known that a decision could not see.
type Correction struct {
	Candidacy
	// Recusals are the jurors who declared an interest and are not recused yet.
	Recusals []JurorRecused
	// Seal is the decision that was sealed before, if without them its quorum does not hold, or too few report on it: it
	// must be superseded and taken again. Else the zero value.
	Undone *Seal
}

// Corrections gives what closing the deliberation must append first, in the canonical order. Jurors are the histories of
// the streams of all jurors of the list. A recusal takes nothing from an opinion that was given: it is not counted.
func Corrections(edition []Recorded, regulation []Recorded, jurors map[int][]Recorded, due []Due) []Correction {
	held, rules := StateOfEdition(edition), RegulationOf(regulation)
	bound := map[int]JurorState{}
	for n, history := range jurors {
		bound[n] = StateOfJuror(history)
	}
	var all []Correction
	for _, d := range due {
		c := Correction{Candidacy: d.Candidacy}
		recused := func(n int) bool {
			_, declared := bound[n].Conflicts[d.Collectivity]
			return declared || d.State.Recused(n)
		}
		for _, n := range slices.Sorted(slices.Values(held.Jurors)) {
			if category, declared := bound[n].Conflicts[d.Collectivity]; declared && !d.State.Recused(n) {
				c.Recusals = append(c.Recusals, JurorRecused{Candidacy: d.Candidacy, Juror: n, Category: category})
			}
		}
		if seal := d.State.Seal(); seal != nil {
			session, _ := held.Session(seal.Decision.Session)
			voters := slices.DeleteFunc(slices.Clone(session.Present), recused)
			reporting := slices.DeleteFunc(slices.Clone(d.State.Assigned), recused)
			if len(voters) < rules.quorum() || len(reporting) < rules.jurors() {
				c.Undone = seal
			}
		}
		if len(c.Recusals) > 0 || c.Undone != nil {
			all = append(all, c)
		}
	}
	return all
}
