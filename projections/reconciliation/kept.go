package reconciliation

import (
	"sync"

	"arobase/domain"
	"arobase/projections/labels"
)

// Kept keeps the items about figures from one question to the next: to set every figure of the design size against every
// other takes a fiftieth of a second. What is about a ceremony is never kept, for it shows texts, which may be erased. The
// zero value is ready, and may be used from several goroutines. It must be asked about one ledger only.
type Kept struct {
	mu       sync.Mutex
	editions map[domain.Edition]keptItems // guarded by mu
}

type keptItems struct {
	size  uint64 // as of which they were found
	items []Item
}

// of gives the items of an edition that are about figures. They are shared and must not be changed.
func (k *Kept) of(w World, e domain.Edition) []Item {
	if k == nil || w.Size == labels.Now {
		return w.figures(e)
	}
	k.mu.Lock()
	kept, known := k.editions[e]
	k.mu.Unlock()
	since := max(w.Figures.Since(e), w.Labels.FoundedSince())
	// Who entered or left is counted from the edition before, too.
	if known && min(kept.size, w.Size) >= since && w.Labels.Unchanged(e, kept.size, w.Size) && w.Labels.Unchanged(e-1, kept.size, w.Size) {
		return kept.items
	}
	items := w.figures(e)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.editions == nil {
		k.editions = map[domain.Edition]keptItems{}
	}
	if w.Size >= k.editions[e].size {
		k.editions[e] = keptItems{w.Size, items}
	}
	return items
}
