package main

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog/witnesstest"
)

func fetch(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(longest); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in %v: %s", longest, what)
		}
	}
}

// A server with a witness that cosigns and one that is away: checkpoint, proof, page, readiness and metrics say so, and
// a proof satisfies a policy that asks for the first and none that asks for the second.
func TestServeWithWitnesses(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	_, key, _ := command(t, "log", "key", "--data", dir)
	key = strings.TrimSpace(key)
	well, away := witnesstest.New("well.example", 1, key), witnesstest.New("away.example", 2, key)
	away.Behave(witnesstest.Behaviour{Answer: witnesstest.Always(404, "text/plain", "unknown log")})
	policy := func(name, quorum string, witnesses ...string) string {
		path := filepath.Join(t.TempDir(), name)
		text := "log " + key + "\n" + strings.Join(witnesses, "\n") + "\nquorum " + quorum + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wellServer, awayServer := httptest.NewServer(well), httptest.NewServer(away)
	defer wellServer.Close()
	defer awayServer.Close()
	s := settings{data: dir, listen: free(t), admin: free(t)}
	s.witnesses.policy = policy("serve", "any", "witness w "+well.Key()+" "+wellServer.URL, "witness a "+away.Key(), "group any any w a")
	s.witnesses.addresses = []string{awayServer.URL + "#" + away.Key()}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, s, slog.New(slog.DiscardHandler)) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	site, admin := "http://"+s.listen, "http://"+s.admin
	eventually(t, "the server answers", func() bool {
		answer, err := http.Get(admin + "/readyz")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	})
	eventually(t, "the checkpoint is cosigned", func() bool { return strings.Contains(fetch(t, site+"/log/checkpoint"), "— well.example ") })
	eventually(t, "the other was asked", func() bool { return len(away.Asked()) > 0 })

	for _, w := range []*witnesstest.Witness{well, away} {
		if agents := w.Agents(); len(agents) != 1 || !strings.HasPrefix(agents[0], "arobase/") {
			t.Errorf("%s was asked by %v", w.Name(), agents)
		}
	}
	served := fetch(t, site+"/log/checkpoint")
	size := strings.Split(served, "\n")[1]
	if got := fetch(t, site+"/log/checkpoints/"+size); got != served {
		t.Errorf("by its size:\n%s\nwant\n%s", got, served)
	}
	ready := fetch(t, admin+"/readyz")
	for _, want := range []string{
		`"ok":true`, `"witnesses":"1 of 2 have cosigned the public checkpoint, the quorum is met"`, `"witness well.example":"cosigned at ` + size + `"`,
		`"witness away.example":"does not know this log: its operator must add the origin and the key of this log; it said \"unknown log\"`,
	} {
		if !strings.Contains(strings.ReplaceAll(ready, `\\\"`, `\"`), want) {
			t.Errorf("readiness lacks %s:\n%s", want, ready)
		}
	}
	metrics := fetch(t, admin+"/metrics")
	for _, want := range []string{
		`arobase_witness_size{witness="well.example"} ` + size, `arobase_witness_size{witness="away.example"} 0`,
		`arobase_witness_failures_total{witness="well.example"} 0`, `arobase_witness_failures_total{witness="away.example"} `,
		`arobase_witness_alarm{witness="away.example"} 0`, "arobase_log_cosigned_size " + size, "arobase_log_public_size " + size, "arobase_log_quorum_met 1",
	} {
		if !strings.Contains(metrics, "\n"+want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	for path, want := range map[string]string{
		"/registre":  "Cosigné par 1 des 2 témoins, des tiers à qui chaque point de contrôle est montré.",
		"/en/ledger": "Co-signed by 1 of 2 witnesses, strangers to whom every checkpoint is shown.",
	} {
		if page := fetch(t, site+path); !strings.Contains(page, want) || !strings.Contains(page, "— well.example ") {
			t.Errorf("%s lacks %q or the cosignature", path, want)
		}
	}

	// The directory gives the same, and its proofs carry the cosignature.
	if code, out, errs := command(t, "log", "checkpoint", "--data", dir); code != exitOK || out != served {
		t.Errorf("log checkpoint: exit %d %s\n%s", code, errs, out)
	}
	if code, out, errs := command(t, "log", "checkpoint", "--size", "1", "--data", dir); code != exitOK || !strings.HasPrefix(out, "arobase.localhost/log\n") {
		t.Errorf("log checkpoint --size 1: exit %d %s\n%s", code, errs, out)
	}
	proof := filepath.Join(t.TempDir(), "record.tlog-proof")
	if code, _, errs := command(t, "log", "proof", "3", "--data", dir, "--out", proof); code != exitOK {
		t.Fatal(errs)
	}
	for name, tt := range map[string]struct {
		policy string
		code   int
	}{
		"the one that signed":        {policy("a", "w", "witness w "+well.Key()), exitOK},
		"the one that did not":       {policy("b", "a", "witness a "+away.Key()), exitUnproven},
		"one of two":                 {policy("c", "g", "witness w "+well.Key(), "witness a "+away.Key(), "group g any w a"), exitOK},
		"two of two":                 {policy("d", "g", "witness w "+well.Key(), "witness a "+away.Key(), "group g all w a"), exitUnproven},
		"another key of that name":   {policy("e", "w", "witness w "+witnesstest.Signer("well.example", 9).Verifier().String()), exitUnproven},
		"the policy that serve uses": {s.witnesses.policy, exitOK},
	} {
		code, out, errs := command(t, "verify", proof, "--policy", tt.policy)
		if code != tt.code || (code == exitUnproven && !strings.HasPrefix(out, "not verified: signatures: ")) {
			t.Errorf("a policy that asks for %s: exit %d, want %d\n%s%s", name, code, tt.code, out, errs)
		}
	}
}

// What cannot work is said before anything is served, with what to write.
func TestServeWithWrongWitnesses(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	_, key, _ := command(t, "log", "key", "--data", dir)
	one := witnesstest.Signer("one.example", 1).Verifier().String()
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "policy")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	log := "log " + key
	_, stranger, err := note.GenerateKey(rand.Reader, "example.org/log")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no key":               {[]string{"--witness", "https://one.example"}, exitUsage, "say --witness 'https://one.example#KEY', or have the line 'witness NAME KEY https://one.example' in the file of --policy"},
		"a wrong key":          {[]string{"--witness", "https://one.example#" + strings.TrimSpace(key)}, exitUsage, "is not an Ed25519 cosignature key"},
		"not an address":       {[]string{"--witness", "one.example#" + one}, exitUsage, "is not the address of a witness"},
		"a quorum of words":    {[]string{"--witness", "https://one.example#" + one, "--quorum", "most"}, exitUsage, `--quorum is a number of witnesses, or all, not "most"`},
		"too great a quorum":   {[]string{"--witness", "https://one.example#" + one, "--quorum", "2"}, exitUsage, "a quorum of 2 out of 1 witnesses"},
		"a quorum of nobody":   {[]string{"--quorum", "1"}, exitUsage, "a quorum of 1 out of 0 witnesses"},
		"two quorums":          {[]string{"--policy", file(log + "witness w " + one + " https://one.example\nquorum w\n"), "--quorum", "1"}, exitUsage, "--policy has a quorum of its own"},
		"no such policy":       {[]string{"--policy", filepath.Join(dir, "nowhere")}, exitFailed, "reading the policy"},
		"a policy for another": {[]string{"--policy", file("log " + stranger + "\nwitness w " + one + " https://one.example\nquorum w\n")}, exitUsage, "it needs the line 'log " + strings.TrimSpace(key) + "'"},
		"no address":           {[]string{"--policy", file(log + "witness w " + one + "\nquorum w\n")}, exitUsage, "write it behind the key: witness NAME KEY URL"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, tt.args...)
			ctx, cancel := context.WithTimeout(t.Context(), longest)
			defer cancel()
			var out, errs strings.Builder
			code := run(ctx, args, strings.NewReader(""), &out, &errs)
			if code != tt.code || !strings.Contains(errs.String(), tt.says) {
				t.Errorf("exit %d, want %d, saying %q:\n%s", code, tt.code, tt.says, errs.String())
			}
		})
	}
	for _, size := range []string{"0", "-1"} {
		if code, _, errs := command(t, "log", "checkpoint", "--size", size, "--data", dir); code != exitUsage {
			t.Errorf("--size %s: exit %d: %s", size, code, errs)
		}
	}
	if code, _, errs := command(t, "log", "checkpoint", "--size", "1000000", "--data", dir); code != exitFailed || !strings.Contains(errs, "no checkpoint of 1000000 records or more is signed; the last has ") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
