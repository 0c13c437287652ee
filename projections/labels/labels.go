// Package labels answers who holds what: every label and mention of every edition, as known at any size of the ledger,
// with the sources that say so.
//
// Three rules govern it. Absence is not exit: a collectivity that no source names in an edition is not there, and
// nothing follows from that. A contested edition has no level. Current means the latest published edition and nothing
// older.
package labels

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"arobase/domain"
)

// Now is the size that stands for "everything that is known".
const Now = ^uint64(0)

// Labels is the fold. It is not safe for concurrent use by itself: the runner serialises Apply; any number of questions
// may be asked in between, for none of them changes anything.
type Labels struct {
	sources     map[domain.SourceID][]sourceVersion
	bodies      map[domain.CollectivityID]*body
	contested   []*body                                // the contested names among them
	byBody      map[domain.CollectivityID][]*candidacy // in the order of editions
	byEdition   map[domain.Edition][]*candidacy
	settled     map[domain.CollectivityID][]settlement // by the body that a contested name was settled as
	successions []succession
	enumerated  map[domain.Edition][]enumeration
	published   map[domain.Edition]uint64          // the position of the palmarès plus one, of an edition run here
	tenures     map[domain.CollectivityID][]tenure // every state of each, in the order in which it became known
	terms       map[domain.StreamName]term         // what a stream of a distinction is about

	// What changed where, for those who count: touched.go.
	traces map[domain.Edition]*trace
	citing map[domain.SourceID]map[domain.Edition]bool
	means  map[domain.CollectivityID][]domain.CollectivityID // the bodies that a contested name was settled as
	// named are the sizes after the events that entered a body or a name of one.
	named []uint64
	// founded is the size after the last event about a source, or about who lists a whole edition.
	founded uint64
	// stated is what candidacies say of those who apply, in the order in which it was said.
	stated map[domain.Candidacy][]stated
	// texts has each text once that many facts have: names of holders, ids of sources.
	texts map[string]string
}

// candidacy is what is known of one collectivity in one edition.
type candidacy struct {
	domain.Candidacy
	holder  holder   // the first that was named
	holders []holder // the others, which are few
	facts   domain.Facts
	// since is the position of the first event of the candidacy: up to there nothing is known of it. size is that of the
	// ledger after the last one: from there on nothing has to be left out.
	since, size uint64
}

type holder struct {
	name     string
	position uint64
}

// Enumeration says that a source lists every holder of an edition.
type Enumeration struct {
	Source   domain.SourceID
	Count    int
	Position uint64
}

type enumeration struct {
	Enumeration
	event uuid.UUID
	// retractedAt is the position of the retraction plus one, or 0.
	retractedAt uint64
}

// New gives an empty fold.
func New() *Labels {
	return &Labels{
		sources:    map[domain.SourceID][]sourceVersion{},
		bodies:     map[domain.CollectivityID]*body{},
		byBody:     map[domain.CollectivityID][]*candidacy{},
		byEdition:  map[domain.Edition][]*candidacy{},
		settled:    map[domain.CollectivityID][]settlement{},
		enumerated: map[domain.Edition][]enumeration{},
		published:  map[domain.Edition]uint64{},
		tenures:    map[domain.CollectivityID][]tenure{},
		terms:      map[domain.StreamName]term{},
		traces:     map[domain.Edition]*trace{},
		citing:     map[domain.SourceID]map[domain.Edition]bool{},
		means:      map[domain.CollectivityID][]domain.CollectivityID{},
		stated:     map[domain.Candidacy][]stated{},
		texts:      map[string]string{},
	}
}

// Name implements projections.Projection.
func (*Labels) Name() string { return "labels" }

// Events implements projections.Projection.
func (*Labels) Events() []string {
	return []string{
		"source-cited", "source-corrected",
		"collectivity-registered", "name-recorded", "collectivity-renamed", "collectivity-succeeded",
		"population-recorded", "identity-contested", "identity-settled",
		"award-recorded", "mention-recorded", "award-arbitrated", "record-retracted", "fact-disputed", "dispute-answered",
		"edition-enumerated", "candidacy-registered", "distinction-granted", "distinction-renewed", "distinction-lapsed",
		"decision-sealed", "decision-superseded", "decision-disclosed", "decision-rectified", "label-withdrawn",
		"appeal-lodged", "appeal-rejected", "appeal-decided", "palmares-published",
	}
}

// Apply implements projections.Projection.
func (l *Labels) Apply(r domain.Recorded) {
	switch e := r.Event.(type) {
	case *domain.SourceCited:
		l.addSource(e.Source, e.SourceParticulars, e.Note.Commitment(), r.Position)
		l.touchSource(e.Source, r.Position+1)
		l.founded = r.Position + 1
	case *domain.SourceCorrected:
		before, known := l.Source(e.Source, Now)
		l.addSource(e.Source, e.SourceParticulars, "", r.Position)
		if !known || before.Publisher != e.Publisher || before.OriginOf != e.OriginOf { // no standing rests on anything else of it
			l.touchSource(e.Source, r.Position+1)
		}
		l.founded = r.Position + 1
	case *domain.AwardRecorded:
		l.cites(e.Source, e.Edition)
		c := l.to(e.Edition, e.Collectivity, r)
		c.hold(l.text(e.Holder), r)
		c.facts.Awards[len(c.facts.Awards)-1].Source = domain.SourceID(l.text(string(e.Source)))
	case *domain.MentionRecorded:
		l.cites(e.Source, e.Edition)
		c := l.to(e.Edition, e.Collectivity, r)
		c.hold(l.text(e.Holder), r)
		c.facts.Mentions[len(c.facts.Mentions)-1].Source = domain.SourceID(l.text(string(e.Source)))
	case *domain.AwardArbitrated:
		l.to(e.Edition, e.Collectivity, r).apply(r)
	case *domain.RecordRetracted:
		l.ofStream(r)
		l.retractEnumeration(e.Event, r)
	case *domain.FactDisputed, *domain.DisputeAnswered:
		l.ofStream(r)
	case *domain.EditionEnumerated:
		l.founded = r.Position + 1
		l.enumerated[e.Edition] = append(l.enumerated[e.Edition], enumeration{Enumeration{e.Source, e.Count, r.Position}, r.ID, 0})
	case *domain.DistinctionGranted, *domain.DistinctionRenewed, *domain.DistinctionLapsed:
		l.applyTenure(r)
	case *domain.DecisionSealed, *domain.DecisionSuperseded, *domain.DecisionDisclosed, *domain.DecisionRectified, *domain.LabelWithdrawn,
		*domain.AppealLodged, *domain.AppealRejected, *domain.AppealDecided:
		if key, ok := domain.ParseCandidacyStream(r.Stream); ok {
			l.to(key.Edition, key.Collectivity, r).apply(r)
		}
	case *domain.CandidacyRegistered:
		l.touch(e.Edition, e.Collectivity, r.Position+1)
		l.stated[e.Candidacy] = append(l.stated[e.Candidacy], stated{Stated{e.Kind, e.Population, e.PopulationYear}, r.Position})
	case *domain.PalmaresPublished:
		if l.published[e.Edition] == 0 {
			l.published[e.Edition] = r.Position + 1
			l.trace(e.Edition).all(r.Position + 1)
		}
	default:
		l.applyBody(r)
	}
}

// AllDisputes gives every objection to a fact of a candidacy, in no order.
func (l *Labels) AllDisputes(size uint64) []domain.Dispute {
	var all []domain.Dispute
	for _, candidacies := range l.byEdition {
		for _, c := range candidacies {
			all = append(all, domain.DisputesAsOf(c.facts.Disputes, size)...)
		}
	}
	return all
}

// text gives the one copy of a text that is kept.
func (l *Labels) text(s string) string {
	if one, ok := l.texts[s]; ok {
		return one
	}
	l.texts[s] = s
	return s
}

// to gives the candidacy that an event is about to be added to.
func (l *Labels) to(e domain.Edition, id domain.CollectivityID, r domain.Recorded) *candidacy {
	c := l.candidacy(e, id)
	l.touch(e, c.Collectivity, r.Position+1)
	return c
}

// find gives a candidacy, or nil.
func (l *Labels) find(e domain.Edition, id domain.CollectivityID) *candidacy {
	all := l.byBody[id]
	if i, ok := slices.BinarySearchFunc(all, e, byEdition); ok {
		return all[i]
	}
	return nil
}

func byEdition(c *candidacy, e domain.Edition) int { return cmp.Compare(c.Edition, e) }

// candidacy gives the one of a body in an edition, and makes it where there is none.
func (l *Labels) candidacy(e domain.Edition, id domain.CollectivityID) *candidacy {
	all := l.byBody[id]
	i, ok := slices.BinarySearchFunc(all, e, byEdition)
	if ok {
		return all[i]
	}
	if len(all) > 0 {
		id = all[0].Collectivity // the same text
	}
	c := &candidacy{Candidacy: domain.Candidacy{Edition: e, Collectivity: id}}
	l.byBody[id] = slices.Insert(all, i, c)
	l.byEdition[e] = append(l.byEdition[e], c)
	return c
}

// ofStream gives an event to the candidacy of its stream: a retraction names only its stream and an event.
func (l *Labels) ofStream(r domain.Recorded) {
	if key, ok := domain.ParseCandidacyStream(r.Stream); ok {
		if l.find(key.Edition, key.Collectivity) != nil {
			l.to(key.Edition, key.Collectivity, r).apply(r)
		}
	}
}

// retractEnumeration takes back the word of a source that it lists a whole edition.
func (l *Labels) retractEnumeration(fact uuid.UUID, r domain.Recorded) {
	if r.Stream.Category() != "edition" {
		return
	}
	for _, all := range l.enumerated {
		for i := range all {
			if all[i].event == fact && all[i].retractedAt == 0 {
				all[i].retractedAt = r.Position + 1
				l.founded = r.Position + 1
			}
		}
	}
}

func (c *candidacy) hold(name string, r domain.Recorded) {
	switch h := (holder{name, r.Position}); {
	case c.holder.name == "":
		c.holder = h
	case c.holder.name != name && !slices.ContainsFunc(c.holders, func(h holder) bool { return h.name == name }):
		c.holders = append(c.holders, h)
	}
	c.apply(r)
}

func (c *candidacy) apply(r domain.Recorded) {
	if c.size == 0 {
		c.since = r.Position
	}
	c.facts.Apply(r)
	c.size = r.Position + 1
}

// Published tells whether the palmarès of an edition that was run here was published when the ledger had a size. Before,
// no result of it is known to anybody; from then on all of them are.
func (l *Labels) Published(e domain.Edition, size uint64) bool {
	at := l.published[e]
	return at != 0 && at <= size
}

// live tells whether any fact was known at a size and stood, or a label was decided that is published by then.
func (c *candidacy) live(size uint64, published bool) bool {
	if c.since >= size {
		return false
	}
	if outcome, ok := c.facts.Course.AsOf(size).Outcome(); published && ok && holds(outcome.Result.Distinction, outcome.Withdrawn) {
		return true
	}
	stands := func(f domain.Cite) bool { return f.Position < size && (f.RetractedAt == 0 || f.RetractedAt > size) }
	return slices.ContainsFunc(c.facts.Awards, func(a domain.AwardFact) bool { return stands(a.Cite) }) ||
		slices.ContainsFunc(c.facts.Mentions, func(m domain.MentionFact) bool { return stands(m.Cite) })
}

// Label is what is known of one collectivity in one edition.
type Label struct {
	Edition domain.Edition
	// Collectivity is the body that is meant: where a contested name was settled, the body it was settled as.
	Collectivity domain.CollectivityID
	// RecordedAs is the contested name that some of the facts were entered under before it was settled, or "".
	RecordedAs domain.CollectivityID
	// Holders are the names that the sources use.
	Holders  []string
	Standing domain.Standing
	// Reasoned is what reasoning adds: the level that only derived facts give, where the stated ones give none. Nil where
	// it adds nothing.
	Reasoned *domain.Award
	Mentions []Mention
	Awards   []domain.AwardFact
	Disputes []domain.Dispute
	// Arbitration is the one in force, or nil.
	Arbitration *domain.Arbitration
	// Decision is what the jury decided and what stands of it; nil where there is none, or while it is under embargo.
	Decision *domain.Outcome
	// Stated is what the candidacy said of the holder in this edition; the zero value where none was registered here.
	Stated Stated
}

// Stated is what a collectivity was when it applied, in the words of the edition: nothing of it is worked out from what it
// is today.
type Stated struct {
	Kind           string // village, ville or territoire
	Population     int    // inhabitants, 0 where it is not said
	PopulationYear int    // the year of that count
}

// stated is what one registration said.
type stated struct {
	Stated
	position uint64
}

// statedAt gives what was said last of a candidacy when the ledger had a size.
func (l *Labels) statedAt(c domain.Candidacy, size uint64) Stated {
	for _, s := range slices.Backward(l.stated[c]) {
		if s.position < size {
			return s.Stated
		}
	}
	return Stated{}
}

// Mention is what is known of one mention in one edition.
type Mention struct {
	ID     domain.MentionID
	Status domain.Status
	Facts  []domain.MentionFact
}

// view draws the conclusions from what was entered of one body in one edition at a size, or nothing where no fact was
// known yet. There are several candidacies where a contested name was settled as a body: those of the body first, then
// those of its names in the order in which they were settled. What it gives shares nothing with the fold.
func (l *Labels) view(id domain.CollectivityID, group []*candidacy, size uint64) (Label, bool) {
	v := Label{Edition: group[0].Edition, Collectivity: id, Stated: l.statedAt(domain.Candidacy{Edition: group[0].Edition, Collectivity: id}, size)}
	facts := new(domain.Facts)
	for _, c := range group {
		if c.since >= size {
			continue
		}
		part := &c.facts
		if c.size > size {
			part = part.AsOf(size)
		}
		if len(part.Awards) == 0 && len(part.Mentions) == 0 && len(part.Course) == 0 {
			continue
		}
		if c.Collectivity != id {
			v.RecordedAs = c.Collectivity
		}
		if len(group) == 1 {
			facts = part
		} else {
			facts.Join(part)
		}
		name := func(h holder) {
			if h.name != "" && h.position < size && !slices.Contains(v.Holders, h.name) {
				v.Holders = append(v.Holders, h.name)
			}
		}
		name(c.holder)
		for _, h := range c.holders {
			name(h)
		}
	}
	if len(facts.Awards) == 0 && len(facts.Mentions) == 0 && len(facts.Course) == 0 {
		return Label{}, false
	}
	independent := l.independentAt(size)
	v.Standing, v.Awards, v.Disputes = facts.Standing(independent), slices.Clone(facts.Awards), slices.Clone(facts.Disputes)
	if v.Edition == 0 && v.Standing.Status == domain.Contested {
		// They may be of different editions: nothing contradicts, and nothing follows.
		v.Standing = domain.Standing{Status: domain.Reported}
	}
	if n := len(facts.Arbitrations); n > 0 {
		last := facts.Arbitrations[n-1]
		v.Arbitration = &last
	}
	if s := v.Standing; s.Status != domain.Contested && (s.Award == nil || s.Award.Distinction == domain.DistinctionUnspecified) {
		for _, a := range facts.Awards {
			if !a.Retracted() && a.Certainty == domain.Derived && a.Distinction == domain.DistinctionLevel {
				v.Reasoned = &domain.Award{Distinction: a.Distinction, Level: a.Level}
			}
		}
	}
	v.Mentions = mentions(facts.Mentions, independent)
	v.decide(facts, l.Published(v.Edition, size))
	return v, len(v.Awards) > 0 || len(facts.Mentions) > 0 || v.Standing.Status != ""
}

// decide puts what the jury decided above what sources say. A decision under embargo shows only where nothing else is
// known.
func (v *Label) decide(facts *domain.Facts, published bool) {
	standing, outcome, ok := facts.Decision(published)
	switch {
	case !ok:
		return
	case standing.Status == domain.Embargoed:
		if v.Standing.Status == "" {
			v.Standing = standing
		}
		return
	}
	v.Standing, v.Reasoned, v.Arbitration, v.Decision = standing, nil, nil, &outcome
	if standing.Award == nil {
		v.Mentions = nil
		return
	}
	for _, id := range outcome.Result.Mentions {
		i := slices.IndexFunc(v.Mentions, func(m Mention) bool { return m.ID == id })
		if i < 0 {
			i = len(v.Mentions)
			v.Mentions = append(v.Mentions, Mention{ID: id})
		}
		v.Mentions[i].Status = standing.Status
	}
	slices.SortFunc(v.Mentions, func(a, b Mention) int { return cmp.Compare(a.ID, b.ID) })
}

// Held tells whether a label is held, whatever is known of it: not one that was withdrawn, nor a decision under embargo or
// one that gives no label.
func (v Label) Held() bool {
	switch v.Standing.Status {
	case "", domain.Embargoed, domain.Withdrawn:
		return false
	}
	if v.Decision != nil {
		return holds(v.Decision.Result.Distinction, v.Decision.Withdrawn)
	}
	return true
}

func holds(d domain.Distinction, withdrawn bool) bool {
	return !withdrawn && d != domain.DistinctionNone
}

// mentions groups the facts by mention, in the order of their ids.
func mentions(facts []domain.MentionFact, independent domain.Independent) []Mention {
	var out []Mention
	for _, f := range facts {
		i := slices.IndexFunc(out, func(m Mention) bool { return m.ID == f.Mention })
		if i < 0 {
			i = len(out)
			out = append(out, Mention{ID: f.Mention})
		}
		out[i].Facts = append(out[i].Facts, f)
	}
	for i := range out {
		out[i].Status = mentionStatus(out[i].Facts, independent)
	}
	out = slices.DeleteFunc(out, func(m Mention) bool { return m.Status == "" })
	slices.SortFunc(out, func(a, b Mention) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func mentionStatus(facts []domain.MentionFact, independent domain.Independent) domain.Status {
	var status domain.Status
	for i, a := range facts {
		if a.Retracted() {
			continue
		}
		if status == "" {
			status = domain.Reported
		}
		for _, b := range facts[:i] {
			if !b.Retracted() && a.Certainty != domain.Derived && b.Certainty != domain.Derived && independent(a.Source, b.Source) {
				status = domain.Corroborated
			}
		}
	}
	return status
}

// Live tells whether any fact of the label still stands, or what was decided is to be shown: a label that was withdrawn is.
func (v Label) Live() bool {
	return v.Held() || v.Standing.Status == domain.Withdrawn || v.Decision != nil && v.Decision.Withdrawn || len(v.Mentions) > 0
}

// Of gives what is known of one body, in the order of editions, undated facts last. It includes the facts of contested
// names that were settled as that body, and keeps labels of which every fact was retracted. A contested name that was
// settled still shows its own. It takes time in the number of editions of the body.
func (l *Labels) Of(id domain.CollectivityID, size uint64) []Label {
	byEdition := map[domain.Edition][]*candidacy{}
	add := func(name domain.CollectivityID) {
		for _, c := range l.byBody[name] {
			byEdition[c.Edition] = append(byEdition[c.Edition], c)
		}
	}
	add(id)
	for _, s := range l.settled[id] {
		if s.position < size {
			add(s.name)
		}
	}
	var out []Label
	for _, group := range byEdition {
		if v, ok := l.view(id, group, size); ok {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b Label) int { return compareEditions(a.Edition, b.Edition) })
	return out
}

// compareEditions orders editions with the undated last.
func compareEditions(a, b domain.Edition) int {
	if (a == 0) != (b == 0) {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// begun gives the candidacies of an edition of which anything was known at a size: they stand in the order in which they
// became known.
func (l *Labels) begun(e domain.Edition, size uint64) []*candidacy {
	all := l.byEdition[e]
	n, _ := slices.BinarySearchFunc(all, size, func(c *candidacy, size uint64) int { return cmp.Compare(c.since, size) })
	return all[:n]
}

// In gives every label of an edition that still stands, in the order of the collectivities' ids. It takes time in the
// number of labels of the edition.
func (l *Labels) In(e domain.Edition, size uint64) []Label {
	// A contested name that was settled by then is not there by itself: its facts are those of a body.
	settled, moved := map[domain.CollectivityID]bool{}, map[domain.CollectivityID][]*candidacy{}
	for as, names := range l.settled {
		for _, s := range names {
			if c := l.find(e, s.name); c != nil && s.position < size {
				settled[s.name], moved[as] = true, append(moved[as], c)
			}
		}
	}
	all := slices.Clone(l.begun(e, size))
	slices.SortFunc(all, func(a, b *candidacy) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
	out := make([]Label, 0, len(all))
	add := func(id domain.CollectivityID, group []*candidacy) {
		if v, ok := l.view(id, group, size); ok && v.Live() {
			out = append(out, v)
		}
	}
	for i, c := range all {
		id := c.Collectivity
		switch names := moved[id]; {
		case settled[id]:
		case len(names) == 0:
			add(id, all[i:i+1])
		default:
			add(id, append([]*candidacy{c}, names...))
			delete(moved, id)
		}
	}
	if len(moved) > 0 { // of bodies that have no facts of their own
		for id, names := range moved {
			add(id, names)
		}
		slices.SortFunc(out, func(a, b Label) int { return cmp.Compare(a.Collectivity, b.Collectivity) })
	}
	return out
}

// Editions gives the editions of which a label or a mention is known and stands, in order; never the undated one.
func (l *Labels) Editions(size uint64) []domain.Edition {
	var out []domain.Edition
	for e := range l.byEdition {
		if e != 0 && slices.ContainsFunc(l.begun(e, size), func(c *candidacy) bool { return c.live(size, l.Published(e, size)) }) {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return out
}

// Latest is the latest published edition: the last of which anything awarded is known. 0 where there is none.
func (l *Labels) Latest(size uint64) domain.Edition {
	if all := l.Editions(size); len(all) > 0 {
		return all[len(all)-1]
	}
	return 0
}

// Enumerated gives the sources that list every holder of an edition, in the order in which that was entered.
func (l *Labels) Enumerated(e domain.Edition, size uint64) []Enumeration {
	var out []Enumeration
	for _, x := range l.enumerated[e] {
		if x.Position < size && (x.retractedAt == 0 || x.retractedAt > size) {
			out = append(out, x.Enumeration)
		}
	}
	return out
}

// Today answers the visitor's first question: what does this collectivity hold today?
type Today struct {
	// Current is the label of the latest published edition, or nil.
	Current *Label
	// LastKnown is the last label that a source states, of an edition before, or of the same one; nil where none does.
	LastKnown *Label
	// Reasoned is a later label that rests on reasoning only, or nil.
	Reasoned *Label
	Latest   domain.Edition
}

// Today gives what a body holds in the latest published edition, or else what was last known of it
// (docs/adr/0004-last-known-is-stated.md).
func (l *Labels) Today(id domain.CollectivityID, size uint64) Today {
	t := Today{Latest: l.Latest(size)}
	for _, v := range l.Of(id, size) {
		switch {
		case v.Edition == 0 || !v.Held():
			continue
		case v.Standing.Derived:
			t.Reasoned = &v
		default:
			t.LastKnown = &v
		}
		if v.Edition == t.Latest {
			t.Current = &v
		}
	}
	if t.Reasoned != nil && t.LastKnown != nil && t.Reasoned.Edition < t.LastKnown.Edition {
		t.Reasoned = nil
	}
	return t
}
