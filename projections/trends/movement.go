package trends

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

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
// of both editions is. It takes time in the number of labels of both.
func (w World) Transitions(from, to domain.Edition) Transitions {
	w = w.OneQuestion()
	t := w.Between(from, to)
	eachPair(w.roll(from), w.roll(to), func(was, is *labels.Label) { t.add(labelled(was), labelled(is)) })
	return t
}

// Between is Transitions without who moved, and without their number.
func (w World) Between(from, to domain.Edition) Transitions {
	w = w.OneQuestion()
	a, b := w.count(from), w.count(to)
	t := Transitions{From: from, To: to, RecordedFrom: a.labelled, RecordedTo: b.labelled, Enumerated: a.enumerated && b.enumerated}
	if !t.Enumerated {
		t.Reason = notEnumerated(from, to, a, b)
	}
	return t
}

// labelled leaves out who has a mention only, and whose label was withdrawn.
func labelled(l *labels.Label) *labels.Label {
	if l == nil || !l.Held() {
		return nil
	}
	return l
}

// GroupMoves counts what moved within one group: a kind, a region, a département.
type GroupMoves struct {
	// Group is its name, "" for those of whom it is not known.
	Group string
	// RecordedFrom and RecordedTo count those recorded in each edition, Seen those recorded in both, N those that have a
	// level in both.
	RecordedFrom, RecordedTo, Seen, N int
	Rose, Fell, Same                  int
	// Entered and Left are 0 unless both editions are enumerated.
	Entered, Left int
}

// TransitionsBy gives what Transitions gives, counted by group: that of the later edition for whoever is in both. A group
// of which nobody is recorded in either edition is not there; those of no known group come last. It takes time in the
// number of labels of both editions.
func (w World) TransitionsBy(from, to domain.Edition, by string) []GroupMoves {
	w = w.OneQuestion()
	both := w.Between(from, to).Enumerated
	groups := map[string]*GroupMoves{}
	eachPair(w.roll(from), w.roll(to), func(was, is *labels.Label) {
		was, is = labelled(was), labelled(is)
		of := is
		if of == nil {
			of = was
		}
		if of == nil {
			return
		}
		name := w.group(of, by)
		g := groups[name]
		if g == nil {
			g = &GroupMoves{Group: name}
			groups[name] = g
		}
		one := Transitions{Enumerated: both}
		one.add(was, is)
		if was != nil {
			g.RecordedFrom++
		}
		if is != nil {
			g.RecordedTo++
		}
		g.Seen, g.N = g.Seen+one.Seen, g.N+one.N
		g.Rose, g.Fell, g.Same = g.Rose+len(one.Rose), g.Fell+len(one.Fell), g.Same+len(one.Same)
		g.Entered, g.Left = g.Entered+len(one.Entered), g.Left+len(one.Left)
	})
	french := collate.New(language.French)
	out := make([]GroupMoves, 0, len(groups))
	for _, g := range slices.SortedFunc(maps.Values(groups), func(a, b *GroupMoves) int {
		if (a.Group == "") != (b.Group == "") {
			return cmp.Compare(b.Group, a.Group)
		}
		return cmp.Or(french.CompareString(a.Group, b.Group), cmp.Compare(a.Group, b.Group))
	}) {
		out = append(out, *g)
	}
	return out
}

// eachPair walks two rolls, both in the order of ids, and gives each body with its labels; nil where it is not in one.
func eachPair(before, after []labels.Label, do func(was, is *labels.Label)) {
	for len(before) > 0 || len(after) > 0 {
		var was, is *labels.Label
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Collectivity < after[0].Collectivity:
			was, before = &before[0], before[1:]
		case len(before) == 0 || after[0].Collectivity < before[0].Collectivity:
			is, after = &after[0], after[1:]
		default:
			was, is, before, after = &before[0], &after[0], before[1:], after[1:]
		}
		do(was, is)
	}
}

// add enters one collectivity, nil for an edition in which it is not recorded.
func (t *Transitions) add(was, is *labels.Label) {
	switch {
	case was == nil && is == nil:
	case was == nil:
		if t.Enumerated {
			t.Entered = append(t.Entered, is.Collectivity)
		}
	case is == nil:
		if t.Enumerated {
			t.Left = append(t.Left, was.Collectivity)
		}
	default:
		t.Seen++
		from, to := statedLevel(was), statedLevel(is)
		if from == 0 || to == 0 {
			return
		}
		t.N++
		m := Move{is.Collectivity, from, to}
		switch {
		case to > from:
			t.Rose = append(t.Rose, m)
		case to < from:
			t.Fell = append(t.Fell, m)
		default:
			t.Same = append(t.Same, m)
		}
	}
}

// statedLevel is the level that sources state, or 0.
func statedLevel(l *labels.Label) domain.Level {
	if a := l.Standing.Award; a != nil && !l.Standing.Derived {
		return a.Level
	}
	return 0
}

func notEnumerated(from, to domain.Edition, a, b *count) phrase.Phrase {
	return phrase.New("On ne sait pas qui est entré ni qui est parti : %d noms recensés dans l'édition %d, %d dans l'édition %d, sans liste complète des deux.",
		"Who entered and who left is not known: %d names recorded in edition %d, %d in edition %d, without the whole list of both.", a.labelled, int(from), b.labelled, int(to))
}

// moved counts who entered an edition, left before it, rose or fell in it; or says why nobody can.
func (w World) moved(e domain.Edition, metric string) (*int, phrase.Phrase) {
	before := e - 1
	if before < domain.FirstEdition {
		return nil, phrase.New("Il n'y a pas d'édition avant la première.", "There is no edition before the first.")
	}
	if a, b := w.count(before), w.count(e); !a.enumerated || !b.enumerated {
		return nil, notEnumerated(before, e, a, b)
	}
	var n int
	if m, ok := w.Counts.movedInto(w, e); ok {
		n = map[string]int{"entries": m.entries, "exits": m.exits, "progressions": m.progressions, "regressions": m.regressions}[metric]
		return &n, phrase.Phrase{}
	}
	t := w.Transitions(before, e)
	switch metric {
	case "entries":
		n = len(t.Entered)
	case "exits":
		n = len(t.Left)
	case "progressions":
		n = len(t.Rose)
	case "regressions":
		n = len(t.Fell)
	}
	return &n, phrase.Phrase{}
}
