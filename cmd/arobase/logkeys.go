package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/domain"
	"arobase/eventstore"
)

// How the log comes to be signed by another key, under its name or under a new one, so that whatever happens in between
// there is one history:
//
//  1. The new key is durable as log.key.next.
//  2. The ledger names it, with the key that it replaces or the origin that it closes.
//  3. A checkpoint that covers this record is signed: by both keys, or under the new origin.
//  4. log.key.next becomes log.key, and the old key is destroyed.
//
// Whoever opens the log to write finds out how far that came, and takes the steps that are left (settle). Only before
// the second step of a new origin nothing is to be done: why it is opened is not known yet. On a cluster only rotate and
// reopen take the second step (clusterkey.go, clusterreopen.go).

// nextKeyFile holds a key that is to take the place of log.key.
const nextKeyFile = keyFile + ".next"

// retiredKeyFile holds a key that was replaced and, because somebody asked for it, kept.
func retiredKeyFile(key string) string {
	return fmt.Sprintf("%s.%s.retired", keyFile, domain.VerifierKeyID(key))
}

// headsOf is the file of the checkpoints under an origin, by its number from 0: each has a chain of its own.
func (d dataDir) headsOf(origin int) string {
	if origin == 0 {
		return d.file(headsFile)
	}
	return d.file(fmt.Sprintf("log.%d.db", origin+1))
}

// signing is how the log is signed.
type signing struct {
	// origins are the names of the log with their keys, as the ledger tells them.
	origins []domain.LogOrigin
	// key signs. It follows the earlier keys of its origin.
	key *tlog.Key
	// next is a key that is durable and that the ledger does not name yet, or nil.
	next *tlog.Key
	// pending says that the ledger names a key that is still log.key.next. It is then key; where it replaces one of the
	// same origin, it signs beside that one.
	pending bool
	// unsettled is why a change of key could not be finished, or nil.
	unsettled error
	// unfit is why log.key cannot sign this log, or nil: it is not the key that others know.
	unfit error
	// superseded says that on a cluster log.key is not the key in force; unfit says so in words.
	superseded bool
}

// origin is the one in force.
func (s signing) origin() domain.LogOrigin { return s.origins[len(s.origins)-1] }

// reopened says that the origin is new, and that nothing but log.key.next can sign under it.
func (s signing) reopened() bool { return s.pending && len(s.origin().Keys) == 1 }

// signing finds the keys of the log, for the process that writes.
func (o *opened) signing(ctx context.Context) (s signing, err error) {
	if s.origins, err = o.Origins(ctx); err != nil {
		return s, err
	}
	origin := s.origin()
	next, err := tlog.LoadKey(o.dir.file(nextKeyFile), o.LedgerID, origin.Name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, tlog.ErrOrigin) && !errors.Is(err, tlog.ErrKeyFormat) {
		return s, err
	}
	key, err := tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, origin.Name)
	inForce := origin.InForce()
	switch {
	case next != nil && next.VerifierKey() == inForce && (err != nil || key.VerifierKey() != inForce):
		s.pending = true
		if n := len(origin.Keys); n > 1 {
			if err != nil {
				return s, err
			}
			if before := origin.Keys[n-2].Key; key.VerifierKey() != before {
				return s, fmt.Errorf("%s is %s, and %s is to replace %s", keyFile, key, nextKeyFile, before)
			}
			next = next.Beside(key)
		}
		key = next
	case err != nil && o.cluster != nil && errors.Is(err, tlog.ErrOrigin):
		closed, read := o.closedKey(s.origins)
		if read != nil || closed == nil {
			return s, errors.Join(err, read)
		}
		s.key, s.superseded = closed, true
		s.unfit = errors.New(o.dir.needsKey(closed, origin.Keys[len(origin.Keys)-1]))
		return s, nil
	case err != nil:
		return s, err
	case inForce != "" && key.VerifierKey() != inForce:
		s.key = key
		if o.cluster != nil {
			s.superseded = true
			s.unfit = errors.New(o.dir.needsKey(key, origin.Keys[len(origin.Keys)-1]))
			return s, nil
		}
		s.unfit = fmt.Errorf("%s is %s, and the key in force is %s: bring that one back, or see docs/keys.md for what to do where it is lost",
			o.dir.file(keyFile), key, inForce)
		return s, nil
	case next != nil && next.VerifierKey() != key.VerifierKey():
		s.next = next
	}
	earlier := make([]string, len(origin.Keys))
	for i, k := range origin.Keys {
		earlier[i] = k.Key
	}
	if s.key, err = key.Following(earlier...); err != nil {
		return s, err
	}
	made, err := o.keyWasMade(ctx, len(s.origins)-1, s.key.VerifierKey())
	if err == nil && made {
		s.unfit = fmt.Errorf("%s was made here because the key of the log was not at hand, and nobody knows it: bring the key of the log back, or see docs/keys.md for what to do where it is lost", o.dir.file(keyFile))
	}
	return s, err
}

// keyWasMade tells whether a key took the place of one that was missing.
func (o *opened) keyWasMade(ctx context.Context, origin int, key string) (_ bool, err error) {
	heads, err := sqlitelog.Open(o.dir.headsOf(origin), o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, heads.Close()) }()
	stranger, err := heads.Stranger(ctx)
	return stranger == key, err
}

// replaceLostKey makes a key where the key of a log is missing, so that the site can go on. It signs nothing.
func (o *opened) replaceLostKey(ctx context.Context, logger *slog.Logger) (err error) {
	if o.cluster != nil {
		return nil // it was found to be there
	}
	for _, name := range []string{keyFile, nextKeyFile} {
		if _, err := os.Lstat(o.dir.file(name)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	origins, err := o.Origins(ctx)
	if err != nil {
		return err
	}
	heads, err := o.openHeadsFile(ctx, signing{origins: origins})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, heads.Close()) }()
	logger.Error("the key of the log is missing; nothing is signed until it is brought back", "file", o.dir.file(keyFile))
	return makeStranger(o.dir, heads, o.LedgerID, o.Origin)
}

// makeStranger makes a key in the place of one that is missing. That it is a stranger is known before it is there.
func makeStranger(d dataDir, heads *sqlitelog.Heads, ledger uuid.UUID, origin string) error {
	making := d.file(keyFile) + ".made"
	if err := os.Remove(making); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := tlog.GenerateKey(making, ledger, origin, rand.Reader)
	if err != nil {
		return err
	}
	return errors.Join(heads.SetStranger(key.VerifierKey()), os.Rename(making, d.file(keyFile)), syncDir(string(d)))
}

// settle takes the steps of a change of key that are left. What keeps the log from being signed keeps the change from
// being finished, and is noted: the caller goes on, and whoever opens the log next tries again.
func (o *opened) settle(ctx context.Context, p *logParts, logger *slog.Logger) error {
	if p.next == nil && !p.pending || p.unfit != nil {
		return nil
	}
	if o.cluster != nil && !p.pending && !o.rotating { // the other nodes would stop signing, and nobody may be there to help them
		logger.Warn("a change of the log's key was begun here and never recorded; arobase log rotate goes on with it", "file", o.dir.file(nextKeyFile))
		return nil
	}
	if p.unsettled = o.takeSteps(ctx, p, logger); p.misfit != nil {
		p.unsettled = errors.Join(p.misfit, p.unsettled)
	}
	if p.unsettled != nil {
		logger.Error("the change of the log's key is not finished", "error", p.unsettled)
	}
	return ctx.Err()
}

func (o *opened) takeSteps(ctx context.Context, p *logParts, logger *slog.Logger) error {
	if p.misfit != nil {
		return nil
	}
	if err := p.tree.CatchUp(ctx); err != nil {
		return err
	}
	if err := o.signFrom(ctx, p, p.leastSize()); err != nil { // a log that cannot be signed does not change its key
		return err
	}
	if p.next != nil {
		if err := o.nameKey(ctx, p); err != nil || !p.pending {
			return err
		}
		if err := errors.Join(p.tree.CatchUp(ctx), ctx.Err()); err != nil {
			return err
		}
		if err := o.signFrom(ctx, p, p.leastSize()); err != nil {
			return err
		}
	}
	if err := p.followed(ctx); err != nil {
		return err
	}
	if err := o.dir.replaceKey(); err != nil {
		return err
	}
	s, err := o.signing(ctx)
	if err != nil {
		return err
	}
	p.signing = s
	logger.Info("the log is signed by another key from now on", "key", p.key.VerifierKey())
	return nil
}

// leastSize is that of the checkpoint that a change of the key is to have before it goes on: one, so that it is known that
// the log can be signed, or where the ledger names the next key, one that covers this record.
func (p *logParts) leastSize() int64 {
	if p.pending {
		return int64(p.origin().Keys[len(p.origin().Keys)-1].Since) + 1
	}
	return 1
}

// nameKey has the ledger name the next key. One that the rules refuse has signed nothing and never will.
func (o *opened) nameKey(ctx context.Context, p *logParts) error {
	_, err := o.RotateKey(ctx, p.key.VerifierKey(), p.next.VerifierKey())
	if o.cluster != nil { // an attempt before, of which nobody knew what became, may have come there only now
		if _, caught := o.cluster.CatchUp(ctx); caught != nil {
			return errors.Join(err, caught)
		}
		s, read := o.signing(ctx)
		if read != nil {
			return errors.Join(err, read)
		}
		if s.pending {
			p.signing = s
			return nil
		}
		if err == nil {
			return fmt.Errorf("the record of the next key was taken, and is not here: %w", eventstore.ErrUnavailable)
		}
	}
	if _, broken := errors.AsType[*domain.Broken](err); broken {
		p.next = nil
		return errors.Join(err, os.Remove(o.dir.file(nextKeyFile)))
	}
	if err != nil {
		return err
	}
	s, err := o.signing(ctx)
	if err != nil {
		return err
	}
	p.signing = s
	return nil
}

// followed holds that others can follow the log to the key in force: that each key of its origin signed what names the
// next one.
func (p *logParts) followed(ctx context.Context) error {
	if len(p.origin().Keys) == 0 {
		return nil // there was no rotation
	}
	document, err := p.log.Rotations(ctx)
	if err != nil {
		return err
	}
	chain, err := tlog.ParseChain(document)
	if err != nil {
		return err
	}
	if now, err := chain.InForce(p.origin().Keys[0].Key); err != nil || now != p.key.VerifierKey() {
		return fmt.Errorf("the signed checkpoints do not lead to the key %s: %w", p.key, errors.Join(err, tlog.ErrDisagree))
	}
	return nil
}

// replaceKey makes log.key.next the key, and destroys what was in log.key, as far as the file system lets it: the name
// goes at once, then what it named is written over.
func (d dataDir) replaceKey() error {
	old, err := os.OpenFile(d.file(keyFile), os.O_WRONLY, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := errors.Join(os.Rename(d.file(nextKeyFile), d.file(keyFile)), syncDir(string(d))); err != nil {
		return err
	}
	if old != nil {
		if info, err := old.Stat(); err == nil {
			_, _ = old.WriteAt(make([]byte, info.Size()), 0) // nobody can name it any more; this is for whoever reads the disk
			_ = old.Sync()
		}
		_ = old.Close()
	}
	return nil
}

// openHeads opens the checkpoints of the origin in force. Under a new one there are none yet. Where the file of one that
// has signed is missing, another is made, which knows that it does not know what was signed.
func (o *opened) openHeads(ctx context.Context, s signing) (logHeads, error) {
	if o.cluster != nil {
		return o.openSharedHeads(ctx, s)
	}
	heads, err := o.openHeadsFile(ctx, s)
	if err != nil {
		return nil, err
	}
	return heads, nil
}

func (o *opened) openHeadsFile(ctx context.Context, s signing) (*sqlitelog.Heads, error) {
	path := o.dir.headsOf(len(s.origins) - 1)
	if s.reopened() {
		if heads, err := sqlitelog.Create(path, o.LedgerID); !errors.Is(err, fs.ErrExist) {
			return heads, err
		}
	}
	heads, err := sqlitelog.Open(path, o.LedgerID)
	if !errors.Is(err, fs.ErrNotExist) {
		return heads, err
	}
	size, err := o.store.Size(ctx)
	if err != nil {
		return nil, err
	}
	if size <= genesisRecords {
		return sqlitelog.Create(path, o.LedgerID)
	}
	return sqlitelog.CreateUnproven(path, o.LedgerID, filepath.Base(path)+" was missing, and with it what was signed")
}
