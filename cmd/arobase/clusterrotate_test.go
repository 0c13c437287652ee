package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"arobase/api/tlog"
	"arobase/eventstore/esdb/esdbtest"
)

// context is that of a command with the flags.
func (s *shared) context(t *testing.T) context.Context {
	t.Helper()
	return context.WithValue(context.WithValue(t.Context(), storeKey{}, storePlace(s.store)), vaultKey{}, vaultPlace(s.flags[3]))
}

// written does something with a node whose serve does not run.
func (s *shared) written(t *testing.T, dir string, do func(ctx context.Context, o *opened)) {
	t.Helper()
	ctx := s.context(t)
	o, err := dataDir(dir).writeExisting(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.cluster.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	do(ctx, o)
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
}

// rotate changes the key on a node whose serve does not run, and gives the new one.
func (s *shared) rotate(t *testing.T, dir string) (key, told string) {
	t.Helper()
	code, out, errs := command(t, append([]string{"log", "rotate", "--data", dir}, s.flags...)...)
	if code != exitOK {
		t.Fatalf("rotate: exit %d: %s%s", code, out, errs)
	}
	return strings.TrimSpace(out), errs
}

// gets is what a node answers.
func (p *nodeProcess) gets(t *testing.T, path string) []byte {
	t.Helper()
	answer, err := http.Get("http://" + p.site + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v\n%s", path, answer.Status, err, b)
	}
	return b
}

// leads holds that what a node serves leads from the first of some keys to the last, by a number of rotations, and that an
// audit which begins with either finds nothing.
func (p *nodeProcess) leads(t *testing.T, rotations int, keys ...string) {
	t.Helper()
	document := p.gets(t, "/log/rotations")
	chain, err := tlog.ParseChain(document)
	if err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	last := keys[len(keys)-1]
	if now, err := chain.InForce(keys[0]); err != nil || now != last || bytes.Count(document, []byte(`"proof":`)) != rotations {
		t.Errorf("from %s it leads to %s, %v; wanted %s by %d rotations\n%s", keys[0], now, err, last, rotations, document)
	}
	for _, key := range []string{keys[0], last} {
		if code, out, errs := command(t, "audit", "http://"+p.site, "--key", key); code != exitOK {
			t.Errorf("audit from %s: exit %d\n%s%s", key, code, out, errs)
		}
	}
}

// superseded waits until a running node says that it needs another key; it is ready all the time.
func (p *nodeProcess) superseded(t *testing.T) {
	t.Helper()
	inAMinute(t, "a node finds that its key is not the one in force", func() error {
		ok, checks := p.readiness()
		if !ok || !strings.Contains(checks["log"], "this node needs the new log.key") {
			return fmt.Errorf("ready: %v, %v", ok, checks)
		}
		return nil
	})
}

// covered waits until nodes show a checkpoint of at least a size.
func covered(t *testing.T, size int64, nodes ...*nodeProcess) {
	t.Helper()
	for _, p := range nodes {
		inAMinute(t, fmt.Sprintf("a node shows a checkpoint of %d", size), func() error {
			now, _, err := p.checkpoint()
			if err == nil && now < size {
				err = fmt.Errorf("it is of %d", now)
			}
			return err
		})
	}
}

// signings is how often the checkpoints that the nodes share were changed. A node that cannot ask for them in time shows
// an older one, so that what it shows does not tell.
func (s *shared) signings(t *testing.T) (n int) {
	t.Helper()
	inAMinute(t, "the checkpoints are told", func() error {
		records, err := s.direct(t).Register(headsRegister(0)).Read(t.Context(), 0)
		n = len(records)
		return err
	})
	return n
}

func copyKey(t *testing.T, from, to *nodeProcess) {
	t.Helper()
	put(t, to.dir, keyFile, contentOf(t, from.dir, keyFile))
}

// The key is changed on one of three nodes while the two others are written to. They stop signing and go on with the rest,
// and sign again with the new key. In the end there is one history, which leads from the first key to the last.
func TestRotateOnACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("three processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	nodes := s.nodes(t, 3)
	token := s.token(t, nodes[0].dir, "registrar")
	first, old := publicKeyOf(t, nodes[0]), contentOf(t, nodes[0].dir, keyFile)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	var taken atomic.Int64
	for w := range 2 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				source := fmt.Sprintf("source-%d-%d", w, n)
				done, err := nodes[1+w].write(ctx, token, source, source)
				switch {
				case ctx.Err() != nil:
				case err != nil || done.status >= 400 && done.status != http.StatusTooManyRequests && done.status != http.StatusServiceUnavailable:
					t.Errorf("%s: %d %s, %v", source, done.status, done.body, err)
				case done.status < 400:
					taken.Add(1)
				}
				time.Sleep(50 * time.Millisecond) // the audits below read all of it again
			}
		})
	}
	nodes[0].stop(syscall.SIGTERM)
	second, told := s.rotate(t, nodes[0].dir)
	if second == first || !strings.Contains(told, "copy "+filepath.Join(nodes[0].dir, keyFile)+" to each") || !strings.Contains(told, "is destroyed") {
		t.Errorf("the key is %s; said %q", second, told)
	}
	if has(nodes[0].dir, nextKeyFile) || bytes.Equal(contentOf(t, nodes[0].dir, keyFile), old) {
		t.Error("the new key is not in the place of the old one")
	}
	for _, p := range nodes[1:] {
		p.superseded(t)
	}
	before := taken.Load()
	inAMinute(t, "records are taken by nodes that do not sign", func() error {
		if n := taken.Load() - before; n < 4 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	stop()
	writers.Wait()
	stands := s.signings(t)
	size := nodes[1].mustWrite(t, token, "nobody-signs")
	if now, _, err := nodes[2].checkpoint(); err != nil || now >= size {
		t.Errorf("a checkpoint of %d, which nobody can sign, is shown, %v", now, err)
	}
	// The change itself may still be among the newest records on the page, which names both keys: only the key shown counts.
	if page := html.UnescapeString(string(nodes[2].gets(t, "/registre"))); strings.Contains(page, "ne signe pas") || !strings.Contains(page, "<code>"+second+"</code>") || strings.Contains(page, "<code>"+first+"</code>") {
		t.Errorf("the page of the register does not show the key in force, or says that the ledger is not signed:\n%s", page)
	}
	if now := s.signings(t); now != stands {
		t.Errorf("%d checkpoints were signed by nodes without the key", now-stands)
	}

	nodes[0].start(t)
	covered(t, size, nodes...)
	nodes[2].leads(t, 1, first, second)
	nodes[0].stop(syscall.SIGTERM)
	nodes[1].stop(syscall.SIGTERM)
	if log := nodes[1].log.String(); !strings.Contains(log, "this node does not sign the log any more") || !strings.Contains(log, "this node needs the new log.key") {
		t.Errorf("its log does not say why it stopped signing:\n%s", log)
	}

	// Started with the old key it says so too, and still answers; commands that sign refuse.
	code, _, errs := command(t, append([]string{"import", "--data", nodes[1].dir, "../../history/sources.csv"}, s.flags...)...)
	if code == exitOK || !strings.Contains(errs, "this node needs the new log.key") {
		t.Errorf("import with the old key: exit %d: %s", code, errs)
	}
	if code, _, errs := command(t, append([]string{"log", "rotate", "--data", nodes[1].dir}, s.flags...)...); code == exitOK || !strings.Contains(errs, "this node needs the new log.key") || has(nodes[1].dir, nextKeyFile) {
		t.Errorf("rotate with the old key: exit %d: %s", code, errs)
	}
	nodes[1].start(t)
	nodes[1].ready(t)
	nodes[1].superseded(t)
	nodes[1].stop(syscall.SIGTERM)
	copyKey(t, nodes[0], nodes[1])
	nodes[1].start(t)
	nodes[1].ready(t)
	covered(t, nodes[1].mustWrite(t, token, "signed-by-the-second"), nodes[1:]...)

	// Another change, on the node that was given the key; one node still has the first. A new node comes with the third.
	nodes[1].stop(syscall.SIGTERM)
	third, _ := s.rotate(t, nodes[1].dir)
	copyKey(t, nodes[1], nodes[0])
	joined := &nodeProcess{dir: joins(t, nodes[1].dir), site: free(t), admin: free(t), flags: s.flags}
	t.Cleanup(func() { joined.stop(syscall.SIGKILL) })
	joined.start(t)
	joined.ready(t)
	covered(t, nodes[2].mustWrite(t, token, "signed-by-the-third"), joined, nodes[2])
	nodes[2].leads(t, 2, first, second, third)
	copyKey(t, nodes[1], nodes[2])
	nodes[2].stop(syscall.SIGTERM)
	joined.stop(syscall.SIGTERM)
	nodes[2].start(t)
	nodes[2].ready(t)
	covered(t, nodes[2].mustWrite(t, token, "again"), nodes[2])
	nodes[2].leads(t, 2, first, second, third)
}

// Wherever a change is interrupted, the node where it was begun finishes it, and until then nobody signs what nobody could
// follow: neither a node with the old key nor one that was given the new one too early.
func TestInterruptedRotationOnACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	nodes := s.nodes(t, 2)
	here, other := nodes[0], nodes[1]
	token := s.token(t, here.dir, "registrar")
	here.stop(syscall.SIGTERM)
	keys := []string{publicKeyOf(t, here)}
	named := func(ctx context.Context, o *opened, from string) *tlog.Key {
		next := makeNext(t, o, "cluster.example/log")
		if _, err := o.RotateKey(ctx, from, next.VerifierKey()); err != nil {
			t.Fatal(err)
		}
		return next
	}
	points := []struct {
		at        string
		interrupt func(key string) (next string)
	}{
		{"after the new key was made", func(string) (next string) {
			s.written(t, here.dir, func(_ context.Context, o *opened) { next = makeNext(t, o, "cluster.example/log").VerifierKey() })
			return next
		}},
		{"after the ledger named it", func(key string) (next string) {
			s.written(t, here.dir, func(ctx context.Context, o *opened) { next = named(ctx, o, key).VerifierKey() })
			return next
		}},
		{"after the checkpoint was signed", func(key string) (next string) {
			old := contentOf(t, here.dir, keyFile)
			s.written(t, here.dir, func(ctx context.Context, o *opened) {
				next = named(ctx, o, key).VerifierKey()
				file := contentOf(t, here.dir, nextKeyFile)
				if err := o.signNow(ctx); err != nil {
					t.Fatal(err)
				}
				put(t, here.dir, nextKeyFile, file)
				put(t, here.dir, keyFile, old)
			})
			return next
		}},
	}
	for n, point := range points {
		for _, by := range []string{"rotate", "serve"} {
			if by == "serve" && n != 1 {
				continue // what it does is what rotate does
			}
			next := point.interrupt(keys[len(keys)-1])
			size := other.mustWrite(t, token, fmt.Sprintf("interrupted-%d-%s", n, by))
			if n == 0 { // nobody knows of it yet, and a start of serve does not begin with it
				here.start(t)
				here.ready(t)
				covered(t, size, here, other)
				here.stop(syscall.SIGTERM)
				if !has(here.dir, nextKeyFile) || publicKeyOf(t, here) != keys[0] || !strings.Contains(here.log.String(), "arobase log rotate goes on with it") {
					t.Errorf("serve went on with it, or does not say that it did not:\n%s", here.log)
				}
			} else {
				other.superseded(t)
				if now, _, err := other.checkpoint(); err != nil || now >= size {
					t.Errorf("%s: a checkpoint of %d is signed, %v", point.at, now, err)
				}
			}
			if n == 1 { // the new key alone
				other.stop(syscall.SIGTERM)
				put(t, other.dir, keyFile, contentOf(t, here.dir, nextKeyFile))
				other.start(t)
				other.ready(t)
				inAMinute(t, "a node with the new key waits for the end of the change", func() error {
					if _, checks := other.readiness(); !strings.Contains(checks["log"], "is to be signed by both keys") {
						return fmt.Errorf("%v", checks)
					}
					return nil
				})
			}
			if by == "rotate" {
				if key, told := s.rotate(t, here.dir); key != next || !strings.Contains(told, "interrupted") {
					t.Errorf("%s: the key is %s, want %s; said %q", point.at, key, next, told)
				}
			} else {
				here.start(t)
				here.ready(t)
				covered(t, size, here, other)
				here.stop(syscall.SIGTERM)
			}
			if has(here.dir, nextKeyFile) || publicKeyOf(t, here) != next {
				t.Errorf("%s, by %s: it is not finished", point.at, by)
			}
			keys = append(keys, next)
			other.stop(syscall.SIGTERM)
			copyKey(t, here, other)
			other.start(t)
			other.ready(t)
			covered(t, size, other)
		}
	}
	other.leads(t, len(keys)-1, keys...)
}

// loses gives the n-th append a fault: it is carried out and its answer is lost, and all that follows fails.
func loses(n int) func(esdbtest.Call) esdbtest.Fault {
	appends := 0
	return func(call esdbtest.Call) esdbtest.Fault {
		switch {
		case call == esdbtest.Append && appends < n:
			if appends++; appends == n {
				return esdbtest.Fault{After: status.Error(codes.Unavailable, "gone")}
			}
		case appends == n:
			return esdbtest.Fault{Before: status.Error(codes.Unavailable, "gone")}
		}
		return esdbtest.Fault{}
	}
}

// A cluster that does not answer, or of which nobody knows whether it took the record, leaves nothing that the next
// attempt does not finish.
func TestRotateWhileTheClusterFails(t *testing.T) {
	if testing.Short() {
		t.Skip("processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	if s.stand == nil {
		t.Skip("the server that AROBASE_ESDB names cannot be told to fail")
	}
	nodes := s.nodes(t, 1)
	p := nodes[0]
	token := s.token(t, p.dir, "registrar")
	first, old := publicKeyOf(t, p), contentOf(t, p.dir, keyFile)
	covered(t, p.mustWrite(t, token, "before"), p)
	p.stop(syscall.SIGTERM)

	s.stand.Away()
	if code, out, errs := command(t, append([]string{"log", "rotate", "--data", p.dir}, s.flags...)...); code == exitOK {
		t.Errorf("rotate while the cluster is away: %s%s", out, errs)
	}
	if has(p.dir, nextKeyFile) || !bytes.Equal(contentOf(t, p.dir, keyFile), old) {
		t.Error("it began while the cluster was away")
	}
	s.stand.Back()
	second, _ := s.rotate(t, p.dir)
	p.start(t)
	p.ready(t)
	p.leads(t, 1, first, second)
	p.stop(syscall.SIGTERM)

	keys := []string{first, second}
	for _, lost := range []int{1, 3} { // the record, and the checkpoint; in between is whose turn it is
		s.stand.Break(loses(lost))
		code, out, errs := command(t, append([]string{"log", "rotate", "--data", p.dir}, s.flags...)...)
		s.stand.Break(nil)
		if code == exitOK || !has(p.dir, nextKeyFile) || !strings.Contains(errs, "run arobase log rotate again") {
			t.Fatalf("rotate whose append %d is lost: exit %d: %s%s", lost, code, out, errs)
		}
		t.Logf("append %d is lost: %s", lost, errs)
		key, told := s.rotate(t, p.dir)
		if !strings.Contains(told, "interrupted") || has(p.dir, nextKeyFile) {
			t.Errorf("after append %d was lost: %s", lost, told)
		}
		keys = append(keys, key)
	}
	p.start(t)
	p.ready(t)
	covered(t, p.mustWrite(t, token, "after"), p)
	p.leads(t, len(keys)-1, keys...)
	p.stop(syscall.SIGTERM)

	// Without saying where the cluster is nothing is begun.
	key := contentOf(t, p.dir, keyFile)
	code, _, errs := command(t, append([]string{"log", "reopen", "--data", p.dir, "--origin", "cluster.example/log-2", "--cause", "other"}, s.vault()...)...)
	if code == exitOK || !strings.Contains(errs, "--store") || has(p.dir, nextKeyFile) || !bytes.Equal(contentOf(t, p.dir, keyFile), key) {
		t.Errorf("reopen: exit %d: %s", code, errs)
	}
	back := filepath.Join(t.TempDir(), "back")
	if out := s.must(t, "copy", "--from", s.store, "--to", back, "--key", filepath.Join(p.dir, keyFile)); strings.Contains(out, "not verified") {
		t.Error(out)
	}
}
