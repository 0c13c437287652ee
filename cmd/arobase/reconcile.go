package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
)

// verdicts of a comparison.
var verdicts = []string{"agrees", "contradicts", "cannot-tell"}

func newReconcile() *cobra.Command {
	cmd := &cobra.Command{
		Use: "reconcile [N]", Short: "Published figures against each other and against the ledger",
		Long: `Set what sources publish of edition N, or of every edition, side by side and
against what the ledger has recorded by name. The verdict is one of

  agrees        the sources say the same
  contradicts   they cannot both be right
  cannot-tell   one source only, or units that cannot be compared

with the reason. Nothing is averaged and no winner is picked; an explanation that
no source gives is shown as a hypothesis.`,
		Example: `  arobase reconcile 17
  arobase reconcile --verdict contradicts`,
		Args: between(0, 1, "one edition, or none for all of them"),
	}
	data, output, asOf := dataFlag(cmd), listing(cmd), asOfFlag(cmd)
	verdict := cmd.Flags().String("verdict", "", "only this `verdict`: "+strings.Join(verdicts, ", "))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		n := 0
		var err error
		if len(args) == 1 {
			n, err = editionArgument("an edition", args[0])
		}
		if *verdict != "" && !slices.Contains(verdicts, *verdict) {
			err = usagef("there is no verdict %q%s", *verdict, didYouMean(*verdict, verdicts))
		}
		if err := errors.Join(err, checkOutput(*output)); err != nil {
			return err
		}
		var v ledger.ReconciliationView
		err = dataDir(*data).ask(cmd.Context(), *asOf, func(o *opened, size uint64) (err error) {
			v, err = o.Reconciliation(cmd.Context(), n, size)
			return o.unknownEdition(cmd.Context(), n, size, err)
		})
		if err != nil {
			return err
		}
		items := slices.DeleteFunc(v.Items, func(i ledger.ItemView) bool { return *verdict != "" && i.Verdict != *verdict })
		switch out := cmd.OutOrStdout(); *output {
		case "json":
			return writeJSONArray(out, items)
		case "jsonl":
			return writeJSONLines(out, items)
		case "csv":
			return reconcileCSV(out, items)
		default:
			return printItems(out, items)
		}
	}
	return cmd
}

// reconcileCSV writes one row for each figure or statement.
func reconcileCSV(w io.Writer, items []ledger.ItemView) error {
	header := []string{
		"edition", "metric", "scope", "verdict", "value", "unit", "precision", "source", "figure_metric", "recorded", "reason", "hypotheses",
	}
	return writeCSV(w, header, func(row func(...any)) {
		for _, it := range items {
			var hypotheses []string
			for _, h := range it.Hypotheses {
				hypotheses = append(hypotheses, h.Kind+": "+h.Text)
			}
			for _, f := range it.Figures {
				row(it.Edition, it.Metric, it.Scope, it.Verdict, f.Value, f.Unit, f.Precision, f.Source, orElse(f.Metric, it.Metric),
					it.Recorded, it.Reason, hypotheses)
			}
			for _, s := range it.Statements {
				row(it.Edition, it.Metric, it.Scope, it.Verdict, s.Value, "", s.Precision, s.Source, it.Metric, it.Recorded, it.Reason, hypotheses)
			}
		}
	})
}

// printItems prints the items edition by edition.
func printItems(w io.Writer, items []ledger.ItemView) error {
	p := newPage(w)
	count := map[string]int{}
	for _, it := range items {
		count[it.Verdict]++
	}
	p.line(fmt.Sprintf("contradicts: %d, agrees: %d, cannot tell: %d", count["contradicts"], count["agrees"], count["cannot-tell"]))
	for i, it := range items {
		p.line("")
		if i == 0 || items[i-1].Edition != it.Edition {
			p.heading("Edition " + editionInWords(it.Edition))
			p.line("")
		}
		p.item(it)
	}
	_, err := p.WriteTo(w)
	return err
}

// item prints what is said of one thing, the verdict and why.
func (p *page) item(it ledger.ItemView) {
	title := metricInWords(it.Metric)
	if it.Scope != "" {
		title += ", " + it.Scope
	}
	p.line("  " + p.strong(title+": "+strings.ReplaceAll(it.Verdict, "-", " ")))
	var rows [][]string
	for _, f := range it.Figures {
		value, precision := grouped(f.Value), f.Precision
		if f.Metric != "" {
			precision += ", " + metricInWords(f.Metric)
		}
		rows = append(rows, []string{value, orElse(f.Unit, "(unit not stated)"), precision, withNote(f.Source, f.Note)})
	}
	if it.Recorded != nil {
		rows = append(rows, []string{fmt.Sprint(*it.Recorded), "", "recorded", "this ledger, by name"})
	}
	if len(rows) > 0 {
		p.table("      ", []column{{"", true}, {"unit", false}, {"precision", false}, {"source", false}}, rows)
	}
	rows = nil
	for _, s := range it.Statements {
		rows = append(rows, []string{orElse(s.Value, "(text erased or not at hand)"), s.Precision, withNote(s.Source, s.Note)})
	}
	if len(rows) > 0 {
		p.table("      ", []column{{"value", false}, {"precision", false}, {"source", false}}, rows)
	}
	p.text("      ", it.Reason)
	for _, h := range it.Hypotheses {
		p.hypothesis(h)
	}
}

// hypothesis prints an explanation for what it is. "established" is one that a source gives.
func (p *page) hypothesis(h ledger.HypothesisView) {
	lead := "hypothesis: "
	text := full(orElse(h.Text, "(text erased or not at hand)"))
	if h.Kind == "established" {
		lead = "explanation: "
	}
	if h.Source != "" {
		text += " According to " + h.Source + "."
	}
	if h.Arithmetic != "" && h.Arithmetic != h.Text {
		text += " The ledger's own arithmetic: " + h.Arithmetic
	}
	if h.Fits != nil && !*h.Fits {
		text += " The figures of the ledger do not bear it out."
	}
	if h.Kind != "established" && h.Source == "" {
		text += " No source says so."
	}
	p.text("      "+lead, text)
}

// metricInWords names a metric for people; that of programs follows where it differs by more than its underscores.
func metricInWords(metric string) string {
	if n, ok := strings.CutPrefix(metric, "level"); ok {
		return strings.ReplaceAll(n, "to", " and ") + " @ (" + metric + ")"
	}
	return strings.ReplaceAll(metric, "_", " ")
}

func withNote(source, note string) string {
	if note == "" {
		return source
	}
	return source + " (" + note + ")"
}
