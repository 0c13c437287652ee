package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
)

// filesIn gives the content of every file of a directory, by its path.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every file of an export is what serve answers, byte for byte, and the export may be made while it serves.
func TestLogExportIsWhatIsServed(t *testing.T) {
	t.Parallel()
	dir, out := imported(t), filepath.Join(t.TempDir(), "log")
	served(t, dir, func(site string, _ map[string]string) {
		if code, _, errs := command(t, "log", "export", out, "--data", dir); code != exitOK {
			t.Fatalf("exit %d: %s", code, errs)
		}
		compared := map[string]int{}
		for name, content := range filesIn(t, out) {
			address := site + "/log/" + name
			switch first, _, _ := strings.Cut(name, "/"); first {
			case "index.html", "export.json", ".lock":
				continue
			case "schemas":
				address = site + "/" + name
				fallthrough
			default:
				compared[first]++
			}
			answer, err := http.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusOK || string(body) != content {
				t.Errorf("%s: %s, and other bytes than in the file (%v)", address, answer.Status, err)
			}
		}
		if compared["disclosed"] < 300 || compared["tile"] < 9 || compared["checkpoint"] != 1 || compared["checkpoints"] == 0 || compared["rotations"] != 1 || compared["schemas"] < 20 {
			t.Errorf("compared only %v", compared)
		}
	})
}

// What is erased from the vault is gone from the next export, and nothing else changes; what was never to be shown never
// was there.
func TestLogExportErases(t *testing.T) {
	t.Parallel()
	dir, out := imported(t), filepath.Join(t.TempDir(), "log")
	if code, _, errs := command(t, "log", "export", out, "--data", dir); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	before := filesIn(t, out)
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	v, err := sqlitevault.Open(t.Context(), filepath.Join(dir, vaultFile), store.LedgerID())
	if err != nil {
		t.Fatal(err)
	}
	var chosen vault.Secret
	secrets := 0
	err = v.Each(t.Context(), func(s vault.Secret) error {
		_, shown := before["disclosed/"+s.Commitment.URL()]
		if shown != (s.Visibility == vault.Public) {
			t.Errorf("%s of %s is %s; in the export: %t", s.Pointer, s.Event, s.Visibility, shown)
		}
		if secrets++; shown && len(s.Value) > 40 {
			chosen = s
		}
		return nil
	})
	if err = errors.Join(err, v.Erase(t.Context(), chosen), v.Close()); err != nil || secrets == 0 {
		t.Fatal(err)
	}
	code, report, errs := command(t, "log", "export", out, "--data", dir)
	if code != exitOK || !strings.Contains(report, "\ntexts that may no longer be shown and are gone from "+out+": 1;") {
		t.Errorf("exit %d: %s%s", code, report, errs)
	}
	after := filesIn(t, out)
	delete(before, "disclosed/"+chosen.Commitment.URL())
	if len(after) != len(before) {
		t.Errorf("%d files, want %d", len(after), len(before))
	}
	for name, content := range after {
		if content != before[name] && name != ".lock" || strings.Contains(content, string(chosen.Value)) {
			t.Errorf("%s changed, or holds what was erased", name)
		}
	}
}

// stuckVault is a vault that cannot destroy anything.
type stuckVault struct{ vault.Vault }

func (stuckVault) Erase(context.Context, ...vault.Secret) error { return errors.New("stuck") }

// A text whose erasure is recorded is not exported, and is removed where it was, although the vault still holds it.
func TestLogExportKeepsThePromiseOfAnErasure(t *testing.T) {
	t.Parallel()
	dir, out := imported(t), filepath.Join(t.TempDir(), "log")
	mustCommand(t, "log", "export", out, "--data", dir)
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	v, err := sqlitevault.Open(t.Context(), filepath.Join(dir, vaultFile), store.LedgerID())
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), ledger.Parts{Store: store, Vault: stuckVault{v}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	var promised vault.Secret
	for c, err := range l.AllDisclosed(t.Context(), 1000) {
		if err != nil {
			t.Fatal(err)
		}
		if promised, err = v.Get(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := l.Erase(t.Context(), ledger.Erasure{Event: promised.Event, Pointer: promised.Pointer, Ground: "request"}); err == nil || len(r.Events) == 0 {
		t.Fatalf("the erasure was to be recorded and not carried out: %v, %v", r, err)
	}
	if err := errors.Join(v.Close(), store.Close()); err != nil {
		t.Fatal(err)
	}
	there := filepath.Join("disclosed", promised.Commitment.URL())
	if _, ok := filesIn(t, out)[there]; !ok {
		t.Fatal("the text was never there")
	}
	for _, dir2 := range []string{out, filepath.Join(t.TempDir(), "new")} {
		mustCommand(t, "log", "export", dir2, "--data", dir)
		if _, ok := filesIn(t, dir2)[there]; ok {
			t.Errorf("%s shows a text whose erasure is recorded", dir2)
		}
	}
}

// The log goes on where this program cannot read a record, and so does its export.
func TestLogExportOfUnknownTypes(t *testing.T) {
	t.Parallel()
	dir, out := imported(t), filepath.Join(t.TempDir(), "log")
	appendUnknown(t, dir)
	served(t, dir, func(string, map[string]string) {}) // signs it
	code, report, errs := command(t, "log", "export", out, "--data", dir)
	if code != exitOK || !strings.Contains(report, "checkpoint of 1001 records\n") {
		t.Errorf("exit %d: %s%s", code, report, errs)
	}
}

// An export goes on when the key of the log changes, and tells whoever holds the older key how to follow. Under another
// name it is another log.
func TestLogExportAfterARotation(t *testing.T) {
	t.Parallel()
	dir, out := imported(t), filepath.Join(t.TempDir(), "log")
	held := strings.TrimSpace(mustCommand(t, "log", "key", "--data", dir))
	mustCommand(t, "log", "export", out, "--data", dir)
	for range 2 {
		mustCommand(t, "log", "rotate", "--data", dir)
	}
	if report := mustCommand(t, "log", "export", out, "--data", dir); !strings.Contains(report, "checkpoint of 1002 records, 2 more than before\n") {
		t.Error(report)
	}
	there := filesIn(t, out)
	chain, err := tlog.ParseChain([]byte(there["rotations"]))
	if err != nil {
		t.Fatal(err)
	}
	now, err := chain.InForce(held)
	if err != nil || now == held || !strings.Contains(there["index.html"], "--key "+strings.ReplaceAll(now, "+", "&#43;")) {
		t.Errorf("from %s the export leads to %s (%v)", held, now, err)
	}
	if c, err := tlog.OpenCheckpoint([]byte(there["checkpoint"]), now); err != nil || c.N != 1002 {
		t.Errorf("the checkpoint: %+v, %v", c, err)
	}

	mustCommand(t, "log", "reopen", "--origin", "example.org/other", "--cause", "operator-changed", "--data", dir)
	code, _, errs := command(t, "log", "export", out, "--data", dir)
	if code != exitFailed || !strings.Contains(errs, "not an export of this log: it is of the ledger ") || !strings.Contains(errs, "with the origin "+defaultOrigin) {
		t.Errorf("under another name: exit %d: %s", code, errs)
	}
	mustCommand(t, "log", "export", filepath.Join(t.TempDir(), "other"), "--data", dir)
}

// An export is refused where ledger and directory contradict each other, and says what to do.
func TestLogExportRefuses(t *testing.T) {
	t.Parallel()
	dir, out := imported(t), filepath.Join(t.TempDir(), "log")
	if code, _, errs := command(t, "log", "export", out, "--data", dir); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	before := filesIn(t, out)
	older, other, blind := copied(t, dir), filepath.Join(t.TempDir(), "other"), copied(t, dir)
	truncate(t, older, 900)
	if err := os.Remove(filepath.Join(blind, vaultFile)); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := command(t, "init", "--data", other, "--origin", "example.org/other"); code != exitOK {
		t.Fatal(errs)
	}
	for why, c := range map[string]struct {
		data string
		code int
		says string
	}{
		"lost records":   {older, exitUnproven, "Records are lost"},
		"another ledger": {other, exitFailed, "not an export of this log: it is of the ledger "},
		"no vault":       {blind, exitFailed, "the sealed values are not at hand; nothing is exported"},
		"no ledger":      {filepath.Join(t.TempDir(), "none"), exitFailed, "there is no ledger"},
	} {
		if code, _, errs := command(t, "log", "export", out, "--data", c.data); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, want %d: %s", why, code, c.code, errs)
		}
	}
	for name, content := range filesIn(t, out) {
		if content != before[name] && name != ".lock" {
			t.Errorf("%s changed", name)
		}
	}
}

// truncate makes a ledger whose log never knew more than the first records: what an older backup holds.
func truncate(t *testing.T, dir string, size int) {
	t.Helper()
	whole, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), ledgerFile)
	store, err := sqlite.Create(t.Context(), short, whole.LedgerID())
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range whole.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if int(e.Position) == size {
			break
		}
		if _, err := store.Append(t.Context(), e.Stream, e.Revision-1, []eventstore.Proposed{{ID: e.ID, Type: e.Type, Recorded: e.Recorded, Bytes: e.Bytes}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(whole.Close(), store.Close()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ledgerFile, ledgerFile + "-wal", ledgerFile + "-shm", treeFile} {
		_ = os.Remove(filepath.Join(dir, name))
	}
	content, err := os.ReadFile(short)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ledgerFile), content, 0o644); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, headsFile), "DROP TRIGGER checkpoints_remain")
	edit(t, filepath.Join(dir, headsFile), fmt.Sprint("DELETE FROM checkpoints WHERE size > ", size))
	served(t, dir, func(string, map[string]string) {}) // signs it
}
