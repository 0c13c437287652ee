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
	"arobase/eventstore/vault"
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
		return domain.SealDecision{}, domain.Invalid{{Field: "assessment", Rule: "unknown", Message: "is computed from the grid, not given"}}
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
	in, _, err := l.input(ctx, c, l.history)
	if err != nil {
		return err
	}
	_, err = domain.Decide(in, c)
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

// run gives an edition that is run here as the store has it now.
func (l *Ledger) run(ctx context.Context, e domain.Edition) (*campaigns.Campaign, []domain.Recorded, error) {
	size, err := l.store.Size(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the size of the store: %w", err)
	}
	if err := l.runner.Wait(ctx, size); err != nil {
		return nil, nil, fmt.Errorf("waiting for what was recorded: %w", err)
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

// Closing says what closing a deliberation came to.
type Closing struct {
	Edition   domain.Edition
	Recusals  int // that were appended first
	Decisions int
	Receipt   Receipt // of deliberation-closed; of the last decision where it was closed before
}

// CloseDeliberation seals the decision on every candidacy that is to be decided, in the order of the collectivities' ids,
// and closes the deliberation. Before anything is recorded every draft is held by the rules once more; those that are
// missing or broken are all named. What became known since, the conflict of a juror, is recorded first. A process that ends
// half-way leaves a part of the decisions sealed: asked again, the rest follows. Once it is closed, decisions that were
// superseded and drafted anew are sealed, and nothing else. Expected is the revision that the edition's
// stream must be at, nil for any; where it is not, the error is *Stale.
func (l *Ledger) CloseDeliberation(ctx context.Context, who auth.Principal, e domain.Edition, expected *int64) (Closing, error) {
	if err := mayDeliberate(who); err != nil {
		return Closing{}, err
	}
	if l.room == nil {
		return Closing{}, ErrNoWorkspace
	}
	l.ceremonies.Lock()
	defer l.ceremonies.Unlock()
	if err := l.rests(ctx, domain.EditionStream(e), expected); err != nil {
		return Closing{}, err
	}
	run, regulation, err := l.run(ctx, e)
	if err != nil {
		return Closing{}, err
	}
	state := run.State()
	done := Closing{Edition: e}
	closing := domain.CloseDeliberation{Under: domain.Under{Regulation: state.Opened.Regulation}}
	closing.Edition = e
	closing.By = domain.Text(who.Person)
	due := domain.DecisionsFor(e, run.Candidacies)
	closing.Decisions = len(due)
	again := state.DeliberationClosed && state.Published == nil && len(domain.Undecided(due)) > 0
	if !again {
		if err := l.tryOut(ctx, closing); err != nil {
			return done, err
		}
	}
	if _, err := l.drafted(ctx, e, due); err != nil {
		return done, err
	}
	corrections := domain.Corrections(run.History, regulation, run.Jurors, due)
	if err := sound(corrections); err != nil {
		return done, err
	}
	if done.Recusals, err = l.recuse(ctx, who, closing.Under, corrections); err != nil {
		return done, err
	}
	commands, err := l.drafted(ctx, e, due) // once more: with those who take no part since
	if err != nil {
		return done, err
	}
	done.Decisions, done.Receipt, err = l.sealAll(ctx, who, commands)
	if err != nil {
		return done, err
	}
	if again {
		done.Receipt = l.applied(ctx, done.Receipt)
		return done, nil
	}
	done.Receipt, err = l.Execute(ctx, Request{Actor: who.Actor(), Command: closing})
	return done, err
}

// sound holds that every decision that is sealed stands without those who declared an interest since.
func sound(corrections []domain.Correction) error {
	var wrong domain.Invalid
	for _, c := range corrections {
		if c.Undone != nil {
			wrong = append(wrong, domain.FieldError{
				Field: string(c.Collectivity), Rule: string(domain.RuleQuorum),
				Message: "without the jurors who declared an interest or were recused since, the decision that is sealed does not stand; supersede it and decide again",
			})
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// recuse records that those take no part who declared an interest, and gives how many.
func (l *Ledger) recuse(ctx context.Context, who auth.Principal, under domain.Under, corrections []domain.Correction) (done int, err error) {
	for _, c := range corrections {
		for _, recusal := range c.Recusals {
			recusal.By = domain.Text(who.Person)
			if _, err := l.Execute(ctx, Request{Actor: who.Actor(), Command: domain.RecuseJuror{Under: under, JurorRecused: recusal}}); err != nil {
				return done, fmt.Errorf("recording a recusal: %w", err)
			}
			done++
		}
	}
	return done, nil
}

// sealAll records the decisions of a deliberation in their order, and gives how many, with the receipt of the last. They are all of one moment, and
// every value is in the vault before the first is recorded: neither the time nor the id of a decision, nor the moment at
// which it is seen to arrive, tells how long the texts of the one before it are.
func (l *Ledger) sealAll(ctx context.Context, who auth.Principal, commands []domain.SealDecision) (done int, last Receipt, err error) {
	if l.vault == nil {
		return 0, last, ErrReadOnly
	}
	at := l.clock()
	requests, batches := make([]Request, len(commands)), make([]batch, len(commands))
	var secrets []vault.Secret
	for i, c := range commands {
		requests[i] = Request{Actor: who.Actor(), Command: c, at: at}
		ids, err := l.ids(requests[i])
		if err == nil {
			batches[i], err = l.prepare(ctx, requests[i], ids)
		}
		if err != nil {
			return 0, last, fmt.Errorf("sealing the decision on %s: %w", c.Collectivity, err)
		}
		secrets = append(secrets, batches[i].secrets...)
	}
	if err := l.vault.Put(ctx, secrets, nil); err != nil {
		return 0, last, fmt.Errorf("keeping the decisions: %w", err)
	}
	for i, b := range batches {
		last, err = l.append(ctx, b)
		if _, ok := errors.AsType[*eventstore.RevisionConflict](err); ok { // somebody wrote to its stream meanwhile
			last, err = l.write(ctx, requests[i])
		}
		if err != nil {
			return done, last, fmt.Errorf("sealing the decision on %s: %w", commands[i].Collectivity, err)
		}
		done++
	}
	return done, last, nil
}

// drafted gives the commands of all drafts of candidacies that are not decided yet, each held by the rules.
func (l *Ledger) drafted(ctx context.Context, e domain.Edition, due []domain.Due) ([]domain.SealDecision, error) {
	var commands []domain.SealDecision
	var wrong domain.Invalid
	for _, d := range due {
		if d.State.Seal() != nil {
			continue // sealed by a closing that was interrupted
		}
		draft, err := l.room.Get(ctx, draftKey(d.Candidacy))
		if errors.Is(err, workspace.ErrAbsent) {
			wrong = append(wrong, domain.FieldError{Field: string(d.Collectivity), Rule: "decided", Message: "there is no decision on it"})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the draft on %s: %w", d.Collectivity, err)
		}
		c, err := l.sealing(ctx, draft.By, draft.Body)
		if err == nil {
			err = l.tryOut(ctx, c)
		}
		var broken *domain.Broken
		switch {
		case errors.As(err, &broken):
			wrong = append(wrong, domain.FieldError{Field: string(d.Collectivity), Rule: string(broken.Rule), Message: broken.Message})
		case err != nil:
			return nil, fmt.Errorf("the draft on %s: %w", d.Collectivity, err)
		}
		commands = append(commands, c)
	}
	if wrong != nil {
		return nil, wrong
	}
	return commands, nil
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
