package domain

// The cases of the rules of the ledger and its facts, in the order of the rules.
var (
	genesisOpen   = RuleCase("genesis.open", "the ledger is already open")
	genesisClosed = RuleCase("genesis.closed", "the ledger is not open yet")
	genesisFirst  = RuleCase("genesis.first", "event {index:number} is {type}; a ledger is opened by its first event and by no other")

	onceAction        = RuleCase("once.action", "the action {action:name} was declared before; amend it instead")
	onceBody          = RuleCase("once.body", "{body} was entered before")
	onceName          = RuleCase("once.name", "{body} is already known as {name:quote}")
	onceSuccessor     = RuleCase("once.successor", "{to:body} is already known to succeed {from:body}")
	onceContestedName = RuleCase("once.contested-name", "the name {name:quote} is already entered as contested")
	onceEnumeration   = RuleCase("once.enumeration", "{source:name} is already known to list edition {edition}")
	onceJuror         = RuleCase("once.juror", "juror {juror:number} of edition {edition} was appointed before")
	onceConflict      = RuleCase("once.conflict", "that interest in {body} was declared before")
	onceReference     = RuleCase("once.reference", "{name:name} {version:name} is already adopted")
	onceMembership    = RuleCase("once.membership", "the membership of {year} was recorded before")
	onceRegulation    = RuleCase("once.regulation", "the regulation {regulation:name} was published before; a change is another version")
	onceGrid          = RuleCase("once.grid", "the grid {grid:name} was published before; a change is another version")
	onceSource        = RuleCase("once.source", "{source:name} was cited before with other particulars; correct them instead")
	onceEdition       = RuleCase("once.edition", "edition {edition} was opened before")

	sourceFirstNoSuch     = RuleCase("source-first.no-such", `there is no source "{source:name}" in the ledger`)
	sourceFirstPopulation = RuleCase("source-first.population", "a population needs a source or a reference")
	sourceFirstNotCited   = RuleCase("source-first.not-cited", "there is no source {source:name}")
	sourceFirstKnown      = RuleCase("source-first.known", "the value is {known:sourced|contested|assumed}: name the source")
	sourceFirstItself     = RuleCase("source-first.itself", "a source does not copy itself")

	bodyFirstNotEntered = RuleCase("body-first.not-entered", "{body} was not entered")
	bodyFirstNoEpci     = RuleCase("body-first.no-epci", "{body} is not an inter-municipal body that was entered")

	awardFormLevelMissing = RuleCase("award-form.level-missing", `the distinction "level" needs its level, an integer from {least:number} to {most:number}`)
	awardFormNoLevel      = RuleCase("award-form.no-level", `only the distinction "level" has a level`)

	editionPossibleLate = RuleCase("edition-possible.late", "there is no edition {edition}: the last that can be is {last:edition}, of {year}")

	editionYearUndated     = RuleCase("edition-year.undated", "a fact is undated if, and only if, its edition is not known")
	editionYearMissing     = RuleCase("edition-year.missing", "the year of edition {edition}, as the source states it, is missing")
	editionYearUncertain   = RuleCase("edition-year.uncertain", "the year {year:name} is uncertain, so the edition must be left empty")
	editionYearGap         = RuleCase("edition-year.gap", "there was no ceremony in calendar 2010; a label called 2010 is of edition {edition}, the ceremony of 2009-12-15")
	editionYearBeforeFirst = RuleCase("edition-year.before-first", "there was no ceremony in {year}: the first was in {first:year}")
	editionYearCertain     = RuleCase("edition-year.certain", "the year {year} is certain, so its edition is needed: {edition}")
	editionYearOther       = RuleCase("edition-year.other", "edition {edition} is the ceremony of {held:year}; that of {year} is edition {other:edition}")

	identityFormUnsettled = RuleCase("identity-form.unsettled", "{body} names an unsettled name, not a body")
	identityFormType      = RuleCase("identity-form.type", "the id {body} is that of a body of type {is:commune|epci|foreign|other}, not {type:commune|epci|foreign|other}")
	identityFormInsee     = RuleCase("identity-form.insee", "the INSEE code {code:typed} is not that of the id {body}")
	identityFormSiren     = RuleCase("identity-form.siren", "the SIREN {code:typed} is not that of the id {body}")
	identityFormGone      = RuleCase("identity-form.gone", "{body} is gone: say until when it was in force, as far as known")
	identityFormContested = RuleCase("identity-form.contested", "a contested name has an id that begins with unsettled-")
	identityFormCandidate = RuleCase("identity-form.candidate", "{body} is not a body")

	identityCandidateNoName  = RuleCase("identity-candidate.no-name", "{body} is not a contested name")
	identityCandidateSettled = RuleCase("identity-candidate.settled", "it is already settled as {body}")
	identityCandidateNone    = RuleCase("identity-candidate.none", "{body} is none of the candidates")

	noHeirItself = RuleCase("no-heir.itself", "{body} cannot succeed itself")

	factExistsFigure    = RuleCase("fact-exists.figure", "a figure is taken back by a retraction of its own kind")
	factExistsElsewhere = RuleCase("fact-exists.elsewhere", "{record} is not in this stream")
	factExistsNoFact    = RuleCase("fact-exists.no-fact", "{record} is not a fact but a {type}")
	factExistsRetracted = RuleCase("fact-exists.retracted", "{record} was retracted before")

	contestedNo = RuleCase("contested.no", "the sources do not contradict each other here")

	choiceStatedNo = RuleCase("choice-stated.no", "no source states {award:award}")

	fourEyesNobody = RuleCase("four-eyes.nobody", "say who settles it: nobody settles alone a fact they entered")
	fourEyesSame   = RuleCase("four-eyes.same", "the same person entered the fact; another one must settle it")

	disputeOpenNone     = RuleCase("dispute-open.none", "{record} is not a dispute of {stream}")
	disputeOpenAnswered = RuleCase("dispute-open.answered", "the dispute was answered before")

	hypothesisSource = RuleCase("hypothesis.source", "an established explanation needs the source that says it; without one it is a hypothesis")

	termHeld      = RuleCase("term.held", "the distinction is held until {when}; renew it instead")
	termEndsFirst = RuleCase("term.ends-first", "the term ends before it begins")
	termNotHeld   = RuleCase("term.not-held", "the distinction is not held")
	termAlready   = RuleCase("term.already", "it is held until {when} already")

	ceremonyValueSingle    = RuleCase("ceremony-value.single", "the attribute {attribute:date|place|presenter|host|edition_number|sponsor|assembly_number} needs a day, a number or a text: the one that belongs to it")
	ceremonyValueLastDay   = RuleCase("ceremony-value.last-day", "only the attribute date has a last day")
	ceremonyValueEndsFirst = RuleCase("ceremony-value.ends-first", "the ceremony ends before it begins")

	keyInForceName  = RuleCase("key-in-force.name", "the key is named {key:name}, and the log {origin:name}")
	keyInForceOther = RuleCase("key-in-force.other", "the key in force is {key:name}")

	keyNewName   = RuleCase("key-new.name", "the key is named {key:name}, and the log {origin:name}")
	keyNewBefore = RuleCase("key-new.before", "a key with the id {key:name} was in force before")

	originHad   = RuleCase("origin.had", "the log had the name {origin:name} already")
	originOther = RuleCase("origin.other", "the name in force is {origin:name}")
	originRoot  = RuleCase("origin.root", "a tree has no leaves if, and only if, its root is {root:name}")

	erasableNoRecord  = RuleCase("erasable.no-record", "there is no event {record} in the stream")
	erasableResult    = RuleCase("erasable.result", "{pointer:name} of {type} is a result, which is never erased")
	erasableNothing   = RuleCase("erasable.nothing", "the event ({type}) has neither a sealed value nor an uploaded file at {pointer:name}; it has none at all")
	erasableElsewhere = RuleCase("erasable.elsewhere", "the event ({type}) has neither a sealed value nor an uploaded file at {pointer:name}; {there:names}")

	erasedOnceBefore = RuleCase("erased-once.before", "it was erased before")

	readableNoRecord  = RuleCase("readable.no-record", "there is no event {record} in the stream")
	readableErased    = RuleCase("readable.erased", "it was erased by {record}")
	readableNothing   = RuleCase("readable.nothing", "the event ({type}) has no sealed value at {pointer:name}; it has none at all")
	readableElsewhere = RuleCase("readable.elsewhere", "the event ({type}) has no sealed value at {pointer:name}; {there:names}")

	basisRegulation = RuleCase("basis.regulation", `edition {edition} is held under the regulation {held:name}; the decision was taken from "{regulation:name}"`)
	basisJurors     = RuleCase("basis.jurors", "the decision was taken from the streams of the jurors {read:numbers}; present were {present:numbers}")
	basisJudged     = RuleCase("basis.judged", "the decision is judged by the streams of the jurors {read:numbers}; present were {present:numbers}")
	basisUnnamed    = RuleCase("basis.unnamed", "it was decided from the stream {stream} and does not name it in its basis")
	basisLater      = RuleCase("basis.later", "its basis names revision {revision:number} of {stream}, which does not come before it")
	basisUnread     = RuleCase("basis.unread", "its basis names the stream {stream}, which it was not decided from")

	outcomeStream    = RuleCase("outcome.stream", `it stands in the stream {stream} and belongs into "{belongs:stream}"`)
	outcomeNoSuch    = RuleCase("outcome.no-such", "{type} stands in the stream {stream}, which holds no such event")
	outcomeOtherwise = RuleCase("outcome.otherwise", "its command decides otherwise")
)
