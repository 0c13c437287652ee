package audit

import (
	"context"
	"errors"
	"fmt"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections"
)

// judge decides a record again, from what came before it. What follows from a record of a type that this program does not
// know nobody here can judge.
func (a *Auditor) judge(ctx context.Context, r *record) error {
	a.ceremonies.apply(r)
	a.appeals.apply(r)
	if r.event == nil {
		a.unknown++
		return nil
	}
	rec := r.recorded()
	c, err := domain.CommandOf(rec)
	if err != nil {
		return r.fail("rules", "form", "%v", err)
	}
	in := domain.Input{LedgerID: a.order.ledger}
	if in.History, err = a.histories.before(ctx, rec); err != nil {
		return err
	}
	if basis := c.Basis(); len(basis) > 0 {
		in.Others = make(map[domain.StreamName][]domain.Recorded, len(basis))
		for _, s := range basis {
			if in.Others[s], err = a.histories.of(ctx, s); err != nil {
				return err
			}
		}
	}
	verdict, err := domain.Judge(in, rec)
	switch broken := (*domain.Broken)(nil); {
	case errors.Is(err, domain.ErrIncomplete):
		return nil
	case errors.As(err, &broken):
		return r.fail("rules", string(broken.Rule), "%s", broken.Error())
	case err != nil:
		return r.fail("rules", "form", "%v", err)
	}
	if err := a.ceremonies.judge(r); err != nil {
		return err
	}
	if err := a.judgeErasure(ctx, r); err != nil {
		return err
	}
	a.judged++
	a.rules.Add(verdict)
	a.opened += openedBy(r, verdict)
	a.histories.add(rec)
	return nil
}

// openedBy counts the deferred rules that can be told from a record on: its own, where it seals nothing of what they need,
// and those of the decision that it discloses, whose values it opens.
func openedBy(r *record, verdict domain.Verdict) int64 {
	switch r.event.(type) {
	case *domain.DecisionSealed:
		return 0
	case *domain.DecisionDisclosed:
		return int64(verdict.Deferred + domain.Asked("decision-sealed").Deferred)
	}
	return int64(verdict.Deferred)
}

// histories reads streams from the store and remembers those that were asked for last. A stream that is remembered is
// known up to the last record that was judged, or further. One goroutine at a time.
type histories struct {
	store eventstore.Store
	// young are the streams that were asked for since the last turn, old those of the time before.
	young, old map[domain.StreamName][]domain.Recorded
	events     int // in young
}

// mostRemembered bounds the events in young, and so those in memory to twice as many: some hundred megabytes.
const mostRemembered = 150_000

// of gives a stream as far as it is known.
func (h *histories) of(ctx context.Context, s domain.StreamName) ([]domain.Recorded, error) {
	if known, ok := h.young[s]; ok {
		return known, nil
	}
	known, ok := h.old[s]
	if !ok {
		for e, err := range h.store.ReadStream(ctx, string(s), 0) {
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", s, err)
			}
			r, err := projections.Decode(e)
			if errors.Is(err, domain.ErrUnknownType) {
				break // what is recorded after it in this stream nobody here can judge
			}
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", s, err)
			}
			known = append(known, r)
		}
	}
	h.remember(s, known, len(known))
	return known, nil
}

// before gives the stream of a record before it. The beginning of a stream is not looked for: there is nothing before it.
func (h *histories) before(ctx context.Context, r domain.Recorded) ([]domain.Recorded, error) {
	if r.Revision == 0 {
		return nil, nil
	}
	known, err := h.of(ctx, r.Stream)
	if err != nil {
		return nil, err
	}
	n := min(r.Revision, int64(len(known)))
	return known[:n:n], nil
}

// add takes in a record that was judged, which comes next in its stream, or is known already because the store had it.
func (h *histories) add(r domain.Recorded) {
	if known := h.young[r.Stream]; int64(len(known)) == r.Revision {
		h.remember(r.Stream, append(known, r), 1)
	}
}

func (h *histories) remember(s domain.StreamName, known []domain.Recorded, more int) {
	if h.young == nil {
		h.young = map[domain.StreamName][]domain.Recorded{}
	}
	h.young[s] = known
	h.events += more
}

// forget forgets all of it: what is asked for again is read from the store.
func (h *histories) forget() { *h = histories{store: h.store} }

// turn forgets what was not asked for since the last turn, if there is much. The records that were judged must be in the
// store: what is asked for again is read from there.
func (h *histories) turn() {
	if h.events > mostRemembered {
		h.old, h.young, h.events = h.young, nil, 0
	}
}
