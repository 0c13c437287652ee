package trends

import (
	"arobase/domain"
	"arobase/projections/labels"
	"arobase/projections/phrase"
)

// Move is one collectivity that both editions have at a level.
type Move struct {
	Collectivity domain.CollectivityID
	From, To     domain.Level
}

// Transitions is what moved between two editions, among those seen in both.
type Transitions struct {
	From, To domain.Edition
	// RecordedFrom and RecordedTo count the collectivities recorded in each edition.
	RecordedFrom, RecordedTo int
	// Seen counts those recorded in both, N those that have a level in both.
	Seen, N          int
	Rose, Fell, Same []Move
	// Entered and Left are nil unless both editions are enumerated.
	Entered, Left []domain.CollectivityID
	Enumerated    bool
	Reason        phrase.Phrase
}

// Transitions compares two editions. Absence is not exit: who entered and who left is known only where the whole list
// of both editions is.
func (w World) Transitions(from, to domain.Edition) Transitions {
	a, b := w.awarded(from), w.awarded(to)
	t := Transitions{From: from, To: to, RecordedFrom: len(a), RecordedTo: len(b)}
	t.Enumerated = w.enumerated(from) && w.enumerated(to)
	for _, l := range w.Labels.In(to, w.Size) {
		before, ok := a[l.Collectivity]
		if _, now := b[l.Collectivity]; !now {
			continue
		}
		if !ok {
			if t.Enumerated {
				t.Entered = append(t.Entered, l.Collectivity)
			}
			continue
		}
		t.Seen++
		was, is := before.Standing.Award, l.Standing.Award
		if was == nil || is == nil || !was.Level.Valid() || !is.Level.Valid() || before.Standing.Derived || l.Standing.Derived {
			continue
		}
		t.N++
		m := Move{l.Collectivity, was.Level, is.Level}
		switch {
		case is.Level > was.Level:
			t.Rose = append(t.Rose, m)
		case is.Level < was.Level:
			t.Fell = append(t.Fell, m)
		default:
			t.Same = append(t.Same, m)
		}
	}
	if t.Enumerated {
		for _, l := range w.Labels.In(from, w.Size) {
			if _, ok := b[l.Collectivity]; !ok && l.Standing.Status != "" {
				t.Left = append(t.Left, l.Collectivity)
			}
		}
		return t
	}
	t.Reason = w.notEnumerated(from, to, len(a), len(b))
	return t
}

func (w World) awarded(e domain.Edition) map[domain.CollectivityID]labels.Label {
	out := map[domain.CollectivityID]labels.Label{}
	for _, l := range w.Labels.In(e, w.Size) {
		if l.Standing.Status != "" {
			out[l.Collectivity] = l
		}
	}
	return out
}

// enumerated tells whether the ledger holds the whole list of an edition: a source lists it, and as many are recorded.
func (w World) enumerated(e domain.Edition) bool {
	for _, x := range w.Labels.Enumerated(e, w.Size) {
		if len(w.awarded(e)) >= x.Count {
			return true
		}
	}
	return false
}

func (w World) notEnumerated(from, to domain.Edition, a, b int) phrase.Phrase {
	return phrase.New("On ne sait pas qui est entré ni qui est parti : %d noms recensés dans l'édition %d, %d dans l'édition %d, sans liste complète des deux.",
		"Who entered and who left is not known: %d names recorded in edition %d, %d in edition %d, without the whole list of both.", a, int(from), b, int(to))
}

// movement fills the points that need two whole editions.
func (w World) movement(p Point) Point {
	before := p.Edition - 1
	if before < domain.FirstEdition {
		p.Reason = phrase.New("Il n'y a pas d'édition avant la première.", "There is no edition before the first.")
		return p
	}
	if !w.enumerated(before) || !w.enumerated(p.Edition) {
		p.Reason = w.notEnumerated(before, p.Edition, len(w.awarded(before)), len(w.awarded(p.Edition)))
		return p
	}
	t := w.Transitions(before, p.Edition)
	n := map[string]int{
		"entries": len(t.Entered), "exits": len(t.Left), "progressions": len(t.Rose), "regressions": len(t.Fell),
	}[p.Metric]
	p.Recorded.Value = &n
	return p
}
