package tabular

// table gathers the rows of one file, from whatever it is read.
type table struct {
	limits Limits
	shapes []Shape // of which the file has one
	report report
	header header
	rows   []Row

	separator rune

	count     int   // rows met, also those that are not kept because the file has problems
	textBytes int64 // size of all their text
}

// cell is the content of one field: its text, or what is wrong with it.
type cell struct {
	position int // in the file, from 0
	text     string
	fault    *fault
}

// empty says that there is nothing in the cell, not even a problem.
func (c cell) empty() bool { return c.text == "" && c.fault == nil }

func allEmpty(cells []cell) bool {
	for _, c := range cells {
		if !c.empty() {
			return false
		}
	}
	return true
}

// add appends a row with the given cells; positions that are not among them are empty. It returns false when a limit
// is reached and nothing more should be read.
func (t *table) add(line int, cells []cell) bool {
	if allEmpty(cells) {
		return true
	}
	if t.count++; t.count > t.limits.Rows {
		t.report.add(line, "", ruleTooManyRows,
			"the file has more than %d rows, the most that is read; split it into several files, each with the header row",
			t.limits.Rows)
		return false
	}
	columns := t.header.shape.Columns
	row := Row{Line: line, Fields: make([]string, len(columns)), columns: columns}
	size := 0
	for _, c := range cells {
		if c.empty() {
			continue
		}
		index := -1
		if c.position < len(t.header.at) {
			index = t.header.at[c.position]
		}
		switch {
		case index < 0:
			t.report.add(line, "", ruleColumns,
				"column %d (%s in a spreadsheet) has no name in the header, but holds %s; remove it or move it",
				c.position+1, columnLetters(c.position), quoted(c.text))
		case c.fault != nil:
			t.report.add(line, columns[index], c.fault.rule, "%s", c.fault.message)
		default:
			row.Fields[index] = c.text
			size += len(c.text)
		}
	}
	if size > t.limits.LineBytes {
		t.report.add(line, "", ruleLineTooLong, "the row holds more than %s of text, the most that is read; shorten it",
			bytesInWords(int64(t.limits.LineBytes)))
		return true
	}
	if t.textBytes += int64(size); t.textBytes > t.limits.FileBytes {
		t.report.add(line, "", ruleFileTooLarge,
			"the file holds more than %s of text, the most that is read; split it into several files, each with the header row",
			bytesInWords(t.limits.FileBytes))
		return false
	}
	if t.report.any() {
		t.rows = nil // they will not be returned
		return true
	}
	t.rows = append(t.rows, row)
	return true
}
