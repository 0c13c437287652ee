package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"filippo.io/torchwood"
	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"arobase/projections/transparency"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "Verify every file of a data directory against the others",
		Long: `Verify every file of a data directory against the others: the database of records,
each record by the strict parser, the sealed values against their commitments, the
hashes of the tree, every signed checkpoint against tree and key. It writes
nothing. Exit code 3 where anything is not right; the first such thing is named.`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		out := cmd.OutOrStdout()
		o, err := dataDir(*data).readUnanswered(cmd.Context())
		if errors.Is(err, errNoLedger) {
			return err
		}
		if err == nil {
			defer func() { _ = o.close() }()
			var unknown int
			if unknown, err = checkAll(cmd.Context(), o, out); unknown > 0 && err == nil {
				fmt.Fprintf(out, "tree verified, meaning not verified: %d records are of types that this program does not know\n", unknown)
				return &unprovenError{errors.New("a newer program can tell more")}
			}
		}
		if err != nil {
			fmt.Fprintf(out, "not verified: %v\n", err)
			return &unprovenError{errors.New("the data directory is not as it should be")}
		}
		fmt.Fprintln(out, "verified")
		return nil
	}
	return cmd
}

// checkAll prints one line for each check, with its figure, and ends at the first failure. It gives the number of records
// whose meaning could not be checked.
func checkAll(ctx context.Context, o *opened, out io.Writer) (unknown int, err error) {
	line := func(what, format string, args ...any) {
		fmt.Fprintf(out, "%-12s %s\n", what, fmt.Sprintf(format, args...))
	}
	found, err := o.store.Check(ctx)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", ledgerFile, err)
	}
	if len(found) > 0 {
		return 0, fmt.Errorf("%s: %s (%d findings)", ledgerFile, found[0], len(found))
	}
	size, err := o.store.Size(ctx)
	if err != nil {
		return 0, err
	}
	line("database", "%d positions without a gap, revisions and ids in order", size)

	c, err := o.Check(ctx)
	if err != nil {
		return 0, err
	}
	line("records", "%d in %d streams, each in its one form; %d of a type unknown here", c.Events, c.Streams, c.Unknown)
	if o.vault == nil {
		return 0, fmt.Errorf("%s: it is missing or cannot be read", vaultFile)
	}
	line("vault", "%d sealed: %d kept and fitting, %d erased; %d without a record", c.Sealed, c.Kept, c.Erased, c.Orphans)

	if err := checkPrivate(o, secretFile, keyFile, vaultFile); err != nil {
		return 0, err
	}
	if _, err := readSecret(o.dir.file(secretFile), o.LedgerID); err != nil {
		return 0, err
	}
	line("secrets", "of this ledger, readable by their owner only")

	t, err := transparency.Check(ctx, o.dir.file(treeFile), o.store)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		line("tree", "not built yet; the next start builds it")
	case err != nil:
		return 0, err
	default:
		line("tree", "%d leaves, every hash as the records say; root %s", t.Leaves, t.Root)
	}
	return c.Unknown, checkCheckpoints(ctx, o, line)
}

func checkPrivate(o *opened, names ...string) error {
	for _, name := range names {
		info, err := os.Stat(o.dir.file(name))
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("%s: others than its owner can read it (mode %v)", name, info.Mode().Perm())
		}
	}
	return nil
}

// checkCheckpoints holds every checkpoint that was ever signed against the key and the tree.
func checkCheckpoints(ctx context.Context, o *opened, line func(string, string, ...any)) (err error) {
	p, err := o.readLog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	verifier, err := note.NewVerifier(p.key.VerifierKey())
	if err != nil {
		return err
	}
	last, err := p.heads.Last(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", headsFile, err)
	}
	n := 0
	for size := int64(1); size <= last.Size; {
		head, err := p.heads.At(ctx, size)
		if err != nil {
			return fmt.Errorf("%s: %w", headsFile, err)
		}
		signed, err := note.Open(head.Signed, note.VerifierList(verifier))
		if err != nil {
			return fmt.Errorf("%s: checkpoint of size %d: %w", headsFile, head.Size, err)
		}
		text, err := torchwood.ParseCheckpoint(signed.Text)
		if err != nil {
			return fmt.Errorf("%s: checkpoint of size %d: %w", headsFile, head.Size, err)
		}
		if text.Origin != o.Origin || text.N != head.Size || text.Hash != head.Root {
			return fmt.Errorf("%s: checkpoint of size %d does not say what is noted beside it", headsFile, head.Size)
		}
		if head.Size > p.tree.Size() {
			return fmt.Errorf("%s: a checkpoint of size %d is signed, and the ledger has %d records: some are lost", headsFile, head.Size, p.tree.Size())
		}
		root, err := p.tree.Root(head.Size)
		if err != nil {
			return err
		}
		if root != head.Root {
			return fmt.Errorf("%s: checkpoint of size %d has another root than the records", headsFile, head.Size)
		}
		n++
		size = head.Size + 1
	}
	line("checkpoints", "%d signed, each over the same history; the last of size %d", n, last.Size)
	return nil
}
