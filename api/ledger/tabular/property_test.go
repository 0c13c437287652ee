package tabular_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"arobase/api/ledger/tabular"
)

// write gives rows as encoding/csv writes them.
func write(t interface{ Fatal(...any) }, delimiter rune, crlf bool, header []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = delimiter, crlf
	if err := w.Write(header); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRoundTrip: what encoding/csv writes is read back equal, in any order of columns and with any separator.
func TestRoundTrip(t *testing.T) {
	field := rapid.Map(rapid.StringOfN(rapid.OneOf(
		rapid.SampledFrom([]rune(`",;' @=-0123456789abcéèœŒ’«»€Çß𝄞`)),
		rapid.RuneFrom(nil, unicode.Letter),
	), 0, 12, -1), func(s string) string { return strings.TrimSpace(norm.NFC.String(s)) })
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom(tabular.Shapes).Draw(t, "shape")
		order := rapid.Permutation(shape.Columns).Draw(t, "order")
		row := rapid.SliceOfN(field, len(order), len(order)).Filter(func(row []string) bool {
			return strings.Join(row, "") != "" // an empty row is skipped
		})
		rows := rapid.SliceOfN(row, 0, 8).Draw(t, "rows")
		file := write(t, rapid.SampledFrom([]rune(",;\t")).Draw(t, "delimiter"), rapid.Bool().Draw(t, "crlf"), order, rows)
		f, err := tabular.Read(context.Background(), "f.csv", bytes.NewReader(file), tabular.Limits{})
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if f.Shape.Name != shape.Name || len(f.Rows) != len(rows) {
			t.Fatalf("read %d rows of %s, want %d of %s", len(f.Rows), f.Shape.Name, len(rows), shape.Name)
		}
		for i, row := range f.Rows {
			got := make([]string, len(order))
			for j, column := range order {
				got[j] = row.Get(column)
			}
			if diff := cmp.Diff(rows[i], got); diff != "" || row.Line != i+2 {
				t.Fatalf("row %d on line %d (-written +read):\n%s", i, row.Line, diff)
			}
		}
	})
}

// FuzzRead: any bytes give either rows or problems; rows are clean, within the limits, and survive being written and
// read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(rulesHeader + "2,2000,\"a, \"\"b\"\"\",été,src\n\n,,,,\n"))
	f.Add([]byte("\uFEFF" + strings.ReplaceAll(rulesHeader, ",", ";") + "2;;\"a\r\n\";b;c\r\n"))
	f.Add([]byte(rulesHeader + "2,,\xE9t\xE9,\x80,c\n"))
	f.Add([]byte(rulesHeader + "2,,\"a\nb\",\"c,d\n3"))
	f.Add([]byte(awardsHead + "2,2000,Douvaine,level,4,stated,src,\n"))
	f.Add([]byte(inUTF16(rulesHeader+"2,,été,𝄞,c", binary.BigEndian)))
	f.Add(goodWorkbook(f))
	f.Add(repack(f, goodWorkbook(f), func(_ string, content []byte) []byte { return content }))
	f.Fuzz(checkRead)
}

// FuzzSheet is FuzzRead for the cells of a workbook whose archive is in order.
func FuzzSheet(f *testing.F) {
	good := goodWorkbook(f)
	repack(f, good, func(name string, content []byte) []byte {
		if name == "xl/worksheets/sheet1.xml" {
			f.Add(content)
		}
		return content
	})
	f.Add([]byte("<\u05F8\x10")) // a name that no terminal can show, which the XML decoder repeats
	f.Fuzz(func(t *testing.T, sheet []byte) {
		checkRead(t, repack(t, good, func(name string, content []byte) []byte {
			if name == "xl/worksheets/sheet1.xml" {
				return append([]byte{}, sheet...)
			}
			return content
		}))
	})
}

// checkRead reads any bytes and checks what comes out, rows or problems.
func checkRead(t *testing.T, b []byte) {
	limits := tabular.Limits{FileBytes: 1 << 16, LineBytes: 1 << 12, Rows: 200, UnpackedBytes: 1 << 18}
	file, err := tabular.Read(context.Background(), "f.csv", bytes.NewReader(b), limits)
	if err != nil {
		var ps tabular.Problems
		if !errors.As(err, &ps) || file != nil {
			t.Fatalf("file %v with error %v", file, err)
		}
		checkProblems(t, ps)
		return
	}
	if len(file.Rows) > limits.Rows {
		t.Fatalf("%d rows", len(file.Rows))
	}
	size := 0
	for i, row := range file.Rows {
		if row.Line < 2 || i > 0 && row.Line <= file.Rows[i-1].Line {
			t.Fatalf("row %d stands on line %d", i, row.Line)
		}
		for _, field := range row.Fields {
			checkField(t, field)
			size += len(field)
		}
	}
	if int64(size) > limits.FileBytes {
		t.Fatalf("%d bytes of text", size)
	}
	rows := fields(file)
	again, err := tabular.Read(context.Background(), "f.csv",
		bytes.NewReader(write(t, ',', false, file.Shape.Columns, rows)), tabular.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, fields(again)); diff != "" {
		t.Fatalf("read again (-first +second):\n%s", diff)
	}
}

// checkProblems: every problem says what is wrong, in letters that any terminal can show.
func checkProblems(t *testing.T, ps tabular.Problems) {
	if len(ps) == 0 || len(ps) > 101 {
		t.Fatalf("%d problems", len(ps))
	}
	for i, p := range ps {
		if p.Message == "" || p.Rule == "" || len(p.Message) > 4000 {
			t.Fatalf("problem %d is %+v", i, p)
		}
		for _, r := range p.String() {
			if !unicode.IsPrint(r) {
				t.Fatalf("problem %d holds %U: %q", i, r, p.Message)
			}
		}
	}
}

func checkField(t *testing.T, field string) {
	if !utf8.ValidString(field) || !norm.NFC.IsNormalString(field) || strings.TrimSpace(field) != field {
		t.Fatalf("field %q", field)
	}
	for _, r := range field {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			t.Fatalf("field %q holds %U", field, r)
		}
	}
}
