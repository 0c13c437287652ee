package domain

import "strconv"

// Calendar are the days of an edition, in their order.
type Calendar struct {
	Opens    string `json:"opens" validate:"required,date"`    // registration and declarations
	Closes   string `json:"closes" validate:"required,date"`   // the last day of declarations
	Jury     string `json:"jury" validate:"required,date"`     // the first session
	Ceremony string `json:"ceremony" validate:"required,date"` // results are public from then on, not before
}

// MentionOffered is a mention of an edition. Follows is the one that it is said to continue: a link, not the same id.
type MentionOffered struct {
	Mention MentionID `json:"mention" validate:"required,mention"`
	Name    string    `json:"name" validate:"required,line,max=200"`
	Follows MentionID `json:"follows,omitempty" validate:"omitempty,mention"`
}

// EditionOpened begins an edition that is run in Arobase.
type EditionOpened struct {
	Edition    Edition          `json:"edition" validate:"required,edition"`
	Regulation string           `json:"regulation" validate:"required,slug"`
	Grid       string           `json:"grid" validate:"required,slug"`
	Calendar   Calendar         `json:"calendar"`
	Mentions   []MentionOffered `json:"mentions,omitempty" validate:"omitempty,min=1,max=50,unique=Mention,dive"`
	Provenance
}

func (*EditionOpened) EventName() string { return "edition-opened" }

// DeadlineExtended moves the last day of declarations, or the first session, to a later day.
type DeadlineExtended struct {
	Edition  Edition `json:"edition" validate:"required,edition"`
	Deadline string  `json:"deadline" validate:"required,oneof=closes jury"`
	Until    string  `json:"until" validate:"required,date"`
	Reason   *Sealed `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*DeadlineExtended) EventName() string { return "deadline-extended" }

// DeclarationsClosed ends the time in which candidacies are submitted. Candidacies is how many were.
type DeclarationsClosed struct {
	Edition     Edition `json:"edition" validate:"required,edition"`
	Candidacies int     `json:"candidacies" validate:"min=0,max=100000"`
	Provenance
}

func (*DeclarationsClosed) EventName() string { return "declarations-closed" }

// JurorAppointed gives a juror of an edition a number. Who it is, is sealed; the college and the affiliation are public.
type JurorAppointed struct {
	Edition Edition `json:"edition" validate:"required,edition"`
	Juror   int     `json:"juror" validate:"min=1,max=200"`
	College string  `json:"college" validate:"required,oneof=academic journalist ministry association elected other"`
	// Chair tells the juror who presides: yes, or left out.
	Chair       string  `json:"chair,omitempty" validate:"omitempty,eq=yes"`
	Person      *Sealed `json:"person" seal:"restricted" validate:"required"`
	Affiliation *Sealed `json:"affiliation,omitempty" seal:"public"`
	Provenance
}

func (*JurorAppointed) EventName() string { return "juror-appointed" }

// JurorStream is the stream of one juror of an edition.
func JurorStream(e Edition, juror int) StreamName {
	return StreamName("juror-" + e.String() + "-" + strconv.Itoa(juror))
}

// ConflictDeclared says that a juror has an interest in a collectivity. The juror is recused there.
type ConflictDeclared struct {
	Edition      Edition        `json:"edition" validate:"required,edition"`
	Juror        int            `json:"juror" validate:"min=1,max=200"`
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Category     string         `json:"category" validate:"required,oneof=employment mandate contract family residence other"`
	Nature       *Sealed        `json:"nature,omitempty" seal:"restricted"`
	Provenance
}

func (*ConflictDeclared) EventName() string { return "conflict-declared" }

// JurorTermEnded says that a juror sits no more.
type JurorTermEnded struct {
	Edition Edition `json:"edition" validate:"required,edition"`
	Juror   int     `json:"juror" validate:"min=1,max=200"`
	Cause   string  `json:"cause" validate:"required,oneof=resigned replaced incapacity other"`
	Provenance
}

func (*JurorTermEnded) EventName() string { return "juror-term-ended" }

// JuryListPublished makes the jury of an edition public, by numbers; their colleges and affiliations are public already.
type JuryListPublished struct {
	Edition Edition `json:"edition" validate:"required,edition"`
	Jurors  []int   `json:"jurors" validate:"required,min=1,max=200,unique,dive,min=1,max=200"`
	Provenance
}

func (*JuryListPublished) EventName() string { return "jury-list-published" }

// JurySessionHeld says who was present at a sitting of the jury, which is behind closed doors.
type JurySessionHeld struct {
	Edition Edition `json:"edition" validate:"required,edition"`
	Session int     `json:"session" validate:"min=1,max=100"`
	On      string  `json:"on" validate:"required,date"`
	Present []int   `json:"present" validate:"required,min=1,max=200,unique,dive,min=1,max=200"`
	// Quorum is the number that the regulation asked for on that day.
	Quorum int `json:"quorum" validate:"min=0,max=200"`
	Provenance
}

func (*JurySessionHeld) EventName() string { return "jury-session-held" }

// DeliberationClosed ends the deliberation: there is one sealed decision for every candidacy that is admissible.
type DeliberationClosed struct {
	Edition   Edition `json:"edition" validate:"required,edition"`
	Decisions int     `json:"decisions" validate:"min=0,max=100000"`
	Provenance
}

func (*DeliberationClosed) EventName() string { return "deliberation-closed" }

// CeremonyPostponed moves the day from which results are public.
type CeremonyPostponed struct {
	Edition Edition `json:"edition" validate:"required,edition"`
	To      string  `json:"to" validate:"required,date"`
	Reason  *Sealed `json:"reason" seal:"public" validate:"required"`
	Provenance
}

func (*CeremonyPostponed) EventName() string { return "ceremony-postponed" }

// LevelCount is how many collectivities received a level; 0 stands for the rung below the first.
type LevelCount struct {
	Level int `json:"level" validate:"min=0,max=5"`
	Count int `json:"count" validate:"min=1,max=100000"`
}

// PalmaresPublished is the last event of a ceremony: from here on the results of the edition are public. Digest is that
// of package domain's Palmares, so that whoever reads the results can compute it. Second is the person who publishes
// together with the first.
type PalmaresPublished struct {
	Edition       Edition      `json:"edition" validate:"required,edition"`
	On            string       `json:"on" validate:"required,date"`
	Digest        string       `json:"digest" validate:"required,sha256hex"`
	Labelled      int          `json:"labelled" validate:"min=0,max=100000"`
	CountsByLevel []LevelCount `json:"countsByLevel,omitempty" validate:"omitempty,min=1,max=6,unique=Level,dive"`
	HorsConcours  int          `json:"horsConcours" validate:"min=0,max=100000"`
	Mentions      int          `json:"mentions" validate:"min=0,max=100000"`
	Second        *Sealed      `json:"second" seal:"restricted" validate:"required"`
	Provenance
}

func (*PalmaresPublished) EventName() string { return "palmares-published" }

// EditionClosed ends an edition: nothing of it is decided any more but what an appeal changes.
type EditionClosed struct {
	Edition Edition `json:"edition" validate:"required,edition"`
	Provenance
}

func (*EditionClosed) EventName() string { return "edition-closed" }
