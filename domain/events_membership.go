package domain

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
