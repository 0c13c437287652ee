package domain

import (
	"slices"
	"testing"
)

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
	correct := func(of string, change func(*MembershipCorrected)) CorrectMembership {
		return CorrectMembership{with(MembershipCorrected{
			Collectivity: aix, Year: 2026, Of: id(of), Cause: "population", Regulation: regulation, Fee: 160000, Population: 32000, PopulationYear: 2025,
			Why: Text("the count of the year before was used"),
		}, change)}
	}
	takeBack := func(of string, change func(*MembershipRetracted)) RetractMembership {
		return RetractMembership{MembershipRetracted: with(MembershipRetracted{
			Collectivity: aix, Year: 2026, Of: id(of), Cause: "collectivity", Why: Text("its namesake is the member"),
		}, change)}
	}
	giveBack := func(of string, change func(*PaymentRetracted)) RetractPayment {
		return RetractPayment{PaymentRetracted: with(PaymentRetracted{
			Collectivity: aix, Year: 2026, Of: id(of), Cause: "returned", Why: Text("the cheque bounced"),
		}, change)}
	}
	ready := []past{ruledBy(asItIs), registered(aix)}
	joined := append(ready, did(member(asItIs)).called("joined"))
	corrected := append(slices.Clone(joined), did(correct("joined", func(*MembershipCorrected) {})).called("corrected"))
	paid := append(slices.Clone(joined), did(pay(2026, "2026-06-01")).called("paid"))
	returned := append(slices.Clone(paid), did(giveBack("paid", func(*PaymentRetracted) {})).called("returned"))
	gone := append(slices.Clone(returned), did(takeBack("joined", func(*MembershipRetracted) {})).called("gone"))
	reduced := func(e *MembershipCorrected) {
		e.Cause, e.Fee, e.Population, e.PopulationYear, e.Reason = "reduction", 5000, 0, 0, Text("a merger under way")
	}
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

		tell("a membership is corrected with its calculation").
			given(joined...).
			when(correct("joined", func(*MembershipCorrected) {})).
			then(new(correct("joined", func(*MembershipCorrected) {}).MembershipCorrected)),
		tell("or to a fee set by hand, with a reason").
			given(joined...).
			when(correct("joined", reduced)).
			then(new(correct("joined", reduced).MembershipCorrected)),
		tell("a correction is corrected").
			given(corrected...).
			when(correct("corrected", reduced)).
			then(new(correct("corrected", reduced).MembershipCorrected)),
		tell("back to what it was").
			given(corrected...).
			when(correct("corrected", func(e *MembershipCorrected) { e.Fee, e.Population, e.PopulationYear = 150000, 30000, 2023 })).
			then(new(correct("corrected", func(e *MembershipCorrected) { e.Fee, e.Population, e.PopulationYear = 150000, 30000, 2023 }).MembershipCorrected)),
		tell("a correction names what stands").
			given(corrected...).
			when(correct("joined", reduced)).
			refused(RuleMembershipStands, "of"),
		tell("of that very year").
			given(append(slices.Clone(joined), did(member(func(e *MembershipRecorded) { e.Year = 2027 })).called("next"))...).
			when(correct("next", reduced)).
			refused(RuleMembershipStands, "of"),
		tell("of a membership that was recorded").
			given(joined...).
			when(correct("joined", func(e *MembershipCorrected) { e.Year = 2027 })).
			refused(RuleMembershipStands, "year"),
		tell("a correction changes something").
			given(corrected...).
			when(correct("corrected", func(*MembershipCorrected) {})).
			refused(RuleMembershipStands, "fee"),
		tell("a corrected fee is what the calculation says").
			given(joined...).
			when(correct("joined", func(e *MembershipCorrected) { e.Fee = 150000 })).
			refused(RuleFee, "fee"),
		tell("population needed for a correction too").
			given(joined...).
			when(correct("joined", func(e *MembershipCorrected) { e.Population, e.PopulationYear, e.Fee = 0, 0, 0 })).
			refused(RulePopulationNeeded, "population"),
		tell("a correction rests on a regulation that was published").
			given(joined...).
			when(correct("joined", func(e *MembershipCorrected) { e.Regulation = "other" })).
			refused(RulePublishedFirst, "regulation"),
		tell("a correction is of a body that was entered").
			when(correct("joined", reduced)).
			refused(RuleBodyFirst, "collectivity"),
		tell("a correction says why").
			given(joined...).
			when(correct("joined", func(e *MembershipCorrected) { e.Why = nil })).
			malformed("required", "why"),
		tell("a corrected membership is not recorded again").
			given(corrected...).
			when(member(asItIs)).
			refused(RuleOnce, "year"),

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

		tell("a payment is taken back").
			given(paid...).
			when(giveBack("paid", func(*PaymentRetracted) {})).
			then(new(giveBack("paid", func(*PaymentRetracted) {}).PaymentRetracted)),
		tell("that stands").
			given(returned...).
			when(giveBack("paid", func(*PaymentRetracted) {})).
			refused(RulePaymentStands, "of"),
		tell("that is a payment").
			given(paid...).
			when(giveBack("joined", func(*PaymentRetracted) {})).
			refused(RulePaymentStands, "of"),
		tell("that is for the year").
			given(paid...).
			when(giveBack("paid", func(e *PaymentRetracted) { e.Year = 2027 })).
			refused(RulePaymentStands, "of"),
		tell("it is said why a payment is taken back").
			given(paid...).
			when(giveBack("paid", func(e *PaymentRetracted) { e.Why = nil })).
			malformed("required", "why"),
		tell("a membership is taken back").
			given(joined...).
			when(takeBack("joined", func(*MembershipRetracted) {})).
			then(new(takeBack("joined", func(*MembershipRetracted) {}).MembershipRetracted)),
		tell("as it was corrected last").
			given(corrected...).
			when(takeBack("corrected", func(*MembershipRetracted) {})).
			then(new(takeBack("corrected", func(*MembershipRetracted) {}).MembershipRetracted)),
		tell("and not as it was before").
			given(corrected...).
			when(takeBack("joined", func(*MembershipRetracted) {})).
			refused(RuleMembershipStands, "of"),
		tell("not while it is paid").
			given(paid...).
			when(takeBack("joined", func(*MembershipRetracted) {})).
			refused(RulePaymentStands, "of"),
		tell("nor twice").
			given(gone...).
			when(takeBack("joined", func(*MembershipRetracted) {})).
			refused(RuleMembershipStands, "year"),
		tell("it is said why a membership is taken back").
			given(joined...).
			when(takeBack("joined", func(e *MembershipRetracted) { e.Why = nil })).
			malformed("required", "why"),
		tell("a membership that was taken back is not paid").
			given(gone...).
			when(pay(2026, "2026-06-01")).
			refused(RulePayment, "year"),
		tell("nor corrected").
			given(gone...).
			when(correct("joined", reduced)).
			refused(RuleMembershipStands, "year"),
		tell("it can be recorded anew").
			given(gone...).
			when(member(asItIs)).
			then(new(member(asItIs).MembershipRecorded)),
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
	corrected := append(history, Recorded{ID: id("c"), Event: &MembershipCorrected{Year: 2026, Fee: 7000, Regulation: "later"}}, Recorded{ID: id("d"), Event: &MembershipCorrected{Year: 2027, Fee: 1}})
	if s := StateOfMembership(corrected, 2026); s.Membership.Fee != 7000 || s.Membership.Regulation != "later" || s.Event != id("c") || s.Paid != 5000 {
		t.Errorf("corrected: %+v", s)
	}
	back := append(history, Recorded{ID: id("p"), Event: &PaymentRecorded{Year: 2026, Amount: 1}}, Recorded{Event: &PaymentRetracted{Year: 2026, Of: id("p")}})
	if s := StateOfMembership(back, 2026); s.Paid != 5000 || len(s.Payments) != 2 {
		t.Errorf("a payment is taken back: %+v", s)
	}
	if s := StateOfMembership(append(back, Recorded{Event: &MembershipRetracted{Year: 2026}}), 2026); s.Membership != nil {
		t.Errorf("the membership is taken back: %+v", s)
	}
	if s := StateOfMembership(history, 2025); s.Membership != nil || s.Paid != 0 {
		t.Errorf("%+v", s)
	}
}
