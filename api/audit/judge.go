package audit

import (
	"context"
	"errors"
	"fmt"

	"arobase/domain"
	"arobase/eventstore"
	"arobase/projections"
)

// judge decides a record again, from what it names as its basis. What follows from records of unknown types nobody here
// can judge: from the first of them on only the form and the order of records are looked at.
func (a *Auditor) judge(ctx context.Context, r *record) error {
	if r.event == nil {
		a.unknown++
	}
	if a.unknown > 0 {
		return nil
	}
	in := domain.Input{Others: map[domain.StreamName][]domain.Recorded{}, Vouched: func(domain.Rule) { a.attestations++ }}
	var err error
	if in.History, err = a.histories.upTo(ctx, r.env.Subject, r.env.Revision); err != nil {
		return err
	}
	for stream, revision := range r.env.Basis {
		if in.Others[domain.StreamName(stream)], err = a.histories.upTo(ctx, stream, revision+1); err != nil {
			return err
		}
	}
	err = domain.Judge(in, r.recorded())
	var broken *domain.Broken
	switch {
	case errors.As(err, &broken):
		return r.fail("rules", string(broken.Rule), "%s", broken.Error())
	case err != nil:
		return r.fail("rules", "form", "%v", err)
	}
	return nil
}

// ruleMarks counts the rules by who can check them.
func ruleMarks() (public, deferred, attested int64) {
	for _, r := range domain.Rules() {
		switch r.Mark {
		case domain.MarkPublic:
			public++
		case domain.MarkDeferred:
			deferred++
		case domain.MarkAttested:
			attested++
		}
	}
	return public, deferred, attested
}

// histories reads streams from the store and remembers some of them. One goroutine at a time.
type histories struct {
	store  eventstore.Replica
	known  map[string][]domain.Recorded
	events int // in known
}

// mostRemembered bounds the events in memory, to some hundred megabytes. They are all forgotten then: simpler than
// choosing, and a stream is read again in microseconds.
const mostRemembered = 200_000

// upTo gives the first n events of a stream.
func (h *histories) upTo(ctx context.Context, stream string, n int64) ([]domain.Recorded, error) {
	known := h.known[stream]
	if int64(len(known)) >= n {
		return known[:n:n], nil
	}
	if h.known == nil || h.events > mostRemembered {
		h.known, h.events = map[string][]domain.Recorded{}, 0
		known = nil
	}
	before := len(known)
	for e, err := range h.store.ReadStream(ctx, stream, eventstore.Revision(before)) {
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", stream, err)
		}
		r, err := projections.Decode(e)
		if errors.Is(err, domain.ErrUnknownType) {
			break // nothing that is recorded after it is judged
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", stream, err)
		}
		known = append(known, r)
	}
	h.known[stream] = known
	h.events += len(known) - before
	return known[:min(n, int64(len(known)))], nil
}
