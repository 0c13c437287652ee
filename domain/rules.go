package domain

// Rule names a rule that a command can break.
type Rule string

// Mark says who can check a rule.
type Mark string

const (
	// MarkPublic rules are checked by anyone, at once, from the log alone.
	MarkPublic Mark = "public"
	// MarkDeferred rules are checked by anyone once the sealed values they need are opened.
	MarkDeferred Mark = "deferred"
	// MarkAttested rules need values that stay sealed: the operator of the ledger vouches for them.
	MarkAttested Mark = "attested"
)

const (
	RuleGenesis           Rule = "genesis"
	RuleBasis             Rule = "basis"
	RuleOnce              Rule = "once"
	RuleSourceFirst       Rule = "source-first"
	RuleBodyFirst         Rule = "body-first"
	RuleAwardForm         Rule = "award-form"
	RuleEditionPossible   Rule = "edition-possible"
	RuleEditionYear       Rule = "edition-year"
	RuleIdentityForm      Rule = "identity-form"
	RuleIdentityCandidate Rule = "identity-candidate"
	RuleNoHeir            Rule = "no-heir"
	RuleFactExists        Rule = "fact-exists"
	RuleContested         Rule = "contested"
	RuleChoiceStated      Rule = "choice-stated"
	RuleFourEyes          Rule = "four-eyes"
	RuleDisputeOpen       Rule = "dispute-open"
	RuleHypothesis        Rule = "hypothesis"
	RuleTerm              Rule = "term"
	RuleCeremonyValue     Rule = "ceremony-value"
	RuleKeyInForce        Rule = "key-in-force"
	RuleKeyNew            Rule = "key-new"
	RuleOrigin            Rule = "origin"
	RuleErasable          Rule = "erasable"
	RuleErasedOnce        Rule = "erased-once"
)

// RuleText describes one rule.
type RuleText struct {
	Rule   Rule
	Mark   Mark
	Says   string
	Source string // who says so: a source of the history, or "ledger" for a rule of the ledger itself
}

// Rules gives every rule with its mark and its source.
func Rules() []RuleText {
	return []RuleText{
		{RuleGenesis, MarkPublic, "A ledger is opened once, by its first event.", "ledger"},
		{RuleBasis, MarkPublic, "An event stands in its own stream and names the streams that it was decided from, at revisions that come before it.", "ledger"},
		{RuleOnce, MarkPublic, "The same body, source or reference is entered once; a change is an event of its own.", "ledger"},
		{RuleSourceFirst, MarkPublic, "A fact cites a source that was entered before it.", "ledger"},
		{RuleBodyFirst, MarkPublic, "A fact is about a body, or a contested name, that was entered before it.", "ledger"},
		{RuleAwardForm, MarkPublic, "A level is an integer from 1 to 5; hors concours and a label of unknown level have none.", "villes-internet-2016-interview"},
		{RuleEditionPossible, MarkPublic, "An edition has an ordinal from 1 to that of the year after the record.", "villes-internet-2016-interview"},
		{RuleEditionYear, MarkPublic, "Edition and year belong together; there was no ceremony in calendar 2010.", "localtis-2009"},
		{RuleIdentityForm, MarkPublic, "The id of a body follows from its code: INSEE for a commune, SIREN for an EPCI.", "ledger"},
		{RuleIdentityCandidate, MarkPublic, "A contested name is settled as one of its candidates, once.", "ledger"},
		{RuleNoHeir, MarkPublic, "A body does not succeed itself; its labels stay its own.", "ledger"},
		{RuleFactExists, MarkPublic, "What is retracted or disputed is a fact of the same stream that still stands.", "ledger"},
		{RuleContested, MarkPublic, "Only facts that contradict each other are arbitrated.", "ledger"},
		{RuleChoiceStated, MarkPublic, "An arbitration chooses among what the sources state.", "ledger"},
		{RuleFourEyes, MarkAttested, "Nobody settles alone a fact they entered.", "ledger"},
		{RuleDisputeOpen, MarkPublic, "An answer belongs to a dispute that is open.", "ledger"},
		{RuleHypothesis, MarkPublic, "An explanation is established only by a source that says it.", "ledger"},
		{RuleTerm, MarkPublic, "A distinction with a term is granted, then renewed to a later day or lapsed.", "localtis-2021"},
		{RuleCeremonyValue, MarkPublic, "A ceremony's attribute has the one value that belongs to it: a day, a number or a text.", "ledger"},
		{RuleKeyInForce, MarkPublic, "What takes the place of a key of the log names the key in force.", "ledger"},
		{RuleKeyNew, MarkPublic, "A key of the log is named after the origin it signs for, and comes into force once.", "ledger"},
		{RuleOrigin, MarkPublic, "A name of the log is opened once; it closes the one in force.", "ledger"},
		{RuleErasable, MarkPublic, "What is erased is a sealed value of an event that was recorded before; never a result: a distinction, a level, mentions or a tally.", "ledger"},
		{RuleErasedOnce, MarkPublic, "A sealed value is erased once.", "ledger"},
	}
}
