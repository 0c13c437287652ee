package domain

import (
	"slices"

	"github.com/google/uuid"
)

// basis are the streams that a holding must find: its source and its body.
func (h Holding) basis() []StreamName {
	return []StreamName{CollectivityStream(h.Collectivity), SourceStream(h.Source)}
}

func (h Holding) stream() StreamName { return CandidacyStream(h.Edition, h.Collectivity) }

// check holds what is asked of any fact about a holder.
func (h *Holding) check(in Input) error {
	if err := checkEdition(in.Now, h.Edition, h.YearAsStated); err != nil {
		return err
	}
	switch {
	case (h.Edition == 0) != (h.Certainty == Undated):
		return broken(editionYearUndated, "certainty")
	case !in.exists(SourceStream(h.Source)):
		return broken(sourceFirstNoSuch, "source", h.Source)
	case !in.exists(CollectivityStream(h.Collectivity)):
		return broken(bodyFirstNotEntered, "holder", h.Collectivity)
	}
	if h.Occurred == "" {
		h.Occurred = h.Edition.occurred()
	}
	return nil
}

// RecordAward asks to enter a label that a source tells.
type RecordAward struct{ AwardRecorded }

func (e *AwardRecorded) command(Recorded) Command { return RecordAward{*e} }

func (c RecordAward) Stream() StreamName       { return c.stream() }
func (c RecordAward) Basis() []StreamName      { return c.basis() }
func (RecordAward) Opens([]Recorded) []Opening { return nil }

func (c RecordAward) Decide(in Input) ([]Event, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := c.check(in); err != nil {
		return nil, err
	}
	return one(&c.AwardRecorded)
}

// RecordMention asks to enter a mention that a source tells.
type RecordMention struct{ MentionRecorded }

func (e *MentionRecorded) command(Recorded) Command { return RecordMention{*e} }

func (c RecordMention) Stream() StreamName       { return c.stream() }
func (c RecordMention) Basis() []StreamName      { return c.basis() }
func (RecordMention) Opens([]Recorded) []Opening { return nil }

func (c RecordMention) Decide(in Input) ([]Event, error) {
	if err := c.check(in); err != nil {
		return nil, err
	}
	return one(&c.MentionRecorded)
}

// ArbitrateAward asks to settle contradicting facts.
type ArbitrateAward struct {
	AwardArbitrated
}

func (e *AwardArbitrated) command(Recorded) Command { return ArbitrateAward{*e} }

func (c ArbitrateAward) Basis() []StreamName                { return nil }
func (c ArbitrateAward) Opens(history []Recorded) []Opening { return enteredBy(history) }

func (c ArbitrateAward) Decide(in Input) ([]Event, error) {
	if err := c.Chosen.checkAs("chosen.level"); err != nil {
		return nil, err
	}
	facts := AwardFacts(in.History)
	standing := facts.Standing(nil)
	if standing.Status != Contested && standing.Status != Arbitrated {
		return nil, broken(contestedNo, "chosen")
	}
	if !slices.ContainsFunc(facts.Live(), func(f AwardFact) bool { return f.Award == c.Chosen }) {
		return nil, broken(choiceStatedNo, "chosen", c.Chosen)
	}
	if err := fourEyes(in, in.History, c.By); err != nil {
		return nil, err
	}
	return one(&c.AwardArbitrated)
}

// RetractRecord asks to take back a fact of a stream.
type RetractRecord struct {
	alone
	In StreamName
	RecordRetracted
}

func (e *RecordRetracted) command(r Recorded) Command {
	return RetractRecord{In: r.Stream, RecordRetracted: *e}
}

func (c RetractRecord) Stream() StreamName { return c.In }

func (c RetractRecord) Decide(in Input) ([]Event, error) {
	if c.In.Category() == "figures" {
		return nil, broken(factExistsFigure, "event")
	}
	if err := StandingFact(in.History, c.Event); err != nil {
		return nil, err
	}
	return one(&c.RecordRetracted)
}

// DisputeFact asks to enter an objection to a fact of a stream.
type DisputeFact struct {
	alone
	In StreamName
	FactDisputed
}

func (e *FactDisputed) command(r Recorded) Command {
	return DisputeFact{In: r.Stream, FactDisputed: *e}
}

func (c DisputeFact) Stream() StreamName { return c.In }

func (c DisputeFact) Decide(in Input) ([]Event, error) {
	if err := StandingFact(in.History, c.Event); err != nil {
		return nil, err
	}
	return one(&c.FactDisputed)
}

// AnswerDispute asks to answer an objection. Whoever entered the disputed fact does not answer for it.
type AnswerDispute struct {
	In StreamName
	DisputeAnswered
}

func (e *DisputeAnswered) command(r Recorded) Command { return AnswerDispute{r.Stream, *e} }

func (c AnswerDispute) Stream() StreamName                 { return c.In }
func (c AnswerDispute) Basis() []StreamName                { return nil }
func (c AnswerDispute) Opens(history []Recorded) []Opening { return enteredBy(history) }

func (c AnswerDispute) Decide(in Input) ([]Event, error) {
	r, ok := find(in.History, c.Dispute)
	dispute, isDispute := r.Event.(*FactDisputed)
	if !ok || !isDispute {
		return nil, broken(disputeOpenNone, "dispute", c.Dispute, c.In)
	}
	for _, r := range in.History {
		if a, ok := r.Event.(*DisputeAnswered); ok && a.Dispute == c.Dispute {
			return nil, broken(disputeOpenAnswered, "dispute")
		}
	}
	if fact, ok := find(in.History, dispute.Event); ok {
		if err := fourEyes(in, []Recorded{fact}, c.By); err != nil {
			return nil, err
		}
	}
	return one(&c.DisputeAnswered)
}

// StandingFact holds that an id names a fact of the history that was not retracted.
func StandingFact(history []Recorded, id uuid.UUID) error {
	r, ok := find(history, id)
	if !ok {
		return broken(factExistsElsewhere, "event", id)
	}
	if !IsFact(r.Event) {
		return broken(factExistsNoFact, "event", id, r.Event.EventName())
	}
	for _, r := range history {
		switch e := r.Event.(type) {
		case *RecordRetracted:
			if e.Event == id {
				return broken(factExistsRetracted, "event", id)
			}
		case *FigureRetracted:
			if e.Event == id {
				return broken(factExistsRetracted, "event", id)
			}
		}
	}
	return nil
}

// IsFact tells whether an event is of a kind that can be disputed or retracted: what a source says.
func IsFact(e Event) bool {
	switch e.(type) {
	case *AwardRecorded, *MentionRecorded, *CeremonyFactRecorded, *FigurePublished, *EditionEnumerated, *ExplanationProposed, *RuleRecorded:
		return true
	}
	return false
}

// byPointer is where the person who entered an event stands.
const byPointer = "/data/by"

// enteredBy names who entered each fact of a history.
func enteredBy(history []Recorded) []Opening {
	var need []Opening
	for _, r := range history {
		for f := range SealedFields(r.Event) {
			if f.Pointer == byPointer {
				need = append(need, Opening{r.ID, byPointer})
			}
		}
	}
	return need
}

// fourEyes holds that whoever settles did not enter any of the facts alone. Where a fact was entered by nobody in
// particular, or the name was erased, there is nothing to compare: the rule is attested, not proven. A stranger sees
// that somebody is named.
func fourEyes(in Input, facts []Recorded, by *Sealed) error {
	if in.judged && by != nil {
		return nil
	}
	person, _ := by.Value().(string)
	if person == "" {
		return broken(fourEyesNobody, "by")
	}
	for _, f := range facts {
		if SamePerson(in.Opened[Opening{f.ID, byPointer}], person) {
			return broken(fourEyesSame, "by")
		}
	}
	return nil
}
