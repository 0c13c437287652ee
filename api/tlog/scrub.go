package tlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"arobase/projections/transparency"
)

// ScrubbedTree is what a scrubber needs of a transparency.Tree.
type ScrubbedTree interface {
	Size() int64
	Scrub(ctx context.Context, rest func(ctx context.Context, done int64) error) (int64, error)
	CheckLeaf(ctx context.Context, leaf int64) error
}

const (
	// leastPace is how many leaves a second are compared at least: 50 million in an hour and a half, for three percent
	// of one processor and some megabytes a second of the disk. So a round ends long before a server is restarted.
	leastPace = 10_000
	// watching is how often the end of the ledger is looked at, and what else may change in a moment.
	watching = time.Second
	// scrubAgain is how long to wait after a round that could not be finished, if the period is not shorter.
	scrubAgain = time.Minute
)

// Scrubber reads the whole ledger again, once in each period, and compares every record with its leaf; and every second
// the last record, so that a ledger that was cut back is noticed at once. What it finds stops the signer. All methods may
// be called by many goroutines at once.
type Scrubber struct {
	parts ScrubberParts
	again chan struct{} // holds one token when the next round is to begin at once

	mu    sync.Mutex
	state ScrubState // guarded by mu
}

// ScrubberParts are what a scrubber works with. All but Watch and Logger must be there.
type ScrubberParts struct {
	Tree   ScrubbedTree
	Signer *Signer
	// Period is the time from the beginning of one round to that of the next. Every record is compared at least once in
	// that time.
	Period time.Duration
	// Derived says that the tree was computed from the ledger as it is: see [Signer.Agrees].
	Derived bool
	// Watch is asked every second whether what is open is still what it was. An error stops the signer until the process
	// starts again. May be nil.
	Watch  func() error
	Now    func() time.Time
	Logger *slog.Logger // nil: silent
}

// ScrubState is how the scrubber does, for readiness and metrics.
type ScrubState struct {
	Period time.Duration
	// Done is how many leaves of the round under way were compared; 0 while there is none.
	Done int64
	// Rounds is how many rounds were finished since the process started, and Failures how many could not be.
	Rounds, Failures int64
	// Ended is when the last round ended, Leaves how many leaves it compared; Found is the difference that it ended with,
	// and Failed why it could not be finished. All are zero before the first.
	Ended  time.Time
	Leaves int64
	Found  *Difference
	Failed error
	// Next is when the next round begins; the zero time while one is under way.
	Next time.Time
}

func (s ScrubState) String() string {
	next := "; the next begins at " + s.Next.UTC().Format(time.RFC3339)
	if s.Next.IsZero() {
		next = fmt.Sprintf("; under way: %d compared", s.Done)
	}
	ended := s.Ended.UTC().Format(time.RFC3339)
	switch {
	case s.Ended.IsZero():
		return "every " + s.Period.String() + "; no round has ended yet" + next
	case s.Found != nil:
		return fmt.Sprintf("the round that ended at %s found that %s%s", ended, s.Found, next)
	case s.Failed != nil:
		return fmt.Sprintf("the round that ended at %s failed: %v%s", ended, s.Failed, next)
	}
	return fmt.Sprintf("%d records are what they were at %s%s", s.Leaves, ended, next)
}

// NewScrubber prepares a scrubber.
func NewScrubber(parts ScrubberParts) *Scrubber {
	if parts.Logger == nil {
		parts.Logger = slog.New(slog.DiscardHandler)
	}
	return &Scrubber{parts: parts, again: make(chan struct{}, 1), state: ScrubState{Period: parts.Period}}
}

// State is how the scrubber does.
func (s *Scrubber) State() ScrubState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Run scrubs until the context ends. The first round begins at once.
func (s *Scrubber) Run(ctx context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { s.watch(ctx); return nil })
	g.Go(func() error { s.rounds(ctx); return nil })
	_ = g.Wait() // neither fails
}

// rounds begins one round in each period.
func (s *Scrubber) rounds(ctx context.Context) {
	for ctx.Err() == nil {
		begun := s.parts.Now()
		failed := s.round(ctx)
		wait := s.parts.Period - s.parts.Now().Sub(begun)
		if failed {
			wait = min(wait, scrubAgain)
		}
		wait = max(wait, 0)
		s.change(func(state *ScrubState) { state.Next, state.Done = s.parts.Now().Add(wait), 0 })
		sleep(ctx, wait, s.again)
	}
}

func (s *Scrubber) change(f func(state *ScrubState)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
}

// round compares every record with its leaf.
func (s *Scrubber) round(ctx context.Context) (failed bool) {
	s.change(func(state *ScrubState) { state.Next = time.Time{} })
	done, err := s.parts.Tree.Scrub(ctx, s.pace())
	if ctx.Err() != nil {
		return false
	}
	var found *Difference
	if err == nil {
		err = s.parts.Signer.Agrees(ctx, s.parts.Derived)
	} else {
		found, err = s.tell(ctx, err)
	}
	if err != nil {
		s.parts.Logger.Error("the records could not be compared with their leaves", "error", err)
	}
	s.change(func(state *ScrubState) {
		state.Ended, state.Leaves, state.Found, state.Failed = s.parts.Now(), done, found, err
		if err != nil {
			state.Failures++
		} else {
			state.Rounds++
		}
	})
	return err != nil
}

// pace spreads a round over half a period at most, and is no slower than need be. Where something is known to be wrong it
// does not wait: whoever has repaired it wants to know.
func (s *Scrubber) pace() func(context.Context, int64) error {
	begun, size := s.parts.Now(), s.parts.Tree.Size()
	perSecond := max(leastPace, float64(size)/(s.parts.Period/2).Seconds())
	urgent := s.parts.Signer.State().Refused != nil
	return func(ctx context.Context, done int64) error {
		s.change(func(state *ScrubState) { state.Done = done })
		due := begun.Add(time.Duration(float64(done) / perSecond * float64(time.Second)))
		if wait := due.Sub(s.parts.Now()); wait > 0 && !urgent {
			sleep(ctx, wait, nil)
		}
		return ctx.Err()
	}
}

// watch looks every second at what may change in a moment: whether the last record is there and is what it was, the one
// that was the last the time before, and one that was found to differ. Once that one is repaired a round begins.
func (s *Scrubber) watch(ctx context.Context) {
	var before int64
	var differed bool
	for ctx.Err() == nil {
		size := s.parts.Tree.Size()
		for _, n := range []int64{before, size} {
			if n > 0 {
				_ = s.look(ctx, n-1) // what cannot be read now is read again in a second, and by the next round
			}
		}
		before = size
		if r := s.parts.Signer.State().Refused; r != nil && r.Cause == Differs {
			differs := s.look(ctx, r.Difference.Leaf) != nil
			if differed && !differs {
				select {
				case s.again <- struct{}{}:
				default:
				}
			}
			differed = differs
		}
		if s.parts.Watch != nil {
			if err := s.parts.Watch(); err != nil {
				s.parts.Signer.Hold(Held, err.Error())
			}
		}
		sleep(ctx, watching, nil)
	}
}

// look compares one record with its leaf.
func (s *Scrubber) look(ctx context.Context, leaf int64) error {
	err := s.parts.Tree.CheckLeaf(ctx, leaf)
	if err != nil && ctx.Err() == nil {
		if _, failed := s.tell(ctx, err); failed != nil {
			s.parts.Logger.Warn("a record could not be compared with its leaf", "leaf", leaf, "error", failed)
		}
	}
	return err
}

// tell tells the signer of a difference. Any other error is given back.
func (s *Scrubber) tell(ctx context.Context, err error) (*Difference, error) {
	differs, ok := errors.AsType[*transparency.DiffersError](err)
	if !ok {
		return nil, err
	}
	found := DifferenceOf(differs, s.parts.Now())
	return &found, s.parts.Signer.Differs(ctx, found)
}

// DifferenceOf says of a leaf that differs what the signer is told.
func DifferenceOf(e *transparency.DiffersError, at time.Time) Difference {
	d := Difference{Leaf: e.Leaf, End: e.Leaf + 1, Missing: e.Missing, Found: at.UTC().Truncate(time.Millisecond)}
	if !e.Missing {
		d.Event = e.Event.String()
	}
	return d
}
