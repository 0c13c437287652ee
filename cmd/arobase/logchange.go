package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/domain"
)

func newLogRotate() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rotate", Short: "Sign the log by a new key from now on",
		Long: `Make a new key for the log and sign by it from now on. The ledger records it, and
the checkpoint that covers this record is signed by both keys: whoever trusts the old
key can follow to the new one, with what the log serves at /log/rotations. The new
public key is printed.

The old private key is destroyed. --keep-old keeps it as log.key.<id>.retired; nothing
needs it any more, and whoever gets hold of it can deceive those who know no newer key.

Stop serve first, and start it again afterwards. Should anything interrupt the change,
run this again or start serve: both finish it.

On a cluster (--store) stop the serve of this one node; the others may go on. They stop
signing until they have the new log.key: copy it to each, and start that one again
(docs/eventstoredb.md).`,
		Args: noArgs,
	}
	data, keep := dataFlag(cmd), keepOldFlag(cmd)
	storeFlag(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		key, err := dataDir(*data).rotate(cmd.Context(), *keep, cmd.ErrOrStderr())
		if err != nil {
			return fmt.Errorf("changing the key of the log: %w", err)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), key)
		return err
	}
	return cmd
}

func newLogReopen() *cobra.Command {
	var r reopening
	cmd := &cobra.Command{
		Use: "reopen --origin NAME --cause CAUSE", Short: "Go on under another name where the log cannot go on under its own",
		Long: `Close the name of the log and go on under another one, with a new key. This is for a
history that cannot be continued: what was signed under the old name covers records
that are lost, or other records than the ledger holds. The ledger records what was
promised last, as far as it is known here, and every record keeps its index. The
checkpoints of the old name stay; arobase log checkpoint --origin shows the last one.

Nothing leads those who trust the old key to the new one: the new public key, which is
printed, must be given to them. It cannot be undone. Before that, try to bring back
what is missing.

CAUSE is history-lost, contradiction, operator-changed or other. Stop serve first, and
start it again afterwards.

On a cluster (--store) stop the serve of this one node, and better of all: those that go
on sign no more, and show the old name until they have the new log.key and are started
again (docs/eventstoredb.md).`,
		Args: noArgs,
	}
	data := dataFlag(cmd)
	f := cmd.Flags()
	storeFlag(f)
	f.StringVar(&r.origin, "origin", "", "the new `name` of the log: a host name that you control and a path")
	f.StringVar(&r.cause, "cause", "", "why: `history-lost`, contradiction, operator-changed or other")
	f.StringVar(&r.oldKey, "old-key", "", "the public `key` of the old name, where it is not known here")
	keep := keepOldFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if r.origin == "" || r.cause == "" {
			return usagef("reopen needs the new name of the log (--origin) and why (--cause)")
		}
		r.keep = *keep
		key, err := dataDir(*data).reopen(cmd.Context(), r, cmd.ErrOrStderr())
		if err != nil {
			return fmt.Errorf("going on under another name: %w", err)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), key)
		return err
	}
	return cmd
}

func keepOldFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("keep-old", false, "keep the old private key, as log.key.<id>.retired")
}

// writeExisting opens a ledger that is there, for a command that changes the key of its log.
func (d dataDir) writeExisting(ctx context.Context) (*opened, error) {
	if there, err := d.exists(); err != nil {
		return nil, err
	} else if !there {
		return nil, fmt.Errorf("%w in %s", errNoLedger, d)
	}
	o, _, err := d.write(ctx, genesis{})
	if errors.Is(err, errInUse) {
		err = fmt.Errorf("%w; if that is serve, start it again afterwards", err)
	}
	return o, err
}

// rotate changes the key of the log and gives the new one; what else there is to know it tells.
func (d dataDir) rotate(ctx context.Context, keep bool, tell io.Writer) (key string, err error) {
	o, err := d.newest(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	o.rotating = true
	s, err := o.signing(ctx)
	if err != nil {
		return "", err
	}
	interrupted := s.pending || s.next != nil
	if err := o.signNow(ctx); err != nil { // finishes what was interrupted; a log that cannot be signed keeps its key
		return "", err
	}
	if interrupted {
		fmt.Fprintln(tell, "a change of the key was interrupted before; it is finished now, and the key was not changed once more")
	} else {
		if keep {
			if err := d.keepKey(s.key.VerifierKey()); err != nil {
				return "", err
			}
		}
		if _, err := o.makeNextKey(o.Origin); err != nil {
			return "", err
		}
		if err := o.signNow(ctx); err != nil {
			if _, begun := os.Stat(d.file(nextKeyFile)); begun == nil && o.cluster != nil {
				err = fmt.Errorf("%w\nthe change is begun and not finished; run arobase log rotate again, here, which finishes it", err)
			}
			return "", err
		}
	}
	if s, err = o.signing(ctx); err != nil {
		return "", err
	}
	if o.cluster != nil {
		tellNodes(tell, d)
	}
	keys := s.origin().Keys
	if n := len(keys); n > 1 {
		d.tellOld(tell, keys[n-2].Key, fmt.Sprintf("is in force since record %d", keys[n-1].Since), s.key.VerifierKey())
	}
	return s.key.VerifierKey(), nil
}

// tellNodes says what the other nodes of a cluster need.
func tellNodes(w io.Writer, d dataDir) {
	fmt.Fprintf(w, "every other node signs again once it has this log.key: copy %s to each, and start that one again\n", d.file(keyFile))
}

// reopening is how a log goes on under another name.
type reopening struct {
	origin, cause, oldKey string
	keep                  bool
}

// reopen closes the origin of the log and opens another, and gives the key of that one. It writes the record and leaves
// the rest to whoever opens the log next, which is itself.
func (d dataDir) reopen(ctx context.Context, r reopening, tell io.Writer) (key string, err error) {
	o, err := d.newest(ctx)
	if err != nil {
		return "", err
	}
	defer func() {
		if _, begun := os.Stat(d.file(nextKeyFile)); err != nil && begun == nil && o.cluster != nil {
			err = fmt.Errorf("%w\nthe change is begun and not finished; run arobase log reopen again, here, with the same name, which finishes it", err)
		}
		err = errors.Join(err, o.close())
	}()
	origins, err := o.Origins(ctx)
	if err != nil {
		return "", err
	}
	if s, err := o.signing(ctx); err == nil && s.reopened() && o.Origin == r.origin {
		fmt.Fprintln(tell, "this was interrupted before; it is finished now")
	} else {
		if err := o.openOrigin(ctx, origins, r); err != nil {
			return "", err
		}
		if err := o.close(); err != nil { // a ledger keeps its origin as long as it is open
			return "", err
		}
		o = &opened{}
		again, err := d.writeExisting(ctx)
		if err != nil {
			return "", err
		}
		o = again
	}
	if err := o.signNow(ctx); err != nil {
		return "", err
	}
	s, err := o.signing(ctx)
	if err != nil {
		return "", err
	}
	closed := s.origins[len(s.origins)-2].Closed
	if o.cluster != nil {
		tellNodes(tell, d)
	}
	d.tellOld(tell, closed.Key, fmt.Sprintf("signs as %s since record %d; %s is closed, with %d records signed", o.Origin, s.origin().Since, closed.Origin, closed.Size), s.key.VerifierKey())
	fmt.Fprintln(tell, "nothing leads from the old key to the new one: give it to those who verify the log")
	return s.key.VerifierKey(), nil
}

// openOrigin makes the key of a new origin and records that the one in force is closed.
func (o *opened) openOrigin(ctx context.Context, origins []domain.LogOrigin, r reopening) error {
	closed, err := o.closing(ctx, origins, r.oldKey)
	if err != nil {
		return err
	}
	if r.keep {
		if err := o.dir.keepKey(closed.Key); err != nil {
			return err
		}
	}
	key, err := o.makeNextKey(r.origin)
	if errors.Is(err, tlog.ErrOrigin) {
		return &usageError{err}
	}
	if err != nil {
		return err
	}
	unseal := func(context.Context) error { return nil }
	if o.cluster != nil { // what was signed meanwhile by another node is cited too
		if unseal, err = o.seal(ctx, len(origins)-1); err != nil {
			return err
		}
		if closed, err = o.closing(ctx, origins, r.oldKey); err != nil {
			return err
		}
	}
	err = o.recordOrigin(ctx, domain.OriginOpened{Origin: r.origin, Key: key.VerifierKey(), Closed: closed, Cause: r.cause})
	if refusedByRules(err) { // then it was not recorded, and nothing will ever be signed by the key
		err = errors.Join(err, os.Remove(o.dir.file(nextKeyFile)), unseal(ctx))
	}
	if _, invalid := errors.AsType[domain.Invalid](err); invalid {
		return &usageError{err}
	}
	return err
}

// closing is what is known here of the origin in force: the last that was signed under it, by a key of it.
func (o *opened) closing(ctx context.Context, origins []domain.LogOrigin, oldKey string) (domain.ClosedOrigin, error) {
	origin := origins[len(origins)-1]
	closed := domain.ClosedOrigin{Origin: origin.Name, Key: oldKey}
	if closed.Key == "" {
		closed.Key = origin.InForce()
	}
	if closed.Key == "" {
		key, err := tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, origin.Name)
		if err == nil {
			var made bool
			if made, err = o.keyWasMade(ctx, len(origins)-1, key.VerifierKey()); err == nil && made {
				err = errors.New("log.key was made in its place")
			}
		}
		if err != nil {
			return closed, fmt.Errorf("the public key of %s is not known here; say --old-key KEY, which those have who verify the log: %w", origin.Name, err)
		}
		closed.Key = key.VerifierKey()
	}
	last, err := o.lastOf(ctx, len(origins)-1)
	if err != nil {
		return closed, err
	}
	if last.Size > 0 {
		keys := []string{closed.Key}
		for _, k := range origin.Keys {
			keys = append(keys, k.Key)
		}
		if err := checkHead(last, keys...); err != nil {
			return closed, fmt.Errorf("the last checkpoint that is kept here, of size %d, cannot be cited: %w", last.Size, err)
		}
	} else if last.Root, err = xtlog.TreeHash(0, nil); err != nil {
		return closed, err
	}
	closed.Size, closed.Root = last.Size, last.Root.String()
	return closed, nil
}

// lastHead is the last checkpoint in a file; the zero Head where there is no file.
func lastHead(ctx context.Context, path string, o *opened) (_ tlog.Head, err error) {
	if err := o.dir.notANode("the checkpoints are in the cluster; ask a node for them, at /log/checkpoint"); err != nil {
		return tlog.Head{}, err
	}
	heads, err := sqlitelog.Open(path, o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		return tlog.Head{}, nil
	}
	if err != nil {
		return tlog.Head{}, err
	}
	defer func() { err = errors.Join(err, heads.Close()) }()
	return heads.Last(ctx)
}

// makeNextKey makes a key that is to take the place of log.key. One that was made before and was never named by the
// ledger is thrown away; on a cluster it is taken, because the record that names it may come late.
func (o *opened) makeNextKey(origin string) (*tlog.Key, error) {
	if begun, err := o.begunKey(origin); err != nil || begun != nil {
		return begun, err
	}
	path := o.dir.file(nextKeyFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return tlog.GenerateKey(path, o.LedgerID, origin, rand.Reader)
}

// keepKey puts a copy of log.key, whose public half is given, beside it. It comes before everything else: whoever
// finishes a change does not know what was asked for.
func (d dataDir) keepKey(key string) error {
	content, err := os.ReadFile(d.file(keyFile))
	if err != nil {
		return err
	}
	return writeDurably(d.file(retiredKeyFile(key)), content, 0o600)
}

// tellOld says what became of the keys.
func (d dataDir) tellOld(w io.Writer, old, does, key string) {
	fmt.Fprintf(w, "the key %s %s\n", domain.VerifierKeyID(key), does)
	kept := d.file(retiredKeyFile(old))
	if _, err := os.Stat(kept); err == nil {
		fmt.Fprintf(w, "the old private key %s is kept in %s; nothing needs it any more\n", domain.VerifierKeyID(old), kept)
		return
	}
	fmt.Fprintf(w, "the old private key %s is destroyed\n", domain.VerifierKeyID(old))
}
