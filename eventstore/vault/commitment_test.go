package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// vector is one of testdata/seal-vectors.json, which other implementations can test themselves with. Salt and
// commitment are standard base64; value is the canonical JSON that is committed to, as text.
type vector struct {
	Description string
	Ledger      string
	Event       string
	Pointer     string
	Salt        []byte
	Value       string
	Commitment  string
}

func vectors(t *testing.T) []vector {
	t.Helper()
	content, err := os.ReadFile("testdata/seal-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(content, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 6 {
		t.Fatalf("%d vectors, want at least 6", len(all))
	}
	return all
}

func (v vector) secret(t *testing.T) Secret {
	t.Helper()
	c, err := ParseCommitment(v.Commitment)
	if err != nil {
		t.Fatal(err)
	}
	return Secret{Commitment: c, Event: uuid.MustParse(v.Event), Pointer: v.Pointer, Salt: [SaltSize]byte(v.Salt), Value: []byte(v.Value)}
}

// The vectors were not made with Commit; here the definition is written out a second time, too.
func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		mac := hmac.New(sha256.New, v.Salt)
		mac.Write([]byte("arobase/seal/v1\x00" + v.Ledger + "\x00" + v.Event + "\x00" + v.Pointer + "\x00" + v.Value))
		if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); want != v.Commitment {
			t.Errorf("%s: the vector says %s, the definition %s", v.Description, v.Commitment, want)
		}
		s := v.secret(t)
		if got := Commit(s.Salt, uuid.MustParse(v.Ledger), s.Event, s.Pointer, s.Value); got.String() != v.Commitment {
			t.Errorf("%s: Commit gives %s, want %s", v.Description, got, v.Commitment)
		}
		if !s.Verify(uuid.MustParse(v.Ledger)) {
			t.Errorf("%s: Verify refuses it", v.Description)
		}
		if !json.Valid(s.Value) {
			t.Errorf("%s: the value is not JSON", v.Description)
		}
	}
}

func TestVerifyRefusesAnyChange(t *testing.T) {
	for _, v := range vectors(t) {
		ledger := uuid.MustParse(v.Ledger)
		for name, change := range map[string]func(s *Secret){
			"commitment": func(s *Secret) { s.Commitment[31] ^= 1 },
			"event":      func(s *Secret) { s.Event[15] ^= 1 },
			"pointer":    func(s *Secret) { s.Pointer += "/0" },
			"salt":       func(s *Secret) { s.Salt[0] ^= 0x80 },
			"value":      func(s *Secret) { s.Value = append(s.Value, ' ') },
			// The zero byte between the parts is what makes these two different.
			"border": func(s *Secret) { s.Value = append([]byte(s.Pointer[1:]), s.Value...); s.Pointer = s.Pointer[:1] },
		} {
			s := v.secret(t)
			change(&s)
			if s.Verify(ledger) {
				t.Errorf("%s: Verify accepts another %s", v.Description, name)
			}
		}
		if other := uuid.MustParse("0190a6e4-2f6b-7c3e-9d2a-ffffffffffff"); v.secret(t).Verify(other) {
			t.Errorf("%s: Verify accepts another ledger", v.Description)
		}
	}
}

func TestParseCommitment(t *testing.T) {
	for _, v := range vectors(t) {
		want := v.secret(t).Commitment
		if len(want.String()) != 44 || len(want.URL()) != 43 || strings.ContainsAny(want.URL(), "+/=") {
			t.Errorf("the forms of %x are %q and %q", want[:], want.String(), want.URL())
		}
		for _, text := range []string{want.String(), want.URL()} {
			if got, err := ParseCommitment(text); err != nil || got != want {
				t.Errorf("ParseCommitment(%q) = %v, %v; want %v", text, got, err, want)
			}
		}
	}
	zero := Commitment{}
	for name, text := range map[string]string{
		"nothing":                 "",
		"too short":               base64.StdEncoding.EncodeToString(zero[:31]),
		"too long":                base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"hexadecimal":             strings.Repeat("0", 64),
		"set bits at the end":     strings.Repeat("A", 42) + "B=",
		"the same, for URLs":      strings.Repeat("A", 42) + "B",
		"standard, no padding":    strings.Repeat("A", 41) + "/A",
		"URL, with padding":       strings.Repeat("A", 41) + "_A=",
		"a line break":            strings.Repeat("A", 42) + "\nA=",
		"a line break at the end": strings.Repeat("A", 42) + "A=\n",
		"a line break, for URLs":  strings.Repeat("A", 42) + "\n",
		"line breaks for length":  "\n" + strings.Repeat("A", 43),
	} {
		if got, err := ParseCommitment(text); err == nil {
			t.Errorf("%s: ParseCommitment(%q) = %v, want an error", name, text, got)
		}
	}
}
