package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"arobase/api/ledger"
	"arobase/api/ledger/tabular"
)

func newInit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "init --origin NAME", Short: "Make an empty ledger with an origin of its own",
		Long: `Make an empty ledger. The origin names its log: a host name that you control and a
path, such as ledger.example.org/label. It stays as long as the history of the log can
be continued (arobase log reopen --help). serve and import make a ledger by themselves,
with the origin ` + defaultOrigin + `, where there is none.

With --store it is made in an EventStoreDB cluster that holds none, and the directory
becomes its first node. Another node needs ledger.secret and log.key of this one, in a
directory of its own, and nothing else.`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	storeFlag(cmd.Flags())
	origin := cmd.Flags().String("origin", defaultOrigin, "the `name` of the log")
	madeUp := cmd.Flags().Bool("made-up", false, "a ledger of made-up facts; every page says so, for ever")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o, created, err := dataDir(*data).write(cmd.Context(), genesis{origin: *origin, madeUp: *madeUp, onCluster: storeOf(cmd.Context()).shared()})
		if err != nil {
			return err
		}
		defer func() { _ = o.close() }()
		if !created {
			return fmt.Errorf("%s holds a ledger already: %s", *data, o.LedgerID)
		}
		if err := o.signNow(cmd.Context()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "ledger %s\norigin %s\n", o.LedgerID, o.Origin)
		return err
	}
	return cmd
}

func newImport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE|DIR...", Short: "Enter facts from CSV or XLSX files",
		Long: `Enter facts from files of the shapes of the history: sources, collectivities,
ceremonies, awards, mentions, figures, rules, explanations. A file is recognised
by its header. Of a directory every .csv and .xlsx file is read.

The same rows twice add nothing. A file with a bad row is reported line by line,
and nothing of that file is written.`,
		Args: atLeast(1, "a file or a directory"),
	}
	data, output := dataFlag(cmd), listing(cmd)
	storeFlag(cmd.Flags())
	by := cmd.Flags().String("by", "", "the `person` who enters the facts; kept sealed")
	dry := cmd.Flags().Bool("dry-run", false, "check everything, write nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkOutput(*output); err != nil {
			return err
		}
		files, err := filesOf(args)
		if err != nil {
			return err
		}
		where, discard, err := importTarget(*data, *dry)
		if err != nil {
			return err
		}
		defer discard()
		o, err := where.importer(cmd.Context(), *dry)
		if err != nil {
			return err
		}
		defer func() { _ = o.close() }()
		all, err := importFiles(cmd.Context(), o.Ledger, files, ledger.ImportOptions{By: *by, DryRun: *dry}, cmd.ErrOrStderr())
		if err == nil && !*dry {
			err = o.signNow(cmd.Context())
		}
		if err := errors.Join(err, printImported(cmd, *output, all, *dry)); err != nil {
			return err
		}
		for _, i := range all {
			if len(i.Errors) > 0 {
				return &toldError{errors.New("some files have errors")}
			}
		}
		return nil
	}
	return cmd
}

// importer opens the ledger that is imported into, and makes it where there is none. A dry run of a ledger that is there
// only reads it.
func (d dataDir) importer(ctx context.Context, dry bool) (*opened, error) {
	if there, err := d.exists(); err != nil {
		return nil, err
	} else if there && dry {
		return d.read(ctx)
	} else if there {
		return d.change(ctx, "nothing was imported")
	}
	o, _, err := d.write(ctx, genesis{origin: defaultOrigin})
	return o, err
}

// importTarget is where to import into. A dry run makes no ledger: where there is none it uses one that is thrown away.
func importTarget(data string, dry bool) (dir dataDir, discard func(), err error) {
	dir, discard = dataDir(data), func() {}
	if !dry {
		return dir, discard, nil
	}
	if there, err := dir.exists(); there || err != nil {
		return dir, discard, err
	}
	temporary, err := os.MkdirTemp("", "arobase-dry-run-")
	if err != nil {
		return dir, discard, err
	}
	return dataDir(temporary), func() { _ = os.RemoveAll(temporary) }, nil
}

// filesOf lists the files that the arguments name.
func filesOf(args []string) ([]string, error) {
	var out []string
	for _, a := range args {
		info, err := os.Stat(a)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no file or directory %s", a)
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			out = append(out, a)
			continue
		}
		entries, err := os.ReadDir(a)
		if err != nil {
			return nil, err
		}
		n := len(out)
		for _, e := range entries {
			ext := strings.ToLower(filepath.Ext(e.Name()))
			if !e.IsDir() && (ext == ".csv" || ext == ".xlsx") && !strings.HasPrefix(e.Name(), "~$") && !strings.HasPrefix(e.Name(), ".") {
				out = append(out, filepath.Join(a, e.Name()))
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("%s holds no .csv and no .xlsx file", a)
		}
	}
	return out, nil
}

// importFiles imports files in the order that their shapes need: sources before what cites them. A file that cannot be
// read is reported with its problems and keeps no other from being imported.
func importFiles(ctx context.Context, l *ledger.Ledger, paths []string, opt ledger.ImportOptions, progress io.Writer) ([]ledger.Imported, error) {
	var files []*tabular.File
	var out []ledger.Imported
	for _, path := range paths {
		f, err := readTable(ctx, path)
		var bad tabular.Problems
		switch {
		case errors.As(err, &bad):
			out = append(out, ledger.Imported{File: filepath.Base(path), Errors: bad})
		case err != nil:
			return out, err
		default:
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(a, b *tabular.File) int { return shapeRank(a) - shapeRank(b) })
	for _, f := range files {
		opt.Progress = progressOf(progress, f.Name, len(f.Rows))
		i, err := l.Import(ctx, f, opt)
		out = append(out, i)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func shapeRank(f *tabular.File) int {
	return slices.IndexFunc(tabular.Shapes, func(s tabular.Shape) bool { return s.Name == f.Shape.Name })
}

func readTable(ctx context.Context, path string) (*tabular.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return tabular.Read(ctx, filepath.Base(path), f, tabular.Limits{})
}

// progressOf shows a bar on a terminal, and nothing elsewhere.
func progressOf(w io.Writer, name string, of int) func(done, of int) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || of == 0 {
		return nil
	}
	bar := progressbar.NewOptions(of, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(name),
		progressbar.OptionClearOnFinish(), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30))
	return func(done, _ int) { _ = bar.Set(done) }
}

func printImported(cmd *cobra.Command, output string, all []ledger.Imported, dry bool) error {
	out, stderr := cmd.OutOrStdout(), cmd.ErrOrStderr()
	if all == nil {
		all = []ledger.Imported{}
	}
	switch output {
	case "json":
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(struct {
			Files []ledger.Imported `json:"files"`
		}{all})
	case "jsonl":
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		for _, i := range all {
			if err := enc.Encode(i); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		return writeCSV(out, []string{"file", "rows", "appended", "skipped", "errors"}, func(row func(...any)) {
			for _, i := range all {
				row(i.File, i.Rows, i.Appended, i.Skipped, len(i.Errors))
			}
		})
	}
	for _, i := range all {
		for _, p := range i.Errors {
			fmt.Fprintln(stderr, p)
		}
		for _, r := range i.Remarks {
			fmt.Fprintf(stderr, "%s: %s\n", i.File, r)
		}
	}
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	written := "appended"
	if dry {
		written = "would append"
	}
	fmt.Fprintf(tw, "file\trows\t%s\tskipped\terrors\n", written)
	for _, i := range all {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\n", i.File, i.Rows, i.Appended, i.Skipped, len(i.Errors))
	}
	return tw.Flush()
}
