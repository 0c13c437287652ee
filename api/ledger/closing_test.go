package ledger_test

import (
	"errors"
	"fmt"
	"testing"

	"arobase/domain"
)

// juror2Conflicts has the second juror declare an interest in a collectivity.
func (c *campaign) juror2Conflicts(id string) {
	c.act(president, "conflicts", `{"edition":%d,"juror":2,"collectivity":%q,"category":"employment"}`, editionRun, id)
}

// draftAlone drafts a decision of which only one juror voted.
func (c *campaign) draftAlone(id string) {
	c.t.Helper()
	body := fmt.Sprintf(`{"edition":%d,"collectivity":%q,"session":1,"distinction":"level","level":1,"mentions":[],
		"tally":{"for":1,"against":0,"abstained":0},"motivation":"Pour","votes":"Tous","departure":""}`, editionRun, id)
	if _, err := c.DraftDecision(c.t.Context(), president, []byte(body), nil); err != nil {
		c.t.Fatal(err)
	}
}

// A draft is held by the rules once, and again only where something that it rests on is recorded by the closing itself: how
// often the streams are read tells.
func TestClosingDecidesOnce(t *testing.T) {
	for _, test := range []struct {
		name     string
		conflict bool
		decided  int
	}{
		{"nothing came in between", false, 3},
		{"a recusal is recorded first", true, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := deliberated(t)
			if test.conflict {
				c.juror2Conflicts(bourgesID)
				c.draftAlone(bourgesID)
			}
			size, reads := c.Size(), 0
			c.store.reading = func(stream string) {
				if stream == string(domain.JurorStream(editionRun, 1)) {
					reads++
				}
			}
			done, err := c.CloseDeliberation(t.Context(), president, editionRun, nil)
			if err != nil || done.Decisions != 3 {
				t.Fatalf("%+v, %v", done, err)
			}
			c.store.reading = nil
			if want := test.decided + 1; reads != want { // one: that it has not changed meanwhile
				t.Errorf("the stream of a juror was read %d times, want %d", reads, want)
			}
			want := "[decision-sealed 02408 decision-sealed 18033 decision-sealed 73008 deliberation-closed edition-28]"
			if test.conflict {
				want = "[juror-recused 18033 " + want[1:]
			}
			if got := fmt.Sprint(c.outcome(size)); got != want {
				t.Errorf("recorded %s, want %s", got, want)
			}
		})
	}
}

// What is recorded while the drafts are looked at is looked at too, before anything is sealed.
func TestClosingSeesWhatCameMeanwhile(t *testing.T) {
	c := deliberated(t)
	reads := 0
	c.store.reading = func(stream string) {
		if stream != string(domain.JurorStream(editionRun, 1)) {
			return
		}
		if reads++; reads == 3 { // the last of the three drafts
			c.store.reading = nil
			c.juror2Conflicts(laonID)
		}
	}
	size := c.Size()
	var invalid domain.Invalid
	if _, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); !errors.As(err, &invalid) || len(invalid) != 1 || invalid[0].Field != laonID || invalid[0].Rule != string(domain.RuleTally) {
		t.Errorf("a vote of somebody who had an interest was sealed: %v", err)
	}
	if got := fmt.Sprint(c.outcome(size)); got != "[conflict-declared juror-28-2]" {
		t.Errorf("recorded %s", got)
	}
	c.store.reading = nil
	c.draftAlone(laonID)
	if done, err := c.CloseDeliberation(t.Context(), president, editionRun, nil); err != nil || done.Recusals != 1 || done.Decisions != 3 {
		t.Errorf("after another vote: %+v, %v", done, err)
	}
}
