package domain

// The rules of an edition that is run here, beside those of its candidacies: the regulation and the grid, the calendar, the
// jury; and those of what collectivities declare and pay.
const (
	RulePublishedFirst   Rule = "published-first"
	RuleRegulationForm   Rule = "regulation-form"
	RuleGridForm         Rule = "grid-form"
	RuleEditionOpen      Rule = "edition-open"
	RuleCalendar         Rule = "calendar"
	RuleDeadline         Rule = "deadline"
	RulePhase            Rule = "phase"
	RuleJurorNumber      Rule = "juror-number"
	RuleElected          Rule = "elected"
	RuleJurorSits        Rule = "juror-sits"
	RuleOneChair         Rule = "one-chair"
	RuleJurySize         Rule = "jury-size"
	RuleNotice           Rule = "notice"
	RuleSessionNumber    Rule = "session-number"
	RuleSessionDay       Rule = "session-day"
	RulePresent          Rule = "present"
	RuleQuorumFigure     Rule = "quorum-figure"
	RuleEmbargo          Rule = "embargo"
	RuleTwoPeople        Rule = "two-people"
	RulePalmaresCounts   Rule = "palmares-counts"
	RuleService          Rule = "service"
	RuleActionFirst      Rule = "action-first"
	RuleActionDays       Rule = "action-days"
	RuleActionOngoing    Rule = "action-ongoing"
	RuleFee              Rule = "fee"
	RulePopulationNeeded Rule = "population-needed"
	RulePayment          Rule = "payment"
	RuleMembershipStands Rule = "membership-stands"
	RulePaymentStands    Rule = "payment-stands"
)

// editionRules are told in the order in which an edition meets them.
func editionRules() []RuleText {
	const jury = "villes-internet-2016-interview"
	steps := []string{
		"deadline-extended", "declarations-closed", "jury-list-published", "jury-session-held", "deliberation-closed", "ceremony-postponed",
		"palmares-published", "edition-closed",
	}
	return []RuleText{
		{RulePublishedFirst, MarkPublic, "What rests on a regulation or a grid rests on one that was published before, and that holds for it.", "ledger", []string{
			"grid-published", "edition-opened", "action-declared", "action-amended", "membership-recorded", "membership-corrected",
		}},
		{RuleRegulationForm, MarkPublic, "The values of a regulation can be kept together, and the articles that they name are its own.", "ledger", []string{"regulation-published"}},
		{RuleGridForm, MarkPublic, "Each stake of a grid belongs to a theme, each service to a stake; thresholds rise with the levels; what is mapped is there.", "ledger", []string{"grid-published"}},
		{RuleEditionOpen, MarkPublic, "An edition goes on from its opening to its closing.", "ledger", append([]string{"juror-appointed", "conflict-declared", "juror-term-ended"}, steps...)},
		{RuleCalendar, MarkPublic, "The days of an edition are in their order, and are only put off.", "ledger", []string{"edition-opened", "deadline-extended", "ceremony-postponed"}},
		{RuleDeadline, MarkPublic, "A deadline is extended before it has passed; declarations are closed when it has come.", "ledger", []string{"deadline-extended", "declarations-closed"}},
		{RulePhase, MarkPublic, "Each step of an edition comes once, after the one before it.", "ledger", []string{
			"declarations-closed", "jury-list-published", "jury-session-held", "deliberation-closed", "ceremony-postponed", "palmares-published", "edition-closed",
		}},
		{RuleJurorNumber, MarkPublic, "The jurors of an edition are numbered from 1, without gaps.", "ledger", []string{"juror-appointed"}},
		{RuleElected, MarkPublic, "Elected officials sit on the jury if the regulation allows it.", "ledger", []string{"juror-appointed"}},
		{RuleJurorSits, MarkPublic, "Who is on the list of the jury, declares an interest or leaves was appointed and is in term.", "ledger", []string{"conflict-declared", "juror-term-ended", "jury-list-published"}},
		{RuleOneChair, MarkPublic, "One juror of the list presides, at most.", "ledger", []string{"jury-list-published"}},
		{RuleJurySize, MarkPublic, "A jury has as many jurors as its quorum and each candidacy ask for.", "ledger", []string{"jury-list-published"}},
		{RuleNotice, MarkPublic, "The list of the jury is published as long before a session as the regulation says.", "ledger", []string{"jury-session-held"}},
		{RuleSessionNumber, MarkPublic, "The sessions of an edition are numbered from 1, without gaps.", "ledger", []string{"jury-session-held"}},
		{RuleSessionDay, MarkPublic, "A session is held on the first day of the jury or later, and entered when it was held.", "ledger", []string{"jury-session-held"}},
		{RulePresent, MarkPublic, "Those present at a session are on the list of the jury and in term.", jury, []string{"jury-session-held"}},
		{RuleQuorumFigure, MarkPublic, "The quorum of a session is that of the regulation.", "ledger", []string{"jury-session-held"}},
		{RuleEmbargo, MarkPublic, "Results are published on the day of the ceremony or later.", "ledger", []string{"palmares-published"}},
		{RuleTwoPeople, MarkAttested, "Two people publish the results together.", "ledger", []string{"palmares-published"}},
		{RulePalmaresCounts, MarkPublic, "The counts of a palmarès add up, and to no more than the decisions of the deliberation.", "ledger", []string{"palmares-published"}},
		{RuleService, MarkPublic, "The services of an action are those of its grid.", "ledger", []string{"action-declared", "action-amended"}},
		{RuleActionFirst, MarkPublic, "What is amended, confirmed or ended is an action that was declared.", "ledger", []string{"action-amended", "action-confirmed", "action-ended"}},
		{RuleActionDays, MarkPublic, "An action ends after it began, and neither is still to come.", "ledger", []string{"action-declared", "action-amended", "action-confirmed", "action-ended"}},
		{RuleActionOngoing, MarkPublic, "An action that was ended is not amended, confirmed or ended again.", "ledger", []string{"action-amended", "action-confirmed", "action-ended"}},
		{RuleFee, MarkPublic, "A fee is what the regulation makes of the population that is named, or is set by hand, with a reason.", "ledger", []string{"membership-recorded", "membership-corrected"}},
		{RulePopulationNeeded, MarkPublic, "A fee that is not set by hand needs a population.", "ledger", []string{"membership-recorded", "membership-corrected"}},
		{RulePayment, MarkPublic, "A payment is for a membership that was recorded, on a day that has come.", "ledger", []string{"payment-recorded"}},
		{RuleMembershipStands, MarkPublic, "What corrects a membership or takes it back names the record that stands of it; a correction changes something.", "ledger", []string{"membership-corrected", "membership-retracted"}},
		{RulePaymentStands, MarkPublic, "What takes a payment back names a payment that stands; a membership is taken back once no payment for it stands.", "ledger", []string{"payment-retracted", "membership-retracted"}},
	}
}
