package domain

import "slices"

// OpenEdition asks to begin an edition that is run here.
type OpenEdition struct{ EditionOpened }

func (e *EditionOpened) command(Recorded) Command { return OpenEdition{*e} }

func (c OpenEdition) Stream() StreamName { return EditionStream(c.Edition) }
func (c OpenEdition) Basis() []StreamName {
	return []StreamName{RegulationStream(c.Regulation), GridStream(c.Grid)}
}
func (OpenEdition) Opens([]Recorded) []Opening { return nil }

func (c OpenEdition) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.EditionOpened); err != nil {
		return nil, err
	}
	if err := checkPossible(in.Now, c.Edition); err != nil {
		return nil, err
	}
	rules := RegulationOf(in.Others[RegulationStream(c.Regulation)])
	cites := ruled{regulation: rules}
	switch {
	case StateOfEdition(in.History).Opened != nil:
		return nil, cites.breach(onceEdition, "edition", TopicCalendar, c.Edition)
	case rules == nil:
		return nil, broken(publishedFirstNoRegulation, "regulation", c.Regulation)
	case rules.From > c.Edition:
		return nil, broken(publishedFirstLater, "regulation", c.Regulation, rules.From)
	case GridOf(in.Others[GridStream(c.Grid)]) == nil:
		return nil, broken(publishedFirstNoGrid, "grid", c.Grid)
	case c.Calendar.Closes < DayInParis(in.Now):
		return nil, cites.breach(calendarPast, "calendar.closes", TopicCalendar)
	}
	if field := c.Calendar.disorder(); field != "" {
		return nil, cites.breach(calendarOrder, "calendar."+field, TopicCalendar)
	}
	return one(&c.EditionOpened)
}

// disorder names the first day that comes before the one that it follows, or "". All may be the same day.
func (c Calendar) disorder() string {
	switch {
	case c.Closes < c.Opens:
		return "closes"
	case c.Jury < c.Closes:
		return "jury"
	case c.Ceremony < c.Jury:
		return "ceremony"
	}
	return ""
}

// step is the basis of a step of an edition, whose stream is the edition's own.
func (u Under) step() []StreamName {
	if u.Regulation == "" {
		return nil
	}
	return []StreamName{RegulationStream(u.Regulation)}
}

// running reads an edition, from the history of its stream, and holds that it goes on.
func (u Under) running(in Input, history []Recorded, e Edition) (ruled, error) {
	r := ruled{in: in, edition: StateOfEdition(history)}
	if opened := r.edition.Opened; opened != nil && opened.Regulation != u.Regulation {
		return r, broken(basisRegulation, "", e, opened.Regulation, u.Regulation)
	}
	if r.regulation = RegulationOf(in.Others[RegulationStream(u.Regulation)]); r.regulation == nil {
		r.regulation = new(RegulationPublished) // whoever opened the edition without one broke the rule
	}
	switch {
	case r.edition.Opened == nil:
		return r, broken(editionOpenNotOpen, "edition", e)
	case r.edition.Closed:
		return r, r.breach(editionOpenClosed, "edition", TopicCalendar, e)
	}
	return r, nil
}

// ExtendDeadline asks to put off the last day of declarations, or the first session.
type ExtendDeadline struct {
	Under
	DeadlineExtended
}

func (e *DeadlineExtended) command(r Recorded) Command { return ExtendDeadline{underOf(r), *e} }

func (c ExtendDeadline) Stream() StreamName       { return EditionStream(c.Edition) }
func (c ExtendDeadline) Basis() []StreamName      { return c.step() }
func (ExtendDeadline) Opens([]Recorded) []Opening { return nil }

func (c ExtendDeadline) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.DeadlineExtended); err != nil {
		return nil, err
	}
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	days := r.edition.Calendar
	day, met := &days.Closes, r.edition.DeclarationsClosed
	if c.Deadline == "jury" {
		day, met = &days.Jury, len(r.edition.Sessions) > 0
	}
	switch {
	case met || r.today() > *day:
		return nil, r.breach(deadlinePassed, "deadline", TopicCalendar, *day)
	case c.Until <= *day:
		return nil, r.breach(calendarOnlyLater, "until", TopicCalendar, *day)
	}
	*day = c.Until
	if field := days.disorder(); field != "" {
		return nil, r.breach(calendarAfterNext, "until", TopicCalendar, field)
	}
	return one(&c.DeadlineExtended)
}

// CloseDeclarations asks to end the time of declarations. How many candidacies were submitted is for whoever reads all of
// them to say; anyone who reads the log can count.
type CloseDeclarations struct {
	Under
	DeclarationsClosed
}

func (e *DeclarationsClosed) command(r Recorded) Command { return CloseDeclarations{underOf(r), *e} }

func (c CloseDeclarations) Stream() StreamName       { return EditionStream(c.Edition) }
func (c CloseDeclarations) Basis() []StreamName      { return c.step() }
func (CloseDeclarations) Opens([]Recorded) []Opening { return nil }

func (c CloseDeclarations) Decide(in Input) ([]Event, error) {
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	switch closes := r.edition.Calendar.Closes; {
	case r.edition.DeclarationsClosed:
		return nil, r.breach(phaseDeclarationsClosedAlready, "edition", TopicCalendar)
	case r.today() < closes:
		return nil, r.breach(deadlineNotCome, "edition", TopicCalendar, closes)
	}
	return one(&c.DeclarationsClosed)
}

// CloseDeliberation asks to end the deliberation. That there is one decision for every admissible candidacy is for whoever
// reads all of them to hold, as Undecided does.
type CloseDeliberation struct {
	Under
	DeliberationClosed
}

func (e *DeliberationClosed) command(r Recorded) Command { return CloseDeliberation{underOf(r), *e} }

func (c CloseDeliberation) Stream() StreamName       { return EditionStream(c.Edition) }
func (c CloseDeliberation) Basis() []StreamName      { return c.step() }
func (CloseDeliberation) Opens([]Recorded) []Opening { return nil }

func (c CloseDeliberation) Decide(in Input) ([]Event, error) {
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	switch {
	case !r.edition.DeclarationsClosed:
		return nil, r.breach(phaseDeclarationsOpen, "edition", TopicDeliberation)
	case r.edition.DeliberationClosed:
		return nil, r.breach(phaseDeliberationClosedAlready, "edition", TopicDeliberation)
	case c.Decisions > 0 && len(r.edition.Sessions) == 0:
		return nil, r.breach(phaseNoSession, "decisions", TopicDeliberation)
	}
	return one(&c.DeliberationClosed)
}

// PostponeCeremony asks to move the day from which results are public.
type PostponeCeremony struct {
	Under
	CeremonyPostponed
}

func (e *CeremonyPostponed) command(r Recorded) Command { return PostponeCeremony{underOf(r), *e} }

func (c PostponeCeremony) Stream() StreamName       { return EditionStream(c.Edition) }
func (c PostponeCeremony) Basis() []StreamName      { return c.step() }
func (PostponeCeremony) Opens([]Recorded) []Opening { return nil }

func (c PostponeCeremony) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.CeremonyPostponed); err != nil {
		return nil, err
	}
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	switch {
	case r.edition.Published != nil:
		return nil, r.breach(phasePublished, "edition", TopicEmbargo)
	case c.To <= r.edition.Calendar.Ceremony:
		return nil, r.breach(calendarCeremonyLater, "to", TopicCalendar, r.edition.Calendar.Ceremony)
	}
	return one(&c.CeremonyPostponed)
}

// PublishPalmares asks to end the ceremony: from here on the results are public. Two people ask for it together. That the
// digest and the counts are those of the decisions is for whoever reads all of them to hold, by [Palmares.Check].
type PublishPalmares struct {
	Under
	PalmaresPublished
}

func (e *PalmaresPublished) command(r Recorded) Command { return PublishPalmares{underOf(r), *e} }

func (c PublishPalmares) Stream() StreamName       { return EditionStream(c.Edition) }
func (c PublishPalmares) Basis() []StreamName      { return c.step() }
func (PublishPalmares) Opens([]Recorded) []Opening { return nil }

func (c PublishPalmares) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.PalmaresPublished); err != nil {
		return nil, err
	}
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	switch ceremony := r.edition.Calendar.Ceremony; {
	case !r.edition.DeliberationClosed:
		return nil, r.breach(phaseDeliberationOpen, "edition", TopicEmbargo)
	case r.edition.Published != nil:
		return nil, r.breach(phasePublishedAlready, "edition", TopicEmbargo)
	case r.today() < ceremony || c.On < ceremony:
		return nil, r.breach(embargoBeforeCeremony, "on", TopicEmbargo, ceremony)
	case c.On > r.today():
		return nil, r.breach(embargoToCome, "on", TopicEmbargo, c.On)
	}
	if err := c.checkPeople(r); err != nil {
		return nil, err
	}
	if err := c.checkCounts(r); err != nil {
		return nil, err
	}
	return one(&c.PalmaresPublished)
}

// checkPeople holds that a second person publishes. A stranger sees that two are named, and is told by the ledger that they
// are two.
func (c PublishPalmares) checkPeople(r ruled) error {
	first, _ := c.By.Value().(string)
	second, _ := c.Second.Value().(string)
	switch {
	case c.By == nil, first == "" && !r.in.judged:
		return r.breach(twoPeopleNobody, "by", TopicEmbargo)
	case !r.in.judged && SamePerson(first, second):
		return r.breach(twoPeopleSame, "second", TopicEmbargo)
	}
	return nil
}

// checkCounts holds that the counts add up: each decision of the deliberation is counted once.
func (c PublishPalmares) checkCounts(r ruled) error {
	levels, none := 0, 0
	for _, n := range c.CountsByLevel {
		if n.Level == 0 {
			none = n.Count
		} else {
			levels += n.Count
		}
	}
	switch {
	case !slices.IsSortedFunc(c.CountsByLevel, func(a, b LevelCount) int { return a.Level - b.Level }):
		return r.breach(palmaresCountsOrder, "countsByLevel", TopicEmbargo)
	case levels+c.HorsConcours != c.Labelled:
		return r.breach(palmaresCountsSum, "labelled", TopicEmbargo, levels, c.HorsConcours, levels+c.HorsConcours)
	case c.Labelled+none != r.edition.Decisions:
		return r.breach(palmaresCountsDecisions, "countsByLevel", TopicEmbargo, c.Labelled+none, r.edition.Decisions)
	}
	return nil
}

// CloseEdition asks to end an edition.
type CloseEdition struct {
	Under
	EditionClosed
}

func (e *EditionClosed) command(r Recorded) Command { return CloseEdition{underOf(r), *e} }

func (c CloseEdition) Stream() StreamName       { return EditionStream(c.Edition) }
func (c CloseEdition) Basis() []StreamName      { return c.step() }
func (CloseEdition) Opens([]Recorded) []Opening { return nil }

func (c CloseEdition) Decide(in Input) ([]Event, error) {
	r, err := c.running(in, in.History, c.Edition)
	if err != nil {
		return nil, err
	}
	if r.edition.Published == nil {
		return nil, r.breach(phaseNotPublished, "edition", TopicCalendar)
	}
	return one(&c.EditionClosed)
}
