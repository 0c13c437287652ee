package sqlitevault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zombiezen.com/go/sqlite"

	"arobase/eventstore"
	"arobase/eventstore/sqlite/sqlitefile"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/vaulttest"
)

// held is a vault whose commits wait to be let through, in a bubble.
type held struct {
	*Vault
	let     chan error // what becomes of each commit: nil, or why it fails
	commits int
}

func newHeld(t *testing.T) *held {
	h := &held{Vault: newVault(t, newPath(t), vaulttest.NewClock()), let: make(chan error)}
	h.file.Commit = func(conn *sqlite.Conn) error {
		h.commits++
		if err := <-h.let; err != nil {
			return err
		}
		return sqlitefile.Commit(conn)
	}
	return h
}

// begin puts secrets, each with one call, and gives where the answers come.
func (h *held) begin(ctx context.Context, secrets ...vault.Secret) []chan error {
	answers := make([]chan error, len(secrets))
	for i, s := range secrets {
		answers[i] = make(chan error, 1)
		go func() { answers[i] <- h.Put(ctx, []vault.Secret{s}, nil) }()
		synctest.Wait()
	}
	return answers
}

// Whoever puts while a commit is under way is written by the next one, all together.
func TestPutsShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld(t)
		first := h.begin(t.Context(), vaulttest.Secret(0, `"0"`))
		var others []vault.Secret
		for n := 1; n <= 20; n++ {
			others = append(others, vaulttest.Secret(n, fmt.Sprint(n)))
		}
		answers := h.begin(t.Context(), others...)
		h.let <- nil
		h.let <- nil
		for i, a := range append(first, answers...) {
			if err := <-a; err != nil {
				t.Errorf("put %d: %v", i, err)
			}
		}
		if h.commits != 2 {
			t.Errorf("%d commits, want 2", h.commits)
		}
		for _, s := range others {
			if _, err := h.Get(t.Context(), s.Commitment); err != nil {
				t.Error(err)
			}
		}
	})
}

// A call that is refused leaves nothing behind, and those beside it are kept.
func TestARefusedPutConcernsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld(t)
		there := vaulttest.Secret(0, `"0"`)
		first := h.begin(t.Context(), there)
		other := there
		other.Visibility = vault.Restricted
		if there.Visibility == vault.Restricted {
			other.Visibility = vault.Public
		}
		before, beside, after := vaulttest.Secret(1, `1`), vaulttest.Secret(2, `2`), vaulttest.Secret(3, `3`)
		answers := h.begin(t.Context(), before)
		refused := make(chan error, 1)
		go func() { refused <- h.Put(t.Context(), []vault.Secret{beside, other}, nil) }()
		synctest.Wait()
		answers = append(answers, h.begin(t.Context(), after)...)
		for range 3 { // the first, and each of those that are kept
			h.let <- nil
		}
		for _, a := range append(first, answers...) {
			if err := <-a; err != nil {
				t.Error(err)
			}
		}
		if err := <-refused; !errors.Is(err, ErrInvalid) {
			t.Errorf("with another visibility: %v, want ErrInvalid", err)
		}
		for s, want := range map[*vault.Secret]error{&before: nil, &beside: vault.ErrUnknown, &after: nil} {
			if _, err := h.Get(t.Context(), s.Commitment); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", s.Value, err, want)
			}
		}
	})
}

// Who gives up while waiting leaves nothing behind; whose value is being written is told what became of it.
func TestGivingUpWhileOthersWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld(t)
		ctx, giveUp := context.WithCancel(t.Context())
		writing, waiting := vaulttest.Secret(0, `0`), vaulttest.Secret(1, `1`)
		first := h.begin(ctx, writing)
		second := h.begin(ctx, waiting)
		giveUp()
		if err := <-second[0]; !errors.Is(err, context.Canceled) {
			t.Errorf("the one that waited: %v", err)
		}
		if len(h.group.waiting) != 0 {
			t.Error("the value of a call that was given up is kept in memory")
		}
		h.let <- nil
		if err := <-first[0]; err != nil {
			t.Errorf("the one that was being written: %v", err)
		}
		if _, err := h.Get(t.Context(), waiting.Commitment); !errors.Is(err, vault.ErrUnknown) {
			t.Errorf("the one that was given up: %v", err)
		}
	})
}

// Where the disk fails, nobody of the group is told that a value is durable.
func TestAFailedCommitConcernsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHeld(t)
		first := h.begin(t.Context(), vaulttest.Secret(0, `0`))
		others := h.begin(t.Context(), vaulttest.Secret(1, `1`), vaulttest.Secret(2, `2`))
		h.let <- nil
		h.let <- errors.New("the disk fails")
		if err := <-first[0]; err != nil {
			t.Error(err)
		}
		for _, a := range others {
			if err := <-a; !errors.Is(err, eventstore.ErrPoisoned) {
				t.Errorf("%v, want ErrPoisoned", err)
			}
		}
	})
}

// BenchmarkPut has writers put a value of 300 bytes each, all at once, on a disk that takes its time. The peer writes each in
// a transaction of its own, in turns in the same run.
func BenchmarkPut(b *testing.B) {
	for _, slow := range []time.Duration{0, 5 * time.Millisecond} {
		for _, writers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("fsync+%v/writers=%d", slow, writers), func(b *testing.B) {
				v, err := Create(b.Context(), b.TempDir()+"/vault.db", vaulttest.Ledger)
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = v.Close() }()
				commits, made := 0, 0
				v.file.Commit = func(conn *sqlite.Conn) error {
					commits++
					time.Sleep(slow)
					return sqlitefile.Commit(conn)
				}
				alone := func(ctx context.Context, secrets []vault.Secret, requests []vault.Request) error {
					for _, s := range secrets {
						if err := s.Check(v.ledger); err != nil {
							return err
						}
					}
					p := &putting{secrets: secrets, requests: requests, now: v.now().UnixMilli()}
					return v.write(ctx, p.into)
				}
				var spent [2]time.Duration
				var syncs [2]int
				const turns = 10
				ways := [2]func(context.Context, []vault.Secret, []vault.Request) error{v.Put, alone}
				for turn := range turns {
					for i := range ways {
						i = (i + turn) % 2 // each first every other time, so that a disturbance of the machine hits both
						before := commits
						spent[i] += putEach(b, ways[i], writers, made, b.N/turns+1)
						made += b.N/turns + 1
						syncs[i] += commits - before
					}
				}
				puts := float64(b.N/turns+1) * turns
				b.ReportMetric(puts/spent[0].Seconds(), "puts/s")
				b.ReportMetric(puts/spent[1].Seconds(), "alone-puts/s")
				b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio")
				b.ReportMetric(float64(syncs[0])/puts, "fsyncs/put")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// putEach puts n values by a number of writers and gives the time it took.
func putEach(b *testing.B, put func(context.Context, []vault.Secret, []vault.Request) error, writers, from, n int) time.Duration {
	b.Helper()
	next := make(chan vault.Secret, n)
	for i := range n {
		next <- vaulttest.Secret(from+i, fmt.Sprintf(`"%0300d"`, from+i))
	}
	close(next)
	var group sync.WaitGroup
	began := time.Now()
	for range writers {
		group.Go(func() {
			for s := range next {
				if err := put(b.Context(), []vault.Secret{s}, nil); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return time.Since(began)
}
