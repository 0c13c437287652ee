package tlog_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/projections/transparency"
)

func TestSign(t *testing.T) {
	key, e, heads := newKey(t, 1), newEvents(t, "sign", 0), &memoryHeads{}
	tree := treeOf(t, e)
	signer := tlog.NewSigner(key, tree, heads, clock)

	if head, err := signer.Sign(t.Context()); err != nil || head.Size != 0 {
		t.Errorf("signing the empty tree gave %+v, %v", head, err)
	}
	for i := range 70 {
		grow(t, e, tree, 1+i%3)
		head, err := signer.Sign(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if head.Size != tree.Size() || !head.At.Equal(now) {
			t.Fatalf("signed %+v over %d leaves", head, tree.Size())
		}
		// An idle log is not signed again: the same bytes.
		if again, err := signer.Sign(t.Context()); err != nil || !cmp.Equal(again, head) {
			t.Fatalf("signed again %+v, %v", again, err)
		}
		if last, err := heads.Last(t.Context()); err != nil || !cmp.Equal(last, head) {
			t.Fatalf("the last head is %+v, %v", last, err)
		}
		if state := signer.State(); !cmp.Equal(state.Head, head) || state.Refused != nil || state.Failed != nil {
			t.Fatalf("state is %+v", state)
		}
	}
	if n := len(heads.signed()); n != 70 {
		t.Errorf("%d checkpoints, want 70", n)
	}
	oneHistory(t, key, heads.signed(), e.bytes())
}

// durable is a tree of which only a part has reached the disk.
type durable struct {
	*transparency.Tree
	size int64
	err  error
}

func (d durable) Sync() (int64, error) { return d.size, d.err }

func TestOnlyWhatIsDurableIsSigned(t *testing.T) {
	tree := treeOf(t, newEvents(t, "durable", 10))
	heads := &memoryHeads{}
	head, err := tlog.NewSigner(newKey(t, 1), durable{Tree: tree, size: 7}, heads, clock).Sign(t.Context())
	if err != nil || head.Size != 7 {
		t.Errorf("signed %d, %v; want 7", head.Size, err)
	}
	broken := errors.New("fsync failed")
	signer := tlog.NewSigner(newKey(t, 1), durable{Tree: tree, err: broken}, heads, clock)
	if _, err := signer.Sign(t.Context()); !errors.Is(err, broken) || !errors.Is(signer.State().Failed, broken) {
		t.Errorf("Sign: %v, state %v; want the error of the sync", err, signer.State())
	}
	if n := len(heads.signed()); n != 1 {
		t.Errorf("%d checkpoints, want 1", n)
	}
}

func TestNothingIsShownThatIsNotKept(t *testing.T) {
	e, heads := newEvents(t, "kept", 3), &memoryHeads{}
	tree := treeOf(t, e)
	signer := tlog.NewSigner(newKey(t, 1), tree, heads, clock)
	full := errors.New("disk full")
	heads.failing(full)
	if head, err := signer.Sign(t.Context()); !errors.Is(err, full) || len(head.Signed) != 0 {
		t.Errorf("Sign = %+v, %v; want nothing and the error", head, err)
	}
	if state := signer.State(); state.Head.Size != 0 || !errors.Is(state.Failed, full) || !strings.HasPrefix(state.String(), "failing: ") {
		t.Errorf("state is %v", state)
	}
	log := &tlog.Log{Tree: tree, Events: e, Heads: heads}
	if head, err := log.Checkpoint(t.Context()); !errors.Is(err, tlog.ErrNoHead) {
		t.Errorf("Checkpoint = %+v, %v; want ErrNoHead", head, err)
	}
	heads.failing(nil)
	if _, err := signer.Sign(t.Context()); err != nil || signer.State().String() != "signed at 3" {
		t.Errorf("afterwards: %v, state %v", err, signer.State())
	}
}

// A tree that does not extend the last checkpoint is never signed, whatever is wrong with it.
func TestSignRefuses(t *testing.T) {
	key := newKey(t, 1)
	all := newEvents(t, "refuse", 40).bytes()
	changed := func(n, at int) [][]byte {
		events := append([][]byte(nil), all[:n]...)
		events[at] = []byte("rewritten")
		return events
	}
	swapped := append([][]byte(nil), all...)
	swapped[3], swapped[4] = swapped[4], swapped[3]

	tests := []struct {
		why    string
		events [][]byte
		reason string
	}{
		{"shorter", all[:29], "the tree is shorter: event 29 is missing from the ledger"},
		{"empty", nil, "the tree is shorter: events 0 to 29 are missing from the ledger"},
		{"the same size, first event rewritten", changed(30, 0), "the tree has the same size and another root: one of the events 0 to 29 of the ledger is not what was signed"},
		{"the same size, last event rewritten", changed(30, 29), "the tree has the same size and another root: one of the events 0 to 29 of the ledger is not what was signed"},
		{"longer, first event rewritten", changed(31, 0), "the tree does not extend the checkpoint: one of the events 0 to 29 of the ledger is not what was signed"},
		{"longer, last signed event rewritten", changed(40, 29), "the tree does not extend the checkpoint: one of the events 0 to 29 of the ledger is not what was signed"},
		{"longer, two events swapped", swapped, "the tree does not extend the checkpoint: one of the events 0 to 29 of the ledger is not what was signed"},
		{"longer, an event left out", append(append([][]byte(nil), all[:10]...), all[11:]...), "the tree does not extend the checkpoint: one of the events 0 to 29 of the ledger is not what was signed"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			heads := &memoryHeads{}
			if _, err := tlog.NewSigner(key, treeOf(t, &events{all: all[:30]}), heads, clock).Sign(t.Context()); err != nil {
				t.Fatal(err)
			}
			signer := tlog.NewSigner(key, treeOf(t, &events{all: tt.events}), heads, clock)
			_, err := signer.Sign(t.Context())
			refusal, ok := errors.AsType[*tlog.Refusal](err)
			if !ok || refusal.Reason != tt.reason || refusal.Last.Size != 30 || refusal.Size != int64(len(tt.events)) {
				t.Errorf("Sign: %v, want a refusal because %s", err, tt.reason)
			}
			if got, want := signer.State().String(), "refused: "+tt.reason; got != want {
				t.Errorf("state is %q, want %q", got, want)
			}
			if n := len(heads.signed()); n != 1 {
				t.Errorf("%d checkpoints, want 1", n)
			}
		})
	}

	// The same tree with one more event than the checkpoint is signed: it is the rewriting that is refused.
	heads := &memoryHeads{}
	for _, n := range []int{30, 31, 40} {
		if _, err := tlog.NewSigner(key, treeOf(t, &events{all: all[:n]}), heads, clock).Sign(t.Context()); err != nil {
			t.Errorf("%d events: %v", n, err)
		}
	}
	oneHistory(t, key, heads.signed(), all)
}

// A head is believed only if the log's own key has signed exactly that.
func TestSignDistrustsTheLastHead(t *testing.T) {
	e := newEvents(t, "distrust", 20)
	small, tree := treeOf(t, &events{all: e.bytes()[:10]}), treeOf(t, e)
	sign := func(key *tlog.Key) tlog.Head {
		head, err := tlog.NewSigner(key, small, &memoryHeads{}, clock).Sign(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return head
	}
	mine, others := sign(newKey(t, 1)), sign(newKey(t, 2))
	smaller, err := small.Root(9)
	if err != nil {
		t.Fatal(err)
	}
	const unsigned, misfiled = "the last checkpoint is not signed by this log's key", "the last checkpoint is filed under another size or root"
	for why, tt := range map[string]struct {
		last   tlog.Head
		reason string
	}{
		"signed by another key":              {others, unsigned},
		"not signed":                         {tlog.Head{Size: mine.Size, Root: mine.Root}, unsigned},
		"filed under a size less":            {tlog.Head{Size: 9, Root: mine.Root, Signed: mine.Signed}, misfiled},
		"filed as the checkpoint of another": {tlog.Head{Size: 9, Root: smaller, Signed: mine.Signed}, misfiled},
		"filed with another root":            {tlog.Head{Size: mine.Size, Root: xtlog.Hash{1}, Signed: mine.Signed}, misfiled},
	} {
		heads := &memoryHeads{all: []tlog.Head{tt.last}}
		_, err := tlog.NewSigner(newKey(t, 1), tree, heads, clock).Sign(t.Context())
		refusal, ok := errors.AsType[*tlog.Refusal](err)
		if !ok || !strings.HasPrefix(refusal.Reason, tt.reason) || len(heads.signed()) != 1 {
			t.Errorf("%s: %v, want a refusal because %s", why, err, tt.reason)
		}
	}
	heads := &memoryHeads{all: []tlog.Head{mine}}
	if _, err := tlog.NewSigner(newKey(t, 1), tree, heads, clock).Sign(t.Context()); err != nil {
		t.Errorf("signed by the key: %v", err)
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	e := newEvents(t, "restart", 5)
	key, err := tlog.GenerateKey(filepath.Join(dir, "log.key"), ledgerID, origin, zeros(1))
	if err != nil {
		t.Fatal(err)
	}
	first, err := sqlitelog.Create(filepath.Join(dir, "log.db"), ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	before, err := tlog.NewSigner(key, treeOf(t, e), first, clock).Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	key, err = tlog.LoadKey(filepath.Join(dir, "log.key"), ledgerID, origin)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := sqlitelog.Open(filepath.Join(dir, "log.db"), ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := heads.Close(); err != nil {
			t.Error(err)
		}
	}()
	later := func() time.Time { return now.Add(time.Hour) }
	tree := treeOf(t, e)
	signer := tlog.NewSigner(key, tree, heads, later)
	if again, err := signer.Sign(t.Context()); err != nil || !cmp.Equal(again, before) {
		t.Errorf("signed after restart %+v, %v; want what was signed before", again, err)
	}
	grow(t, e, tree, 4)
	after, err := signer.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := heads.At(t.Context(), 1); err != nil || !cmp.Equal(kept, before) {
		t.Errorf("the first checkpoint reads back as %+v, %v", kept, err)
	}
	oneHistory(t, key, []tlog.Head{before, after}, e.bytes())
}

// Several signers with handles of their own, over a tree that grows: one history, and everything that was given out is
// in it.
func TestConcurrentSigners(t *testing.T) {
	key, e := newKey(t, 1), newEvents(t, "concurrent", 1)
	tree := treeOf(t, e)
	path := filepath.Join(t.TempDir(), "log.db")
	first, err := sqlitelog.Create(path, ledgerID)
	if err != nil {
		t.Fatal(err)
	}
	handles := []*sqlitelog.Heads{first}
	for range 2 {
		heads, err := sqlitelog.Open(path, ledgerID)
		if err != nil {
			t.Fatal(err)
		}
		handles = append(handles, heads)
	}

	const total = 300
	var signers sync.WaitGroup
	given := make([][]tlog.Head, 6)
	for i := range given {
		signer := tlog.NewSigner(key, tree, handles[i%len(handles)], clock)
		signers.Go(func() {
			for {
				head, err := signer.Sign(t.Context())
				if errors.Is(err, tlog.ErrMoved) {
					continue // ten others in a row were faster
				}
				if err != nil {
					t.Error(err)
					return
				}
				given[i] = append(given[i], head)
				if head.Size >= total {
					return
				}
			}
		})
	}
	for tree.Size() < total {
		grow(t, e, tree, 1)
	}
	signers.Wait()

	var history []tlog.Head
	for size := int64(1); ; {
		head, err := first.At(t.Context(), size)
		if errors.Is(err, tlog.ErrNoHead) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		history = append(history, head)
		size = head.Size + 1
	}
	oneHistory(t, key, history, e.bytes())
	for _, heads := range given {
		for _, head := range heads {
			if kept, err := first.At(t.Context(), head.Size); err != nil || !cmp.Equal(kept, head) {
				t.Fatalf("%+v was given out, and %+v is kept (%v)", head, kept, err)
			}
		}
	}
	for _, heads := range handles {
		if err := heads.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Two nodes with different events at one size: one is signed, the other stops for good.
func TestForkedSigners(t *testing.T) {
	key := newKey(t, 1)
	for round := range 20 {
		common := newEvents(t, "common", 5).bytes()
		heads := &memoryHeads{}
		if _, err := tlog.NewSigner(key, treeOf(t, &events{all: common}), heads, clock).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		var branches [2][][]byte
		var errs [2]error
		var signers sync.WaitGroup
		for i, name := range []string{"left", "right"} {
			e := &events{all: append([][]byte(nil), common...)}
			e.add(t, name, 1+i*round)
			branches[i] = e.bytes()
			signer := tlog.NewSigner(key, treeOf(t, e), heads, clock)
			signers.Go(func() { _, errs[i] = signer.Sign(t.Context()) })
		}
		signers.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both branches: %v and %v", errs[0], errs[1])
		}
		signed := 0
		if errs[0] != nil {
			signed = 1
		}
		if _, ok := errors.AsType[*tlog.Refusal](errs[1-signed]); !ok {
			t.Errorf("the other branch: %v, want a refusal", errs[1-signed])
		}
		oneHistory(t, key, heads.signed(), branches[signed])
	}
}

// A signer goes on from what the keys before its own have signed, and from nothing else; what it signs is its own.
func TestSignAfterARotation(t *testing.T) {
	e, heads := newEvents(t, "rotation", 5), &memoryHeads{}
	tree := treeOf(t, e)
	first, second, third := newKey(t, 1), newKey(t, 2), newKey(t, 3)
	sign := func(key *tlog.Key) error {
		grow(t, e, tree, 2)
		_, err := tlog.NewSigner(key, tree, heads, clock).Sign(t.Context())
		return err
	}
	following := func(key *tlog.Key, earlier ...*tlog.Key) *tlog.Key {
		var vkeys []string
		for _, k := range earlier {
			vkeys = append(vkeys, k.VerifierKey())
		}
		key, err := key.Following(vkeys...)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	if err := sign(first); err != nil {
		t.Fatal(err)
	}
	for why, key := range map[string]*tlog.Key{"the next key by itself": second, "a key that follows others": following(third, second, third),
		"a key that follows others now": following(following(third, first), second)} {
		if refusal, ok := errors.AsType[*tlog.Refusal](sign(key)); !ok || !strings.HasPrefix(refusal.Reason, "the last checkpoint is not signed by this log's key") {
			t.Errorf("%s went on from the first key", why)
		}
	}
	for _, key := range []*tlog.Key{following(second, first, second), following(third, first, second)} {
		if err := sign(key); err != nil {
			t.Fatal(err)
		}
		oneHistory(t, key, heads.signed()[len(heads.signed())-1:], e.bytes())
	}
	if err := sign(first); err == nil {
		t.Error("the first key went on from the third")
	}
	elsewhere, err := tlog.GenerateKey(filepath.Join(t.TempDir(), "log.key"), ledgerID, "example.org/other", zeros(4))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Following(elsewhere.VerifierKey()); !errors.Is(err, tlog.ErrOrigin) {
		t.Errorf("following a key of another log: %v", err)
	}
	if _, err := second.Following("not a key"); err == nil {
		t.Error("following what is no key")
	}
}

// What must be known before a tree is signed is asked first, with its size, and nothing is signed without it.
func TestBeforeSigning(t *testing.T) {
	key, e, heads := newKey(t, 1), newEvents(t, "before", 5), &memoryHeads{}
	signer := tlog.NewSigner(key, treeOf(t, e), heads, clock)
	unsure := errors.New("the store does not answer")
	var asked []int64
	signer.BeforeSigning(func(_ context.Context, size int64) error {
		asked = append(asked, size)
		return unsure
	})
	if _, err := signer.Sign(t.Context()); !errors.Is(err, unsure) || len(heads.signed()) != 0 {
		t.Errorf("%v; %d checkpoints", err, len(heads.signed()))
	}
	unsure = nil
	if head, err := signer.Sign(t.Context()); err != nil || head.Size != 5 {
		t.Errorf("%+v, %v", head, err)
	}
	if !cmp.Equal(asked, []int64{5, 5}) {
		t.Errorf("asked for %v", asked)
	}
}

// One of several nodes: it lags behind what others signed, or it is not its turn. Neither is a refusal, and another history
// still is one.
func TestSignBesideOthers(t *testing.T) {
	key, e, heads := newKey(t, 1), newEvents(t, "sign", 4), &memoryHeads{}
	lagging, whole := treeOf(t, newEvents(t, "sign", 2)), treeOf(t, e)
	first, err := tlog.NewSigner(key, whole, heads, clock).Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	behind := tlog.NewSigner(key, lagging, heads, clock)
	if _, err := behind.Sign(t.Context()); !errors.As(err, new(*tlog.Refusal)) {
		t.Errorf("alone: %v, want a refusal", err)
	}
	behind.Follows()
	if head, err := behind.Sign(t.Context()); err != nil || head.Size != 4 || behind.State().Refused != nil {
		t.Errorf("following: %+v, %v, %+v", head, err, behind.State())
	}
	other := tlog.NewSigner(key, treeOf(t, newEvents(t, "another", 4)), heads, clock)
	other.Follows()
	if _, err := other.Sign(t.Context()); !errors.As(err, new(*tlog.Refusal)) {
		t.Errorf("another history: %v, want a refusal", err)
	}
	grow(t, e, whole, 2)
	elsewhere := tlog.NewSigner(key, whole, heads, clock)
	turn := tlog.ErrElsewhere
	elsewhere.BeforeSigning(func(context.Context, int64) error { return turn })
	if head, err := elsewhere.Sign(t.Context()); err != nil || head.Size != first.Size || elsewhere.State().Failed != nil {
		t.Errorf("not its turn: %+v, %v, %+v", head, err, elsewhere.State())
	}
	turn = nil
	if head, err := elsewhere.Sign(t.Context()); err != nil || head.Size != 6 {
		t.Errorf("its turn: %+v, %v", head, err)
	}
}

// A node whose key was replaced signs nothing, without anything being wrong with the log, and tries again later.
func TestSignWithAKeyThatWasReplaced(t *testing.T) {
	old, key, e, heads := newKey(t, 1), newKey(t, 2), newEvents(t, "sign", 4), &memoryHeads{}
	whole := treeOf(t, e)
	if _, err := tlog.NewSigner(key, whole, heads, clock).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	refusedFor := func(s *tlog.Signer, want tlog.Cause) {
		t.Helper()
		if _, err := s.Sign(t.Context()); err == nil || s.State().Refused == nil || s.State().Refused.Cause != want || s.State().Refused.Last.Size != 4 {
			t.Errorf("%v, %+v, want %s", err, s.State().Refused, want)
		}
	}
	lagging := tlog.NewSigner(old, treeOf(t, newEvents(t, "sign", 2)), heads, clock)
	refusedFor(lagging, tlog.Unverified)
	lagging.Follows() // it may not know yet why
	refusedFor(lagging, tlog.Superseded)
	there := tlog.NewSigner(old, whole, heads, clock)
	there.Follows()
	refusedFor(there, tlog.Unverified)

	fits := tlog.NewSigner(key, whole, heads, clock)
	var why error = &tlog.Refusal{Cause: tlog.Superseded, Reason: "another key", Last: tlog.Head{Size: 4}, Size: 4}
	fits.OnlyIf(func(context.Context) error { return why })
	grow(t, e, whole, 2)
	refusedFor(fits, tlog.Superseded)
	why = nil
	if head, err := fits.Sign(t.Context()); err != nil || head.Size != 6 || fits.State().Refused != nil {
		t.Errorf("%+v, %v, %+v", head, err, fits.State())
	}
}
