// Package evidence is the contract of the store of uploaded files, by which collectivities show what they declare. It lies
// apart from the ledger and can forget: a record holds the hash of a file, and the bytes, which may be about people, can be
// destroyed without changing a byte of the ledger.
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Hash is the SHA-256 of a file, which is its name.
type Hash [sha256.Size]byte

// HashOf gives the name of a file.
func HashOf(content []byte) Hash { return sha256.Sum256(content) }

// String is the hash as a record names it: 64 hexadecimal digits, in lower case.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what String writes, and nothing else.
func ParseHash(s string) (Hash, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != s {
		return Hash{}, fmt.Errorf("%q is not 64 hexadecimal digits", s)
	}
	return Hash(b), nil
}

// File is an uploaded file.
type File struct {
	Hash  Hash
	Media string // one of the kinds that Recognise knows
	// Uploaded is when it came first, to the millisecond.
	Uploaded time.Time
	Content  []byte
}

// Kept is a file as it is kept, with the roles and bodies that uploaded it. An erased one has a hash and nothing else.
type Kept struct {
	File
	Owners []string
	// Young is since when it waits to be named: when it was uploaded or asked for last.
	Young  time.Time
	Erased bool
}

var (
	// ErrAbsent says that there is no such file, or none any more because nobody named it.
	ErrAbsent = errors.New("there is no such file")
	// ErrErased says that a file was destroyed on purpose. It is not kept again.
	ErrErased = errors.New("the file was erased")
)

// Store keeps files. All methods may be called by many goroutines at once.
type Store interface {
	// Put keeps a file for its owner, a role and a body, and returns when it is durable. One that is there is kept for both
	// and counts as young again. ErrErased.
	Put(ctx context.Context, f File, owner string) error
	// Get gives a file. ErrAbsent, ErrErased.
	Get(ctx context.Context, h Hash) (File, error)
	// Owned tells whether a file is kept and an owner uploaded it.
	Owned(ctx context.Context, h Hash, owner string) (bool, error)
	// Renew makes a file young from a moment on: it is about to be named. ErrAbsent, ErrErased.
	Renew(ctx context.Context, h Hash, at time.Time) error
	// Held is the number of bytes of all files that an owner uploaded and that are kept.
	Held(ctx context.Context, owner string) (int64, error)
	// Erase destroys files, all or none, and remembers that. One that is not here is remembered too, so that it does not come
	// from elsewhere. Erase returns when no file of the store holds the bytes. Erasing twice changes nothing.
	Erase(ctx context.Context, hashes ...Hash) error
	// Purge destroys the files that have been young before a moment only and of which named says false. It returns how many.
	Purge(ctx context.Context, before time.Time, named func(Hash) bool) (int, error)
	// Each calls f for every file and for every one that was erased, in the order in which they came.
	Each(ctx context.Context, f func(Kept) error) error
}
