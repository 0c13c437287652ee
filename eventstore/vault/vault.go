// Package vault is the part of storage that can forget.
//
// A ledger event never holds free text by or about a person, nor a result under embargo. It holds a commitment: an
// HMAC of the value under a random salt. Value and salt lie here, apart from the ledger, and can be destroyed without
// changing a byte of the ledger, its tree or its proofs.
//
// This file is the contract; package sqlitevault keeps the values in one file, and package pgvault in a PostgreSQL
// database that several nodes share.
package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Visibility says who may read a sealed value, and from when.
type Visibility string

const (
	// Public values are disclosed at once, with their salt, to anyone.
	Public Visibility = "public"
	// Ceremony values are disclosed when the results of their edition are published.
	Ceremony Visibility = "ceremony"
	// Restricted values are shown to certain roles only, and each reading is recorded.
	Restricted Visibility = "restricted"
)

// Known tells whether v is one of the three.
func (v Visibility) Known() bool { return v == Public || v == Ceremony || v == Restricted }

// Secret is one sealed value with all that is needed to check its commitment.
type Secret struct {
	Commitment Commitment
	Event      uuid.UUID // the event whose leaf holds the commitment
	Pointer    string    // where in the envelope: an RFC 6901 JSON pointer, such as /data/note
	Salt       [SaltSize]byte
	Value      []byte // canonical JSON (RFC 8785)
	Visibility Visibility
}

// Tombstone is what is left of a secret once it is erased.
func (s Secret) Tombstone() Secret {
	s.Salt, s.Value = [SaltSize]byte{}, nil
	return s
}

// Check tells why a secret cannot be kept by the vault of a ledger: it has no value or an unknown visibility, or its
// commitment does not verify. Each is ErrInvalid.
func (s Secret) Check(ledger uuid.UUID) error {
	switch {
	case len(s.Value) == 0:
		return fmt.Errorf("%w: secret %s has no value", ErrInvalid, s.Commitment)
	case !s.Visibility.Known():
		return fmt.Errorf("%w: secret %s has visibility %q", ErrInvalid, s.Commitment, s.Visibility)
	case !s.Verify(ledger):
		return fmt.Errorf("%w: %s is not the commitment of the value at %s of event %s", ErrInvalid, s.Commitment, s.Pointer, s.Event)
	}
	return nil
}

// Request binds a leaf to the request that led to it, so that the same idempotency key with another request can be
// refused. MAC is keyed: whoever reads the vault's backup cannot guess requests from it.
type Request struct {
	LeafHash [32]byte
	Event    uuid.UUID
	MAC      [32]byte
}

// Vault keeps secrets. All methods may be called by many goroutines at once.
type Vault interface {
	// Put stores secrets and request marks, all or none, and returns when they are durable. It is called before the
	// events that hold the commitments are appended. Storing the same secret again changes nothing. What was erased stays
	// erased: of a field of an event that has a tombstone no value is kept any more.
	Put(ctx context.Context, secrets []Secret, requests []Request) error

	// Get gives the secret of a commitment. ErrUnknown if it was never here, ErrErased if it was destroyed.
	Get(ctx context.Context, c Commitment) (Secret, error)

	// Place is Get without salt and value, and looks at neither: how long it takes tells nothing of a value that whoever
	// asks may not see.
	Place(ctx context.Context, c Commitment) (Secret, error)

	// Request gives the mark of a leaf, or ErrUnknown.
	Request(ctx context.Context, leafHash [32]byte) (Request, error)

	// Erase destroys values and their salts for good, all or none, and leaves a tombstone for each. What other attempts to
	// write the same field of the same event left is destroyed with it. A value that was never here gets its tombstone
	// too, so that it cannot come back from elsewhere. Of a secret only commitment, event, pointer and visibility are
	// looked at. Erase returns when no file of the vault holds the values any more. Erasing twice changes nothing.
	Erase(ctx context.Context, erased ...Secret) error

	// Purge removes secrets and marks that were put before a moment and whose event was proved absent from the
	// ledger: for each candidate live is asked, and it is removed where live says false. For the mark of a request, which
	// has no commitment, it is asked with the zero one. It returns how many secrets were removed.
	Purge(ctx context.Context, before time.Time, live func(ctx context.Context, event uuid.UUID, c Commitment) (bool, error)) (int, error)

	// Each calls f for every secret that is here, in no particular order, and for every tombstone (with a nil Value).
	Each(ctx context.Context, f func(Secret) error) error

	// EachRequest calls f for every mark of a request, in no particular order.
	EachRequest(ctx context.Context, f func(Request) error) error

	Close() error
}

var (
	// ErrUnknown says that the vault has never held the value.
	ErrUnknown = errors.New("no such sealed value")
	// ErrErased says that the value was destroyed on purpose.
	ErrErased = errors.New("sealed value was erased")
	// ErrAway says that what keeps the vault does not answer at the moment. What became of a call is unclear: make it again.
	ErrAway = errors.New("the vault cannot be reached at the moment")
	// ErrInvalid says that a secret cannot be kept: its commitment is wrong, or it contradicts one that is kept.
	ErrInvalid = errors.New("invalid secret")
)
