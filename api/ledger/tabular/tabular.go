// Package tabular reads a file of facts, CSV or XLSX, into rows.
//
// It knows the shapes of the history's files, which are their header rows, and nothing of what the facts mean. A file
// is recognised by its header, whatever its name: exactly the columns of one shape, in any order. It is read strictly
// and as a whole: either every row, or a list of problems that each name the line and say what to do.
//
// What is read:
//
//   - CSV (RFC 4180) with comma, semicolon or tab, line ends LF or CRLF, in UTF-8, in UTF-16 with a byte order mark, or
//     in Windows-1252. See decode for how the encoding is found.
//   - XLSX, found by its content and not by its extension. Only cells that hold a value are facts: a formula is
//     refused, because its stored result may be stale, missing or taken from another workbook. See workbook.
//
// Text is normalised to NFC and rid of the space around it. A field is one line of visible text: line breaks, control
// characters and invisible characters inside it are refused. Rows without any value are skipped.
package tabular

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// File is a file that was read without a problem.
type File struct {
	Name     string   // as given to Read
	Shape    Shape    // which file of the history it is like
	Rows     []Row    // in the order of the file
	Encoding string   // UTF-8, UTF-16LE, UTF-16BE, Windows-1252 or XLSX
	SHA256   [32]byte // of the file's bytes, before any decoding
	// Separator is what stands between the fields of a CSV file; 0 for XLSX.
	Separator rune
	Remarks   []string // what a careful user wants to know although nothing is wrong, in plain words
}

// Row is one fact of a file.
type Row struct {
	Line    int      // CSV: the line, from 1, on which the record starts; XLSX: the row number of the sheet
	Fields  []string // in the order of Shape.Columns, whatever the order in the file; "" where the cell is empty
	columns []string
}

// Get returns the field in a column of the file's shape. It panics on a name that the shape does not have: that is a
// slip in the program, never in the file.
func (r Row) Get(column string) string {
	for i, name := range r.columns {
		if name == column {
			return r.Fields[i]
		}
	}
	panic(fmt.Sprintf("tabular: no column %q among %q", column, r.columns))
}

// Limits bound what a file may cost to read. A zero field stands for its default.
//
// Whatever the file, Read holds at most a small multiple of FileBytes and UnpackedBytes in memory, and 300 bytes for
// each row.
type Limits struct {
	FileBytes     int64 // size of the file, and of all its text once decoded; 64 MiB by default
	LineBytes     int   // size of one line of a CSV file, or of the text of one row of a sheet; 1 MiB by default
	Rows          int   // rows that hold a fact; 1,000,000 by default
	UnpackedBytes int64 // size of an XLSX file once unpacked; 256 MiB by default
}

func (l Limits) withDefaults() Limits {
	if l.FileBytes == 0 {
		l.FileBytes = 64 << 20
	}
	if l.LineBytes == 0 {
		l.LineBytes = 1 << 20
	}
	if l.Rows == 0 {
		l.Rows = 1_000_000
	}
	if l.UnpackedBytes == 0 {
		l.UnpackedBytes = 256 << 20
	}
	return l
}

// Read reads one file of facts. The name is for messages only.
//
// A file that is not in order gives an error of type Problems and no rows at all. Any other error comes from r or ctx.
// No more than Limits.FileBytes and one byte are taken from r, so a file that is too large is refused without being
// read to its end.
func Read(ctx context.Context, name string, r io.Reader, limits Limits) (*File, error) {
	return ReadAs(ctx, Shapes, name, r, limits)
}

// ReadAs is Read for files of other shapes than those of the history: at least one.
func ReadAs(ctx context.Context, shapes []Shape, name string, r io.Reader, limits Limits) (*File, error) {
	limits = limits.withDefaults()
	raw, err := io.ReadAll(io.LimitReader(contextReader{ctx, r}, limits.FileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	t := &table{limits: limits, shapes: shapes, report: report{file: name}}
	file := &File{Name: name}
	if int64(len(raw)) > limits.FileBytes {
		t.report.add(0, "", ruleFileTooLarge,
			"the file is larger than %s, the most that is read; split it into several files, each with the header row",
			bytesInWords(limits.FileBytes))
		return nil, t.report.err()
	}

	file.SHA256 = sha256.Sum256(raw)
	if isZip(raw) {
		file.Encoding = "XLSX"
		file.Remarks, err = readWorkbook(ctx, raw, t)
	} else {
		file.Encoding, file.Remarks, err = readText(ctx, raw, t)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if err := t.report.err(); err != nil {
		return nil, err
	}
	file.Shape, file.Rows, file.Separator = t.header.shape, t.rows, t.separator
	return file, nil
}

// contextReader stops a long read when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// bytesInWords gives a limit as people say it: "64 MiB".
func bytesInWords(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
