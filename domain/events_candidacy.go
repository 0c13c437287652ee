package domain

import "github.com/google/uuid"

// Certainty says how a source tells a fact.
type Certainty string

const (
	Stated  Certainty = "stated"  // the source says it
	Derived Certainty = "derived" // worked out from what the source says; counted apart
	Undated Certainty = "undated" // the source says it, but not of which edition
)

// Holding says which collectivity is meant, in which edition, and what a source calls both.
type Holding struct {
	// Edition is absent where the source does not say which one.
	Edition      Edition        `json:"edition,omitempty" validate:"omitempty,edition"`
	YearAsStated string         `json:"yearAsStated,omitempty" validate:"omitempty,max=40,year"`
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Holder       string         `json:"holder" validate:"required,line,max=200"`
	Certainty    Certainty      `json:"certainty" validate:"required,oneof=stated derived undated"`
	Source       SourceID       `json:"source" validate:"required,sourceid"`
	Note         *Sealed        `json:"note,omitempty" seal:"public"`
	Provenance
}

// AwardRecorded is a label that a source says a collectivity received.
type AwardRecorded struct {
	Award
	Holding
}

func (*AwardRecorded) EventName() string { return "award-recorded" }

// MentionRecorded is a mention or a distinction that a source says a collectivity received.
type MentionRecorded struct {
	Mention MentionID `json:"mention" validate:"required,mention"`
	// Label is what the source calls the mention.
	Label *Sealed `json:"label,omitempty" seal:"public"`
	Holding
}

func (*MentionRecorded) EventName() string { return "mention-recorded" }

// AwardArbitrated settles what sources that contradict each other leave open. The contradicting facts remain.
type AwardArbitrated struct {
	Candidacy
	Chosen Award   `json:"chosen" validate:"required"`
	Reason *Sealed `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*AwardArbitrated) EventName() string { return "award-arbitrated" }

// Candidacy names one collectivity in one edition.
type Candidacy struct {
	Edition      Edition        `json:"edition,omitempty" validate:"omitempty,edition"`
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
}

// Stream is the stream of the candidacy.
func (c Candidacy) Stream() StreamName { return CandidacyStream(c.Edition, c.Collectivity) }

// RecordRetracted takes back a fact of the same stream that should not have been entered. It says nothing of the world:
// a retracted fact is not a lost label.
type RecordRetracted struct {
	Event  uuid.UUID `json:"event" validate:"required"`
	Cause  string    `json:"cause" validate:"required,oneof=transcription identity source-corrected"`
	Reason *Sealed   `json:"reason,omitempty" seal:"public"`
	Provenance
}

func (*RecordRetracted) EventName() string { return "record-retracted" }

// FactDisputed is an objection to a fact by anyone concerned. It stands beside the fact and does not change it.
type FactDisputed struct {
	Event uuid.UUID `json:"event" validate:"required"`
	Claim *Sealed   `json:"claim" seal:"public" validate:"required"`
	Provenance
}

func (*FactDisputed) EventName() string { return "fact-disputed" }

// DisputeAnswered answers an objection. What follows from it, a retraction or an arbitration, is an event of its own.
type DisputeAnswered struct {
	Dispute uuid.UUID `json:"dispute" validate:"required"`
	Outcome string    `json:"outcome" validate:"required,oneof=upheld rejected noted"`
	Answer  *Sealed   `json:"answer" seal:"public" validate:"required"`
	Provenance
}

func (*DisputeAnswered) EventName() string { return "dispute-answered" }
