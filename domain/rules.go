package domain

import "slices"

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
	RuleReadable          Rule = "readable"

	// These are broken by what was recorded, never by a command: only [Judge] finds them.
	RuleBasis   Rule = "basis"
	RuleOutcome Rule = "outcome"
)

// RuleText describes one rule.
type RuleText struct {
	Rule   Rule
	Mark   Mark
	Says   string
	Source string // who says so: a source of the history, or "ledger" for a rule of the ledger itself
	// Events are those that it is asked of, by their names; nil: every event.
	Events []string
}

// Rules gives every rule with its mark and its source.
func Rules() []RuleText {
	return append([]RuleText{
		{RuleGenesis, MarkPublic, "A ledger is opened once, by its first event.", "ledger", nil},
		{RuleOnce, MarkPublic, "The same body, source or reference is entered once; a change is an event of its own.", "ledger", []string{
			"reference-adopted", "source-cited", "collectivity-registered", "name-recorded", "collectivity-succeeded",
			"identity-contested", "edition-enumerated", "regulation-published", "grid-published", "edition-opened", "juror-appointed",
			"conflict-declared", "membership-recorded", "action-declared",
		}},
		{RuleSourceFirst, MarkPublic, "A fact cites a source that was entered before it.", "ledger", []string{
			"source-cited", "source-corrected", "population-recorded", "award-recorded", "mention-recorded",
			"ceremony-fact-recorded", "edition-enumerated", "figure-published", "explanation-proposed", "rule-recorded",
			"distinction-granted", "distinction-renewed", "regulation-published", "grid-published",
		}},
		{RuleBodyFirst, MarkPublic, "A fact is about a body, or a contested name, that was entered before it.", "ledger", []string{
			"name-recorded", "collectivity-renamed", "collectivity-succeeded", "epci-members-recorded",
			"population-recorded", "identity-settled", "award-recorded", "mention-recorded", "distinction-granted", "candidacy-registered",
			"conflict-declared", "membership-recorded", "membership-corrected", "payment-recorded", "action-declared",
		}},
		{RuleAwardForm, MarkPublic, "A level is an integer from 1 to 5; hors concours and a label of unknown level have none.", "villes-internet-2016-interview", []string{"award-recorded", "award-arbitrated"}},
		{RuleEditionPossible, MarkPublic, "An edition has an ordinal from 1 to that of the year after the record.", "villes-internet-2016-interview", []string{
			"award-recorded", "mention-recorded", "ceremony-fact-recorded", "edition-enumerated", "figure-published",
			"explanation-proposed", "rule-recorded", "regulation-published", "edition-opened",
		}},
		{RuleEditionYear, MarkPublic, "Edition and year belong together; there was no ceremony in calendar 2010.", "localtis-2009", []string{"award-recorded", "mention-recorded", "figure-published", "rule-recorded"}},
		{RuleIdentityForm, MarkPublic, "The id of a body follows from its code: INSEE for a commune, SIREN for an EPCI.", "ledger", []string{"collectivity-registered", "identity-contested"}},
		{RuleIdentityCandidate, MarkPublic, "A contested name is settled as one of its candidates, once.", "ledger", []string{"identity-settled"}},
		{RuleNoHeir, MarkPublic, "A body does not succeed itself; its labels stay its own.", "ledger", []string{"collectivity-succeeded"}},
		{RuleFactExists, MarkPublic, "What is retracted or disputed is a fact of the same stream that still stands.", "ledger", []string{"record-retracted", "fact-disputed", "figure-retracted"}},
		{RuleContested, MarkPublic, "Only facts that contradict each other are arbitrated.", "ledger", []string{"award-arbitrated"}},
		{RuleChoiceStated, MarkPublic, "An arbitration chooses among what the sources state.", "ledger", []string{"award-arbitrated"}},
		{RuleFourEyes, MarkAttested, "Nobody settles alone a fact they entered.", "ledger", []string{"identity-settled", "award-arbitrated", "dispute-answered"}},
		{RuleDisputeOpen, MarkPublic, "An answer belongs to a dispute that is open.", "ledger", []string{"dispute-answered"}},
		{RuleHypothesis, MarkPublic, "An explanation is established only by a source that says it.", "ledger", []string{"explanation-proposed"}},
		{RuleTerm, MarkPublic, "A distinction with a term is granted, then renewed to a later day or lapsed.", "localtis-2021", []string{"distinction-granted", "distinction-renewed", "distinction-lapsed"}},
		{RuleCeremonyValue, MarkPublic, "A ceremony's attribute has the one value that belongs to it: a day, a number or a text.", "ledger", []string{"ceremony-fact-recorded"}},
		{RuleKeyInForce, MarkPublic, "What takes the place of a key of the log names the key in force.", "ledger", []string{"key-rotated", "origin-opened"}},
		{RuleKeyNew, MarkPublic, "A key of the log is named after the origin it signs for, and comes into force once.", "ledger", []string{"key-rotated", "origin-opened"}},
		{RuleOrigin, MarkPublic, "A name of the log is opened once; it closes the one in force.", "ledger", []string{"origin-opened"}},
		{RuleErasable, MarkPublic, "What is erased is a sealed value of an event that was recorded before, or an uploaded file that it names; never a result: a distinction, a level, mentions or a tally.", "ledger", []string{"personal-data-erased"}},
		{RuleErasedOnce, MarkPublic, "A sealed value, or a file at one place, is erased once.", "ledger", []string{"personal-data-erased"}},
		{RuleReadable, MarkPublic, "What is read is a sealed value of an event that was recorded before, and was not erased before.", "ledger", []string{"sealed-value-read"}},
		{RuleBasis, MarkPublic, "An event names the streams that it was decided from, with revisions that come before it.", "ledger", nil},
		{RuleOutcome, MarkPublic, "An event is what its command decides, in the stream that it is about.", "ledger", nil},
	}, slices.Concat(editionRules(), candidacyRules())...)
}

// Asked counts the rules that are asked of an event of a name.
func Asked(name string) Verdict { return asked[name] }

// asked counts the rules that are asked of each event.
var asked = func() map[string]Verdict {
	counts := make(map[string]Verdict, len(catalogue))
	for _, t := range catalogue {
		var v Verdict
		for _, r := range Rules() {
			if r.Events != nil && !slices.Contains(r.Events, t.Name) {
				continue
			}
			switch r.Mark {
			case MarkPublic:
				v.Public++
			case MarkDeferred:
				v.Deferred++
			case MarkAttested:
				v.Attested++
			}
		}
		counts[t.Name] = v
	}
	return counts
}()
