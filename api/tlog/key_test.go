package tlog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"arobase/api/tlog"
	"arobase/eventstore"
)

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.key")
	made, err := tlog.GenerateKey(path, ledgerID, origin, zeros(1))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode is %v (%v), want 0600", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 3 || lines[0] != "# ledger "+ledgerID.String()+" origin "+origin ||
		!strings.HasPrefix(lines[1], "PRIVATE+KEY+"+origin+"+") || lines[2] != "" {
		t.Errorf("file is\n%s", text)
	}
	loaded, err := tlog.LoadKey(path, ledgerID, origin)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.VerifierKey() != made.VerifierKey() || loaded.Origin() != origin || loaded.Ledger() != ledgerID {
		t.Errorf("loaded %v, made %v", loaded, made)
	}
	if _, err := tlog.GenerateKey(path, ledgerID, origin, zeros(2)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("generating over a key: %v, want fs.ErrExist", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(text) {
		t.Error("the key was written over")
	}
	if s := fmt.Sprintf("%v %+v %#v %s", made, made, made, made); strings.Contains(s, "PRIVATE") {
		t.Errorf("printed key shows its secret: %s", s)
	}
}

// Whatever the seed, and so whatever pluses and slashes are in its base64, the public key fits the private one.
func TestVerifierKey(t *testing.T) {
	seen := map[string]bool{}
	for seed := 1; seed < 256; seed += 5 {
		key := newKey(t, zeros(seed))
		verifier, err := note.NewVerifier(key.VerifierKey())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		heads := &memoryHeads{}
		head, err := tlog.NewSigner(key, treeOf(t, newEvents(t, "key", 1)), heads, clock).Sign(t.Context())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if _, err := note.Open(head.Signed, note.VerifierList(verifier)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		seen[key.VerifierKey()] = true
	}
	if len(seen) != 51 {
		t.Errorf("%d different keys of 51", len(seen))
	}
}

func TestGenerateKeyRefuses(t *testing.T) {
	for _, bad := range []string{"", "a b", "a+b", "a\nb", "a\tb", "a\x00b", "a\xffb", "a\u2028b"} {
		path := filepath.Join(t.TempDir(), "log.key")
		if _, err := tlog.GenerateKey(path, ledgerID, bad, zeros(1)); !errors.Is(err, tlog.ErrOrigin) {
			t.Errorf("origin %q: %v, want ErrOrigin", bad, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("origin %q: a file was made", bad)
		}
	}
	broken := errors.New("no randomness")
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := tlog.GenerateKey(path, ledgerID, origin, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("without randomness: %v", err)
	}
}

func TestLoadKeyRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := tlog.GenerateKey(path, ledgerID, origin, zeros(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.LoadKey(path, uuid.MustParse("018f0c3e-0000-7000-8000-000000000000"), origin); !errors.Is(err, eventstore.ErrForeign) {
		t.Errorf("another ledger: %v, want ErrForeign", err)
	}
	if _, err := tlog.LoadKey(path, ledgerID, "example.org/other"); !errors.Is(err, tlog.ErrOrigin) {
		t.Errorf("another origin: %v, want ErrOrigin", err)
	}
	if _, err := tlog.LoadKey(path+"x", ledgerID, origin); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v, want fs.ErrNotExist", err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o644, 0o620, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := tlog.LoadKey(path, ledgerID, origin); !errors.Is(err, tlog.ErrKeyMode) || !strings.Contains(err.Error(), fmt.Sprintf("%04o", mode)) {
			t.Errorf("mode %04o: %v, want ErrKeyMode with the mode", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.LoadKey(path, ledgerID, origin); err != nil {
		t.Errorf("a key that not even the owner can write: %v", err)
	}

	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	comment, secret, _ := strings.Cut(string(good), "\n")
	elsewhere := filepath.Join(t.TempDir(), "log.key")
	if _, err := tlog.GenerateKey(elsewhere, ledgerID, "example.org/other", zeros(1)); err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	otherComment, otherSecret, _ := strings.Cut(string(other), "\n")
	load := func(text string) error {
		path := filepath.Join(t.TempDir(), "log.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := tlog.LoadKey(path, ledgerID, origin)
		if err != nil && strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("the error shows the secret: %v", err)
		}
		return err
	}
	if err := load(comment + "\n" + secret); err != nil {
		t.Errorf("the key as it was: %v", err)
	}
	for why, text := range map[string]string{
		"both lines of another origin":  string(other),
		"the comment of another origin": otherComment + "\n" + secret,
		"the key of another origin":     comment + "\n" + otherSecret,
	} {
		if err := load(text); !errors.Is(err, tlog.ErrOrigin) {
			t.Errorf("%s: %v, want ErrOrigin", why, err)
		}
	}
	for why, text := range map[string]string{
		"empty":                    "",
		"no comment":               secret,
		"no key":                   comment + "\n",
		"no end":                   strings.TrimSuffix(string(good), "\n"),
		"two keys":                 string(good) + secret,
		"a line end that was lost": comment + secret + "\n\n",
		"a key where the id is":    "# ledger " + strings.TrimSpace(secret) + " origin " + origin + "\n" + secret,
		"a public key":             comment + "\n" + newKey(t, 1).VerifierKey() + "\n",
		"a key that is broken":     strings.Replace(string(good), "+A", "+B", 1),
		"a name that was changed":  strings.ReplaceAll(string(good), "KEY+example.org/arobase", "KEY+example.org/other"),
	} {
		if err := load(text); !errors.Is(err, tlog.ErrKeyFormat) {
			t.Errorf("%s: %v, want ErrKeyFormat", why, err)
		}
	}
}
