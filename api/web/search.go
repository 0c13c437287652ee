package web

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"arobase/api/ledger"
)

// searchView is what a search found.
type searchView struct {
	Asked   string
	Results []result
	// Same tells that several bodies bear the very name: none is preferred.
	Same int
	More bool
}

type result struct {
	Name, Href, Place string
	Mark              *mark
	Says              string
}

const (
	searchLimit = 40
	longestName = 200 // no official name is near it
)

// search finds bodies by name or code. One that bears the name, and alone, is shown at once; several are listed.
func (s *site) search(p *page) (any, error) {
	asked := strings.TrimSpace(p.req.URL.Query().Get("q"))
	if r := []rune(asked); len(r) > longestName {
		asked = string(r[:longestName])
	}
	p.Asked, p.Title = asked, p.T("search.title")
	v := searchView{Asked: asked}
	if asked == "" {
		return v, nil
	}
	p.Title = p.T("search.title.for", asked)
	exact := s.Ledger.Find(p.ctx, asked, p.size)
	found := s.Ledger.Search(p.ctx, asked, searchLimit+1, p.size)
	year := p.yearAsked(asked)
	switch {
	case len(exact)+len(found) == 0 && year != "":
		return nil, redirect{year}
	case len(exact) == 1 && (len(found) < 2 || sameWords(asked, exact[0].Name)):
		return nil, redirect{p.href("collectivity", exact[0].ID)}
	case len(exact) == 0 && len(found) == 1 && isCode(asked):
		return nil, redirect{p.href("collectivity", found[0].ID)}
	}
	v.Same = len(exact)
	for _, c := range append(exact, found...) {
		to := p.href("collectivity", c.ID)
		if slices.ContainsFunc(v.Results, func(r result) bool { return r.Href == to }) {
			continue
		}
		if len(v.Results) == searchLimit {
			v.More = true
			break
		}
		v.Results = append(v.Results, p.result(c, to))
	}
	return v, nil
}

// yearAsked is the address of the edition of a year, where a year was asked for.
func (p *page) yearAsked(asked string) string {
	if len(asked) != 4 {
		return ""
	}
	year, err := strconv.Atoi(asked)
	if err != nil {
		return ""
	}
	return p.editionOfYear(year)
}

// sameWords tells whether a question has as many words as a name, or is no name: "saint" finds Le Saint, but may mean any
// of those that begin so.
func sameWords(asked, name string) bool {
	count := func(s string) int {
		return len(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }))
	}
	return isCode(asked) || count(asked) >= count(name)
}

// isCode tells whether a text is an INSEE code or a SIREN, rather than a name.
func isCode(s string) bool {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 4 && len(s)-digits <= 1
}

func (p *page) result(c ledger.CollectivityShort, to string) result {
	r := result{Name: c.Name, Href: to, Place: p.place(c.Kind, c.Departement), Says: p.T("none")}
	h := c.Current
	if h == nil {
		h = c.LastKnown
	}
	switch {
	case c.Kind == "unsettled":
		r.Says = p.T("result.unsettled")
	case h != nil:
		m := p.mark(h.Distinction, h.Level, h.Status, false)
		r.Mark = &m
		r.Says = p.T("result.last", h.Year)
		if c.Current != nil {
			r.Says = p.T("result.current", h.Year)
		}
	case c.Entered:
		r.Says = p.T("result.entered")
	}
	return r
}
