package headstest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arobase/api/tlog"
	"arobase/eventstore"
)

// doubting holds what is kept against signing. What makes a file unproven is its own affair.
func doubting(t *testing.T, open Opener) {
	none := tlog.Doubts{}

	t.Run("NoneAtFirst", func(t *testing.T) {
		heads, again := open(t)
		doubted(t, heads, none)
		doubted(t, again(), none)
	})

	t.Run("ShowAndAccept", func(t *testing.T) {
		heads, again := open(t)
		replace(t, heads, tlog.Head{}, headOf(3, 0))
		for _, shown := range []tlog.Head{headOf(9, 0), headOf(7, 1)} { // the later one takes the place
			if err := heads.Show(t.Context(), shown); err != nil {
				t.Fatal(err)
			}
			doubted(t, heads, tlog.Doubts{Shown: shown})
			doubted(t, again(), tlog.Doubts{Shown: shown})
		}
		if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, headOf(3, 0)) {
			t.Errorf("Last = %+v, %v; what was shown is not the last one yet", last, err)
		}
		for what, old := range map[string]tlog.Head{"nothing": {}, "another size": headOf(4, 0), "another root": headOf(3, 1)} {
			if err := again().Accept(t.Context(), old, headOf(7, 1)); !errors.Is(err, tlog.ErrMoved) {
				t.Errorf("accepting after %s: %v, want ErrMoved", what, err)
			}
		}
		doubted(t, heads, tlog.Doubts{Shown: headOf(7, 1)})
		if err := heads.Accept(t.Context(), headOf(3, 0), headOf(7, 1)); err != nil {
			t.Fatal(err)
		}
		for _, heads := range []tlog.Heads{heads, again()} {
			doubted(t, heads, none)
			if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, headOf(7, 1)) {
				t.Errorf("Last = %+v, %v; want what was accepted", last, err)
			}
		}
		replace(t, heads, headOf(7, 1), headOf(8, 0))
	})

	t.Run("AcceptsAnOlderOne", func(t *testing.T) {
		heads, _ := open(t)
		replace(t, heads, tlog.Head{}, headOf(5, 0))
		for _, shown := range []tlog.Head{headOf(5, 0), headOf(2, 0)} {
			if err := heads.Show(t.Context(), shown); err != nil {
				t.Fatal(err)
			}
			if err := heads.Accept(t.Context(), headOf(5, 0), shown); err != nil {
				t.Fatal(err)
			}
			doubted(t, heads, none)
		}
		if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, headOf(5, 0)) {
			t.Errorf("Last = %+v, %v; want what was there", last, err)
		}
		if first, err := heads.At(t.Context(), 1); err != nil || first.Size != 5 {
			t.Errorf("At(1) = %+v, %v; an older one was added", first, err)
		}
	})

	t.Run("AcceptsTheFirst", func(t *testing.T) {
		heads, _ := open(t)
		if err := heads.Accept(t.Context(), tlog.Head{}, headOf(4, 0)); err != nil {
			t.Fatal(err)
		}
		if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, headOf(4, 0)) {
			t.Errorf("Last = %+v, %v", last, err)
		}
	})

	t.Run("Difference", func(t *testing.T) {
		heads, again := open(t)
		at := time.Date(2017, 2, 1, 18, 0, 0, 0, time.UTC)
		first := tlog.Difference{Leaf: 7, End: 8, Event: "018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f", Found: at}
		if err := heads.SetDifference(t.Context(), &first); err != nil {
			t.Fatal(err)
		}
		if err := again().SetDifference(t.Context(), &tlog.Difference{Leaf: 3, End: 9, Missing: true, Found: at}); err != nil {
			t.Fatal(err)
		}
		doubted(t, heads, tlog.Doubts{Difference: &first})
		doubted(t, again(), tlog.Doubts{Difference: &first})
		if err := heads.Accept(t.Context(), tlog.Head{}, headOf(4, 0)); err != nil {
			t.Fatal(err)
		}
		doubted(t, heads, tlog.Doubts{Difference: &first}) // that the last is the newest says nothing about the records
		if err := again().SetDifference(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		doubted(t, heads, none)
	})

	t.Run("Invalid", func(t *testing.T) {
		heads, _ := open(t)
		for _, shown := range []tlog.Head{{}, {Size: 3}, {Signed: []byte("x")}} {
			if err := heads.Show(t.Context(), shown); !errors.Is(err, eventstore.ErrInvalid) {
				t.Errorf("showing %+v: %v, want ErrInvalid", shown, err)
			}
		}
	})

	t.Run("EndedContext", func(t *testing.T) {
		heads, _ := open(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for what, err := range map[string]error{
			"Show": heads.Show(ended, headOf(1, 0)), "Accept": heads.Accept(ended, tlog.Head{}, headOf(1, 0)),
			"SetDifference": heads.SetDifference(ended, &tlog.Difference{}),
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want the context's error", what, err)
			}
		}
		doubted(t, heads, none)
		if last, err := heads.Last(t.Context()); err != nil || last.Size != 0 {
			t.Errorf("Last = %+v, %v", last, err)
		}
	})
}

func doubted(t *testing.T, heads tlog.Heads, want tlog.Doubts) {
	t.Helper()
	if got, err := heads.Doubts(t.Context()); err != nil || !cmp.Equal(got, want) {
		t.Errorf("Doubts = %+v, %v; want %+v", got, err, want)
	}
}
