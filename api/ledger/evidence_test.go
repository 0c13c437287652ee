package ledger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/evidence"
	"arobase/api/ledger/evidence/sqliteevidence"
	"arobase/domain"
)

// archive is a ledger in which files are uploaded.
type archive struct {
	*campaign
	files *sqliteevidence.Store
	path  string
}

var (
	ofAix  = auth.Principal{Token: "a", Role: auth.Declarant, For: aixID, Person: "Dominique"}
	ofLaon = auth.Principal{Token: "l", Role: auth.Declarant, For: laonID, Person: "Émile"}
	nobody = auth.Principal{Role: auth.Public}
)

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{campaign: newCampaign(t), path: filepath.Join(t.TempDir(), "evidence.db")}
	var err error
	if a.files, err = sqliteevidence.Create(a.path, testLedgerID); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.files.Close() })
	a.UseEvidence(a.files, ledger.EvidenceLimits{File: 100, Room: 150, Unnamed: 30 * 24 * time.Hour})
	a.act(president, "grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`)
	for _, id := range []string{aixID, laonID} {
		a.act(registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":%q,"insee":%q}`, id, id, strings.TrimPrefix(id, "fr-commune-"))
	}
	return a
}

func (a *archive) attach(who auth.Principal, text string) string {
	a.t.Helper()
	done, err := a.Attach(a.t.Context(), who, "", []byte(text))
	if err != nil {
		a.t.Fatal(err)
	}
	return done.SHA256
}

// declaring asks to declare an action that is shown by something.
func declaring(action, collectivity, evidence string) ledger.Ask {
	return ledger.Ask{Resource: "actions", Input: json.RawMessage(fmt.Sprintf(`{"action":%q,"collectivity":%q,"grid":"g1","services":["wifi"],
		"startedOn":"2025","operatorKind":"collectivity","title":"Le Wi-Fi","evidence":[%s]}`, action, collectivity, evidence))}
}

func sha(hash string) string { return fmt.Sprintf(`{"sha256":%q}`, hash) }

// sees tells what somebody gets of a file.
func (a *archive) sees(who auth.Principal, hash, content string, want error) {
	a.t.Helper()
	f, err := a.EvidenceFile(a.t.Context(), who, hash)
	if !errors.Is(err, want) || err == nil && string(f.Content) != content {
		a.t.Errorf("%s %s sees %q, %v; want %v", who.Role, who.For, f.Content, err, want)
	}
}

// A file is seen by who uploaded it and the secretariat; once an action names it, by everybody, whatever the action is
// amended to.
func TestAttachedFile(t *testing.T) {
	a := newArchive(t)
	const text = "délibération du conseil"
	hash := a.attach(ofAix, text)
	if again := a.attach(ofAix, text); again != hash {
		t.Errorf("uploaded again it is %s, not %s", again, hash)
	}
	for who, want := range map[*auth.Principal]error{&ofAix: nil, &registrar: nil, &ofLaon: ledger.ErrUnknown, &nobody: ledger.ErrUnknown, &president: ledger.ErrUnknown} {
		a.sees(*who, hash, text, want)
	}
	if _, err := a.Act(t.Context(), ofAix, declaring("wifi", aixID, sha(hash))); err != nil {
		t.Fatal(err)
	}
	a.sees(nobody, hash, text, nil)
	a.act(ofAix, "amendments", `{"action":"wifi","grid":"g1","services":["wifi"],"startedOn":"2025","operatorKind":"collectivity","title":"Sans preuve"}`)
	a.sees(nobody, hash, text, nil)
	for _, wrong := range []string{"", "nonsense", strings.ToUpper(hash), strings.Repeat("0", 64)} {
		a.sees(registrar, wrong, "", ledger.ErrUnknown)
	}
}

// A hash alone must be that of a file which whoever names it may see.
func TestUnknownFile(t *testing.T) {
	a := newArchive(t)
	hidden := a.attach(ofLaon, "not declared yet")
	size := a.Size()
	for name, e := range map[string]string{"never uploaded": sha(strings.Repeat("0a", 32)), "uploaded by another": sha(hidden)} {
		var invalid domain.Invalid
		_, err := a.Act(t.Context(), ofAix, declaring("wifi", aixID, `{"url":"https://aix.example/"},`+e))
		if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[0].Field != "evidence[1].sha256" || invalid[0].Rule != "uploaded" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if a.Size() != size {
		t.Error("something was recorded")
	}
	a.sees(nobody, hidden, "", ledger.ErrUnknown)
	// Beside an address it may be the hash of what is there.
	if _, err := a.Act(t.Context(), ofAix, declaring("wifi", aixID, `{"url":"https://aix.example/","sha256":"`+strings.Repeat("0a", 32)+`"}`)); err != nil {
		t.Error(err)
	}
	// The secretariat names what anyone has uploaded.
	if _, err := a.Act(t.Context(), registrar, declaring("laon", laonID, sha(hidden))); err != nil {
		t.Error(err)
	}
	a.sees(nobody, hidden, "not declared yet", nil)
}

func TestAttachRefuses(t *testing.T) {
	a := newArchive(t)
	for name, tt := range map[string]struct {
		who      auth.Principal
		declared string
		content  string
		want     error
	}{
		"nobody in particular": {nobody, "", "text", ledger.ErrUnauthenticated}, "a juror": {auth.Principal{Token: "j", Role: auth.Juror, For: "28-1"}, "", "text", ledger.ErrForbidden},
		"a page": {ofAix, "text/html", "<!doctype html><p>", ledger.ErrEvidenceKind}, "a page as a text": {ofAix, "text/plain", "<html>", ledger.ErrEvidenceKind},
		"a text as a page": {ofAix, "text/html", "text", ledger.ErrEvidenceKind}, "nothing": {ofAix, "", "", ledger.ErrEvidenceKind},
		"too large": {ofAix, "", strings.Repeat("a", 101), ledger.ErrEvidenceSize}, "as large as can be": {ofAix, "", strings.Repeat("a", 100), nil},
		"the same again": {ofAix, "", strings.Repeat("a", 100), nil},
	} {
		if _, err := a.Attach(t.Context(), tt.who, tt.declared, []byte(tt.content)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	// What is there already takes no room; a collectivity has 150 bytes, the secretariat has no bound.
	full := a.attach(ofAix, strings.Repeat("a", 100))
	a.attach(ofAix, strings.Repeat("b", 50))
	if _, err := a.Attach(t.Context(), ofAix, "", []byte("c")); !errors.Is(err, ledger.ErrEvidenceRoom) {
		t.Errorf("beyond its room: %v", err)
	}
	a.attach(ofAix, strings.Repeat("a", 100))
	for n := range 3 {
		a.attach(registrar, strings.Repeat(fmt.Sprint(n), 100))
	}
	a.attach(ofLaon, "of another collectivity")
	a.sees(ofAix, full, strings.Repeat("a", 100), nil)
	a.UseEvidence(nil, ledger.DefaultEvidenceLimits())
	if _, err := a.Attach(t.Context(), ofAix, "", []byte("text")); !errors.Is(err, ledger.ErrNoEvidence) {
		t.Errorf("where none are kept: %v", err)
	}
}

// inFiles tells whether a text stands in a file of the store.
func (a *archive) inFiles(text string) bool {
	a.t.Helper()
	all, err := filepath.Glob(filepath.Join(filepath.Dir(a.path), "*"))
	if err != nil || len(all) == 0 {
		a.t.Fatal(all, err)
	}
	found := false
	for _, name := range all {
		content, err := os.ReadFile(name)
		if err != nil {
			a.t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(text))
	}
	return found
}

// An erased file is in no file and no answer any more, wherever it is named; nothing brings it back.
func TestEraseFile(t *testing.T) {
	a := newArchive(t)
	const text, other = "an unmistakable person was there", "another text"
	hash, kept := a.attach(ofAix, text), a.attach(ofAix, other)
	declared := declaring("wifi", aixID, sha(kept)+","+sha(hash))
	declared.Key = "once"
	r, err := a.Act(t.Context(), ofAix, declared)
	if err != nil {
		t.Fatal(err)
	}
	encore, err := a.Act(t.Context(), registrar, declaring("encore", aixID, sha(hash)))
	if err != nil {
		t.Fatal(err)
	}
	if !a.inFiles(text) {
		t.Fatal("the search does not even find what is there")
	}
	erasure := ledger.Erasure{Event: r.Events[0], Pointer: "/data/evidence/1", Ground: "request", By: "Zoé"}
	first, err := a.Erase(t.Context(), erasure)
	if err != nil || first.Duplicate {
		t.Fatalf("%+v, %v", first, err)
	}
	if a.inFiles(text) {
		t.Error("the text still stands in a file")
	}
	a.sees(nobody, hash, "", evidence.ErrErased)
	a.sees(registrar, hash, "", evidence.ErrErased)
	a.sees(nobody, kept, other, nil)
	if _, err := a.Attach(t.Context(), ofAix, "", []byte(text)); !errors.Is(err, evidence.ErrErased) {
		t.Errorf("uploaded again: %v", err)
	}
	var invalid domain.Invalid
	if _, err := a.Act(t.Context(), ofAix, declaring("tiers", aixID, sha(hash))); !errors.As(err, &invalid) || !strings.Contains(err.Error(), "erased") {
		t.Errorf("named again: %v", err)
	}
	// The same request with the same key is answered as the first time.
	if again, err := a.Act(t.Context(), ofAix, declared); err != nil || !again.Duplicate {
		t.Errorf("sent again: %+v, %v", again, err)
	}
	if again, err := a.Erase(t.Context(), erasure); err != nil || !again.Duplicate || again.Events[0] != first.Events[0] {
		t.Errorf("erased again: %+v, %v", again, err)
	}
	if c, err := a.Check(t.Context()); err != nil || len(c.Missing) > 0 {
		t.Errorf("checked: %+v, %v", c, err)
	}
	for pointer, want := range map[string]domain.Rule{"/data/evidence/7": domain.RuleErasable, "/data/evidence": domain.RuleErasable, "/data/evidence/0/sha256": domain.RuleErasable} {
		var broken *domain.Broken
		if _, err := a.Erase(t.Context(), ledger.Erasure{Event: r.Events[0], Pointer: pointer, Ground: "request"}); !errors.As(err, &broken) || broken.Rule != want {
			t.Errorf("%s: %v", pointer, err)
		}
	}
	for _, event := range []uuid.UUID{r.Events[0], encore.Events[0]} {
		v, err := a.Event(t.Context(), event)
		if want := map[bool][]string{true: {"/data/evidence/1"}, false: {"/data/evidence/0"}}[event == r.Events[0]]; err != nil || !slices.Equal(v.Erased, want) {
			t.Errorf("the record says that %v is erased, want %v; %v", v.Erased, want, err)
		}
	}
	// A store that comes back from a backup still has it. The next start destroys it.
	if err := a.files.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if a.files, err = sqliteevidence.Create(filepath.Join(dir, "evidence.db"), testLedgerID); err != nil {
		t.Fatal(err)
	}
	a.path = filepath.Join(dir, "evidence.db")
	a.UseEvidence(a.files, ledger.DefaultEvidenceLimits())
	a.attach(ofAix, text)
	if n, err := a.RedoErasures(t.Context()); n != 1 || err != nil || a.inFiles(text) {
		t.Errorf("redone %d, %v; in a file: %t", n, err, a.inFiles(text))
	}
	a.sees(nobody, hash, "", evidence.ErrErased)
	a.sees(nobody, kept, "", ledger.ErrUnknown) // lost, which is not the same
	// It was named before it was lost: nobody is kept from amending the rest for that.
	if _, err := a.Act(t.Context(), ofAix, declaring("quarts", aixID, sha(kept))); err != nil {
		t.Error(err)
	}
	if _, err := a.Erase(t.Context(), ledger.Erasure{Event: uuid.New(), Pointer: "/data/evidence/0", Ground: "request"}); !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("of no event: %v", err)
	}
}

// What no action names is removed after its time, by the clock of the ledger.
func TestPurgeEvidence(t *testing.T) {
	a := newArchive(t)
	named, forgotten := a.attach(ofAix, "named"), a.attach(ofAix, "forgotten")
	if _, err := a.Act(t.Context(), ofAix, declaring("wifi", aixID, sha(named))); err != nil {
		t.Fatal(err)
	}
	purge := func(day int64, want int) {
		t.Helper()
		a.day.Store(day)
		a.spent.Store(0) // the clock stands on the very moment
		if n, err := a.PurgeEvidence(t.Context()); n != want || err != nil {
			t.Errorf("on day %d: %d, %v; want %d", day, n, err, want)
		}
	}
	a.day.Store(10)
	waiting := a.attach(ofLaon, "waiting")
	purge(30, 0)
	purge(31, 1)
	a.sees(registrar, forgotten, "", ledger.ErrUnknown)
	a.sees(nobody, named, "named", nil)
	a.sees(ofLaon, waiting, "waiting", nil)
	if a.inFiles("forgotten") {
		t.Error("it still stands in a file")
	}
	purge(41, 1)
	purge(400, 0)
}

// While an appeal is open nothing of an action that the candidacy submitted is erased, nor a file that it shows, through
// whatever action it is named; of another candidacy it is, and afterwards of this one too.
func TestUnderAppealActionsStay(t *testing.T) {
	declared := map[string]uuid.UUID{}
	var file string
	c := deliberatedOn(t, func(c *campaign, id string) string {
		if file == "" {
			files, err := sqliteevidence.Create(filepath.Join(t.TempDir(), "evidence.db"), testLedgerID)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { files.Close() })
			c.UseEvidence(files, ledger.EvidenceLimits{File: 100, Room: 150, Unnamed: time.Hour})
			done, err := c.Attach(t.Context(), registrar, "", []byte("Une délibération"))
			if err != nil {
				t.Fatal(err)
			}
			file = done.SHA256
		}
		action := "wifi-" + strings.TrimPrefix(id, "fr-commune-")
		done, err := c.Act(t.Context(), registrar, declaring(action, id, sha(file)))
		if err != nil {
			t.Fatal(err)
		}
		declared[id] = done.Events[0]
		return fmt.Sprintf(`,"actions":[{"action":%q,"revision":0}]`, action)
	})
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	c.day.Store(2)
	for _, who := range []auth.Principal{president, second} {
		if _, err := c.Publish(t.Context(), who, editionRun, "2026-11-25", nil); err != nil {
			t.Fatal(err)
		}
	}
	var of string
	for r, err := range c.Events(t.Context(), ledger.EventFilter{Type: "arobase.decision-sealed.v1"}) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(r.Stream, aixID) {
			of = r.ID.String()
		}
	}
	c.act(registrar, "notifications", `{"edition":%d,"collectivity":%q,"of":%q,"on":"2026-11-25","channel":"e-mail"}`, editionRun, aixID, of)
	appeal := c.act(registrar, "appeals", `{"edition":%d,"collectivity":%q,"of":%q,"on":"2026-11-25","grounds":"Une action manque."}`, editionRun, aixID, of)
	erase := func(id, pointer string) error {
		_, err := c.Erase(t.Context(), ledger.Erasure{Event: declared[id], Pointer: pointer, Ground: "request", By: "Chloé"})
		return err
	}
	size := c.Size()
	for _, x := range [][2]string{{aixID, "/data/title"}, {aixID, "/data/evidence/0"}, {aixID, "/data/by"}, {laonID, "/data/evidence/0"}} {
		var broken *domain.Broken
		if err := erase(x[0], x[1]); !errors.As(err, &broken) || broken.Rule != domain.RuleUnderAppeal {
			t.Errorf("%s of %s: %v", x[1], x[0], err)
		}
	}
	if c.Size() != size {
		t.Error("something was recorded")
	}
	if err := erase(laonID, "/data/title"); err != nil {
		t.Errorf("a text of another: %v", err)
	}
	var pending *domain.Broken
	if _, err := c.Act(t.Context(), president, askFor("edition-closings", `{"edition":%d}`, editionRun)); !errors.As(err, &pending) || pending.Rule != domain.RulePhase {
		t.Errorf("closing the edition: %v", err)
	}
	c.act(president, "appeal-rejections", `{"edition":%d,"collectivity":%q,"appeal":%q,"article":"1","reason":"Aucun grief."}`, editionRun, aixID, appeal.Events[0].String())
	if err := erase(aixID, "/data/evidence/0"); err != nil {
		t.Errorf("after the appeal: %v", err)
	}
}
