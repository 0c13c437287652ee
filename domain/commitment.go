package domain

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// commitment is HMAC-SHA256(salt, "arobase/seal/v1" 00 ledgerId 00 eventId 00 pointer 00 value) in base64, as package vault
// makes it, of which the rules know nothing; a test holds that both are the same. "" where the salt is none.
func commitment(salt Salt, ledger, event uuid.UUID, pointer string, value []byte) string {
	key, err := base64.StdEncoding.DecodeString(string(salt))
	if err != nil || len(key) != sha256.Size {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{"arobase/seal/v1", ledger.String(), event.String(), pointer} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	mac.Write(value)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// fits holds that what is opened is what was sealed: with its salt, each value gives the commitment of the decision.
func (o Opened) fits(ledger uuid.UUID, seal *Seal) error {
	d := seal.Decision
	mentions := o.Mentions.Value
	if mentions == nil {
		mentions = []MentionID{}
	}
	t := o.Tally.Value
	for _, f := range []struct {
		name  string
		field *Sealed
		salt  Salt
		value string
	}{
		{"distinction", d.Distinction, o.Distinction.Salt, canonical(o.Distinction.Value)},
		{"level", d.Level, o.Level.Salt, canonical(o.Level.Value)},
		{"mentions", d.Mentions, o.Mentions.Salt, canonical(mentions)},
		{"tally", d.Tally, o.Tally.Salt, fmt.Sprintf(`{"abstained":%d,"against":%d,"for":%d}`, t.Abstained, t.Against, t.For)},
	} {
		if c := commitment(f.salt, ledger, seal.Event, "/data/"+f.name, []byte(f.value)); c == "" || c != f.field.Commitment() {
			return broken(openedFitsOther, "opened."+f.name)
		}
	}
	return nil
}

// canonical is the canonical JSON (RFC 8785) of a number, a list of ids or a word: plain ASCII, without anything to escape.
func canonical(v any) string {
	b, err := json.Marshal(v)
	must(err)
	return string(b)
}
