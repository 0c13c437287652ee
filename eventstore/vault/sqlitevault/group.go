package sqlitevault

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
)

// maxGroupBytes bounds one transaction of several calls. The call that reaches it is still taken.
const maxGroupBytes = 8 << 20

// group lets those who put at the same time share one fsync. Whoever comes while nobody writes, writes for all that wait;
// the others wait for the answer, or for their turn where it did not take them along.
type group struct {
	turn chan struct{} // holds one while somebody writes for the group

	mu      sync.Mutex
	waiting []*putting // in the order in which they came; guarded by mu
}

func newGroup() group { return group{turn: make(chan struct{}, 1)} }

func (g *group) join(p *putting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, p)
}

// leave takes a call out that nobody has begun to write, and tells whether it could.
func (g *group) leave(p *putting) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, p)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// gather takes those that wait, the first of them first, within the bound.
func (g *group) gather() []*putting {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, size := 0, 0
	for n < len(g.waiting) && size < maxGroupBytes {
		size += g.waiting[n].size()
		n++
	}
	batch := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n) // which clears what it leaves: values are not kept longer than needed
	return batch
}

// together puts in one transaction with whoever else does, and returns when that is durable. A call whose context ends
// before anybody began to write it leaves nothing behind.
func (v *Vault) together(ctx context.Context, p *putting) error {
	if err := v.enter(); err != nil {
		return err
	}
	defer v.calls.Done()
	if !v.file.Writes() {
		return eventstore.ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	v.group.join(p)
	for {
		select {
		case err := <-p.answer:
			return err
		case v.group.turn <- struct{}{}:
			// Those whom the last commit has woken are about to come back: let them.
			runtime.Gosched()
			if batch := v.group.gather(); len(batch) > 0 {
				v.putAll(context.WithoutCancel(ctx), batch)
			}
			<-v.group.turn
		case <-ctx.Done():
			if v.group.leave(p) {
				return ctx.Err()
			}
			return <-p.answer
		}
	}
}

// putAll writes several calls in one transaction and answers each of them. Where one is refused, each is written by itself:
// it leaves nothing behind and does not concern the others.
func (v *Vault) putAll(ctx context.Context, batch []*putting) {
	err := v.transact(ctx, func(conn *sqlite.Conn) error {
		for _, p := range batch {
			if err := p.into(conn); err != nil {
				return err
			}
		}
		return nil
	})
	for _, p := range batch {
		if errors.Is(err, ErrInvalid) && len(batch) > 1 {
			p.answer <- v.transact(ctx, p.into)
		} else {
			p.answer <- err
		}
	}
}
