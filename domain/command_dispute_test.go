package domain

func disputeStories() []story {
	stream := CandidacyStream(18, aix)
	fact := awarded("one", level(4), Stated)
	fact.By = Text("anna")
	told := at(stream, fact).called("fact")
	dispute := func(event string) DisputeFact {
		return DisputeFact{In: stream, FactDisputed: FactDisputed{Event: id(event), Claim: Text("we received five"), Provenance: by("the mayor")}}
	}
	answer := func(event, person string) AnswerDispute {
		return AnswerDispute{In: stream, DisputeAnswered: DisputeAnswered{
			Dispute: id(event), Outcome: "upheld", Answer: Text("the list says five"), Provenance: by(person),
		}}
	}
	disputed := did(dispute("fact")).called("dispute")

	return []story{
		tell("somebody concerned objects").
			given(told).
			when(dispute("fact")).
			then(new(dispute("fact").FactDisputed)),
		tell("somebody else objects too").
			given(told, disputed).
			when(dispute("fact")).
			then(new(dispute("fact").FactDisputed)),
		tell("to a figure").
			given(at(FiguresStream(18), &FigurePublished{Edition: 18, YearAsStated: "2017", Metric: "labelled", Precision: Exact, Source: "one"}).called("figure")).
			when(with(dispute("figure"), func(c *DisputeFact) { c.In = FiguresStream(18) })).
			then(new(dispute("figure").FactDisputed)),
		tell("but not to nothing").
			when(dispute("fact")).
			refused(RuleFactExists, "event"),
		tell("nor to an objection").
			given(told, disputed).
			when(dispute("dispute")).
			refused(RuleFactExists, "event"),
		tell("nor to what was taken back").
			given(told, at(stream, &RecordRetracted{Event: id("fact"), Cause: "identity"})).
			when(dispute("fact")).
			refused(RuleFactExists, "event"),
		tell("an objection claims something").
			given(told).
			when(with(dispute("fact"), func(c *DisputeFact) { c.Claim = nil })).
			malformed("required", "claim"),

		tell("an objection is answered").
			given(told, disputed).
			when(answer("dispute", "chloé")).
			then(new(answer("dispute", "chloé").DisputeAnswered)),
		tell("once").
			given(told, disputed, did(answer("dispute", "chloé"))).
			when(answer("dispute", "david")).
			refused(RuleDisputeOpen, "dispute"),
		tell("there is no answer to what nobody asked").
			given(told).
			when(answer("dispute", "chloé")).
			refused(RuleDisputeOpen, "dispute"),
		tell("a fact is not an objection").
			given(told).
			when(answer("fact", "chloé")).
			refused(RuleDisputeOpen, "dispute"),
		tell("who entered the fact does not answer for it").
			given(told, disputed).
			when(answer("dispute", "anna")).
			refused(RuleFourEyes, "by"),
		tell("nor does nobody").
			given(told, disputed).
			when(answer("dispute", "")).
			refused(RuleFourEyes, "by"),
		tell("an answer has an outcome").
			given(told, disputed).
			when(with(answer("dispute", "chloé"), func(c *AnswerDispute) { c.Outcome = "" })).
			malformed("required", "outcome"),
	}
}
