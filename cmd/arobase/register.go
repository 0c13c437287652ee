package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/api/ledger/lists"
	"arobase/api/ledger/tabular"
	"arobase/api/rest"
	"arobase/domain"
)

func newRegister() *cobra.Command {
	cmd := &cobra.Command{
		Use: "register RESOURCE FILE|DIR...", Short: "Ask a served ledger to record lists, from CSV or XLSX files",
		Long: `Ask a served ledger to record lists: each row of a file, CSV or XLSX, is one request, as
` + "`arobase post`" + ` makes them one by one. The header names the fields.

    arobase register memberships --header > memberships.csv      a list to start from
    arobase register memberships memberships.xlsx --dry-run      every row in form?
    arobase register memberships memberships.xlsx                the rows are recorded

Several values in one cell are divided by a bar: wifi|cartes. What is within another field
has its name with a point: inForce.from, evidence.url. Amounts of money are in cents, or in
euros in a column such as amount.eur. An empty cell is a field that is left out.

All rows of a file are looked at first: where one is wrong in form, nothing of that file is
recorded. A row that a rule forbids is reported and keeps none of the others from being
recorded. The same row is recorded once, in whatever file it comes: correct what was
reported and register the file again.`,
		Args: func(cmd *cobra.Command, args []string) error {
			header, _ := cmd.Flags().GetBool("header")
			switch {
			case len(args) == 0:
				return usagef("arobase register needs a resource, such as memberships, payments or candidacies")
			case len(args) == 1 && !header:
				return usagef("arobase register needs a file or a directory")
			case len(args) > 1 && header:
				return usagef("there is nothing to read from %q with --header", args[1])
			}
			return nil
		},
	}
	open, output := deskFlags(cmd), listing(cmd)
	header := cmd.Flags().Bool("header", false, "print the header of such a list")
	dry := cmd.Flags().Bool("dry-run", false, "look whether every row is right in form, and ask no server")
	workers := cmd.Flags().Int("workers", 8, "how many rows to ask for at once")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		request, err := requestOf(args[0])
		if err != nil {
			return err
		}
		t, ok := request.Type()
		if !ok {
			return usagef("%s are asked for one by one, with `arobase post`", request.Resource)
		}
		if *header {
			return printHeader(cmd, t)
		}
		if *workers < 1 || *workers > 64 {
			return usagef("--workers is from 1 to 64, not %d", *workers)
		}
		var d desk
		if !*dry {
			if d, err = open(); err != nil {
				return err
			}
		}
		files, err := filesOf(args[1:])
		if err != nil {
			return err
		}
		all, err := register(cmd, d, request, t, files, *workers, *dry)
		if *dry && err == nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "arobase: the rows were looked at in form only: what the rules say, the server tells")
		}
		if err := errors.Join(err, printImported(cmd, *output, all, *dry)); err != nil {
			return err
		}
		for _, i := range all {
			if len(i.Errors) > 0 {
				return &toldError{errors.New("some rows were refused")}
			}
		}
		return nil
	}
	return cmd
}

// printHeader prints a list without rows: the columns that it needs, then the others.
func printHeader(cmd *cobra.Command, t domain.Type) error {
	needed, wanted := lists.Columns(t)
	w := csv.NewWriter(cmd.OutOrStdout())
	if err := w.Write(append(needed, wanted...)); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// register registers one file after the other. A file that is wrong in form is reported and keeps no other from being
// registered.
func register(cmd *cobra.Command, d desk, request rest.Request, t domain.Type, files []string, workers int, dry bool) ([]ledger.Imported, error) {
	var all []ledger.Imported
	for _, path := range files {
		l, err := readList(cmd.Context(), request.Resource, t, path)
		var bad tabular.Problems
		switch {
		case errors.As(err, &bad):
			all = append(all, ledger.Imported{File: filepath.Base(path), Errors: bad})
			continue
		case err != nil:
			return all, err
		}
		out := ledger.Imported{File: l.Name, Rows: len(l.Rows), Errors: []tabular.Problem{}, Remarks: l.Remarks}
		if dry {
			out.Appended = out.Rows
			all = append(all, out)
			continue
		}
		err = d.register(cmd.Context(), l, workers, &out, progressOf(cmd.ErrOrStderr(), l.Name, len(l.Rows)))
		all = append(all, out)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func readList(ctx context.Context, resource string, t domain.Type, path string) (*lists.List, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return lists.Read(ctx, resource, t, filepath.Base(path), f, tabular.Limits{})
}

// registered is what became of one row.
type registered struct {
	receipt  rest.Receipt
	problems tabular.Problems
}

// register asks for every row of a list and counts what became of them. A row that is refused does not end it; a server
// that does not answer, or will hear nothing of whoever asks, does.
func (d desk) register(ctx context.Context, l *lists.List, workers int, out *ledger.Imported, progress func(done, of int)) error {
	var mu sync.Mutex
	done := 0
	answers, err := lists.Send(ctx, l, workers, func(ctx context.Context, row lists.Row) (*registered, error) {
		_, answer, err := d.post(ctx, l.Resource, row.Body, map[string]string{"Idempotency-Key": row.Key})
		if progress != nil {
			mu.Lock()
			done++
			progress(done, len(l.Rows))
			mu.Unlock()
		}
		return rowOf(l, row, answer, err)
	})
	for _, a := range answers {
		switch {
		case a == nil: // not asked for, or not answered
		case a.problems != nil:
			out.Errors = append(out.Errors, a.problems...)
		case a.receipt.Duplicate:
			out.Skipped++
		default:
			out.Appended++
			out.Events += len(a.receipt.Events)
		}
	}
	if err != nil {
		return fmt.Errorf("%w; register the file again to go on: what is recorded is not recorded twice", err)
	}
	return nil
}

// rowOf tells what an answer says of a row. The error is one that is not the row's.
func rowOf(l *lists.List, row lists.Row, answer []byte, err error) (*registered, error) {
	var no *refused
	switch {
	case err == nil:
		var r registered
		if err := json.Unmarshal(answer, &r.receipt); err != nil {
			return nil, fmt.Errorf("%s:%d: the answer is not that of a ledger: %w", l.Name, row.Line, err)
		}
		return &r, nil
	case !errors.As(err, &no) || no.Status != http.StatusConflict && no.Status != http.StatusUnprocessableEntity:
		return nil, fmt.Errorf("%s:%d: %w", l.Name, row.Line, err)
	}
	var r registered
	for _, f := range no.Errors {
		message := f.Message
		if f.Article != "" {
			message += " (article " + f.Article + " of the regulation)"
		}
		r.problems = append(r.problems, l.Problem(row, f.Field, f.Rule, message))
	}
	if r.problems == nil {
		r.problems = tabular.Problems{l.Problem(row, "", no.Type[strings.LastIndexByte(no.Type, '/')+1:], no.Detail)}
	}
	return &r, nil
}
