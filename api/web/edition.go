package web

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"arobase/api/ledger"
	"arobase/domain"
)

func yearOf(edition int) int { return domain.Edition(edition).Year() }

// editionsView is the list of editions.
type editionsView struct {
	Lines    []editionLine
	Download string
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
	Open      bool // it is run here, and nothing of its results is public
	// Undecided are totals of which none stands for the edition, joined.
	Undecided string
	// Gap says that the year without an edition comes next.
	Gap bool
}

func (s *site) editions(p *page) (any, error) {
	p.Title, p.Description = p.T("editions.title"), p.T("editions.description")
	known := p.editions()
	v := editionsView{Download: p.download("editions")}
	for _, r := range s.Ledger.Runs(p.ctx, p.size) {
		if p.editionKnown(r.Edition) == nil {
			v.Lines = append(v.Lines, editionLine{
				Year: r.Year, Ordinal: r.Edition, Href: p.href("edition", fmt.Sprint(r.Edition)), Held: p.runState(r), Open: true,
			})
		}
	}
	if len(known) == 0 {
		return v, nil
	}
	all, err := s.Ledger.Reconciliation(p.ctx, 0, p.size)
	if err != nil {
		return nil, fmt.Errorf("reading the days of the ceremonies: %w", err)
	}
	contested := p.contestedDays(all.Items)
	for n := known[0].Edition; n >= 1; n-- {
		line := editionLine{Year: yearOf(n), Ordinal: n, Href: p.href("edition", fmt.Sprint(n)), Missing: true}
		if i := slices.IndexFunc(known, func(e ledger.EditionShort) bool { return e.Edition == n }); i >= 0 {
			line = p.editionLine(known[i])
		}
		if days := contested[n]; days != "" {
			line.Held = p.T("held.on.contested", days)
		}
		line.Gap = yearOf(n-1) != 0 && yearOf(n-1) < yearOf(n)-1
		v.Lines = append(v.Lines, line)
	}
	return v, nil
}

func (p *page) editionLine(e ledger.EditionShort) editionLine {
	line := editionLine{Year: e.Year, Ordinal: e.Edition, Href: p.href("edition", fmt.Sprint(e.Edition)), Recorded: p.Int(e.Recorded)}
	decided := p.decidedHere(e.Edition)
	switch {
	case e.HeldOn != "":
		line.Held = p.Date(e.HeldOn)
	case decided != nil:
		line.Held = p.Date(decided.Published.On)
	}
	if f := e.Published; f == nil && decided != nil {
		line.Published = p.N("editions.decided", e.Recorded)
	} else if f != nil {
		line.Published = p.Figure(f.Value, f.Unit, f.Precision)
		for _, s := range f.Sources {
			line.Sources = append(line.Sources, p.cite(s))
		}
	} else {
		line.Undecided = p.undecided(e.Edition)
	}
	return line
}

// undecided gives the totals of an edition of which none stands for it, "" where no source gives any.
func (p *page) undecided(edition int) string {
	points, err := p.points()
	if err != nil {
		return ""
	}
	var out []string
	for _, pt := range points {
		if pt.Edition != edition || pt.Metric != "labelled" {
			continue
		}
		for _, a := range pt.Published.Alternatives {
			out = append(out, p.Figure(a.Value, a.Unit, a.Precision))
		}
	}
	return strings.Join(out, p.T("or"))
}

// contestedDays gives the days of the ceremonies on which sources contradict each other, by edition. None of them is the
// day.
func (p *page) contestedDays(items []ledger.ItemView) map[int]string {
	out := map[int]string{}
	for _, it := range items {
		if it.Metric != "ceremony_date" || it.Verdict != "contradicts" {
			continue
		}
		var days []string
		for _, st := range it.Statements {
			if day := p.statement(it.Metric, st.Value); st.Precision != "announced" && !slices.Contains(days, day) {
				days = append(days, day)
			}
		}
		out[it.Edition] = strings.Join(days, p.T("or"))
	}
	return out
}

// editionView is one edition.
type editionView struct {
	Heading        string
	Contents       []labelled
	Download       string
	Empty          bool // no source found for anything
	MentionsText   string
	Known          bool // something is known of its results
	Names          string
	NamesText      string
	Run            *runPart
	Lede           string
	Previous, Next *labelled
	Ceremony       []item
	Coverage       string
	CoverageNotes  []cite
	Groups         []levelGroup
	Palmares       string // the address of the names, to filter and sort
	Minutes        string // of the deliberation, where it was held here and its palmarès is published; else ""
	More           string // says that only the first names are here, "" where they all are
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
	run, err := p.run(n)
	if err != nil {
		return nil, err
	}
	e := p.editionKnown(n)
	switch {
	case e == nil && run != nil:
		v := editionView{Heading: p.T("edition.heading", yearOf(n)), Lede: p.T("edition.lede.run", n), Run: run}
		p.Title, p.Description = v.Heading, v.Lede+" "+run.State
		v.neighbours(p, n)
		v.contents(p)
		return v, nil
	case e == nil:
		return p.unknownEdition(n)
	}
	said, err := s.Ledger.Reconciliation(p.ctx, n, p.size)
	if err != nil {
		return nil, err
	}
	var ceremony, published []ledger.ItemView
	for _, it := range said.Items {
		if len(it.Statements) > 0 {
			ceremony = append(ceremony, it)
		} else {
			published = append(published, it)
		}
	}
	lines, more := p.firstLines(n)
	v := editionView{
		Heading: p.T("edition.heading", e.Year), Lede: p.T("edition.lede", n, e.Year), Coverage: p.coverage(*e),
		Run: run, Known: true, Groups: p.groups(lines), Mentions: p.mentions(lines), More: more,
		Reconciliation: p.hrefWith("reconciliation", "", map[string][]string{"edition": {fmt.Sprint(n)}}),
	}
	v.Names, v.NamesText = p.namesHeading(n)
	if days := p.contestedDays(ceremony)[n]; days != "" {
		v.Lede = p.T("edition.lede.contested", n, days)
	} else if run != nil {
		v.Lede = p.T("edition.lede.run", n)
	} else if e.HeldOn != "" {
		v.Lede = p.T("edition.lede.held", n, p.Date(e.HeldOn))
	}
	p.Title, p.Description = v.Heading, v.Lede+" "+v.Coverage
	v.neighbours(p, n)
	for _, it := range ceremony {
		v.Ceremony = append(v.Ceremony, p.item(it))
	}
	for _, it := range published {
		if it.Scope == "" {
			v.Figures = append(v.Figures, p.item(it))
		} else {
			v.Scoped = append(v.Scoped, p.item(it))
		}
	}
	if e.Published != nil {
		for i, source := range e.Published.Sources {
			c := p.cite(source, share(e.Published.Events, i, len(e.Published.Sources))...)
			c.Says = p.T("item.says", p.Figure(e.Published.Value, e.Published.Unit, e.Published.Precision))
			v.CoverageNotes = append(v.CoverageNotes, c)
		}
	}
	for _, r := range s.Ledger.Rules(p.ctx, p.size) {
		if r.Edition == n {
			v.addRule(p, r)
		}
	}
	if n > 1 {
		moved, err := p.between(n-1, n, "")
		if err != nil {
			return nil, err
		}
		v.Change = p.change(moved)
	}
	v.Palmares = p.href("palmares", fmt.Sprint(n))
	if p.asOf == "" && s.Ledger.Published(domain.Edition(n)) {
		v.Minutes = p.href("minutes", fmt.Sprint(n))
	}
	v.Download = p.download("editions/" + fmt.Sprint(n) + "/palmares")
	v.contents(p)
	return v, nil
}

// namesHeading is what stands above the names of an edition, and whose names they are: those that sources name, or all
// that a jury decided here.
func (p *page) namesHeading(n int) (heading, text string) {
	if p.decidedHere(n) != nil {
		return p.T("edition.decided"), p.T("edition.decided.text")
	}
	return p.T("edition.palmares"), p.T("edition.palmares.text")
}

// unknownEdition is the page of an edition that was held before the latest known one and of which no source was found. A
// year in place of an ordinal leads to the edition of that year.
func (p *page) unknownEdition(n int) (any, error) {
	known := p.editions()
	switch {
	case len(known) == 0:
	case n >= 1 && n <= known[0].Edition:
		v := editionView{Heading: p.T("edition.heading", yearOf(n)), Lede: p.T("edition.lede.empty", n), Empty: true}
		p.Title, p.Description = v.Heading, v.Lede+" "+p.T("edition.empty")
		v.neighbours(p, n)
		return v, nil
	case p.editionOfYear(n) != "":
		return nil, redirect{p.editionOfYear(n)}
	}
	return nil, fmt.Errorf("edition %d: %w", n, ledger.ErrUnknown)
}

// editionOfYear is the address of what is known of a year: its edition, or why it has none; "" for a year before the
// first or after the latest known one.
func (p *page) editionOfYear(year int) string {
	known := p.editions()
	if len(known) == 0 || year < yearOf(1) || year > known[0].Year {
		return ""
	}
	if n := int(domain.EditionOfYear(year)); n != 0 {
		return p.href("edition", fmt.Sprint(n))
	}
	return p.href("editions", "") + "#gap"
}

// namesHere is how many names the page of an edition shows at most: with more it leads to the palmarès, page by page.
const namesHere = 400

// firstLines gives the lines of an edition, the first ones where they are many, and then says how many there are.
func (p *page) firstLines(n int) (lines []ledger.PalmaresLine, more string) {
	r := p.roll(n)
	all := r.lines
	if len(all) > namesHere {
		all, more = all[:linesPerPage], p.T("edition.palmares.all", p.Int(len(all)))
	}
	ids := make([]string, len(all))
	for i, l := range all {
		ids[i] = l.Body.ID
	}
	return p.site.Ledger.PalmaresOf(p.ctx, n, ids, p.size), more
}

// contents lists the parts of the page, which may be long.
func (v *editionView) contents(p *page) {
	add := func(there bool, text, id string) {
		if there {
			v.Contents = append(v.Contents, labelled{text, "#" + id})
		}
	}
	add(v.Run != nil, p.T("run.heading"), "run")
	add(len(v.Ceremony) > 0, p.T("edition.ceremony"), "ceremony")
	add(v.Known, v.Names, "names")
	add(len(v.Mentions) > 0, p.T("contents.counted", p.T("edition.mentions"), p.Int(len(v.Mentions))), "mentions")
	if v.Change != nil {
		add(true, v.Change.Heading, "change")
	}
	add(len(v.Figures)+len(v.Scoped) > 0, p.T("contents.counted", p.T("edition.figures"), p.Int(len(v.Figures)+len(v.Scoped))), "figures")
	add(len(v.Rules) > 0, p.T("edition.rules"), "rules")
	given := 0
	for _, m := range v.Mentions {
		given += len(m.Holders)
	}
	v.MentionsText = p.T("edition.mentions.text", p.N("mentions.kinds", len(v.Mentions)), p.N("mentions.given", given))
}

// addRule adds a rule once, with every source that tells it in the same words.
func (v *editionView) addRule(p *page, r ledger.RuleView) {
	source := p.cite(r.Source, r.Event)
	i := slices.IndexFunc(v.Rules, func(x ruleLine) bool { return x.Topic == p.Topic(r.Topic) && x.Statement == r.Statement })
	if i < 0 {
		v.Rules = append(v.Rules, ruleLine{p.Topic(r.Topic), r.Statement, []cite{source}})
		return
	}
	v.Rules[i].Sources = append(v.Rules[i].Sources, source)
}

// neighbours links to the editions before and after, up to the latest of which something is known.
func (v *editionView) neighbours(p *page, n int) {
	to := func(n int) *labelled {
		return &labelled{p.T("edition.short", n, yearOf(n)), p.href("edition", fmt.Sprint(n))}
	}
	if n > 1 {
		v.Previous = to(n - 1)
	}
	if known := p.editions(); len(known) > 0 && n < known[0].Edition {
		v.Next = to(n + 1)
	}
}

// change says what is known of what moved between two editions that follow each other, and why no more is.
type change struct {
	Heading          string
	Text             []string
	Reason           template.HTML
	Rose, Fell, Same []move
	More             string // says that only the first of each are here
}

type move struct {
	Name, Href string
	From, To   mark
}

func (p *page) change(t between) *change {
	v := &change{Heading: p.T("change.heading", yearOf(t.From), yearOf(t.To)), Reason: p.prose(t.ReasonFR, t.Reason)}
	if t.Enumerated {
		v.Text = append(v.Text, p.N("change.entered", t.entered), p.N("change.left", t.left))
	}
	switch {
	case t.seen == 0:
		v.Text = append(v.Text, p.T("change.seen.none"))
	case t.compared == 0:
		v.Text = append(v.Text, p.N("change.seen", t.seen), p.T("change.compared.none"))
	default:
		v.Text = append(v.Text, p.N("change.seen", t.seen), p.N("change.compared", t.compared))
	}
	moves := func(all []ledger.MoveView) []move {
		var out []move
		for _, m := range all {
			out = append(out, move{
				m.Name, p.href("collectivity", m.Collectivity), p.mark("level", &m.From, "", false), p.mark("level", &m.To, "", false),
			})
		}
		return out
	}
	if t.more {
		v.More = p.T("change.more", linesPerPage)
	}
	v.Rose, v.Fell, v.Same = moves(t.rose), moves(t.fell), moves(t.same)
	return v
}

// between is what is known of two editions beside each other.
type between struct {
	ledger.TransitionsView // without lists
	*moves
}

// between compares two editions, and counts by group where by is not "".
func (p *page) between(from, to int, by string) (between, error) {
	t, err := p.site.Ledger.Between(p.ctx, from, to, p.size)
	if err != nil {
		return between{}, err
	}
	m := p.movesBetween(from, to)
	t.Seen, t.N, t.Flows = m.seen, m.compared, m.flows
	if by == "" {
		return between{t, m}, nil
	}
	v := p.site.groupsKnown.at(comparison{from, to, by}, func(old movedBy, known bool) (movedBy, bool) {
		if known && old.moves == m {
			return old, true
		}
		var v ledger.TransitionsView
		v, err = p.site.Ledger.Transitions(p.ctx, from, to, by, p.size)
		return movedBy{m, v.Groups}, err == nil
	})
	t.Groups = v.groups
	return between{t, m}, err
}

// comparison is what is asked of two editions.
type comparison struct {
	from, to int
	by       string
}

// movedBy is what moved by group, of what moved in all.
type movedBy struct {
	moves  *moves
	groups []ledger.GroupMovesView
}
