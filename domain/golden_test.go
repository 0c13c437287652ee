package domain

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/eventstore/envelope"
)

// update writes what is missing or, where that is allowed, what differs: go test ./domain -update
var update = flag.Bool("update", false, "write the golden files that are missing, and the generated documents")

func goldenFile(typ Type) string {
	return filepath.Join("testdata", "golden", fmt.Sprintf("%s.v%d.json", typ.Name, typ.Version))
}

// golden gives the data of the sample of a type, as it was pinned.
func golden(t testing.TB, typ Type) []byte {
	t.Helper()
	data, err := os.ReadFile(goldenFile(typ))
	if os.IsNotExist(err) && *update {
		if data, err = envelope.Canonical(sample(t, typ)); err == nil {
			err = os.WriteFile(goldenFile(typ), data, 0o644)
		}
	}
	if err != nil {
		t.Fatalf("the golden file of %s: %v", typ, err)
	}
	return data
}

// TestGolden pins the bytes of every type and version. A golden file is never rewritten: the ledger holds such bytes.
func TestGolden(t *testing.T) {
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			want, data := sample(t, typ), golden(t, typ)
			encoded, err := envelope.Canonical(want)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(encoded, data) {
				t.Errorf("is written in another way than it was:\n%s\n%s", encoded, data)
			}
			for name, decode := range map[string]func(string, []byte) (Event, error){"Decode": Decode, "DecodeStrict": DecodeStrict} {
				got, err := decode(typ.String(), data)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if diff := cmp.Diff(want, got, sealedAlike); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func TestGoldenFilesBelongToATypeOfTheCatalogue(t *testing.T) {
	known := make(map[string]bool)
	for _, typ := range Types() {
		known[goldenFile(typ)] = true
	}
	files, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s is of no type: types are never removed", f)
		}
	}
}

// TestDecodeStrictRefuses spoils each sample in every way that a hostile writer may try.
func TestDecodeStrictRefuses(t *testing.T) {
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			data := golden(t, typ)
			refuse := func(what string, spoiled []byte) {
				t.Helper()
				if bytes.Equal(spoiled, data) {
					t.Fatalf("%s: nothing was spoiled", what)
				}
				if e, err := DecodeStrict(typ.String(), spoiled); err == nil {
					t.Errorf("accepts %s: %+v\n%s", what, e, spoiled)
				}
			}
			spoil := func(change func(map[string]json.RawMessage)) []byte {
				members := make(map[string]json.RawMessage)
				if err := json.Unmarshal(data, &members); err != nil {
					t.Fatal(err)
				}
				change(members)
				spoiled, err := json.Marshal(members)
				if err != nil {
					t.Fatal(err)
				}
				return spoiled
			}

			refuse("an unknown member", spoil(func(m map[string]json.RawMessage) { m["unknown"] = []byte(`1`) }))
			refuse("something after it", append(bytes.Clone(data), " {}"...))
			refuse("half of it", data[:len(data)/2])
			refuse("null", []byte(`null`))
			refuse("a list", append(append([]byte(`[`), data...), ']'))
			for name, m := range membersOf(typ.New()) {
				upper := strings.ToUpper(name[:1]) + name[1:]
				refuse("the member "+upper, spoil(func(m map[string]json.RawMessage) { m[upper] = m[name]; delete(m, name) }))
				refuse("null for "+name, spoil(func(m map[string]json.RawMessage) { m[name] = []byte(`null`) }))
				refuse("true for "+name, spoil(func(m map[string]json.RawMessage) { m[name] = []byte(`true`) }))
				if !strings.Contains(m.field.Tag.Get("json"), ",omitempty") {
					refuse("it without "+name, spoil(func(m map[string]json.RawMessage) { delete(m, name) }))
				}
				twice := fmt.Appendf(nil, `{"%s":%s,%s`, name, memberOf(t, data, name), data[1:])
				refuse("two of "+name, twice)
				if m.field.Type == sealedType {
					refuse("plain text in "+name, spoil(func(m map[string]json.RawMessage) { m[name] = []byte(`"text"`) }))
				}
			}
		})
	}
}

// TestDecodeStrictSaysWhy holds that the commonest mistakes are told apart.
func TestDecodeStrictSaysWhy(t *testing.T) {
	const lapsed = `{"on":"2027-02-04","cause":"term"}`
	for data, want := range map[string]string{
		`{"on":"2027-02-04","cause":"term","why":"x"}`:     "why: is not a member of it",
		`{"on":"2027-02-04","cause":"term","Cause":""}`:    "Cause: is not a member of it",
		`{"on":"2027-02-04","cause":"term","by":null}`:     "by: is not an object",
		`{"on":"2027-02-30","cause":"term"}`:               `on: "2027-02-30": a day, a month or a year`,
		`{"on":"2027-02-04","on":"2027-02-05"}`:            "on: is there twice",
		`{"cause":"term"}`:                                 "on: is missing",
		lapsed + lapsed:                                    "something follows the data",
		`{"on":2027,"cause":"term"}`:                       "on: is not a text",
		`{"on":"2027-02-04","cause":"term","occurred":""}`: `occurred: "": a day, a month or a year`,
	} {
		if _, err := DecodeStrict("arobase.distinction-lapsed.v1", []byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", data, err, want)
		}
	}
}

func memberOf(t *testing.T, data []byte, name string) json.RawMessage {
	t.Helper()
	members := make(map[string]json.RawMessage)
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	if _, ok := members[name]; !ok {
		t.Fatalf("no member %s in %s", name, data)
	}
	return members[name]
}

func TestDecodeStrictIgnoresOnlySpacesAndOrder(t *testing.T) {
	const typ = "arobase.ledger-opened.v1"
	const opened = `{ "origin":"a.example", "kind":"real", "ledgerId":"%s", "envelope":"arobase.envelope.v1" }`
	tests := []struct {
		what, id string
		want     bool
	}{
		{"an id", "5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c5", true},
		{"an id with an escape", `5f0c1d2e\u002d3b4a-4c5d-8e6f-708192a3b4c5`, true},
		{"an id in capitals", "5F0C1D2E-3B4A-4C5D-8E6F-708192A3B4C5", false},
		{"an id as a URN", "urn:uuid:5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c5", false},
		{"an id without hyphens", "5f0c1d2e3b4a4c5d8e6f708192a3b4c5", false},
		{"the zero id", "00000000-0000-0000-0000-000000000000", false},
	}
	for _, tt := range tests {
		if _, err := DecodeStrict(typ, fmt.Appendf(nil, opened, tt.id)); (err == nil) != tt.want {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
}
