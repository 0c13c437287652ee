package rest

import (
	"bytes"
	"strings"

	"arobase/api/exports"
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

// csv writes a table: RFC 4180, or as the French Excel reads it (package exports).
func (t rows) csv(excelFR bool) ([]byte, error) {
	var b bytes.Buffer
	w := exports.NewCSV(&b, t.header, excelFR)
	for _, line := range t.cells {
		if err := w.Row(line); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// joined puts several values into one cell. No id holds a bar.
func joined(all []string) string { return strings.Join(all, "|") }
