package main

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/api/tlog/witnesstest"
)

// theTwo are a directory with some records, an older copy of it, and the records of both.
type theTwo struct {
	older, newer         string
	olderSize, newerSize int64
}

// olderAndNewer gives a ledger that has gone on, and a copy of it from before. The copy is one by itself: nothing was
// shown to it.
func olderAndNewer(t *testing.T) theTwo {
	t.Helper()
	two := theTwo{older: filepath.Join(t.TempDir(), "older"), newer: filepath.Join(t.TempDir(), "newer")}
	does(t, exitOK, "import", "--data", two.newer, "../../history/sources.csv")
	copyDir(t, two.newer, two.older)
	does(t, exitOK, "import", "--data", two.newer, "../../history/collectivities.csv")
	two.olderSize, two.newerSize = int64(sizeOf(filepath.Join(two.older, ledgerFile))), int64(sizeOf(filepath.Join(two.newer, ledgerFile)))
	return two
}

// copyDir is cp -a.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	if err := copyPrivately(from, to); err != nil {
		t.Fatal(err)
	}
}

// inFile writes the last checkpoint of a directory into a file.
func inFile(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint")
	out, _ := does(t, exitOK, "log", "checkpoint", "--data", dir)
	if err := os.WriteFile(path, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const waits = "show it the newest checkpoint that anyone has"

// A copy of a directory is served unsigned until it is shown the newest checkpoint; the directory itself, restarted or
// renamed, goes on.
func TestCopiedDirectory(t *testing.T) {
	t.Parallel()
	dir := history(t)
	renamed := dir + "-renamed"
	if err := os.Rename(dir, renamed); err != nil {
		t.Fatal(err)
	}
	serving(t, settings{data: renamed}, func(r running) { r.comesTo("signed at 1000") })

	dir = filepath.Join(t.TempDir(), "copy")
	copyDir(t, renamed, dir)
	for range 2 {
		serving(t, settings{data: dir}, func(r running) {
			r.comesTo("refused: this is a copy")
			r.comesTo(waits)
			r.pagesSay("waiting")
		})
	}
	for _, args := range [][]string{{"import", "../../history"}, {"log", "rotate"}} {
		if _, errs := does(t, exitFailed, append(args, "--data", dir)...); !strings.Contains(errs, "this is a copy") {
			t.Errorf("%q: %s", args, errs)
		}
	}
	if out, _ := does(t, exitOK, "check", "--data", dir); !strings.Contains(out, "unsigned until it is shown the newest checkpoint (serve --seen or --mirror): this is a copy") {
		t.Errorf("check:\n%s", out)
	}
	if n := len(signedSizes(t, dir)); n != len(signedSizes(t, renamed)) {
		t.Errorf("%d checkpoints", n)
	}
	serving(t, settings{data: dir, trust: trustFlags{seen: []string{inFile(t, renamed)}}}, func(r running) {
		r.comesTo("signed at 1000")
		r.pagesSay("")
	})
	does(t, exitOK, "import", "--data", dir, "../../history") // from now on it is the one
	serving(t, settings{data: dir}, func(r running) { r.comesTo("signed at 1000") })
}

// An older copy is shown a checkpoint of more than it has: it says what is missing and what to do, after a restart too.
func TestSeenOfMoreThanThereIs(t *testing.T) {
	t.Parallel()
	two := olderAndNewer(t)
	newest := inFile(t, two.newer)
	missing := func(r running) {
		r.comesTo("refused: others have a checkpoint of size " + itoa(two.newerSize) + ": events " + itoa(two.olderSize) + " to " + itoa(two.newerSize-1) + " are missing from the ledger")
		r.comesTo("serve --mirror URL")
		r.pagesSay("broken")
	}
	serving(t, settings{data: two.older, trust: trustFlags{seen: []string{newest}}}, missing)
	serving(t, settings{data: two.older}, missing)
	// An older checkpoint does not make it forget, and witnesses are not asked to.
	serving(t, settings{data: two.older, trust: trustFlags{seen: []string{inFile(t, two.older)}}}, missing)
	if out, _ := does(t, exitOK, "check", "--data", two.older); !strings.Contains(out, "unsigned: others have a checkpoint of "+itoa(two.newerSize)+" records, and "+itoa(two.olderSize)+" are here") {
		t.Errorf("check:\n%s", out)
	}
	// With the records it goes on by itself.
	replaceLedger(t, two.older, contentOf(t, two.newer, ledgerFile))
	serving(t, settings{data: two.older}, func(r running) { r.comesTo("signed at " + itoa(two.newerSize)) })
	if out, _ := does(t, exitOK, "log", "checkpoint", "--data", two.older); out != string(mustRead(t, newest)) {
		t.Errorf("the last checkpoint is\n%s", out)
	}
}

// A mirror gives back what is missing: another node, and a static export. Texts do not come with it.
func TestMirrorGivesBackWhatIsMissing(t *testing.T) {
	t.Parallel()
	two := olderAndNewer(t)
	export := filepath.Join(t.TempDir(), "export")
	does(t, exitOK, "log", "export", export, "--data", two.newer)
	refilled := func(t *testing.T, dir, mirror string) {
		t.Helper()
		serving(t, settings{data: dir, trust: trustFlags{mirror: mirror}}, func(r running) {
			r.comesTo("signed at " + itoa(two.newerSize))
			r.pagesSay("")
			lacking := notAtHand(t, r)
			if len(lacking) == 0 || lacking[0].Index < two.olderSize {
				t.Fatalf("texts are not at hand of %v", lacking)
			}
			if page := fetch(t, r.site+"/en/records/"+lacking[0].ID); !strings.Contains(page, "text not at hand on this site") {
				t.Error("the page of a record that came from the mirror does not say that its text is not at hand")
			}
		})
		if string(contentOfRecords(t, dir)) != string(contentOfRecords(t, two.newer)) {
			t.Error("the records are not those of the mirror")
		}
		out, _ := does(t, exitOK, "check", "--data", dir)
		if !strings.Contains(out, "not at hand: their records were fetched from a mirror; arobase vault restore brings them back") {
			t.Errorf("check:\n%s", out)
		}
		does(t, exitOK, "import", "--data", dir, "../../history/figures.csv")
	}
	t.Run("a static export", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		copyDir(t, two.older, dir)
		refilled(t, dir, export)
	})
	t.Run("a node", func(t *testing.T) {
		node := copied(t, two.newer)
		serving(t, settings{data: node}, func(mirror running) {
			dir := filepath.Join(t.TempDir(), "data")
			copyDir(t, two.older, dir)
			refilled(t, dir, mirror.site)
		})
	})
	t.Run("records that were lost, with the checkpoints there", func(t *testing.T) {
		dir := copied(t, two.newer)
		replaceLedger(t, dir, contentOf(t, two.older, ledgerFile))
		serving(t, settings{data: dir, trust: trustFlags{mirror: export}}, func(r running) { r.comesTo("signed at " + itoa(two.newerSize)) })
		// The vault had the values all the time.
		if out, _ := does(t, exitOK, "check", "--data", dir); strings.Contains(out, "not at hand") {
			t.Errorf("check:\n%s", out)
		}
	})
	t.Run("a mirror that is away", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		copyDir(t, two.older, dir)
		serving(t, settings{data: dir, trust: trustFlags{mirror: filepath.Join(t.TempDir())}}, func(r running) { r.comesTo("refused: this is a copy") })
	})
}

type lacking struct {
	ID        string
	Index     int64
	NotAtHand []string
}

// notAtHand are the records of which public texts are not at hand.
func notAtHand(t *testing.T, r running) (all []lacking) {
	t.Helper()
	var list struct{ Items []lacking }
	for after := int64(0); ; after += int64(len(list.Items)) {
		list.Items = nil
		if err := json.Unmarshal([]byte(fetch(t, r.site+"/v1/events?limit=100&after="+itoa(after))), &list); err != nil {
			t.Fatal(err)
		}
		if len(list.Items) == 0 {
			return all
		}
		for _, e := range list.Items {
			if len(e.NotAtHand) > 0 {
				all = append(all, e)
			}
		}
	}
}

// contentOfRecords is every record of a directory.
func contentOfRecords(t *testing.T, dir string) (all []byte) {
	t.Helper()
	o, err := dataDir(dir).readUnanswered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	for e, err := range o.store.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, e.Bytes...), '\n')
	}
	return all
}

// The records of a copy are not what was signed: what is shown, by a file or a mirror, contradicts them. Nothing is signed
// or fetched, and the way out is named.
func TestContradiction(t *testing.T) {
	t.Parallel()
	two := olderAndNewer(t)
	other := filepath.Join(t.TempDir(), "copy")
	copyDir(t, two.older, other)
	edit(t, filepath.Join(other, ledgerFile), `UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"actor":"r', '"actor":"q') AS BLOB) WHERE position = 20`)
	os.Remove(filepath.Join(other, treeFile))
	export := filepath.Join(t.TempDir(), "export")
	does(t, exitOK, "log", "export", export, "--data", two.newer)
	for name, s := range map[string]settings{
		"seen":    {data: other, trust: trustFlags{seen: []string{inFile(t, two.older)}}},
		"mirror":  {data: other, trust: trustFlags{mirror: export}},
		"nothing": {data: other},
	} {
		serving(t, s, func(r running) {
			r.comesTo("refused: ")
			if said := r.says("log"); !strings.Contains(said, "is not what was signed") && !strings.Contains(said, "are not the first of them") || !strings.Contains(said, "arobase log reopen") {
				t.Errorf("%s: readiness says %q", name, said)
			}
			r.pagesSay("broken")
		})
	}
	// A copy that has a record of its own, which nobody has signed.
	gone := filepath.Join(t.TempDir(), "gone")
	copyDir(t, two.older, gone)
	if _, err := cite(t.Context(), writer(t, gone), "of-its-own"); err != nil {
		t.Fatal(err)
	}
	serving(t, settings{data: gone, trust: trustFlags{mirror: export}}, func(r running) {
		r.comesTo("has a checkpoint of " + itoa(two.newerSize) + " records, and the " + itoa(two.olderSize+1) + " here are not the first of them")
		r.comesTo("arobase log reopen")
		r.pagesSay("broken")
	})
	if n := int64(sizeOf(filepath.Join(other, ledgerFile))); n != two.olderSize {
		t.Errorf("%d records: something was fetched", n)
	}
	if _, out, _ := command(t, "check", "--data", other); !strings.Contains(out, "not verified") {
		t.Errorf("check:\n%s", out)
	}
}

// log.db or log.key is lost: the site goes on unsigned, with what is there.
func TestLostLogFiles(t *testing.T) {
	t.Parallel()
	whole := history(t)
	newest := inFile(t, whole)
	t.Run("log.db", func(t *testing.T) {
		dir := copied(t, whole)
		os.Remove(filepath.Join(dir, headsFile))
		for range 2 {
			serving(t, settings{data: dir}, func(r running) {
				r.comesTo("refused: log.db was missing, and with it what was signed")
				r.pagesSay("waiting")
			})
		}
		serving(t, settings{data: dir, trust: trustFlags{seen: []string{newest}}}, func(r running) { r.comesTo("signed at 1000") })
		if out, _ := does(t, exitOK, "log", "checkpoint", "--data", dir); out != string(mustRead(t, newest)) {
			t.Errorf("the last checkpoint is\n%s", out)
		}
		does(t, exitOK, "check", "--data", dir)
	})
	t.Run("log.key", func(t *testing.T) {
		dir := copied(t, whole)
		key := contentOf(t, dir, keyFile)
		os.Remove(filepath.Join(dir, keyFile))
		var made []byte
		for range 2 {
			serving(t, settings{data: dir}, func(r running) {
				r.comesTo("was made here because the key of the log was not at hand")
				r.pagesSay("stopped")
				if page := fetch(t, r.site+"/en/ledger"); strings.Contains(page, "arobase.localhost/log+") {
					t.Error("the page shows a key that nobody knows")
				}
			})
			if now := contentOf(t, dir, keyFile); made != nil && string(now) != string(made) {
				t.Error("another key was made")
			} else {
				made = now
			}
		}
		out, _ := does(t, exitOK, "check", "--data", dir)
		if !strings.Contains(out, "log.key was made here because the key of the log was missing") || !strings.Contains(out, "their signatures are not verified, as the key is missing") {
			t.Errorf("check:\n%s", out)
		}
		if _, errs := does(t, exitFailed, "import", "--data", dir, "../../history"); !strings.Contains(errs, "was made here") {
			t.Errorf("import: %s", errs)
		}
		// What the key has not signed cannot be shown to it.
		code, _, errs := command(t, "serve", "--data", dir, "--seen", newest, "--listen", free(t), "--admin", free(t))
		if code != exitFailed || !strings.Contains(errs, "not a checkpoint of this log") {
			t.Errorf("serve --seen: exit %d: %s", code, errs)
		}
		put(t, dir, keyFile, key)
		serving(t, settings{data: dir}, func(r running) { r.comesTo("signed at 1000"); r.pagesSay("") })
		does(t, exitOK, "check", "--data", dir)
	})
	t.Run("log.key, and the log goes on under another name", func(t *testing.T) {
		dir := copied(t, whole)
		old := keyOf(t, dir)
		os.Remove(filepath.Join(dir, keyFile))
		serving(t, settings{data: dir}, func(r running) { r.comesTo("refused: ") })
		_, errs := does(t, exitFailed, "log", "reopen", "--data", dir, "--origin", "label.example/log", "--cause", "other")
		if !strings.Contains(errs, "--old-key KEY") {
			t.Errorf("without the old key: %s", errs)
		}
		does(t, exitOK, "log", "reopen", "--data", dir, "--origin", "label.example/log", "--cause", "other", "--old-key", old)
		serving(t, settings{data: dir}, func(r running) { r.comesTo("signed at 1001") })
		does(t, exitOK, "check", "--data", dir)
	})
}

// A copy is reopened under another name: the way out where nobody has the newest checkpoint.
func TestReopenOfACopy(t *testing.T) {
	t.Parallel()
	two := olderAndNewer(t)
	serving(t, settings{data: two.older}, func(r running) { r.comesTo("refused: this is a copy") })
	does(t, exitOK, "log", "reopen", "--data", two.older, "--origin", "label.example/log", "--cause", "history-lost")
	serving(t, settings{data: two.older}, func(r running) { r.comesTo("signed at " + itoa(two.olderSize+1)) })
	does(t, exitOK, "check", "--data", two.older)
}

// A witness remembers the last checkpoint that it saw. If that is one of those that are kept, a copy goes on; if it is a
// greater one, also what believes itself proven has forgotten something, and stops.
func TestWitnessRemembers(t *testing.T) {
	t.Parallel()
	two := olderAndNewer(t)
	key := keyOf(t, two.newer)
	witness := witnesstest.New("well.example", 1, key)
	server := httptest.NewServer(witness)
	defer server.Close()
	witnesses := witnessFlags{addresses: []string{server.URL + "#" + witness.Key()}, quorum: "all"}
	see := func(dir string) {
		t.Helper()
		head := lastOf(t, dir)
		witness.SetAt(head.Size, head.Root)
	}

	same := filepath.Join(t.TempDir(), "same")
	copyDir(t, two.older, same)
	see(two.older)
	serving(t, settings{data: same, witnesses: witnesses}, func(r running) { r.comesTo("signed at " + itoa(two.olderSize)) })

	older := filepath.Join(t.TempDir(), "older")
	copyDir(t, two.older, older)
	see(two.newer)
	serving(t, settings{data: older, witnesses: witnesses}, func(r running) { r.comesTo("refused: this is a copy") })

	rolledBack := copied(t, two.older) // as by a snapshot of the file system
	for range 2 {
		serving(t, settings{data: rolledBack, witnesses: witnesses}, func(r running) {
			r.comesTo("refused: a witness has seen a checkpoint of " + itoa(two.newerSize) + " records, and the last one here is of " + itoa(two.olderSize))
		})
	}
	for _, dir := range []string{older, rolledBack} {
		if sizes := signedSizes(t, dir); sizes[len(sizes)-1] != two.olderSize {
			t.Errorf("it signed %v", sizes)
		}
	}
	// One that is away keeps nobody from signing.
	server.Close()
	proven := copied(t, two.older)
	serving(t, settings{data: proven, witnesses: witnesses}, func(r running) { r.comesTo("signed at " + itoa(two.olderSize)) })
}

func lastOf(t *testing.T, dir string) (last tlog.Head) {
	t.Helper()
	o, err := dataDir(dir).readUnanswered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	heads, err := sqlitelog.Open(filepath.Join(dir, headsFile), o.LedgerID)
	if err != nil {
		t.Fatal(err)
	}
	last, err = heads.Last(t.Context())
	if err := errors.Join(err, heads.Close(), o.close()); err != nil {
		t.Fatal(err)
	}
	return last
}

// What is given on the command line and cannot be meant is refused before anything is served.
func TestTrustFlags(t *testing.T) {
	t.Parallel()
	dir := history(t)
	empty := filepath.Join(t.TempDir(), "empty")
	put(t, filepath.Dir(empty), "empty", []byte("\n\n"))
	stranger := filepath.Join(t.TempDir(), "data")
	does(t, exitOK, "import", "--data", stranger, "../../history/sources.csv")
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--scrub", "0"}, exitUsage, "--scrub is a time from 1s on"},
		{[]string{"--scrub", "10ms"}, exitUsage, "--scrub is a time from 1s on"},
		{[]string{"--seen", dir + "/nowhere"}, exitFailed, "no such file"},
		{[]string{"--seen", empty}, exitFailed, "holds no checkpoint"},
		{[]string{"--seen", inFile(t, stranger)}, exitFailed, "not a checkpoint of this log"},
		{[]string{"--mirror", "ftp://example.org"}, exitUsage, "neither a directory nor an address"},
		{[]string{"--mirror", dir + "/nowhere"}, exitUsage, "nowhere"},
	} {
		code, _, errs := command(t, append([]string{"serve", "--data", dir, "--listen", free(t), "--admin", free(t)}, tt.args...)...)
		if code != tt.code || !strings.Contains(errs, tt.says) {
			t.Errorf("%q: exit %d: %s", tt.args, code, errs)
		}
	}
}

// Several checkpoints can stand in one file, as they were saved one after the other.
func TestSplitNotes(t *testing.T) {
	const one, two = "a\n1\nx\n\n— a AAAA\n", "a\n2\ny\n\n— a AAAA\n— b BBBB\n"
	for text, want := range map[string][]string{
		"": nil, "\n \n": nil, one: {one}, one + two: {one, two}, "\n" + one + "\n\n" + two + "\n": {one, two}, two + two: {two, two},
		"a\n1\nx\n": {"a\n1\nx\n"}, one + "rest": {one, "rest"}, one[:len(one)-1]: {one[:len(one)-1]},
	} {
		var got []string
		for _, n := range splitNotes([]byte(text)) {
			got = append(got, string(n))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
