package rest

import "arobase/api/ledger"

// The columns of every list. Their names are the paths of the same values in JSON, so that a reader of both needs one
// description; several values in one cell are divided by a bar.

var editionColumns = []column[ledger.EditionShort]{
	{"edition", func(e ledger.EditionShort) any { return e.Edition }},
	{"year", func(e ledger.EditionShort) any { return e.Year }},
	{"heldOn", func(e ledger.EditionShort) any { return e.HeldOn }},
	{"recorded", func(e ledger.EditionShort) any { return e.Recorded }},
	{"mentions", func(e ledger.EditionShort) any { return e.Mentions }},
	{"levels.1", level("1")}, {"levels.2", level("2")}, {"levels.3", level("3")}, {"levels.4", level("4")}, {"levels.5", level("5")},
	{"published.value", func(e ledger.EditionShort) any { return figure(e.Published).Value }},
	{"published.unit", func(e ledger.EditionShort) any { return figure(e.Published).Unit }},
	{"published.precision", func(e ledger.EditionShort) any { return figure(e.Published).Precision }},
	{"published.sources", func(e ledger.EditionShort) any { return joined(figure(e.Published).Sources) }},
	{"enumerated", func(e ledger.EditionShort) any { return e.Enumerated }},
}

func level(n string) func(ledger.EditionShort) any {
	return func(e ledger.EditionShort) any { return e.Levels[n] }
}

// figure is a figure whose value may be missing.
func figure(f *ledger.FigureView) ledger.PublishedView {
	if f == nil {
		return ledger.PublishedView{}
	}
	return ledger.PublishedView{Value: &f.Value, Unit: f.Unit, Precision: f.Precision, Sources: f.Sources}
}

func palmaresColumns(v ledger.PalmaresView) []column[ledger.PalmaresLine] {
	type line = ledger.PalmaresLine
	return append([]column[line]{
		{"edition", func(line) any { return v.Edition }},
		{"year", func(line) any { return v.Year }},
		{"collectivity", func(l line) any { return l.Collectivity }},
		{"name", func(l line) any { return l.Name }},
		{"kind", func(l line) any { return l.Kind }},
		{"departement.code", func(l line) any { return place(l.Departement).Code }},
		{"departement.name", func(l line) any { return place(l.Departement).Name }},
		{"region.code", func(l line) any { return place(l.Region).Code }},
		{"region.name", func(l line) any { return place(l.Region).Name }},
	}, awardColumns(func(l line) ledger.EditionView { return l.EditionView })...)
}

func historyColumns(v ledger.CollectivityView) []column[ledger.EditionView] {
	type line = ledger.EditionView
	return append([]column[line]{
		{"collectivity", func(line) any { return v.ID }},
		{"name", func(line) any { return v.Name }},
		{"edition", func(e line) any { return known(e.Edition) }},
		{"year", func(e line) any { return known(e.Year) }},
	}, awardColumns(func(e line) ledger.EditionView { return e })...)
}

// awardColumns say what a body holds in an edition and how that is known.
func awardColumns[T any](of func(T) ledger.EditionView) []column[T] {
	return []column[T]{
		{"status", func(v T) any { return of(v).Status }},
		{"distinction", func(v T) any { return of(v).Distinction }},
		{"level", func(v T) any { return of(v).Level }},
		{"derived", func(v T) any { return of(v).Derived }},
		{"mentions", func(v T) any { return joined(of(v).Mentions) }},
		{"sources", func(v T) any { return joined(sourcesOf(of(v).Facts)) }},
		{"events", func(v T) any { return joined(eventsOf(of(v))) }},
	}
}

// known is a number, or nothing where it is 0.
func known(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func place(p *ledger.Place) ledger.Place {
	if p == nil {
		return ledger.Place{}
	}
	return *p
}

func sourcesOf(facts []ledger.Fact) []string {
	var out []string
	known := map[string]bool{}
	for _, f := range facts {
		if !f.Retracted && !known[f.Source] {
			known[f.Source] = true
			out = append(out, f.Source)
		}
	}
	return out
}

// eventsOf are the records of what sources say, and of what the jury decided.
func eventsOf(e ledger.EditionView) []string {
	var out []string
	for _, f := range e.Facts {
		out = append(out, f.Event.String())
	}
	if e.Decision != nil {
		out = append(out, e.Decision.Event.String())
	}
	return out
}

var collectivityColumns = append([]column[ledger.CollectivityShort]{
	{"id", func(c ledger.CollectivityShort) any { return c.ID }},
	{"name", func(c ledger.CollectivityShort) any { return c.Name }},
	{"kind", func(c ledger.CollectivityShort) any { return c.Kind }},
	{"departement.code", func(c ledger.CollectivityShort) any { return place(c.Departement).Code }},
	{"departement.name", func(c ledger.CollectivityShort) any { return place(c.Departement).Name }},
	{"entered", func(c ledger.CollectivityShort) any { return c.Entered }},
}, append(
	heldColumns("current", func(c ledger.CollectivityShort) *ledger.Held { return c.Current }),
	heldColumns("lastKnown", func(c ledger.CollectivityShort) *ledger.Held { return c.LastKnown })...)...)

func heldColumns(name string, of func(ledger.CollectivityShort) *ledger.Held) []column[ledger.CollectivityShort] {
	held := func(c ledger.CollectivityShort) ledger.Held {
		if h := of(c); h != nil {
			return *h
		}
		return ledger.Held{}
	}
	return []column[ledger.CollectivityShort]{
		{name + ".edition", func(c ledger.CollectivityShort) any { return known(held(c).Edition) }},
		{name + ".year", func(c ledger.CollectivityShort) any { return known(held(c).Year) }},
		{name + ".distinction", func(c ledger.CollectivityShort) any { return held(c).Distinction }},
		{name + ".level", func(c ledger.CollectivityShort) any { return held(c).Level }},
		{name + ".status", func(c ledger.CollectivityShort) any { return held(c).Status }},
	}
}

func membershipColumns(v ledger.MembershipsView) []column[ledger.MembershipView] {
	type line = ledger.MembershipView
	of := func(m line) ledger.FeeCalculation {
		if m.Calculation == nil {
			return ledger.FeeCalculation{}
		}
		return *m.Calculation
	}
	return []column[line]{
		{"collectivity", func(line) any { return v.Collectivity }},
		{"name", func(line) any { return v.Name }},
		{"year", func(m line) any { return m.Year }},
		{"regulation", func(m line) any { return m.Regulation }},
		{"fee", func(m line) any { return m.Fee }},
		{"calculation.population", func(m line) any { return known(of(m).Population) }},
		{"calculation.populationYear", func(m line) any { return known(of(m).PopulationYear) }},
		{"reason", func(m line) any { return m.Reason }},
		{"paid", func(m line) any { return m.Paid }},
		{"corrected", func(m line) any { return len(m.Corrected) }},
		{"event", func(m line) any { return m.Event.String() }},
	}
}
