package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"arobase/eventstore"
)

// RunReplica tests what a store must do to be a copy of another one. open gives a new, empty one.
func RunReplica(t *testing.T, open func(t *testing.T) eventstore.Replica) {
	for _, test := range replicaTests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

var replicaTests = []struct {
	name string
	run  func(t *testing.T, s eventstore.Replica)
}{
	{"a copy is the same in every part", func(t *testing.T, s eventstore.Replica) {
		history := interleaved(40)
		for chunk := range slices.Chunk(history, 7) {
			mustReplicate(t, s, chunk...)
		}
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), history)
		var a []eventstore.Event
		for _, e := range history {
			if e.Stream == "a" {
				a = append(a, e)
			}
		}
		wantEvents(t, mustCollect(t, s.ReadStream(t.Context(), "a", 0)), a)
		wantSizeAt(t, s, history[11].Recorded, 12)
	}},
	{"an append goes on after it", func(t *testing.T, s eventstore.Replica) {
		mustReplicate(t, s, interleaved(6)...)
		mustAppend(t, s, "a", 1, proposed(100))
		wantSize(t, s, 7)
	}},
	{"what is there changes nothing", func(t *testing.T, s eventstore.Replica) {
		history := interleaved(9)
		mustReplicate(t, s, history[:6]...)
		mustReplicate(t, s, history[:6]...)
		mustReplicate(t, s, history[2:4]...)
		mustReplicate(t, s, history[3:]...)
		mustReplicate(t, s)
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), history)
	}},
	{"a history that does not continue is refused whole", func(t *testing.T, s eventstore.Replica) {
		history := interleaved(12)
		mustReplicate(t, s, history[:6]...)
		changed := func(change func(next []eventstore.Event)) []eventstore.Event {
			next := slices.Clone(history[4:])
			change(next)
			return next
		}
		for what, events := range map[string][]eventstore.Event{
			"a gap":                              history[7:],
			"a gap within":                       append(slices.Clone(history[6:8]), history[9:]...),
			"two that changed places":            append(slices.Clone(history[6:7]), history[8], history[7]),
			"other bytes of what is there":       changed(func(n []eventstore.Event) { n[1].Bytes = []byte("other") }),
			"another stream of what is there":    changed(func(n []eventstore.Event) { n[1].Stream = "z" }),
			"another id of what is there":        changed(func(n []eventstore.Event) { n[1].ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("x")) }),
			"another revision of what is there":  changed(func(n []eventstore.Event) { n[1].Revision++ }),
			"a revision too far":                 changed(func(n []eventstore.Event) { n[5].Revision++ }),
			"a revision again":                   changed(func(n []eventstore.Event) { n[5].Revision-- }),
			"a stream that begins in the middle": changed(func(n []eventstore.Event) { n[5].Stream = "new" }),
			"an id that is there":                changed(func(n []eventstore.Event) { n[5].ID = history[0].ID }),
			"an id twice":                        changed(func(n []eventstore.Event) { n[5].ID = n[4].ID }),
		} {
			if err := s.Replicate(t.Context(), events); !errors.Is(err, eventstore.ErrDiverged) {
				t.Errorf("%s: %v, want ErrDiverged", what, err)
			}
			wantSize(t, s, 6)
		}
		for what, change := range map[string]func(*eventstore.Event){
			"no bytes":       func(e *eventstore.Event) { e.Bytes = nil },
			"too many bytes": func(e *eventstore.Event) { e.Bytes = make([]byte, eventstore.MaxEventSize+1) },
			"no stream":      func(e *eventstore.Event) { e.Stream = "" },
			"no type":        func(e *eventstore.Event) { e.Type = "" },
		} {
			events := slices.Clone(history[6:])
			change(&events[2])
			if err := s.Replicate(t.Context(), events); !errors.Is(err, eventstore.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", what, err)
			}
			wantSize(t, s, 6)
		}
		mustReplicate(t, s, history...)
		wantEvents(t, mustCollect(t, s.ReadAll(t.Context(), 0)), history)
	}},
	{"followers hear of it", func(t *testing.T, s eventstore.Replica) {
		got := make(chan []eventstore.Event)
		go func() {
			events, _ := take(3, s.Follow(t.Context(), 0))
			got <- events
		}()
		mustReplicate(t, s, interleaved(3)...)
		wantEvents(t, <-got, interleaved(3))
	}},
	{"an ended context and a closed store", func(t *testing.T, s eventstore.Replica) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Replicate(ended, interleaved(3)); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
		wantSize(t, s, 0)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Replicate(t.Context(), interleaved(3)); !errors.Is(err, eventstore.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	}},
}

// interleaved gives a history of three streams in turn.
func interleaved(n int) []eventstore.Event {
	var all []eventstore.Event
	for i := range n {
		stream := []string{"a", "b", "c"}[i%3]
		all = append(all, stored(proposed(i), eventstore.Position(i), stream, eventstore.Revision(i/3)))
	}
	return all
}

func mustReplicate(t *testing.T, s eventstore.Replica, events ...eventstore.Event) {
	t.Helper()
	if err := s.Replicate(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}
