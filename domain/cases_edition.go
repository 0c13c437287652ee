package domain

// The cases of the rules of an edition, in the order of the rules.
var (
	publishedFirstNoGrid       = RuleCase("published-first.no-grid", `there is no grid "{grid:name}" in the ledger`)
	publishedFirstNoRegulation = RuleCase("published-first.no-regulation", `there is no regulation "{regulation:name}" in the ledger`)
	publishedFirstLater        = RuleCase("published-first.later", "the regulation {regulation:name} holds from edition {edition} on")

	regulationFormArticle      = RuleCase("regulation-form.article", "the regulation has no article {article:name}")
	regulationFormMinimumLevel = RuleCase("regulation-form.minimum-level", "the least level is one from 0 to {most:number}")
	regulationFormJurors       = RuleCase("regulation-form.jurors", "no jury has more than {most:number} jurors")
	regulationFormFee          = RuleCase("regulation-form.fee", "the fee is at least {least:cents} cents, and cannot be at most {most:cents}")

	gridFormTheme         = RuleCase("grid-form.theme", `the grid has no theme "{theme:name}"`)
	gridFormStake         = RuleCase("grid-form.stake", `the grid has no stake "{stake:name}"`)
	gridFormThresholds    = RuleCase("grid-form.thresholds", "thresholds stand in the order of levels, and a higher level asks for no less")
	gridFormBeforeMissing = RuleCase("grid-form.before-missing", "say which version is mapped: before")
	gridFormBeforeItself  = RuleCase("grid-form.before-itself", "a grid does not come before itself")
	gridFormFrom          = RuleCase("grid-form.from", `the grid {grid:name} has no service "{service:name}"`)
	gridFormTo            = RuleCase("grid-form.to", `the grid has no service "{service:name}"`)
	gridFormTwice         = RuleCase("grid-form.twice", "{from:name} to {to:name} is mapped twice")

	editionOpenNotOpen = RuleCase("edition-open.not-open", "edition {edition} is not run here: open it first")
	editionOpenClosed  = RuleCase("edition-open.closed", "edition {edition} is closed")

	calendarOnlyLater     = RuleCase("calendar.only-later", "the deadline is {day} already: a deadline is only put off")
	calendarAfterNext     = RuleCase("calendar.after-next", "that is after what follows it ({next:closes|jury|ceremony}): put that off first")
	calendarCeremonyLater = RuleCase("calendar.ceremony-later", "the ceremony is on {day}: it is only put off")
	calendarPast          = RuleCase("calendar.past", "declarations would end before the edition is opened")
	calendarOrder         = RuleCase("calendar.order", "the days of an edition are in their order: it opens, declarations close, the jury sits, the ceremony")

	deadlinePassed  = RuleCase("deadline.passed", "the deadline ({day}) has passed")
	deadlineNotCome = RuleCase("deadline.not-come", "declarations are open until {day}")

	phaseDeclarationsClosedAlready = RuleCase("phase.declarations-closed-already", "declarations are closed already")
	phaseDeclarationsOpen          = RuleCase("phase.declarations-open", "declarations are not closed")
	phaseDeliberationClosedAlready = RuleCase("phase.deliberation-closed-already", "the deliberation is closed already")
	phaseNoSession                 = RuleCase("phase.no-session", "the jury did not sit")
	phasePublished                 = RuleCase("phase.published", "the results are published")
	phaseDeliberationOpen          = RuleCase("phase.deliberation-open", "the deliberation is not closed")
	phasePublishedAlready          = RuleCase("phase.published-already", "the results are published already")
	phaseNotPublished              = RuleCase("phase.not-published", "the results are not published")
	phaseJuryDone                  = RuleCase("phase.jury-done", "the results are published: the jury has done its work")

	jurorNumberGap = RuleCase("juror-number.gap", "there is no juror {juror:number} yet")

	electedForbidden = RuleCase("elected.forbidden", "the regulation does not let elected officials sit on the jury")

	jurorSitsUnknown = RuleCase("juror-sits.unknown", "there is no juror {juror:number}")
	jurorSitsEnded   = RuleCase("juror-sits.ended", "the term of juror {juror:number} has ended")

	oneChairMany = RuleCase("one-chair.many", "{chairs:number} of them preside; one juror does, at most")

	jurySizeSmall = RuleCase("jury-size.small", "the list has {jurors:number} jurors, and the regulation needs {needed:number}")

	noticeNoList = RuleCase("notice.no-list", "the list of the jury is not published")
	noticeShort  = RuleCase("notice.short", "the list of the jury is published {days:number} days before a session: {day} is the first day")

	sessionNumberNext = RuleCase("session-number.next", "the next session is number {session:number}")

	sessionDayEarly  = RuleCase("session-day.early", "the jury sits from {day} on")
	sessionDayToCome = RuleCase("session-day.to-come", "{day} is still to come: a session is entered when it was held")

	presentNotListed = RuleCase("present.not-listed", "juror {juror:number} is not on the list of the jury")
	presentEnded     = RuleCase("present.ended", "the term of juror {juror:number} has ended")

	quorumFigureOther = RuleCase("quorum-figure.other", "the quorum of the regulation is {quorum:number}")

	embargoBeforeCeremony = RuleCase("embargo.before-ceremony", "the ceremony is on {day}: nothing is public before it")
	embargoToCome         = RuleCase("embargo.to-come", "{day} is still to come")

	twoPeopleNobody = RuleCase("two-people.nobody", "say who publishes: two people do it together")
	twoPeopleSame   = RuleCase("two-people.same", "the same person is named twice; two people publish together")

	palmaresCountsOrder     = RuleCase("palmares-counts.order", "counts stand in the order of levels")
	palmaresCountsSum       = RuleCase("palmares-counts.sum", "{levels:number} received a level and {beyond:number} are beyond competition: that makes {sum:number}")
	palmaresCountsDecisions = RuleCase("palmares-counts.decisions", "{counted:number} results are counted, and the deliberation had {decisions:number} decisions")

	serviceUnknown = RuleCase("service.unknown", `the grid {grid:name} has no service "{service:name}"`)

	actionFirstUnknown = RuleCase("action-first.unknown", `there is no action "{action:name}" in the ledger`)

	actionDaysNotBegun    = RuleCase("action-days.not-begun", "{when} is still to come: an action is declared once it runs")
	actionDaysEndToCome   = RuleCase("action-days.end-to-come", "{when} is still to come: leave it out while the action runs")
	actionDaysEndsFirst   = RuleCase("action-days.ends-first", "the action ends before it begins")
	actionDaysToCome      = RuleCase("action-days.to-come", "{when} is still to come")
	actionDaysBeforeBegin = RuleCase("action-days.before-begin", "the action began on {when}")
	actionDaysConfirmed   = RuleCase("action-days.confirmed", "it is confirmed until {when} already")

	actionOngoingEnded       = RuleCase("action-ongoing.ended", "the action ended on {when}")
	actionOngoingEndedItself = RuleCase("action-ongoing.ended-itself", "the action ended on {when}, by its particulars")

	feeByHand         = RuleCase("fee.by-hand", "a fee that is set by hand is not calculated from a population")
	feePopulationYear = RuleCase("fee.population-year", "say of which year the population is")
	feeOther          = RuleCase("fee.other", "{population:number} inhabitants at {each:cents} cents, at least {least:cents} and at most {most:cents}, make {fee:cents} cents")

	populationNeededNone = RuleCase("population-needed.none", "population needed: the fee is calculated from it, or set by hand with a reason")

	paymentNoMembership = RuleCase("payment.no-membership", "no membership of {year} was recorded")
	paymentToCome       = RuleCase("payment.to-come", "{day} is still to come")

	membershipStandsNone  = RuleCase("membership-stands.none", "no membership of {year} was recorded")
	membershipStandsOther = RuleCase("membership-stands.other", "{record} is not what stands of the membership of {year}: {stands:record} does")
	membershipStandsSame  = RuleCase("membership-stands.same", "that is what stands: nothing is corrected")
	membershipStandsGone  = RuleCase("membership-stands.gone", "no membership of {year} stands")

	paymentStandsPaid = RuleCase("payment-stands.paid", "{record} was paid for it: take that back first")
	paymentStandsNone = RuleCase("payment-stands.none", "{record} is no payment for {year} that stands")
)
