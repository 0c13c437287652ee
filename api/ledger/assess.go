package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"arobase/domain"
	"arobase/projections"
)

// Judged is a candidacy with everything that it is judged by: the actions as they were submitted, and what the rules make
// of them.
type Judged struct {
	domain.Candidacy
	State      *domain.CandidacyState
	Edition    domain.EditionState
	Grid       *domain.GridPublished
	Regulation *domain.RegulationPublished
	Actions    []domain.ActionState
	Assessment domain.Assessment
}

// judged reads a candidacy of an edition that is run here, as it stands now. ErrUnknown where there is none.
func (l *Ledger) judged(ctx context.Context, c domain.Candidacy) (Judged, error) {
	return l.judgedAt(ctx, c, math.MaxUint64)
}

// judgedAt reads it as it stood at a size of the ledger. Actions are looked at on the last day of declarations, so that
// whoever assesses the same later finds the same.
func (l *Ledger) judgedAt(ctx context.Context, c domain.Candidacy, size uint64) (Judged, error) {
	j := Judged{Candidacy: c}
	edition, err := l.historyAt(ctx, domain.EditionStream(c.Edition), size)
	if err != nil {
		return j, err
	}
	own, err := l.historyAt(ctx, c.Stream(), size)
	if err != nil {
		return j, err
	}
	j.Edition, j.State = domain.StateOfEdition(edition), domain.StateOfCandidacy(own)
	if j.Edition.Opened == nil || j.State.Registered == nil {
		return j, fmt.Errorf("%s in edition %d: %w", c.Collectivity, c.Edition, ErrUnknown)
	}
	grid, err := l.history(ctx, domain.GridStream(j.Edition.Opened.Grid))
	if err != nil {
		return j, err
	}
	regulation, err := l.history(ctx, domain.RegulationStream(j.Edition.Opened.Regulation))
	if err != nil {
		return j, err
	}
	j.Grid, j.Regulation = domain.GridOf(grid), domain.RegulationOf(regulation)
	if j.State.Submitted != nil {
		for _, a := range j.State.Submitted.Actions {
			action, err := l.actionAt(ctx, a)
			if err != nil {
				return j, err
			}
			j.Actions = append(j.Actions, action)
		}
	}
	if j.Grid != nil {
		j.Assessment = domain.Assess(j.Grid, j.State.Registered.Kind, j.Actions, j.Edition.Calendar.Closes)
	}
	return j, nil
}

// historyAt is the stream as it was at a size of the ledger.
func (l *Ledger) historyAt(ctx context.Context, s domain.StreamName, size uint64) ([]domain.Recorded, error) {
	all, err := l.history(ctx, s)
	if i := slices.IndexFunc(all, func(r domain.Recorded) bool { return r.Position >= size }); i >= 0 {
		all = all[:i]
	}
	return all, err
}

// actionAt gives an action as it stood at a revision.
func (l *Ledger) actionAt(ctx context.Context, a domain.ActionRevision) (domain.ActionState, error) {
	var s domain.ActionState
	for e, err := range l.store.ReadStream(ctx, string(domain.ActionStream(a.Action)), 0) {
		if err != nil {
			return s, fmt.Errorf("reading the action %s: %w", a.Action, err)
		}
		if int64(e.Revision) > int64(a.Revision) {
			break
		}
		r, err := projections.Decode(e)
		if err != nil {
			return s, fmt.Errorf("reading the action %s: %w", a.Action, err)
		}
		s.Apply(r)
	}
	return s, nil
}

// finding is what the rules find possible for a candidacy, as it is sealed with the decision. Of a candidacy that is not
// there it is nothing: the rules refuse the decision.
func (l *Ledger) finding(ctx context.Context, c domain.Candidacy) (domain.Finding, error) {
	j, err := l.judged(ctx, c)
	if errors.Is(err, ErrUnknown) {
		return domain.Finding{}, nil
	}
	return j.Assessment.Finding(), err
}
