// Package vault is the part of storage that can forget.
//
// A ledger event never holds free text by or about a person, nor a result under embargo. It holds a commitment: an
// HMAC of the value under a random salt. Value and salt lie here, apart from the ledger, and can be destroyed without
// changing a byte of the ledger, its tree or its proofs.
//
// This file is the contract; package sqlitevault keeps the values in one file.
package vault

import (
	"context"
	"errors"
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

// Secret is one sealed value with all that is needed to check its commitment.
type Secret struct {
	Commitment Commitment
	Event      uuid.UUID // the event whose leaf holds the commitment
	Pointer    string    // where in the envelope: an RFC 6901 JSON pointer, such as /data/note
	Salt       [SaltSize]byte
	Value      []byte // canonical JSON (RFC 8785)
	Visibility Visibility
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
	// events that hold the commitments are appended. Storing the same secret again changes nothing.
	Put(ctx context.Context, secrets []Secret, requests []Request) error

	// Get gives the secret of a commitment. ErrUnknown if it was never here, ErrErased if it was destroyed.
	Get(ctx context.Context, c Commitment) (Secret, error)

	// Request gives the mark of a leaf, or ErrUnknown.
	Request(ctx context.Context, leafHash [32]byte) (Request, error)

	// Erase destroys a value and its salt for good and leaves a tombstone. It returns when no file of the vault holds
	// the value any more. Erasing twice changes nothing; a commitment that was never here is ErrUnknown.
	Erase(ctx context.Context, c Commitment) error

	// Purge removes secrets and marks that were put before a moment and whose event was proved absent from the
	// ledger: for each candidate live is asked, and it is removed where live says false. For the mark of a request, which
	// has no commitment, it is asked with the zero one. It returns how many secrets were removed.
	Purge(ctx context.Context, before time.Time, live func(ctx context.Context, event uuid.UUID, c Commitment) (bool, error)) (int, error)

	// Each calls f for every secret that is here, in no particular order, and for every tombstone (with a nil Value).
	Each(ctx context.Context, f func(Secret) error) error

	Close() error
}

var (
	// ErrUnknown says that the vault has never held the value.
	ErrUnknown = errors.New("no such sealed value")
	// ErrErased says that the value was destroyed on purpose.
	ErrErased = errors.New("sealed value was erased")
)
