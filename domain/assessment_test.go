package domain

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// running gives an action that counts.
func running(id ActionID, services ...string) ActionState {
	return ActionState{Action: id, Collectivity: aix, Revision: 3, ActionParticulars: ActionParticulars{
		Grid: grille, Services: services, StartedOn: "2020", OperatorKind: "collectivity",
	}}
}

func TestAssess(t *testing.T) {
	grid := new(gridOf(asItIs))
	grid.Before, grid.Mapping = "grille-2024", []Correspondence{{From: "cours", To: "ateliers"}, {From: "cours", To: "bornes"}, {From: "kiosques", To: "bornes"}}
	changed := func(change func(*ActionState)) ActionState { return with(running("a", "ateliers"), change) }
	for _, tt := range []struct {
		what     string
		kind     string
		actions  []ActionState
		possible int
		rendered string
		left     LeftOutFor
	}{
		{"nothing", "ville", nil, 1, "0/3 0/2", ""},
		{"one service", "ville", []ActionState{running("a", "ateliers")}, 3, "1/3 1/2", ""},
		{"two of one stake", "ville", []ActionState{running("a", "ateliers", "bornes")}, 3, "2/3 1/2", ""},
		{"all stakes", "ville", []ActionState{running("a", "ateliers"), running("b", "agenda")}, 5, "2/3 2/2", ""},
		{"two actions for one service", "ville", []ActionState{running("a", "agenda"), running("b", "agenda")}, 3, "1/3 1/2", ""},
		{"a village, to which less applies", "village", []ActionState{running("a", "ateliers")}, 3, "1/2 1/2", ""},
		{"a service that does not apply", "village", []ActionState{running("a", "bornes")}, 1, "0/2 0/2", LeftOutService},
		{"one that applies beside it", "village", []ActionState{running("a", "bornes", "ateliers")}, 3, "1/2 1/2", ""},
		{"another grid", "ville", []ActionState{changed(func(s *ActionState) { s.Grid = "grille-2025" })}, 1, "0/3 0/2", LeftOutGrid},
		{"carried over from the version before", "ville", []ActionState{changed(func(s *ActionState) { s.Grid, s.Services = "grille-2024", []string{"cours"} })}, 3, "2/3 1/2", ""},
		{"what nothing continues", "ville", []ActionState{changed(func(s *ActionState) { s.Grid, s.Services = "grille-2024", []string{"minitel"} })}, 1, "0/3 0/2", LeftOutGrid},
		{"carried over to what does not apply", "village", []ActionState{changed(func(s *ActionState) { s.Grid, s.Services = "grille-2024", []string{"kiosques"} })}, 1, "0/2 0/2", LeftOutService},
		{"a service of that name in the version before", "ville", []ActionState{changed(func(s *ActionState) { s.Grid, s.Services = "grille-2024", []string{"agenda"} })}, 1, "0/3 0/2", LeftOutGrid},
		{"somebody else", "ville", []ActionState{changed(func(s *ActionState) { s.OperatorKind = "other" })}, 1, "0/3 0/2", LeftOutOperator},
		{"an association", "ville", []ActionState{changed(func(s *ActionState) { s.OperatorKind = "association" })}, 3, "1/3 1/2", ""},
		{"ended, and old", "ville", []ActionState{changed(func(s *ActionState) { s.Ended = "2026" })}, 1, "0/3 0/2", LeftOutAge},
		{"ended, and two years old", "ville", []ActionState{changed(func(s *ActionState) { s.StartedOn, s.Ended = "2024-05-31", "2026" })}, 1, "0/3 0/2", LeftOutAge},
		{"ended, and not quite two years old", "ville", []ActionState{changed(func(s *ActionState) { s.StartedOn, s.Ended = "2024-06-01", "2026" })}, 3, "1/3 1/2", ""},
		{"ended, in the month in which it would be two", "ville", []ActionState{changed(func(s *ActionState) { s.StartedOn, s.Ended = "2024-06", "2026" })}, 3, "1/3 1/2", ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			a := Assess(grid, tt.kind, tt.actions, "2026-06-01")
			if got := fmt.Sprintf("%d/%d %d/%d", a.Rendered, a.Services, a.StakesRendered, a.Stakes); a.Possible != tt.possible || got != tt.rendered {
				t.Errorf("%d @ with %s, want %d @ with %s", a.Possible, got, tt.possible, tt.rendered)
			}
			if tt.left == "" && len(a.LeftOut) > 0 || tt.left != "" && (len(a.LeftOut) != 1 || a.LeftOut[0] != ActionLeftOut{"a", 3, tt.left}) {
				t.Errorf("left out: %v, want %q", a.LeftOut, tt.left)
			}
			if len(a.Counted)+len(a.LeftOut) != len(tt.actions) {
				t.Errorf("%d actions count and %d do not, of %d", len(a.Counted), len(a.LeftOut), len(tt.actions))
			}
		})
	}
}

func TestAssessmentSaysWhatItRestsOn(t *testing.T) {
	grid := new(gridOf(asItIs))
	a := Assess(grid, "ville", []ActionState{running("b", "agenda"), running("a", "ateliers", "agenda"), with(running("c", "agenda"), func(s *ActionState) { s.Grid = "x" })}, "2026-06-01")
	if diff := cmp.Diff([]string{"citizen-approach", "innovation"}, a.Assess); diff != "" || a.Footing.Known != "assumed" || a.Next != nil {
		t.Errorf("%+v %+v\n%s", a.Footing, a.Next, diff)
	}
	want := []ServiceLine{{"ateliers", []ActionID{"a"}}, {"bornes", nil}}
	if diff := cmp.Diff(want, a.ByStake[0].Lines); diff != "" {
		t.Error(diff)
	}
	if want := "a@3 counts for ateliers agenda\nb@3 counts for agenda\nc@3 does not count: another-grid\n"; a.Details() != want {
		t.Errorf("details: %s", a.Details())
	}
	const text = "grid grille-2026, ville, on 2026-06-01: 5 @ possible (thresholds assumed); the jury assesses citizen-approach and innovation; " +
		"services 2/3; stakes 2/2: inclusion 1/2, lien 1/1; actions 2/3; details sha256:1c296dbde823cfeb5dc27392717328016aa5c5d8d195551dd19f65f33dc68094"
	if f := a.Finding(); f.Text != text || f.Possible != 5 {
		t.Errorf("%d: %s", f.Possible, f.Text)
	}
	below := Assess(grid, "ville", []ActionState{running("a", "ateliers")}, "2026-06-01")
	if below.Next == nil || below.Next.Level != 5 || below.Footing.Known != "contested" || below.Footing.Source != "one" {
		t.Errorf("%+v, next %+v", below.Footing, below.Next)
	}
	if nothing := Assess(&GridPublished{Grid: "empty", Thresholds: []Threshold{{Level: 1, Services: 1}}}, "ville", nil, "2026-06-01"); nothing.Possible != 0 {
		t.Errorf("of nothing, %d @ are possible", nothing.Possible)
	}
}

// TestAssessmentIsOfTheActionsAlone holds that the order of actions tells nothing, that one more never makes less possible,
// and that the text always fits where it is sealed.
func TestAssessmentIsOfTheActionsAlone(t *testing.T) {
	grid := new(gridOf(asItIs))
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"village", "ville", "territoire"}).Draw(t, "kind")
		var actions []ActionState
		for i := range rapid.IntRange(0, 6).Draw(t, "actions") {
			s := running(ActionID(fmt.Sprintf("action-%d", i)), rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ateliers", "bornes", "agenda", "fibre"}), 1, 3, rapid.ID[string]).Draw(t, "services")...)
			s.OperatorKind = rapid.SampledFrom([]string{"collectivity", "other"}).Draw(t, "operator")
			s.StartedOn = rapid.SampledFrom([]string{"2020", "2025-03"}).Draw(t, "start")
			s.Ended = rapid.SampledFrom([]string{"", "2026-01"}).Draw(t, "end")
			actions = append(actions, s)
		}
		a := Assess(grid, kind, actions, "2026-06-01")
		if diff := cmp.Diff(a, Assess(grid, kind, rapid.Permutation(actions).Draw(t, "order"), "2026-06-01")); diff != "" {
			t.Fatal(diff)
		}
		more := Assess(grid, kind, append(slices.Clone(actions), running("more", "ateliers")), "2026-06-01")
		if more.Possible < a.Possible || more.Rendered < a.Rendered {
			t.Fatalf("one more action: %d @ and %d services, before %d @ and %d", more.Possible, more.Rendered, a.Possible, a.Rendered)
		}
		if why := checkValue(ValueFinding, a.Finding()); why != nil || strings.Contains(a.Text(), "\n") {
			t.Fatalf("%s cannot be sealed: %v", a.Text(), why)
		}
	})
}

func TestActionState(t *testing.T) {
	p := ActionParticulars{Grid: grille, Services: []string{"ateliers"}, StartedOn: "2025", OperatorKind: "collectivity"}
	q := with(p, func(p *ActionParticulars) { p.EndedOn = "2026-02" })
	history := []Recorded{
		{Revision: 0, Event: &ActionDeclared{Action: "a", Collectivity: aix, ActionParticulars: p}},
		{Revision: 1, Event: &ActionConfirmed{Action: "a", On: "2026-01-01"}},
		{Revision: 2, Event: &ActionAmended{Action: "a", ActionParticulars: q}},
		{Revision: 3, Event: &ActionAmended{Action: "a", ActionParticulars: p}},
		{Revision: 4, Event: &ActionEnded{Action: "a", On: "2026-03"}},
	}
	for n, want := range []ActionState{
		{},
		{Action: "a", Collectivity: aix, ActionParticulars: p},
		{Action: "a", Collectivity: aix, ActionParticulars: p, Confirmed: "2026-01-01", Revision: 1},
		{Action: "a", Collectivity: aix, ActionParticulars: q, Confirmed: "2026-01-01", Ended: "2026-02", Revision: 2},
		{Action: "a", Collectivity: aix, ActionParticulars: p, Confirmed: "2026-01-01", Revision: 3},
		{Action: "a", Collectivity: aix, ActionParticulars: p, Confirmed: "2026-01-01", Ended: "2026-03", Stopped: true, Revision: 4},
	} {
		if diff := cmp.Diff(want, StateOfAction(history[:n]), sealedAlike); diff != "" {
			t.Errorf("after %d events:\n%s", n, diff)
		}
	}
	if (ActionState{}).Declared() || !StateOfAction(history).Declared() {
		t.Error("what is declared is not")
	}
}
