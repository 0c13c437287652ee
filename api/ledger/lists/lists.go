// Package lists reads a list of requests from a file, CSV or XLSX: each row becomes the body of one request, whose fields
// are named by the header. Whatever can be posted one by one to a resource can be registered as a list.
//
// A list is read strictly and as a whole, as package tabular does: either every row, each of which is right in form, or a
// list of problems that each name the line and the column. What the rules say is not known here.
package lists

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"arobase/api/ledger/tabular"
	"arobase/domain"
)

// List is a file whose rows are right in form.
type List struct {
	Name     string
	Resource string
	Rows     []Row
	Remarks  []string // what a careful user wants to know although nothing is wrong
	form     form
	given    []string // the columns with something in them
}

// Row is one request.
type Row struct {
	Line int             // of the file, or the number of the row in its sheet
	Body json.RawMessage // the same bytes for the same cells, whatever the file
	// Key makes the request safe to send again. It follows from the resource and the body, so that the same row, in this
	// file or another, is recorded once.
	Key string
	// Lane names what must be asked for in the order of the file: rows of one lane, one after the other.
	Lane string
}

// Read reads a list of requests to a resource, which record events of a type. A file that is not in order gives an error
// of type tabular.Problems and no rows at all; any other error comes from r or ctx.
func Read(ctx context.Context, resource string, t domain.Type, name string, r io.Reader, limits tabular.Limits) (*List, error) {
	form := formOf(t)
	file, err := tabular.ReadAs(ctx, []tabular.Shape{form.shape(resource)}, name, r, limits)
	if err != nil {
		return nil, err
	}
	l := &List{Name: name, Resource: resource, Remarks: file.Remarks, form: form}
	for i, column := range file.Shape.Columns {
		if slices.ContainsFunc(file.Rows, func(r tabular.Row) bool { return r.Fields[i] != "" }) {
			l.given = append(l.given, column)
		}
	}
	var found tabular.Problems
	seen := map[string]int{}
	for _, given := range file.Rows {
		row, problems := l.row(t, given, file.Separator)
		if len(problems) > 0 {
			found = append(found, problems...)
			continue
		}
		if first, again := seen[row.Key]; again {
			l.Remarks = append(l.Remarks, fmt.Sprintf("line %d says the same as line %d: it is recorded once", row.Line, first))
		} else {
			seen[row.Key] = row.Line
		}
		l.Rows = append(l.Rows, row)
	}
	if len(found) > 0 {
		return nil, shortened(found)
	}
	return l, nil
}

// mostProblems is how many problems of a file are told one by one, as package tabular does.
const mostProblems = 100

func shortened(all tabular.Problems) tabular.Problems {
	if len(all) <= mostProblems {
		return all
	}
	return append(all[:mostProblems:mostProblems], tabular.Problem{
		File: all[0].File, Rule: "more", Message: fmt.Sprintf("and %d more problems; correct these first and read the file again", len(all)-mostProblems),
	})
}

// row makes the request of a row, or says what is wrong with it.
func (l *List) row(t domain.Type, given tabular.Row, separator rune) (Row, tabular.Problems) {
	row := Row{Line: given.Line}
	body, wrong := l.form.body(given, separator)
	if len(wrong) > 0 {
		return row, l.problems(row, wrong)
	}
	text, err := encoded(body)
	if err != nil {
		return row, l.problems(row, domain.Invalid{{Field: "", Rule: "unicode", Message: "cannot be written as JSON"}})
	}
	row.Body = text
	e, err := domain.DecodeInput(t, text)
	if err == nil {
		err = domain.Validate(e)
	}
	var invalid domain.Invalid
	switch {
	case errors.As(err, &invalid):
		return row, l.problems(row, invalid)
	case err != nil:
		return row, l.problems(row, domain.Invalid{{Field: "", Rule: "form", Message: err.Error()}})
	}
	digest := sha256.Sum256(fmt.Appendf(nil, "%s\n%s", l.Resource, text))
	row.Key = "list-" + hex.EncodeToString(digest[:16])
	row.Lane = laneOf(e)
	return row, nil
}

// encoded is the JSON of a body, with its members in alphabetical order.
func encoded(body map[string]any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(body)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// laneOf gives the stream of an event, whose order is that of the file. The jurors of an edition are numbered without gaps
// over streams of their own; what is about another event does not tell its stream.
func laneOf(e domain.Event) string {
	if juror, ok := e.(*domain.JurorAppointed); ok {
		return string(domain.EditionStream(juror.Edition))
	}
	c, err := domain.CommandOf(domain.Recorded{Event: e})
	if err != nil {
		return ""
	}
	return string(c.Stream())
}

// Problem tells what a field of a row's request is refused for, in the words of the file: by its column.
func (l *List) Problem(row Row, field, rule, message string) tabular.Problem {
	return tabular.Problem{File: l.Name, Line: row.Line, Field: l.column(field), Rule: rule, Message: message}
}

func (l *List) problems(row Row, wrong domain.Invalid) (all tabular.Problems) {
	for _, w := range wrong {
		all = append(all, l.Problem(row, w.Field, w.Rule, w.Message))
	}
	return all
}

// column is the column that holds a field, whose name is a path as in JSON: evidence[0].url is in the column evidence.url.
func (l *List) column(field string) string {
	var name strings.Builder
	depth := 0
	for _, r := range field {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			name.WriteRune(r)
		}
	}
	for path := name.String(); path != ""; {
		if in := path + inEuros; slices.Contains(l.given, in) {
			return in
		}
		if slices.ContainsFunc(l.form, func(c column) bool { return c.name == path }) {
			return path
		}
		i := strings.LastIndexByte(path, '.')
		path = path[:max(i, 0)]
	}
	return field
}
