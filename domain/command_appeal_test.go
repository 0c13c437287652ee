package domain

func appealStories() []story {
	lodge := LodgeAppeal{under, AppealLodged{Candidacy: aixHere, Of: id("decision"), On: "2026-05-28", Grounds: Text("we did more")}}
	admit := AdmitAppeal{under, AppealAdmitted{Candidacy: aixHere, Appeal: id("appeal")}}
	reject := RejectAppeal{under, AppealRejected{Candidacy: aixHere, Appeal: id("appeal"), Article: "12", Reason: Text("too late")}}
	five := Result{Distinction: DistinctionLevel, Level: 5, Mentions: []MentionID{"inclusion"}}
	changed := DecideAppeal{under, AppealDecided{
		Candidacy: aixHere, Appeal: id("appeal"), Panel: panel, Outcome: "changed", To: &five, Tally: Tally{For: 2}, Reason: Text("an innovation was overlooked"),
	}}
	confirmed := with(changed, func(c *DecideAppeal) { c.Outcome, c.To = "confirmed", nil })
	before := func(x *Result) DecideAppeal { return with(changed, func(c *DecideAppeal) { c.To = x }) }
	of := func(jurors ...int) DecideAppeal {
		return with(changed, func(c *DecideAppeal) { c.Panel = jurors })
	}
	late := append([]past{ruledBy(func(r *RegulationPublished) { r.AppealDays.Value = 0 })}, afterNotice()[1:]...)
	erase := ErasePersonalData{In: ours, PersonalDataErased: PersonalDataErased{Event: id("decision"), Pointer: "/data/motivation", Ground: "request"}}
	level := ErasePersonalData{In: ours, PersonalDataErased: PersonalDataErased{Event: id("decision"), Pointer: "/data/level", Ground: "court"}}

	stories := []story{
		tell("an appeal is lodged").given(afterNotice()...).when(lodge).then(&lodge.AppealLodged),
		tell("on the day of the notification").given(late...).when(with(lodge, func(c *LodgeAppeal) { c.On = "2026-05-27" })).
			then(new(with(lodge, func(c *LodgeAppeal) { c.On = "2026-05-27" }).AppealLodged)),
		tell("again, once it was rejected").given(underAppeal()...).given(did(reject)).when(lodge).then(&lodge.AppealLodged),
		tell("one at a time").given(underAppeal()...).when(lodge).refused(RuleAppealOnce, "of"),
		tell("by who was not told yet").given(afterCeremony()...).when(lodge).then(&lodge.AppealLodged),
		tell("by who knew before the letter came").given(afterNotice()...).when(with(lodge, func(c *LodgeAppeal) { c.On = "2026-05-26" })).
			then(new(with(lodge, func(c *LodgeAppeal) { c.On = "2026-05-26" }).AppealLodged)),
		tell("not before the results are public").given(afterNotice()...).when(with(lodge, func(c *LodgeAppeal) { c.On = "2026-05-25" })).refused(RuleAppealTime, "on"),
		tell("not before them, told or not").given(afterCeremony()...).when(with(lodge, func(c *LodgeAppeal) { c.On = "2026-05-25" })).refused(RuleAppealTime, "on"),
		tell("nor on a day to come, told or not").given(afterCeremony()...).when(with(lodge, func(c *LodgeAppeal) { c.On = "2026-06-02" })).refused(RuleAppealTime, "on"),
		tell("in the days that there are").given(late...).when(lodge).refused(RuleAppealTime, "on"),
		tell("not on a day to come").given(afterNotice()...).when(with(lodge, func(c *LodgeAppeal) { c.On = "2026-06-02" })).refused(RuleAppealTime, "on"),
		tell("with grounds").given(afterNotice()...).when(with(lodge, func(c *LodgeAppeal) { c.Grounds = nil })).malformed("required", "grounds"),

		tell("an appeal is admitted").given(underAppeal()...).when(admit).then(&admit.AppealAdmitted),
		tell("admitted once").given(heardAppeal()...).when(admit).refused(RuleAppealUnheard, "appeal"),
		tell("there is one to admit").given(afterNotice()...).when(admit).refused(RuleAppealOpen, "appeal"),

		tell("an appeal is rejected").given(underAppeal()...).when(reject).then(&reject.AppealRejected),
		tell("rejected once").given(underAppeal()...).given(did(reject)).when(reject).refused(RuleAppealOpen, "appeal"),
		tell("not once it is heard").given(heardAppeal()...).when(reject).refused(RuleAppealUnheard, "appeal"),
		tell("rejected by an article that there is").given(underAppeal()...).when(with(reject, func(c *RejectAppeal) { c.Article = "99" })).refused(RuleArticle, "article"),
		tell("rejected for a reason").given(underAppeal()...).when(with(reject, func(c *RejectAppeal) { c.Reason = nil })).malformed("required", "reason"),

		tell("an appeal raises a level").given(heardAppeal()...).when(changed).then(&changed.AppealDecided),
		tell("an appeal changes nothing").given(heardAppeal()...).when(confirmed).then(&confirmed.AppealDecided),
		tell("decided once").given(heardAppeal()...).given(did(changed)).when(changed).refused(RuleAppealOpen, "appeal"),
		tell("only what is heard is decided").given(underAppeal()...).when(changed).refused(RuleAppealHeard, "appeal"),
		tell("not by who reported first").given(heardAppeal()...).when(of(1, 5)).refused(RulePanel, "panel"),
		tell("not by who was recused").given(heardAppeal()...).given(recused(5)).when(changed).refused(RuleImpartial, "panel"),
		tell("not by who has an interest").given(heardAppeal()...).given(bound(6)).when(changed).refused(RuleImpartial, "panel"),
		tell("not by who left").given(heardAppeal()...).given(left(6)).when(changed).refused(RuleJurorInTerm, "panel"),
		tell("not by a stranger").given(heardAppeal()...).when(of(5, 9)).refused(RuleJuryList, "panel"),
		tell("by somebody").given(heardAppeal()...).when(of()).refused(RulePanelSize, "panel"),
		tell("by as many as reported").given(heardAppeal()...).when(of(5)).refused(RulePanelSize, "panel"),
		tell("who vote for it").given(heardAppeal()...).when(with(changed, func(c *DecideAppeal) { c.Tally = Tally{Abstained: 2} })).refused(RuleMajority, "tally"),
		tell("or not against it").given(heardAppeal()...).when(with(changed, func(c *DecideAppeal) { c.Tally = Tally{For: 0, Against: 2} })).refused(RuleMajority, "tally"),
		tell("the voice of the chair does not decide where the chair is not").given(heardAppeal()...).
			when(with(changed, func(c *DecideAppeal) { c.Tally = Tally{For: 1, Against: 1} })).refused(RuleMajority, "tally"),
		tell("with the votes of the panel").given(heardAppeal()...).when(with(changed, func(c *DecideAppeal) { c.Tally.Against = 1 })).refused(RuleTally, "tally"),
		tell("what is changed has a result").given(heardAppeal()...).when(before(nil)).refused(RuleAppealOutcome, "to"),
		tell("what is confirmed has none").given(heardAppeal()...).when(with(changed, func(c *DecideAppeal) { c.Outcome = "confirmed" })).refused(RuleAppealOutcome, "to"),
		tell("which differs").given(heardAppeal()...).when(before(new(fourArobases()))).refused(RuleAppealOutcome, "to"),
		tell("in its form").given(heardAppeal()...).when(before(&Result{Distinction: DistinctionHorsConcours, Level: 3})).refused(RuleDecisionForm, "to.level"),
		tell("not below the least").given(heardAppeal()...).when(before(&Result{Distinction: DistinctionNone})).refused(RuleMinimumLevel, "to.level"),
		tell("with mentions of the edition").given(heardAppeal()...).when(before(&Result{DistinctionLevel, 5, []MentionID{"weather"}})).refused(RuleMentionOffered, "to.mentions"),
		tell("decided for a reason").given(heardAppeal()...).when(with(changed, func(c *DecideAppeal) { c.Reason = nil })).malformed("required", "reason"),

		tell("a motivation is erased, when nobody appeals").given(afterCeremony()...).when(erase).then(&erase.PersonalDataErased),
		tell("not while somebody appeals").given(heardAppeal()...).when(erase).refused(RuleUnderAppeal, "event"),
		tell("but once it is decided").given(heardAppeal()...).given(did(confirmed)).when(erase).then(&erase.PersonalDataErased),
		tell("a level never is").given(afterCeremony()...).when(level).refused(RuleErasable, "pointer"),
	}
	for _, c := range []Command{admit, reject, changed} {
		stories = append(stories, tell(eventOf(c).EventName()+" needs a registration").
			given(ruledBy(func(*RegulationPublished) {}), opened(celebrating)).when(c).refused(RuleCandidacyFirst, "collectivity"))
	}
	return stories
}
