package ledger

import (
	"slices"
	"sync"

	"arobase/domain"
	"arobase/domain/territory"
	"arobase/projections/labels"
	"arobase/projections/reconciliation"
)

// bodyIndex keeps the names of every body as they are searched, at the greatest size that was asked about: to fold the
// names of the whole country takes a tenth of a second.
type bodyIndex struct {
	mu    sync.Mutex
	size  uint64
	known bool
	all   []indexedBody
}

// indexedBody is a body as it is searched.
type indexedBody struct {
	id          domain.CollectivityID
	insee       string
	siren       string
	foldedNames []string
}

// indexed gives every body of the ledger as of a size, in the order of ids. It must not be changed.
func (l *Ledger) indexed(w reconciliation.World) []indexedBody {
	x := l.index
	x.mu.Lock()
	defer x.mu.Unlock()
	if since := w.Labels.NamesSince(labels.Now); x.known && (x.size == w.Size || x.size >= since && w.Size >= since) {
		return x.all
	}
	var all []indexedBody
	for _, b := range w.Labels.Bodies(w.Size) {
		v := indexedBody{id: b.ID, insee: b.INSEE, siren: b.SIREN}
		for _, name := range append([]string{b.Name}, b.Names...) {
			if folded := territory.Fold(name); !slices.Contains(v.foldedNames, folded) {
				v.foldedNames = append(v.foldedNames, folded)
			}
		}
		all = append(all, v)
	}
	if !x.known || w.Size > x.size {
		x.known, x.size, x.all = true, w.Size, all
	}
	return all
}
