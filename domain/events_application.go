package domain

import "github.com/google/uuid"

// CandidacyRegistered enters a collectivity for an edition. Kind and population are those stated for the edition, never
// computed from today's.
type CandidacyRegistered struct {
	Candidacy
	Kind           string `json:"kind" validate:"required,oneof=village ville territoire"`
	Population     int    `json:"population,omitempty" validate:"omitempty,min=1,max=100000000"`
	PopulationYear int    `json:"populationYear,omitempty" validate:"omitempty,min=1800,max=2200"`
	Provenance
}

func (*CandidacyRegistered) EventName() string { return "candidacy-registered" }

// ActionRevision is an action as it stood at a revision of its stream.
type ActionRevision struct {
	Action   ActionID `json:"action" validate:"required,actionid"`
	Revision int      `json:"revision" validate:"min=0,max=1000000"`
}

// CandidacySubmitted freezes what a collectivity is judged by: actions as they stood. Submitting again, before
// declarations are closed, replaces it. SignedOff is who signed it off. As many actions as are named fit into one entry of
// the log, together with the revisions of their streams in the basis.
type CandidacySubmitted struct {
	Candidacy
	Actions   []ActionRevision `json:"actions,omitempty" validate:"omitempty,min=1,max=250,unique=Action,dive"`
	SignedOff *Sealed          `json:"signedOff" seal:"restricted" validate:"required"`
	Provenance
}

func (*CandidacySubmitted) EventName() string { return "candidacy-submitted" }

// CandidacyWithdrawn takes a candidacy back.
type CandidacyWithdrawn struct {
	Candidacy
	Reason *Sealed `json:"reason,omitempty" seal:"restricted"`
	Provenance
}

func (*CandidacyWithdrawn) EventName() string { return "candidacy-withdrawn" }

// CandidacyRuledInadmissible says that a candidacy is not judged, on a ground and by an article of the regulation.
type CandidacyRuledInadmissible struct {
	Candidacy
	Ground  string  `json:"ground" validate:"required,oneof=not-a-member unpaid late not-signed-off not-a-collectivity no-action other"`
	Article string  `json:"article" validate:"required,article"`
	Reason  *Sealed `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*CandidacyRuledInadmissible) EventName() string { return "candidacy-ruled-inadmissible" }

// InformationRequested asks a collectivity for what its file lacks.
type InformationRequested struct {
	Candidacy
	Question *Sealed `json:"question" seal:"restricted" validate:"required"`
	Until    string  `json:"until" validate:"required,date"`
	Provenance
}

func (*InformationRequested) EventName() string { return "information-requested" }

// InformationAnswered answers such a request.
type InformationAnswered struct {
	Candidacy
	Request uuid.UUID `json:"request" validate:"required"`
	Answer  *Sealed   `json:"answer" seal:"restricted" validate:"required"`
	Provenance
}

func (*InformationAnswered) EventName() string { return "information-answered" }

// JurorAssigned gives a candidacy to a juror to report on.
type JurorAssigned struct {
	Candidacy
	Juror int `json:"juror" validate:"min=1,max=200"`
	Provenance
}

func (*JurorAssigned) EventName() string { return "juror-assigned" }

// JurorRecused says that a juror takes no part in a candidacy.
type JurorRecused struct {
	Candidacy
	Juror    int    `json:"juror" validate:"min=1,max=200"`
	Category string `json:"category" validate:"required,oneof=employment mandate contract family residence other"`
	Provenance
}

func (*JurorRecused) EventName() string { return "juror-recused" }

// OpinionSealed is what a juror thinks of a candidacy, given before the software's assessment is shown. It is never made
// public.
type OpinionSealed struct {
	Candidacy
	Juror   int     `json:"juror" validate:"min=1,max=200"`
	Opinion *Sealed `json:"opinion" seal:"restricted" validate:"required"`
	Provenance
}

func (*OpinionSealed) EventName() string { return "opinion-sealed" }

// DecisionDeferred puts a decision off to a later session.
type DecisionDeferred struct {
	Candidacy
	Session int     `json:"session" validate:"min=1,max=100"`
	Reason  *Sealed `json:"reason" seal:"restricted" validate:"required"`
	Provenance
}

func (*DecisionDeferred) EventName() string { return "decision-deferred" }
