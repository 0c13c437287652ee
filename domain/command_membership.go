package domain

import (
	"slices"

	"github.com/google/uuid"
)

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
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case rules == nil:
		return nil, broken(publishedFirstNoRegulation, "regulation", c.Regulation)
	case membershipOf(in.History, c.Year) != nil:
		return nil, broken(onceMembership, "year", c.Year)
	}
	if err := c.MembershipRecorded.checkFee(rules); err != nil {
		return nil, err
	}
	return one(&c.MembershipRecorded)
}

// checkFee holds that the fee is the calculation that is shown, or that somebody answers for it.
func (e *MembershipRecorded) checkFee(rules *RegulationPublished) error {
	cites := func(c *Case, field string, args ...any) error {
		return citing(rules.Fee.Article, c, field, args...)
	}
	switch want := rules.Fee.FeeFor(e.Population); {
	case e.Reason != nil && e.Population != 0:
		return cites(feeByHand, "population")
	case e.Reason != nil:
		return nil
	case e.Population == 0:
		return cites(populationNeededNone, "population")
	case e.PopulationYear == 0:
		return cites(feePopulationYear, "populationYear")
	case e.Fee != want:
		return cites(feeOther, "fee", e.Population, rules.Fee.PerInhabitant, rules.Fee.Least, rules.Fee.Most, want)
	}
	return nil
}

// CorrectMembership asks to say anew what a membership costs.
type CorrectMembership struct{ MembershipCorrected }

func (e *MembershipCorrected) command(Recorded) Command { return CorrectMembership{*e} }

func (c CorrectMembership) Stream() StreamName       { return CollectivityStream(c.Collectivity) }
func (c CorrectMembership) Basis() []StreamName      { return []StreamName{RegulationStream(c.Regulation)} }
func (CorrectMembership) Opens([]Recorded) []Opening { return nil }

func (c CorrectMembership) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.MembershipCorrected); err != nil {
		return nil, err
	}
	rules := RegulationOf(in.Others[RegulationStream(c.Regulation)])
	stands, last := standingMembership(in.History, c.Year)
	now := c.membership()
	switch {
	case foldBody(in.History).registered == nil:
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case stands == nil:
		return nil, broken(membershipStandsNone, "year", c.Year)
	case c.Of != last:
		return nil, broken(membershipStandsOther, "of", c.Of, c.Year, last)
	case rules == nil:
		return nil, broken(publishedFirstNoRegulation, "regulation", c.Regulation)
	case now.Reason == nil && stands.Reason == nil && now.Regulation == stands.Regulation && now.Fee == stands.Fee &&
		now.Population == stands.Population && now.PopulationYear == stands.PopulationYear:
		return nil, broken(membershipStandsSame, "fee")
	}
	if err := now.checkFee(rules); err != nil {
		return nil, err
	}
	return one(&c.MembershipCorrected)
}

// membershipOf gives the membership of a year in the history of a collectivity as it stands, or nil.
func membershipOf(history []Recorded, year int) *MembershipRecorded {
	stands, _ := standingMembership(history, year)
	return stands
}

// standingMembership gives it with the record that says so last.
func standingMembership(history []Recorded, year int) (stands *MembershipRecorded, last uuid.UUID) {
	for _, r := range history {
		switch e := r.Event.(type) {
		case *MembershipRecorded:
			if e.Year == year && stands == nil {
				stands, last = e, r.ID
			}
		case *MembershipCorrected:
			if e.Year == year && stands != nil {
				stands, last = e.membership(), r.ID
			}
		case *MembershipRetracted:
			if e.Year == year {
				stands, last = nil, uuid.Nil
			}
		}
	}
	return stands, last
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
		return nil, broken(bodyFirstNotEntered, "collectivity", c.Collectivity)
	case membershipOf(in.History, c.Year) == nil:
		return nil, broken(paymentNoMembership, "year", c.Year)
	case c.On > DayInParis(in.Now):
		return nil, broken(paymentToCome, "on", c.On)
	}
	return one(&c.PaymentRecorded)
}

// RetractMembership asks to take a membership back.
type RetractMembership struct {
	alone
	MembershipRetracted
}

func (e *MembershipRetracted) command(Recorded) Command {
	return RetractMembership{MembershipRetracted: *e}
}

func (c RetractMembership) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RetractMembership) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.MembershipRetracted); err != nil {
		return nil, err
	}
	state := StateOfMembership(in.History, c.Year)
	switch {
	case state.Membership == nil:
		return nil, broken(membershipStandsGone, "year", c.Year)
	case c.Of != state.Event:
		return nil, broken(membershipStandsOther, "of", c.Of, c.Year, state.Event)
	case len(state.Payments) > 0:
		return nil, broken(paymentStandsPaid, "of", state.Payments[0].Event)
	}
	return one(&c.MembershipRetracted)
}

// RetractPayment asks to take a payment back.
type RetractPayment struct {
	alone
	PaymentRetracted
}

func (e *PaymentRetracted) command(Recorded) Command {
	return RetractPayment{PaymentRetracted: *e}
}

func (c RetractPayment) Stream() StreamName { return CollectivityStream(c.Collectivity) }

func (c RetractPayment) Decide(in Input) ([]Event, error) {
	if err := Validate(&c.PaymentRetracted); err != nil {
		return nil, err
	}
	stands := func(p Payment) bool { return p.Event == c.Of }
	if !slices.ContainsFunc(StateOfMembership(in.History, c.Year).Payments, stands) {
		return nil, broken(paymentStandsNone, "of", c.Of, c.Year)
	}
	return one(&c.PaymentRetracted)
}

// MembershipState is what the stream of a collectivity says of one year.
type MembershipState struct {
	Membership *MembershipRecorded // as it stands; nil where it is no member
	Event      uuid.UUID           // the record that says so: what a correction names
	Payments   []Payment           // that stand, in their order
	Paid       int                 // in cents, of all of them
}

// Payment is a payment that stands.
type Payment struct {
	Event  uuid.UUID
	Amount int // in cents
	On     string
}

// StateOfMembership folds the history of a collectivity, for a year.
func StateOfMembership(history []Recorded, year int) MembershipState {
	var s MembershipState
	s.Membership, s.Event = standingMembership(history, year)
	for _, r := range history {
		switch e := r.Event.(type) {
		case *PaymentRecorded:
			if e.Year == year {
				s.Payments = append(s.Payments, Payment{r.ID, e.Amount, e.On})
			}
		case *PaymentRetracted:
			s.Payments = slices.DeleteFunc(s.Payments, func(p Payment) bool { return p.Event == e.Of })
		}
	}
	for _, p := range s.Payments {
		s.Paid += p.Amount
	}
	return s
}
