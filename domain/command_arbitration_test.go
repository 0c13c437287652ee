package domain

// arbitrationStories tell how contradicting sources are settled, and how a fact is taken back.
func arbitrationStories() []story {
	stream := CandidacyStream(18, aix)
	said := func(s SourceID, a Award, person string) past {
		e := awarded(s, a, Stated)
		e.By = Text(person)
		return at(stream, e).called("word of " + string(s))
	}
	arbitrate := func(a Award, person string) ArbitrateAward {
		return ArbitrateAward{AwardArbitrated{
			Candidacy: Candidacy{Edition: 18, Collectivity: aix}, Chosen: a, Reason: Text("the association's own list"), Provenance: by(person),
		}}
	}
	retract := func(name string) RetractRecord {
		return RetractRecord{In: stream, RecordRetracted: RecordRetracted{Event: id(name), Cause: "transcription", Reason: Text("read in the wrong line")}}
	}
	contradiction := []past{said("one", level(5), "anna"), said("two", level(4), "bruno")}

	return []story{
		tell("contradicting sources are settled by a third person").
			given(contradiction...).
			when(arbitrate(level(5), "chloé")).
			then(new(arbitrate(level(5), "chloé").AwardArbitrated)),
		tell("hors concours contradicts a level").
			given(said("one", level(5), "anna"), said("two", horsConcours, "bruno")).
			when(arbitrate(horsConcours, "chloé")).
			then(new(arbitrate(horsConcours, "chloé").AwardArbitrated)),
		tell("what was settled can be settled again").
			given(contradiction...).
			given(did(arbitrate(level(5), "chloé"))).
			when(arbitrate(level(4), "david")).
			then(new(arbitrate(level(4), "david").AwardArbitrated)),
		tell("where nobody is known to have entered the facts, anybody settles them").
			given(at(stream, awarded("one", level(5), Stated)), at(stream, awarded("two", level(4), Stated))).
			when(arbitrate(level(5), "anna")).
			then(new(arbitrate(level(5), "anna").AwardArbitrated)),

		tell("one fact is not contested").
			given(contradiction[0]).
			when(arbitrate(level(5), "chloé")).
			refused(RuleContested, "chosen"),
		tell("no facts are not contested").
			when(arbitrate(level(5), "chloé")).
			refused(RuleContested, "chosen"),
		tell("a label of unknown level contests nothing").
			given(said("one", level(5), "anna"), said("two", unspecified, "bruno")).
			when(arbitrate(level(5), "chloé")).
			refused(RuleContested, "chosen"),
		tell("a retracted fact contests nothing").
			given(contradiction...).
			given(did(retract("word of two"))).
			when(arbitrate(level(5), "chloé")).
			refused(RuleContested, "chosen"),
		tell("the middle is not a choice").
			given(said("one", level(5), "anna"), said("two", level(3), "bruno")).
			when(arbitrate(level(4), "chloé")).
			refused(RuleChoiceStated, "chosen"),
		tell("the number of a choice is one of five").
			given(contradiction...).
			when(arbitrate(level(9), "chloé")).
			malformed("level", "chosen.level"),
		tell("a choice has the form of an award").
			given(contradiction...).
			when(arbitrate(Award{Distinction: DistinctionHorsConcours, Level: 5}, "chloé")).
			refused(RuleAwardForm, "chosen.level"),
		tell("who entered one of the facts does not settle them").
			given(contradiction...).
			when(arbitrate(level(5), "bruno")).
			refused(RuleFourEyes, "by"),
		tell("nor does nobody").
			given(contradiction...).
			when(arbitrate(level(5), "")).
			refused(RuleFourEyes, "by"),
		tell("a choice has a reason").
			given(contradiction...).
			when(with(arbitrate(level(5), "chloé"), func(c *ArbitrateAward) { c.Reason = nil })).
			malformed("required", "reason"),

		tell("a fact is taken back").
			given(contradiction...).
			when(retract("word of two")).
			then(new(retract("word of two").RecordRetracted)),
		tell("so is a mention").
			given(at(stream, &MentionRecorded{Mention: "teletravail", Holding: awarded("one", level(5), Stated).Holding}).called("mention")).
			when(retract("mention")).
			then(new(retract("mention").RecordRetracted)),
		tell("once").
			given(contradiction...).
			given(did(retract("word of two"))).
			when(retract("word of two")).
			refused(RuleFactExists, "event"),
		tell("not one of another stream").
			given(contradiction...).
			given(at(CandidacyStream(17, aix), awarded("three", level(5), Stated)).called("elsewhere")).
			when(retract("elsewhere")).
			refused(RuleFactExists, "event"),
		tell("not a retraction").
			given(contradiction...).
			given(did(retract("word of two")).called("retraction")).
			when(retract("retraction")).
			refused(RuleFactExists, "event"),
		tell("not a figure, which has a retraction of its own kind").
			given(at(FiguresStream(18), &FigurePublished{Edition: 18, YearAsStated: "2017", Metric: "labelled", Precision: Exact, Source: "one"}).called("figure")).
			when(RetractRecord{In: FiguresStream(18), RecordRetracted: RecordRetracted{Event: id("figure"), Cause: "transcription"}}).
			refused(RuleFactExists, "event"),
		tell("for one of three causes").
			given(contradiction...).
			when(with(retract("word of two"), func(c *RetractRecord) { c.Cause = "embarrassing" })).
			malformed("oneof", "cause"),
	}
}
