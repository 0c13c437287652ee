package domain

func applicationStories() []story {
	register := RegisterCandidacy{under, CandidacyRegistered{Candidacy: aixHere, Kind: "ville", Population: 31000, PopulationYear: 2023}}
	submit := SubmitCandidacy{under, CandidacySubmitted{Candidacy: aixHere, SignedOff: Text("the mayor")}}
	with1 := func(revision int) SubmitCandidacy {
		return with(submit, func(c *SubmitCandidacy) { c.Actions = []ActionRevision{{playground, revision}} })
	}
	withdraw := WithdrawCandidacy{under, CandidacyWithdrawn{Candidacy: aixHere, Reason: Text("not ready")}}
	dismiss := func(ground, article string) RuleInadmissible {
		return RuleInadmissible{under, CandidacyRuledInadmissible{Candidacy: aixHere, Ground: ground, Article: article, Reason: Text("as the record says")}}
	}
	ask := RequestInformation{under, InformationRequested{Candidacy: aixHere, Question: Text("since when?"), Until: "2026-06-10"}}
	answer := AnswerInformation{under, InformationAnswered{Candidacy: aixHere, Request: id("question"), Answer: Text("since 2024")}}
	declared := func(c CollectivityID, ended string) past {
		return at(ActionStream(playground), &ActionDeclared{Action: playground, Collectivity: c, ActionParticulars: ActionParticulars{
			Grid: "grille-2026", Services: []string{"s1"}, StartedOn: "2024", EndedOn: ended, OperatorKind: "collectivity", Title: Text("a playground"),
		}})
	}
	endedOn := func(day string) past { return at(ActionStream(playground), &ActionEnded{Action: playground, On: day}) }
	member := at(CollectivityStream(aix), &MembershipRecorded{Collectivity: aix, Year: 2026, Regulation: regulation, Fee: 155000})
	paid := at(CollectivityStream(aix), &PaymentRecorded{Collectivity: aix, Year: 2026, Amount: 155000, On: "2026-02-01"})
	open := declarationsOpen()

	stories := []story{
		tell("a collectivity is registered").given(open...).when(register).then(&register.CandidacyRegistered),
		tell("also on the last day").given(open...).given(inEdition(&DeadlineExtended{Edition: here, Deadline: "jury", Until: "2026-10-01", Reason: Text("late")})).
			when(register).then(&register.CandidacyRegistered),
		tell("once").given(open...).given(entered).when(register).refused(RuleCandidacyOnce, "collectivity"),
		tell("not again after it was withdrawn").given(open...).given(entered, withdrawal).when(register).refused(RuleCandidacyOnce, "collectivity"),
		tell("a candidate was entered").given(open[0], open[2]).when(register).refused(RuleBodyFirst, "collectivity"),
		tell("a candidate has no successor").given(open...).
			given(at(CollectivityStream(aix), &CollectivitySucceeded{From: []CollectivityID{aix}, To: []CollectivityID{albi}, On: "2026"})).
			when(register).refused(RuleBodyInForce, "collectivity"),
		tell("a candidate is in force").given(open[0], open[2]).
			given(at(CollectivityStream(aix), &CollectivityRegistered{Collectivity: aix, Type: "commune", Name: "Aix", InForce: &InForce{To: "2025"}})).
			when(register).refused(RuleBodyInForce, "collectivity"),
		tell("a candidate that ends this year is in force").given(open[0], open[2]).
			given(at(CollectivityStream(aix), &CollectivityRegistered{Collectivity: aix, Type: "commune", Name: "Aix", InForce: &InForce{To: "2026"}})).
			when(register).then(&register.CandidacyRegistered),
		tell("the edition was opened").given(registered(aix)).
			when(with(register, func(c *RegisterCandidacy) { c.Under = Under{} })).refused(RuleEditionRun, "edition"),
		tell("not before declarations open").given(open[0], open[1], opened(with(declaring, func(c *Calendar) { c.Opens = "2026-06-02" }))).
			when(register).refused(RuleInTime, "edition"),
		tell("not after the last day").given(open[0], open[1], opened(with(declaring, func(c *Calendar) { c.Closes = "2026-05-31" }))).
			when(register).refused(RuleInTime, "edition"),
		tell("not when declarations are closed").given(open...).given(closed).when(register).refused(RuleInTime, "edition"),
		tell("but after an extension").given(open[0], open[1], opened(with(declaring, func(c *Calendar) { c.Closes = "2026-05-31" }))).
			given(inEdition(&DeadlineExtended{Edition: here, Deadline: "closes", Until: "2026-06-15", Reason: Text("asked for")})).
			when(register).then(&register.CandidacyRegistered),
		tell("a kind is stated").given(open...).when(with(register, func(c *RegisterCandidacy) { c.Kind = "" })).malformed("required", "kind"),
		tell("a kind is one of three").given(open...).when(with(register, func(c *RegisterCandidacy) { c.Kind = "commune" })).malformed("oneof", "kind"),

		tell("a candidacy is submitted, without actions").given(open...).given(entered).when(submit).then(&submit.CandidacySubmitted),
		tell("with an action as it stands").given(open...).given(entered, declared(aix, "")).when(with1(0)).then(new(with1(0).CandidacySubmitted)),
		tell("again, which replaces it").given(open...).given(entered, submission).when(submit).then(&submit.CandidacySubmitted),
		tell("not after the last day of declarations").given(open[0], open[1], opened(with(declaring, func(c *Calendar) { c.Closes = "2026-05-31" }))).
			given(entered).when(submit).refused(RuleInTime, "edition"),
		tell("not with the action of another").given(open...).given(entered, declared(albi, "")).when(with1(0)).refused(RuleActionOwn, "actions"),
		tell("not with an action that is not there").given(open...).given(entered).when(with1(0)).refused(RuleActionOwn, "actions"),
		tell("not with a revision that is not there").given(open...).given(entered, declared(aix, "")).when(with1(1)).refused(RuleActionOwn, "actions"),
		tell("not with an action that ended before").given(open...).given(entered, declared(aix, ""), endedOn("2026-02")).when(with1(1)).refused(RuleActionRuns, "actions"),
		tell("nor with one declared as ended").given(open...).given(entered, declared(aix, "2025")).when(with1(0)).refused(RuleActionRuns, "actions"),
		tell("but as it stood before it ended").given(open...).given(entered, declared(aix, ""), endedOn("2026-02")).when(with1(0)).then(new(with1(0).CandidacySubmitted)),
		tell("and with one that ended since").given(open...).given(entered, declared(aix, ""), endedOn("2026-04")).when(with1(1)).then(new(with1(1).CandidacySubmitted)),
		tell("signed off").given(open...).given(entered).
			when(with(submit, func(c *SubmitCandidacy) { c.SignedOff = nil })).malformed("required", "signedOff"),

		tell("a candidacy is withdrawn").given(onTheWay()...).when(withdraw).then(&withdraw.CandidacyWithdrawn),
		tell("before it is submitted").given(open...).given(entered).when(withdraw).then(&withdraw.CandidacyWithdrawn),
		tell("withdrawn once").given(onTheWay()...).given(withdrawal).when(withdraw).refused(RuleCandidacyLive, "collectivity"),
		tell("not withdrawn when it is decided").given(afterSeal()...).when(withdraw).refused(RuleUndecided, "collectivity"),

		tell("a candidacy is ruled inadmissible").given(onTheWay()...).when(dismiss("not-a-member", "4")).then(new(dismiss("not-a-member", "4").CandidacyRuledInadmissible)),
		tell("by an article that there is").given(onTheWay()...).when(dismiss("not-a-member", "99")).refused(RuleArticle, "article"),
		tell("a member is not dismissed as no member").given(onTheWay()...).given(member).when(dismiss("not-a-member", "4")).refused(RuleGround, "ground"),
		tell("a member of another year is").given(onTheWay()...).
			given(at(CollectivityStream(aix), &MembershipRecorded{Collectivity: aix, Year: 2025, Regulation: regulation})).
			when(dismiss("not-a-member", "4")).then(new(dismiss("not-a-member", "4").CandidacyRuledInadmissible)),
		tell("who paid is not dismissed as unpaid").given(onTheWay()...).given(paid).when(dismiss("unpaid", "4")).refused(RuleGround, "ground"),
		tell("what was submitted is not late").given(onTheWay()...).when(dismiss("late", "4")).refused(RuleGround, "ground"),
		tell("what was never submitted is").given(open...).given(entered, closed).when(dismiss("late", "4")).then(new(dismiss("late", "4").CandidacyRuledInadmissible)),
		tell("who submitted actions has some").given(open...).given(entered, declared(aix, ""), ofAix(new(with1(0).CandidacySubmitted))).
			when(dismiss("no-action", "4")).refused(RuleGround, "ground"),
		tell("who submitted none has none").given(onTheWay()...).when(dismiss("no-action", "4")).then(new(dismiss("no-action", "4").CandidacyRuledInadmissible)),
		tell("ruled inadmissible once").given(onTheWay()...).given(dismissal).when(dismiss("other", "4")).refused(RuleCandidacyLive, "collectivity"),
		tell("not when it is decided").given(afterSeal()...).when(dismiss("other", "4")).refused(RuleUndecided, "collectivity"),
		tell("for a reason").given(onTheWay()...).
			when(with(dismiss("other", "4"), func(c *RuleInadmissible) { c.Reason = nil })).malformed("required", "reason"),

		tell("information is asked for").given(onTheWay()...).when(ask).then(&ask.InformationRequested),
		tell("with time to answer").given(onTheWay()...).when(with(ask, func(c *RequestInformation) { c.Until = "2026-05-31" })).refused(RuleRequestTime, "until"),
		tell("not asked for once it is decided").given(afterSeal()...).when(ask).refused(RuleUndecided, "collectivity"),
		tell("not asked for once it is withdrawn").given(onTheWay()...).given(withdrawal).when(ask).refused(RuleCandidacyLive, "collectivity"),
		tell("information is given").given(onTheWay()...).given(question).when(answer).then(&answer.InformationAnswered),
		tell("given once").given(onTheWay()...).given(question, did(answer)).when(answer).refused(RuleRequestOpen, "request"),
		tell("given to a question").given(onTheWay()...).when(answer).refused(RuleRequestOpen, "request"),
		tell("not given once it is decided").given(afterSeal()...).given(question).when(answer).refused(RuleUndecided, "collectivity"),
		tell("nor once it is withdrawn").given(onTheWay()...).given(question, withdrawal).when(answer).refused(RuleCandidacyLive, "collectivity"),
		tell("nothing is submitted after a withdrawal").given(onTheWay()...).given(withdrawal).when(submit).refused(RuleCandidacyLive, "collectivity"),
	}
	for _, c := range []Command{submit, withdraw, dismiss("other", "4"), ask, answer} {
		stories = append(stories, tell(eventOf(c).EventName()+" needs a registration").given(open...).when(c).refused(RuleCandidacyFirst, "collectivity"))
	}
	return stories
}
