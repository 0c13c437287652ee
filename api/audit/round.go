package audit

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
	"arobase/projections/transparency"
)

// Run audits. Where something is not as it should be the error is a [*Failure], the first one; an [*UnreachableError]
// says that a server or a directory could not be read, which proves nothing. The report has the checks that were finished.
func (a *Auditor) Run(ctx context.Context) (Report, error) {
	var report Report
	defer func() {
		if a.store != nil {
			_ = a.store.Close()
		}
	}()
	head, err := a.newest(ctx)
	if err != nil {
		return report, err
	}
	report.Origin, report.Size, report.Root = head.origin, head.tree.N, head.tree.Hash.String()
	report.Checkpoint = head.signed
	report.add("signature", nil, "of the log %s, over %d records", head.origin, head.tree.N)

	seen, err := a.seenBefore()
	if err != nil {
		return report, err
	}
	for _, s := range seen {
		if err := a.extends(ctx, head, s); err != nil {
			return report, err
		}
	}
	if len(seen) > 0 {
		report.add("seen before", map[string]int64{"checkpoints": int64(len(seen))}, "%d checkpoints seen elsewhere, each a part of this history", len(seen))
	}
	if err := a.readAll(ctx, head, &report); err != nil {
		return report, err
	}
	if err := a.answers(ctx, head, &report); err != nil {
		return report, err
	}
	return report, nil
}

// readAll reads the log from its first record to its last.
func (a *Auditor) readAll(ctx context.Context, head checkpoint, report *Report) error {
	o := &order{streams: map[string]end{}}
	var tree transparency.Compact
	var tiles transparency.TileHashes
	var judged, tilesChecked int64
	numbers := func(yield func(int64) bool) {
		for n := int64(0); n*torchwood.TileWidth < head.tree.N; n++ {
			if !yield(n) {
				return
			}
		}
	}
	most := 2 * runtime.GOMAXPROCS(0)
	for records, err := range ahead(ctx, most, numbers, func(ctx context.Context, n int64) ([]record, error) { return a.examine(ctx, head, n) }) {
		if err != nil {
			return err
		}
		tilesChecked++ // the lowest level was compared with the records when they were examined
		stored := make([]eventstore.Event, len(records))
		for i := range records {
			r := &records[i]
			err := tiles.Add(tree.Add(r.hash), func(level int, hashes []tlog.Hash) error {
				if level == 0 {
					return nil
				}
				tilesChecked++
				return a.compareTile(ctx, head, tlog.Tile{H: torchwood.TileHeight, L: level, N: r.leaf >> (8 * (level + 1)), W: torchwood.TileWidth}, hashes, nil)
			})
			if err != nil {
				return err
			}
			if r.failure != nil {
				return r.failure
			}
			if f := o.take(r); f != nil {
				return f
			}
			stored[i] = r.stored()
		}
		if err := a.keep(ctx, o, stored); err != nil {
			return err
		}
		for i := range records {
			r := &records[i]
			if r.event == nil {
				report.Unknown++
				continue
			}
			if err := a.judge(ctx, r); err != nil {
				return err
			}
			judged++
			if f := a.values.take(r); f != nil {
				return f
			}
		}
		if a.opt.Progress != nil {
			a.opt.Progress(tree.Size(), head.tree.N)
		}
	}
	for level := 1; level < len(tiles); level++ {
		if n := len(tiles[level]); n > 0 {
			tilesChecked++
			t := tlog.Tile{H: torchwood.TileHeight, L: level, N: tree.Size() >> (8 * (level + 1)), W: n}
			if err := a.compareTile(ctx, head, t, tiles[level], nil); err != nil {
				return err
			}
		}
	}
	if root := tree.Root(); root != head.tree.Hash {
		return failed("tree", "the records have the root %v, and the signed one is %v", root, head.tree.Hash)
	}
	report.add("tree", map[string]int64{"leaves": tree.Size(), "tiles": tilesChecked},
		"%d leaves lead to the signed root; %d tiles of hashes are those of the leaves", tree.Size(), tilesChecked)
	if o.genesis == nil {
		return failed("records", "the log holds no ledger that this program knows")
	}
	report.add("records", map[string]int64{"records": tree.Size(), "streams": int64(len(o.streams)), "unknown": report.Unknown},
		"%d in %d streams, each in its one form; %d of a type unknown here", tree.Size(), len(o.streams), report.Unknown)
	public, deferred, attested := ruleMarks()
	report.add("rules", map[string]int64{"judged": judged, "public": public, "deferred": deferred, "attested": attested},
		"%d records judged at their basis by %d public rules; %d deferred; %d attested by the operator", judged, public, deferred, attested)
	s, f := a.values.finish()
	if f != nil {
		return f
	}
	report.add("sealed", map[string]int64{"commitments": s.commitments, "disclosed": s.disclosed, "erased": s.erased, "closed": s.closed},
		"%d commitments: %d disclosed and fitting, %d erased, %d not public", s.commitments, s.disclosed, s.erased, s.closed)
	return nil
}

// keep puts records into the store, which holds them against each other: an id that is known is found here.
func (a *Auditor) keep(ctx context.Context, o *order, records []eventstore.Event) error {
	if a.store == nil {
		store, err := a.opt.Store(o.ledger)
		if err != nil {
			return fmt.Errorf("making the store of the audit: %w", err)
		}
		a.store = store
		a.histories = histories{store: store}
		a.values.ledger = o.ledger
	}
	err := a.store.Replicate(ctx, records)
	if errors.Is(err, eventstore.ErrDiverged) {
		return failed("order", "%v", err)
	}
	return err
}

func (r *Report) add(name string, figures map[string]int64, format string, args ...any) {
	r.Checks = append(r.Checks, Check{Name: name, Says: fmt.Sprintf(format, args...), Figures: figures})
}
