package domain

// realStories are cases of the label's history that are easy to get wrong.
func realStories() []story {
	const palmares SourceID = "villes-internet-2017-palmares"
	register := func(e CollectivityRegistered) RegisterCollectivity {
		return RegisterCollectivity{CollectivityRegistered: e}
	}
	gone := func(until string) *InForce { return &InForce{To: until} }
	holding := func(e Edition, year string, c CollectivityID, holder string) Holding {
		return Holding{Edition: e, YearAsStated: year, Collectivity: c, Holder: holder, Certainty: Stated, Source: palmares}
	}
	happened := func(h Holding, year string) Holding {
		h.Occurred = year
		return h
	}

	// Forges-les-Eaux became a commune nouvelle in 2016 and kept its INSEE code; its SIREN is new.
	forges := CollectivityRegistered{
		Collectivity: "fr-commune-76276", Type: "commune", Name: "Forges-les-Eaux", INSEE: "76276", SIREN: "200054674",
		Departement: "76", Region: "28", InForce: &InForce{From: "2016-01-01"},
	}
	forgesBefore := CollectivityRegistered{
		Collectivity: "fr-commune-76276-2015", Type: "commune", Name: "Forges-les-Eaux", INSEE: "76276", InForce: gone("2015-12-31"),
	}
	forgesSucceeded := CollectivitySucceeded{
		From: []CollectivityID{"fr-commune-76276-2015"}, To: []CollectivityID{"fr-commune-76276"}, On: "2016-01-01",
	}
	forgesHolding := holding(18, "2017", "fr-commune-76276", "Forges-les-Eaux")

	// Notre-Dame-de-Gravenchon went into Port-Jérôme-sur-Seine in 2016, whose code is the same.
	gravenchon := CollectivityRegistered{
		Collectivity: "fr-commune-76476-2015", Type: "commune", Name: "Notre-Dame-de-Gravenchon", INSEE: "76476",
		Departement: "76", Region: "28", InForce: gone("2015"),
	}
	portJerome := CollectivityRegistered{Collectivity: "fr-commune-76476", Type: "commune", Name: "Port-Jérôme-sur-Seine", INSEE: "76476"}
	gravenchonSucceeded := CollectivitySucceeded{
		From: []CollectivityID{"fr-commune-76476-2015"}, To: []CollectivityID{"fr-commune-76476"}, On: "2016-01-01",
	}
	gravenchonHolding := holding(14, "2013", "fr-commune-76476-2015", "Notre-Dame-de-Gravenchon")

	// CC Action Fourmies is dissolved and its SIREN is not known.
	fourmies := CollectivityRegistered{
		Collectivity: "fr-epci-x-cc-action-fourmies", Type: "epci", Name: "CC Action Fourmies", Departement: "59", Region: "32", InForce: &InForce{},
	}

	// Bassens is in Gironde or in Savoie.
	bassensContested := IdentityContested{
		Collectivity: bassens, Name: "Bassens", Candidates: []CollectivityID{bassensGironde, bassensSavoie}, Provenance: by("anna"),
	}
	bassensSettled := func(person string) *IdentitySettled {
		return &IdentitySettled{Collectivity: bassens, As: bassensGironde, Reason: Text("the town's own page"), Provenance: by(person)}
	}
	bassensMention := MentionRecorded{Mention: "numerique-educatif", Holding: holding(18, "2017", bassens, "Bassens")}
	bassensOccurred := MentionRecorded{Mention: "numerique-educatif", Holding: happened(bassensMention.Holding, "2017")}

	// Le Mont-Dore is in New Caledonia, where communes have no SIREN; Mont-Dore in Puy-de-Dôme has one.
	leMontDore := CollectivityRegistered{
		Collectivity: "fr-commune-98817", Type: "commune", Name: "Le Mont-Dore", INSEE: "98817", Departement: "988", Region: "988",
	}
	montDore := CollectivityRegistered{
		Collectivity: "fr-commune-63236", Type: "commune", Name: "Mont-Dore", INSEE: "63236", SIREN: "216302364", Departement: "63", Region: "84",
	}

	// La Rochelle is a village of Haute-Saône as well as the prefecture of Charente-Maritime.
	village := CollectivityRegistered{
		Collectivity: "fr-commune-70450", Type: "commune", Name: "La Rochelle", INSEE: "70450", SIREN: "217004506", Departement: "70", Region: "27",
	}
	prefecture := CollectivityRegistered{
		Collectivity: "fr-commune-17300", Type: "commune", Name: "La Rochelle", INSEE: "17300", Departement: "17", Region: "75",
	}
	villageHolding := holding(25, "2024", "fr-commune-70450", "La Rochelle (Haute-Saône)")

	bromont := CollectivityRegistered{Collectivity: "ca-bromont", Type: "foreign", Name: "Bromont"}
	bromontHolding := holding(8, "2006", "ca-bromont", "Bromont (Québec)")
	argi := CollectivityRegistered{Collectivity: "other-argi", Type: "other", Name: "ARGI", Note: Text("an organisation, not a collectivity")}
	argiMention := MentionRecorded{Mention: "mention-honneur", Holding: holding(2, "2000", "other-argi", "ARGI")}
	argiOccurred := MentionRecorded{Mention: "mention-honneur", Holding: happened(argiMention.Holding, "2000")}

	return []story{
		tell("Forges-les-Eaux keeps its INSEE code with a new SIREN").
			when(register(forges)).
			then(&forges),
		tell("the Forges-les-Eaux of before is another body").
			given(did(register(forges))).
			when(register(forgesBefore)).
			then(&forgesBefore),
		tell("the one succeeds the other").
			given(did(register(forges)), did(register(forgesBefore))).
			when(SucceedCollectivity{CollectivitySucceeded: forgesSucceeded}).
			then(&forgesSucceeded),
		tell("and holds its own label, five arobases").
			given(cited(palmares), did(register(forges))).
			when(RecordAward{AwardRecorded{level(5), forgesHolding}}).
			then(&AwardRecorded{level(5), happened(forgesHolding, "2017")}),

		tell("Notre-Dame-de-Gravenchon is gone").
			when(register(gravenchon)).
			then(&gravenchon),
		tell("its code, without a year, is Port-Jérôme-sur-Seine").
			given(did(register(gravenchon))).
			when(register(portJerome)).
			then(&portJerome),
		tell("which succeeds it").
			given(did(register(gravenchon)), did(register(portJerome))).
			when(SucceedCollectivity{CollectivitySucceeded: gravenchonSucceeded}).
			then(&gravenchonSucceeded),
		tell("and holds none of its labels").
			given(cited(palmares), did(register(portJerome))).
			when(RecordAward{AwardRecorded{level(3), gravenchonHolding}}).
			refused(RuleBodyFirst, "holder"),
		tell("they stay its own").
			given(cited(palmares), did(register(gravenchon)), did(register(portJerome)),
				did(SucceedCollectivity{CollectivitySucceeded: gravenchonSucceeded})).
			when(RecordAward{AwardRecorded{level(3), gravenchonHolding}}).
			then(&AwardRecorded{level(3), happened(gravenchonHolding, "2013")}),

		tell("CC Action Fourmies has no SIREN and no end that we know").
			when(register(fourmies)).
			then(&fourmies),

		tell("Bassens has a mention though nobody knows which Bassens").
			given(cited(palmares), did(ContestIdentity{IdentityContested: bassensContested})).
			when(RecordMention{bassensMention}).
			then(&bassensOccurred),
		tell("Bassens is not settled by the person who entered it").
			given(registered(bassensGironde), did(ContestIdentity{IdentityContested: bassensContested})).
			when(SettleIdentity{*bassensSettled("anna")}).
			refused(RuleFourEyes, "by"),
		tell("but by another").
			given(registered(bassensGironde), did(ContestIdentity{IdentityContested: bassensContested})).
			when(SettleIdentity{*bassensSettled("bruno")}).
			then(bassensSettled("bruno")),

		tell("Le Mont-Dore has no SIREN").
			when(register(leMontDore)).
			then(&leMontDore),
		tell("and is not Mont-Dore").
			given(did(register(leMontDore))).
			when(register(montDore)).
			then(&montDore),

		tell("La Rochelle is a prefecture").
			given(did(register(village))).
			when(register(prefecture)).
			then(&prefecture),
		tell("and a village, which has a label of unknown level").
			given(cited(palmares), did(register(prefecture)), did(register(village))).
			when(RecordAward{AwardRecorded{unspecified, villageHolding}}).
			then(&AwardRecorded{unspecified, happened(villageHolding, "2024")}),

		tell("Bromont is in Québec").
			when(register(bromont)).
			then(&bromont),
		tell("and received five arobases").
			given(cited(palmares), did(register(bromont))).
			when(RecordAward{AwardRecorded{level(5), bromontHolding}}).
			then(&AwardRecorded{level(5), happened(bromontHolding, "2006")}),
		tell("ARGI is not a collectivity").
			when(register(argi)).
			then(&argi),
		tell("and received a mention").
			given(cited(palmares), registered("other-argi")).
			when(RecordMention{argiMention}).
			then(&argiOccurred),
		tell("a commune does not become foreign by its type").
			when(register(with(forges, func(e *CollectivityRegistered) { e.Type = "foreign" }))).
			refused(RuleIdentityForm, "type"),
	}
}
