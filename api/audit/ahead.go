package audit

import (
	"context"
	"iter"
	"sync"
)

// ahead runs f on everything that comes, up to n at a time, and gives the results in the order in which it came. It ends
// after the first error, or with that of the context.
func ahead[In, Out any](ctx context.Context, n int, in iter.Seq[In], f func(context.Context, In) (Out, error)) iter.Seq2[Out, error] {
	type result struct {
		out Out
		err error
	}
	return func(yield func(Out, error) bool) {
		work, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		// What waits here was begun and is not given yet. One more is begun before it waits, and one was taken out.
		begun := make(chan chan result, max(0, n-2))
		running.Go(func() {
			defer close(begun)
			for x := range in {
				r := make(chan result, 1)
				running.Go(func() {
					out, err := f(work, x)
					r <- result{out, err}
				})
				select {
				case begun <- r:
				case <-work.Done():
					return
				}
			}
		})
		for r := range begun {
			if got := <-r; !yield(got.out, got.err) || got.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			var none Out
			yield(none, err)
		}
	}
}
