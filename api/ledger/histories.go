package ledger

import (
	"context"
	"fmt"
	"sync"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections"
)

// histories remembers streams as far as they were read. What is recorded never changes, so of a stream that is known only
// what came since has to be read and decoded; that is asked of the store each time, so that what is decided from is never
// older than what the store holds. The zero value is ready.
type histories struct {
	mu sync.Mutex
	// Streams are forgotten by halves: recent takes what is asked for, and when it is full takes the place of before.
	recent, before map[domain.StreamName][]domain.Recorded // guarded by mu
	events         int                                     // in recent; guarded by mu
}

// rememberedEvents bounds the events of one half, some 30 MB.
const rememberedEvents = 1 << 15

// known gives what is remembered of a stream. Whoever is given it must not change it.
func (h *histories) known(s domain.StreamName) []domain.Recorded {
	h.mu.Lock()
	defer h.mu.Unlock()
	if all := h.recent[s]; all != nil {
		return all
	}
	all := h.before[s]
	if all != nil {
		h.keep(s, all)
	}
	return all
}

// remember keeps a stream, unless more of it is known meanwhile.
func (h *histories) remember(s domain.StreamName, all []domain.Recorded) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(all) > len(h.recent[s]) && len(all) <= rememberedEvents {
		h.keep(s, all)
	}
}

// keep puts a stream among the recent ones. The caller holds mu.
func (h *histories) keep(s domain.StreamName, all []domain.Recorded) {
	more := len(all) - len(h.recent[s])
	if h.recent == nil || h.events+more > rememberedEvents {
		h.before, h.recent, h.events = h.recent, map[domain.StreamName][]domain.Recorded{}, 0
		more = len(all)
	}
	h.recent[s] = all[:len(all):len(all)]
	h.events += more
}

// history reads a stream. It is shared by all who ask and must not be changed; to append to it makes a copy.
func (l *Ledger) history(ctx context.Context, s domain.StreamName) ([]domain.Recorded, error) {
	known := l.histories.known(s)
	out := known
	for e, err := range l.store.ReadStream(ctx, string(s), eventstore.Revision(len(known))) {
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", s, err)
		}
		r, err := projections.Decode(e)
		if err != nil {
			return nil, fmt.Errorf("reading %s, revision %d: %w", s, e.Revision, err)
		}
		out = append(out, r)
	}
	if len(out) > len(known) {
		l.histories.remember(s, out)
	}
	return out[:len(out):len(out)], nil
}
