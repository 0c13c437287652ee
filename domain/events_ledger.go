package domain

import "github.com/google/uuid"

// LedgerOpened is the genesis event: leaf 0 of every ledger. The origin of the log is fixed here.
type LedgerOpened struct {
	LedgerID uuid.UUID `json:"ledgerId" validate:"required"`
	Origin   string    `json:"origin" validate:"required,origin"`
	Envelope string    `json:"envelope" validate:"required,eq=arobase.envelope.v1"`
	// Kind is "real" or "made-up". A made-up ledger says so on every page, for ever.
	Kind string `json:"kind" validate:"required,oneof=real made-up"`
}

// EnvelopeForm names the form of the envelopes of a ledger.
const EnvelopeForm = "arobase.envelope.v1"

func (*LedgerOpened) EventName() string { return "ledger-opened" }

// ReferenceAdopted says that the ledger relies on a list from outside, named by its hash: whoever has the list can
// recompute what the ledger says with it.
type ReferenceAdopted struct {
	Name    string `json:"name" validate:"required,slug"`
	Version string `json:"version" validate:"required,slug"`
	SHA256  string `json:"sha256" validate:"required,sha256hex"`
}

func (*ReferenceAdopted) EventName() string { return "reference-adopted" }

// PersonalDataErased announces that a sealed value is about to be destroyed, and on what ground. The commitment stays.
type PersonalDataErased struct {
	Event   uuid.UUID `json:"event" validate:"required"`
	Pointer string    `json:"pointer" validate:"required,max=200,pointer"`
	Ground  string    `json:"ground" validate:"required,oneof=request objection retention court other"`
	// Reason is what the ground alone does not say.
	Reason *Sealed `json:"reason,omitempty" seal:"restricted"`
	Provenance
}

func (*PersonalDataErased) EventName() string { return "personal-data-erased" }
