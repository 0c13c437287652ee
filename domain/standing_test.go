package domain

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// told folds events of the stream of Aix-les-Bains in edition 18; the first is at position 100, then every tenth. The id
// of an event is that of its number.
func told(events ...Event) *Facts {
	var history []Recorded
	for i, e := range events {
		history = append(history, Recorded{ID: nth(i), Position: uint64(100 + 10*i), Stream: CandidacyStream(18, aix), Event: e})
	}
	return AwardFacts(history)
}

func nth(i int) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte{byte(i)}) }

func says(s SourceID, a Award) Event    { return awarded(s, a, Stated) }
func implies(s SourceID, a Award) Event { return awarded(s, a, Derived) }
func chooses(a Award) Event             { return &AwardArbitrated{Chosen: a, Reason: sealed('r')} }
func retracts(i int) Event              { return &RecordRetracted{Event: nth(i), Cause: "transcription"} }

// unlike takes sources for independent unless their names begin with the same letter.
func unlike(a, b SourceID) bool { return a[0] != b[0] }

func TestStanding(t *testing.T) {
	five, four := level(5), level(4)
	tests := []struct {
		name   string
		facts  *Facts
		status Status
		award  *Award
		only   bool // derived
	}{
		{"nothing is known", told(), "", nil, false},
		{"one source", told(says("a", five)), Reported, &five, false},
		{"one source twice", told(says("a", five), says("a", five)), Reported, &five, false},
		{"a source and its copy", told(says("a1", five), says("a2", five)), Reported, &five, false},
		{"two independent sources", told(says("a", five), says("b", five)), Corroborated, &five, false},
		{"a copy, then an independent source", told(says("a1", five), says("a2", five), says("b", five)), Corroborated, &five, false},

		{"derived from one source", told(implies("a", five)), Reported, &five, true},
		{"derived from two sources", told(implies("a", five), implies("b", five)), Reported, &five, true},
		{"derived does not corroborate", told(says("a", five), implies("b", five)), Reported, &five, false},
		{"derived contradicts", told(says("a", five), implies("b", four)), Contested, nil, false},

		{"two levels", told(says("a", five), says("b", four)), Contested, nil, false},
		{"two levels of one source", told(says("a", five), says("a", four)), Contested, nil, false},
		{"two against one", told(says("a", five), says("b", five), says("c", four)), Contested, nil, false},
		{"hors concours against a level", told(says("a", five), says("b", horsConcours)), Contested, nil, false},
		{"hors concours twice", told(says("a", horsConcours), says("b", horsConcours)), Corroborated, &horsConcours, false},

		{"an unknown level", told(says("a", unspecified)), Reported, &unspecified, false},
		{"an unknown level twice", told(says("a", unspecified), says("b", unspecified)), Corroborated, &unspecified, false},
		{"an unknown level contradicts nothing", told(says("a", unspecified), says("b", five)), Reported, &five, false},
		{"an unknown level contradicts no hors concours", told(says("a", horsConcours), says("b", unspecified)), Reported, &horsConcours, false},
		{"an unknown level hides no contradiction", told(says("a", unspecified), says("b", five), says("c", four)), Contested, nil, false},
		{"an unknown level does not corroborate a level", told(says("a", five), says("b", unspecified)), Reported, &five, false},
		{"two levels and an unknown one", told(says("a", five), says("b", five), says("c", unspecified)), Corroborated, &five, false},

		{"arbitrated", told(says("a", five), says("b", four), chooses(four)), Arbitrated, &four, false},
		{"arbitrated again", told(says("a", five), says("b", four), chooses(four), chooses(five)), Arbitrated, &five, false},
		{"arbitrated, then the other one is retracted", told(says("a", five), says("b", four), chooses(four), retracts(0)), Arbitrated, &four, false},
		{"arbitrated, then the chosen one is retracted", told(says("a", five), says("b", four), chooses(four), retracts(1)), Reported, &five, false},
		{"arbitrated, then all is retracted", told(says("a", five), says("b", four), chooses(four), retracts(0), retracts(1)), "", nil, false},

		{"retracted", told(says("a", five), retracts(0)), "", nil, false},
		{"a contradiction is retracted", told(says("a", five), says("b", four), retracts(1)), Reported, &five, false},
		{"a corroboration is retracted", told(says("a", five), says("b", five), retracts(0)), Reported, &five, false},
		{"another event is retracted", told(says("a", five), retracts(7)), Reported, &five, false},

		{"a mention is no award", told(&MentionRecorded{Mention: "teletravail"}), "", nil, false},
		{"a dispute changes nothing", told(says("a", five), &FactDisputed{Event: nth(0), Claim: sealed('c')}), Reported, &five, false},
		{"nor does its answer", told(says("a", five), &FactDisputed{Event: nth(0), Claim: sealed('c')},
			&DisputeAnswered{Dispute: nth(1), Outcome: "upheld", Answer: sealed('a')}), Reported, &five, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := Standing{Status: tt.status, Award: tt.award, Derived: tt.only}
			if diff := cmp.Diff(want, tt.facts.Standing(unlike)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if want.Status == Corroborated {
				want.Status = Reported
			}
			if diff := cmp.Diff(want, tt.facts.Standing(nil)); diff != "" {
				t.Errorf("without knowing which sources are independent (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStandingKeepsTheFacts holds that nobody changes the facts through a conclusion.
func TestStandingKeepsTheFacts(t *testing.T) {
	f := told(says("a", level(5)), says("b", level(4)), chooses(level(4)))
	f.Standing(unlike).Award.Level = 1
	f.Live()[0].Level = 1
	if diff := cmp.Diff(told(says("a", level(5)), says("b", level(4)), chooses(level(4))), f); diff != "" {
		t.Errorf("the facts were changed (-want +got):\n%s", diff)
	}
}

func TestFacts(t *testing.T) {
	mention := &MentionRecorded{Mention: "teletravail", Label: sealed('l'), Holding: awarded("b", level(5), Derived).Holding}
	f := told(
		says("a", level(5)), // 100
		mention,             // 110
		&FactDisputed{Event: nth(0), Claim: sealed('c')},                            // 120
		&DisputeAnswered{Dispute: nth(2), Outcome: "noted", Answer: sealed('a')},    // 130
		&DisputeAnswered{Dispute: nth(2), Outcome: "rejected", Answer: sealed('b')}, // 140: too late
		retracts(1),       // 150
		retracts(1),       // 160: again
		chooses(level(5)), // 170
		&EditionEnumerated{Edition: 18, Source: "a", Count: 1}, // 180: says nothing here
	)
	want := &Facts{
		Awards:       []AwardFact{{level(5), Cite{Event: nth(0), Position: 100, Source: "a", Certainty: Stated}}},
		Mentions:     []MentionFact{{"teletravail", sealed('l').Commitment(), Cite{Event: nth(1), Position: 110, Source: "b", Certainty: Derived, RetractedAt: 151}}},
		Arbitrations: []Arbitration{{nth(7), 170, level(5), sealed('r').Commitment()}},
		Disputes:     []Dispute{{nth(2), 120, nth(0), sealed('c').Commitment(), 131, "noted", sealed('a').Commitment()}},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !f.Mentions[0].Retracted() || f.Awards[0].Retracted() {
		t.Error("the mention was retracted, the award was not")
	}

	open := &Facts{
		Awards:   want.Awards,
		Mentions: []MentionFact{{"teletravail", sealed('l').Commitment(), Cite{Event: nth(1), Position: 110, Source: "b", Certainty: Derived}}},
		Disputes: []Dispute{{Event: nth(2), Position: 120, Fact: nth(0), Claim: sealed('c').Commitment()}},
	}
	for size, want := range map[uint64]*Facts{0: {}, 100: {}, 101: {Awards: want.Awards}, 130: open, 171: want, 1 << 40: want} {
		if diff := cmp.Diff(want, f.AsOf(size)); diff != "" {
			t.Errorf("as of %d (-want +got):\n%s", size, diff)
		}
	}
}

// TestCiteOfUndatedFacts: the year that a source states is kept where it is all that is known of the time.
func TestCiteOfUndatedFacts(t *testing.T) {
	undated := awarded("a", level(4), Undated)
	undated.Edition, undated.YearAsStated, undated.Note = 0, "2018|2024", sealed('n')
	want := []AwardFact{
		{level(4), Cite{Event: nth(0), Position: 100, Source: "a", Certainty: Undated, YearAsStated: "2018|2024", Note: sealed('n').Commitment()}},
		{level(5), Cite{Event: nth(1), Position: 110, Source: "b", Certainty: Stated}},
	}
	if diff := cmp.Diff(want, told(undated, says("b", level(5))).Awards); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
