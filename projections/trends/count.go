package trends

import (
	"maps"
	"slices"

	"arobase/domain"
	"arobase/projections/labels"
)

// tally counts labels and mentions, by the place of a metric in counted. What rests on reasoning is counted apart
// (docs/adr/0004-last-known-is-stated.md).
type tally [8]struct{ stated, derived int32 }

func (t *tally) add(metric int, stated bool, sign int32) {
	if stated {
		t[metric].stated += sign
	} else {
		t[metric].derived += sign
	}
}

// recorded is the count of a metric.
func (t tally) recorded(metric string) Recorded {
	var r Recorded
	var n int
	if i := slices.Index(counted, metric); i >= 0 {
		n, r.Derived = int(t[i].stated), int(t[i].derived)
	}
	r.Value = &n
	return r
}

// The places of metrics in counted: the levels come first.
const (
	levelAt    = -1 // of level n it is n-1
	highAt     = 5
	labelledAt = 6
	awardsAt   = 7
)

// count is what the ledger counts of one edition. It is shared and must not be changed.
type count struct {
	tally tally
	// groups has the counts by dimension and group; regions by their codes.
	groups map[string]map[string]groupTally
	// labelled counts those with a label, whatever is known of it; the others have a mention only.
	labelled int
	// byLevel counts the labels of a level that is stated.
	byLevel [domain.MaxLevel + 1]int
	// beyond counts those beyond competition, mentioned those with a mention, mentions these, by kind.
	beyond, mentioned int
	mentions          map[domain.MentionID]int
	// enumerated says that the ledger holds the whole list: a source lists it, and as many are recorded; or the edition was
	// run here and its palmarès is published.
	enumerated bool
}

// part is what one body adds to the counts of an edition.
type part struct {
	share
	mentions []mentionPart
}

// share is a part without its mentions, which few have: there are a million of them, and nothing in them is to be followed.
type share struct {
	place int32 // of its place among those that Counts knows
	here  bool  // that the edition has the body at all
	held  bool
	// stated says that the label is; level is that which counts, of the award or by reasoning, 0 where there is none;
	// levelStated whether it is.
	stated, levelStated bool
	level               int8
	own                 int8 // the level that sources state, or 0
	beyond              bool
}

type mentionPart struct {
	id     domain.MentionID
	stated bool
}

// partOf reduces a label. A contested label is a label all the same, and so is one beyond competition or of unknown level;
// only a level counts for a level.
func partOf(l *labels.Label) part {
	p := part{share: share{here: true, held: l.Held()}}
	if a := l.Standing.Award; a != nil && a.Distinction == domain.DistinctionHorsConcours {
		p.beyond = true
	}
	for _, m := range l.Mentions {
		p.mentions = append(p.mentions, mentionPart{m.ID, statedMention(m)})
	}
	if !p.held {
		return p
	}
	p.stated, p.levelStated, p.own = !l.Standing.Derived, !l.Standing.Derived, int8(statedLevel(l))
	award := l.Standing.Award
	if l.Reasoned != nil {
		award, p.levelStated = l.Reasoned, false
	}
	if award != nil && award.Level.Valid() {
		p.level = int8(award.Level)
	}
	return p
}

// add counts a part, or takes it back where sign is -1.
func (p *part) add(t *tally, sign int32) {
	for _, m := range p.mentions {
		t.add(awardsAt, m.stated, sign)
	}
	if !p.held {
		return
	}
	t.add(labelledAt, p.stated, sign)
	if p.level > 0 {
		t.add(int(p.level)+levelAt, p.levelStated, sign)
	}
	if p.level >= 4 {
		t.add(highAt, p.levelStated, sign)
	}
}

// groupTally counts one group. A group of members that count for nothing is a group all the same.
type groupTally struct {
	tally
	members int
}

func newCount() *count {
	c := &count{groups: map[string]map[string]groupTally{}, mentions: map[domain.MentionID]int{}}
	for _, by := range grouped {
		c.groups[by] = map[string]groupTally{}
	}
	return c
}

// clone gives one that may be changed.
func (c *count) clone() *count {
	v := *c
	v.mentions, v.groups = maps.Clone(c.mentions), map[string]map[string]groupTally{}
	for by, groups := range c.groups {
		v.groups[by] = maps.Clone(groups)
	}
	return &v
}

// add counts a part, or takes it back where sign is -1.
func (c *count) add(p *part, at place, sign int) {
	p.add(&c.tally, int32(sign))
	for _, by := range grouped {
		group := at.of(by)
		if group == "" {
			continue
		}
		t := c.groups[by][group]
		p.add(&t.tally, int32(sign))
		if t.members += sign; t.members == 0 {
			delete(c.groups[by], group)
			continue
		}
		c.groups[by][group] = t
	}
	for _, m := range p.mentions {
		if c.mentions[m.id] += sign; c.mentions[m.id] == 0 {
			delete(c.mentions, m.id)
		}
	}
	if len(p.mentions) > 0 {
		c.mentioned += sign
	}
	if p.beyond {
		c.beyond += sign
	}
	if p.held {
		c.labelled += sign
		c.byLevel[max(p.own, 0)] += sign
	}
}

// enumerated tells whether the ledger holds the whole list of an edition of which so many are recorded.
func (w World) enumerated(e domain.Edition, labelled int) bool {
	return w.Labels.Published(e, w.Size) ||
		slices.ContainsFunc(w.Labels.Enumerated(e, w.Size), func(x labels.Enumeration) bool { return labelled >= x.Count })
}

// count counts an edition.
func (w World) count(e domain.Edition) *count {
	if c := w.question.counts[e]; c != nil {
		return c
	}
	c := w.Counts.of(w, e)
	if c == nil {
		c = newCount()
		all := w.roll(e)
		for i := range all {
			p := partOf(&all[i])
			c.add(&p, w.place(&all[i]), 1)
		}
	}
	v := *c
	v.enumerated = w.enumerated(e, v.labelled)
	w.question.counts[e] = &v
	return &v
}

// Census is what the ledger holds of an edition by name.
type Census struct {
	Labelled, Mentions int
	// Levels counts the labels whose level sources state, by level.
	Levels [domain.MaxLevel + 1]int
	// Enumerated says that the ledger holds the whole list.
	Enumerated bool
}

// Census counts what the ledger holds of an edition by name.
func (w World) Census(e domain.Edition) Census {
	c := w.OneQuestion().count(e)
	v := Census{Labelled: c.labelled, Levels: c.byLevel, Enumerated: c.enumerated}
	v.Levels[0] = 0
	for _, n := range c.mentions {
		v.Mentions += n
	}
	return v
}

// Beyond counts the labels beyond competition that the ledger knows of an edition.
func (w World) Beyond(e domain.Edition) int { return w.OneQuestion().count(e).beyond }

// Mentioned counts the holders of a mention that the ledger knows of an edition, and the different mentions.
func (w World) Mentioned(e domain.Edition) (holders, kinds int) {
	c := w.OneQuestion().count(e)
	return c.mentioned, len(c.mentions)
}

func statedMention(m labels.Mention) bool {
	return m.Status == domain.Decided || m.Status == domain.UnderAppeal ||
		slices.ContainsFunc(m.Facts, func(f domain.MentionFact) bool { return !f.Retracted() && f.Certainty != domain.Derived })
}
