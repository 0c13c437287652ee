package reconciliation

import (
	"slices"

	"arobase/domain"
	"arobase/projections/phrase"
)

// horsConcoursOutside is the test of the hypothesis that a total by levels leaves out those hors concours.
const horsConcoursOutside = "hors-concours-outside-total"

// hypotheses gives the explanations that were proposed for an item, and what the arithmetic suggests by itself where
// nobody proposed it.
func (w World) hypotheses(it Item) []Hypothesis {
	var out []Hypothesis
	for _, x := range w.Figures.Explanations(it.Edition, it.Metric, it.Scope, w.Size) {
		h := Hypothesis{Kind: x.Kind, Text: x.Text, TextEN: x.TextEN, Test: x.Test, Event: &x.Entry, Source: x.Source}
		if x.Test == horsConcoursOutside {
			fits, text := w.horsConcoursOutside(it)
			h.Fits, h.Arithmetic = &fits, text
		}
		out = append(out, h)
	}
	tested := slices.ContainsFunc(out, func(h Hypothesis) bool { return h.Test == horsConcoursOutside })
	if fits, text := w.horsConcoursOutside(it); fits && !tested {
		out = append(out, Hypothesis{Kind: "hypothesis", Test: horsConcoursOutside, Fits: &fits, Arithmetic: text})
	}
	return out
}

// horsConcoursOutside tests whether a stated figure exceeds the sum of levels by exactly the number of holders hors
// concours that the ledger knows, in a source whose five levels add up to its own total without them
// (docs/adr/0006-explanations-in-the-history.md).
func (w World) horsConcoursOutside(it Item) (bool, phrase.Phrase) {
	if it.Metric != "level4to5" || it.Scope != "" {
		return false, phrase.Phrase{}
	}
	beyond := w.Beyond(it.Edition)
	if beyond == 0 {
		return false, phrase.Phrase{}
	}
	for _, stated := range it.Figures {
		for _, sum := range it.Figures {
			if _, same := comparableUnit(stated, sum); !same || stated.Precision != domain.Exact || sum.Precision != domain.DerivedFigure || len(sum.Events) < 2 ||
				stated.Value-sum.Value != float64(beyond) {
				continue
			}
			total, adds := w.Total(it.Edition, sum.Source)
			if !adds {
				continue
			}
			return true, phrase.New(
				"Les cinq niveaux additionnés donnent %[1]d, le total annoncé : le hors-concours (%[2]d) n'y est pas compté. %[3]d et %[2]d font %[4]d.",
				"The five levels add up to %[1]d, the total announced: the one beyond competition (%[2]d) is not counted there. %[3]d and %[2]d make %[4]d.",
				int(total), beyond, int(sum.Value), int(stated.Value))
		}
	}
	return false, phrase.Phrase{}
}
