package audit

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func TestAhead(t *testing.T) {
	numbers := func(n int) []int {
		var all []int
		for i := range n {
			all = append(all, i)
		}
		return all
	}
	var running, most atomic.Int32
	f := func(_ context.Context, i int) (int, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for {
			was := most.Load()
			if now <= was || most.CompareAndSwap(was, now) {
				break
			}
		}
		time.Sleep(time.Duration(i*7%5) * time.Millisecond) // they end in another order
		return 2 * i, nil
	}
	next := 0
	for got, err := range ahead(t.Context(), 4, slices.Values(numbers(100)), f) {
		if err != nil || got != 2*next {
			t.Fatalf("result %d: %d, %v", next, got, err)
		}
		next++
	}
	if next != 100 || most.Load() > 4 || most.Load() < 2 {
		t.Errorf("%d results, at most %d at once", next, most.Load())
	}

	t.Run("error", func(t *testing.T) {
		bad := errors.New("bad")
		last, results := error(nil), 0
		for _, err := range ahead(t.Context(), 4, slices.Values(numbers(100)), func(_ context.Context, i int) (int, error) {
			if i == 10 {
				return 0, bad
			}
			return i, nil
		}) {
			last = err
			results++
		}
		if !errors.Is(last, bad) || results != 11 {
			t.Errorf("%d results, %v", results, last)
		}
	})
	t.Run("enough", func(t *testing.T) {
		for range ahead(t.Context(), 4, slices.Values(numbers(100)), f) {
			break
		}
		if running.Load() != 0 {
			t.Error("something goes on")
		}
	})
	t.Run("ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var last error
		for got, err := range ahead(ctx, 4, slices.Values(numbers(100)), f) {
			if got == 10 {
				cancel()
			}
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("it ends with %v", last)
		}
	})
}
