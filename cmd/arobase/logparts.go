package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/projections/transparency"
)

// createLog makes the key of a log and the file of its checkpoints.
func createLog(d dataDir, id uuid.UUID, origin string) error {
	if _, err := tlog.GenerateKey(d.file(keyFile), id, origin, rand.Reader); err != nil {
		return err
	}
	heads, err := sqlitelog.Create(d.file(headsFile), id)
	if err != nil {
		return err
	}
	return heads.Close()
}

// logParts are what a log is made of.
type logParts struct {
	signing
	heads logHeads
	tree  *transparency.Tree
	log   *tlog.Log
	// misfit is where the file of the tree and the ledger part, or nil: then the tree was computed in memory from the
	// ledger as it is, and the file was left as it is.
	misfit *transparency.DiffersError
	// On a cluster: who signs, and whether with the key in force. Else nil.
	turn    *turn
	custody *custody
}

// logHeads are the checkpoints of a log with what is noted beside them: in a file, or in the cluster.
type logHeads interface {
	tlog.Heads
	// Unprove says why the last checkpoint may not be the newest, durably.
	Unprove(why string) error
	// AddAbsent notes that records came here without their sealed values.
	AddAbsent(ctx context.Context, a sqlitelog.Absent) error
	// Stranger is the key that was made because that of the log was missing, or "".
	Stranger(ctx context.Context) (string, error)
	Close() error
}

// openLog opens the log of a ledger that this process writes, and finishes a change of its key that was interrupted.
func (o *opened) openLog(ctx context.Context, logger *slog.Logger) (_ *logParts, err error) {
	s, err := o.signing(ctx)
	if err != nil {
		return nil, err
	}
	if o.cluster != nil && (s.next != nil || s.pending || s.unfit != nil) { // what has come here so far does not tell which key signs
		if err := o.catchUp(ctx); err != nil {
			return nil, err
		}
		if s, err = o.signing(ctx); err != nil {
			return nil, err
		}
	}
	p := &logParts{signing: s}
	if p.heads, err = o.openHeads(ctx, s); err != nil {
		return nil, err
	}
	last, err := p.heads.Last(ctx)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	tree, err := o.openTree(ctx, p, last, logger)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.tree = tree
	p.log = &tlog.Log{Tree: tree, Events: o.store, Heads: p.heads, Origins: o.Origins, Logger: logger}
	if err := o.settle(ctx, p, logger); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// newSigner makes the signer of a log. On a cluster it signs what it has read a second time, and only while it is this
// node's turn and its key the one in force; p.turn and p.custody tell.
func (o *opened) newSigner(p *logParts) *tlog.Signer {
	signer := tlog.NewSigner(p.key, p.tree, p.heads, time.Now)
	if o.cluster != nil {
		if p.turn == nil {
			p.turn = newTurn(o.cluster)
		}
		turn, custody := p.turn, o.newCustody(p)
		p.custody = custody
		signer.OnlyIf(custody.fits)
		signer.BeforeSigning(func(ctx context.Context, size int64) error {
			if err := custody.covers(ctx, size); err != nil {
				return err
			}
			return turn.confirm(ctx, size)
		})
		signer.Follows()
	}
	return signer
}

// openTree opens the tree of a ledger that this process writes. Where its file and the ledger part, the last checkpoint
// tells which of them is what was signed.
func (o *opened) openTree(ctx context.Context, p *logParts, last tlog.Head, logger *slog.Logger) (*transparency.Tree, error) {
	path := o.dir.file(treeFile)
	open := func() (*transparency.Tree, error) {
		tree, found, err := transparency.OpenSigned(ctx, path, o.store, last.Size)
		if err == nil && (found.Cut > 0 || found.Partial) {
			logger.Warn("the file of the tree was cut back to what the ledger holds", "kept", found.Kept, "cut", found.Cut)
		}
		return tree, err
	}
	tree, err := open()
	differs, parts := errors.AsType[*transparency.DiffersError](err)
	switch {
	case err == nil:
		return tree, nil
	case parts && p.reopened(): // it is the tree of the history that was closed
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		return open()
	case errors.Is(err, eventstore.ErrForeign):
		return nil, fmt.Errorf("%w; if it is only damaged, delete the file: it is made again from %s", err, ledgerFile)
	case !parts && !errors.Is(err, eventstore.ErrDamaged):
		return nil, err
	}
	tree, err = transparency.InMemory(ctx, o.store)
	if errors.Is(err, eventstore.ErrDamaged) {
		p.misfit = &transparency.DiffersError{Leaf: tree.Size(), Missing: true}
		return tree, nil
	}
	if err != nil {
		return nil, err
	}
	if signed, err := tree.Root(min(last.Size, tree.Size())); !differs.Missing && last.Size > 0 && err == nil && signed == last.Root {
		logger.Warn("the file of the tree is damaged; it is made again from the ledger, which is what was signed", "leaf", differs.Leaf)
		if err := errors.Join(tree.Close(), os.Remove(path)); err != nil {
			return nil, err
		}
		return open()
	}
	p.misfit = differs
	return tree, nil
}

// readLog opens the log for questions. The tree is computed anew, because the file may be another process's.
func (o *opened) readLog(ctx context.Context) (*logParts, error) {
	p, err := o.readKeyAndHeads(ctx)
	if err != nil {
		return nil, err
	}
	tree, err := transparency.InMemory(ctx, o.store)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.tree = tree
	p.log = &tlog.Log{Tree: tree, Events: o.store, Heads: p.heads, Origins: o.Origins}
	return p, nil
}

// readKeyAndHeads opens the key, as it is, and the checkpoints of the origin in force.
func (o *opened) readKeyAndHeads(ctx context.Context) (*logParts, error) {
	if err := o.dir.notANode("the checkpoints are in the cluster; ask a node for them, at /log/checkpoint"); err != nil {
		return nil, err
	}
	s := signing{}
	var err error
	if s.origins, err = o.Origins(ctx); err != nil {
		return nil, err
	}
	if s.key, err = tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, o.Origin); err != nil {
		if _, next := tlog.LoadKey(o.dir.file(nextKeyFile), o.LedgerID, o.Origin); next == nil {
			err = fmt.Errorf("going on as %s was interrupted, and the next start of serve finishes it: %w", o.Origin, err)
		}
		return nil, err
	}
	heads, err := sqlitelog.Open(o.dir.headsOf(len(s.origins)-1), o.LedgerID)
	if err != nil {
		return nil, err
	}
	return &logParts{signing: s, heads: heads}, nil
}

func (p *logParts) close() error {
	var errs []error
	if p.turn != nil {
		errs = append(errs, p.turn.end())
	}
	if p.tree != nil {
		errs = append(errs, p.tree.Close())
	}
	return errors.Join(append(errs, p.heads.Close())...)
}

// signNow brings the tree up to the ledger and signs it once. It is for commands that write and end.
func (o *opened) signNow(ctx context.Context) (err error) {
	p, err := o.openLog(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if p.misfit != nil {
		return fmt.Errorf("opening the log: %w", p.misfit)
	}
	if p.unfit != nil {
		return p.unfit
	}
	if p.unsettled != nil {
		return fmt.Errorf("finishing the change of the log's key: %w", p.unsettled)
	}
	signer := o.newSigner(p)
	if err := p.reconsider(ctx, signer); err != nil {
		return err
	}
	if _, err := signer.Sign(ctx); err != nil {
		return withAdvice(fmt.Errorf("signing the log: %w", err))
	}
	return nil
}

// reconsider reads the whole ledger again if a record was found not to be what it was: it may have been repaired.
func (p *logParts) reconsider(ctx context.Context, signer *tlog.Signer) error {
	doubts, err := p.heads.Doubts(ctx)
	if err != nil || doubts.Difference == nil {
		return err
	}
	if _, err := p.tree.Scrub(ctx, nil); err != nil {
		if _, differs := errors.AsType[*transparency.DiffersError](err); differs {
			return nil // the signer knows
		}
		return err
	}
	return signer.Agrees(ctx, false)
}
