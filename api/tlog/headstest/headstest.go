// Package headstest is the conformance suite that every tlog.Heads must pass.
package headstest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
)

// Opener gives a new, empty Heads and a way to get another handle on the same one.
type Opener = func(t *testing.T) (heads tlog.Heads, again func() tlog.Heads)

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	t.Run("Signing", func(t *testing.T) { signing(t, open) })
	t.Run("Cosigning", func(t *testing.T) { cosigning(t, open) })
	t.Run("Doubting", func(t *testing.T) { doubting(t, open) })
}

func signing(t *testing.T, open Opener) {
	t.Run("Empty", func(t *testing.T) {
		heads, _ := open(t)
		if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, tlog.Head{}) {
			t.Errorf("Last = %+v, %v; want the zero Head", last, err)
		}
		if _, err := heads.At(t.Context(), 0); !errors.Is(err, tlog.ErrNoHead) {
			t.Errorf("At(0): %v, want ErrNoHead", err)
		}
	})

	t.Run("KeepsEveryHead", func(t *testing.T) {
		heads, again := open(t)
		sizes := []int64{1, 2, 5, 6, 100}
		for i, size := range sizes {
			var old tlog.Head
			if i > 0 {
				old = headOf(sizes[i-1], 0)
			}
			if err := heads.Replace(t.Context(), old, headOf(size, 0)); err != nil {
				t.Fatal(err)
			}
			if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, headOf(size, 0)) {
				t.Fatalf("Last = %+v, %v", last, err)
			}
		}
		for _, heads := range []tlog.Heads{heads, again()} {
			for size, want := range map[int64]int64{-1: 1, 0: 1, 1: 1, 2: 2, 3: 5, 4: 5, 5: 5, 6: 6, 7: 100, 100: 100} {
				if got, err := heads.At(t.Context(), size); err != nil || !cmp.Equal(got, headOf(want, 0)) {
					t.Errorf("At(%d) = %+v, %v; want the head of size %d", size, got, err, want)
				}
			}
			if _, err := heads.At(t.Context(), 101); !errors.Is(err, tlog.ErrNoHead) {
				t.Errorf("At(101): %v, want ErrNoHead", err)
			}
			for size, want := range map[int64]int64{2: 1, 3: 2, 5: 2, 6: 5, 7: 6, 100: 6, 101: 100, 1 << 60: 100} {
				if got, err := heads.Before(t.Context(), size); err != nil || !cmp.Equal(got, headOf(want, 0)) {
					t.Errorf("Before(%d) = %+v, %v; want the head of size %d", size, got, err, want)
				}
			}
			for _, size := range []int64{-1, 0, 1} {
				if got, err := heads.Before(t.Context(), size); err != nil || !cmp.Equal(got, tlog.Head{}) {
					t.Errorf("Before(%d) = %+v, %v; want the zero Head", size, got, err)
				}
			}
		}
	})

	t.Run("ComparesBeforeItSwaps", func(t *testing.T) {
		heads, _ := open(t)
		if err := heads.Replace(t.Context(), headOf(3, 0), headOf(5, 0)); !errors.Is(err, tlog.ErrMoved) {
			t.Errorf("replacing what is not there: %v, want ErrMoved", err)
		}
		if err := heads.Replace(t.Context(), tlog.Head{}, headOf(5, 0)); err != nil {
			t.Fatal(err)
		}
		for what, old := range map[string]tlog.Head{
			"nothing": {}, "a smaller head": headOf(3, 0), "a greater head": headOf(6, 0), "another root": headOf(5, 1),
		} {
			if err := heads.Replace(t.Context(), old, headOf(9, 0)); !errors.Is(err, tlog.ErrMoved) {
				t.Errorf("replacing %s: %v, want ErrMoved", what, err)
			}
		}
		for _, next := range []tlog.Head{headOf(5, 1), headOf(5, 0), headOf(4, 0), {}} {
			if err := heads.Replace(t.Context(), headOf(5, 0), next); err == nil {
				t.Errorf("replaced size 5 by size %d", next.Size)
			}
		}
		if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, headOf(5, 0)) {
			t.Errorf("Last = %+v, %v; want the head of size 5", last, err)
		}
		if _, err := heads.At(t.Context(), 6); !errors.Is(err, tlog.ErrNoHead) {
			t.Errorf("At(6): %v, want ErrNoHead: something refused was kept", err)
		}
	})

	t.Run("EndedContext", func(t *testing.T) {
		heads, _ := open(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := heads.Replace(ended, tlog.Head{}, headOf(1, 0)); !errors.Is(err, context.Canceled) {
			t.Errorf("Replace: %v, want the context's error", err)
		}
		if last, err := heads.Last(t.Context()); err != nil || last.Size != 0 {
			t.Errorf("Last = %+v, %v; want nothing", last, err)
		}
	})

	t.Run("OneWinner", func(t *testing.T) {
		first, again := open(t)
		handles := []tlog.Heads{first, again(), first, again()}
		old := tlog.Head{}
		for round := range 10 {
			won := make([]bool, len(handles))
			var signers sync.WaitGroup
			for i, heads := range handles {
				signers.Go(func() {
					switch err := heads.Replace(t.Context(), old, headOf(int64(round+1), byte(i))); {
					case err == nil:
						won[i] = true
					case !errors.Is(err, tlog.ErrMoved):
						t.Errorf("Replace: %v", err)
					}
				})
			}
			signers.Wait()
			last, err := handles[round%len(handles)].Last(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			winners := 0
			for i := range won {
				if !won[i] {
					continue
				}
				winners++
				if !cmp.Equal(last, headOf(int64(round+1), byte(i))) {
					t.Errorf("Last = %+v is not the winner's", last)
				}
			}
			if winners != 1 {
				t.Fatalf("%d signers replaced the same head", winners)
			}
			old = last
		}
	})
}

// headOf makes a head that is the same for the same arguments. Its signature is one in form only: Heads verifies nothing.
func headOf(size int64, variant byte) tlog.Head {
	root := xtlog.RecordHash([]byte{byte(size), variant})
	return tlog.Head{
		Size:   size,
		Root:   root,
		Signed: fmt.Appendf(nil, "example.org/log\n%d\n%v\n\n— example.org/log %s\n", size, root, Base64(1)),
		At:     time.UnixMilli(1_484_233_445_000 + size).UTC(),
	}
}
