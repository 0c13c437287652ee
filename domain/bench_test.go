package domain

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// BenchmarkStrict compares what an auditor pays for the form of one event: CheckSchema and DecodeStrict, beside DecodeStrict
// as it was and a library that reads the published schema. The events are one of each type.
func BenchmarkStrict(b *testing.B) {
	var data [][]byte
	var schemas []*jsonschema.Schema
	for _, typ := range Types() {
		data = append(data, golden(b, typ))
		schemas = append(schemas, compiled(b, typ))
	}
	for _, way := range []struct {
		name  string
		check func(i int) error
	}{
		{"CheckSchema", func(i int) error { return CheckSchema(catalogue[i].String(), data[i]) }},
		{"DecodeStrict", func(i int) error { _, err := DecodeStrict(catalogue[i].String(), data[i]); return err }},
		{"Decode", func(i int) error { _, err := Decode(catalogue[i].String(), data[i]); return err }},
		{"before", func(i int) error { _, err := decodeSlowly(catalogue[i].String(), data[i]); return err }},
		{"library", func(i int) error { return byLibrary(schemas[i], data[i]) }},
		{"library without reading", nil},
	} {
		b.Run(way.name, func(b *testing.B) {
			if way.check == nil {
				var values []any
				for _, d := range data {
					v, err := jsonschema.UnmarshalJSON(bytes.NewReader(d))
					if err != nil {
						b.Fatal(err)
					}
					values = append(values, v)
				}
				way.check = func(i int) error { return schemas[i].Validate(values[i]) }
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := way.check(n % len(data)); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

// BenchmarkJudge measures what an auditor pays to decide an event again: an award at its basis, a figure at the end of a
// stream of 10,000, and the retraction of one of them, which looks at them all.
func BenchmarkJudge(b *testing.B) {
	others := map[StreamName][]Recorded{}
	for i, s := range []StreamName{SourceStream("one"), CollectivityStream(aix)} {
		others[s] = []Recorded{{Position: uint64(i + 1), Stream: s}}
	}
	const n = 10_000
	figure := &FigurePublished{Edition: 17, YearAsStated: "2016", Metric: "labelled", Precision: Exact, Source: "one", Provenance: Provenance{Occurred: "2016"}}
	var figures []Recorded
	for i := range n {
		figures = append(figures, Recorded{ID: nth(i), Position: uint64(i + 3), Stream: FiguresStream(17), Revision: int64(i), Event: figure})
	}
	award := awarded("one", level(5), Stated)
	award.Occurred = "2017"
	for _, way := range []struct {
		name    string
		history []Recorded
		r       Recorded
	}{
		{"award", nil, Recorded{Stream: CandidacyStream(18, aix), Basis: map[StreamName]int64{SourceStream("one"): 0, CollectivityStream(aix): 0}, Event: award}},
		{"figure after 10,000", figures, Recorded{Stream: FiguresStream(17), Revision: n, Basis: map[StreamName]int64{SourceStream("one"): 0}, Event: figure}},
		{"retraction after 10,000", figures, Recorded{Stream: FiguresStream(17), Revision: n, Event: &FigureRetracted{Event: nth(n - 1), Cause: "transcription"}}},
	} {
		b.Run(way.name, func(b *testing.B) {
			way.r.Position, way.r.Time = n+100, today
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Judge(Input{History: way.history, Others: others}, way.r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
