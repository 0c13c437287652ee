package tlog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
)

// headAt is the checkpoint that a key signs over the first events.
func headAt(t testing.TB, key *tlog.Key, all [][]byte, size int) tlog.Head {
	t.Helper()
	head, err := tlog.NewSigner(key, treeOf(t, &events{all: all[:size]}), &memoryHeads{}, clock).Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// refused gives the refusal of an attempt to sign, and holds its cause.
func refused(t testing.TB, signer *tlog.Signer, cause tlog.Cause) *tlog.Refusal {
	t.Helper()
	_, err := signer.Sign(t.Context())
	refusal, ok := errors.AsType[*tlog.Refusal](err)
	if !ok || refusal.Cause != cause {
		t.Fatalf("Sign: %v (%+v), want a refusal: %s", err, refusal, cause)
	}
	if state := signer.State(); state.Refused != refusal || state.String() != "refused: "+refusal.Reason {
		t.Errorf("state is %v", state)
	}
	return refusal
}

// A node that may not remember the newest checkpoint signs nothing until it is shown that one.
func TestUnsignedUntilShown(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "shown", 40).bytes()
	other := append(append([][]byte(nil), all[:20]...), newEvents(t, "another", 40).bytes()[20:]...)
	for _, tt := range []struct {
		name   string
		shown  []tlog.Head
		cause  tlog.Cause // "" if it is signed then
		reason string
		last   int64 // what is the last checkpoint then
	}{
		{name: "nothing", cause: tlog.Unproven, reason: "restored from a backup", last: 30},
		{name: "the last", shown: []tlog.Head{headAt(t, key, all, 30)}, last: 35},
		{name: "an older one", shown: []tlog.Head{headAt(t, key, all, 11)}, last: 35},
		{name: "a newer one", shown: []tlog.Head{headAt(t, key, all, 33)}, last: 35},
		{name: "one of all there is", shown: []tlog.Head{headAt(t, key, all, 35)}, last: 35},
		{
			name: "one of more than there is", shown: []tlog.Head{headAt(t, key, all, 40)}, cause: tlog.Shorter,
			reason: "others have a checkpoint of size 40: events 35 to 39 are missing from the ledger", last: 30,
		},
		{
			name: "one of more, then one of less", shown: []tlog.Head{headAt(t, key, all, 36), headAt(t, key, all, 30)}, cause: tlog.Shorter,
			reason: "others have a checkpoint of size 36: event 35 is missing from the ledger", last: 30,
		},
		{
			name: "another history", shown: []tlog.Head{headAt(t, key, other, 32)}, cause: tlog.Contradicts,
			reason: "others have a checkpoint of size 32 with another root", last: 30,
		},
		{
			name: "another history, then ours", shown: []tlog.Head{headAt(t, key, other, 32), headAt(t, key, all, 30)}, cause: tlog.Contradicts,
			reason: "others have a checkpoint of size 32 with another root", last: 30,
		},
		{
			name: "ours, then another history", shown: []tlog.Head{headAt(t, key, all, 34), headAt(t, key, other, 32)}, cause: tlog.Contradicts,
			reason: "others have a checkpoint of size 32 with another root", last: 30,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 30)}}
			heads.unprove("restored from a backup")
			tree := treeOf(t, &events{all: all[:35]})
			signer := tlog.NewSigner(key, tree, heads, clock)
			refused(t, signer, tlog.Unproven)
			for _, shown := range tt.shown {
				if got, err := signer.Show(t.Context(), shown.Signed); err != nil || !cmp.Equal(got, shown) {
					t.Fatalf("Show: %+v, %v", got, err)
				}
			}
			for range 2 { // a restart forgets nothing
				if tt.cause == "" {
					if head, err := signer.Sign(t.Context()); err != nil || head.Size != 35 {
						t.Errorf("Sign: %+v, %v", head, err)
					}
				} else if r := refused(t, signer, tt.cause); r.Reason != tt.reason || r.Last.Size != 30 {
					t.Errorf("refused: %s, want: %s", r.Reason, tt.reason)
				}
				signer = tlog.NewSigner(key, tree, heads, clock)
			}
			if last := last(t, heads); last != tt.last {
				t.Errorf("the last checkpoint is of size %d, want %d", last, tt.last)
			}
			oneHistory(t, key, heads.signed(), all)
		})
	}
}

// What is shown is verified; what is no checkpoint of this log changes nothing.
func TestShowVerifies(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "verifies", 20).bytes()
	head := headAt(t, key, all, 15)
	for name, signed := range map[string][]byte{
		"nothing":                    nil,
		"not a note":                 []byte("hello\n"),
		"signed by another key":      headAt(t, newKey(t, 2), all, 15).Signed,
		"a size that was not signed": []byte(strings.Replace(string(head.Signed), "\n15\n", "\n16\n", 1)),
		"cut":                        head.Signed[:len(head.Signed)-5],
	} {
		heads := &memoryHeads{}
		heads.unprove("new")
		signer := tlog.NewSigner(key, treeOf(t, &events{all: all}), heads, clock)
		if _, err := signer.Show(t.Context(), signed); !errors.Is(err, tlog.ErrNotShown) {
			t.Errorf("%s: %v, want ErrNotShown", name, err)
		}
		if doubts, err := heads.Doubts(t.Context()); err != nil || doubts.Shown.Size != 0 {
			t.Errorf("%s: it is kept: %+v, %v", name, doubts, err)
		}
		refused(t, signer, tlog.Unproven)
	}
	// Lines of others are left away; an earlier key of the log is as good as the key.
	cosigned := append(append([]byte(nil), head.Signed...), "— witness.example AAAAAQIDBAUG\n"...)
	later, err := newKey(t, 3).Following(key.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	heads := &memoryHeads{}
	heads.unprove("new")
	signer := tlog.NewSigner(later, treeOf(t, &events{all: all}), heads, clock)
	if got, err := signer.Show(t.Context(), cosigned); err != nil || !cmp.Equal(got, head) {
		t.Errorf("cosigned, by an earlier key: %+v, %v", got, err)
	}
	if next, err := signer.Sign(t.Context()); err != nil || next.Size != 20 {
		t.Errorf("Sign: %+v, %v", next, err)
	}
}

// The key has signed two histories: whatever the tree is, nothing is signed any more.
func TestTwoRootsAtOneSize(t *testing.T) {
	key := newKey(t, 1)
	all, other := newEvents(t, "one", 30).bytes(), newEvents(t, "two", 30).bytes()
	heads := &memoryHeads{}
	heads.unprove("new")
	signer := tlog.NewSigner(key, treeOf(t, &events{all: all[:10]}), heads, clock)
	if _, err := signer.Show(t.Context(), headAt(t, key, all, 30).Signed); err != nil {
		t.Fatal(err)
	}
	_, err := signer.Show(t.Context(), headAt(t, key, other, 30).Signed)
	if r, ok := errors.AsType[*tlog.Refusal](err); !ok || r.Cause != tlog.Contradicts || !strings.Contains(r.Reason, "two checkpoints of size 30") {
		t.Errorf("Show: %v", err)
	}
	refused(t, signer, tlog.Contradicts)
}

// A node that is proven and is shown something newer, or something else, has forgotten or been deceived.
func TestShownToAProvenNode(t *testing.T) {
	key := newKey(t, 1)
	all, other := newEvents(t, "proven", 40).bytes(), newEvents(t, "deceived", 40).bytes()
	for name, tt := range map[string]struct {
		shown tlog.Head
		cause tlog.Cause
	}{
		"an older one":            {headAt(t, key, all, 12), ""},
		"the last":                {headAt(t, key, all, 30), ""},
		"a newer one":             {headAt(t, key, all, 34), ""},
		"one of more":             {headAt(t, key, all, 36), tlog.Shorter},
		"an older one, of others": {headAt(t, key, other, 12), tlog.Contradicts},
		"the same size":           {headAt(t, key, other, 30), tlog.Contradicts},
		"more, of others":         {headAt(t, key, other, 36), tlog.Shorter},
	} {
		t.Run(name, func(t *testing.T) {
			heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 30)}}
			signer := tlog.NewSigner(key, treeOf(t, &events{all: all[:35]}), heads, clock)
			if _, err := signer.Show(t.Context(), tt.shown.Signed); err != nil {
				t.Fatal(err)
			}
			if tt.cause != "" {
				refused(t, signer, tt.cause)
				return
			}
			if head, err := signer.Sign(t.Context()); err != nil || head.Size != 35 {
				t.Errorf("Sign: %+v, %v", head, err)
			}
			oneHistory(t, key, heads.signed(), all)
		})
	}
}

// A witness knows a size only. It counts if that is the size of a checkpoint that is kept here.
func TestConfirm(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "confirm", 40).bytes()
	for _, tt := range []struct {
		size int64
		ok   bool
	}{{0, false}, {10, true}, {11, false}, {30, true}, {31, false}, {35, false}} {
		heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 10), headAt(t, key, all, 30)}}
		heads.unprove("restored")
		signer := tlog.NewSigner(key, treeOf(t, &events{all: all[:35]}), heads, clock)
		err := signer.Confirm(t.Context(), tt.size)
		if tt.ok != (err == nil) || !tt.ok && !strings.Contains(err.Error(), fmt.Sprintf("size %d", tt.size)) {
			t.Errorf("size %d: %v", tt.size, err)
		}
		if !tt.ok {
			refused(t, signer, tlog.Unproven)
		} else if head, err := signer.Sign(t.Context()); err != nil || head.Size != 35 {
			t.Errorf("size %d: Sign: %+v, %v", tt.size, head, err)
		}
	}
	// What was shown is not outweighed, and a file by another key is not confirmed.
	heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 30)}}
	heads.unprove("restored")
	signer := tlog.NewSigner(key, treeOf(t, &events{all: all[:35]}), heads, clock)
	if _, err := signer.Show(t.Context(), headAt(t, key, all, 40).Signed); err != nil {
		t.Fatal(err)
	}
	if err := signer.Confirm(t.Context(), 30); err != nil {
		t.Error(err)
	}
	refused(t, signer, tlog.Shorter)
	heads = &memoryHeads{all: []tlog.Head{headAt(t, newKey(t, 2), all, 30)}}
	heads.unprove("restored")
	signer = tlog.NewSigner(key, treeOf(t, &events{all: all[:35]}), heads, clock)
	if err := signer.Confirm(t.Context(), 30); err == nil {
		t.Error("confirmed a checkpoint of another key")
	}
	refused(t, signer, tlog.Unverified)
}

// A record that is not its leaf stops the signer, also after a restart, until everything agrees again.
func TestDifference(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "difference", 40).bytes()
	heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 30)}}
	tree := treeOf(t, &events{all: all[:35]})
	signer := tlog.NewSigner(key, tree, heads, clock)
	first := tlog.Difference{Leaf: 12, End: 13, Event: "018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f", Found: now}
	for _, d := range []tlog.Difference{first, {Leaf: 3, End: 4, Found: now}} {
		if err := signer.Differs(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	const reason = "event 12 of the ledger (018f0c3e-1a2b-7c4d-9e5f-6a7b8c9d0e1f) is not leaf 12 of the log"
	for range 2 {
		if r := refused(t, signer, tlog.Differs); r.Reason != reason || !cmp.Equal(r.Difference, &first) {
			t.Errorf("refused: %+v", r)
		}
		signer = tlog.NewSigner(key, tree, heads, clock)
	}
	if err := signer.Agrees(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if head, err := signer.Sign(t.Context()); err != nil || head.Size != 35 {
		t.Errorf("Sign after it was repaired: %+v, %v", head, err)
	}
}

// That a tree agrees with the records from which it was computed says nothing; that it is the one that was signed does.
func TestAgrees(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "agrees", 40).bytes()
	changed := append([][]byte(nil), all...)
	changed[12] = []byte("rewritten")
	for _, tt := range []struct {
		name    string
		events  [][]byte
		leaf    int64
		derived bool
		ends    bool
	}{
		{"repaired", all[:35], 12, false, true},
		{"repaired beyond the checkpoint", all[:35], 32, false, true},
		{"not what was signed", changed[:35], 12, false, false},
		{"not all that was signed", all[:29], 12, false, false},
		{"derived, and what was signed", all[:35], 12, true, true},
		{"derived, beyond the checkpoint", all[:35], 32, true, false},
		{"derived, not what was signed", changed[:35], 12, true, false},
	} {
		heads := &memoryHeads{all: []tlog.Head{headAt(t, key, all, 30)}}
		signer := tlog.NewSigner(key, treeOf(t, &events{all: tt.events}), heads, clock)
		if err := signer.Differs(t.Context(), tlog.Difference{Leaf: tt.leaf, End: tt.leaf + 1}); err != nil {
			t.Fatal(err)
		}
		if err := signer.Agrees(t.Context(), tt.derived); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		doubts, err := heads.Doubts(t.Context())
		if err != nil || tt.ends != (doubts.Difference == nil) {
			t.Errorf("%s: %+v, %v", tt.name, doubts.Difference, err)
		}
	}
}

// A difference is held even if the file cannot keep it.
func TestDifferenceThatCannotBeKept(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "kept", 10).bytes()
	heads := &memoryHeads{}
	signer := tlog.NewSigner(key, treeOf(t, &events{all: all}), forgetful{heads}, clock)
	if err := signer.Differs(t.Context(), tlog.Difference{Leaf: 3, End: 4}); err == nil {
		t.Error("no error")
	}
	refused(t, signer, tlog.Differs)
}

// forgetful keeps nothing against signing.
type forgetful struct{ *memoryHeads }

func (forgetful) SetDifference(context.Context, *tlog.Difference) error {
	return errors.New("disk full")
}

// The checkpoints tell between which of them the records part from what was signed.
func TestContradictionIsNarrowedDown(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "narrow", 64).bytes()
	sizes := []int{1, 5, 9, 20, 21, 50, 60}
	for changed := range 60 {
		heads := &memoryHeads{}
		for _, size := range sizes {
			heads.all = append(heads.all, headAt(t, key, all, size))
		}
		from, to := 0, 0
		for _, size := range sizes {
			if from, to = to, size; changed < size {
				break
			}
		}
		other := append([][]byte(nil), all...)
		other[changed] = []byte("rewritten")
		signer := tlog.NewSigner(key, treeOf(t, &events{all: other}), heads, clock)
		r := refused(t, signer, tlog.Contradicts)
		if r.Difference == nil || r.Difference.Leaf != int64(from) || r.Difference.End != int64(to) {
			t.Fatalf("event %d: %+v, want from %d to %d", changed, r.Difference, from, to)
		}
		// What was found by other means is more exact, if it can be the reason.
		for leaf, exact := range map[int]bool{changed: true, 63: false} {
			heads.doubts.Difference = &tlog.Difference{Leaf: int64(leaf), End: int64(leaf + 1)}
			if r := refused(t, signer, tlog.Contradicts); (r.Difference.Leaf == int64(leaf) && r.Difference.End == int64(leaf+1)) != (exact || from == leaf && to == leaf+1) {
				t.Fatalf("event %d, found at %d: %+v", changed, leaf, r.Difference)
			}
		}
	}
}

// Whoever serves a record that is not its leaf tells, and does not serve it.
func TestLogTellsOfDifferences(t *testing.T) {
	key := newKey(t, 1)
	e := newEvents(t, "tells", 300)
	tree := treeOf(t, e)
	heads := &memoryHeads{all: []tlog.Head{headAt(t, key, e.bytes(), 300)}}
	var told []tlog.Difference
	log := &tlog.Log{Tree: tree, Events: e, Heads: heads, Differs: func(_ context.Context, d tlog.Difference) { told = append(told, d) }}
	bundle := xtlog.Tile{H: 8, L: -1, N: 1, W: 44}
	proof := func() error { _, err := log.Proof(t.Context(), 270); return err }
	tile := func() error { _, err := log.Tile(t.Context(), 300, bundle); return err }
	if err := errors.Join(proof(), tile()); err != nil || len(told) > 0 {
		t.Fatalf("as it should be: %v, %v", err, told)
	}
	e.all[270] = []byte("rewritten")
	if err := proof(); !errors.Is(err, tlog.ErrDisagree) {
		t.Error(err)
	}
	if err := tile(); !errors.Is(err, tlog.ErrDisagree) {
		t.Error(err)
	}
	e.all = e.all[:270]
	if err := proof(); !errors.Is(err, tlog.ErrDisagree) {
		t.Error(err)
	}
	if err := tile(); !errors.Is(err, tlog.ErrDisagree) {
		t.Error(err)
	}
	const id = "00000000-0000-0000-0000-000000000000"
	want := []tlog.Difference{{Leaf: 270, End: 271, Event: id}, {Leaf: 270, End: 271, Event: id}, {Leaf: 270, End: 271, Missing: true}, {Leaf: 270, End: 271, Missing: true}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

// Run does not wait for the next event where the signer is told something.
func TestRunIsWoken(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "woken", 20).bytes()
	shown := headAt(t, key, all, 15)
	synctest.Test(t, func(t *testing.T) {
		heads := &memoryHeads{}
		heads.unprove("restored")
		signer := tlog.NewSigner(key, treeOf(t, &events{all: all}), heads, time.Now)
		end := run(t, signer)
		soon := func(want string) {
			t.Helper()
			time.Sleep(time.Second)
			synctest.Wait()
			if state := signer.State(); state.String() != want {
				t.Errorf("state is %q, want %q", state, want)
			}
		}
		time.Sleep(time.Hour)
		soon("refused: restored")
		if _, err := signer.Show(t.Context(), shown.Signed); err != nil {
			t.Error(err)
		}
		soon("signed at 20")
		if err := signer.Differs(t.Context(), tlog.Difference{Leaf: 3, End: 4}); err != nil {
			t.Error(err)
		}
		soon("refused: event 3 of the ledger is not leaf 3 of the log")
		if err := signer.Agrees(t.Context(), false); err != nil {
			t.Error(err)
		}
		soon("signed at 20")
		signer.Hold(tlog.Held, "the file was replaced")
		soon("refused: the file was replaced")
		if n := len(heads.signed()); n != 2 {
			t.Errorf("%d checkpoints, want the one that was shown and one", n)
		}
		end()
	})
}
