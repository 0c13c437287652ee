package domain

// The rules of a candidacy, from its registration to the last appeal.
const (
	RuleEditionRun         Rule = "edition-run"
	RuleCandidacyOnce      Rule = "candidacy-once"
	RuleBodyInForce        Rule = "body-in-force"
	RuleInTime             Rule = "in-time"
	RuleCandidacyFirst     Rule = "candidacy-first"
	RuleCandidacyLive      Rule = "candidacy-live"
	RuleUndecided          Rule = "undecided"
	RuleActionOwn          Rule = "action-own"
	RuleActionRuns         Rule = "action-runs"
	RuleArticle            Rule = "article"
	RuleGround             Rule = "ground"
	RuleRequestTime        Rule = "request-time"
	RuleRequestOpen        Rule = "request-open"
	RuleSubmitted          Rule = "submitted"
	RuleJuryList           Rule = "jury-list"
	RuleJurorInTerm        Rule = "juror-in-term"
	RuleImpartial          Rule = "impartial"
	RuleAssignedOnce       Rule = "assigned-once"
	RuleRecusedOnce        Rule = "recused-once"
	RuleAssigned           Rule = "assigned"
	RuleOpinionOnce        Rule = "opinion-once"
	RuleSession            Rule = "session"
	RuleOneSeal            Rule = "one-seal"
	RuleDeclarationsClosed Rule = "declarations-closed"
	RuleDeliberating       Rule = "deliberating"
	RuleQuorum             Rule = "quorum"
	RuleJurors             Rule = "jurors"
	RuleDecisionForm       Rule = "decision-form"
	RuleMinimumLevel       Rule = "minimum-level"
	RuleMentionOffered     Rule = "mention-offered"
	RuleTally              Rule = "tally"
	RuleMajority           Rule = "majority"
	RuleDeparture          Rule = "departure"
	RuleBeforeCeremony     Rule = "before-ceremony"
	RuleSealNamed          Rule = "seal-named"
	RuleCeremony           Rule = "ceremony"
	RuleDisclosedOnce      Rule = "disclosed-once"
	RuleOpenedFits         Rule = "opened-fits"
	RulePublished          Rule = "published"
	RuleDisclosedNamed     Rule = "disclosed-named"
	RuleNotified           Rule = "notified"
	RuleRectified          Rule = "rectified"
	RuleLabelHeld          Rule = "label-held"
	RuleAppealOnce         Rule = "appeal-once"
	RuleAppealTime         Rule = "appeal-time"
	RuleAppealOpen         Rule = "appeal-open"
	RuleAppealUnheard      Rule = "appeal-unheard"
	RuleAppealHeard        Rule = "appeal-heard"
	RulePanel              Rule = "panel"
	RulePanelSize          Rule = "panel-size"
	RuleAppealOutcome      Rule = "appeal-outcome"
	RuleUnderAppeal        Rule = "under-appeal"

	// This one is broken by what is published of all candidacies together: whoever reads the whole log finds it.
	RulePalmares Rule = "palmares"
)

// candidacyRules are told in the order in which a candidacy meets them.
func candidacyRules() []RuleText {
	const jury = "villes-internet-2016-interview"
	judging := []string{
		"candidacy-withdrawn", "candidacy-ruled-inadmissible", "information-requested", "information-answered", "juror-assigned",
		"opinion-sealed", "decision-deferred",
	}
	live := append([]string{"candidacy-submitted", "juror-recused", "decision-sealed"}, judging...)
	named := []string{"decision-notified", "decision-rectified", "label-withdrawn", "appeal-lodged"}
	after := append([]string{"decision-superseded", "decision-disclosed", "appeal-admitted", "appeal-rejected", "appeal-decided"}, named...)
	results := []string{"decision-sealed", "decision-disclosed", "decision-rectified", "appeal-decided"}
	return []RuleText{
		{RuleEditionRun, MarkPublic, "A candidacy belongs to an edition that was opened in this ledger.", "ledger", []string{"candidacy-registered"}},
		{RuleCandidacyOnce, MarkPublic, "A collectivity is registered once for an edition.", "ledger", []string{"candidacy-registered"}},
		{RuleBodyInForce, MarkPublic, "Who is registered for an edition is in force that day.", "ledger", []string{"candidacy-registered"}},
		{RuleInTime, MarkPublic, "Registrations and submissions come from the opening to the last day of declarations, extensions included.", "ledger", []string{"candidacy-registered", "candidacy-submitted"}},
		{RuleCandidacyFirst, MarkPublic, "What happens to a candidacy happens after its registration.", "ledger", append(append([]string{}, live...), after...)},
		{RuleCandidacyLive, MarkPublic, "A candidacy that was withdrawn or ruled inadmissible goes no further.", "ledger", live},
		{RuleUndecided, MarkPublic, "A candidacy is withdrawn, ruled inadmissible, asked about, reported on or put off only while no decision on it is sealed.", "ledger", judging},
		{RuleActionOwn, MarkPublic, "A submission names actions of the collectivity itself, at revisions that are recorded.", "ledger", []string{"candidacy-submitted"}},
		{RuleActionRuns, MarkPublic, "A submission names no action that ended before the edition was opened.", "ledger", []string{"candidacy-submitted"}},
		{RuleArticle, MarkPublic, "An article that a decision rests on is in the regulation of the edition.", "ledger", []string{"candidacy-ruled-inadmissible", "label-withdrawn", "appeal-rejected"}},
		{RuleGround, MarkPublic, "The record does not contradict the ground on which a candidacy is ruled inadmissible.", "ledger", []string{"candidacy-ruled-inadmissible"}},
		{RuleRequestTime, MarkPublic, "A request for information leaves time for the answer.", "ledger", []string{"information-requested"}},
		{RuleRequestOpen, MarkPublic, "An answer belongs to a request of the same candidacy that is open.", "ledger", []string{"information-answered"}},
		{RuleSubmitted, MarkPublic, "Only what was submitted is reported on, put off or decided.", "ledger", []string{"juror-assigned", "decision-deferred", "decision-sealed"}},
		{RuleJuryList, MarkPublic, "Whoever reports, is recused or sits on a panel is on the list of the jury that was published.", "ledger", []string{"juror-assigned", "juror-recused", "appeal-decided"}},
		{RuleJurorInTerm, MarkPublic, "A juror whose term ended takes no part.", "ledger", []string{"juror-assigned", "opinion-sealed", "appeal-decided"}},
		{RuleImpartial, MarkPublic, "A juror who is recused, or has declared an interest in the collectivity, takes no part.", "ledger", []string{"juror-assigned", "opinion-sealed", "appeal-decided"}},
		{RuleAssignedOnce, MarkPublic, "A juror is assigned to a candidacy once.", "ledger", []string{"juror-assigned"}},
		{RuleRecusedOnce, MarkPublic, "A juror is recused from a candidacy once.", "ledger", []string{"juror-recused"}},
		{RuleAssigned, MarkPublic, "Opinions are those of the jurors who report on the candidacy.", "ledger", []string{"opinion-sealed"}},
		{RuleOpinionOnce, MarkPublic, "A juror gives one opinion on a candidacy.", "ledger", []string{"opinion-sealed"}},
		{RuleSession, MarkPublic, "A decision is taken, or put off, in a session of the jury that was held.", jury, []string{"decision-deferred", "decision-sealed"}},
		{RuleOneSeal, MarkPublic, "A candidacy has one live seal.", "ledger", []string{"decision-sealed"}},
		{RuleDeclarationsClosed, MarkPublic, "Nothing is decided before declarations are closed.", "ledger", []string{"decision-sealed"}},
		{RuleDeliberating, MarkPublic, "Once the deliberation is closed only what was superseded is decided again, and nothing once the palmarès is published.", "ledger", []string{"decision-sealed"}},
		{RuleQuorum, MarkPublic, "The quorum of the regulation holds without those who take no part.", "ledger", []string{"decision-sealed"}},
		{RuleJurors, MarkPublic, "As many jurors report on a candidacy as the regulation asks for.", "ledger", []string{"decision-sealed"}},
		{RuleDecisionForm, MarkDeferred, "A decision has a level from 1 to 5, or is beyond competition, or gives no label.", jury, results},
		{RuleMinimumLevel, MarkDeferred, "A decision is not below the least level of the regulation.", jury, results},
		{RuleMentionOffered, MarkDeferred, "A decision gives mentions that its edition offers.", "ledger", results},
		{RuleTally, MarkDeferred, "No more votes are counted than jurors could vote.", "ledger", []string{"decision-sealed", "decision-disclosed", "appeal-decided"}},
		{RuleMajority, MarkDeferred, "A decision has votes for it, and no more against it; where they are equal, the tie-break of the regulation decides.", "ledger", []string{"decision-sealed", "decision-disclosed", "appeal-decided"}},
		{RuleDeparture, MarkAttested, "A decision that departs from what the assessment finds possible has a reason for it, and no other has one.", jury, []string{"decision-sealed"}},
		{RuleBeforeCeremony, MarkPublic, "A decision is superseded before it is disclosed.", "ledger", []string{"decision-superseded"}},
		{RuleSealNamed, MarkPublic, "What is superseded or disclosed is the live seal.", "ledger", []string{"decision-superseded", "decision-disclosed"}},
		{RuleCeremony, MarkPublic, "Decisions are disclosed once the deliberation is closed, from the day of the ceremony on, and before the palmarès is published.", "ledger", []string{"decision-disclosed"}},
		{RuleDisclosedOnce, MarkPublic, "A decision is disclosed once.", "ledger", []string{"decision-disclosed"}},
		{RuleOpenedFits, MarkPublic, "What is opened gives, with its salt, the commitments that were sealed.", "ledger", []string{"decision-disclosed"}},
		{RulePublished, MarkPublic, "A decision is notified, rectified, withdrawn or appealed against once the palmarès is published.", "ledger", named},
		{RuleDisclosedNamed, MarkPublic, "What is notified, rectified, withdrawn or appealed against is the decision that was disclosed.", "ledger", named},
		{RuleNotified, MarkPublic, "A decision is notified once, after the publication.", "ledger", []string{"decision-notified"}},
		{RuleRectified, MarkPublic, "A rectification names what stands, and changes it.", "ledger", []string{"decision-rectified"}},
		{RuleLabelHeld, MarkPublic, "Only a label that is held is rectified or withdrawn.", "ledger", []string{"decision-rectified", "label-withdrawn"}},
		{RuleAppealOnce, MarkPublic, "One appeal against a decision is open at a time.", "ledger", []string{"appeal-lodged"}},
		{RuleAppealTime, MarkPublic, "An appeal comes after the publication, and in the days that the regulation gives after the notification.", "ledger", []string{"appeal-lodged"}},
		{RuleAppealOpen, MarkPublic, "What is admitted, rejected or decided is an open appeal of the same candidacy.", "ledger", []string{"appeal-admitted", "appeal-rejected", "appeal-decided"}},
		{RuleAppealUnheard, MarkPublic, "An appeal that was admitted is decided, not admitted again or rejected.", "ledger", []string{"appeal-admitted", "appeal-rejected"}},
		{RuleAppealHeard, MarkPublic, "Only an appeal that was admitted is decided.", "ledger", []string{"appeal-decided"}},
		{RulePanel, MarkPublic, "A panel has none of the jurors who reported on the candidacy first.", "ledger", []string{"appeal-decided"}},
		{RulePanelSize, MarkPublic, "A panel has as many jurors as report on a candidacy at first.", "ledger", []string{"appeal-decided"}},
		{RuleAppealOutcome, MarkPublic, "An appeal that changes a decision says to what, which differs from what stood.", "ledger", []string{"appeal-decided"}},
		{RulePalmares, MarkPublic, "A palmarès has the digest and the counts of the decisions that were disclosed before it, one for each candidacy that was to be decided.", "ledger", []string{"palmares-published"}},
		{RuleUnderAppeal, MarkPublic, "Nothing of a candidacy, nor of the actions that it was judged by, is erased while an appeal against its decision is open.", "ledger", []string{"personal-data-erased"}},
	}
}
