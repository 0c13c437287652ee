package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/reconciliation"
)

// Mine is what a collectivity sees of itself in the edition under way: what it owes, what it declares, what is missing
// before it submits, what it was asked and told.
type Mine struct {
	ID, Name    string
	Type        string // commune, epci, ...
	Departement *Place
	// Population is that of the official list, of PopulationYear; 0 where it is not known.
	Population, PopulationYear int
	Today                      string // in Paris
	// Edition is the one under way, else the last one that was run here, else 0.
	Edition    domain.Edition
	State      domain.EditionState
	Open       bool // it can be submitted today
	Regulation *domain.RegulationPublished
	Grid       *domain.GridPublished
	Membership domain.MembershipState
	Candidacy  *domain.CandidacyState
	// Kind is what it is registered as, else what it was in the last edition in which it submitted, else "".
	Kind string
	// Before is the last edition before this one in which it submitted, 0 for none.
	Before domain.Edition
	// Actions are those that run, and those that ended in this edition's time, in the order in which they were declared.
	Actions    []MyAction
	Assessment *domain.Assessment // of all of them, as they stand; nil where there is no grid or no kind
	Questions  []MyQuestion
	Decided    *MyDecision // nil before the palmarès
}

// MyAction is an action with what is to be done about it.
type MyAction struct {
	ActionView
	// Reviewed says that the collectivity has said something of it since the edition was opened; Before that it was in the
	// last submission.
	Reviewed, Before bool
	// Carried are the services of the edition's grid that continue its own, where it was declared by a grid before; Lost are
	// those that nothing continues. Old says that it was.
	Old     bool
	Carried []string
	Lost    []RenderedService
	// LeftOut says why it does not count, "" where it does or nobody can tell.
	LeftOut domain.LeftOutFor
}

// Describable tells whether it can be carried over as it is: every service goes on, and its texts are here.
func (a MyAction) Describable() bool {
	return len(a.Lost) == 0 && len(a.Carried) > 0 && a.Title.Missing == "" && (a.Description == nil || a.Description.Missing == "")
}

// MyQuestion is a request for information with its answer.
type MyQuestion struct {
	domain.InformationRequest
	Asked  string // the question, "" where it is not here any more
	Answer string
}

// MyDecision is what was decided, once the palmarès is published.
type MyDecision struct {
	Of         uuid.UUID
	Result     domain.Result
	Motivation string
	Notified   string // the day, or ""
	Until      string // the last day to appeal, or "" before it was notified
	Appeal     *domain.Appeal
	// Decided is what the jury decided, to which the motivation belongs, where something came of it since; After is what.
	Decided *domain.Result
	After   []AfterView
}

// mayMind holds that somebody acts for a collectivity: itself, or the secretariat.
func mayMind(who auth.Principal, id string) error {
	if err := (Operation{Resource: "this page", Roles: applicant}).Allows(who); err != nil {
		return err
	}
	if who.Is(auth.Declarant) && who.For != id {
		return fmt.Errorf("%w: the token acts for %s", ErrForbidden, who.For)
	}
	return nil
}

// Mine gives what a collectivity sees of itself, to itself and to the secretariat. ErrUnknown where it was not entered.
func (l *Ledger) Mine(ctx context.Context, who auth.Principal, id string) (Mine, error) {
	if err := mayMind(who, id); err != nil {
		return Mine{}, err
	}
	m := Mine{ID: id, Today: domain.DayInParis(l.clock()), Candidacy: new(domain.CandidacyState)}
	size := l.Size()
	entered := false
	l.world(ctx, size, func(w reconciliation.World) {
		var b domain.CollectivityRegistered
		if b, entered = w.Labels.Registered(domain.CollectivityID(id), size); entered {
			m.Name, m.Type, m.Departement = l.nameOf(w, domain.CollectivityID(id)), b.Type, l.departement(b.Departement)
		}
	})
	if !entered {
		return m, fmt.Errorf("collectivity %q: %w", id, ErrUnknown)
	}
	if t, ok := l.cog.ByID(id); ok && t.PopulationKnown {
		m.Population, m.PopulationYear = t.Population, l.cog.PopulationYear()
	}
	if err := m.edition(ctx, l); err != nil {
		return m, err
	}
	if err := m.actions(ctx, l); err != nil {
		return m, err
	}
	return m, m.candidacy(ctx, l)
}

// edition finds the edition under way, its rules, and where the collectivity stands in it.
func (m *Mine) edition(ctx context.Context, l *Ledger) error {
	run := l.UnderWay()
	if all := l.RunEditions(); run == nil && len(all) > 0 {
		run = l.Running(all[0])
	}
	if run == nil {
		return nil
	}
	m.Edition, m.State, m.Regulation = run.Edition, run.State, run.Regulation
	m.Grid = l.Grid(run.State.Opened.Grid)
	m.Membership = domain.StateOfMembership(l.MembershipRecords(domain.CollectivityID(m.ID)), run.Edition.Year())
	cal := run.State.Calendar
	m.Open = !run.State.DeclarationsClosed && m.Today >= cal.Opens && m.Today <= cal.Closes
	history, err := l.history(ctx, domain.CandidacyStream(run.Edition, domain.CollectivityID(m.ID)))
	if err != nil {
		return err
	}
	m.Candidacy = domain.StateOfCandidacy(history)
	for e := run.Edition - 1; e > 0 && e >= run.Edition-lastCandidacy && m.Before == 0; e-- {
		before, err := l.history(ctx, domain.CandidacyStream(e, domain.CollectivityID(m.ID)))
		if err != nil {
			return err
		}
		if s := domain.StateOfCandidacy(before); s.Submitted != nil {
			m.Before, m.Kind = e, s.Registered.Kind
		}
	}
	switch {
	case m.Candidacy.Registered != nil:
		m.Kind = m.Candidacy.Registered.Kind
	case m.Kind == "" && m.Type == string(domain.EPCI):
		m.Kind = "territoire"
	}
	return nil
}

// submittedBefore are the actions of the last submission.
func (m *Mine) submittedBefore(ctx context.Context, l *Ledger) (map[domain.ActionID]bool, error) {
	all := map[domain.ActionID]bool{}
	if m.Before == 0 {
		return all, nil
	}
	history, err := l.history(ctx, domain.CandidacyStream(m.Before, domain.CollectivityID(m.ID)))
	if err != nil {
		return nil, err
	}
	for _, a := range domain.StateOfCandidacy(history).Submitted.Actions {
		all[a.Action] = true
	}
	return all, nil
}

func (m *Mine) actions(ctx context.Context, l *Ledger) error {
	before, err := m.submittedBefore(ctx, l)
	if err != nil {
		return err
	}
	ids, err := l.Actions(ctx, ActionQuestion{Collectivity: m.ID}, l.Size())
	if err != nil {
		return err
	}
	slices.Reverse(ids)
	opened := uint64(0)
	l.runner.View(func(eventstore.Position) {
		if run, ok := l.campaigns.Edition(m.Edition); ok {
			opened = run.History[0].Position
		}
	})
	var states []domain.ActionState
	for _, view := range l.ActionViews(ctx, ids, l.Size()) {
		if view.State == "ended" && (m.State.Opened == nil || overBefore(view.EndedOn, m.State.Calendar.Opens)) {
			continue
		}
		a := MyAction{ActionView: view, Before: before[domain.ActionID(view.ID)], Reviewed: m.State.Opened != nil && view.Index > opened}
		a.carry(m.Grid)
		m.Actions = append(m.Actions, a)
		s, _, err := l.actionAt(ctx, domain.ActionRevision{Action: domain.ActionID(view.ID), Revision: int(view.Revision)})
		if err != nil {
			return err
		}
		states = append(states, s)
	}
	if m.Grid == nil || m.Kind == "" {
		return nil
	}
	assessment := domain.Assess(m.Grid, m.Kind, states, m.State.Calendar.Closes)
	m.Assessment = &assessment
	for _, left := range assessment.LeftOut {
		for i := range m.Actions {
			if m.Actions[i].ID == string(left.Action) {
				m.Actions[i].LeftOut = left.Why
			}
		}
	}
	return nil
}

// overBefore tells whether a day, a month or a year is over before a day: 2025 is before 2026-01-01, 2026-01 is not before
// 2026-01-15.
func overBefore(partial, day string) bool { return partial < day[:min(len(partial), len(day))] }

// carry finds the services of a grid that continue those of an action, through the versions between.
func (a *MyAction) carry(grid *domain.GridPublished) {
	if grid == nil || a.Grid == grid.Grid {
		return
	}
	a.Old = true
	for _, s := range a.Services {
		var to []string
		if grid.Before == a.Grid {
			to = grid.Continues(s.Service)
		}
		if len(to) == 0 {
			a.Lost = append(a.Lost, s)
		}
		for _, id := range to {
			if !slices.Contains(a.Carried, id) {
				a.Carried = append(a.Carried, id)
			}
		}
	}
}

// candidacy adds what the collectivity was asked and what was decided.
func (m *Mine) candidacy(ctx context.Context, l *Ledger) error {
	if m.Candidacy.Registered == nil {
		return nil
	}
	history, err := l.history(ctx, domain.CandidacyStream(m.Edition, domain.CollectivityID(m.ID)))
	if err != nil {
		return err
	}
	for _, q := range m.Candidacy.Requests {
		question := MyQuestion{InformationRequest: q}
		for _, r := range history {
			switch e := r.Event.(type) {
			case *domain.InformationRequested:
				if r.ID == q.Event {
					question.Asked, _, err = l.read(ctx, e.Question.Commitment())
				}
			case *domain.InformationAnswered:
				if e.Request == q.Event {
					question.Answer, _, err = l.read(ctx, e.Answer.Commitment())
				}
			}
			if err != nil {
				return err
			}
		}
		m.Questions = append(m.Questions, question)
	}
	seal := m.Candidacy.Seal()
	outcome, ok := m.Candidacy.Course.Outcome()
	if seal == nil || !ok || m.State.Published == nil || !l.past.Opened(seal.Event) {
		return nil
	}
	d := &MyDecision{Of: seal.Event, Result: outcome.Result, Motivation: l.Text(ctx, seal.Decision.Motivation.Commitment()), Appeal: m.Candidacy.OpenAppeal()}
	if len(outcome.Since) > 0 {
		d.Decided, d.After = &outcome.Decided, l.afterwards(ctx, outcome.Since)
	}
	if told := m.Candidacy.Notified; told != nil {
		d.Notified = told.On
		if m.Regulation != nil {
			d.Until = domain.DaysAfter(told.On, m.Regulation.AppealDays.Value)
		}
	}
	m.Decided = d
	return nil
}
