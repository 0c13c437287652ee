package domain

func editionStories() []story {
	const source SourceID = "tendance-ouest-2019"
	fact := func(change func(*CeremonyFactRecorded)) RecordCeremonyFact {
		return RecordCeremonyFact{with(CeremonyFactRecorded{
			Edition: 20, Attribute: "place", Value: Text("Paris"), Precision: "stated", Source: source,
		}, change)}
	}
	of := func(change func(*CeremonyFactRecorded)) *CeremonyFactRecorded {
		e := fact(func(e *CeremonyFactRecorded) { e.Occurred = "2019" }).CeremonyFactRecorded
		return new(with(e, change))
	}
	days := func(e *CeremonyFactRecorded) {
		e.Attribute, e.Value, e.On, e.Until = "date", nil, "2019-01-29", "2019-01-30"
	}
	number := func(e *CeremonyFactRecorded) { e.Attribute, e.Value, e.Number = "edition_number", nil, 20 }
	and := func(changes ...func(*CeremonyFactRecorded)) func(*CeremonyFactRecorded) {
		return func(e *CeremonyFactRecorded) {
			for _, change := range changes {
				change(e)
			}
		}
	}
	list := EditionEnumerated{Edition: 18, Source: source, Count: 163}

	return []story{
		tell("where a ceremony was").
			given(cited(source)).
			when(fact(func(*CeremonyFactRecorded) {})).
			then(of(func(*CeremonyFactRecorded) {})),
		tell("on which days").
			given(cited(source)).
			when(fact(days)).
			then(of(days)),
		tell("as which one").
			given(cited(source)).
			when(fact(number)).
			then(of(number)),
		tell("a place is not a number").
			given(cited(source)).
			when(fact(func(e *CeremonyFactRecorded) { e.Number = 20 })).
			refused(RuleCeremonyValue, "value"),
		tell("a place has a name").
			given(cited(source)).
			when(fact(func(e *CeremonyFactRecorded) { e.Value = nil })).
			refused(RuleCeremonyValue, "value"),
		tell("a date is a day").
			given(cited(source)).
			when(fact(and(days, func(e *CeremonyFactRecorded) { e.On, e.Until = "", "" }))).
			refused(RuleCeremonyValue, "value"),
		tell("and no text").
			given(cited(source)).
			when(fact(and(days, func(e *CeremonyFactRecorded) { e.Value = Text("in January") }))).
			refused(RuleCeremonyValue, "value"),
		tell("a ceremony ends after it begins").
			given(cited(source)).
			when(fact(and(days, func(e *CeremonyFactRecorded) { e.Until = "2019-01-28" }))).
			refused(RuleCeremonyValue, "until"),
		tell("a place does not end").
			given(cited(source)).
			when(fact(func(e *CeremonyFactRecorded) { e.Until = "2019-01-30" })).
			refused(RuleCeremonyValue, "until"),
		tell("a day exists").
			given(cited(source)).
			when(fact(and(days, func(e *CeremonyFactRecorded) { e.On, e.Until = "2019-02-29", "" }))).
			malformed("date", "on"),
		tell("its source was cited before").
			when(fact(func(*CeremonyFactRecorded) {})).
			refused(RuleSourceFirst, "source"),
		tell("an edition that cannot be has no ceremony").
			given(cited(source)).
			when(fact(func(e *CeremonyFactRecorded) { e.Edition = 29 })).
			refused(RuleEditionPossible, "edition"),
		tell("nor has one before the first").
			given(cited(source)).
			when(fact(func(e *CeremonyFactRecorded) { e.Edition = -1 })).
			refused(RuleEditionPossible, "edition"),
		tell("nor has no edition").
			given(cited(source)).
			when(fact(func(e *CeremonyFactRecorded) { e.Edition = 0 })).
			malformed("required", "edition"),

		tell("a source lists all holders").
			given(cited(source)).
			when(EnumerateEdition{list}).
			then(&list),
		tell("another source lists them too").
			given(cited(source), at(EditionStream(18), &EditionEnumerated{Edition: 18, Source: "other", Count: 162})).
			when(EnumerateEdition{list}).
			then(&list),
		tell("a source lists them once").
			given(cited(source), did(EnumerateEdition{list})).
			when(EnumerateEdition{list}).
			refused(RuleOnce, "source"),
		tell("a list has a source that was cited before").
			when(EnumerateEdition{list}).
			refused(RuleSourceFirst, "source"),
		tell("nobody lists an edition that cannot be").
			given(cited(source)).
			when(EnumerateEdition{with(list, func(e *EditionEnumerated) { e.Edition = 29 })}).
			refused(RuleEditionPossible, "edition"),
		tell("nor one without its number").
			given(cited(source)).
			when(EnumerateEdition{with(list, func(e *EditionEnumerated) { e.Edition = 0 })}).
			malformed("required", "edition"),
		tell("a list can be taken back").
			given(at(EditionStream(18), &list).called("list")).
			when(RetractRecord{In: EditionStream(18), RecordRetracted: RecordRetracted{Event: id("list"), Cause: "source-corrected"}}).
			then(&RecordRetracted{Event: id("list"), Cause: "source-corrected"}),
	}
}
