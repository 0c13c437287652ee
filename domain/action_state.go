package domain

// ActionState is what the stream of an action says: its particulars, and how far it is known to run.
type ActionState struct {
	Action       ActionID
	Collectivity CollectivityID
	ActionParticulars
	// Confirmed is the last day on which it was confirmed to run, or "".
	Confirmed string
	// Ended is when it ended: as its particulars say, or as it was said later; "" while it runs.
	Ended string
	// Stopped says that it was ended by an event of its own: it changes no more.
	Stopped bool
	// Revision is the last that was read.
	Revision int64
}

// StateOfAction folds the history of an action's stream; the zero value where it was not declared. Up to a revision it is
// that of history[:revision+1]: what a candidacy is judged by.
func StateOfAction(history []Recorded) ActionState {
	var s ActionState
	for _, r := range history {
		s.Apply(r)
	}
	return s
}

// Apply takes the next event of the stream.
func (s *ActionState) Apply(r Recorded) {
	switch e := r.Event.(type) {
	case *ActionDeclared:
		s.Action, s.Collectivity = e.Action, e.Collectivity
		s.ActionParticulars, s.Ended = e.ActionParticulars, e.EndedOn
	case *ActionAmended:
		s.ActionParticulars, s.Ended = e.ActionParticulars, e.EndedOn
	case *ActionConfirmed:
		s.Confirmed = e.On
	case *ActionEnded:
		s.Ended, s.Stopped = e.On, true
	default:
		return
	}
	s.Revision = r.Revision
}

// Declared tells whether there is such an action.
func (s ActionState) Declared() bool { return s.Action != "" }
