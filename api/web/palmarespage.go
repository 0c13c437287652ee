package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"arobase/api/ledger"
)

// palmaresPage is the palmarès of one edition as far as sources name it: narrowed, sorted, compared with the edition before.
type palmaresPage struct {
	Heading, Lede string
	Names         string // what stands above them
	Edition       labelled
	Previous      *labelled
	Next          *labelled
	Coverage      string
	Choices       []choice
	Action        string
	Clear         string // "" where nothing is narrowed
	Found         string
	Change        *changed
	Lines         []palmaresLine
	Unseen        bool // of some that are shown no source tells what they held in the edition before
	Paging        paging
	Map           *tileMap
	CSV, JSON     string
	XLSX          string
}

// palmaresLine is one holder with what it held in the edition before.
type palmaresLine struct {
	holder
	Mark   *mark
	Before *mark
	// BeforeText says what stands in place of a mark, such as a label without a level. Where no source was found there is
	// neither: that is said once for all, above.
	BeforeText string
	Reasons    *reasons
}

// changed counts what became of those who are named in both editions.
type changed struct {
	Heading string
	Text    string
	Links   []filter
	Reason  any
	More    labelled
}

// palmaresSorts and moves are what the form offers.
var (
	palmaresSorts = []string{"level", "name", "departement"}
	palmaresMoves = []string{"rose", "fell", "same", "seen", "unseen"}
)

// narrow is what a visitor asks of a palmarès.
type narrow struct{ level, kind, region, departement, mention, change, sort string }

func (s *site) palmares(p *page) (any, error) {
	n, err := p.editionHere()
	if err != nil {
		return nil, err
	}
	short := p.editionKnown(n)
	if short == nil {
		return nil, redirect{p.href("edition", p.here())} // which says what is known of it, or that it is none
	}
	query := p.req.URL.Query()
	ask := narrow{query.Get("level"), query.Get("kind"), query.Get("region"), query.Get("departement"), query.Get("mention"), query.Get("change"), query.Get("sort")}
	if ask.sort != "" && !slices.Contains(palmaresSorts, ask.sort) || ask.change != "" && !slices.Contains(palmaresMoves, ask.change) {
		return nil, fmt.Errorf("%w: sort %q, change %q", ledger.ErrQuery, ask.sort, ask.change)
	}
	number := fmt.Sprint(n)
	now, before := p.roll(n), p.before(n)
	v := palmaresPage{
		Heading: p.T("palmares.title", yearOf(n)), Coverage: p.coverage(*short),
		Edition: labelled{p.T("palmares.edition", n), p.href("edition", number)}, Action: p.path("palmares", number, nil),
		CSV: p.download("editions/" + number + "/palmares"), JSON: p.exportHref("/v1/editions/"+number+"/palmares", nil),
		XLSX: p.exportHref("/exports/labels.xlsx", url.Values{"edition": {number}}),
	}
	v.Names, v.Lede = p.namesHeading(n)
	if p.decidedHere(n) != nil {
		v.Heading = p.T("palmares.decided", yearOf(n))
	}
	p.Title, p.Description = v.Heading, v.Lede+" "+v.Coverage
	if n > 1 {
		v.Previous = &labelled{p.T("edition.short", n-1, yearOf(n-1)), p.href("palmares", fmt.Sprint(n-1))}
	}
	if known := p.editions(); n < known[0].Edition {
		v.Next = &labelled{p.T("edition.short", n+1, yearOf(n+1)), p.href("palmares", fmt.Sprint(n+1))}
	}
	lines := v.narrowed(p, n, now, ask)
	address := func(q url.Values) string { return p.hrefWith("palmares", number, q) }
	if v.Paging, err = p.paging(len(lines), address, query); err != nil {
		return nil, err
	}
	v.Found = p.T("palmares.found", p.N("palmares.names", len(now.lines)), p.Int(len(lines)))
	if ask == (narrow{sort: ask.sort}) {
		v.Found = p.N("palmares.names", len(now.lines))
	} else {
		v.Clear = address(url.Values{})
	}
	v.show(p, n, lines, before)
	v.Change = p.changed(n, short.Enumerated)
	v.Map = p.tiles("map", n, lines, func(code string) string {
		return p.hrefWith("departement", code, url.Values{"edition": {number}})
	})
	return v, nil
}

// editionHere is the ordinal in the address of the page.
func (p *page) editionHere() (int, error) {
	n, err := strconv.Atoi(p.here())
	if err != nil || strconv.Itoa(n) != p.here() {
		return 0, fmt.Errorf("edition %q: %w", p.here(), ledger.ErrUnknown)
	}
	return n, nil
}

// editionKnown is the short view of an edition, nil where nothing is known of it.
func (p *page) editionKnown(n int) *ledger.EditionShort {
	known := p.editions()
	if i := slices.IndexFunc(known, func(e ledger.EditionShort) bool { return e.Edition == n }); i >= 0 {
		return &known[i]
	}
	return nil
}

// narrowed keeps the lines that were asked for, in the order that was asked for, and makes the form. Each field counts
// what it would leave in the whole edition.
func (v *palmaresPage) narrowed(p *page, n int, now *roll, ask narrow) []*ledger.RollLine {
	f, moves := now.facets, p.changesOf(n)
	out := make([]*ledger.RollLine, 0, len(now.lines))
	for i := range now.lines {
		l := &now.lines[i]
		if (ask.level == "" || isLevel(*l, ask.level)) && (ask.kind == "" || l.Kind == ask.kind) && (ask.region == "" || placeCode(l.Body.Region) == ask.region) &&
			(ask.departement == "" || placeCode(l.Body.Departement) == ask.departement) &&
			(ask.mention == "" || slices.Contains(l.Mentions, ask.mention)) && (ask.change == "" || moves.of[i] == ask.change) {
			out = append(out, l)
		}
	}
	switch ask.sort {
	case "name":
		slices.SortStableFunc(out, func(a, b *ledger.RollLine) int { return a.Body.Rank - b.Body.Rank })
	case "departement":
		slices.SortStableFunc(out, func(a, b *ledger.RollLine) int {
			return cmp.Or(cmp.Compare(placeCode(a.Body.Departement), placeCode(b.Body.Departement)), a.Body.Rank-b.Body.Rank)
		})
	}
	byName := func(kind string, counts map[string]int) []string {
		return slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Compare(slug(f.names[kind+a]), slug(f.names[kind+b])) })
	}
	name := func(kind string) func(string) string {
		return func(code string) string { return cmp.Or(f.names[kind+code], code) }
	}
	v.Choices = []choice{
		p.choose("level", ask.level, append([]string{"4-5"}, rollLevels...), func(l string) string { return p.T("level.heading." + l) }, f.levels),
		p.choose("kind", ask.kind, slices.Sorted(maps.Keys(f.kinds)), p.Kind, f.kinds),
		p.choose("region", ask.region, byName("r", f.regions), name("r"), f.regions),
		p.choose("departement", ask.departement, slices.Sorted(maps.Keys(f.departements)), func(c string) string { return c + " " + name("d")(c) }, f.departements),
	}
	if len(f.mentions) > 0 {
		v.Choices = append(v.Choices, p.choose("mention", ask.mention, slices.Sorted(maps.Keys(f.mentions)), func(m string) string { return p.mentionName(m, f.first[m]) }, f.mentions))
	}
	if n > 1 {
		v.Choices = append(v.Choices, p.choose("change", ask.change, palmaresMoves, func(m string) string { return p.T("moved." + m) }, moves.count))
	}
	sorts := choice{Name: "sort", Label: p.T("choose.sort")}
	for i, s := range palmaresSorts {
		value := s
		if i == 0 {
			value = ""
		}
		sorts.Options = append(sorts.Options, option{value, p.T("sort." + s), cmp.Or(ask.sort, palmaresSorts[0]) == s})
	}
	v.Choices = append(v.Choices, sorts)
	return out
}

// show sets the lines of one page with their facts.
func (v *palmaresPage) show(p *page, n int, lines []*ledger.RollLine, before *roll) {
	var ids []string
	for _, l := range lines[max(v.Paging.From-1, 0):v.Paging.To] {
		ids = append(ids, l.Body.ID)
	}
	for _, line := range p.site.Ledger.PalmaresOf(p.ctx, n, ids, p.size) {
		x := palmaresLine{holder: p.holder(line), Reasons: p.reasons(line.EditionView)}
		for i, m := range line.MentionsDetail {
			x.Mentions[i].Href = p.href("mention", m.ID) // which tells of every edition
		}
		if line.Distinction != "" || line.Status == "contested" {
			m := p.mark(line.Distinction, line.Level, line.Status, line.Derived)
			x.Mark = &m
		}
		x.Before, x.BeforeText = p.heldBefore(before.find(p.bodyOf(line.Collectivity)))
		v.Unseen = v.Unseen || n > 1 && x.Before == nil && x.BeforeText == ""
		v.Lines = append(v.Lines, x)
	}
}

// bodyOf is a body by its id; one that was never entered has no place in any list.
func (p *page) bodyOf(id string) *ledger.BodyShort {
	all := p.bodiesKnown()
	if b := all[id]; b != nil {
		return b
	}
	return &ledger.BodyShort{Rank: len(all)}
}

// heldBefore shows what a line of another edition holds.
func (p *page) heldBefore(l *ledger.RollLine) (*mark, string) {
	if l == nil {
		return nil, ""
	}
	if l.Distinction == "" && l.Status != "contested" {
		return nil, p.T("held.mention")
	}
	var level *int
	if l.Level > 0 {
		level = &l.Level
	}
	m := p.mark(l.Distinction, level, l.Status, l.Derived)
	if m.Kind == "level" {
		return &m, ""
	}
	return &m, m.Spoken
}

// changed counts what moved since the edition before, among those named in both. Nil for the first edition.
func (p *page) changed(n int, enumerated bool) *changed {
	if n == 1 {
		return nil
	}
	count := p.changesOf(n).count
	compared := count["rose"] + count["fell"] + count["same"]
	v := &changed{
		Heading: p.T("palmares.change", yearOf(n-1)), Text: p.compared(compared),
		More: labelled{p.T("palmares.change.more"), p.hrefWith("trends", "", url.Values{"from": {fmt.Sprint(n - 1)}, "to": {fmt.Sprint(n)}}) + "#moves"},
	}
	for _, m := range palmaresMoves {
		if count[m] > 0 {
			v.Links = append(v.Links, filter{p.T("moved." + m), p.hrefWith("palmares", fmt.Sprint(n), url.Values{"change": {m}}), false, p.Int(count[m])})
		}
	}
	last := p.editionKnown(n - 1)
	if enumerated && last != nil && last.Enumerated {
		v.Reason = p.T("palmares.enumerated")
	} else {
		v.Reason = p.T("change.absence")
	}
	return v
}

// compared says how many can be compared.
func (p *page) compared(n int) string {
	if n == 0 {
		return p.T("palmares.compared.none")
	}
	return p.N("palmares.compared", n)
}

// exportHref is the address of a file or a list of the other faces, as of the same moment as the page.
func (p *page) exportHref(path string, query url.Values) string {
	if query == nil {
		query = url.Values{}
	}
	if p.asOf != "" {
		query.Set("as_of", p.asOf)
	}
	return (&url.URL{Path: path, RawQuery: query.Encode()}).String()
}
