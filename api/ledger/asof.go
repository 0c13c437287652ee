package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections/reconciliation"
	"arobase/projections/trends"
)

// ErrAsOf says that a question was asked as of a moment that has no meaning here.
var ErrAsOf = errors.New("as of")

// AsOf reads a moment: "" is now, a number a size of the ledger, anything else a time of RFC 3339. It gives the size
// that answers name: the greatest of which every event was recorded by then.
func (l *Ledger) AsOf(ctx context.Context, s string) (uint64, error) {
	now := uint64(l.runner.Size())
	if s == "" {
		return now, nil
	}
	if n, err := strconv.ParseUint(s, 10, 53); err == nil {
		if n > now {
			return 0, fmt.Errorf("%w: the ledger has %d events, not %d", ErrAsOf, now, n)
		}
		return n, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, fmt.Errorf("%w: %q is neither a size of the ledger (a whole number) nor a time such as 2017-02-01T12:00:00Z", ErrAsOf, s)
	}
	n, err := l.store.SizeAt(ctx, t)
	if err != nil {
		return 0, fmt.Errorf("finding the size of the ledger at %s: %w", s, err)
	}
	return min(uint64(n), now), nil
}

// world runs f over the projections as of a size, while they stand still.
func (l *Ledger) world(ctx context.Context, size uint64, f func(w reconciliation.World)) {
	l.runner.View(func(eventstore.Position) {
		f(reconciliation.World{
			World: trends.World{Labels: l.labels, Figures: l.figures, Size: size, Counts: l.counts, RegionName: func(code string) string {
				if name, ok := l.cog.Region(code); ok {
					return name
				}
				return code
			}},
			Kept:      l.kept,
			Disclosed: func(commitment string) (string, bool) { return l.disclosed(ctx, commitment) },
		})
	})
}

// Place is a département or a région.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (l *Ledger) departement(code string) *Place {
	name, ok := l.cog.Departement(code)
	if !ok {
		return nil
	}
	return &Place{code, name}
}

func (l *Ledger) region(code string) *Place {
	name, ok := l.cog.Region(code)
	if !ok {
		return nil
	}
	return &Place{code, name}
}

// level is a level as JSON has it: null where there is none.
func level(a *domain.Award) *int {
	if a == nil || !a.Level.Valid() {
		return nil
	}
	n := int(a.Level)
	return &n
}

// begun is how many records may have come since a question was begun for it still to count as one of now: whoever asks that
// does not wait for those who ask as of long ago.
const begun = 64

// gone tells whether a size is gone by.
func (l *Ledger) gone(size uint64) bool { return size+begun < l.Size() }

// listed is world for what looks through a whole edition or all bodies. As of a size that is gone by only one at a time
// does: who asks for a thousand sizes keeps one processor busy, and those wait who ask the like, but nobody else. Where the
// context ends before it is its turn, f is not called.
func (l *Ledger) listed(ctx context.Context, size uint64, f func(w reconciliation.World)) {
	if l.gone(size) {
		select {
		case l.earlier <- struct{}{}:
			defer func() { <-l.earlier }()
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return
		}
	}
	l.world(ctx, size, f)
}

// counted is listed for what rests on the counts of several editions. As of a size that is gone by they are counted one by
// one first, so that the projections do not stand still for all of them together; what was counted is kept for a while.
func (l *Ledger) counted(ctx context.Context, size uint64, f func(w reconciliation.World)) {
	if l.gone(size) {
		var editions []domain.Edition
		l.world(ctx, size, func(w reconciliation.World) { editions = knownEditions(w) })
		for _, e := range editions {
			l.listed(ctx, size, func(w reconciliation.World) { w.Census(e) })
		}
	}
	l.listed(ctx, size, f)
}
