package tlog_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arobase/api/tlog"
)

// run starts a signer in a bubble of synthetic time and gives a way to end it.
func run(t *testing.T, signer *tlog.Signer) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- signer.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	}
}

// last gives the size of the last checkpoint.
func last(t *testing.T, heads tlog.Heads) int64 {
	t.Helper()
	head, err := heads.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head.Size
}

func TestRunSignsWithinASecond(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		e, heads := newEvents(t, "run", 3), &memoryHeads{}
		tree := treeOf(t, e)
		end := run(t, tlog.NewSigner(key, tree, heads, time.Now))
		synctest.Wait()
		if got := last(t, heads); got != 3 {
			t.Errorf("what was there at the start: %d signed, want 3", got)
		}
		for i := range 50 {
			time.Sleep(time.Duration(i) * 37 * time.Millisecond)
			grow(t, e, tree, 1)
			time.Sleep(time.Second)
			synctest.Wait()
			if got, want := last(t, heads), tree.Size(); got != want {
				t.Errorf("a second after event %d: %d signed", want, got)
			}
		}
		end()
		oneHistory(t, key, heads.signed(), e.bytes())
	})
}

func TestRunLeavesAnIdleLogAlone(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		e, heads := newEvents(t, "idle", 3), &memoryHeads{}
		signer := tlog.NewSigner(key, treeOf(t, e), heads, time.Now)
		end := run(t, signer)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := len(heads.signed()); n != 1 {
			t.Errorf("%d checkpoints in a day without events, want 1", n)
		}
		// However often it is woken, and stopped and let go on.
		for range 50 {
			if _, err := signer.Show(t.Context(), heads.signed()[0].Signed); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
			if err := signer.Differs(t.Context(), tlog.Difference{Leaf: 1, End: 2}); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
			if err := signer.Agrees(t.Context(), false); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if n := len(heads.signed()); n != 1 || signer.State().String() != "signed at 3" {
			t.Errorf("%d checkpoints without events, want 1; %v", n, signer.State())
		}
		end()
	})
}

func TestRunGathersEvents(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		e, heads := newEvents(t, "gather", 1), &memoryHeads{}
		tree := treeOf(t, e)
		end := run(t, tlog.NewSigner(key, tree, heads, time.Now))
		// A thousand events in two seconds.
		for range 1000 {
			time.Sleep(2 * time.Millisecond)
			grow(t, e, tree, 1)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(heads.signed()); n < 10 || n > 12 {
			t.Errorf("%d checkpoints in two seconds, want about ten", n)
		}
		if got := last(t, heads); got != 1001 {
			t.Errorf("%d signed, want 1001", got)
		}
		end()
		oneHistory(t, key, heads.signed(), e.bytes())
	})
}

func TestRunGoesOnAfterFailures(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		e, heads := newEvents(t, "failure", 3), &memoryHeads{}
		start := time.Now()
		signer := tlog.NewSigner(key, treeOf(t, e), heads, time.Now)
		heads.failing(errors.New("disk full"))
		end := run(t, signer)
		time.Sleep(10500 * time.Millisecond)
		synctest.Wait()
		if state := signer.State(); state.Failed == nil || !state.Since.Equal(start) {
			t.Errorf("state is %v since %v, want failing since %v", state, state.Since, start)
		}
		heads.failing(nil)
		time.Sleep(time.Second)
		synctest.Wait()
		if state := signer.State(); state.String() != "signed at 3" || !state.Since.After(start) {
			t.Errorf("state is %v since %v", state, state.Since)
		}
		end()
	})
}

// A tree that was tampered with is refused, and stays refused however it grows. The state says so; nothing panics and
// nothing spins.
func TestRunRefuses(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		e, heads := newEvents(t, "tampered", 10), &memoryHeads{}
		if _, err := tlog.NewSigner(key, treeOf(t, e), heads, time.Now).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.all[4] = []byte("rewritten")
		tree := treeOf(t, e)
		signer := tlog.NewSigner(key, tree, heads, time.Now)
		end := run(t, signer)
		for range 5 {
			time.Sleep(time.Hour)
			grow(t, e, tree, 1)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		state := signer.State()
		if state.Refused == nil || state.Refused.Size != 15 || !strings.HasPrefix(state.String(), "refused: ") || state.Head.Size != 10 {
			t.Errorf("state is %+v", state)
		}
		if n := len(heads.signed()); n != 1 {
			t.Errorf("%d checkpoints, want 1", n)
		}
		end()
	})
}

// A tree that only lags behind the last checkpoint, which another node signed, is signed again when it has caught up.
func TestRunAfterLag(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		all, heads := newEvents(t, "lag", 20).bytes(), &memoryHeads{}
		if _, err := tlog.NewSigner(key, treeOf(t, &events{all: all[:15]}), heads, time.Now).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		e := &events{all: all[:12:12]}
		tree := treeOf(t, e)
		signer := tlog.NewSigner(key, tree, heads, time.Now)
		end := run(t, signer)
		synctest.Wait()
		if state := signer.State(); state.Refused == nil {
			t.Errorf("state is %v, want a refusal", state)
		}
		e.mu.Lock()
		e.all = all
		e.mu.Unlock()
		if err := tree.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if state := signer.State(); state.String() != "signed at 20" {
			t.Errorf("state is %v", state)
		}
		end()
		oneHistory(t, key, heads.signed(), all)
	})
}

func TestRunEndsWithTheTree(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		tree := treeOf(t, newEvents(t, "closed", 3))
		ended := make(chan error, 1)
		go func() { ended <- tlog.NewSigner(key, tree, &memoryHeads{}, time.Now).Run(t.Context()) }()
		synctest.Wait()
		if err := tree.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err == nil {
			t.Error("Run ended without error")
		}
	})
}
