package domain

// GrantDistinction asks to give a distinction for a term.
type GrantDistinction struct{ DistinctionGranted }

func (e *DistinctionGranted) command(Recorded) Command { return GrantDistinction{*e} }

func (c GrantDistinction) Stream() StreamName {
	return DistinctionStream(c.Distinction, c.Collectivity)
}
func (c GrantDistinction) Basis() []StreamName {
	return append(origin(c.Source), CollectivityStream(c.Collectivity))
}
func (GrantDistinction) Opens([]Recorded) []Opening { return nil }

func (c GrantDistinction) Decide(in Input) ([]Event, error) {
	held, lapsed := term(in.History)
	switch {
	case held != nil && !lapsed && !after(c.From, held.Until):
		return nil, broken(termHeld, "from", held.Until)
	case c.Until == c.From || after(c.From, c.Until):
		return nil, broken(termEndsFirst, "until")
	case !in.exists(CollectivityStream(c.Collectivity)):
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case c.Source != "" && !in.exists(SourceStream(c.Source)):
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	return one(&c.DistinctionGranted)
}

// RenewDistinction asks to prolong a distinction.
type RenewDistinction struct {
	Distinction  MentionID
	Collectivity CollectivityID
	DistinctionRenewed
}

func (e *DistinctionRenewed) command(r Recorded) Command {
	d, id := parseDistinctionStream(r.Stream)
	return RenewDistinction{d, id, *e}
}

func (c RenewDistinction) Stream() StreamName {
	return DistinctionStream(c.Distinction, c.Collectivity)
}
func (c RenewDistinction) Basis() []StreamName      { return origin(c.Source) }
func (RenewDistinction) Opens([]Recorded) []Opening { return nil }

func (c RenewDistinction) Decide(in Input) ([]Event, error) {
	held, lapsed := term(in.History)
	switch {
	case held == nil || lapsed:
		return nil, broken(termNotHeld, "until")
	case !after(c.Until, held.Until):
		return nil, broken(termAlready, "until", held.Until)
	case c.Source != "" && !in.exists(SourceStream(c.Source)):
		return nil, broken(sourceFirstNoSuch, "source", c.Source)
	}
	return one(&c.DistinctionRenewed)
}

// LapseDistinction asks to say that a distinction ended.
type LapseDistinction struct {
	alone
	Distinction  MentionID
	Collectivity CollectivityID
	DistinctionLapsed
}

func (e *DistinctionLapsed) command(r Recorded) Command {
	d, id := parseDistinctionStream(r.Stream)
	return LapseDistinction{Distinction: d, Collectivity: id, DistinctionLapsed: *e}
}

func (c LapseDistinction) Stream() StreamName {
	return DistinctionStream(c.Distinction, c.Collectivity)
}

func (c LapseDistinction) Decide(in Input) ([]Event, error) {
	if held, lapsed := term(in.History); held == nil || lapsed {
		return nil, broken(termNotHeld, "on")
	}
	return one(&c.DistinctionLapsed)
}

// after tells whether one day, month or year is surely later than another: 2024-06 is later than 2023, but not than 2024.
func after(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] > b[:n]
}

// term folds the stream of a distinction: the last term, and whether it lapsed.
func term(history []Recorded) (held *Term, lapsed bool) {
	for _, r := range history {
		switch e := r.Event.(type) {
		case *DistinctionGranted:
			held, lapsed = &Term{e.From, e.Until}, false
		case *DistinctionRenewed:
			if held != nil {
				held.Until = e.Until
			}
		case *DistinctionLapsed:
			lapsed = true
		}
	}
	return held, lapsed
}
