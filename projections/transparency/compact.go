package transparency

import (
	"slices"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// Compact is a tree of which only the right edge is kept: 64 hashes at most, whatever its size. It is for those who see
// every leaf once and want roots, such as an auditor. The zero Compact is the empty tree. One goroutine at a time.
type Compact struct {
	edge edge
	size int64
}

// Add appends a leaf by its hash and gives the hashes that it completes, as they would be stored: its own, then those of
// the complete subtrees that end with it, the smallest first. Number h in the slice is of a subtree of 2^h leaves.
func (c *Compact) Add(leaf tlog.Hash) []tlog.Hash {
	completed := c.edge.add(c.size, leaf, nil)
	c.size++
	return completed
}

// Size is the number of leaves.
func (c *Compact) Size() int64 { return c.size }

// Root is the root of the tree (RFC 6962, section 2.1). It costs at most log2(size) hashes.
func (c *Compact) Root() tlog.Hash { return c.edge.root() }

// TileHashes are the hashes of the tiles that are not full yet, one slice for each level of C2SP tlog-tiles. Together
// they are the edge of the tree.
type TileHashes [][]tlog.Hash

// Add takes what [Compact.Add] gave, and tells of each tile that is full with it, from the lowest level up. The hashes
// are valid until the next call.
func (t *TileHashes) Add(completed []tlog.Hash, full func(level int, hashes []tlog.Hash) error) error {
	for height := 0; height < len(completed); height += torchwood.TileHeight {
		level := height / torchwood.TileHeight
		if level == len(*t) {
			*t = append(*t, make([]tlog.Hash, 0, torchwood.TileWidth))
		}
		(*t)[level] = append((*t)[level], completed[height])
		if len((*t)[level]) == torchwood.TileWidth {
			if err := full(level, (*t)[level]); err != nil {
				return err
			}
			(*t)[level] = (*t)[level][:0]
		}
	}
	return nil
}

// Clone is a copy that can grow by itself.
func (c *Compact) Clone() Compact { return Compact{slices.Clone(c.edge), c.size} }
