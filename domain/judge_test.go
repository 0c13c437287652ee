package domain

import (
	"errors"
	"testing"
)

// judge judges the last event of a book as a stranger would.
func (b *book) judge(t *testing.T, r Recorded, basis []StreamName) error {
	t.Helper()
	in := Input{History: b.stream(r.Stream), Others: map[StreamName][]Recorded{}}
	if n := len(in.History); n > 0 && in.History[n-1].ID == r.ID {
		in.History = in.History[:n-1]
	}
	for _, s := range basis {
		if h := b.stream(s); len(h) > 0 {
			in.Others[s] = h
		}
	}
	return Judge(in, r)
}

// Whatever a story ends in is judged right without its sealed values; and what a rule that anyone can check refuses is
// found when it was forced into the ledger.
func TestJudgeStories(t *testing.T) {
	marks := map[Rule]Mark{}
	for _, r := range Rules() {
		marks[r.Rule] = r.Mark
	}
	forced := 0
	for about, stories := range allStories() {
		for _, s := range stories {
			t.Run(about+"/"+s.name, func(t *testing.T) {
				b := newBook(t)
				for _, p := range s.past {
					if p.command == nil {
						b.append(p.stream, p.event, p.name)
						continue
					}
					events, err := b.decide(p.command)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range events {
						b.append(p.command.Stream(), e, p.name)
					}
				}
				for _, e := range s.want {
					b.append(s.asked.Stream(), e, "")
					if err := b.judge(t, b.log[len(b.log)-1], s.asked.Basis()); err != nil {
						t.Errorf("judged wrong: %v", err)
					}
				}
				if marks[s.rule] != MarkPublic {
					return
				}
				r, ok := forcedBy(s.asked)
				if !ok {
					return
				}
				forced++
				err := b.judge(t, r, s.asked.Basis())
				var found *Broken
				var form Invalid
				if !errors.As(err, &found) && !errors.As(err, &form) {
					t.Fatalf("forced into the ledger it is judged %v, and breaks %s", err, s.rule)
				}
				if found != nil && found.Rule != s.rule && found.Rule != RuleBasis {
					t.Errorf("it breaks %s, judged %s", s.rule, found.Rule)
				}
			})
		}
	}
	if forced < 60 {
		t.Errorf("only %d events were forced: the stories say less than they did", forced)
	}
}

// forcedBy is the event that a command asks for, as somebody would write it who obeys no rule.
func forcedBy(c Command) (Recorded, bool) {
	var e Event
	switch c := c.(type) {
	case RecordAward:
		e = &c.AwardRecorded
	case RecordMention:
		e = &c.MentionRecorded
	case ArbitrateAward:
		e = &c.AwardArbitrated
	case RetractRecord:
		e = &c.RecordRetracted
	case DisputeFact:
		e = &c.FactDisputed
	case AnswerDispute:
		e = &c.DisputeAnswered
	case CiteSource:
		e = &c.SourceCited
	case CorrectSource:
		e = &c.SourceCorrected
	case RegisterCollectivity:
		e = &c.CollectivityRegistered
	case SettleIdentity:
		e = &c.IdentitySettled
	case RecordCeremonyFact:
		e = &c.CeremonyFactRecorded
	case EnumerateEdition:
		e = &c.EditionEnumerated
	case PublishFigure:
		e = &c.FigurePublished
	case RetractFigure:
		e = &c.FigureRetracted
	case ProposeExplanation:
		e = &c.ExplanationProposed
	case RecordRule:
		e = &c.RuleRecorded
	case GrantDistinction:
		e = &c.DistinctionGranted
	case RenewDistinction:
		e = &c.DistinctionRenewed
	case OpenLedger:
		e = &c.LedgerOpened
	case AdoptReference:
		e = &c.ReferenceAdopted
	case ErasePersonalData:
		e = &c.PersonalDataErased
	case RotateKey:
		e = &c.KeyRotated
	default:
		return Recorded{}, false
	}
	return Recorded{ID: id("forced"), Stream: c.Stream(), Time: today, Event: e}, true
}

// A basis that names what says nothing about an event, and an event in another stream than its own, are found.
func TestJudgeBasis(t *testing.T) {
	b := newBook(t)
	for _, p := range []past{cited("one"), registered(aix)} {
		b.append(p.stream, p.event, "")
	}
	e := awarded("one", level(5), Stated)
	e.Occurred = "2017"
	b.append(CandidacyStream(18, aix), e, "")
	r := b.log[2]
	right := []StreamName{SourceStream("one"), CollectivityStream(aix)}
	if err := b.judge(t, r, right); err != nil {
		t.Fatal(err)
	}
	rule := func(what string, err error, want Rule) {
		t.Helper()
		var found *Broken
		if !errors.As(err, &found) || found.Rule != want {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	rule("no source in the basis", b.judge(t, r, right[1:]), RuleSourceFirst)
	rule("a stream too many", b.judge(t, r, append(right, r.Stream)), RuleBasis)
	elsewhere := r
	elsewhere.Stream = CandidacyStream(17, aix)
	rule("another stream", b.judge(t, elsewhere, right), RuleBasis)
	for _, typ := range Types() {
		if _, ok := commandOf(Input{}, Recorded{Event: typ.New(), Stream: "figures-18"}); !ok {
			t.Errorf("nobody can judge %s", typ.Name)
		}
	}
}
