package domain

import "strings"

const grille = "grille-2026"

// gridOf is the made-up grid of the stories: two stakes of one theme, and a service of each that applies to all, with one
// that applies to towns alone.
func gridOf(change func(*GridPublished)) GridPublished {
	return with(GridPublished{
		Grid: grille, Kind: "made-up",
		Themes: []Theme{{"vivre-ensemble", "Vivre ensemble"}},
		Stakes: []Stake{{"inclusion", "vivre-ensemble", "Inclusion"}, {"lien", "vivre-ensemble", "Lien social"}},
		Services: []Service{
			{ID: "ateliers", Stake: "inclusion", Name: "Ateliers"}, {ID: "bornes", Stake: "inclusion", Name: "Bornes", Kinds: []string{"ville"}},
			{ID: "agenda", Stake: "lien", Name: "Agenda"},
		},
		Thresholds: []Threshold{
			{Level: 1, Footing: Footing{Known: "assumed"}},
			{Level: 3, Services: 30, Stakes: 50, Footing: Footing{Known: "contested", Source: "one"}},
			{Level: 5, Services: 60, Stakes: 100, Assess: []string{"citizen-approach", "innovation"}, Footing: Footing{Known: "assumed"}},
		},
	}, change)
}

func gridded(change func(*GridPublished)) past {
	e := gridOf(change)
	return at(GridStream(e.Grid), &e)
}

func asItIs[T any](*T) {}

func regulationStories() []story {
	rules := func(change func(*RegulationPublished)) PublishRegulation {
		e := *ruledBy(asItIs[RegulationPublished]).event.(*RegulationPublished)
		return PublishRegulation{with(e, change)}
	}
	said := func(e *RegulationPublished) { e.Fee.Known, e.Fee.Source = "sourced", "one" }
	grid := func(change func(*GridPublished)) PublishGrid { return PublishGrid{gridOf(change)} }
	next := func(change func(*GridPublished)) PublishGrid {
		return grid(func(e *GridPublished) {
			e.Grid, e.Before, e.Mapping = "grille-2027", grille, []Correspondence{{"ateliers", "ateliers"}, {"ateliers", "agenda"}}
			change(e)
		})
	}
	return []story{
		tell("a regulation is published").
			when(rules(asItIs)).
			then(new(rules(asItIs).RegulationPublished)),
		tell("with the word of a source").
			given(cited("one")).
			when(rules(said)).
			then(new(rules(said).RegulationPublished)),
		tell("a regulation for the edition of next year").
			when(rules(func(e *RegulationPublished) { e.From = 28 })).
			then(new(rules(func(e *RegulationPublished) { e.From = 28 }).RegulationPublished)),
		tell("a regulation is published once").
			given(ruledBy(asItIs)).
			when(rules(asItIs)).
			refused(RuleOnce, "regulation"),
		tell("it holds from an edition that can be").
			when(rules(func(e *RegulationPublished) { e.From = 29 })).
			refused(RuleEditionPossible, "from"),
		tell("a sourced value names its source").
			when(rules(func(e *RegulationPublished) { e.Quorum.Known = "sourced" })).
			refused(RuleSourceFirst, "quorum.source"),
		tell("a contested value too").
			when(rules(func(e *RegulationPublished) { e.Elected.Known = "contested" })).
			refused(RuleSourceFirst, "elected.source"),
		tell("a source that was cited before").
			when(rules(said)).
			refused(RuleSourceFirst, "fee.source"),
		tell("a value rests on an article of the regulation").
			when(rules(func(e *RegulationPublished) { e.Notice.Article = "99" })).
			refused(RuleRegulationForm, "notice.article"),
		tell("the least level is a level").
			when(rules(func(e *RegulationPublished) { e.MinimumLevel.Value = 6 })).
			refused(RuleRegulationForm, "minimumLevel.value"),
		tell("a jury can reach the quorum").
			when(rules(func(e *RegulationPublished) { e.Quorum.Value = 201 })).
			refused(RuleRegulationForm, "quorum.value"),
		tell("and report on a candidacy").
			when(rules(func(e *RegulationPublished) { e.JurorsPerCandidacy.Value = 201 })).
			refused(RuleRegulationForm, "jurorsPerCandidacy.value"),
		tell("the greatest fee is not less than the least").
			when(rules(func(e *RegulationPublished) { e.Fee.Most = 4999 })).
			refused(RuleRegulationForm, "fee.most"),
		tell("it says for each value how it is known").
			when(rules(func(e *RegulationPublished) { e.Quorum.Known = "" })).
			malformed("required", "quorum.known"),
		tell("no two of its articles have one number").
			when(rules(func(e *RegulationPublished) { e.Articles = []Article{{"1", "fees"}, {"1", "jury"}} })).
			malformed("unique", "articles"),
		tell("its text has a hash").
			when(rules(func(e *RegulationPublished) { e.SHA256 = strings.Repeat("g", 64) })).
			malformed("sha256hex", "sha256"),
		tell("votes that are equal are decided in one of four ways").
			when(rules(func(e *RegulationPublished) { e.TieBreak.Value = "dice" })).
			malformed("oneof", "tieBreak.value"),

		tell("a grid is published").
			given(cited("one")).
			when(grid(asItIs)).
			then(new(grid(asItIs).GridPublished)),
		tell("once").
			given(cited("one"), gridded(asItIs)).
			when(grid(asItIs)).
			refused(RuleOnce, "grid"),
		tell("its values name their source").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Thresholds[2].Known = "sourced" })).
			refused(RuleSourceFirst, "thresholds[2].source"),
		tell("a source that is there").
			when(grid(asItIs)).
			refused(RuleSourceFirst, "thresholds[1].source"),
		tell("a stake belongs to a theme").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Stakes[1].Theme = "none" })).
			refused(RuleGridForm, "stakes[1].theme"),
		tell("a service belongs to a stake").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Services[2].Stake = "none" })).
			refused(RuleGridForm, "services[2].stake"),
		tell("thresholds stand in the order of levels").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Thresholds[2].Level = 2 })).
			refused(RuleGridForm, "thresholds[2].level"),
		tell("a higher level asks for no fewer services").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Thresholds[2].Services = 29 })).
			refused(RuleGridForm, "thresholds[2].level"),
		tell("and for no fewer stakes").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Thresholds[2].Stakes = 49 })).
			refused(RuleGridForm, "thresholds[2].level"),
		tell("no two services have one id").
			given(cited("one")).
			when(grid(func(e *GridPublished) { e.Services[1].ID = "ateliers" })).
			malformed("unique", "services"),

		tell("another version says what continues what").
			given(cited("one"), gridded(asItIs)).
			when(next(asItIs)).
			then(new(next(asItIs).GridPublished)),
		tell("of a version that was published").
			given(cited("one")).
			when(next(asItIs)).
			refused(RulePublishedFirst, "before"),
		tell("and not of itself").
			given(cited("one")).
			when(next(func(e *GridPublished) { e.Before = e.Grid })).
			refused(RuleGridForm, "before"),
		tell("the version before is named").
			given(cited("one"), gridded(asItIs)).
			when(next(func(e *GridPublished) { e.Before = "" })).
			refused(RuleGridForm, "mapping"),
		tell("what is continued was in it").
			given(cited("one"), gridded(asItIs)).
			when(next(func(e *GridPublished) { e.Mapping[0].From = "none" })).
			refused(RuleGridForm, "mapping[0].from"),
		tell("what continues it is in this one").
			given(cited("one"), gridded(asItIs)).
			when(next(func(e *GridPublished) { e.Mapping[1].To = "none" })).
			refused(RuleGridForm, "mapping[1].to"),
		tell("nothing is said twice").
			given(cited("one"), gridded(asItIs)).
			when(next(func(e *GridPublished) { e.Mapping[1] = e.Mapping[0] })).
			refused(RuleGridForm, "mapping[1]"),
	}
}
