package domain

func awardStories() []story {
	const source SourceID = "villes-internet-2017-palmares"
	ready := []past{cited(source), registered(aix)}
	award := func(change func(*AwardRecorded)) RecordAward {
		return RecordAward{with(*awarded(source, level(5), Stated), change)}
	}
	mention := func(change func(*MentionRecorded)) RecordMention {
		return RecordMention{with(MentionRecorded{
			Mention: "teletravail", Label: Text("télétravail"), Holding: awarded(source, level(5), Stated).Holding,
		}, change)}
	}
	undated := func(stated string) Holding {
		return Holding{YearAsStated: stated, Collectivity: aix, Holder: "Aix-les-Bains", Certainty: Undated, Source: source}
	}
	// of is what a story expects: the event of the award, with the year of the ceremony.
	of := func(change func(*AwardRecorded)) *AwardRecorded {
		e := awarded(source, level(5), Stated)
		e.Occurred = "2017"
		change(e)
		return e
	}

	return []story{
		tell("a source says who received five arobases").
			given(ready...).
			when(award(func(*AwardRecorded) {})).
			then(of(func(*AwardRecorded) {})),
		tell("hors concours").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Award = horsConcours })).
			then(of(func(e *AwardRecorded) { e.Award = horsConcours })),
		tell("a label of a level that the source does not tell").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Award = unspecified })).
			then(of(func(e *AwardRecorded) { e.Award = unspecified })),
		tell("the day of an award is kept where it is known").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Occurred, e.Note = "2017-02-01", Text("at the ceremony") })).
			then(of(func(e *AwardRecorded) { e.Occurred, e.Note = "2017-02-01", Text("at the ceremony") })),
		tell("edition 11 is called 2010 by the press").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Edition, e.YearAsStated = 11, "2010" })).
			then(of(func(e *AwardRecorded) { e.Edition, e.YearAsStated, e.Occurred = 11, "2010", "2009" })),
		tell("an undated award has no edition and did not happen at any time we know").
			given(ready...).
			when(RecordAward{AwardRecorded{level(4), undated("2018|2024")}}).
			then(&AwardRecorded{level(4), undated("2018|2024")}),
		tell("the edition of the year to come can be entered").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Edition, e.YearAsStated = 28, "2027" })).
			then(of(func(e *AwardRecorded) { e.Edition, e.YearAsStated, e.Occurred = 28, "2027", "2027" })),

		tell("the one after it cannot").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Edition, e.YearAsStated = 29, "2028" })).
			refused(RuleEditionPossible, "edition"),
		tell("nor one before the first").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Edition, e.YearAsStated = -1, "1997" })).
			refused(RuleEditionPossible, "edition"),
		tell("there was no ceremony in 2010").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Edition, e.YearAsStated = 12, "2010" })).
			refused(RuleEditionYear, "edition"),
		tell("edition and year belong together").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.YearAsStated = "2016" })).
			refused(RuleEditionYear, "edition"),
		tell("an edition needs the year that the source gives").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.YearAsStated = "" })).
			refused(RuleEditionYear, "yearAsStated"),
		tell("a year is a year").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.YearAsStated = "MMXVII" })).
			malformed("year", "yearAsStated"),
		tell("an award of an edition is not undated").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Certainty = Undated })).
			refused(RuleEditionYear, "certainty"),
		tell("an award of no edition is undated").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Edition, e.YearAsStated = 0, "2017+" })).
			refused(RuleEditionYear, "certainty"),
		tell("a level has a number").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Level = 0 })).
			refused(RuleAwardForm, "level"),
		tell("hors concours has none").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Distinction = DistinctionHorsConcours })).
			refused(RuleAwardForm, "level"),
		tell("there is no sixth arobase").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Level = 6 })).
			malformed("level", "level"),
		tell("a distinction is one of three").
			given(ready...).
			when(award(func(e *AwardRecorded) { e.Award = Award{Distinction: "gold"} })).
			malformed("oneof", "distinction"),
		tell("the source was cited before").
			given(registered(aix)).
			when(award(func(*AwardRecorded) {})).
			refused(RuleSourceFirst, "source"),
		tell("the holder was entered before").
			given(cited(source)).
			when(award(func(*AwardRecorded) {})).
			refused(RuleBodyFirst, "holder"),

		tell("a source tells a mention").
			given(ready...).
			when(mention(func(*MentionRecorded) {})).
			then(new(with(MentionRecorded{
				Mention: "teletravail", Label: Text("télétravail"), Holding: awarded(source, level(5), Stated).Holding,
			}, func(e *MentionRecorded) { e.Occurred = "2017" }))),
		tell("a mention is not of an edition that cannot be").
			given(ready...).
			when(mention(func(e *MentionRecorded) { e.Edition = 400 })).
			refused(RuleEditionPossible, "edition"),
		tell("a mention has an id").
			given(ready...).
			when(mention(func(e *MentionRecorded) { e.Mention = "Télétravail" })).
			malformed("mention", "mention"),
		tell("a mention cites a source that was entered").
			given(registered(aix)).
			when(mention(func(*MentionRecorded) {})).
			refused(RuleSourceFirst, "source"),
		tell("a mention is of a body that was entered").
			given(cited(source)).
			when(mention(func(*MentionRecorded) {})).
			refused(RuleBodyFirst, "holder"),
		tell("a mention's edition and year belong together").
			given(ready...).
			when(mention(func(e *MentionRecorded) { e.YearAsStated = "2016" })).
			refused(RuleEditionYear, "edition"),
	}
}
