package esdb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
)

// Once a node knows that the cluster is away it refuses without trying. Here a try would take five seconds, and the patience
// of an append an hour: neither the first nor the many after it are waited for.
func TestKnownToBeAway(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 3)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: time.Hour, Attempt: 5 * time.Second, Grace: 50 * time.Millisecond})
	inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 0, 0) }) // a slow machine takes longer than that to find the cluster
	for round := range 2 {
		c.Away()
		ctx, cancel := context.WithTimeout(t.Context(), longest)
		for range 50 {
			if err := put(ctx, s, "a", 1+round, 1+round); !errors.Is(err, eventstore.ErrUnavailable) {
				t.Fatalf("writing: %v, want ErrUnavailable", err)
			}
		}
		cancel()
		// What is there already is answered all the same.
		if done, err := s.Append(t.Context(), "a", -1, []eventstore.Proposed{event(0)}); err != nil || !done.Duplicate {
			t.Errorf("an event again: %+v, %v", done, err)
		}
		c.Back()
		inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 1+round, 1+round) })
		wantExactly(t, c, s, 2+round)
	}
}

// A cluster that was never found is known to be away as well.
func TestAwayFromTheBeginning(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	c.Away()
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: time.Hour, Attempt: 500 * time.Millisecond, Grace: 10 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	if err := put(ctx, s, "a", 0, 0); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("writing: %v, want ErrUnavailable", err)
	}
	c.Back()
	inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 0, 0) })
	wantExactly(t, c, s, 1)
}

// A cluster without a leader is followed as before, and takes nothing: that is found out while an append is tried, not when
// its patience is over.
func TestNoLeaderIsKnown(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 3)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: time.Hour, Grace: 50 * time.Millisecond})
	inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 0, 0) })
	c.Lead(-1)
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	for range 50 {
		if err := put(ctx, s, "a", 1, 1); !errors.Is(err, eventstore.ErrUnavailable) {
			t.Fatalf("writing: %v, want ErrUnavailable", err)
		}
	}
	c.Lead(2)
	inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 1, 1) })
	wantExactly(t, c, s, 2)
}

// Where appends fail and the cluster seems to be followed, following begins anew, to find out.
func TestDoubt(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 1)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: time.Second})
	inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 0, 0) })
	c.Break(func(call esdbtest.Call) esdbtest.Fault {
		if call == esdbtest.Append {
			return esdbtest.Fault{Before: status.Error(codes.Unavailable, "Server Is Too Busy")}
		}
		return esdbtest.Fault{}
	})
	before := s.Status().Subscriptions
	inAMinute(t, "following anew", func() error {
		if err := put(t.Context(), s, "a", 1, 1); !errors.Is(err, eventstore.ErrUnavailable) {
			t.Fatalf("writing: %v, want ErrUnavailable", err)
		}
		if s.Status().Subscriptions == before || !s.Status().Live {
			return errors.New("it follows as before")
		}
		return nil
	})
	c.Break(nil)
	inAMinute(t, "writing", func() error { return put(t.Context(), s, "a", 1, 1) })
	wantExactly(t, c, s, 2)
}

// While none leads nothing is taken, and what was asked for is carried out once one does. Followers that lack the newest
// records, and a node that led and does so no longer, are not asked what there is.
func TestLeaders(t *testing.T) {
	t.Parallel()
	c := esdbtest.Start(t, 3)
	s := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{Patience: 2 * time.Minute, Grace: time.Hour})
	must(t, put(t.Context(), s, "a", 0, 0))
	c.Lead(-1)
	done := make(chan error, 1)
	go func() { done <- put(t.Context(), s, "a", 1, 1) }()
	inAMinute(t, "trying again", func() error {
		if s.Status().Retries == 0 {
			return errors.New("it was not refused")
		}
		return nil
	})
	c.Lead(0)
	must(t, <-done)
	wantExactly(t, c, s, 2)

	heads := s.Register("heads")
	c.Lag(true) // with two events
	for n := 2; n < 5; n++ {
		must(t, put(t.Context(), s, "a", n, n))
		must(t, heads.Append(t.Context(), eventstore.Revision(n-3), []byte("head")))
	}
	c.Lead(1) // s is connected to 0, which has two events from now on
	if records, err := heads.Read(t.Context(), 0); err != nil || len(records) != 3 {
		t.Errorf("%d heads, %v, want 3", len(records), err)
	}
	c.Lead(2)
	if n, err := s.CatchUp(t.Context()); n != 5 || err != nil {
		t.Errorf("%d events, %v, want 5", n, err)
	}
	c.Lead(0)
	// Somebody else's event is there, and here it is not known yet: the stream is read where all of it is.
	other := openIn(t, c.ConnectionString(), t.TempDir(), esdb.Options{})
	must(t, put(t.Context(), other, "a", 5, 5))
	c.Lead(1)
	var conflict *eventstore.RevisionConflict
	if err := put(t.Context(), s, "a", 5, 6); !errors.As(err, &conflict) || conflict.Actual != 5 {
		t.Errorf("%v, want a conflict at 5", err)
	}
}

// longest is a minute on a machine that has much else to do.
const longest = 5 * time.Minute

func inAMinute(t *testing.T, what string, try func() error) {
	t.Helper()
	for end := time.Now().Add(longest); ; time.Sleep(5 * time.Millisecond) {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}
