package trends

import (
	"maps"
	"slices"

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

	question *question
}

// question keeps what one question looks up again and again. It holds nothing that a fold does not say, and is
// forgotten with the question.
type question struct {
	sheets map[domain.Edition]*sheet
	rolls  map[domain.Edition]*roll // of neighbouring editions only: at the design size one is 10 MB
}

// OneQuestion gives the same world, which from there on looks up each edition once. It must not outlive the moment at
// which the folds stand still. Every method of World does this by itself; who asks several at once saves by doing it.
func (w World) OneQuestion() World {
	if w.question == nil {
		w.question = &question{map[domain.Edition]*sheet{}, map[domain.Edition]*roll{}}
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

// roll is who is recorded in one edition.
type roll struct {
	labels []labels.Label // labels and mentions that stand, in the order of the collectivities' ids
	tally  tally
	groups map[string]map[string]tally // by dimension and group, where that was asked for
	// labelled counts those with a label, whatever is known of it; the others have a mention only.
	labelled int
	// enumerated says that the ledger holds the whole list: a source lists it, and as many are recorded; or the edition was
	// run here and its palmarès is published.
	enumerated bool
}

// roll looks up an edition. It takes time in the number of its labels.
func (w World) roll(e domain.Edition) *roll {
	if r := w.question.rolls[e]; r != nil {
		return r
	}
	r := &roll{labels: w.Labels.In(e, w.Size), tally: tally{}, groups: map[string]map[string]tally{}}
	for i := range r.labels {
		r.tally.add(&r.labels[i])
		if r.labels[i].Held() {
			r.labelled++
		}
	}
	r.enumerated = w.Labels.Published(e, w.Size) || slices.ContainsFunc(w.Labels.Enumerated(e, w.Size), func(x labels.Enumeration) bool { return r.labelled >= x.Count })
	maps.DeleteFunc(w.question.rolls, func(other domain.Edition, _ *roll) bool { return other < e-1 || other > e+1 })
	w.question.rolls[e] = r
	return r
}

// In gives the labels and mentions of an edition that stand, in the order of the collectivities' ids. They are shared by
// all who ask in one question and must not be changed.
func (w World) In(e domain.Edition) []labels.Label { return w.OneQuestion().roll(e).labels }

// tally counts labels and mentions by metric.
type tally map[string]struct{ stated, derived int }

func (t tally) count(metric string, stated bool) {
	n := t[metric]
	if stated {
		n.stated++
	} else {
		n.derived++
	}
	t[metric] = n
}

// add counts one label for every metric that it counts for. A contested label is a label all the same, and so is one
// beyond competition or of unknown level; only a level counts for a level. What rests on reasoning is counted apart
// (docs/adr/0004-last-known-is-stated.md).
func (t tally) add(l *labels.Label) {
	for _, m := range l.Mentions {
		t.count("mention_awards", statedMention(m))
	}
	if !l.Held() {
		return
	}
	stated := !l.Standing.Derived
	t.count("labelled", stated)
	award := l.Standing.Award
	if l.Reasoned != nil {
		award, stated = l.Reasoned, false
	}
	if award == nil || !award.Level.Valid() {
		return
	}
	t.count(levels[award.Level-1], stated)
	if award.Level >= 4 {
		t.count("level4to5", stated)
	}
}

// recorded is the count of a metric.
func (t tally) recorded(metric string) Recorded {
	n := t[metric]
	return Recorded{Value: &n.stated, Derived: n.derived}
}

// levels are the metrics of the levels, from the lowest.
var levels = []string{"level1", "level2", "level3", "level4", "level5"}

func statedMention(m labels.Mention) bool {
	return m.Status == domain.Decided || m.Status == domain.UnderAppeal ||
		slices.ContainsFunc(m.Facts, func(f domain.MentionFact) bool { return !f.Retracted() && f.Certainty != domain.Derived })
}
