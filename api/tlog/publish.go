package tlog

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	// grace is how long a checkpoint waits for cosignatures before readers are given it without. With the time between
	// two signatures (spacing) it leaves every event public within a second.
	grace = 500 * time.Millisecond
	// settling is how long after its successor was signed a checkpoint may still get cosignatures: far longer than the
	// last request that could bring one (showing).
	settling = 30 * time.Second
)

// Checkpoint is the last public checkpoint: the newest that has the quorum of its witnesses, or has waited for it long
// enough. That depends on nothing but what is in Heads and the time, so all nodes on one Heads agree. ErrNoHead if there
// is none yet.
func (l *Log) Checkpoint(ctx context.Context) (Head, error) {
	head, err := l.published(ctx)
	if err == nil && head.Size == 0 {
		err = ErrNoHead
	}
	return head, err
}

// published is the last public checkpoint, or the zero Head. The walk is short: all but the last few checkpoints are
// older than the grace.
func (l *Log) published(ctx context.Context) (Head, error) {
	head, err := l.Heads.Last(ctx)
	for err == nil && head.Size > 0 && l.waits(head) {
		head, err = l.Heads.Before(ctx, head.Size)
	}
	if err != nil {
		return Head{}, fmt.Errorf("reading the last checkpoint: %w", err)
	}
	return head, nil
}

// waits tells whether a checkpoint is still kept from readers. One that seems to be signed in the future, because a
// clock was set back, waits no longer than others.
func (l *Log) waits(head Head) bool {
	if l.Witnesses == nil {
		return false
	}
	age := l.Now().Sub(head.At)
	return age < grace && age > -grace && !l.Witnesses.Met(head)
}

// CheckpointFor is the first checkpoint of at least a size, or ErrNoHead if no public one has it. final tells whether it
// will be the same for ever: no cosignature comes any more.
func (l *Log) CheckpointFor(ctx context.Context, size int64) (head Head, final bool, err error) {
	last, err := l.published(ctx)
	if err != nil {
		return Head{}, false, err
	}
	if size > last.Size {
		return Head{}, false, fmt.Errorf("public checkpoint of at least %d: %w", size, ErrNoHead)
	}
	if head, err = l.Heads.At(ctx, size); err != nil {
		return Head{}, false, fmt.Errorf("reading a checkpoint: %w", err)
	}
	// Witnesses are shown the last checkpoint only, so that one may still get cosignatures, and those just before it.
	next, err := l.Heads.At(ctx, head.Size+1)
	if errors.Is(err, ErrNoHead) {
		return head, false, nil
	}
	if err != nil {
		return Head{}, false, fmt.Errorf("reading the checkpoint after %d: %w", head.Size, err)
	}
	return head, l.Now != nil && l.Now().Sub(next.At) >= settling, nil
}

// errNoCheckpoint says that no public checkpoint has the size that was asked for.
var errNoCheckpoint = errors.New("no such checkpoint")

// serveCheckpointFor serves the first checkpoint of at least a size. It is kept by caches only under its own size, and
// when it is final.
func (l *Log) serveCheckpointFor(w http.ResponseWriter, r *http.Request, text string) {
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != text {
		l.fail(w, r, errNoCheckpoint)
		return
	}
	head, final, err := l.CheckpointFor(r.Context(), size)
	if errors.Is(err, ErrNoHead) {
		err = errNoCheckpoint
	}
	if err != nil {
		l.fail(w, r, err)
		return
	}
	caching := "no-cache"
	if final && head.Size == size {
		caching = "public, max-age=31536000, immutable"
	}
	serveCached(w, r, "text/plain; charset=utf-8", caching, head.Signed)
}
