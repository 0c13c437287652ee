package domain

import (
	"fmt"
	"reflect"
	"slices"
)

// Judge decides an event again, as a stranger can: from the log alone, without sealed values. in holds the history of the
// event's stream before it and the streams of its basis, each as it stood at the revision that the event names. The
// error is the *Broken of the rule that the event breaks. Rules that need sealed values (MarkAttested) are not judged:
// the operator of the ledger vouches for them. It costs what the decision did.
func Judge(in Input, r Recorded) error {
	in.Now, in.Stranger = r.Time, true
	c, ok := commandOf(in, r)
	if !ok {
		return fmt.Errorf("%w: no command asks for %s", ErrUnknownType, r.Event.EventName())
	}
	if c.Stream() != r.Stream {
		return broken(RuleBasis, "", "it belongs into the stream %s, not %s", c.Stream(), r.Stream)
	}
	asked := c.Basis()
	for s := range in.Others {
		if !slices.Contains(asked, s) {
			return broken(RuleBasis, "basis", "it names the stream %s, which says nothing about it", s)
		}
	}
	events, err := Decide(in, c)
	if err != nil {
		return err
	}
	if len(events) != 1 || !reflect.DeepEqual(events[0], r.Event) {
		return broken(RuleBasis, "", "the rules lead to another event than the one that is recorded")
	}
	return nil
}

// commandOf gives the command whose decision an event is. Where an event does not say it, its stream and its basis do.
func commandOf(in Input, r Recorded) (Command, bool) {
	switch e := r.Event.(type) {
	case *LedgerOpened:
		return OpenLedger{LedgerOpened: *e}, true
	case *ReferenceAdopted:
		return AdoptReference{ReferenceAdopted: *e}, true
	case *KeyRotated:
		return RotateKey{KeyRotated: *e}, true
	case *OriginOpened:
		return OpenOrigin{OriginOpened: *e}, true
	case *PersonalDataErased:
		c := ErasePersonalData{In: LedgerStream, PersonalDataErased: *e}
		for s := range in.Others { // the one stream of its basis, if it has one
			c.In = s
		}
		return c, true
	case *SourceCited:
		return CiteSource{*e}, true
	case *SourceCorrected:
		return CorrectSource{*e}, true
	case *CollectivityRegistered:
		return RegisterCollectivity{CollectivityRegistered: *e}, true
	case *NameRecorded:
		return RecordName{NameRecorded: *e}, true
	case *CollectivityRenamed:
		return RenameCollectivity{CollectivityRenamed: *e}, true
	case *CollectivitySucceeded:
		return SucceedCollectivity{CollectivitySucceeded: *e}, true
	case *EPCIMembersRecorded:
		return RecordEPCIMembers{EPCIMembersRecorded: *e}, true
	case *PopulationRecorded:
		return RecordPopulation{*e}, true
	case *IdentityContested:
		return ContestIdentity{IdentityContested: *e}, true
	case *IdentitySettled:
		return SettleIdentity{*e}, true
	case *AwardRecorded:
		return RecordAward{*e}, true
	case *MentionRecorded:
		return RecordMention{*e}, true
	case *AwardArbitrated:
		return ArbitrateAward{*e}, true
	case *RecordRetracted:
		return RetractRecord{In: r.Stream, RecordRetracted: *e}, true
	case *FactDisputed:
		return DisputeFact{In: r.Stream, FactDisputed: *e}, true
	case *DisputeAnswered:
		return AnswerDispute{In: r.Stream, DisputeAnswered: *e}, true
	case *CeremonyFactRecorded:
		return RecordCeremonyFact{*e}, true
	case *EditionEnumerated:
		return EnumerateEdition{*e}, true
	case *FigurePublished:
		return PublishFigure{*e}, true
	case *FigureRetracted:
		return RetractFigure{Edition: figuresOf(r.Stream), FigureRetracted: *e}, true
	case *ExplanationProposed:
		return ProposeExplanation{*e}, true
	case *RuleRecorded:
		return RecordRule{*e}, true
	case *DistinctionGranted:
		return GrantDistinction{*e}, true
	case *DistinctionRenewed:
		d, c := distinctionOf(in.History)
		return RenewDistinction{Distinction: d, Collectivity: c, DistinctionRenewed: *e}, true
	case *DistinctionLapsed:
		d, c := distinctionOf(in.History)
		return LapseDistinction{Distinction: d, Collectivity: c, DistinctionLapsed: *e}, true
	}
	return nil, false
}

// figuresOf is the edition of a stream of figures; 0 where it is that of no edition.
func figuresOf(s StreamName) Edition {
	for e := FirstEdition; e <= lastEdition; e++ {
		if FiguresStream(e) == s {
			return e
		}
	}
	return 0
}

// distinctionOf says what a stream of a distinction is about: its first event does.
func distinctionOf(history []Recorded) (MentionID, CollectivityID) {
	for _, r := range history {
		if e, ok := r.Event.(*DistinctionGranted); ok {
			return e.Distinction, e.Collectivity
		}
	}
	return "", ""
}
