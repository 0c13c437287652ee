package ledger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
)

// closedBy runs an edition up to the closing of its deliberation, on the day of the ceremony.
func closedBy(t *testing.T) *campaign {
	t.Helper()
	c := deliberated(t)
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	c.day.Store(2)
	return c
}

func (c *campaign) publish(who auth.Principal) (waiting bool) {
	c.t.Helper()
	done, err := c.Publish(c.t.Context(), who, editionRun, "2026-11-25", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return done.Waiting
}

// supersede takes the decision on Aix-les-Bains back.
func (c *campaign) supersede() {
	c.t.Helper()
	seal, err := c.seal(aixID)
	if err != nil {
		c.t.Fatal(err)
	}
	c.act(president, "supersessions", `{"edition":%d,"collectivity":%q,"of":%q,"reason":"Un membre a déclaré un intérêt"}`, editionRun, aixID, seal)
}

// seal gives the id of the last decision that was sealed on a candidacy.
func (c *campaign) seal(id string) (last string, err error) {
	for e, err := range c.store.ReadStream(c.t.Context(), string(domain.CandidacyStream(editionRun, domain.CollectivityID(id))), 0) {
		if err != nil {
			return "", err
		}
		if e.Type == "arobase.decision-sealed.v1" {
			last = e.ID.String()
		}
	}
	return last, nil
}

// TestALateInterestStopsNoCeremony: a juror who declares an interest after the deliberation takes no part from then on; where
// the decision stands without that voice, it is published.
func TestALateInterestStopsNoCeremony(t *testing.T) {
	c := closedBy(t)
	juror := auth.Principal{Token: "j2", Role: auth.Juror, For: "28-2", Person: "Juré 2"}
	c.act(juror, "conflicts", `{"edition":%d,"juror":2,"collectivity":%q,"category":"family"}`, editionRun, aixID)
	size := c.Size()
	if !c.publish(president) {
		t.Fatal("one person has published")
	}
	// Between the two, a recusal in another candidacy: it takes no vote back either.
	c.act(juror, "recusals", `{"edition":%d,"juror":2,"collectivity":%q,"category":"family"}`, editionRun, laonID)
	if c.publish(second) {
		t.Fatal("it waits still")
	}
	want := "[juror-recused 02408 juror-recused 73008 decision-disclosed 02408 decision-disclosed 18033 decision-disclosed 73008 palmares-published edition-28]"
	if got := fmt.Sprint(c.outcome(size)); got != want {
		t.Errorf("recorded\n%s, want\n%s", got, want)
	}
}

// TestSupersession: a decision that no longer stands is taken back, with a reason, and taken again without those who take no
// part. What the first person asked to publish before is not what is published.
func TestSupersession(t *testing.T) {
	c := closedBy(t)
	if !c.publish(president) {
		t.Fatal("one person has published")
	}
	juror := auth.Principal{Token: "j1", Role: auth.Juror, For: "28-1", Person: "Juré 1"}
	c.act(juror, "conflicts", `{"edition":%d,"juror":1,"collectivity":%q,"category":"family"}`, editionRun, aixID)
	size := c.Size()
	var wrong domain.Invalid
	if _, err := c.Publish(t.Context(), second, editionRun, "2026-11-25", nil); !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Field != aixID {
		t.Errorf("nobody who takes part reports on it any more: %v", err)
	}
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); !errors.As(err, new(*domain.Broken)) {
		t.Errorf("there is nothing to seal: %v", err)
	}
	c.supersede()
	if _, err := c.Publish(t.Context(), second, editionRun, "2026-11-25", nil); !errors.As(err, &wrong) || wrong[0].Rule != "decided" {
		t.Errorf("with a decision that is missing: %v", err)
	}
	c.act(president, "assignments", `{"edition":%d,"collectivity":%q,"juror":2}`, editionRun, aixID)
	if _, err := c.DraftDecision(t.Context(), president, draftOf(aixID, 2, "Une innovation"), nil); !errors.As(err, new(*domain.Broken)) {
		t.Errorf("two votes where one juror can vote: %v", err)
	}
	one := fmt.Sprintf(`{"edition":%d,"collectivity":%q,"session":1,"distinction":"level","level":2,"mentions":[],
		"tally":{"for":1,"against":0,"abstained":0},"motivation":"Autrement","votes":"Une voix","departure":"Une innovation"}`, editionRun, aixID)
	if _, err := c.DraftDecision(t.Context(), president, []byte(one), nil); err != nil {
		t.Fatal(err)
	}
	done, err := c.CloseDeliberation(t.Context(), president, editionRun, nil)
	if err != nil || done.Decisions != 1 || done.Receipt.Stream != domain.CandidacyStream(editionRun, aixID) || !done.Receipt.Applied {
		t.Errorf("sealed again: %+v, %v", done, err)
	}
	if _, asked, err := c.PublicationAsked(t.Context(), second, editionRun); err != nil || asked {
		t.Errorf("what was asked before waits still: %v, %v", asked, err)
	}
	if !c.publish(second) || c.publish(president) {
		t.Error("two people have not published together")
	}
	want := "[decision-superseded 73008 juror-assigned 73008 juror-recused 73008 decision-sealed 73008 " +
		"decision-disclosed 02408 decision-disclosed 18033 decision-disclosed 73008 palmares-published edition-28]"
	if got := fmt.Sprint(c.outcome(size)); got != want {
		t.Errorf("recorded\n%s, want\n%s", got, want)
	}
}

// TestWithdrawalAfterTheDeliberation: who wants out is let out, once the decision is taken back, and the others are published.
func TestWithdrawalAfterTheDeliberation(t *testing.T) {
	c := closedBy(t)
	if _, err := c.Act(t.Context(), registrar, askFor("withdrawals", `{"edition":%d,"collectivity":%q}`, editionRun, aixID)); !errors.As(err, new(*domain.Broken)) {
		t.Errorf("with a decision that is sealed: %v", err)
	}
	c.supersede()
	c.act(registrar, "withdrawals", `{"edition":%d,"collectivity":%q}`, editionRun, aixID)
	size := c.Size()
	if !c.publish(president) || c.publish(second) {
		t.Error("two people have not published together")
	}
	if got := fmt.Sprint(c.outcome(size)); got != "[decision-disclosed 02408 decision-disclosed 18033 palmares-published edition-28]" {
		t.Errorf("recorded %s", got)
	}
}

func askFor(resource, input string, args ...any) ledger.Ask {
	return ledger.Ask{Resource: resource, Input: json.RawMessage(fmt.Sprintf(input, args...))}
}
