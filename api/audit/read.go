package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
	"arobase/projections/transparency"
)

const (
	// batch is how many records are proved, kept and judged together: one proof, and one fsync.
	batch = 32 * torchwood.TileWidth
	// noteEvery is how many records lie between two notes of how far an audit has come.
	noteEvery = 64 * batch
)

// grown is a tree that grows leaf by leaf, with the tiles of its edge.
type grown struct {
	tree  transparency.Compact
	tiles transparency.TileHashes
}

// clone is a copy that can grow by itself.
func (g *grown) clone() grown {
	c := grown{tree: g.tree.Clone(), tiles: make(transparency.TileHashes, len(g.tiles))}
	for level, hashes := range g.tiles {
		c.tiles[level] = append(make([]tlog.Hash, 0, torchwood.TileWidth), hashes...)
	}
	return c
}

// workers is how many bundles are read and examined at once: some wait for the log while others are parsed.
func workers() int { return 4 * runtime.GOMAXPROCS(0) }

// read reads the records up to a checkpoint, from where the last reading ended.
func (a *Auditor) read(ctx context.Context, head checkpoint) error {
	from := a.grown.tree.Size()
	if from == head.tree.N {
		if a.grown.tree.Root() != head.tree.Hash {
			return failed("tree", "the records have the root %v, and the signed one is %v", a.grown.tree.Root(), head.tree.Hash)
		}
		return nil
	}
	numbers := func(yield func(int64) bool) {
		for n := from / torchwood.TileWidth; n*torchwood.TileWidth < head.tree.N; n++ {
			if !yield(n) {
				return
			}
		}
	}
	next := a.grown.clone()
	var pending []record
	for bundle, err := range ahead(ctx, workers(), numbers, func(ctx context.Context, n int64) ([]record, error) { return a.examine(ctx, head, n, from) }) {
		if err != nil {
			return a.unlessEarlier(ctx, head, next, pending, err)
		}
		if known := next.tree.Size() - bundle[0].leaf; known > 0 {
			if err := a.sameAsKept(ctx, head, next.tiles[0], bundle[:known]); err != nil {
				return err
			}
			bundle = bundle[known:]
		}
		for i := range bundle {
			if err := a.grow(ctx, head, &next, bundle[i].hash); err != nil {
				return err
			}
		}
		pending = append(pending, bundle...)
		if len(pending) < batch && next.tree.Size() < head.tree.N {
			continue
		}
		if err := a.take(ctx, head, next, pending); err != nil {
			return err
		}
		next, pending = a.grown.clone(), pending[:0]
		a.opt.Progress("records", a.grown.tree.Size(), head.tree.N)
		if a.grown.tree.Size()-a.note.Found >= noteEvery {
			if err := a.noteDown(a.foundSoFar()); err != nil {
				return err
			}
		}
	}
	return a.compareEdge(ctx, head)
}

// sameAsKept holds the records at the beginning of a bundle, which were read when it had no more, against those.
func (a *Auditor) sameAsKept(ctx context.Context, head checkpoint, kept []tlog.Hash, bundle []record) error {
	for i := range bundle {
		if bundle[i].hash != kept[i] {
			return a.compareLeaves(ctx, head, bundle[i].leaf, kept[i:i+1], bundle[i:i+1])
		}
	}
	return nil
}

// grow adds a leaf, and holds each tile above the lowest level that is full with it against what the log serves. The
// lowest level was compared when the records were examined.
func (a *Auditor) grow(ctx context.Context, head checkpoint, g *grown, leaf tlog.Hash) error {
	last := g.tree.Size()
	return g.tiles.Add(g.tree.Add(leaf), func(level int, hashes []tlog.Hash) error {
		if level == 0 {
			return nil
		}
		t := tlog.Tile{H: torchwood.TileHeight, L: level, N: last >> (torchwood.TileHeight * (level + 1)), W: torchwood.TileWidth}
		return a.compareTile(ctx, head, t, hashes, nil)
	})
}

// compareEdge holds the tiles that are not full against what the log serves. That of the lowest level was compared when
// its records were examined.
func (a *Auditor) compareEdge(ctx context.Context, head checkpoint) error {
	for level, hashes := range a.grown.tiles {
		if level == 0 || len(hashes) == 0 {
			continue
		}
		t := tlog.Tile{H: torchwood.TileHeight, L: level, N: head.tree.N >> (torchwood.TileHeight * (level + 1)), W: len(hashes)}
		if err := a.compareTile(ctx, head, t, hashes, nil); err != nil {
			return err
		}
	}
	return nil
}

// take proves that records continue what is kept towards the signed tree, keeps them, and judges them. The first that is
// not right ends it; those before it are kept.
func (a *Auditor) take(ctx context.Context, head checkpoint, next grown, records []record) error {
	if err := a.prove(ctx, head, next.tree, records); err != nil {
		return err
	}
	var wrong *Failure
	right := records
	for i := range records {
		if wrong = records[i].failure; wrong == nil {
			wrong = a.order.take(&records[i])
		}
		if wrong != nil {
			right = records[:i]
			break
		}
	}
	err := a.keepAndJudge(ctx, right)
	if broken, ok := errors.AsType[*Failure](err); ok {
		wrong, right = broken, right[:broken.Leaf-records[0].leaf] // a value of those before it may be wrong too
	} else if err != nil {
		return err
	}
	if err := a.takeValues(ctx, right); err != nil {
		return err
	}
	if wrong != nil {
		return wrong
	}
	a.grown = next
	a.histories.turn()
	return nil
}

// unlessEarlier is a failure in a bundle, unless something is wrong with the records before it, which were read and not
// taken yet: the first failure is the one that is named.
func (a *Auditor) unlessEarlier(ctx context.Context, head checkpoint, next grown, pending []record, later error) error {
	if _, ok := errors.AsType[*Failure](later); !ok || len(pending) == 0 {
		return later
	}
	if earlier, ok := errors.AsType[*Failure](a.take(ctx, head, next, pending)); ok && earlier.Leaf >= 0 {
		return earlier
	}
	return later
}

// keepAndJudge does both at once: neither waits for the other.
func (a *Auditor) keepAndJudge(ctx context.Context, records []record) error {
	if err := a.beginToKeep(ctx, records); err != nil {
		return err
	}
	var kept error
	var keeping sync.WaitGroup
	keeping.Go(func() { kept = a.keep(ctx, records) })
	judged := a.judgeAll(ctx, records)
	keeping.Wait()
	if kept != nil {
		return kept
	}
	return judged
}

func (a *Auditor) judgeAll(ctx context.Context, records []record) error {
	for i := range records {
		if err := a.judge(ctx, &records[i]); err != nil {
			return err
		}
	}
	return nil
}

// prove holds that the tree that ends with these records is the beginning of the signed one, and says where it is not.
func (a *Auditor) prove(ctx context.Context, head checkpoint, tree transparency.Compact, records []record) error {
	same, err := a.holds(ctx, head.tree, tlog.Tree{N: tree.Size(), Hash: tree.Root()})
	if err != nil || same {
		return err
	}
	leaves := make([]tlog.Hash, len(records))
	for i := range records {
		leaves[i] = records[i].hash
	}
	if err := a.compareLeaves(ctx, head, records[0].leaf, leaves, records); err != nil {
		return err
	}
	return failed("tree", "the records up to %d do not lead to the signed root", tree.Size())
}

// compareLeaves blames the first of several leaves that is not the signed one.
func (a *Auditor) compareLeaves(ctx context.Context, head checkpoint, first int64, leaves []tlog.Hash, records []record) error {
	return a.blame(ctx, head.tree, first, leaves, func(i int) []byte { return records[i].bytes })
}

// beginToKeep makes the place for what is kept, once the first record has told of which ledger it is.
func (a *Auditor) beginToKeep(ctx context.Context, records []record) error {
	if a.Store != nil || len(records) == 0 {
		return nil
	}
	kept, err := a.work.Create(ctx, a.order.ledger)
	if err != nil {
		return fmt.Errorf("making the place for what is kept: %w", err)
	}
	a.use(kept)
	return nil
}

// keep puts records into the store, which holds their ids against each other.
func (a *Auditor) keep(ctx context.Context, records []record) error {
	if len(records) == 0 {
		return nil
	}
	events := make([]eventstore.Event, len(records))
	for i := range records {
		events[i] = records[i].stored()
	}
	err := a.Store.Replicate(ctx, events)
	if errors.Is(err, eventstore.ErrDiverged) {
		return a.knownTwice(ctx, records, err)
	}
	return err
}

func (a *Auditor) use(kept Kept) {
	a.Kept = kept
	a.histories = histories{store: kept.Store}
}

// knownTwice finds the record whose id stands in the log already: all else that the store refuses was looked at before.
func (a *Auditor) knownTwice(ctx context.Context, records []record, refused error) error {
	ids := map[string]int64{}
	for i := range records {
		r := &records[i]
		first, twice := ids[r.env.ID.String()]
		if !twice {
			e, err := a.Store.Lookup(ctx, r.env.ID)
			if err != nil && !errors.Is(err, eventstore.ErrNotFound) {
				return err
			}
			first, twice = int64(e.Position), err == nil && int64(e.Position) != r.leaf
		}
		if twice {
			return r.fail("order", "id", "leaf %d has the same id", first)
		}
		ids[r.env.ID.String()] = r.leaf
	}
	return fmt.Errorf("%w: %w", ErrDamaged, refused)
}

// goOn takes up what earlier audits kept, once: their tree must be the beginning of the signed one.
func (a *Auditor) goOn(ctx context.Context, head checkpoint) error {
	if a.Store != nil {
		return nil
	}
	kept, there, err := a.work.Open(ctx)
	if err != nil {
		return fmt.Errorf("opening what earlier audits kept: %w", err)
	}
	if !there {
		return a.noteDown(Note{Checkpoint: a.note.Checkpoint})
	}
	a.use(kept)
	if err := a.replay(ctx); err != nil {
		return err
	}
	a.before = a.grown.tree.Size()
	if a.before > head.tree.N {
		return fmt.Errorf("%w: it holds %d records, more than were ever signed", ErrDamaged, a.before)
	}
	same, err := a.holds(ctx, head.tree, tlog.Tree{N: a.before, Hash: a.grown.tree.Root()})
	if err == nil && !same {
		err = fmt.Errorf("%w: its records are not those that are signed", ErrDamaged)
	}
	return err
}

// replay reads what is kept. Records that were judged by this version of the program are not judged again.
func (a *Auditor) replay(ctx context.Context) error {
	size, err := a.Store.Size(ctx)
	if err != nil {
		return err
	}
	found := int64(0)
	if a.note.Program == a.opt.Program {
		found, a.judged, a.rules = a.note.Found, a.note.Judged, a.note.Rules
	}
	pages, failed := a.pages(ctx)
	for records, err := range ahead(ctx, workers(), pages, func(ctx context.Context, events []eventstore.Event) ([]record, error) {
		return a.again(ctx, events, found)
	}) {
		if err != nil {
			return err
		}
		for i := range records {
			r := &records[i]
			if r.failure == nil {
				r.failure = a.order.take(r)
			}
			if r.failure != nil {
				return r.failure
			}
			if err := a.grown.tiles.Add(a.grown.tree.Add(r.hash), func(int, []tlog.Hash) error { return nil }); err != nil {
				return err
			}
			switch {
			case r.leaf >= found:
				if err := a.judge(ctx, r); err != nil {
					return err
				}
			default:
				a.ceremonies.apply(r)
				a.appeals.apply(r)
				if r.event == nil {
					a.unknown++
				}
			}
		}
		if err := a.takeValues(ctx, records); err != nil {
			return err
		}
		a.histories.turn()
		a.opt.Progress("records kept", a.grown.tree.Size(), int64(size))
	}
	return *failed
}

// pages gives what is kept in portions, and the error of reading it, once they have ended.
func (a *Auditor) pages(ctx context.Context) (iter.Seq[[]eventstore.Event], *error) {
	failure := new(error)
	return func(yield func([]eventstore.Event) bool) {
		var page []eventstore.Event
		for e, err := range a.Store.ReadAll(ctx, 0) {
			if err != nil {
				*failure = err
				return
			}
			if page = append(page, e); len(page) == torchwood.TileWidth {
				if !yield(page) {
					return
				}
				page = nil
			}
		}
		if len(page) > 0 {
			yield(page)
		}
	}, failure
}

// again examines records that are kept. It runs on many pages at once.
func (a *Auditor) again(ctx context.Context, events []eventstore.Event, found int64) ([]record, error) {
	records := make([]record, len(events))
	for i, e := range events {
		r := &records[i]
		*r = record{leaf: int64(e.Position), bytes: e.Bytes, hash: tlog.RecordHash(e.Bytes)}
		if r.leaf < found {
			r.decode()
		} else {
			examineRecord(r)
		}
		if err := a.keptValues(ctx, r); err != nil {
			return nil, err
		}
	}
	return slices.Clip(records), nil
}
