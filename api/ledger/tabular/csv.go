package tabular

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
)

// delimiters that a header may be written with, the standard one first.
var delimiters = []rune{',', ';', '\t'}

// readText reads a file that is not a workbook. It returns the name of the encoding, and an error only if ctx ends.
func readText(ctx context.Context, raw []byte, t *table) (encoding string, remarks []string, err error) {
	if f := foreignKind(raw); f != nil {
		t.report.add(0, "", f.rule, "%s", f.message)
		return "", nil, nil
	}
	text, encoding, bad := decode(raw)
	if bad != nil {
		t.report.add(bad.line, "", bad.rule, "%s", bad.message)
		return "", nil, nil
	}
	if encoding == "Windows-1252" {
		remarks = append(remarks,
			"the file is not UTF-8 and was read as Windows-1252; look at its accents, and save it as CSV UTF-8 to be sure")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		t.report.add(0, "", ruleEmptyFile, "the file is empty; it must begin with a header row")
		return "", nil, nil
	}
	if checkLines(text, t); t.report.any() {
		return "", nil, nil
	}
	return encoding, remarks, readRecords(ctx, text, t)
}

// checkLines looks at the physical lines before anything tries to understand them.
func checkLines(text []byte, t *table) {
	// With CR alone, as old Macintosh programs write, the letters are likely to be Mac Roman, which nothing tells from
	// Windows-1252. Such a file is better saved again than guessed at.
	first, _, _ := bytes.Cut(text, []byte{'\n'})
	if bytes.IndexByte(bytes.TrimRight(first, "\r"), '\r') >= 0 {
		t.report.add(1, "", ruleLineEnds,
			"the lines end in CR alone, as on old Macintosh systems; save the file again as CSV UTF-8 with LF or CRLF")
		return
	}
	for line := 1; len(text) > 0; line++ {
		length := bytes.IndexByte(text, '\n')
		next := length + 1
		if length < 0 {
			length, next = len(text), len(text)
		}
		if length > t.limits.LineBytes {
			t.report.add(line, "", ruleLineTooLong,
				"the line is %d bytes long, and %s is the most that is read; look for missing line ends, or shorten it",
				length, bytesInWords(int64(t.limits.LineBytes)))
		}
		text = text[next:]
	}
}

// readRecords reads header and rows. It returns an error only if ctx ends.
func readRecords(ctx context.Context, text []byte, t *table) error {
	r, ok := readHeader(text, t)
	if !ok {
		return nil
	}
	cells := make([]cell, len(t.header.at))
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		start := r.InputOffset()
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if !reportQuote(err, text[start:], r.Comma, t) {
				return nil
			}
			continue
		}
		line, _ := r.FieldPos(0)
		cells = cleanAll(cells, record)
		if len(record) != len(t.header.at) && !allEmpty(cells) {
			t.report.add(line, "", ruleColumns,
				"the row has %d fields and the header %d; a field that holds the separator %q must be in quotes",
				len(record), len(t.header.at), r.Comma)
			continue
		}
		if !t.add(line, cells) {
			return nil
		}
	}
}

// cleanAll turns a record into cells, in the memory of the last record's cells.
func cleanAll(cells []cell, record []string) []cell {
	cells = cells[:0]
	for i, field := range record {
		text, f := clean(field)
		cells = append(cells, cell{i, text, f})
	}
	return cells
}

// readHeader finds the delimiter and the shape, and returns a reader that stands behind the header row.
func readHeader(text []byte, t *table) (r *csv.Reader, ok bool) {
	var (
		best       match
		bestNames  []string
		bestLine   int
		quoteError error
	)
	for _, delimiter := range delimiters {
		candidate := newReader(text, delimiter)
		names, line, err := firstRecord(candidate)
		if err != nil {
			// A header in quotes cannot be read with the wrong delimiter. The error of the first, the comma, is told if
			// all fail.
			if quoteError == nil {
				quoteError = err
			}
			continue
		}
		m := nearest(t.shapes, names)
		if m.exact() {
			t.header, t.separator = m.header(line, names), delimiter
			return candidate, true
		}
		// Of two that recognise as little, the one that separates anything is right.
		if bestNames == nil || m.common() > best.common() || m.common() == best.common() && len(names) > len(bestNames) {
			best, bestNames, bestLine = m, names, line
		}
	}
	switch {
	case bestNames != nil:
		t.report.add(bestLine, "", ruleHeader, "%s", best.complaint(bestNames))
	case errors.Is(quoteError, io.EOF):
		t.report.add(0, "", ruleEmptyFile, "the file has no values, only separators; it must begin with a header row")
	default:
		reportQuote(quoteError, text, delimiters[0], t)
	}
	return nil, false
}

func newReader(text []byte, delimiter rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = delimiter
	r.FieldsPerRecord = -1 // counted by the caller, whose message names both numbers
	return r
}

// firstRecord reads the first record with a value in it. A name that is not clean stays as it is: no column is called
// like that, and the complaint shows it.
func firstRecord(r *csv.Reader) (names []string, line int, err error) {
	for {
		record, err := r.Read()
		if err != nil {
			return nil, 0, err
		}
		line, _ := r.FieldPos(0)
		filled := false
		for i, field := range record {
			if text, f := clean(field); f == nil {
				record[i] = text
			}
			filled = filled || record[i] != ""
		}
		if filled {
			return record, line, nil
		}
	}
}

// reportQuote tells a record that the CSV reader could not take apart; text begins where the reader stood before it.
// It returns whether the reader can go on: not if the quote was opened on an earlier line than the one that gave the
// error, for then nobody knows which of the following lines are inside of quotes.
func reportQuote(err error, text []byte, delimiter rune, t *table) (goOn bool) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		t.report.add(0, "", ruleQuote, "the file cannot be read as CSV: %v", err)
		return false
	}
	if errors.Is(parse.Err, csv.ErrBareQuote) {
		t.report.add(parse.Line, "", ruleQuote, "a quote stands inside a field that does not begin with one; "+
			`put the whole field in quotes and double the quotes inside it, as in "the ""label"""`)
		return parse.Line == parse.StartLine
	}
	offset, closed := openQuote(text, delimiter)
	opened := parse.StartLine + offset
	switch {
	case !closed:
		t.report.add(opened, "", ruleQuote, "the quote that is opened on this line is never closed; "+
			"close it, or double it if it belongs to the text; nothing after it was read")
		return false
	case parse.Line > opened:
		t.report.add(opened, "", ruleQuote, "the quote that is opened on this line is closed on line %d in the middle of "+
			"a field; close it where its field ends; nothing after it was read", parse.Line)
		return false
	}
	t.report.add(opened, "", ruleQuote, "a quoted field goes on after its closing quote; "+
		`double the quotes that belong to the text, as in "the ""label"""`)
	return parse.Line == parse.StartLine
}

// openQuote finds the quote that breaks the first record of text: how many lines below the record's start it is opened,
// and whether a later quote closes it. The csv package only tells where the record starts and where reading failed.
func openQuote(text []byte, delimiter rune) (offset int, closed bool) {
	text = bytes.TrimLeft(text, "\r\n") // the empty lines that the reader skipped
	line, i := 0, 0
	for i < len(text) {
		if text[i] != '"' {
			for i < len(text) && text[i] != byte(delimiter) && text[i] != '\n' {
				i++
			}
			if i < len(text) && text[i] == '\n' {
				return line, true // the record ends
			}
			i++
			continue
		}
		opened := line
		for i++; ; i++ {
			if i >= len(text) {
				return opened, false
			}
			if text[i] == '\n' {
				line++
			}
			if text[i] != '"' {
				continue
			}
			if i+1 < len(text) && text[i+1] == '"' {
				i++
				continue
			}
			break
		}
		if i+1 >= len(text) || text[i+1] != byte(delimiter) {
			return opened, true
		}
		i += 2
	}
	return line, true
}
