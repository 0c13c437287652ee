package tabular

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// maxColumns and maxSheetRows are the size of a sheet in Excel.
const (
	maxColumns   = 16_384
	maxSheetRows = 1_048_576
)

// refusal is a sheet whose first row is not the header of a shape.
type refusal struct {
	sheet string
	line  int
	names []string
	match match
	// merged is a range of merged cells in the row, which is likely to be why, or "".
	merged string
}

func (r refusal) complaint() string {
	s := fmt.Sprintf("sheet %s: %s", quoted(r.sheet), r.match.complaint(r.names))
	if r.merged != "" {
		s += fmt.Sprintf("; the cells %s of it are merged: separate them", quoted(r.merged))
	}
	return s
}

// sheetReader takes the rows of one sheet as they come; no more than one is in memory.
type sheetReader struct {
	w *workbook
	t *table
	s sheet

	inData  bool // inside of sheetData
	inRow   bool
	line    int // of the row
	cells   []cell
	refused *refusal
	over    bool // a limit is reached: nothing more is read

	inCell  bool
	cell    rawCell
	inValue bool // inside of v
	text    textIn
	value   strings.Builder
}

// readSheet adds the rows of a sheet to the table, unless its first row is not a header, which is then returned.
func (w *workbook) readSheet(s sheet, t *table) (*refusal, error) {
	r := &sheetReader{w: w, t: t, s: s}
	t.header = header{}
	err := w.read(s.part, r.step)
	if err != nil {
		return nil, err
	}
	if r.refused == nil && t.header.at == nil {
		return &refusal{}, nil // an empty sheet
	}
	return r.refused, nil
}

// step is a visitor for container.read.
func (r *sheetReader) step(token xml.Token) (stop bool, err error) {
	switch token := token.(type) {
	case xml.StartElement:
		return false, r.start(token)
	case xml.EndElement:
		err := r.end(token.Name.Local)
		return r.over, err
	case xml.CharData:
		if r.inCell && (r.inValue || r.text.step(token) == textPiece) {
			r.value.Write(token)
		}
	}
	return false, nil
}

func (r *sheetReader) start(token xml.StartElement) error {
	name := token.Name.Local
	switch {
	case name == "mergeCell" && !r.inData:
		return r.merged(attribute(token, "ref"))
	case name == "sheetData":
		r.inData = true
	case !r.inData:
	case name == "row" && !r.inRow:
		return r.startRow(attribute(token, "r"))
	case name == "c" && r.inRow && !r.inCell:
		return r.startCell(token)
	case !r.inCell:
		return fmt.Errorf("row %d of sheet %s: %w", r.line, quoted(r.s.name), errDamaged)
	case name == "v":
		r.inValue = true
	case name == "f":
		r.cell.formula = true
	default:
		r.text.step(token)
	}
	return nil
}

func (r *sheetReader) end(name string) error {
	switch {
	case name == "sheetData":
		r.inData = false
	case name == "row" && r.inRow:
		r.inRow = false
		r.endRow()
	case name == "c" && r.inCell:
		r.inCell = false
		return r.endCell()
	case name == "v":
		r.inValue = false
	case r.inCell:
		r.text.step(xml.EndElement{Name: xml.Name{Local: name}})
	}
	return nil
}

// startRow finds the number of a row, which a writer may leave out when it is the next one.
func (r *sheetReader) startRow(number string) error {
	line := r.line + 1
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < line || n > maxSheetRows {
			return fmt.Errorf("row %s after row %d of sheet %s: %w", quoted(number), r.line, quoted(r.s.name), errDamaged)
		}
		line = n
	}
	r.inRow, r.line, r.cells = true, line, r.cells[:0]
	r.cell.position = -1
	return nil
}

// startCell finds the position of a cell, which a writer may leave out when it is the next one.
func (r *sheetReader) startCell(token xml.StartElement) error {
	position := r.cell.position + 1
	if ref := attribute(token, "r"); ref != "" {
		column, line, ok := splitReference(ref)
		if !ok || line != r.line || column < position {
			return fmt.Errorf("cell %s in row %d of sheet %s: %w", quoted(ref), r.line, quoted(r.s.name), errDamaged)
		}
		position = column
	}
	if position >= maxColumns {
		return fmt.Errorf("row %d of sheet %s: %w", r.line, quoted(r.s.name), errDamaged)
	}
	r.inCell, r.inValue, r.text = true, false, textIn{}
	r.value.Reset()
	r.cell = rawCell{position: position, kind: attribute(token, "t"), style: attribute(token, "s")}
	return nil
}

func (r *sheetReader) endCell() error {
	r.cell.value = r.value.String()
	c, err := r.w.text(r.cell)
	if err != nil {
		return fmt.Errorf("cell %s%d of sheet %s: %w", columnLetters(c.position), r.line, quoted(r.s.name), err)
	}
	if !c.empty() {
		r.cells = append(r.cells, c)
	}
	return nil
}

// endRow takes the first row that holds anything for the header, and the others for facts.
func (r *sheetReader) endRow() {
	switch {
	case len(r.cells) == 0 || r.refused != nil:
	case r.t.header.at != nil:
		r.over = !r.t.add(r.line, r.cells)
	default:
		names := make([]string, r.cells[len(r.cells)-1].position+1)
		for _, c := range r.cells {
			names[c.position] = c.text
			if c.fault != nil {
				names[c.position] = "(" + c.fault.rule + ")" // no column is called like that
			}
		}
		m := nearest(r.t.shapes, names)
		if !m.exact() {
			// The rest is only looked through, for merged cells.
			r.refused = &refusal{sheet: r.s.name, line: r.line, names: names, match: m}
			return
		}
		r.t.header = m.header(r.line, names)
	}
}

// merged refuses merged cells in the table: only one of them has a value, and the others look filled but are not.
func (r *sheetReader) merged(ref string) error {
	from, to, isRange := strings.Cut(ref, ":")
	if !isRange {
		to = from
	}
	left, top, ok1 := splitReference(from)
	_, bottom, ok2 := splitReference(to)
	if !ok1 || !ok2 {
		return fmt.Errorf("merged cells %s of sheet %s: %w", quoted(ref), quoted(r.s.name), errDamaged)
	}
	h := r.t.header
	switch {
	case r.refused != nil:
		if top <= r.refused.line && r.refused.line <= bottom {
			r.refused.merged = ref
		}
		return nil
	case left >= len(h.at) || bottom < h.line:
		return nil
	}
	r.t.report.add(max(top, h.line), "", ruleMerged,
		"the cells %s are merged, so only the first has a value; separate them and fill each", quoted(ref))
	return nil
}

// splitReference takes a cell's reference apart: "B7" is column 1 (from 0), row 7.
func splitReference(ref string) (column, line int, ok bool) {
	digits := strings.IndexFunc(ref, func(r rune) bool { return r < 'A' || r > 'Z' })
	if digits < 1 || digits > 3 || ref[digits] < '1' || ref[digits] > '9' {
		return 0, 0, false
	}
	for _, letter := range ref[:digits] {
		column = 26*column + int(letter-'A') + 1
	}
	line, err := strconv.Atoi(ref[digits:])
	if err != nil || line > maxSheetRows || column > maxColumns {
		return 0, 0, false
	}
	return column - 1, line, true
}

// columnLetters names a column as spreadsheets do: 0 is A, 26 is AA.
func columnLetters(column int) string {
	letters := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters
}
