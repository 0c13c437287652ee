package domain

import "fmt"

// DeclareAction asks to enter an action of a collectivity.
type DeclareAction struct{ ActionDeclared }

func (e *ActionDeclared) command(Recorded) Command { return DeclareAction{*e} }

func (c DeclareAction) Stream() StreamName { return ActionStream(c.Action) }
func (c DeclareAction) Basis() []StreamName {
	return []StreamName{CollectivityStream(c.Collectivity), GridStream(c.Grid)}
}
func (DeclareAction) Opens([]Recorded) []Opening { return nil }

func (c DeclareAction) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.ActionDeclared); err != nil {
		return nil, err
	}
	switch {
	case len(in.History) > 0:
		return nil, broken(onceAction, "action", c.Action)
	case !in.exists(CollectivityStream(c.Collectivity)):
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	}
	if err := c.check(in); err != nil {
		return nil, err
	}
	return one(&c.ActionDeclared)
}

// check holds what is asked of the particulars of any action.
func (p ActionParticulars) check(in Input) error {
	grid := GridOf(in.Others[GridStream(p.Grid)])
	if grid == nil {
		return broken(publishedFirstNoGrid, "grid", p.Grid)
	}
	for i, id := range p.Services {
		if grid.Service(id) == nil {
			return broken(serviceUnknown, fmt.Sprintf("services[%d]", i), p.Grid, id)
		}
	}
	switch day := DayInParis(in.Now); {
	case after(p.StartedOn, day):
		return broken(actionDaysNotBegun, "startedOn", p.StartedOn)
	case p.EndedOn != "" && after(p.EndedOn, day):
		return broken(actionDaysEndToCome, "endedOn", p.EndedOn)
	case p.EndedOn != "" && after(p.StartedOn, p.EndedOn):
		return broken(actionDaysEndsFirst, "endedOn")
	}
	return nil
}

// ongoing gives an action, and holds that it was declared and not ended.
func ongoing(id ActionID, history []Recorded) (ActionState, error) {
	s := StateOfAction(history)
	switch {
	case !s.Declared():
		return s, broken(actionFirstUnknown, "action", id)
	case s.Stopped:
		return s, broken(actionOngoingEnded, "action", s.Ended)
	}
	return s, nil
}

// AmendAction asks to replace the particulars of an action: also to carry it over to another version of the grid.
type AmendAction struct{ ActionAmended }

func (e *ActionAmended) command(Recorded) Command { return AmendAction{*e} }

func (c AmendAction) Stream() StreamName       { return ActionStream(c.Action) }
func (c AmendAction) Basis() []StreamName      { return []StreamName{GridStream(c.Grid)} }
func (AmendAction) Opens([]Recorded) []Opening { return nil }

func (c AmendAction) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.ActionAmended); err != nil {
		return nil, err
	}
	if _, err := ongoing(c.Action, in.History); err != nil {
		return nil, err
	}
	if err := c.check(in); err != nil {
		return nil, err
	}
	return one(&c.ActionAmended)
}

// ConfirmAction asks to say that an action still runs on a day.
type ConfirmAction struct {
	alone
	ActionConfirmed
}

func (e *ActionConfirmed) command(Recorded) Command { return ConfirmAction{ActionConfirmed: *e} }

func (c ConfirmAction) Stream() StreamName { return ActionStream(c.Action) }

func (c ConfirmAction) Decide(in Input) ([]Event, error) {
	s, err := ongoing(c.Action, in.History)
	if err != nil {
		return nil, err
	}
	switch {
	case s.Ended != "":
		return nil, broken(actionOngoingEndedItself, "action", s.Ended)
	case after(c.On, DayInParis(in.Now)):
		return nil, broken(actionDaysToCome, "on", c.On)
	case after(s.StartedOn, c.On):
		return nil, broken(actionDaysBeforeBegin, "on", s.StartedOn)
	case after(s.Confirmed, c.On):
		return nil, broken(actionDaysConfirmed, "on", s.Confirmed)
	}
	return one(&c.ActionConfirmed)
}

// EndAction asks to say that an action ended.
type EndAction struct {
	alone
	ActionEnded
}

func (e *ActionEnded) command(Recorded) Command { return EndAction{ActionEnded: *e} }

func (c EndAction) Stream() StreamName { return ActionStream(c.Action) }

func (c EndAction) Decide(in Input) ([]Event, error) {
	s, err := ongoing(c.Action, in.History)
	if err != nil {
		return nil, err
	}
	switch {
	case after(c.On, DayInParis(in.Now)):
		return nil, broken(actionDaysToCome, "on", c.On)
	case after(s.StartedOn, c.On):
		return nil, broken(actionDaysBeforeBegin, "on", s.StartedOn)
	}
	return one(&c.ActionEnded)
}
