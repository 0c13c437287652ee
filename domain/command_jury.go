package domain

import "slices"

// AppointJuror asks to give a juror of an edition a number: the next one.
type AppointJuror struct {
	Under
	JurorAppointed
}

func (e *JurorAppointed) command(r Recorded) Command { return AppointJuror{underOf(r), *e} }

func (c AppointJuror) Stream() StreamName { return JurorStream(c.Edition, c.Juror) }

// Basis holds, beside the edition, the juror before, so that no number is left out.
func (c AppointJuror) Basis() []StreamName {
	streams := c.basis(c.Edition)
	if c.Juror > 1 {
		streams = append(streams, JurorStream(c.Edition, c.Juror-1))
	}
	return streams
}
func (AppointJuror) Opens([]Recorded) []Opening { return nil }

func (c AppointJuror) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.JurorAppointed); err != nil {
		return nil, err
	}
	r, err := c.running(in, in.Others[EditionStream(c.Edition)], c.Edition)
	if err != nil {
		return nil, err
	}
	switch {
	case len(in.History) > 0:
		return nil, r.breach(onceJuror, "juror", TopicJury, c.Juror, c.Edition)
	case c.Juror > 1 && !in.exists(JurorStream(c.Edition, c.Juror-1)):
		return nil, r.breach(jurorNumberGap, "juror", TopicJury, c.Juror-1)
	case c.College == "elected" && r.regulation.Elected.Value != "yes":
		return nil, citing(r.regulation.Elected.Article, electedForbidden, "college")
	}
	return one(&c.JurorAppointed)
}

// EndJurorTerm asks to say that a juror sits no more.
type EndJurorTerm struct {
	Under
	JurorTermEnded
}

func (e *JurorTermEnded) command(r Recorded) Command { return EndJurorTerm{underOf(r), *e} }

func (c EndJurorTerm) Stream() StreamName       { return JurorStream(c.Edition, c.Juror) }
func (c EndJurorTerm) Basis() []StreamName      { return c.basis(c.Edition) }
func (EndJurorTerm) Opens([]Recorded) []Opening { return nil }

func (c EndJurorTerm) Decide(in Input) ([]Event, error) {
	r, err := c.running(in, in.Others[EditionStream(c.Edition)], c.Edition)
	if err != nil {
		return nil, err
	}
	if err := r.seated(c.Juror, in.History, "juror"); err != nil {
		return nil, err
	}
	return one(&c.JurorTermEnded)
}

// seated holds that a juror was appointed and is in term.
func (r ruled) seated(n int, history []Recorded, field string) error {
	switch j := StateOfJuror(history); {
	case j.Appointed == nil:
		return r.breach(jurorSitsUnknown, field, TopicJury, n)
	case j.Ended:
		return r.breach(jurorSitsEnded, field, TopicJury, n)
	}
	return nil
}

// DeclareConflict asks to say that a juror has an interest in a collectivity.
type DeclareConflict struct {
	Under
	ConflictDeclared
}

func (e *ConflictDeclared) command(r Recorded) Command { return DeclareConflict{underOf(r), *e} }

func (c DeclareConflict) Stream() StreamName { return JurorStream(c.Edition, c.Juror) }
func (c DeclareConflict) Basis() []StreamName {
	return append(c.basis(c.Edition), CollectivityStream(c.Collectivity))
}
func (DeclareConflict) Opens([]Recorded) []Opening { return nil }

func (c DeclareConflict) Decide(in Input) ([]Event, error) {
	r, err := c.running(in, in.Others[EditionStream(c.Edition)], c.Edition)
	if err != nil {
		return nil, err
	}
	if err := r.seated(c.Juror, in.History, "juror"); err != nil {
		return nil, err
	}
	if !in.exists(CollectivityStream(c.Collectivity)) {
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	}
	for _, before := range in.History {
		if e, ok := before.Event.(*ConflictDeclared); ok && e.Collectivity == c.Collectivity && e.Category == c.Category {
			return nil, r.breach(onceConflict, "category", TopicConflicts, c.Collectivity)
		}
	}
	return one(&c.ConflictDeclared)
}

// PublishJuryList asks to make the jury of an edition public. It may be published again, where a juror is replaced.
type PublishJuryList struct {
	Under
	JuryListPublished
}

func (e *JuryListPublished) command(r Recorded) Command { return PublishJuryList{underOf(r), *e} }

func (c PublishJuryList) Stream() StreamName { return EditionStream(c.Edition) }
func (c PublishJuryList) Basis() []StreamName {
	return append(c.step(), jurorStreams(c.Edition, c.Jurors)...)
}
func (PublishJuryList) Opens([]Recorded) []Opening { return nil }

func (c PublishJuryList) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.JuryListPublished); err != nil {
		return nil, err
	}
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	if r.edition.Published != nil {
		return nil, r.breach(phaseJuryDone, "edition", TopicJury)
	}
	chairs := 0
	for _, n := range c.Jurors {
		history := in.Others[JurorStream(c.Edition, n)]
		if err := r.seated(n, history, "jurors"); err != nil {
			return nil, err
		}
		if StateOfJuror(history).Appointed.Chair == "yes" {
			chairs++
		}
	}
	need := max(r.regulation.quorum(), r.regulation.jurors())
	switch {
	case chairs > 1:
		return nil, r.breach(oneChairMany, "jurors", TopicJury, chairs)
	case len(c.Jurors) < need:
		return nil, citing(r.regulation.Quorum.Article, jurySizeSmall, "jurors", len(c.Jurors), need)
	}
	return one(&c.JuryListPublished)
}

// HoldSession asks to enter a sitting of the jury, once it was held.
type HoldSession struct {
	Under
	JurySessionHeld
}

func (e *JurySessionHeld) command(r Recorded) Command { return HoldSession{underOf(r), *e} }

func (c HoldSession) Stream() StreamName { return EditionStream(c.Edition) }
func (c HoldSession) Basis() []StreamName {
	return append(c.step(), jurorStreams(c.Edition, c.Present)...)
}
func (HoldSession) Opens([]Recorded) []Opening { return nil }

func (c HoldSession) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.JurySessionHeld); err != nil {
		return nil, err
	}
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	switch {
	case !r.edition.DeclarationsClosed:
		return nil, r.breach(phaseDeclarationsOpen, "edition", TopicDeliberation)
	case r.edition.Published != nil:
		return nil, r.breach(phasePublished, "edition", TopicDeliberation)
	case c.Session != len(r.edition.Sessions)+1:
		return nil, r.breach(sessionNumberNext, "session", TopicDeliberation, len(r.edition.Sessions)+1)
	case c.On < r.edition.Calendar.Jury:
		return nil, r.breach(sessionDayEarly, "on", TopicCalendar, r.edition.Calendar.Jury)
	case c.On > r.today():
		return nil, r.breach(sessionDayToCome, "on", TopicDeliberation, c.On)
	}
	if err := c.checkNotice(r); err != nil {
		return nil, err
	}
	if err := c.checkPresent(r); err != nil {
		return nil, err
	}
	if want := r.regulation.quorum(); c.Quorum != want {
		return nil, citing(r.regulation.Quorum.Article, quorumFigureOther, "quorum", want)
	}
	return one(&c.JurySessionHeld)
}

// checkNotice holds that the list of the jury was public long enough. What counts is the first one: a juror who is replaced
// on the eve does not put the session off.
func (c HoldSession) checkNotice(r ruled) error {
	days, cites := r.regulation.Notice.Value, r.regulation.Notice.Article
	if r.edition.Listed == "" {
		return citing(cites, noticeNoList, "edition")
	}
	if first := DaysAfter(r.edition.Listed, days); c.On < first {
		return citing(cites, noticeShort, "on", days, first)
	}
	return nil
}

// checkPresent holds that those present are of the jury.
func (c HoldSession) checkPresent(r ruled) error {
	for _, n := range c.Present {
		switch {
		case !slices.Contains(r.edition.Jurors, n):
			return r.breach(presentNotListed, "present", TopicJury, n)
		case StateOfJuror(r.in.Others[JurorStream(c.Edition, n)]).Ended:
			return r.breach(presentEnded, "present", TopicJury, n)
		}
	}
	return nil
}
