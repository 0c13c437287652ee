package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// A badge and a panel say in public that a collectivity holds a label. They are made for what the jury decided in this
// ledger and for nothing else: what a source says is shown on its page, with the source beside it, and is no credential.

// errNotDecided says that there is no decided label to make a badge or a panel of.
var errNotDecided = errors.New("no decided label")

// decided gives the decided label of an edition, or with edition 0 the latest. One that is withdrawn, under appeal or under
// embargo is not there.
func decided(c ledger.CollectivityView, edition int) (ledger.EditionView, error) {
	var found *ledger.EditionView
	for i, e := range c.Editions {
		if e.Status == string(domain.Decided) && (e.Level != nil || e.Distinction == string(domain.DistinctionHorsConcours)) && (edition == 0 || e.Edition == edition) && (found == nil || e.Edition > found.Edition) {
			found = &c.Editions[i]
		}
	}
	if found == nil {
		return ledger.EditionView{}, fmt.Errorf("%s, edition %d: %w", c.ID, edition, errNotDecided)
	}
	return *found, nil
}

// decision is the record that a label was decided by, "" where none is told.
func decision(e ledger.EditionView) string {
	for _, f := range slices.Backward(e.Facts) {
		if f.Mention == "" && !f.Retracted {
			return f.Event.String()
		}
	}
	return ""
}

// badge answers GET /badge/{file}, a picture for the web site of a collectivity.
func (s *site) badge(t *tongue) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := s.newPage(t, "problem", r)
		id, isPicture := strings.CutSuffix(r.PathValue("file"), ".svg")
		c, err := s.Ledger.Collectivity(r.Context(), id, p.size)
		if !isPicture {
			err = fmt.Errorf("badge %q: %w", id, ledger.ErrUnknown)
		}
		var e ledger.EditionView
		if err == nil {
			e, err = decided(c, 0)
		}
		w.Header().Set("Cache-Control", "public, no-cache")
		switch {
		case errors.Is(err, ledger.ErrUnknown):
			s.refuse(w, r, http.StatusNotFound, "/problems/unknown-collectivity", "No such collectivity",
				"Neither the ledger nor the official list knows this id. Badges are at /badge/{id}.svg.")
			return
		case errors.Is(err, errNotDecided):
			s.refuse(w, r, http.StatusConflict, "/problems/not-decided", "No decided label",
				"A badge is made only for a label that the jury decided in this ledger. What sources say of "+c.Name+" is on its page, "+t.path("collectivity", id, nil)+".")
			return
		case err != nil:
			s.refuse(w, r, http.StatusInternalServerError, "/problems/internal", "The badge could not be made", "The fault is ours. Please try again in a moment.")
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write(p.badgePicture(c, e)) // the reader may be gone
	}
}

// refuse answers in the place of a picture.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, status int, kind, title, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": kind, "title": title, "status": status, "detail": detail, "instance": r.URL.Path})
}

// badgePicture draws the badge of a label.
func (p *page) badgePicture(c ledger.CollectivityView, e ledger.EditionView) []byte {
	v := drawing.Badge{Name: c.Name, Edition: p.T("badge.edition", e.Edition, e.Year), Says: p.held(ledger.Held{Distinction: e.Distinction, Level: e.Level, Status: e.Status})}
	v.Title = p.T("badge.title", c.Name, v.Says, e.Edition, e.Year)
	if e.Level != nil {
		v.Level = *e.Level
	}
	if p.MadeUp() { // in the picture and in its title: a badge stands on other people's pages
		v.Mark = p.T("madeup.mark")
		v.Title = v.Mark + " – " + v.Title
	}
	return v.SVG()
}

// panelView is a panel to print: the level, the edition, and the way to the proof as a pattern that a telephone reads.
type panelView struct {
	Name, Edition, Says string
	Mark                mark
	Address             string
	Code                drawing.Code
	Mentions            []string
}

func (s *site) panel(p *page) (any, error) {
	edition := 0
	if text := p.req.URL.Query().Get("edition"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 999 {
			return nil, fmt.Errorf("%w: edition %q", ledger.ErrQuery, text)
		}
		edition = n
	}
	c, err := s.Ledger.Collectivity(p.ctx, p.here(), p.size)
	if err != nil {
		return nil, err
	}
	e, err := decided(c, edition)
	if err != nil {
		return nil, err
	}
	return p.panelOf(c, e)
}

func (p *page) panelOf(c ledger.CollectivityView, e ledger.EditionView) (panelView, error) {
	v := panelView{
		Name: c.Name, Edition: p.T("panel.edition", e.Edition, e.Year), Says: p.held(ledger.Held{Distinction: e.Distinction, Level: e.Level, Status: e.Status}),
		Mark: p.mark(e.Distinction, e.Level, e.Status, false), Address: p.origin() + p.path("collectivity", c.ID, nil),
	}
	if record := decision(e); record != "" {
		v.Address = p.origin() + p.path("record", record, nil)
	}
	for _, m := range e.MentionsDetail {
		if m.Label != "" {
			v.Mentions = append(v.Mentions, m.Label)
		} else {
			v.Mentions = append(v.Mentions, mentionWords(m.ID))
		}
	}
	p.Title = p.T("panel.title", c.Name)
	p.Description = v.Says + ", " + v.Edition
	var err error
	v.Code, err = drawing.CodeOf(v.Address)
	v.Code.Spoken = p.T("panel.code", v.Address)
	return v, err
}
