package domain

func figureStories() []story {
	const source SourceID = "sodigital-2016"
	figure := func(change func(*FigurePublished)) PublishFigure {
		return PublishFigure{with(FigurePublished{
			Edition: 17, YearAsStated: "2016", Metric: "labelled", Number: Number{Value: 163}, Precision: Exact, Unit: "collectivities", Source: source,
		}, change)}
	}
	of := func(change func(*FigurePublished)) *FigurePublished {
		e := figure(func(e *FigurePublished) { e.Occurred = "2016" }).FigurePublished
		return new(with(e, change))
	}
	published := at(FiguresStream(17), of(func(*FigurePublished) {})).called("figure")
	retract := RetractFigure{Edition: 17, FigureRetracted: FigureRetracted{Event: id("figure"), Cause: "transcription"}}
	because := func(change func(*ExplanationProposed)) ProposeExplanation {
		return ProposeExplanation{with(ExplanationProposed{
			Edition: 17, Metric: "level4to5", Kind: "hypothesis", Test: "plus-hors-concours", Text: Text("Issy est hors concours"),
		}, change)}
	}
	rule := func(change func(*RuleRecorded)) RecordRule {
		return RecordRule{with(RuleRecorded{
			Edition: 17, YearAsStated: "2016", Topic: "grid", Statement: Text("131 services"), Source: source,
		}, change)}
	}

	return []story{
		tell("a source gives a number").
			given(cited(source)).
			when(figure(func(*FigurePublished) {})).
			then(of(func(*FigurePublished) {})),
		tell("of a region").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Scope = "region:Île-de-France" })).
			then(of(func(e *FigurePublished) { e.Scope = "region:Île-de-France" })),
		tell("none is a number").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Value = 0 })).
			then(of(func(e *FigurePublished) { e.Value = 0 })),
		tell("of no edition").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Edition, e.YearAsStated = 0, "2000-2005" })).
			then(of(func(e *FigurePublished) { e.Edition, e.YearAsStated, e.Occurred = 0, "2000-2005", "" })),
		tell("not before it was cited").
			when(figure(func(*FigurePublished) {})).
			refused(RuleSourceFirst, "source"),
		tell("not for an edition that cannot be").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Edition = 29 })).
			refused(RuleEditionPossible, "edition"),
		tell("not for the edition of another year").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Edition = 18 })).
			refused(RuleEditionYear, "edition"),
		tell("a scope says of what").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Scope = "Île-de-France" })).
			malformed("scope", "scope"),
		tell("a unit is in lower case").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Unit = "Communes" })).
			malformed("unit", "unit"),
		tell("a number is one that every program can hold").
			given(cited(source)).
			when(figure(func(e *FigurePublished) { e.Value = 1 << 53 })).
			malformed("max", "value"),

		tell("a figure is taken back").
			given(published).
			when(retract).
			then(&retract.FigureRetracted),
		tell("once").
			given(published, did(retract)).
			when(retract).
			refused(RuleFactExists, "event"),
		tell("not one that is not there").
			when(retract).
			refused(RuleFactExists, "event"),

		tell("an explanation is a hypothesis").
			when(because(func(*ExplanationProposed) {})).
			then(new(because(func(*ExplanationProposed) {}).ExplanationProposed)),
		tell("or established by a source").
			given(cited(source)).
			when(because(func(e *ExplanationProposed) {
				e.Kind, e.Source, e.TextEN = "established", source, Text("Issy is hors concours")
			})).
			then(new(because(func(e *ExplanationProposed) {
				e.Kind, e.Source, e.TextEN = "established", source, Text("Issy is hors concours")
			}).ExplanationProposed)),
		tell("but not by nobody").
			when(because(func(e *ExplanationProposed) { e.Kind = "established" })).
			refused(RuleHypothesis, "source"),
		tell("nor by a source that was not cited").
			when(because(func(e *ExplanationProposed) { e.Kind, e.Source = "established", source })).
			refused(RuleSourceFirst, "source"),
		tell("an edition that cannot be needs no explanation").
			when(because(func(e *ExplanationProposed) { e.Edition = 29 })).
			refused(RuleEditionPossible, "edition"),
		tell("an explanation explains").
			when(because(func(e *ExplanationProposed) { e.Text = nil })).
			malformed("required", "text"),

		tell("a source tells a rule of the label").
			given(cited(source)).
			when(rule(func(*RuleRecorded) {})).
			then(new(with(rule(func(*RuleRecorded) {}).RuleRecorded, func(e *RuleRecorded) { e.Occurred = "2016" }))),
		tell("a rule of every edition").
			given(cited(source)).
			when(rule(func(e *RuleRecorded) { e.Edition, e.YearAsStated = 0, "2017+" })).
			then(new(rule(func(e *RuleRecorded) { e.Edition, e.YearAsStated = 0, "2017+" }).RuleRecorded)),
		tell("a rule has a source that was cited before").
			when(rule(func(*RuleRecorded) {})).
			refused(RuleSourceFirst, "source"),
		tell("a rule is not of an edition that cannot be").
			given(cited(source)).
			when(rule(func(e *RuleRecorded) { e.Edition = 29 })).
			refused(RuleEditionPossible, "edition"),
		tell("nor of the edition of another year").
			given(cited(source)).
			when(rule(func(e *RuleRecorded) { e.Edition = 18 })).
			refused(RuleEditionYear, "edition"),
		tell("a rule is about a topic").
			given(cited(source)).
			when(rule(func(e *RuleRecorded) { e.Topic = "The grid" })).
			malformed("slug", "topic"),
	}
}
