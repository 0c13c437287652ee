package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"arobase/api/ledger"
	"arobase/api/web/forms"
)

// page is one request for one page, and what the layout says around it.
type page struct {
	*tongue
	ctx  context.Context
	site *site
	req  *http.Request
	// size is the number of records that the answer rests on; asOf is what the visitor asked for, "" for now.
	size uint64
	asOf string

	Route       string
	Title       string // of the document, without the name of the site
	Description string
	Status      int
	// Paper is the address of the style sheet for the heads of its sheets, "" where it is not made for paper.
	Paper string
	// Asked is what stands in the search field.
	Asked string
	// forms makes those of the page, once it has one.
	forms *forms.Maker
	// head is that of the answer: a handler may set a cookie.
	head http.Header
	// sources are those that the page cites, each read once.
	sources map[string]*ledger.SourceView
	// set are texts of the ledger's own reasoning as they are printed: many lines give the same reason.
	set map[string]template.HTML
	// editionsRead are those that are known as of this page, once they were asked for.
	editionsRead []ledger.EditionShort
}

// frame is what a template is given: the page around and the view inside.
type frame struct {
	*page
	V any
}

// redirect is an answer that is on another page.
type redirect struct{ to string }

func (r redirect) Error() string { return "see " + r.to }

// newPage begins a page as of now.
func (s *site) newPage(t *tongue, route string, r *http.Request) *page {
	return &page{
		tongue: t, ctx: r.Context(), site: s, req: r, Route: route, Status: http.StatusOK,
		head: http.Header{}, sources: map[string]*ledger.SourceView{}, set: map[string]template.HTML{}, size: s.Ledger.Size(),
	}
}

// page answers requests for one route.
func (s *site) page(t *tongue, route string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := s.newPage(t, route, r)
		p.head = w.Header()
		body, err := s.make(p, h)
		var to redirect
		switch {
		case errors.As(err, &to):
			http.Redirect(w, r, to.to, http.StatusSeeOther)
			return
		case err != nil && r.Context().Err() != nil:
			return // nobody waits for the answer
		case err != nil:
			body = s.excuse(p, err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Language", t.Code)
		if w.Header().Get("Cache-Control") == "" {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if more, ok := policies[p.Route]; ok {
			w.Header().Set("Content-Security-Policy", more)
		}
		if p.Status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, HEAD")
		}
		send(w, r, p.Status, body)
	})
}

// make gives the page as HTML, whole or not at all.
func (s *site) make(p *page, h handler) ([]byte, error) {
	asOf := p.req.URL.Query().Get("as_of")
	size, err := s.Ledger.AsOf(p.ctx, asOf)
	if err != nil {
		return nil, err
	}
	p.size, p.asOf = size, asOf
	view, err := h(p)
	if err != nil {
		return nil, err
	}
	return p.render(p.Route, view)
}

func (p *page) render(name string, view any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&b, "layout.html", frame{p, view}); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", name, err)
	}
	return typeset(b.Bytes()), nil
}

// problem is a page that says what went wrong and what to do next.
type problem struct {
	Heading, Text string
	// Unknown says that there is no such page; Guess is what may have been looked for, with what the ledger knows of it.
	Unknown bool
	Guess   string
	Found   []result
}

// errMethod says that a page was asked to do something else than to be read.
var errMethod = errors.New("pages are read, and nothing else")

// elsewhere answers what no page answers: an address that leads nowhere, one with a slash too many, or another method
// than reading on the address of a page.
func elsewhere(mux *http.ServeMux) handler {
	known := func(p *page, path string) bool {
		r := p.req.Clone(p.ctx)
		r.Method, r.URL.Path, r.URL.RawPath = http.MethodGet, path, ""
		_, pattern := mux.Handler(r)
		return pattern != "" && pattern != "/" && pattern != "/en/"
	}
	return func(p *page) (any, error) {
		path := p.req.URL.Path
		trimmed := strings.TrimSuffix(path, "/")
		reads := p.req.Method == http.MethodGet || p.req.Method == http.MethodHead
		switch {
		case !reads && known(p, path):
			return nil, errMethod
		case reads && trimmed != path && trimmed != "" && known(p, trimmed):
			return nil, redirect{(&url.URL{Path: trimmed, RawQuery: p.req.URL.RawQuery}).String()}
		}
		return nil, ledger.ErrUnknown
	}
}

// excuse gives the page for an error. What went wrong inside is for the log of the server, never for the visitor.
func (s *site) excuse(p *page, err error) []byte {
	kind, status := "internal", http.StatusInternalServerError
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		kind, status = "unknown", http.StatusNotFound
	case errors.Is(err, errNotDecided):
		kind, status = "notdecided", http.StatusConflict
	case errors.Is(err, errMethod):
		kind, status = "method", http.StatusMethodNotAllowed
	case errors.Is(err, errForeign):
		kind, status = "foreign", http.StatusForbidden
	case errors.Is(err, errBusy):
		kind, status = "busy", http.StatusServiceUnavailable
	case errors.Is(err, ledger.ErrEvidenceSize):
		kind, status = "large", http.StatusRequestEntityTooLarge
	case errors.Is(err, errForm):
		kind, status = "form", http.StatusBadRequest
	case errors.Is(err, ledger.ErrForbidden):
		kind, status = "forbidden", http.StatusForbidden
	case errors.Is(err, ledger.ErrAsOf):
		kind, status = "asof", http.StatusBadRequest
	case errors.Is(err, ledger.ErrQuery):
		kind, status = "query", http.StatusBadRequest
	default:
		s.Logger.ErrorContext(p.ctx, "making a page failed", slog.String("path", p.req.URL.Path), slog.Any("error", err))
	}
	p.Status, p.Route = status, "problem"
	p.Title = p.T("problem." + kind)
	v := problem{Heading: p.Title, Text: p.T("problem." + kind + ".text"), Unknown: kind == "unknown"}
	if v.Unknown {
		v.Guess = guessed(p.req.URL.Path)
	}
	if v.Guess != "" {
		for _, c := range s.Ledger.Search(p.ctx, v.Guess, guesses, p.size) {
			v.Found = append(v.Found, p.result(c, p.href("collectivity", c.ID)))
		}
	}
	body, err := p.render("problem", v)
	if err != nil {
		s.Logger.ErrorContext(p.ctx, "making the page of an error failed", slog.Any("error", err))
		return []byte("500\n")
	}
	return body
}

// guesses is how many bodies a page offers to whoever came to an address that leads nowhere.
const guesses = 5

// guessed is what somebody may have looked for who came to an address that leads nowhere: its last part, as words.
func guessed(path string) string {
	last := strings.TrimSpace(path[strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1:])
	words := strings.Fields(strings.NewReplacer("-", " ", "_", " ", "+", " ", "/", " ", ".html", "").Replace(last))
	last = strings.Join(words, " ")
	if len(last) < 3 || len(last) > longestName || strings.ContainsFunc(last, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return ""
	}
	return last
}

// href is the address of another page, seen as of the same moment.
func (p *page) href(route, value string) string { return p.hrefWith(route, value, url.Values{}) }

func (p *page) hrefWith(route, value string, query url.Values) string {
	if p.asOf != "" {
		query.Set("as_of", p.asOf)
	}
	return p.path(route, value, query)
}

// link is a link in the middle of a sentence.
func link(href, text string) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(text) + `</a>`) // both are escaped
}

// Link is the address of a page that has no value in its address, for the layout.
func (p *page) Link(route string) string { return p.href(route, "") }

// here gives the value in the address of this page; two of them with a stroke between.
func (p *page) here() string {
	n, id := p.req.PathValue("n"), p.req.PathValue("id")
	switch {
	case id != "" && n != "":
		return n + "/" + id
	case id != "":
		return id
	}
	return n
}

// Here is the address of this very page in French or in English.
func (p *page) Here(code string) string {
	t := p.tongue
	if t.Code != code {
		t = t.other
	}
	if p.Route == "problem" {
		return t.path("home", "", nil)
	}
	return t.path(p.Route, p.here(), p.req.URL.Query())
}

// Lang is the language of the page, Other the one that it can be switched to.
func (p *page) Lang() string  { return p.Code }
func (p *page) Other() string { return p.other.Code }

// Operator is who runs the site.
func (p *page) Operator() string { return p.site.Operator }

// Version is that of the program.
func (p *page) Version() string { return p.site.Version }

// MadeUp says that nothing in this ledger is real.
func (p *page) MadeUp() bool { return p.site.Ledger.MadeUp }

// SignsIn tells whether anybody can sign in here.
func (p *page) SignsIn() bool { return p.site.Sessions != nil }

// Unsigned says that the log is not signed at the moment, and why; "" while it is.
func (p *page) Unsigned() string {
	if why := p.unsigned(); why != Signed {
		return p.T("layout.unsigned." + string(why))
	}
	return ""
}

func (p *page) unsigned() Unsigned {
	if p.site.Unsigned == nil {
		return Signed
	}
	return p.site.Unsigned()
}

// AsOf says as of when the page is known, or "" for now.
func (p *page) AsOf() string {
	if p.asOf == "" {
		return ""
	}
	if at, err := time.Parse(time.RFC3339, p.asOf); err == nil {
		return p.T("asof.time", p.Moment(at), p.Int(int(p.size)))
	}
	return p.T("asof.size", p.Int(int(p.size)))
}

// Now is the address of this page as of now.
func (p *page) Now() string {
	query := p.req.URL.Query()
	query.Del("as_of")
	return p.path(p.Route, p.here(), query)
}

// HiddenAsOf keeps the moment through a form.
func (p *page) HiddenAsOf() string { return p.asOf }
