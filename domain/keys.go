package domain

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// LogOrigin is one name of the public log, with the keys that signed under it.
type LogOrigin struct {
	Name string
	// Since is the position of the event that opened it.
	Since uint64
	// Keys are those that the ledger names, the oldest first; the last is in force. Of the first origin they are none
	// until its first rotation: a ledger does not name its first key.
	Keys []LogKey
	// Closed is what is said of it where the next origin is opened; nil for the one in force.
	Closed *ClosedOrigin
}

// LogKey is a key of the log and the position of the event that brought it into force.
type LogKey struct {
	Key   string
	Since uint64
}

// InForce is the last key that the ledger names, or "".
func (o LogOrigin) InForce() string {
	if n := len(o.Keys); n > 0 {
		return o.Keys[n-1].Key
	}
	return ""
}

// LogOrigins folds the history of the stream "ledger": the names of the log, the one in force last. Other events change
// nothing. It is empty where the ledger is not open yet.
func LogOrigins(history []Recorded) []LogOrigin {
	var origins []LogOrigin
	for _, r := range history {
		switch e := r.Event.(type) {
		case *LedgerOpened:
			origins = append(origins, LogOrigin{Name: e.Origin, Since: r.Position})
		case *KeyRotated:
			if n := len(origins); n > 0 {
				origins[n-1].name(e.From)
				origins[n-1].Keys = append(origins[n-1].Keys, LogKey{e.To, r.Position})
			}
		case *OriginOpened:
			if n := len(origins); n > 0 {
				origins[n-1].name(e.Closed.Key)
				origins[n-1].Closed = &e.Closed
			}
			origins = append(origins, LogOrigin{e.Origin, r.Position, []LogKey{{e.Key, r.Position}}, nil})
		}
	}
	return origins
}

// name notes the first key of an origin, which no event brought into force, where a later event tells it.
func (o *LogOrigin) name(key string) {
	if len(o.Keys) == 0 {
		o.Keys = []LogKey{{key, o.Since}}
	}
}

// VerifierKeyName is the name in a verifier key: the origin of the log whose key it is.
func VerifierKeyName(key string) string {
	name, _, _ := strings.Cut(key, "+")
	return name
}

// VerifierKeyID is how signatures tell keys of one name apart, in 8 hexadecimal digits.
func VerifierKeyID(key string) string {
	_, rest, _ := strings.Cut(key, "+")
	id, _, _ := strings.Cut(rest, "+")
	return id
}

// validVerifierKey tells whether s is a verifier key with Ed25519 in its one form (C2SP signed-note, "Verifier keys"):
// the id is the beginning of the hash of name and key. 33 bytes leave no bits over in base64.
func validVerifierKey(s string) bool {
	if !patterns["vkey"].MatchString(s) {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(s[len(s)-44:])
	if err != nil {
		return false
	}
	sum := sha256.Sum256(append([]byte(VerifierKeyName(s)+"\n"), key...))
	return VerifierKeyID(s) == fmt.Sprintf("%08x", binary.BigEndian.Uint32(sum[:]))
}

// checkKeyInForce refuses a key that is not the one in force. Any key may be said to be the first one.
func (o LogOrigin) checkKeyInForce(key, field string) error {
	if VerifierKeyName(key) != o.Name {
		return broken(keyInForceName, field, VerifierKeyName(key), o.Name)
	}
	if in := o.InForce(); in != "" && in != key {
		return broken(keyInForceOther, field, in)
	}
	return nil
}

// checkKeyNew refuses a key that cannot begin to sign for an origin: signatures tell keys of one name apart by their ids
// alone.
func checkKeyNew(origins []LogOrigin, origin, key, field string) error {
	if VerifierKeyName(key) != origin {
		return broken(keyNewName, field, VerifierKeyName(key), origin)
	}
	for _, o := range origins {
		for _, k := range o.Keys {
			if VerifierKeyName(k.Key) == origin && VerifierKeyID(k.Key) == VerifierKeyID(key) {
				return broken(keyNewBefore, field, VerifierKeyID(key))
			}
		}
	}
	return nil
}
