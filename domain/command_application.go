package domain

import "slices"

// RegisterCandidacy asks to enter a collectivity for an edition that is run here.
type RegisterCandidacy struct {
	Under
	CandidacyRegistered
}

func (e *CandidacyRegistered) command(r Recorded) Command { return RegisterCandidacy{underOf(r), *e} }

func (c RegisterCandidacy) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), CollectivityStream(c.Collectivity))
}
func (RegisterCandidacy) Opens([]Recorded) []Opening { return nil }

func (c RegisterCandidacy) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	body := foldBody(in.Others[CollectivityStream(c.Collectivity)])
	switch {
	case r.edition.Opened == nil:
		return nil, broken(editionRunNotOpen, "edition", c.Edition)
	case r.candidacy.Registered != nil:
		return nil, r.breach(candidacyOnceRegistered, "collectivity", TopicCandidacies, c.Collectivity, c.Edition)
	case body.registered == nil:
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case gone(body, r.today()):
		return nil, r.breach(bodyInForceGone, "collectivity", TopicCandidacies, c.Collectivity)
	}
	if err := r.inTime(); err != nil {
		return nil, err
	}
	return one(&c.CandidacyRegistered)
}

// gone tells whether a body has ended before a day: by its particulars, or because others took its place.
func gone(b body, day string) bool {
	until := b.registered.InForce
	return len(b.successors) > 0 || until != nil && until.To != "" && after(day, until.To)
}

// inTime holds that declarations are open.
func (r ruled) inTime() error {
	switch cal := r.edition.Calendar; {
	case r.edition.Opened == nil:
		return broken(editionRunNotHere, "edition")
	case r.edition.DeclarationsClosed:
		return r.breach(inTimeClosed, "edition", TopicCalendar)
	case r.today() < cal.Opens:
		return r.breach(inTimeEarly, "edition", TopicCalendar, cal.Opens)
	case r.today() > cal.Closes:
		return r.breach(inTimeOver, "edition", TopicCalendar, cal.Closes)
	}
	return nil
}

// registeredFirst holds that the candidacy was entered.
func (r ruled) registeredFirst(c Candidacy) error {
	if r.candidacy.Registered == nil {
		return r.breach(candidacyFirstNotRegistered, "collectivity", TopicCandidacies, c.Collectivity, c.Edition)
	}
	return nil
}

// live holds that the candidacy was entered and goes on.
func (r ruled) live(c Candidacy) error {
	if err := r.registeredFirst(c); err != nil {
		return err
	}
	switch r.candidacy.Stage {
	case StageWithdrawn:
		return r.breach(candidacyLiveWithdrawn, "collectivity", TopicCandidacies)
	case StageInadmissible:
		return r.breach(candidacyLiveInadmissible, "collectivity", TopicAdmission, r.candidacy.Inadmissible.Article)
	}
	return nil
}

// undecided holds that the candidacy goes on and that no decision on it is sealed.
func (r ruled) undecided(c Candidacy) error {
	if err := r.live(c); err != nil {
		return err
	}
	if r.candidacy.Seal() != nil {
		return r.breach(undecidedSealed, "collectivity", TopicDeliberation)
	}
	return nil
}

// SubmitCandidacy asks to freeze what a collectivity is judged by. It may be asked again until declarations are closed.
type SubmitCandidacy struct {
	Under
	CandidacySubmitted
}

func (e *CandidacySubmitted) command(r Recorded) Command { return SubmitCandidacy{underOf(r), *e} }

func (c SubmitCandidacy) Basis() []StreamName {
	all := c.Under.basis(c.Edition)
	for _, a := range c.Actions {
		all = append(all, ActionStream(a.Action))
	}
	return all
}
func (SubmitCandidacy) Opens([]Recorded) []Opening { return nil }

func (c SubmitCandidacy) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.live(c.Candidacy); err != nil {
		return nil, err
	}
	if err := r.inTime(); err != nil {
		return nil, err
	}
	for _, a := range c.Actions {
		if err := c.checkAction(r, a); err != nil {
			return nil, err
		}
	}
	return one(&c.CandidacySubmitted)
}

// checkAction holds that an action is there at the revision named, is the collectivity's own and ran in the edition's time.
func (c SubmitCandidacy) checkAction(r ruled, a ActionRevision) error {
	history := r.in.Others[ActionStream(a.Action)]
	if a.Revision < 0 || a.Revision >= len(history) {
		return r.breach(actionOwnNoRevision, "actions", TopicActions, a.Revision, a.Action)
	}
	action := StateOfAction(history[:a.Revision+1])
	if action.Collectivity != c.Collectivity {
		return r.breach(actionOwnAnother, "actions", TopicActions, a.Action, action.Collectivity)
	}
	if action.Ended != "" && after(r.edition.Calendar.Opens, action.Ended) {
		return r.breach(actionRunsEnded, "actions", TopicActions, a.Action, action.Ended, r.edition.Calendar.Opens)
	}
	return nil
}

// WithdrawCandidacy asks to take a candidacy back.
type WithdrawCandidacy struct {
	Under
	CandidacyWithdrawn
}

func (e *CandidacyWithdrawn) command(r Recorded) Command { return WithdrawCandidacy{underOf(r), *e} }

func (c WithdrawCandidacy) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (WithdrawCandidacy) Opens([]Recorded) []Opening { return nil }

func (c WithdrawCandidacy) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	return one(&c.CandidacyWithdrawn)
}

// RuleInadmissible asks to say that a candidacy is not judged.
type RuleInadmissible struct {
	Under
	CandidacyRuledInadmissible
}

func (e *CandidacyRuledInadmissible) command(r Recorded) Command {
	return RuleInadmissible{underOf(r), *e}
}

func (c RuleInadmissible) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), CollectivityStream(c.Collectivity))
}
func (RuleInadmissible) Opens([]Recorded) []Opening { return nil }

func (c RuleInadmissible) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	if err := r.articleNamed(c.Article); err != nil {
		return nil, err
	}
	if err := c.checkGround(r); err != nil {
		return nil, err
	}
	return one(&c.CandidacyRuledInadmissible)
}

// checkGround refuses a ground that the record contradicts. A membership counts by its year, which is that of the ceremony.
func (c RuleInadmissible) checkGround(r ruled) error {
	membership := StateOfMembership(r.in.Others[CollectivityStream(c.Collectivity)], c.Edition.Year())
	member, paid := membership.Membership != nil, membership.Paid > 0
	submitted := r.candidacy.Submitted
	refuse := func(by *Case, args ...any) error { return r.breach(by, "ground", TopicAdmission, args...) }
	switch {
	case c.Ground == "not-a-member" && member:
		return refuse(groundMember)
	case c.Ground == "unpaid" && paid:
		return refuse(groundPaid)
	case c.Ground == "no-action" && submitted != nil && len(submitted.Actions) > 0:
		return refuse(groundActions)
	case (c.Ground == "late" || c.Ground == "not-signed-off") && submitted != nil:
		return refuse(groundSubmitted, c.Ground)
	}
	return nil
}

// RequestInformation asks to put a question to a collectivity.
type RequestInformation struct {
	Under
	InformationRequested
}

func (e *InformationRequested) command(r Recorded) Command { return RequestInformation{underOf(r), *e} }

func (c RequestInformation) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (RequestInformation) Opens([]Recorded) []Opening { return nil }

func (c RequestInformation) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	if c.Until < r.today() {
		return nil, r.breach(requestTimeOver, "until", TopicAdmission, c.Until)
	}
	return one(&c.InformationRequested)
}

// AnswerInformation asks to answer such a question. A late answer is an answer: its date tells.
type AnswerInformation struct {
	Under
	InformationAnswered
}

func (e *InformationAnswered) command(r Recorded) Command { return AnswerInformation{underOf(r), *e} }

func (c AnswerInformation) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (AnswerInformation) Opens([]Recorded) []Opening { return nil }

func (c AnswerInformation) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	open := func(q InformationRequest) bool { return q.Event == c.Request && !q.Answered }
	if !slices.ContainsFunc(r.candidacy.Requests, open) {
		return nil, r.breach(requestOpenNone, "request", TopicAdmission, c.Request)
	}
	return one(&c.InformationAnswered)
}
