package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"arobase/api/ledger"
)

// mapPage is the country by département, for one edition and one level.
type mapPage struct {
	Heading, Lede, Action string
	Choices               []choice
	Map                   *tileMap
	Coverage              string
	Caption               string
	Rows                  []mapRow
	Silent                []labelled // the départements in which no source names anybody
	Palmares              labelled
}

// mapRow is one département in the list beside the map.
type mapRow struct {
	Code, Name, Href string
	Counts           []string // in the order of mapColumns
	Total            string
}

// mapColumns are the groups that the list counts by.
var mapColumns = []string{"5", "4", "3", "2", "1"}

func (s *site) mapPage(p *page) (any, error) {
	n, level, err := p.editionAndLevel()
	if err != nil {
		return nil, err
	}
	v := mapPage{Heading: p.T("map.title"), Lede: p.T("map.lede"), Action: p.path("map", "", nil)}
	p.Title, p.Description = v.Heading, v.Lede
	if n == 0 {
		return v, nil
	}
	if p.decidedHere(n) != nil {
		v.Lede = p.T("map.lede.decided")
		p.Description = v.Lede
	}
	r := p.roll(n)
	v.Choices = []choice{
		{"edition", p.T("choose.edition"), p.editionOptions(n)},
		p.choose("level", level, append([]string{"4-5"}, rollLevels...), func(l string) string { return p.T("level.heading." + l) }, r.facets.levels),
	}
	if short := p.editionKnown(n); short != nil {
		v.Coverage = p.coverage(*short)
	}
	var lines []*ledger.RollLine
	for i := range r.lines {
		if isLevel(r.lines[i], level) {
			lines = append(lines, &r.lines[i])
		}
	}
	query := url.Values{"edition": {fmt.Sprint(n)}}
	href := func(code string) string {
		return p.hrefWith("departement", code, url.Values{"edition": query["edition"]})
	}
	v.Map = p.tiles("map", n, lines, href)
	v.Caption = p.T("map.caption", n, yearOf(n))
	v.list(p, lines, href)
	narrowed := url.Values{}
	if level != "" {
		narrowed.Set("level", level)
	}
	v.Palmares = labelled{p.T("map.palmares", yearOf(n)), p.hrefWith("palmares", fmt.Sprint(n), narrowed)}
	return v, nil
}

// withHigh adds the count of 4 and 5 @ together.
func withHigh(count map[string]int) {
	if n := count["4"] + count["5"]; n > 0 {
		count["4-5"] = n
	}
}

// editionAndLevel reads which edition and which level a page is asked for: the latest and all, if nothing is said. 0 where
// the ledger knows no edition.
func (p *page) editionAndLevel() (int, string, error) {
	query := p.req.URL.Query()
	level := query.Get("level")
	if level != "" && level != "4-5" && !slices.Contains(rollLevels, level) {
		return 0, "", fmt.Errorf("%w: level %q", ledger.ErrQuery, level)
	}
	n := p.latestNamed()
	if text := query.Get("edition"); text != "" {
		asked, err := strconv.Atoi(text)
		if err != nil || p.editionKnown(asked) == nil {
			return 0, "", fmt.Errorf("%w: edition %q", ledger.ErrQuery, text)
		}
		n = asked
	}
	return n, level, nil
}

// latestNamed is the latest edition of which a name is recorded, else the latest known, else 0.
func (p *page) latestNamed() int {
	known := p.editions()
	for _, e := range known {
		if e.Recorded > 0 {
			return e.Edition
		}
	}
	if len(known) > 0 {
		return known[0].Edition
	}
	return 0
}

// list says what the map shows, département by département.
func (v *mapPage) list(p *page, lines []*ledger.RollLine, href func(string) string) {
	counts := map[string]map[string]int{}
	for _, l := range lines {
		code := placeCode(l.Body.Departement)
		if counts[code] == nil {
			counts[code] = map[string]int{}
		}
		counts[code][rollLevel(*l)]++
		counts[code]["all"]++
	}
	for _, d := range p.site.Ledger.Territories().Departements() {
		c := counts[d.Code]
		if c == nil {
			v.Silent = append(v.Silent, labelled{d.Code + " " + d.Name, href(d.Code)})
			continue
		}
		row := mapRow{Code: d.Code, Name: d.Name, Href: href(d.Code), Total: p.Int(c["all"])}
		for _, level := range mapColumns {
			text := "–"
			if c[level] > 0 {
				text = p.Int(c[level])
			}
			row.Counts = append(row.Counts, text)
		}
		v.Rows = append(v.Rows, row)
	}
}

// departementPage lists who is named in a département: in one edition, or whatever is last known of each.
type departementPage struct {
	Heading, Lede, Action string
	Choices               []choice
	Lines                 []palmaresLine
	Known                 []knownBody
	Paging                paging
	Empty                 string
	Map                   labelled
	Edition               *labelled
}

// knownBody is a body of the département with what is last known of it.
type knownBody struct {
	Name, Href, Kind string
	Mark             *mark
	Says             string
	Status           *status
}

func (s *site) departement(p *page) (any, error) {
	code := p.here()
	name, err := s.Ledger.DepartementName(code)
	if err != nil {
		return nil, err
	}
	query := p.req.URL.Query()
	n := 0
	if query.Get("edition") != "" {
		if n, _, err = p.editionAndLevel(); err != nil {
			return nil, err
		}
	}
	v := departementPage{
		Heading: p.T("departement.title", name, code), Lede: p.T("departement.lede"), Action: p.path("departement", code, nil),
		Map: labelled{p.T("departement.map"), p.href("map", "")},
	}
	p.Title, p.Description = v.Heading, v.Lede
	options := append([]option{{"", p.T("departement.last"), n == 0}}, p.editionOptions(n)...)
	v.Choices = []choice{{"edition", p.T("choose.edition"), options}}
	address := func(q url.Values) string { return p.hrefWith("departement", code, q) }
	if n == 0 {
		return v, v.everybody(p, code, address, query)
	}
	v.Edition = &labelled{p.T("departement.palmares", yearOf(n)), p.hrefWith("palmares", fmt.Sprint(n), url.Values{"departement": {code}})}
	var lines []*ledger.RollLine
	r := p.roll(n)
	for i := range r.lines {
		if placeCode(r.lines[i].Body.Departement) == code {
			lines = append(lines, &r.lines[i])
		}
	}
	if v.Paging, err = p.paging(len(lines), address, query); err != nil {
		return nil, err
	}
	v.Empty = p.T("departement.empty.edition", yearOf(n))
	shown := palmaresPage{Paging: v.Paging}
	shown.show(p, n, lines, p.before(n))
	v.Lines = shown.Lines
	return v, nil
}

// everybody lists all of whom the ledger knows something.
func (v *departementPage) everybody(p *page, code string, address func(url.Values) string, query url.Values) error {
	all := p.bodiesOf(code)
	var err error
	if v.Paging, err = p.paging(len(all), address, query); err != nil {
		return err
	}
	v.Empty = p.T("departement.empty")
	var ids []string
	for _, b := range all[max(v.Paging.From-1, 0):v.Paging.To] {
		ids = append(ids, b.ID)
	}
	for _, c := range p.site.Ledger.Short(p.ctx, ids, p.size) {
		k := knownBody{Name: c.Name, Href: p.href("collectivity", c.ID), Kind: p.Kind(c.Kind), Says: p.T("departement.nolabel")}
		if h := cmp.Or(c.Current, c.LastKnown); h != nil {
			m := p.mark(h.Distinction, h.Level, h.Status, false)
			st := p.status(h.Status, false, h.Sources)
			k.Mark, k.Status = &m, &st
			k.Says = p.T("departement.held", p.held(*h), p.Edition(h.Edition, h.Year))
		}
		v.Known = append(v.Known, k)
	}
	return nil
}

// bodiesOf gives the bodies of a département by the alphabet.
func (p *page) bodiesOf(code string) []*ledger.BodyShort {
	all := p.site.departementsKnown.since(p.site.Ledger.NamesSince(p.site.Ledger.Size()), p.size, func() map[string][]*ledger.BodyShort {
		out := map[string][]*ledger.BodyShort{}
		for _, b := range p.bodiesKnown() {
			if c := placeCode(b.Departement); c != "" {
				out[c] = append(out[c], b)
			}
		}
		for _, bodies := range out {
			slices.SortFunc(bodies, func(a, b *ledger.BodyShort) int { return a.Rank - b.Rank })
		}
		return out
	})
	return all[code]
}
