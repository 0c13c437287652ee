package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"arobase/api/ledger"
	"arobase/api/web/words"
)

// sourcesView lists the published works that the ledger rests on.
type sourcesView struct{ Sources []cite }

func (s *site) sources(p *page) (any, error) {
	p.Title, p.Description = p.T("sources.title"), p.T("sources.description")
	all := s.Ledger.Sources(p.ctx, p.size)
	order := words.Order("fr")
	slices.SortStableFunc(all, func(a, b ledger.SourceView) int {
		return cmp.Or(order(a.Publisher, b.Publisher), cmp.Compare(a.PublishedOn, b.PublishedOn))
	})
	v := sourcesView{}
	for _, source := range all {
		p.sources[source.ID] = &source
		v.Sources = append(v.Sources, p.cite(source.ID))
	}
	return v, nil
}

// sourceView is one work and what it says.
type sourceView struct {
	cite
	Note    string
	CopyOf  *cite
	Index   string
	Figures []saying
	Holders []saying
	Paging  paging // of the holders
	Rules   []ruleLine
}

// saying is one fact as this source tells it.
type saying struct {
	About labelled
	Text  string
	When  labelled
	Proof []proof
}

func (s *site) source(p *page) (any, error) {
	id := p.here()
	known, err := s.Ledger.Source(p.ctx, id, p.size)
	if err != nil {
		return nil, err
	}
	v := sourceView{cite: p.cite(id), Note: known.Note, Index: p.Int(int(known.Index))}
	p.Title, p.Description = p.T("source.title", v.Publisher, v.Title), p.T("source.description", v.Publisher)
	if known.OriginOf != "" {
		c := p.cite(known.OriginOf)
		v.CopyOf = &c
	}
	named := p.namedBy(id)
	address := func(q url.Values) string { return p.hrefWith("source", id, q) }
	if v.Paging, err = p.paging(len(named), address, p.req.URL.Query()); err != nil {
		return nil, err
	}
	for _, n := range named[max(v.Paging.From-1, 0):v.Paging.To] {
		v.holders(p, id, s.Ledger.PalmaresOf(p.ctx, n.edition, []string{n.body}, p.size))
	}
	v.figures(p, id)
	for _, r := range s.Ledger.Rules(p.ctx, p.size) {
		if r.Source == id {
			v.Rules = append(v.Rules, ruleLine{p.Topic(r.Topic), r.Statement, []cite{p.cite(id, r.Event)}})
		}
	}
	return v, nil
}

// named is whom a source names, by edition, as of a size.
type named struct {
	asOf uint64
	in   map[int][]string
}

// naming is one body in one edition.
type naming struct {
	edition int
	body    string
}

// namedBy gives whom a source names, the latest edition first, those without an edition last.
func (p *page) namedBy(source string) []naming {
	editions := make([]int, 0, len(p.editions())+1)
	for _, e := range p.editions() {
		editions = append(editions, e.Edition)
	}
	editions = append(editions, 0)
	v := p.site.namedKnown.at(source, func(old named, known bool) (named, bool) {
		if known && old.asOf == p.size {
			return old, true
		}
		v := named{p.size, map[int][]string{}}
		for _, e := range editions {
			all, there := old.in[e]
			touched, few := p.site.Ledger.Touched(e, min(old.asOf, p.size), max(old.asOf, p.size))
			if !there || !few || len(touched) > 0 {
				all = p.site.Ledger.NamedBy(p.ctx, source, e, p.size)
			}
			v.in[e] = all
		}
		return v, !known || p.size > old.asOf
	})
	var all []naming
	for _, e := range editions {
		for _, id := range v.in[e] {
			all = append(all, naming{e, id})
		}
	}
	return all
}

func (v *sourceView) holders(p *page, id string, lines []ledger.PalmaresLine) {
	for _, line := range lines {
		for _, f := range line.Facts {
			if f.Source != id || f.Retracted {
				continue
			}
			say := saying{
				About: labelled{line.Name, p.href("collectivity", line.Collectivity)}, Text: p.award(f),
				When: p.when(line.Edition), Proof: p.proofs(line.Name, []string{f.Event.String()}),
			}
			if line.Edition == 0 {
				say.When = labelled{Text: p.undatedYear(line.Facts)}
			}
			v.Holders = append(v.Holders, say)
		}
	}
}

func (p *page) when(edition int) labelled {
	return labelled{p.T("edition.bare", edition, yearOf(edition)), p.href("edition", fmt.Sprint(edition))}
}

// figures adds the numbers and the facts of ceremonies. What follows only by adding is not said by the source.
func (v *sourceView) figures(p *page, id string) {
	seen := map[string]bool{}
	add := func(it ledger.ItemView, text string, events []string) {
		if key := strings.Join(events, " "); len(events) == 0 || seen[key] {
			return
		} else {
			seen[key] = true
		}
		name := p.Metric(it.Metric)
		if it.Scope != "" {
			name += ", " + p.scope(it.Scope)
		}
		v.Figures = append(v.Figures, saying{labelled{Text: name}, text, p.when(it.Edition), p.proofs(name, events)})
	}
	for _, it := range p.site.Ledger.SaidBy(p.ctx, id, p.size) {
		for _, f := range it.Figures {
			if f.Metric == "" && len(f.Events) == 1 {
				add(it, p.Figure(f.Value, f.Unit, f.Precision), f.Events)
			}
		}
		for _, st := range it.Statements {
			text := p.statement(it.Metric, st.Value)
			if st.Precision == "announced" {
				text = p.T("item.announced", text)
			}
			add(it, text, []string{st.Event})
		}
	}
}
