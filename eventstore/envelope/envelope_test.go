package envelope_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"arobase/eventstore"
	"arobase/eventstore/envelope"
)

var update = flag.Bool("update", false, "write the golden file anew: only for events that are in no log yet")

func decision() envelope.Envelope {
	return envelope.Envelope{
		Actor:    "jury:18",
		Basis:    map[string]int64{"edition-18": 7, "jury-18": 0},
		Data:     json.RawMessage(`{"level":{"sealed":"q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="},"name":"Vandœuvre-lès-Nancy"}`),
		ID:       uuid.MustParse("0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b"),
		Ledger:   uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f"),
		Revision: 4,
		Subject:  "candidacy-18-fr-commune-73008",
		Time:     time.Date(2017, 1, 12, 15, 4, 5, 0, time.UTC),
		Type:     "arobase.decision-sealed.v1",
	}
}

func opened() envelope.Envelope {
	return envelope.Envelope{
		Actor:   "system:node",
		Data:    json.RawMessage(`{"envelope":"v1","ledgerId":"018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f","madeUp":true,"origin":"example.org/arobase"}`),
		ID:      uuid.MustParse("0190a5b2-0000-7000-8000-000000000001"),
		Ledger:  uuid.MustParse("018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f"),
		Subject: "ledger",
		Time:    time.Date(1999, 12, 31, 23, 59, 59, 999e6, time.UTC),
		Type:    "arobase.ledger-opened.v1",
	}
}

func encode(t testing.TB, e envelope.Envelope) []byte {
	t.Helper()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The golden file holds, for each line, the leaf hash (RFC 6962) and the bytes.
func TestGolden(t *testing.T) {
	const path = "testdata/leaves.golden"
	var got bytes.Buffer
	for _, e := range []envelope.Envelope{opened(), decision()} {
		b := encode(t, e)
		leaf := sha256.Sum256(append([]byte{0}, b...))
		got.WriteString(hex.EncodeToString(leaf[:]) + " " + string(b) + "\n")
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the bytes of an event changed; that is never right (-golden +now):\n%s", diff)
	}
	for line := range strings.Lines(string(want)) {
		_, event, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if _, err := envelope.Parse([]byte(event)); err != nil {
			t.Errorf("parsing golden event: %v", err)
		}
	}
}

func TestEncodeParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyEnvelope().Draw(t, "envelope")
		b, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := envelope.Parse(b)
		if err != nil {
			t.Fatalf("parsing %s: %v", b, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("parsed is not what was encoded:\n%s", diff)
		}
		if err := envelope.CheckCanonical(b); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		again, err := got.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, again) {
			t.Fatalf("encoded again:\n%s\nnot\n%s", again, b)
		}
	})
}

func anyEnvelope() *rapid.Generator[envelope.Envelope] {
	return rapid.Custom(func(t *rapid.T) envelope.Envelope {
		subject := rapid.StringMatching(`[a-z][A-Za-z0-9-]{0,40}`)
		number := rapid.Int64Range(0, 1<<53-1)
		e := envelope.Envelope{
			Actor:    rapid.StringMatching(`[a-z]{1,9}:[A-Za-z0-9-]{1,20}`).Draw(t, "actor"),
			ID:       anyUUID().Draw(t, "id"),
			Ledger:   anyUUID().Draw(t, "ledger"),
			Revision: number.Draw(t, "revision"),
			Subject:  subject.Draw(t, "subject"),
			Time:     time.UnixMilli(rapid.Int64Range(-62167219200000, 253402300799999).Draw(t, "time")).UTC(),
			Type:     envelope.TypeName(rapid.StringMatching(`[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}`).Draw(t, "name"), rapid.IntRange(1, 999999).Draw(t, "version")),
		}
		if basis := rapid.MapOfN(subject, number, 0, 4).Draw(t, "basis"); len(basis) > 0 {
			e.Basis = basis
		}
		data, err := envelope.Canonical(rapid.MapOfN(anyString(), anyValue(3), 0, 5).Draw(t, "data"))
		if err != nil {
			t.Fatal(err)
		}
		e.Data = data
		return e
	})
}

func anyUUID() *rapid.Generator[uuid.UUID] {
	return rapid.Custom(func(t *rapid.T) uuid.UUID {
		return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).
			Filter(func(b []byte) bool { return !bytes.Equal(b, uuid.Nil[:]) }).Draw(t, "bytes"))
	})
}

// Each case breaks one rule of a member, in the bytes; the text before it is the accepting case.
func TestParseRefuses(t *testing.T) {
	good := string(encode(t, decision()))
	long := strings.Repeat("a", 201)
	tests := []struct {
		why, old, new, member string
		is                    error
	}{
		{"actor missing", `"actor":"jury:18",`, ``, "actor", envelope.ErrMissing},
		{"actor without body", `jury:18`, `jury:`, "actor", nil},
		{"actor without role", `jury:18`, `:18`, "actor", nil},
		{"actor is a person", `jury:18`, `jury:Anne Durand`, "actor", nil},
		{"actor in upper case", `jury:18`, `Jury:18`, "actor", nil},
		{"actor with two colons", `jury:18`, `jury:18:19`, "actor", nil},
		{"actor too long", `jury:18`, `jury:` + long, "actor", nil},
		{"actor a number", `"actor":"jury:18"`, `"actor":18`, "actor", nil},
		{"actor escaped", `jury:18`, `jury:1\b8`, "actor", nil},

		{"basis empty", `{"edition-18":7,"jury-18":0}`, `{}`, "basis", nil},
		{"basis a list", `{"edition-18":7,"jury-18":0}`, `[]`, "basis", nil},
		{"basis not a stream", `"jury-18":0`, `"jury 18":0`, "basis", nil},
		{"basis negative", `"edition-18":7`, `"edition-18":-1`, "basis", nil},
		{"basis not a number", `"edition-18":7`, `"edition-18":"7"`, "basis", nil},
		{"basis too great", `"edition-18":7`, `"edition-18":9007199254740992`, "basis", nil},
		{"basis out of order", `"edition-18":7,"jury-18":0`, `"jury-18":0,"edition-18":7`, "basis", envelope.ErrOrder},
		{"basis twice", `"edition-18":7,"jury-18":0`, `"jury-18":7,"jury-18":0`, "basis", envelope.ErrOrder},
		{"basis without colon", `"jury-18":0`, `"jury-18" 0`, "basis", nil},
		{"basis without end", `"jury-18":0}`, `"jury-18":0`, "basis", nil},

		{"data missing", good[strings.Index(good, `"data":`):strings.Index(good, `"dataschema"`)], ``, "data", envelope.ErrMissing},
		{"data a list", `"data":{`, `"data":[{`, "data", nil},
		{"data with a space", `"data":{"`, `"data":{ "`, "data", nil},
		{"data with a fraction", `"data":{"`, `"data":{"a":1.5,"`, "data", nil},
		{"data out of order", `"data":{"`, `"data":{"z":1,"`, "data", nil},
		{"data too deep", `"data":{"`, `"data":{"a":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `,"`, "data", nil},

		{"dataschema missing", `"dataschema":"urn:arobase:schema:decision-sealed:v1",`, ``, "dataschema", envelope.ErrMissing},
		{"dataschema of another type", `schema:decision-sealed:v1`, `schema:decision-deferred:v1`, "dataschema", nil},
		{"dataschema of another version", `schema:decision-sealed:v1`, `schema:decision-sealed:v2`, "dataschema", nil},
		{"dataschema elsewhere", `urn:arobase:schema`, `urn:example:schema`, "dataschema", nil},
		{"dataschema with a tail", `schema:decision-sealed:v1`, `schema:decision-sealed:v1x`, "dataschema", nil},

		{"id missing", `"id":"0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b",`, ``, "id", envelope.ErrMissing},
		{"id in upper case", `0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b`, `0190A5B2-7C1D-7E3F-8A4B-5C6D7E8F9A0B`, "id", nil},
		{"id in braces", `0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b`, `{0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b}`, "id", nil},
		{"id without hyphens", `0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b`, `0190a5b27c1d7e3f8a4b5c6d7e8f9a0b`, "id", nil},
		{"id with hyphens elsewhere", `0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b`, `0190a5b27-c1d-7e3f-8a4b-5c6d7e8f9a0b`, "id", nil},
		{"id with one hyphen more", `5c6d7e8f9a0b`, `5c6d7e-8f9a0`, "id", nil},
		{"id with a letter beyond f", `5c6d7e8f9a0b`, `5c6d7e8f9a0g`, "id", nil},
		{"id nil", `0190a5b2-7c1d-7e3f-8a4b-5c6d7e8f9a0b`, uuid.Nil.String(), "id", nil},

		{"revision missing", `"revision":4,`, ``, "revision", envelope.ErrMissing},
		{"revision negative", `"revision":4`, `"revision":-1`, "revision", nil},
		{"revision a text", `"revision":4`, `"revision":"4"`, "revision", nil},
		{"revision a fraction", `"revision":4`, `"revision":4.0`, "revision", nil},
		{"revision with leading zero", `"revision":4`, `"revision":04`, "revision", nil},
		{"revision of 2^53", `"revision":4`, `"revision":9007199254740992`, "revision", nil},

		{"source missing", `"source":"urn:arobase:ledger:018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f",`, ``, "source", envelope.ErrMissing},
		{"source elsewhere", `urn:arobase:ledger:`, `urn:uuid:`, "source", nil},
		{"source in upper case", `018f0c3e-1a2b`, `018F0C3E-1A2B`, "source", nil},
		{"source nil", `018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f`, uuid.Nil.String(), "source", nil},

		{"specversion missing", `"specversion":"1.0",`, ``, "specversion", envelope.ErrMissing},
		{"specversion 1.0.2", `"1.0"`, `"1.0.2"`, "specversion", nil},
		{"specversion a number", `"1.0"`, `1`, "specversion", nil},

		{"subject missing", `"subject":"candidacy-18-fr-commune-73008",`, ``, "subject", envelope.ErrMissing},
		{"subject empty", `candidacy-18-fr-commune-73008`, ``, "subject", nil},
		{"subject in upper case", `candidacy-18-fr-commune-73008`, `Candidacy-18`, "subject", nil},
		{"subject with a digit first", `candidacy-18-fr-commune-73008`, `18-candidacy`, "subject", nil},
		{"subject with a slash", `candidacy-18-fr-commune-73008`, `candidacy/18`, "subject", nil},
		{"subject with an accent", `candidacy-18-fr-commune-73008`, `candidacy-é`, "subject", nil},
		{"subject too long", `candidacy-18-fr-commune-73008`, long, "subject", nil},

		{"time missing", `"time":"2017-01-12T15:04:05.000Z",`, ``, "time", envelope.ErrMissing},
		{"time without milliseconds", `05.000Z`, `05Z`, "time", nil},
		{"time with microseconds", `05.000Z`, `05.000000Z`, "time", nil},
		{"time with comma", `05.000Z`, `05,000Z`, "time", nil},
		{"time with offset", `05.000Z`, `05.000+00:00`, "time", nil},
		{"time in lower case", `2017-01-12T15`, `2017-01-12t15`, "time", nil},
		{"time on February 29", `2017-01-12`, `2017-02-29`, "time", nil},
		{"time on day 0", `2017-01-12`, `2017-01-00`, "time", nil},
		{"time in month 0", `2017-01-12`, `2017-00-12`, "time", nil},
		{"time in month 13", `2017-01-12`, `2017-13-12`, "time", nil},
		{"time at hour 24", `T15:04`, `T24:04`, "time", nil},
		{"time at minute 60", `15:04:05`, `15:60:05`, "time", nil},
		{"time in a leap second", `15:04:05`, `23:59:60`, "time", nil},
		{"time with a sign", `2017-01-12`, `+017-01-12`, "time", nil},

		{"type missing", `,"type":"arobase.decision-sealed.v1"`, ``, "type", envelope.ErrMissing},
		{"type elsewhere", `"arobase.decision-sealed.v1"`, `"example.decision-sealed.v1"`, "type", nil},
		{"type without version", `"arobase.decision-sealed.v1"`, `"arobase.decision-sealed"`, "type", nil},
		{"type of version 0", `"arobase.decision-sealed.v1"`, `"arobase.decision-sealed.v0"`, "type", nil},

		{"unknown member", `"id":`, `"datacontenttype":"application/json","id":`, "datacontenttype", envelope.ErrUnknown},
		{"unknown member at the end", `.v1"}`, `.v1","zone":1}`, "zone", envelope.ErrUnknown},
		{"member twice", `"revision":4,`, `"revision":4,"revision":4,`, "revision", envelope.ErrOrder},
		{"member twice at the end", `.v1"}`, `.v1","type":"arobase.decision-sealed.v1"}`, "type", envelope.ErrOrder},
		{"members out of order", `{"actor":"jury:18","basis":{"edition-18":7,"jury-18":0},`, `{"basis":{"edition-18":7,"jury-18":0},"actor":"jury:18",`, "actor", envelope.ErrMissing},
		{"basis after data", `,"dataschema"`, `,"basis":{"edition-18":7},"dataschema"`, "basis", envelope.ErrOrder},
		{"a space after a colon", `"revision":4`, `"revision": 4`, "revision", nil},
		{"a space before a colon", `"revision":4`, `"revision" :4`, "revision", nil},
		{"a space after a comma", `"revision":4,`, `"revision":4, `, "", nil},
		{"a byte order mark", `{"actor"`, "\ufeff{\"actor\"", "", nil},
		{"a list", `{"actor"`, `[{"actor"`, "", nil},
		{"empty", good, ``, "", nil},
		{"an empty object", good, `{}`, "actor", envelope.ErrMissing},
		{"no end", `.v1"}`, `.v1"`, "", nil},
		{"a newline", `.v1"}`, ".v1\"}\n", "", nil},
		{"a space first", `{"actor"`, ` {"actor"`, "", nil},
		{"two envelopes", good, good + good, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			bad := strings.Replace(good, tt.old, tt.new, 1)
			if bad == good {
				t.Fatal("the case changes nothing")
			}
			_, err := envelope.Parse([]byte(bad))
			if err == nil {
				t.Fatalf("parsed %s", bad)
			}
			var member *envelope.MemberError
			var syntax *envelope.SyntaxError
			switch {
			case tt.member == "" && (!errors.As(err, &syntax) || errors.As(err, &member)):
				t.Errorf("error is %v (%T), want one of syntax", err, err)
			case tt.member != "" && (!errors.As(err, &member) || member.Member != tt.member):
				t.Errorf("error is %v, want one that names %s", err, tt.member)
			case tt.is != nil && !errors.Is(err, tt.is):
				t.Errorf("error is %v, want %v", err, tt.is)
			}
		})
	}
}

// Encode refuses every value whose bytes Parse would refuse.
func TestEncodeRefuses(t *testing.T) {
	tests := []struct {
		why, member string
		breakIt     func(*envelope.Envelope)
	}{
		{"actor", "actor", func(e *envelope.Envelope) { e.Actor = "Anne" }},
		{"basis stream", "basis", func(e *envelope.Envelope) { e.Basis = map[string]int64{"": 1} }},
		{"basis revision", "basis", func(e *envelope.Envelope) { e.Basis = map[string]int64{"edition-18": -1} }},
		{"great basis revision", "basis", func(e *envelope.Envelope) { e.Basis = map[string]int64{"edition-18": 1 << 53} }},
		{"no data", "data", func(e *envelope.Envelope) { e.Data = nil }},
		{"data not an object", "data", func(e *envelope.Envelope) { e.Data = json.RawMessage(`[]`) }},
		{"data not canonical", "data", func(e *envelope.Envelope) { e.Data = json.RawMessage(`{"b":1,"a":1}`) }},
		{"data and more", "data", func(e *envelope.Envelope) { e.Data = json.RawMessage(`{},"x":{}`) }},
		{"data too deep", "data", func(e *envelope.Envelope) {
			e.Data = json.RawMessage(`{"a":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`)
		}},
		{"no id", "id", func(e *envelope.Envelope) { e.ID = uuid.Nil }},
		{"revision", "revision", func(e *envelope.Envelope) { e.Revision = -1 }},
		{"great revision", "revision", func(e *envelope.Envelope) { e.Revision = 1 << 53 }},
		{"no ledger", "source", func(e *envelope.Envelope) { e.Ledger = uuid.Nil }},
		{"subject", "subject", func(e *envelope.Envelope) { e.Subject = "x\"y" }},
		{"time below a millisecond", "time", func(e *envelope.Envelope) { e.Time = e.Time.Add(time.Microsecond) }},
		{"time in year 10000", "time", func(e *envelope.Envelope) { e.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"time before year 0", "time", func(e *envelope.Envelope) { e.Time = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"type", "type", func(e *envelope.Envelope) { e.Type = "decision-sealed" }},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			e := decision()
			tt.breakIt(&e)
			b, err := e.Encode()
			var member *envelope.MemberError
			if !errors.As(err, &member) || member.Member != tt.member {
				t.Errorf("Encode gave %s and error %v, want one that names %s", b, err, tt.member)
			}
		})
	}
}

func TestErrorsSayWhere(t *testing.T) {
	good := string(encode(t, decision()))
	for text, want := range map[string]string{
		strings.Replace(good, ":05.000Z", ":05Z", 1):      `envelope member "time": not a UTC time in whole milliseconds like 2017-01-12T15:04:05.000Z`,
		strings.Replace(good, `"revision":4`, `"a":1`, 1): `envelope member "a": unknown member`,
		strings.Replace(good, `"data":{`, `"data":{ `, 1): `envelope member "data": not canonical JSON at byte 64: no string`,
		good + "\n": `not canonical JSON at byte 471: something after the envelope`,
	} {
		if _, err := envelope.Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

func TestEncodeOneForm(t *testing.T) {
	want := encode(t, decision())
	e := decision()
	e.Time = e.Time.In(time.FixedZone("CET", 3600))
	if got := encode(t, e); !bytes.Equal(got, want) {
		t.Errorf("the same instant elsewhere:\n%s\nnot\n%s", got, want)
	}
	e.Basis = nil
	absent := encode(t, e)
	e.Basis = map[string]int64{}
	if got := encode(t, e); !bytes.Equal(got, absent) {
		t.Errorf("an empty basis:\n%s\nnot\n%s", got, absent)
	}
}

func TestSize(t *testing.T) {
	e := decision()
	e.Data = json.RawMessage(`{"a":""}`)
	room := eventstore.MaxEventSize - len(encode(t, e))

	e.Data = json.RawMessage(`{"a":"` + strings.Repeat("x", room) + `"}`)
	b := encode(t, e)
	if len(b) != eventstore.MaxEventSize {
		t.Fatalf("%d bytes, want %d", len(b), eventstore.MaxEventSize)
	}
	if _, err := envelope.Parse(b); err != nil {
		t.Errorf("parsing the largest event: %v", err)
	}

	larger := bytes.Replace(b, []byte("xx"), []byte("xxx"), 1)
	if _, err := envelope.Parse(larger); !errors.Is(err, envelope.ErrTooLarge) {
		t.Errorf("parsing one byte more: %v, want ErrTooLarge", err)
	}
	e.Data = json.RawMessage(`{"a":"` + strings.Repeat("x", room+1) + `"}`)
	if _, err := e.Encode(); !errors.Is(err, envelope.ErrTooLarge) {
		t.Errorf("encoding one byte more: %v, want ErrTooLarge", err)
	}
}

func TestTypes(t *testing.T) {
	good := map[string]string{
		"arobase.ledger-opened.v1":    "urn:arobase:schema:ledger-opened:v1",
		"arobase.a.v999999":           "urn:arobase:schema:a:v999999",
		"arobase.x2-3y.v10":           "urn:arobase:schema:x2-3y:v10",
		"arobase.decision-sealed.v12": "urn:arobase:schema:decision-sealed:v12",
	}
	for name, schema := range maps.All(good) {
		word, version, ok := envelope.SplitType(name)
		if !ok || envelope.TypeName(word, version) != name {
			t.Errorf("SplitType(%q) = %q, %d, %t", name, word, version, ok)
		}
		if got := envelope.Schema(name); got != schema {
			t.Errorf("Schema(%q) = %q, want %q", name, got, schema)
		}
	}
	for _, name := range []string{
		"", "arobase", "arobase.", "arobase..v1", "arobase.v1", "arobase.a", "arobase.a.", "arobase.a.v", "arobase.a.1",
		"arobase.a.v0", "arobase.a.v01", "arobase.a.v1000000", "arobase.a.v99999999999999999999", "arobase.a.v1 ", "arobase.a.v-1",
		"arobase.A.v1", "arobase.1a.v1", "arobase.-a.v1", "arobase.a-.v1", "arobase.a--b.v1", "arobase.a.b.v1", "Arobase.a.v1",
		"arobase." + strings.Repeat("a", 101) + ".v1",
	} {
		if word, version, ok := envelope.SplitType(name); ok {
			t.Errorf("SplitType(%q) = %q, %d", name, word, version)
		}
		if got := envelope.Schema(name); got != "" {
			t.Errorf("Schema(%q) = %q", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(encode(f, decision()))
	f.Add(encode(f, opened()))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"actor":"a:b","data":{"\u001f":"\"","é":-1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := envelope.Parse(b)
		if err != nil {
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("parsed\n%q\nbut encoded again it is\n%q (%v)", b, again, err)
		}
		if err := envelope.CheckCanonical(b); err != nil {
			t.Errorf("parsed %q: %v", b, err)
		}
	})
}
