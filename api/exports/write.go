package exports

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
)

// Format is a form in which tables are written.
type Format string

// The formats. SQLite holds all tables in one file; a workbook may.
const (
	FormatCSV     Format = "csv"
	FormatXLSX    Format = "xlsx"
	FormatParquet Format = "parquet"
	FormatJSONL   Format = "jsonl"
	FormatSQLite  Format = "sqlite"
)

// Formats are all of them.
var Formats = []Format{FormatCSV, FormatXLSX, FormatParquet, FormatJSONL, FormatSQLite}

// MediaType is what HTTP calls a format.
func (f Format) MediaType() string {
	return map[Format]string{
		FormatCSV: "text/csv", FormatXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		FormatParquet: "application/vnd.apache.parquet", FormatJSONL: "application/jsonl", FormatSQLite: "application/vnd.sqlite3",
	}[f]
}

// ErrTooLong says that a table has more rows than a format can hold.
var ErrTooLong = errors.New("too many rows")

// ErrFormat says that there is no such format, or not for one table.
var ErrFormat = errors.New("format")

// Write writes one table in a format that holds one: CSV, XLSX, Parquet or JSON lines. It takes memory for a few rows; a
// workbook, for all of them.
func Write(ctx context.Context, w io.Writer, t Table, s Source, f Format, excelFR bool) error {
	switch f {
	case FormatCSV:
		return writeCSV(ctx, w, t, s, excelFR)
	case FormatJSONL:
		return writeJSONL(ctx, w, t, s)
	case FormatParquet:
		return writeParquet(ctx, w, t, s)
	case FormatXLSX:
		return WriteWorkbook(ctx, w, []Table{t}, s)
	}
	return fmt.Errorf("%w: no table is written as %q", ErrFormat, f)
}

func (t Table) names() []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}

func writeCSV(ctx context.Context, w io.Writer, t Table, s Source, excelFR bool) error {
	c := NewCSV(w, t.names(), excelFR)
	for cells, err := range t.Rows(ctx, s) {
		if err == nil {
			err = c.Row(cells)
		}
		if err != nil {
			return err
		}
	}
	return c.Close()
}

// writeJSONL writes one object a line, its members in the order of the columns.
func writeJSONL(ctx context.Context, w io.Writer, t Table, s Source) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var names [][]byte
	for _, n := range t.names() {
		name, err := json.Marshal(n)
		if err != nil {
			return fmt.Errorf("writing the name of column %s: %w", n, err)
		}
		names = append(names, name)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for cells, err := range t.Rows(ctx, s) {
		if err != nil {
			return err
		}
		for i, v := range cells {
			sign := byte(',')
			if i == 0 {
				sign = '{'
			}
			b.WriteByte(sign)
			b.Write(names[i])
			b.WriteByte(':')
			if err := e.Encode(v); err != nil {
				return fmt.Errorf("column %s: %w", t.Columns[i].Name, err)
			}
			b.Truncate(b.Len() - 1) // the encoder ends lines
		}
		b.WriteString("}\n")
		_, _ = out.Write(b.Bytes()) // Flush tells of it
		b.Reset()
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing lines: %w", err)
	}
	return nil
}

// rowGroup bounds how many rows wait in memory. It is fixed, for the bytes follow from it.
const rowGroup = 100_000

// writeParquet writes every column as optional, compressed with Snappy.
func writeParquet(ctx context.Context, w io.Writer, t Table, s Source) error {
	kinds := map[Kind]reflect.Type{
		String: reflect.TypeFor[*string](), Integer: reflect.TypeFor[*int64](), Number: reflect.TypeFor[*float64](), Boolean: reflect.TypeFor[*bool](),
	}
	var fields []reflect.StructField
	for i, c := range t.Columns {
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("C%d", i), Type: kinds[c.Kind], Tag: reflect.StructTag(fmt.Sprintf(`parquet:"%s,optional"`, c.Name)),
		})
	}
	typ := reflect.StructOf(fields)
	out := parquet.NewWriter(w, parquet.SchemaOf(reflect.New(typ).Interface()), parquet.Compression(&parquet.Snappy), parquet.CreatedBy("arobase", "", ""))
	n := 0
	for cells, err := range t.Rows(ctx, s) {
		if err != nil {
			return err
		}
		row := reflect.New(typ)
		for i, v := range cells {
			if v == nil {
				continue
			}
			cell := reflect.New(typ.Field(i).Type.Elem())
			if !reflect.TypeOf(v).AssignableTo(cell.Elem().Type()) {
				return fmt.Errorf("column %s: no way to write a %T", t.Columns[i].Name, v)
			}
			cell.Elem().Set(reflect.ValueOf(v))
			row.Elem().Field(i).Set(cell)
		}
		if err := out.Write(row.Interface()); err != nil {
			return fmt.Errorf("writing rows: %w", err)
		}
		if n++; n%rowGroup == 0 {
			if err := out.Flush(); err != nil {
				return fmt.Errorf("writing a group of rows: %w", err)
			}
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

// sheetRows is how many rows a sheet can hold, its header included.
const sheetRows = 1 << 20

// WriteWorkbook writes a workbook with a sheet for each table. Text stays text: nothing becomes a formula.
func WriteWorkbook(ctx context.Context, w io.Writer, tables []Table, s Source) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	for i, t := range tables {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), t.Name)
		} else {
			_, err = book.NewSheet(t.Name)
		}
		if err != nil {
			return fmt.Errorf("making the sheet %s: %w", t.Name, err)
		}
		if err := writeSheet(ctx, book, t, s); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return fmt.Errorf("writing the workbook: %w", err)
	}
	return inOrder(w, b.Bytes())
}

// inOrder writes a workbook, which is a ZIP file, with its parts in the order of their names: the library writes the
// sheets in any.
func inOrder(w io.Writer, book []byte) error {
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return fmt.Errorf("reading the workbook again: %w", err)
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	out := zip.NewWriter(w)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			return fmt.Errorf("writing part %s of the workbook: %w", f.Name, err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("writing the workbook: %w", err)
	}
	return nil
}

func writeSheet(ctx context.Context, book *excelize.File, t Table, s Source) error {
	sheet, err := book.NewStreamWriter(t.Name)
	if err != nil {
		return fmt.Errorf("making the sheet %s: %w", t.Name, err)
	}
	var header []any
	for _, name := range t.names() {
		header = append(header, name)
	}
	line := func(n int, cells []any) error {
		at, err := excelize.CoordinatesToCellName(1, n)
		if err == nil {
			err = sheet.SetRow(at, cells)
		}
		if err != nil {
			return fmt.Errorf("writing row %d of %s: %w", n, t.Name, err)
		}
		return nil
	}
	if err := line(1, header); err != nil {
		return err
	}
	n := 1
	for cells, err := range t.Rows(ctx, s) {
		if err != nil {
			return err
		}
		if n++; n > sheetRows {
			return fmt.Errorf("%w: a sheet holds %d, and the %s are more; take CSV or Parquet", ErrTooLong, sheetRows-1, t.Name)
		}
		if err := line(n, slices.Clone(cells)); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return fmt.Errorf("writing the sheet %s: %w", t.Name, err)
	}
	return nil
}
