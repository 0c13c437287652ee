package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
)

// The places that a ledger can be copied from and to.

// copyPlace is where a ledger lies or is to lie, as the command line names it.
type copyPlace interface {
	// from opens the ledger that is there, for reading.
	from(ctx context.Context) (*copySource, error)
	// to opens the place for a copy of that ledger. It holds nothing, or the first records of such a copy that was
	// interrupted, and nobody else writes there until Close. In a dry run nothing is made: the target is nil.
	to(ctx context.Context, ledger uuid.UUID, dry bool) (copyTarget, error)
	String() string
}

// openPlace reads the name of a place: DIR, sqlite:DIR or esdb://... It is the one function that knows which kinds there are.
func openPlace(name string, finishing finishing) (copyPlace, error) {
	kind, rest, named := strings.Cut(name, ":")
	switch {
	case name == "":
		return nil, usagef("name with --from and --to what is copied, and where to: a directory, sqlite:DIR, or a cluster, esdb://...")
	case isCluster(name):
		place := storePlace(name)
		connection, namespace, err := place.split()
		if err != nil {
			return nil, err
		}
		return clusterPlace{place, connection, namespace, finishing}, nil
	case named && kind == "sqlite":
		name = rest
	case strings.Contains(name, "://"):
		return nil, usagef("%s:// is no kind of store that this program can copy; a directory is, sqlite:DIR, or a cluster, esdb://...", kind)
	}
	return dirPlace{dataDir(name), finishing}, nil
}

// copiedRecords are what a copy reads of a store.
type copiedRecords interface {
	Size(ctx context.Context) (eventstore.Position, error)
	ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error]
}

// writtenRecords are what a copy writes and reads back. Replicate is that of eventstore.Replica.
type writtenRecords interface {
	copiedRecords
	Replicate(ctx context.Context, events []eventstore.Event) error
}

// copySource is the ledger that is copied.
type copySource struct {
	store  copiedRecords
	ledger uuid.UUID
	origin string
	// signed gives the smallest checkpoint of at least a size that was signed over it, or else the last one, its signature
	// verified; one of size 0 where there is none.
	signed func(ctx context.Context, size int64) (tlog.Head, error)
	// unverified says that it was not: the key is not known.
	unverified bool
	close      func() error
}

// copyTarget is where a copy is made.
type copyTarget interface {
	writtenRecords
	Close() error
	// finish makes of the copy a ledger that can be served, once it is whole and verified. It says what there is.
	finish(ctx context.Context, c wholeCopy) error
}

// wholeCopy is what a copy was found to hold.
type wholeCopy struct {
	ledger uuid.UUID
	origin string
	size   int64
	root   [32]byte
	from   string
}

// dirPlace is a directory of a ledger.
type dirPlace struct {
	dataDir
	finishing
}

func (d dirPlace) String() string { return string(d.dataDir) }

func (d dirPlace) from(ctx context.Context) (_ *copySource, err error) {
	if err := d.notANode("copy --from the cluster, not from this replica of it"); err != nil {
		return nil, err
	}
	o, err := d.readUnanswered(ctx)
	if err != nil {
		return nil, err
	}
	defer closeOnError(o, &err)
	keys, err := o.publicKeys(ctx)
	if err != nil {
		return nil, err
	}
	origins, err := o.Origins(ctx)
	if err != nil {
		return nil, err
	}
	s := &copySource{store: o.store, ledger: o.LedgerID, origin: o.Origin, close: o.close}
	heads, err := sqlitelog.Open(d.headsOf(len(origins)-1), o.LedgerID)
	if errors.Is(err, fs.ErrNotExist) {
		s.signed = func(context.Context, int64) (tlog.Head, error) { return tlog.Head{}, nil }
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	s.close = func() error { return errors.Join(heads.Close(), o.close()) }
	stranger, err := heads.Stranger(ctx)
	if err != nil {
		return nil, errors.Join(err, heads.Close())
	}
	s.signed = func(ctx context.Context, size int64) (tlog.Head, error) {
		head, err := heads.Last(ctx)
		if err == nil && head.Size > size {
			head, err = heads.At(ctx, size)
		}
		if err == nil && head.Size > 0 && stranger == "" { // a key that was made here has signed none of them
			err = checkHead(head, keyAt(keys, head.Size))
		}
		return head, err
	}
	return s, nil
}

// copyingDir is below the directory that is copied into, and holds what is there until the copy is whole. A directory
// that has it holds no ledger.
const copyingDir = "copying"

// dirTarget is a copy in a directory that is not finished.
type dirTarget struct {
	*sqlite.Store
	dir  dirPlace
	lock *os.File
}

func (d dirPlace) to(ctx context.Context, ledger uuid.UUID, dry bool) (_ copyTarget, err error) {
	if err := d.free(); err != nil {
		return nil, err
	}
	if dry {
		return nil, nil
	}
	staged := dataDir(d.file(copyingDir))
	if err := os.MkdirAll(string(staged), 0o700); err != nil {
		return nil, fmt.Errorf("making %s: %w", d.dataDir, err)
	}
	held, err := lock(d.file(lockFile))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, held.Close())
		}
	}()
	store, err := sqlite.OpenFor(ctx, staged.file(ledgerFile), ledger)
	if errors.Is(err, fs.ErrNotExist) {
		store, err = sqlite.Create(ctx, staged.file(ledgerFile), ledger)
	}
	if err != nil {
		return nil, err
	}
	return &dirTarget{store, d, held}, nil
}

// free holds that a directory is not there, is empty, or holds a copy that was interrupted.
func (d dirPlace) free() error {
	entries, err := os.ReadDir(string(d.dataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != lockFile && e.Name() != copyingDir {
			return fmt.Errorf("%s is not empty: %s is there; copy into an empty directory, or into one where a copy was interrupted", d.dataDir, e.Name())
		}
	}
	return nil
}

func (t *dirTarget) Close() error {
	err := t.Store.Close()
	if errors.Is(err, eventstore.ErrClosed) { // by finish
		err = nil
	}
	return errors.Join(err, t.lock.Close())
}

// finish makes what is in no record, and gives the files their names.
func (t *dirTarget) finish(ctx context.Context, c wholeCopy) error {
	if err := t.Store.Close(); err != nil {
		return err
	}
	seen, err := readSeen(t.dir.seen)
	if err != nil {
		return err
	}
	r := &restoration{
		dir: t.dir.dataDir, staged: dataDir(t.dir.file(copyingDir)), key: t.dir.key, out: t.dir.out, refused: errCopy,
		doubt: "it was copied from " + c.from, absent: "copied without the vault",
		manifest: manifest{Ledger: c.ledger, Origin: c.origin, Size: c.size, Root: c.root, Made: time.Now()},
	}
	// An attempt that was interrupted here may have left the rest.
	entries, err := os.ReadDir(string(r.staged))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ledgerFile) {
			if err := os.Remove(r.staged.file(e.Name())); err != nil {
				return err
			}
		}
	}
	_, shown, err := r.assemble(ctx, seen)
	if err != nil {
		return err
	}
	if err := r.intoPlace(); err != nil {
		return err
	}
	return r.tellStanding(shown)
}
