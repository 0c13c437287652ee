package tlog_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/api/tlog/witnesstest"
)

// verifyUnder verifies a proof under a policy that asks for the log and one witness.
func verifyUnder(t *testing.T, proof []byte, key *tlog.Key, s *witnesstest.Witness) error {
	t.Helper()
	policy, err := torchwood.ParsePolicy(fmt.Appendf(nil, "log %s\nwitness w %s\nquorum w\n", key.VerifierKey(), s.Signer.Verifier()))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tlog.VerifyProofUnder(proof, policy)
	return err
}

// everyCosignature verifies each cosignature that is kept, by the keys of the witnesses, and counts those of each.
func everyCosignature(t *testing.T, w *witnessed, all ...*witnesstest.Witness) map[string]int {
	t.Helper()
	var known []note.Verifier
	for _, s := range all {
		known = append(known, s.Signer.Verifier())
	}
	count := map[string]int{}
	for _, head := range w.heads.signed() {
		n, err := note.Open(head.Signed, note.VerifierList(known...))
		if _, none := errors.AsType[*note.UnverifiedNoteError](err); none {
			continue
		}
		if err != nil || len(n.UnverifiedSigs) != 1 {
			t.Fatalf("a cosignature is kept that does not verify: %v\n%s", err, head.Signed)
		}
		for _, s := range n.Sigs {
			count[s.Name]++
		}
	}
	return count
}

// Witnesses that do as they should cosign every checkpoint, each once, and are asked once for each.
func TestCollect(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one, two := newWitness("one.example", 1, key), newWitness("two.example", 2, key)
		w := watch(t, key, 3, tlog.AllWitnesses, one, two)
		for range 20 {
			time.Sleep(time.Second)
			w.grow(5)
		}
		time.Sleep(time.Hour) // an idle log asks nobody
		synctest.Wait()
		if got := everyCosignature(t, w, one, two); got["one.example"] != 21 || got["two.example"] != 21 {
			t.Errorf("cosignatures: %v, want 21 of each", got)
		}
		if n := len(one.Asked()); n != 21 {
			t.Errorf("asked %d times, want 21", n)
		}
		if !strings.HasPrefix(one.Asked()[0], "old 0\n\n"+origin+"\n3\n") || !strings.HasPrefix(one.Asked()[20], "old 98\n") {
			t.Errorf("asked\n%s\nand\n%s", one.Asked()[0], one.Asked()[20])
		}
		if got := one.Agents(); !slices.Equal(got, []string{"arobase/test"}) {
			t.Errorf("as %v", got)
		}
		for _, s := range w.collector.State() {
			if s.String() != "cosigned at 103" || s.Size != 103 || s.Failures != 0 || s.Problem != nil {
				t.Errorf("state is %+v", s)
			}
		}
		if got := w.collector.CosignedSize(); got != 103 {
			t.Errorf("quorum at %d, want 103", got)
		}
		w.end()
	})
}

// What is known of witnesses is in Heads: a process that starts again asks nobody for what is there.
func TestCollectAfterARestart(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 3, 1, one)
		time.Sleep(time.Second)
		w.end()
		collector := tlog.NewCollector(tlog.CollectorParts{
			Witnesses: w.log.Witnesses, Tree: w.tree, Heads: w.heads, Now: time.Now, Random: func() float64 { return 0 }, Transport: one,
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		collector.Run(ctx)
		if n := len(one.Asked()); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
		if got := collector.CosignedSize(); got != 3 || collector.State()[0].Size != 3 {
			t.Errorf("quorum at %d, state %+v", got, collector.State())
		}
	})
}

// A witness that was set back, or is new, gets the proof from where it is.
func TestWitnessBehind(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 3, 1, one)
		time.Sleep(time.Second)
		size, root := one.At()
		w.grow(10)
		time.Sleep(time.Second)
		one.SetAt(size, root)
		w.grow(10)
		time.Sleep(time.Second)
		one.SetAt(0, xtlog.Hash{})
		w.grow(10)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := everyCosignature(t, w, one); got["one.example"] != 4 {
			t.Errorf("cosignatures: %v, want 4", got)
		}
		var olds []string
		for _, r := range one.Asked() {
			old, _, _ := strings.Cut(r, "\n")
			olds = append(olds, old)
		}
		if want := []string{"old 0", "old 3", "old 13", "old 3", "old 23", "old 0"}; !slices.Equal(olds, want) {
			t.Errorf("asked with %v, want %v", olds, want)
		}
		if s := w.collector.State()[0]; s.String() != "cosigned at 33" || s.Failures != 0 {
			t.Errorf("state is %+v", s)
		}
		w.end()
	})
}

// A witness that has cosigned a checkpoint whose cosignature never reached us is asked for it again.
func TestLostAnswer(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		one.Behave(witnesstest.Behaviour{Answer: func(_ string, honest func() *http.Response) *http.Response {
			honest()
			return witnesstest.Response(502, "text/html", "<html>")
		}})
		w := watch(t, key, 3, 1, one)
		time.Sleep(100 * time.Millisecond)
		one.Behave(witnesstest.Behaviour{})
		time.Sleep(time.Second)
		synctest.Wait()
		if got := everyCosignature(t, w, one); got["one.example"] != 1 {
			t.Errorf("cosignatures: %v, want 1", got)
		}
		if s := w.collector.State()[0]; s.Failures != 1 || s.Problem != nil {
			t.Errorf("state is %+v", s)
		}
		w.end()
	})
}

// A witness that has seen more than there is: an alarm, and nothing is signed or sent that would not be otherwise.
func TestWitnessAhead(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		full := watch(t, key, 30, 1, one)
		time.Sleep(time.Second)
		full.end()
		w := watch(t, key, 20, 1, one) // the same log as it was before ten events
		time.Sleep(time.Second)
		s := w.collector.State()[0]
		problem, ok := errors.AsType[*tlog.WitnessError](s.Problem)
		if !ok || problem.Problem != tlog.WitnessAhead || problem.Size != 30 || !s.Alarm() || !strings.HasPrefix(s.String(), "ALARM: ") || s.Failures == 0 {
			t.Errorf("state is %v", s)
		}
		if got := everyCosignature(t, w, one); len(got) != 0 {
			t.Errorf("cosignatures: %v, want none", got)
		}
		if got := w.public(t); got != 20 {
			t.Errorf("%d public, want 20", got)
		}
		if size, _ := one.At(); size != 30 {
			t.Errorf("the witness is at %d now", size)
		}
		w.end()
	})
}

// What another node has signed and nobody shows is shown too, soon.
func TestCollectForAnotherNode(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 20, 1, one)
		time.Sleep(time.Second)
		w.end() // our signer is gone, and the collector of another process goes on
		collector := tlog.NewCollector(tlog.CollectorParts{
			Witnesses: w.log.Witnesses, Tree: w.tree, Heads: w.heads, Now: time.Now, Random: func() float64 { return 0 }, Transport: one,
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { collector.Run(ctx); close(done) }()
		time.Sleep(time.Second)
		w.grow(5)
		if _, err := tlog.NewSigner(key, w.tree, w.heads, time.Now).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := everyCosignature(t, w, one); got["one.example"] != 2 {
			t.Errorf("cosignatures: %v, want 2", got)
		}
		cancel()
		<-done
	})
}

// Another node may have signed more and shown it before us; that is no alarm.
func TestWitnessAheadByAnotherNode(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 20, 1, one)
		time.Sleep(time.Second)
		// While our request is under way, the other node signs more and shows it.
		once := true
		one.Behave(witnesstest.Behaviour{Answer: func(_ string, honest func() *http.Response) *http.Response {
			if once {
				once = false
				w.grow(5)
				if _, err := tlog.NewSigner(key, w.tree, w.heads, time.Now).Sign(t.Context()); err != nil {
					t.Error(err)
				}
				head, err := w.heads.Last(t.Context())
				if err != nil {
					t.Error(err)
				}
				one.SetAt(head.Size, head.Root)
			}
			return honest()
		}})
		w.grow(5)
		time.Sleep(time.Second)
		synctest.Wait()
		if s := w.collector.State()[0]; s.Size != 30 || s.Problem != nil || s.Failures != 0 {
			t.Errorf("state is %+v", s)
		}
		w.end()
	})
}

// Whatever a witness does, only what verifies is kept, the state says what is wrong, the others are not disturbed, and
// it is not asked in a loop. When it is well again it cosigns.
func TestHostileWitness(t *testing.T) {
	key := newKey(t, 1)
	bad := cosigner("one.example", 9)
	sizes := int64(0)
	for name, tt := range map[string]struct {
		answer  func(asked string, honest func() *http.Response) *http.Response
		hangs   bool
		problem tlog.WitnessProblem
		alarm   bool
	}{
		"signs with another key": {problem: tlog.WitnessForges, alarm: true, answer: func(asked string, _ func() *http.Response) *http.Response {
			_, signed, _ := strings.Cut(asked, "\n\n")
			text, _, _ := strings.Cut(signed, "\n\n")
			s := signature(bad, text+"\n")
			return witnesstest.Response(200, "", "— "+s.Name+" "+s.Base64+"\n")
		}},
		"cosigns another checkpoint": {problem: tlog.WitnessForges, alarm: true, answer: func(string, func() *http.Response) *http.Response {
			s := signature(cosigner("one.example", 1), origin+"\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
			return witnesstest.Response(200, "", "— "+s.Name+" "+s.Base64+"\n")
		}},
		"a huge body": {problem: tlog.WitnessGarbles, answer: func(string, func() *http.Response) *http.Response {
			return &http.Response{StatusCode: 200, Body: endless{}}
		}},
		"a huge size":  {problem: tlog.WitnessGarbles, answer: witnesstest.Always(409, "text/x.tlog.size", strings.Repeat("9", 1<<20))},
		"garbage":      {problem: tlog.WitnessGarbles, answer: witnesstest.Always(200, "", "\x00\xff")},
		"ahead of all": {problem: tlog.WitnessAhead, alarm: true, answer: witnesstest.Always(409, "text/x.tlog.size", "9223372036854775807\n")},
		"the same 409": {problem: tlog.WitnessGarbles, answer: witnesstest.Always(409, "text/x.tlog.size", "1\n")},
		"another 409": {problem: tlog.WitnessGarbles, answer: func(string, func() *http.Response) *http.Response {
			sizes = (sizes + 1) % 3
			return witnesstest.Response(409, "text/x.tlog.size", fmt.Sprintf("%d\n", sizes))
		}},
		"a redirect":    {problem: tlog.WitnessGarbles, answer: witnesstest.Always(308, "", "")},
		"unknown log":   {problem: tlog.WitnessUnknownLog, answer: witnesstest.Always(404, "", "?")},
		"unknown key":   {problem: tlog.WitnessForbids, answer: witnesstest.Always(403, "", "?")},
		"no proof":      {problem: tlog.WitnessRefuses, alarm: true, answer: witnesstest.Always(422, "", "?")},
		"wrong request": {problem: tlog.WitnessRefuses, alarm: true, answer: witnesstest.Always(400, "", "?")},
		"busy":          {problem: tlog.WitnessUnavailable, answer: witnesstest.Always(429, "", "?")},
		"hangs":         {problem: tlog.WitnessUnreachable, hangs: true},
		"hangs in its answer": {problem: tlog.WitnessUnreachable, answer: func(string, func() *http.Response) *http.Response {
			return &http.Response{StatusCode: 200, Body: silent{}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				one, two := newWitness("one.example", 1, key), newWitness("two.example", 2, key)
				one.Behave(witnesstest.Behaviour{Answer: tt.answer, Hangs: tt.hangs})
				w := watch(t, key, 20, 1, one, two)
				for range 150 {
					time.Sleep(time.Second)
					w.grow(1)
				}
				time.Sleep(time.Second)
				synctest.Wait()
				state := w.collector.State()
				problem, ok := errors.AsType[*tlog.WitnessError](state[0].Problem)
				if !ok || problem.Problem != tt.problem || state[0].Alarm() != tt.alarm || state[0].Size != 0 || state[0].Failures < 8 {
					t.Errorf("state is %v after %d failures", state[0], state[0].Failures)
				}
				if state[1].Size != 170 || state[1].Problem != nil {
					t.Errorf("the other's state is %v", state[1])
				}
				if n := len(one.Asked()); n < 8 || n > 60 {
					t.Errorf("asked %d times in two and a half minutes", n)
				}
				if got := everyCosignature(t, w, one, two); got["one.example"] != 0 || got["two.example"] != 151 {
					t.Errorf("cosignatures: %v", got)
				}
				one.Behave(witnesstest.Behaviour{})
				time.Sleep(time.Minute)
				synctest.Wait()
				if s := w.collector.State()[0]; s.Size != 170 || s.Problem != nil {
					t.Errorf("when it is well again: %v", s)
				}
				w.end()
				level := "WARN"
				if tt.alarm {
					level = "ERROR"
				}
				if said := w.said.String(); strings.Count(said, "\n") != 2 || !strings.Contains(said, "level="+level) || !strings.Contains(said, "level=INFO") {
					t.Errorf("the operator was not told twice, of the trouble and of its end:\n%s", said)
				}
			})
		})
	}
}

// endless is a body without end, silent one without beginning, until the reader gives up.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
func (endless) Close() error               { return nil }

type silent struct{}

func (silent) Read([]byte) (int, error) {
	time.Sleep(5 * time.Second)
	return 0, context.DeadlineExceeded // as a connection says when the request is over
}
func (silent) Close() error { return nil }

// A tree that was tampered with is not shown to anybody: the witness would only hear that something is wrong.
func TestTamperedTreeIsNotShown(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 20, 1, one)
		time.Sleep(time.Second)
		w.end()
		witnesses := w.log.Witnesses
		w.events.all[4] = []byte("rewritten")
		tree := treeOf(t, w.events)
		heads := &memoryHeads{all: []tlog.Head{w.heads.signed()[0]}}
		heads.all[0].Signed = []byte(strings.SplitAfter(string(heads.all[0].Signed), "\n— one")[0])
		heads.all[0].Signed = heads.all[0].Signed[:len(heads.all[0].Signed)-len("— one")]
		collector := tlog.NewCollector(tlog.CollectorParts{
			Witnesses: witnesses, Tree: tree, Heads: heads, Now: time.Now, Random: func() float64 { return 0 }, Transport: one,
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		collector.Run(ctx)
		if n := len(one.Asked()); n != 1 {
			t.Errorf("asked %d times, want once, before", n)
		}
		if s := collector.State()[0]; !errors.Is(s.Problem, tlog.ErrDisagree) || s.Alarm() {
			t.Errorf("state is %v", s)
		}
	})
}

// A cosignature that comes when its checkpoint has settled is not kept.
func TestLateCosignature(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 20, 1, one)
		time.Sleep(time.Second)
		one.Behave(witnesstest.Behaviour{Answer: func(_ string, honest func() *http.Response) *http.Response {
			time.Sleep(31 * time.Second)
			return honest()
		}})
		w.grow(5)
		time.Sleep(500 * time.Millisecond)
		w.grow(5)
		time.Sleep(40 * time.Second)
		synctest.Wait()
		head, err := w.heads.At(t.Context(), 25)
		if err != nil || strings.Contains(string(head.Signed), "one.example") {
			t.Errorf("kept: %v\n%s", err, head.Signed)
		}
		one.Behave(witnesstest.Behaviour{})
		time.Sleep(40 * time.Second)
		w.end()
	})
}
