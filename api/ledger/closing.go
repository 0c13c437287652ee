package ledger

import (
	"context"
	"errors"
	"fmt"

	"arobase/api/auth"
	"arobase/api/ledger/workspace"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/vault"
)

// Closing says what closing a deliberation came to.
type Closing struct {
	Edition   domain.Edition
	Recusals  int // that were appended first
	Decisions int
	Receipt   Receipt // of deliberation-closed
}

// CloseDeliberation seals the decision on every candidacy that is to be decided, in the order of the collectivities' ids,
// and closes the deliberation. Before anything is recorded every draft is held by the rules once more; those that are
// missing or broken are all named. What became known since, the conflict of a juror, is recorded first. A process that ends
// half-way leaves a part of the decisions sealed: asked again, the rest follows. Expected is the revision that the edition's
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
	if err := l.tryOut(ctx, closing); err != nil {
		return done, err
	}
	drafts, err := l.drafted(ctx, due, nil)
	if err != nil {
		return done, err
	}
	for _, c := range domain.Corrections(run.History, regulation, run.Jurors, due) {
		if c.Undone != nil {
			return done, quorumUndone.Broken(string(c.Collectivity))
		}
		for _, recusal := range c.Recusals {
			recusal.By = domain.Text(who.Person)
			command := domain.RecuseJuror{Under: closing.Under, JurorRecused: recusal}
			if _, err := l.Execute(ctx, Request{Actor: who.Actor(), Command: command}); err != nil {
				return done, fmt.Errorf("recording a recusal: %w", err)
			}
			done.Recusals++
		}
	}
	// Nothing is decided twice but what rests on something that was recorded or written since: the recusals are.
	if drafts, err = l.drafted(ctx, due, drafts); err != nil {
		return done, err
	}
	done.Decisions, err = l.sealAll(ctx, who, drafts)
	if err != nil {
		return done, err
	}
	done.Receipt, err = l.Execute(ctx, Request{Actor: who.Actor(), Command: closing})
	return done, err
}

// sealAll records the decisions of a deliberation in their order, and gives how many. They are all of one moment, and
// every value is in the vault before the first is recorded: neither the time nor the id of a decision, nor the moment at
// which it is seen to arrive, tells how long the texts of the one before it are.
func (l *Ledger) sealAll(ctx context.Context, who auth.Principal, drafts []sealing) (done int, err error) {
	if l.vault == nil {
		return 0, ErrReadOnly
	}
	at := l.clock()
	requests, batches := make([]Request, len(drafts)), make([]batch, len(drafts))
	var secrets []vault.Secret
	for i, d := range drafts {
		requests[i] = Request{Actor: who.Actor(), Command: d.command, at: at}
		ids, err := l.ids(requests[i])
		if err == nil {
			batches[i], err = l.encode(requests[i], d.events, d.basis, d.history, ids)
		}
		if err != nil {
			return 0, fmt.Errorf("sealing the decision on %s: %w", d.command.Collectivity, err)
		}
		secrets = append(secrets, batches[i].secrets...)
	}
	if err := l.vault.Put(ctx, secrets, nil); err != nil {
		return 0, fmt.Errorf("keeping the decisions: %w", err)
	}
	for i, b := range batches {
		_, err := l.append(ctx, b)
		if _, ok := errors.AsType[*eventstore.RevisionConflict](err); ok { // somebody wrote to its stream meanwhile
			_, err = l.write(ctx, requests[i])
		}
		if err != nil {
			return done, fmt.Errorf("sealing the decision on %s: %w", drafts[i].command.Collectivity, err)
		}
		done++
	}
	return done, nil
}

// sealing is a draft that the rules allow to be sealed.
type sealing struct {
	draft   int64 // its revision
	command domain.SealDecision
	decided
}

// drafted gives all drafts of candidacies that are not decided yet, in the order of due, each held by the rules. Of those
// that are known from an earlier call only the ones are looked at again that rest on something that has changed since.
func (l *Ledger) drafted(ctx context.Context, due []domain.Due, known []sealing) ([]sealing, error) {
	var all []sealing
	var wrong domain.Invalid
	revision := l.revisions(ctx)
	for _, d := range due {
		if d.State.Seal() != nil {
			continue // sealed by a closing that was interrupted
		}
		draft, err := l.room.Get(ctx, draftKey(d.Candidacy))
		if errors.Is(err, workspace.ErrAbsent) {
			wrong = append(wrong, notDecided.Fault(string(d.Collectivity)))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the draft on %s: %w", d.Collectivity, err)
		}
		if len(known) > 0 && known[0].command.Candidacy == d.Candidacy {
			s := known[0]
			known = known[1:]
			stands, err := s.stands(draft.Revision, revision)
			if err != nil {
				return nil, fmt.Errorf("the draft on %s: %w", d.Collectivity, err)
			}
			if stands {
				all = append(all, s)
				continue
			}
		}
		s := sealing{draft: draft.Revision}
		s.command, err = l.sealing(ctx, draft.By, draft.Body)
		if err == nil {
			s.decided, err = l.decide(ctx, Request{Command: s.command})
		}
		if broken, ok := errors.AsType[*domain.Broken](err); ok {
			wrong = append(wrong, domain.FieldError{Field: string(d.Collectivity), Rule: string(broken.Rule), Message: broken.Message, Telling: broken.Telling})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the draft on %s: %w", d.Collectivity, err)
		}
		all = append(all, s)
	}
	if wrong != nil {
		return nil, wrong
	}
	return all, nil
}

// stands tells whether a draft would be decided now as it was: it is at the same revision, and so is every stream that the
// rules looked at.
func (s sealing) stands(draft int64, revision func(domain.StreamName) (int64, error)) (bool, error) {
	if draft != s.draft {
		return false, nil
	}
	rests := func(stream domain.StreamName, at int64) (bool, error) {
		now, err := revision(stream)
		return now == at, err
	}
	if ok, err := rests(s.command.Stream(), int64(len(s.history))-1); !ok || err != nil {
		return false, err
	}
	for _, stream := range s.command.Basis() {
		at, read := s.basis[string(stream)]
		if !read { // it was not there
			at = -1
		}
		if ok, err := rests(stream, at); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// revisions gives a function that tells the revision of a stream, -1 where it is not there. It reads each stream once.
func (l *Ledger) revisions(ctx context.Context) func(domain.StreamName) (int64, error) {
	known := map[domain.StreamName]int64{}
	return func(s domain.StreamName) (int64, error) {
		if at, ok := known[s]; ok {
			return at, nil
		}
		history, err := l.history(ctx, s)
		if err == nil {
			known[s] = int64(len(history)) - 1
		}
		return int64(len(history)) - 1, err
	}
}
