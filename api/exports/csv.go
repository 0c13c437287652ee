package exports

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// CSV writes rows as RFC 4180 has it, or as the French Excel reads it when a file is opened with a double click:
// semicolons, a decimal comma, and a byte order mark, without which it takes UTF-8 for Windows-1252.
type CSV struct {
	w       *csv.Writer
	excelFR bool
	header  []string
	line    []string
}

// NewCSV writes the header. What goes wrong with w is told by Close.
func NewCSV(w io.Writer, header []string, excelFR bool) *CSV {
	if excelFR {
		_, _ = io.WriteString(w, "\uFEFF") // the writer will tell of it
	}
	c := &CSV{w: csv.NewWriter(w), excelFR: excelFR, header: header, line: make([]string, len(header))}
	c.w.UseCRLF = true
	if excelFR {
		c.w.Comma = ';'
	}
	_ = c.w.Write(header)
	return c
}

// Row writes one row: numbers are numbers, text is made harmless.
func (c *CSV) Row(cells []any) error {
	for i, v := range cells {
		s, err := written(v, c.excelFR)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.header[i], err)
		}
		c.line[i] = s
	}
	if err := c.w.Write(c.line); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

// Close writes what is left.
func (c *CSV) Close() error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

// written is a cell as text.
func written(v any, excelFR bool) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return Harmless(v), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
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

// Harmless puts an apostrophe before text that a spreadsheet would take for a formula: whoever opens the file must not
// run what somebody else has written into a name. Full-width forms count in some languages.
func Harmless(s string) string {
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
