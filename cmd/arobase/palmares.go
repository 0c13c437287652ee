package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
)

func newPalmares() *cobra.Command {
	cmd := &cobra.Command{
		Use: "palmares N", Short: "The holders of one edition that sources name",
		Long: `Who received a label or a mention in edition N, as far as sources name them: the
highest level first, then by the alphabet. It is a whole palmarès only where a
source lists every holder; otherwise most are missing, and the first lines say
how many are published.`,
		Example: `  arobase palmares 18
  arobase palmares 17 -o csv > palmares-17.csv`,
		Args: between(1, 1, "the number of one edition, such as 18 (the edition of 2017)"),
	}
	data, output, asOf := dataFlag(cmd), listing(cmd), asOfFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		n, err := editionArgument("an edition", args[0])
		if err := errors.Join(err, checkOutput(*output)); err != nil {
			return err
		}
		var v ledger.PalmaresView
		err = dataDir(*data).ask(cmd.Context(), *asOf, func(o *opened, size uint64) (err error) {
			v, err = o.Palmares(cmd.Context(), n, size)
			return o.unknownEdition(cmd.Context(), n, size, err)
		})
		if err != nil {
			return err
		}
		switch out := cmd.OutOrStdout(); *output {
		case "json":
			return writeJSON(out, v)
		case "jsonl":
			return writeJSONLines(out, v.Lines)
		case "csv":
			return palmaresCSV(out, v)
		default:
			return printPalmares(out, v)
		}
	}
	return cmd
}

// unknownEdition adds to an error that there is no such edition those of which something is known.
func (o *opened) unknownEdition(ctx context.Context, n int, size uint64, err error) error {
	if !errors.Is(err, ledger.ErrUnknown) {
		return err
	}
	var known []int
	for _, e := range o.Editions(ctx, size) {
		known = append(known, e.Edition)
	}
	if len(known) == 0 {
		return fmt.Errorf("no source found for edition %d: the ledger holds nothing of any edition yet", n)
	}
	slices.Sort(known)
	return fmt.Errorf("no source found for edition %d; something is known of %s", n, spans(known))
}

func palmaresCSV(w io.Writer, v ledger.PalmaresView) error {
	header := []string{
		"edition", "collectivity", "name", "kind", "departement", "region", "distinction", "level", "derived", "status", "mentions", "sources",
	}
	return writeCSV(w, header, func(row func(...any)) {
		for _, l := range v.Lines {
			row(v.Edition, l.Collectivity, l.Name, l.Kind, placeName(l.Departement), placeName(l.Region), l.Distinction, l.Level, l.Derived,
				l.Status, l.Mentions, sourcesOf(l.Facts))
		}
	})
}

func sourcesOf(facts []ledger.Fact) []string {
	var out []string
	for _, f := range facts {
		if !f.Retracted && !slices.Contains(out, f.Source) {
			out = append(out, f.Source)
		}
	}
	return out
}

// printPalmares prints the holders; sources are numbered, for the same few name most of them.
func printPalmares(w io.Writer, v ledger.PalmaresView) error {
	p := newPage(w)
	title := "Edition " + editionInWords(v.Edition)
	if v.HeldOn != "" {
		title += ", ceremony of " + v.HeldOn
	}
	p.heading(title)
	p.text("", palmaresSize(v))
	p.line("")
	if len(v.Lines) == 0 {
		p.line("No source found names a holder.")
		_, err := p.WriteTo(w)
		return err
	}
	var sources []string
	number := func(name string) string {
		i := slices.Index(sources, name)
		if i < 0 {
			i = len(sources)
			sources = append(sources, name)
		}
		return fmt.Sprintf("[%d]", i+1)
	}
	var rows [][]string
	for _, l := range v.Lines {
		label := labelOf(l.EditionView)
		if l.Distinction == "unspecified" {
			label = "? @"
		}
		var mentions, notes []string
		for _, m := range l.MentionsDetail {
			mentions = append(mentions, orElse(m.Label, m.ID))
		}
		for _, s := range sourcesOf(l.Facts) {
			notes = append(notes, number(s))
		}
		where := placeName(l.Departement)
		if l.Kind == "unsettled" {
			where = "(not settled)"
		}
		rows = append(rows, []string{orElse(label, signNone), l.Name, where, l.Status, strings.Join(notes, ""), strings.Join(mentions, ", ")})
	}
	p.table("", []column{{"label", false}, {"name", false}, {"département", false}, {"status", false}, {"source", false}, {"mentions", false}}, rows)
	p.line("")
	p.text("", "? @: the level is not stated. "+signNone+": a mention, and no label that is known.")
	for i, s := range sources {
		p.line(fmt.Sprintf("%5s %s", fmt.Sprintf("[%d]", i+1), s))
	}
	_, err := p.WriteTo(w)
	return err
}

// palmaresSize says how much of the edition this is.
func palmaresSize(v ledger.PalmaresView) string {
	labels, derived, mentions := 0, 0, 0
	for _, l := range v.Lines {
		switch {
		case l.Derived:
			derived++
		case labelOf(l.EditionView) != "":
			labels++
		}
		mentions += len(l.Mentions)
	}
	s := fmt.Sprintf("Recorded by name: %d with a label", labels)
	if derived > 0 {
		s += fmt.Sprintf(" (and %d by reasoning only)", derived)
	}
	s += fmt.Sprintf(", %d mentions. ", mentions)
	switch {
	case v.Enumerated:
		return s + "The whole list is known."
	case v.Published != nil:
		return s + "Published as labelled: " + figureWithSources(*v.Published) + ". Those whom our sources do not name are missing."
	}
	return s + "How many were labelled is not known; those whom our sources do not name are missing."
}
