package tlog_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arobase/api/tlog"
	"arobase/projections/transparency"
)

// scrubbed is a tree of a ledger of any size, in which a test says what is wrong.
type scrubbed struct {
	mu     sync.Mutex
	size   int64 // guarded by mu
	wrong  map[int64]error
	rounds []time.Time
}

func (s *scrubbed) Size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

func (s *scrubbed) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *scrubbed) Scrub(ctx context.Context, rest func(ctx context.Context, done int64) error) (int64, error) {
	s.set(func() { s.rounds = append(s.rounds, time.Now()) })
	size := s.Size()
	for leaf := range size {
		if err := s.CheckLeaf(ctx, leaf); err != nil {
			return leaf, err
		}
		if (leaf+1)%1000 == 0 {
			if err := rest(ctx, leaf+1); err != nil {
				return leaf + 1, err
			}
		}
	}
	return size, nil
}

func (s *scrubbed) CheckLeaf(_ context.Context, leaf int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong[leaf]
}

// scrubs runs a scrubber beside a signer in a bubble of synthetic time.
func scrubs(t *testing.T, key *tlog.Key, s *scrubbed, parts tlog.ScrubberParts) (*tlog.Scrubber, *tlog.Signer, func()) {
	t.Helper()
	heads := &memoryHeads{}
	signer := tlog.NewSigner(key, treeOf(t, newEvents(t, "scrubbed", 50)), heads, time.Now)
	parts.Tree, parts.Signer, parts.Now = s, signer, time.Now
	scrubber := tlog.NewScrubber(parts)
	ctx, cancel := context.WithCancel(t.Context())
	end := run(t, signer)
	ended := make(chan struct{})
	go func() { scrubber.Run(ctx); close(ended) }()
	return scrubber, signer, func() { cancel(); <-ended; end() }
}

func TestScrubberKeepsItsPeriod(t *testing.T) {
	key := newKey(t, 1)
	for name, tt := range map[string]struct {
		size int64
		took time.Duration // of a round
	}{
		"small: at least ten thousand a second":  {size: 100_000, took: 10 * time.Second},
		"large: half the period at most":         {size: 2_000_000, took: 30 * time.Second},
		"nothing":                                {size: 0},
		"less than what is compared in one step": {size: 999},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &scrubbed{size: tt.size}
				start := time.Now()
				scrubber, signer, end := scrubs(t, key, s, tlog.ScrubberParts{Period: time.Minute})
				time.Sleep(5*time.Minute + 31*time.Second)
				synctest.Wait()
				end()
				if len(s.rounds) != 6 {
					t.Fatalf("%d rounds in five and a half minutes", len(s.rounds))
				}
				for i, at := range s.rounds {
					if want := start.Add(time.Duration(i) * time.Minute); !at.Equal(want) {
						t.Errorf("round %d began at %v, want %v", i, at, want)
					}
				}
				state := scrubber.State()
				if took := state.Ended.Sub(s.rounds[5]).Round(time.Millisecond); took != tt.took || state.Rounds != 6 || state.Leaves != tt.size || state.Failed != nil || state.Found != nil {
					t.Errorf("a round took %v, want %v: %+v", took, tt.took, state)
				}
				if signer.State().String() != "signed at 50" {
					t.Errorf("signer: %v", signer.State())
				}
			})
		})
	}
}

func TestScrubberStopsTheSigner(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		s := &scrubbed{size: 50, wrong: map[int64]error{}}
		scrubber, signer, end := scrubs(t, key, s, tlog.ScrubberParts{Period: time.Hour})
		defer end()
		time.Sleep(time.Minute)
		s.set(func() { s.wrong[12] = &transparency.DiffersError{Leaf: 12} })
		time.Sleep(time.Hour)
		synctest.Wait()
		const id = "00000000-0000-0000-0000-000000000000"
		if r := signer.State().Refused; r == nil || r.Cause != tlog.Differs || r.Difference.Leaf != 12 || r.Difference.Event != id {
			t.Errorf("signer: %v", signer.State())
		}
		if state := scrubber.State(); state.Found == nil || state.Found.Leaf != 12 || state.Leaves != 12 || !strings.Contains(state.String(), "is not leaf 12 of the log; the next begins at ") {
			t.Errorf("state: %s, %+v", state, state)
		}
		// It is repaired: the signer goes on within seconds, not with the next round.
		s.set(func() { clear(s.wrong) })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if signer.State().String() != "signed at 50" || scrubber.State().Found != nil {
			t.Errorf("repaired: %v, %v", signer.State(), scrubber.State())
		}
	})
}

// A ledger that is cut back, or whose file is replaced, is noticed within seconds.
func TestScrubberWatches(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		s := &scrubbed{size: 50, wrong: map[int64]error{}}
		_, signer, end := scrubs(t, key, s, tlog.ScrubberParts{Period: 24 * time.Hour})
		defer end()
		time.Sleep(time.Hour)
		// Cut back by one, and another event in its place, and one more: within a second.
		s.set(func() { s.wrong[49], s.size = &transparency.DiffersError{Leaf: 49, Missing: true}, 51 })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r := signer.State().Refused; r == nil || r.Reason != "event 49 is missing from the ledger" {
			t.Errorf("signer: %v", signer.State())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var replaced error
		watch := func() error {
			mu.Lock()
			defer mu.Unlock()
			return replaced
		}
		_, signer, end := scrubs(t, key, &scrubbed{size: 50}, tlog.ScrubberParts{Period: 24 * time.Hour, Watch: watch})
		defer end()
		time.Sleep(time.Hour)
		synctest.Wait()
		if signer.State().String() != "signed at 50" {
			t.Errorf("signer: %v", signer.State())
		}
		mu.Lock()
		replaced = errors.New("ledger.db is another file")
		mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r := signer.State().Refused; r == nil || r.Cause != tlog.Held || r.Reason != "ledger.db is another file" {
			t.Errorf("signer: %v", signer.State())
		}
	})
}

// A disk that fails is no difference; it is tried again long before the next period.
func TestScrubberGoesOnAfterFailures(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("disk failed")
		s := &scrubbed{size: 50, wrong: map[int64]error{12: broken}}
		scrubber, signer, end := scrubs(t, key, s, tlog.ScrubberParts{Period: 24 * time.Hour})
		defer end()
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		if state := scrubber.State(); !errors.Is(state.Failed, broken) || state.Failures != 6 || state.Rounds != 0 || !strings.Contains(state.String(), "failed: disk failed") {
			t.Errorf("state: %+v", state)
		}
		if signer.State().String() != "signed at 50" {
			t.Errorf("signer: %v", signer.State())
		}
		s.set(func() { clear(s.wrong) })
		time.Sleep(time.Minute)
		synctest.Wait()
		if state := scrubber.State(); state.Failed != nil || state.Rounds != 1 || state.Leaves != 50 || !strings.HasPrefix(state.String(), "50 records are what they were at ") {
			t.Errorf("state: %v", state)
		}
	})
}

// What was found before a restart is looked at at once and without rest.
func TestScrubberIsUrgent(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		heads := &memoryHeads{}
		signer := tlog.NewSigner(key, treeOf(t, newEvents(t, "urgent", 50)), heads, time.Now)
		if err := signer.Differs(t.Context(), tlog.Difference{Leaf: 12, End: 13}); err != nil {
			t.Fatal(err)
		}
		refused(t, signer, tlog.Differs)
		s := &scrubbed{size: 1_000_000}
		scrubber := tlog.NewScrubber(tlog.ScrubberParts{Tree: s, Signer: signer, Period: 24 * time.Hour, Now: time.Now})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { scrubber.Run(ctx); close(ended) }()
		time.Sleep(time.Second)
		synctest.Wait()
		if _, err := signer.Sign(t.Context()); err != nil {
			t.Errorf("a second later: %v; %v", err, scrubber.State())
		}
		cancel()
		<-ended
	})
}
