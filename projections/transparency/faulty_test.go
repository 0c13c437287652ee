package transparency

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"testing"

	"arobase/eventstore"
)

// faulty is a ledger that at one event fails, or goes on with the one after it.
type faulty struct {
	*ledger
	at  eventstore.Position
	err error // nil: leave the event out
}

func (f faulty) ReadAll(ctx context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for e, err := range f.ledger.ReadAll(ctx, from) {
			if e.Position == f.at && f.err == nil {
				continue
			}
			if e.Position == f.at {
				yield(eventstore.Event{}, f.err)
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

var errLedger = errors.New("ledger failed")

// Whatever reads the ledger stops where it fails or has a gap, and takes nothing of what follows.
func TestFaultyLedger(t *testing.T) {
	for name, tt := range map[string]struct{ err, want error }{"failure": {errLedger, errLedger}, "gap": {nil, ErrGap}} {
		t.Run(name, func(t *testing.T) {
			err, want := tt.err, tt.want
			for _, at := range []eventstore.Position{0, 1, 7, 19} {
				l := newLedger("faulty", 20)
				bad := faulty{ledger: l, at: at, err: err}
				if at != 19 || err != nil { // an event that is left out at the end is one that does not exist
					if _, err := InMemory(t.Context(), bad); !errors.Is(err, want) {
						t.Errorf("at %d: InMemory: %v, want %v", at, err, want)
					}
				}
				path := filepath.Join(t.TempDir(), "hashes")
				tree, _, err := Open(t.Context(), path, newLedger("faulty", int(at)))
				if err != nil {
					t.Fatal(err)
				}
				tree.events = bad
				l.add("faulty", 1)
				if err := tree.Run(t.Context()); !errors.Is(err, want) {
					t.Errorf("at %d: Run: %v, want %v", at, err, want)
				}
				if tree.Size() != int64(at) {
					t.Errorf("at %d: the tree has %d leaves", at, tree.Size())
				}
				if err := tree.Close(); err != nil {
					t.Fatal(err)
				}
				path = written(t, l)
				if _, _, err := Open(t.Context(), path, bad); !errors.Is(err, want) {
					t.Errorf("at %d: Open: %v, want %v", at, err, want)
				}
				if _, err := Check(t.Context(), path, bad); !errors.Is(err, want) {
					t.Errorf("at %d: Check: %v, want %v", at, err, want)
				}
			}
		})
	}
}
