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
