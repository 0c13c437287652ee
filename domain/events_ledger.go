package domain

import "github.com/google/uuid"

// LedgerOpened is the genesis event: leaf 0 of every ledger. It names the first origin of the log, and no key: whoever
// verifies the log starts from a key that he was given.
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

// PersonalDataErased announces that a sealed value, or an uploaded file that an event names by its hash, is about to be
// destroyed, and on what ground. The commitment, or the hash, stays.
type PersonalDataErased struct {
	Event   uuid.UUID `json:"event" validate:"required"`
	Pointer string    `json:"pointer" validate:"required,max=200,pointer"`
	Ground  string    `json:"ground" validate:"required,oneof=request objection retention court other"`
	// Reason is what the ground alone does not say.
	Reason *Sealed `json:"reason,omitempty" seal:"restricted"`
	Provenance
}

func (*PersonalDataErased) EventName() string { return "personal-data-erased" }

// SealedValueRead says that somebody whose role allows it is about to be shown a sealed value, and what for. Who it was is
// sealed in turn; the log shows the role.
type SealedValueRead struct {
	Event   uuid.UUID `json:"event" validate:"required"`
	Pointer string    `json:"pointer" validate:"required,max=200,pointer"`
	Purpose string    `json:"purpose" validate:"required,oneof=audit appeal dispute request court other"`
	Provenance
}

func (*SealedValueRead) EventName() string { return "sealed-value-read" }

// KeyRotated says that the log is signed by another key from now on. The first checkpoint that covers this event is
// signed by both keys.
//
// From is the key in force. The first one has no event of its own: the first rotation names it. So an auditor knows the
// first key because he was given it, and every later one because a checkpoint signed by the key before it covers the
// event that names it; a log without rotations says nothing of its key.
type KeyRotated struct {
	From string `json:"from" validate:"required,vkey"`
	To   string `json:"to" validate:"required,vkey"`
}

func (*KeyRotated) EventName() string { return "key-rotated" }

// OriginOpened says that the log goes on under another origin, with another key, because its history cannot be continued
// under the one it had. The leaves keep their indexes. What was signed under the closed origin stays a promise of it.
//
// No signature leads from the key of the closed origin to the new one: after a break of what was promised, whoever
// verifies the log has to be given the new key, as he was given the first.
type OriginOpened struct {
	Origin string       `json:"origin" validate:"required,origin"`
	Key    string       `json:"key" validate:"required,vkey"`
	Closed ClosedOrigin `json:"closed" validate:"required"`
	Cause  string       `json:"cause" validate:"required,oneof=history-lost contradiction operator-changed other"`
}

func (*OriginOpened) EventName() string { return "origin-opened" }

// ClosedOrigin is an origin that ends, with the last that is known to be promised under it.
type ClosedOrigin struct {
	Origin string `json:"origin" validate:"required,origin"`
	// Size and Root are those of the last checkpoint that was known when the origin was closed. It may cover more than
	// the ledger held then: that is how a history is lost. Where none was known they are those of the empty tree.
	Size int64  `json:"size" validate:"min=0,max=9007199254740991"`
	Root string `json:"root" validate:"required,treehash"`
	Key  string `json:"key" validate:"required,vkey"`
}
