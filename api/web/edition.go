package web

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"arobase/api/ledger"
	"arobase/domain"
)

func yearOf(edition int) int { return domain.Edition(edition).Year() }

// editionsView is the list of editions.
type editionsView struct {
	Lines []editionLine
}

type editionLine struct {
	Year      int
	Ordinal   int
	Href      string
	Held      string
	Published string
	Sources   []cite
	Recorded  string
	Missing   bool // no source found for anything
}

func (s *site) editions(p *page) (any, error) {
	p.Title, p.Description = p.T("editions.title"), p.T("editions.description")
	known := p.editions()
	v := editionsView{}
	if len(known) == 0 {
		return v, nil
	}
	for n := known[0].Edition; n >= 1; n-- {
		line := editionLine{Year: yearOf(n), Ordinal: n, Missing: true}
		if i := slices.IndexFunc(known, func(e ledger.EditionShort) bool { return e.Edition == n }); i >= 0 {
			line = p.editionLine(known[i])
		}
		v.Lines = append(v.Lines, line)
	}
	return v, nil
}

func (p *page) editionLine(e ledger.EditionShort) editionLine {
	line := editionLine{Year: e.Year, Ordinal: e.Edition, Href: p.href("edition", fmt.Sprint(e.Edition)), Recorded: p.Int(e.Recorded)}
	if e.HeldOn != "" {
		line.Held = p.Date(e.HeldOn)
	}
	if f := e.Published; f != nil {
		line.Published = p.figure(f.Value, f.Unit, f.Precision)
		for _, s := range f.Sources {
			line.Sources = append(line.Sources, p.cite(s))
		}
	}
	return line
}

// editionView is one edition.
type editionView struct {
	Heading        string
	Lede           string
	Previous, Next *labelled
	Ceremony       []item
	Coverage       string
	CoverageNotes  []cite
	Groups         []levelGroup
	Mentions       []mentionGroup
	Figures        []item
	Scoped         []item
	Change         *change
	Rules          []ruleLine
	Reconciliation string
}

// ruleLine is a rule as a source tells it.
type ruleLine struct {
	Topic, Statement string
	Sources          []cite
}

func (s *site) edition(p *page) (any, error) {
	n, err := strconv.Atoi(p.here())
	if err != nil || strconv.Itoa(n) != p.here() {
		return nil, fmt.Errorf("edition %q: %w", p.here(), ledger.ErrUnknown)
	}
	e, err := s.Ledger.Edition(p.ctx, n, p.size)
	if err != nil {
		return nil, err
	}
	palmares, err := s.Ledger.Palmares(p.ctx, n, p.size)
	if err != nil {
		return nil, err
	}
	v := editionView{
		Heading: p.T("edition.heading", e.Year), Lede: p.T("edition.lede", n, e.Year), Coverage: p.coverage(e.EditionShort),
		Groups: p.groups(palmares.Lines), Mentions: p.mentions(palmares.Lines),
		Reconciliation: p.hrefWith("reconciliation", "", map[string][]string{"edition": {fmt.Sprint(n)}}),
	}
	if e.HeldOn != "" {
		v.Lede = p.T("edition.lede.held", n, p.Date(e.HeldOn))
	}
	p.Title, p.Description = v.Heading, v.Lede+" "+v.Coverage
	v.neighbours(p, n)
	for _, it := range e.Ceremony {
		v.Ceremony = append(v.Ceremony, p.item(it))
	}
	for _, it := range e.Figures {
		if it.Scope == "" {
			v.Figures = append(v.Figures, p.item(it))
		} else {
			v.Scoped = append(v.Scoped, p.item(it))
		}
	}
	if e.Published != nil {
		for i, source := range e.Published.Sources {
			c := p.cite(source, share(e.Published.Events, i, len(e.Published.Sources))...)
			c.Says = p.T("item.says", p.figure(e.Published.Value, e.Published.Unit, e.Published.Precision))
			v.CoverageNotes = append(v.CoverageNotes, c)
		}
	}
	for _, r := range e.Rules {
		v.addRule(p, r)
	}
	v.Change, err = p.change(n-1, n)
	return v, err
}

// addRule adds a rule once, with every source that tells it in the same words.
func (v *editionView) addRule(p *page, r ledger.RuleView) {
	source := p.cite(r.Source, r.Event)
	i := slices.IndexFunc(v.Rules, func(x ruleLine) bool { return x.Topic == p.topic(r.Topic) && x.Statement == r.Statement })
	if i < 0 {
		v.Rules = append(v.Rules, ruleLine{p.topic(r.Topic), r.Statement, []cite{source}})
		return
	}
	v.Rules[i].Sources = append(v.Rules[i].Sources, source)
}

// neighbours finds the editions before and after of which something is known.
func (v *editionView) neighbours(p *page, n int) {
	for _, e := range p.editions() { // the latest first
		to := &labelled{p.T("edition.short", e.Edition, e.Year), p.href("edition", fmt.Sprint(e.Edition))}
		switch {
		case e.Edition > n:
			v.Next = to
		case e.Edition < n && v.Previous == nil:
			v.Previous = to
		}
	}
}

func (t *tongue) topic(id string) string { return t.or("topic."+id, id) }

// change says what is known of what moved between two editions that follow each other, and why no more is.
type change struct {
	Heading          string
	Text             []string
	Reason           template.HTML
	Rose, Fell, Same []move
}

type move struct {
	Name, Href string
	From, To   mark
}

func (p *page) change(from, to int) (*change, error) {
	if from < 1 {
		return nil, nil
	}
	t, err := p.site.Ledger.Transitions(p.ctx, from, to, p.size)
	if err != nil {
		return nil, err
	}
	v := &change{Heading: p.T("change.heading", yearOf(from), yearOf(to)), Reason: p.prose(t.ReasonFR, t.Reason)}
	if t.Enumerated {
		v.Text = append(v.Text, p.N("change.entered", len(t.Entered)), p.N("change.left", len(t.Left)))
	}
	v.Text = append(v.Text, p.N("change.seen", t.Seen), p.N("change.compared", t.N))
	moves := func(all []ledger.MoveView) []move {
		var out []move
		for _, m := range all {
			out = append(out, move{
				m.Name, p.href("collectivity", m.Collectivity), p.mark("level", &m.From, "", false), p.mark("level", &m.To, "", false),
			})
		}
		return out
	}
	v.Rose, v.Fell, v.Same = moves(t.Rose), moves(t.Fell), moves(t.Same)
	return v, nil
}
