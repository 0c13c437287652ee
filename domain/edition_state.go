package domain

// RegulationOf gives the regulation that a stream holds, or nil.
func RegulationOf(history []Recorded) *RegulationPublished {
	for _, r := range history {
		if e, ok := r.Event.(*RegulationPublished); ok {
			return e
		}
	}
	return nil
}

// EditionState is what the stream of an edition says of it, where it is run here.
type EditionState struct {
	Opened   *EditionOpened // nil for an edition of history
	Calendar Calendar       // with what was extended and postponed
	// DeclarationsClosed and DeliberationClosed tell that the phase has ended.
	DeclarationsClosed, DeliberationClosed bool
	Decisions                              int    // that the deliberation was closed with
	Jurors                                 []int  // of the list that was published last, or nil
	Listed                                 string // the day on which a list was published first, or ""
	Sessions                               []JurySessionHeld
	Published                              *PalmaresPublished
	Closed                                 bool
}

// StateOfEdition folds the history of an edition's stream.
func StateOfEdition(history []Recorded) EditionState {
	var s EditionState
	for _, r := range history {
		s.Apply(r)
	}
	return s
}

// Apply takes the next event of the stream.
func (s *EditionState) Apply(r Recorded) {
	switch e := r.Event.(type) {
	case *EditionOpened:
		s.Opened, s.Calendar = e, e.Calendar
	case *DeadlineExtended:
		if e.Deadline == "closes" {
			s.Calendar.Closes = e.Until
		} else {
			s.Calendar.Jury = e.Until
		}
	case *DeclarationsClosed:
		s.DeclarationsClosed = true
	case *JuryListPublished:
		if s.Jurors = e.Jurors; s.Listed == "" {
			s.Listed = DayInParis(r.Time)
		}
	case *JurySessionHeld:
		s.Sessions = append(s.Sessions, *e)
	case *DeliberationClosed:
		s.DeliberationClosed, s.Decisions = true, e.Decisions
	case *CeremonyPostponed:
		s.Calendar.Ceremony = e.To
	case *PalmaresPublished:
		s.Published = e
	case *EditionClosed:
		s.Closed = true
	}
}

// Session gives a sitting of the jury by its number.
func (s EditionState) Session(number int) (JurySessionHeld, bool) {
	for _, held := range s.Sessions {
		if held.Session == number {
			return held, true
		}
	}
	return JurySessionHeld{}, false
}

// JurorState is what the stream of a juror says.
type JurorState struct {
	Appointed *JurorAppointed // nil where there is no such juror
	Ended     bool            // the juror sits no more
	// Conflicts are the categories of the interests first declared, by collectivity.
	Conflicts map[CollectivityID]string
}

// StateOfJuror folds the history of a juror's stream.
func StateOfJuror(history []Recorded) JurorState {
	s := JurorState{Conflicts: map[CollectivityID]string{}}
	for _, r := range history {
		switch e := r.Event.(type) {
		case *JurorAppointed:
			s.Appointed = e
		case *JurorTermEnded:
			s.Ended = true
		case *ConflictDeclared:
			if _, known := s.Conflicts[e.Collectivity]; !known {
				s.Conflicts[e.Collectivity] = e.Category
			}
		}
	}
	return s
}
