package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"arobase/domain"
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
	// Records are those that say what the actions are, as they were submitted. Their events are not kept.
	Records    map[domain.ActionID]domain.Recorded
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
	err = l.assess(ctx, &j)
	return j, err
}

// assess adds the actions of a candidacy as they were submitted, and what the rules make of them.
func (l *Ledger) assess(ctx context.Context, j *Judged) error {
	if j.State.Submitted != nil {
		j.Records = map[domain.ActionID]domain.Recorded{}
		for _, a := range j.State.Submitted.Actions {
			action, by, err := l.actionAt(ctx, a)
			if err != nil {
				return err
			}
			j.Actions = append(j.Actions, action)
			j.Records[a.Action] = by
		}
	}
	if j.Grid != nil {
		j.Assessment = domain.Assess(j.Grid, j.State.Registered.Kind, j.Actions, j.Edition.Calendar.Closes)
	}
	return nil
}

// historyAt is the stream as it was at a size of the ledger.
func (l *Ledger) historyAt(ctx context.Context, s domain.StreamName, size uint64) ([]domain.Recorded, error) {
	all, err := l.history(ctx, s)
	if i := slices.IndexFunc(all, func(r domain.Recorded) bool { return r.Position >= size }); i >= 0 {
		all = all[:i:i] // it is shared
	}
	return all, err
}

// actionAt gives an action as it stood at a revision, and the record that says what it is, without its event.
func (l *Ledger) actionAt(ctx context.Context, a domain.ActionRevision) (s domain.ActionState, by domain.Recorded, err error) {
	history, err := l.history(ctx, domain.ActionStream(a.Action))
	if err != nil {
		return s, by, err
	}
	for _, r := range history {
		if r.Revision > int64(a.Revision) {
			break
		}
		s.Apply(r)
		switch r.Event.(type) {
		case *domain.ActionDeclared, *domain.ActionAmended:
			by = domain.Recorded{ID: r.ID, Stream: r.Stream, Revision: r.Revision, Position: r.Position, Time: r.Time}
		}
	}
	return s, by, nil
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
