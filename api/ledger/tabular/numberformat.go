package tabular

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what matters of the way a cell shows its number.
type numberFormat struct {
	date   bool
	digits int // of a format that is all zeros: 5 for 00000
}

// maxStyles is more than Excel allows in a workbook (65,490).
const maxStyles = 1 << 16

// readFormats reads the number format of each style (ECMA-376 part 1, section 18.8).
func readFormats(c *container, part string) ([]numberFormat, error) {
	codes := make(map[string]numberFormat)
	var formats []numberFormat
	inCells := false
	err := c.read(part, func(token xml.Token) (bool, error) {
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "numFmt":
				codes[attribute(token, "numFmtId")] = parseFormat(attribute(token, "formatCode"))
			case "cellXfs":
				inCells = true
			case "xf":
				if !inCells {
					break // the formats of named styles, which cells do not refer to
				}
				id := attribute(token, "numFmtId")
				format, ok := codes[id]
				if !ok {
					format.date = isBuiltInDate(id)
				}
				formats = append(formats, format)
			}
			if len(formats) > maxStyles || len(codes) > maxStyles {
				return false, fmt.Errorf("styles: %w", errDamaged)
			}
		case xml.EndElement:
			if token.Name.Local == "cellXfs" {
				inCells = false
			}
		}
		return false, nil
	})
	return formats, err
}

// isBuiltInDate says that a format without a code is one of dates or times, in any language (ECMA-376 part 1, section
// 18.8.30).
func isBuiltInDate(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (14 <= n && n <= 22 || 27 <= n && n <= 36 || 45 <= n && n <= 47 || 50 <= n && n <= 58)
}

// parseFormat understands as much of a format code as is needed: dd/mm/yyyy is a date, 00000 has five digits, and
// 0" habitants" is neither.
func parseFormat(code string) numberFormat {
	if code != "" && strings.Trim(code, "0") == "" {
		return numberFormat{digits: min(len(code), 20)}
	}
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			i += skip(code[i+1:], '"')
		case '[':
			i += skip(code[i+1:], ']') // a colour, a condition, a language
		case '\\', '_', '*':
			i++ // the next letter is shown, or left as space, or repeated
		case ';':
			return numberFormat{} // the formats of negative numbers and of text
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			return numberFormat{date: true}
		}
	}
	return numberFormat{}
}

// skip returns how far it is to behind the closing letter.
func skip(s string, closing byte) int {
	if at := strings.IndexByte(s, closing); at >= 0 {
		return at + 1
	}
	return len(s)
}

// serialDate turns a count of days into a date, with the time of day where there is one, to the second.
//
// Excel counts 1900-02-29, which never was, as day 60. Days before it are therefore off by one and refused together
// with it: no fact here is that old, so such a number is a slip. A number below 1 is a time without a date.
func serialDate(days float64, since04 bool) (string, bool) {
	epoch, first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC), 61.0
	if since04 {
		epoch, first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC), 1.0
	}
	seconds := math.Round(days * 24 * 60 * 60)
	const last = 2_958_465 // 9999-12-31
	switch {
	case days < 0 || days > last:
		return "", false
	case days < 1:
		return epoch.Add(time.Duration(seconds) * time.Second).Format(time.TimeOnly), true
	case days < first:
		return "", false
	}
	date, inDay := epoch.AddDate(0, 0, int(seconds)/86_400), int(seconds)%86_400
	if inDay == 0 {
		return date.Format(time.DateOnly), true
	}
	return date.Add(time.Duration(inDay) * time.Second).Format("2006-01-02T15:04:05"), true
}
