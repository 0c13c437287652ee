package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/projections/trends"
)

func newTrends() *cobra.Command {
	cmd := &cobra.Command{
		Use: "trends", Short: "How the label moved from edition to edition, with the source of every figure",
		Long: `How many hold what, from edition to edition: what sources published, what the
ledger has recorded by name, and how far the second covers the first. Every
figure stands with its unit and its sources. Figures in different units are
never added or compared, and what nobody knows is left empty, with the reason.

Editions are numbered from 1 (1999); 18 is the ceremony of February 2017.
Metrics: ` + strings.Join(trends.Metrics[:9], ", ") + `,
` + strings.Join(trends.Metrics[9:], ", ") + `.`,
		Example: `  arobase trends --from 17 --to 18
  arobase trends --metric level4to5 -o csv
  arobase trends --by region --from 20 --url http://127.0.0.1:8080`,
		Args: noArgs,
	}
	at, output, asOf := placeFlags(cmd), listing(cmd), asOfFlag(cmd)
	from := cmd.Flags().Int("from", 0, "the first `edition` (default: the first of all)")
	to := cmd.Flags().Int("to", 0, "the last `edition` (default: the last that is known)")
	by := cmd.Flags().String("by", "", "in groups by this `dimension`: "+strings.Join(trends.Dimensions, ", "))
	metrics := cmd.Flags().StringSlice("metric", nil, "only this `metric`; may be given several times")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkTrends(cmd, *output, *by, *metrics); err != nil {
			return err
		}
		v, err := at.trends(cmd.Context(), trends.Query{From: domain.Edition(*from), To: domain.Edition(*to), By: *by}, *asOf)
		if err != nil {
			return err
		}
		all := slices.DeleteFunc(v.Points, func(p ledger.PointView) bool { return len(*metrics) > 0 && !slices.Contains(*metrics, p.Metric) })
		if len(all) == 0 && *output == "table" {
			fmt.Fprintln(cmd.ErrOrStderr(), "arobase: the ledger knows nothing of these editions")
			return nil
		}
		switch out := cmd.OutOrStdout(); {
		case *output == "json":
			return writeJSONArray(out, all)
		case *output == "jsonl":
			return writeJSONLines(out, all)
		case *output == "csv":
			return trendsCSV(out, all)
		case *by == "" && len(*metrics) == 0:
			return printSeries(out, all)
		default:
			return printPoints(out, all)
		}
	}
	return cmd
}

func checkTrends(cmd *cobra.Command, output, by string, metrics []string) error {
	if err := checkOutput(output); err != nil {
		return err
	}
	for _, name := range []string{"from", "to"} {
		if f := cmd.Flags().Lookup(name); f.Changed {
			if _, err := editionArgument("--"+name, f.Value.String()); err != nil {
				return err
			}
		}
	}
	if from, to := cmd.Flags().Lookup("from"), cmd.Flags().Lookup("to"); from.Changed && to.Changed {
		first, _ := strconv.Atoi(from.Value.String())
		if last, _ := strconv.Atoi(to.Value.String()); first > last {
			return usagef("--from %d comes after --to %d", first, last)
		}
	}
	if by != "" && !slices.Contains(trends.Dimensions, by) {
		return usagef("--by is one of %s, not %q", strings.Join(trends.Dimensions, ", "), by)
	}
	for _, m := range metrics {
		if !slices.Contains(trends.Metrics, m) {
			return usagef("there is no metric %q%s", m, didYouMean(m, trends.Metrics))
		}
	}
	return nil
}

// trends asks for the series where the flags say.
func (p place) trends(ctx context.Context, q trends.Query, asOf string) (ledger.TrendsView, error) {
	r, err := p.remote()
	if err != nil {
		return ledger.TrendsView{}, err
	}
	if r != nil {
		return r.trends(ctx, q, asOf)
	}
	var v ledger.TrendsView
	err = dataDir(*p.data).ask(ctx, asOf, func(o *opened, size uint64) (err error) {
		v, err = o.Trends(ctx, q, size)
		return asked(err)
	})
	return v, err
}

func (r *remote) trends(ctx context.Context, q trends.Query, asOf string) (ledger.TrendsView, error) {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" && value != "0" {
			query.Set(name, value)
		}
	}
	set("from", fmt.Sprint(int(q.From)))
	set("to", fmt.Sprint(int(q.To)))
	set("by", q.By)
	set("as_of", asOf)
	var v ledger.TrendsView
	err := r.get(ctx, "/v1/trends", query, &v)
	return v, err
}

func trendsCSV(w io.Writer, all []ledger.PointView) error {
	header := []string{
		"edition", "year", "metric", "group", "published", "unit", "precision", "sources", "alternatives", "recorded", "derived",
		"coverage", "reason",
	}
	return writeCSV(w, header, func(row func(...any)) {
		for _, p := range all {
			var others []string
			for _, a := range p.Published.Alternatives {
				others = append(others, figureWithSources(a))
			}
			row(p.Edition, p.Year, p.Metric, p.Group, p.Published.Value, p.Published.Unit, p.Published.Precision, p.Published.Sources,
				strings.Join(others, "; "), p.Recorded.Value, p.Recorded.Derived, p.Coverage, p.Reason)
		}
	})
}
