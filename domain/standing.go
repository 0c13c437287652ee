package domain

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// Status says how a fact is known.
type Status string

const (
	Reported     Status = "reported"     // by one source, or by several that are not independent
	Corroborated Status = "corroborated" // by two independent sources
	Contested    Status = "contested"    // the sources contradict each other
	Arbitrated   Status = "arbitrated"   // a contradiction was settled, with a reason
	Decided      Status = "decided"      // by the jury, in Arobase
	Withdrawn    Status = "withdrawn"
	UnderAppeal  Status = "under-appeal"
	Embargoed    Status = "embargoed"
)

// Facts hold what the ledger knows of one collectivity in one edition: a fold over its stream that keeps the
// position of everything, so that it can be seen as it was at any size of the ledger.
type Facts struct {
	Awards       []AwardFact
	Mentions     []MentionFact
	Arbitrations []Arbitration
	Disputes     []Dispute
	// Course is what the jury decided, where the edition was run in Arobase. It says nothing to anybody before the palmarès
	// is published: see Decision.
	Course Course
}

// Cite is where a fact stands and who says it.
type Cite struct {
	Event     uuid.UUID
	Position  uint64
	Source    SourceID
	Certainty Certainty
	// Note is the commitment to a remark, or "".
	Note string
	// YearAsStated is kept for undated facts only: it is all that is known of their time.
	YearAsStated string
	// RetractedAt is the position of the retraction plus one, or 0.
	RetractedAt uint64
}

// Retracted tells whether the fact was taken back.
func (c Cite) Retracted() bool { return c.RetractedAt != 0 }

// AwardFact is one source's word on a label.
type AwardFact struct {
	Award
	Cite
}

// MentionFact is one source's word on a mention.
type MentionFact struct {
	Mention MentionID
	Label   string // the commitment to what the source calls it, or ""
	Cite
}

// Arbitration is a choice among contradicting facts.
type Arbitration struct {
	Event    uuid.UUID
	Position uint64
	Chosen   Award
	Reason   string // the commitment to the reason
}

// Dispute is an objection to a fact, with its answer once there is one.
type Dispute struct {
	Event    uuid.UUID
	Position uint64
	Fact     uuid.UUID
	Claim    string // the commitment to the claim
	// AnsweredAt is the position of the answer plus one, or 0.
	AnsweredAt uint64
	Outcome    string
	Answer     string // the commitment to the answer
}

// NewDispute is a dispute as it was entered.
func NewDispute(r Recorded, e *FactDisputed) Dispute {
	return Dispute{Event: r.ID, Position: r.Position, Fact: e.Event, Claim: e.Claim.Commitment()}
}

// AnswerIn enters an answer with the dispute that it belongs to, if it is among those given.
func AnswerIn(all []Dispute, r Recorded, e *DisputeAnswered) {
	for i := range all {
		if all[i].Event == e.Dispute && all[i].AnsweredAt == 0 { // the first answer is the answer
			all[i].AnsweredAt, all[i].Outcome, all[i].Answer = r.Position+1, e.Outcome, e.Answer.Commitment()
		}
	}
}

// DisputesAsOf gives disputes as they were known when the ledger had a size.
func DisputesAsOf(all []Dispute, size uint64) []Dispute {
	var out []Dispute
	for _, d := range all {
		if d.Position >= size {
			continue
		}
		if d.AnsweredAt > size {
			d.AnsweredAt, d.Outcome, d.Answer = 0, "", ""
		}
		out = append(out, d)
	}
	return out
}

// AwardFacts folds the history of a stream.
func AwardFacts(history []Recorded) *Facts {
	f := new(Facts)
	for _, r := range history {
		f.Apply(r)
	}
	return f
}

// Apply adds an event of the stream. Events of other kinds change nothing; nor does a second retraction of a fact, or a
// second answer to a dispute, which the rules refuse.
func (f *Facts) Apply(r Recorded) {
	switch e := r.Event.(type) {
	case *AwardRecorded:
		f.Awards = append(f.Awards, AwardFact{e.Award, e.cite(r)})
	case *MentionRecorded:
		f.Mentions = append(f.Mentions, MentionFact{e.Mention, e.Label.Commitment(), e.cite(r)})
	case *AwardArbitrated:
		f.Arbitrations = append(f.Arbitrations, Arbitration{r.ID, r.Position, e.Chosen, e.Reason.Commitment()})
	case *FactDisputed:
		f.Disputes = append(f.Disputes, NewDispute(r, e))
	case *DisputeAnswered:
		AnswerIn(f.Disputes, r, e)
	case *RecordRetracted:
		for i := range f.Awards {
			if f.Awards[i].Event == e.Event && !f.Awards[i].Retracted() {
				f.Awards[i].RetractedAt = r.Position + 1
			}
		}
		for i := range f.Mentions {
			if f.Mentions[i].Event == e.Event && !f.Mentions[i].Retracted() {
				f.Mentions[i].RetractedAt = r.Position + 1
			}
		}
	default:
		f.Course.Apply(r)
	}
}

// cite says where a holding stands.
func (h Holding) cite(r Recorded) Cite {
	c := Cite{Event: r.ID, Position: r.Position, Source: h.Source, Certainty: h.Certainty, Note: h.Note.Commitment()}
	if h.Edition == 0 {
		c.YearAsStated = h.YearAsStated
	}
	return c
}

// AsOf gives the facts as they were known when the ledger had a size. It copies only what has to differ.
func (f *Facts) AsOf(size uint64) *Facts {
	g := new(Facts)
	for _, a := range f.Awards {
		if a.Position < size {
			if a.RetractedAt > size {
				a.RetractedAt = 0
			}
			g.Awards = append(g.Awards, a)
		}
	}
	for _, m := range f.Mentions {
		if m.Position < size {
			if m.RetractedAt > size {
				m.RetractedAt = 0
			}
			g.Mentions = append(g.Mentions, m)
		}
	}
	for _, a := range f.Arbitrations {
		if a.Position < size {
			g.Arbitrations = append(g.Arbitrations, a)
		}
	}
	g.Disputes = DisputesAsOf(f.Disputes, size)
	g.Course = f.Course.AsOf(size)
	return g
}

// Join adds facts that were entered under another name of the same body, in the order in which they were entered.
func (f *Facts) Join(g *Facts) {
	f.Awards = append(f.Awards, g.Awards...)
	f.Mentions = append(f.Mentions, g.Mentions...)
	f.Arbitrations = append(f.Arbitrations, g.Arbitrations...)
	f.Disputes = append(f.Disputes, g.Disputes...)
	f.Course = append(f.Course, g.Course...)
	slices.SortFunc(f.Awards, func(a, b AwardFact) int { return cmp.Compare(a.Position, b.Position) })
	slices.SortFunc(f.Mentions, func(a, b MentionFact) int { return cmp.Compare(a.Position, b.Position) })
	slices.SortFunc(f.Arbitrations, func(a, b Arbitration) int { return cmp.Compare(a.Position, b.Position) })
	slices.SortFunc(f.Disputes, func(a, b Dispute) int { return cmp.Compare(a.Position, b.Position) })
	slices.SortFunc(f.Course, func(a, b Step) int { return cmp.Compare(a.Position, b.Position) })
}

// Live are the awards that were not taken back.
func (f *Facts) Live() []AwardFact {
	return slices.DeleteFunc(slices.Clone(f.Awards), func(a AwardFact) bool { return a.Retracted() })
}

// Standing is what all sources together let us say of a label.
type Standing struct {
	// Status is "" where there is no award that still stands.
	Status Status
	// Award is nil where the sources contradict each other, or where there is none.
	Award *Award
	// Derived says that the award rests on reasoning only: no source states it.
	Derived bool
}

// Independent tells whether two sources count as two. It is false for a source and its copy, and for two works of one
// publisher.
type Independent func(a, b SourceID) bool

// Standing draws the conclusion. Derived facts can contradict, but not corroborate. Without independent no fact is
// corroborated. The last arbitration holds as long as a fact that was not taken back says what it chose.
func (f *Facts) Standing(independent Independent) Standing {
	live := f.Live()
	if len(live) == 0 {
		return Standing{}
	}
	if n := len(f.Arbitrations); n > 0 {
		last := f.Arbitrations[n-1]
		chosen := last.Chosen
		stands := slices.ContainsFunc(live, func(a AwardFact) bool { return a.Award == chosen })
		// What was entered later the arbiter had not seen.
		challenged := slices.ContainsFunc(live, func(a AwardFact) bool { return a.Position > last.Position && a.Contradicts(chosen) })
		if stands && !challenged {
			return Standing{Status: Arbitrated, Award: &chosen}
		}
	}
	for i, a := range live {
		for _, b := range live[:i] {
			if a.Contradicts(b.Award) {
				return Standing{Status: Contested}
			}
		}
	}
	stated := slices.DeleteFunc(slices.Clone(live), func(a AwardFact) bool { return a.Certainty == Derived })
	from := stated
	if len(stated) == 0 {
		from = live
	}
	best := from[0].Award
	for _, a := range from {
		if best.Distinction == DistinctionUnspecified {
			best = a.Award
		}
	}
	status := Reported
	for i, a := range stated {
		for _, b := range stated[:i] {
			if a.Award == best && b.Award == best && independent != nil && independent(a.Source, b.Source) {
				status = Corroborated
			}
		}
	}
	return Standing{Status: status, Award: &best, Derived: len(stated) == 0}
}

// Decision is the standing that the jury's decision gives, with what it rests on; false where there is none. Before the
// palmarès of the edition is published, a decision that is sealed, or opened already, is under embargo: it has no award,
// whatever it is. What was decided stands above what sources say.
func (f *Facts) Decision(published bool) (Standing, Outcome, bool) {
	if !published {
		return Standing{Status: Embargoed}, Outcome{}, f.Course.Sealed()
	}
	stands, ok := f.Course.Outcome()
	if !ok {
		return Standing{}, stands, false
	}
	award := Award{stands.Result.Distinction, stands.Result.Level}
	switch {
	case stands.Withdrawn && stands.Appeal == uuid.Nil:
		return Standing{Status: Withdrawn}, stands, true
	case stands.Withdrawn:
		return Standing{Status: UnderAppeal}, stands, true
	case stands.Appeal != uuid.Nil:
		return Standing{Status: UnderAppeal, Award: &award}, stands, true
	}
	return Standing{Status: Decided, Award: &award}, stands, true
}
