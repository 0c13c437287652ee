package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/domain"
	"arobase/projections/transparency"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "Verify every file of a data directory against the others",
		Long: `Verify every file of a data directory against the others: the database of records,
each record by the strict parser, the sealed values against their commitments, the
uploaded files, that two people published each palmarès, the hashes of the tree, every
signed checkpoint against tree and key. It writes nothing. Exit code 3 where anything is
not right; the first such thing is named.`,
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
	found, err := o.local.Check(ctx)
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
		return 0, fmt.Errorf("%s: it is missing or cannot be read", o.dir.vaultName(ctx))
	}
	line("vault", "%d sealed: %d kept and fitting, %d erased; %d without a record", c.Sealed, c.Kept, c.Erased, c.Orphans)
	if err := checkMissing(ctx, o, c.Missing, line); err != nil {
		return 0, err
	}

	if err := checkEvidence(ctx, o, line); err != nil {
		return 0, err
	}

	private := []string{secretFile}
	if !vaultOf(ctx).shared() {
		private = append(private, vaultFile)
	}
	keys, err := filepath.Glob(o.dir.file(keyFile + "*")) // the one in force, the next, and those that were kept
	if err != nil {
		return 0, err
	}
	for _, path := range keys {
		private = append(private, filepath.Base(path))
	}
	if err := checkPrivate(o, private...); err != nil {
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

// checkMissing looks for why sealed values are missing. Records come without them from a backup or a mirror, and that is
// noted; any other value that is missing was lost.
func checkMissing(ctx context.Context, o *opened, missing []ledger.Missing, line func(string, string, ...any)) error {
	if len(missing) == 0 {
		return nil
	}
	absent, err := o.absent(ctx)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, m := range missing {
		i := slices.IndexFunc(absent, func(a sqlitelog.Absent) bool { return a.From <= int64(m.Index) && int64(m.Index) < a.End })
		if i < 0 {
			return fmt.Errorf("vault: %s (%d in all)", m, len(missing))
		}
		counts[absent[i].Why]++
	}
	for _, why := range slices.Sorted(maps.Keys(counts)) {
		line("vault", "%d not at hand: their records were %s; arobase vault restore brings them back", counts[why], why)
	}
	return nil
}

// absent are the ranges of records that came without their sealed values.
func (o *opened) absent(ctx context.Context) (all []sqlitelog.Absent, err error) {
	paths, err := filepath.Glob(o.dir.file("log*.db"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		heads, err := sqlitelog.Open(path, o.LedgerID)
		if err != nil {
			return nil, err
		}
		of, err := heads.Absent(ctx)
		if err = errors.Join(err, heads.Close()); err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return all, nil
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

// checkCheckpoints holds every checkpoint that was ever signed against the keys and, under the origin in force, against
// the tree and the key of its time. What was signed under a closed origin may be of records that are lost: it is held
// against what the ledger cites.
func checkCheckpoints(ctx context.Context, o *opened, line func(string, string, ...any)) (err error) {
	if node, err := o.dir.isNode(); err != nil {
		return err
	} else if node {
		line("checkpoints", "in the cluster, not checked here; arobase audit checks those of a node that serves")
		return nil
	}
	p, err := o.readLog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	keys, err := o.publicKeys(ctx)
	if err != nil {
		return err
	}
	stranger, err := p.heads.Stranger(ctx)
	if err != nil {
		return err
	}
	made := stranger == p.key.VerifierKey()
	if made {
		line("keys", "%s was made here because the key of the log was missing; it has signed nothing and will not", keyFile)
	} else if err := checkKey(ctx, o, p, keys, line); err != nil {
		return err
	}
	for i, origin := range p.origins {
		var of []string
		for _, k := range keys {
			if k.Origin == origin.Name {
				of = append(of, k.Key)
			}
		}
		n, last, err := checkChain(ctx, o, i, func(head tlog.Head) error {
			if origin.Closed != nil {
				return checkHead(head, of...)
			}
			if made && len(origin.Keys) == 0 { // the ledger does not name the key that signed it
				return sameRoot(p, head)
			}
			return errors.Join(checkHead(head, keyAt(keys, head.Size)), sameRoot(p, head))
		})
		switch {
		case origin.Closed != nil && errors.Is(err, fs.ErrNotExist):
			line("checkpoints", "of %s, which is closed: not kept here", origin.Name)
		case err != nil:
			return fmt.Errorf("%s: %w", filepath.Base(o.dir.headsOf(i)), err)
		case origin.Closed != nil && (last.Size != origin.Closed.Size || last.Size > 0 && last.Root.String() != origin.Closed.Root):
			return fmt.Errorf("%s: the last checkpoint is of size %d, and the ledger cites one of size %d where it closes %s",
				filepath.Base(o.dir.headsOf(i)), last.Size, origin.Closed.Size, origin.Name)
		case origin.Closed != nil:
			line("checkpoints", "%d of %s, which is closed; the last of size %d, as the ledger cites", n, origin.Name, last.Size)
		case made && len(origin.Keys) == 0:
			line("checkpoints", "%d, each over the same history; the last of size %d; their signatures are not verified, as the key is missing", n, last.Size)
		default:
			line("checkpoints", "%d signed, each over the same history; the last of size %d", n, last.Size)
		}
	}
	return checkStanding(ctx, p, line)
}

// checkStanding tells what keeps the log from being signed. That the newest checkpoint has not been shown yet is no fault
// of any file; a record that was found not to be what it was has been looked for above, and is one only if it is still there.
func checkStanding(ctx context.Context, p *logParts, line func(string, string, ...any)) error {
	doubts, err := p.heads.Doubts(ctx)
	if err != nil {
		return err
	}
	if d := doubts.Difference; d != nil {
		line("standing", "it was found on %s that %s, and that is not so any more; the next round of serve --scrub ends it", d.Found.Format(time.DateOnly), d)
	}
	if shown := doubts.Shown; shown.Size > p.tree.Size() {
		line("standing", "unsigned: others have a checkpoint of %d records, and %d are here; serve --mirror fetches the others", shown.Size, p.tree.Size())
	} else if shown.Size > 0 {
		if root, err := p.tree.Root(shown.Size); err != nil || root != shown.Root {
			return errors.Join(err, fmt.Errorf("others have a checkpoint of %d records that contradicts the records here: something else was signed", shown.Size))
		}
		line("standing", "it was shown a checkpoint of %d records, which is that of the records here; the next start of serve goes on from there", shown.Size)
	} else if doubts.Unproven != "" {
		line("standing", "unsigned until it is shown the newest checkpoint (serve --seen or --mirror): %s", doubts.Unproven)
	}
	return nil
}

// checkKey holds log.key against the keys that the ledger names, and those against what they signed.
func checkKey(ctx context.Context, o *opened, p *logParts, keys []publicKey, line func(string, string, ...any)) error {
	in := keys[len(keys)-1].Key
	if p.key.VerifierKey() != in {
		next, err := tlog.LoadKey(o.dir.file(nextKeyFile), o.LedgerID, o.Origin)
		if err != nil || next.VerifierKey() != in {
			return fmt.Errorf("%s: it is %s, and the key in force is %s", keyFile, p.key, in)
		}
		line("keys", "a change of key was interrupted; the next start of serve finishes it")
		return nil
	}
	if err := p.followed(ctx); err != nil {
		return err
	}
	line("keys", "%d that sign or signed as %s; in force is %s", max(1, len(p.origin().Keys)), o.Origin, domain.VerifierKeyID(in))
	return nil
}

// checkChain looks at every checkpoint that was signed under an origin.
func checkChain(ctx context.Context, o *opened, origin int, look func(tlog.Head) error) (n int, last tlog.Head, err error) {
	heads, err := sqlitelog.Open(o.dir.headsOf(origin), o.LedgerID)
	if err != nil {
		return 0, last, err
	}
	defer func() { err = errors.Join(err, heads.Close()) }()
	if last, err = heads.Last(ctx); err != nil {
		return 0, last, err
	}
	for size := int64(1); size <= last.Size; n++ {
		head, err := heads.At(ctx, size)
		if err != nil {
			return n, last, err
		}
		if err := look(head); err != nil {
			return n, last, fmt.Errorf("checkpoint of size %d: %w", head.Size, err)
		}
		size = head.Size + 1
	}
	return n, last, nil
}

// sameRoot holds a checkpoint against the tree.
func sameRoot(p *logParts, head tlog.Head) error {
	if head.Size > p.tree.Size() {
		return fmt.Errorf("it is signed, and the ledger has %d records: some are lost", p.tree.Size())
	}
	root, err := p.tree.Root(head.Size)
	if err == nil && root != head.Root {
		err = errors.New("it has another root than the records")
	}
	return err
}
