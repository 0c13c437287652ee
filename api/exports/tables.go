// Package exports writes the ledger as files for spreadsheets, databases and programs: labels, facts, figures, sources and
// events, each as one table, with a description that programs read.
//
// A file follows from the tree size that it is made for, and from nothing else: it holds what stands in the log and no text
// that could be erased, rows come in a fixed order, and nothing says when or where it was made. Two nodes make the same
// bytes. Levels are whole numbers and text that a spreadsheet would take for a formula is made harmless.
package exports

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"arobase/api/ledger"
)

// Kind is what a column holds.
type Kind string

// The kinds, named as Frictionless and JSON Schema name them. A missing value is nil, whatever the kind.
const (
	String  Kind = "string"
	Integer Kind = "integer" // int64
	Number  Kind = "number"  // float64
	Boolean Kind = "boolean"
)

// Column is one column of a table.
type Column struct {
	Name  string
	Kind  Kind
	About string
}

// Table is one table of the ledger.
type Table struct {
	Name, Title, About string
	Columns            []Column
	rows               func(ctx context.Context, s Source, yield func(...any) bool) error
}

// Source is the ledger at a size.
type Source struct {
	Ledger *ledger.Ledger
	Size   uint64
	// Edition keeps labels, facts and figures of one edition only; 0 is all.
	Edition int
}

// Tables are all tables, in the order in which they are listed.
var Tables = []Table{labels, facts, figures, sources, events}

// Find gives a table by its name.
func Find(name string) (Table, bool) {
	i := slices.IndexFunc(Tables, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return Table{}, false
	}
	return Tables[i], true
}

// Rows gives the rows of a table, each with as many cells as there are columns.
func (t Table) Rows(ctx context.Context, s Source) iter.Seq2[[]any, error] {
	s.Ledger = s.Ledger.Bare()
	return func(yield func([]any, error) bool) {
		stopped := false
		err := t.rows(ctx, s, func(cells ...any) bool {
			stopped = !yield(cells, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(nil, fmt.Errorf("reading the %s: %w", t.Name, err))
		}
	}
}

// editions gives the editions that are asked for in order, those without one last.
func (s Source) editions(ctx context.Context) []int {
	if s.Edition != 0 {
		return []int{s.Edition}
	}
	var out []int
	for _, e := range slices.Backward(s.Ledger.Editions(ctx, s.Size)) {
		out = append(out, e.Edition)
	}
	return append(out, 0)
}

// whole is an edition or a year as a cell: nothing where it is not known.
func whole(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// text is a text as a cell: nothing where it is empty.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func level(n *int) any {
	if n == nil {
		return nil
	}
	return int64(*n)
}

func place(p *ledger.Place) (code, name any) {
	if p == nil {
		return nil, nil
	}
	return p.Code, p.Name
}

// joined puts several values into one cell. No id holds a bar.
func joined(all []string) any { return text(strings.Join(all, "|")) }

var labels = Table{
	Name: "labels", Title: "Labels",
	About: "What all sources together let us say of a collectivity in an edition. A contested label has no level. Who is not here is not therefore without the label: absence is not exit.",
	Columns: []Column{
		{"edition", Integer, "The ordinal of the edition: 18 is the ceremony of 2017-02-01. Empty where no source says it."},
		{"year", Integer, "The year of the ceremony."},
		{"collectivity", String, "The id: fr-commune-<Insee>, fr-epci-<Siren>, or a name that is not settled."},
		{"name", String, "The official name, as entered."},
		{"kind", String, "commune, epci, foreign, other, unsettled."},
		{"departement_code", String, "Of today."}, {"departement", String, "Of today."},
		{"region_code", String, "Of today."}, {"region", String, "Of today."},
		{"status", String, "How it is known: reported, corroborated, contested, arbitrated, decided, withdrawn, under-appeal, embargoed."},
		{"distinction", String, "level, hors-concours, unspecified; empty for a mention without a recorded label."},
		{"level", Integer, "1 to 5 at-signs."},
		{"derived", Boolean, "No source states it: it rests on reasoning."},
		{"mentions", String, "The ids of the mentions, divided by bars."},
		{"sources", String, "The ids of the sources, divided by bars."},
		{"records", String, "The ids of the records in the log, divided by bars."},
	},
	rows: func(ctx context.Context, s Source, yield func(...any) bool) error {
		for _, n := range s.editions(ctx) {
			for _, l := range s.Ledger.Holders(ctx, n, s.Size) {
				var from, records []string
				for _, f := range l.Facts {
					if f.Retracted {
						continue
					}
					if !slices.Contains(from, f.Source) {
						from = append(from, f.Source)
					}
					records = append(records, f.Event.String())
				}
				departement, departementName := place(l.Departement)
				region, regionName := place(l.Region)
				if !yield(whole(l.Edition), whole(l.Year), l.Collectivity, l.Name, text(l.Kind), departement, departementName, region, regionName,
					text(l.Status), text(l.Distinction), level(l.Level), l.Derived, joined(l.Mentions), joined(from), joined(records)) {
					return nil
				}
			}
		}
		return ctx.Err()
	},
}

var facts = Table{
	Name: "facts", Title: "Facts",
	About: "What one source says of one collectivity in one edition, one line for each record, those that were taken back included.",
	Columns: []Column{
		{"edition", Integer, "The ordinal of the edition. Empty where the source does not say it."},
		{"year", Integer, "The year of the ceremony."},
		{"collectivity", String, "The id of the collectivity."},
		{"name", String, "The official name, as entered."},
		{"distinction", String, "level, hors-concours, unspecified; empty for a mention."},
		{"level", Integer, "1 to 5 at-signs."},
		{"mention", String, "The id of the mention; empty for a label."},
		{"certainty", String, "stated or derived."},
		{"year_as_stated", String, "The year in the words of the source, where the edition is in doubt."},
		{"source", String, "The id of the source."},
		{"retracted", Boolean, "The record was taken back: it should not have been entered."},
		{"record", String, "The id of the record in the log."},
		{"index", Integer, "Its place in the log, from 0."},
	},
	rows: func(ctx context.Context, s Source, yield func(...any) bool) error {
		for _, n := range s.editions(ctx) {
			for _, l := range s.Ledger.Holders(ctx, n, s.Size) {
				for _, f := range l.Facts {
					if !yield(whole(l.Edition), whole(l.Year), l.Collectivity, l.Name, text(f.Distinction), level(f.Level), text(f.Mention), text(f.Certainty),
						text(f.YearAsStated), text(f.Source), f.Retracted, f.Event.String(), int64(f.Index)) {
						return nil
					}
				}
			}
		}
		return ctx.Err()
	},
}

var figures = Table{
	Name: "figures", Title: "Published figures",
	About: "The numbers that sources publish of an edition, each in the unit of its source. Figures in different units must not be compared or added.",
	Columns: []Column{
		{"edition", Integer, "The ordinal of the edition."},
		{"year", Integer, "The year of the ceremony."},
		{"metric", String, "What is counted: level4to5, labelled, participants, ..."},
		{"scope", String, "Of which part of the edition, such as region:Bretagne. Empty for the whole."},
		{"value", Number, "The figure."},
		{"precision", String, "exact, about, more_than."},
		{"unit", String, "The word of the source. Empty where it does not say what it counts."},
		{"year_as_stated", String, "The year in the words of the source, where the edition is in doubt."},
		{"source", String, "The id of the source."},
		{"record", String, "The id of the record in the log."},
		{"index", Integer, "Its place in the log, from 0."},
	},
	rows: func(ctx context.Context, s Source, yield func(...any) bool) error {
		for _, n := range s.editions(ctx) {
			for _, f := range s.Ledger.PublishedFigures(ctx, n, s.Size) {
				if !yield(whole(int(f.Edition)), whole(f.Edition.Year()), f.Metric, text(f.Scope), f.Value.Float(), string(f.Precision), text(f.Unit),
					text(f.YearAsStated), string(f.Source), f.Event.String(), int64(f.Position)) {
					return nil
				}
			}
		}
		return ctx.Err()
	},
}

var sources = Table{
	Name: "sources", Title: "Sources",
	About: "The published works that the ledger rests on.",
	Columns: []Column{
		{"source", String, "The id of the source."},
		{"publisher", String, "Who published it."},
		{"title", String, "Its title."},
		{"published_on", String, "The day, month or year of its publication (ISO 8601)."},
		{"url", String, "Where it is or was."},
		{"copy_of", String, "The id of the work that it copies: a copy does not count twice."},
		{"index", Integer, "The place in the log of the record that gave these particulars."},
	},
	rows: func(ctx context.Context, s Source, yield func(...any) bool) error {
		for _, v := range s.Ledger.Sources(ctx, s.Size) {
			if !yield(v.ID, text(v.Publisher), text(v.Title), text(v.PublishedOn), text(v.URL), text(v.OriginOf), int64(v.Index)) {
				return nil
			}
		}
		return ctx.Err()
	},
}

var events = Table{
	Name: "events", Title: "Records of the log",
	About: "Every record of the log, in its order. All that is above can be computed again from these.",
	Columns: []Column{
		{"index", Integer, "Its place in the log, from 0."},
		{"id", String, "Its id."},
		{"type", String, "What kind of record it is, with its version."},
		{"subject", String, "What it is about."},
		{"revision", Integer, "Its number among the records about the same, from 0."},
		{"actor", String, "The role and the body that entered it, never a person."},
		{"recorded", String, "When it was recorded (RFC 3339, UTC)."},
		{"data", String, "What it says, as canonical JSON."},
	},
	rows: func(ctx context.Context, s Source, yield func(...any) bool) error {
		for e, err := range s.Ledger.Events(ctx, ledger.EventFilter{}) {
			if err != nil || e.Index >= s.Size {
				return err
			}
			if !yield(int64(e.Index), e.ID.String(), e.Type, e.Stream, e.Revision, e.Actor, e.Recorded.UTC().Format(time.RFC3339Nano), string(e.Data)) {
				return nil
			}
		}
		return ctx.Err()
	},
}
