package transparency

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
	"arobase/projections/transparency/treetest"
)

const leafSize = 507 // the mean of a full history

// BenchmarkAppend appends leaves in batches to a file, and syncs. One iteration is one leaf. The peers take turns with it:
// tlog.StoredHashes of the Go team over memory, which nothing outlives, and over the same kind of file.
func BenchmarkAppend(b *testing.B) {
	for _, peer := range []string{"memory", "file"} {
		b.Run("peer=tlog-over-"+peer, func(b *testing.B) {
			tree, _, err := Open(b.Context(), filepath.Join(b.TempDir(), "hashes"), newLedger("bench", 0))
			if err != nil {
				b.Fatal(err)
			}
			leaves := make([][]byte, batch)
			for i := range leaves {
				leaves[i] = bytes.Repeat([]byte{byte(i)}, leafSize)
			}
			theirs := appendToMemory()
			if peer == "file" {
				theirs = appendToFile(b)
			}
			var spent [2]time.Duration
			n := 0
			for ; n < b.N; n += batch {
				began := time.Now()
				if err := tree.Append(eventstore.Position(n), leaves...); err != nil {
					b.Fatal(err)
				}
				if n%window == 0 {
					if _, err := tree.Sync(); err != nil {
						b.Fatal(err)
					}
				}
				spent[0] += time.Since(began)
				began = time.Now()
				for i, leaf := range leaves {
					if err := theirs(int64(n+i), leaf); err != nil {
						b.Fatal(err)
					}
				}
				spent[1] += time.Since(began)
			}
			b.ReportMetric(0, "ns/op") // is the sum of both, and says nothing
			b.ReportMetric(float64(n)/spent[0].Seconds(), "leaves/s")
			b.ReportMetric(float64(n)/spent[1].Seconds(), "peer-leaves/s")
			b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio")
		})
	}
}

func appendToMemory() func(n int64, leaf []byte) error { return new(treetest.Hashes).Add }

// appendToFile appends with tlog.StoredHashes, which reads back what it needs.
func appendToFile(b *testing.B) func(n int64, leaf []byte) error {
	f, err := openFile(filepath.Join(b.TempDir(), "peer"))
	if err != nil {
		b.Fatal(err)
	}
	return func(n int64, leaf []byte) error {
		hashes, err := tlog.StoredHashes(n, leaf, tlog.HashReaderFunc(f.read))
		if err != nil {
			return err
		}
		var encoded []byte
		for _, h := range hashes {
			encoded = append(encoded, h[:]...)
		}
		return f.write(tlog.StoredHashCount(n), encoded)
	}
}

// sizes are those of the trees of the benchmarks. The second takes 1.3 GB, half of it on disk, and a minute to build.
func sizes(b *testing.B) []int64 {
	b.Helper()
	if testing.Short() {
		b.Skip("builds trees of a million leaves")
	}
	if os.Getenv("AROBASE_BENCH_LARGE") == "" {
		return []int64{1_000_000}
	}
	return []int64{1_000_000, 10_000_000}
}

// BenchmarkTree gets what readers need from a tree on disk: proofs that leaves are in it, proofs that it extends smaller
// ones, full and partial tiles. The peer, which takes turns with it, is the Go team's package over all hashes in memory: no
// disk, and nothing to check. What both give is compared at the end.
func BenchmarkTree(b *testing.B) {
	for _, size := range sizes(b) {
		b.Run(fmt.Sprintf("leaves=%d", size), func(b *testing.B) {
			tree, _, err := Open(b.Context(), filepath.Join(b.TempDir(), "hashes"), treetest.Numbers(size))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = tree.Close() })
			memory := treetest.InMemory(b, size)
			for _, what := range []struct {
				name         string
				ours, theirs func(i int64) (any, error)
			}{
				{"inclusion", func(i int64) (any, error) { return tree.Inclusion(i, size) },
					func(i int64) (any, error) { return tlog.ProveRecord(size, i, memory) }},
				{"consistency", func(i int64) (any, error) { return tree.Consistency(i+1, size) },
					func(i int64) (any, error) { return tlog.ProveTree(size, i+1, memory) }},
				{"tile", func(i int64) (any, error) { return tlog.ReadTileData(tile(i, 256), tree) },
					func(i int64) (any, error) { return tlog.ReadTileData(tile(i, 256), memory) }},
				{"partial-tile", func(i int64) (any, error) { return tlog.ReadTileData(tile(i, 1+int(i%255)), tree) },
					func(i int64) (any, error) { return tlog.ReadTileData(tile(i, 1+int(i%255)), memory) }},
			} {
				b.Run(what.name, func(b *testing.B) {
					var race treetest.Race
					for i := range int64(b.N) {
						n := i * 7_368_787 % (size - 256) // all over the tree
						var got, want any
						race.Run(b, func() (err error) { got, err = what.ours(n); return err }, func() (err error) { want, err = what.theirs(n); return err })
						if i < 1000 && fmt.Sprint(got) != fmt.Sprint(want) {
							b.Fatalf("%d: ours and the peer's differ", n)
						}
					}
					race.Report(b)
				})
			}
		})
	}
}

// tile is the tile of leaves that a leaf is in.
func tile(leaf int64, width int) tlog.Tile {
	return tlog.Tile{H: 8, N: leaf / 256, W: width}
}
