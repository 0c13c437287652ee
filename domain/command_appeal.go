package domain

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// LodgeAppeal asks for a decision to be made again.
type LodgeAppeal struct {
	Under
	AppealLodged
}

func (e *AppealLodged) command(r Recorded) Command { return LodgeAppeal{underOf(r), *e} }

func (c LodgeAppeal) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (LodgeAppeal) Opens([]Recorded) []Opening { return nil }

func (c LodgeAppeal) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if _, err := r.published(c.Candidacy, c.Of); err != nil {
		return nil, err
	}
	if r.candidacy.OpenAppeal() != nil {
		return nil, r.breach(appealOnceOpen, "of", TopicAppeals)
	}
	if err := c.checkTime(r); err != nil {
		return nil, err
	}
	return one(&c.AppealLodged)
}

// checkTime holds that the appeal came in the days that the regulation gives after the decision was notified.
func (c LodgeAppeal) checkTime(r ruled) error {
	told, days, article := r.candidacy.Notified, 0, ""
	if r.regulation != nil {
		days, article = r.regulation.AppealDays.Value, r.regulation.AppealDays.Article
	}
	if told == nil {
		return citing(article, appealTimeNotNotified, "on")
	}
	from, err := time.Parse(time.DateOnly, told.On)
	if err != nil {
		return invalid(dateNotification, "on")
	}
	switch last := from.AddDate(0, 0, days).Format(time.DateOnly); {
	case c.On < told.On || c.On > r.today():
		return citing(article, appealTimeBefore, "on", told.On)
	case c.On > last:
		return citing(article, appealTimeOver, "on", last, days)
	}
	return nil
}

// appealed gives the open appeal, and holds that it is the one named.
func (r ruled) appealed(c Candidacy, id uuid.UUID) (*Appeal, error) {
	if err := r.registeredFirst(c); err != nil {
		return nil, err
	}
	a := r.candidacy.OpenAppeal()
	if a == nil || a.Event != id {
		return nil, r.breach(appealOpenNone, "appeal", TopicAppeals, id)
	}
	return a, nil
}

// unheard gives an open appeal that was not admitted yet.
func (r ruled) unheard(c Candidacy, id uuid.UUID) error {
	a, err := r.appealed(c, id)
	if err != nil {
		return err
	}
	if a.Admitted {
		return r.breach(appealUnheardAdmitted, "appeal", TopicAppeals)
	}
	return nil
}

// AdmitAppeal asks to hear an appeal.
type AdmitAppeal struct {
	Under
	AppealAdmitted
}

func (e *AppealAdmitted) command(r Recorded) Command { return AdmitAppeal{underOf(r), *e} }

func (c AdmitAppeal) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (AdmitAppeal) Opens([]Recorded) []Opening { return nil }

func (c AdmitAppeal) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.unheard(c.Candidacy, c.Appeal); err != nil {
		return nil, err
	}
	return one(&c.AppealAdmitted)
}

// RejectAppeal asks not to hear an appeal.
type RejectAppeal struct {
	Under
	AppealRejected
}

func (e *AppealRejected) command(r Recorded) Command { return RejectAppeal{underOf(r), *e} }

func (c RejectAppeal) Basis() []StreamName      { return c.Under.basis(c.Edition) }
func (RejectAppeal) Opens([]Recorded) []Opening { return nil }

func (c RejectAppeal) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	if err := r.unheard(c.Candidacy, c.Appeal); err != nil {
		return nil, err
	}
	if err := r.articleNamed(c.Article); err != nil {
		return nil, err
	}
	return one(&c.AppealRejected)
}

// DecideAppeal asks to end an appeal.
type DecideAppeal struct {
	Under
	AppealDecided
}

func (e *AppealDecided) command(r Recorded) Command { return DecideAppeal{underOf(r), *e} }

func (c DecideAppeal) Basis() []StreamName {
	return append(c.Under.basis(c.Edition), jurorStreams(c.Edition, c.Panel)...)
}
func (DecideAppeal) Opens([]Recorded) []Opening { return nil }

func (c DecideAppeal) Decide(in Input) ([]Event, error) {
	r, err := c.look(in, c.Candidacy)
	if err != nil {
		return nil, err
	}
	a, err := r.appealed(c.Candidacy, c.Appeal)
	if err != nil {
		return nil, err
	}
	if !a.Admitted {
		return nil, r.breach(appealHeardNotAdmitted, "appeal", TopicAppeals)
	}
	for _, juror := range c.Panel {
		if err := r.sits(juror, "panel"); err != nil {
			return nil, err
		}
		if err := r.impartial(c.Candidacy, juror, "panel"); err != nil {
			return nil, err
		}
		if slices.Contains(r.candidacy.Assigned, juror) {
			return nil, r.breach(panelReported, "panel", TopicAppeals, juror)
		}
	}
	if err := r.checkTally(c.Tally, len(c.Panel), "tally"); err != nil {
		return nil, err
	}
	if err := c.checkOutcome(r); err != nil {
		return nil, err
	}
	return one(&c.AppealDecided)
}

// checkOutcome holds that a changed decision says to what, and a confirmed one does not.
func (c DecideAppeal) checkOutcome(r ruled) error {
	stands, _ := r.candidacy.Course.Outcome()
	switch {
	case (c.Outcome == "changed") != (c.To != nil):
		return r.breach(appealOutcomeTo, "to", TopicAppeals)
	case c.To == nil:
		return nil
	case !stands.Withdrawn && c.To.Equal(stands.Result):
		return r.breach(appealOutcomeSame, "to", TopicAppeals)
	}
	return r.checkResult(*c.To, "to.distinction", "to.level", "to.mentions")
}
