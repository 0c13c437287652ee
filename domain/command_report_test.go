package domain

func reportStories() []story {
	assign := func(n int) AssignJuror { return AssignJuror{under, JurorAssigned{Candidacy: aixHere, Juror: n}} }
	recuse := func(n int) RecuseJuror {
		return RecuseJuror{under, JurorRecused{Candidacy: aixHere, Juror: n, Category: "contract"}}
	}
	opinion := func(n int) SealOpinion {
		return SealOpinion{under, OpinionSealed{Candidacy: aixHere, Juror: n, Opinion: Text("4 @, for their citizens")}}
	}
	postpone := DeferDecision{under, DecisionDeferred{Candidacy: aixHere, Session: 1, Reason: Text("a question is open")}}
	sits := whenJudging()
	bare := append([]past{ruledBy(func(*RegulationPublished) {}), registered(aix), opened(celebrating), entered, closed, session}, jury()...)

	stories := []story{
		tell("a juror is assigned").given(sits...).when(assign(1)).then(new(assign(1).JurorAssigned)),
		tell("a second one").given(sits...).given(assigned(1)).when(assign(2)).then(new(assign(2).JurorAssigned)),
		tell("a juror is assigned once").given(sits...).given(assigned(1)).when(assign(1)).refused(RuleAssignedOnce, "juror"),
		tell("a juror is on the list").given(sits...).when(assign(7)).refused(RuleJuryList, "juror"),
		tell("a juror who left is not assigned").given(sits...).given(left(1)).when(assign(1)).refused(RuleJurorInTerm, "juror"),
		tell("nor one who is recused").given(sits...).given(recused(1)).when(assign(1)).refused(RuleImpartial, "juror"),
		tell("nor one with an interest").given(sits...).given(bound(1)).when(assign(1)).refused(RuleImpartial, "juror"),
		tell("nothing is reported on that was not submitted").given(bare...).when(assign(1)).refused(RuleSubmitted, "collectivity"),
		tell("nor what is withdrawn").given(sits...).given(withdrawal).when(assign(1)).refused(RuleCandidacyLive, "collectivity"),
		tell("nor what is decided").given(afterSeal()...).when(assign(3)).refused(RuleUndecided, "collectivity"),
		tell("a juror has a number").given(sits...).when(assign(0)).refused(RuleJuryList, "juror"),

		tell("a juror is recused").given(sits...).when(recuse(3)).then(new(recuse(3).JurorRecused)),
		tell("also one who reports").given(whenReported()...).when(recuse(1)).then(new(recuse(1).JurorRecused)),
		tell("also late, after the decision").given(afterSeal()...).when(recuse(1)).then(new(recuse(1).JurorRecused)),
		tell("a juror is recused once").given(sits...).given(recused(3)).when(recuse(3)).refused(RuleRecusedOnce, "juror"),
		tell("only a juror is recused").given(sits...).when(recuse(9)).refused(RuleJuryList, "juror"),
		tell("not from what is withdrawn").given(sits...).given(withdrawal).when(recuse(3)).refused(RuleCandidacyLive, "collectivity"),
		tell("for one of a few causes").given(sits...).when(with(recuse(3), func(c *RecuseJuror) { c.Category = "dislike" })).malformed("oneof", "category"),

		tell("an opinion is sealed").given(whenReported()...).when(opinion(1)).then(new(opinion(1).OpinionSealed)),
		tell("of each who reports").given(whenReported()...).given(did(opinion(1))).when(opinion(2)).then(new(opinion(2).OpinionSealed)),
		tell("one opinion of each").given(whenReported()...).given(did(opinion(1))).when(opinion(1)).refused(RuleOpinionOnce, "juror"),
		tell("of nobody else").given(whenReported()...).when(opinion(3)).refused(RuleAssigned, "juror"),
		tell("not of one who was recused since").given(whenReported()...).given(recused(1)).when(opinion(1)).refused(RuleImpartial, "juror"),
		tell("not of one who declared an interest since").given(whenReported()...).given(bound(2)).when(opinion(2)).refused(RuleImpartial, "juror"),
		tell("not of one who left").given(whenReported()...).given(left(2)).when(opinion(2)).refused(RuleJurorInTerm, "juror"),
		tell("not on what is decided").given(afterSeal()...).when(opinion(1)).refused(RuleUndecided, "collectivity"),
		tell("not on what is inadmissible").given(whenReported()...).given(dismissal).when(opinion(1)).refused(RuleCandidacyLive, "collectivity"),
		tell("an opinion says something").given(whenReported()...).when(with(opinion(1), func(c *SealOpinion) { c.Opinion = nil })).malformed("required", "opinion"),

		tell("a decision is put off").given(sits...).when(postpone).then(&postpone.DecisionDeferred),
		tell("twice").given(sits...).given(did(postpone)).when(postpone).then(&postpone.DecisionDeferred),
		tell("in a session that was held").given(sits...).when(with(postpone, func(c *DeferDecision) { c.Session = 2 })).refused(RuleSession, "session"),
		tell("nothing is put off that was not submitted").given(bare...).when(postpone).refused(RuleSubmitted, "collectivity"),
		tell("nor what is decided already").given(afterSeal()...).when(postpone).refused(RuleUndecided, "collectivity"),
		tell("nor what was withdrawn").given(sits...).given(withdrawal).when(postpone).refused(RuleCandidacyLive, "collectivity"),
		tell("put off for a reason").given(sits...).when(with(postpone, func(c *DeferDecision) { c.Reason = nil })).malformed("required", "reason"),
	}
	empty := append([]past{ruledBy(func(*RegulationPublished) {}), registered(aix), opened(celebrating), session}, jury()...)
	for _, c := range []Command{assign(1), recuse(3), opinion(1), postpone} {
		stories = append(stories, tell(eventOf(c).EventName()+" needs a registration").given(empty...).when(c).refused(RuleCandidacyFirst, "collectivity"))
	}
	return stories
}
