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
	// anyone can judge the decision later by what was known then.
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
	// Stranger says that the event is judged by somebody who has no sealed values: rules that need them are vouched for
	// by the operator. Only Judge sets it.
	Stranger bool
	// Vouched is told of each rule that a stranger cannot judge. Nil: nobody asks.
	Vouched func(Rule)
}

// vouch says whether a rule is vouched for by the operator, because the event is judged by a stranger.
func (in Input) vouch(r Rule) bool {
	if in.Stranger && in.Vouched != nil {
		in.Vouched(r)
	}
	return in.Stranger
}

// exists tells whether a stream of the basis has any event.
func (in Input) exists(s StreamName) bool { return len(in.Others[s]) > 0 }

// Decide checks the form of a command and asks it for its events.
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
func one(e Event) ([]Event, error) {
	if err := Validate(e); err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

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
		return broken(RuleEditionPossible, "edition", "there is no edition %d: the last that can be is %d, of %d", e, last, last.Year())
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
