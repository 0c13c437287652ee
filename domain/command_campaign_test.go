package domain

import (
	"fmt"
	"strings"
)

var (
	// atOnce is a regulation without notice, prepared all that an edition needs to be opened.
	atOnce = ruledBy(func(e *RegulationPublished) { e.Notice.Value = 0 })
	// oneDay is the calendar of an edition that is run on one day, as in a rehearsal.
	oneDay   = Calendar{Opens: "2026-06-01", Closes: "2026-06-01", Jury: "2026-06-01", Ceremony: "2026-06-01"}
	prepared = []past{atOnce, gridded(asItIs)}
)

func campaignStories() []story {
	open := func(c Calendar, change func(*EditionOpened)) OpenEdition {
		return OpenEdition{with(*opened(c).event.(*EditionOpened), change)}
	}
	extend := func(deadline, until string) ExtendDeadline {
		return ExtendDeadline{under, DeadlineExtended{Edition: here, Deadline: deadline, Until: until, Reason: Text("a storm")}}
	}
	closing := CloseDeclarations{under, DeclarationsClosed{Edition: here, Candidacies: 1}}
	concluding := func(n int) CloseDeliberation {
		return CloseDeliberation{under, DeliberationClosed{Edition: here, Decisions: n}}
	}
	postpone := func(to string) PostponeCeremony {
		return PostponeCeremony{under, CeremonyPostponed{Edition: here, To: to, Reason: Text("a storm")}}
	}
	fewer := func(e *PalmaresPublished) { e.CountsByLevel, e.Labelled = []LevelCount{{4, 1}}, 1 }
	publish := func(change func(*PalmaresPublished)) PublishPalmares {
		return PublishPalmares{under, with(PalmaresPublished{
			Edition: here, On: "2026-06-01", Digest: strings.Repeat("0f", 32), Labelled: 1, CountsByLevel: []LevelCount{{4, 1}}, Mentions: 1,
			Second: Text("the president"), Provenance: by("the secretary"),
		}, change)}
	}
	ending := CloseEdition{under, EditionClosed{Edition: here}}
	sat := []past{atOnce, opened(oneDay), closed, session}
	judged := append(sat, concluded)

	stories := []story{
		tell("an edition is opened").
			given(prepared...).
			when(open(declaring, asItIs)).
			then(new(open(declaring, asItIs).EditionOpened)),
		tell("all of it on one day").
			given(prepared...).
			when(open(oneDay, asItIs)).
			then(new(open(oneDay, asItIs).EditionOpened)),
		tell("while another one is").
			given(prepared...).
			given(opened(declaring)).
			when(open(declaring, func(e *EditionOpened) { e.Edition = 28 })).
			then(new(open(declaring, func(e *EditionOpened) { e.Edition = 28 }).EditionOpened)),
		tell("once").
			given(prepared...).
			given(opened(declaring)).
			when(open(declaring, asItIs)).
			refused(RuleOnce, "edition"),
		tell("if it can be").
			given(prepared...).
			when(open(declaring, func(e *EditionOpened) { e.Edition = 29 })).
			refused(RuleEditionPossible, "edition"),
		tell("under a regulation that was published").
			given(gridded(asItIs)).
			when(open(declaring, asItIs)).
			refused(RulePublishedFirst, "regulation"),
		tell("that holds for it").
			given(ruledBy(func(e *RegulationPublished) { e.From = 28 }), gridded(asItIs)).
			when(open(declaring, asItIs)).
			refused(RulePublishedFirst, "regulation"),
		tell("with a grid that was published").
			given(atOnce).
			when(open(declaring, asItIs)).
			refused(RulePublishedFirst, "grid"),
		tell("not once declarations have ended").
			given(prepared...).
			when(open(celebrating, asItIs)).
			refused(RuleCalendar, "calendar.closes"),
		tell("it opens before declarations end").
			given(prepared...).
			when(open(with(declaring, func(c *Calendar) { c.Opens = "2026-06-02" }), asItIs)).
			refused(RuleCalendar, "calendar.closes"),
		tell("the jury sits after declarations").
			given(prepared...).
			when(open(with(declaring, func(c *Calendar) { c.Jury = "2026-05-31" }), asItIs)).
			refused(RuleCalendar, "calendar.jury"),
		tell("the ceremony is after the jury sat").
			given(prepared...).
			when(open(with(declaring, func(c *Calendar) { c.Ceremony = "2026-09-14" }), asItIs)).
			refused(RuleCalendar, "calendar.ceremony"),
		tell("its days are days").
			given(prepared...).
			when(open(with(declaring, func(c *Calendar) { c.Jury = "2026-09" }), asItIs)).
			malformed("date", "calendar.jury"),
		tell("a mention does not continue itself").
			given(prepared...).
			when(open(declaring, func(e *EditionOpened) { e.Mentions = []MentionOffered{{"a", "A", "a"}} })).
			malformed("follows", "mentions[0].follows"),

		tell("the last day is put off").
			given(atOnce, opened(declaring)).
			when(extend("closes", "2026-06-08")).
			then(new(extend("closes", "2026-06-08").DeadlineExtended)),
		tell("the first session too").
			given(atOnce, opened(declaring)).
			when(extend("jury", "2026-09-16")).
			then(new(extend("jury", "2026-09-16").DeadlineExtended)),
		tell("once more").
			given(atOnce, opened(declaring), did(extend("closes", "2026-06-08"))).
			when(extend("closes", "2026-06-09")).
			then(new(extend("closes", "2026-06-09").DeadlineExtended)),
		tell("to a later day").
			given(atOnce, opened(declaring)).
			when(extend("closes", "2026-06-01")).
			refused(RuleCalendar, "until"),
		tell("later than the last time").
			given(atOnce, opened(declaring), did(extend("closes", "2026-06-08"))).
			when(extend("closes", "2026-06-08")).
			refused(RuleCalendar, "until"),
		tell("not beyond the first session").
			given(atOnce, opened(declaring)).
			when(extend("closes", "2026-09-16")).
			refused(RuleCalendar, "until"),
		tell("nor beyond the ceremony").
			given(atOnce, opened(declaring)).
			when(extend("jury", "2027-01-21")).
			refused(RuleCalendar, "until"),
		tell("not once it has passed").
			given(atOnce, opened(celebrating)).
			when(extend("closes", "2026-06-08")).
			refused(RuleDeadline, "deadline"),
		tell("not once declarations are closed").
			given(atOnce, opened(declaring), closed).
			when(extend("closes", "2026-06-08")).
			refused(RuleDeadline, "deadline"),
		tell("not once the jury has sat").
			given(atOnce, opened(with(oneDay, func(c *Calendar) { c.Ceremony = "2026-07-01" })), closed, session).
			when(extend("jury", "2026-06-08")).
			refused(RuleDeadline, "deadline"),

		tell("declarations are closed on their last day").
			given(atOnce, opened(declaring)).
			when(closing).
			then(&closing.DeclarationsClosed),
		tell("or after it").
			given(atOnce, opened(celebrating)).
			when(closing).
			then(&closing.DeclarationsClosed),
		tell("not before it").
			given(atOnce, opened(declaring), did(extend("closes", "2026-06-02"))).
			when(closing).
			refused(RuleDeadline, "edition"),
		tell("declarations are closed once").
			given(atOnce, opened(declaring), closed).
			when(closing).
			refused(RulePhase, "edition"),

		tell("the deliberation is closed").
			given(sat...).
			when(concluding(1)).
			then(new(concluding(1).DeliberationClosed)),
		tell("without a session where there is nothing to decide").
			given(atOnce, opened(oneDay), closed).
			when(concluding(0)).
			then(new(concluding(0).DeliberationClosed)),
		tell("not where there is").
			given(atOnce, opened(oneDay), closed).
			when(concluding(1)).
			refused(RulePhase, "decisions"),
		tell("not before declarations are").
			given(atOnce, opened(oneDay)).
			when(concluding(0)).
			refused(RulePhase, "edition"),
		tell("the deliberation is closed once").
			given(judged...).
			when(concluding(1)).
			refused(RulePhase, "edition"),

		tell("the ceremony is postponed").
			given(judged...).
			when(postpone("2026-06-02")).
			then(new(postpone("2026-06-02").CeremonyPostponed)),
		tell("to a later day than it was").
			given(judged...).
			when(postpone("2026-06-01")).
			refused(RuleCalendar, "to"),
		tell("not once it took place").
			given(judged...).
			given(celebrated).
			when(postpone("2026-06-02")).
			refused(RulePhase, "edition"),

		tell("the results are published").
			given(judged...).
			when(publish(asItIs)).
			then(new(publish(asItIs).PalmaresPublished)),
		tell("with one beyond competition and one below the first level").
			given(sat...).
			given(did(concluding(3))).
			when(publish(func(e *PalmaresPublished) {
				e.Labelled, e.HorsConcours, e.CountsByLevel = 2, 1, []LevelCount{{0, 1}, {4, 1}}
			})).
			then(new(publish(func(e *PalmaresPublished) {
				e.Labelled, e.HorsConcours, e.CountsByLevel = 2, 1, []LevelCount{{0, 1}, {4, 1}}
			}).PalmaresPublished)),
		tell("not before the deliberation is closed").
			given(sat...).
			when(publish(asItIs)).
			refused(RulePhase, "edition"),
		tell("once for all").
			given(judged...).
			given(celebrated).
			when(publish(asItIs)).
			refused(RulePhase, "edition"),
		tell("not before the ceremony").
			given(judged...).
			given(did(postpone("2026-06-02"))).
			when(publish(func(e *PalmaresPublished) { e.On = "2026-06-02" })).
			refused(RuleEmbargo, "on"),
		tell("not for a day before it").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.On = "2026-05-31" })).
			refused(RuleEmbargo, "on"),
		tell("not for a day to come").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.On = "2026-06-02" })).
			refused(RuleEmbargo, "on"),
		tell("by two people").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.Second = Text("the secretary") })).
			refused(RuleTwoPeople, "second"),
		tell("both of whom are named").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.By = nil })).
			refused(RuleTwoPeople, "by"),
		tell("a second person is always named").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.Second = nil })).
			malformed("required", "second"),
		tell("counts stand in order").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.CountsByLevel = []LevelCount{{5, 1}, {4, 1}} })).
			refused(RulePalmaresCounts, "countsByLevel"),
		tell("they add up").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.HorsConcours = 1 })).
			refused(RulePalmaresCounts, "labelled"),
		tell("to all that was decided").
			given(judged...).
			when(publish(func(e *PalmaresPublished) { e.CountsByLevel = []LevelCount{{0, 1}, {4, 1}} })).
			refused(RulePalmaresCounts, "countsByLevel"),
		tell("or to fewer, where one was superseded and its candidacy withdrawn").
			given(judged...).
			when(publish(fewer)).
			then(eventOf(publish(fewer))),

		tell("an edition is closed").
			given(judged...).
			given(celebrated).
			when(ending).
			then(&ending.EditionClosed),
		tell("an edition is not closed before its results are published").
			given(judged...).
			when(ending).
			refused(RulePhase, "edition"),
		tell("an edition is held under its own regulation").
			given(judged...).
			given(celebrated).
			when(CloseEdition{Under{"another"}, EditionClosed{Edition: here}}).
			refused(RuleBasis, ""),
	}
	for what, step := range map[string]Command{
		"a deadline": extend("closes", "2026-06-08"), "declarations": closing, "a deliberation": concluding(1), "a ceremony": postpone("2026-06-02"),
		"results": publish(asItIs), "an edition": ending,
	} {
		stories = append(stories,
			tell(fmt.Sprintf("%s of an edition that is not run here", what)).given(atOnce).when(step).refused(RuleEditionOpen, "edition"),
			tell(fmt.Sprintf("%s of an edition that is closed", what)).given(judged...).given(celebrated, did(ending)).when(step).refused(RuleEditionOpen, "edition"),
		)
	}
	return stories
}
