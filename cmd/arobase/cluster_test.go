package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"arobase/api/ledger/evidence/evidencetest"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/api/ledger/workspace"
	"arobase/eventstore"
	"arobase/eventstore/esdb"
	"arobase/eventstore/esdb/esdbtest"
	"arobase/eventstore/vault/pgvault/pgtest"
)

// shared is a cluster and a database, with the flags that name them.
type shared struct {
	stand *esdbtest.Cluster // nil where AROBASE_ESDB names a real server
	flags []string
	store string
}

// crowds bounds how many tests have a cluster, a database and some processes at once.
var crowds = make(chan struct{}, 2)

// newShared starts a stand-in of three nodes, or takes the server that AROBASE_ESDB names, with a namespace of its own there.
func newShared(t *testing.T) *shared {
	t.Helper()
	crowds <- struct{}{}
	t.Cleanup(func() { <-crowds })
	s := &shared{}
	if s.store = os.Getenv("AROBASE_ESDB"); s.store == "" {
		s.stand = esdbtest.Start(t, 3)
		s.store = s.stand.ConnectionString()
	} else if strings.Contains(s.store, "?") {
		s.store += "&namespace=test-" + uuid.NewString()
	} else {
		s.store += "?namespace=test-" + uuid.NewString()
	}
	s.flags = []string{"--store", s.store, "--vault", pgtest.Start(t).Schema(t)}
	return s
}

// must runs a command that succeeds, and gives what it prints.
func (s *shared) must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := command(t, args...)
	if code != exitOK {
		t.Fatalf("arobase %s: exit %d: %s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// vault are the flags of commands that have no --store.
func (s *shared) vault() []string { return s.flags[2:] }

// first makes a ledger with its first node.
func (s *shared) first(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "node-0")
	s.must(t, append([]string{"init", "--data", dir, "--origin", "cluster.example/log"}, s.flags...)...)
	return dir
}

// joins prepares the directory of another node.
func joins(t *testing.T, first string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "joined")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{secretFile, keyFile} {
		b, err := os.ReadFile(filepath.Join(first, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// nodeProcess is a node in a process of its own.
type nodeProcess struct {
	dir, site, admin string
	flags            []string

	mu  sync.Mutex
	cmd *exec.Cmd // guarded by mu
	log *bytes.Buffer
}

// start runs serve, as the program is run: this test's binary is the program when it is called arobase.
func (p *nodeProcess) start(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = new(bytes.Buffer)
	p.cmd = &exec.Cmd{
		Path: self, Args: append([]string{"arobase", "serve", "--data", p.dir, "--listen", p.site, "--admin", p.admin}, p.flags...),
		Stdout: io.Discard, Stderr: p.log, Env: os.Environ(),
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// stop sends a signal and waits for the end.
func (p *nodeProcess) stop(s os.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(s)
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

func (p *nodeProcess) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// readiness asks a node how it does; nil while it does not answer.
func (p *nodeProcess) readiness() (ok bool, checks map[string]string) {
	answer, err := http.Get("http://" + p.admin + "/readyz")
	if err != nil {
		return false, nil
	}
	defer answer.Body.Close()
	var state struct {
		OK     bool              `json:"ok"`
		Checks map[string]string `json:"checks"`
	}
	if json.NewDecoder(answer.Body).Decode(&state) != nil {
		return false, nil
	}
	return state.OK, state.Checks
}

func (p *nodeProcess) ready(t *testing.T) {
	t.Helper()
	inAMinute(t, "a node is ready", func() error {
		if ok, checks := p.readiness(); !ok {
			return fmt.Errorf("%v", checks)
		}
		return nil
	})
}

// inAMinute waits until something holds. On a loaded machine a minute has more than sixty seconds.
func inAMinute(t *testing.T, what string, holds func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = holds(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within a minute: %v", what, err)
}

// nodes starts a number of nodes of a new ledger.
func (s *shared) nodes(t *testing.T, n int) []*nodeProcess {
	t.Helper()
	var all []*nodeProcess
	for range n {
		var dir string
		if len(all) == 0 {
			dir = s.first(t)
		} else {
			dir = joins(t, all[0].dir)
		}
		p := &nodeProcess{dir: dir, site: free(t), admin: free(t), flags: s.flags}
		t.Cleanup(func() {
			p.stop(syscall.SIGKILL)
			if t.Failed() && p.log != nil {
				t.Logf("%s:\n%s", p.dir, p.log)
			}
		})
		p.start(t)
		all = append(all, p)
	}
	for _, p := range all {
		p.ready(t)
	}
	return all
}

// taken is an answer to a request to record something.
type taken struct {
	status int
	event  string
	size   string
	retry  string
	body   string
}

func (p *nodeProcess) write(ctx context.Context, token, key, source string) (w taken, err error) {
	body := fmt.Sprintf(`{"source":%q,"publisher":"La Gazette","title":"Le palmarès","url":"https://example.org/a","publishedOn":"2026-02-01"}`, source)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.site+"/v1/sources", strings.NewReader(body))
	if err != nil {
		return w, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return w, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return w, err
	}
	w = taken{status: answer.StatusCode, size: answer.Header.Get("Arobase-Size"), retry: answer.Header.Get("Retry-After"), body: string(b)}
	w.event = filepath.Base(answer.Header.Get("Location"))
	return w, nil
}

// takes has a record taken, by a node that may have to be asked again: where a machine is slow, a cluster does not answer in
// time now and then, and a node answers before it has read what it wrote. The key of the request is the name of the source.
func (p *nodeProcess) takes(t *testing.T, token, source string) (w taken) {
	t.Helper()
	inAMinute(t, "a record is taken", func() (err error) {
		w, err = p.write(t.Context(), token, source, source)
		if err == nil && (w.status != http.StatusCreated && w.status != http.StatusOK || w.size == "") {
			err = fmt.Errorf("%d %s", w.status, w.body)
		}
		return err
	})
	return w
}

// mustWrite has a record taken, and gives the size of the ledger then.
func (p *nodeProcess) mustWrite(t *testing.T, token, source string) (size int64) {
	t.Helper()
	w := p.takes(t, token, source)
	if _, err := fmt.Sscan(w.size, &size); err != nil {
		t.Fatalf("the size is %q: %v", w.size, err)
	}
	return size
}

// read asks a node for a record, which it must not answer from less than a size.
func (p *nodeProcess) read(ctx context.Context, event, size string) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.site+"/v1/events/"+event, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Arobase-Min-Size", size)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// checkpoint is the last one that a node shows: its size, and all of it.
func (p *nodeProcess) checkpoint() (size int64, text string, err error) {
	answer, err := http.Get("http://" + p.site + "/log/checkpoint")
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return 0, "", errors.Join(err, fmt.Errorf("%s", answer.Status))
	}
	lines := strings.Split(string(b), "\n")
	if len(lines) < 3 {
		return 0, "", fmt.Errorf("no checkpoint: %q", b)
	}
	size, err = strconv.ParseInt(lines[1], 10, 64)
	return size, strings.Join(lines[:3], "\n"), err
}

// signer is the process whose turn it is to sign.
func (s *shared) signer(t *testing.T) (pid int) {
	t.Helper()
	d := s.direct(t)
	records, err := d.Register(leaseRegister).Read(t.Context(), 0)
	if err != nil || len(records) == 0 {
		return 0
	}
	var last struct{ Owner string }
	if err := json.Unmarshal(records[len(records)-1], &last); err != nil {
		t.Fatal(err)
	}
	if parts := strings.Split(last.Owner, "/"); len(parts) == 3 {
		pid, _ = strconv.Atoi(parts[1])
	}
	return pid
}

func (s *shared) token(t *testing.T, dir, role string) string {
	t.Helper()
	args := append([]string{"token", "create", "--data", dir, "--role", role, "--person", "Anne Martin"}, s.vault()...)
	return strings.TrimSpace(s.must(t, args...))
}

// Three nodes, each a process of its own, serve one ledger: writes on any of them, each read on another by the position that
// it was given; whoever signs is killed again and again under load. In the end there is one history, everything that was
// acknowledged is in it once, and an audit finds nothing.
func TestThreeNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("three processes and a database")
	}
	t.Parallel()
	s := newShared(t)
	nodes := s.nodes(t, 3)
	token := s.token(t, nodes[1].dir, "registrar") // given on one node, good on all
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	var acknowledged sync.Map // id of a record, by the source that it names
	var refused, crossRead atomic.Int64
	for w := range 4 {
		writers.Go(func() {
			at := w
			for n := 0; ctx.Err() == nil; n++ {
				source := fmt.Sprintf("source-%d-%d", w, n)
				var done taken
				for tries := 0; ctx.Err() == nil; tries++ {
					at++
					var err error
					done, err = nodes[at%3].write(ctx, token, source, source)
					if err == nil && (done.status == http.StatusCreated || done.status == http.StatusOK || done.status == http.StatusAccepted) {
						break
					}
					switch {
					case err != nil: // it was killed: whether the record is there nobody knows, and the key tells
					case done.status == http.StatusServiceUnavailable:
						if refused.Add(1); done.retry == "" {
							t.Errorf("503 without Retry-After: %s", done.body)
							return
						}
					case done.status != http.StatusTooManyRequests:
						t.Errorf("%s: %d %s", source, done.status, done.body)
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
				if done.event == "" || done.event == "." {
					return // the end
				}
				acknowledged.Store(source, done.event)
				time.Sleep(20 * time.Millisecond) // the audits below read all of it again
				if done.size == "" {
					continue // taken by a node that lags
				}
				for ctx.Err() == nil {
					at++
					status, err := nodes[at%3].read(ctx, done.event, done.size)
					if err != nil || status == http.StatusServiceUnavailable {
						continue // killed, or not there yet
					}
					if crossRead.Add(1); status != http.StatusOK {
						t.Errorf("record %d of %s is acknowledged with size %s, and a node that has that says %d", n, source, done.size, status)
					}
					break
				}
			}
		})
	}
	killed := make(map[int]bool)
	begun := time.Now()
	for round := range 3 {
		var at *nodeProcess
		inAMinute(t, "somebody signs", func() error {
			pid := s.signer(t)
			for _, p := range nodes {
				if p.pid() == pid && pid != 0 && !killed[pid] {
					at = p
					return nil
				}
			}
			return fmt.Errorf("the last who signed was %d", pid)
		})
		other := nodes[0]
		if other == at {
			other = nodes[1]
		}
		var before int64
		inAMinute(t, "another node shows a checkpoint", func() (err error) {
			before, _, err = other.checkpoint()
			return err
		})
		killed[at.pid()] = true
		at.stop(syscall.SIGKILL)
		if round == 1 && s.stand != nil {
			s.stand.Away()
			time.Sleep(300 * time.Millisecond)
			s.stand.Back()
			s.stand.Lead(round % 3)
		}
		inAMinute(t, "another node signs", func() error {
			now, _, err := other.checkpoint()
			if err == nil && now <= before {
				err = fmt.Errorf("still %d", now)
			}
			return err
		})
		at.start(t)
		t.Logf("round %d: %v", round, time.Since(begun).Round(time.Millisecond))
	}
	for _, p := range nodes {
		p.ready(t)
	}
	inAMinute(t, "enough is acknowledged and read elsewhere", func() error {
		if n, read := len(maps.Collect(acknowledged.Range)), crossRead.Load(); n < 20 || read < 20 {
			return fmt.Errorf("%d and %d", n, read)
		}
		return nil
	})
	stop()
	writers.Wait()

	all := maps.Collect(acknowledged.Range)
	t.Logf("%d records acknowledged, %d of them read on another node, %d refused for a moment, %d killed", len(all), crossRead.Load(), refused.Load(), len(killed))
	texts := make(map[string]bool)
	inAMinute(t, "all nodes show one checkpoint of all records", func() error {
		clear(texts)
		for _, p := range nodes {
			size, text, err := p.checkpoint()
			if err != nil {
				return err
			}
			if int(size) < genesisRecords+len(all) {
				return fmt.Errorf("a checkpoint of %d, and %d records were acknowledged", size, len(all))
			}
			texts[text] = true
		}
		if len(texts) != 1 {
			return fmt.Errorf("%d different ones", len(texts))
		}
		return nil
	})
	for _, p := range nodes {
		sources := make(map[string]string)
		for line := range strings.Lines(s.must(t, append([]string{"events", "--data", p.dir, "-o", "jsonl"}, s.vault()...)...)) {
			var e struct {
				ID     string `json:"id"`
				Stream string `json:"stream"`
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if name, ok := strings.CutPrefix(e.Stream, "source-"); ok {
				if sources[name] != "" {
					t.Errorf("%s is there twice", name)
				}
				sources[name] = e.ID
			}
		}
		for source, id := range all {
			if sources[source.(string)] != id {
				t.Errorf("%s was acknowledged as %s and is %q", source, id, sources[source.(string)])
			}
		}
	}
	t.Logf("all there: %v", time.Since(begun).Round(time.Millisecond))
	key := publicKeyOf(t, nodes[0])
	if code, out, errs := command(t, "audit", "http://"+nodes[2].site, "--key", key); code != exitOK {
		t.Errorf("audit: exit %d\n%s%s", code, out, errs)
	}
}

// publicKeyOf reads the key that a node's page names.
func publicKeyOf(t *testing.T, p *nodeProcess) string {
	t.Helper()
	code, out, errs := command(t, "log", "key", "--data", p.dir)
	if code != exitOK {
		t.Fatal(errs)
	}
	return strings.TrimSpace(out)
}

// A ledger moves from a directory into a cluster and back, byte for byte, also where that is interrupted, and goes on there
// under the same key. What the cluster holds of something else stops it before anything is added.
func TestMoving(t *testing.T) {
	if testing.Short() {
		t.Skip("a process and a database")
	}
	t.Parallel()
	s := newShared(t)
	dir := filepath.Join(t.TempDir(), "data")
	s.must(t, "import", "--data", dir, "../../history/sources.csv", "../../history/ceremonies.csv")
	newest := filepath.Join(t.TempDir(), "newest.txt")
	if err := os.WriteFile(newest, []byte(s.must(t, "log", "checkpoint", "--data", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	given := s.token(t, dir, "registrar")
	before := s.must(t, "events", "--data", dir, "-o", "jsonl")
	size := strings.Count(before, "\n")

	direct := s.direct(t)
	local, err := dataDir(dir).readUnanswered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var some []eventstore.Event
	for e, err := range local.store.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if some = append(some, e); len(some) == 7 {
			break
		}
	}
	// A draft and an uploaded file move along.
	files, err := sqliteevidence.Create(filepath.Join(dir, evidenceFile), local.LedgerID)
	if err != nil {
		t.Fatal(err)
	}
	room, err := local.openWorkspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = room.Put(t.Context(), workspace.Document{Key: "draft/28/a", Body: []byte("{}"), By: "Anne Martin", At: time.Now()}, 0)
	report := evidencetest.File("a report of Anne Martin")
	report.Uploaded = time.Now().UTC().Truncate(time.Millisecond) // no server takes it for forgotten, whenever the test is run
	err = errors.Join(err, files.Put(t.Context(), report, "declarant:fr-commune-73008"))
	if err := errors.Join(err, room.Close(), files.Close(), local.close()); err != nil {
		t.Fatal(err)
	}
	if n, err := direct.Size(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := direct.Replicate(t.Context(), some); err != nil {
		t.Fatal(err)
	}

	other := filepath.Join(t.TempDir(), "other")
	s.must(t, "import", "--data", other, "../../history/sources.csv")
	if code, out, errs := command(t, "copy", "--from", other, "--to", s.store); code != exitUnproven {
		t.Errorf("over the records of another ledger: exit %d: %s%s", code, out, errs)
	}
	out := s.must(t, "copy", "--from", dir, "--to", s.store)
	for _, want := range []string{fmt.Sprintf("copied %d records", size), "7 of them were there", "it contains the checkpoint of", "nodes sign nothing until"} {
		if !strings.Contains(out, want) {
			t.Errorf("not said: %q in\n%s", want, out)
		}
	}
	if n, err := direct.Size(t.Context()); err != nil || int(n) != size {
		t.Errorf("the cluster has %d records, %v, want %d", n, err, size)
	}

	// The values move by a backup; the directory becomes the first node.
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity, backup := filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "vault.age")
	if err := os.WriteFile(identity, []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must(t, "vault", "backup", "--data", dir, backup, "--recipient", key.Recipient().String())
	if err := os.Rename(filepath.Join(dir, vaultFile), filepath.Join(t.TempDir(), vaultFile)); err != nil {
		t.Fatal(err)
	}
	s.must(t, append([]string{"vault", "restore", "--data", dir, backup, "--identity", identity}, s.vault()...)...)
	p := &nodeProcess{dir: dir, site: free(t), admin: free(t), flags: append([]string{"--seen", newest}, s.flags...)}
	t.Cleanup(func() {
		p.stop(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("%s", p.log)
		}
	})
	p.start(t)
	p.ready(t)
	p.takes(t, given, "after-the-move")
	inAMinute(t, "it is signed", func() error {
		n, _, err := p.checkpoint()
		if err == nil && int(n) != size+1 {
			err = fmt.Errorf("a checkpoint of %d", n)
		}
		return err
	})
	p.stop(syscall.SIGTERM)
	for _, name := range []string{authFile, roomFile, evidenceFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is in the directory still: %v", name, err)
		}
	}
	held := s.must(t, append([]string{"holds", "--data", dir, "Anne Martin", "-o", "jsonl"}, s.vault()...)...)
	for _, what := range []string{`"token"`, `"draft"`, `"file"`} {
		if !strings.Contains(held, what) {
			t.Errorf("%s is not among what is held: %s", what, held)
		}
	}

	// What would write into the replica, or read checkpoints that are not there, says so.
	for _, args := range [][]string{
		{"import", "--data", dir, "../../history"}, {"erase", "--data", dir, uuid.NewString(), "/data/note", "--ground", "request"}, {"log", "rotate", "--data", dir},
		{"log", "checkpoint", "--data", dir}, {"backup", "--data", dir, filepath.Join(t.TempDir(), "b.tar")}, {"copy", "--from", dir, "--to", filepath.Join(t.TempDir(), "c")},
	} {
		if code, out, errs := command(t, append(args, s.vault()...)...); code == exitOK || !strings.Contains(errs, "node of a ledger on a cluster") && !strings.Contains(errs, "no flag") && !strings.Contains(errs, "unknown flag") {
			t.Errorf("arobase %s: exit %d: %s%s", strings.Join(args, " "), code, out, errs)
		}
	}

	back := filepath.Join(t.TempDir(), "back")
	out = s.must(t, "copy", "--from", s.store, "--to", back, "--key", filepath.Join(dir, keyFile))
	if !strings.Contains(out, fmt.Sprintf("copied %d records", size+1)) || strings.Contains(out, "not verified") {
		t.Error(out)
	}
	s.must(t, "vault", "backup", "--data", dir, backup+"2", "--recipient", key.Recipient().String(), s.vault()[0], s.vault()[1])
	s.must(t, "vault", "restore", "--data", back, backup+"2", "--identity", identity)
	if given := s.must(t, "token", "list", "--data", back, "-o", "jsonl"); strings.Count(given, "\n") != 1 || !strings.Contains(given, "Anne Martin") {
		t.Errorf("the tokens that came back are %s", given)
	}
	if held := s.must(t, "holds", "--data", back, "Anne Martin", "-o", "jsonl"); !strings.Contains(held, `"draft"`) || !strings.Contains(held, `"file"`) {
		t.Errorf("what came back holds %s", held)
	}
	if held := s.must(t, append([]string{"check", "--data", dir}, s.vault()...)...); !strings.Contains(held, "in the cluster, not checked here") || !strings.Contains(held, "verified") {
		t.Error(held)
	}
	after := s.must(t, "events", "--data", back, "-o", "jsonl")
	if !strings.HasPrefix(after, before) || strings.Count(after, "\n") != size+1 {
		t.Error("what came back is not what was there")
	}
}

// direct is the cluster without a replica.
func (s *shared) direct(t *testing.T) *esdb.Direct {
	t.Helper()
	connection, namespace, err := storePlace(s.store).split()
	if err != nil {
		t.Fatal(err)
	}
	d, err := esdb.OpenDirect(connection, esdb.Options{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}
