package tlog

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// tile gives the content of a tile if the last checkpoint covers it. Partial tiles of every width are cut on request, also
// where the full tile is there.
func (l *Log) tile(ctx context.Context, t tlog.Tile) ([]byte, error) {
	head, err := l.Checkpoint(ctx)
	if errors.Is(err, ErrNoHead) {
		return nil, errNoTile
	}
	if err != nil {
		return nil, err
	}
	return l.Tile(ctx, head.Size, t)
}

// Tile gives the content of a tile of hashes, or of an entry bundle for level -1, of the tree of a size, which the caller
// knows to be under a checkpoint.
func (l *Log) Tile(ctx context.Context, size int64, t tlog.Tile) ([]byte, error) {
	switch {
	case !Covers(size, t):
		return nil, errNoTile
	case !Covers(l.Tree.Size(), t):
		return nil, errBehind
	}
	if t.L == -1 {
		return l.entries(ctx, t)
	}
	data, err := tlog.ReadTileData(t, l.Tree)
	if err != nil {
		return nil, fmt.Errorf("cutting %s: %w", torchwood.TilePath(t), err)
	}
	return data, nil
}

// Covers says whether a tree of a size has every hash of a tile: at level l it has floor(size / 256^l) of them.
func Covers(size int64, t tlog.Tile) bool {
	level := max(t.L, 0)
	if level >= 8 { // 256^8 is more than any size
		return false
	}
	count := size >> (level * torchwood.TileHeight)
	// The first comparison keeps the second from overflowing.
	return t.N >= 0 && t.N <= count/torchwood.TileWidth && t.N*torchwood.TileWidth+int64(t.W) <= count
}

// entries gives an entry bundle (C2SP tlog-tiles, "Log entries"). Every entry is hashed again and compared with its leaf:
// what does not fit is ErrDisagree, and nothing is served.
func (l *Log) entries(ctx context.Context, t tlog.Tile) ([]byte, error) {
	first := t.N * torchwood.TileWidth
	indexes := make([]int64, t.W)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	leaves, err := l.Tree.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("reading the leaves of %s: %w", torchwood.TilePath(t), err)
	}
	var bundle []byte
	next := 0
	for e, err := range l.Events.ReadAll(ctx, eventstore.Position(first)) {
		leaf := first + int64(next)
		if errors.Is(err, eventstore.ErrDamaged) || err == nil && int64(e.Position) != leaf {
			return nil, l.differs(ctx, Difference{Leaf: leaf, End: leaf + 1, Missing: true})
		}
		if err != nil {
			return nil, fmt.Errorf("reading the entries of %s: %w", torchwood.TilePath(t), err)
		}
		if tlog.RecordHash(e.Bytes) != leaves[next] {
			return nil, l.differs(ctx, Difference{Leaf: leaf, End: leaf + 1, Event: e.ID.String()})
		}
		if bundle, err = torchwood.AppendTileEntry(bundle, e.Bytes); err != nil {
			return nil, fmt.Errorf("bundling event %d: %w", e.Position, err)
		}
		if next++; next == t.W {
			return bundle, nil
		}
	}
	leaf := first + int64(next)
	return nil, l.differs(ctx, Difference{Leaf: leaf, End: leaf + 1, Missing: true})
}
