package trends

import (
	"maps"
	"slices"
	"sync"

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
	// beyond counts those beyond competition, mentioned those with a mention, kinds the different mentions.
	beyond, mentioned, kinds int
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
	kinds := map[domain.MentionID]bool{}
	for i := range r.labels {
		l := &r.labels[i]
		r.tally.add(l)
		if a := l.Standing.Award; a != nil && a.Distinction == domain.DistinctionHorsConcours {
			r.beyond++
		}
		if len(l.Mentions) > 0 {
			r.mentioned++
		}
		for _, m := range l.Mentions {
			kinds[m.ID] = true
		}
		if l.Held() {
			r.labelled++
		}
	}
	r.kinds = len(kinds)
	r.enumerated = w.Labels.Published(e, w.Size) || slices.ContainsFunc(w.Labels.Enumerated(e, w.Size), func(x labels.Enumeration) bool { return r.labelled >= x.Count })
	maps.DeleteFunc(w.question.rolls, func(other domain.Edition, _ *roll) bool { return other < e-1 || other > e+1 })
	w.question.rolls[e] = r
	return r
}

// Counts keeps what the ledger counts of whole editions, at the greatest size that was asked about: to count an edition of the
// design size takes a hundredth of a second, and many questions rest on the same counts. The zero value is ready, and may be
// used from several goroutines. It must be asked about one ledger only.
type Counts struct {
	mu       sync.Mutex
	size     uint64
	editions map[domain.Edition]*roll // without labels
}

// count is roll without its labels.
func (w World) count(e domain.Edition) *roll {
	c := w.Counts
	if r := w.question.rolls[e]; r != nil || c == nil {
		return w.roll(e)
	}
	c.mu.Lock()
	known := c.editions[e]
	if w.Size != c.size {
		known = nil
	}
	c.mu.Unlock()
	if known != nil {
		return known
	}
	r := w.roll(e)
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.Size > c.size || c.editions == nil {
		c.size, c.editions = w.Size, map[domain.Edition]*roll{}
	}
	if w.Size == c.size {
		kept := *r
		kept.labels, kept.groups = nil, map[string]map[string]tally{}
		c.editions[e] = &kept
	}
	return r
}

// keptGroups gives the counts of an edition by a dimension, where they are kept.
func (c *Counts) keptGroups(e domain.Edition, by string, size uint64) map[string]tally {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.editions[e]; r != nil && c.size == size {
		return r.groups[by]
	}
	return nil
}

// keepGroups keeps them beside the counts of the edition, where these are kept.
func (c *Counts) keepGroups(e domain.Edition, by string, size uint64, groups map[string]tally) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.editions[e]; r != nil && c.size == size {
		r.groups[by] = groups
	}
}

// Beyond counts the labels beyond competition that the ledger knows of an edition.
func (w World) Beyond(e domain.Edition) int { return w.OneQuestion().count(e).beyond }

// Mentioned counts the holders of a mention that the ledger knows of an edition, and the different mentions.
func (w World) Mentioned(e domain.Edition) (holders, kinds int) {
	r := w.OneQuestion().count(e)
	return r.mentioned, r.kinds
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
