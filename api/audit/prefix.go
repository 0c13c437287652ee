package audit

import (
	"context"
	"errors"
	"sync"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore/envelope"
)

// holds tells whether a signed tree begins with a smaller one (RFC 6962, section 2.1.2). The hashes that prove it are
// those that the log serves, each of them on its way to the signed root: O(log n) tiles.
func (a *Auditor) holds(ctx context.Context, signed, smaller tlog.Tree) (bool, error) {
	if smaller.N == signed.N {
		return smaller.Hash == signed.Hash, nil
	}
	if smaller.N == 0 {
		return true, nil
	}
	proof, err := tlog.ProveTree(signed.N, smaller.N, a.signedHashes(ctx, signed))
	if err != nil {
		return false, unlessUnreachable(err, "the tiles of hashes do not lead to the signed root: %v", err)
	}
	return tlog.CheckTree(proof, signed.N, signed.Hash, smaller.N, smaller.Hash) == nil, nil
}

// signedHashes reads hashes from the tiles of the log and gives only those that lead to the root of a signed tree.
func (a *Auditor) signedHashes(ctx context.Context, signed tlog.Tree) tlog.HashReader {
	return torchwood.TileHashReaderWithContext(ctx, signed, a.tileReader)
}

// tileReader is a torchwood.TileReader over the log. It remembers tiles above the lowest level: proofs ask for the same
// ones.
type tileReader struct {
	log Source

	mu         sync.Mutex
	remembered map[tlog.Tile][]byte // guarded by mu
}

// rememberedTiles bounds what tileReader remembers, at 8 KiB each.
const rememberedTiles = 64

func (r *tileReader) ReadTiles(ctx context.Context, tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		r.mu.Lock()
		known, ok := r.remembered[t]
		r.mu.Unlock()
		if ok {
			out[i] = known
			continue
		}
		data, err := hashTile(ctx, r.log, t)
		if err != nil {
			return nil, err
		}
		out[i] = data
	}
	return out, nil
}

// SaveTiles implements torchwood.TileReader: these tiles lead to the signed root.
func (r *tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.remembered)+len(tiles) > rememberedTiles {
		r.remembered = nil
	}
	if r.remembered == nil {
		r.remembered = map[tlog.Tile][]byte{}
	}
	for i, t := range tiles {
		if t.L > 0 && t.W == torchwood.TileWidth {
			r.remembered[t] = data[i]
		}
	}
}

// ReadEndpoint implements torchwood.TileReader. Nothing asks for it.
func (r *tileReader) ReadEndpoint(ctx context.Context, path string) ([]byte, error) {
	return r.log.Read(ctx, path, maxCheckpoint)
}

// hashTile reads a tile of hashes of the right size.
func hashTile(ctx context.Context, log Source, t tlog.Tile) ([]byte, error) {
	path := torchwood.TilePath(t)
	data, width, err := readTile(ctx, log, t)
	if err == nil && len(data) != width*tlog.HashSize {
		err = wrongAnswer("tiles", path, "it has %d bytes, not the %d of %d hashes", len(data), width*tlog.HashSize, width)
	}
	if err != nil {
		return nil, missing(err, "tiles", path)
	}
	return data[:t.W*tlog.HashSize], nil
}

// missing makes a failure of what a log must have under its checkpoint and does not have.
func missing(err error, check, path string) error {
	switch {
	case errors.Is(err, ErrAbsent):
		return wrongAnswer(check, path, "it is not there, and the checkpoint covers it")
	case errors.Is(err, ErrTooLarge):
		return wrongAnswer(check, path, "%v", err)
	}
	return err
}

func wrongAnswer(check, path, format string, args ...any) *Failure {
	f := failed(check, format, args...)
	f.Address = path
	return f
}

// unlessUnreachable is a failure of the tiles, unless the log could not be read or the failure has a reason of its own.
func unlessUnreachable(err error, format string, args ...any) error {
	if _, ok := errors.AsType[*UnreachableError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*Failure](err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return failed("tiles", format, args...)
}

// blame finds the first of several leaves that is not the signed one. Leaves that are all signed are no failure; then it
// returns nil.
func (a *Auditor) blame(ctx context.Context, signed tlog.Tree, first int64, leaves []tlog.Hash, entry func(i int) []byte) error {
	for from := 0; from < len(leaves); from += torchwood.TileWidth {
		part := leaves[from:min(from+torchwood.TileWidth, len(leaves))]
		indexes := make([]int64, len(part))
		for i := range part {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(from+i))
		}
		want, err := a.signedHashes(ctx, signed).ReadHashes(indexes)
		if err != nil {
			return unlessUnreachable(err, "the tiles of hashes around leaf %d do not lead to the signed root: %v", first+int64(from), err)
		}
		for i, h := range part {
			if h != want[i] {
				f := failed("entries", "it is not the record that was signed: its hash is %v, the signed one %v", h, want[i])
				f.Leaf = first + int64(from+i)
				if env, err := envelope.Parse(entry(from + i)); err == nil {
					f.Event, f.Type = env.ID, env.Type
				}
				return f
			}
		}
	}
	return nil
}
