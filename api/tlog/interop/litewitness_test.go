package interop_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
	_ "golang.org/x/net/http2" // litewitness needs it. As a tool of go.mod it would also need sigsum-go, for its tests, which the proxy refuses.
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	ourlog "arobase/api/tlog"
)

// built are programs that were built for these tests.
type built struct{ litewitness, arobase string }

// programs builds the reference witness from its module, and our own program from ours.
var programs = sync.OnceValues(func() (built, error) {
	dir, err := os.MkdirTemp("", "arobase-interop")
	if err != nil {
		return built{}, err
	}
	b := built{filepath.Join(dir, "litewitness"), filepath.Join(dir, "arobase")}
	for _, build := range []*exec.Cmd{
		exec.Command("go", "build", "-o", b.litewitness, "filippo.io/torchwood/cmd/litewitness"),
		exec.Command("go", "-C", "../../..", "build", "-o", b.arobase, "./cmd/arobase"),
	} {
		if out, err := build.CombinedOutput(); err != nil {
			return built{}, fmt.Errorf("%v: %w\n%s", build, err, out)
		}
	}
	return b, nil
})

// litewitness is a running process of the reference witness, with the agent that holds its key.
type litewitness struct {
	name, dir, address, fingerprint string
	vkey                            string
	process                         *exec.Cmd
	said                            *bytes.Buffer
}

func newLitewitness(t *testing.T, name string, seed byte) *litewitness {
	t.Helper()
	dir, err := os.MkdirTemp("", "lw") // the path of a socket is at most about a hundred bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	signer, err := torchwood.NewCosignatureSigner(name, key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	w := &litewitness{name: name, dir: dir, address: freeAddress(t), fingerprint: ssh.FingerprintSHA256(public), vkey: signer.Verifier().String()}
	keyring := agent.NewKeyring()
	if err := keyring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", filepath.Join(dir, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	go func() {
		for {
			conn, err := socket.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(keyring, conn) }()
		}
	}()
	t.Cleanup(func() { w.stop(t) })
	w.start(t)
	return w
}

// lastPort was given out already. It lies below those that a system gives to whoever asks for any, so that no connection
// takes the port of a witness that is down.
var lastPort = 10_000 + os.Getpid()%9_000

func freeAddress(t testing.TB) string {
	t.Helper()
	for range 10_000 {
		if lastPort++; lastPort >= 20_000 {
			lastPort = 10_000
		}
		address := fmt.Sprintf("127.0.0.1:%d", lastPort)
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

func (w *litewitness) file() string { return filepath.Join(w.dir, "litewitness.db") }

func (w *litewitness) start(t *testing.T) {
	t.Helper()
	b, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	w.said = &bytes.Buffer{}
	w.process = exec.Command(b.litewitness, "-name", w.name, "-db", w.file(), "-ssh-agent", filepath.Join(w.dir, "agent"), "-listen", w.address, "-key", w.fingerprint)
	w.process.Stderr = w.said
	if err := w.process.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, w.name+" listens", func() bool {
		conn, err := net.Dial("tcp", w.address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func (w *litewitness) stop(t *testing.T) {
	t.Helper()
	if w.process == nil {
		return
	}
	if err := w.process.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if err := w.process.Wait(); err != nil {
		t.Errorf("litewitness ended with %v:\n%s", err, w.said)
	}
	w.process = nil
}

// know has the witness accept a log. It does what `witnessctl add-log` and `add-key` do, which cannot be built here: a
// module that it needs (sigsum-go) is refused by the proxy.
func (w *litewitness) know(t *testing.T, log note.Verifier, vkey string) {
	t.Helper()
	conn, err := sqlite.OpenConn(w.file(), sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	const empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" // SHA-256 of nothing
	for _, insert := range []struct {
		statement string
		args      []any
	}{
		{"INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", []any{log.Name(), empty}},
		{"INSERT INTO key (origin, key) VALUES (?, ?)", []any{log.Name(), vkey}},
	} {
		if err := sqlitex.ExecuteTransient(conn, insert.statement, &sqlitex.ExecOptions{Args: insert.args}); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}

// flag is what --witness takes.
func (w *litewitness) flag() string { return "http://" + w.address + "#" + w.vkey }

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not in three minutes: ", what)
		}
	}
}

// cosign has the log of a node shown to witnesses until the function that is returned is called.
func (n *node) cosign(t *testing.T, quorum int, all ...*litewitness) (c *ourlog.Collector, end func()) {
	t.Helper()
	var addresses []string
	for _, w := range all {
		addresses = append(addresses, w.flag())
	}
	witnesses, err := ourlog.NewWitnesses(ourlog.WitnessSettings{Addresses: addresses, Quorum: quorum})
	if err != nil {
		t.Fatal(err)
	}
	n.log.Witnesses, n.log.Now = witnesses, time.Now
	c = ourlog.NewCollector(ourlog.CollectorParts{
		Witnesses: witnesses, Tree: n.tree, Heads: n.heads, Now: time.Now, Random: rand.Float64, Agent: "arobase/interop",
	})
	n.signer.OnSigned(c.Wake)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { c.Run(ctx); close(done) }()
	return c, func() { cancel(); <-done }
}

// cosigners are the witnesses whose cosignature on the public checkpoint verifies.
func (n *node) cosigners(t *testing.T, all ...*litewitness) (size int64, names []string) {
	t.Helper()
	signed, err := get(t.Context(), http.DefaultClient, n.server.URL+"/log/checkpoint")
	if err != nil {
		return 0, nil // the first one is not public yet
	}
	known := []note.Verifier{n.verifier}
	for _, w := range all {
		v, err := torchwood.NewCosignatureVerifier(w.vkey)
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, v)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil || len(opened.UnverifiedSigs) > 0 {
		t.Fatalf("checkpoint with a signature by nobody: %v\n%s", err, signed)
	}
	point, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range opened.Sigs[1:] {
		names = append(names, s.Name)
	}
	return point.N, names
}

// cosigned waits until the public checkpoint has a size and the cosignatures of witnesses, and gives how long it took.
func (n *node) cosigned(t *testing.T, size int, all ...*litewitness) time.Duration {
	t.Helper()
	start := time.Now()
	eventually(t, fmt.Sprintf("%d are cosigned by %d witnesses", size, len(all)), func() bool {
		public, names := n.cosigners(t, all...)
		return public == int64(size) && len(names) == len(all)
	})
	return time.Since(start)
}

// verify runs `arobase verify` on a proof, under a policy.
func verify(t *testing.T, proof []byte, log string, quorum string, all ...*litewitness) error {
	t.Helper()
	b, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	policy := "log " + log + "\n"
	for i, w := range all {
		policy += fmt.Sprintf("witness w%d %s\n", i, w.vkey)
	}
	policy += "group any any w0 w1\ngroup all all w0 w1\nquorum " + quorum + "\n"
	file := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(file, []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(b.arobase, "verify", "-", "--policy", file)
	run.Stdin = bytes.NewReader(proof)
	out, err := run.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil && strings.HasSuffix(string(out), "\nverified\n"):
		return nil
	case errors.As(err, &exit) && exit.ExitCode() == 3:
		return fmt.Errorf("%s", out)
	}
	t.Fatalf("arobase verify: %v\n%s", err, out)
	return nil
}

// The reference witness cosigns our log: as it grows, after it was set back, after it was away; and alone it is one
// witness and not two.
func TestLitewitness(t *testing.T) {
	if _, err := programs(); err != nil {
		t.Fatal(err)
	}
	n := newNode(t)
	one, two := newLitewitness(t, "one.example/w", 11), newLitewitness(t, "two.example/w", 12)
	one.know(t, n.verifier, n.vkey)
	collector, end := n.cosign(t, ourlog.AllWitnesses, one, two)

	n.grow(t, 1)
	n.cosigned(t, 1, one)
	eventually(t, "the second witness says that it does not know the log", func() bool {
		problem, ok := errors.AsType[*ourlog.WitnessError](collector.State()[1].Problem)
		return ok && problem.Problem == ourlog.WitnessUnknownLog
	})
	two.know(t, n.verifier, n.vkey)

	// Growth, at sizes with short and long proofs. The second starts late, from nothing.
	for _, size := range []int{2, 3, 255, 256, 257, 1000, 4096, 4099, 70_000} {
		n.grow(t, size)
		took := n.cosigned(t, size, one, two)
		t.Logf("%d: cosigned by both in %v", size, took)
	}
	proof, err := n.log.Proof(t.Context(), 69_999)
	if err != nil {
		t.Fatal(err)
	}
	for _, quorum := range []string{"w0", "w1", "any", "all", "none"} {
		if err := verify(t, proof, n.vkey, quorum, one, two); err != nil {
			t.Errorf("cosigned by both, quorum %s: %v", quorum, err)
		}
	}

	// The first is set back to an older state, as after a restored backup: it says so (409) and gets the proof from there.
	one.stop(t)
	older, err := os.ReadFile(one.file())
	if err != nil {
		t.Fatal(err)
	}
	one.start(t)
	n.grow(t, 70_100)
	n.cosigned(t, 70_100, one, two)
	one.stop(t)
	if err := os.WriteFile(one.file(), older, 0o600); err != nil {
		t.Fatal(err)
	}
	one.start(t)
	n.grow(t, 70_200)
	n.cosigned(t, 70_200, one, two)
	if s := collector.State()[0]; s.Problem != nil || s.Size != 70_200 {
		t.Errorf("after it was set back: %v", s)
	}

	// The first is down. The log goes on, with the other's cosignature, and no later than after the grace.
	// A loaded machine is late now and then; a log that waits for the witness, for as long as one is asked, is late each time.
	one.stop(t)
	quickest := time.Hour
	for size := 70_300; size <= 70_500; size += 100 {
		n.grow(t, size)
		start := time.Now()
		eventually(t, "the checkpoint is public", func() bool { public, _ := n.cosigners(t, one, two); return public == int64(size) })
		took := time.Since(start)
		t.Logf("%d: public after %v with a witness down", size, took)
		quickest = min(quickest, took)
		n.cosigned(t, size, two)
	}
	if quickest > 4*time.Second {
		t.Errorf("with a witness down a checkpoint was public after %v at the soonest", quickest)
	}
	if head, err := n.log.Checkpoint(t.Context()); err != nil || n.log.Witnesses.Met(head) {
		t.Errorf("a quorum of two is met by one: %v", err)
	}
	if proof, err = n.log.Proof(t.Context(), 70_499); err != nil {
		t.Fatal(err)
	}
	for quorum, accepted := range map[string]bool{"w0": false, "w1": true, "any": true, "all": false, "none": true} {
		if err := verify(t, proof, n.vkey, quorum, one, two); (err == nil) != accepted {
			t.Errorf("cosigned by the second only, quorum %s: %v", quorum, err)
		}
	}

	// With a quorum of one, that one is enough, and there is nothing to wait for.
	end()
	collector, end = n.cosign(t, 1, one, two)
	n.grow(t, 70_600)
	took := n.cosigned(t, 70_600, two)
	t.Logf("quorum 1 of 2: public after %v", took)
	if head, err := n.log.Checkpoint(t.Context()); err != nil || !n.log.Witnesses.Met(head) {
		t.Errorf("a quorum of one is not met by one: %v", err)
	}

	// It comes back and catches up by itself, without a new event.
	one.start(t)
	t.Logf("the witness that was down has caught up after %v", n.cosigned(t, 70_600, one, two))
	if s := collector.State()[0]; s.Problem != nil || s.Size != 70_600 {
		t.Errorf("after it was away: %v", s)
	}

	// The log is set back, and the witnesses know better: an alarm, and they sign nothing else.
	end()
	shorter := newNode(t)
	shorter.grow(t, 70_000)
	collector, end = shorter.cosign(t, ourlog.AllWitnesses, one, two)
	eventually(t, "both raise the alarm", func() bool {
		for _, s := range collector.State() {
			if problem, ok := errors.AsType[*ourlog.WitnessError](s.Problem); !ok || problem.Problem != ourlog.WitnessAhead || problem.Size != 70_600 {
				return false
			}
		}
		return true
	})
	shorter.cosigned(t, 70_000)
	end()
}

// The program itself: serve has what import signed cosigned by litewitness, and the directory's proofs carry that.
func TestServeBeforeLitewitness(t *testing.T) {
	b, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	run := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command(b.arobase, append(args, "--data", data)...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, errs.Bytes())
		}
		return out.Bytes()
	}
	history, err := filepath.Abs("../../../history")
	if err != nil {
		t.Fatal(err)
	}
	one, two := newLitewitness(t, "one.example/w", 11), newLitewitness(t, "two.example/w", 12)
	for i, files := range []string{filepath.Join(history, "sources.csv"), history} {
		run("import", files)
		key := strings.TrimSpace(string(run("log", "key")))
		log, err := note.NewVerifier(key)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			one.know(t, log, key)
		}
		listen := freeAddress(t)
		serve := exec.Command(b.arobase, "serve", "--data", data, "--listen", listen, "--admin", "127.0.0.1:0", "--witness", one.flag())
		serve.Stderr = io.Discard
		if err := serve.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "serve gives a cosigned checkpoint", func() bool {
			signed, err := get(t.Context(), http.DefaultClient, "http://"+listen+"/log/checkpoint")
			return err == nil && strings.Contains(string(signed), "— one.example/w ")
		})
		if err := serve.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := serve.Wait(); err != nil {
			t.Error(err)
		}
		proof := run("log", "proof", "3")
		for quorum, accepted := range map[string]bool{"w0": true, "w1": false, "any": true, "all": false} {
			if err := verify(t, proof, key, quorum, one, two); (err == nil) != accepted {
				t.Errorf("quorum %s: %v", quorum, err)
			}
		}
	}
}
