package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// A proof verifies with the public key alone; with any bit of it changed, or with another key, it does not.
func TestVerify(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	file := filepath.Join(t.TempDir(), "record.tlog-proof")
	if code, _, errs := command(t, "log", "proof", "3", "--data", dir, "--out", file); code != exitOK {
		t.Fatal(errs)
	}
	_, key, _ := command(t, "log", "key", "--data", dir)
	key = strings.TrimSpace(key)

	code, out, _ := command(t, "verify", file, "--key", key)
	if code != exitOK || !strings.HasSuffix(out, "\nverified\n") || !strings.Contains(out, "number 3 of the log") || !strings.Contains(out, "arobase.source-cited.v1") {
		t.Fatalf("exit %d\n%s", code, out)
	}

	proof, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range proof {
		changed := append([]byte(nil), proof...)
		changed[i] ^= 1
		if _, err := verify(changed, key, ""); err == nil {
			t.Errorf("verified with byte %d changed", i)
		}
	}

	_, other, err := note.GenerateKey(rand.Reader, "arobase.localhost/log")
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := command(t, "verify", file, "--key", other); code != exitUnproven || !strings.HasPrefix(out, "not verified: signatures: ") {
		t.Errorf("another key: exit %d\n%s", code, out)
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"verify", file}, exitUsage},
		{[]string{"verify", "--key", key}, exitUsage},
		{[]string{"verify", file, "--key", key, "--policy", file}, exitUsage},
		{[]string{"verify", file, "--key", "not a key"}, exitUsage},
		{[]string{"verify", filepath.Join(dir, "nowhere"), "--key", key}, exitFailed},
	} {
		if code, _, errs := command(t, c.args...); code != c.code {
			t.Errorf("%q: exit %d, want %d: %s", c.args, code, c.code, errs)
		}
	}
}

// A policy says which log is meant; that of another log does not take the proof.
func TestVerifyUnderPolicy(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	_, proof, _ := command(t, "log", "proof", "0", "--data", dir)
	_, key, _ := command(t, "log", "key", "--data", dir)
	file, policy := filepath.Join(t.TempDir(), "p"), filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(file, []byte(proof), 0o600); err != nil {
		t.Fatal(err)
	}
	_, other, err := note.GenerateKey(rand.Reader, "arobase.elsewhere/log")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		"log " + strings.TrimSpace(key) + "\nquorum none\n":                                                 exitOK,
		"# as some editors save it\r\n\r\nlog\t" + strings.TrimSpace(key) + "\r\n\u00a0\r\nquorum none\r\n": exitOK,
		"log " + other + "\nquorum none\n":                                                                  exitUnproven,
		"this is no policy":                                                                                 exitFailed,
	} {
		if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, errs := command(t, "verify", file, "--policy", policy); code != want {
			t.Errorf("%q: exit %d, want %d: %s%s", text, code, want, out, errs)
		}
	}
}
