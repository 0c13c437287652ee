package domain

func collectivityStories() []story {
	commune := CollectivityRegistered{
		Collectivity: aix, Type: "commune", Name: "Aix-les-Bains", INSEE: "73008", SIREN: "217300086", Departement: "73", Region: "84",
		Reference: "territories", Provenance: by("anna"),
	}
	register := func(change func(*CollectivityRegistered)) RegisterCollectivity {
		return RegisterCollectivity{CollectivityRegistered: with(commune, change)}
	}
	const riviera CollectivityID = "fr-epci-200041507"
	members := EPCIMembersRecorded{Collectivity: riviera, Members: []CollectivityID{aix, albi}, On: "2016-01-01"}
	inhabitants := func(change func(*PopulationRecorded)) RecordPopulation {
		return RecordPopulation{with(PopulationRecorded{Collectivity: aix, Value: 30463, Year: 2020, Source: "insee-2020"}, change)}
	}
	name := NameRecorded{Collectivity: aix, Name: "Aix les Bains", Note: Text("without hyphens")}

	return []story{
		tell("a commune is entered").
			when(register(func(*CollectivityRegistered) {})).
			then(&commune),
		tell("once").
			given(registered(aix)).
			when(register(func(*CollectivityRegistered) {})).
			refused(RuleOnce, "collectivity"),
		tell("its INSEE code is that of its id").
			when(register(func(e *CollectivityRegistered) { e.INSEE = "73031" })).
			refused(RuleIdentityForm, "insee"),
		tell("its INSEE code is not left out").
			when(register(func(e *CollectivityRegistered) { e.INSEE = "" })).
			refused(RuleIdentityForm, "insee"),
		tell("its type is that of its id").
			when(register(func(e *CollectivityRegistered) { e.Type = "epci" })).
			refused(RuleIdentityForm, "type"),
		tell("its SIREN passes the check digit").
			when(register(func(e *CollectivityRegistered) { e.SIREN = "217300087" })).
			malformed("siren", "siren"),
		tell("its id has a form").
			when(register(func(e *CollectivityRegistered) { e.Collectivity = "fr-commune-99999" })).
			malformed("collectivity", "collectivity"),
		tell("all wrong fields are reported, the first").
			when(register(func(e *CollectivityRegistered) { e.SIREN, e.Region = "1", "AURA" })).
			malformed("siren", "siren"),
		tell("all wrong fields are reported, the second").
			when(register(func(e *CollectivityRegistered) { e.SIREN, e.Region = "1", "AURA" })).
			malformed("region", "region"),
		tell("a département has a code").
			when(register(func(e *CollectivityRegistered) { e.Departement = "Savoie" })).
			malformed("departement", "departement"),
		tell("an unsettled name is not a body").
			when(register(func(e *CollectivityRegistered) { e.Collectivity = "unsettled-bassens" })).
			refused(RuleIdentityForm, "collectivity"),
		tell("an EPCI has the SIREN of its id").
			when(RegisterCollectivity{CollectivityRegistered: CollectivityRegistered{
				Collectivity: riviera, Type: "epci", Name: "CA La Riviéra du Levant", SIREN: "217300086",
			}}).
			refused(RuleIdentityForm, "siren"),
		tell("an EPCI is entered").
			when(RegisterCollectivity{CollectivityRegistered: CollectivityRegistered{
				Collectivity: riviera, Type: "epci", Name: "CA La Riviéra du Levant", SIREN: "200041507", Departement: "971", Region: "01",
			}}).
			then(&CollectivityRegistered{
				Collectivity: riviera, Type: "epci", Name: "CA La Riviéra du Levant", SIREN: "200041507", Departement: "971", Region: "01",
			}),
		tell("a body that is gone says so").
			when(RegisterCollectivity{CollectivityRegistered: CollectivityRegistered{
				Collectivity: "fr-commune-76476-2015", Type: "commune", Name: "Notre-Dame-de-Gravenchon", INSEE: "76476",
			}}).
			refused(RuleIdentityForm, "inForce"),

		tell("another name is entered").
			given(registered(aix)).
			when(RecordName{NameRecorded: name}).
			then(&name),
		tell("a name is entered once").
			given(registered(aix), at(CollectivityStream(aix), &NameRecorded{Collectivity: aix, Name: "Aix les Bains"})).
			when(RecordName{NameRecorded: name}).
			refused(RuleOnce, "name"),
		tell("the official name is a name").
			given(registered(aix)).
			when(RecordName{NameRecorded: NameRecorded{Collectivity: aix, Name: "Name of fr-commune-73008"}}).
			refused(RuleOnce, "name"),
		tell("a name that became official is a name").
			given(registered(aix), at(CollectivityStream(aix), &CollectivityRenamed{Collectivity: aix, Name: "Aix"})).
			when(RecordName{NameRecorded: NameRecorded{Collectivity: aix, Name: "Aix"}}).
			refused(RuleOnce, "name"),
		tell("a name belongs to a body that was entered").
			when(RecordName{NameRecorded: name}).
			refused(RuleBodyFirst, "collectivity"),

		tell("a body changes its official name").
			given(registered(aix)).
			when(RenameCollectivity{CollectivityRenamed: CollectivityRenamed{Collectivity: aix, Name: "Aix-les-Thermes", On: "2024-01"}}).
			then(&CollectivityRenamed{Collectivity: aix, Name: "Aix-les-Thermes", On: "2024-01"}),
		tell("a body that was not entered has no name to change").
			when(RenameCollectivity{CollectivityRenamed: CollectivityRenamed{Collectivity: aix, Name: "Aix-les-Thermes"}}).
			refused(RuleBodyFirst, "collectivity"),

		tell("the communes of an EPCI are entered").
			given(registered(riviera)).
			when(RecordEPCIMembers{EPCIMembersRecorded: members}).
			then(&members),
		tell("a commune has no communes").
			given(registered(aix)).
			when(RecordEPCIMembers{EPCIMembersRecorded: with(members, func(e *EPCIMembersRecorded) { e.Collectivity = aix })}).
			refused(RuleBodyFirst, "collectivity"),
		tell("an EPCI that was not entered has no communes").
			when(RecordEPCIMembers{EPCIMembersRecorded: members}).
			refused(RuleBodyFirst, "collectivity"),
		tell("a commune is a member once").
			given(registered(riviera)).
			when(RecordEPCIMembers{EPCIMembersRecorded: with(members, func(e *EPCIMembersRecorded) { e.Members = []CollectivityID{aix, aix} })}).
			malformed("unique", "members"),
		tell("every member has an id").
			given(registered(riviera)).
			when(RecordEPCIMembers{EPCIMembersRecorded: with(members, func(e *EPCIMembersRecorded) { e.Members = []CollectivityID{aix, "Albi"} })}).
			malformed("collectivity", "members[1]"),

		tell("a population has a source").
			given(registered(aix), cited("insee-2020")).
			when(inhabitants(func(*PopulationRecorded) {})).
			then(&PopulationRecorded{Collectivity: aix, Value: 30463, Year: 2020, Source: "insee-2020"}),
		tell("or a reference").
			given(registered(aix)).
			when(inhabitants(func(e *PopulationRecorded) { e.Source, e.Reference = "", "territories" })).
			then(&PopulationRecorded{Collectivity: aix, Value: 30463, Year: 2020, Reference: "territories"}),
		tell("or both; nobody at all is a population too").
			given(registered(aix), cited("insee-2020")).
			when(inhabitants(func(e *PopulationRecorded) { e.Value, e.Reference = 0, "territories" })).
			then(&PopulationRecorded{Collectivity: aix, Value: 0, Year: 2020, Source: "insee-2020", Reference: "territories"}),
		tell("but not neither").
			given(registered(aix)).
			when(inhabitants(func(e *PopulationRecorded) { e.Source = "" })).
			refused(RuleSourceFirst, "source"),
		tell("its source was cited before").
			given(registered(aix)).
			when(inhabitants(func(*PopulationRecorded) {})).
			refused(RuleSourceFirst, "source"),
		tell("its body was entered before").
			given(cited("insee-2020")).
			when(inhabitants(func(*PopulationRecorded) {})).
			refused(RuleBodyFirst, "collectivity"),
		tell("it has a year").
			given(registered(aix), cited("insee-2020")).
			when(inhabitants(func(e *PopulationRecorded) { e.Year = 0 })).
			malformed("min", "year"),
	}
}
