package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"arobase/api/auth"
	"arobase/domain"
)

// Review is what a collectivity says of one action that it declared before.
type Review struct {
	Action domain.ActionID
	// Runs says that it still runs; else it ended on a day, a month or a year.
	Runs  bool
	Ended string
	// Revision is that of the action which was looked at.
	Revision int64
}

// ErrCarry says that an action cannot be carried over to the grid of the edition as it is: it has to be described again.
var ErrCarry = errors.New("the action has to be described again")

// ReviewAction records what a collectivity says of one action. One that still runs and was declared by the grid before is
// carried over to that of the edition first, as the grid says what continues what. A key makes it safe to ask again: what
// was recorded the first time is not recorded twice. Errors are those of Act, and ErrCarry.
func (l *Ledger) ReviewAction(ctx context.Context, who auth.Principal, collectivity string, r Review, key string) (Receipt, error) {
	if err := mayMind(who, collectivity); err != nil {
		return Receipt{}, err
	}
	if !r.Runs {
		return l.ask(ctx, who, "endings", map[string]any{"action": r.Action, "on": r.Ended}, key+"/end", r.Revision)
	}
	a, ok := l.mineNow(ctx, r.Action)
	switch {
	case !ok || a.Collectivity != collectivity:
		return Receipt{}, fmt.Errorf("action %q: %w", r.Action, ErrUnknown)
	case a.Old && !a.Describable():
		return Receipt{}, ErrCarry
	case a.Old:
		carried, err := l.ask(ctx, who, "amendments", a.described(l.gridNow(), a.Carried), key+"/carry", r.Revision)
		if err != nil {
			return Receipt{}, err
		}
		r.Revision = int64(carried.Last)
	}
	confirmation := map[string]any{"action": r.Action, "on": domain.DayInParis(l.clock())}
	return l.ask(ctx, who, "confirmations", confirmation, key+"/run", r.Revision)
}

// ask has one of several things recorded that belong together.
func (l *Ledger) ask(ctx context.Context, who auth.Principal, resource string, input map[string]any, key string, expected int64) (Receipt, error) {
	body, err := json.Marshal(input)
	if err != nil {
		return Receipt{}, fmt.Errorf("writing %s: %w", resource, err)
	}
	return l.Act(ctx, who, Ask{Resource: resource, Input: body, Key: key, Expected: &expected})
}

// gridNow is the grid of the edition under way, or "".
func (l *Ledger) gridNow() string {
	if run := l.UnderWay(); run != nil {
		return run.State.Opened.Grid
	}
	return ""
}

// mineNow gives an action with what carrying it over needs.
func (l *Ledger) mineNow(ctx context.Context, id domain.ActionID) (MyAction, bool) {
	found := l.ActionViews(ctx, []domain.ActionID{id}, l.Size())
	if len(found) == 0 {
		return MyAction{}, false
	}
	a := MyAction{ActionView: found[0]}
	a.carry(l.Grid(l.gridNow()))
	return a, true
}

// described is an action as it is amended: by the services of a grid, with everything else as it was. A file that was erased
// is shown no more.
func (a MyAction) described(grid string, services []string) map[string]any {
	input := map[string]any{
		"action": a.ID, "grid": grid, "services": services, "startedOn": a.StartedOn, "operatorKind": a.Operator, "title": a.Title.Text,
	}
	if a.Description != nil {
		input["description"] = a.Description.Text
	}
	for name, value := range map[string]string{"innovation": a.Innovation, "url": a.URL, "endedOn": a.EndedOn} {
		if value != "" {
			input[name] = value
		}
	}
	var evidence []domain.Evidence
	for _, e := range a.Evidence {
		if !e.Erased {
			evidence = append(evidence, e.Evidence)
		}
	}
	if evidence != nil {
		input["evidence"] = evidence
	}
	return input
}

// ShowAction adds an address or an uploaded file that shows an action, and leaves everything else as it is. Revision is that
// of the action which was looked at. Errors are those of Act; ErrCarry where a text of the action is not here any more.
func (l *Ledger) ShowAction(ctx context.Context, who auth.Principal, id domain.ActionID, add domain.Evidence, revision int64, key string) (Receipt, error) {
	a, ok := l.mineNow(ctx, id)
	if !ok {
		return Receipt{}, fmt.Errorf("action %q: %w", id, ErrUnknown)
	}
	if err := mayMind(who, a.Collectivity); err != nil {
		return Receipt{}, err
	}
	if a.Title.Missing != "" || a.Description != nil && a.Description.Missing != "" {
		return Receipt{}, ErrCarry
	}
	var services []string
	for _, s := range a.Services {
		services = append(services, s.Service)
	}
	input := a.described(a.Grid, services)
	evidence, _ := input["evidence"].([]domain.Evidence)
	input["evidence"] = append(evidence, add)
	return l.ask(ctx, who, "amendments", input, key, revision)
}
