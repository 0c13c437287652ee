package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"arobase/eventstore"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/pgvault"
)

// What users and operators see while the cluster is away, and afterwards: reads go on, writes are refused and told to come
// again, nothing is lost or there twice, and the node comes back by itself, also one that was started meanwhile.
func TestClusterIsAway(t *testing.T) {
	if testing.Short() {
		t.Skip("processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	if s.stand == nil {
		t.Skip("the server that AROBASE_ESDB names cannot be told to go away")
	}
	nodes := s.nodes(t, 2)
	p := nodes[0]
	token := s.token(t, p.dir, "registrar")
	first := p.takes(t, token, "before")

	s.stand.Away()
	begun := time.Now()
	w, err := p.write(t.Context(), token, "meanwhile", "meanwhile")
	if err != nil || w.status != http.StatusServiceUnavailable || w.retry == "" || !strings.Contains(w.body, "store-unavailable") {
		t.Errorf("writing: %d, Retry-After %q, %s, %v", w.status, w.retry, w.body, err)
	}
	if took := time.Since(begun); took > longest {
		t.Errorf("it took %v to refuse", took)
	}
	if status, err := p.read(t.Context(), first.event, first.size); err != nil || status != http.StatusOK {
		t.Errorf("reading: %d, %v", status, err)
	}
	inAMinute(t, "the node is ready, and says that the cluster is away", func() error {
		if ok, checks := p.readiness(); !ok || !strings.Contains(checks["store"], "the cluster does not answer") {
			return fmt.Errorf("%v %v", ok, checks)
		}
		return nil
	})
	if m := p.metrics(t); !strings.Contains(m, "\narobase_store_live 0") || !strings.Contains(m, `arobase_store_appends_total{outcome="unavailable"} `) || strings.Contains(m, `arobase_store_appends_total{outcome="unavailable"} 0`) {
		t.Errorf("metrics:\n%s", m)
	}
	for _, args := range [][]string{{"erase", uuid.NewString(), "/data/note", "--ground", "request"}, {"vault", "purge"}} {
		nodes[1].stop(syscall.SIGTERM)
		code, out, errs := command(t, append(append(args, "--data", nodes[1].dir), s.flags...)...)
		if code == exitOK || !strings.Contains(errs, "nothing was") {
			t.Errorf("arobase %s while the cluster is away: exit %d: %s%s", strings.Join(args, " "), code, out, errs)
		}
	}
	nodes[1].start(t) // it waits

	s.stand.Back()
	s.stand.Lead(2)
	for _, p := range nodes {
		p.ready(t)
	}
	inAMinute(t, "the same request is taken", func() error {
		w, err := nodes[1].write(t.Context(), token, "meanwhile", "meanwhile")
		if err == nil && w.status != http.StatusCreated && w.status != http.StatusOK {
			err = fmt.Errorf("%d %s", w.status, w.body)
		}
		return err
	})
	if n := s.stand.Count("arobase."); n != genesisRecords+2 {
		t.Errorf("%d records, want %d", n, genesisRecords+2)
	}
	inAMinute(t, "it is signed", func() error {
		n, _, err := p.checkpoint()
		if err == nil && n != genesisRecords+2 {
			err = fmt.Errorf("a checkpoint of %d", n)
		}
		return err
	})
}

// A replica that finds what cannot be true serves what it has, is not sent visitors, and records nothing.
func TestReplicaStops(t *testing.T) {
	if testing.Short() {
		t.Skip("a process and a database")
	}
	t.Parallel()
	s := newShared(t)
	p := s.nodes(t, 1)[0]
	token := s.token(t, p.dir, "registrar")
	first := p.takes(t, token, "before")
	// An operator writes something of their own under a type that is ours.
	d := s.direct(t)
	size, err := d.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	theirs := eventstore.Event{Position: size, Stream: "theirs", ID: uuid.New(), Type: "arobase.theirs", Recorded: time.Now(), Bytes: []byte(`{}`)}
	if err := d.Replicate(t.Context(), []eventstore.Event{theirs}); err != nil {
		t.Fatal(err)
	}
	inAMinute(t, "the node says so", func() error {
		ok, checks := p.readiness()
		if ok || !strings.Contains(checks["store"], "the replica stopped before event 3") {
			return fmt.Errorf("%v %v", ok, checks)
		}
		return nil
	})
	if w, err := p.write(t.Context(), token, "k1", "after"); err != nil || w.status != http.StatusServiceUnavailable || w.retry != "" {
		t.Errorf("writing: %d, Retry-After %q, %s, %v", w.status, w.retry, w.body, err)
	}
	if status, err := p.read(t.Context(), first.event, first.size); err != nil || status != http.StatusOK {
		t.Errorf("reading: %d, %v", status, err)
	}
	if m := p.metrics(t); !strings.Contains(m, "\narobase_store_halted 1") {
		t.Errorf("metrics:\n%s", m)
	}
}

// A cluster that answers slowly, with errors and twice: everything that is asked for is recorded once.
func TestClusterInTrouble(t *testing.T) {
	if testing.Short() {
		t.Skip("a process and a database")
	}
	t.Parallel()
	s := newShared(t)
	if s.stand == nil {
		t.Skip("the server that AROBASE_ESDB names cannot be put into trouble")
	}
	p := s.nodes(t, 1)[0]
	token := s.token(t, p.dir, "registrar")
	calls := 0 // asked under a lock
	s.stand.Break(func(c esdbtest.Call) esdbtest.Fault {
		switch calls++; {
		case c == esdbtest.Append && calls%5 == 0:
			return esdbtest.Fault{After: status.Error(codes.Unavailable, "the answer is lost")}
		case c == esdbtest.Append && calls%7 == 0:
			return esdbtest.Fault{Before: status.Error(codes.Unavailable, "not ready")}
		case c == esdbtest.Deliver && calls%11 == 0:
			return esdbtest.Fault{After: status.Error(codes.Unavailable, "cut")}
		case c == esdbtest.Deliver && calls%3 == 0:
			return esdbtest.Fault{Twice: true}
		case calls%13 == 0:
			return esdbtest.Fault{Delay: 50 * time.Millisecond}
		}
		return esdbtest.Fault{}
	})
	for n := range 25 {
		inAMinute(t, fmt.Sprint("request ", n), func() error { // it may be told to come again
			w, err := p.write(t.Context(), token, fmt.Sprint("k", n), fmt.Sprint("source-", n))
			if err == nil && w.status != http.StatusServiceUnavailable && w.status != http.StatusCreated && w.status != http.StatusAccepted && w.status != http.StatusOK {
				t.Fatalf("request %d: %d %s", n, w.status, w.body)
			}
			if err == nil && w.status == http.StatusServiceUnavailable {
				err = fmt.Errorf("%d %s", w.status, w.body)
			}
			return err
		})
		if n%6 == 0 {
			s.stand.Lead(n / 6 % 3)
		}
	}
	s.stand.Break(nil)
	if n := s.stand.Count("arobase."); n != genesisRecords+25 {
		t.Errorf("%d records, want %d", n, genesisRecords+25)
	}
	inAMinute(t, "it is signed", func() error {
		n, _, err := p.checkpoint()
		if err == nil && n != genesisRecords+25 {
			err = fmt.Errorf("a checkpoint of %d", n)
		}
		return err
	})
}

// The metrics of a store have the same names wherever it is. A value without a record goes only when somebody says so, and
// only if it is old.
func TestPurgeOfASharedVault(t *testing.T) {
	if testing.Short() {
		t.Skip("processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	p := s.nodes(t, 1)[0]
	embedded := &nodeProcess{dir: filepath.Join(t.TempDir(), "data"), site: free(t), admin: free(t)}
	t.Cleanup(func() { embedded.stop(syscall.SIGKILL) })
	embedded.start(t)
	embedded.ready(t)
	if here, there := storeNames(embedded.metrics(t)), storeNames(p.metrics(t)); !slices.Equal(here, there) || len(here) < 8 {
		t.Errorf("the metrics on one machine are %v, on a cluster %v", here, there)
	}
	id, _, err := dataDir(p.dir).secretHere()
	if err != nil {
		t.Fatal(err)
	}
	put := func(ago time.Duration) {
		v, err := pgvault.Open(t.Context(), s.flags[3], id, pgvault.WithClock(func() time.Time { return time.Now().Add(-ago) }))
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		one := vault.Secret{Event: uuid.New(), Pointer: "/data/note", Value: []byte(`"note"`), Visibility: vault.Restricted}
		one.Commitment = vault.Commit(one.Salt, id, one.Event, one.Pointer, one.Value)
		if err := v.Put(t.Context(), []vault.Secret{one}, nil); err != nil {
			t.Fatal(err)
		}
	}
	put(0)
	put(3 * 24 * time.Hour)
	put(8 * 24 * time.Hour)
	p.stop(syscall.SIGTERM)
	p.start(t)
	p.ready(t)
	p.stop(syscall.SIGTERM)
	purge := append([]string{"vault", "purge", "--data", p.dir}, s.flags...)
	if code, _, errs := command(t, append(purge, "--older", "1h")...); code != exitUsage {
		t.Errorf("what is being written: exit %d: %s", code, errs)
	}
	for _, c := range []struct{ older, want string }{{"168h", "removed 1 "}, {"48h", "removed 1 "}, {"24h", "removed 0 "}} {
		if out := s.must(t, append(purge, "--older", c.older)...); !strings.HasPrefix(out, c.want) {
			t.Errorf("older than %s: %s, want %s", c.older, out, c.want)
		}
	}
}

func (p *nodeProcess) metrics(t *testing.T) string {
	t.Helper()
	answer, err := http.Get("http://" + p.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// storeNames are those of the metrics of a store, with their labels.
func storeNames(metrics string) (all []string) {
	for line := range strings.Lines(metrics) {
		if name, _, _ := strings.Cut(line, " "); strings.HasPrefix(name, "arobase_store_") {
			all = append(all, name)
		}
	}
	return all
}
