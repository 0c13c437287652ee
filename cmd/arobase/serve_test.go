package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
	"arobase/eventstore/sqlite"
)

// copied is a copy of a data directory, with the modes that secrets need, that takes the place of what it was copied from.
func copied(t *testing.T, from string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{vaultFile, secretFile, keyFile, evidenceFile} {
		if err := os.Chmod(filepath.Join(dir, name), 0o600); err != nil && !(name == evidenceFile && errors.Is(err, fs.ErrNotExist)) {
			t.Fatal(err)
		}
	}
	if err := takePlace(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// takePlace makes a copied directory the one that signs: what it signed last is taken as the newest.
func takePlace(dir string) error {
	ctx := context.Background()
	store, err := sqlite.OpenReadOnly(ctx, filepath.Join(dir, ledgerFile))
	if err != nil {
		return err
	}
	id := store.LedgerID()
	paths, err := filepath.Glob(filepath.Join(dir, "log*.db"))
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	for _, path := range paths {
		heads, err := sqlitelog.Open(path, id)
		if err != nil {
			return err
		}
		last, err := heads.Last(ctx)
		if err = errors.Join(err, heads.Accept(ctx, last, last), heads.Close()); err != nil {
			return err
		}
	}
	return nil
}

// longest is how long a test waits for what comes at once on a machine that has nothing else to do.
const longest = 3 * time.Minute

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	return freeAddress()
}

// freePorts were given out already. They lie below those that a system gives to whoever asks for any, so that no other
// test and no connection takes one between here and the server that it is for.
var freePorts = struct {
	sync.Mutex
	next int
}{next: 20_000 + os.Getpid()%10_000}

func freeAddress() string {
	freePorts.Lock()
	defer freePorts.Unlock()
	for {
		if freePorts.next++; freePorts.next >= 32_000 {
			freePorts.next = 20_000
		}
		address := fmt.Sprintf("127.0.0.1:%d", freePorts.next)
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
}

// served runs serve on a directory until the test has looked at it. ready is what readiness says.
func served(t *testing.T, dir string, look func(site string, ready map[string]string)) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := settings{data: dir, listen: free(t), admin: free(t)}
	done := make(chan error, 1)
	go func() { done <- serve(ctx, s, slog.New(slog.DiscardHandler)) }()
	var state struct{ Checks map[string]string }
	for end := time.Now().Add(longest); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get("http://" + s.admin + "/readyz"); err == nil {
			err = json.NewDecoder(answer.Body).Decode(&state)
			answer.Body.Close()
			if err != nil {
				t.Error(err)
			}
			break
		}
		select {
		case err := <-done:
			t.Fatalf("serve ended: %v", err)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("serve does not answer")
		}
	}
	look("http://"+s.listen, state.Checks)
	stop()
	if err := <-done; err != nil {
		t.Errorf("serve: %v", err)
	}
}

// An older copy of the records beside a newer log: serve goes on and signs nothing, import writes nothing, and no sealed
// value is lost, so that the right copy can still be put back.
func TestLostRecords(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "data")
	if code, _, errs := command(t, "import", "--data", whole, "../../history/sources.csv"); code != exitOK {
		t.Fatal(errs)
	}
	old, err := os.ReadFile(filepath.Join(whole, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := command(t, "import", "--data", whole, "../../history"); code != exitOK {
		t.Fatal(errs)
	}
	for name, damage := range map[string]func(dir string){
		"with its tree":    func(string) {},
		"without its tree": func(dir string) { os.Remove(filepath.Join(dir, treeFile)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, whole)
			if err := os.WriteFile(filepath.Join(dir, ledgerFile), old, 0o644); err != nil {
				t.Fatal(err)
			}
			damage(dir)
			if code, _, errs := command(t, "import", "--data", dir, "../../history"); code != exitFailed || !strings.Contains(errs, "nothing was imported") {
				t.Errorf("import: exit %d: %s", code, errs)
			}
			if now := sizeOf(filepath.Join(dir, ledgerFile)); now > 70 {
				t.Errorf("import wrote: the ledger has %d records", now)
			}
			served(t, dir, func(_ string, ready map[string]string) {
				if !strings.HasPrefix(ready["log"], "refused: the tree is shorter: events 68 to 999 are missing from the ledger; bring the missing records back") {
					t.Errorf("readiness says %q of the log", ready["log"])
				}
			})
			for _, suffix := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(filepath.Join(dir, ledgerFile+suffix))
			}
			newest, err := os.ReadFile(filepath.Join(whole, ledgerFile))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, ledgerFile), newest, 0o644); err != nil {
				t.Fatal(err)
			}
			if code, out, _ := command(t, "check", "--data", dir); code != exitOK {
				t.Errorf("with the newest records again: %s", out)
			}
		})
	}
}

// An address that is taken is an error like any other: nothing is closed under the feet of what still runs.
func TestServeAddressTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for range 5 {
		dir := filepath.Join(t.TempDir(), "data")
		code, _, errs := command(t, "serve", "--data", dir, "--listen", taken.Addr().String(), "--admin", "127.0.0.1:0")
		if code != exitFailed || !strings.Contains(errs, "listening on "+taken.Addr().String()) {
			t.Fatalf("exit %d: %s", code, errs)
		}
		if code, out, _ := command(t, "check", "--data", dir); code != exitOK {
			t.Errorf("the ledger that was made: %s", out)
		}
	}
}

// Requests under way are finished when the server is asked to stop.
func TestServeFinishesRequests(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	g, ctx := errgroup.WithContext(ctx)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	n := &node{logger: slog.New(slog.DiscardHandler)}
	n.serveOn(ctx, g, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		select {
		case <-r.Context().Done():
			w.WriteHeader(http.StatusInternalServerError)
		case <-time.After(300 * time.Millisecond):
			_, _ = io.WriteString(w, "whole")
		}
	}), writing)
	go func() { <-begun; stop() }()
	answer, err := http.Get("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "whole" {
		t.Errorf("%s: %q, %v", answer.Status, body, err)
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// Readers of the live events, who would stay for ever, are sent away at once.
func TestServeSendsLiveReadersAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var reader io.ReadCloser
	var stopped time.Time
	served(t, dir, func(site string, _ map[string]string) {
		answer, err := http.Get(site + "/v1/events/live")
		if err != nil {
			t.Fatal(err)
		}
		reader, stopped = answer.Body, time.Now()
	})
	defer reader.Close()
	if took := time.Since(stopped); took >= drain { // one who stays costs the whole of it
		t.Errorf("a live reader kept the server for %v", took)
	}
	if _, err := io.ReadAll(reader); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

// A store that cannot be asked is not ready.
func TestReadinessWithoutAStore(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	o, err := dataDir(dir).read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.readLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	n := &node{opened: o, logParts: p, signer: tlog.NewSigner(p.key, p.tree, p.heads, time.Now)}
	if ready, checks := n.readiness(t.Context()); ready || !strings.Contains(checks["projections"], "counting") {
		t.Errorf("before anything is counted: %v, %v", ready, checks)
	}
	n.warm.Store(true)
	if ready, checks := n.readiness(t.Context()); !ready {
		t.Errorf("before: %v", checks)
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	if ready, checks := n.readiness(t.Context()); ready {
		t.Errorf("ready although the store is closed: %v", checks)
	}
}

// A dry run beside a server needs no lock and leaves no trace.
func TestDryRunBesideAWriter(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	held, err := lock(filepath.Join(dir, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if code, _, errs := command(t, "import", "--dry-run", "--data", dir, "../../history"); code != exitOK {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// Where the records are missing and the rest is there, the message says so.
func TestMissingRecordsAreNamed(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(dir, ledgerFile+suffix))
	}
	code, _, errs := command(t, "import", "--data", dir, "../../history")
	if code != exitFailed || !strings.Contains(errs, "is there and ledger.db is not") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// Records of a newer program are part of the log all the same; check says what it could not judge.
func TestCheckWithUnknownTypes(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	appendUnknown(t, dir)
	code, out, _ := command(t, "check", "--data", dir)
	if code != exitUnproven || !strings.Contains(out, "tree verified, meaning not verified: 1 ") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func appendUnknown(t *testing.T, dir string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	id, at, typ := uuid.New(), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), "arobase.not-thought-of.v1"
	b, err := envelope.Envelope{
		Actor: "registrar:history", Data: []byte(`{}`), ID: id, Ledger: s.LedgerID(), Subject: "future-1", Time: at, Type: typ,
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), "future-1", eventstore.NoStream, []eventstore.Proposed{{ID: id, Type: typ, Recorded: at, Bytes: b}}); err != nil {
		t.Fatal(err)
	}
}
