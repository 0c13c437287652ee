package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	xtlog "golang.org/x/mod/sumdb/tlog"
	"golang.org/x/term"

	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/projections/transparency"
)

// finishing is what a copy needs beyond its records to become a ledger that is served.
type finishing struct {
	key  string   // the file of the private key, or ""
	seen []string // files with checkpoints
	out  io.Writer
}

func newCopy() *cobra.Command {
	var from, to string
	var f finishing
	var dry bool
	cmd := &cobra.Command{
		Use: "copy --from STORE --to STORE", Short: "Copy the records of a ledger into another store",
		Long: `Copy the records of a ledger into an empty store, byte for byte and in their order, so
that its log is the same to the last hash. A STORE is a directory, DIR or sqlite:DIR,
or an EventStoreDB cluster, esdb://.... Stop what writes to the first before: what is
recorded later is not copied.

Every record is read strictly and held against the checkpoints that were signed where
it comes from. What was written is read back, and compared by its root, every 65,536
records and at the end. A copy that was interrupted goes on where it stopped, with the
same command; what it has is verified again. Until it is whole the directory holds no
ledger, and nothing else writes into it. With --dry-run everything is read and
verified, and nothing is written.

The key of the log, the sealed values and the secret of the ledger are no records:
--key brings the first, arobase vault restore the others. serve signs nothing from the
copy until it is shown the newest checkpoint, with --seen here or later.

    arobase log checkpoint --data OLD > newest.txt
    arobase copy --from OLD --to NEW --key OLD/log.key --seen newest.txt

Exit code 3 where anything does not verify; then the copy is not finished.`,
		Args: noArgs,
	}
	flags := cmd.Flags()
	vaultFlag(flags)
	flags.StringVar(&from, "from", "", "the `store` that is copied")
	flags.StringVar(&to, "to", "", "the empty `store` that it is copied into")
	flags.StringVar(&f.key, "key", "", "the `file` with the private key of the log")
	flags.StringArrayVar(&f.seen, "seen", nil, "a `file` with the newest checkpoint of this log that anyone has, or with several; needs --key")
	flags.BoolVar(&dry, "dry-run", false, "read and verify everything, write nothing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if len(f.seen) > 0 && f.key == "" {
			return usagef("--seen needs --key: what is shown is verified with the key of the log")
		}
		f.out = cmd.OutOrStdout()
		if isCluster(to) && f.key != "" && !isCluster(from) {
			return usagef("--key and --seen are for a copy in a directory; of one in a cluster, serve --store is shown the newest checkpoint")
		}
		source, err := openPlace(from, finishing{key: f.key})
		if err != nil {
			return err
		}
		target, err := openPlace(to, f)
		if err != nil {
			return err
		}
		return copyLedger(cmd.Context(), source, target, dry, cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	return cmd
}

// copyLedger copies from one place to another, and says what it did.
func copyLedger(ctx context.Context, from, to copyPlace, dry bool, out, progress io.Writer) (err error) {
	source, err := from.from(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	target, err := to.to(ctx, source.ledger, dry)
	if err != nil {
		return err
	}
	c := &copying{source: source, window: copyWindow, verb: "copied"}
	if dry {
		c.verb = "verified"
	} else {
		defer func() { err = errors.Join(err, target.Close()) }()
		c.target = target
	}
	if err := c.run(ctx, progress); err != nil {
		return fmt.Errorf("copying %s to %s: %w", from, to, err)
	}
	root := c.here.Root()
	fmt.Fprintf(out, "%s %d records of the ledger %s, %s; root %s\n", c.verb, c.here.Size(), source.ledger, source.origin, root)
	if c.heads == 0 {
		fmt.Fprintf(out, "no signed checkpoint is at hand in %s: nothing tells whether its records are what was signed\n", from)
	} else {
		fmt.Fprintf(out, "it contains the checkpoint of %d records that was signed in %s\n", c.held, from)
		if source.unverified {
			fmt.Fprintln(out, "the signature was not verified: --key names the key of the log")
		}
	}
	if dry {
		_, err = fmt.Fprintf(out, "nothing was written\n")
		return err
	}
	if c.before > 0 {
		fmt.Fprintf(out, "%d of them were there, from a copy that was interrupted\n", c.before)
	}
	return target.finish(ctx, wholeCopy{source.ledger, source.origin, c.here.Size(), root, from.String()})
}

const (
	// copyWindow is how many records are compared by a root at a time.
	copyWindow = 65_536
	// copyEvents and copyBytes bound what is added in one transaction.
	copyEvents = 2000
	copyBytes  = 4 << 20
)

// errCopy says that something does not verify.
var errCopy = errors.New("the copy does not verify")

// copying is a copy under way. One goroutine.
type copying struct {
	source *copySource
	target writtenRecords // nil in a dry run
	window int64          // how many records are compared by a root at a time
	verb   string

	size   int64                // of the source when the copying began
	before int64                // how many records the target had by then
	here   transparency.Compact // over what was read from the source
	there  transparency.Compact // over what was read back from the target
	next   tlog.Head            // the checkpoint that is compared next; of size 0 if there is none
	heads  int                  // how many were compared
	held   int64                // the size of the last of them
	batch  []eventstore.Event
	bytes  int
}

func (c *copying) run(ctx context.Context, progress io.Writer) error {
	size, err := c.source.store.Size(ctx)
	if err != nil {
		return err
	}
	c.size = int64(size)
	if c.target != nil {
		before, err := c.target.Size(ctx)
		if err != nil {
			return err
		}
		if c.before = int64(before); c.before > c.size {
			return unverified("the target has %d records and the source %d", c.before, c.size)
		}
	}
	if err := c.nextHead(ctx, 1); err != nil {
		return err
	}
	told := copyProgress(progress, c.size)
	defer told(c.size)
	for e, err := range c.source.store.ReadAll(ctx, 0) {
		if err != nil {
			return damagedIs(err)
		}
		if c.here.Size() == c.size { // what came since the copying began
			break
		}
		if err := c.add(ctx, e); err != nil {
			return err
		}
		told(c.here.Size())
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	switch {
	case c.here.Size() != c.size:
		return unverified("the source ends with %d records, and said that it has %d", c.here.Size(), c.size)
	case c.next.Size > 0:
		return unverified("a checkpoint of %d records was signed, and the source has %d: some are lost", c.next.Size, c.size)
	}
	return c.compare(ctx)
}

// add takes one record of the source.
func (c *copying) add(ctx context.Context, e eventstore.Event) error {
	if err := c.sound(e); err != nil {
		return unverified("record %d: %w", c.here.Size(), err)
	}
	c.here.Add(xtlog.RecordHash(e.Bytes))
	c.batch, c.bytes = append(c.batch, e), c.bytes+len(e.Bytes)
	if c.here.Size() == c.next.Size {
		if root := c.here.Root(); root != c.next.Root {
			return unverified("the first %d records of the source are not what was signed", c.next.Size)
		}
		c.heads, c.held = c.heads+1, c.next.Size
		// One in each window, and the last.
		if err := c.nextHead(ctx, (c.here.Size()/c.window+1)*c.window); err != nil {
			return err
		}
	}
	window := c.here.Size()%c.window == 0
	if window || len(c.batch) == copyEvents || c.bytes >= copyBytes {
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
	if window {
		return c.compare(ctx)
	}
	return nil
}

// nextHead finds the checkpoint that is compared next.
func (c *copying) nextHead(ctx context.Context, size int64) error {
	head, err := c.source.signed(ctx, size)
	if err != nil {
		return unverified("a checkpoint of the source: %w", err)
	}
	if head.Size <= c.here.Size() { // that was the last one
		head = tlog.Head{}
	}
	c.next = head
	return nil
}

// sound holds a record against what the store says of it.
func (c *copying) sound(e eventstore.Event) error {
	env, err := envelope.Parse(e.Bytes)
	switch {
	case err != nil:
		return err
	case env.Ledger != c.source.ledger:
		return fmt.Errorf("%w: it is of %s, not of %s", eventstore.ErrForeign, env.Ledger, c.source.ledger)
	case int64(e.Position) != c.here.Size() || e.Stream != env.Subject || int64(e.Revision) != env.Revision || e.ID != env.ID || e.Type != env.Type || !e.Recorded.Equal(env.Time):
		return errors.New("it is not what the store says that it is")
	}
	return nil
}

// flush adds what was read to the target. What is there from an earlier attempt is compared by the target.
func (c *copying) flush(ctx context.Context) error {
	defer func() { c.batch, c.bytes = c.batch[:0], 0 }()
	if c.target == nil || len(c.batch) == 0 {
		return nil
	}
	err := c.target.Replicate(ctx, c.batch)
	if errors.Is(err, eventstore.ErrDiverged) {
		return &unprovenError{err}
	}
	return err
}

// compare reads back what was written since the last time.
func (c *copying) compare(ctx context.Context) error {
	if c.target == nil {
		return nil
	}
	for e, err := range c.target.ReadAll(ctx, eventstore.Position(c.there.Size())) {
		if err != nil {
			return damagedIs(err)
		}
		if c.there.Size() == c.here.Size() {
			break
		}
		c.there.Add(xtlog.RecordHash(e.Bytes))
	}
	here, there := c.here.Root(), c.there.Root()
	if c.there.Size() != c.here.Size() || !bytes.Equal(here[:], there[:]) {
		return unverified("%d records were read back with the root %s, and should be %d with %s", c.there.Size(), there, c.here.Size(), here)
	}
	return nil
}

func unverified(format string, args ...any) error {
	return &unprovenError{fmt.Errorf("%w: "+format, append([]any{errCopy}, args...)...)}
}

// damagedIs makes an unproven error of one that says that a store is not what it should be.
func damagedIs(err error) error {
	if errors.Is(err, eventstore.ErrDamaged) {
		return &unprovenError{err}
	}
	return err
}

// copyProgress shows on a terminal how far a copy is, and the time that is left.
func copyProgress(w io.Writer, of int64) func(done int64) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || of == 0 {
		return func(int64) {}
	}
	bar := progressbar.NewOptions64(of, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription("records"),
		progressbar.OptionClearOnFinish(), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond))
	return func(done int64) { _ = bar.Set64(done) }
}
