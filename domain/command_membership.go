package domain

// RecordMembership asks to say that a collectivity is a member for a year, and what that costs.
type RecordMembership struct{ MembershipRecorded }

func (e *MembershipRecorded) command(Recorded) Command { return RecordMembership{*e} }

func (c RecordMembership) Stream() StreamName       { return CollectivityStream(c.Collectivity) }
func (c RecordMembership) Basis() []StreamName      { return []StreamName{RegulationStream(c.Regulation)} }
func (RecordMembership) Opens([]Recorded) []Opening { return nil }

func (c RecordMembership) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.MembershipRecorded); err != nil {
		return nil, err
	}
	rules := RegulationOf(in.Others[RegulationStream(c.Regulation)])
	switch {
	case foldBody(in.History).registered == nil:
		return nil, broken(RuleBodyFirst, "collectivity", "%s was not entered", c.Collectivity)
	case rules == nil:
		return nil, broken(RulePublishedFirst, "regulation", "there is no regulation %q in the ledger", c.Regulation)
	case membershipOf(in.History, c.Year) != nil:
		return nil, broken(RuleOnce, "year", "the membership of %d was recorded before", c.Year)
	}
	if err := c.checkFee(rules); err != nil {
		return nil, err
	}
	return one(&c.MembershipRecorded)
}

// checkFee holds that the fee is the calculation that is shown, or that somebody answers for it.
func (c RecordMembership) checkFee(rules *RegulationPublished) error {
	cites := func(rule Rule, field, format string, args ...any) error {
		return citing(rules.Fee.Article, rule, field, format, args...)
	}
	switch want := rules.Fee.FeeFor(c.Population); {
	case c.Reason != nil && c.Population != 0:
		return cites(RuleFee, "population", "a fee that is set by hand is not calculated from a population")
	case c.Reason != nil:
		return nil
	case c.Population == 0:
		return cites(RulePopulationNeeded, "population", "population needed: the fee is calculated from it, or set by hand with a reason")
	case c.PopulationYear == 0:
		return cites(RuleFee, "populationYear", "say of which year the population is")
	case c.Fee != want:
		return cites(RuleFee, "fee", "%d inhabitants at %d cents, at least %d and at most %d, make %d cents", c.Population, rules.Fee.PerInhabitant, rules.Fee.Least, rules.Fee.Most, want)
	}
	return nil
}

// membershipOf gives the membership of a year in the history of a collectivity, or nil.
func membershipOf(history []Recorded, year int) *MembershipRecorded {
	for _, r := range history {
		if e, ok := r.Event.(*MembershipRecorded); ok && e.Year == year {
			return e
		}
	}
	return nil
}

// RecordPayment asks to say that a collectivity paid.
type RecordPayment struct {
	alone
	PaymentRecorded
}

func (e *PaymentRecorded) command(Recorded) Command { return RecordPayment{PaymentRecorded: *e} }

func (c RecordPayment) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RecordPayment) Decide(in Input) ([]Event, error) {
	switch {
	case foldBody(in.History).registered == nil:
		return nil, broken(RuleBodyFirst, "collectivity", "%s was not entered", c.Collectivity)
	case membershipOf(in.History, c.Year) == nil:
		return nil, broken(RulePayment, "year", "no membership of %d was recorded", c.Year)
	case c.On > DayInParis(in.Now):
		return nil, broken(RulePayment, "on", "%s is still to come", c.On)
	}
	return one(&c.PaymentRecorded)
}

// MembershipState is what the stream of a collectivity says of one year.
type MembershipState struct {
	Membership *MembershipRecorded // nil where it is no member
	Paid       int                 // in cents, of all payments
}

// StateOfMembership folds the history of a collectivity, for a year.
func StateOfMembership(history []Recorded, year int) MembershipState {
	s := MembershipState{Membership: membershipOf(history, year)}
	for _, r := range history {
		if e, ok := r.Event.(*PaymentRecorded); ok && e.Year == year {
			s.Paid += e.Amount
		}
	}
	return s
}
