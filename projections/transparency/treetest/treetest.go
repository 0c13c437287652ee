// Package treetest is what benchmarks of the tree and of what is made of it share: large ledgers that cost no memory, a
// tree in memory by the Go team's package alone, to compare with, and percentiles.
package treetest

import (
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"arobase/eventstore"
)

// Numbers is a ledger of so many events, each of which is its own number in eight bytes: a tree does not care.
type Numbers int64

// Leaf is the event with a number.
func Leaf(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// Size is the number of events.
func (n Numbers) Size(context.Context) (eventstore.Position, error) {
	return eventstore.Position(n), nil
}

// ReadAll gives the events from a position on.
func (n Numbers) ReadAll(_ context.Context, from eventstore.Position) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for i := from; i < eventstore.Position(n); i++ {
			if !yield(eventstore.Event{Position: i, Bytes: Leaf(int64(i))}, nil) {
				return
			}
		}
	}
}

// Follow is for those who wait for more events, which never come.
func (n Numbers) Follow(context.Context, eventstore.Position) iter.Seq2[eventstore.Event, error] {
	panic("this ledger does not grow")
}

// Hashes are the hashes of a tree in memory, by stored hash index: a tlog.HashReader.
type Hashes []tlog.Hash

// ReadHashes implements tlog.HashReader.
func (h Hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = h[x]
	}
	return out, nil
}

// Add appends leaf number n.
func (h *Hashes) Add(n int64, leaf []byte) error {
	stored, err := tlog.StoredHashes(n, leaf, *h)
	*h = append(*h, stored...)
	return err
}

// InMemory is the tree of the first n numbers.
func InMemory(b testing.TB, n int64) Hashes {
	b.Helper()
	all := make(Hashes, 0, tlog.StoredHashCount(n))
	for i := range n {
		if err := all.Add(i, Leaf(i)); err != nil {
			b.Fatal(err)
		}
	}
	return all
}

// Race times two ways to do the same, by turns.
type Race struct {
	ours, theirs []time.Duration
}

// Run runs both once.
func (r *Race) Run(b *testing.B, ours, theirs func() error) {
	b.Helper()
	for _, way := range []struct {
		f     func() error
		spent *[]time.Duration
	}{{ours, &r.ours}, {theirs, &r.theirs}} {
		began := time.Now() //nolint:forbidigo // a benchmark measures the time of the machine
		err := way.f()
		*way.spent = append(*way.spent, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
	}
}

// Report reports the medians and the 99th percentiles in microseconds, and how many times as fast ours is as the peer, by
// the medians.
func (r *Race) Report(b *testing.B) {
	b.Helper()
	at := func(all []time.Duration, share float64) float64 {
		slices.Sort(all)
		return float64(all[int(share*float64(len(all)-1))]) / float64(time.Microsecond)
	}
	b.ReportMetric(0, "ns/op") // is the sum of both, and says nothing
	b.ReportMetric(at(r.ours, .5), "p50-µs")
	b.ReportMetric(at(r.ours, .99), "p99-µs")
	b.ReportMetric(at(r.theirs, .5), "peer-p50-µs")
	b.ReportMetric(at(r.theirs, .99), "peer-p99-µs")
	b.ReportMetric(at(r.theirs, .5)/at(r.ours, .5), "ratio")
}
