package tlog

import (
	"context"
	"errors"
	"fmt"
)

// Newest is the size of the greatest checkpoint of this log that any of the witnesses has seen, or 0 if they have seen
// none. It is for a node that may have forgotten what was signed; see [Signer.Confirm]. Nothing is signed for it: a witness
// has no question for what it remembers, but it says so to whoever submits a checkpoint, an old one too, with the wrong
// size of the one before. Of witnesses that do not answer nothing is known; if none does, that is the error.
func (c *Collector) Newest(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requesting)
	defer cancel()
	head, err := c.parts.Heads.Last(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the last checkpoint: %w", err)
	}
	if head.Size == 0 {
		return 0, errors.New("no checkpoint is kept here that a witness could be asked with")
	}
	text, own, err := bySelf(head.Signed)
	if err != nil {
		return 0, err
	}
	type answer struct {
		size int64
		err  error
	}
	answers := make(chan answer, len(c.each))
	for _, a := range c.each {
		go func() {
			// "old 0" is right only for a witness that has seen nothing of this log. It then takes the checkpoint, which is one
			// that was signed long ago, and has had nothing to remember.
			_, err := submission{witness: a.Witness, old: 0, text: text, own: own}.send(ctx, c.transport, c.parts.Agent)
			if other, ok := errors.AsType[*conflict](err); ok {
				answers <- answer{size: other.size}
				return
			}
			if err != nil {
				err = fmt.Errorf("witness %s: %w", a.Name(), err)
			}
			answers <- answer{err: err}
		}()
	}
	var newest int64
	var failures []error
	for range c.each {
		a := <-answers
		newest = max(newest, a.size)
		if a.err != nil {
			failures = append(failures, a.err)
		}
	}
	if len(failures) == len(c.each) {
		return 0, fmt.Errorf("asking the witnesses what they have seen: %w", errors.Join(append(failures, errors.New("none has answered"))...))
	}
	return newest, nil
}
