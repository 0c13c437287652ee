package audit

import (
	"context"
	"errors"
	"time"
)

// Follow audits round after round, with a pause between them, until something is wrong or the context ends. It tells of
// each round; an [*UnreachableError] is told and the log is asked again in the next round. It returns nil when the context
// ends, and otherwise the error of the last round; nil too, after a round that met records of unknown types, which only
// another program can judge.
func (a *Auditor) Follow(ctx context.Context, every time.Duration, tell func(Report, error)) error {
	for {
		report, err := a.Round(ctx)
		if ctx.Err() != nil {
			return nil
		}
		tell(report, err)
		if _, unreachable := errors.AsType[*UnreachableError](err); err != nil && !unreachable {
			return err
		}
		if report.Unknown > 0 {
			return nil
		}
		if a.opt.Pause(ctx, every) != nil {
			return nil
		}
	}
}
