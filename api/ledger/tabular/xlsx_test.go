package tabular_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"arobase/api/ledger/tabular"
)

// newWorkbook gives the bytes of a workbook with one sheet of that name, once fill has written into it.
func newWorkbook(t testing.TB, sheet string, fill func(*excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	fill(x)
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// set writes a cell; columns count from 0, lines from 1.
func set(t testing.TB, x *excelize.File, sheet string, column, line int, value any) {
	t.Helper()
	must(t, x.SetCellValue(sheet, ref(t, column, line), value))
}

func ref(t testing.TB, column, line int) string {
	t.Helper()
	name, err := excelize.CoordinatesToCellName(column+1, line)
	must(t, err)
	return name
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// setRow writes a row from column A on.
func setRow(t testing.TB, x *excelize.File, sheet string, line int, values ...any) {
	t.Helper()
	for i, value := range values {
		if value != nil {
			set(t, x, sheet, i, line, value)
		}
	}
}

func setHeader(t testing.TB, x *excelize.File, sheet, header string, line int) {
	t.Helper()
	for i, name := range strings.Split(strings.TrimSpace(header), ",") {
		set(t, x, sheet, i, line, name)
	}
}

// style makes a style with a number format.
func style(t testing.TB, x *excelize.File, builtIn int, code string) int {
	t.Helper()
	s := &excelize.Style{NumFmt: builtIn}
	if code != "" {
		s.CustomNumFmt = &code
	}
	id, err := x.NewStyle(s)
	must(t, err)
	return id
}

// TestCells: what is typed into a cell, in what format, and what is read.
func TestCells(t *testing.T) {
	day := time.Date(2017, time.February, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		value  any
		format int
		code   string
		want   string
	}{
		{"text", "Hérouville-Saint-Clair", 0, "", "Hérouville-Saint-Clair"},
		{"text of digits", "01004", 0, "", "01004"},
		{"text with space around", " Agen\u00A0\n", 0, "", "Agen"},
		{"number", 1004, 0, "", "1004"},
		{"number shown as a postcode", 1004, 0, "00000", "01004"},
		{"number shown with thousands", 12040, 3, "", "12040"},
		{"number shown with a word", 163, 0, `0" habitants d"`, "163"},
		{"number shown in red", -5, 0, `0;[Red]-0`, "-5"},
		{"number shown with a letter", 5, 0, `0\d`, "5"},
		{"number shown by a broken format", 5, 0, `0"d`, "5"},
		{"number as a percentage", 0.5, 9, "", "0.5"},
		{"one tenth", 0.1, 0, "", "0.1"},
		{"large number", 26e6, 0, "", "26000000"},
		{"nine digits", 214700015, 0, "", "214700015"},
		{"zero", 0, 0, "", "0"},
		{"date", day, 14, "", "2017-02-01"},
		{"date in French", 42767, 0, `[$-40C]d\ mmmm\ yyyy;@`, "2017-02-01"},
		{"date and time", 42767.75, 22, "", "2017-02-01T18:00:00"},
		{"time", 0.75, 20, "", "18:00:00"},
		{"date in a built-in format of East Asia", 42767, 31, "", "2017-02-01"},
		{"first date that is read", 61, 14, "", "1900-03-01"},
		{"boolean", true, 0, "", "TRUE"},
		{"empty text", "", 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newWorkbook(t, "Sheet1", func(x *excelize.File) {
				setHeader(t, x, "Sheet1", rulesHeader, 1)
				setRow(t, x, "Sheet1", 2, 1, nil, nil, c.value)
				if c.format != 0 || c.code != "" {
					must(t, x.SetCellStyle("Sheet1", "D2", "D2", style(t, x, c.format, c.code)))
				}
			})
			f := read(t, "f.xlsx", b)
			if got := f.Rows[0].Get("statement"); got != c.want {
				t.Errorf("read %q, want %q", got, c.want)
			}
		})
	}
}

func TestDatesSince1904(t *testing.T) {
	b := newWorkbook(t, "Sheet1", func(x *excelize.File) {
		yes := true
		must(t, x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
		setHeader(t, x, "Sheet1", rulesHeader, 1)
		setRow(t, x, "Sheet1", 2, 1, nil, nil, 41305)
		must(t, x.SetCellStyle("Sheet1", "D2", "D2", style(t, x, 14, "")))
	})
	if got := read(t, "f.xlsx", b).Rows[0].Get("statement"); got != "2017-02-01" {
		t.Errorf("read %q", got)
	}
}

// TestRichText: a text in two fonts is one text.
func TestRichText(t *testing.T) {
	b := newWorkbook(t, "Sheet1", func(x *excelize.File) {
		setHeader(t, x, "Sheet1", rulesHeader, 1)
		must(t, x.SetCellRichText("Sheet1", "C2", []excelize.RichTextRun{
			{Text: "Bor", Font: &excelize.Font{Bold: true}}, {Text: "deaux métro"},
		}))
	})
	if got := read(t, "f.xlsx", b).Rows[0].Get("topic"); got != "Bordeaux métro" {
		t.Errorf("read %q", got)
	}
}

// TestSheets: a table that begins lower and further right, in the second sheet, with empty rows.
func TestSheets(t *testing.T) {
	b := newWorkbook(t, "Lisez-moi", func(x *excelize.File) {
		setRow(t, x, "Lisez-moi", 1, "Ce classeur contient les règles.")
		for _, name := range []string{"Règles", "Mentions"} {
			_, err := x.NewSheet(name)
			must(t, err)
		}
		for i, name := range []string{"source_id", "statement", "topic", "year_as_stated", "edition"} {
			set(t, x, "Règles", i+2, 4, name)
		}
		must(t, x.MergeCell("Règles", "A1", "G3")) // room for a title, above the table
		setRow(t, x, "Règles", 5, nil, nil, "src", "Four", "level", 2000, 2)
		setRow(t, x, "Règles", 6, nil, nil, " ", "", "")
		setRow(t, x, "Règles", 9, nil, nil, "src", "Five", "level", 2001, 3)
		must(t, x.SetCellStyle("Règles", "A10", "H200", style(t, x, 3, "")))
	})
	f := read(t, "f.xlsx", b)
	want := []struct {
		Line   int
		Fields []string
	}{
		{5, []string{"2", "2000", "level", "Four", "src"}},
		{9, []string{"3", "2001", "level", "Five", "src"}},
	}
	if len(f.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(f.Rows), len(want))
	}
	for i, row := range f.Rows {
		if row.Line != want[i].Line || !cmp.Equal(row.Fields, want[i].Fields) {
			t.Errorf("row %d is %d %q, want %v", i, row.Line, row.Fields, want[i])
		}
	}
	if len(f.Remarks) != 1 || !strings.Contains(f.Remarks[0], "only the sheet 'Règles' was read, not 'Lisez-moi', 'Mentions'") {
		t.Errorf("remarks %q", f.Remarks)
	}
}

func TestBadWorkbooks(t *testing.T) {
	row := []any{2, 2000, "level", "Four", "src"}
	for _, c := range []struct {
		name   string
		fill   func(t *testing.T, x *excelize.File)
		limits tabular.Limits
		want   []string
	}{
		{name: "empty", fill: func(*testing.T, *excelize.File) {}, want: []string{"0::empty-file the workbook is empty"}},
		{name: "wrong header", fill: func(t *testing.T, x *excelize.File) {
			_, err := x.NewSheet("Empty")
			must(t, err)
			_, err = x.NewSheet("Rules")
			must(t, err)
			setRow(t, x, "Sheet1", 1, "some", "words")
			setRow(t, x, "Rules", 3, "edition", "year_as_stated", "topics", "statement", "source_id")
		}, want: []string{"3::header sheet 'Rules': this looks like rules.csv, but 'topics' is not a column of it; 'topic' is missing"}},
		{name: "words only", fill: func(t *testing.T, x *excelize.File) {
			setRow(t, x, "Sheet1", 2, nil, "some", nil, "words")
			_, err := x.NewSheet("Empty")
			must(t, err)
		}, want: []string{"2::header sheet 'Sheet1': the first row is not the header of a file of facts: it reads 'some', 'words';"}},
		{name: "formulas", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			setRow(t, x, "Sheet1", 2, row...)
			setRow(t, x, "Sheet1", 3, row...)
			must(t, x.SetCellFormula("Sheet1", "A3", "A2+1"))
			must(t, x.SetCellFormula("Sheet1", "F3", "A2+1"))
		}, want: []string{"3:edition:formula computed by a formula", "3::columns column 6 (F in a spreadsheet) has no name"}},
		{name: "header by formula", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			must(t, x.SetCellFormula("Sheet1", "C1", `"to"&"pic"`))
		}, want: []string{"1::header '(formula)' is not a column of it; 'topic' is missing"}},
		{name: "merged cells in the header", fill: func(t *testing.T, x *excelize.File) {
			setRow(t, x, "Sheet1", 2, "edition", nil, "topic", "statement", "source_id")
			must(t, x.MergeCell("Sheet1", "A2", "B2"))
			must(t, x.MergeCell("Sheet1", "A3", "B3"))
		}, want: []string{"2::header 'year_as_stated' is missing; its columns, in any order, are edition, year_as_stated, topic, " +
			"statement, source_id; the cells 'A2:B2' of it are merged: separate them"}},
		{name: "merged cells among the rows", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			setRow(t, x, "Sheet1", 2, row...)
			setRow(t, x, "Sheet1", 3, nil, 2000, "level", "Five", "src")
			must(t, x.MergeCell("Sheet1", "A2", "A3"))
			must(t, x.MergeCell("Sheet1", "G2", "H3")) // beside the table, where it does no harm
			setRow(t, x, "Sheet1", 4, 4, 2000, "two\nlines", "Five", "src")
		}, want: []string{"2::merged-cells the cells 'A2:A3' are merged", "4:topic:control-character line break"}},
		{name: "value under no name", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			setRow(t, x, "Sheet1", 2, row...)
			set(t, x, "Sheet1", 30, 2, "x")
		}, want: []string{"2::columns column 31 (AE in a spreadsheet) has no name in the header, but holds 'x'"}},
		{name: "letters that are no text", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			setRow(t, x, "Sheet1", 2, 2, 2000, "two\nlines", "zero\u200Bwidth", "src")
		}, want: []string{"2:topic:control-character line break", "2:statement:unicode U+200B"}},
		{name: "no date", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			setRow(t, x, "Sheet1", 2, 2, -3, "a", 60, "src")
			must(t, x.SetCellStyle("Sheet1", "B2", "D2", style(t, x, 14, "")))
		}, want: []string{"2:year_as_stated:number '-3' is none", "2:statement:number '60' is none"}},
		{name: "too many rows", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			for line := 2; line < 7; line++ {
				setRow(t, x, "Sheet1", line, row...)
			}
		}, limits: tabular.Limits{Rows: 3}, want: []string{"5::too-many-rows more than 3 rows"}},
		{name: "row too long", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			setRow(t, x, "Sheet1", 2, 2, 2000, strings.Repeat("a", 60), strings.Repeat("b", 60), "src")
		}, limits: tabular.Limits{LineBytes: 100}, want: []string{"2::line-too-long more than 100 bytes"}},
		// One long text, stored once, in many cells.
		{name: "text too large", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
			for line := 2; line < 300; line++ {
				setRow(t, x, "Sheet1", line, 2, 2000, strings.Repeat("a", 100), "Four", "src")
			}
		}, limits: tabular.Limits{FileBytes: 20_000}, want: []string{"180::file-too-large holds more than 20000 bytes of text"}},
		{name: "unpacks too large", fill: func(t *testing.T, x *excelize.File) {
			setHeader(t, x, "Sheet1", rulesHeader, 1)
		}, limits: tabular.Limits{UnpackedBytes: 3 << 10}, want: []string{"0::file-too-large unpacks to more than 3 KiB"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newWorkbook(t, "Sheet1", func(x *excelize.File) { c.fill(t, x) })
			expect(t, problems(t, bytes.NewReader(b), c.limits), c.want)
		})
	}
}

// goodWorkbook has three rows, and is altered by the tests below.
func goodWorkbook(t testing.TB) []byte {
	return newWorkbook(t, "Sheet1", func(x *excelize.File) {
		setHeader(t, x, "Sheet1", rulesHeader, 1)
		for line := 2; line < 5; line++ {
			setRow(t, x, "Sheet1", line, line, 2000, "level", "Four", "src")
		}
	})
}

// repack gives an archive with the same parts, not compressed, each as change returns it; nil leaves a part out.
func repack(t testing.TB, b []byte, change func(name string, content []byte) []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range in.File {
		r, err := part.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		if content = change(part.Name, content); content == nil {
			continue
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Store})
		must(t, err)
		_, err = to.Write(content)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

// inSheet replaces text in the sheet, once, and fails if it is not there.
func inSheet(t testing.TB, b []byte, before, after string) []byte {
	t.Helper()
	return inPart(t, b, "xl/worksheets/sheet1.xml", before, after)
}

func inPart(t testing.TB, b []byte, part, before, after string) []byte {
	t.Helper()
	found := false
	b = repack(t, b, func(name string, content []byte) []byte {
		if name != part {
			return content
		}
		found = bytes.Contains(content, []byte(before))
		return bytes.Replace(content, []byte(before), []byte(after), 1)
	})
	if !found {
		t.Fatalf("%s does not hold %s", part, before)
	}
	return b
}

func TestDamagedWorkbooks(t *testing.T) {
	good := goodWorkbook(t)
	same := repack(t, good, func(_ string, content []byte) []byte { return content })
	if got := read(t, "f.xlsx", same); len(got.Rows) != 3 {
		t.Fatalf("%d rows in the workbook before it is damaged", len(got.Rows))
	}
	const damaged = "0::damaged the workbook is damaged or cut short"
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"cut at the end", good[:len(good)-1], damaged},
		{"cut in the middle", good[:len(good)/2], damaged},
		{"only the signature", []byte("PK\x03\x04"), damaged},
		{"one byte altered", bytes.Replace(same, []byte("<v>2000</v>"), []byte("<v>2001</v>"), 1), damaged},
		{"sheet cut", repack(t, good, func(name string, content []byte) []byte {
			if name == "xl/worksheets/sheet1.xml" {
				return content[:len(content)/2]
			}
			return content
		}), damaged},
		{"sheet missing", repack(t, good, func(name string, content []byte) []byte {
			if name == "xl/worksheets/sheet1.xml" {
				return nil
			}
			return content
		}), damaged},
		{"texts missing", repack(t, good, func(name string, content []byte) []byte {
			if name == "xl/sharedStrings.xml" {
				return nil
			}
			return content
		}), damaged},
		{"text that is not there", inSheet(t, good, `<v>0</v>`, `<v>99</v>`), damaged},
		{"text before the first", inSheet(t, good, `<v>0</v>`, `<v>-1</v>`), damaged},
		{"number that is none", inSheet(t, good, `<v>2000</v>`, `<v>20 00</v>`), damaged},
		{"infinite number", inSheet(t, good, `<v>2000</v>`, `<v>Inf</v>`), damaged},
		{"unknown type", inSheet(t, good, `t="s"`, `t="z"`), damaged},
		{"unknown style", inSheet(t, good, `<c r="A2"`, `<c s="77" r="A2"`), damaged},
		{"rows out of order", inSheet(t, good, `<row r="3"`, `<row r="1"`), damaged},
		{"row after a later row", inSheet(t, good, `<row r="3"`, `<row r="1"></row><row r="3"`), damaged},
		{"row beyond the sheet", inSheet(t, good, `<row r="4"`, `<row r="1048577"`), damaged},
		{"cell in another row", inSheet(t, good, `r="A3"`, `r="A2"`), damaged},
		{"cell twice", inSheet(t, good, `r="B2"`, `r="A2"`), damaged},
		{"cell beyond the sheet", inSheet(t, good, `r="E2"`, `r="XFE2"`), damaged},
		{"row in a row", inSheet(t, good, `<c r="A3"`, `<row r="9"></row><c r="A3"`), damaged},
		{"elements nested deep", inSheet(t, good, `<sheetData>`, strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)+`<sheetData>`), damaged},
		{"entity", inSheet(t, good, `<v>2000</v>`, `<v>&lol;</v>`), damaged},
		{"part twice", twice(t, good), damaged},
		{"document", inPart(t, good, "_rels/.rels", "xl/workbook.xml", "word/document.xml"), "0::not-a-table not an Excel workbook"},
		{"binary workbook", inPart(t, good, "_rels/.rels", "xl/workbook.xml", "xl/workbook.bin"), "0::not-a-table .xlsb"},
		{"any archive", archive(t, "notes.txt", "hello"), "0::not-a-table an archive, but not an Excel workbook"},
		{"OpenDocument", archive(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"), "0::not-a-table OpenDocument"},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, problems(t, bytes.NewReader(c.file), tabular.Limits{}), []string{c.want})
		})
	}
}

// twice gives an archive that holds its first part twice: programs do not agree on which one counts.
func twice(t testing.TB, b []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range append(in.File, in.File[0]) {
		must(t, w.Copy(part))
	}
	must(t, w.Close())
	return out.Bytes()
}

func archive(t testing.TB, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	to, err := w.Create(name)
	must(t, err)
	_, err = io.WriteString(to, content)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// TestWritersDiffer: what other programs write and excelize does not.
func TestWritersDiffer(t *testing.T) {
	good := goodWorkbook(t)
	plain := [][]string{{"2", "2000", "level", "Four", "src"}, {"3", "2000", "level", "Four", "src"}, {"4", "2000", "level", "Four", "src"}}
	changed := func(column int, value string) [][]string {
		rows := [][]string{append([]string(nil), plain[0]...), plain[1], plain[2]}
		rows[0][column] = value
		return rows
	}
	numbered := inSheet(t, good, `<row r="2"`, `<row`)
	for _, cell := range []string{"A2", "B2", "C2", "D2", "E2"} {
		numbered = inSheet(t, numbered, ` r="`+cell+`"`, ``)
	}
	for _, c := range []struct {
		name string
		file []byte
		want [][]string
	}{
		{"inline text", inSheet(t, good, `<c r="B2"><v>2000</v></c>`,
			`<c r="B2" t="inlineStr"><is><r><t>20</t></r><r><t xml:space="preserve">00? </t></r><rPh><t>x</t></rPh></is></c>`), changed(1, "2000?")},
		{"text without sharing", inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="str"><v>2000?</v></c>`), changed(1, "2000?")},
		{"ISO date", inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="d"><v>2000-03-02T00:00:00</v></c>`), changed(1, "2000-03-02")},
		{"number with an exponent", inSheet(t, good, `<v>2000</v>`, `<v>2E3</v>`), plain},
		{"number with seventeen digits", inSheet(t, good, `<v>2000</v>`, `<v>1.1000000000000001</v>`), changed(1, "1.1")},
		{"zero with a minus sign", inSheet(t, good, `<v>2000</v>`, `<v>-0</v>`), changed(1, "0")},
		{"escaped letter", inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="str"><v>_x00E9_t_x00e9__x_y</v></c>`), changed(1, "été_x_y")},
		{"escaped escape", inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="str"><v>_x005F_x000D_</v></c>`), changed(1, "_x000D_")},
		{"escaped pair", inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="str"><v>_xD834__xDD1E_</v></c>`), changed(1, "𝄞")},
		{"rows and cells without numbers", numbered, plain},
		{"parts named from the root", inPart(t, good, "xl/_rels/workbook.xml.rels", `Target="worksheets/`, `Target="/xl/worksheets/`), plain},
		{"other letter case", inPart(t, good, "xl/_rels/workbook.xml.rels", `worksheets/sheet1.xml`, `worksheets/Sheet1.xml`), plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, fields(read(t, "f.xlsx", c.file))); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
	half := inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="str"><v>_xD834_x</v></c>`)
	expect(t, problems(t, bytes.NewReader(half), tabular.Limits{}), []string{"2:year_as_stated:unicode U+FFFD"})
	// Programs leave the value of a merged cell's other half in the file, where nobody sees it.
	merged := inSheet(t, good, `</sheetData>`, `</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>`)
	expect(t, problems(t, bytes.NewReader(merged), tabular.Limits{}), []string{"1::merged-cells the cells 'A1:B1' are merged"})
	failed := inSheet(t, good, `<c r="B2"><v>2000</v></c>`, `<c r="B2" t="e"><v>#N/A</v></c>`)
	expect(t, problems(t, bytes.NewReader(failed), tabular.Limits{}), []string{"2:year_as_stated:formula the error '#N/A'"})
}

// TestZipBombs: a small file that unpacks to a large one is refused, whether or not its directory admits the size.
func TestZipBombs(t *testing.T) {
	good := goodWorkbook(t)
	spaces := strings.Repeat(" ", 1<<20)
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	in, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	must(t, err)
	for _, part := range in.File {
		if part.Name != "xl/worksheets/sheet1.xml" {
			must(t, w.Copy(part))
		}
	}
	to, err := w.Create("xl/worksheets/sheet1.xml")
	must(t, err)
	_, err = io.WriteString(to, "<worksheet>")
	must(t, err)
	const most, size = 8 << 20, 10 << 20
	for range size / len(spaces) {
		_, err = io.WriteString(to, spaces)
		must(t, err)
	}
	must(t, w.Close())
	if bomb.Len() > 1<<16 {
		t.Fatalf("the bomb has %d bytes", bomb.Len())
	}
	limits := tabular.Limits{UnpackedBytes: most}
	expect(t, problems(t, bytes.NewReader(bomb.Bytes()), limits), []string{"0::file-too-large unpacks to more than 8 MiB"})

	// The last part's size, in the directory and behind its data, is replaced by a smaller and by a larger one.
	admitted := le(size + int64(len("<worksheet>")))
	for _, claim := range []int64{1000, 1 << 31} {
		lie := bytes.ReplaceAll(bomb.Bytes(), admitted, le(claim))
		if bytes.Equal(lie, bomb.Bytes()) {
			t.Fatal("the size is not where it should be")
		}
		ps := problems(t, bytes.NewReader(lie), limits)
		if rule := ps[0].Rule; rule != "damaged" && rule != "file-too-large" {
			t.Errorf("with a size of %d: %v", claim, ps)
		}
	}
}

// TestLargePicture: what is not read counts too, since nobody wants it unpacked later.
func TestLargePicture(t *testing.T) {
	good := goodWorkbook(t)
	in, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	must(t, err)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range in.File {
		must(t, w.Copy(part))
	}
	to, err := w.Create("xl/media/image1.png")
	must(t, err)
	_, err = to.Write(make([]byte, 1<<20))
	must(t, err)
	must(t, w.Close())
	expect(t, problems(t, bytes.NewReader(b.Bytes()), tabular.Limits{UnpackedBytes: 1 << 20}),
		[]string{"0::file-too-large unpacks to more than 1 MiB"})
	read(t, "f.xlsx", b.Bytes()) // within the default limit
}

// TestSheetsWithOnePart: what unpacks within the limit is not read again and again.
func TestSheetsWithOnePart(t *testing.T) {
	many := newWorkbook(t, "Sheet1", func(x *excelize.File) {
		for line := 1; line < 100; line++ {
			set(t, x, "Sheet1", 0, line, "words")
		}
	})
	list := `<sheet name="Sheet1" sheetId="1" r:id="rId1"></sheet>`
	limits := tabular.Limits{UnpackedBytes: 100_000}
	expect(t, problems(t, bytes.NewReader(inPart(t, many, "xl/workbook.xml", list, strings.Repeat(list, 5))), limits),
		[]string{"1::header it reads 'words'"})
	expect(t, problems(t, bytes.NewReader(inPart(t, many, "xl/workbook.xml", list, strings.Repeat(list, 100))), limits),
		[]string{"0::file-too-large unpacks to more than 100000 bytes"})
}

// TestManyTexts: a list of texts far longer than any table that could show them is not taken into memory.
func TestManyTexts(t *testing.T) {
	many := inPart(t, goodWorkbook(t), "xl/sharedStrings.xml", "<si>", strings.Repeat("<si></si>", 2000)+"<si>")
	expect(t, problems(t, bytes.NewReader(many), tabular.Limits{UnpackedBytes: 100_000}),
		[]string{"0::file-too-large unpacks to more than 100000 bytes"})
}

// TestChartSheet: a sheet that has no cells is told, not read.
func TestChartSheet(t *testing.T) {
	good := inPart(t, goodWorkbook(t), "xl/workbook.xml", `<sheets>`, `<sheets><sheet name="Chart" sheetId="9" r:id="rId99"/>`)
	f := read(t, "f.xlsx", good)
	if len(f.Rows) != 3 || len(f.Remarks) != 1 || !strings.Contains(f.Remarks[0], "not 'Chart'") {
		t.Errorf("%d rows, remarks %q", len(f.Rows), f.Remarks)
	}
}

// le is a number as the archive's directory holds it.
func le(n int64) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)} }

func ExampleProblem_String() {
	fmt.Println(tabular.Problem{File: "awards.csv", Line: 2, Field: "level", Message: "the field holds a line break"})
	// Output: awards.csv:2: level: the field holds a line break
}
