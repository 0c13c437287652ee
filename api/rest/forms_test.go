package rest

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNegotiate(t *testing.T) {
	both := []string{mediaJSON, mediaCSV}
	for _, c := range []struct {
		accept string
		offers []string
		want   string
	}{
		{"", both, mediaJSON},
		{"*/*", both, mediaJSON},
		{"text/csv", both, mediaCSV},
		{"TEXT/CSV; charset=utf-8", both, mediaCSV},
		{"text/*", both, mediaCSV},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", both, mediaJSON}, // a browser
		{"application/json;q=0.1, text/csv;q=0.2", both, mediaCSV},
		{"application/json;q=0, */*", both, mediaCSV}, // the most specific range decides
		{"application/json;q=0", []string{mediaJSON}, ""},
		{"text/html", both, ""},
		{"application/json;q=nonsense", both, ""},
		{"application/json;q=2", both, ""},
		{";;;", both, ""},
		{"application/cloudevents+json", []string{mediaJSON, mediaEvent}, mediaEvent},
		{"text/event-stream", []string{mediaStream}, mediaStream},
	} {
		if got := negotiate(c.accept, c.offers); got != c.want {
			t.Errorf("negotiate(%q, %v) = %q, want %q", c.accept, c.offers, got, c.want)
		}
	}
}

// Whatever the text, a file reads back as it was, up to the apostrophe and the line ends, and no cell is a formula.
func TestRowsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(rapid.StringMatching(`[ -~éœ=+@;,"'\n\t\r-]{0,12}`), 2, 2).Draw(t, "cells")
		excelFR := rapid.Bool().Draw(t, "excel-fr")
		content, err := rows{[]string{"a", "b"}, [][]any{{cells[0], cells[1]}}}.csv(excelFR)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if after, marked := strings.CutPrefix(text, "\uFEFF"); marked != excelFR {
			t.Fatalf("byte order mark: %t", marked)
		} else {
			text = after
		}
		r := csv.NewReader(strings.NewReader(text))
		if excelFR {
			r.Comma = ';'
		}
		back, err := r.ReadAll()
		if err != nil || len(back) != 2 {
			t.Fatalf("%q: %v, %v", text, back, err)
		}
		for i, got := range back[1] {
			if got != "" && strings.ContainsRune("=+-@\t\r", rune(got[0])) {
				t.Fatalf("%q begins like a formula", got)
			}
			ends := strings.NewReplacer("\r\n", "\n", "\r", "")
			if want, got := ends.Replace(cells[i]), ends.Replace(got); got != want && got != "'"+want {
				t.Fatalf("%q became %q", want, got)
			}
		}
	})
}
