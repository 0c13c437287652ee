package web

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"arobase/api/ledger"
)

// cite is a source beside the fact that it tells.
type cite struct {
	Publisher string
	Title     string
	Date      string // "" where the work bears none
	Href      string // of its page here
	URL       string // of the work itself, "" where it has none that can be followed
	// Says is what this source says, where several stand beside one fact; Note what was noted on entering it.
	Says   string
	Note   string
	Proofs []proof
	// Retracted says that what the source says was taken back here.
	Retracted bool
}

// proof is the way from a fact to its record.
type proof struct {
	Href string
	Text string
	// Spoken tells one such link from another.
	Spoken string
}

// source reads a source once. Nil where the ledger does not know it as of this page.
func (p *page) source(id string) *ledger.SourceView {
	if s, ok := p.sources[id]; ok {
		return s
	}
	var known *ledger.SourceView
	if s, err := p.site.Ledger.Source(p.ctx, id, p.size); err == nil {
		known = &s
	}
	p.sources[id] = known
	return known
}

// cite gives a source with the records of what it says here.
func (p *page) cite(source string, records ...string) cite {
	c := cite{Publisher: source, Href: p.href("source", source)}
	if s := p.source(source); s != nil {
		c.Publisher, c.Title, c.URL = s.Publisher, s.Title, followable(s.URL)
		if s.PublishedOn != "" {
			c.Date = p.Date(s.PublishedOn)
		}
	}
	c.Proofs = p.proofs(c.Publisher, records)
	return c
}

// proofs links to records.
func (p *page) proofs(of string, records []string) []proof {
	of = strings.TrimRight(of, ": \u00a0\u202f") // a heading that leads to what it names
	var all []proof
	for i, r := range records {
		x := proof{p.href("record", r), p.T("proof"), p.T("proof.of", of)}
		if len(records) > 1 {
			x.Text = p.T("proof.nth", p.Int(i+1))
			x.Spoken = p.T("proof.nth.of", p.Int(i+1), of)
		}
		all = append(all, x)
	}
	return all
}

// followable keeps addresses of the web only.
func followable(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return s
}

// named is a source in the middle of a sentence: its publisher and year, linked to its page.
func (p *page) named(id string) template.HTML {
	return link(p.href("source", id), p.sourceName(id))
}

func (p *page) sourceName(id string) string {
	s := p.source(id)
	if s == nil {
		return id
	}
	if len(s.PublishedOn) >= 4 {
		return s.Publisher + " (" + s.PublishedOn[:4] + ")"
	}
	return s.Publisher
}

// names joins sources in the middle of a sentence.
func (p *page) names(ids []string) template.HTML {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = string(p.named(id))
	}
	return template.HTML(p.List(parts)) // each part is escaped, the words between them are ours
}

// sourceID is the form in which the ledger's reasons name sources.
var sourceID = regexp.MustCompile(`[a-z0-9]+(?:-[a-z0-9]+)+`)

// prose sets a reason that the ledger gives, in the language of the page, with the sources that it names as links and its dates in
// words.
func (p *page) prose(fr, en string) template.HTML {
	text := en
	if p.Code == "fr" && fr != "" {
		text = fr
	}
	said, ok := p.set[text]
	if !ok {
		said = p.withSources(p.Set(text))
		p.set[text] = said
	}
	return said
}

// withSources is a text in which sources are named and linked, and days written out.
func (p *page) withSources(text string) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range sourceID.FindAllStringIndex(text, -1) {
		id := text[m[0]:m[1]]
		var said template.HTML
		switch date := p.Date(id); {
		case date != id:
			said = template.HTML(template.HTMLEscapeString(date)) // escaped
		case p.source(id) != nil:
			said = p.named(id)
		default:
			continue
		}
		b.WriteString(template.HTMLEscapeString(text[at:m[0]]))
		b.WriteString(string(said))
		at = m[1]
	}
	b.WriteString(template.HTMLEscapeString(text[at:]))
	return template.HTML(b.String()) // every part was escaped
}

// share gives the records of one of several sources: the ledger lists them source by source, as many for each.
func share(records []string, i, sources int) []string {
	if sources == 0 || len(records)%sources != 0 {
		return nil
	}
	n := len(records) / sources
	return records[i*n : (i+1)*n]
}
