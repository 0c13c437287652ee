package tabular

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rawCell is a cell as the sheet writes it (ECMA-376 part 1, section 18.3.1.4).
type rawCell struct {
	position int
	kind     string // the type: s, str, inlineStr, b, e, d, n or nothing
	style    string // index of the style, or nothing
	value    string
	formula  bool
}

// text gives the cell as a CSV file would hold it. A number is written out in full, without separators of thousands, as
// it was typed and not as it is shown; a leading zero is only there if the cell is text or its format is all zeros
// (00000), as spreadsheets do for postcodes. A date is written as in ISO 8601. The error says that the workbook is
// damaged.
func (w *workbook) text(raw rawCell) (cell, error) {
	c := cell{position: raw.position}
	if raw.formula {
		c.fault = &fault{ruleFormula, "the cell is computed by a formula; copy it and paste it back as a value"}
		return c, nil
	}
	switch raw.kind {
	case "s":
		index, err := strconv.Atoi(raw.value)
		if err != nil || index < 0 || index >= len(w.strings) {
			return c, fmt.Errorf("text %s: %w", quoted(raw.value), errDamaged)
		}
		c.text, c.fault = w.strings[index].text, w.strings[index].fault
	case "str", "inlineStr":
		c.text, c.fault = clean(unescape(raw.value))
	case "b":
		c.text = "FALSE"
		if isTrue(raw.value) {
			c.text = "TRUE"
		}
	case "e":
		c.fault = &fault{ruleFormula, fmt.Sprintf("the cell holds the error %s; type its value", quoted(raw.value))}
	case "d":
		c.text, c.fault = clean(strings.TrimSuffix(raw.value, "T00:00:00"))
	case "n", "":
		if raw.value == "" {
			return c, nil
		}
		format, err := w.format(raw.style)
		if err != nil {
			return c, err
		}
		return w.number(c, raw.value, format)
	default:
		return c, fmt.Errorf("type %s: %w", quoted(raw.kind), errDamaged)
	}
	return c, nil
}

// format finds the number format of a style.
func (w *workbook) format(style string) (numberFormat, error) {
	if style == "" || len(w.formats) == 0 {
		return numberFormat{}, nil
	}
	index, err := strconv.Atoi(style)
	if err != nil || index < 0 || index >= len(w.formats) {
		return numberFormat{}, fmt.Errorf("style %s: %w", quoted(style), errDamaged)
	}
	return w.formats[index], nil
}

// number writes out a number or a date.
func (w *workbook) number(c cell, value string, format numberFormat) (cell, error) {
	number, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		return c, fmt.Errorf("number %s: %w", quoted(value), errDamaged)
	}
	if format.date {
		text, ok := serialDate(number, w.since04)
		if !ok {
			c.fault = &fault{ruleNumber, fmt.Sprintf("the cell is formatted as a date, but %s is none; "+
				"type the date as text, as in 2017-02-01, or format the cell as a number", quoted(value))}
		}
		c.text = text
		return c, nil
	}
	if number == 0 {
		number = 0 // not the zero with a minus sign
	}
	// The shortest decimal that means this number: a sheet holds 0.1 as 0.10000000000000001.
	c.text = strconv.FormatFloat(number, 'f', -1, 64)
	if missing := format.digits - len(c.text); missing > 0 && number >= 0 && number == math.Trunc(number) {
		c.text = strings.Repeat("0", missing) + c.text
	}
	return c, nil
}
