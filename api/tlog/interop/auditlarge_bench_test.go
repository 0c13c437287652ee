package interop_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"arobase/domain"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault/sqlitevault"
)

// BenchmarkAuditLarge audits a ledger of AROBASE_BENCH_LEAVES records, 10,000,000 if not given, with the program itself, and
// tells the time and the greatest resident memory of each process: a million facts, each in a stream of its own and one in
// ten with a text; what is more than that are further records of streams that are there. The directory of the ledger is made
// in AROBASE_BENCH_DIR, or where temporary files are, and is removed at the end; with what audits keep it has about
// 1.6 kB for each record. `arobase serve` serves it in a process of its own, and what reads it has another:
//
//	log      arobase audit of the log alone, from nothing: tree, tiles, forms, rules, disclosed values
//	fsck     the peer: Tessera's fsck of the same log, which checks tree and tiles
//	again    arobase audit of the log alone, going on from what the first one kept, with nothing new
//	answers  the same, and then every answer and page (only with AROBASE_BENCH_ANSWERS=1: it takes hours at that size)
//
// AROBASE_BENCH_LARGE=1 asks for it.
func BenchmarkAuditLarge(b *testing.B) {
	if os.Getenv("AROBASE_BENCH_LARGE") == "" {
		b.Skip("AROBASE_BENCH_LARGE=1 asks for ten million records")
	}
	leaves := int64(10_000_000)
	if s := os.Getenv("AROBASE_BENCH_LEAVES"); s != "" {
		var err error
		if leaves, err = strconv.ParseInt(s, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	l := newLarge(b, leaves)
	state := filepath.Join(l.dir, "state")
	audit := func(address string, more ...string) measured {
		return l.run(b, exec.Command(l.arobase, append([]string{"audit", address, "--key", l.key, "--state", state, "-o", "json"}, more...)...))
	}
	for b.Loop() {
		fresh := audit(l.address+"/log", "--fresh")
		l.tell(b, "log", fresh)
		peer := exec.Command(os.Args[0], "-test.run", "^TestFsckAlone$")
		peer.Env = append(os.Environ(), "AROBASE_FSCK="+l.address, "AROBASE_FSCK_KEY="+l.key)
		fsck := l.run(b, peer)
		l.tell(b, "fsck", fsck)
		l.tell(b, "again", audit(l.address+"/log"))
		if os.Getenv("AROBASE_BENCH_ANSWERS") != "" {
			l.tell(b, "answers", audit(l.address))
		}
		b.ReportMetric(fsck.took.Seconds()/fresh.took.Seconds(), "ratio")
	}
	b.ReportMetric(0, "ns/op") // is the sum of all, and says nothing
}

// measured is what a process took.
type measured struct {
	took time.Duration
	most int64 // bytes, the greatest resident memory
}

// large is a large ledger that a process serves.
type large struct {
	dir, arobase, key, address string
	leaves                     int64
}

func (l *large) tell(b *testing.B, name string, m measured) {
	b.Helper()
	b.Logf("%-8s %8.1f s  %9.0f records/s  %6.0f MB resident at most; load %s", name, m.took.Seconds(), float64(l.leaves)/m.took.Seconds(), float64(m.most)/1e6, load())
	b.ReportMetric(float64(l.leaves)/m.took.Seconds(), name+"-records/s")
	b.ReportMetric(float64(m.most)/1e6, name+"-MB")
}

// load is that of the machine, where it tells.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// run runs a program to its end, which must be a good one.
func (l *large) run(b *testing.B, c *exec.Cmd) measured {
	b.Helper()
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	began := time.Now()
	if err := c.Run(); err != nil {
		b.Fatalf("%v: %v\n%s", c.Args[:2], err, said.Bytes())
	}
	m := measured{took: time.Since(began)}
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.most = u.Maxrss * 1024 // in kilobytes, as Linux tells it
	}
	return m
}

// newLarge makes a ledger of a size and serves it.
func newLarge(b *testing.B, leaves int64) *large {
	b.Helper()
	p, err := programs()
	if err != nil {
		b.Fatal(err)
	}
	l := &large{arobase: p.arobase, leaves: leaves}
	if l.dir, err = os.MkdirTemp(os.Getenv("AROBASE_BENCH_DIR"), "arobase-large"); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(l.dir) })
	data := filepath.Join(l.dir, "data")
	l.run(b, exec.Command(l.arobase, "import", "--data", data, "../../../history/sources.csv"))
	began := time.Now()
	l.grow(b, data)
	b.Logf("made     %8.1f s  %9.0f records/s; load %s", time.Since(began).Seconds(), float64(leaves)/time.Since(began).Seconds(), load())
	key, err := exec.Command(l.arobase, "log", "key", "--data", data).Output()
	if err != nil {
		b.Fatal(err)
	}
	l.key = strings.TrimSpace(string(key))
	l.serve(b, data)
	return l
}

func (l *large) grow(b *testing.B, data string) {
	b.Helper()
	store, err := sqlite.Open(b.Context(), filepath.Join(data, "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	v, err := sqlitevault.Open(b.Context(), filepath.Join(data, "vault.db"), store.LedgerID())
	if err != nil {
		b.Fatal(err)
	}
	size, err := store.Size(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	m := &made{
		b: b, ledger: store.LedgerID(), store: store, vault: v, streams: map[domain.StreamName][]domain.Recorded{}, ends: map[domain.StreamName]int64{},
		size: int64(size), at: time.Now().UTC().Truncate(time.Millisecond),
	}
	m.grow(l.leaves, 10)
	if err := joined(v.Close(), store.Close()); err != nil {
		b.Fatal(err)
	}
}

// serve serves the ledger until the benchmark ends, and waits until its log is signed.
func (l *large) serve(b *testing.B, data string) {
	b.Helper()
	l.address = "http://" + freeAddress(b)
	var said bytes.Buffer
	c := exec.Command(l.arobase, "serve", "--data", data, "--listen", strings.TrimPrefix(l.address, "http://"), "--admin", freeAddress(b))
	c.Stderr = &said
	began := time.Now()
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	b.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		<-ended
		if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			b.Logf("serve    %6d MB resident at most", u.Maxrss/1000)
		}
	})
	for !l.signed(b.Context()) {
		select {
		case err := <-ended:
			ended <- err
			b.Fatalf("serve ended: %v\n%s", err, said.Bytes())
		case <-time.After(time.Second):
		}
	}
	b.Logf("started  %8.1f s until the checkpoint is public", time.Since(began).Seconds())
}

func (l *large) signed(ctx context.Context) bool {
	signed, err := get(ctx, http.DefaultClient, l.address+"/log/checkpoint")
	return err == nil && bytes.Contains(signed, fmt.Appendf(nil, "\n%d\n", l.leaves))
}

// TestFsckAlone is the process of the peer in BenchmarkAuditLarge.
func TestFsckAlone(t *testing.T) {
	address := os.Getenv("AROBASE_FSCK")
	if address == "" {
		t.Skip("it is a process of BenchmarkAuditLarge")
	}
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	v, err := note.NewVerifier(os.Getenv("AROBASE_FSCK_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	if err := fsckAt(t.Context(), address, v, client); err != nil {
		t.Fatal(err)
	}
}
