package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"arobase/api/ledger"
)

// mentionsPage lists every mention that sources name, with the editions in which it was given.
type mentionsPage struct {
	Heading, Lede string
	Lines         []mentionShort
}

type mentionShort struct {
	Name, Href, Given string
	Editions          []labelled
}

// given is one mention of one body in one edition.
type given struct {
	edition int
	line    *ledger.RollLine
}

// mentionsGiven gives who received each mention, the latest edition first, those without an edition last.
func (p *page) mentionsGiven() map[string][]given {
	all, _ := p.site.mentionsKnown.at(p.size, p.site.Ledger.Size(), func() (map[string][]given, error) {
		out := map[string][]given{}
		editions := []int{}
		for _, e := range p.editions() {
			if e.Mentions > 0 {
				editions = append(editions, e.Edition)
			}
		}
		for _, n := range append(editions, 0) {
			for _, l := range p.roll(n).mentioned {
				for _, m := range l.Mentions {
					out[m] = append(out[m], given{n, l})
				}
			}
		}
		return out, nil
	})
	return all
}

func (s *site) mentionsAll(p *page) (any, error) {
	v := mentionsPage{Heading: p.T("mentions.title"), Lede: p.T("mentions.lede")}
	p.Title, p.Description = v.Heading, v.Lede
	all := p.mentionsGiven()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		m := mentionShort{Name: p.mentionName(id, all[id][0]), Href: p.href("mention", id), Given: p.N("mentions.times", len(all[id]))}
		count := map[int]int{}
		for _, g := range all[id] {
			count[g.edition]++
		}
		for _, n := range slices.Sorted(maps.Keys(count)) {
			text := p.T("choose.counted", p.T("edition.short", n, yearOf(n)), p.Int(count[n]))
			if n == 0 {
				m.Editions = append(m.Editions, labelled{p.T("choose.counted", p.T("mentions.undated"), p.Int(count[n])), ""})
				continue
			}
			m.Editions = append(m.Editions, labelled{text, p.hrefWith("palmares", fmt.Sprint(n), url.Values{"mention": {id}})})
		}
		v.Lines = append(v.Lines, m)
	}
	return v, nil
}

// mentionName is what a source calls a mention; its text may have been erased, then it is the id in words.
func (p *page) mentionName(id string, of given) string {
	for _, line := range p.site.Ledger.PalmaresOf(p.ctx, of.edition, []string{of.line.Body.ID}, p.size) {
		for _, m := range line.MentionsDetail {
			if m.ID == id {
				return cmp.Or(m.Label, mentionWords(id))
			}
		}
	}
	return mentionWords(id)
}

// mentionPage is one mention: who received it, in which edition, and what sources say of how many.
type mentionPage struct {
	Heading, Lede string
	Given         string
	Lines         []mentionHolder
	Paging        paging
	Figures       []item
}

type mentionHolder struct {
	holder
	Edition labelled
}

func (s *site) mention(p *page) (any, error) {
	id := p.here()
	all := p.mentionsGiven()[id]
	if len(all) == 0 {
		return nil, fmt.Errorf("mention %q: %w", id, ledger.ErrUnknown)
	}
	v := mentionPage{Heading: p.T("moment.mention", p.mentionName(id, all[0])), Lede: p.T("mention.lede"), Given: p.N("mentions.times", len(all))}
	p.Title, p.Description = v.Heading, v.Lede
	var err error
	if v.Paging, err = p.paging(len(all), func(q url.Values) string { return p.hrefWith("mention", id, q) }, p.req.URL.Query()); err != nil {
		return nil, err
	}
	of := func(f ledger.Fact) bool { return f.Mention == id }
	for _, g := range all[max(v.Paging.From-1, 0):v.Paging.To] {
		for _, line := range s.Ledger.PalmaresOf(p.ctx, g.edition, []string{g.line.Body.ID}, p.size) {
			h := mentionHolder{holder: holder{
				Name: line.Name, Href: p.href("collectivity", line.Collectivity), Place: p.place(line.Kind, line.Departement), Notes: p.factNotes(line.Facts, of, false),
			}}
			for _, m := range line.MentionsDetail {
				if m.ID == id {
					h.Status = p.status(m.Status, false, works(line.Facts, of))
				}
			}
			if g.edition != 0 {
				h.Edition = p.when(g.edition)
			} else {
				h.Edition = labelled{Text: p.undatedYear(line.Facts)}
			}
			v.Lines = append(v.Lines, h)
		}
	}
	r, err := s.Ledger.Reconciliation(p.ctx, 0, p.size)
	if err != nil {
		return nil, fmt.Errorf("reading the figures of mention %s: %w", id, err)
	}
	for _, it := range r.Items {
		if it.Scope == "mention:"+id {
			v.Figures = append(v.Figures, p.item(it))
		}
	}
	return v, nil
}
