package audit

import (
	"errors"

	"arobase/domain"
	"arobase/eventstore/vault"
)

// ceremonies hold, of each edition that is run in the ledger, what its palmarès is held against: all its candidacies. No
// rule that looks at one stream finds that a decision is missing or that a digest is another. An edition is forgotten once
// its palmarès was judged and its values were asked for.
type ceremonies map[domain.Edition]*ceremony

type ceremony struct {
	candidacies map[domain.CollectivityID]*domain.CandidacyState
	// incomplete says that a record of one of its candidacies is of a type that this program does not know.
	incomplete bool
}

func (c ceremonies) of(e domain.Edition) *ceremony {
	if c[e] == nil {
		c[e] = &ceremony{candidacies: map[domain.CollectivityID]*domain.CandidacyState{}}
	}
	return c[e]
}

// apply takes in the next record. Of a candidacy that is known from sources alone it keeps nothing.
func (c ceremonies) apply(r *record) {
	key, ok := domain.ParseCandidacyStream(domain.StreamName(r.env.Subject))
	if !ok {
		return
	}
	if r.event == nil {
		c.of(key.Edition).incomplete = true
		return
	}
	state := (*domain.CandidacyState)(nil)
	if held := c[key.Edition]; held != nil {
		state = held.candidacies[key.Collectivity]
	}
	switch r.event.(type) {
	case *domain.CandidacyRegistered, *domain.CandidacySubmitted, *domain.DecisionSealed, *domain.DecisionDisclosed:
		if state == nil {
			state = new(domain.CandidacyState)
			c.of(key.Edition).candidacies[key.Collectivity] = state
		}
	}
	if state != nil {
		state.Apply(r.recorded())
	}
}

// judge holds a palmarès against the decisions that were disclosed before it.
func (c ceremonies) judge(r *record) error {
	e, ok := r.event.(*domain.PalmaresPublished)
	if !ok || c.of(e.Edition).incomplete {
		return nil
	}
	if broken, ok := errors.AsType[*domain.Broken](domain.CheckPalmares(e, c.of(e.Edition).candidacies)); ok {
		return r.fail("rules", string(broken.Rule), "%s", broken.Error())
	}
	return nil
}

// opens takes from the open commitments those that a record closes: what was superseded is never shown; from its palmarès
// on, the results of an edition stand in the log, and all else that was sealed for the ceremony must be disclosed, or have
// been erased.
func (a *Auditor) opens(r *record) {
	switch e := r.event.(type) {
	case *domain.DecisionSuperseded:
		key, _ := domain.ParseCandidacyStream(domain.StreamName(r.env.Subject))
		if held := a.ceremonies[key.Edition]; held != nil && held.candidacies[key.Collectivity] != nil {
			for _, seal := range held.candidacies[key.Collectivity].Seals {
				if seal.Event == e.Of {
					a.values.close(seal, func(domain.SealedField, vault.Commitment) {})
				}
			}
		}
	case *domain.PalmaresPublished:
		for _, state := range a.ceremonies.of(e.Edition).candidacies {
			seal := state.Seal()
			if seal == nil {
				continue
			}
			a.values.close(*seal, func(f domain.SealedField, c vault.Commitment) {
				a.values.ceremony--
				a.values.public++
				if f.Kept {
					return // it stands in the log, with its salt
				}
				a.values.absent[place{seal.Event, f.Pointer}] = &absence{c, r.fail("sealed", "ceremony",
					"the value at %s of the decision %s is not disclosed after its ceremony, and no record says that it was erased", f.Pointer, seal.Event)}
			})
		}
		delete(a.ceremonies, e.Edition)
	}
}

// close takes the values of a decision for the ceremony from those that are open.
func (v *values) close(seal domain.Seal, then func(domain.SealedField, vault.Commitment)) {
	for _, s := range sealsOf(seal.Decision) {
		if _, open := v.open[s.commitment]; open {
			delete(v.open, s.commitment)
			then(s.field, s.commitment)
		}
	}
}
