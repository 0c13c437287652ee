package domain

// outcomeStories tell what happens to a published decision, without an appeal.
func outcomeStories() []story {
	notify := NotifyDecision{under, DecisionNotified{Candidacy: aixHere, Of: id("decision"), On: "2026-05-27", Channel: "letter"}}
	five := Result{Distinction: DistinctionLevel, Level: 5, Mentions: []MentionID{"inclusion"}}
	rectify := RectifyDecision{under, DecisionRectified{Candidacy: aixHere, Of: id("decision"), From: fourArobases(), To: five, Reason: Text("the minutes say five")}}
	withdraw := WithdrawLabel{under, LabelWithdrawn{Candidacy: aixHere, Of: id("decision"), Article: "11", Reason: Text("what was declared is not so")}}
	to := func(x Result) RectifyDecision { return with(rectify, func(c *RectifyDecision) { c.To = x }) }
	other := id("another")
	unlabelled := append([]past{ruledBy(func(r *RegulationPublished) { r.MinimumLevel.Value = 0 })}, append(whenReported()[1:],
		ofAix(sealing(Result{Distinction: DistinctionNone}, Tally{For: 3, Against: 1}, 4, "no").event()).called("decision"), concluded,
		ofAix(new(opening(Result{Distinction: DistinctionNone}, Tally{For: 3, Against: 1}).DecisionDisclosed)), celebrated)...)

	stories := []story{
		tell("a collectivity is told").given(afterCeremony()...).when(notify).then(&notify.DecisionNotified),
		tell("once").given(afterCeremony()...).given(did(notify)).when(notify).refused(RuleNotified, "of"),
		tell("not on a day to come").given(afterCeremony()...).when(with(notify, func(c *NotifyDecision) { c.On = "2026-06-02" })).refused(RuleNotified, "on"),
		tell("not before the publication").given(afterCeremony()...).when(with(notify, func(c *NotifyDecision) { c.On = "2026-05-25" })).refused(RuleNotified, "on"),
		tell("by a channel").given(afterCeremony()...).when(with(notify, func(c *NotifyDecision) { c.Channel = "" })).malformed("required", "channel"),

		tell("a decision is rectified").given(afterCeremony()...).when(rectify).then(&rectify.DecisionRectified),
		tell("again, from what stands by then").given(afterCeremony()...).given(did(rectify)).
			when(with(rectify, func(c *RectifyDecision) { c.From, c.To = five, fourArobases() })).
			then(new(with(rectify, func(c *RectifyDecision) { c.From, c.To = five, fourArobases() }).DecisionRectified)),
		tell("from what stands").given(afterCeremony()...).given(did(rectify)).when(rectify).refused(RuleRectified, "from"),
		tell("to something else").given(afterCeremony()...).when(to(fourArobases())).refused(RuleRectified, "to"),
		tell("not what was withdrawn").given(afterCeremony()...).given(did(withdraw)).when(rectify).refused(RuleLabelHeld, "of"),
		tell("to a level that the distinction has").given(afterCeremony()...).
			when(to(Result{Distinction: DistinctionHorsConcours, Level: 5})).refused(RuleDecisionForm, "to.level"),
		tell("not below the least level").given(afterCeremony()...).when(to(Result{Distinction: DistinctionNone})).refused(RuleMinimumLevel, "to.level"),
		tell("to a mention that the edition has").given(afterCeremony()...).
			when(to(Result{DistinctionLevel, 4, []MentionID{"weather"}})).refused(RuleMentionOffered, "to.mentions"),
		tell("for a reason").given(afterCeremony()...).when(with(rectify, func(c *RectifyDecision) { c.Reason = nil })).malformed("required", "reason"),

		tell("a label is withdrawn").given(afterCeremony()...).when(withdraw).then(&withdraw.LabelWithdrawn),
		tell("withdrawn once").given(afterCeremony()...).given(did(withdraw)).when(withdraw).refused(RuleLabelHeld, "of"),
		tell("there is one to withdraw").given(unlabelled...).when(withdraw).refused(RuleLabelHeld, "of"),
		tell("by an article that there is").given(afterCeremony()...).when(with(withdraw, func(c *WithdrawLabel) { c.Article = "99" })).refused(RuleArticle, "article"),
		tell("withdrawn for a reason").given(afterCeremony()...).when(with(withdraw, func(c *WithdrawLabel) { c.Reason = nil })).malformed("required", "reason"),
	}
	lodge := LodgeAppeal{under, AppealLodged{Candidacy: aixHere, Of: id("decision"), On: "2026-05-28", Grounds: Text("we did more")}}
	bare := []past{ruledBy(func(*RegulationPublished) {}), opened(celebrating), celebrated}
	for _, c := range []Command{notify, rectify, withdraw, lodge} {
		name := eventOf(c).EventName()
		stories = append(stories,
			tell(name+" needs a registration").given(bare...).when(c).refused(RuleCandidacyFirst, "collectivity"),
			tell(name+" needs the publication").given(afterDisclosure()...).when(c).refused(RulePublished, "edition"),
			tell(name+" needs a disclosure").given(beforeCeremony()...).given(celebrated).when(c).refused(RuleDisclosedNamed, "of"),
		)
	}
	return append(stories,
		tell("another decision is not notified").given(afterCeremony()...).when(with(notify, func(c *NotifyDecision) { c.Of = other })).refused(RuleDisclosedNamed, "of"),
	)
}
