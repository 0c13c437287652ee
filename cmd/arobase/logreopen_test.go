package main

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"arobase/api/tlog"
	"arobase/domain"
)

const secondOrigin = "label.example/log-2"

// reopenedBy is the record that closes the first origin.
func reopenedBy(t *testing.T, dir string) (r domain.OriginOpened, index uint64) {
	t.Helper()
	o, err := dataDir(dir).read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	origins, err := o.Origins(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := len(origins)
	if n < 2 || origins[n-2].Closed == nil {
		t.Fatalf("no origin is closed: %+v", origins)
	}
	return domain.OriginOpened{Origin: origins[n-1].Name, Key: origins[n-1].Keys[0].Key, Closed: *origins[n-2].Closed}, origins[n-1].Since
}

// Records that were signed are lost for good: the log goes on under another name, cites what it had promised, and every
// record that is left keeps its place.
func TestReopen(t *testing.T) {
	t.Parallel()
	l := newLostLog(t)
	oldProof := filepath.Join(t.TempDir(), "old")
	promised, _ := does(t, exitOK, "log", "checkpoint", "--data", l.dir)
	left := uint64(sizeOf(filepath.Join(l.dir, ledgerFile)))
	served(t, l.dir, func(_ string, ready map[string]string) {
		if !strings.HasPrefix(ready["log"], "refused: the tree is shorter: ") {
			t.Fatalf("readiness says %q", ready["log"])
		}
	})

	out, errs := does(t, exitOK, "log", "reopen", "--origin", secondOrigin, "--cause", "history-lost", "--data", l.dir)
	key := strings.TrimSpace(out)
	said, index := reopenedBy(t, l.dir)
	lines := strings.Split(promised, "\n")
	if index != left || said.Key != key || said.Closed.Key != l.key || fmt.Sprint(said.Closed.Size) != lines[1] || said.Closed.Root != lines[2] || said.Closed.Origin != firstOrigin {
		t.Errorf("recorded %+v at %d; promised was\n%s", said, index, promised)
	}
	for _, part := range []string{"nothing leads from the old key to the new one", secondOrigin, firstOrigin + " is closed", lines[1], "is destroyed"} {
		if !strings.Contains(errs, part) {
			t.Errorf("it does not say %q:\n%s", part, errs)
		}
	}
	if domain.VerifierKeyName(key) != secondOrigin || keyOf(t, l.dir) != key || has(l.dir, nextKeyFile) || holdsSecret(t, l.dir, l.file) != nil {
		t.Errorf("in force is %s; the old private key is in %v", keyOf(t, l.dir), holdsSecret(t, l.dir, l.file))
	}
	now, _ := does(t, exitOK, "log", "checkpoint", "--data", l.dir)
	if !strings.HasPrefix(now, fmt.Sprintf("%s\n%d\n", secondOrigin, left+1)) {
		t.Errorf("the checkpoint is\n%s", now)
	}
	if again, _ := does(t, exitOK, "log", "checkpoint", "--origin", firstOrigin, "--data", l.dir); again != promised {
		t.Errorf("what was promised is now\n%s", again)
	}
	does(t, exitUsage, "log", "checkpoint", "--origin", "label.example/other", "--data", l.dir)
	if out, _ := does(t, exitOK, "check", "--data", l.dir); !strings.Contains(out, "of "+firstOrigin+", which is closed; the last of size "+lines[1]) {
		t.Errorf("check says\n%s", out)
	}

	// A record of the time before has its index and verifies by the new key; the old proof still does by the old one.
	does(t, exitOK, "log", "proof", "0", "--data", l.dir, "--out", oldProof)
	does(t, exitOK, "verify", oldProof, "--key", key)
	does(t, exitOK, "verify", l.proof, "--key", l.key)
	if out, _ := does(t, exitUnproven, "verify", oldProof, "--key", l.key); strings.Contains(out, "--rotations") {
		t.Errorf("rotations are said to help:\n%s", out)
	}

	// What is served is under the new name, and goes on.
	served(t, l.dir, func(site string, ready map[string]string) {
		if ready["log"] != fmt.Sprintf("signed at %d", left+1) {
			t.Errorf("readiness says %q", ready["log"])
		}
		if got := fetched(t, site+"/log/checkpoint"); got != now {
			t.Errorf("served is\n%s", got)
		}
		if got := fetched(t, site+"/log/rotations"); !strings.Contains(got, secondOrigin) || !strings.Contains(got, `"rotations": []`) {
			t.Errorf("the rotations are\n%s", got)
		}
	})
	does(t, exitOK, "import", "--data", l.dir, "../../history/collectivities.csv")
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	if n := rotations(t, l.dir); n != 1 {
		t.Errorf("%d rotations under the new name", n)
	}
	does(t, exitOK, "check", "--data", l.dir)

	// And once more.
	does(t, exitOK, "log", "reopen", "--origin", "label.example/log-3", "--cause", "other", "--data", l.dir)
	if out, _ := does(t, exitOK, "log", "key", "--all", "-o", "csv", "--data", l.dir); strings.Count(out, "\r\n") != 5 {
		t.Errorf("the keys are\n%s", out)
	}
	does(t, exitOK, "check", "--data", l.dir)
	does(t, exitFailed, "log", "reopen", "--origin", firstOrigin, "--cause", "other", "--data", l.dir)
	does(t, exitOK, "check", "--data", l.dir)
}

func fetched(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v\n%s", address, answer.Status, err, body)
	}
	return string(body)
}

// Metrics and pages name the log as it is called now.
func TestReopenIsTold(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	does(t, exitOK, "log", "reopen", "--origin", secondOrigin, "--cause", "operator-changed", "--data", l.dir)
	key := keyOf(t, l.dir)
	o, err := dataDir(l.dir).read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	p, err := o.readLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	families, err := newMetrics(&node{opened: o, logParts: p, signer: tlog.NewSigner(p.key, p.tree, p.heads, time.Now)}).registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(families); !strings.Contains(text, secondOrigin) || strings.Contains(text, `"`+firstOrigin+`"`) {
		t.Error("the metrics name another origin")
	}
	served(t, l.dir, func(site string, _ map[string]string) {
		page := html.UnescapeString(fetched(t, site+"/en/ledger"))
		for _, part := range []string{key, "Another organisation keeps the ledger from now on: the name " + firstOrigin + " is closed"} {
			if !strings.Contains(page, part) {
				t.Errorf("the page does not say %q", part)
			}
		}
		if strings.Contains(page, l.key) {
			t.Error("the page shows the old key")
		}
	})
	if out, _ := does(t, exitOK, "events", "--data", l.dir, "--type", "origin-opened"); !strings.Contains(out, firstOrigin+" -> "+secondOrigin+" (operator-changed)") {
		t.Errorf("events:\n%s", out)
	}
}

// Wherever reopening is interrupted after the ledger says so, whoever comes next finishes it; before that nothing has
// happened.
func TestInterruptedReopening(t *testing.T) {
	t.Parallel()
	record := func(t *testing.T, l theLog) (next []byte) {
		t.Helper()
		written(t, l.dir, func(o *opened) {
			origins, err := o.Origins(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := o.openOrigin(t.Context(), origins, reopening{origin: secondOrigin, cause: "other"}); err != nil {
				t.Fatal(err)
			}
			next = contentOf(t, l.dir, nextKeyFile)
		})
		return next
	}
	finishers := map[string]func(t *testing.T, l theLog){
		"reopen": func(t *testing.T, l theLog) {
			if _, errs := does(t, exitOK, "log", "reopen", "--origin", secondOrigin, "--cause", "other", "--data", l.dir); !strings.Contains(errs, "interrupted") {
				t.Errorf("said %q", errs)
			}
		},
		"rotate": func(t *testing.T, l theLog) {
			if _, errs := does(t, exitOK, "log", "rotate", "--data", l.dir); !strings.Contains(errs, "interrupted") {
				t.Errorf("said %q", errs)
			}
		},
		"serve": func(t *testing.T, l theLog) {
			served(t, l.dir, func(_ string, ready map[string]string) {
				if !strings.HasPrefix(ready["log"], "signed at ") {
					t.Errorf("readiness says %q", ready["log"])
				}
			})
		},
		"import": func(t *testing.T, l theLog) {
			does(t, exitOK, "import", "--data", l.dir, "../../history/sources.csv")
		},
	}
	points := map[string]func(t *testing.T, l theLog) (next []byte){
		"after the record": record,
		"after its file of checkpoints was made": func(t *testing.T, l theLog) []byte {
			next := record(t, l)
			written(t, l.dir, func(o *opened) {
				s, err := o.signing(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				heads, err := o.openHeads(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				heads.Close()
			})
			return next
		},
		"after its first checkpoint was signed": func(t *testing.T, l theLog) []byte {
			next := record(t, l)
			written(t, l.dir, func(o *opened) {
				if err := o.signNow(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
			put(t, l.dir, nextKeyFile, next)
			put(t, l.dir, keyFile, l.file)
			return next
		},
	}
	for at, interrupt := range points {
		for by, finish := range finishers {
			t.Run(at+", "+by, func(t *testing.T) {
				l := newLostLog(t)
				next := interrupt(t, l)
				if _, errs := does(t, exitFailed, "log", "proof", "0", "--data", l.dir); !strings.Contains(errs, "interrupted") {
					t.Errorf("asking in between: %s", errs)
				}
				finish(t, l)
				if !bytes.Equal(contentOf(t, l.dir, keyFile), next) || has(l.dir, nextKeyFile) || holdsSecret(t, l.dir, l.file) != nil {
					t.Error("the new key is not in the place of the old")
				}
				if out, _ := does(t, exitOK, "log", "checkpoint", "--data", l.dir); !strings.HasPrefix(out, secondOrigin+"\n") {
					t.Errorf("the checkpoint is\n%s", out)
				}
				if out, _ := does(t, exitOK, "events", "--data", l.dir, "--type", "origin-opened", "-o", "jsonl"); strings.Count(out, "\n") != 1 {
					t.Errorf("the ledger says it %d times", strings.Count(out, "\n"))
				}
				does(t, exitOK, "check", "--data", l.dir)
			})
		}
	}

	t.Run("before the record", func(t *testing.T) {
		l := newTheLog(t)
		written(t, l.dir, func(o *opened) { makeNext(t, o, secondOrigin) })
		does(t, exitOK, "import", "--data", l.dir, "../../history/collectivities.csv")
		does(t, exitOK, "check", "--data", l.dir)
		if keyOf(t, l.dir) != l.key {
			t.Error("another key is in force")
		}
		does(t, exitOK, "log", "reopen", "--origin", "label.example/third", "--cause", "other", "--data", l.dir)
		does(t, exitOK, "check", "--data", l.dir)
		if r, _ := reopenedBy(t, l.dir); r.Origin != "label.example/third" || has(l.dir, nextKeyFile) {
			t.Errorf("recorded %+v", r)
		}
	})
}

// A rotation that could not be finished because records are lost does not keep the log from being reopened.
func TestReopenAfterAnInterruptedRotation(t *testing.T) {
	t.Parallel()
	l := newLostLog(t)
	written(t, l.dir, func(o *opened) { name(t, o, l.key) })
	named := keyOf(t, l.dir)
	does(t, exitFailed, "log", "rotate", "--data", l.dir)
	does(t, exitOK, "log", "reopen", "--origin", secondOrigin, "--cause", "history-lost", "--data", l.dir)
	if r, _ := reopenedBy(t, l.dir); r.Closed.Key != named {
		t.Errorf("closed the key %s, and in force was %s", r.Closed.Key, named)
	}
	does(t, exitOK, "check", "--data", l.dir)
}

// Whoever takes over a ledger without its private key can go on under another name, if he knows the public one.
func TestReopenWithoutTheOldKey(t *testing.T) {
	t.Parallel()
	reopen := []string{"log", "reopen", "--origin", secondOrigin, "--cause", "operator-changed"}
	l := newTheLog(t)
	if err := os.Remove(filepath.Join(l.dir, keyFile)); err != nil {
		t.Fatal(err)
	}
	if _, errs := does(t, exitFailed, append(reopen, "--data", l.dir)...); !strings.Contains(errs, "--old-key") {
		t.Errorf("without the public key: %s", errs)
	}
	_, other, err := note.GenerateKey(bytes.NewReader(make([]byte, 32)), firstOrigin)
	if err != nil {
		t.Fatal(err)
	}
	size := sizeOf(filepath.Join(l.dir, ledgerFile))
	for _, wrong := range []string{other, "no key", strings.Replace(other, firstOrigin, "label.example/other", 1)} {
		does(t, exitFailed, append(reopen, "--data", l.dir, "--old-key", wrong)...)
		if sizeOf(filepath.Join(l.dir, ledgerFile)) != size || has(l.dir, nextKeyFile) {
			t.Errorf("it began with the old key %q", wrong)
		}
	}
	does(t, exitOK, append(reopen, "--data", l.dir, "--old-key", l.key)...)
	does(t, exitOK, "check", "--data", l.dir)

	// Nor are the old checkpoints needed: then it cites that none is known.
	l = newTheLog(t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(l.dir, headsFile+suffix))
	}
	does(t, exitOK, append(reopen, "--data", l.dir)...)
	if r, _ := reopenedBy(t, l.dir); r.Closed.Size != 0 || r.Closed.Root != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" || r.Closed.Key != l.key {
		t.Errorf("recorded %+v", r)
	}
	if out, _ := does(t, exitOK, "check", "--data", l.dir); !strings.Contains(out, "not kept here") {
		t.Errorf("check says\n%s", out)
	}
}

// What cannot be meant is refused before anything is written.
func TestReopenRefuses(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	size := sizeOf(filepath.Join(l.dir, ledgerFile))
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"--origin", secondOrigin}, exitUsage},
		{[]string{"--cause", "other"}, exitUsage},
		{[]string{"--origin", secondOrigin, "--cause", "fun"}, exitUsage},
		{[]string{"--origin", "label example", "--cause", "other"}, exitUsage},
		{[]string{"--origin", "Label.Example", "--cause", "other"}, exitUsage},
		{[]string{"--origin", firstOrigin, "--cause", "other"}, exitFailed},
	} {
		does(t, c.code, append([]string{"log", "reopen", "--data", l.dir}, c.args...)...)
		if sizeOf(filepath.Join(l.dir, ledgerFile)) != size || has(l.dir, nextKeyFile) || keyOf(t, l.dir) != l.key {
			t.Errorf("%q began to reopen", c.args)
		}
	}
	does(t, exitOK, "check", "--data", l.dir)
	does(t, exitOK, "log", "reopen", "--keep-old", "--origin", secondOrigin, "--cause", "other", "--data", l.dir)
	if !bytes.Equal(contentOf(t, l.dir, retiredKeyFile(l.key)), l.file) {
		t.Error("the old key is not kept")
	}
}

// What was signed under a closed name is held against its keys, against itself, and against what the ledger cites.
func TestCheckOfAClosedName(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	does(t, exitOK, "log", "reopen", "--origin", secondOrigin, "--cause", "other", "--data", l.dir)
	for statement, why := range map[string]string{
		`DROP TRIGGER checkpoints_remain; DELETE FROM checkpoints WHERE size = (SELECT max(size) FROM checkpoints)`:                          "the ledger cites one of size",
		`DROP TRIGGER checkpoints_stay; UPDATE checkpoints SET root = zeroblob(32) WHERE size = (SELECT min(size) FROM checkpoints)`:         "noted beside it",
		`DROP TRIGGER checkpoints_stay; UPDATE checkpoints SET size = 1 WHERE size = (SELECT min(size) FROM checkpoints)`:                    "noted beside it",
		`DROP TRIGGER checkpoints_stay; UPDATE checkpoints SET signed = CAST(replace(CAST(signed AS TEXT), 'label.ex', 'Label.ex') AS BLOB)`: "no verifiable signatures",
	} {
		dir := copied(t, l.dir)
		edit(t, filepath.Join(dir, headsFile), statement)
		if out, _ := does(t, exitUnproven, "check", "--data", dir); !strings.Contains(out, "not verified: log.db: ") || !strings.Contains(out, why) {
			t.Errorf("%s: check says\n%s", statement, out)
		}
	}
}

// A checkpoint of another log is not one of this one, even if a key of this one signed it.
func TestCheckHeadHoldsTheName(t *testing.T) {
	t.Parallel()
	skey, vkey, err := note.GenerateKey(bytes.NewReader(make([]byte, 32)), firstOrigin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	for origin, good := range map[string]bool{firstOrigin: true, secondOrigin: false} {
		c := torchwood.Checkpoint{Origin: origin, Tree: xtlog.Tree{N: 7}}
		signed, err := note.Sign(&note.Note{Text: c.String()}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkHead(tlog.Head{Size: 7, Signed: signed}, vkey, vkey); (err == nil) != good {
			t.Errorf("a checkpoint of %s: %v", origin, err)
		}
	}
}
