package main

import (
	"fmt"
	"slices"
	"strings"

	"arobase/api/ledger"
	"arobase/domain"
)

// history prints the labels and mentions of a body by edition, each with who says it. The undated come last.
func (p *page) history(indent string, dated, undated []ledger.EditionView) {
	var rows [][]string
	for _, e := range append(slices.Clone(dated), undated...) {
		rows = append(rows, editionRows(e)...)
	}
	p.table(indent, []column{{"ed", true}, {"year", true}, {"what", false}, {"status", false}, {"according to", false}}, rows)
	for _, e := range dated {
		if e.Arbitration != nil {
			p.text(indent, fmt.Sprintf("Edition %d was settled: %s", e.Edition, orElse(e.Arbitration.Reason, "(reason erased or not public)")))
		}
		if e.RecordedAs != "" {
			p.text(indent, fmt.Sprintf("Edition %d is recorded under %s.", e.Edition, e.RecordedAs))
		}
	}
}

// editionRows gives one row for the label and one for each mention.
func editionRows(e ledger.EditionView) [][]string {
	edition, year := fmt.Sprint(e.Edition), fmt.Sprint(e.Year)
	if e.Edition == 0 {
		edition, year = "?", "?"
	}
	var rows [][]string
	if label := labelOf(e); label != "" {
		var sources []string
		for _, f := range e.Facts {
			if f.Mention == "" {
				sources = append(sources, sourceOf(f, e.Level == nil && e.Status == "contested"))
			}
		}
		rows = append(rows, []string{edition, year, label, e.Status, strings.Join(sources, ", ")})
	}
	for _, m := range e.MentionsDetail {
		var sources []string
		for _, f := range e.Facts {
			if f.Mention == m.ID {
				sources = append(sources, sourceOf(f, false))
			}
		}
		rows = append(rows, []string{edition, year, "mention " + orElse(m.Label, m.ID), m.Status, strings.Join(sources, ", ")})
	}
	return rows
}

// labelOf says the label of an edition in few words, "" where only mentions are known.
func labelOf(e ledger.EditionView) string {
	if !slices.ContainsFunc(e.Facts, func(f ledger.Fact) bool { return f.Mention == "" }) {
		return ""
	}
	s := awardInWords(e.Distinction, e.Level)
	switch {
	case s == "" && e.Status == "contested":
		return "sources differ"
	case s == "":
		return "label"
	case e.Derived:
		return s + ", derived"
	}
	return s
}

// sourceOf names a source with what makes its word a special one.
func sourceOf(f ledger.Fact, withAward bool) string {
	var marks []string
	if withAward {
		marks = append(marks, awardInWords(f.Distinction, f.Level))
	}
	if f.Certainty != string(domain.Stated) {
		marks = append(marks, f.Certainty)
	}
	if f.YearAsStated != "" {
		marks = append(marks, "year given as "+f.YearAsStated)
	}
	if f.Retracted {
		marks = append(marks, "taken back")
	}
	if len(marks) == 0 {
		return f.Source
	}
	return f.Source + " (" + strings.Join(marks, ", ") + ")"
}

func editionInWords(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%d)", n, domain.Edition(n).Year())
}
