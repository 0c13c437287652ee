package transparency

import (
	"bytes"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

const leafSize = 507 // the mean of a full history

// BenchmarkAppend appends leaves in batches to a file. One iteration is one leaf.
func BenchmarkAppend(b *testing.B) {
	tree, _, err := Open(b.Context(), filepath.Join(b.TempDir(), "hashes"), newLedger("bench", 0))
	if err != nil {
		b.Fatal(err)
	}
	leaves := make([][]byte, batch)
	for i := range leaves {
		leaves[i] = bytes.Repeat([]byte{byte(i)}, leafSize)
	}
	b.SetBytes(leafSize)
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += batch {
		if err := tree.Append(eventstore.Position(n), leaves[:min(batch, b.N-n)]...); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := tree.Sync(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

// BenchmarkHashing is the peer of BenchmarkAppend: the two hashes a leaf, and nothing else.
func BenchmarkHashing(b *testing.B) {
	leaf := bytes.Repeat([]byte{1}, leafSize)
	var h tlog.Hash
	b.SetBytes(leafSize)
	for b.Loop() {
		h = tlog.NodeHash(h, tlog.RecordHash(leaf))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

// BenchmarkAppendThroughTlog is the other peer: the same, with tlog.StoredHashes reading back what it needs.
func BenchmarkAppendThroughTlog(b *testing.B) {
	f, err := openFile(filepath.Join(b.TempDir(), "hashes"))
	if err != nil {
		b.Fatal(err)
	}
	leaf := bytes.Repeat([]byte{1}, leafSize)
	b.SetBytes(leafSize)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range int64(b.N) {
		hashes, err := tlog.StoredHashes(n, leaf, tlog.HashReaderFunc(f.read))
		if err != nil {
			b.Fatal(err)
		}
		var encoded []byte
		for _, h := range hashes {
			encoded = append(encoded, h[:]...)
		}
		if err := f.write(tlog.StoredHashCount(n), encoded); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}

func million(b *testing.B) *Tree {
	b.Helper()
	tree, _, err := Open(b.Context(), filepath.Join(b.TempDir(), "hashes"), newLedger("bench", 1_000_000))
	if err != nil {
		b.Fatal(err)
	}
	return tree
}

// BenchmarkInclusion proves a leaf among a million.
func BenchmarkInclusion(b *testing.B) {
	tree := million(b)
	b.ResetTimer()
	for i := int64(0); b.Loop(); i++ {
		if _, err := tree.Inclusion(i*7919%1_000_000, 1_000_000); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTile reads the hashes of a full tile of leaves.
func BenchmarkTile(b *testing.B) {
	tree := million(b)
	b.ResetTimer()
	for i := int64(0); b.Loop(); i++ {
		if _, err := tlog.ReadTileData(tlog.Tile{H: 8, L: 0, N: i % 3900, W: 256}, tree); err != nil {
			b.Fatal(err)
		}
	}
}
