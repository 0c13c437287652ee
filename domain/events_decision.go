package domain

import "github.com/google/uuid"

// DecisionSealed is the decision of the jury on one candidacy, under embargo: one for every admissible candidacy, in the
// order of their ids, all with the same sealed fields, always present. From outside they differ in nothing.
//
// The enumerations (distinction, level, mentions, tally) are opened in a later event and can never be erased; the texts
// are disclosed from the ceremony on; the votes by name never are.
type DecisionSealed struct {
	Candidacy
	// Session is the sitting in which it was taken: who was present is in the edition's stream.
	Session     int     `json:"session" validate:"min=1,max=100"`
	Distinction *Sealed `json:"distinction" seal:"ceremony" value:"distinction" erase:"never" validate:"required"`
	Level       *Sealed `json:"level" seal:"ceremony" value:"level" erase:"never" validate:"required"`
	Mentions    *Sealed `json:"mentions" seal:"ceremony" value:"mentions" erase:"never" validate:"required"`
	Tally       *Sealed `json:"tally" seal:"ceremony" value:"tally" erase:"never" validate:"required"`
	Assessment  *Sealed `json:"assessment" seal:"ceremony" value:"finding" validate:"required"`
	// Departure is empty where the decision is what the assessment finds possible: from outside nobody can tell.
	Departure  *Sealed `json:"departure" seal:"ceremony" value:"remark" validate:"required"`
	Motivation *Sealed `json:"motivation" seal:"ceremony" validate:"required"`
	Votes      *Sealed `json:"votes" seal:"restricted" validate:"required"`
	Provenance
}

func (*DecisionSealed) EventName() string { return "decision-sealed" }

// DecisionSuperseded takes a sealed decision back before the ceremony; another one follows.
type DecisionSuperseded struct {
	Candidacy
	Of     uuid.UUID `json:"of" validate:"required"`
	Reason *Sealed   `json:"reason" seal:"restricted" validate:"required"`
	Provenance
}

func (*DecisionSuperseded) EventName() string { return "decision-superseded" }

// Tally counts the votes of a decision.
type Tally struct {
	For       int `json:"for" validate:"min=0,max=200"`
	Against   int `json:"against" validate:"min=0,max=200"`
	Abstained int `json:"abstained" validate:"min=0,max=200"`
}

// Salt is the 32 random bytes of a commitment, in base64.
type Salt string

// OpenedDistinction, OpenedLevel, OpenedMentions and OpenedTally are values that were sealed, with their salts: anyone
// can check them against the decision, for ever.
type OpenedDistinction struct {
	Value Distinction `json:"value" validate:"required,oneof=level hors-concours none"`
	Salt  Salt        `json:"salt" validate:"required,salt"`
}

// OpenedLevel is 0 where the distinction has none.
type OpenedLevel struct {
	Value int  `json:"value" validate:"min=0,max=5"`
	Salt  Salt `json:"salt" validate:"required,salt"`
}

// OpenedMentions are in the order of their ids; there may be none.
type OpenedMentions struct {
	Value []MentionID `json:"value" validate:"required,max=50,unique,dive,mention"`
	Salt  Salt        `json:"salt" validate:"required,salt"`
}

// OpenedTally counts votes, by no name.
type OpenedTally struct {
	Value Tally `json:"value"`
	Salt  Salt  `json:"salt" validate:"required,salt"`
}

// Opened are the enumerations of a decision.
type Opened struct {
	Distinction OpenedDistinction `json:"distinction"`
	Level       OpenedLevel       `json:"level"`
	Mentions    OpenedMentions    `json:"mentions"`
	Tally       OpenedTally       `json:"tally"`
}

// DecisionDisclosed opens a decision at the ceremony.
type DecisionDisclosed struct {
	Candidacy
	Of     uuid.UUID `json:"of" validate:"required"`
	Opened Opened    `json:"opened"`
	Provenance
}

func (*DecisionDisclosed) EventName() string { return "decision-disclosed" }

// DecisionNotified says that a collectivity was told, on a day, and so from when an appeal can be lodged.
type DecisionNotified struct {
	Candidacy
	Of      uuid.UUID `json:"of" validate:"required"`
	On      string    `json:"on" validate:"required,date"`
	Channel string    `json:"channel" validate:"required,oneof=letter e-mail ceremony"`
	Provenance
}

func (*DecisionNotified) EventName() string { return "decision-notified" }

// Result is what a candidacy came to.
type Result struct {
	Distinction Distinction `json:"distinction" validate:"required,oneof=level hors-concours none"`
	Level       Level       `json:"level,omitempty" validate:"omitempty,level"`
	Mentions    []MentionID `json:"mentions,omitempty" validate:"omitempty,min=1,max=50,unique,dive,mention"`
}

// Check tells whether a result is one: the distinction "level" has a level, and no other has. Field is where it stands.
func (r Result) Check(field string) error {
	return Award{Distinction: r.Distinction, Level: r.Level}.checkAs(field + ".level")
}

// Result is what an opened decision came to.
func (o Opened) Result() Result {
	r := Result{Distinction: o.Distinction.Value, Level: Level(o.Level.Value)}
	if len(o.Mentions.Value) > 0 {
		r.Mentions = o.Mentions.Value
	}
	return r
}

// DecisionRectified corrects a published decision that was written down wrongly. It is not a new decision.
type DecisionRectified struct {
	Candidacy
	Of     uuid.UUID `json:"of" validate:"required"`
	From   Result    `json:"from"`
	To     Result    `json:"to"`
	Reason *Sealed   `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*DecisionRectified) EventName() string { return "decision-rectified" }

// LabelWithdrawn takes a label away, by an article of the regulation.
type LabelWithdrawn struct {
	Candidacy
	Of      uuid.UUID `json:"of" validate:"required"`
	Article string    `json:"article" validate:"required,article"`
	Reason  *Sealed   `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*LabelWithdrawn) EventName() string { return "label-withdrawn" }

// AppealLodged asks for a decision to be made again. Nothing of it can be erased until it is decided.
type AppealLodged struct {
	Candidacy
	Of      uuid.UUID `json:"of" validate:"required"`
	On      string    `json:"on" validate:"required,date"`
	Grounds *Sealed   `json:"grounds" seal:"restricted" validate:"required"`
	Provenance
}

func (*AppealLodged) EventName() string { return "appeal-lodged" }

// AppealAdmitted says that an appeal is heard.
type AppealAdmitted struct {
	Candidacy
	Appeal uuid.UUID `json:"appeal" validate:"required"`
	Provenance
}

func (*AppealAdmitted) EventName() string { return "appeal-admitted" }

// AppealRejected says that an appeal is not heard, by an article of the regulation.
type AppealRejected struct {
	Candidacy
	Appeal  uuid.UUID `json:"appeal" validate:"required"`
	Article string    `json:"article" validate:"required,article"`
	Reason  *Sealed   `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*AppealRejected) EventName() string { return "appeal-rejected" }

// AppealDecided ends an appeal. The panel has none of the jurors who reported on the candidacy first.
type AppealDecided struct {
	Candidacy
	Appeal  uuid.UUID `json:"appeal" validate:"required"`
	Panel   []int     `json:"panel" validate:"required,min=1,max=200,unique,dive,min=1,max=200"`
	Outcome string    `json:"outcome" validate:"required,oneof=confirmed changed"`
	To      *Result   `json:"to,omitempty" validate:"omitempty"`
	Tally   Tally     `json:"tally"`
	Reason  *Sealed   `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*AppealDecided) EventName() string { return "appeal-decided" }
