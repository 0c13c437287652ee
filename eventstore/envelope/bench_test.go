package envelope_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gowebpki/jcs"

	"arobase/eventstore/envelope"
)

// average is an event of about 500 bytes, the mean of a full history.
func average() envelope.Envelope {
	e := decision()
	e.Data = json.RawMessage(`{"level":{"sealed":"q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="},"name":"Vandœuvre-lès-Nancy","n":12345}`)
	b, err := envelope.Canonical(e.Data)
	if err != nil {
		panic(err)
	}
	e.Data = b
	return e
}

func BenchmarkParse(b *testing.B) {
	text := encode(b, average())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := envelope.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckCanonical(b *testing.B) {
	text := encode(b, average())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := envelope.CheckCanonical(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	e := average()
	b.SetBytes(int64(len(encode(b, e))))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}

// plain is the envelope as one would write it without this package.
type plain struct {
	Actor       string           `json:"actor"`
	Basis       map[string]int64 `json:"basis,omitempty"`
	Data        json.RawMessage  `json:"data"`
	DataSchema  string           `json:"dataschema"`
	ID          uuid.UUID        `json:"id"`
	Revision    int64            `json:"revision"`
	Source      string           `json:"source"`
	SpecVersion string           `json:"specversion"`
	Subject     string           `json:"subject"`
	Time        time.Time        `json:"time"`
	Type        string           `json:"type"`
}

// BenchmarkParsePeer is the peer of BenchmarkParse: encoding/json alone, which checks little.
func BenchmarkParsePeer(b *testing.B) {
	text := encode(b, average())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var p plain
		if err := json.Unmarshal(text, &p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseStrictPeer is encoding/json and an RFC 8785 round trip, the usual way to be strict.
func BenchmarkParseStrictPeer(b *testing.B) {
	text := encode(b, average())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var p plain
		if err := json.Unmarshal(text, &p); err != nil {
			b.Fatal(err)
		}
		again, err := jcs.Transform(text)
		if err != nil || string(again) != string(text) {
			b.Fatal("not canonical")
		}
	}
}

// BenchmarkEncodePeer is the peer of BenchmarkEncode: encoding/json, then RFC 8785.
func BenchmarkEncodePeer(b *testing.B) {
	var p plain
	text := encode(b, average())
	if err := json.Unmarshal(text, &p); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		raw, err := json.Marshal(p)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := jcs.Transform(raw); err != nil {
			b.Fatal(err)
		}
	}
}
