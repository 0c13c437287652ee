package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/eventstore/vault"
)

// aNote finds a record that discloses a note.
func aNote(t *testing.T, dir string) (event string) {
	t.Helper()
	o, err := dataDir(dir).read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	for e, err := range o.Events(t.Context(), ledger.EventFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Disclosed["/data/note"] != nil {
			return e.ID.String()
		}
	}
	t.Fatal("no record has a note")
	return ""
}

// Nothing is erased from a ledger that has lost records: what came then could never be signed.
func TestEraseWithLostRecords(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	if code, _, errs := command(t, "import", "--data", dir, "../../history/sources.csv"); code != exitOK {
		t.Fatal(errs)
	}
	old, err := os.ReadFile(filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := command(t, "import", "--data", dir, "../../history"); code != exitOK {
		t.Fatal(errs)
	}
	if err := os.WriteFile(filepath.Join(dir, ledgerFile), old, 0o644); err != nil {
		t.Fatal(err)
	}
	event, size := aNote(t, dir), sizeOf(filepath.Join(dir, ledgerFile))
	if code, _, errs := command(t, "erase", "--data", dir, event, "/data/note", "--ground", "request"); code != exitFailed || !strings.Contains(errs, "nothing was erased") {
		t.Errorf("exit %d: %s", code, errs)
	}
	served(t, dir, func(string, map[string]string) {
		code, _, errs := command(t, "erase", "--data", dir, event, "/data/note", "--ground", "request")
		if code != exitFailed || !strings.Contains(errs, "answers 503: nothing was erased: the log is not signed") {
			t.Errorf("exit %d: %s", code, errs)
		}
	})
	if now := sizeOf(filepath.Join(dir, ledgerFile)); now != size {
		t.Errorf("something was recorded: %d records, were %d", now, size)
	}
	if again := aNote(t, dir); again != event {
		t.Error("the note is gone")
	}
}

// Whoever may ask and asks for nonsense is told so.
func TestErasureRequests(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	event := aNote(t, dir)
	served(t, dir, func(string, map[string]string) {
		o, err := dataDir(dir).readUnanswered(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer o.close()
		secret, err := readSecret(filepath.Join(dir, secretFile), o.LedgerID)
		if err != nil {
			t.Fatal(err)
		}
		admin := holder(filepath.Join(dir, lockFile)).admin
		for body, want := range map[string]int{
			``:                     http.StatusBadRequest,
			`{}`:                   http.StatusNotFound,
			`[]`:                   http.StatusBadRequest,
			`{"event":"x"}`:        http.StatusBadRequest,
			`{"what":"something"}`: http.StatusBadRequest,
			`{"event":"` + event + `","pointer":"/data/note"}`:                            http.StatusUnprocessableEntity,
			`{"event":"` + event + `","pointer":"/data/note","ground":"because"}`:         http.StatusUnprocessableEntity,
			`{"event":"` + event + `","pointer":"/data/level","ground":"other"}`:          http.StatusUnprocessableEntity,
			`{"event":"` + event + `","by":"` + strings.Repeat("x", mostOfARequest) + `"`: http.StatusBadRequest,
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, admin+erasuresPath, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+adminToken(secret))
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != want || answer.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%.60s: %s %s, want %d", body, answer.Status, answer.Header.Get("Content-Type"), want)
			}
		}
	})
	if again := aNote(t, dir); again != event {
		t.Error("the note is gone")
	}
}

func TestReachable(t *testing.T) {
	for listener, want := range map[string]string{
		"127.0.0.1:9090": "http://127.0.0.1:9090", "0.0.0.0:9090": "http://127.0.0.1:9090", "[::]:9090": "http://127.0.0.1:9090",
		"[::1]:9090": "http://[::1]:9090", "192.0.2.7:1": "http://192.0.2.7:1",
	} {
		a, err := net.ResolveTCPAddr("tcp", listener)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(a); got != want {
			t.Errorf("%s is asked at %s, want %s", listener, got, want)
		}
	}
}

func TestAdminBase(t *testing.T) {
	for s, want := range map[string]string{
		"127.0.0.1:9090": "http://127.0.0.1:9090", "http://localhost:9090/": "http://localhost:9090", "https://x": "https://x", ":9090": "http://:9090",
		"ftp://x": "", "http://": "", "http://x?y": "", "http://x#y": "", "http://a b": "", "": "",
	} {
		if got, err := adminBase(s); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", s, got, err, want)
		}
	}
}

// stuck is a vault that destroys nothing.
type stuck struct{ vault.Vault }

var errStuck = errors.New("the process ends here")

func (stuck) Erase(context.Context, ...vault.Secret) error { return errStuck }

// A process that ended between the record of an erasure and the erasure has promised it; whichever process opens the
// directory next to write keeps the promise.
func TestWritersKeepPromises(t *testing.T) {
	t.Parallel()
	const note = "made for an unmistakable test"
	row := "source_id,publisher,title,published_on,url,note\nsomewhere-2017,Somewhere,A list,2017,," + note + "\n"
	file := filepath.Join(t.TempDir(), "sources.csv")
	if err := os.WriteFile(file, []byte(row), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, next := range map[string]func(t *testing.T, dir string){
		"import": func(t *testing.T, dir string) {
			if code, _, errs := command(t, "import", "--data", dir, file); code != exitOK {
				t.Error(errs)
			}
		},
		"serve": func(t *testing.T, dir string) { served(t, dir, func(string, map[string]string) {}) },
		"erase": func(t *testing.T, dir string) {
			if code, _, errs := command(t, "erase", "--data", dir, aRecord(t, dir), "/data/note", "--ground", "request"); code != exitFailed {
				t.Error(errs)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if code, _, errs := command(t, "import", "--data", dir, file); code != exitOK {
				t.Fatal(errs)
			}
			promise(t, dir, aNote(t, dir))
			if code, out, _ := command(t, "check", "--data", dir); code != exitUnproven || !strings.Contains(out, "still there") {
				t.Errorf("check: exit %d: %s", code, out)
			}
			if search(t, dir, note) == nil {
				t.Fatal("the note is gone already: this test tests nothing")
			}
			next(t, dir)
			if found := search(t, dir, note); found != nil {
				t.Errorf("the note still stands in %v", found)
			}
			if code, out, _ := command(t, "check", "--data", dir); code != exitOK {
				t.Errorf("check: %s", out)
			}
		})
	}
}

// promise records an erasure and ends before the value is destroyed.
func promise(t *testing.T, dir, event string) {
	t.Helper()
	o, _, err := dataDir(dir).write(t.Context(), genesis{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	l, err := ledger.Open(t.Context(), ledger.Parts{Store: o.store, Vault: stuck{o.vault}, Secret: o.secret, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Erase(t.Context(), ledger.Erasure{Event: uuid.MustParse(event), Pointer: "/data/note", Ground: "request"}); !errors.Is(err, errStuck) {
		t.Fatal(err)
	}
}

// aRecord is one that has no sealed value.
func aRecord(t *testing.T, dir string) string {
	t.Helper()
	o, err := dataDir(dir).read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	for e := range o.Events(t.Context(), ledger.EventFilter{}) {
		return e.ID.String()
	}
	t.Fatal("there are no records")
	return ""
}
