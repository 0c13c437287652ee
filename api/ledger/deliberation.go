package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger/workspace"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/campaigns"
)

// Draft is a decision that is prepared in the private workspace. It can be written again as often as the jury votes; it
// becomes an event when the deliberation is closed, together with all others.
type Draft struct {
	domain.Candidacy
	Revision int64           `json:"revision"`
	By       string          `json:"by"`
	At       time.Time       `json:"at"`
	Input    json.RawMessage `json:"decision"` // as it was asked for
	// Departs tells that no precedent of the candidacy has such a result: whoever decides is to know before it is sealed.
	Departs bool `json:"departsFromPrecedents"`
}

// ErrNoWorkspace says that nothing can be prepared on this node.
var ErrNoWorkspace = errors.New("this node has no workspace")

const draftPrefix = "draft/"

func draftKey(c domain.Candidacy) string {
	return fmt.Sprintf("%s%d/%s", draftPrefix, c.Edition, c.Collectivity)
}

// DraftDecision writes the decision on a candidacy into the workspace. It is held by every rule of the decision, as if it
// were recorded now, and nothing is recorded. Input is that of decision-sealed without the assessment, which is computed;
// expected is the revision of the draft that this one replaces, 0 for the first, nil for any. A draft at another revision
// is *Stale.
func (l *Ledger) DraftDecision(ctx context.Context, who auth.Principal, input json.RawMessage, expected *int64) (Draft, error) {
	if err := mayDeliberate(who); err != nil {
		return Draft{}, err
	}
	if l.room == nil {
		return Draft{}, ErrNoWorkspace
	}
	c, err := l.sealing(ctx, who.Person, input)
	if err != nil {
		return Draft{}, err
	}
	if err := l.tryOut(ctx, c); err != nil {
		return Draft{}, err
	}
	departs, err := l.departing(ctx, c.Edition)
	if err != nil {
		return Draft{}, err
	}
	rests := int64(-1)
	if expected != nil {
		rests = *expected
	}
	done, err := l.room.Put(ctx, workspace.Document{Key: draftKey(c.Candidacy), Body: input, By: who.Person, At: l.clock().UTC()}, rests)
	if err := staleDraft(err); err != nil {
		return Draft{}, err
	}
	draft := Draft{Candidacy: c.Candidacy, Revision: done.Revision, By: done.By, At: done.At, Input: done.Body}
	draft.Departs = departs(c.Collectivity, resultOf(&c.DecisionSealed))
	return draft, nil
}

func staleDraft(err error) error {
	var conflict *workspace.Conflict
	if errors.As(err, &conflict) {
		return &Stale{Stream: domain.StreamName(conflict.Key), Current: conflict.Current}
	}
	return err
}

func mayDeliberate(who auth.Principal) error {
	return Operation{Resource: "decisions", Roles: presidency}.Allows(who)
}

// Drafts gives the drafts of an edition, in the order of the candidacies. For those who deliberate.
func (l *Ledger) Drafts(ctx context.Context, who auth.Principal, e domain.Edition) ([]Draft, error) {
	if err := mayDeliberate(who); err != nil {
		return nil, err
	}
	if l.room == nil {
		return nil, ErrNoWorkspace
	}
	found, err := l.room.List(ctx, fmt.Sprintf("%s%d/", draftPrefix, e))
	if err != nil {
		return nil, fmt.Errorf("reading drafts: %w", err)
	}
	drafts := make([]Draft, len(found))
	departs, err := l.departing(ctx, e)
	if err != nil {
		return nil, err
	}
	for i, d := range found {
		drafts[i] = draftOf(e, d)
		drafts[i].Departs = departs(drafts[i].Collectivity, drafts[i].Result())
	}
	return drafts, nil
}

func draftOf(e domain.Edition, d workspace.Document) Draft {
	id := d.Key[strings.LastIndexByte(d.Key, '/')+1:]
	return Draft{Candidacy: domain.Candidacy{Edition: e, Collectivity: domain.CollectivityID(id)}, Revision: d.Revision, By: d.By, At: d.At, Input: d.Body}
}

// decision is what was asked for, decoded: the rules held it when it was drafted. Nil where it cannot be read any more.
func (d Draft) decision() *domain.DecisionSealed {
	e, err := domain.DecodeInput(Operation{Event: "decision-sealed"}.Type(), d.Input)
	if err != nil {
		return nil
	}
	return e.(*domain.DecisionSealed)
}

// Result is the award that is drafted.
func (d Draft) Result() domain.Result {
	if e := d.decision(); e != nil {
		return resultOf(e)
	}
	return domain.Result{}
}

// resultOf is the award of a decision that is still to be sealed.
func resultOf(e *domain.DecisionSealed) (r domain.Result) {
	r.Distinction, _ = e.Distinction.Value().(domain.Distinction)
	level, _ := e.Level.Value().(int)
	r.Level = domain.Level(level)
	r.Mentions, _ = e.Mentions.Value().([]domain.MentionID)
	return r
}

// sealing is the command that a draft becomes, with the assessment as it is now.
func (l *Ledger) sealing(ctx context.Context, person string, input json.RawMessage) (domain.SealDecision, error) {
	e, err := domain.DecodeInput(Operation{Event: "decision-sealed"}.Type(), input)
	if err != nil {
		return domain.SealDecision{}, err
	}
	decision := e.(*domain.DecisionSealed)
	if decision.Assessment != nil {
		return domain.SealDecision{}, domain.Invalid{assessmentComputed.Fault("assessment")}
	}
	if decision.Departure == nil { // always there, so that its absence tells nothing
		decision.Departure = domain.Secret("")
	}
	domain.SetBy(decision, person)
	finding, err := l.finding(ctx, decision.Candidacy)
	if err != nil {
		return domain.SealDecision{}, err
	}
	decision.Assessment = domain.Secret(finding)
	command := domain.SealDecision{DecisionSealed: *decision}
	command.Under, command.Jurors, err = l.sitting(ctx, decision.Edition, decision.Session)
	return command, err
}

// sitting gives the regulation of an edition and who was present at a session, in order. Nothing where there is neither:
// the rules say so.
func (l *Ledger) sitting(ctx context.Context, e domain.Edition, session int) (domain.Under, []int, error) {
	history, err := l.history(ctx, domain.EditionStream(e))
	if err != nil {
		return domain.Under{}, nil, err
	}
	state := domain.StateOfEdition(history)
	if state.Opened == nil {
		return domain.Under{}, nil, nil
	}
	held, _ := state.Session(session)
	return domain.Under{Regulation: state.Opened.Regulation}, slices.Sorted(slices.Values(held.Present)), nil
}

// tryOut asks a command for its decision and records nothing.
func (l *Ledger) tryOut(ctx context.Context, c domain.Command) error {
	_, err := l.decide(ctx, Request{Command: c})
	return err
}

// rests holds that a stream is at the revision that a request rests on; nil: any.
func (l *Ledger) rests(ctx context.Context, s domain.StreamName, expected *int64) error {
	if expected == nil {
		return nil
	}
	history, err := l.history(ctx, s)
	if err != nil {
		return err
	}
	if current := int64(len(history)) - 1; *expected != current {
		return &Stale{s, current}
	}
	return nil
}

// asStored waits until the projections hold all that the store has now.
func (l *Ledger) asStored(ctx context.Context) error {
	size, err := l.store.Size(ctx)
	if err != nil {
		return fmt.Errorf("reading the size of the store: %w", err)
	}
	if err := l.runner.Wait(ctx, size); err != nil {
		return fmt.Errorf("waiting for what was recorded: %w", err)
	}
	return nil
}

// run gives an edition that is run here as the store has it now.
func (l *Ledger) run(ctx context.Context, e domain.Edition) (*campaigns.Campaign, []domain.Recorded, error) {
	if err := l.asStored(ctx); err != nil {
		return nil, nil, err
	}
	var run *campaigns.Campaign
	var regulation []domain.Recorded
	l.runner.View(func(_ eventstore.Position) {
		if found, ok := l.campaigns.Edition(e); ok {
			run = found.Clone()
			if opened := run.State().Opened; opened != nil {
				regulation = l.campaigns.Regulation(opened.Regulation)
			}
		}
	})
	if run == nil || run.State().Opened == nil {
		return nil, nil, fmt.Errorf("edition %d is not run here: %w", e, ErrUnknown)
	}
	return run, regulation, nil
}

// Tally is how the votes are drafted to have fallen; false where they are not told.
func (d Draft) Tally() (domain.Tally, bool) {
	e := d.decision()
	if e == nil {
		return domain.Tally{}, false
	}
	t, ok := e.Tally.Value().(domain.Tally)
	return t, ok
}

// Departure is why the draft leaves the assessment, "" where it does not.
func (d Draft) Departure() string {
	e := d.decision()
	if e == nil {
		return ""
	}
	s, _ := e.Departure.Value().(string)
	return s
}
