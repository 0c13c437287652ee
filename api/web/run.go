package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"arobase/api/ledger"
	"arobase/domain"
)

// runPart is the course of an edition that is run here: how far it has come, its calendar, who takes part, and every step
// with the record that says it.
type runPart struct {
	State    string
	Embargo  bool // no result is public yet
	Days     []dayLine
	Numbers  []string
	Mentions string
	Rules    string
	Steps    []stepLine
	All      string // the address of all records of the edition
	// Barometer is the address of what the candidacies cover.
	Barometer string
}

type dayLine struct{ What, Day string }

type stepLine struct {
	When  string
	Text  template.HTML
	Proof []proof
}

// run is the course of an edition, nil where it is not run here.
func (p *page) run(n int) (*runPart, error) {
	r, err := p.site.Ledger.Run(p.ctx, n, p.size)
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the course of edition %d: %w", n, err)
	}
	stream := string(domain.EditionStream(domain.Edition(n)))
	v := &runPart{
		State: p.runState(r), Embargo: r.Published == nil, Rules: p.T("run.rules", r.Regulation, r.Grid),
		All: p.hrefWith("register", "", url.Values{"thread": {stream}}), Barometer: p.href("barometer", fmt.Sprint(n)),
	}
	for _, d := range []dayLine{
		{"run.opens", r.Calendar.Opens}, {"run.closes", r.Calendar.Closes}, {"run.jury", r.Calendar.Jury}, {"run.ceremony", r.Calendar.Ceremony},
	} {
		v.Days = append(v.Days, dayLine{p.T(d.What), p.Date(d.Day)})
	}
	v.Numbers = p.turnout(r)
	var names []string
	for _, m := range r.Mentions {
		names = append(names, "« "+m.Name+" »")
		if p.Code == "en" {
			names[len(names)-1] = "“" + m.Name + "”"
		}
	}
	if len(names) > 0 {
		v.Mentions = p.T("run.mentions", strings.Join(names, ", "))
	}
	for e, err := range p.site.Ledger.Events(p.ctx, ledger.EventFilter{Stream: stream, Before: p.size}) {
		if err != nil {
			return nil, fmt.Errorf("reading the records of edition %d: %w", n, err)
		}
		text, _ := p.tells(e)
		when := p.Moment(e.Recorded)
		v.Steps = append(v.Steps, stepLine{When: when, Text: text, Proof: p.proofs(when, []string{e.ID.String()})})
	}
	return v, nil
}

// decidedHere gives the course of an edition whose palmarès was decided here and is published; nil for one of which only
// sources tell.
func (p *page) decidedHere(n int) *ledger.RunView {
	for _, r := range p.site.Ledger.Runs(p.ctx, p.size) {
		if r.Edition == n && r.Published != nil {
			return &r
		}
	}
	return nil
}

// runState says how far an edition has come.
func (p *page) runState(r ledger.RunView) string {
	day := r.Calendar.Ceremony
	switch {
	case r.State == ledger.RunDeclaring:
		day = r.Calendar.Closes
	case r.Published != nil:
		day = r.Published.On
	}
	return p.T("run.state."+r.State, p.Date(day))
}

// turnout says how many take part, without what is none.
func (p *page) turnout(r ledger.RunView) []string {
	out := []string{p.N("run.registered", r.Candidacies.Registered)}
	for _, c := range []struct {
		key string
		n   int
	}{
		{"run.submitted", r.Candidacies.Submitted}, {"run.withdrawn", r.Candidacies.Withdrawn}, {"run.inadmissible", r.Candidacies.Inadmissible},
		{"run.jurors", r.Jurors}, {"run.sessions", len(r.Sessions)},
	} {
		if c.n > 0 {
			out = append(out, p.N(c.key, c.n))
		}
	}
	if r.Decisions != nil {
		out = append(out, p.N("run.decisions", *r.Decisions))
	}
	return out
}

// underWay is the edition that is run here now, for the first page; nil where none is.
func (p *page) underWay() *latest {
	for _, r := range p.site.Ledger.Runs(p.ctx, p.size) {
		if r.Published != nil {
			continue
		}
		v := &latest{
			Heading: p.T("run.home", r.Edition, r.Year), Href: p.href("edition", fmt.Sprint(r.Edition)), See: p.T("run.home.see"),
		}
		v.Text = append(v.Text, escaped(p.runState(r)), escaped(strings.Join(p.turnout(r), ", ")+"."))
		return v
	}
	return nil
}

func escaped(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) } // by itself
