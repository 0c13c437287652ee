package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"arobase/eventstore"
)

var closeTests = []test{
	{"later calls are refused", func(t *testing.T, s eventstore.Store) {
		appended := mustAppend(t, s, "a", eventstore.NoStream, proposals(0, 3)...)
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		all := calls(s, 3)
		all["Resolve"] = func(ctx context.Context) error { _, err := s.Resolve(ctx, appended.Token); return err }
		all["Close"] = func(context.Context) error { return s.Close() }
		for name, call := range all {
			if err := call(t.Context()); !errors.Is(err, eventstore.ErrClosed) {
				t.Errorf("%s: %v, want ErrClosed", name, err)
			}
		}
	}},
	{"appends under way are finished first", func(t *testing.T, s eventstore.Store) {
		var group sync.WaitGroup
		for w := range 32 {
			group.Go(func() {
				for i := 0; ; i++ {
					_, err := s.Append(t.Context(), fmt.Sprintf("stream-%d", w), eventstore.Revision(i-1), []eventstore.Proposed{proposed(w*1e6 + i)})
					if errors.Is(err, eventstore.ErrClosed) {
						return
					}
					if err != nil {
						t.Errorf("appending while the store is closed: %v", err)
						return
					}
				}
			})
		}
		time.Sleep(20 * time.Millisecond)
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		group.Wait()
	}},
	{"a loop under way ends with ErrClosed or to its end", func(t *testing.T, s eventstore.Store) {
		fill(t, s)
		n := 0
		for _, err := range s.ReadAll(t.Context(), 0) {
			if errors.Is(err, eventstore.ErrClosed) {
				return
			}
			if err != nil {
				t.Fatalf("after %d events: %v, want ErrClosed", n, err)
			}
			if n == 0 {
				if err := s.Close(); err != nil { // inside the loop: it must not wait for it
					t.Fatalf("Close: %v", err)
				}
			}
			n++
		}
		if n != many {
			t.Errorf("it ended after %d events of %d and without an error", n, many)
		}
	}},
}
