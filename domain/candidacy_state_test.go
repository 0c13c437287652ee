package domain

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// history is the stream of Aix-les-Bains in a ledger in which all this happened.
func history(t *testing.T, events []past) []Recorded {
	t.Helper()
	return story{past: events}.begin(t).stream(ours)
}

func TestStagesOfACandidacy(t *testing.T) {
	supersede := ofAix(&DecisionSuperseded{Candidacy: aixHere, Of: id("decision"), Reason: Text("a vote was miscounted")})
	for _, tt := range []struct {
		events     []past
		stage      Stage
		admissible bool
		live       bool
	}{
		{declarationsOpen(), StageNone, false, false},
		{append(declarationsOpen(), entered), StageRegistered, false, false},
		{onTheWay(), StageSubmitted, true, false},
		{append(onTheWay(), withdrawal), StageWithdrawn, false, false},
		{append(onTheWay(), dismissal), StageInadmissible, false, false},
		{afterSeal(), StageSealed, true, true},
		{append(afterSeal(), supersede), StageSubmitted, true, false},
		{append(afterSeal(), supersede, ofAix(sealDecision().event()).called("second")), StageSealed, true, true},
		{afterDisclosure(), StageDisclosed, true, true},
		{heardAppeal(), StageDisclosed, true, true},
	} {
		s := StateOfCandidacy(history(t, tt.events))
		if s.Stage != tt.stage || s.Admissible() != tt.admissible || (s.Seal() != nil) != tt.live {
			t.Errorf("stage %q, admissible %t, seal %v; want %q, %t, %t", s.Stage, s.Admissible(), s.Seal(), tt.stage, tt.admissible, tt.live)
		}
	}
}

// silent counts what comes after the disclosure and changes nothing of the decision: the palmarès and the notification.
func silent(past []Recorded) (n int) {
	for _, r := range past {
		switch r.Event.(type) {
		case *PalmaresPublished, *DecisionNotified:
			n++
		}
	}
	return n
}

// TestWhatStands follows one result through all that can happen to it, and looks back from the end.
func TestWhatStands(t *testing.T) {
	five, three := fourArobases(), fourArobases()
	five.Level, three.Level = 5, 3
	events := append(heardAppeal(),
		ofAix(&AppealDecided{Candidacy: aixHere, Appeal: id("appeal"), Panel: panel, Outcome: "changed", To: &five, Tally: Tally{For: 2}, Reason: Text("r")}),
		ofAix(&DecisionRectified{Candidacy: aixHere, Of: id("decision"), From: five, To: three, Reason: Text("r")}),
		ofAix(&LabelWithdrawn{Candidacy: aixHere, Of: id("decision"), Article: "11", Reason: Text("r")}),
	)
	past := history(t, events)
	whole := StateOfCandidacy(past).Course
	want := map[string]Outcome{
		"decision-sealed":    {},
		"decision-disclosed": {Result: fourArobases()},
		"decision-notified":  {Result: fourArobases()},
		"appeal-lodged":      {Result: fourArobases(), Appeal: id("appeal")},
		"appeal-admitted":    {Result: fourArobases(), Appeal: id("appeal")},
		"appeal-decided":     {Result: five},
		"decision-rectified": {Result: three},
		"label-withdrawn":    {Result: three, Withdrawn: true},
	}
	for i, r := range past {
		w, ok := want[r.Event.EventName()]
		if !ok {
			continue
		}
		got, disclosed := StateOfCandidacy(past[:i+1]).Course.Outcome()
		back, _ := whole.AsOf(r.Position + 1).Outcome()
		if !reflect.DeepEqual(got, back) {
			t.Errorf("looking back at %s: %+v, want %+v", r.Event.EventName(), back, got)
		}
		if disclosed && got.By.Event == uuid.Nil {
			t.Errorf("%s: nobody knows why", r.Event.EventName())
		}
		if disclosed && (!got.Decided.Equal(fourArobases()) || len(got.Since) != i-slices.IndexFunc(past, func(r Recorded) bool { return r.Event.EventName() == "decision-disclosed" })-silent(past[:i+1])) {
			t.Errorf("%s: decided %v, since then %v", r.Event.EventName(), got.Decided, got.Since)
		}
		for _, s := range got.Since {
			if s.Said == nil || s.Said.EventName() != s.Name {
				t.Errorf("%s says %v", s.Name, s.Said)
			}
		}
		got.By, got.Decided, got.Since = Step{}, Result{}, nil
		if diff := cmp.Diff(w, got); diff != "" || disclosed != (r.Event.EventName() != "decision-sealed") {
			t.Errorf("after %s, disclosed %t (-want +got):\n%s", r.Event.EventName(), disclosed, diff)
		}
		delete(want, r.Event.EventName())
	}
	if len(want) > 0 {
		t.Errorf("the story does not tell %v", want)
	}
}

func TestDecisionsAreOwedInTheOrderOfIDs(t *testing.T) {
	submitted := StateOfCandidacy(history(t, onTheWay()))
	all := map[CollectivityID]*CandidacyState{
		"fr-commune-81004": submitted, "fr-commune-73008": StateOfCandidacy(history(t, afterSeal())), "fr-commune-01053": submitted,
		"fr-commune-33032": StateOfCandidacy(history(t, append(onTheWay(), withdrawal))), "fr-commune-33063": StateOfCandidacy(history(t, append(onTheWay(), dismissal))),
		"fr-commune-13055": StateOfCandidacy(history(t, declarationsOpen())),
	}
	due := DecisionsFor(here, all)
	var ids []CollectivityID
	for _, d := range due {
		ids = append(ids, d.Collectivity)
	}
	if want := []CollectivityID{"fr-commune-01053", "fr-commune-73008", "fr-commune-81004"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
	if got, want := Undecided(due), []Candidacy{{here, "fr-commune-01053"}, {here, "fr-commune-81004"}}; !slices.Equal(got, want) {
		t.Errorf("undecided are %v, want %v", got, want)
	}
}

// TestCorrections: an interest that is declared late leads to a recusal, and undoes the decision if the quorum, or the
// number who report, does not hold without that juror.
func TestCorrections(t *testing.T) {
	five := append([]past{ruledBy(func(r *RegulationPublished) { r.Quorum.Value = 4 })}, afterSeal()[1:]...)
	for what, tt := range map[string]struct {
		events   []past
		recusals []int
		undone   bool
	}{
		"nothing became known":               {afterSeal(), nil, false},
		"one who was present and not needed": {append(afterSeal(), bound(3)), []int{3}, false},
		"one who was not there":              {append(afterSeal(), bound(6)), []int{6}, false},
		"one who was needed for the quorum":  {append(slices.Clone(five), bound(3)), []int{3}, true},
		"one who reports":                    {append(afterSeal(), bound(1)), []int{1}, true},
		"two, in order":                      {append(afterSeal(), bound(6), bound(3)), []int{3, 6}, false},
		"one who is recused already":         {append(afterSeal(), bound(3), recused(3)), nil, false},
		"recused since, and needed":          {append(slices.Clone(five), bound(3), recused(3)), nil, true},
		"before anything is decided":         {append(whenReported(), bound(3)), []int{3}, false},
	} {
		b := story{past: tt.events}.begin(t)
		jurors := map[int][]Recorded{}
		for n := 1; n <= 6; n++ {
			jurors[n] = b.stream(JurorStream(here, n))
		}
		due := DecisionsFor(here, map[CollectivityID]*CandidacyState{aix: StateOfCandidacy(b.stream(ours))})
		got := Corrections(b.stream(EditionStream(here)), b.stream(RegulationStream(regulation)), jurors, due)
		if tt.recusals == nil && !tt.undone {
			if len(got) > 0 {
				t.Errorf("%s: %+v", what, got)
			}
			continue
		}
		if len(got) != 1 || (got[0].Undone != nil) != tt.undone {
			t.Errorf("%s: %+v", what, got)
			continue
		}
		var recusals []int
		for _, e := range got[0].Recusals {
			recusals = append(recusals, e.Juror)
			if _, err := b.decide(RecuseJuror{under, e}); err != nil {
				t.Errorf("%s: the correction is refused: %v", what, err)
			}
		}
		if !slices.Equal(recusals, tt.recusals) {
			t.Errorf("%s: recusals %v, want %v", what, recusals, tt.recusals)
		}
	}
}

// TestCommitmentIsThatOfTheVault holds the rules against the vectors that the vault is tested with.
func TestCommitmentIsThatOfTheVault(t *testing.T) {
	text, err := os.ReadFile("../eventstore/vault/testdata/seal-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct{ Ledger, Event, Pointer, Salt, Value, Commitment string }
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) == 0 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		got := commitment(Salt(v.Salt), uuid.MustParse(v.Ledger), uuid.MustParse(v.Event), v.Pointer, []byte(v.Value))
		if got != v.Commitment {
			t.Errorf("%s: got %s, want %s", v.Pointer, got, v.Commitment)
		}
	}
	if commitment("AAAA", uuid.Nil, uuid.Nil, "", nil) != "" {
		t.Error("a salt that is too short gives a commitment")
	}
}

// TestRefusalsCiteTheRegulation: whoever is refused by a rule of the label is told the article.
func TestRefusalsCiteTheRegulation(t *testing.T) {
	for _, tt := range []struct {
		events  []past
		command Command
		article string
	}{
		{append([]past{ruledBy(func(r *RegulationPublished) { r.Quorum.Value = 5 })}, whenReported()[1:]...), sealDecision(), "8"},
		{append(whenReported(), recused(1)), sealDecision(), "7"},
		{append(onTheWay(), closed), SubmitCandidacy{under, CandidacySubmitted{Candidacy: aixHere, SignedOff: Text("x")}}, "2"},
		{afterNotice(), LodgeAppeal{under, AppealLodged{Candidacy: aixHere, Of: id("decision"), On: "2026-06-02", Grounds: Text("g")}}, "12"},
		{append(whenJudging(), bound(1)), AssignJuror{under, JurorAssigned{Candidacy: aixHere, Juror: 1}}, "6"},
	} {
		_, err := story{past: tt.events}.begin(t).decide(tt.command)
		var b *Broken
		if !asBroken(err, &b) || b.Article != tt.article {
			t.Errorf("%T: %v cites %+v, want article %s", tt.command, err, b, tt.article)
		}
	}
}
