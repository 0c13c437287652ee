package tlog_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
	"arobase/api/tlog/witnesstest"
)

// Every event is under a public checkpoint within a second, whatever the witnesses do, and as soon as they have cosigned
// where they do. What is public only ever grows.
func TestPublicWithinASecond(t *testing.T) {
	key := newKey(t, 1)
	for name, tt := range map[string]struct {
		behave witnesstest.Behaviour
		within time.Duration // after the event, at most
		least  time.Duration // after the signature, at least
	}{
		"they answer at once":  {witnesstest.Behaviour{}, 210 * time.Millisecond, 0},
		"they are slow":        {witnesstest.Behaviour{Delay: 100 * time.Millisecond}, 510 * time.Millisecond, 90 * time.Millisecond},
		"they are too slow":    {witnesstest.Behaviour{Delay: 3 * time.Second}, 710 * time.Millisecond, 490 * time.Millisecond},
		"they hang":            {witnesstest.Behaviour{Hangs: true}, 710 * time.Millisecond, 490 * time.Millisecond},
		"they forge":           {witnesstest.Behaviour{Answer: witnesstest.Always(200, "text/plain", "— one.example AAAAAAA=\n")}, 710 * time.Millisecond, 490 * time.Millisecond},
		"they are broken":      {witnesstest.Behaviour{Answer: witnesstest.Always(500, "text/plain", "?")}, 710 * time.Millisecond, 490 * time.Millisecond},
		"they are never happy": {witnesstest.Behaviour{Answer: witnesstest.Always(409, "text/x.tlog.size", "1\n")}, 710 * time.Millisecond, 490 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				one, two := newWitness("one.example", 1, key), newWitness("two.example", 2, key)
				one.Behave(tt.behave)
				w := watch(t, key, 1, tlog.AllWitnesses, one, two)
				time.Sleep(2 * time.Second)
				synctest.Wait()

				const step = 5 * time.Millisecond
				recorded, seen := map[int64]time.Time{}, w.public(t)
				if seen != 1 {
					t.Fatalf("%d public at the start, want 1", seen)
				}
				random := rand.New(rand.NewPCG(1, 2))
				var slowest, fastest time.Duration = 0, time.Hour
				for range 2000 { // ten seconds, in bursts
					if random.IntN(20) == 0 {
						w.grow(1)
						recorded[w.tree.Size()] = time.Now()
					}
					time.Sleep(step)
					synctest.Wait()
					public := w.public(t)
					if public < seen {
						t.Fatalf("the public checkpoint went from %d back to %d", seen, public)
					}
					for ; seen < public; seen++ {
						slowest = max(slowest, time.Since(recorded[seen+1]))
					}
					head, err := w.log.Checkpoint(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					fastest = min(fastest, time.Since(head.At))
				}
				time.Sleep(time.Second)
				if got := w.public(t); got != w.tree.Size() {
					t.Errorf("a second after the last event: %d public of %d", got, w.tree.Size())
				}
				t.Logf("%d events, %d checkpoints: the slowest public after %v", len(recorded), len(w.heads.signed()), slowest)
				if slowest > tt.within {
					t.Errorf("an event was public after %v, want %v at most", slowest, tt.within)
				}
				if fastest < tt.least {
					t.Errorf("a checkpoint was public %v after it was signed, without its quorum", fastest)
				}
				w.end()
			})
		})
	}
}

// What is not public cannot be read in any way: no checkpoint, no tile, no proof.
func TestNothingBeforeItIsPublic(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 300, 1, one)
		handler := w.log.Handler()
		time.Sleep(time.Second)
		one.Behave(witnesstest.Behaviour{Hangs: true})
		w.grow(40)
		time.Sleep(250 * time.Millisecond) // signed, and not public yet
		synctest.Wait()
		if signed := last(t, w.heads); signed != 340 {
			t.Fatalf("%d signed, want 340", signed)
		}
		hidden := []string{"/log/tile/0/001.p/45", "/log/tile/0/001.p/84", "/log/tile/entries/001.p/84", "/log/checkpoints/301", "/log/checkpoints/340"}
		for _, path := range hidden {
			if r := request(handler, "GET", path); r.Code != 404 {
				t.Errorf("%s before it is public: %d", path, r.Code)
			}
		}
		if r := request(handler, "GET", "/log/checkpoint"); !strings.HasPrefix(r.Body.String(), origin+"\n300\n") {
			t.Errorf("checkpoint is\n%s", r.Body)
		}
		if r := request(handler, "GET", "/log/checkpoints/300"); r.Code != 200 || !strings.HasPrefix(r.Body.String(), origin+"\n300\n") {
			t.Errorf("checkpoint 300: %d\n%s", r.Code, r.Body)
		}
		_, err := w.log.Proof(t.Context(), 300)
		if notYet, ok := errors.AsType[*tlog.NotSignedYet](err); !ok || notYet.Size != 300 {
			t.Errorf("proof of event 300: %v, want a *NotSignedYet", err)
		}
		time.Sleep(500 * time.Millisecond)
		for _, path := range hidden {
			if r := request(handler, "GET", path); r.Code != 200 {
				t.Errorf("%s when it is public: %d", path, r.Code)
			}
		}
		if _, err := w.log.Proof(t.Context(), 300); err != nil {
			t.Error(err)
		}
		w.end()
	})
}

// Checkpoints and proofs carry the cosignatures, and a policy that asks for a witness is satisfied by them only.
func TestCosignaturesAreServed(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one, two, three := newWitness("one.example", 1, key), newWitness("two.example", 2, key), newWitness("three.example", 3, key)
		two.Behave(witnesstest.Behaviour{Hangs: true})
		w := watch(t, key, 20, 1, one, two)
		time.Sleep(time.Second)
		synctest.Wait()
		served := request(w.log.Handler(), "GET", "/log/checkpoint").Body.Bytes()
		n, err := note.Open(served, note.VerifierList(one.Signer.Verifier(), two.Signer.Verifier(), three.Signer.Verifier()))
		if err != nil || len(n.Sigs) != 1 || n.Sigs[0].Name != "one.example" || len(n.UnverifiedSigs) != 1 {
			t.Fatalf("served\n%s\n%v", served, err)
		}
		proof, err := w.log.Proof(t.Context(), 7)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tlog.VerifyProof(proof, key.VerifierKey()); err != nil {
			t.Error(err)
		}
		for s, want := range map[*witnesstest.Witness]bool{one: true, two: false, three: false} {
			if err := verifyUnder(t, proof, key, s); (err == nil) != want {
				t.Errorf("under a policy that asks for %s: %v", s.Name(), err)
			}
		}
		w.end()
	})
}

// A clock that is set back keeps nothing from readers for long.
func TestClockSetBack(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		one.Behave(witnesstest.Behaviour{Hangs: true})
		w := watch(t, key, 20, 1, one)
		time.Sleep(time.Second)
		for back, want := range map[time.Duration]int64{
			0: 20, 500 * time.Millisecond: 20, 501 * time.Millisecond: 0, time.Second: 0, 1499 * time.Millisecond: 0, 1500 * time.Millisecond: 20, time.Hour: 20,
		} {
			w.log.Now = func() time.Time { return time.Now().Add(-back) }
			if got := w.public(t); got != want {
				t.Errorf("set back %v: %d public", back, got)
			}
		}
		w.end()
	})
}

// Every checkpoint can be read back; it is kept by caches when nothing can be added to it any more, and never under
// another size than its own.
func TestServeCheckpointFor(t *testing.T) {
	key := newKey(t, 1)
	synctest.Test(t, func(t *testing.T) {
		one := newWitness("one.example", 1, key)
		w := watch(t, key, 3, 1, one)
		time.Sleep(time.Second)
		for range 3 {
			w.grow(4)
			time.Sleep(time.Second)
		}
		handler := w.log.Handler()
		get := func(size any, want int64, caching string) {
			t.Helper()
			path := fmt.Sprint("/log/checkpoints/", size)
			r := request(handler, "GET", path)
			head, err := w.heads.At(t.Context(), want)
			if err != nil {
				t.Fatal(err)
			}
			if r.Code != 200 || r.Body.String() != string(head.Signed) || strings.Count(r.Body.String(), "\n— ") != 2 {
				t.Errorf("%s: %d\n%s", path, r.Code, r.Body)
			}
			for name, want := range map[string]string{
				"Content-Type": "text/plain; charset=utf-8", "Cache-Control": caching, "Access-Control-Allow-Origin": "*", "Content-Length": fmt.Sprint(r.Body.Len()),
			} {
				if got := r.Header().Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", path, name, got, want)
				}
			}
			again := request(handler, "HEAD", path)
			if again.Code != 200 || again.Body.Len() != 0 || again.Header().Get("ETag") != r.Header().Get("ETag") || again.Header().Get("Content-Length") != r.Header().Get("Content-Length") {
				t.Errorf("HEAD %s: %d, %v", path, again.Code, again.Header())
			}
			if same := request(handler, "GET", path, "If-None-Match", r.Header().Get("ETag")); same.Code != 304 {
				t.Errorf("%s again: %d, want 304", path, same.Code)
			}
		}
		const forever = "public, max-age=31536000, immutable"
		get(3, 3, "no-cache") // its successor is too young
		time.Sleep(30 * time.Second)
		for size, own := range map[int]int64{0: 3, 1: 3, 3: 3, 4: 7, 7: 7, 8: 11, 11: 11} {
			caching := "no-cache"
			if int64(size) == own {
				caching = forever
			}
			get(size, own, caching)
		}
		get(15, 15, "no-cache") // the last one may still get cosignatures
		get(12, 15, "no-cache")
		w.grow(1)
		time.Sleep(31 * time.Second)
		get(15, 15, forever)
		for _, path := range []string{"17", "9223372036854775807", "9223372036854775808", "", "03", "+3", "-3", "-0", "3/", "3.p/1", "x", "3%20", "0x3", " 3"} {
			if r := request(handler, "GET", "/log/checkpoints/"+strings.ReplaceAll(path, " ", "%20")); r.Code != 404 || r.Header().Get("Cache-Control") != "no-store" || r.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %d, %v", path, r.Code, r.Header())
			}
		}
		if r := request(handler, "POST", "/log/checkpoints/3"); r.Code != 405 {
			t.Errorf("POST: %d", r.Code)
		}
		w.end()
	})
}
