package domain

// catalogue holds every type and version that was ever written. It is append-only: a type may get a new version, none
// is ever removed or changed.
var catalogue = []Type{
	{"ledger-opened", 1, []string{"ledger"}, "The ledger begins: its id, the origin of its log, real or made up.", func() Event { return new(LedgerOpened) }},
	{"reference-adopted", 1, []string{"ledger"}, "The ledger relies on a list from outside, named by its hash.", func() Event { return new(ReferenceAdopted) }},
	{"personal-data-erased", 1, []string{"ledger"}, "A sealed value is destroyed, on a ground.", func() Event { return new(PersonalDataErased) }},
	{"source-cited", 1, []string{"source"}, "A published source enters the ledger.", func() Event { return new(SourceCited) }},
	{"source-corrected", 1, []string{"source"}, "The particulars of a source are replaced.", func() Event { return new(SourceCorrected) }},
	{"collectivity-registered", 1, []string{"collectivity"}, "One legal body enters the ledger.", func() Event { return new(CollectivityRegistered) }},
	{"name-recorded", 1, []string{"collectivity"}, "Sources call a body by another name than its official one.", func() Event { return new(NameRecorded) }},
	{"collectivity-renamed", 1, []string{"collectivity"}, "A body, the same one, changed its official name.", func() Event { return new(CollectivityRenamed) }},
	{"collectivity-succeeded", 1, []string{"collectivity"}, "Bodies ended and others took their place.", func() Event { return new(CollectivitySucceeded) }},
	{"epci-members-recorded", 1, []string{"collectivity"}, "The communes of an inter-municipal body at a date.", func() Event { return new(EPCIMembersRecorded) }},
	{"population-recorded", 1, []string{"collectivity"}, "The inhabitants of a body, for a year.", func() Event { return new(PopulationRecorded) }},
	{"identity-contested", 1, []string{"collectivity"}, "A name fits several bodies and the sources do not tell which.", func() Event { return new(IdentityContested) }},
	{"identity-settled", 1, []string{"collectivity"}, "Which body a contested name means, and why.", func() Event { return new(IdentitySettled) }},
	{"award-recorded", 1, []string{"candidacy"}, "A source says that a collectivity received a label.", func() Event { return new(AwardRecorded) }},
	{"mention-recorded", 1, []string{"candidacy"}, "A source says that a collectivity received a mention or a distinction.", func() Event { return new(MentionRecorded) }},
	{"award-arbitrated", 1, []string{"candidacy"}, "What contradicting sources leave open is settled, with the reason.", func() Event { return new(AwardArbitrated) }},
	{"record-retracted", 1, []string{"candidacy", "edition"}, "A fact that should not have been entered is taken back.", func() Event { return new(RecordRetracted) }},
	{"fact-disputed", 1, []string{"candidacy", "edition", "figures"}, "Somebody concerned objects to a fact.", func() Event { return new(FactDisputed) }},
	{"dispute-answered", 1, []string{"candidacy", "edition", "figures"}, "An objection is answered.", func() Event { return new(DisputeAnswered) }},
	{"ceremony-fact-recorded", 1, []string{"edition"}, "One attribute of a ceremony, as one source gives it.", func() Event { return new(CeremonyFactRecorded) }},
	{"edition-enumerated", 1, []string{"edition"}, "A source lists every holder of an edition.", func() Event { return new(EditionEnumerated) }},
	{"figure-published", 1, []string{"figures"}, "One number that one source gives.", func() Event { return new(FigurePublished) }},
	{"figure-retracted", 1, []string{"figures"}, "A figure that should not have been entered is taken back.", func() Event { return new(FigureRetracted) }},
	{"explanation-proposed", 1, []string{"figures"}, "A reason for which figures differ, as a hypothesis or established.", func() Event { return new(ExplanationProposed) }},
	{"rule-recorded", 1, []string{"figures"}, "A rule of the label as a source tells it.", func() Event { return new(RuleRecorded) }},
	{"distinction-granted", 1, []string{"distinction"}, "A distinction is given for a term.", func() Event { return new(DistinctionGranted) }},
	{"distinction-renewed", 1, []string{"distinction"}, "A distinction is prolonged.", func() Event { return new(DistinctionRenewed) }},
	{"distinction-lapsed", 1, []string{"distinction"}, "A distinction ends.", func() Event { return new(DistinctionLapsed) }},
}
