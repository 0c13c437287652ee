package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// writeCSV writes rows as RFC 4180 has them: a header, commas, lines that end in CRLF. Numbers stay numbers; a text that
// a spreadsheet would take for a formula is put behind an apostrophe, which spreadsheets do not show.
func writeCSV(w io.Writer, header []string, rows func(row func(...any))) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	err := out.Write(header)
	rows(func(cells ...any) {
		record := make([]string, len(cells))
		for i, c := range cells {
			record[i] = csvCell(c)
		}
		if e := out.Write(record); err == nil {
			err = e
		}
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// csvCell writes one value: nil pointers are empty cells, lists are joined by a vertical bar as in the files of the
// history.
func csvCell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
			return "'" + v
		}
		return v
	case []string:
		return csvCell(strings.Join(v, "|"))
	case *int:
		if v == nil {
			return ""
		}
		return fmt.Sprint(*v)
	case *float64:
		if v == nil {
			return ""
		}
		return number(*v)
	case float64:
		return number(v)
	}
	return fmt.Sprint(v)
}

// number writes a number without an exponent and without zeros that say nothing.
func number(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", v), "0"), ".")
}

// grouped writes a number for people, its thousands apart: 41,000,000.
func grouped(v float64) string {
	s := number(v)
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	var b strings.Builder
	if strings.HasPrefix(s, "-") {
		b.WriteByte('-')
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// writeJSON writes one value, indented for a reader.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// writeJSONArray writes an array with one element a line.
func writeJSONArray[T any](w io.Writer, all []T) error {
	var b strings.Builder
	b.WriteString("[")
	for i, v := range all {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		line, err := jsonLine(v)
		if err != nil {
			return err
		}
		b.WriteString(line)
	}
	if len(all) > 0 {
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeJSONLines writes one element a line, without an array around them.
func writeJSONLines[T any](w io.Writer, all []T) error {
	for _, v := range all {
		line, err := jsonLine(v)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func jsonLine(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
