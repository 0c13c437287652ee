package domain

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// anyAward and anySource draw from few values, so that facts agree and contradict often.
func anyAward(t *rapid.T) Award {
	return rapid.SampledFrom([]Award{level(5), level(4), horsConcours, unspecified}).Draw(t, "award")
}

func anySource(t *rapid.T) SourceID {
	return rapid.SampledFrom([]SourceID{"a1", "a2", "b1", "c1"}).Draw(t, "source")
}

func anyFact(t *rapid.T) *AwardRecorded {
	return awarded(anySource(t), anyAward(t), rapid.SampledFrom([]Certainty{Stated, Stated, Derived}).Draw(t, "certainty"))
}

// anyHistory draws a stream in which every kind of event may name any other, earlier or not there at all.
func anyHistory(t *rapid.T) []Recorded {
	var history []Recorded
	position := rapid.Uint64Range(0, 3).Draw(t, "first")
	for i := range rapid.IntRange(0, 14).Draw(t, "length") {
		named := func() uuid.UUID { return nth(rapid.IntRange(0, i).Draw(t, "names")) }
		var e Event
		switch rapid.SampledFrom([]string{"award", "award", "mention", "choice", "retraction", "dispute", "answer", "other"}).Draw(t, "kind") {
		case "award":
			e = anyFact(t)
		case "mention":
			e = &MentionRecorded{Mention: "teletravail", Label: sealed('l'), Holding: awarded(anySource(t), level(5), Stated).Holding}
		case "choice":
			e = &AwardArbitrated{Chosen: anyAward(t), Reason: sealed('r')}
		case "retraction":
			e = &RecordRetracted{Event: named(), Cause: "identity"}
		case "dispute":
			e = &FactDisputed{Event: named(), Claim: sealed('c')}
		case "answer":
			e = &DisputeAnswered{Dispute: named(), Outcome: rapid.SampledFrom([]string{"upheld", "noted"}).Draw(t, "outcome"), Answer: sealed('a')}
		default:
			e = &EditionEnumerated{Edition: 18, Source: "a1", Count: 1}
		}
		history = append(history, Recorded{ID: nth(i), Position: position, Event: e})
		position += rapid.Uint64Range(1, 3).Draw(t, "gap")
	}
	return history
}

// TestAsOfIsThePrefix: what was known at a size is the fold of the events before it, whatever came later.
func TestAsOfIsThePrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := anyHistory(t)
		whole := AwardFacts(history)
		var end uint64
		if n := len(history); n > 0 {
			end = history[n-1].Position + 1
		}
		for size := range end + 2 {
			prefix := slices.DeleteFunc(slices.Clone(history), func(r Recorded) bool { return r.Position >= size })
			if diff := cmp.Diff(AwardFacts(prefix), whole.AsOf(size)); diff != "" {
				t.Fatalf("as of %d (-prefix +got):\n%s", size, diff)
			}
		}
		if diff := cmp.Diff(AwardFacts(history), whole); diff != "" {
			t.Fatalf("looking back changed the facts:\n%s", diff)
		}
	})
}

// TestAsOfTwice: looking back from an earlier time is looking back to the earlier of the two.
func TestAsOfTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := AwardFacts(anyHistory(t))
		a, b := rapid.Uint64Range(0, 50).Draw(t, "a"), rapid.Uint64Range(0, 50).Draw(t, "b")
		if diff := cmp.Diff(f.AsOf(min(a, b)), f.AsOf(a).AsOf(b)); diff != "" {
			t.Fatalf("as of %d as of %d:\n%s", a, b, diff)
		}
	})
}

// TestStandingHasNoOrder: it does not matter which source was entered first. Only of several arbitrations the last counts,
// so they keep their places.
func TestStandingHasNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := AwardFacts(anyHistory(t))
		for _, e := range rapid.SliceOfN(rapid.Custom(anyFact), 0, 4).Draw(t, "more") {
			f.Awards = append(f.Awards, AwardFact{e.Award, Cite{Source: e.Source, Certainty: e.Certainty}})
		}
		shuffled := *f
		shuffled.Awards = rapid.Permutation(f.Awards).Draw(t, "shuffled")
		if diff := cmp.Diff(f.Standing(unlike), shuffled.Standing(unlike)); diff != "" {
			t.Fatalf("(-in order +shuffled):\n%s", diff)
		}
	})
}

// TestStandingNeverPicksAWinner: an award that is given is said by a fact that was not retracted, and by nobody
// contradicted unless it was arbitrated.
func TestStandingNeverPicksAWinner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := AwardFacts(anyHistory(t))
		s := f.Standing(unlike)
		if (s.Award == nil) != (s.Status == "" || s.Status == Contested) {
			t.Fatalf("%s with the award %v", s.Status, s.Award)
		}
		if s.Award == nil {
			return
		}
		said := false
		for _, a := range f.Live() {
			said = said || a.Award == *s.Award
			if s.Status != Arbitrated && a.Contradicts(*s.Award) {
				t.Fatalf("%s %s, though %s says %s", s.Status, s.Award, a.Source, a.Award)
			}
		}
		if !said {
			t.Fatalf("%s %s, which nobody says", s.Status, s.Award)
		}
	})
}

// TestMoreSourcesNeverWeaken: another source that states the same does not take a corroboration away.
func TestMoreSourcesNeverWeaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := AwardFacts(anyHistory(t))
		before := f.Standing(unlike)
		if before.Award == nil {
			return
		}
		f.Awards = append(f.Awards, AwardFact{*before.Award, Cite{Source: anySource(t), Certainty: Stated}})
		after := f.Standing(unlike)
		if *after.Award != *before.Award || before.Status != Reported && after.Status != before.Status {
			t.Fatalf("%s %s became %s %s", before.Status, before.Award, after.Status, after.Award)
		}
	})
}

// TestJoinIsOneStream: facts under two names of one body are those of one stream that holds the events of both.
func TestJoinIsOneStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		both := anyHistory(t)
		half := make(map[uuid.UUID]bool)
		var one, other []Recorded
		for _, r := range both {
			in := rapid.Bool().Draw(t, "half")
			switch e := r.Event.(type) { // what names an event stands in its stream
			case *RecordRetracted:
				in = half[e.Event]
			case *FactDisputed:
				in = half[e.Event]
			case *DisputeAnswered:
				in = half[e.Dispute]
			}
			if half[r.ID] = in; in {
				one = append(one, r)
			} else {
				other = append(other, r)
			}
		}
		joined := AwardFacts(one)
		joined.Join(AwardFacts(other))
		if diff := cmp.Diff(AwardFacts(both), joined); diff != "" {
			t.Fatalf("(-one stream +joined):\n%s", diff)
		}
	})
}
