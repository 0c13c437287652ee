package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arobase/api/tlog"
	"arobase/api/tlog/sqlitelog"
	"arobase/projections/transparency"
)

// backedUp is a backup of a directory.
func backedUp(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.tar")
	does(t, exitOK, "backup", path, "--data", dir)
	return path
}

// There and back: the same records, the same checkpoints; nothing secret in the file; unsigned until it is shown the
// newest checkpoint.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	whole := history(t)
	file := backedUp(t, whole)
	content := string(mustRead(t, file))
	for _, name := range []string{vaultFile, secretFile, keyFile} {
		if strings.Contains(content, name) {
			t.Errorf("%s is in it", name)
		}
	}
	for what, secret := range map[string]string{
		"the key":    strings.TrimSpace(strings.Split(string(contentOf(t, whole, keyFile)), "\n")[1]),
		"the secret": strings.TrimSpace(strings.Split(string(contentOf(t, whole, secretFile)), "\n")[1]),
	} {
		if strings.Contains(content, secret) {
			t.Errorf("%s is in it", what)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	dir := filepath.Join(t.TempDir(), "new", "restored")
	if err := os.Mkdir(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key")
	put(t, filepath.Dir(key), "key", contentOf(t, whole, keyFile))
	out, _ := does(t, exitOK, "restore", file, "--data", dir, "--key", key)
	for _, want := range []string{"restored 1000 records of the ledger ", "arobase vault restore brings them back", "serve signs nothing until it is shown the newest checkpoint: serve --seen FILE"} {
		if !strings.Contains(out, want) {
			t.Errorf("restore does not say %q:\n%s", want, out)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := "ledger.db ledger.secret lock log.db log.key tree.hashes vault.db"; strings.Join(names, " ") != want {
		t.Errorf("the directory holds %v, want %s", names, want)
	}
	if !bytes.Equal(contentOfRecords(t, dir), contentOfRecords(t, whole)) {
		t.Error("the records are others")
	}
	if got, _ := does(t, exitOK, "log", "checkpoint", "--data", dir); got != string(mustRead(t, inFile(t, whole))) {
		t.Errorf("the last checkpoint is\n%s", got)
	}
	check, _ := does(t, exitOK, "check", "--data", dir)
	for _, want := range []string{
		"not at hand: their records were restored without the vault; arobase vault restore brings them back",
		"unsigned until it is shown the newest checkpoint (serve --seen or --mirror): it was restored from a backup of ",
	} {
		if !strings.Contains(check, want) {
			t.Errorf("check does not say %q:\n%s", want, check)
		}
	}
	serving(t, settings{data: dir}, func(r running) {
		r.comesTo("refused: it was restored from a backup of ")
		r.pagesSay("waiting")
		if len(notAtHand(t, r)) == 0 {
			t.Error("every text is at hand")
		}
	})
	serving(t, settings{data: dir, trust: trustFlags{seen: []string{inFile(t, whole)}}}, func(r running) { r.comesTo("signed at 1000") })
	does(t, exitOK, "import", "--data", dir, "../../history")
}

// A value that is lost without a reason is still a fault, in a restored directory too.
func TestCheckAfterRestoreIsNotBlind(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "restored")
	whole := history(t)
	does(t, exitOK, "restore", backedUp(t, whole), "--data", dir, "--key", filepath.Join(whole, keyFile), "--seen", inFile(t, whole))
	serving(t, settings{data: dir}, func(r running) { r.comesTo("signed at 1000") })
	noted(t, dir, "a note of our own")
	does(t, exitOK, "check", "--data", dir)
	edit(t, filepath.Join(dir, vaultFile), `DELETE FROM secrets`)
	if out, _ := does(t, exitUnproven, "check", "--data", dir); !strings.Contains(out, "vault: the value of /data/") || !strings.Contains(out, "is missing") {
		t.Errorf("check:\n%s", out)
	}
}

// While serve runs and records are written, a backup is that of one moment.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	dir := history(t)
	var files []string
	serving(t, settings{data: dir}, func(r running) {
		ctx, stop := context.WithCancel(t.Context())
		written := make(chan error, 1)
		l := writer(t, dir)
		go func() {
			for i := 0; ctx.Err() == nil; i++ {
				if _, err := cite(context.WithoutCancel(ctx), l, "while-"+itoa(int64(i))); err != nil {
					written <- err
					return
				}
			}
			written <- nil
		}()
		for range 3 {
			files = append(files, backedUp(t, dir))
		}
		stop()
		if err := <-written; err != nil {
			t.Fatal(err)
		}
	})
	for _, file := range files {
		restored := filepath.Join(t.TempDir(), "restored")
		does(t, exitOK, "restore", file, "--data", restored)
		does(t, exitOK, "check", "--data", restored)
		if !bytes.HasPrefix(contentOfRecords(t, dir), contentOfRecords(t, restored)) {
			t.Error("the records are not the first of those that there are")
		}
	}
}

// A file that was cut, wherever, or altered in any byte, is refused, and nothing is left of the attempt; where a byte
// means nothing, what is restored is the same.
func TestDamagedBackups(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "data")
	does(t, exitOK, "import", "--data", whole, "../../history/sources.csv")
	good := mustRead(t, backedUp(t, whole))
	refused := func(what string, content []byte) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "damaged.tar")
		put(t, filepath.Dir(file), "damaged.tar", content)
		dir := filepath.Join(t.TempDir(), "restored")
		code, _, errs := command(t, "restore", file, "--data", dir)
		if code == exitOK {
			if !bytes.Equal(contentOfRecords(t, dir), contentOfRecords(t, whole)) {
				t.Errorf("%s: other records were restored", what)
			}
			t.Errorf("%s: restored", what)
			return
		}
		if code != exitUnproven || !strings.Contains(errs, "the backup does not verify") {
			t.Errorf("%s: exit %d: %s", what, code, errs)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something is left: %v", what, err)
		}
	}
	for n := 0; n < len(good)-1024; n += max(1, len(good)/40) { // the last 1,024 bytes are the end of the archive, and hold nothing
		refused("cut to "+itoa(int64(n)), good[:n])
	}
	refused("without its sums", good[:len(good)-1024-1024])
	refused("with more behind it", append(bytes.Clone(good), "more"...))
	refused("twice", append(bytes.Clone(good), good...))

	// Every byte of what is in the archive, here and there, most of all in what describes it; its padding is not looked at.
	used := usedBytes(t, good)
	for i := 0; used[i] < 1500; i += 7 {
		damaged := bytes.Clone(good)
		damaged[used[i]] ^= 1
		refused("byte "+itoa(int64(used[i])), damaged)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		at := used[random.IntN(len(used))]
		damaged := bytes.Clone(good)
		damaged[at] ^= byte(1 << random.IntN(8))
		refused("byte "+itoa(int64(at)), damaged)
	}
	// Altered with care: a manifest that fits, over other records or other figures.
	for what, change := range map[string]func(m *manifest, parts map[string][]byte){
		"another root":       func(m *manifest, _ map[string][]byte) { m.Root[3] ^= 1 },
		"another size":       func(m *manifest, _ map[string][]byte) { m.Size++ },
		"another checkpoint": func(m *manifest, _ map[string][]byte) { m.Signed-- },
		"another origin":     func(m *manifest, _ map[string][]byte) { m.Origin = "example.org/log" },
		"another ledger":     func(m *manifest, _ map[string][]byte) { m.Ledger[3] ^= 1 },
		"another format":     func(m *manifest, _ map[string][]byte) { m.Format = "arobase-backup-v9" },
		"a record": func(_ *manifest, parts map[string][]byte) {
			replaceIn(t, parts[ledgerFile], `"actor":"r`, `"actor":"q`)
		},
		"a checkpoint":       func(_ *manifest, parts map[string][]byte) { parts[headsFile] = parts[ledgerFile] },
		"a part with a path": func(m *manifest, _ map[string][]byte) { m.Parts[1].Name = "../log.db" },
		"a secret part":      func(m *manifest, _ map[string][]byte) { m.Parts[1].Name = "log.key" },
		"no records":         func(m *manifest, _ map[string][]byte) { m.Parts = m.Parts[1:] },
		"a part twice":       func(m *manifest, _ map[string][]byte) { m.Parts = append(m.Parts, m.Parts[1]) },
	} {
		refused(what, rebuilt(t, good, change))
	}
}

// usedBytes are the places of all bytes in an archive that mean something.
func usedBytes(t *testing.T, archive []byte) (all []int) {
	t.Helper()
	from := bytes.NewReader(archive)
	reader := tar.NewReader(from)
	for {
		h, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		start := len(archive) - from.Len()
		for at := start; at < start+int(h.Size); at++ {
			all = append(all, at)
		}
		for at := start - 512; at < start-512+100; at++ { // its name
			if archive[at] != 0 {
				all = append(all, at)
			}
		}
	}
}

func replaceIn(t *testing.T, content []byte, old, by string) {
	t.Helper()
	for found := false; ; found = true {
		at := bytes.Index(content, []byte(old))
		if at < 0 && !found {
			t.Fatalf("%q is not there", old)
		}
		if at < 0 {
			return
		}
		copy(content[at:], by)
	}
}

// rebuilt is a backup with something changed, and hashes that fit.
func rebuilt(t *testing.T, archive []byte, change func(m *manifest, parts map[string][]byte)) []byte {
	t.Helper()
	var m manifest
	parts := map[string][]byte{}
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		content, readErr := io.ReadAll(reader)
		if err := errors.Join(err, readErr); err != nil {
			t.Fatal(err)
		}
		parts[h.Name] = content
	}
	if err := json.Unmarshal(parts[manifestFile], &m); err != nil {
		t.Fatal(err)
	}
	change(&m, parts)
	dir := t.TempDir()
	for _, p := range m.Parts {
		path := filepath.Join(dir, "below", p.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		content, ok := parts[p.Name]
		if !ok {
			content = parts[headsFile]
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if m.Parts, err = partsOf(filepath.Join(dir, "below"), m.Parts); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeBackup(&b, filepath.Join(dir, "below"), m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a backup is not made of, and what is not restored over or beside.
func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	dir := history(t)
	alterRecord(t, dir, 600)
	file := filepath.Join(t.TempDir(), "backup.tar")
	if _, errs := does(t, exitUnproven, "backup", file, "--data", dir); !strings.Contains(errs, "the ledger is not what was signed") {
		t.Errorf("of altered records: %s", errs)
	}
	edit(t, filepath.Join(dir, ledgerFile), "DELETE FROM events WHERE position >= 900")
	does(t, exitUnproven, "backup", file, "--data", dir)
	if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) > 0 {
		t.Errorf("something was left: %v, %v", entries, err)
	}
	whole := history(t)
	file = backedUp(t, whole)
	before := mustRead(t, file)
	if _, errs := does(t, exitFailed, "backup", file, "--data", whole); !strings.Contains(errs, "not overwritten") || !bytes.Equal(before, mustRead(t, file)) {
		t.Errorf("over a file: %s", errs)
	}
	does(t, exitFailed, "backup", filepath.Join(t.TempDir(), "no", "such", "place"), "--data", whole)
	does(t, exitFailed, "backup", filepath.Join(t.TempDir(), "backup.tar"), "--data", t.TempDir())
	does(t, exitUsage, "backup", "--data", whole)

	occupied := t.TempDir()
	put(t, occupied, "mine", []byte("mine"))
	if _, errs := does(t, exitFailed, "restore", file, "--data", occupied); !strings.Contains(errs, "is not empty: mine is there") || !has(occupied, "mine") {
		t.Errorf("into a directory that is used: %s", errs)
	}
	does(t, exitFailed, "restore", file, "--data", whole)
	does(t, exitFailed, "restore", filepath.Join(t.TempDir(), "nowhere"), "--data", filepath.Join(t.TempDir(), "x"))
	empty := t.TempDir()
	does(t, exitOK, "restore", file, "--data", empty)
	does(t, exitOK, "check", "--data", empty)
	if _, errs := does(t, exitFailed, "restore", file, "--data", empty); !strings.Contains(errs, "is not empty") {
		t.Errorf("a second time: %s", errs)
	}
}

// An attempt that was interrupted leaves nothing that could be taken for a ledger.
func TestInterruptedRestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, stagingDir), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, stagingDir), ledgerFile, contentOf(t, history(t), ledgerFile))
	put(t, dir, headsFile, contentOf(t, history(t), headsFile))
	for _, args := range [][]string{{"import", "--data", dir, "../../history"}, {"serve", "--data", dir}, {"check", "--data", dir}, {"restore", backedUp(t, history(t)), "--data", dir}} {
		if code, out, errs := command(t, args...); code == exitOK {
			t.Errorf("%q: %s%s", args, out, errs)
		}
	}
	if has(dir, ledgerFile) {
		t.Error("a ledger was made")
	}
}

// The key that is brought must be the one that signs; what is shown must not contradict.
func TestRestoreVerifiesKeyAndSeen(t *testing.T) {
	t.Parallel()
	two := olderAndNewer(t)
	file := backedUp(t, two.older)
	key := filepath.Join(two.older, keyFile)
	stranger := filepath.Join(t.TempDir(), "stranger")
	does(t, exitOK, "restore", file, "--data", stranger)
	other := filepath.Join(t.TempDir(), "other")
	does(t, exitOK, "import", "--data", other, "../../history/sources.csv")
	loose := filepath.Join(t.TempDir(), "loose")
	put(t, filepath.Dir(loose), "loose", mustRead(t, key))
	if err := os.Chmod(loose, 0o644); err != nil {
		t.Fatal(err)
	}
	altered := filepath.Join(t.TempDir(), "altered")
	put(t, filepath.Dir(altered), "altered", bytes.Replace(mustRead(t, inFile(t, two.newer)), []byte("\n"+itoa(two.newerSize)+"\n"), []byte("\n"+itoa(two.newerSize-1)+"\n"), 1))
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"seen without a key":       {[]string{"--seen", key}, exitUsage, "--seen needs --key"},
		"a key that was made":      {[]string{"--key", filepath.Join(stranger, keyFile)}, exitUnproven, "is not the key that signs this log"},
		"the key of another":       {[]string{"--key", filepath.Join(other, keyFile)}, exitFailed, "another ledger"},
		"a key open to others":     {[]string{"--key", loose}, exitFailed, "must be 0600"},
		"no key":                   {[]string{"--key", filepath.Join(other, "nowhere")}, exitFailed, "no such file"},
		"seen: not a checkpoint":   {[]string{"--key", key, "--seen", key}, exitUnproven, "not a checkpoint of this log"},
		"seen: of another":         {[]string{"--key", key, "--seen", inFile(t, other)}, exitUnproven, "not a checkpoint of this log"},
		"seen: an altered one":     {[]string{"--key", key, "--seen", altered}, exitUnproven, "not a checkpoint of this log"},
		"seen: no file":            {[]string{"--key", key, "--seen", "nowhere"}, exitFailed, "no such file"},
		"seen: the same, and more": {[]string{"--key", key, "--seen", inFile(t, two.older), "--seen", inFile(t, two.newer)}, exitOK, ""},
	} {
		dir := filepath.Join(t.TempDir(), "restored")
		code, out, errs := command(t, append([]string{"restore", file, "--data", dir}, tt.args...)...)
		if code != tt.code || !strings.Contains(errs, tt.says) {
			t.Errorf("%s: exit %d: %s", name, code, errs)
		}
		if code != exitOK {
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: something is left", name)
			}
			continue
		}
		if !strings.Contains(out, "records "+itoa(two.olderSize)+" to "+itoa(two.newerSize-1)+" are missing here; serve --mirror URL fetches them") {
			t.Errorf("%s:\n%s", name, out)
		}
		serving(t, settings{data: dir}, func(r running) { r.comesTo("refused: others have a checkpoint of size " + itoa(two.newerSize)) })
	}
	// The newest is of a history that went elsewhere.
	elsewhere := copied(t, two.older)
	edit(t, filepath.Join(elsewhere, ledgerFile), `UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), '"actor":"r', '"actor":"q') AS BLOB) WHERE position = 20`)
	for _, name := range []string{treeFile, headsFile} {
		os.Remove(filepath.Join(elsewhere, name))
	}
	o, err := dataDir(elsewhere).readUnanswered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	forged := signedOver(t, o)
	dir := filepath.Join(t.TempDir(), "restored")
	if _, errs := does(t, exitUnproven, "restore", file, "--data", dir, "--key", key, "--seen", forged); !strings.Contains(errs, "contradicts the backup") || !strings.Contains(errs, "arobase log reopen") {
		t.Errorf("another history: %s", errs)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something is left")
	}
}

// A restore after an erasure does not bring the value back: it is in none of the files. The vault's backup that was made
// before does not bring it back either.
func TestRestoreAfterAnErasure(t *testing.T) {
	t.Parallel()
	whole := history(t)
	const value = "a note of our own, which is nowhere else"
	event := noted(t, whole, value)
	early := backedUp(t, whole)
	keys := t.TempDir()
	identity, recipient := filepath.Join(keys, "key"), newKey(t, keys).Recipient().String()
	vaultFileBackup := filepath.Join(t.TempDir(), "vault.age")
	does(t, exitOK, "vault", "backup", vaultFileBackup, "--recipient", recipient, "--data", whole)
	does(t, exitOK, "erase", event, "/data/note", "--ground", "request", "--data", whole)
	late := backedUp(t, whole)
	for name, file := range map[string]string{"before": early, "after": late} {
		if bytes.Contains(mustRead(t, file), []byte(value)) {
			t.Fatalf("the backup from %s the erasure holds the value", name)
		}
	}
	dir := filepath.Join(t.TempDir(), "restored")
	does(t, exitOK, "restore", late, "--data", dir, "--key", filepath.Join(whole, keyFile), "--seen", inFile(t, whole))
	does(t, exitOK, "vault", "restore", vaultFileBackup, "--identity", identity, "--data", dir)
	if string(contentOf(t, dir, secretFile)) != string(contentOf(t, whole, secretFile)) {
		t.Error("the secret of the ledger did not come back with the vault")
	}
	serving(t, settings{data: dir}, func(r running) {
		r.comesTo("signed at 1002")
		if page := fetch(t, r.site+"/en/records/"+event); strings.Contains(page, value) {
			t.Error("the page shows the value")
		}
		if lacking := notAtHand(t, r); len(lacking) > 0 {
			t.Errorf("not at hand although the vault is back: %v", lacking)
		}
	})
	if out, _ := does(t, exitOK, "check", "--data", dir); strings.Contains(out, "not at hand") || strings.Contains(out, "standing") {
		t.Errorf("check:\n%s", out)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if bytes.Contains(contentOf(t, dir, e.Name()), []byte(value)) {
			t.Errorf("%s holds the value", e.Name())
		}
	}
}

// noted enters a source with a note, and gives its record.
func noted(t *testing.T, dir, note string) (event string) {
	t.Helper()
	more := t.TempDir()
	put(t, more, "sources.csv", []byte("source_id,publisher,title,published_on,url,note\nof-our-own,Somebody,Something,,,\""+note+"\"\n"))
	does(t, exitOK, "import", "--data", dir, filepath.Join(more, "sources.csv"))
	return idOf(t, dir, int(sizeOf(filepath.Join(dir, ledgerFile)))-1)
}

// signedOver writes a checkpoint over all records of a directory, signed by its key, into a file.
func signedOver(t *testing.T, o *opened) string {
	t.Helper()
	defer o.close()
	key, err := tlog.LoadKey(o.dir.file(keyFile), o.LedgerID, o.Origin)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := transparency.InMemory(t.Context(), o.store)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	heads, err := sqlitelog.Create(filepath.Join(dir, "heads"), o.LedgerID)
	if err != nil {
		t.Fatal(err)
	}
	defer heads.Close()
	head, err := tlog.NewSigner(key, tree, heads, time.Now).Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "checkpoint", head.Signed)
	return filepath.Join(dir, "checkpoint")
}
