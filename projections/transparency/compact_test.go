package transparency_test

import (
	"fmt"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"arobase/projections/transparency"
)

// A compact tree has at every size the root, and at every full tile the hashes, that package tlog computes.
func TestCompact(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	var tree transparency.Compact
	var tiles transparency.TileHashes
	full := map[int]int64{}
	check := func(tile tlog.Tile, hashes []tlog.Hash) {
		t.Helper()
		want, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		for _, h := range hashes {
			got = append(got, h[:]...)
		}
		if string(got) != string(want) {
			t.Fatalf("%s differs", torchwood.TilePath(tile))
		}
	}
	const leaves = 256*256 + 300
	for n := range int64(leaves) {
		record := fmt.Append(nil, n)
		more, err := tlog.StoredHashes(n, record, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		completed := tree.Add(tlog.RecordHash(record))
		if err := tiles.Add(completed, func(level int, hashes []tlog.Hash) error {
			check(tlog.Tile{H: 8, L: level, N: full[level], W: 256}, hashes)
			full[level]++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n > 600 && n < leaves-10 && n%997 != 0 {
			continue
		}
		want, err := tlog.TreeHash(n+1, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Root() != want || tree.Size() != n+1 {
			t.Fatalf("at %d: root %v of %d, want %v", n+1, tree.Root(), tree.Size(), want)
		}
		for level, hashes := range tiles {
			if len(hashes) > 0 {
				check(tlog.Tile{H: 8, L: level, N: full[level], W: len(hashes)}, hashes)
			}
		}
	}
	if full[0] != 257 || full[1] != 1 {
		t.Errorf("full tiles: %v", full)
	}
	if empty := (&transparency.Compact{}).Root(); empty != (tlog.Hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}) {
		t.Errorf("root of the empty tree: %v", empty)
	}
}
