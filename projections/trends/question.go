package trends

import (
	"maps"

	"arobase/domain"
	"arobase/projections/figures"
	"arobase/projections/labels"
)

// World is what the answers are drawn from, at a size of the ledger. It is a view of folds that must stand still while
// it is asked.
type World struct {
	Labels  *labels.Labels
	Figures *figures.Figures
	Size    uint64
	// RegionName gives the name of a region by its code; nil leaves the codes.
	RegionName func(code string) string

	// Counts, where given, keeps what is counted of each edition from one question to the next.
	Counts *Counts

	question *question
}

// question keeps what one question looks up again and again. It holds nothing that a fold does not say, and is
// forgotten with the question.
type question struct {
	sheets map[domain.Edition]*sheet
	rolls  map[domain.Edition][]labels.Label // of neighbouring editions only: at the design size one is 10 MB
	counts map[domain.Edition]*count
}

// OneQuestion gives the same world, which from there on looks up each edition once. It must not outlive the moment at
// which the folds stand still. Every method of World does this by itself; who asks several at once saves by doing it.
func (w World) OneQuestion() World {
	if w.question == nil {
		w.question = &question{map[domain.Edition]*sheet{}, map[domain.Edition][]labels.Label{}, map[domain.Edition]*count{}}
	}
	return w
}

// sheet is what sources publish of one edition.
type sheet struct {
	edition domain.Edition
	all     []figures.Figure // in the order in which they were entered
	bySlot  map[slot][]figures.Figure
	sources []domain.SourceID // in the order in which they are met
	near    map[domain.SourceID]distance
}

// slot is what a figure counts.
type slot struct{ metric, scope string }

// sheet looks up an edition. It takes time in the number of its figures.
func (w World) sheet(e domain.Edition) *sheet {
	if s := w.question.sheets[e]; s != nil {
		return s
	}
	s := &sheet{edition: e, all: w.Figures.Of(e, w.Size), bySlot: map[slot][]figures.Figure{}, near: map[domain.SourceID]distance{}}
	held := w.Figures.HeldOn(e, w.Size)
	for _, f := range s.all {
		key := slot{f.Metric, f.Scope}
		s.bySlot[key] = append(s.bySlot[key], f)
		if _, met := s.near[f.Source]; !met {
			s.sources = append(s.sources, f.Source)
			s.near[f.Source] = w.distance(f.Source, held, e)
		}
	}
	w.question.sheets[e] = s
	return s
}

// roll gives the labels and mentions of an edition that stand, in the order of the collectivities' ids. It must not be
// changed.
func (w World) roll(e domain.Edition) []labels.Label {
	if r, ok := w.question.rolls[e]; ok {
		return r
	}
	r := w.Labels.In(e, w.Size)
	maps.DeleteFunc(w.question.rolls, func(other domain.Edition, _ []labels.Label) bool { return other < e-1 || other > e+1 })
	w.question.rolls[e] = r
	return r
}

// In gives the labels and mentions of an edition that stand, in the order of the collectivities' ids. They are shared by
// all who ask in one question and must not be changed.
func (w World) In(e domain.Edition) []labels.Label { return w.OneQuestion().roll(e) }

// levels are the metrics of the levels, from the lowest.
var levels = []string{"level1", "level2", "level3", "level4", "level5"}
