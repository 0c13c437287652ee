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
		return nil, broken(RuleOnce, "action", "the action %s was declared before; amend it instead", c.Action)
	case !in.exists(CollectivityStream(c.Collectivity)):
		return nil, broken(RuleBodyFirst, "collectivity", "%s was not entered", c.Collectivity)
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
		return broken(RulePublishedFirst, "grid", "there is no grid %q in the ledger", p.Grid)
	}
	for i, id := range p.Services {
		if grid.Service(id) == nil {
			return broken(RuleService, fmt.Sprintf("services[%d]", i), "the grid %s has no service %q", p.Grid, id)
		}
	}
	switch day := DayInParis(in.Now); {
	case after(p.StartedOn, day):
		return broken(RuleActionDays, "startedOn", "%s is still to come: an action is declared once it runs", p.StartedOn)
	case p.EndedOn != "" && after(p.EndedOn, day):
		return broken(RuleActionDays, "endedOn", "%s is still to come: leave it out while the action runs", p.EndedOn)
	case p.EndedOn != "" && after(p.StartedOn, p.EndedOn):
		return broken(RuleActionDays, "endedOn", "the action ends before it begins")
	}
	return nil
}

// ongoing gives an action, and holds that it was declared and not ended.
func ongoing(id ActionID, history []Recorded) (ActionState, error) {
	s := StateOfAction(history)
	switch {
	case !s.Declared():
		return s, broken(RuleActionFirst, "action", "there is no action %q in the ledger", id)
	case s.Stopped:
		return s, broken(RuleActionOngoing, "action", "the action ended on %s", s.Ended)
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
		return nil, broken(RuleActionOngoing, "action", "the action ended on %s, by its particulars", s.Ended)
	case after(c.On, DayInParis(in.Now)):
		return nil, broken(RuleActionDays, "on", "%s is still to come", c.On)
	case after(s.StartedOn, c.On):
		return nil, broken(RuleActionDays, "on", "the action began on %s", s.StartedOn)
	case after(s.Confirmed, c.On):
		return nil, broken(RuleActionDays, "on", "it is confirmed until %s already", s.Confirmed)
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
		return nil, broken(RuleActionDays, "on", "%s is still to come", c.On)
	case after(s.StartedOn, c.On):
		return nil, broken(RuleActionDays, "on", "the action began on %s", s.StartedOn)
	}
	return one(&c.ActionEnded)
}
