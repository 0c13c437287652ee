package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"arobase/eventstore/envelope"
)

func asBroken(err error, b **Broken) bool { return errors.As(err, b) }

func TestPalmares(t *testing.T) {
	results := []Laureate{
		{"fr-commune-81004", Result{Distinction: DistinctionHorsConcours, Mentions: []MentionID{"a", "b"}}},
		{"fr-commune-73008", Result{Distinction: DistinctionLevel, Level: 5, Mentions: []MentionID{"a"}}},
		{"fr-commune-01053", Result{Distinction: DistinctionNone}},
		{"fr-epci-200041507", Result{Distinction: DistinctionLevel, Level: 5}},
	}
	sum := sha256.Sum256([]byte(`{"collectivity":"fr-commune-01053","distinction":"none","mentions":[]}
{"collectivity":"fr-commune-73008","distinction":"level","level":5,"mentions":["a"]}
{"collectivity":"fr-commune-81004","distinction":"hors-concours","mentions":["a","b"]}
{"collectivity":"fr-epci-200041507","distinction":"level","level":5,"mentions":[]}
`))
	want := Palmares{Digest: hex.EncodeToString(sum[:]), Labelled: 3, CountsByLevel: []LevelCount{{0, 1}, {5, 2}}, HorsConcours: 1, Mentions: 3}
	got := PalmaresOf(results)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if results[0].Collectivity != "fr-commune-81004" {
		t.Error("the results were sorted in their place")
	}
	right := PalmaresPublished{Digest: got.Digest, Labelled: 3, CountsByLevel: got.CountsByLevel, HorsConcours: 1, Mentions: 3}
	if err := got.Check(&right); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*PalmaresPublished){
		"digest":        func(e *PalmaresPublished) { e.Digest = PalmaresOf(nil).Digest },
		"labelled":      func(e *PalmaresPublished) { e.Labelled = 4 },
		"countsByLevel": func(e *PalmaresPublished) { e.CountsByLevel = []LevelCount{{0, 1}, {4, 1}, {5, 1}} },
		"horsConcours":  func(e *PalmaresPublished) { e.HorsConcours = 0 },
		"mentions":      func(e *PalmaresPublished) { e.Mentions = 2 },
	} {
		wrong := with(right, change)
		var b *Broken
		if err := got.Check(&wrong); !asBroken(err, &b) || b.Rule != RulePalmares || b.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestPalmaresLinesAreCanonical holds each line against the canonical JSON of its members.
func TestPalmaresLinesAreCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Laureate{
			CollectivityID(rapid.StringMatching(`fr-commune-[0-9]{5}`).Draw(t, "id")),
			Result{
				Distinction: rapid.SampledFrom([]Distinction{DistinctionLevel, DistinctionHorsConcours, DistinctionNone}).Draw(t, "distinction"),
				Level:       Level(rapid.IntRange(0, 5).Draw(t, "level")),
				Mentions: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) MentionID {
					return MentionID(rapid.StringMatching(`[a-z]{1,9}(-[a-z0-9]{1,5})?`).Draw(t, "id"))
				}), 0, 4).Draw(t, "mentions"),
			},
		}
		members := map[string]any{"collectivity": l.Collectivity, "distinction": l.Distinction, "mentions": append([]MentionID{}, l.Mentions...)}
		if l.Level != 0 {
			members["level"] = l.Level
		}
		want, err := envelope.Canonical(members)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.line(); got != string(want)+"\n" {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestCheckPalmares forces a publication into edition 27, whatever was decided before.
func TestCheckPalmares(t *testing.T) {
	right := func(results ...Laureate) *PalmaresPublished {
		p := PalmaresOf(results)
		return &PalmaresPublished{Edition: here, Digest: p.Digest, Labelled: p.Labelled, CountsByLevel: p.CountsByLevel, HorsConcours: p.HorsConcours, Mentions: p.Mentions}
	}
	four := Laureate{aix, fourArobases()}
	for what, tt := range map[string]struct {
		events []past
		e      *PalmaresPublished
		wrong  string // what the error says, or ""
	}{
		"all disclosed":                {afterDisclosure(), right(four), ""},
		"another result":               {afterDisclosure(), right(Laureate{aix, Result{Distinction: DistinctionLevel, Level: 5}}), "digest"},
		"one too many":                 {afterDisclosure(), right(four, Laureate{albi, fourArobases()}), "digest"},
		"a seal that is left open":     {beforeCeremony(), right(), "left open"},
		"nothing decided":              {whenReported(), right(), "no decision on " + string(aix)},
		"withdrawn":                    {append(onTheWay(), withdrawal), right(), ""},
		"inadmissible":                 {append(onTheWay(), dismissal), right(), ""},
		"not even submitted":           {append(declarationsOpen(), entered), right(), ""},
		"superseded and taken again":   {append(afterSeal(), ofAix(&DecisionSuperseded{Candidacy: aixHere, Of: id("decision"), Reason: Text("r")}), ofAix(sealDecision().event())), right(), "left open"},
		"superseded, and no other one": {append(afterSeal(), ofAix(&DecisionSuperseded{Candidacy: aixHere, Of: id("decision"), Reason: Text("r")})), right(), "no decision"},
	} {
		err := CheckPalmares(tt.e, map[CollectivityID]*CandidacyState{aix: StateOfCandidacy(history(t, tt.events))})
		if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
			t.Errorf("%s: %v, want %q", what, err, tt.wrong)
		}
	}
}
