package ledger_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/domain"
	"arobase/projections/dossier"
)

// seen is what a barometer shows, in short: each group with its quartiles, and whether there are collectivities.
func seen(v ledger.BarometerView) string {
	var b strings.Builder
	for _, g := range v.Groups {
		fmt.Fprintf(&b, "%s/%s %d", g.Kind, g.Size, g.Candidacies)
		if q := g.Stakes[0]; q.Median != nil {
			fmt.Fprintf(&b, " %d %d %d", *q.First, *q.Median, *q.Third)
		}
		b.WriteString("; ")
	}
	fmt.Fprintf(&b, "%d", len(v.Collectivities))
	return b.String()
}

// What candidacies cover is shown together at any time, one by one after the ceremony; of any size it stays the same.
func TestBarometer(t *testing.T) {
	c := begun(t)
	ctx := t.Context()
	then := map[uint64]ledger.BarometerView{} // as it was shown at each size
	look := func(want string) {
		t.Helper()
		v, err := c.Barometer(ctx, editionRun, c.Size())
		if err != nil {
			t.Fatal(err)
		}
		if got := seen(v); got != want {
			t.Errorf("at %d: %s, want %s", c.Size(), got, want)
		}
		if (v.Withheld == "") != (v.Collectivities != nil) {
			t.Errorf("at %d: withheld %q with %v", c.Size(), v.Withheld, v.Collectivities)
		}
		then[c.Size()] = v
	}
	look("/ 0; 0")
	towns := []string{aixID, bourgesID, laonID, "fr-commune-73031", "fr-commune-92072", "fr-commune-92022", "fr-commune-92048"}
	for i, id := range towns {
		c.act(registrar, "collectivities", `{"collectivity":%q,"type":"commune","name":%q,"insee":%q}`, id, id, strings.TrimPrefix(id, "fr-commune-"))
		c.act(registrar, "candidacies", `{"edition":%d,"collectivity":%q,"kind":"ville","population":%d,"populationYear":2023}`, editionRun, id, 20_000+i)
		actions := ""
		if i < 3 {
			c.act(registrar, "actions", `{"action":"wifi-%d","collectivity":%q,"grid":"g1","operatorKind":"collectivity","services":["wifi"],"startedOn":"2026-01-01","title":"Wi-Fi"}`, i, id)
			actions = fmt.Sprintf(`,"actions":[{"action":"wifi-%d","revision":0}]`, i)
		}
		if i < 6 { // the last one submits nothing
			c.act(registrar, "submissions", `{"edition":%d,"collectivity":%q,"signedOff":"Le maire"%s}`, editionRun, id, actions)
		}
		switch i {
		case 3:
			look("/ 4; ville/ 4; ville/10000-29999 4; 0")
		case 4:
			look("/ 5 0 100 100; ville/ 5 0 100 100; ville/10000-29999 5 0 100 100; 0")
		}
	}
	look("/ 6 0 0 100; ville/ 6 0 0 100; ville/10000-29999 6 0 0 100; 0")
	c.act(registrar, "withdrawals", `{"edition":%d,"collectivity":%q}`, editionRun, towns[5])
	look("/ 5 0 100 100; ville/ 5 0 100 100; ville/10000-29999 5 0 100 100; 0")

	c.act(president, "closings", `{"edition":%d,"candidacies":5}`, editionRun)
	for n := 1; n <= 2; n++ {
		c.act(president, "jurors", `{"edition":%d,"juror":%d,"college":"academic","person":"Juré %d"%s}`, editionRun, n, n, map[bool]string{true: `,"chair":"yes"`}[n == 1])
	}
	c.act(president, "juries", `{"edition":%d,"jurors":[1,2]}`, editionRun)
	c.day.Store(1)
	c.act(president, "sessions", `{"edition":%d,"session":1,"on":"2026-11-24","present":[1,2],"quorum":1}`, editionRun)
	for _, id := range towns[:5] {
		c.act(president, "assignments", `{"edition":%d,"collectivity":%q,"juror":1}`, editionRun, id)
		c.draft(id, 1, "")
	}
	if _, err := c.CloseDeliberation(ctx, president, editionRun, nil); err != nil {
		t.Fatal(err)
	}
	look("/ 5 0 100 100; ville/ 5 0 100 100; ville/10000-29999 5 0 100 100; 0")
	c.day.Store(2)
	for _, who := range []auth.Principal{president, second} {
		if _, err := c.Publish(ctx, who, editionRun, "2026-11-25", nil); err != nil {
			t.Fatal(err)
		}
	}
	look("/ 5 0 100 100; ville/ 5 0 100 100; ville/10000-29999 5 0 100 100; 5")

	// The line of a collectivity is what it is told itself.
	for _, line := range then[c.Size()].Collectivities {
		own, err := c.Diagnosis(ctx, registrar, domain.Candidacy{Edition: editionRun, Collectivity: line.Collectivity})
		if err != nil {
			t.Fatal(err)
		}
		bare := dossier.Diagnosis{Peers: own.Peers, Stakes: []dossier.Beside{}, Recommendations: []dossier.Recommendation{}}
		for _, s := range own.Stakes {
			bare.Stakes = append(bare.Stakes, s.Beside)
		}
		for _, r := range own.Recommendations {
			bare.Recommendations = append(bare.Recommendations, r.Recommendation)
		}
		if diff := cmp.Diff(bare, line.Diagnosis); diff != "" || line.Diagnosis.Peers != 4 {
			t.Errorf("%s: the barometer and the diagnosis differ:\n%s", line.Collectivity, diff)
		}
	}
	// Whatever came later, what was shown at a size is shown again.
	for size, want := range then {
		got, err := c.Barometer(ctx, editionRun, size)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("as of %d: %v\n%s", size, err, diff)
		}
	}
	for _, size := range []uint64{0, 3} {
		if _, err := c.Barometer(ctx, editionRun, size); !errors.Is(err, ledger.ErrUnknown) {
			t.Errorf("before the edition was opened: %v", err)
		}
	}
	if _, err := c.Barometer(ctx, 18, c.Size()); !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("of an edition of the history: %v", err)
	}
}
