package rest

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"arobase/eventstore/vault"
)

// Disclosed is a sealed value that is public, with all that is needed to check it.
type Disclosed struct {
	Commitment string          `json:"commitment"`
	LedgerID   uuid.UUID       `json:"ledgerId"`
	Event      uuid.UUID       `json:"event"`
	Pointer    string          `json:"pointer"`
	Salt       []byte          `json:"salt"`
	Value      json.RawMessage `json:"value"`
	Check      string          `json:"check"`
}

// howToCheck is the definition of a commitment, in words that a programmer can follow.
const howToCheck = `commitment = base64(HMAC-SHA256(key = the 32 bytes of salt, message = "arobase/seal/v1" 00 ledgerId 00 event 00 pointer 00 value)), ` +
	`where 00 is one zero byte and value is canonical JSON (RFC 8785): the bytes of "value" as they stand in this answer. ` +
	`The event's leaf holds {"sealed": commitment} at pointer.`

func (a *api) sealed() {
	get(a, operation{
		id: "getDisclosed", path: "/log/disclosed/{commitment}", tag: "ledger", summary: "A disclosed value, with its salt",
		about: "The text that a leaf of the log holds a commitment to, so that anyone can check it. Gone (410) once it was erased: the log and its proofs stay valid. No copy of it may be kept by a cache.",
		forms: []string{mediaJSON}, result: Disclosed{}, unknown: unknownCommitment, also: []int{410}, fixed: true, texts: true,
	}, func(ctx context.Context, in *struct {
		Commitment string `path:"commitment" doc:"The commitment: 32 bytes in base64 for addresses (43 characters), or in standard base64 with its special characters written as %XX."`
	}, _ asked) (answer, error) {
		s, err := a.Ledger.Disclosed(ctx, in.Commitment)
		if err != nil {
			return answer{}, err
		}
		return answer{never: true, body: Disclose(a.Ledger.LedgerID, s)}, nil
	})
}

// Disclose gives a sealed value that is public as it is served.
func Disclose(ledgerID uuid.UUID, s vault.Secret) Disclosed {
	return Disclosed{s.Commitment.String(), ledgerID, s.Event, s.Pointer, s.Salt[:], s.Value, howToCheck}
}
