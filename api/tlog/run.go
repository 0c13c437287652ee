package tlog

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// spacing is the least time between two checkpoints: events of that time share one.
	spacing = 200 * time.Millisecond
	// retryAfter is how long to wait after a failure that may pass.
	retryAfter = time.Second
)

// Run signs as the tree grows: within a second of an event, at most five times a second, and not at all while nothing
// happens. It goes on after refusals and failures, which [Signer.State] shows; a refusal is looked at again when the
// tree has changed, or the signer was told something. It returns nil when the context ends, and an error if the tree is
// closed.
func (s *Signer) Run(ctx context.Context) error {
	for {
		woken := s.waking() // before the attempt, so that nothing told meanwhile is lost
		head, err := s.Sign(ctx)
		await, pause := head.Size+1, spacing
		if refusal, ok := errors.AsType[*Refusal](err); ok {
			if await = refusal.Size + 1; refusal.Cause == Superseded {
				await, pause = 0, retryAfter // others change that, not the tree
			}
		} else if err != nil {
			await, pause = 0, retryAfter
		}
		if err := s.pause(ctx, pause, await, woken); err != nil {
			return unlessEnded(ctx, err)
		}
	}
}

// pause returns after a time, as soon as the tree has a number of leaves or the signer is woken.
func (s *Signer) pause(ctx context.Context, least time.Duration, size int64, woken <-chan struct{}) error {
	select {
	case <-time.After(least):
	case <-ctx.Done():
		return ctx.Err()
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-woken:
			cancel()
		case <-waiting.Done():
		}
	}()
	err := s.tree.Wait(waiting, size)
	if err != nil && (ctx.Err() != nil || waiting.Err() == nil) {
		return fmt.Errorf("waiting for the tree to grow: %w", err)
	}
	return nil
}

// unlessEnded is the error, or nil if the context has ended: that is how Run is told to stop.
func unlessEnded(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}
