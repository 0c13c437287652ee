package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"arobase/api/tlog"
	"arobase/domain"
)

// theLog is a data directory whose log has its first key, and what was known of it then.
type theLog struct {
	dir    string
	key    string // the public key
	file   []byte // log.key
	proof  string // a file: the proof of record 0
	newest []byte // ledger.db with more records
}

const firstOrigin = "label.example/log"

// templates are the files of directories that many tests begin with, by whether records are lost in them.
var templates struct {
	sync.Mutex
	files map[bool]map[string][]byte // guarded by Mutex
	proof []byte
	more  []byte // ledger.db with the records that are lost in the other
}

// newTheLog gives a log of some records.
func newTheLog(t *testing.T) theLog { return logFrom(t, false) }

// newLostLog gives a log with an older copy of the records under it: it cannot be signed.
func newLostLog(t *testing.T) theLog { return logFrom(t, true) }

func logFrom(t *testing.T, lost bool) theLog {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	if templates.files == nil {
		makeTemplates(t)
	}
	l := theLog{dir: filepath.Join(t.TempDir(), "data"), proof: filepath.Join(t.TempDir(), "genesis.tlog-proof"), newest: templates.more}
	if err := os.Mkdir(l.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range templates.files[lost] {
		put(t, l.dir, name, content)
	}
	if err := takePlace(l.dir); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(l.proof), "genesis.tlog-proof", templates.proof)
	l.file, l.key = contentOf(t, l.dir, keyFile), keyOf(t, l.dir)
	return l
}

func makeTemplates(t *testing.T) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	does(t, exitOK, "init", "--data", dir, "--origin", firstOrigin)
	does(t, exitOK, "import", "--data", dir, "../../history/sources.csv")
	proof, _ := does(t, exitOK, "log", "proof", "0", "--data", dir)
	whole := filesOfDir(t, dir)
	does(t, exitOK, "import", "--data", dir, "../../history/collectivities.csv")
	lost := filesOfDir(t, dir)
	templates.proof, templates.more = []byte(proof), lost[ledgerFile]
	lost[ledgerFile] = whole[ledgerFile]
	templates.files = map[bool]map[string][]byte{false: whole, true: lost}
}

func filesOfDir(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.Name()] = contentOf(t, dir, e.Name())
	}
	return files
}

// does runs a command that must end with a code, and gives what it printed.
func does(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	code, out, errs := command(t, args...)
	if code != want {
		t.Fatalf("%q: exit %d, want %d\n%s%s", args, code, want, out, errs)
	}
	return out, errs
}

func keyOf(t *testing.T, dir string) string {
	t.Helper()
	out, _ := does(t, exitOK, "log", "key", "--data", dir)
	return strings.TrimSpace(out)
}

func contentOf(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func put(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func has(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// written opens the ledger as a process that writes, for one thing.
func written(t *testing.T, dir string, do func(o *opened)) {
	t.Helper()
	o, err := dataDir(dir).writeExisting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	do(o)
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
}

// rotationsOf is the document that a log serves.
func rotationsOf(t *testing.T, dir string) []byte {
	t.Helper()
	o, err := dataDir(dir).read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	p, err := o.readLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	document, err := p.log.Rotations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// rotations is how many the document of a log tells.
func rotations(t *testing.T, dir string) int {
	t.Helper()
	var d struct{ Rotations []any }
	if err := json.Unmarshal(rotationsOf(t, dir), &d); err != nil {
		t.Fatal(err)
	}
	return len(d.Rotations)
}

// signatures are how many signatures of its own name each checkpoint in a file has, in order.
func signatures(t *testing.T, dir string, origin int) (all []int) {
	t.Helper()
	written(t, dir, func(o *opened) {
		heads, err := o.openHeads(t.Context(), signing{origins: make([]domain.LogOrigin, origin+1)})
		if err != nil {
			t.Fatal(err)
		}
		defer heads.Close()
		for size := int64(1); ; {
			head, err := heads.At(t.Context(), size)
			if err != nil {
				return
			}
			all = append(all, bytes.Count(head.Signed, []byte("\n— ")))
			size = head.Size + 1
		}
	})
	return all
}

// holdsSecret lists the files of a directory that hold the private key of a key file.
func holdsSecret(t *testing.T, dir string, keyFile []byte) (names []string) {
	t.Helper()
	_, line, _ := bytes.Cut(keyFile, []byte("PRIVATE+KEY+")) // then the name, the hash, and the base64, in which a plus may stand too
	parts := bytes.SplitN(bytes.TrimSpace(line), []byte("+"), 3)
	if len(parts) != 3 || len(parts[2]) < 40 {
		t.Fatalf("this is no file of a key: %d parts", len(parts))
	}
	secret := parts[2]
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if bytes.Contains(contentOf(t, dir, e.Name()), secret) {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestRotate(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	held, err := os.Open(filepath.Join(l.dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	out, errs := does(t, exitOK, "log", "rotate", "--data", l.dir)
	key := strings.TrimSpace(out)
	if rest, err := io.ReadAll(held); err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		t.Errorf("whoever had the old key file open reads %q, %v", rest, err)
	}
	if key == l.key || key != keyOf(t, l.dir) || domain.VerifierKeyName(key) != firstOrigin {
		t.Errorf("printed %s; in force is %s, and was %s", key, keyOf(t, l.dir), l.key)
	}
	if !strings.Contains(errs, "the old private key "+domain.VerifierKeyID(l.key)+" is destroyed") {
		t.Errorf("said %q", errs)
	}
	if names := holdsSecret(t, l.dir, l.file); names != nil {
		t.Errorf("the old private key is in %v", names)
	}
	if names := holdsSecret(t, l.dir, contentOf(t, l.dir, keyFile)); !slices.Equal(names, []string{keyFile}) {
		t.Errorf("the new private key is in %v", names)
	}
	if info, err := os.Stat(filepath.Join(l.dir, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info.Mode(), err)
	}
	does(t, exitOK, "check", "--data", l.dir)
	if got := signatures(t, l.dir, 0); !slices.Equal(got, []int{1, 1, 2}) {
		t.Errorf("the checkpoints have %v signatures", got)
	}
	does(t, exitOK, "import", "--data", l.dir, "../../history/collectivities.csv")
	if got := signatures(t, l.dir, 0); !slices.Equal(got, []int{1, 1, 2, 1}) {
		t.Errorf("after an import the checkpoints have %v signatures", got)
	}
	does(t, exitOK, "check", "--data", l.dir)

	// Whoever has the first key verifies new proofs with the document, and only so; the old proof stays good.
	proof, document := filepath.Join(t.TempDir(), "proof"), filepath.Join(t.TempDir(), "rotations.json")
	does(t, exitOK, "log", "proof", "5", "--data", l.dir, "--out", proof)
	put(t, filepath.Dir(document), "rotations.json", rotationsOf(t, l.dir))
	out, _ = does(t, exitUnproven, "verify", proof, "--key", l.key)
	for _, part := range []string{"not verified: signatures: ", domain.VerifierKeyID(l.key), domain.VerifierKeyID(key), "--rotations", "/log/rotations"} {
		if !strings.Contains(out, part) {
			t.Errorf("verify does not say %q:\n%s", part, out)
		}
	}
	does(t, exitOK, "verify", proof, "--key", l.key, "--rotations", document)
	does(t, exitOK, "verify", proof, "--key", key)
	does(t, exitOK, "verify", l.proof, "--key", l.key)
	does(t, exitOK, "verify", l.proof, "--key", l.key, "--rotations", document)
	does(t, exitUnproven, "verify", l.proof, "--key", key)
	out, _ = does(t, exitUnproven, "verify", l.proof, "--key", key, "--rotations", document)
	if strings.Contains(out, "--rotations FILE") {
		t.Errorf("asks for what it was given:\n%s", out)
	}
	put(t, filepath.Dir(document), "rotations.json", bytes.Replace(rotationsOf(t, l.dir), []byte(`"index": `), []byte(`"index": 1`), 1))
	if out, _ = does(t, exitUnproven, "verify", proof, "--key", l.key, "--rotations", document); !strings.HasPrefix(out, "not verified: rotations: rotation 1 ") {
		t.Errorf("a document that lies:\n%s", out)
	}
	does(t, exitUsage, "verify", proof, "--policy", document, "--rotations", document)
	does(t, exitUsage, "verify", proof, "--key", "no key", "--rotations", document)
	does(t, exitFailed, "verify", proof, "--key", l.key, "--rotations", document+"x")
}

func TestRotateKeepsTheOldKeyOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	_, errs := does(t, exitOK, "log", "rotate", "--keep-old", "--data", l.dir)
	kept := retiredKeyFile(l.key)
	if !bytes.Equal(contentOf(t, l.dir, kept), l.file) || !strings.Contains(errs, kept) {
		t.Errorf("said %q", errs)
	}
	if info, err := os.Stat(filepath.Join(l.dir, kept)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the kept file: %v, %v", info.Mode(), err)
	}
	does(t, exitOK, "check", "--data", l.dir)
	if err := os.Chmod(filepath.Join(l.dir, kept), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, _ := does(t, exitUnproven, "check", "--data", l.dir); !strings.Contains(out, kept) {
		t.Errorf("check of a private key that others can read:\n%s", out)
	}
}

// Wherever a rotation is interrupted, whoever comes next finishes it: one record, one more key, one history.
func TestInterruptedRotation(t *testing.T) {
	t.Parallel()
	finishers := map[string]func(t *testing.T, l theLog){
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
	points := map[string]func(t *testing.T, l theLog){
		"after the new key was made": func(t *testing.T, l theLog) {
			written(t, l.dir, func(o *opened) { makeNext(t, o, firstOrigin) })
		},
		"after the ledger named it": func(t *testing.T, l theLog) {
			written(t, l.dir, func(o *opened) { name(t, o, l.key) })
		},
		"after the checkpoint was signed": func(t *testing.T, l theLog) {
			written(t, l.dir, func(o *opened) {
				name(t, o, l.key)
				next := contentOf(t, l.dir, nextKeyFile)
				if err := o.signNow(t.Context()); err != nil {
					t.Fatal(err)
				}
				put(t, l.dir, nextKeyFile, next)
				put(t, l.dir, keyFile, l.file)
			})
		},
	}
	for at, interrupt := range points {
		for by, finish := range finishers {
			t.Run(at+", "+by, func(t *testing.T) {
				l := newTheLog(t)
				interrupt(t, l)
				next := contentOf(t, l.dir, nextKeyFile)
				does(t, exitOK, "check", "--data", l.dir) // nothing is wrong with it in between
				does(t, exitOK, "log", "proof", "1", "--data", l.dir)
				finish(t, l)
				if !bytes.Equal(contentOf(t, l.dir, keyFile), next) || has(l.dir, nextKeyFile) {
					t.Error("the new key is not in the place of the old")
				}
				if key := keyOf(t, l.dir); key == l.key || rotations(t, l.dir) != 1 {
					t.Errorf("in force is %s after %d rotations", key, rotations(t, l.dir))
				}
				if got := signatures(t, l.dir, 0); !slices.Equal(got, []int{1, 1, 2}) {
					t.Errorf("the checkpoints have %v signatures", got)
				}
				if names := holdsSecret(t, l.dir, l.file); names != nil {
					t.Errorf("the old private key is in %v", names)
				}
				does(t, exitOK, "check", "--data", l.dir)
				does(t, exitOK, "log", "rotate", "--data", l.dir)
				if n := rotations(t, l.dir); n != 2 {
					t.Errorf("after one more rotation there are %d", n)
				}
			})
		}
	}
}

// Whoever finished a rotation goes on with the new key alone.
func TestAfterTheRotationOneKeySigns(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	written(t, l.dir, func(o *opened) {
		name(t, o, l.key)
		p, err := o.openLog(t.Context(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		another := makeNext(t, o, firstOrigin)
		if _, err := o.RotateKey(t.Context(), p.key.VerifierKey(), another.VerifierKey()); err != nil {
			t.Fatal(err)
		}
		if err := p.tree.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		head, err := tlog.NewSigner(p.key, p.tree, p.heads, time.Now).Sign(t.Context())
		if n := bytes.Count(head.Signed, []byte("\n— ")); err != nil || n != 1 {
			t.Errorf("%d signatures, %v\n%s", n, err, head.Signed)
		}
	})
}

func makeNext(t *testing.T, o *opened, origin string) *tlog.Key {
	t.Helper()
	key, err := o.makeNextKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func name(t *testing.T, o *opened, from string) {
	t.Helper()
	if _, err := o.RotateKey(t.Context(), from, makeNext(t, o, firstOrigin).VerifierKey()); err != nil {
		t.Fatal(err)
	}
}

// A key file of which only a part was written when the power went is no beginning of a rotation.
func TestHalfWrittenKey(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	var whole []byte
	written(t, l.dir, func(o *opened) {
		makeNext(t, o, firstOrigin)
		whole = contentOf(t, l.dir, nextKeyFile)
	})
	size := sizeOf(filepath.Join(l.dir, ledgerFile))
	for n := 0; n < len(whole); n += 7 {
		put(t, l.dir, nextKeyFile, whole[:n])
		does(t, exitOK, "import", "--data", l.dir, "../../history/sources.csv")
		if key := keyOf(t, l.dir); key != l.key || sizeOf(filepath.Join(l.dir, ledgerFile)) != size {
			t.Fatalf("with %d bytes of it: in force is %s", n, key)
		}
	}
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	if keyOf(t, l.dir) == l.key || rotations(t, l.dir) != 1 {
		t.Error("the key was not changed")
	}
}

// A log that cannot be signed keeps its key: nothing is made and nothing is recorded, whether the rotation begins now or
// was interrupted before.
func TestRotateOfALogThatCannotBeSigned(t *testing.T) {
	t.Parallel()
	l := newLostLog(t)
	size := sizeOf(filepath.Join(l.dir, ledgerFile))
	_, errs := does(t, exitFailed, "log", "rotate", "--data", l.dir)
	if has(l.dir, nextKeyFile) || sizeOf(filepath.Join(l.dir, ledgerFile)) != size {
		t.Errorf("it began to rotate: %s", errs)
	}
	written(t, l.dir, func(o *opened) { makeNext(t, o, firstOrigin) })
	does(t, exitFailed, "log", "rotate", "--data", l.dir)
	served(t, l.dir, func(_ string, ready map[string]string) {
		if !strings.HasPrefix(ready["log"], "refused") {
			t.Errorf("readiness says %q", ready["log"])
		}
	})
	if sizeOf(filepath.Join(l.dir, ledgerFile)) != size {
		t.Error("it recorded the next key")
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(l.dir, ledgerFile+suffix))
	}
	put(t, l.dir, ledgerFile, l.newest)
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	does(t, exitOK, "check", "--data", l.dir)
	if rotations(t, l.dir) != 1 {
		t.Error("with the records again the rotation was not finished")
	}
}

// Where both keys did not sign the checkpoint that covers the record, as when an older program signed it in between,
// nobody could follow: the old key stays.
func TestRotationThatNobodyCouldFollow(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	written(t, l.dir, func(o *opened) {
		name(t, o, l.key)
		p, err := o.readLog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		if _, err := tlog.NewSigner(p.key, p.tree, p.heads, time.Now).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if _, errs := does(t, exitFailed, "log", "rotate", "--data", l.dir); !strings.Contains(errs, "by the newer key") {
		t.Errorf("said %q", errs)
	}
	if !bytes.Equal(contentOf(t, l.dir, keyFile), l.file) || !has(l.dir, nextKeyFile) {
		t.Error("the key was replaced")
	}
	does(t, exitOK, "log", "reopen", "--origin", secondOrigin, "--cause", "other", "--data", l.dir)
	does(t, exitOK, "check", "--data", l.dir)
}

// Nor could anybody where the new key signed alone. Check finds that too.
func TestCheckOfARotationThatNobodyCanFollow(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	written(t, l.dir, func(o *opened) {
		next := makeNext(t, o, firstOrigin)
		if _, err := o.RotateKey(t.Context(), l.key, next.VerifierKey()); err != nil {
			t.Fatal(err)
		}
		p, err := o.readLog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		if next, err = next.Following(l.key); err != nil {
			t.Fatal(err)
		}
		if _, err := tlog.NewSigner(next, p.tree, p.heads, time.Now).Sign(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.Rename(filepath.Join(l.dir, nextKeyFile), filepath.Join(l.dir, keyFile)); err != nil {
		t.Fatal(err)
	}
	if out, _ := does(t, exitUnproven, "check", "--data", l.dir); !strings.Contains(out, "by the older key") {
		t.Errorf("check says\n%s", out)
	}
}

// A key that nobody named is not believed to be in force, and never replaces the one that is.
func TestStrayKeys(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	second := contentOf(t, l.dir, keyFile)
	put(t, l.dir, keyFile, l.file)
	for _, args := range [][]string{{"import", "../../history/sources.csv"}, {"log", "rotate"}} {
		if _, errs := does(t, exitFailed, append(args, "--data", l.dir)...); !strings.Contains(errs, "the key in force is") {
			t.Errorf("%q with the old key back: %s", args, errs)
		}
	}
	served(t, l.dir, func(_ string, ready map[string]string) { // the site goes on
		if !strings.HasPrefix(ready["log"], "refused: ") || !strings.Contains(ready["log"], "the key in force is") {
			t.Errorf("serve with the old key back: readiness says %q", ready["log"])
		}
	})
	if out, _ := does(t, exitUnproven, "check", "--data", l.dir); !strings.Contains(out, "the key in force is") {
		t.Errorf("check with the old key back:\n%s", out)
	}
	put(t, l.dir, keyFile, second)
	put(t, l.dir, nextKeyFile, second) // a copy of the key in force
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	does(t, exitOK, "check", "--data", l.dir)

	put(t, l.dir, nextKeyFile, l.file) // a key that was in force before
	_, errs := does(t, exitFailed, "log", "rotate", "--data", l.dir)
	if !strings.Contains(errs, "was in force before") || has(l.dir, nextKeyFile) {
		t.Errorf("with the first key as the next: %s", errs)
	}
	does(t, exitOK, "check", "--data", l.dir)

	written(t, l.dir, func(o *opened) { name(t, o, keyOf(t, l.dir)) })
	third := contentOf(t, l.dir, keyFile)
	put(t, l.dir, keyFile, second) // not the one that the next key replaces
	if _, errs := does(t, exitFailed, "log", "rotate", "--data", l.dir); !strings.Contains(errs, nextKeyFile+" is to replace") {
		t.Errorf("with another key to be replaced: %s", errs)
	}
	put(t, l.dir, keyFile, third)
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	does(t, exitOK, "check", "--data", l.dir)

	put(t, l.dir, nextKeyFile, second)
	if err := os.Chmod(filepath.Join(l.dir, nextKeyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errs := does(t, exitFailed, "import", "--data", l.dir, "../../history/sources.csv"); !strings.Contains(errs, "0600") {
		t.Errorf("with a next key that others can read: %s", errs)
	}
}

func TestLogKeys(t *testing.T) {
	t.Parallel()
	l := newTheLog(t)
	before, _ := does(t, exitOK, "log", "key", "--all", "-o", "json", "--data", l.dir)
	if !strings.Contains(before, `"key":"`+l.key+`","since":0,"inForce":true`) {
		t.Errorf("before any rotation:\n%s", before)
	}
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	does(t, exitOK, "log", "rotate", "--data", l.dir)
	var keys []publicKey
	out, _ := does(t, exitOK, "log", "key", "--all", "-o", "json", "--data", l.dir)
	if err := json.Unmarshal([]byte(out), &keys); err != nil {
		t.Fatal(err)
	}
	if len(keys) != 3 || keys[0].Key != l.key || keys[2].Key != keyOf(t, l.dir) || keys[0].InForce || keys[1].InForce || !keys[2].InForce ||
		keys[0].Since != 0 || keys[1].Since >= keys[2].Since || keys[1].Origin != firstOrigin {
		t.Errorf("%+v", keys)
	}
	table, _ := does(t, exitOK, "log", "key", "--all", "--data", l.dir)
	list, _ := does(t, exitOK, "log", "key", "--all", "-o", "csv", "--data", l.dir)
	for _, k := range keys {
		if !strings.Contains(table, k.Key+"\n") || !strings.Contains(list, k.Key+"\r\n") {
			t.Errorf("%s is not listed:\n%s%s", k.Key, table, list)
		}
	}
	does(t, exitUsage, "log", "key", "-o", "json", "--data", l.dir)
	does(t, exitUsage, "log", "key", "--all", "-o", "xml", "--data", l.dir)
	does(t, exitFailed, "log", "rotate", "--data", filepath.Join(t.TempDir(), "none"))

	// The private key is not needed to tell the public ones.
	if err := os.Remove(filepath.Join(l.dir, keyFile)); err != nil {
		t.Fatal(err)
	}
	if keyOf(t, l.dir) != keys[2].Key {
		t.Error("another key is told without log.key")
	}
}

func TestKeyAt(t *testing.T) {
	keys := []publicKey{{Key: "a", Since: 0}, {Key: "b", Since: 7}, {Key: "c", Since: 9}}
	for size, want := range map[int64]string{0: "a", 1: "a", 7: "a", 8: "b", 9: "b", 10: "c", 99: "c"} {
		if got := keyAt(keys, size); got != want {
			t.Errorf("at size %d: %s, want %s", size, got, want)
		}
	}
}
