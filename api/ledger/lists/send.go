package lists

import (
	"context"
	"sync"
)

// Send asks for every row, with so many workers at once. Rows of one lane are asked for in their order, one after the
// other; lanes begin in the order of the file. The answers stand in the order of the rows. The first error ends it: what is
// under way is waited for, and rows that were not asked for have the zero answer.
func Send[A any](ctx context.Context, l *List, workers int, ask func(context.Context, Row) (A, error)) ([]A, error) {
	answers := make([]A, len(l.Rows))
	var lanes [][]int
	place := map[string]int{}
	for i, row := range l.Rows {
		at, ok := place[row.Lane]
		if !ok {
			at = len(lanes)
			place[row.Lane] = at
			lanes = append(lanes, nil)
		}
		lanes[at] = append(lanes[at], i)
	}
	going, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queue := make(chan []int)
	var working sync.WaitGroup
	for range min(workers, len(lanes)) {
		working.Go(func() {
			for lane := range queue {
				for _, i := range lane {
					if going.Err() != nil {
						break // the queue is emptied
					}
					a, err := ask(ctx, l.Rows[i])
					if err != nil {
						stop(err)
						break
					}
					answers[i] = a
				}
			}
		})
	}
	for _, lane := range lanes {
		queue <- lane
	}
	close(queue)
	working.Wait()
	return answers, context.Cause(going)
}
