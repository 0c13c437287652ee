package domain

import "slices"

// sits holds that a juror is on the list of the edition.
func (r ruled) sits(juror int, field string) error {
	if !slices.Contains(r.edition.Jurors, juror) {
		return r.breach(juryListNotListed, field, TopicJury, juror)
	}
	return nil
}

// impartial holds that a juror is in term, and neither recused from the candidacy nor bound to the collectivity. The
// juror's stream is read as the basis names it: a conflict that is declared later leads to a recusal (see Recusals).
func (r ruled) impartial(c Candidacy, juror int, field string) error {
	j := StateOfJuror(r.in.Others[JurorStream(c.Edition, juror)])
	switch category, bound := j.Conflicts[c.Collectivity]; {
	case j.Ended:
		return r.breach(jurorInTermEnded, field, TopicJury, juror)
	case r.candidacy.Recused(juror):
		return r.breach(impartialRecused, field, TopicConflicts, juror)
	case bound:
		return r.breach(impartialInterest, field, TopicConflicts, juror, c.Collectivity, category)
	}
	return nil
}

// submitted holds that there is something to judge.
func (r ruled) submitted() error {
	if r.candidacy.Submitted == nil {
		return r.breach(submittedNothing, "collectivity", TopicCandidacies)
	}
	return nil
}

// AssignJuror asks to give a candidacy to a juror to report on.
type AssignJuror struct {
	Under
	JurorAssigned
}

func (e *JurorAssigned) command(r Recorded) Command { return AssignJuror{underOf(r), *e} }

func (c AssignJuror) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), JurorStream(c.Edition, c.Juror))
}
func (AssignJuror) Opens([]Recorded) []Opening { return nil }

func (c AssignJuror) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	if err := r.submitted(); err != nil {
		return nil, err
	}
	if err := r.sits(c.Juror, "juror"); err != nil {
		return nil, err
	}
	if err := r.impartial(c.Candidacy, c.Juror, "juror"); err != nil {
		return nil, err
	}
	if slices.Contains(r.candidacy.Assigned, c.Juror) {
		return nil, r.breach(assignedOnceAlready, "juror", TopicJury, c.Juror)
	}
	return one(&c.JurorAssigned)
}

// RecuseJuror asks to say that a juror takes no part in a candidacy. It may come at any time: as a correction when an
// interest is found late, or before a panel hears an appeal.
type RecuseJuror struct {
	Under
	JurorRecused
}

func (e *JurorRecused) command(r Recorded) Command { return RecuseJuror{underOf(r), *e} }

func (c RecuseJuror) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (RecuseJuror) Opens([]Recorded) []Opening { return nil }

func (c RecuseJuror) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.live(c.Candidacy); err != nil {
		return nil, err
	}
	if err := r.sits(c.Juror, "juror"); err != nil {
		return nil, err
	}
	if r.candidacy.Recused(c.Juror) {
		return nil, r.breach(recusedOnceAlready, "juror", TopicConflicts, c.Juror)
	}
	return one(&c.JurorRecused)
}

// SealOpinion asks to seal what a juror thinks of a candidacy.
type SealOpinion struct {
	Under
	OpinionSealed
}

func (e *OpinionSealed) command(r Recorded) Command { return SealOpinion{underOf(r), *e} }

func (c SealOpinion) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), JurorStream(c.Edition, c.Juror))
}
func (SealOpinion) Opens([]Recorded) []Opening { return nil }

func (c SealOpinion) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	if !slices.Contains(r.candidacy.Assigned, c.Juror) {
		return nil, r.breach(assignedNot, "juror", TopicJury, c.Juror)
	}
	if err := r.impartial(c.Candidacy, c.Juror, "juror"); err != nil {
		return nil, err
	}
	if slices.Contains(r.candidacy.Opinions, c.Juror) {
		return nil, r.breach(opinionOnceGiven, "juror", TopicJury, c.Juror)
	}
	return one(&c.OpinionSealed)
}

// DeferDecision asks to put a decision off.
type DeferDecision struct {
	Under
	DecisionDeferred
}

func (e *DecisionDeferred) command(r Recorded) Command { return DeferDecision{underOf(r), *e} }

func (c DeferDecision) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (DeferDecision) Opens([]Recorded) []Opening { return nil }

func (c DeferDecision) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.undecided(c.Candidacy); err != nil {
		return nil, err
	}
	if err := r.submitted(); err != nil {
		return nil, err
	}
	if _, err := r.session(c.Session); err != nil {
		return nil, err
	}
	return one(&c.DecisionDeferred)
}

// session gives the sitting that a decision was taken in.
func (r ruled) session(number int) (JurySessionHeld, error) {
	held, ok := r.edition.Session(number)
	if !ok {
		return held, r.breach(sessionNone, "session", TopicDeliberation, number)
	}
	return held, nil
}
