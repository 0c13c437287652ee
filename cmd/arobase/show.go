package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/domain"
	"arobase/domain/territory"
)

func newShow() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show ID|NAME", Short: "One local authority: its label, its history, its sources",
		Long: `What is known of one municipality or inter-municipal body: its present label or
the last one known, every edition with the sources, mentions, predecessors and
disputes.

It is found by its id (fr-commune-73008, fr-epci-...) or by its name, whatever
the accents, hyphens, capitals and articles. Where a name fits several bodies
they are listed, and none is chosen. A body that no source names has no label
that is known: that is not the same as having lost one.`,
		Example: `  arobase show Sèvres
  arobase show "ISSY LES MOULINEAUX" --as-of 2026-03-01T00:00:00Z
  arobase show fr-commune-73008 -o json`,
		Args: between(1, 1, "one name or id; put a name of several words in quotes"),
	}
	at, output, asOf := placeFlags(cmd), listing(cmd), asOfFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		v, several, err := at.collectivity(cmd.Context(), args[0], *asOf)
		if err != nil {
			return err
		}
		if several != nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "arobase: %q fits %d bodies; say which one by its id\n", args[0], len(several))
			return errors.Join(printMatches(cmd.OutOrStdout(), *output, several), &toldError{errors.New("several bodies")})
		}
		switch out := cmd.OutOrStdout(); *output {
		case "json":
			return writeJSON(out, v)
		case "jsonl":
			return writeJSONLines(out, []ledger.CollectivityView{v})
		case "csv":
			return collectivityCSV(out, v)
		default:
			return printCollectivity(out, v)
		}
	}
	return cmd
}

// collectivity finds the one body that a text means, or all those that it may mean.
func (p place) collectivity(ctx context.Context, text, asOf string) (v ledger.CollectivityView, several []ledger.CollectivityShort, err error) {
	r, err := p.remote()
	if err != nil {
		return v, nil, err
	}
	if r != nil {
		return r.collectivity(ctx, text, asOf)
	}
	err = dataDir(*p.data).ask(ctx, asOf, func(o *opened, size uint64) (err error) {
		v, several, err = o.meant(ctx, text, size)
		return err
	})
	return v, several, err
}

// meant is the one body that a text means, or all those that it may mean.
func (o *opened) meant(ctx context.Context, text string, size uint64) (v ledger.CollectivityView, several []ledger.CollectivityShort, err error) {
	found := o.Find(ctx, text, size)
	switch len(found) {
	case 0:
		return v, nil, unknownBody(text, o.Search(ctx, text, 5, size))
	case 1:
		v, err = o.Collectivity(ctx, found[0].ID, size)
		return v, nil, err
	}
	get := func(id string) (ledger.CollectivityView, error) { return o.Collectivity(ctx, id, size) }
	if v, ok, err := contested(found, get); ok || err != nil {
		return v, nil, err
	}
	return v, found, nil
}

// collectivity does the same on a server, by its search.
func (r *remote) collectivity(ctx context.Context, text, asOf string) (v ledger.CollectivityView, several []ledger.CollectivityShort, err error) {
	query := url.Values{}
	if asOf != "" {
		query.Set("as_of", asOf)
	}
	get := func(id string) (v ledger.CollectivityView, err error) {
		err = r.get(ctx, "/v1/collectivities/"+url.PathEscape(id)+"/history", query, &v)
		return v, err
	}
	if domain.CollectivityID(text).Valid() {
		if v, err = get(text); errors.Is(err, ledger.ErrUnknown) {
			err = unknownBody(text, nil)
		}
		return v, nil, err
	}
	search := url.Values{"q": {text}}
	if asOf != "" {
		search.Set("as_of", asOf)
	}
	var page struct {
		Items []ledger.CollectivityShort `json:"items"`
	}
	if err := r.get(ctx, "/v1/collectivities", search, &page); err != nil {
		return v, nil, err
	}
	// A search also gives names that only begin like the text; where one is the text itself the others are not meant.
	named := slices.DeleteFunc(slices.Clone(page.Items), func(c ledger.CollectivityShort) bool { return territory.Fold(c.Name) != territory.Fold(text) })
	switch {
	case len(named) == 1:
		v, err = get(named[0].ID)
		return v, nil, err
	case len(named) == 0 && len(page.Items) == 1:
		v, err = get(page.Items[0].ID)
		return v, nil, err
	case len(page.Items) == 0:
		return v, nil, unknownBody(text, nil)
	case len(named) == 0:
		return v, nil, unknownBody(text, page.Items)
	}
	if v, ok, err := contested(named, get); ok || err != nil {
		return v, nil, err
	}
	return v, named, nil
}

// contested tells whether all that was found is one name that sources leave open and bodies that it may mean. Then the
// name is what was asked for: its page names the bodies.
func contested(found []ledger.CollectivityShort, get func(id string) (ledger.CollectivityView, error)) (ledger.CollectivityView, bool, error) {
	i := slices.IndexFunc(found, func(c ledger.CollectivityShort) bool { return c.Kind == "unsettled" })
	if i < 0 {
		return ledger.CollectivityView{}, false, nil
	}
	v, err := get(found[i].ID)
	if err != nil {
		return v, false, err
	}
	for j, c := range found {
		if j != i && !slices.ContainsFunc(v.Candidates, func(k ledger.Candidate) bool { return k.ID == c.ID }) {
			return v, false, nil
		}
	}
	return v, true, nil
}

// unknownBody says that nobody goes by a name, and who goes by a similar one.
func unknownBody(text string, near []ledger.CollectivityShort) error {
	if len(near) == 0 {
		return fmt.Errorf("no body is known by the name or id %q, neither in the ledger nor in the official list", text)
	}
	said := ""
	for i, c := range near[:min(len(near), 5)] {
		if i > 0 {
			said += ", "
		}
		said += c.Name + " (" + c.ID + ")"
	}
	return fmt.Errorf("no body is known by the name or id %q; there is %s", text, said)
}

// printMatches lists the bodies that a name fits.
func printMatches(w io.Writer, output string, all []ledger.CollectivityShort) error {
	switch output {
	case "json":
		return writeJSONArray(w, all)
	case "jsonl":
		return writeJSONLines(w, all)
	case "csv":
		return writeCSV(w, []string{"id", "name", "kind", "departement", "last_known"}, func(row func(...any)) {
			for _, c := range all {
				row(c.ID, c.Name, c.Kind, placeName(c.Departement), heldInWords(newest(c)))
			}
		})
	}
	var rows [][]string
	for _, c := range all {
		known := heldInWords(newest(c))
		if known == "" {
			known = "no source found"
		}
		rows = append(rows, []string{c.ID, c.Name, c.Kind, placeName(c.Departement), known})
	}
	p := newPage(w)
	p.table("", []column{{"id", false}, {"name", false}, {"kind", false}, {"département", false}, {"last known", false}}, rows)
	_, err := p.WriteTo(w)
	return err
}

func newest(c ledger.CollectivityShort) *ledger.Held {
	if c.Current != nil {
		return c.Current
	}
	return c.LastKnown
}

func collectivityCSV(w io.Writer, v ledger.CollectivityView) error {
	header := []string{
		"id", "name", "edition", "year", "status", "distinction", "level", "mention", "source", "certainty", "year_as_stated",
		"retracted", "event", "index",
	}
	return writeCSV(w, header, func(row func(...any)) {
		for _, e := range append(slices.Clone(v.Editions), v.Undated...) {
			for _, f := range e.Facts {
				var edition, year any
				if e.Edition != 0 {
					edition, year = e.Edition, e.Year
				}
				row(v.ID, v.Name, edition, year, e.Status, f.Distinction, f.Level, f.Mention, f.Source, f.Certainty, f.YearAsStated,
					f.Retracted, f.Event, f.Index)
			}
		}
	})
}
