package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"arobase/api/ledger"
	"arobase/projections/trends"
)

// trendsView is one metric over the editions, whole or by groups, and what moved between two editions.
type trendsView struct {
	Heading    string
	Metrics    []filter
	Dimensions []filter
	Chart      *chart
	Groups     []groupLine
	Paging     paging // of the groups
	By         string
	From, To   []option
	Change     *change
	Levels     *distribution
	Flows      *flows
	Moves      string // what the groups of the flows are, "" for none
	MovesFile  string
}

// groupLine is one group of one edition.
type groupLine struct {
	Year, Ordinal int
	Href          string
	Group         string
	Published     string
	Sources       []cite
	Recorded      string
	Reason        any
}

type option struct {
	Value, Text string
	Chosen      bool
}

// shownMetrics are those that are a series by themselves. Entries and exits are told between two editions.
var shownMetrics = []string{"labelled", "level4to5", "level5", "level4", "level3", "level2", "level1", "participants", "mention_awards"}

// groupsPerPage bounds how many groups are shown at once: every département of two editions.
const groupsPerPage = 220

func (s *site) trends(p *page) (any, error) {
	query := p.req.URL.Query()
	metric, by := query.Get("metric"), query.Get("by")
	if metric == "" {
		metric = shownMetrics[0]
	}
	if !slices.Contains(shownMetrics, metric) {
		return nil, fmt.Errorf("%w: metric %q", ledger.ErrQuery, metric)
	}
	points, err := p.seriesBy(metric, by)
	if err != nil {
		return nil, err
	}
	v := trendsView{Heading: p.T("trends.title"), By: by}
	p.Title, p.Description = v.Heading, p.T("trends.description")
	switch {
	case by != "":
		address := func(q url.Values) string { return p.hrefWith("trends", "", q) }
		if v.Paging, err = p.pagingBy(groupsPerPage, len(points), address, query); err != nil {
			return nil, err
		}
		for _, pt := range points[max(v.Paging.From-1, 0):v.Paging.To] {
			v.Groups = append(v.Groups, p.groupLine(pt, by))
		}
	case len(points) > 0:
		title := p.T("series.title", p.Metric(metric), points[0].Year, points[len(points)-1].Year)
		c := p.series(metric, title, points)
		v.Chart = &c
	}
	if by == "" {
		all, err := p.points()
		if err != nil {
			return nil, err
		}
		v.Levels = p.distribution(all)
	}
	v.filters(p, metric, by)
	return v, v.transition(p, query)
}

// seriesBy gives one metric over the editions, or its groups; by level the metric is the level.
func (p *page) seriesBy(metric, by string) ([]ledger.PointView, error) {
	var all []ledger.PointView
	var err error
	if by == "" {
		all, err = p.points()
		all = slices.Clone(all)
	} else {
		var v ledger.TrendsView
		v, err = p.site.Ledger.Trends(p.ctx, trends.Query{By: by}, p.size)
		all = v.Points
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(pt ledger.PointView) bool { return by != "level" && pt.Metric != metric }), nil
}

// filters are the links to other metrics and groupings.
func (v *trendsView) filters(p *page, metric, by string) {
	address := func(metric, by string) string {
		q := url.Values{"metric": {metric}}
		if by != "" {
			q.Set("by", by)
		}
		return p.hrefWith("trends", "", q)
	}
	for _, m := range shownMetrics {
		v.Metrics = append(v.Metrics, filter{p.Metric(m), address(m, ""), m == metric && by != "level", ""})
	}
	for _, d := range append([]string{""}, trends.Dimensions...) {
		v.Dimensions = append(v.Dimensions, filter{p.T("by." + d), address(metric, d), d == by, ""})
	}
}

func (p *page) groupLine(pt ledger.PointView, by string) groupLine {
	row := p.chartRow(pt)
	g := groupLine{
		Year: pt.Year, Ordinal: pt.Edition, Href: row.Href, Group: pt.Group, Published: row.Published, Sources: row.Sources,
		Recorded: row.Recorded, Reason: row.Reason,
	}
	if g.Published == "" {
		g.Published = row.Others
	}
	if by == "level" {
		g.Group = p.T("award.level.short", pt.Group)
	} else {
		g.Group = p.groupName(by, pt.Group)
	}
	return g
}

// transition answers who came and who left between the two editions that were asked for, the last two if none.
func (v *trendsView) transition(p *page, query url.Values) error {
	editions := p.editions()
	if len(editions) < 2 {
		return nil
	}
	from, to := editions[1].Edition, editions[0].Edition
	if query.Has("from") || query.Has("to") {
		var err, err2 error
		from, err = strconv.Atoi(query.Get("from"))
		to, err2 = strconv.Atoi(query.Get("to"))
		if err != nil || err2 != nil {
			return fmt.Errorf("%w: from %q to %q", ledger.ErrQuery, query.Get("from"), query.Get("to"))
		}
		// The form lets one choose any two: the earlier one comes first, and one edition is compared with its neighbour.
		from, to = min(from, to), max(from, to)
		if from == to && from > 1 {
			from--
		} else if from == to {
			to++
		}
	}
	for _, e := range slices.Backward(editions) {
		n := fmt.Sprint(e.Edition)
		text := p.T("edition.short", e.Edition, e.Year)
		v.From = append(v.From, option{n, text, e.Edition == from})
		v.To = append(v.To, option{n, text, e.Edition == to})
	}
	v.MovesFile = p.exportHref("/v1/trends/transitions", url.Values{"from": {fmt.Sprint(from)}, "to": {fmt.Sprint(to)}, "dialect": {p.dialect()}})
	by := query.Get("moves")
	if !isMoveDimension(by) {
		return fmt.Errorf("%w: moves %q", ledger.ErrQuery, by)
	}
	v.Moves = by
	t, err := p.between(from, to, by)
	if err != nil || from < 1 {
		return err
	}
	v.Change = p.change(t)
	v.Flows = p.flowsOf(t.TransitionsView, by, func(by string) string {
		q := url.Values{"from": {fmt.Sprint(from)}, "to": {fmt.Sprint(to)}}
		if by != "" {
			q.Set("moves", by)
		}
		return p.hrefWith("trends", "", q) + "#moves"
	})
	return nil
}
