package domain

// The cases of the rules of a candidacy, in the order of the rules.
var (
	editionRunNotOpen = RuleCase("edition-run.not-open", "edition {edition} is not run here: open it first")
	editionRunNotHere = RuleCase("edition-run.not-here", "the edition is not run here")

	candidacyOnceRegistered = RuleCase("candidacy-once.registered", "{body} is registered for edition {edition} already")

	bodyInForceGone = RuleCase("body-in-force.gone", "{body} is not in force any more")

	inTimeClosed = RuleCase("in-time.closed", "declarations are closed")
	inTimeEarly  = RuleCase("in-time.early", "declarations open on {day}")
	inTimeOver   = RuleCase("in-time.over", "declarations ended on {day}")

	candidacyFirstNotRegistered = RuleCase("candidacy-first.not-registered", "{body} is not registered for edition {edition}")

	candidacyLiveWithdrawn    = RuleCase("candidacy-live.withdrawn", "the candidacy was withdrawn")
	candidacyLiveInadmissible = RuleCase("candidacy-live.inadmissible", "the candidacy was ruled inadmissible, by article {article:name}")

	undecidedSealed = RuleCase("undecided.sealed", "the decision on it is sealed; supersede it first")

	actionOwnNoRevision = RuleCase("action-own.no-revision", "there is no revision {revision:number} of the action {action:name}")
	actionOwnAnother    = RuleCase("action-own.another", "the action {action:name} is one of {body}")

	actionRunsEnded = RuleCase("action-runs.ended", "the action {action:name} ended on {when}, before the edition was opened on {opened:day}")

	articleUnknown = RuleCase("article.unknown", `the regulation has no article "{article:name}"`)

	groundMember    = RuleCase("ground.member", "not-a-member does not hold: its membership for the year of the edition is recorded")
	groundPaid      = RuleCase("ground.paid", "unpaid does not hold: its payment for the year of the edition is recorded")
	groundActions   = RuleCase("ground.actions", "no-action does not hold: it submitted actions")
	groundSubmitted = RuleCase("ground.submitted", "{ground:late|not-signed-off} does not hold: it was submitted in time and signed off")

	requestTimeOver = RuleCase("request-time.over", "{day} is over: leave time for an answer")

	requestOpenNone = RuleCase("request-open.none", "{record} is not an open request of this candidacy")

	submittedNothing = RuleCase("submitted.nothing", "nothing was submitted")

	juryListNotListed = RuleCase("jury-list.not-listed", "juror {juror:number} is not on the list that was published")

	jurorInTermEnded = RuleCase("juror-in-term.ended", "juror {juror:number} sits no more")

	impartialRecused  = RuleCase("impartial.recused", "juror {juror:number} is recused from this candidacy")
	impartialInterest = RuleCase("impartial.interest", "juror {juror:number} has declared an interest in {body} ({category:employment|mandate|contract|family|residence|other})")

	assignedOnceAlready = RuleCase("assigned-once.already", "juror {juror:number} reports on it already")

	recusedOnceAlready = RuleCase("recused-once.already", "juror {juror:number} is recused already")

	assignedNot = RuleCase("assigned.not", "juror {juror:number} does not report on this candidacy")

	opinionOnceGiven = RuleCase("opinion-once.given", "juror {juror:number} has given an opinion")

	sessionNone = RuleCase("session.none", "there was no session {session:number}")

	oneSealSealed = RuleCase("one-seal.sealed", "a decision on it is sealed; supersede that one first")

	declarationsClosedOpen = RuleCase("declarations-closed.open", "declarations are open until {day}")

	deliberatingClosed    = RuleCase("deliberating.closed", "the deliberation is closed: only a decision that is superseded is taken again")
	deliberatingPublished = RuleCase("deliberating.published", "the palmarès is published")

	quorumShort = RuleCase("quorum.short", "{voters:number} of {present:number} present could vote without those who take no part, and the quorum is {quorum:number}")

	jurorsFew = RuleCase("jurors.few", "{jurors:number} jurors report on it, and the regulation asks for {needed:number}")

	decisionFormLevel = RuleCase("decision-form.level", "the distinction level has a level from {least:number} to {most:number}, and no other has one")

	minimumLevelBelow = RuleCase("minimum-level.below", "every participant receives {least:number} @ at least")

	mentionOfferedNone = RuleCase("mention-offered.none", "the edition has no mention {mention:name}")

	tallyMany = RuleCase("tally.many", "{votes:number} votes, and {voters:number} could vote")

	departureUnsaid = RuleCase("departure.unsaid", "the decision departs from the assessment ({possible:number} @ possible): say why")
	departureNone   = RuleCase("departure.none", "the decision is what the assessment finds possible: there is no departure to explain")

	beforeCeremonyDisclosed = RuleCase("before-ceremony.disclosed", "the decision is disclosed: rectify it, or decide an appeal")

	sealNamedOther = RuleCase("seal-named.other", "{record} is not the decision that is sealed")

	ceremonyDeliberationOpen = RuleCase("ceremony.deliberation-open", "the deliberation is not closed")
	ceremonyEarly            = RuleCase("ceremony.early", "the ceremony is on {day}")
	ceremonyPublished        = RuleCase("ceremony.published", "the palmarès is published, with the decisions that were disclosed before it")

	disclosedOnceAlready = RuleCase("disclosed-once.already", "the decision is disclosed already")

	openedFitsOther = RuleCase("opened-fits.other", "with its salt it does not give the commitment of the decision")

	publishedNotYet = RuleCase("published.not-yet", "the palmarès is not published")

	disclosedNamedOther = RuleCase("disclosed-named.other", "{record} is not the decision that was disclosed")

	notifiedAlready = RuleCase("notified.already", "it was notified on {day}")
	notifiedDay     = RuleCase("notified.day", "a decision is notified from the publication on ({day}), and not on a day to come")

	rectifiedFrom = RuleCase("rectified.from", "that is not what stands")
	rectifiedSame = RuleCase("rectified.same", "it changes nothing")

	labelHeldWithdrawn = RuleCase("label-held.withdrawn", "the label was withdrawn")
	labelHeldNone      = RuleCase("label-held.none", "there is no label to withdraw")

	appealOnceOpen = RuleCase("appeal-once.open", "an appeal against it is open")

	appealTimeNotNotified = RuleCase("appeal-time.not-notified", "the decision was not notified yet")
	appealTimeBefore      = RuleCase("appeal-time.before", "an appeal comes after the notification ({day}), and not on a day to come")
	appealTimeOver        = RuleCase("appeal-time.over", "the time to appeal ended on {day}, {days:number} days after the notification")

	appealOpenNone = RuleCase("appeal-open.none", "{record} is not an open appeal of this candidacy")

	appealUnheardAdmitted = RuleCase("appeal-unheard.admitted", "the appeal was admitted: decide it")

	appealHeardNotAdmitted = RuleCase("appeal-heard.not-admitted", "the appeal was not admitted")

	panelReported = RuleCase("panel.reported", "juror {juror:number} reported on it first")

	appealOutcomeTo   = RuleCase("appeal-outcome.to", "an appeal that changes a decision says to what, and no other does")
	appealOutcomeSame = RuleCase("appeal-outcome.same", "it changes nothing")

	underAppealCandidacy = RuleCase("under-appeal.candidacy", "an appeal ({record}) is open: nothing of the candidacy is erased until it is decided")
	underAppealJudgedBy  = RuleCase("under-appeal.judged-by", "an appeal ({record}) is open: nothing that {stream} is judged by is erased until it is decided")

	palmaresDigest    = RuleCase("palmares.digest", "the digest of the decisions that were disclosed is {digest:name}")
	palmaresLabelled  = RuleCase("palmares.labelled", "{labelled:number} received a label")
	palmaresLevels    = RuleCase("palmares.levels", "the decisions that were disclosed give {counts:counts}")
	palmaresBeyond    = RuleCase("palmares.beyond", "{beyond:number} are beyond competition")
	palmaresMentions  = RuleCase("palmares.mentions", "{mentions:number} mentions were given")
	palmaresUndecided = RuleCase("palmares.undecided", "there is no decision on {body}, whose candidacy is admissible")
	palmaresLeftOpen  = RuleCase("palmares.left-open", "the decision on {body} (event {record}) is left open: it was neither disclosed nor superseded")
)
