package web

import (
	"fmt"
	"html/template"
)

// article is a page of prose: the accessibility statement, the legal page, the glossary.
type article struct {
	Heading, Lede string
	Parts         []articlePart
	// Terms are those of the glossary, in the order of the language.
	Terms []term
}

type articlePart struct {
	Heading string
	Texts   []template.HTML
	List    []string
}

// term is a word with what it means here. ID is where links lead.
type term struct{ ID, Name, Text string }

// part gives a part of an article: its heading, its paragraphs text.1, text.2 and so on, and its list item.1, item.2.
func (p *page) part(key string) articlePart {
	v := articlePart{Heading: p.T(key)}
	for i := 1; p.Has(fmt.Sprintf("%s.text.%d", key, i)); i++ {
		v.Texts = append(v.Texts, p.H(fmt.Sprintf("%s.text.%d", key, i)))
	}
	for i := 1; p.Has(fmt.Sprintf("%s.item.%d", key, i)); i++ {
		v.List = append(v.List, p.T(fmt.Sprintf("%s.item.%d", key, i)))
	}
	return v
}

func (p *page) article(key string, parts ...string) article {
	p.Title, p.Description = p.T(key+".title"), p.T(key+".description")
	v := article{Heading: p.Title, Lede: p.T(key + ".lede")}
	for _, name := range parts {
		v.Parts = append(v.Parts, p.part(key+"."+name))
	}
	return v
}

// accessibility claims no audit, because none was made, and tells what is tested.
func (s *site) accessibility(p *page) (any, error) {
	v := p.article("accessibility", "state", "tested", "untested", "known", "report", "recourse")
	v.Parts[4].Texts = append([]template.HTML{p.operatedBy()}, v.Parts[4].Texts...)
	return v, nil
}

func (s *site) legal(p *page) (any, error) {
	v := p.article("legal", "who", "what", "persons", "reuse", "visits")
	v.Parts[0].Texts = append([]template.HTML{p.operatedBy()}, v.Parts[0].Texts...)
	return v, nil
}

// operatedBy says who runs the site, as every page does.
func (p *page) operatedBy() template.HTML {
	if p.site.Operator == "" {
		return ofNode("operator", p.H("layout.nooperator"))
	}
	return ofNode("operator", p.H("layout.operator", p.site.Operator))
}

// glossaryTerms are the words of the glossary, in the order in which they explain one another.
var glossaryTerms = []string{
	"label", "arobase", "horsconcours", "mention", "edition", "collectivity", "unsettled", "source", "published", "recorded",
	"coverage", "reported", "corroborated", "contested", "derived", "arbitrated", "decided", "ledger", "record", "thread",
	"hash", "checkpoint", "key", "witness", "proof", "sealed", "erased",
}

func (s *site) glossary(p *page) (any, error) {
	v := p.article("glossary")
	for _, id := range glossaryTerms {
		v.Terms = append(v.Terms, term{id, p.T("glossary." + id), p.T("glossary." + id + ".text")})
	}
	return v, nil
}
