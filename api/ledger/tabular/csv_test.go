package tabular_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"arobase/api/ledger/tabular"
)

const (
	rulesHeader = "edition,year_as_stated,topic,statement,source_id\n"
	awardsHead  = "edition,year_as_stated,holder,distinction,level,certainty,source_id,note\n"
)

// problems reads a file that must be refused.
func problems(t testing.TB, r io.Reader, limits tabular.Limits) tabular.Problems {
	t.Helper()
	f, err := tabular.Read(context.Background(), "f.csv", r, limits)
	var ps tabular.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("error %v, want problems", err)
	}
	if f != nil {
		t.Fatalf("a file with %d rows came with the problems", len(f.Rows))
	}
	return ps
}

// TestGood reads what is unusual but right.
func TestGood(t *testing.T) {
	one := [][]string{{"2", "2000", "level", "Four", "src"}}
	accents := [][]string{{"2", "2000", "œuvre", "L’été coûte 5 €", "src"}}
	accented := rulesHeader + "2,2000,œuvre,L’été coûte 5 €,src\n"
	windows, err := charmap.Windows1252.NewEncoder().String(accented)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file, encoding string
		want                 [][]string
	}{
		{"plain", rulesHeader + "2,2000,level,Four,src\n", "UTF-8", one},
		{"no line end at the end", rulesHeader + "2,2000,level,Four,src", "UTF-8", one},
		{"byte order mark", "\uFEFF" + rulesHeader + "2,2000,level,Four,src\n", "UTF-8", one},
		{"CRLF", strings.ReplaceAll(rulesHeader+"2,2000,level,Four,src\n", "\n", "\r\n"), "UTF-8", one},
		{"semicolon", strings.ReplaceAll(rulesHeader+"2,2000,level,Four,src\n", ",", ";"), "UTF-8", one},
		{"tab", strings.ReplaceAll(rulesHeader+"2,2000,level,Four,src\n", ",", "\t"), "UTF-8", one},
		{"semicolon, header in quotes", `"edition";"year_as_stated";"topic";"statement";"source_id"` + "\n2;2000;level;Four;src", "UTF-8", one},
		{"decimal comma among semicolons", strings.ReplaceAll(rulesHeader, ",", ";") + "2;2000;a;0,5;src", "UTF-8",
			[][]string{{"2", "2000", "a", "0,5", "src"}}},
		{"other order of columns", "source_id,statement,topic,year_as_stated,edition\nsrc,Four,level,2000,2\n", "UTF-8", one},
		{"header only", rulesHeader, "UTF-8", nil},
		{"empty lines and empty rows", "\n,,,,\n" + rulesHeader + "\n\n2,2000,level,Four,src\n,,,,\n\r\n,,\n", "UTF-8", one},
		{"columns without name or value", strings.TrimSpace(rulesHeader) + ",,\n2,2000,level,Four,src,,\n", "UTF-8", one},
		{"quotes", rulesHeader + "2,2000,\"a, b\",\"say \"\"hello\"\"\",src\n", "UTF-8",
			[][]string{{"2", "2000", "a, b", `say "hello"`, "src"}}},
		{"space around", rulesHeader + " 2,2000\u00A0,\u202F\tlevel,\"Four \r\n\",src\n", "UTF-8", one},
		{"space inside", rulesHeader + "2,2000,level,Four\u00A0!,src\n", "UTF-8", [][]string{{"2", "2000", "level", "Four\u00A0!", "src"}}},
		{"decomposed accents", rulesHeader + "2,2000,e\u0301te\u0301,Four,src\n", "UTF-8", [][]string{{"2", "2000", "été", "Four", "src"}}},
		{"UTF-8", accented, "UTF-8", accents},
		{"Windows-1252", windows, "Windows-1252", accents},
		{"UTF-16LE", inUTF16(accented, binary.LittleEndian), "UTF-16LE", accents},
		{"UTF-16BE", inUTF16(accented, binary.BigEndian), "UTF-16BE", accents},
		{"UTF-16 beyond the first plane", inUTF16(rulesHeader+"2,2000,𝄞,Four,src", binary.LittleEndian), "UTF-16LE",
			[][]string{{"2", "2000", "𝄞", "Four", "src"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read(t, "f.csv", []byte(c.file))
			if f.Shape.Name != "rules" || f.Encoding != c.encoding {
				t.Errorf("shape %s in %s, want rules in %s", f.Shape.Name, f.Encoding, c.encoding)
			}
			if told := len(f.Remarks) > 0; told != (c.encoding == "Windows-1252") {
				t.Errorf("remarks %q", f.Remarks)
			}
			if diff := cmp.Diff(c.want, fields(f)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// inUTF16 encodes with a byte order mark.
func inUTF16(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\uFEFF" + s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestLines(t *testing.T) {
	f := read(t, "f.csv", []byte("\n"+rulesHeader+"2,,a,b,c\n\n\n3,,a,\"b\n\",c\n4,,a,b,c\n"))
	var lines []int
	for _, row := range f.Rows {
		lines = append(lines, row.Line)
	}
	// The record of edition 3 has a line break at the end of a quoted field, and so takes two lines.
	if diff := cmp.Diff([]int{3, 6, 8}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestBad reads what must be refused. Every problem is given as line:field:rule, then a part of its message.
func TestBad(t *testing.T) {
	small := tabular.Limits{FileBytes: 400, LineBytes: 100, Rows: 3}
	utf16le := inUTF16(rulesHeader+"2,,a,b,c", binary.LittleEndian)
	for _, c := range []struct {
		name, file string
		want       []string
		limits     tabular.Limits
	}{
		{name: "empty", file: "", want: []string{"0::empty-file the file is empty"}},
		{name: "only a byte order mark and line ends", file: "\uFEFF\r\n\r\n", want: []string{"0::empty-file the file is empty"}},
		{name: "only an empty field", file: `""`, want: []string{"0::empty-file no values"}},
		{name: "misspelt column", file: "edition,year_as_stated,holder,distinction,levle,certainty,source_id,note\n", want: []string{
			"1::header this looks like awards.csv, but 'levle' is not a column of it; 'level' is missing; its columns, in any order, are edition, year"}},
		{name: "missing column", file: "edition,year_as_stated,topic,source_id\n", want: []string{
			"1::header this looks like rules.csv, but 'statement' is missing;"}},
		{name: "columns of many shapes", file: "edition,year_as_stated,source_id\n", want: []string{
			"1::header this looks like rules.csv, but 'topic' is missing; 'statement' is missing;"}},
		{name: "one more column", file: "edition,year_as_stated,topic,statement,source_id,note\n", want: []string{
			"1::header this looks like rules.csv, but 'note' is not a column of it;"}},
		{name: "a column twice", file: "edition,year_as_stated,topic,topic,statement,source_id\n", want: []string{
			"1::header this looks like rules.csv, but 'topic' is there more than once;"}},
		{name: "capital letter", file: "Edition,year_as_stated,topic,statement,source_id\n", want: []string{
			"1::header 'Edition' is not a column of it; 'edition' is missing"}},
		{name: "unknown header", file: "\nnom;commune;arobases\nx;y;3\n", want: []string{
			"2::header it reads 'nom', 'commune', 'arobases'; it must name the columns of one of: sources (source_id, "}},
		{name: "unknown separator", file: strings.ReplaceAll(rulesHeader, ",", "|"), want: []string{
			"1::header columns are separated by commas, semicolons or tabs"}},
		{name: "no header", file: "2,2000,level4,Four arobases mean,gazette\n", want: []string{"1::header it reads '2', '2000', 'level4'"}},
		{name: "escape sequence in the header", file: "\x1b[2Jx,y\n", want: []string{"1::header '<U+001B>[2Jx'"}},
		{name: "two byte order marks", file: "\uFEFF\uFEFF" + rulesHeader, want: []string{"1::header '<U+FEFF>edition' is not a column"}},

		{name: "too few fields", file: rulesHeader + "2,,a,b,c\n3,,a\n", want: []string{
			"3::columns the row has 3 fields and the header 5; a field that holds the separator ','"}},
		{name: "too many fields", file: rulesHeader + "2,,a,b,c,d\n3,,a,b,c\n4,,a,b,c,\n", want: []string{
			"2::columns the row has 6 fields and the header 5", "4::columns the row has 6 fields"}},
		{name: "value under no name", file: strings.TrimSpace(rulesHeader) + ",\n2,,a,b,c,d\n", want: []string{
			"2::columns column 6 (F in a spreadsheet) has no name in the header, but holds 'd'"}},

		{name: "quote never closed", file: rulesHeader + "2,,a,b,c\n3,,\"a,b,c\n4,,a,b,c\n", want: []string{
			"3::quote the quote that is opened on this line is never closed"}},
		{name: "quote never closed, after a field of two lines", file: rulesHeader + "\n\n2,,\"a\n\",\"b,c\n4,,a,b,c\n", want: []string{
			"5::quote the quote that is opened on this line is never closed"}},
		{name: "quote never closed, after quotes that are", file: rulesHeader + "2,,\"a \"\"b\"\"\",\"b,c\n4,,a,b,c\n", want: []string{
			"2::quote the quote that is opened on this line is never closed"}},
		{name: "quote closed lines below", file: rulesHeader + "2,,\"a,b,c\n3,,a,b,c\n4,,\"a\",b,c\n5,,a\n", want: []string{
			"2::quote closed on line 4 in the middle"}},
		{name: "quote closed lines below, as if it were meant", file: rulesHeader + "2,,\"a,b,c\n3,,a\",b,c\n", want: []string{
			"2:topic:control-character the field holds a line break"}},
		{name: "quotes not doubled", file: rulesHeader + "2,,\"a\"b,b,c\n3,,\"say \"a\"\",b,c\n4,,a,b\n", want: []string{
			"2::quote goes on after its closing quote", "3::quote goes on after its closing quote", "4::columns 4 fields"}},
		{name: "quote inside a field", file: rulesHeader + "2,,a \"b\",b,c\n3,,a\n", want: []string{
			"2::quote a quote stands inside a field", "3::columns 3 fields"}},
		{name: "quote inside a field, below a line break in quotes", file: rulesHeader + "2,,\"a\nb\",b \"c\",d\n3,,a\n", want: []string{
			"3::quote a quote stands inside a field"}},
		{name: "quote never closed in the header", file: `edition,"year_as_stated,topic` + "\n2,a", want: []string{
			"1::quote never closed"}},

		{name: "NUL", file: rulesHeader + "2,,a,b\x00,c\n", want: []string{"2::control-character a NUL byte stands here"}},
		{name: "UTF-16 without byte order mark", file: utf16le[2:], want: []string{"1::control-character as in UTF-16 without its byte order mark"}},
		{name: "UTF-32", file: "\xFF\xFE\x00\x00e\x00\x00\x00", want: []string{"1::control-character"}},
		{name: "control characters", file: rulesHeader + "2,,a\x1b[31m,b\tb,c\n3,,\u0085,b\x7F,c\n", want: []string{
			"2:topic:control-character U+001B", "2:statement:control-character U+0009",
			"3:topic:control-character U+0085", "3:statement:control-character U+007F"}},
		{name: "line break in a field", file: rulesHeader + "2,,\"a\nb\",b,c\n3,,\"a\r\nb\",b,c\n4,,a\u2028b,b,c\n", want: []string{
			"2:topic:control-character line break", "4:topic:control-character line break", "6:topic:control-character line break"}},
		{name: "CR inside a line", file: rulesHeader + "2,,a\rb,b,c\n", want: []string{"2:topic:control-character line break"}},
		{name: "CR alone", file: strings.ReplaceAll(rulesHeader+"2,,a,b,c\n", "\n", "\r"), want: []string{"1::line-ends old Macintosh"}},
		{name: "lost letter", file: rulesHeader + "2,,\uFFFDt\uFFFD,b,c\n", want: []string{"2:topic:unicode U+FFFD"}},
		{name: "invisible letters", file: rulesHeader + "2,,A\u200Bgen,A\u00ADgen,A\u202Egen\n3,,\uFDD0,\uE000,\U0001FFFE\n", want: []string{
			"2:topic:unicode invisible character U+200B", "2:statement:unicode invisible character U+00AD",
			"2:source_id:unicode invisible character U+202E", "3:topic:unicode U+FDD0",
			"3:statement:unicode U+E000", "3:source_id:unicode U+1FFFE"}},

		{name: "broken UTF-8", file: rulesHeader + "2,,été,b,c\n3,,\xE9t\xE9,b,c\n", want: []string{
			"3::encoding the byte 0xe9 is not valid UTF-8"}},
		{name: "broken UTF-8, the sound part last", file: rulesHeader + "2,,\xE9t\xE9,b,c\n3,,été,b,c\n", want: []string{
			"2::encoding the byte 0xe9 is not valid UTF-8"}},
		{name: "broken UTF-8 under a byte order mark", file: "\uFEFF" + rulesHeader + "2,,\xE9t\xE9,b,c\n", want: []string{
			"2::encoding the byte 0xe9 is not valid UTF-8"}},
		{name: "UTF-8 cut in its only accent", file: rulesHeader + "2,,a,b,cit\xC3", want: []string{"2::encoding the byte 0xc3"}},
		{name: "neither encoding", file: rulesHeader + "2,,\xE9,b,c\n3,,\x8D,b,c\n", want: []string{
			"3::encoding the byte 0x8d is neither UTF-8 nor Windows-1252"}},
		{name: "control character in Windows-1252", file: rulesHeader + "2,,\xE9,b,c\n3,,\x02,b,c\n", want: []string{
			"3::encoding the byte 0x02 is neither"}},
		{name: "UTF-16 cut in a letter", file: utf16le[:len(utf16le)-1], want: []string{"2::encoding in the middle of a letter"}},
		{name: "UTF-16 with half a pair", file: inUTF16(rulesHeader, binary.LittleEndian) + "\x3D\xD8a\x00", want: []string{
			"2::encoding half of a UTF-16 surrogate pair"}},
		{name: "UTF-16 ending in half a pair", file: inUTF16(rulesHeader, binary.LittleEndian) + "\x3D\xD8", want: []string{
			"2::encoding half of a UTF-16 surrogate pair"}},

		{name: "old Excel", file: "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600), want: []string{"0::not-a-table (.xls)"}},
		{name: "Excel with a password", file: "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" +
			inUTF16("EncryptedPackage", binary.LittleEndian)[2:], want: []string{"0::not-a-table protected by a password"}},
		{name: "PDF", file: "%PDF-1.7\n", want: []string{"0::not-a-table PDF"}},

		{name: "file too large", file: rulesHeader + strings.Repeat("2,,a,b,c\n", 40), limits: small, want: []string{
			"0::file-too-large the file is larger than 400 bytes"}},
		{name: "lines too long", file: rulesHeader + "2,,a,b,c\n3,," + strings.Repeat("a", 100) + ",b,c\n4,," + strings.Repeat("a", 94),
			limits: small, want: []string{"3::line-too-long the line is 107 bytes long"}},
		{name: "too many rows", file: rulesHeader + strings.Repeat("2,,a,b,c\n", 5), limits: small, want: []string{
			"5::too-many-rows more than 3 rows"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, problems(t, strings.NewReader(c.file), c.limits), c.want)
		})
	}
}

// TestUndefinedBytes: the five bytes that Windows-1252 gives no meaning.
func TestUndefinedBytes(t *testing.T) {
	for _, b := range []byte{0x81, 0x8D, 0x8F, 0x90, 0x9D} {
		file := rulesHeader + "2,,a" + string([]byte{b}) + "b,\xE9,c\n"
		expect(t, problems(t, strings.NewReader(file), tabular.Limits{}), []string{
			fmt.Sprintf("2::encoding the byte %#02x is neither UTF-8 nor Windows-1252", b)})
	}
}

// expect compares problems with lines of the form "line:field:rule part of the message".
func expect(t *testing.T, got tabular.Problems, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d problems, want %d:\n%v", len(got), len(want), got)
	}
	for i, p := range got {
		where, message, _ := strings.Cut(want[i], " ")
		if have := fmt.Sprintf("%d:%s:%s", p.Line, p.Field, p.Rule); have != where {
			t.Errorf("problem %d is %s, want %s:\n%v", i, have, where, p)
		}
		if !strings.Contains(p.Message, message) {
			t.Errorf("problem %d does not say %q:\n%v", i, message, p)
		}
		if p.File != "f.csv" {
			t.Errorf("problem %d is about the file %q", i, p.File)
		}
	}
}

func TestProblemText(t *testing.T) {
	for _, c := range []struct {
		problem tabular.Problem
		text    string
	}{
		{tabular.Problem{File: "awards.csv", Line: 2, Field: "level", Rule: "r", Message: "m"}, "awards.csv:2: level: m"},
		{tabular.Problem{File: "awards.csv", Line: 2, Rule: "r", Message: "m"}, "awards.csv:2: m"},
		{tabular.Problem{File: "awards.csv", Rule: "r", Message: "m"}, "awards.csv: m"},
	} {
		if got := c.problem.String(); got != c.text {
			t.Errorf("String() = %q, want %q", got, c.text)
		}
	}
	got, err := json.Marshal(tabular.Problem{File: "awards.csv", Line: 2, Field: "level", Rule: "r", Message: "m"})
	if want := `{"line":2,"field":"level","rule":"r","message":"m"}`; err != nil || string(got) != want {
		t.Errorf("as JSON %s, %v, want %s", got, err, want)
	}
}

// TestManyProblems: a hundred are told, and how many there are beyond them.
func TestManyProblems(t *testing.T) {
	ps := problems(t, strings.NewReader(rulesHeader+strings.Repeat("2,,a\n", 137)), tabular.Limits{})
	if len(ps) != 101 {
		t.Fatalf("%d problems, want 101", len(ps))
	}
	for i, p := range ps[:100] {
		if p.Line != i+2 || p.Rule != "columns" {
			t.Fatalf("problem %d is %v", i, p)
		}
	}
	if last := ps[100]; last.Rule != "more" || !strings.Contains(last.Message, "37 more") {
		t.Errorf("the last problem is %v", last)
	}
	if lines := strings.Split(ps.Error(), "\n"); len(lines) != 101 || lines[0] != ps[0].String() {
		t.Errorf("the error has %d lines and begins %q", len(lines), lines[0])
	}
}

// endless is a file of any size that is nowhere stored: a header, then the same line over and over.
type endless struct {
	head, line string
	left       int64 // bytes still to come
	taken      int64 // bytes that were read
	pending    string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if e.pending == "" {
		if e.pending = e.line; e.taken == 0 {
			e.pending = e.head
		}
	}
	n := copy(p, e.pending)
	n = int(min(int64(n), e.left))
	e.pending = e.pending[n:]
	e.left -= int64(n)
	e.taken += int64(n)
	return n, nil
}

func TestHundredMegabytes(t *testing.T) {
	file := &endless{head: rulesHeader, line: strings.Repeat("2,2000,level,Four arobases,src\n", 1000), left: 100_000_000}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ps := problems(t, file, tabular.Limits{})
	runtime.ReadMemStats(&after)
	expect(t, ps, []string{"0::file-too-large the file is larger than 64 MiB"})
	if file.taken != 64<<20+1 {
		t.Errorf("%d bytes were read, want one more than 64 MiB", file.taken)
	}
	// All that was ever allocated, not what was held at once; growing a buffer step by step costs several times its size.
	if used := after.TotalAlloc - before.TotalAlloc; used > 600<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}

func TestTenMegabyteLine(t *testing.T) {
	file := &endless{head: rulesHeader + "2,2000,level,Four,src\n3,2001,level,", line: strings.Repeat("x", 1<<16), left: 10_000_000}
	expect(t, problems(t, file, tabular.Limits{}), []string{"3::line-too-long 1 MiB is the most that is read"})
}

func TestMillionRows(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a million rows")
	}
	line := "2,,,,s\n"
	file := &endless{head: rulesHeader, line: line, left: int64(len(rulesHeader) + 1_000_001*len(line))}
	expect(t, problems(t, file, tabular.Limits{}), []string{"1000002::too-many-rows more than 1000000 rows"})
}

// failing is a disk that breaks.
type failing struct{}

var errDisk = errors.New("the disk is broken")

func (failing) Read([]byte) (int, error) { return 0, errDisk }

// TestOtherErrors: what is not the fault of the file is not among its problems.
func TestOtherErrors(t *testing.T) {
	_, err := tabular.Read(context.Background(), "f.csv", failing{}, tabular.Limits{})
	if !errors.Is(err, errDisk) || errors.As(err, new(tabular.Problems)) {
		t.Errorf("error %v, want %v", err, errDisk)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = tabular.Read(ctx, "f.csv", strings.NewReader(rulesHeader), tabular.Limits{})
	if !errors.Is(err, context.Canceled) || errors.As(err, new(tabular.Problems)) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// lapsing is a context that ends after it was looked at a number of times.
type lapsing struct {
	context.Context
	looks int
}

func (l *lapsing) Err() error {
	if l.looks--; l.looks < 0 {
		return context.Canceled
	}
	return nil
}

// TestContextEnds: whenever the context ends, the reading ends, with nothing but that error.
func TestContextEnds(t *testing.T) {
	for name, file := range map[string][]byte{
		"csv":  []byte(rulesHeader + strings.Repeat("2,,a,b,c\n", 5000)),
		"xlsx": goodWorkbook(t),
	} {
		for looks := 0; ; looks++ {
			f, err := tabular.Read(&lapsing{context.Background(), looks}, "f", bytes.NewReader(file), tabular.Limits{})
			if err == nil {
				if looks < 5 {
					t.Errorf("%s: the context was looked at only %d times", name, looks)
				}
				break
			}
			if f != nil || !errors.Is(err, context.Canceled) || errors.As(err, new(tabular.Problems)) {
				t.Fatalf("%s: after %d looks file %v, error %v", name, looks, f, err)
			}
		}
	}
}
