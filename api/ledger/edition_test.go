package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/ledger/workspace/sqliteworkspace"
	"arobase/domain"
	"arobase/eventstore"
	"arobase/eventstore/sqlite"
	"arobase/eventstore/vault"
	"arobase/eventstore/vault/sqlitevault"
)

// frail is a store whose process ends before some append.
type frail struct {
	eventstore.Store
	left atomic.Int64 // appends until then; negative: never
	// watch hears of each append that is asked for, and reading of each stream that is read; nil: nobody does.
	watch, reading func(stream string)
}

var errGone = errors.New("the process ended")

func (f *frail) Append(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Proposed) (eventstore.Appended, error) {
	if f.watch != nil {
		f.watch(stream)
	}
	if n := f.left.Load(); n >= 0 && f.left.Add(-1) < 0 {
		f.left.Store(0)
		return eventstore.Appended{}, errGone
	}
	return f.Store.Append(ctx, stream, expected, events)
}

func (f *frail) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Event, error] {
	if f.reading != nil {
		f.reading(stream)
	}
	return f.Store.ReadStream(ctx, stream, from)
}

// campaign is an edition that is run in a test, on a day that the test chooses.
type campaign struct {
	t *testing.T
	*ledger.Ledger
	store *frail
	parts ledger.Parts
	day   atomic.Int64
	spent atomic.Int64 // bytes that the vault was given and asked for; each takes a millisecond
}

const (
	editionRun = 28
	aixID      = "fr-commune-73008"
	laonID     = "fr-commune-02408"
	bourgesID  = "fr-commune-18033"
)

var (
	president = auth.Principal{Token: "p1", Role: auth.President, Person: "Anne"}
	second    = auth.Principal{Token: "p2", Role: auth.President, Person: "Bruno"}
	registrar = auth.Principal{Token: "r", Role: auth.Registrar, Person: "Chloé"}
)

func newCampaign(t *testing.T) *campaign {
	t.Helper()
	dir := t.TempDir()
	store, err := sqlite.Create(t.Context(), filepath.Join(dir, "ledger.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	v, err := sqlitevault.Create(t.Context(), filepath.Join(dir, "vault.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	room, err := sqliteworkspace.Create(filepath.Join(dir, "workspace.db"), testLedgerID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.Close() })
	c := &campaign{t: t, store: &frail{Store: store}}
	c.store.left.Store(-1)
	clock := func() time.Time {
		return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).AddDate(0, 0, int(c.day.Load())).Add(time.Duration(c.spent.Load()) * time.Millisecond)
	}
	c.parts = ledger.Parts{Store: c.store, Vault: laborious{v, &c.spent}, Clock: clock, Workspace: room}
	c.Ledger, err = ledger.Create(t.Context(), c.parts,
		ledger.Genesis{LedgerID: testLedgerID, Origin: "test.example/log", MadeUp: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Runner().Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return c
}

func (c *campaign) act(who auth.Principal, resource, input string, args ...any) ledger.Receipt {
	c.t.Helper()
	r, err := c.Act(c.t.Context(), who, ledger.Ask{Resource: resource, Input: json.RawMessage(fmt.Sprintf(input, args...))})
	if err != nil {
		c.t.Fatalf("%s: %v", resource, err)
	}
	return r
}

// rules publishes a regulation and a grid of one service.
func (c *campaign) rules() {
	c.t.Helper()
	assumed := func(v string) string { return `{"value":` + v + `,"known":"assumed"}` }
	c.act(president, "regulations", `{"regulation":"r1","from":%d,"title":"R","sha256":"%s","articles":[{"number":"1","topic":"jury"}],"minimumLevel":%s,
		"quorum":%s,"tieBreak":%s,"jurorsPerCandidacy":%s,"notice":%s,"appealDays":%s,"elected":%s,"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`,
		editionRun, strings.Repeat("0", 64), assumed("1"), assumed("1"), assumed(`"chair"`), assumed("1"), assumed("0"), assumed("60"), assumed(`"no"`))
	c.act(president, "grids", `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`)
}

// begun opens an edition, with its regulation and a grid of one service.
func begun(t *testing.T) *campaign {
	t.Helper()
	c := newCampaign(t)
	c.rules()
	c.act(president, "editions", `{"edition":%d,"regulation":"r1","grid":"g1","calendar":{"opens":"2026-11-23","closes":"2026-11-23","jury":"2026-11-24","ceremony":"2026-11-25"}}`, editionRun)
	return c
}

// deliberated runs an edition up to the drafts of its decisions.
func deliberated(t *testing.T) *campaign {
	t.Helper()
	return deliberatedOn(t, func(*campaign, string) string { return "" })
}

// deliberatedOn runs it with what a collectivity declared and submits: more members of its submission, or nothing.
func deliberatedOn(t *testing.T, declared func(c *campaign, id string) string) *campaign {
	t.Helper()
	c := begun(t)
	for _, id := range []string{aixID, bourgesID, laonID} {
		c.act(registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":%q,"insee":%q}`, id, id, strings.TrimPrefix(id, "fr-commune-"))
		c.act(registrar, "candidacies", `{"edition":%d,"collectivity":%q,"kind":"ville"}`, editionRun, id)
		c.act(registrar, "submissions", `{"edition":%d,"collectivity":%q,"signedOff":"Le maire"%s}`, editionRun, id, declared(c, id))
	}
	c.act(president, "closings", `{"edition":%d,"candidacies":3}`, editionRun)
	for n := 1; n <= 2; n++ {
		c.act(president, "jurors", `{"edition":%d,"juror":%d,"college":"academic","person":"Juré %d"%s}`, editionRun, n, n, map[bool]string{true: `,"chair":"yes"`}[n == 1])
	}
	c.act(president, "juries", `{"edition":%d,"jurors":[1,2]}`, editionRun)
	c.day.Store(1)
	c.act(president, "sessions", `{"edition":%d,"session":1,"on":"2026-11-24","present":[1,2],"quorum":1}`, editionRun)
	for _, id := range []string{aixID, bourgesID, laonID} {
		c.act(president, "assignments", `{"edition":%d,"collectivity":%q,"juror":1}`, editionRun, id)
		c.draft(id, 1, "")
	}
	return c
}

func (c *campaign) draft(id string, level int, departure string) {
	c.t.Helper()
	if _, err := c.DraftDecision(c.t.Context(), president, draftOf(id, level, departure), nil); err != nil {
		c.t.Fatalf("the draft on %s: %v", id, err)
	}
}

func draftOf(id string, level int, departure string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"edition":%d,"collectivity":%q,"session":1,"distinction":"level","level":%d,"mentions":[],
		"tally":{"for":2,"against":0,"abstained":0},"motivation":"Pour","votes":"Tous","departure":%q}`, editionRun, id, level, departure))
}

// outcome gives the types of what was recorded from a size on.
func (c *campaign) outcome(from uint64) []string {
	c.t.Helper()
	var types []string
	for e, err := range c.store.ReadAll(c.t.Context(), eventstore.Position(from)) {
		if err != nil {
			c.t.Fatal(err)
		}
		types = append(types, strings.Split(e.Type, ".")[1]+" "+strings.TrimPrefix(e.Stream, "candidacy-28-fr-commune-"))
	}
	return types
}

// A draft is held by the rules before it is kept, and nothing of it is recorded.
func TestDrafts(t *testing.T) {
	c := deliberated(t)
	size := c.Size()
	var broken *domain.Broken
	if _, err := c.DraftDecision(t.Context(), president, draftOf(aixID, 3, ""), nil); !errors.As(err, &broken) || broken.Rule != domain.RuleDeparture {
		t.Errorf("a departure without a reason: %v", err)
	}
	first := int64(1)
	again, err := c.DraftDecision(t.Context(), president, draftOf(aixID, 3, "Une vraie innovation"), &first)
	if err != nil || again.Revision != 2 {
		t.Errorf("a second vote: %+v, %v", again, err)
	}
	var stale *ledger.Stale
	if _, err := c.DraftDecision(t.Context(), president, draftOf(aixID, 2, "Autre"), &first); !errors.As(err, &stale) || stale.Current != 2 {
		t.Errorf("on a draft that was replaced: %v", err)
	}
	if _, err := c.DraftDecision(t.Context(), registrar, draftOf(aixID, 1, ""), nil); !errors.Is(err, ledger.ErrForbidden) {
		t.Errorf("by somebody else: %v", err)
	}
	if drafts, err := c.Drafts(t.Context(), president, editionRun); err != nil || len(drafts) != 3 || drafts[0].Collectivity != laonID {
		t.Errorf("the drafts are %v, %v", drafts, err)
	}
	if c.Size() != size {
		t.Error("a draft was recorded")
	}
}

// Wherever the process ends, asking again completes the deliberation and the ceremony, and each decision is there once.
func TestInterruptedAnywhere(t *testing.T) {
	want := "[decision-sealed 02408 decision-sealed 18033 decision-sealed 73008 deliberation-closed edition-28 " +
		"decision-disclosed 02408 decision-disclosed 18033 decision-disclosed 73008 palmares-published edition-28]"
	for ends := range int64(8) {
		t.Run(fmt.Sprint(ends), func(t *testing.T) {
			c := deliberated(t)
			size := c.Size()
			failed := 0
			insist := func(f func() error) {
				t.Helper()
				err := f()
				if errors.Is(err, errGone) {
					failed++
					c.store.left.Store(-1)
					err = f()
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			c.store.left.Store(ends)
			insist(func() error { _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); return err })
			c.day.Store(2)
			waiting, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil)
			if err != nil || !waiting.Waiting {
				t.Fatalf("the first person: %+v, %v", waiting, err)
			}
			insist(func() error { _, err := c.Publish(t.Context(), second, editionRun, "2026-11-25", nil); return err })
			if failed != 1 {
				t.Errorf("the process ended %d times", failed)
			}
			if got := fmt.Sprint(c.outcome(size)); got != want {
				t.Errorf("recorded\n%s, want\n%s", got, want)
			}
		})
	}
}

// After an interruption the first person may have the rest done: the record names the second, who had begun it.
func TestTheRecordNamesTheSecondPerson(t *testing.T) {
	c := deliberated(t)
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	c.day.Store(2)
	if _, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil); err != nil {
		t.Fatal(err)
	}
	c.store.left.Store(1)
	if _, err := c.Publish(t.Context(), second, editionRun, "2026-11-25", nil); !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	c.store.left.Store(-1)
	done, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Event(t.Context(), done.Receipt.Events[0])
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Second struct{ Sealed string } `json:"second"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		t.Fatal(err)
	}
	commitment, err := vault.ParseCommitment(data.Second.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := c.parts.Vault.Get(t.Context(), commitment)
	if err != nil || string(kept.Value) != `"Bruno"` {
		t.Errorf("the second person is %s, %v", kept.Value, err)
	}
}

// One person alone publishes nothing, nor anyone before the day.
func TestTwoPeoplePublish(t *testing.T) {
	c := deliberated(t)
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	size := c.Size()
	var broken *domain.Broken
	if _, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil); !errors.As(err, &broken) {
		t.Errorf("before the day: %v", err)
	}
	c.day.Store(2)
	if _, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil); !errors.As(err, &broken) || broken.Rule != domain.RuleTwoPeople {
		t.Errorf("the same person again: %v", err)
	}
	other := auth.Principal{Token: "p3", Role: auth.President, Person: " ANNE "}
	if _, err := c.Publish(t.Context(), other, editionRun, "2026-11-25", nil); !errors.As(err, &broken) || broken.Rule != domain.RuleTwoPeople {
		t.Errorf("the same person with another token: %v", err)
	}
	if c.Size() != size {
		t.Error("something was recorded by one person")
	}
}

// Drafts are forgotten once nobody can appeal against the decision any more, each for itself, and not while an appeal is open.
func TestDraftsAreForgotten(t *testing.T) {
	c := deliberated(t)
	forget := func(when string, want, left int) {
		t.Helper()
		if err := c.Runner().Wait(t.Context(), eventstore.Position(c.Size())); err != nil {
			t.Fatal(err)
		}
		n, err := c.ForgetDrafts(t.Context())
		if err != nil || n != want {
			t.Errorf("%s: %d forgotten, %v, want %d", when, n, err, want)
		}
		if kept, err := c.parts.Workspace.List(t.Context(), ""); err != nil || len(kept) != left {
			t.Errorf("%s: %v are left, %v, want %d", when, kept, err, left)
		}
	}
	forget("while the jury decides", 0, 3)
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	c.day.Store(2)
	if _, err := c.Publish(t.Context(), president, editionRun, "2026-11-25", nil); err != nil {
		t.Fatal(err)
	}
	forget("before the second person", 0, 4)
	if _, err := c.Publish(t.Context(), second, editionRun, "2026-11-25", nil); err != nil {
		t.Fatal(err)
	}
	forget("published", 1, 3) // who asked first is in the record
	seals := map[string]string{}
	for r, err := range c.Events(t.Context(), ledger.EventFilter{Type: "arobase.decision-sealed.v1"}) {
		if err != nil {
			t.Fatal(err)
		}
		seals[strings.TrimPrefix(r.Stream, "candidacy-28-")] = r.ID.String()
	}
	tell := func(id string) {
		c.act(registrar, "notifications", `{"edition":%d,"collectivity":%q,"of":%q,"on":"2026-11-25","channel":"e-mail"}`, editionRun, id, seals[id])
	}
	tell(aixID)
	tell(laonID)
	c.day.Store(2 + 60)
	forget("on the last day to appeal", 0, 3)
	appeal := c.act(registrar, "appeals", `{"edition":%d,"collectivity":%q,"of":%q,"on":"2027-01-24","grounds":"Une action manque."}`, editionRun, aixID, seals[aixID])
	c.day.Store(2 + 61)
	forget("the day after", 1, 2) // that of Laon: of the others one is under appeal and one was not told
	c.act(president, "appeal-rejections", `{"edition":%d,"collectivity":%q,"appeal":%q,"article":"1","reason":"Aucun grief."}`, editionRun, aixID, appeal.Events[0].String())
	forget("the appeal is over", 1, 1)
	c.act(president, "edition-closings", `{"edition":%d}`, editionRun)
	forget("closed", 1, 0)
	forget("again", 0, 0)
}

// What was declared under a version of the grid counts, without being declared again, for the services that continue its own
// in the next: in the assessment, in the dossier and in the barometer. What nothing continues is told to be left out.
func TestActionsAreCarriedOver(t *testing.T) {
	c := newCampaign(t)
	c.rules()
	c.act(registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":"Aix","insee":"73008"}`, aixID)
	c.act(registrar, "actions", `{"action":"wifi-aix","collectivity":%q,"grid":"g1","services":["wifi"],"startedOn":"2025","operatorKind":"collectivity","title":"Le Wi-Fi"}`, aixID)
	grid := func(id, before, mapping string) {
		c.act(president, "grids", `{"grid":%q,"kind":"made-up","before":%q,"mapping":%s,"themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
			"services":[{"id":"wifi","stake":"s","name":"Autre chose"},{"id":"reseau","stake":"s","name":"Réseau ouvert"}],
			"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"},{"level":2,"services":50,"stakes":100,"known":"assumed"}]}`, id, before, mapping)
	}
	grid("g2", "g1", `[{"from":"wifi","to":"reseau"}]`)
	c.act(president, "editions", `{"edition":%d,"regulation":"r1","grid":"g2","calendar":{"opens":"2026-11-23","closes":"2026-11-23","jury":"2026-11-24","ceremony":"2026-11-25"}}`, editionRun)
	c.act(registrar, "confirmations", `{"action":"wifi-aix","on":"2026-11-23"}`)
	c.act(registrar, "candidacies", `{"edition":%d,"collectivity":%q,"kind":"ville"}`, editionRun, aixID)
	c.act(registrar, "submissions", `{"edition":%d,"collectivity":%q,"actions":[{"action":"wifi-aix","revision":1}],"signedOff":"Le maire"}`, editionRun, aixID)
	if err := c.Runner().Wait(t.Context(), eventstore.Position(c.Size())); err != nil {
		t.Fatal(err)
	}
	d, err := c.Dossier(t.Context(), president, domain.Candidacy{Edition: editionRun, Collectivity: aixID})
	if err != nil {
		t.Fatal(err)
	}
	services := map[string]string{}
	for _, s := range d.Stakes[0].Services {
		for _, a := range s.Actions {
			services[s.Service] += string(a.Action) + " of " + a.Grid
		}
	}
	if len(d.LeftOut) != 0 || d.Assessment.Possible != 2 || fmt.Sprint(services) != "map[reseau:wifi-aix of g1]" {
		t.Errorf("services %v, possible %d, left out %v", services, d.Assessment.Possible, d.LeftOut)
	}
	b, err := c.Barometer(t.Context(), editionRun, c.Size())
	if err != nil || b.Candidacies != 1 {
		t.Errorf("the barometer: %+v, %v", b, err)
	}
}

// The course of an edition is told as it was known at every size: it only ever goes forward, counts what was recorded by
// then, and says nothing of a result before the palmarès.
func TestRunAsOf(t *testing.T) {
	c := deliberated(t)
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	c.day.Store(2)
	for _, who := range []auth.Principal{president, second} {
		if _, err := c.Publish(t.Context(), who, editionRun, "2026-11-25", nil); err != nil {
			t.Fatal(err)
		}
	}
	var states []string
	var last ledger.RunView
	for size := uint64(0); size <= c.Size(); size++ {
		v, err := c.Run(t.Context(), editionRun, size)
		if errors.Is(err, ledger.ErrUnknown) && len(states) == 0 {
			continue
		}
		if err != nil {
			t.Fatalf("as of %d: %v", size, err)
		}
		if len(states) == 0 || states[len(states)-1] != v.State {
			states = append(states, v.State)
		}
		if v.Candidacies.Registered < last.Candidacies.Registered || v.Candidacies.Submitted < last.Candidacies.Submitted || len(v.Sessions) < len(last.Sessions) || v.AsOf != size {
			t.Errorf("as of %d it has gone back: %+v after %+v", size, v, last)
		}
		if (v.Published != nil) != (v.State == ledger.RunPublished) {
			t.Errorf("as of %d, %s: %+v", size, v.State, v.Published)
		}
		last = v
	}
	if want := []string{ledger.RunDeclaring, ledger.RunDeliberating, ledger.RunSealed, ledger.RunPublished}; !slices.Equal(states, want) {
		t.Errorf("it went through %v, want %v", states, want)
	}
	if last.Candidacies != (ledger.TurnoutView{Registered: 3, Submitted: 3}) || last.Jurors != 2 || *last.Decisions != 3 || last.Published.Labelled != 3 {
		t.Errorf("in the end: %+v", last)
	}
	if all := c.Runs(t.Context(), c.Size()); len(all) != 1 || all[0].State != ledger.RunPublished {
		t.Errorf("all of them: %+v", all)
	}
}
