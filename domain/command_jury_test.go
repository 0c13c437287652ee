package domain

import "fmt"

func juryStories() []story {
	appoint := func(n int, college string) AppointJuror {
		return AppointJuror{under, JurorAppointed{Edition: here, Juror: n, College: college, Person: Text("Anna Martin"), Affiliation: Text("a university")}}
	}
	end := func(n int) EndJurorTerm {
		return EndJurorTerm{under, JurorTermEnded{Edition: here, Juror: n, Cause: "resigned"}}
	}
	declare := func(n int, category string) DeclareConflict {
		return DeclareConflict{under, ConflictDeclared{Edition: here, Juror: n, Collectivity: aix, Category: category}}
	}
	lists := func(jurors ...int) PublishJuryList {
		return PublishJuryList{under, JuryListPublished{Edition: here, Jurors: jurors}}
	}
	sits := func(change func(*JurySessionHeld)) HoldSession {
		return HoldSession{under, with(JurySessionHeld{Edition: here, Session: 1, On: "2026-06-01", Present: []int{1, 2, 4}, Quorum: 3}, change)}
	}
	chair := func(n int) past {
		return at(JurorStream(here, n), &JurorAppointed{Edition: here, Juror: n, College: "academic", Chair: "yes", Person: Text("Anna Martin")})
	}
	running := []past{atOnce, opened(oneDay), registered(aix)}
	seated := append(running, jury()...)
	listed := append(seated, closed)

	stories := []story{
		tell("a juror is appointed").
			given(running...).
			when(appoint(1, "academic")).
			then(new(appoint(1, "academic").JurorAppointed)),
		tell("the next one").
			given(running...).
			given(did(appoint(1, "academic"))).
			when(appoint(2, "ministry")).
			then(new(appoint(2, "ministry").JurorAppointed)),
		tell("under a number that is free").
			given(seated...).
			when(appoint(6, "academic")).
			refused(RuleOnce, "juror"),
		tell("and the next one").
			given(seated...).
			when(appoint(8, "academic")).
			refused(RuleJurorNumber, "juror"),
		tell("elected officials where the regulation lets them").
			given(ruledBy(func(e *RegulationPublished) { e.Elected.Value = "yes" }), opened(oneDay)).
			when(appoint(1, "elected")).
			then(new(appoint(1, "elected").JurorAppointed)),
		tell("and not where it does not").
			given(running...).
			when(appoint(1, "elected")).
			refused(RuleElected, "college"),
		tell("there is no juror 0").
			given(running...).
			when(appoint(0, "academic")).
			malformed("min", "juror"),

		tell("a term ends").
			given(seated...).
			when(end(3)).
			then(new(end(3).JurorTermEnded)),
		tell("once only").
			given(seated...).
			given(left(3)).
			when(end(3)).
			refused(RuleJurorSits, "juror"),
		tell("of a juror who was appointed").
			given(seated...).
			when(end(7)).
			refused(RuleJurorSits, "juror"),

		tell("an interest is declared").
			given(seated...).
			when(declare(3, "mandate")).
			then(new(declare(3, "mandate").ConflictDeclared)),
		tell("and another one").
			given(seated...).
			given(did(declare(3, "mandate"))).
			when(declare(3, "family")).
			then(new(declare(3, "family").ConflictDeclared)),
		tell("the same one once").
			given(seated...).
			given(did(declare(3, "mandate"))).
			when(declare(3, "mandate")).
			refused(RuleOnce, "category"),
		tell("by a juror in term").
			given(seated...).
			given(left(3)).
			when(declare(3, "mandate")).
			refused(RuleJurorSits, "juror"),
		tell("in a body that was entered").
			given(atOnce, opened(oneDay)).
			given(jury()...).
			when(declare(3, "mandate")).
			refused(RuleBodyFirst, "collectivity"),

		tell("the list of the jury is published").
			given(seated...).
			when(lists(1, 2, 3)).
			then(new(lists(1, 2, 3).JuryListPublished)),
		tell("with jurors who were appointed").
			given(seated...).
			when(lists(1, 2, 7)).
			refused(RuleJurorSits, "jurors"),
		tell("with jurors in term").
			given(seated...).
			given(left(3)).
			when(lists(1, 2, 3)).
			refused(RuleJurorSits, "jurors"),
		tell("one of whom presides").
			given(running...).
			given(chair(1), chair(2), did(appoint(3, "other"))).
			when(lists(1, 2, 3)).
			refused(RuleOneChair, "jurors"),
		tell("and no more than one").
			given(running...).
			given(chair(1), did(appoint(2, "other")), did(appoint(3, "other"))).
			when(lists(1, 2, 3)).
			then(new(lists(1, 2, 3).JuryListPublished)),
		tell("as many as the quorum").
			given(seated...).
			when(lists(1, 2)).
			refused(RuleJurySize, "jurors"),
		tell("not once the results are published").
			given(seated...).
			given(celebrated).
			when(lists(1, 2, 3)).
			refused(RulePhase, "edition"),

		tell("the jury sits").
			given(listed...).
			when(sits(asItIs)).
			then(new(sits(asItIs).JurySessionHeld)),
		tell("again, where a decision was taken back").
			given(listed...).
			given(session, concluded).
			when(sits(func(e *JurySessionHeld) { e.Session = 2 })).
			then(new(sits(func(e *JurySessionHeld) { e.Session = 2 }).JurySessionHeld)),
		tell("even without a quorum, which then decides nothing").
			given(listed...).
			when(sits(func(e *JurySessionHeld) { e.Present = []int{1} })).
			then(new(sits(func(e *JurySessionHeld) { e.Present = []int{1} }).JurySessionHeld)),
		tell("after declarations").
			given(seated...).
			when(sits(asItIs)).
			refused(RulePhase, "edition"),
		tell("not once the results are public").
			given(listed...).
			given(celebrated).
			when(sits(asItIs)).
			refused(RulePhase, "edition"),
		tell("sessions are counted").
			given(listed...).
			when(sits(func(e *JurySessionHeld) { e.Session = 2 })).
			refused(RuleSessionNumber, "session"),
		tell("from the first day of the jury on").
			given(listed...).
			when(sits(func(e *JurySessionHeld) { e.On = "2026-05-31" })).
			refused(RuleSessionDay, "on"),
		tell("not in days to come").
			given(listed...).
			when(sits(func(e *JurySessionHeld) { e.On = "2026-06-02" })).
			refused(RuleSessionDay, "on"),
		tell("once its list was public for long enough").
			given(ruledBy(asItIs), opened(oneDay), closed).
			given(jury()...).
			when(sits(asItIs)).
			refused(RuleNotice, "on"),
		tell("once its list was public at all").
			given(atOnce, opened(oneDay), closed).
			when(sits(asItIs)).
			refused(RuleNotice, "edition"),
		tell("present are jurors of the list").
			given(listed...).
			given(did(lists(1, 2, 3))).
			when(sits(asItIs)).
			refused(RulePresent, "present"),
		tell("and in term").
			given(listed...).
			given(left(4)).
			when(sits(asItIs)).
			refused(RulePresent, "present"),
		tell("the quorum is that of the regulation").
			given(listed...).
			when(sits(func(e *JurySessionHeld) { e.Quorum = 2 })).
			refused(RuleQuorumFigure, "quorum"),
	}
	for what, step := range map[string]Command{
		"a juror": appoint(1, "academic"), "a term": end(3), "an interest": declare(3, "mandate"), "a list": lists(1, 2, 3), "a session": sits(asItIs),
	} {
		stories = append(stories, tell(fmt.Sprintf("%s of an edition that is not run here", what)).given(atOnce, registered(aix)).when(step).refused(RuleEditionOpen, "edition"))
	}
	return stories
}
