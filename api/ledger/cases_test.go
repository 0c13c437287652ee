package ledger_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/api/ledger"
	"arobase/domain"
)

// Whatever is recorded in an edition, a ledger that has compared its candidacies before gives the same as one that was opened
// since: what is remembered of streams and cases is never older than the records.
func TestComparedAsItStands(t *testing.T) {
	c := newCampaign(t)
	c.rules()
	c.act(president, "editions", `{"edition":%d,"regulation":"r1","grid":"g1","calendar":{"opens":"2026-11-23","closes":"2026-11-24","jury":"2026-11-27","ceremony":"2026-11-30"}}`, editionRun)
	for i, id := range []string{aixID, bourgesID, laonID} {
		c.act(registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":%q,"insee":%q}`, id, id, id[len("fr-commune-"):])
		c.act(registrar, "candidacies", `{"edition":%d,"collectivity":%q,"kind":"ville","population":%d,"populationYear":2023}`, editionRun, id, 10000+i)
	}
	declare := func(id, startedOn string) ledger.Receipt {
		return c.act(registrar, "actions", `{"action":"action-%s","collectivity":%q,"grid":"g1","services":["wifi"],"startedOn":%q,"operatorKind":"collectivity","title":"T","description":"D"}`, id[len("fr-commune-"):], id, startedOn)
	}
	submit := func(id string, actions string) {
		if actions != "" {
			actions = `"actions":[` + actions + `],`
		}
		c.act(registrar, "submissions", `{"edition":%d,"collectivity":%q,%s"signedOff":"Le maire"}`, editionRun, id, actions)
	}
	frozen := func(id string, revision int) string {
		return fmt.Sprintf(`{"action":"action-%s","revision":%d}`, id[len("fr-commune-"):], revision)
	}
	var last ledger.Diagnosis
	for _, step := range []struct {
		name    string
		do      func()
		changes bool // what Aix is shown
	}{
		{"nothing yet", func() {}, true},
		{"an empty submission", func() { submit(bourgesID, "") }, true},
		{"one with an action", func() { declare(laonID, "2025-03"); submit(laonID, frozen(laonID, 0)) }, true},
		{"what is not submitted", func() { declare(bourgesID, "2025-03") }, false},
		{"submitted again", func() { submit(bourgesID, frozen(bourgesID, 0)) }, true},
		{"the deadline moves", func() {
			c.act(president, "extensions", `{"edition":%d,"deadline":"closes","until":"2026-11-25","reason":"Une panne"}`, editionRun)
		}, false},
		{"submitted without it", func() { submit(bourgesID, "") }, true},
	} {
		step.do()
		of := domain.Candidacy{Edition: editionRun, Collectivity: aixID}
		got, err := c.Diagnosis(t.Context(), registrar, of)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		fresh, err := ledger.Open(t.Context(), c.parts)
		if err != nil {
			t.Fatal(err)
		}
		if err := fresh.Runner().CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		want, err := fresh.Diagnosis(t.Context(), registrar, of)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: beside one that was opened since: %s", step.name, diff)
		}
		if changed := cmp.Diff(last, got) != ""; changed != step.changes {
			t.Errorf("%s: changed is %v: %+v", step.name, changed, got)
		}
		last = got
	}
}
