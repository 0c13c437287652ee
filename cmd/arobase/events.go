package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/domain"
)

func newEvents() *cobra.Command {
	cmd := &cobra.Command{
		Use: "events", Short: "The records themselves, in the order in which they were written",
		Long: `The records of the ledger, in order: every answer of the other commands is worked
out from these. A record is never changed; a correction is a record of its own.
-o jsonl gives the whole of each, one a line; the table gives the gist.`,
		Example: `  arobase events --type award-recorded --limit 10
  arobase events --stream candidacy-18-fr-commune-73008 -o jsonl
  arobase events --after 800 --follow`,
		Args: noArgs,
	}
	data, output := dataFlag(cmd), listing(cmd)
	var f ledger.EventFilter
	cmd.Flags().StringVar(&f.Type, "type", "", "only records of this `type`, such as award-recorded")
	cmd.Flags().StringVar(&f.Stream, "stream", "", "only records of this `stream`, such as figures-17")
	cmd.Flags().Uint64Var(&f.After, "after", 0, "pass over so many `records`; the size that an earlier answer named gives what came since")
	cmd.Flags().BoolVar(&f.Follow, "follow", false, "wait for further records until interrupted")
	limit := cmd.Flags().Int("limit", 0, "stop after so many `records` (0: never)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkEvents(f, *output, *limit); err != nil {
			return err
		}
		return dataDir(*data).ask(cmd.Context(), "", func(o *opened, _ uint64) error {
			n, err := printEvents(cmd.OutOrStdout(), *output, firstOf(*limit, o.Events(cmd.Context(), f)))
			if f.Follow && errors.Is(err, context.Canceled) {
				return nil // the interruption is how one stops following
			}
			if err == nil && n == 0 && *output == "table" {
				fmt.Fprintln(cmd.ErrOrStderr(), "arobase: there is no such record")
			}
			return err
		})
	}
	return cmd
}

func checkEvents(f ledger.EventFilter, output string, limit int) error {
	if err := checkOutput(output); err != nil {
		return err
	}
	switch {
	case f.Type != "" && !ledger.KnownType(f.Type):
		var known []string
		for _, t := range domain.Types() {
			known = append(known, t.Name)
		}
		return usagef("there is no type of record %q%s", f.Type, didYouMean(f.Type, known))
	case limit < 0:
		return usagef("--limit is a number of records, not %d", limit)
	case f.Follow && output == "json":
		return usagef("--follow never ends, so there is no JSON array of it; use -o jsonl")
	}
	return nil
}

// firstOf ends a sequence after so many, or never for 0.
func firstOf(limit int, all iter.Seq2[ledger.EventView, error]) iter.Seq2[ledger.EventView, error] {
	if limit == 0 {
		return all
	}
	return func(yield func(ledger.EventView, error) bool) {
		n := 0
		for e, err := range all {
			if n++; !yield(e, err) || n == limit {
				return
			}
		}
	}
}

// printEvents writes records as they come, so that a long history needs no memory and followers see each at once.
func printEvents(w io.Writer, output string, all iter.Seq2[ledger.EventView, error]) (n int, err error) {
	switch output {
	case "json":
		return eventsJSON(w, all)
	case "csv":
		var failed error
		err := writeCSV(w, []string{"index", "recorded", "type", "stream", "revision", "actor", "id", "data"}, func(row func(...any)) {
			for e, err := range all {
				if err != nil {
					failed = err
					return
				}
				n++
				row(e.Index, e.Recorded.Format(time.RFC3339Nano), e.Type, e.Stream, e.Revision, e.Actor, e.ID, string(e.Data))
			}
		})
		return n, errors.Join(failed, err)
	}
	width := lineWidth(w)
	for e, err := range all {
		if err != nil {
			return n, err
		}
		line := ""
		if output == "jsonl" {
			line, err = jsonLine(e)
		} else {
			if n == 0 {
				line = newPage(w).strong(eventHeader) + "\n"
			}
			line += eventLine(e, width)
		}
		if err == nil {
			_, err = io.WriteString(w, line+"\n")
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func eventsJSON(w io.Writer, all iter.Seq2[ledger.EventView, error]) (int, error) {
	events := []ledger.EventView{}
	for e, err := range all {
		if err != nil {
			return 0, err
		}
		events = append(events, e)
	}
	return len(events), writeJSONArray(w, events)
}

// The table of records is written line by line, so its columns have fixed widths: the longest name of a type fits. What
// a record is about differs in length, so it comes last.
const eventHeader = "   index  recorded (UTC)       type                     stream: what"

// eventLine is one record in one line, of the width of the terminal where there is one.
func eventLine(e ledger.EventView, width int) string {
	name := strings.TrimPrefix(e.Type, "arobase.")
	if i := strings.LastIndex(name, ".v"); i > 0 {
		name = name[:i]
	}
	line := fmt.Sprintf("%8d  %s  %-23s  %s", e.Index, e.Recorded.UTC().Format(time.DateTime), name, e.Stream)
	if s := gist(e); s != "" {
		line += ": " + s
	}
	return cut(visible(line), width)
}
