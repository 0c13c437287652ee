package domain

import "slices"

// decisionStories tell how a decision is sealed, taken back and disclosed.
func decisionStories() []story {
	seal := sealDecision()
	of := func(x Result, possible int, departure string) SealDecision {
		return sealing(x, Tally{For: 3, Against: 1}, possible, departure)
	}
	halved := sealing(fourArobases(), Tally{For: 2, Against: 2}, 4, "")
	supersede := SupersedeDecision{under, DecisionSuperseded{Candidacy: aixHere, Of: id("decision"), Reason: Text("a vote was miscounted")}}
	stranger := func(n int) []past { // another quorum
		return append([]past{ruledBy(func(r *RegulationPublished) { r.Quorum.Value = n })}, whenReported()[1:]...)
	}
	rung := append([]past{ruledBy(func(r *RegulationPublished) { r.MinimumLevel.Value = 0 })}, whenReported()[1:]...)
	three := append([]past{ruledBy(func(r *RegulationPublished) { r.MinimumLevel.Value = 3 })}, whenReported()[1:]...)
	none, hc := Result{Distinction: DistinctionNone}, Result{Distinction: DistinctionHorsConcours}
	lv := func(n Level) Result { return Result{Distinction: DistinctionLevel, Level: n} }
	without := func(events []past, e past) []past {
		return slices.DeleteFunc(slices.Clone(events), func(p past) bool { return p.event == e.event })
	}

	stories := []story{
		tell("a decision is sealed").given(whenReported()...).when(seal).then(&seal.DecisionSealed),
		tell("of what the assessment does not find possible, with the reason").given(whenReported()...).
			when(of(lv(5), 4, "an innovation that others copy")).then(of(lv(5), 4, "an innovation that others copy").event()),
		tell("beyond competition, with the reason").given(whenReported()...).when(of(hc, 4, "a pioneer")).then(of(hc, 4, "a pioneer").event()),
		tell("of no label, where there is a rung below").given(rung...).when(of(none, 1, "no file")).then(of(none, 1, "no file").event()),
		tell("with one recused, if the quorum holds").given(whenReported()...).given(recused(3)).
			when(sealing(fourArobases(), Tally{For: 3}, 4, "")).then(sealing(fourArobases(), Tally{For: 3}, 4, "").event()),
		tell("again, once it was superseded").given(afterSeal()...).given(did(supersede)).when(seal).then(&seal.DecisionSealed),
		tell("even after the deliberation").given(beforeCeremony()...).given(did(supersede)).when(seal).then(&seal.DecisionSealed),

		tell("once").given(afterSeal()...).when(seal).refused(RuleOneSeal, "collectivity"),
		tell("of what was submitted").given(without(whenReported(), submission)...).when(seal).refused(RuleSubmitted, "collectivity"),
		tell("of what was registered").given(without(without(whenReported(), submission), entered)...).when(seal).refused(RuleCandidacyFirst, "collectivity"),
		tell("not of what was withdrawn").given(whenReported()...).given(withdrawal).when(seal).refused(RuleCandidacyLive, "collectivity"),
		tell("nor of what is inadmissible").given(whenReported()...).given(dismissal).when(seal).refused(RuleCandidacyLive, "collectivity"),
		tell("not while declarations are open").given(without(whenReported(), closed)...).when(seal).refused(RuleDeclarationsClosed, "edition"),
		tell("not after the deliberation").given(whenReported()...).given(concluded).when(seal).refused(RuleDeliberating, "edition"),
		tell("not after the publication").given(afterSeal()...).given(did(supersede), concluded, celebrated).when(seal).refused(RuleDeliberating, "edition"),
		tell("in a session that was held, of which all know").given(whenReported()...).
			when(with(seal, func(c *SealDecision) { c.Session = 2 })).refused(RuleSession, "session"),
		tell("not below the quorum").given(stranger(5)...).when(seal).refused(RuleQuorum, "session"),
		tell("not if it holds with the recused only").given(stranger(4)...).given(recused(1), assigned(3)).when(seal).refused(RuleQuorum, "session"),
		tell("nor if it holds with one who has an interest only").given(stranger(4)...).given(bound(4)).when(seal).refused(RuleQuorum, "session"),
		tell("by enough who report").given(without(whenJudging(), entered)...).given(entered, submission, assigned(1)).when(seal).refused(RuleJurors, "collectivity"),
		tell("not counting who is recused").given(whenReported()...).given(recused(1)).when(seal).refused(RuleJurors, "collectivity"),
		tell("a level belongs to the distinction level").given(whenReported()...).
			when(of(Result{Distinction: DistinctionHorsConcours, Level: 4}, 4, "why")).refused(RuleDecisionForm, "level"),
		tell("the distinction level has one").given(whenReported()...).when(of(Result{Distinction: DistinctionLevel}, 4, "why")).refused(RuleDecisionForm, "level"),
		tell("not below the least level").given(three...).when(of(lv(2), 4, "few")).refused(RuleMinimumLevel, "level"),
		tell("not without a label, where everybody receives one").given(whenReported()...).when(of(none, 4, "few")).refused(RuleMinimumLevel, "level"),
		tell("with mentions that the edition offers").given(whenReported()...).
			when(of(Result{DistinctionLevel, 4, []MentionID{"weather"}}, 4, "")).refused(RuleMentionOffered, "mentions"),
		tell("no more vote than can").given(whenReported()...).when(sealing(fourArobases(), Tally{For: 3, Against: 1, Abstained: 1}, 4, "")).refused(RuleTally, "tally"),
		tell("nor do the recused").given(whenReported()...).given(recused(3)).when(seal).refused(RuleTally, "tally"),
		tell("with votes for it").given(whenReported()...).when(sealing(fourArobases(), Tally{Abstained: 4}, 4, "")).refused(RuleMajority, "tally"),
		tell("and not more against it").given(whenReported()...).when(sealing(fourArobases(), Tally{For: 1, Against: 2}, 4, "")).refused(RuleMajority, "tally"),
		tell("where they are equal, the chair decides").given(whenReported()...).given(presides(3)).when(halved).then(halved.event()),
		tell("who has to be there").given(whenReported()...).when(halved).refused(RuleMajority, "tally"),
		tell("and to take part").given(whenReported()...).given(presides(3), recused(3)).
			when(sealing(fourArobases(), Tally{For: 1, Against: 1}, 4, "")).refused(RuleMajority, "tally"),
		tell("or the jury votes again").given(equal("another-vote", whenReported())...).given(presides(3)).when(halved).refused(RuleMajority, "tally"),
		tell("or the higher level stands").given(equal("higher", whenReported())...).when(halved).then(halved.event()),
		tell("a departure has a reason").given(whenReported()...).when(of(lv(5), 4, "")).refused(RuleDeparture, "departure"),
		tell("what departs from nothing has none").given(whenReported()...).when(of(lv(4), 4, "because")).refused(RuleDeparture, "departure"),
		tell("a motivation is given").given(whenReported()...).when(with(seal, func(c *SealDecision) { c.Motivation = nil })).malformed("required", "motivation"),
		tell("even where there is no departure, the field is there").given(whenReported()...).
			when(with(seal, func(c *SealDecision) { c.Departure = nil })).malformed("required", "departure"),
		tell("a level is a number").given(whenReported()...).when(with(seal, func(c *SealDecision) { c.Level = Secret("4") })).malformed("value", "level"),
		tell("votes are kept").given(whenReported()...).when(with(seal, func(c *SealDecision) { c.Votes = nil })).malformed("required", "votes"),

		tell("a decision is taken back").given(afterSeal()...).when(supersede).then(&supersede.DecisionSuperseded),
		tell("once only").given(afterSeal()...).given(did(supersede)).when(supersede).refused(RuleSealNamed, "of"),
		tell("the one that is sealed").given(afterSeal()...).
			when(with(supersede, func(c *SupersedeDecision) { c.Of = id("another") })).refused(RuleSealNamed, "of"),
		tell("not once it is disclosed").given(afterDisclosure()...).when(supersede).refused(RuleBeforeCeremony, "edition"),
		tell("not once the palmarès is there").given(beforeCeremony()...).given(celebrated).when(supersede).refused(RuleBeforeCeremony, "edition"),
		tell("taken back for a reason").given(afterSeal()...).
			when(with(supersede, func(c *SupersedeDecision) { c.Reason = nil })).malformed("required", "reason"),
		tell("nothing to take back").given(without(without(whenReported(), submission), entered)...).when(supersede).refused(RuleCandidacyFirst, "collectivity"),
	}
	return append(stories, disclosureStories()...)
}

func disclosureStories() []story {
	open := disclose()
	tally := Tally{For: 3, Against: 1}
	// forged is a ledger in which somebody sealed what the rules forbid; the disclosure shows it.
	forged := func(x Result, t Tally) []past {
		return append(whenReported(), ofAix(sealing(x, t, 4, "").event()).called("decision"), concluded)
	}
	least := func(n int, events []past) []past {
		return append([]past{ruledBy(func(r *RegulationPublished) { r.MinimumLevel.Value = n })}, events[1:]...)
	}
	early := slices.Clone(beforeCeremony())
	early[2] = opened(declaring)
	wrong := func(change func(*Opened)) DiscloseDecision {
		return with(open, func(c *DiscloseDecision) { change(&c.Opened) })
	}
	two := Result{Distinction: DistinctionLevel, Level: 2}
	return []story{
		tell("a decision is disclosed").given(beforeCeremony()...).when(open).then(&open.DecisionDisclosed),
		tell("without mentions").given(forged(two, tally)...).when(opening(two, tally)).then(new(opening(two, tally).DecisionDisclosed)),
		tell("not before the deliberation is closed").given(afterSeal()...).when(open).refused(RuleCeremony, "edition"),
		tell("not before the day").given(early...).when(open).refused(RuleCeremony, "edition"),
		tell("not before a day that was put off").given(beforeCeremony()...).
			given(inEdition(&CeremonyPostponed{Edition: here, To: "2026-06-02", Reason: Text("snow")})).when(open).refused(RuleCeremony, "edition"),
		tell("not after the palmarès").given(beforeCeremony()...).given(celebrated).when(open).refused(RuleCeremony, "edition"),
		tell("disclosed once").given(afterDisclosure()...).when(open).refused(RuleDisclosedOnce, "of"),
		tell("the one that is live").given(beforeCeremony()...).when(with(open, func(c *DiscloseDecision) { c.Of = id("another") })).refused(RuleSealNamed, "of"),
		tell("with its level").given(beforeCeremony()...).when(wrong(func(o *Opened) { o.Level.Value = 5 })).refused(RuleOpenedFits, "opened.level"),
		tell("with its distinction").given(beforeCeremony()...).when(wrong(func(o *Opened) { o.Distinction.Value = DistinctionHorsConcours })).refused(RuleOpenedFits, "opened.distinction"),
		tell("with its mentions").given(beforeCeremony()...).when(wrong(func(o *Opened) { o.Mentions.Value = []MentionID{} })).refused(RuleOpenedFits, "opened.mentions"),
		tell("with its votes").given(beforeCeremony()...).when(wrong(func(o *Opened) { o.Tally.Value.For = 2 })).refused(RuleOpenedFits, "opened.tally"),
		tell("with its salt").given(beforeCeremony()...).when(wrong(func(o *Opened) { o.Level.Salt = o.Tally.Salt })).refused(RuleOpenedFits, "opened.level"),
		tell("a salt is one").given(beforeCeremony()...).when(wrong(func(o *Opened) { o.Level.Salt = "" })).refused(RuleOpenedFits, "opened.level"),
		tell("a level below the least shows").given(least(3, forged(two, tally))...).when(opening(two, tally)).refused(RuleMinimumLevel, "opened.level"),
		tell("a level beside hors concours shows").given(forged(Result{Distinction: DistinctionHorsConcours, Level: 4}, tally)...).
			when(opening(Result{Distinction: DistinctionHorsConcours, Level: 4}, tally)).refused(RuleDecisionForm, "opened.level"),
		tell("a mention that nobody offered shows").given(forged(Result{DistinctionLevel, 4, []MentionID{"weather"}}, tally)...).
			when(opening(Result{DistinctionLevel, 4, []MentionID{"weather"}}, tally)).refused(RuleMentionOffered, "opened.mentions"),
		tell("votes of nobody show").given(forged(two, Tally{For: 5})...).when(opening(two, Tally{For: 5})).refused(RuleTally, "opened.tally"),
		tell("votes against it show").given(forged(two, Tally{For: 1, Against: 3})...).when(opening(two, Tally{For: 1, Against: 3})).refused(RuleMajority, "opened.tally"),
		tell("who is recused since the seal voted nevertheless").given(beforeCeremony()...).given(recused(3)).when(open).then(&open.DecisionDisclosed),
		tell("and so did who declared an interest since").given(beforeCeremony()...).given(bound(3)).when(open).then(&open.DecisionDisclosed),
		tell("nothing to disclose").given(ruledBy(func(*RegulationPublished) {}), opened(celebrating), closed, concluded).when(open).refused(RuleCandidacyFirst, "collectivity"),
	}
}
