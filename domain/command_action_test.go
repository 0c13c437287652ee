package domain

func actionStories() []story {
	const action ActionID = "aix-ateliers"
	particulars := ActionParticulars{Grid: grille, Services: []string{"ateliers", "agenda"}, StartedOn: "2025-10", OperatorKind: "association", Title: Text("Ateliers")}
	declare := func(change func(*ActionDeclared)) DeclareAction {
		return DeclareAction{with(ActionDeclared{Action: action, Collectivity: aix, ActionParticulars: particulars}, change)}
	}
	amend := func(change func(*ActionAmended)) AmendAction {
		return AmendAction{with(ActionAmended{Action: action, ActionParticulars: particulars}, change)}
	}
	confirm := func(on string) ConfirmAction {
		return ConfirmAction{ActionConfirmed: ActionConfirmed{Action: action, On: on}}
	}
	end := func(on string) EndAction { return EndAction{ActionEnded: ActionEnded{Action: action, On: on}} }
	ready := []past{gridded(asItIs), registered(aix)}
	declared := append(ready, did(declare(asItIs)))
	ended := append(declared, did(end("2026-05")))

	return []story{
		tell("an action is declared").
			given(ready...).
			when(declare(asItIs)).
			then(new(declare(asItIs).ActionDeclared)),
		tell("that has ended").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.EndedOn = "2026-06-01" })).
			then(new(declare(func(e *ActionDeclared) { e.EndedOn = "2026-06-01" }).ActionDeclared)),
		tell("that began this year").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.StartedOn = "2026" })).
			then(new(declare(func(e *ActionDeclared) { e.StartedOn = "2026" }).ActionDeclared)),
		tell("once").
			given(declared...).
			when(declare(asItIs)).
			refused(RuleOnce, "action"),
		tell("by a collectivity that was entered").
			given(gridded(asItIs)).
			when(declare(asItIs)).
			refused(RuleBodyFirst, "collectivity"),
		tell("by a grid that was published").
			given(registered(aix)).
			when(declare(asItIs)).
			refused(RulePublishedFirst, "grid"),
		tell("for services of that grid").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.Services = []string{"ateliers", "fibre"} })).
			refused(RuleService, "services[1]"),
		tell("once it runs").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.StartedOn = "2026-06-02" })).
			refused(RuleActionDays, "startedOn"),
		tell("with an end once it has ended").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.EndedOn = "2026-07" })).
			refused(RuleActionDays, "endedOn"),
		tell("it ends after it begins").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.EndedOn = "2025-09-30" })).
			refused(RuleActionDays, "endedOn"),
		tell("evidence can be found").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.Evidence = []Evidence{{URL: "https://example.org"}, {}} })).
			malformed("evidence", "evidence[1]"),
		tell("an action has a title").
			given(ready...).
			when(declare(func(e *ActionDeclared) { e.Title = nil })).
			malformed("required", "title"),

		tell("an action is amended").
			given(declared...).
			when(amend(func(e *ActionAmended) { e.Services = []string{"bornes"} })).
			then(new(amend(func(e *ActionAmended) { e.Services = []string{"bornes"} }).ActionAmended)),
		tell("and carried over to another grid").
			given(declared...).
			given(gridded(func(e *GridPublished) { e.Grid = "grille-2027" })).
			when(amend(func(e *ActionAmended) { e.Grid = "grille-2027" })).
			then(new(amend(func(e *ActionAmended) { e.Grid = "grille-2027" }).ActionAmended)),
		tell("that was published").
			given(declared...).
			when(amend(func(e *ActionAmended) { e.Grid = "grille-2027" })).
			refused(RulePublishedFirst, "grid"),
		tell("an amended action renders services of its grid").
			given(declared...).
			when(amend(func(e *ActionAmended) { e.Services = []string{"fibre"} })).
			refused(RuleService, "services[0]"),
		tell("an amended action has begun").
			given(declared...).
			when(amend(func(e *ActionAmended) { e.StartedOn = "2027" })).
			refused(RuleActionDays, "startedOn"),
		tell("what was not declared is not amended").
			given(ready...).
			when(amend(asItIs)).
			refused(RuleActionFirst, "action"),
		tell("nor what was ended").
			given(ended...).
			when(amend(asItIs)).
			refused(RuleActionOngoing, "action"),
		tell("amended evidence can be found").
			given(declared...).
			when(amend(func(e *ActionAmended) { e.Evidence = []Evidence{{}} })).
			malformed("evidence", "evidence[0]"),

		tell("an action still runs").
			given(declared...).
			when(confirm("2026-06-01")).
			then(&ActionConfirmed{Action: action, On: "2026-06-01"}),
		tell("not on days to come").
			given(declared...).
			when(confirm("2026-06-02")).
			refused(RuleActionDays, "on"),
		tell("not before it began").
			given(declared...).
			when(confirm("2025-09-30")).
			refused(RuleActionDays, "on"),
		tell("not before it was confirmed last").
			given(declared...).
			given(did(confirm("2026-05-02"))).
			when(confirm("2026-05-01")).
			refused(RuleActionDays, "on"),
		tell("what was not declared does not run").
			when(confirm("2026-06-01")).
			refused(RuleActionFirst, "action"),
		tell("nor what was ended runs").
			given(ended...).
			when(confirm("2026-06-01")).
			refused(RuleActionOngoing, "action"),
		tell("nor what has ended by its particulars").
			given(ready...).
			given(did(declare(func(e *ActionDeclared) { e.EndedOn = "2026-01" }))).
			when(confirm("2026-06-01")).
			refused(RuleActionOngoing, "action"),

		tell("an action ends").
			given(declared...).
			when(end("2026-05")).
			then(&ActionEnded{Action: action, On: "2026-05"}),
		tell("an action ends once").
			given(ended...).
			when(end("2026-05")).
			refused(RuleActionOngoing, "action"),
		tell("what was not declared does not end").
			when(end("2026-05")).
			refused(RuleActionFirst, "action"),
		tell("it does not end in days to come").
			given(declared...).
			when(end("2027")).
			refused(RuleActionDays, "on"),
		tell("it does not end before it begins").
			given(declared...).
			when(end("2025-09")).
			refused(RuleActionDays, "on"),
	}
}
