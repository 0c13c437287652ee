package domain

import "testing"

func membershipStories() []story {
	member := func(change func(*MembershipRecorded)) RecordMembership {
		return RecordMembership{with(MembershipRecorded{
			Collectivity: aix, Year: 2026, Regulation: regulation, Fee: 150000, Population: 30000, PopulationYear: 2023,
		}, change)}
	}
	byHand := func(e *MembershipRecorded) {
		e.Fee, e.Population, e.PopulationYear, e.Reason = 0, 0, 0, Text("founding member")
	}
	pay := func(year int, on string) RecordPayment {
		return RecordPayment{PaymentRecorded: PaymentRecorded{Collectivity: aix, Year: year, Amount: 150000, On: on}}
	}
	ready := []past{ruledBy(asItIs), registered(aix)}
	joined := append(ready, did(member(asItIs)))
	return []story{
		tell("a membership is recorded with its calculation").
			given(ready...).
			when(member(asItIs)).
			then(new(member(asItIs).MembershipRecorded)),
		tell("at least the least fee").
			given(ready...).
			when(member(func(e *MembershipRecorded) { e.Population, e.Fee = 800, 5000 })).
			then(new(member(func(e *MembershipRecorded) { e.Population, e.Fee = 800, 5000 }).MembershipRecorded)),
		tell("at most the greatest").
			given(ready...).
			when(member(func(e *MembershipRecorded) { e.Population, e.Fee = 2000000, 500000 })).
			then(new(member(func(e *MembershipRecorded) { e.Population, e.Fee = 2000000, 500000 }).MembershipRecorded)),
		tell("or set by hand, with a reason").
			given(ready...).
			when(member(byHand)).
			then(new(member(byHand).MembershipRecorded)),
		tell("for another year too").
			given(joined...).
			when(member(func(e *MembershipRecorded) { e.Year = 2027 })).
			then(new(member(func(e *MembershipRecorded) { e.Year = 2027 }).MembershipRecorded)),
		tell("once a year").
			given(joined...).
			when(member(asItIs)).
			refused(RuleOnce, "year"),
		tell("of a body that was entered").
			given(ruledBy(asItIs)).
			when(member(asItIs)).
			refused(RuleBodyFirst, "collectivity"),
		tell("by a regulation that was published").
			given(registered(aix)).
			when(member(asItIs)).
			refused(RulePublishedFirst, "regulation"),
		tell("a fee is what the calculation says").
			given(ready...).
			when(member(func(e *MembershipRecorded) { e.Fee = 149999 })).
			refused(RuleFee, "fee"),
		tell("of a population in a year").
			given(ready...).
			when(member(func(e *MembershipRecorded) { e.PopulationYear = 0 })).
			refused(RuleFee, "populationYear"),
		tell("population needed").
			given(ready...).
			when(member(func(e *MembershipRecorded) { e.Population, e.PopulationYear, e.Fee = 0, 0, 0 })).
			refused(RulePopulationNeeded, "population"),
		tell("by hand or by calculation").
			given(ready...).
			when(member(func(e *MembershipRecorded) { e.Reason = Text("a discount") })).
			refused(RuleFee, "population"),

		tell("a payment is recorded").
			given(joined...).
			when(pay(2026, "2026-06-01")).
			then(new(pay(2026, "2026-06-01").PaymentRecorded)),
		tell("for a membership").
			given(joined...).
			when(pay(2027, "2026-06-01")).
			refused(RulePayment, "year"),
		tell("on a day that has come").
			given(joined...).
			when(pay(2026, "2026-06-02")).
			refused(RulePayment, "on"),
		tell("by a body that was entered").
			when(pay(2026, "2026-06-01")).
			refused(RuleBodyFirst, "collectivity"),
	}
}

func TestMembershipState(t *testing.T) {
	member := &MembershipRecorded{Collectivity: aix, Year: 2026, Regulation: regulation, Fee: 5000}
	history := []Recorded{
		{Event: member}, {Event: &PaymentRecorded{Year: 2026, Amount: 2000}}, {Event: &PaymentRecorded{Year: 2027, Amount: 900}},
		{Event: &PaymentRecorded{Year: 2026, Amount: 3000}},
	}
	if s := StateOfMembership(history, 2026); s.Membership != member || s.Paid != 5000 {
		t.Errorf("%+v", s)
	}
	if s := StateOfMembership(history, 2025); s.Membership != nil || s.Paid != 0 {
		t.Errorf("%+v", s)
	}
}
