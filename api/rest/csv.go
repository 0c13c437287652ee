package rest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// rows are a list as a table.
type rows struct {
	header []string
	cells  [][]any // string, int, uint64, float64, bool, or nil for nothing; pointers to numbers too
}

// column is one column of a table of T.
type column[T any] struct {
	name string
	cell func(T) any
}

// table sets out a list in columns.
func table[T any](columns []column[T], all []T) rows {
	var t rows
	for _, c := range columns {
		t.header = append(t.header, c.name)
	}
	for _, v := range all {
		line := make([]any, len(columns))
		for i, c := range columns {
			line[i] = c.cell(v)
		}
		t.cells = append(t.cells, line)
	}
	return t
}

// csv writes a table: RFC 4180, or as the French Excel reads it when a file is opened with a double click: semicolons,
// a decimal comma, and a byte order mark, without which it takes UTF-8 for Windows-1252.
func (t rows) csv(excelFR bool) ([]byte, error) {
	var b bytes.Buffer
	if excelFR {
		b.WriteString("\uFEFF")
	}
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if excelFR {
		w.Comma = ';'
	}
	_ = w.Write(t.header) // a bytes.Buffer takes everything
	for _, line := range t.cells {
		out := make([]string, len(line))
		for i, v := range line {
			s, err := written(v, excelFR)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", t.header[i], err)
			}
			out[i] = s
		}
		_ = w.Write(out)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("writing rows: %w", err)
	}
	return b.Bytes(), nil
}

// written is a cell as text. Numbers are numbers; text is made harmless.
func written(v any, excelFR bool) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return harmless(v), nil
	case int:
		return strconv.Itoa(v), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case bool:
		return strconv.FormatBool(v), nil
	case *int:
		if v == nil {
			return "", nil
		}
		return strconv.Itoa(*v), nil
	case *float64:
		if v == nil {
			return "", nil
		}
		return written(*v, excelFR)
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if excelFR {
			s = strings.Replace(s, ".", ",", 1)
		}
		return s, nil
	}
	return "", fmt.Errorf("no way to write a %T", v)
}

// harmless puts an apostrophe before text that a spreadsheet would take for a formula: whoever opens the file must not
// run what somebody else has written into a name. Full-width forms count in some languages.
func harmless(s string) string {
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, sign) {
			return "'" + s
		}
	}
	return s
}

// joined puts several values into one cell. No id holds a bar.
func joined(all []string) string { return strings.Join(all, "|") }
