package domain

import "github.com/google/uuid"

// MembershipRecorded says that a collectivity is a member of the association for a year, and what that costs, in cents.
// The calculation is shown: from the population that is named, by the fee of the regulation. A fee set by hand has a
// reason instead.
type MembershipRecorded struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Year         int            `json:"year" validate:"min=1999,max=2200"`
	Regulation   string         `json:"regulation" validate:"required,slug"`
	Fee          int            `json:"fee" validate:"min=0,max=100000000"`
	// Population is what the fee was calculated from; left out where it was set by hand.
	Population     int     `json:"population,omitempty" validate:"omitempty,min=1,max=100000000"`
	PopulationYear int     `json:"populationYear,omitempty" validate:"omitempty,min=1800,max=2200"`
	Reason         *Sealed `json:"reason,omitempty" seal:"public"`
	Provenance
}

func (*MembershipRecorded) EventName() string { return "membership-recorded" }

// MembershipCorrected replaces what a membership costs and how that is found: all of it is said anew. What was recorded
// before stays in the ledger and no longer holds.
type MembershipCorrected struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Year         int            `json:"year" validate:"min=1999,max=2200"`
	// Of is the record that it replaces: that of the membership, or the last correction of it.
	Of             uuid.UUID `json:"of" validate:"required"`
	Cause          string    `json:"cause" validate:"required,oneof=transcription population reduction"`
	Regulation     string    `json:"regulation" validate:"required,slug"`
	Fee            int       `json:"fee" validate:"min=0,max=100000000"`
	Population     int       `json:"population,omitempty" validate:"omitempty,min=1,max=100000000"`
	PopulationYear int       `json:"populationYear,omitempty" validate:"omitempty,min=1800,max=2200"`
	Reason         *Sealed   `json:"reason,omitempty" seal:"public"`
	Why            *Sealed   `json:"why" seal:"public" validate:"required"`
	Provenance
}

func (*MembershipCorrected) EventName() string { return "membership-corrected" }

// membership is what it says of the membership.
func (e *MembershipCorrected) membership() *MembershipRecorded {
	return &MembershipRecorded{
		Collectivity: e.Collectivity, Year: e.Year, Regulation: e.Regulation, Fee: e.Fee, Population: e.Population, PopulationYear: e.PopulationYear, Reason: e.Reason,
	}
}

// PaymentRecorded says that a collectivity paid, in cents.
type PaymentRecorded struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Year         int            `json:"year" validate:"min=1999,max=2200"`
	Amount       int            `json:"amount" validate:"min=1,max=100000000"`
	On           string         `json:"on" validate:"required,date"`
	Reference    *Sealed        `json:"reference,omitempty" seal:"restricted"`
	Provenance
}

func (*PaymentRecorded) EventName() string { return "payment-recorded" }

// MembershipRetracted takes a membership back: it was entered for the wrong collectivity or the wrong year, or never was.
// What was recorded stays in the ledger and no longer holds; the right one is recorded anew.
type MembershipRetracted struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Year         int            `json:"year" validate:"min=1999,max=2200"`
	// Of is the record that says what stands of the membership: its own, or the last correction of it.
	Of    uuid.UUID `json:"of" validate:"required"`
	Cause string    `json:"cause" validate:"required,oneof=transcription collectivity year"`
	Why   *Sealed   `json:"why" seal:"public" validate:"required"`
	Provenance
}

func (*MembershipRetracted) EventName() string { return "membership-retracted" }

// PaymentRetracted takes a payment back: it was entered wrongly, or the money went back.
type PaymentRetracted struct {
	Collectivity CollectivityID `json:"collectivity" validate:"required,collectivity"`
	Year         int            `json:"year" validate:"min=1999,max=2200"`
	Of           uuid.UUID      `json:"of" validate:"required"` // the record of the payment
	Cause        string         `json:"cause" validate:"required,oneof=transcription collectivity year returned"`
	Why          *Sealed        `json:"why" seal:"public" validate:"required"`
	Provenance
}

func (*PaymentRetracted) EventName() string { return "payment-retracted" }
