package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arobase/api/tlog/sqlitelog"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
)

// theHistory is a directory into which the whole history was imported, made once for all tests: 1000 records.
var theHistory struct {
	sync.Once
	files map[string][]byte
}

// history gives a directory of its own with the whole history.
func history(t *testing.T) string {
	t.Helper()
	theHistory.Do(func() { theHistory.files = filesOfDir(t, imported(t)) })
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range theHistory.files {
		put(t, dir, name, content)
	}
	if err := takePlace(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// running is a server for as long as a test looks at it.
type running struct {
	t           *testing.T
	dir         string
	site, admin string
	unready     bool // is expected: answers stand still
}

// serving runs serve until the test has looked at it.
func serving(t *testing.T, s settings, look func(r running)) {
	t.Helper()
	s.listen, s.admin = free(t), free(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, s, slog.New(slog.DiscardHandler)) }()
	r := running{t: t, dir: s.data, site: "http://" + s.listen, admin: "http://" + s.admin}
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	eventually(t, "the server answers", func() bool {
		answer, err := http.Get(r.admin + "/readyz")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	})
	look(r)
}

// says is what readiness says of something.
func (r running) says(what string) string {
	r.t.Helper()
	_, checks := r.readiness()
	return checks[what]
}

func (r running) readiness() (ok bool, checks map[string]string) {
	r.t.Helper()
	var state struct {
		OK     bool
		Checks map[string]string
	}
	if err := json.Unmarshal([]byte(fetch(r.t, r.admin+"/readyz")), &state); err != nil {
		r.t.Fatal(err)
	}
	return state.OK, state.Checks
}

// comesTo waits until readiness says of the log what it should. The node is ready then, whatever the log does: on a loaded
// machine it may say for a moment that it lags, or that its store does not answer in time.
func (r running) comesTo(want string) {
	r.t.Helper()
	for end := time.Now().Add(longest); ; time.Sleep(20 * time.Millisecond) {
		ok, checks := r.readiness()
		if strings.Contains(checks["log"], want) && ok != r.unready {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("ready: %t, and readiness says %q of the log, want %q; %v", ok, checks["log"], want, checks)
		}
	}
}

// The lines on pages while the log is not signed.
var unsignedLines = map[string][2]string{
	"broken":  {"Ce site ne signe plus le registre", "This site no longer signs the ledger"},
	"waiting": {"il attend qu", "This site does not sign the ledger at the moment: it waits"},
	"stopped": {"Ce site ne signe pas le registre en ce moment.", "This site does not sign the ledger at the moment."},
}

// pagesSay holds that every page, of whatever kind, says that the log is not signed, in its language, and nothing else;
// "" that none says so.
func (r running) pagesSay(why string) {
	r.t.Helper()
	for _, path := range []string{
		"/", "/en/", "/editions", "/en/editions/18", "/collectivites/fr-commune-92072", "/en/reconciliation", "/tendances", "/registre", "/en/ledger", "/en/nowhere",
	} {
		page := fetch(r.t, r.site+path)
		for kind, lines := range unsignedLines {
			for i, line := range lines {
				want := kind == why && (i == 1) == strings.HasPrefix(path, "/en/")
				if strings.Contains(page, line) != want {
					r.t.Errorf("%s: %q is there: %t", path, line, !want)
				}
			}
		}
	}
}

// signedSizes are the sizes of all checkpoints in a directory.
func signedSizes(t *testing.T, dir string) (all []int64) {
	t.Helper()
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	heads, err := sqlitelog.Open(filepath.Join(dir, headsFile), store.LedgerID())
	if err != nil {
		t.Fatal(err)
	}
	defer heads.Close()
	for size := int64(1); ; {
		head, err := heads.At(t.Context(), size)
		if err != nil {
			return all
		}
		all = append(all, head.Size)
		size = head.Size + 1
	}
}

// alterRecord changes one byte of a record behind the program's back, and repairRecord changes it back.
func alterRecord(t *testing.T, dir string, position int) {
	t.Helper()
	edit(t, filepath.Join(dir, ledgerFile), fmt.Sprintf(
		`UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"actor":"r', '"actor":"q') AS BLOB) WHERE position = %d`, position))
}

func repairRecord(t *testing.T, dir string, position int) {
	t.Helper()
	edit(t, filepath.Join(dir, ledgerFile), fmt.Sprintf(
		`UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"actor":"q', '"actor":"r') AS BLOB) WHERE position = %d`, position))
}

// An old record is edited while it is served: the scrub finds it, the signer stops and says which, every page says so, a
// restart forgets nothing, and once it is repaired everything goes on.
func TestScrubFindsAnEditedRecord(t *testing.T) {
	t.Parallel()
	dir := history(t)
	scrubbing := settings{data: dir, trust: trustFlags{scrub: time.Second}}
	before := len(signedSizes(t, dir))
	const found = "event 600 of the ledger ("
	serving(t, scrubbing, func(r running) {
		r.comesTo("signed at 1000")
		r.pagesSay("")
		alterRecord(t, dir, 600)
		r.comesTo(found)
		r.comesTo("is not leaf 600 of the log; put the ledger back as it was")
		r.pagesSay("broken")
		if said := r.says("scrub"); !strings.Contains(said, "is not leaf 600 of the log") || !strings.Contains(said, "next") {
			t.Errorf("readiness says %q of the scrub", said)
		}
		metrics := fetch(t, r.admin+"/metrics")
		for _, want := range []string{"arobase_scrub_difference 1", "arobase_scrub_period_seconds 1", "arobase_scrub_last_leaves 600", "arobase_log_refused 1"} {
			if !strings.Contains(metrics, want+"\n") {
				t.Errorf("metrics lack %q", want)
			}
		}
		if _, err := cite(t.Context(), writer(t, dir), "after"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		r.comesTo(found)
	})
	serving(t, settings{data: dir}, func(r running) { r.comesTo(found); r.pagesSay("broken") })
	if code, out, _ := command(t, "import", "--data", dir, "../../history"); code != exitFailed {
		t.Errorf("import: exit %d: %s", code, out)
	}
	serving(t, scrubbing, func(r running) {
		r.comesTo(found)
		repairRecord(t, dir, 600)
		r.comesTo(found) // the tree in memory was computed from what was there at the start
	})
	if n := len(signedSizes(t, dir)); n != before {
		t.Errorf("%d checkpoints were signed meanwhile", n-before)
	}
	repaired := copied(t, dir)
	serving(t, settings{data: dir}, func(r running) { r.comesTo("signed at 1001"); r.pagesSay("") })
	does(t, exitOK, "check", "--data", dir)
	if out, _ := does(t, exitOK, "check", "--data", repaired); !strings.Contains(out, "and that is not so any more") {
		t.Errorf("check says nothing of what was found before:\n%s", out)
	}
	does(t, exitOK, "import", "--data", repaired, "../../history") // no server need have seen it
	if out, _ := does(t, exitOK, "check", "--data", repaired); strings.Contains(out, "standing") {
		t.Errorf("check:\n%s", out)
	}
}

// A record is edited and nobody scrubs yet: whoever is served it, in a bundle or with its proof, finds it.
func TestServedRecordsAreCompared(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"bundle": "/log/tile/entries/002", "proof": ""} {
		t.Run(name, func(t *testing.T) {
			dir := history(t)
			serving(t, settings{data: dir}, func(r running) {
				eventually(t, "the first round has ended", func() bool { return strings.HasPrefix(r.says("scrub"), "1000 records are what they were") })
				alterRecord(t, dir, 600)
				asked := path
				if asked == "" {
					asked = "/v1/events/" + idOf(t, dir, 600) + "/proof"
				}
				answer, err := http.Get(r.site + asked)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if answer.StatusCode != http.StatusInternalServerError {
					t.Errorf("%s: %s", asked, answer.Status)
				}
				r.comesTo("refused: event 600 of the ledger (" + idOf(t, dir, 600) + ") is not leaf 600 of the log")
			})
		})
	}
}

func idOf(t *testing.T, dir string, position int) string {
	t.Helper()
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, ledgerFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for e, err := range store.ReadAll(t.Context(), eventstore.Position(position)) {
		if err != nil {
			t.Fatal(err)
		}
		return e.ID.String()
	}
	t.Fatalf("there is no record %d", position)
	return ""
}

// The store is cut back while it is served. It is noticed within seconds, and after a restart; with the records back
// everything goes on.
func TestCutBackWhileServed(t *testing.T) {
	t.Parallel()
	dir := history(t)
	whole := contentOf(t, dir, ledgerFile)
	serving(t, settings{data: dir}, func(r running) {
		r.comesTo("signed at 1000")
		edit(t, filepath.Join(dir, ledgerFile), "DELETE FROM events WHERE position >= 950")
		r.comesTo("refused: event 999 is missing from the ledger")
		if _, err := cite(t.Context(), writer(t, dir), "in-the-place-of-another"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		r.comesTo("refused: ")
	})
	serving(t, settings{data: dir}, func(r running) {
		r.comesTo("refused: the tree is shorter: events 951 to 999 are missing from the ledger")
		r.pagesSay("broken")
	})
	replaceLedger(t, dir, whole)
	serving(t, settings{data: dir}, func(r running) { r.comesTo("signed at 1000"); r.pagesSay("") })
}

// replaceLedger puts another file in the place of the records of a directory that nobody has open.
func replaceLedger(t *testing.T, dir string, content []byte) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(dir, ledgerFile+suffix))
	}
	put(t, dir, ledgerFile, content)
}

// Another file takes the place of the records, or of the checkpoints, while they are served: what would be written from
// then on would be lost.
func TestFileIsReplacedWhileServed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{ledgerFile, headsFile} {
		t.Run(name, func(t *testing.T) {
			dir := history(t)
			whole := contentOf(t, dir, name)
			serving(t, settings{data: dir}, func(r running) {
				r.comesTo("signed at 1000")
				put(t, dir, "another", whole)
				if err := os.Rename(filepath.Join(dir, "another"), filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
				r.comesTo("was replaced while it was open; start again")
				r.pagesSay("stopped")
			})
		})
	}
}

// What is noticed at the start: an edited record, with the tree and without it; an older copy; a damaged tree, which is
// made again from records that are what was signed.
func TestWhatTheStartNotices(t *testing.T) {
	t.Parallel()
	older := filepath.Join(t.TempDir(), "data")
	does(t, exitOK, "import", "--data", older, "../../history/sources.csv")
	grown := copied(t, older)
	does(t, exitOK, "import", "--data", grown, "../../history/collectivities.csv") // two checkpoints and more
	first, size := signedSizes(t, older), int(sizeOf(filepath.Join(grown, ledgerFile)))
	start := int(first[len(first)-1])
	for name, tt := range map[string]struct {
		damage func(dir string)
		log    string
		check  int
	}{
		"nothing":                {func(string) {}, fmt.Sprintf("signed at %d", size), exitOK},
		"an edited record":       {func(dir string) { alterRecord(t, dir, 90) }, "event 90 of the ledger (", exitUnproven},
		"the first record after": {func(dir string) { alterRecord(t, dir, start) }, fmt.Sprintf("event %d of the ledger (", start), exitUnproven},
		"an edited record, without the tree": {func(dir string) { alterRecord(t, dir, 90); os.Remove(filepath.Join(dir, treeFile)) },
			fmt.Sprintf("refused: the tree has the same size and another root: one of the events %d to %d of the ledger is not what was signed", start, size-1), exitUnproven},
		"an older copy": {func(dir string) { replaceLedger(t, dir, contentOf(t, older, ledgerFile)) },
			fmt.Sprintf("refused: the tree is shorter: events %d to %d are missing from the ledger", start, size-1), exitUnproven},
		"an older copy, without the tree": {func(dir string) {
			replaceLedger(t, dir, contentOf(t, older, ledgerFile))
			os.Remove(filepath.Join(dir, treeFile))
		}, fmt.Sprintf("refused: the tree is shorter: events %d to %d are missing from the ledger", start, size-1), exitUnproven},
		"a record is missing": {func(dir string) { edit(t, filepath.Join(dir, ledgerFile), "DELETE FROM events WHERE position = 90") },
			"refused: the tree is shorter: events 90 to", exitUnproven},
		"without the tree":  {func(dir string) { os.Remove(filepath.Join(dir, treeFile)) }, fmt.Sprintf("signed at %d", size), exitOK},
		"a damaged tree":    {func(dir string) { flip(t, filepath.Join(dir, treeFile), 32*100) }, fmt.Sprintf("signed at %d", size), exitOK},
		"a tree cut short":  {func(dir string) { cutFile(t, filepath.Join(dir, treeFile), 32*100+5) }, fmt.Sprintf("signed at %d", size), exitOK},
		"more of the tree":  {func(dir string) { put(t, dir, treeFile, append(contentOf(t, dir, treeFile), 1, 2, 3)) }, fmt.Sprintf("signed at %d", size), exitOK},
		"without the lock":  {func(dir string) { os.Remove(filepath.Join(dir, lockFile)) }, fmt.Sprintf("signed at %d", size), exitOK},
		"the ledger copied": {func(dir string) { replaceLedger(t, dir, contentOf(t, grown, ledgerFile)) }, fmt.Sprintf("signed at %d", size), exitOK},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, grown)
			tt.damage(dir)
			for range 2 { // a restart changes nothing
				serving(t, settings{data: dir}, func(r running) {
					r.unready = name == "a record is missing"
					r.comesTo(tt.log)
				})
			}
			if code, out, _ := command(t, "check", "--data", dir); code != tt.check {
				t.Errorf("check: exit %d\n%s", code, out)
			}
		})
	}
}

func cutFile(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}
