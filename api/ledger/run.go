package ledger

import (
	"context"
	"fmt"
	"slices"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/campaigns"
)

// RunView is the public course of an edition that is run here: its calendar and rules, how many take part, how far it has
// come. It says nothing of any outcome before the palmarès is published.
type RunView struct {
	Edition     int              `json:"edition"`
	Year        int              `json:"year"`
	State       string           `json:"state"`
	Regulation  string           `json:"regulation"`
	Grid        string           `json:"grid"`
	Calendar    CalendarView     `json:"calendar"`
	Mentions    []MentionOnOffer `json:"mentions"`
	Candidacies TurnoutView      `json:"candidacies"`
	Jurors      int              `json:"jurors"`
	Sessions    []SessionView    `json:"sessions"`
	Decisions   *int             `json:"decisions"`
	Published   *PublicationView `json:"published"`
	AsOf        uint64           `json:"asOf"`
}

// The states of an edition that is run here, in their order.
const (
	RunDeclaring    = "declarations"
	RunDeliberating = "deliberation"
	RunSealed       = "sealed"
	RunPublished    = "published"
	RunClosed       = "closed"
)

// CalendarView is the calendar with what was extended and postponed since, as days.
type CalendarView struct {
	Opens    string `json:"opens"`
	Closes   string `json:"closes"`
	Jury     string `json:"jury"`
	Ceremony string `json:"ceremony"`
}

// MentionOnOffer is a mention that the edition may award.
type MentionOnOffer struct {
	Mention string `json:"mention"`
	Name    string `json:"name"`
	Follows string `json:"follows,omitempty"`
}

// TurnoutView is how many take part.
type TurnoutView struct {
	Registered   int `json:"registered"`
	Submitted    int `json:"submitted"`
	Withdrawn    int `json:"withdrawn"`
	Inadmissible int `json:"inadmissible"`
}

// SessionView is a session of the jury, which sits behind closed doors.
type SessionView struct {
	Session int    `json:"session"`
	On      string `json:"on"`
	Present int    `json:"present"`
	Quorum  int    `json:"quorum"`
}

// PublicationView is what the publication of the palmarès states.
type PublicationView struct {
	On           string `json:"on"`
	Labelled     int    `json:"labelled"`
	HorsConcours int    `json:"horsConcours"`
	Mentions     int    `json:"mentions"`
	Digest       string `json:"digest"`
}

// Run gives the course of an edition as of a size; ErrUnknown where it was not opened here by then.
func (l *Ledger) Run(_ context.Context, n int, size uint64) (RunView, error) {
	var v RunView
	err := fmt.Errorf("edition %d is not run here: %w", n, ErrUnknown)
	l.runner.View(func(eventstore.Position) {
		if run, ok := l.campaigns.Edition(domain.Edition(n)); ok {
			if known, opened := runView(run, size); opened {
				v, err = known, nil
			}
		}
	})
	return v, err
}

// Runs gives the course of every edition that was opened here as of a size, the latest first.
func (l *Ledger) Runs(_ context.Context, size uint64) []RunView {
	out := []RunView{}
	l.runner.View(func(eventstore.Position) {
		for _, run := range slices.Backward(l.campaigns.Editions()) {
			if v, opened := runView(run, size); opened {
				out = append(out, v)
			}
		}
	})
	return out
}

func runView(run *campaigns.Campaign, size uint64) (RunView, bool) {
	var s domain.EditionState
	for _, r := range run.History {
		if r.Position < size {
			s.Apply(r)
		}
	}
	if s.Opened == nil {
		return RunView{}, false
	}
	t := run.TurnoutAt(size)
	v := RunView{
		Edition: int(run.Edition), Year: run.Edition.Year(), State: stateOf(s), Regulation: s.Opened.Regulation, Grid: s.Opened.Grid,
		Calendar: CalendarView(s.Calendar), Mentions: []MentionOnOffer{}, Sessions: []SessionView{}, Jurors: len(s.Jurors),
		Candidacies: TurnoutView{t.Registered, t.Submitted, t.Withdrawn, t.Inadmissible}, AsOf: size,
	}
	for _, m := range s.Opened.Mentions {
		v.Mentions = append(v.Mentions, MentionOnOffer{string(m.Mention), m.Name, string(m.Follows)})
	}
	for _, held := range s.Sessions {
		v.Sessions = append(v.Sessions, SessionView{held.Session, held.On, len(held.Present), held.Quorum})
	}
	if s.DeliberationClosed {
		v.Decisions = &s.Decisions
	}
	if p := s.Published; p != nil {
		v.Published = &PublicationView{p.On, p.Labelled, p.HorsConcours, p.Mentions, p.Digest}
	}
	return v, true
}

func stateOf(s domain.EditionState) string {
	switch {
	case s.Closed:
		return RunClosed
	case s.Published != nil:
		return RunPublished
	case s.DeliberationClosed:
		return RunSealed
	case s.DeclarationsClosed:
		return RunDeliberating
	}
	return RunDeclaring
}

// Opened tells whether a sealed decision is opened and the palmarès of its edition published, as of now. Until then no page
// says what it was.
func (l *Ledger) Opened(decision domain.DecisionDisclosed) bool { return l.past.Opened(decision.Of) }
