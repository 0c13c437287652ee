package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/pflag"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/projections/transparency"
)

// How serve comes to know, and goes on knowing, that what it signs is the one history: it is shown the newest checkpoint
// where it may have forgotten it, fetches what it has lost, and reads again what it has.

const trustHelp = `A ledger that was restored or copied, or whose log.db or log.key was lost, is served
unsigned until it is shown the newest checkpoint that anyone has, because it may have
gone on elsewhere: in a file (--seen), by another node or a static export (--mirror),
or by a witness that remembers one that is kept here. A mirror also gives back records
that are missing; their sealed values are not in them and do not come back.

    arobase serve --seen newest.txt
    arobase serve --mirror https://label.example

Every record is read again and compared with the log once in --scrub. What differs is
named in /readyz, nothing is signed from then on, and every page says so.
docs/operating.md says what to do.`

// trustFlags are what the command line says about it.
type trustFlags struct {
	seen   []string
	mirror string
	scrub  time.Duration
}

func (t *trustFlags) add(f *pflag.FlagSet) {
	f.StringArrayVar(&t.seen, "seen", nil, "a `file` with the newest checkpoint of this log that anyone has, or with several; may be repeated")
	f.StringVar(&t.mirror, "mirror", "", "another node or a static export of this log, a `URL` or a directory, that is asked at each start")
	f.DurationVar(&t.scrub, "scrub", scrubPeriodDefault, "the `period` in which every record is read again and compared with the log")
}

// others are those who may remember what this node has forgotten.
type others struct {
	seen      [][]byte // signed checkpoints, not verified
	mirror    *tlog.Mirror
	witnesses remembers
}

// remembers tells the size of the greatest checkpoint that somebody has seen, 0 if none.
type remembers interface {
	Newest(ctx context.Context) (size int64, err error)
}

// The period of a scrub where nobody says another, and the shortest one.
const (
	scrubPeriodDefault = 24 * time.Hour
	leastScrub         = time.Second
)

// read gives them, and what is wrong with the flags.
func (t trustFlags) read() (o others, err error) {
	if t.scrub != 0 && t.scrub < leastScrub {
		return o, usagef("--scrub is a time from 1s on, such as 24h, not %v", t.scrub)
	}
	if o.seen, err = readSeen(t.seen); err != nil {
		return o, err
	}
	if t.mirror != "" {
		if o.mirror, err = tlog.OpenMirror(t.mirror, "arobase/"+programVersion()); err != nil {
			return o, &usageError{err}
		}
	}
	return o, nil
}

// readSeen reads files with checkpoints.
func readSeen(paths []string) (all [][]byte, err error) {
	const most = 1 << 20
	for _, path := range paths {
		text, err := readAtMost(nil, path, most)
		if err != nil {
			return nil, err
		}
		found := splitNotes(text)
		if len(found) == 0 {
			return nil, fmt.Errorf("%s holds no checkpoint; arobase log checkpoint prints one, and a server gives it at /log/checkpoint", path)
		}
		all = append(all, found...)
	}
	return all, nil
}

// splitNotes takes apart signed notes that stand one after the other. A note ends with its signatures, which begin with a
// dash; so the first other line after one begins the next.
func splitNotes(text []byte) (all [][]byte) {
	var current []byte
	signed := false
	for line := range bytes.Lines(text) {
		signature := bytes.HasPrefix(line, []byte("— "))
		switch {
		case signed && !signature:
			all, current, signed = append(all, current), nil, false
			fallthrough
		case len(current) == 0:
			if len(bytes.TrimSpace(line)) == 0 {
				continue // between two notes
			}
		}
		current, signed = append(current, line...), signed || signature
	}
	if len(current) > 0 {
		all = append(all, current)
	}
	return all
}

// show gives the signer what the operator has seen. What is not of this log is an error of the operator's.
func (n *node) show(ctx context.Context, seen [][]byte) error {
	for _, signed := range seen {
		_, err := n.signer.Show(ctx, signed)
		if _, refused := errors.AsType[*tlog.Refusal](err); err != nil && !refused {
			return fmt.Errorf("--seen: %w", err)
		}
	}
	return nil
}

// askAgain is how long to wait before others are asked again who did not answer, or not enough.
const askAgain = 30 * time.Second

// beShown asks the others as long as it may help.
func (n *node) beShown(ctx context.Context, o others) {
	if o.mirror == nil && o.witnesses == nil {
		return
	}
	for ctx.Err() == nil {
		if r := n.signer.State().Refused; r != nil && (r.Cause == tlog.Unproven || r.Cause == tlog.Shorter || r.Difference != nil && r.Difference.Missing) {
			n.ask(ctx, o)
		}
		select {
		case <-ctx.Done():
		case <-time.After(askAgain):
		}
	}
}

// ask asks the others once for what they remember, and fetches what is missing here.
func (n *node) ask(ctx context.Context, o others) {
	var told []error
	if o.mirror != nil {
		told = append(told, n.askMirror(ctx, o.mirror))
	}
	if o.witnesses != nil {
		told = append(told, n.askWitnesses(ctx, o.witnesses))
	}
	if err := errors.Join(told...); err != nil && ctx.Err() == nil {
		n.logger.Warn("others were asked what they have of this log", "error", err)
	}
}

// askMirror shows the signer the checkpoint of a mirror, and fetches the records that it covers and that are not here.
func (n *node) askMirror(ctx context.Context, mirror *tlog.Mirror) error {
	signed, err := mirror.Checkpoint(ctx)
	if err != nil {
		return err
	}
	head, err := n.signer.Show(ctx, signed)
	if err != nil {
		return fmt.Errorf("mirror %s: %w", mirror, err)
	}
	size, err := n.store.Size(ctx)
	if err != nil || head.Size <= int64(size) || n.cluster != nil { // records come from the cluster only
		return err
	}
	n.logger.Info("fetching missing records", "mirror", mirror.String(), "from", size, "to", head.Size-1)
	absent := sqlitelog.Absent{From: int64(size), End: head.Size, Why: "fetched from a mirror", At: time.Now().UTC().Truncate(time.Second)}
	if err := n.heads.AddAbsent(ctx, absent); err != nil {
		return err
	}
	n.lacking.Store(true)
	refill := tlog.Refill{Mirror: mirror, Ledger: n.LedgerID, Tree: n.tree, Replicate: n.local.Replicate}
	added, err := refill.To(ctx, head, int64(size))
	if errors.Is(err, tlog.ErrOtherHistory) {
		n.signer.Hold(tlog.Contradicts, fmt.Sprintf("the mirror %s has a checkpoint of %d records, and the %d here are not the first of them", mirror, head.Size, size))
	}
	if added > 0 {
		n.logger.Info("fetched missing records; their sealed values are not at hand", "records", added)
		// Among them may be erasures of what is in the vault.
		if _, redone := n.RedoErasures(ctx); redone != nil {
			err = errors.Join(err, redone)
		}
	}
	return err
}

// askWitnesses tells the signer what the witnesses have seen. If that is more than this node remembers, it has forgotten,
// whatever it believes.
func (n *node) askWitnesses(ctx context.Context, witnesses remembers) error {
	size, err := witnesses.Newest(ctx)
	if err != nil || size == 0 {
		return err
	}
	last, err := n.heads.Last(ctx)
	if err != nil {
		return err
	}
	doubts, err := n.heads.Doubts(ctx)
	if err != nil {
		return err
	}
	if doubts.Unproven == "" && size > last.Size {
		return n.heads.Unprove(fmt.Sprintf("a witness has seen a checkpoint of %d records, and the last one here is of %d", size, last.Size))
	}
	return n.signer.Confirm(ctx, size)
}

// tellStanding tells the operator whenever signing stops, for another reason or at all, and when it goes on.
func (n *node) tellStanding(ctx context.Context) {
	before := "" // as at the start, of which was told already
	if r := n.signer.State().Refused; r != nil {
		before = r.Reason
	}
	for ctx.Err() == nil {
		now, superseded := "", false
		if r := n.signer.State().Refused; r != nil {
			now, superseded = r.Reason, r.Cause == tlog.Superseded
		}
		switch {
		case now == before:
		case superseded: // nothing is wrong with the log
			n.logger.Warn("this node does not sign the log any more", "state", n.logState())
		case now != "":
			n.logger.Error("the log is not signed any more", "state", n.logState())
		default:
			n.logger.Info("the log is signed again")
		}
		before = now
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

// growTree has the tree grow. Where the ledger is damaged the rest goes on: readiness says so.
func (n *node) growTree(ctx context.Context) error {
	err := n.tree.Run(ctx)
	if !errors.Is(err, eventstore.ErrDamaged) && !errors.Is(err, transparency.ErrGap) {
		return err
	}
	n.logger.Error("the tree stands still before a record that cannot be read", "error", err)
	n.differs(ctx, tlog.DifferenceOf(&transparency.DiffersError{Leaf: n.tree.Size(), Missing: true}, time.Now()))
	<-ctx.Done()
	return nil
}

// differs tells signer and operator of a record that is not what it was.
func (n *node) differs(ctx context.Context, d tlog.Difference) {
	if d.Found.IsZero() {
		d.Found = time.Now().UTC().Truncate(time.Millisecond)
	}
	if err := n.signer.Differs(ctx, d); err != nil {
		n.logger.Error("a difference between records and log could not be noted", "error", err)
	}
}

// doubt tells the signer what was found when the log was opened. Records that are missing from what was signed are not a
// finding of their own: the signer sees that by itself, and until they are back.
func (n *node) doubt(ctx context.Context) error {
	if n.unfit != nil && !n.superseded { // which the signer finds by itself, and for as long as it is so
		n.signer.Hold(tlog.Held, n.unfit.Error())
	}
	if n.misfit == nil {
		return nil
	}
	last, err := n.heads.Last(ctx)
	if err != nil {
		return err
	}
	if !n.misfit.Missing || n.misfit.Leaf >= last.Size {
		n.differs(ctx, tlog.DifferenceOf(n.misfit, time.Now()))
	}
	return nil
}

// watched holds that files are still those that were opened: what is written to one that was replaced is lost.
func watched(paths ...string) (func() error, error) {
	before := make([]fs.FileInfo, len(paths))
	for i, path := range paths {
		var err error
		if before[i], err = os.Stat(path); err != nil {
			return nil, err
		}
	}
	return func() error {
		for i, path := range paths {
			now, err := os.Stat(path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(before[i], now) {
				return fmt.Errorf("%s was replaced while it was open; start again", path)
			}
		}
		return nil
	}, nil
}

// scrubber reads the ledger again.
func (n *node) newScrubber(period time.Duration, logger *slog.Logger) (*tlog.Scrubber, error) {
	if period == 0 {
		period = scrubPeriodDefault
	}
	files := []string{n.dir.file(ledgerFile)}
	if n.cluster == nil {
		files = append(files, n.dir.headsOf(len(n.origins)-1))
	}
	watch, err := watched(files...)
	if err != nil {
		return nil, err
	}
	return tlog.NewScrubber(tlog.ScrubberParts{
		Tree: n.tree, Signer: n.signer, Period: period, Derived: n.misfit != nil, Watch: watch, Now: time.Now, Logger: logger,
	}), nil
}

// advice says what an operator can do about a refusal.
func advice(r *tlog.Refusal) string {
	switch r.Cause {
	case tlog.Unproven:
		return "show it the newest checkpoint that anyone has: serve --seen FILE, or --mirror URL (docs/operating.md)"
	case tlog.Shorter:
		return "bring the missing records back: serve --mirror URL, or a newer backup; where they are lost for good, see arobase log reopen (docs/operating.md)"
	case tlog.Contradicts:
		return "find the copy of the ledger that is what was signed, and serve that one; where there is none, see arobase log reopen (docs/operating.md)"
	case tlog.Differs:
		return "put the ledger back as it was, from a backup, and start again (docs/operating.md)"
	case tlog.Unverified:
		return "put the log.key that signed it back; where it is lost, see arobase log reopen (docs/keys.md)"
	}
	return ""
}

// withAdvice adds to an error what can be done about it.
func withAdvice(err error) error {
	if r, ok := errors.AsType[*tlog.Refusal](err); ok && advice(r) != "" {
		return fmt.Errorf("%w; %s", err, advice(r))
	}
	return err
}
