package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"arobase/domain"
)

const (
	clusterOrigin = "cluster.example/log"
	anotherOrigin = "cluster.example/log-2"
)

// reopen goes on under another name on a node whose serve does not run, and gives the new key.
func (s *shared) reopen(t *testing.T, dir, origin string) (key, told string) {
	t.Helper()
	code, out, errs := command(t, append([]string{"log", "reopen", "--origin", origin, "--cause", "operator-changed", "--data", dir}, s.flags...)...)
	if code != exitOK {
		t.Fatalf("reopen: exit %d: %s%s", code, out, errs)
	}
	return strings.TrimSpace(out), errs
}

// closedHere is what the ledger says of the name that was closed last, the index of the record that says it, and the size of
// the last checkpoint under that name in the cluster.
func (s *shared) closedHere(t *testing.T, dir string) (closed domain.ClosedOrigin, index, last int64) {
	t.Helper()
	s.written(t, dir, func(ctx context.Context, o *opened) {
		origins, err := o.Origins(ctx)
		n := len(origins)
		if err != nil || n < 2 || origins[n-2].Closed == nil {
			t.Fatalf("no name is closed: %+v, %v", origins, err)
		}
		closed, index = *origins[n-2].Closed, int64(origins[n-1].Since)
		inAMinute(t, "the checkpoints are told", func() error {
			head, err := o.lastOf(ctx, n-2)
			last = head.Size
			return err
		})
	})
	return closed, index, last
}

// under waits until a node shows a checkpoint under a name, of at least a size.
func (p *nodeProcess) under(t *testing.T, origin string, size int64) {
	t.Helper()
	inAMinute(t, "a checkpoint under "+origin, func() error {
		var now int64
		text := string(p.gets(t, "/log/checkpoint"))
		if _, err := fmt.Sscanf(text, origin+"\n%d\n", &now); err != nil || now < size {
			return fmt.Errorf("it is of %d, wanted %d:\n%s", now, size, text)
		}
		return nil
	})
}

// The name is changed on one of two nodes while the other is written to. That one signs no more, shows the old name, and
// goes on with the rest; with the new key it signs under the new one. What the record cites is the last that was signed.
func TestReopenOnACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	nodes := s.nodes(t, 2)
	here, other := nodes[0], nodes[1]
	token := s.token(t, here.dir, "registrar")
	first, old := publicKeyOf(t, here), contentOf(t, here.dir, keyFile)
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			source := fmt.Sprint("meanwhile-", n)
			done, err := other.write(ctx, token, source, source)
			if ctx.Err() == nil && (err != nil || done.status >= 400 && done.status != http.StatusTooManyRequests && done.status != http.StatusServiceUnavailable) {
				t.Errorf("%s: %d %s, %v", source, done.status, done.body, err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	here.stop(syscall.SIGTERM)
	if code, _, errs := command(t, append([]string{"log", "reopen", "--origin", clusterOrigin, "--cause", "other", "--data", here.dir}, s.flags...)...); code == exitOK || has(here.dir, nextKeyFile) {
		t.Errorf("the name that it has: exit %d: %s", code, errs)
	}
	covered(t, other.mustWrite(t, token, "a-refusal-seals-nothing"), other)
	second, told := s.reopen(t, here.dir, anotherOrigin)
	for _, part := range []string{"copy ", "to each", "nothing leads from the old key", clusterOrigin + " is closed", "is destroyed"} {
		if !strings.Contains(told, part) {
			t.Errorf("it does not say %q:\n%s", part, told)
		}
	}
	if has(here.dir, nextKeyFile) || bytes.Equal(contentOf(t, here.dir, keyFile), old) || domain.VerifierKeyName(second) != anotherOrigin {
		t.Errorf("the new key %s is not in the place of the old one", second)
	}
	other.superseded(t)
	size := other.mustWrite(t, token, "after-it")
	stop()
	writer.Wait()
	if page := html.UnescapeString(string(other.gets(t, "/registre"))); !strings.Contains(page, "<code>"+first+"</code>") {
		t.Errorf("the page of the register shows another key than that of the checkpoint beside it:\n%s", page)
	}
	closed, index, last := s.closedHere(t, here.dir)
	if closed.Origin != clusterOrigin || closed.Key != first || closed.Size != last || last > index {
		t.Errorf("the record %d cites %+v, and the last checkpoint of the old name is of %d", index, closed, last)
	}

	other.under(t, clusterOrigin, last)

	here.start(t)
	here.ready(t)
	here.under(t, anotherOrigin, size)
	here.leads(t, 0, second, second)
	// Started with the old key it shows the new name, and still does not sign.
	other.stop(syscall.SIGTERM)
	other.start(t)
	other.ready(t)
	other.superseded(t)
	other.under(t, anotherOrigin, size)
	other.showsKey(t, second, first)
	other.stop(syscall.SIGTERM)
	copyKey(t, here, other)
	other.start(t)
	other.ready(t)
	here.stop(syscall.SIGTERM)
	other.under(t, anotherOrigin, other.mustWrite(t, token, "signed-by-the-other"))
	other.leads(t, 0, second, second)
	// Under the new name the key is changed as under the first.
	third, _ := s.rotate(t, here.dir)
	here.start(t)
	here.ready(t)
	here.under(t, anotherOrigin, here.mustWrite(t, token, "signed-by-the-third"))
	here.leads(t, 1, second, third)
}

// Wherever a change of name is interrupted, the node where it was begun finishes it, and nobody signs meanwhile.
func TestInterruptedReopeningOnACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	if s.stand == nil {
		t.Skip("the server that AROBASE_ESDB names cannot be told to fail")
	}
	nodes := s.nodes(t, 2)
	here, other := nodes[0], nodes[1]
	token := s.token(t, here.dir, "registrar")
	here.stop(syscall.SIGTERM)
	covered(t, other.mustWrite(t, token, "before"), other)
	name := clusterOrigin
	// The appends of the command: the seal, the record, and then whose turn it is, and the checkpoint.
	for lost := 1; lost <= 3; lost++ {
		other.stop(syscall.SIGTERM) // whose appends would be counted too
		next := fmt.Sprintf("cluster.example/log-%d", lost+1)
		s.stand.Break(loses(lost))
		code, out, errs := command(t, append([]string{"log", "reopen", "--origin", next, "--cause", "other", "--data", here.dir}, s.flags...)...)
		s.stand.Break(nil)
		if code == exitOK || !has(here.dir, nextKeyFile) || !strings.Contains(errs, "run arobase log reopen again") {
			t.Fatalf("reopen whose append %d is lost: exit %d: %s%s", lost, code, out, errs)
		}
		made := contentOf(t, here.dir, nextKeyFile)
		other.start(t)
		other.ready(t)
		before := s.signings(t, lost-1) + s.signings(t, lost)
		size := other.mustWrite(t, token, fmt.Sprint("meanwhile-", lost))
		want := "this node needs the new log.key"
		if lost == 1 {
			want = sealed
		}
		inAMinute(t, "the other node says why it does not sign", func() error {
			ok, checks := other.readiness()
			if !ok || !strings.Contains(checks["log"], want) {
				return fmt.Errorf("append %d was lost: ready: %v, %v", lost, ok, checks)
			}
			return nil
		})
		if now := s.signings(t, lost-1) + s.signings(t, lost); now != before {
			t.Errorf("append %d was lost: %d checkpoints were signed by a node that may not", lost, now-before)
		}
		if lost == 1 { // another name now would throw the key away that the record may name
			code, _, errs := command(t, append([]string{"log", "reopen", "--origin", "cluster.example/other", "--cause", "other", "--data", here.dir}, s.flags...)...)
			if code == exitOK || !bytes.Equal(contentOf(t, here.dir, nextKeyFile), made) {
				t.Errorf("another name: exit %d: %s", code, errs)
			}
		}
		if lost == 2 { // the new key before its time
			other.stop(syscall.SIGTERM)
			put(t, other.dir, keyFile, made)
			other.start(t)
			other.ready(t)
			inAMinute(t, "a node with the new key waits for the end of the change", func() error {
				if _, checks := other.readiness(); !strings.Contains(checks["log"], "run arobase log reopen again on the node where it was begun") {
					return fmt.Errorf("%v", checks)
				}
				return nil
			})
		}
		key, _ := s.reopen(t, here.dir, next)
		if has(here.dir, nextKeyFile) || domain.VerifierKeyName(key) != next || !bytes.Equal(contentOf(t, here.dir, keyFile), made) {
			t.Errorf("append %d was lost: it is not finished with the key that was made", lost)
		}
		if closed, _, _ := s.closedHere(t, here.dir); closed.Origin != name {
			t.Errorf("append %d was lost: closed is %+v", lost, closed)
		}
		name = next
		other.stop(syscall.SIGTERM)
		copyKey(t, here, other)
		other.start(t)
		other.ready(t)
		other.under(t, name, size)
	}
	other.leads(t, 0, publicKeyOf(t, other), publicKeyOf(t, other))
}
