package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger/tabular"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections"
	"arobase/projections/labels"
)

// importNamespace makes the ids of imported rows: a row has the same id in every ledger, for ever.
var importNamespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:arobase:import"))

// Imported says what became of one file.
type Imported struct {
	File     string            `json:"file"`
	Rows     int               `json:"rows"`
	Appended int               `json:"appended"`
	Skipped  int               `json:"skipped"`
	Errors   []tabular.Problem `json:"errors"`
	Remarks  []string          `json:"remarks,omitempty"`
	// Events counts the events that the appended rows became: a row may enter a body as well as a fact.
	Events int `json:"events"`
}

// ImportOptions choose how a file is imported.
type ImportOptions struct {
	// By is the person who enters the rows; sealed. Empty: nobody in particular.
	By string
	// DryRun checks everything and writes nothing.
	DryRun bool
	// Progress is told how many of the file's rows are written.
	Progress func(done, of int)
}

// Import enters the rows of a file: all of them, or none where any is wrong. The same rows again add nothing. An
// interrupted import leaves whole events behind, and the next one goes on after them.
func (l *Ledger) Import(ctx context.Context, f *tabular.File, opt ImportOptions) (Imported, error) {
	out := Imported{File: f.Name, Rows: len(f.Rows), Errors: []tabular.Problem{}, Remarks: f.Remarks}
	if l.vault == nil && !opt.DryRun {
		return out, ErrReadOnly
	}
	p := &plan{l: l, opt: opt, file: f, overlay: map[domain.StreamName][]domain.Recorded{}}
	if err := l.runner.CatchUp(ctx); err != nil && !errors.Is(err, projections.ErrStopped) {
		return out, err
	}
	l.runner.View(func(eventstore.Position) { p.names = entered(l.labels, labels.Now) })
	for _, row := range f.Rows {
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("importing %s: %w", f.Name, err)
		}
		n := len(p.batches)
		fail, err := p.row(ctx, row)
		if err != nil {
			return out, fmt.Errorf("importing %s, line %d: %w", f.Name, row.Line, err)
		}
		out.Errors = append(out.Errors, fail...)
		if len(p.batches) == n {
			out.Skipped++
		}
		p.rowEnds = append(p.rowEnds, len(p.batches))
	}
	if len(out.Errors) > 0 {
		out.Skipped, out.Appended = 0, 0
		return out, nil
	}
	out.Appended = out.Rows - out.Skipped
	for _, b := range p.batches {
		out.Events += len(b.events)
	}
	if opt.DryRun || len(p.batches) == 0 {
		return out, nil
	}
	written, err := p.write(ctx)
	if err != nil {
		out.Appended, out.Events = rowsWithin(p.rowEnds, written), 0
		for _, b := range p.batches[:written] {
			out.Events += len(b.events)
		}
	}
	return out, err
}

// rowsWithin counts the rows that the first so many batches hold whole, of those that hold any.
func rowsWithin(rowEnds []int, batches int) (rows int) {
	before := 0
	for _, end := range rowEnds {
		if end > before && end <= batches {
			rows++
		}
		before = end
	}
	return rows
}

// plan decides every row of a file against the ledger and the rows before it, without writing anything.
type plan struct {
	l       *Ledger
	opt     ImportOptions
	file    *tabular.File
	names   names
	overlay map[domain.StreamName][]domain.Recorded // planned events, by stream
	batches []batch
	rowEnds []int // for each row, how many batches there are after it
}

// write appends what was planned: first every sealed value, then the events in the order of the rows. It gives the
// number of batches that were appended.
func (p *plan) write(ctx context.Context) (int, error) {
	for chunk := range slices.Chunk(p.batches, 256) {
		var all batch
		for _, b := range chunk {
			all.secrets = append(all.secrets, b.secrets...)
		}
		if len(all.secrets) > 0 {
			if err := p.l.vault.Put(ctx, all.secrets, nil); err != nil {
				return 0, fmt.Errorf("keeping sealed values: %w", err)
			}
		}
	}
	row := 0
	for i, b := range p.batches {
		if _, err := p.l.append(ctx, b); err != nil {
			var conflict *eventstore.RevisionConflict
			if errors.As(err, &conflict) {
				return i, fmt.Errorf("somebody else wrote to %s meanwhile; import again to go on: %w", b.stream, err)
			}
			return i, err
		}
		for row < len(p.rowEnds) && p.rowEnds[row] <= i+1 {
			row++
		}
		if p.opt.Progress != nil {
			p.opt.Progress(row, len(p.rowEnds))
		}
	}
	return len(p.batches), p.l.runner.CatchUp(ctx)
}

// history is the stream as it will be after the rows before.
func (p *plan) history(ctx context.Context, s domain.StreamName) ([]domain.Recorded, error) {
	stored, err := p.l.history(ctx, s)
	return append(stored, p.overlay[s]...), err
}

// step is one command of a row. The main one has the row's own id, others a name added to it.
type step struct {
	command domain.Command
	suffix  string
}

// row plans one row and gives the problems that are the row's.
func (p *plan) row(ctx context.Context, row tabular.Row) ([]tabular.Problem, error) {
	steps, err := p.steps(ctx, row)
	for err == nil && len(steps) > 0 {
		s := steps[0]
		steps = steps[1:]
		err = p.take(ctx, p.id(row, s.suffix), s.command)
	}
	if err == nil {
		return nil, nil
	}
	return p.problems(row, err)
}

// id is the UUIDv5 of the canonical form of a row: the shape's name and the fields in the order of its columns.
func (p *plan) id(row tabular.Row, suffix string) uuid.UUID {
	form, err := json.Marshal(append([]string{p.file.Shape.Name}, row.Fields...))
	if err != nil {
		panic(err) // strings always marshal
	}
	if suffix != "" {
		form = append(append(form, '#'), suffix...)
	}
	return uuid.NewSHA1(importNamespace, form)
}

// take decides one command, unless its event is already there.
func (p *plan) take(ctx context.Context, id uuid.UUID, c domain.Command) error {
	if there, err := p.has(ctx, id, c.Stream()); there || err != nil {
		return err
	}
	in, basis, err := p.l.input(ctx, c, p.history)
	if err != nil {
		return err
	}
	events, err := domain.Decide(in, c)
	if err != nil {
		return err
	}
	req := Request{Actor: RegistrarActor, Command: c}
	b, err := p.l.encode(req, events, basis, in.History, func(int) (uuid.UUID, error) { return id, nil })
	if err != nil {
		return err
	}
	p.batches = append(p.batches, b)
	for i, e := range events {
		p.overlay[b.stream] = append(p.overlay[b.stream], domain.Recorded{
			ID: id, Stream: b.stream, Revision: int64(len(in.History) + i), Actor: req.Actor, Time: b.events[i].Recorded, Event: e,
		})
	}
	return nil
}

// has tells whether an event is stored or planned.
func (p *plan) has(ctx context.Context, id uuid.UUID, s domain.StreamName) (bool, error) {
	for _, r := range p.overlay[s] {
		if r.ID == id {
			return true, nil
		}
	}
	_, err := p.l.store.Lookup(ctx, id)
	if errors.Is(err, eventstore.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// rowError is a row's own mistake.
type rowError struct{ field, rule, message string }

func (e *rowError) Error() string { return e.field + ": " + e.message }

func wrong(field, rule, format string, args ...any) error {
	return &rowError{field, rule, fmt.Sprintf(format, args...)}
}

// problems turns the errors that a row is to blame for into lines for a person; others are passed on.
func (p *plan) problems(row tabular.Row, err error) ([]tabular.Problem, error) {
	line := func(field, rule, message string) tabular.Problem {
		return tabular.Problem{File: p.file.Name, Line: row.Line, Field: p.column(field), Rule: rule, Message: message}
	}
	var own *rowError
	var form domain.Invalid
	var rule *domain.Broken
	switch {
	case errors.As(err, &own):
		return []tabular.Problem{line(own.field, own.rule, own.message)}, nil
	case errors.As(err, &rule):
		return []tabular.Problem{line(rule.Field, string(rule.Rule), rule.Message)}, nil
	case errors.As(err, &form):
		var out []tabular.Problem
		for _, f := range form {
			out = append(out, line(f.Field, f.Rule, f.Message))
		}
		return out, nil
	}
	return nil, err
}

// column is the column of the file that holds a field of an event.
func (p *plan) column(field string) string {
	if slices.Contains(p.file.Shape.Columns, field) {
		return field
	}
	renamed := map[string]string{
		"yearAsStated": "year_as_stated", "publishedOn": "published_on", "source": "source_id", "sourceId": "source_id",
		"mention": "mention_id", "label": "mention_label", "collectivity": "holder", "number": "value", "on": "value",
		"until": "value", "scale": "value", "text": "text_fr", "textEn": "text_en", "departement": "departement_code",
		"region": "region_code", "name": "official_name", "type": "kind", "inForce": "status",
	}
	if column := renamed[field]; slices.Contains(p.file.Shape.Columns, column) {
		return column
	}
	if column := map[string]string{"source_id": "source", "holder": "collectivity_id", "year_as_stated": "year"}[renamed[field]]; slices.Contains(p.file.Shape.Columns, column) {
		return column
	}
	if field, _, ok := strings.Cut(field, "."); ok {
		return p.column(field)
	}
	return field
}
