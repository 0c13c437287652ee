package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/google/uuid"
)

// SaltSize is the size of a salt in bytes. Salts are random and fresh for every field of every attempt.
const SaltSize = 32

// domainSeparator is the first part of every message that is committed to.
const domainSeparator = "arobase/seal/v1"

// Commitment is HMAC-SHA256(salt, "arobase/seal/v1" 00 ledgerId 00 eventId 00 pointer 00 value), where 00 is a zero
// byte, ids are lower-case UUIDs with hyphens, pointer is the RFC 6901 JSON pointer of the field in the envelope, and
// value is canonical JSON (RFC 8785). It binds a value to one field of one event of one ledger, and hides it: without
// the salt nothing can be learnt, not even of a value with five possibilities.
type Commitment [sha256.Size]byte

// Commit computes the commitment of a value.
func Commit(salt [SaltSize]byte, ledger, event uuid.UUID, pointer string, value []byte) Commitment {
	mac := hmac.New(sha256.New, salt[:])
	for _, part := range []string{domainSeparator, ledger.String(), event.String(), pointer} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	mac.Write(value)
	var c Commitment
	mac.Sum(c[:0])
	return c
}

// Verify tells whether the secret is what its commitment says. It takes the same time whatever the answer.
func (s Secret) Verify(ledger uuid.UUID) bool {
	want := Commit(s.Salt, ledger, s.Event, s.Pointer, s.Value)
	return hmac.Equal(want[:], s.Commitment[:])
}

// String gives the form used in leaves: standard base64 with padding (RFC 4648, section 4), 44 characters.
func (c Commitment) String() string { return base64.StdEncoding.EncodeToString(c[:]) }

// URL gives the form used in addresses: base64 for URLs without padding (RFC 4648, section 5), 43 characters.
func (c Commitment) URL() string { return base64.RawURLEncoding.EncodeToString(c[:]) }

// ParseCommitment reads either form. Only the one canonical text of each is accepted.
func ParseCommitment(s string) (Commitment, error) {
	enc := base64.StdEncoding.Strict()
	if len(s) == base64.RawURLEncoding.EncodedLen(sha256.Size) {
		enc = base64.RawURLEncoding.Strict()
	}
	b, err := enc.DecodeString(s)
	if err != nil || len(b) != sha256.Size || (len(s) != 43 && len(s) != 44) {
		return Commitment{}, fmt.Errorf("a commitment is 32 bytes in base64, not %q", shorten(s))
	}
	return Commitment(b), nil
}

func shorten(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}
