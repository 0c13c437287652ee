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
			p.Errors = []ProblemField{{"Last-Event-ID", "index", p.Detail}}
			return 0, p
		}
		return n + 1, nil
	}
	if q.r.URL.Query().Get("after") != "" {
		return after, nil
	}
	return size, nil
}

// follow sends events as they come, until the reader leaves or the server ends. It returns an error only as long as
// nothing was sent.
func (a *api) follow(w http.ResponseWriter, r *http.Request, f ledger.EventFilter) error {
	select {
	case a.live <- struct{}{}:
		defer func() { <-a.live }()
	default:
		return later(tooManyReaders, 30)
	}
	h := w.Header()
	h.Set("Content-Type", mediaStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in front must not wait for more
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	s := &stream{w: w, control: http.NewResponseController(w)}
	if err := s.send("retry: 3000\n\n"); err != nil {
		return nil
	}
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
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-a.Stopping:
			return nil
		case <-done:
			return nil
		case v := <-events:
			err = s.event(v)
		case <-beat.C:
			err = s.send(": still here\n\n")
		}
		if err != nil {
			return nil // the reader is gone
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
}

func (s *stream) event(v ledger.EventView) error {
	data, err := json.Marshal(v) // one line: encoding/json writes no line break
	if err != nil {
		return fmt.Errorf("writing event %d: %w", v.Index, err)
	}
	return s.send(fmt.Sprintf("id: %d\nevent: %s\ndata: %s\n\n", v.Index, v.Type, data))
}

// send writes and flushes. The server's deadline for writing is for answers that end; here each piece has its own.
func (s *stream) send(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(patience)) // not every writer can
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
