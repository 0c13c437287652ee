package tabular

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// The rules that a file can break. They are stable: scripts and documentation may rely on them.
const (
	ruleEmptyFile    = "empty-file"        // nothing in it, not even a header
	ruleFileTooLarge = "file-too-large"    // over Limits.FileBytes, or over Limits.UnpackedBytes once unpacked
	ruleLineTooLong  = "line-too-long"     // over Limits.LineBytes
	ruleTooManyRows  = "too-many-rows"     // over Limits.Rows
	ruleNotATable    = "not-a-table"       // another kind of file: .xls, protected workbook, archive
	ruleDamaged      = "damaged"           // an XLSX file that is cut short or altered
	ruleEncoding     = "encoding"          // bytes that are not text in an encoding that is read
	ruleLineEnds     = "line-ends"         // lines that end in CR alone
	ruleControl      = "control-character" // a control character, line break or NUL where text should be
	ruleUnicode      = "unicode"           // an invisible character, or a trace of an earlier bad conversion
	ruleHeader       = "header"            // a first row that is not the header of a shape
	ruleColumns      = "columns"           // a row with more or fewer fields than the header
	ruleQuote        = "quote"             // a quote that is not closed, or not doubled
	ruleFormula      = "formula"           // a cell that is computed, or holds the error of a computation
	ruleMerged       = "merged-cells"      // merged cells, of which only one has a value
	ruleNumber       = "number"            // a cell whose number or date cannot be read
	ruleMore         = "more"              // not a rule: the last problem of a long list, which counts the rest
)

// maxProblems is how many problems of one file are told one by one.
const maxProblems = 100

// Problem is one thing that is wrong with a file, and where.
type Problem struct {
	File    string `json:"-"`       // as given to Read
	Line    int    `json:"line"`    // as in Row.Line; 0 when it is about the file as a whole
	Field   string `json:"field"`   // name of the column; "" when it is about the whole line
	Rule    string `json:"rule"`    // a short stable identifier of the rule that is broken, such as "columns"
	Message string `json:"message"` // what is wrong and what to do next
}

// String gives the problem as compilers do: awards.csv:2: level: message.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Field != "" {
		b.WriteString(": " + p.Field)
	}
	b.WriteString(": " + p.Message)
	return b.String()
}

// Problems is all that is wrong with one file, by line: at most 100, then one with the rule "more" that counts the rest.
type Problems []Problem

// Error gives one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// fault is a problem that does not know yet where it is.
type fault struct{ rule, message string }

// report gathers the problems of one file.
type report struct {
	file     string
	problems Problems
	untold   int
}

func (r *report) add(line int, field, rule, format string, args ...any) {
	if len(r.problems) == maxProblems {
		r.untold++
		return
	}
	r.problems = append(r.problems, Problem{r.file, line, field, rule, fmt.Sprintf(format, args...)})
}

func (r *report) any() bool { return len(r.problems) > 0 }

// err returns the problems as an error, or nil when there are none.
func (r *report) err() error {
	if !r.any() {
		return nil
	}
	problems := slices.Clone(r.problems)
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Line - b.Line })
	if r.untold > 0 {
		problems = append(problems, Problem{r.file, 0, "", ruleMore,
			fmt.Sprintf("and %d more problems; correct these first and read the file again", r.untold)})
	}
	return problems
}

// quoted shows text of a file in a message.
func quoted(s string) string { return "'" + printable(s, 40) + "'" }

// printable makes text from a file safe to show: no longer than most letters, and with nothing in it that could move a
// terminal's cursor.
func printable(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > most {
			b.WriteString("...")
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<%U>", r)
		}
	}
	return b.String()
}
