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
