package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
	"github.com/rogpeppe/go-internal/testscript"
)

// Commands of the scripts that judge the form of an output.

// json holds a file to a form of JSON: json array|object|lines FILE.
func validJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: json array|object|lines FILE")
	}
	text := ts.ReadFile(args[1])
	var err error
	n := 0
	switch args[0] {
	case "array":
		var all []map[string]any
		err = json.Unmarshal([]byte(text), &all)
		n = len(all)
	case "object":
		var one map[string]any
		err = json.Unmarshal([]byte(text), &one)
		n = len(one)
	case "lines":
		for line := range strings.Lines(text) {
			var one map[string]any
			if err = json.Unmarshal([]byte(line), &one); err != nil {
				break
			}
			n++
		}
	default:
		ts.Fatalf("no form of JSON is called %s", args[0])
	}
	ts.Check(err)
	if n == 0 {
		ts.Fatalf("there is nothing in it")
	}
}

// csv holds a file to RFC 4180, to rows as long as the header, and to cells that no spreadsheet takes for a formula:
// csv FILE HEADER.
func validCSV(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: csv FILE HEADER")
	}
	text := ts.ReadFile(args[0])
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		ts.Fatalf("some lines do not end in CRLF")
	}
	r := csv.NewReader(strings.NewReader(text)) // holds every row to the length of the first
	header, err := r.Read()
	ts.Check(err)
	if got := strings.Join(header, ","); got != args[1] {
		ts.Fatalf("header %s", got)
	}
	rows := 0
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		ts.Check(err)
		rows++
		for i, cell := range row {
			if _, notNumber := strconv.ParseFloat(cell, 64); notNumber != nil && cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				ts.Fatalf("row %d, %s: a spreadsheet takes %q for a formula", rows, header[i], cell)
			}
		}
	}
	if rows == 0 {
		ts.Fatalf("there is no row")
	}
}

// narrow holds every line of a file to a width: narrow FILE WIDTH.
func narrow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: narrow FILE WIDTH")
	}
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		line = strings.TrimSuffix(line, "\n")
		if w := uniseg.StringWidth(line); w > most {
			ts.Fatalf("a line is %d columns wide: %s", w, line)
		}
		if strings.TrimRight(line, " ") != line {
			ts.Fatalf("a line ends in spaces: %q", line)
		}
	}
}

// whole holds a text to another that stands in it, whatever the line breaks: whole FILE 'TEXT'.
func whole(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: whole FILE 'TEXT'")
	}
	text := strings.Join(strings.Fields(ts.ReadFile(args[0])), " ")
	if strings.Contains(text, strings.Join(strings.Fields(args[1]), " ")) == neg {
		ts.Fatalf("found: %t, in\n%s", neg, text)
	}
}

// allrows holds the answer of an import to one outcome for every row, and no error: allrows FILE appended|skipped.
func allRows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: allrows FILE appended|skipped")
	}
	var answer struct {
		Files []struct {
			File                    string
			Rows, Appended, Skipped int
			Errors                  []any
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &answer))
	if len(answer.Files) == 0 {
		ts.Fatalf("there is no file")
	}
	for _, f := range answer.Files {
		done := map[string]int{"appended": f.Appended, "skipped": f.Skipped}[args[1]]
		if f.Rows == 0 || done != f.Rows || f.Appended+f.Skipped != f.Rows || len(f.Errors) > 0 {
			ts.Fatalf("%s: %d rows, %d appended, %d skipped, %d errors", f.File, f.Rows, f.Appended, f.Skipped, len(f.Errors))
		}
	}
}
