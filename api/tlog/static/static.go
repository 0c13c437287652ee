// Package static writes a log as files that any static host can serve: the paths of C2SP tlog-tiles were made for that.
// What is served from such a directory passes the same verifiers as what a node serves.
//
// # What holds at every moment
//
// A file has its own name only once it is whole and on disk. The checkpoint is replaced last, when all that it covers is
// on disk too, names included. So whenever an export ends, by an error, a signal or the loss of power, the directory
// serves either the log of the last export or that of this one; and the next export goes on where this one ended.
//
// The directory belongs to one ledger. It never goes back: a checkpoint in it that the log does not extend is refused.
package static

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strconv"
	"sync"

	"filippo.io/torchwood"
	"github.com/google/uuid"
	xtlog "golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"

	"arobase/api/tlog"
	"arobase/eventstore/vault"
)

var (
	// ErrNotOurs says that a directory is in use for something else, or for another log.
	ErrNotOurs = errors.New("directory is not an export of this log")
	// ErrLonger says that a directory holds more of this log than the ledger does: the ledger has lost records, or is an
	// older copy.
	ErrLonger = errors.New("directory holds a longer log than the ledger")
	// ErrTwoHistories says that a directory holds another history of this log, signed by its key.
	ErrTwoHistories = errors.New("directory holds another history of this log")
)

// Source is what is exported.
type Source struct {
	Log    *tlog.Log
	Ledger uuid.UUID
	Origin string
	// Verify gives the checkpoint that an earlier export left, if a key of the log, the present one or an older one, has
	// signed it.
	Verify func(signed []byte) (torchwood.Checkpoint, error)
	// Disclosed gives the commitments of the sealed values that anyone may read, of the events below a size.
	Disclosed func(ctx context.Context, size int64) iter.Seq2[vault.Commitment, error]
	// Document gives what is served of a disclosed value. vault.ErrErased or vault.ErrUnknown if there is nothing to serve.
	Document func(ctx context.Context, c vault.Commitment) ([]byte, error)
	// Documents are the files beside, by their path: schemas, rotations of the key, a page for visitors. They are in place
	// before the checkpoint is.
	Documents map[string][]byte
	// Lock keeps a second export away. It takes the path of a file that may be made for that.
	Lock func(path string) (io.Closer, error)
	// Progress hears how many of the tiles are there. May be nil.
	Progress func(done, of int)
}

// Count counts files of one sort.
type Count struct {
	Written int   // new, or no longer what they were
	Kept    int   // were there already
	Bytes   int64 // written
}

// Report says what an export did.
type Report struct {
	// Size is that of the checkpoint that is in place, Before that of the one that it replaced, or 0.
	Size, Before int64
	// Entries are bundles of entries, Hashes tiles of hashes, Checkpoints those since the one before, Texts disclosed
	// values, Documents the files beside.
	Entries, Hashes, Checkpoints, Texts, Documents Count
	// Superseded is the number of partial tiles that were removed because the full ones are there.
	Superseded int
	// Erased is the number of disclosed values that were removed because they may no longer be shown.
	Erased int
}

// paths below the directory.
const (
	checkpointPath  = "checkpoint"
	checkpointsPath = "checkpoints"
	disclosedPath   = "disclosed"
)

// writers is how many files are written at once.
const writers = 8

// exporter is one export under way.
type exporter struct {
	Source
	dir    *folder
	head   tlog.Head
	before int64 // the size of the checkpoint that was there
	report Report
}

// Export brings a directory up to the last checkpoint of a log. A log that has none is tlog.ErrNoHead. If ledger and
// checkpoint do not fit together, which is tlog.ErrDisagree, nothing is written.
//
// The cost of what is there already is one look at each file.
func Export(ctx context.Context, dir string, s Source) (_ Report, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("exporting to %s: %w", dir, err)
		}
	}()
	e := &exporter{Source: s}
	if e.head, err = s.Log.Checkpoint(ctx); err != nil {
		return Report{}, err
	}
	if err := e.fits(); err != nil {
		return Report{}, err
	}
	if e.dir, err = open(dir, s); err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, e.dir.close()) }()
	if e.before, err = e.earlier(); err != nil {
		return Report{}, err
	}
	e.report.Size, e.report.Before = e.head.Size, e.before
	err = e.export(ctx)
	return e.report, err
}

// export does what an export consists of, in the order that the package's comment needs.
func (e *exporter) export(ctx context.Context) error {
	// First, so that no later failure keeps an erased text on show; and again at the end, for what is erased meanwhile.
	if err := e.forget(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{e.tiles, e.checkpoints, e.texts, e.documents} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := e.dir.sync(); err != nil {
		return err
	}
	if _, err := e.dir.update(checkpointPath, e.head.Signed); err != nil {
		return err
	}
	if err := e.dir.sync(); err != nil {
		return err
	}
	if err := e.supersede(); err != nil {
		return err
	}
	return e.forget(ctx)
}

// fits says whether the ledger has what the checkpoint covers. A checkpoint that it does not fit must not go out.
func (e *exporter) fits() error {
	tree := e.Log.Tree
	if size := tree.Size(); size < e.head.Size {
		return fmt.Errorf("%w: the checkpoint covers %d records, and the ledger has %d", tlog.ErrDisagree, e.head.Size, size)
	}
	root, err := tree.Root(e.head.Size)
	if err != nil {
		return err
	}
	if root != e.head.Root {
		return fmt.Errorf("%w: the checkpoint of %d records has another root than the ledger", tlog.ErrDisagree, e.head.Size)
	}
	return nil
}

// earlier gives the size of the checkpoint that an earlier export left, or 0. The log must extend it.
func (e *exporter) earlier() (int64, error) {
	signed, err := e.dir.read(checkpointPath)
	if signed == nil || err != nil {
		return 0, err
	}
	c, err := e.Verify(signed)
	if err != nil {
		return 0, fmt.Errorf("%w: its checkpoint does not verify (%w); if that file is only damaged, delete it and export again", ErrNotOurs, err)
	}
	if c.N > e.head.Size {
		return 0, fmt.Errorf("%w: %d records, and %d", ErrLonger, c.N, e.head.Size)
	}
	root, err := e.Log.Tree.Root(c.N)
	if err != nil {
		return 0, err
	}
	if root != c.Hash {
		return 0, fmt.Errorf("%w: its first %d records are others", ErrTwoHistories, c.N)
	}
	return c.N, nil
}

// skipped is what a writer of each says of a file that is not to be written.
const skipped = -1

// each has files written, several at a time, because most of the time each waits for the disk. write gives the number of
// bytes that were written, 0 where all was there, or skipped. count is told that, one call at a time.
func each[T any](ctx context.Context, all iter.Seq2[T, error], write func(context.Context, T) (int, error), count func(t T, written int)) error {
	var mu sync.Mutex // held while count is called
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	var failed error
	for t, err := range all {
		if failed = errors.Join(err, ctx.Err()); failed != nil {
			break
		}
		g.Go(func() error {
			written, err := write(ctx, t)
			if err != nil || written == skipped {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			count(t, written)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err // it is why the context has ended, if it has
	}
	return failed
}

// tiles writes the tiles that the checkpoint covers and that are not there.
func (e *exporter) tiles(ctx context.Context) error {
	done, of := 0, 0
	for _, err := range tilesOf(e.head.Size) {
		if err != nil {
			return err
		}
		of++
	}
	return each(ctx, tilesOf(e.head.Size), e.tile, func(t xtlog.Tile, written int) {
		sort := &e.report.Hashes
		if t.L == -1 {
			sort = &e.report.Entries
		}
		sort.add(written)
		if done++; e.Progress != nil {
			e.Progress(done, of)
		}
	})
}

// tile writes one tile, if it is not there, and gives the number of bytes that were written. What the last checkpoint of
// the directory covers was on disk before that checkpoint was, and one look is enough. What an interrupted export left
// beyond it was never promised to anyone, and may even be of a history that the ledger has lost since: it is compared.
func (e *exporter) tile(ctx context.Context, t xtlog.Tile) (int, error) {
	name := torchwood.TilePath(t)
	if tlog.Covers(e.before, t) {
		size, err := e.dir.size(name)
		if err != nil {
			return 0, err
		}
		if size == int64(t.W)*xtlog.HashSize || t.L == -1 && size > 0 {
			return 0, nil
		}
	}
	content, err := e.Log.Tile(ctx, e.head.Size, t)
	if err != nil {
		return 0, err
	}
	return e.dir.update(name, content)
}

// tilesOf gives the tiles of a tree of a size (C2SP tlog-tiles, "Merkle Tree" and "Log entries"), full and partial ones.
func tilesOf(size int64) iter.Seq2[xtlog.Tile, error] {
	return func(yield func(xtlog.Tile, error) bool) {
		for level := -1; ; level++ {
			count := size >> (torchwood.TileHeight * max(level, 0))
			if count == 0 {
				return
			}
			for n := int64(0); n*torchwood.TileWidth < count; n++ {
				width := int(min(torchwood.TileWidth, count-n*torchwood.TileWidth))
				if !yield(xtlog.Tile{H: torchwood.TileHeight, L: level, N: n, W: width}, nil) {
					return
				}
			}
		}
	}
}

// checkpoints writes every checkpoint by its size, from the one that the last export ended with on, which may have got
// cosignatures since.
func (e *exporter) checkpoints(ctx context.Context) error {
	heads := func(yield func(tlog.Head, error) bool) {
		for size := max(1, e.before); size <= e.head.Size; {
			head, err := e.Log.Heads.At(ctx, size)
			if !yield(head, err) {
				return
			}
			size = head.Size + 1
		}
	}
	return each(ctx, heads, func(_ context.Context, head tlog.Head) (int, error) {
		return e.dir.update(path.Join(checkpointsPath, strconv.FormatInt(head.Size, 10)), head.Signed)
	}, func(_ tlog.Head, written int) { e.report.Checkpoints.add(written) })
}

// documents writes the files beside.
func (e *exporter) documents(context.Context) error {
	for name, content := range e.Documents {
		n, err := e.dir.update(name, content)
		if err != nil {
			return err
		}
		e.report.Documents.add(n)
	}
	return nil
}

func (c *Count) add(written int) {
	if written == 0 {
		c.Kept++
		return
	}
	c.Written++
	c.Bytes += int64(written)
}

// supersede removes partial tiles of which the full tile is there, and tiles that no checkpoint of this log ever covered.
// The partial tiles of the checkpoint that was replaced stay until the next export: whoever has just read that checkpoint
// still finds them. (C2SP tlog-tiles, "Partial Tiles", would let them go at once.)
func (e *exporter) supersede() error {
	return e.dir.walk("tile", func(name string) error {
		t, err := torchwood.ParseTilePath(name)
		if err != nil || torchwood.TilePath(t) != name {
			return nil // not ours to judge
		}
		full := t
		full.W = torchwood.TileWidth
		replaced := t.W < torchwood.TileWidth && tlog.Covers(e.head.Size, full) && !partOf(e.before, t)
		if tlog.Covers(e.head.Size, t) && !replaced {
			return nil
		}
		e.report.Superseded++
		return e.dir.remove(name)
	})
}

// partOf says whether a partial tile is one of the tree of a size.
func partOf(size int64, t xtlog.Tile) bool {
	count := size >> (torchwood.TileHeight * max(t.L, 0))
	return t.N == count/torchwood.TileWidth && int64(t.W) == count%torchwood.TileWidth
}
