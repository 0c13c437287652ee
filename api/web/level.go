package web

import (
	"arobase/api/ledger"
	"arobase/domain"
)

// mark is a level as it is shown: five at-signs, as many inked as were awarded, with the digit beside them; a single
// ringed one for a label beyond competition.
type mark struct {
	Kind  string // level, hors-concours, unspecified, contested
	Level int
	// Derived says that no source states it: the mark is dashed.
	Derived bool
	// Spoken is what a screen reader says.
	Spoken string
}

func (t *tongue) mark(distinction string, level *int, status string, derived bool) mark {
	m := mark{Kind: "unspecified", Derived: derived, Spoken: t.T("level.unspecified")}
	switch {
	case status == string(domain.Contested):
		m.Kind, m.Spoken = "contested", t.T("level.contested")
	case level != nil:
		m.Kind, m.Level, m.Spoken = "level", *level, t.N("level.spoken", *level)
	case distinction == string(domain.DistinctionNone):
		m.Spoken = t.T("level.none")
	case distinction == string(domain.DistinctionHorsConcours):
		m.Kind, m.Spoken = "hors-concours", t.T("level.horsconcours")
	}
	return m
}

// status says how a fact is known, in words; Code chooses its texture.
type status struct{ Code, Words string }

// status gives the words of a status. sources counts the works that say it.
func (t *tongue) status(code string, derived bool, sources int) status {
	switch {
	case code == "":
		return status{"retracted", t.T("status.retracted")}
	case derived:
		return status{"derived", t.T("status.derived")}
	case code == string(domain.Reported) && sources > 1:
		return status{code, t.N("status.reported.several", sources)}
	}
	return status{code, t.T("status." + code)}
}

// works counts the different sources of facts that stand.
func works(facts []ledger.Fact, keep func(ledger.Fact) bool) int {
	seen := map[string]bool{}
	for _, f := range facts {
		if !f.Retracted && keep(f) {
			seen[f.Source] = true
		}
	}
	return len(seen)
}
