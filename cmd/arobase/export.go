package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arobase/api/exports"
)

func newExport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export --out DIR", Short: "Write the ledger's tables as files",
		Long: `Write labels, facts, published figures, sources and the records of the log as files
into DIR, with datapackage.json (Frictionless) and catalog.jsonld (DCAT), which say
what each column holds, how long each file is and its SHA-256.

CSV is written twice: as RFC 4180 has it, and as the French Excel opens it
(.excel-fr.csv). A workbook and a database hold all tables in one file.

The files follow from the size of the ledger and from nothing else: made again as of
the same size, anywhere, they are the same bytes. They hold what stands in the log
and no text that could be erased. Levels are whole numbers, and text that a
spreadsheet would take for a formula has an apostrophe before it.`,
		Example: `  arobase export --out ./tables
  arobase export --out ./tables --at 1000 --format csv,parquet`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	out := cmd.Flags().String("out", "", "the `directory` to write to; made where there is none")
	at := cmd.Flags().Uint64("at", 0, "the `size` of the ledger to write, in records (default: all of it)")
	formats := cmd.Flags().StringSlice("format", formatNames(), "the `formats`, divided by commas")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		wanted, err := formatsNamed(*formats)
		if err != nil {
			return err
		}
		if *out == "" {
			return usagef("export needs --out DIR, the directory to write to")
		}
		return dataDir(*data).ask(cmd.Context(), "", func(o *opened, size uint64) error {
			if cmd.Flags().Changed("at") && *at > size {
				return usagef("--at %d: the ledger has %d records", *at, size)
			}
			if cmd.Flags().Changed("at") {
				size = *at
			}
			return o.export(cmd, *out, size, wanted)
		})
	}
	return cmd
}

func (o *opened) export(cmd *cobra.Command, dir string, size uint64, formats []exports.Format) error {
	progress := func(path string) {}
	if isTerminal(cmd.ErrOrStderr()) {
		progress = func(path string) { fmt.Fprintf(cmd.ErrOrStderr(), "writing %s\n", path) }
	}
	files, err := exports.Directory(cmd.Context(), dir, exports.Source{Ledger: o.Ledger, Size: size}, formats, progress)
	if err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", f.SHA256, f.Path)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s as of %d records: %d files, datapackage.json and catalog.jsonld\n", dir, size, len(files))
	return nil
}

func formatNames() []string {
	var out []string
	for _, f := range exports.Formats {
		out = append(out, string(f))
	}
	return out
}

func formatsNamed(names []string) ([]exports.Format, error) {
	var out []exports.Format
	for _, name := range names {
		f := exports.Format(name)
		if f.MediaType() == "" {
			return nil, usagef("there is no format %q; there are %s", name, strings.Join(formatNames(), ", "))
		}
		out = append(out, f)
	}
	return out, nil
}
