package domain

import (
	"slices"

	"github.com/google/uuid"
)

// SealDecision asks to seal the decision of the jury. Jurors are those who were present at the session: their streams are
// read, so that nobody with an interest counts.
type SealDecision struct {
	Under
	Jurors []int
	DecisionSealed
}

func (e *DecisionSealed) command(r Recorded) Command {
	return SealDecision{underOf(r), jurorsOf(r, e.Edition), *e}
}

func (c SealDecision) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), jurorStreams(c.Edition, c.Jurors)...)
}
func (SealDecision) Opens([]Recorded) []Opening { return nil }

func (c SealDecision) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.DecisionSealed); err != nil { // so that what follows finds the values that it looks at
		return nil, err
	}
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.live(c.Candidacy); err != nil {
		return nil, err
	}
	if err := r.submitted(); err != nil {
		return nil, err
	}
	switch {
	case r.candidacy.Seal() != nil:
		return nil, r.breach(oneSealSealed, "collectivity", TopicDeliberation)
	case !r.edition.DeclarationsClosed:
		return nil, r.breach(declarationsClosedOpen, "edition", TopicCalendar, r.edition.Calendar.Closes)
	case r.edition.DeliberationClosed && len(r.candidacy.Seals) == 0:
		return nil, r.breach(deliberatingClosed, "edition", TopicDeliberation)
	case r.edition.Published != nil:
		return nil, r.breach(deliberatingPublished, "edition", TopicEmbargo)
	}
	voters, err := c.quorum(r)
	if err != nil {
		return nil, err
	}
	if n, want := len(r.candidacy.Reporting()), r.regulation.jurors(); n < want {
		return nil, citing(r.regulation.JurorsPerCandidacy.Article, jurorsFew, "collectivity", n, want)
	}
	if !in.judged {
		if err := c.checkValues(r, voters); err != nil {
			return nil, err
		}
	}
	return one(&c.DecisionSealed)
}

// quorum holds that enough jurors were present without those who take no part, and gives how many could vote.
func (c SealDecision) quorum(r ruled) (int, error) {
	held, err := r.session(c.Session)
	if err != nil {
		return 0, err
	}
	if present := slices.Sorted(slices.Values(held.Present)); !slices.Equal(present, c.Jurors) {
		return 0, broken(basisJurors, "", c.Jurors, present)
	}
	voters := r.voters(c.Candidacy, held.Present)
	if want := r.regulation.quorum(); len(voters) < want {
		return 0, citing(r.regulation.Quorum.Article, quorumShort, "session", len(voters), len(held.Present), want)
	}
	return len(voters), nil
}

// voters are those who can vote on a candidacy: without the recused and those who declared an interest.
func (r ruled) voters(c Candidacy, jurors []int) []int {
	return slices.DeleteFunc(slices.Clone(jurors), func(n int) bool {
		_, bound := StateOfJuror(r.in.Others[JurorStream(c.Edition, n)]).Conflicts[c.Collectivity]
		return bound || r.candidacy.Recused(n)
	})
}

func (e *RegulationPublished) quorum() int {
	if e == nil {
		return 0
	}
	return e.Quorum.Value
}

func (e *RegulationPublished) jurors() int {
	if e == nil {
		return 0
	}
	return e.JurorsPerCandidacy.Value
}

// checkValues holds the deferred rules, and the one of the departure, by the values themselves.
func (c SealDecision) checkValues(r ruled, voters int) error {
	result, tally := c.values()
	if err := r.checkResult(result, "distinction", "level", "mentions"); err != nil {
		return err
	}
	if err := r.checkTally(tally, voters, "tally"); err != nil {
		return err
	}
	found, _ := c.Assessment.Value().(Finding)
	departure, _ := c.Departure.Value().(string)
	departs := result.Distinction != DistinctionLevel || result.Level != Level(found.Possible)
	switch {
	case departs && departure == "":
		return r.breach(departureUnsaid, "departure", TopicLevels, found.Possible)
	case !departs && departure != "":
		return r.breach(departureNone, "departure", TopicLevels)
	}
	return nil
}

// values are the plain enumerations of a decision that is still to be sealed.
func (e *DecisionSealed) values() (Result, Tally) {
	d, _ := e.Distinction.Value().(Distinction)
	n, _ := e.Level.Value().(int)
	mentions, _ := e.Mentions.Value().([]MentionID)
	tally, _ := e.Tally.Value().(Tally)
	return Result{Distinction: d, Level: Level(n), Mentions: mentions}, tally
}

// checkResult holds that distinction and level belong together, that the level is not below the least of the regulation,
// and that the edition offers the mentions. The fields are where they stand.
func (r ruled) checkResult(x Result, distinction, level, mentions string) error {
	least := 0
	if r.regulation != nil {
		least = r.regulation.MinimumLevel.Value
	}
	switch {
	case (x.Distinction == DistinctionLevel) != (x.Level != 0), x.Level != 0 && !x.Level.Valid():
		return r.breach(decisionFormLevel, level, TopicLevels, MinLevel, MaxLevel)
	case x.Distinction == DistinctionLevel && int(x.Level) < least, x.Distinction == DistinctionNone && least > 0:
		return citing(r.regulation.MinimumLevel.Article, minimumLevelBelow, level, least)
	}
	for _, m := range x.Mentions {
		if r.edition.Opened == nil || !slices.ContainsFunc(r.edition.Opened.Mentions, func(o MentionOffered) bool { return o.Mention == m }) {
			return r.breach(mentionOfferedNone, mentions, TopicMentions, m)
		}
	}
	return nil
}

// checkTally holds that nobody voted who could not.
func (r ruled) checkTally(t Tally, voters int, field string) error {
	if n := t.For + t.Against + t.Abstained; n > voters {
		return r.breach(tallyMany, field, TopicDeliberation, n, voters)
	}
	return nil
}

// SupersedeDecision asks to take a sealed decision back, before it is disclosed.
type SupersedeDecision struct {
	Under
	DecisionSuperseded
}

func (e *DecisionSuperseded) command(r Recorded) Command { return SupersedeDecision{underOf(r), *e} }

func (c SupersedeDecision) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (SupersedeDecision) Opens([]Recorded) []Opening { return nil }

func (c SupersedeDecision) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.registeredFirst(c.Candidacy); err != nil {
		return nil, err
	}
	if r.candidacy.Disclosed != nil || r.edition.Published != nil {
		return nil, r.breach(beforeCeremonyDisclosed, "edition", TopicEmbargo)
	}
	if _, err := r.sealed(c.Of); err != nil {
		return nil, err
	}
	return one(&c.DecisionSuperseded)
}

// sealed gives the live seal, and holds that it is the one named.
func (r ruled) sealed(of uuid.UUID) (*Seal, error) {
	seal := r.candidacy.Seal()
	if seal == nil || seal.Event != of {
		return nil, r.breach(sealNamedOther, "of", TopicDeliberation, of)
	}
	return seal, nil
}

// DiscloseDecision asks to open a decision at the ceremony. It is here that anyone can judge what was sealed. Jurors are
// those who were present at its session.
type DiscloseDecision struct {
	Under
	Jurors []int
	DecisionDisclosed
}

func (e *DecisionDisclosed) command(r Recorded) Command {
	return DiscloseDecision{underOf(r), jurorsOf(r, e.Edition), *e}
}

func (c DiscloseDecision) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), jurorStreams(c.Edition, c.Jurors)...)
}
func (DiscloseDecision) Opens([]Recorded) []Opening { return nil }

func (c DiscloseDecision) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.registeredFirst(c.Candidacy); err != nil {
		return nil, err
	}
	switch {
	case !r.edition.DeliberationClosed:
		return nil, r.breach(ceremonyDeliberationOpen, "edition", TopicEmbargo)
	case r.today() < r.edition.Calendar.Ceremony:
		return nil, r.breach(ceremonyEarly, "edition", TopicEmbargo, r.edition.Calendar.Ceremony)
	case r.edition.Published != nil:
		return nil, r.breach(ceremonyPublished, "edition", TopicEmbargo)
	case r.candidacy.Disclosed != nil:
		return nil, r.breach(disclosedOnceAlready, "of", TopicEmbargo)
	}
	seal, err := r.sealed(c.Of)
	if err != nil {
		return nil, err
	}
	if err := c.Opened.fits(in.LedgerID, seal); err != nil {
		return nil, err
	}
	if err := r.checkResult(c.Opened.Result(), "opened.distinction", "opened.level", "opened.mentions"); err != nil {
		return nil, err
	}
	held, ok := r.edition.Session(seal.Decision.Session)
	if present := slices.Sorted(slices.Values(held.Present)); !ok || !slices.Equal(present, c.Jurors) {
		return nil, broken(basisJudged, "", c.Jurors, present)
	}
	if err := r.checkTally(c.Opened.Tally.Value, len(r.voters(c.Candidacy, held.Present)), "opened.tally"); err != nil {
		return nil, err
	}
	return one(&c.DecisionDisclosed)
}

// published holds that the results of the edition are public, and that what is named is the decision that was disclosed.
func (r ruled) published(c Candidacy, of uuid.UUID) (Outcome, error) {
	if err := r.registeredFirst(c); err != nil {
		return Outcome{}, err
	}
	if r.edition.Published == nil {
		return Outcome{}, r.breach(publishedNotYet, "edition", TopicEmbargo)
	}
	stands, ok := r.candidacy.Course.Outcome()
	if !ok || r.candidacy.Disclosed.Of != of {
		return stands, r.breach(disclosedNamedOther, "of", TopicDeliberation, of)
	}
	return stands, nil
}

// NotifyDecision asks to say that a collectivity was told.
type NotifyDecision struct {
	Under
	DecisionNotified
}

func (e *DecisionNotified) command(r Recorded) Command { return NotifyDecision{underOf(r), *e} }

func (c NotifyDecision) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (NotifyDecision) Opens([]Recorded) []Opening { return nil }

func (c NotifyDecision) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if _, err := r.published(c.Candidacy, c.Of); err != nil {
		return nil, err
	}
	switch {
	case r.candidacy.Notified != nil:
		return nil, r.breach(notifiedAlready, "of", TopicAppeals, r.candidacy.Notified.On)
	case c.On < r.edition.Published.On || c.On > r.today():
		return nil, r.breach(notifiedDay, "on", TopicAppeals, r.edition.Published.On)
	}
	return one(&c.DecisionNotified)
}

// RectifyDecision asks to correct a published decision that was written down wrongly.
type RectifyDecision struct {
	Under
	DecisionRectified
}

func (e *DecisionRectified) command(r Recorded) Command { return RectifyDecision{underOf(r), *e} }

func (c RectifyDecision) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (RectifyDecision) Opens([]Recorded) []Opening { return nil }

func (c RectifyDecision) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	stands, err := r.published(c.Candidacy, c.Of)
	if err != nil {
		return nil, err
	}
	switch {
	case stands.Withdrawn:
		return nil, r.breach(labelHeldWithdrawn, "of", TopicWithdrawal)
	case !c.From.Equal(stands.Result):
		return nil, r.breach(rectifiedFrom, "from", TopicDeliberation)
	case c.To.Equal(c.From):
		return nil, r.breach(rectifiedSame, "to", TopicDeliberation)
	}
	if err := r.checkResult(c.To, "to.distinction", "to.level", "to.mentions"); err != nil {
		return nil, err
	}
	return one(&c.DecisionRectified)
}

// WithdrawLabel asks to take a label away.
type WithdrawLabel struct {
	Under
	LabelWithdrawn
}

func (e *LabelWithdrawn) command(r Recorded) Command { return WithdrawLabel{underOf(r), *e} }

func (c WithdrawLabel) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (WithdrawLabel) Opens([]Recorded) []Opening { return nil }

func (c WithdrawLabel) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	stands, err := r.published(c.Candidacy, c.Of)
	if err != nil {
		return nil, err
	}
	if stands.Withdrawn || stands.Result.Distinction == DistinctionNone {
		return nil, r.breach(labelHeldNone, "of", TopicWithdrawal)
	}
	if err := r.articleNamed(c.Article); err != nil {
		return nil, err
	}
	return one(&c.LabelWithdrawn)
}
