package web

import (
	"encoding/xml"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"arobase/api/ledger"
)

// atomFeed is a feed of RFC 4287 with the last records of the ledger.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Sub     string      `xml:"subtitle"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	ID      string       `xml:"id"`
	Title   string       `xml:"title"`
	Updated string       `xml:"updated"`
	Link    atomLink     `xml:"link"`
	Content atomContents `xml:"content"`
}

type atomContents struct {
	Type string        `xml:"type,attr"`
	HTML template.HTML `xml:",chardata"`
}

// feed serves what was entered last, in one language: one page of records. An import may enter hundreds at once; whoever
// needs them all follows the ledger itself.
func (s *site) feed(t *tongue) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := s.bare(t, r)
		f := atomFeed{
			Lang: t.Code, ID: "urn:uuid:" + s.Ledger.LedgerID.String(), Title: "Arobase – " + p.T("feed.title"), Sub: p.T("feed.about"),
			Links:   []atomLink{{"self", "application/atom+xml", p.origin() + r.URL.Path}, {"alternate", "text/html", p.origin() + t.path("register", "", nil)}},
			Author:  atomAuthor{p.T("feed.author")},
			Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		}
		if p.MadeUp() {
			f.Title = p.T("madeup.mark") + " – " + f.Title
		}
		if s.Operator != "" {
			f.Author.Name = s.Operator
		}
		found, err := p.recordsIn(&window{high: p.size, before: p.size})
		if err != nil {
			http.Error(w, p.T("problem.internal"), http.StatusInternalServerError)
			s.Logger.ErrorContext(r.Context(), "making the feed failed", "error", err)
			return
		}
		for _, e := range found {
			f.Entries = append(f.Entries, p.atomEntry(e))
		}
		if len(found) > 0 {
			f.Updated = f.Entries[0].Updated
		}
		s.sendXML(w, r, "application/atom+xml; charset=utf-8", f)
	})
}

// atomEntry is a record in a feed. Its links are made whole: a reader of feeds has no address to complete them with.
func (p *page) atomEntry(e ledger.EventView) atomEntry {
	says, _ := p.tells(e)
	name := typeName(e.Type)
	return atomEntry{
		ID: "urn:uuid:" + e.ID.String(), Title: p.T("record.short", p.Int(int(e.Index))) + p.T("colon") + " " + p.Or("record.type."+name, name),
		Updated: e.Recorded.UTC().Format(time.RFC3339),
		Link:    atomLink{"alternate", "text/html", p.origin() + p.path("record", e.ID.String(), nil)},
		Content: atomContents{"html", template.HTML(rootedHref.ReplaceAllString(string(says), `href="`+p.origin()+`/`))}, // only our own links are changed
	}
}

// bare is a request for something that is no page.
func (s *site) bare(t *tongue, r *http.Request) *page {
	return &page{tongue: t, ctx: r.Context(), site: s, req: r, sources: map[string]*ledger.SourceView{}, size: s.Ledger.Size()}
}

func (s *site) sendXML(w http.ResponseWriter, r *http.Request, contentType string, v any) {
	b, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		s.Logger.ErrorContext(r.Context(), "writing XML failed", "error", err)
		http.Error(w, fmt.Sprint(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	send(w, r, http.StatusOK, append([]byte(xml.Header), b...))
}
