package main

import (
	"bytes"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/tlog"
	"arobase/eventstore"
	"arobase/eventstore/envelope"
)

// standingBetween stands between an auditor and a server, and changes what it answers.
func standingBetween(t *testing.T, site string, lie func(path string, body []byte) []byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), r.Method, site+r.URL.RequestURI(), nil)
		if err != nil {
			t.Error(err)
			return
		}
		req.Host, req.Header = r.Host, r.Header.Clone()
		req.Header.Del("Accept-Encoding") // what is to be changed is not compressed
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Error(err)
		}
		if answer.StatusCode == http.StatusOK {
			if body = lie(r.URL.Path, body); body == nil {
				w.WriteHeader(http.StatusNotFound)
				return
			}
		}
		maps.Copy(w.Header(), answer.Header)
		w.Header().Del("Content-Length")
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// about gives a lie about one address; whether it was told is noted.
func about(part string, told *bool, change func([]byte) []byte) func(string, []byte) []byte {
	return func(path string, body []byte) []byte {
		if !strings.Contains(path, part) {
			return body
		}
		*told = true
		return change(body)
	}
}

// entriesOf takes a bundle apart and puts it together again.
func entriesOf(t *testing.T, bundle []byte, change func([][]byte) [][]byte) []byte {
	t.Helper()
	var entries [][]byte
	for len(bundle) > 0 {
		entry, rest, err := torchwood.ReadTileEntry(bundle)
		if err != nil {
			t.Fatal(err)
		}
		entries, bundle = append(entries, entry), rest
	}
	var out []byte
	for _, e := range change(entries) {
		var err error
		if out, err = torchwood.AppendTileEntry(out, e); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A server that lies is found out, and the first lie is named.
func TestAuditFindsLies(t *testing.T) {
	t.Parallel()
	dir := imported(t)
	key := keyOf(t, dir)
	older := t.TempDir()
	early := filepath.Join(older, "data")
	if code, _, errs := command(t, "import", "--data", early, "../../history/sources.csv"); code != exitOK {
		t.Fatal(errs)
	}
	_, foreign, _ := command(t, "log", "checkpoint", "--data", early)

	served(t, dir, func(site string, _ map[string]string) {
		audit := func(at string, more ...string) (int, string) {
			code, out, errs := command(t, append([]string{"audit", at, "--key", key}, more...)...)
			return code, out + errs
		}
		kept := filepath.Join(older, "kept")
		if code, out := audit(site, "--keep", kept); code != exitOK || !strings.HasSuffix(out, "verified\n") {
			t.Fatalf("an honest server: exit %d\n%s", code, out)
		}
		code, out := audit(site, "--seen", kept)
		if code != exitOK || !strings.Contains(out, "seen before") {
			t.Errorf("the second time: exit %d\n%s", code, out)
		}
		// Package audit has a test for each lie; here is one of each kind, through the command.
		for name, lie := range map[string]struct {
			part, names string
			change      func([]byte) []byte
		}{
			"two events change places": {"/log/tile/entries/001", "not verified: leaf 263", func(b []byte) []byte {
				return entriesOf(t, b, func(e [][]byte) [][]byte { e[7], e[8] = e[8], e[7]; return e })
			}},
			"a level in the results": {"/v1/editions/18/palmares", "/v1/editions/18/palmares", func(b []byte) []byte { return bytes.Replace(b, []byte(`"level":5`), []byte(`"level":4`), 1) }},
			"a number on a page": {"/en/editions/17", "the page shows", func(b []byte) []byte {
				before, after, _ := bytes.Cut(b, []byte("<main")) // a file that the page names may have these digits in its hash
				return append(append(bytes.Clone(before), "<main"...), bytes.Replace(after, []byte(`163`), []byte(`164`), 1)...)
			}},
		} {
			t.Run(name, func(t *testing.T) {
				told := false
				code, out := audit(standingBetween(t, site, about(lie.part, &told, lie.change)), "--fresh")
				if code != exitUnproven || !strings.Contains(out, "not verified: ") || !strings.Contains(out, lie.names) || !told {
					t.Errorf("told: %t, exit %d, naming %q:\n%s", told, code, lie.names, out)
				}
			})
		}
		if code, out := audit(site, "--seen", writeFile(t, foreign)); code == exitOK {
			t.Errorf("a checkpoint of another log proves nothing:\n%s", out)
		}
	})
	if code, _, errs := command(t, "audit", "http://"+free(t), "--key", key); code != exitFailed || !strings.Contains(errs, "refused") {
		t.Errorf("nobody answers: exit %d: %s", code, errs)
	}
}

// signPlainly signs what the ledger holds, as somebody does who knows that the copy is a copy.
func signPlainly(t *testing.T, o *opened) {
	t.Helper()
	p, err := o.openLog(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	last, err := p.heads.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.heads.Accept(t.Context(), last, last); err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.NewSigner(p.key, p.tree, p.heads, time.Now).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A log that shows an old checkpoint is found out by whoever saw a newer one, and by its own server, which answers from
// more than it shows.
func TestAuditFindsAStaleCheckpoint(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	does(t, exitOK, "import", "--data", dir, "../../history/sources.csv")
	old, _ := does(t, exitOK, "log", "checkpoint", "--data", dir)
	does(t, exitOK, "import", "--data", dir, "../../history/collectivities.csv")
	newer, _ := does(t, exitOK, "log", "checkpoint", "--data", dir)
	served(t, dir, func(site string, _ map[string]string) {
		told := false
		at := standingBetween(t, site, about("/log/checkpoint", &told, func([]byte) []byte { return []byte(old) }))
		out, _ := does(t, exitUnproven, "audit", at, "--key", keyOf(t, dir), "--seen", writeFile(t, newer))
		if !strings.Contains(out, "the log shows a stale checkpoint: 68 records, where ") {
			t.Errorf("with a newer one seen:\n%s", out)
		}
		out, _ = does(t, exitUnproven, "audit", at, "--key", keyOf(t, dir))
		if !strings.Contains(out, "the log shows a stale checkpoint that covers 68") {
			t.Errorf("with none:\n%s", out)
		}
	})
}

// Two histories under one key: whoever saw the one finds the other out, and both checkpoints are shown as evidence.
func TestAuditFindsAnotherHistory(t *testing.T) {
	t.Parallel()
	first := filepath.Join(t.TempDir(), "data")
	if code, _, errs := command(t, "import", "--data", first, "../../history/sources.csv"); code != exitOK {
		t.Fatal(errs)
	}
	second := copied(t, first)
	grow := func(dir string, files ...string) string {
		t.Helper()
		o, _, err := dataDir(dir).write(t.Context(), genesis{})
		if err != nil {
			t.Fatal(err)
		}
		defer o.close()
		if _, err := importFiles(t.Context(), o.Ledger, files, ledger.ImportOptions{}, io.Discard); err != nil {
			t.Fatal(err)
		}
		signPlainly(t, o)
		_, signed, _ := command(t, "log", "checkpoint", "--data", dir)
		return writeFile(t, signed)
	}
	seen := grow(first, "../../history/ceremonies.csv")
	export := filepath.Join(t.TempDir(), "export")
	grow(second, "../../history/figures.csv")
	if code, _, errs := command(t, "log", "export", export, "--data", second); code != exitOK {
		t.Fatal(errs)
	}
	key := keyOf(t, first)
	if code, out, errs := command(t, "audit", export, "--key", key); code != exitOK {
		t.Fatalf("alone it is a history like any other: exit %d\n%s%s", code, out, errs)
	}
	code, out, _ := command(t, "audit", export, "--key", key, "--seen", seen)
	if code != exitUnproven || !strings.Contains(out, "the log shows two histories") || strings.Count(out, "arobase.localhost/log\n") != 2 {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// What breaks a rule is found in the log, however it came there; what this program does not know is not judged.
func TestAuditJudges(t *testing.T) {
	t.Parallel()
	forced := func(t *testing.T, typ, stream, data string, basis map[string]int64) (int, string) {
		t.Helper()
		dir := imported(t)
		key := keyOf(t, dir)
		o, _, err := dataDir(dir).write(t.Context(), genesis{})
		if err != nil {
			t.Fatal(err)
		}
		defer o.close()
		size, err := o.store.Size(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var last eventstore.Event
		for e, err := range o.store.ReadAll(t.Context(), size-1) {
			if err != nil {
				t.Fatal(err)
			}
			last = e
		}
		id := uuid.New()
		b, err := envelope.Envelope{
			Actor: "registrar:history", Basis: basis, Data: []byte(data), ID: id, Ledger: o.LedgerID, Subject: stream, Time: last.Recorded, Type: typ,
		}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.store.Append(t.Context(), stream, eventstore.NoStream, []eventstore.Proposed{{ID: id, Type: typ, Recorded: last.Recorded, Bytes: b}}); err != nil {
			t.Fatal(err)
		}
		signPlainly(t, o)
		export := filepath.Join(t.TempDir(), "export")
		if code, _, errs := command(t, "log", "export", export, "--data", dir); code != exitOK {
			t.Fatal(errs)
		}
		code, out, errs := command(t, "audit", export, "--key", key)
		if strings.Contains(out, "rule ") && !strings.Contains(out, "leaf "+strconv.Itoa(int(size))) {
			t.Errorf("the leaf is not named:\n%s", out)
		}
		return code, out + errs
	}
	award := `{"certainty":"stated","collectivity":"fr-commune-73008","distinction":"level","edition":19,"holder":"Aix-les-Bains","level":5,"occurred":"2018","source":"nobody","yearAsStated":"2018"}`
	for name, test := range map[string]struct {
		typ, stream, data string
		basis             map[string]int64
		names             string
	}{
		"a source that was never cited": {"arobase.award-recorded.v1", "candidacy-19-fr-commune-73008", award, map[string]int64{"collectivity-fr-commune-73008": 0}, "rule source-first"},
		"a level beyond five":           {"arobase.award-recorded.v1", "candidacy-19-fr-commune-73008", strings.Replace(award, `"level":5`, `"level":6`, 1), nil, "level"},
		"another stream than its own":   {"arobase.award-recorded.v1", "candidacy-20-fr-commune-73008", award, nil, "rule outcome"},
		"a member too many":             {"arobase.award-recorded.v1", "candidacy-19-fr-commune-73008", strings.Replace(award, `"edition":19,`, `"edition":19,"extra":1,`, 1), nil, "extra"},
		"a type of another time":        {"arobase.moon-landed.v1", "moon-1", `{}`, nil, "tree verified, meaning not verified"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, out := forced(t, test.typ, test.stream, test.data, test.basis); code != exitUnproven || !strings.Contains(out, test.names) {
				t.Errorf("exit %d, naming %q:\n%s", code, test.names, out)
			}
		})
	}
}
