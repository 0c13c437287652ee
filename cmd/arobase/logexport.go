package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"text/tabwriter"

	"filippo.io/torchwood"
	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/api/rest"
	"arobase/api/tlog"
	"arobase/api/tlog/static"
	"arobase/domain"
	"arobase/eventstore/vault"
)

func newLogExport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export DIR", Short: "Write the log as files for any static host",
		Long: `Write the log as files that any static host can serve: the checkpoints, the tiles,
the rotations of the key, the texts that are public, the schemas, and a page for
visitors. What is served from DIR verifies like what serve answers under /log/.

Exporting again writes what is new and removes the texts that were erased since. The
checkpoint is replaced last: an export may be interrupted at any time, and the next
goes on where it ended. DIR must be new, empty, or an export of the same log, and
never goes back: one that knows more of the log than the ledger does is refused with
exit code 3, as is one that knows another history. docs/static-log.md says what the
host has to do.

    arobase log export /srv/log`,
		Args: between(1, 1, "one directory"),
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		// No answer is needed: the log goes on where answers stand before an event that cannot be read.
		o, err := dataDir(*data).readUnanswered(cmd.Context())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, o.close()) }()
		p, err := o.readLog(cmd.Context())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.close()) }()
		source, err := o.exported(cmd.Context(), p)
		if err != nil {
			return err
		}
		source.Progress = exportProgress(cmd.ErrOrStderr())
		r, err := static.Export(cmd.Context(), args[0], source)
		if err != nil {
			return exportAdvice(err, *data, args[0])
		}
		return printExported(cmd.OutOrStdout(), args[0], r)
	}
	return cmd
}

// exportAdvice says what to do about an export that was refused. Where ledger, checkpoint and directory contradict each
// other, it is a verification that failed.
func exportAdvice(err error, data, dir string) error {
	switch {
	case errors.Is(err, static.ErrLonger):
		return &unprovenError{fmt.Errorf("%w. Records are lost, or %s is an older copy; keep %s, its checkpoint shows what was signed", err, data, dir)}
	case errors.Is(err, static.ErrTwoHistories):
		return &unprovenError{fmt.Errorf("%w. Change nothing, and keep both: one of the two is not what was promised", err)}
	case errors.Is(err, tlog.ErrDisagree):
		return &unprovenError{fmt.Errorf("%w. `arobase check --data %s` says more", err, data)}
	case errors.Is(err, tlog.ErrNoHead):
		return errors.New("nothing is signed yet; serve and import sign what they write")
	}
	return err
}

// exported is what an export of a ledger consists of.
func (o *opened) exported(ctx context.Context, p *logParts) (static.Source, error) {
	if o.vault == nil {
		return static.Source{}, fmt.Errorf("%s: %w; nothing is exported, because it says which texts may be shown", o.dir.vaultName(ctx), ledger.ErrNoVault)
	}
	erased, err := o.Erasures(ctx)
	if err != nil {
		return static.Source{}, err
	}
	documents, err := o.exportedDocuments(ctx, p)
	return static.Source{
		Log: p.log, Ledger: o.LedgerID, Origin: o.Origin,
		Verify:    p.openCheckpoint,
		Disclosed: o.AllDisclosed,
		Document: func(ctx context.Context, c vault.Commitment) ([]byte, error) {
			if erased[c] {
				return nil, vault.ErrErased // the vault may not know it yet
			}
			s, err := o.Disclosed(ctx, c.String())
			if err != nil {
				return nil, err
			}
			return rest.Encode(rest.Disclose(o.LedgerID, s))
		},
		Documents: documents,
		Lock:      func(path string) (io.Closer, error) { return lock(path) },
	}, err
}

// openCheckpoint verifies a checkpoint that was once signed under the origin in force, by the present key or by one that
// it follows.
func (p *logParts) openCheckpoint(signed []byte) (torchwood.Checkpoint, error) {
	c, err := tlog.OpenCheckpoint(signed, p.key.VerifierKey())
	for _, earlier := range p.origin().Keys {
		if err == nil {
			break
		}
		c, err = tlog.OpenCheckpoint(signed, earlier.Key)
	}
	return c, err
}

// exportedDocuments are the files beside the log, by their path.
func (o *opened) exportedDocuments(ctx context.Context, p *logParts) (map[string][]byte, error) {
	rotations, err := p.log.Rotations(ctx)
	if err != nil {
		return nil, err
	}
	page, err := static.Page(o.Origin, p.key.VerifierKey(), o.MadeUp)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"index.html": page, "rotations": rotations}
	for _, t := range domain.Types() {
		schema, err := rest.Encode(domain.Schema(t))
		if err != nil {
			return nil, fmt.Errorf("writing the schema of %s: %w", t, err)
		}
		files[path.Join("schemas", t.Name, fmt.Sprintf("v%d", t.Version))] = schema
	}
	return files, nil
}

// exportProgress shows a bar on a terminal, once it is known how much there is.
func exportProgress(w io.Writer) func(done, of int) {
	var show func(done, of int)
	return func(done, of int) {
		if show == nil {
			if show = progressOf(w, "tiles", of); show == nil {
				show = func(int, int) {}
			}
		}
		show(done, of)
	}
}

// printExported says what was written and what was there, one line for each sort of file.
func printExported(out io.Writer, dir string, r static.Report) error {
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "\twritten\tbytes\talready there")
	for _, row := range []struct {
		name string
		static.Count
	}{{"bundles of records", r.Entries}, {"tiles of hashes", r.Hashes}, {"checkpoints", r.Checkpoints}, {"texts", r.Texts}, {"other files", r.Documents}} {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\n", row.name, row.Written, row.Bytes, row.Kept)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if r.Erased > 0 {
		fmt.Fprintf(out, "texts that may no longer be shown and are gone from %s: %d; see to the copies that hosts and caches have\n", dir, r.Erased)
	}
	if r.Superseded > 0 {
		fmt.Fprintf(out, "partial tiles removed, whose full tiles are there: %d\n", r.Superseded)
	}
	var err error
	switch r.Before {
	case 0:
		_, err = fmt.Fprintf(out, "checkpoint of %d records\n", r.Size)
	case r.Size:
		_, err = fmt.Fprintf(out, "checkpoint of %d records, as before\n", r.Size)
	default:
		_, err = fmt.Fprintf(out, "checkpoint of %d records, %d more than before\n", r.Size, r.Size-r.Before)
	}
	return err
}
