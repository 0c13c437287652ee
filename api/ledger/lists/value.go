package lists

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"arobase/domain"
)

// value makes a value of a cell that holds something.
func (c column) value(cell string, separator rune) (any, *domain.FieldError) {
	switch c.kind {
	case integer:
		n, fault := wholeNumber(c, cell)
		return json.Number(n), fault
	case euros:
		n, fault := cents(c, cell)
		return json.Number(n), fault
	case date:
		return day(cell, separator), nil
	case texts, integers:
		return c.several(cell)
	case anything:
		if !json.Valid([]byte(cell)) {
			return nil, &domain.FieldError{Field: c.name, Rule: "json", Message: "holds parts within parts: write it as JSON, or post it alone"}
		}
		return json.RawMessage(cell), nil
	}
	return cell, nil
}

// several takes the values of a cell apart.
func (c column) several(cell string) (any, *domain.FieldError) {
	var all []any
	for v := range strings.SplitSeq(cell, "|") {
		v = strings.TrimSpace(v)
		switch {
		case v == "":
			return nil, &domain.FieldError{Field: c.name, Rule: "list", Message: "has a bar | with nothing before or behind it"}
		case c.kind == texts:
			all = append(all, v)
		default:
			n, fault := wholeNumber(c, v)
			if fault != nil {
				return nil, fault
			}
			all = append(all, json.Number(n))
		}
	}
	return all, nil
}

// The forms of numbers: with or without spaces between thousands, as a spreadsheet shows them.
var (
	wholeForm = regexp.MustCompile(`^-?([0-9]{1,16}|[0-9]{1,3}([ \x{a0}\x{202f}][0-9]{3}){1,4})$`)
	euroForm  = regexp.MustCompile(`^([0-9]{1,12}|[0-9]{1,3}([ \x{a0}\x{202f}][0-9]{3}){1,3})([.,]([0-9]{1,2}))?$`)
	frenchDay = regexp.MustCompile(`^([0-9]{2})/([0-9]{2})/([0-9]{4})$`)
)

// digits are those of a number, without the spaces between them and without zeros at its head.
func digits(s string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s, sign = rest, "-"
	}
	s = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return sign + s
}

// wholeNumber takes no decimals: 50,00 would be an amount in euros where cents are meant.
func wholeNumber(c column, cell string) (string, *domain.FieldError) {
	if wholeForm.MatchString(cell) {
		return digits(cell), nil
	}
	return "0", &domain.FieldError{Field: c.name, Rule: "number", Message: fmt.Sprintf("%q is not a whole number%s", shown(cell), c.elsewhere())}
}

// elsewhere names the column in euros, where there is one.
func (c column) elsewhere() string {
	for _, a := range amounts {
		if _, field, _ := strings.Cut(a, "."); field == c.name {
			return " of cents; for euros there is the column " + c.name + inEuros
		}
	}
	return ""
}

// cents of an amount in euros: 1 234,5 is 123450.
func cents(c column, cell string) (string, *domain.FieldError) {
	m := euroForm.FindStringSubmatch(strings.TrimRight(strings.TrimSuffix(cell, "€"), " \u00a0\u202f"))
	if m == nil {
		return "0", &domain.FieldError{Field: c.name, Rule: "number", Message: fmt.Sprintf("%q is not an amount in euros, such as 1234,50 or 1234.50", shown(cell))}
	}
	return digits(m[1] + (m[4] + "00")[:2]), nil
}

// day leaves a day of ISO 8601 as it is. The French Excel writes 01/02/2026 for the first of February, with semicolons
// between the fields; with commas it may as well be the second of January, and is refused as no date.
func day(cell string, separator rune) string {
	if m := frenchDay.FindStringSubmatch(cell); m != nil && separator == ';' {
		return m[3] + "-" + m[2] + "-" + m[1]
	}
	return cell
}

// shown cuts what stands in a cell before it is said back.
func shown(cell string) string {
	if r := []rune(cell); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return cell
}
