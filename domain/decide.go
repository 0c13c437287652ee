package domain

import (
	"time"

	"github.com/google/uuid"
)

// Command is something that somebody asks the ledger to record.
type Command interface {
	// Stream is where its events go.
	Stream() StreamName
	// Basis names the other streams that the decision reads. Their revisions are written into the events, so that
	// anyone can judge the decision later by what was known then. A stream that has no event yet is left out, and
	// nothing keeps it from beginning before the decision is written: a decision may be refused because a stream is
	// not there, but never be made because of that.
	Basis() []StreamName
	// Opens names the sealed values that the decision needs, given the history of the stream.
	Opens(history []Recorded) []Opening
	// Decide gives the events, or the error that says which rule was broken.
	Decide(in Input) ([]Event, error)
}

// Opening names one sealed field.
type Opening struct {
	Event   uuid.UUID
	Pointer string
}

// Input is all that a decision may look at.
type Input struct {
	Now     time.Time                 // when the decision is made
	History []Recorded                // the stream of the command, whole
	Others  map[StreamName][]Recorded // the streams of the basis, whole
	Opened  map[Opening]string        // the texts that were asked for and still exist
	// LedgerID is that of the ledger: what is opened is held against commitments, which it is a part of.
	LedgerID uuid.UUID
	// judged says that what was recorded is decided again, by somebody who has no sealed value: neither those of the
	// command, whose sealed fields hold commitments only, nor those that it opens. A decider then holds all that can be
	// held without them, and lets pass only what an attested or a deferred rule asks of the values themselves. Judge
	// alone sets it, so nothing is ever recorded by that.
	judged bool
}

// exists tells whether a stream of the basis has any event.
func (in Input) exists(s StreamName) bool { return len(in.Others[s]) > 0 }

// Decide asks a command for its events and checks their form.
func Decide(in Input, c Command) ([]Event, error) {
	events, err := c.Decide(in)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if err := Validate(e); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// alone is for commands that look at nothing but their own stream.
type alone struct{}

func (alone) Basis() []StreamName        { return nil }
func (alone) Opens([]Recorded) []Opening { return nil }

// one is the answer of a command that becomes a single event.
func one(e Event) ([]Event, error) { return []Event{e}, nil }

// find gives the event of a history with an id.
func find(history []Recorded, id uuid.UUID) (Recorded, bool) {
	for _, r := range history {
		if r.ID == id {
			return r, true
		}
	}
	return Recorded{}, false
}

// checkPossible refuses an edition that cannot be: one whose ceremony would be later than the year after now.
func checkPossible(now time.Time, e Edition) error {
	if last := EditionOfYear(now.Year() + 1); e < 0 || e > last {
		return broken(editionPossibleLate, "edition", e, last, last.Year())
	}
	return nil
}

// checkEdition refuses an edition that cannot be, or that is not the one of its year.
func checkEdition(now time.Time, e Edition, stated string) error {
	if err := checkPossible(now, e); err != nil {
		return err
	}
	return CheckStatedYear(e, stated)
}
