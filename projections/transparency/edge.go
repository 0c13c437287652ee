package transparency

import (
	"crypto/sha256"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// edge is the right edge of a tree: the roots of its greatest complete subtrees, the greatest first, one for each bit
// that is set in the size. It is all that is needed to append.
type edge []tlog.Hash

// add appends leaf number n, whose edge e is, and puts the hashes to be stored behind out: that of the leaf, and of each
// subtree that it completes. They are those of [tlog.StoredHashes], without reading any hash back. Their number is just
// under two on average.
func (e *edge) add(n int64, leaf tlog.Hash, out []tlog.Hash) []tlog.Hash {
	out = append(out, leaf)
	for ; n&1 == 1; n >>= 1 {
		last := len(*e) - 1
		leaf = tlog.NodeHash((*e)[last], leaf)
		*e = (*e)[:last]
		out = append(out, leaf)
	}
	*e = append(*e, leaf)
	return out
}

// readEdge gives the right edge of the tree of a size.
func readEdge(size int64, hashes hashStorage) (edge, error) {
	e, err := hashes.read(torchwood.RightEdge(size))
	if err != nil {
		return nil, fmt.Errorf("reading the right edge at size %d: %w", size, err)
	}
	return e, nil
}

// wholeLeaves is the size of the greatest tree that needs no more than a number of stored hashes.
func wholeLeaves(count int64) int64 {
	if count == 0 {
		return 0
	}
	// The hash that would come next belongs to leaf n; if it is not that leaf's own, leaf n is there in part.
	level, n := tlog.SplitStoredHashIndex(count)
	if level == 0 {
		return n
	}
	return (n+1)<<level - 1
}

// root is the root of the tree whose edge it is (RFC 6962, section 2.1): at most log2(n) hashes.
func (e edge) root() tlog.Hash {
	if len(e) == 0 {
		return sha256.Sum256(nil)
	}
	h := e[len(e)-1]
	for i := len(e) - 2; i >= 0; i-- {
		h = tlog.NodeHash(e[i], h)
	}
	return h
}
