package web

import (
	"fmt"
	"html/template"
	"slices"

	"arobase/api/ledger"
)

// home is the view of the first page: the search, the founding answer, the series, what the ledger holds.
type home struct {
	Examples []labelled
	Founding *founding
	Series   []chart
	Current  *latest // the edition that is run here now
	Latest   *latest
	Holds    []count
	Seal     seal
}

type labelled struct{ Text, Href string }

type count struct{ Text, Href string }

// founding is the answer that the ledger was made for: how many hold 4 or 5 arobases, in two editions that follow.
type founding struct {
	Heading string
	Text    []template.HTML
	Notes   []cite
}

// latest is the last edition of which anything is known.
type latest struct {
	Heading, Href string
	See           string // what the link is called
	Text          []template.HTML
	Notes         []cite
}

func (s *site) home(p *page) (any, error) {
	p.Title, p.Description = p.T("home.title"), p.T("home.description")
	v := home{Seal: p.seal(), Current: p.underWay()}
	series, err := p.points()
	if err != nil {
		return nil, err
	}
	of := func(metric string) []ledger.PointView {
		return slices.DeleteFunc(slices.Clone(series), func(pt ledger.PointView) bool { return pt.Metric != metric })
	}
	for _, c := range s.Ledger.Short(p.ctx, []string{"fr-commune-92072", "unsettled-bassens", "fr-commune-76476"}, p.size) {
		v.Examples = append(v.Examples, labelled{c.Name, p.href("collectivity", c.ID)})
	}
	high := of("level4to5")
	if v.Founding, err = p.founding(high); err != nil {
		return nil, err
	}
	for _, metric := range []string{"level4to5", "labelled"} {
		points := of(metric)
		if len(points) == 0 {
			continue
		}
		c := p.series(metric, p.T("series."+metric+".title", points[0].Year, points[len(points)-1].Year), points)
		c.Href = p.hrefWith("trends", "", map[string][]string{"metric": {metric}})
		v.Series = append(v.Series, c)
	}
	for i := range max(len(v.Series)-1, 0) {
		v.Series[i].Brief = true
	}
	editions := p.editions()
	v.Holds = p.holds(editions)
	if v.Latest, err = p.latest(editions); err != nil {
		return nil, err
	}
	return v, nil
}

// foundingEditions are the two that the question is about.
var foundingEditions = [2]int{17, 18}

// founding states the answer and what contradicts it. Nil where the ledger does not hold both figures as of this page.
func (p *page) founding(points []ledger.PointView) (*founding, error) {
	var before, after *ledger.PointView
	for i := range points {
		switch points[i].Edition {
		case foundingEditions[0]:
			before = &points[i]
		case foundingEditions[1]:
			after = &points[i]
		}
	}
	if before == nil || after == nil || before.Published.Value == nil || after.Published.Value == nil {
		return nil, nil
	}
	f := &founding{Heading: p.T("founding.heading",
		p.Quantity(*after.Published.Value, after.Published.Unit, after.Published.Precision), after.Year, p.Number(*before.Published.Value), before.Year)}
	f.Text = append(f.Text, p.H("founding.text",
		p.Number(*after.Published.Value), link(p.href("edition", "18"), p.Edition(after.Edition, after.Year)),
		p.Number(*before.Published.Value), link(p.href("edition", "17"), p.Edition(before.Edition, before.Year)),
		p.names(after.Published.Sources)))
	items, err := p.site.Ledger.Reconciliation(p.ctx, before.Edition, p.size)
	if err != nil {
		return nil, fmt.Errorf("reading the reconciliation for the home page: %w", err)
	}
	for _, it := range items.Items {
		if it.Metric == "level4to5" && it.Scope == "" {
			f.Text = append(f.Text, p.foundingDoubt(it, items.Items)...)
		}
	}
	f.Text = append(f.Text, p.H("founding.percent", p.totals(before.Edition, after.Edition)))
	f.Notes = p.foundingNotes(*before, *after)
	return f, nil
}

// foundingDoubt says what contradicts the figure of the first edition.
func (p *page) foundingDoubt(it ledger.ItemView, all []ledger.ItemView) []template.HTML {
	var out []template.HTML
	to := link(p.hrefWith("reconciliation", "", map[string][]string{"edition": {fmt.Sprint(it.Edition)}})+"#"+itemID(it), p.T("founding.see"))
	for _, f := range it.Figures {
		if f.Precision != "derived" {
			continue
		}
		parts := p.parts(all, f.Source)
		if parts == "" || it.Verdict != "contradicts" {
			continue
		}
		fits := ""
		if slices.ContainsFunc(it.Hypotheses, func(h ledger.HypothesisView) bool { return h.Fits != nil && *h.Fits }) {
			fits = p.T("founding.hypothesis")
		}
		return append(out, p.H("founding.doubt", parts, p.Number(f.Value), p.Unit(f.Unit), p.T("verdict."+it.Verdict), fits, to))
	}
	return append(out, p.H("founding.see.sentence", to))
}

// parts writes the levels that were added up: 25 + 30.
func (p *page) parts(all []ledger.ItemView, source string) string {
	var out []string
	for _, metric := range []string{"level4", "level5"} {
		for _, it := range all {
			for _, f := range it.Figures {
				if it.Metric == metric && it.Scope == "" && f.Source == source {
					out = append(out, p.Number(f.Value))
				}
			}
		}
	}
	if len(out) != 2 {
		return ""
	}
	return out[0] + " + " + out[1]
}

// totals names the totals of two editions that a share would need.
func (p *page) totals(editions ...int) string {
	var out []string
	for _, e := range p.editions() {
		if slices.Contains(editions, e.Edition) && e.Published != nil {
			out = append(out, p.T("founding.total", p.Quantity(e.Published.Value, e.Published.Unit, e.Published.Precision), e.Year))
		}
	}
	slices.Reverse(out)
	return p.List(out)
}

func (p *page) foundingNotes(before, after ledger.PointView) []cite {
	var out []cite
	add := func(pt ledger.PointView, f ledger.FigureView) {
		for i, s := range f.Sources {
			c := p.cite(s, share(f.Events, i, len(f.Sources))...)
			c.Says = p.T("founding.says", p.Figure(f.Value, f.Unit, f.Precision), pt.Year)
			out = append(out, c)
		}
	}
	for _, pt := range []ledger.PointView{after, before} {
		add(pt, ledger.FigureView{Value: *pt.Published.Value, Unit: pt.Published.Unit, Precision: pt.Published.Precision, Sources: pt.Published.Sources, Events: pt.Published.Events})
		for _, a := range pt.Published.Alternatives {
			add(pt, a)
		}
	}
	return out
}

// latest tells of the last edition.
func (p *page) latest(editions []ledger.EditionShort) (*latest, error) {
	if len(editions) == 0 {
		return nil, nil
	}
	e := editions[0]
	v := &latest{Heading: p.T("home.latest", e.Edition, e.Year), Href: p.href("edition", fmt.Sprint(e.Edition)), See: p.T("home.latest.see")}
	r, err := p.site.Ledger.Reconciliation(p.ctx, e.Edition, p.size)
	if err != nil {
		return nil, fmt.Errorf("reading the day of the latest ceremony: %w", err)
	}
	if days := p.contestedDays(r.Items)[e.Edition]; days != "" {
		v.Text = append(v.Text, p.H("home.latest.held", p.T("held.on.contested", days)))
	} else if e.HeldOn != "" {
		v.Text = append(v.Text, p.H("home.latest.held", p.Date(e.HeldOn)))
	}
	v.Text = append(v.Text, template.HTML(template.HTMLEscapeString(p.coverage(e)))) // escaped
	if e.Published != nil {
		for i, s := range e.Published.Sources {
			v.Notes = append(v.Notes, p.cite(s, share(e.Published.Events, i, len(e.Published.Sources))...))
		}
	}
	return v, nil
}

// coverage says how much of an edition the ledger holds by name, without comparing what is counted in different units.
func (p *page) coverage(e ledger.EditionShort) string {
	names := p.N("names.recorded", e.Recorded)
	switch f := e.Published; {
	case e.Enumerated:
		return p.T("coverage.whole", names)
	case f == nil && p.undecided(e.Edition) != "":
		return p.T("coverage.undecided", names, p.undecided(e.Edition))
	case f == nil:
		return p.T("coverage.unknown", names)
	case f.Unit == "":
		return p.T("coverage.unsaid", names, p.Quantity(f.Value, f.Unit, f.Precision))
	case f.Unit != "collectivities":
		return p.T("coverage.units", names, p.Quantity(f.Value, f.Unit, f.Precision))
	default:
		return p.T("coverage.of", names, p.Quantity(f.Value, f.Unit, f.Precision))
	}
}

// holds counts what is in the ledger.
func (p *page) holds(editions []ledger.EditionShort) []count {
	labels, mentions := 0, 0
	for _, e := range editions {
		labels += e.Recorded
		mentions += e.Mentions
	}
	out := []count{
		{p.N("holds.editions", len(editions)), p.href("editions", "")},
		{p.N("holds.labels", labels), ""},
		{p.N("holds.mentions", mentions), ""},
		{p.N("holds.collectivities", p.holdings().collectivities), ""},
		{p.N("holds.sources", p.holdings().sources), p.href("sources", "")},
		{p.N("holds.records", int(p.size)), p.href("register", "")},
	}
	if rendered := len(p.rendered()); rendered > 0 {
		out = append(out, count{p.N("holds.services", rendered), p.href("actions", "")})
	}
	return out
}
