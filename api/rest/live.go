package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"arobase/api/ledger"
)

// patience is how long a live reader may take to accept what is sent.
const patience = 30 * time.Second

// resume tells at which event a live reader begins: after the last one it saw, at the one it asks for, or at the next
// one that is recorded.
func (a *api) resume(last string, q asked, after uint64) (uint64, error) {
	size := a.Ledger.Size()
	if last != "" {
		n, err := strconv.ParseUint(last, 10, 53)
		if err != nil || n >= size {
			p := problem(invalidQuery, "Last-Event-ID %q is not the index of an event", short(last))
			p.Errors = []ProblemField{{Field: "Last-Event-ID", Rule: "index", Message: p.Detail}}
			return 0, p
		}
		return n + 1, nil
	}
	if q.r.URL.Query().Get("after") != "" {
		return after, nil
	}
	return size, nil
}

// seat takes one of the places for live readers. Whoever got one gives it back.
func (a *api) seat() (leave func(), err error) {
	select {
	case a.live <- struct{}{}:
		return func() { <-a.live }, nil
	default:
		return nil, later(tooManyReaders, 30)
	}
}

// follow sends events as they come, until the reader leaves or the server ends.
func (a *api) follow(w http.ResponseWriter, r *http.Request, f ledger.EventFilter) {
	h := w.Header()
	h.Set("Content-Type", mediaStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in front must not wait for more
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	s := &stream{w: w, control: http.NewResponseController(w), now: a.Clock}
	ctx, cancel := context.WithCancel(r.Context())
	events, done := make(chan ledger.EventView), make(chan struct{})
	go func() {
		defer close(done)
		a.watch(ctx, f, events)
	}()
	defer func() {
		cancel()
		<-done // nothing of this request outlives it
	}()
	beat := time.NewTicker(a.Heartbeat)
	defer beat.Stop()
	// An error of sending says that the reader is gone.
	for err := s.send("retry: 3000\n\n"); err == nil; {
		select {
		case <-ctx.Done():
			return
		case <-a.Stopping:
			return
		case <-done:
			return
		case v := <-events:
			err = s.event(v)
		case <-beat.C:
			err = s.send(": still here\n\n")
		}
	}
}

// watch hands on events until the context ends or they cannot be read any more.
func (a *api) watch(ctx context.Context, f ledger.EventFilter, to chan<- ledger.EventView) {
	for v, err := range a.Ledger.Events(ctx, f) {
		if err != nil {
			if ctx.Err() == nil {
				a.Logger.WarnContext(ctx, "live events end", "error", err)
			}
			return
		}
		select {
		case to <- v:
		case <-ctx.Done():
			return
		}
	}
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
}

func (s *stream) event(v ledger.EventView) error {
	data, err := json.Marshal(v) // one line: encoding/json writes no line break
	if err != nil {
		return fmt.Errorf("writing event %d: %w", v.Index, err)
	}
	return s.send(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", v.Index, v.Type, data))
}

// send writes and flushes. Each piece has a deadline of its own.
func (s *stream) send(text string) error {
	_ = s.control.SetWriteDeadline(s.now().Add(patience))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
