package audit

import (
	"encoding/json"
	"testing"

	"filippo.io/torchwood"
	"github.com/google/uuid"

	"arobase/domain"
	"arobase/eventstore/vault"
)

func TestDifference(t *testing.T) {
	for _, test := range []struct{ got, want, where string }{
		{`{"a":[1,{"b":2}]}`, `{"a":[1,{"b":2}]}`, ""},
		{`{"a":[1,{"b":2}]}`, `{"a":[1,{"b":3}]}`, ".a[1].b"},
		{`{"a":[1]}`, `{"a":[1,2]}`, ".a"},
		{`{"a":[1,2]}`, `{"a":[1]}`, ".a"},
		{`{"a":1,"z":2}`, `{"a":1}`, ".z"},
		{`{"a":1.0}`, `{"a":1}`, ".a"},
		{`[]`, `{}`, ""},
	} {
		got, err := readValue([]byte(test.got))
		if err != nil {
			t.Fatal(err)
		}
		want, err := readValue([]byte(test.want))
		if err != nil {
			t.Fatal(err)
		}
		where, _, _, differ := difference("", got, want)
		equal := test.got == test.want
		if differ == equal || differ && where != test.where {
			t.Errorf("%s and %s: differ %t at %q, want %q", test.got, test.want, differ, where, test.where)
		}
	}
}

// Whatever a stranger sends as a bundle is taken apart whole or refused; put together again it is the same.
func FuzzParseBundle(f *testing.F) {
	one, err := torchwood.AppendTileEntry(nil, []byte(`{"actor":"operator:ledger"}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(one, uint16(1))
	f.Add(append(one[:len(one):len(one)], one...), uint16(2))
	f.Add(one[:len(one)-1], uint16(1))
	f.Add([]byte{0xff, 0xff}, uint16(1))
	f.Add([]byte(nil), uint16(0))
	f.Fuzz(func(t *testing.T, data []byte, anyWidth uint16) {
		width := int(anyWidth) % (torchwood.TileWidth + 1)
		entries, err := parseBundle(data, width)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			if again, err = torchwood.AppendTileEntry(again, e); err != nil {
				t.Fatal(err)
			}
		}
		if string(again) != string(data) || len(entries) != width {
			t.Errorf("%d entries of %d", len(entries), width)
		}
		for i, e := range entries {
			r := record{leaf: int64(i), bytes: e}
			examineRecord(&r) // it says what is wrong, and never panics
			if r.failure == nil && r.event != nil && !domain.Known(r.env.Type) {
				t.Errorf("%s is taken for known", r.env.Type)
			}
		}
	})
}

// What is disclosed verifies only as what was committed to.
func FuzzDisclosed(f *testing.F) {
	ledger, event := uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f"), uuid.MustParse("0190b5a0-0000-7000-8000-000000000001")
	value := []byte(`"a remark"`)
	var salt [vault.SaltSize]byte
	commitment := vault.Commit(salt, ledger, event, "/data/note", value)
	right, err := json.Marshal(disclosedValue{commitment.String(), ledger, event, "/data/note", salt[:], value})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(right)
	f.Add([]byte(`{"salt":"","value":1}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		got, err := verifyDisclosed(answer, ledger, commitment, place{event, "/data/note"})
		if string(answer) == string(right) && err != nil {
			t.Errorf("the right one: %v", err)
		}
		if err == nil && string(got.Value) != string(value) {
			t.Errorf("%s is taken for %s", got.Value, value)
		}
	})
}
