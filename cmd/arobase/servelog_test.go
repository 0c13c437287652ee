package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/domain"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

// mostToPublic is how soon after an event a checkpoint that covers it is public.
const mostToPublic = time.Second

// writer opens a ledger a second time, beside the process that serves it.
func writer(t *testing.T, dir string) *ledger.Ledger {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	v, err := sqlitevault.Open(t.Context(), filepath.Join(dir, vaultFile), store.LedgerID())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(store.Close(), v.Close()) })
	secret, err := readSecret(filepath.Join(dir, secretFile), store.LedgerID())
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), ledger.Parts{Store: store, Vault: v, Secret: secret, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Runner().Run(ctx) }() // else every write waits for answers that never come
	t.Cleanup(func() { cancel(); <-done })
	return l
}

// cite writes an event and gives its place.
func cite(ctx context.Context, l *ledger.Ledger, name string) (int64, error) {
	r, err := l.Execute(ctx, ledger.Request{Actor: ledger.RegistrarActor, Command: domain.CiteSource{SourceCited: domain.SourceCited{
		Source: domain.SourceID(name), SourceParticulars: domain.SourceParticulars{Publisher: "Somebody", Title: "Something"},
	}}})
	return int64(r.Position), err
}

// body gets an address.
func body(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, answer.Status, err)
	}
	return string(b)
}

// statedSize is the size that the public checkpoint states.
func statedSize(t *testing.T, site string) int64 {
	t.Helper()
	size, err := strconv.ParseInt(strings.Split(body(t, site+"/log/checkpoint"), "\n")[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// An event is under a public checkpoint a second later at most, with its tile and its proof, on a quiet log and on one that
// never rests; and while nothing happens nothing is signed. The events come from another connection to the file, so that
// the server has to notice them: the slowest way there is. A machine that has much else to do is late now and then, and a
// server that waits for too long is late each time: it is late when it is so in every round, by more than a slow machine
// explains.
func TestServePublishesWithinASecond(t *testing.T) {
	dir := imported(t)
	served(t, dir, func(site string, _ map[string]string) {
		l := writer(t, dir)
		key := strings.TrimSpace(mustCommand(t, "log", "key", "--data", dir))
		inTime(t, "quiet", func(round int, m *machine) time.Duration { return quiet(t, dir, site, key, l, round, m) })
		inTime(t, "busy", func(round int, m *machine) time.Duration { return busy(t, site, l, round, m) })
		idle(t, site, dir)
	})
}

// machine is how long this machine takes at the most for one small thing: to write an event, or to answer one question.
// Each takes some milliseconds where there is nothing else to do, and signing is some such things.
type machine struct{ step time.Duration }

// does notes how long a thing took that began at a time.
func (m *machine) does(began time.Time) { m.step = max(m.step, time.Since(began)) }

// inTime measures how late the latest event was public, again where that is too late.
func inTime(t *testing.T, what string, slowest func(round int, m *machine) time.Duration) {
	t.Helper()
	for round := range 10 {
		var m machine
		took := slowest(round, &m)
		t.Logf("%s: %v at most, where one step takes up to %v", what, took, m.step)
		if took <= mostToPublic+10*m.step {
			return
		}
	}
	t.Errorf("%s: some event was public after more than %v, however often it was tried", what, mostToPublic)
}

// quiet writes now and then.
func quiet(t *testing.T, dir, site, key string, l *ledger.Ledger, round int, m *machine) (slowest time.Duration) {
	t.Helper()
	for i := range 5 {
		time.Sleep(time.Duration(i*i) * 20 * time.Millisecond) // at different moments of whatever goes round in the server
		name := fmt.Sprintf("quiet-%d-%d", round, i)
		began := time.Now()
		index, err := cite(t.Context(), l, name)
		if err != nil {
			t.Fatal(err)
		}
		m.does(began)
		written := time.Now()
		for asked := written; statedSize(t, site) <= index; asked = time.Now() {
			m.does(asked)
			if time.Since(written) > longest {
				t.Fatalf("event %d is not public", index)
			}
			time.Sleep(5 * time.Millisecond)
		}
		slowest = max(slowest, time.Since(written))
		tile := fmt.Sprintf("%s/log/tile/entries/%03d", site, index/256)
		if size := statedSize(t, site); size/256 == index/256 {
			tile += fmt.Sprintf(".p/%d", size%256)
		}
		if tile := body(t, tile); !strings.Contains(tile, "source-"+name) {
			t.Errorf("the tile of event %d does not hold it", index)
		}
		proof := mustCommand(t, "log", "proof", fmt.Sprint(index), "--data", dir)
		if v, err := tlog.VerifyProof([]byte(proof), key); err != nil || v.Index != index {
			t.Errorf("the proof of event %d: %v", index, err)
		}
	}
	return slowest
}

func mustCommand(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := command(t, args...)
	if code != exitOK {
		t.Fatalf("%q: exit %d: %s", args, code, errs)
	}
	return out
}

// busy writes for a while without rest, and looks at what is public meanwhile.
func busy(t *testing.T, site string, l *ledger.Ledger, round int, m *machine) (slowest time.Duration) {
	t.Helper()
	type event struct {
		index int64
		at    time.Time
	}
	written, done := make(chan event, 10_000), make(chan error, 1)
	go func() {
		defer close(written)
		for begun, i := time.Now(), 0; i < 20 || time.Since(begun) < time.Second; i++ {
			index, err := cite(t.Context(), l, fmt.Sprintf("busy-%d-%d", round, i))
			if err != nil {
				done <- err
				return
			}
			written <- event{index, time.Now()}
		}
		done <- nil
	}()
	for e := range written {
		for asked := time.Now(); statedSize(t, site) <= e.index; asked = time.Now() {
			m.does(asked)
			if time.Since(e.at) > longest {
				t.Fatalf("event %d is not public", e.index)
			}
		}
		slowest = max(slowest, time.Since(e.at))
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return slowest
}

// idle waits for longer than the signer ever does, and finds nothing new.
func idle(t *testing.T, site, dir string) {
	t.Helper()
	signed := func() (n int) {
		store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, ledgerFile))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		heads, err := sqlitelog.Open(filepath.Join(dir, headsFile), store.LedgerID())
		if err != nil {
			t.Fatal(err)
		}
		defer heads.Close()
		for size := int64(1); ; n++ {
			head, err := heads.At(t.Context(), size)
			if errors.Is(err, tlog.ErrNoHead) {
				return n
			}
			if err != nil {
				t.Fatal(err)
			}
			size = head.Size + 1
		}
	}
	before, count := body(t, site+"/log/checkpoint"), signed()
	time.Sleep(mostToPublic + mostToPublic/2)
	if after := body(t, site+"/log/checkpoint"); after != before || signed() != count {
		t.Errorf("an idle log was signed again, %d times:\n%s", signed()-count, after)
	}
}
