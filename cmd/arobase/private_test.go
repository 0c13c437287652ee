package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arobase/domain"
)

// play is a made-up edition that is run in a directory, over HTTP, with backups and losses in between.
type play struct {
	t          *testing.T
	dir        string
	clock      string // the file
	noon       time.Duration
	edition    int // of the year after
	admin      string
	presidents [2]string
	registrar  string
	declarant  string
	key        string // of age: the file with the private one
	recipient  string
}

const aixPlays = "fr-commune-73008"

func newPlay(t *testing.T) *play {
	t.Helper()
	p := &play{t: t, dir: filepath.Join(t.TempDir(), "data"), clock: filepath.Join(t.TempDir(), "clock")}
	var err error
	if p.admin, err = prepareRehearsal(t.Context(), p.dir, p.clock); err != nil {
		t.Fatal(err)
	}
	// It is noon on the first day, so that no midnight comes in between.
	now := time.Now().UTC()
	first := time.Date(now.Year(), now.Month(), now.Day()+1, 11, 0, 0, 0, time.UTC)
	p.noon, p.edition = first.Sub(now), first.Year()+1-1999
	p.on(0)
	keys := t.TempDir()
	p.recipient, p.key = newKey(t, keys).Recipient().String(), filepath.Join(keys, "key")
	return p
}

// on lets the day come that is so many after the first.
func (p *play) on(day int) {
	p.t.Helper()
	if err := replaceFile(p.clock, (p.noon + time.Duration(day)*24*time.Hour).String()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *play) day(n int) string {
	return domain.DayInParis(time.Now().Add(p.noon + time.Duration(n)*24*time.Hour))
}

// served runs the server on the directory.
func (p *play) served(look func(r running)) {
	p.t.Helper()
	serving(p.t, settings{data: p.dir, clock: p.clock}, look)
}

// ask sends a request and holds the answer to a status.
func (p *play) ask(r running, want int, token, method, address, body string) string {
	p.t.Helper()
	req, err := http.NewRequest(method, r.site+address, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if token == "" {
		req.Header.Del("Authorization")
	}
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if answer.StatusCode != want {
		p.t.Fatalf("%s %s: %d, want %d: %s", method, address, answer.StatusCode, want, content)
	}
	return string(content)
}

func (p *play) post(r running, token, resource, body string, args ...any) {
	p.t.Helper()
	p.ask(r, http.StatusCreated, token, "POST", "/v1/"+resource, fmt.Sprintf(body, args...))
}

func (p *play) token(r running, role, of string, person string) string {
	p.t.Helper()
	var granted struct{ Token string }
	answer := p.ask(r, http.StatusCreated, p.admin, "POST", "/v1/tokens", fmt.Sprintf(`{"role":%q,"for":%q,"person":%q,"days":30}`, role, of, person))
	if err := json.Unmarshal([]byte(answer), &granted); err != nil || granted.Token == "" {
		p.t.Fatalf("%s, %v", answer, err)
	}
	return granted.Token
}

const (
	declared = "Délibération du conseil du 3 mars"
	waiting  = "a file that no action names yet"
)

func nameOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// untilDrafts runs the edition until the decisions on three candidacies are drafted.
func (p *play) untilDrafts(r running) {
	p.t.Helper()
	p.presidents = [2]string{p.token(r, "president", "", "Anne"), p.token(r, "president", "", "Bruno")}
	p.registrar, p.declarant = p.token(r, "registrar", "", "Chloé"), p.token(r, "declarant", aixPlays, "Dominique")
	president := p.presidents[0]
	assumed := func(v string) string { return `{"value":` + v + `,"known":"assumed"}` }
	p.post(r, president, "regulations", `{"regulation":"r1","from":%d,"title":"R","sha256":"%s","articles":[{"number":"1","topic":"jury"}],"minimumLevel":%s,
		"quorum":%s,"tieBreak":%s,"jurorsPerCandidacy":%s,"notice":%s,"appealDays":%s,"elected":%s,"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`,
		p.edition, strings.Repeat("0", 64), assumed("1"), assumed("1"), assumed(`"chair"`), assumed("1"), assumed("0"), assumed("60"), assumed(`"no"`))
	p.post(r, president, "grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`)
	p.post(r, president, "editions", `{"edition":%d,"regulation":"r1","grid":"g1","calendar":{"opens":%q,"closes":%q,"jury":%q,"ceremony":%q}}`,
		p.edition, p.day(0), p.day(0), p.day(1), p.day(2))
	towns := []string{aixPlays, "fr-commune-18033", "fr-commune-02408"}
	for _, id := range towns {
		p.post(r, p.registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":%q,"insee":%q}`, id, id, strings.TrimPrefix(id, "fr-commune-"))
	}
	p.ask(r, http.StatusCreated, p.declarant, "POST", "/v1/evidence", declared)
	p.ask(r, http.StatusCreated, p.declarant, "POST", "/v1/evidence", waiting)
	p.post(r, p.declarant, "actions", `{"action":"wifi","collectivity":%q,"grid":"g1","services":["wifi"],"startedOn":"2020","operatorKind":"collectivity",
		"title":"Wi-Fi","evidence":[{"sha256":%q}]}`, aixPlays, nameOf(declared))
	for _, id := range towns {
		p.post(r, p.registrar, "candidacies", `{"edition":%d,"collectivity":%q,"kind":"ville"}`, p.edition, id)
		p.post(r, p.registrar, "submissions", `{"edition":%d,"collectivity":%q,"signedOff":"Le maire"}`, p.edition, id)
	}
	p.post(r, president, "closings", `{"edition":%d,"candidacies":3}`, p.edition)
	p.post(r, president, "jurors", `{"edition":%d,"juror":1,"college":"academic","person":"Juré 1","chair":"yes"}`, p.edition)
	p.post(r, president, "jurors", `{"edition":%d,"juror":2,"college":"academic","person":"Juré 2"}`, p.edition)
	p.post(r, president, "juries", `{"edition":%d,"jurors":[1,2]}`, p.edition)
	p.on(1)
	p.post(r, president, "sessions", `{"edition":%d,"session":1,"on":%q,"present":[1,2],"quorum":1}`, p.edition, p.day(1))
	for _, id := range towns {
		p.post(r, president, "assignments", `{"edition":%d,"collectivity":%q,"juror":1}`, p.edition, id)
		p.post(r, president, "decisions", `{"edition":%d,"collectivity":%q,"session":1,"distinction":"level","level":1,"mentions":[],
			"tally":{"for":2,"against":0,"abstained":0},"motivation":"Pour","votes":"Tous sans exception","departure":""}`, p.edition, id)
	}
	p.ask(r, http.StatusNoContent, p.admin, "POST", "/v1/token-revocations", fmt.Sprintf(`{"id":%q}`, idOfToken(p.token(r, "auditor", "", "Émile"))))
}

func idOfToken(text string) string { return strings.Split(text, "_")[1] }

func (p *play) lose(names ...string) {
	p.t.Helper()
	for _, name := range names {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(filepath.Join(p.dir, name+suffix))
		}
		if _, err := os.Stat(filepath.Join(p.dir, name)); err == nil {
			p.t.Fatalf("%s is still there", name)
		}
	}
}

func (p *play) drafts(r running) (n int) {
	p.t.Helper()
	var all struct{ Items []struct{ Revision int64 } }
	if err := json.Unmarshal([]byte(p.ask(r, http.StatusOK, p.presidents[0], "GET", fmt.Sprintf("/v1/editions/%d/decisions", p.edition), "")), &all); err != nil {
		p.t.Fatal(err)
	}
	return len(all.Items)
}

// The vault is destroyed on the eve of the ceremony, with the rest of what is private, and the palmarès is published from
// its encrypted backup. Twice: in the middle of the deliberation, and once it is closed.
func TestDestroyedOnTheEve(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	backups := t.TempDir()
	first, second, public := filepath.Join(backups, "first.age"), filepath.Join(backups, "second.age"), filepath.Join(backups, "ledger.tar")
	p.served(func(r running) {
		p.untilDrafts(r)
		// While it is served.
		out, _ := does(t, exitOK, "vault", "backup", first, "--data", p.dir, "--recipient", p.recipient)
		if !strings.Contains(out, "3 documents in preparation, 2 uploaded files, 6 tokens") {
			t.Errorf("the backup says\n%s", out)
		}
	})
	for _, secret := range []string{declared, waiting, "sans exception", "Dominique"} {
		if bytes.Contains(mustRead(t, first), []byte(secret)) {
			t.Errorf("the backup shows %q", secret)
		}
	}

	if held, _ := does(t, exitOK, "holds", "conseil du 3 mars", "--data", p.dir, "-o", "csv"); !strings.Contains(held, "file,"+nameOf(declared)) {
		t.Errorf("a text that was uploaded is not held:\n%s", held)
	}

	// All that is private is lost; it comes back, and the jury goes on from its drafts.
	private := []string{vaultFile, secretFile, roomFile, evidenceFile, authFile}
	p.lose(private...)
	if _, errs := does(t, exitFailed, "serve", "--data", p.dir, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"); !strings.Contains(errs, "arobase vault restore") {
		t.Errorf("serve without a vault says\n%s", errs)
	}
	damaged := mustRead(t, first)
	damaged[len(damaged)-40] ^= 1
	put(t, backups, "damaged.age", damaged)
	does(t, exitFailed, "vault", "restore", filepath.Join(backups, "damaged.age"), "--data", p.dir, "--identity", p.key)
	for _, name := range private {
		for _, half := range []string{name, name + restoring} {
			if _, err := os.Stat(filepath.Join(p.dir, half)); err == nil {
				t.Errorf("%s is there after a restoration that failed", half)
			}
		}
	}
	// One that was interrupted leaves what the next one, or the next start, does not take for whole.
	for _, name := range private {
		put(t, p.dir, name+restoring, []byte("half"))
	}
	out, errs := does(t, exitOK, "vault", "restore", first, "--data", p.dir, "--identity", p.key)
	if !strings.Contains(out, "besides came back 3 documents in preparation, 2 uploaded files, 6 tokens") || !strings.Contains(errs, "revoke again those that were revoked since") {
		t.Errorf("the restoration says\n%s%s", out, errs)
	}
	for _, name := range []string{vaultFile, roomFile, evidenceFile, authFile} {
		if info, err := os.Stat(filepath.Join(p.dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, err)
		}
	}
	does(t, exitOK, "check", "--data", p.dir)
	p.served(func(r running) {
		if n := p.drafts(r); n != 3 {
			t.Errorf("%d drafts came back", n)
		}
		if got := p.ask(r, http.StatusOK, "", "GET", "/evidence/"+nameOf(declared), ""); got != declared {
			t.Errorf("the file that was declared is %q", got)
		}
		if got := p.ask(r, http.StatusOK, p.declarant, "GET", "/evidence/"+nameOf(waiting), ""); got != waiting {
			t.Errorf("the file that waits is %q", got)
		}
		p.ask(r, http.StatusNotFound, "", "GET", "/evidence/"+nameOf(waiting), "")
		p.post(r, p.presidents[0], "deliberations", `{"edition":%d}`, p.edition)
		r.comesTo("signed at ")
		does(t, exitOK, "vault", "backup", second, "--data", p.dir, "--recipient", p.recipient)
		does(t, exitOK, "backup", public, "--data", p.dir)
	})
	for _, secret := range []string{declared, waiting, "Dominique", "sans exception"} {
		if bytes.Contains(mustRead(t, public), []byte(secret)) {
			t.Errorf("the public backup shows %q", secret)
		}
	}

	// On the eve the disk is lost. Of the records there is a backup that anybody may have; nobody can publish from it.
	p.on(2)
	key, newest := keyOf(t, p.dir), inFile(t, p.dir)
	lost := p.dir
	p.dir = filepath.Join(t.TempDir(), "anew")
	does(t, exitOK, "restore", public, "--data", p.dir, "--key", filepath.Join(lost, keyFile), "--seen", newest)
	var tokens [2]string
	for i, person := range []string{"Anne", "Bruno"} {
		out, _ := does(t, exitOK, "token", "create", "--data", p.dir, "--role", "president", "--person", person)
		tokens[i] = strings.TrimSpace(out)
	}
	publication := fmt.Sprintf(`{"edition":%d,"on":%q}`, p.edition, p.day(2))
	size := sizeOf(filepath.Join(p.dir, ledgerFile))
	p.served(func(r running) {
		for _, token := range tokens {
			refusal := p.ask(r, http.StatusServiceUnavailable, token, "POST", "/v1/publications", publication)
			if !strings.Contains(refusal, "/problems/vault-lacking") || !strings.Contains(refusal, "Restore the vault from its encrypted backup") {
				t.Errorf("without the vault: %s", refusal)
			}
		}
	})
	if now := sizeOf(filepath.Join(p.dir, ledgerFile)); now != size {
		t.Errorf("%d records were added without the vault", now-size)
	}
	does(t, exitOK, "vault", "restore", second, "--data", p.dir, "--identity", p.key)
	p.served(func(r running) {
		p.ask(r, http.StatusAccepted, p.presidents[0], "POST", "/v1/publications", publication)
		p.ask(r, http.StatusConflict, p.presidents[0], "POST", "/v1/publications", publication)
		if now := sizeOf(filepath.Join(p.dir, ledgerFile)); now != size {
			t.Errorf("one person alone had %d records added", now-size)
		}
		p.ask(r, http.StatusCreated, p.presidents[1], "POST", "/v1/publications", publication)
		r.comesTo("signed at " + itoa(int64(size)+4))
		if palmares := p.ask(r, http.StatusOK, "", "GET", fmt.Sprintf("/v1/editions/%d/palmares", p.edition), ""); !strings.Contains(palmares, aixPlays) {
			t.Errorf("the palmarès is %s", palmares)
		}
		out, _ := does(t, exitOK, "audit", r.site, "--key", key, "--state", filepath.Join(t.TempDir(), "audit"))
		if !strings.Contains(out, "0 open") {
			t.Errorf("the audit says\n%s", out)
		}
		p.eraseFile(r, key)
	})
	// A backup that was made before does not bring the file back, nor does one leave it lying about.
	for _, lost := range [][]string{nil, {evidenceFile}} {
		p.lose(lost...)
		does(t, exitOK, "vault", "restore", second, "--data", p.dir, "--identity", p.key)
		p.nowhere(declared)
		does(t, exitOK, "check", "--data", p.dir)
		p.served(func(r running) {
			p.ask(r, http.StatusGone, "", "GET", "/evidence/"+nameOf(declared), "")
			p.ask(r, http.StatusOK, p.declarant, "GET", "/evidence/"+nameOf(waiting), "")
		})
		p.nowhere(declared)
	}
}

// eraseFile erases the file that the action names, while it is served.
func (p *play) eraseFile(r running, key string) {
	p.t.Helper()
	var all struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(p.ask(r, http.StatusOK, "", "GET", "/v1/events?type=action-declared", "")), &all); err != nil || len(all.Items) != 1 {
		p.t.Fatal(all, err)
	}
	if found, err := findText(p.dir, declared); err != nil || len(found) == 0 {
		p.t.Fatal("the search does not even find a file that is there", err)
	}
	if page := p.ask(r, http.StatusOK, "", "GET", "/en/records/"+all.Items[0].ID, ""); !strings.Contains(page, `<a href="/evidence/`+nameOf(declared)+`">download the file</a>`) {
		p.t.Error("the page of the record does not lead to the file")
	}
	does(p.t, exitOK, "erase", "--data", p.dir, all.Items[0].ID, "/data/evidence/0", "--ground", "request")
	p.nowhere(declared)
	p.ask(r, http.StatusGone, "", "GET", "/evidence/"+nameOf(declared), "")
	if page := p.ask(r, http.StatusOK, "", "GET", "/inscriptions/"+all.Items[0].ID, ""); !strings.Contains(page, "fichier effacé") {
		p.t.Error("the page of the record does not say that the file was erased")
	}
	out, _ := does(p.t, exitOK, "audit", r.site, "--key", key, "--state", filepath.Join(p.t.TempDir(), "audit"))
	if !strings.Contains(out, "1 erased, 0 not on this server") {
		p.t.Errorf("the audit says\n%s", out)
	}
}

// nowhere holds that no file of the directory has a text.
func (p *play) nowhere(text string) {
	p.t.Helper()
	if found, err := findText(p.dir, text); err != nil || len(found) > 0 {
		p.t.Errorf("%q stands in %v, %v", text, found, err)
	}
}
