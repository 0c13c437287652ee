package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"arobase/api/ledger"
)

// reconciliationView sets what was published side by side: contradictions first.
type reconciliationView struct {
	Heading  string
	Groups   []verdictGroup
	Paging   paging // of the cases
	Bare     bool   // nothing was ever published that could be compared
	Verdicts []filter
	Editions []filter
	Download string
}

type verdictGroup struct {
	ID, Heading, Text string
	Items             []item
}

// filter is a narrower or wider view of the same page.
type filter struct {
	Text, Href string
	Here       bool
	Count      string
}

// verdicts are the groups in the order of the page. "shifted" and "single" are views of two verdicts: an announcement that
// was not held to agrees, and a single figure cannot be compared.
var verdicts = []string{"contradicts", "shifted", "cannot-tell", "agrees", "single"}

// always are the groups that are shown without being asked for.
var always = []string{"contradicts", "shifted", "cannot-tell"}

// verdictOf is the group of an item.
func (p *page) verdictOf(it ledger.ItemView) string {
	if len(it.Statements) > 0 && it.Verdict != "contradicts" && p.item(it).Shifted {
		return "shifted"
	}
	if isLone(it) {
		return "single"
	}
	return it.Verdict
}

// casesPerPage bounds how many cases are shown at once, contradictions first.
const casesPerPage = 60

func (s *site) reconciliation(p *page) (any, error) {
	query := p.req.URL.Query()
	edition, err := editionAsked(query)
	if err != nil {
		return nil, err
	}
	asked := query.Get("verdict")
	if asked != "" && !slices.Contains(verdicts, asked) {
		return nil, fmt.Errorf("%w: verdict %q", ledger.ErrQuery, asked)
	}
	r, err := s.Ledger.Reconciliation(p.ctx, edition, p.size)
	if err != nil {
		return nil, err
	}
	byVerdict := map[string][]ledger.ItemView{}
	shown := func(verdict string) bool {
		return asked == verdict || asked == "" && (edition != 0 || slices.Contains(always, verdict))
	}
	for _, it := range r.Items {
		verdict := p.verdictOf(it)
		byVerdict[verdict] = append(byVerdict[verdict], it)
	}
	total := 0
	for verdict, items := range byVerdict {
		if shown(verdict) {
			total += len(items)
		}
	}
	v := reconciliationView{Heading: p.T("reconciliation.title"), Download: p.download("reconciliation")}
	if edition != 0 {
		v.Heading = p.T("reconciliation.title.edition", edition, yearOf(edition))
	}
	p.Title, p.Description = v.Heading, p.T("reconciliation.description")
	if v.Bare = len(r.Items) == 0 && edition == 0; v.Bare {
		return v, nil
	}
	address, each := func(q url.Values) string { return p.hrefWith("reconciliation", "", q) }, casesPerPage
	if edition != 0 {
		each = max(total, 1) // other pages link to a case of it
	}
	if v.Paging, err = p.pagingBy(each, total, address, query); err != nil {
		return nil, err
	}
	before := 0 // of the cases that are shown, on whatever page
	for _, verdict := range verdicts {
		if shown(verdict) {
			items := byVerdict[verdict]
			from, to := min(max(v.Paging.From-1-before, 0), len(items)), min(max(v.Paging.To-before, 0), len(items))
			if before += len(items); from < to {
				group := verdictGroup{ID: verdict, Heading: p.T("group." + verdict), Text: p.T("group." + verdict + ".text")}
				for _, it := range items[from:to] {
					group.Items = append(group.Items, p.item(it))
				}
				v.Groups = append(v.Groups, group)
			}
		}
		v.Verdicts = append(v.Verdicts, p.filter(edition, verdict, asked, len(byVerdict[verdict])))
	}
	v.Editions = p.editionFilters(edition, asked)
	return v, nil
}

func editionAsked(query url.Values) (int, error) {
	text := query.Get("edition")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%w: edition %q", ledger.ErrQuery, text)
	}
	return n, nil
}

func (p *page) filter(edition int, verdict, asked string, count int) filter {
	query := url.Values{}
	if edition != 0 {
		query.Set("edition", fmt.Sprint(edition))
	}
	if verdict != asked {
		query.Set("verdict", verdict)
	}
	return filter{p.T("group." + verdict), p.hrefWith("reconciliation", "", query), verdict == asked, p.Int(count)}
}

func (p *page) editionFilters(edition int, asked string) []filter {
	address := func(n int) string {
		query := url.Values{}
		if n != 0 {
			query.Set("edition", fmt.Sprint(n))
		}
		if asked != "" {
			query.Set("verdict", asked)
		}
		return p.hrefWith("reconciliation", "", query)
	}
	out := []filter{{p.T("filter.all"), address(0), edition == 0, ""}}
	for _, e := range p.editions() {
		out = append(out, filter{fmt.Sprint(e.Year), address(e.Edition), e.Edition == edition, ""})
	}
	return out
}
