package web

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// collectivityView is all that is known of one body: what it holds today, its label across the editions, what came before
// it, and what is in doubt.
type collectivityView struct {
	Name, Lede   string
	Download     string
	Other        []string // names that sources use
	Codes        []code
	Populations  []string
	Note         string
	Proofs       []proof
	Today        today
	Strip        *drawing.Strip
	Timeline     []moment
	Undated      []moment
	Predecessors []relative
	Successors   []relative
	Actions      []actionLine // the last that were declared
	Declared     string       // how many there are
	AllActions   string
	Neighbours   string // "" where nobody has declared anything
	Candidates   []candidate
	SettledAs    *labelled
	PerhapsAlso  []labelled
	// Badge and Panel are addresses, "" where no label was decided here.
	Badge, Panel string
	// Mine are the pages that are for the reader alone: who is signed in and acts for this collectivity, or judges it.
	Mine []labelled
}

type code struct{ Name, Value string }

type candidate struct{ Name, Href, Place string }

// today answers the first question of a visitor.
type today struct {
	Heading string
	Mark    *mark
	// Lead is the answer, Text what to know of it.
	Lead   string
	Status *status
	From   template.HTML // the sources of the answer
	Text   []string
	Sealed string // a texture for what is not known: none
}

// moment is one edition in the life of a collectivity.
type moment struct {
	ID, Year, Ordinal, Href string
	Mark                    *mark
	Label                   string // the award in words, for labels without a level
	Status                  *status
	Mentions                []mentionLine
	Remarks                 []string
	Notes                   []cite // of the label
	Disputes                []dispute
	Settled                 []proof
	Contest                 []labelled // where each fact is disputed
	Reasons                 *reasons
}

// reasons are what the jury wrote when it decided, with the record in which it was sealed before the ceremony.
type reasons struct {
	Motivation, Departure string
	Proofs                []proof
}

// mentionLine is a mention in an edition with its own sources.
type mentionLine struct {
	Label  string
	Status status
	Notes  []cite
}

type dispute struct {
	Claim, Answer, Outcome string
	Proofs                 []proof
}

// relative is a body that this one took the place of, or that took its place.
type relative struct {
	Name, Href string
	Heading    string
	Proofs     []proof
	Timeline   []moment
}

func (s *site) collectivity(p *page) (any, error) {
	c, err := s.Ledger.Collectivity(p.ctx, p.here(), p.size)
	if err != nil {
		return nil, err
	}
	v := collectivityView{
		Name: c.Name, Note: c.Note, Lede: p.whereabouts(c), Today: p.today(c), Timeline: p.moments(c.Name, c.Editions, c.Disputes),
		Undated: p.moments(c.Name, c.Undated, c.Disputes), Strip: p.strip(c),
	}
	v.Download = p.download("collectivities/" + c.ID + "/history")
	v.Today.Heading = p.T("today.heading")
	if p.asOf != "" {
		v.Today.Heading = p.T("today.heading.then")
	}
	p.Title, p.Description = c.Name, v.Lede+". "+v.Today.Lead
	for _, name := range c.Names {
		if name != c.Name && !slices.Contains(v.Other, name) {
			v.Other = append(v.Other, name)
		}
	}
	for _, x := range []code{{p.T("code.insee"), c.INSEE}, {p.T("code.siren"), c.SIREN}} {
		if x.Value != "" {
			v.Codes = append(v.Codes, x)
		}
	}
	for _, pop := range c.Populations {
		from := pop.Source
		if s.Ledger.Territories().Name() == from {
			from = p.T("source.cog")
		} else {
			from = p.sourceName(from)
		}
		v.Populations = append(v.Populations, p.T("population", p.Int(pop.Value), pop.Year, from))
	}
	if c.Event != nil {
		v.Proofs = p.proofs(c.Name, []string{c.Event.String()})
	}
	if e, err := decided(c, 0); err == nil && p.asOf == "" {
		v.Badge = "/badge/" + c.ID + ".svg"
		v.Panel = p.hrefWith("panel", c.ID, map[string][]string{"edition": {fmt.Sprint(e.Edition)}})
	}
	v.Mine = p.mine(c.ID)
	v.kin(p, c)
	return v, v.declared(p, c.ID)
}

// shownActions is how many actions the page of a body shows.
const shownActions = 10

// declared adds what the body declares that it does.
func (v *collectivityView) declared(p *page, id string) error {
	ids, err := p.site.Ledger.Actions(p.ctx, ledger.ActionQuestion{Collectivity: id}, p.size)
	if err != nil || len(p.rendered()) == 0 {
		return err
	}
	v.Neighbours = p.href("neighbours", id)
	v.Declared, v.AllActions = p.N("actions.found", len(ids)), p.hrefWith("actions", "", map[string][]string{"collectivity": {id}})
	for _, a := range p.site.Ledger.ActionViews(p.ctx, ids[:min(len(ids), shownActions)], p.size) {
		v.Actions = append(v.Actions, p.actionLine(a, false))
	}
	return nil
}

// whereabouts says what a body is and where.
func (p *page) whereabouts(c ledger.CollectivityView) string {
	parts := []string{p.T("sentence.start." + c.Kind)}
	if c.Departement != nil {
		parts = append(parts, p.T("place.departement", c.Departement.Name, c.Departement.Code))
	}
	if c.Region != nil && (c.Departement == nil || c.Region.Name != c.Departement.Name) {
		parts = append(parts, c.Region.Name)
	}
	s := strings.Join(parts, ", ")
	if f := c.InForce; f != nil && f.To != "" {
		s += ". " + p.T("place.gone.since", p.Date(f.To))
	} else if f != nil {
		s += ". " + p.T("place.gone")
	}
	return s
}

// kin adds those that came before and after, and the doubts about who is meant.
func (v *collectivityView) kin(p *page, c ledger.CollectivityView) {
	for _, r := range c.Predecessors {
		v.Predecessors = append(v.Predecessors, p.relative(r, p.T("kin.before", r.Name)))
	}
	for _, r := range c.Successors {
		v.Successors = append(v.Successors, p.relative(r, p.T("kin.after", r.Name)))
	}
	for _, x := range c.Candidates {
		v.Candidates = append(v.Candidates, candidate{x.Name, p.href("collectivity", x.ID), p.place("", x.Departement)})
	}
	if c.SettledAs != "" {
		v.SettledAs = &labelled{c.SettledAs, p.href("collectivity", c.SettledAs)}
	}
	for _, x := range c.PerhapsAlso {
		v.PerhapsAlso = append(v.PerhapsAlso, labelled{x.Name, p.href("collectivity", x.ID)})
	}
}

func (p *page) relative(r ledger.Relative, heading string) relative {
	if r.On != "" {
		heading = p.T("kin.on", heading, p.Date(r.On))
	}
	return relative{
		Name: r.Name, Href: p.href("collectivity", r.ID), Heading: heading,
		Proofs: p.proofs(r.Name, []string{r.Event.String()}), Timeline: p.moments(r.Name, r.Editions, nil),
	}
}

// moments tells the label of a body, by its name, edition by edition.
func (p *page) moments(name string, editions []ledger.EditionView, disputes []ledger.DisputeView) []moment {
	var out []moment
	for _, e := range editions {
		m := moment{Remarks: p.remarks(e)}
		if e.Edition != 0 {
			m.ID, m.Year = fmt.Sprintf("e%d", e.Edition), fmt.Sprint(e.Year)
			m.Ordinal, m.Href = p.T("edition.ordinal", e.Edition), p.href("edition", fmt.Sprint(e.Edition))
		} else {
			m.Year = p.undatedYear(e.Facts)
		}
		isAward := func(f ledger.Fact) bool { return f.Mention == "" }
		contested := e.Status == string(domain.Contested)
		if slices.ContainsFunc(e.Facts, isAward) || e.Decision != nil || e.Status == string(domain.Embargoed) {
			st := p.status(e.Status, e.Derived, works(e.Facts, isAward))
			m.Status = &st
			if e.Distinction != "" || contested {
				mk := p.mark(e.Distinction, e.Level, e.Status, e.Derived)
				m.Mark = &mk
				if e.Level == nil {
					m.Label = mk.Spoken
				}
			}
			m.Notes = p.factNotes(e.Facts, isAward, contested)
		}
		m.Mentions = p.mentionLines(e)
		for _, stated := range e.Holders {
			if stated != name {
				m.Remarks = append(m.Remarks, p.T("remark.named", stated))
			}
		}
		if a := e.Arbitration; a != nil {
			m.Settled = p.proofs(p.T("status.arbitrated"), []string{a.Event.String()})
		}
		if d := e.Decision; d != nil {
			m.Settled = p.proofs(p.Or("record.type."+d.By, d.By), []string{d.Event.String()})
			m.Reasons = p.reasons(e)
		}
		m.Contest = p.contestable(e.Facts)
		for _, d := range disputes {
			if d.Edition == e.Edition && slices.ContainsFunc(e.Facts, func(f ledger.Fact) bool { return f.Event == d.Fact }) {
				m.Disputes = append(m.Disputes, p.dispute(d))
			}
		}
		out = append(out, m)
	}
	return out
}

// reasons are nil where the jury of this ledger decided nothing. A text that was erased says so.
func (p *page) reasons(e ledger.EditionView) *reasons {
	d := e.Decision
	if d == nil || d.Sealed == uuid.Nil {
		return nil
	}
	return &reasons{p.written(d.Motivation), d.Departure, p.proofs(p.T("reasons.sealed"), []string{d.Sealed.String()})}
}

func (p *page) mentionLines(e ledger.EditionView) []mentionLine {
	var out []mentionLine
	for _, d := range e.MentionsDetail {
		of := func(f ledger.Fact) bool { return f.Mention == d.ID }
		label := d.Label
		if label == "" {
			label = strings.ReplaceAll(d.ID, "-", " ")
		}
		out = append(out, mentionLine{label, p.status(d.Status, false, works(e.Facts, of)), p.factNotes(e.Facts, of, false)})
	}
	return out
}

// undatedYear says what little is known of the time of an undated label.
func (p *page) undatedYear(facts []ledger.Fact) string {
	for _, f := range facts {
		if f.YearAsStated != "" {
			return p.T("undated.stated", strings.NewReplacer("|", p.T("or"), "?", " ?").Replace(f.YearAsStated))
		}
	}
	return p.T("undated.unknown")
}

func (p *page) dispute(d ledger.DisputeView) dispute {
	v := dispute{Claim: p.written(d.Claim), Proofs: p.proofs(p.T("dispute.title"), []string{d.Event.String()})}
	v.Outcome = p.T("dispute.open")
	if d.Outcome != "" {
		v.Answer = p.written(d.Answer)
		v.Outcome = p.Or("dispute."+d.Outcome, d.Outcome)
	}
	return v
}

// contestable are the facts of a moment that can be disputed, by their sources.
func (p *page) contestable(facts []ledger.Fact) []labelled {
	var all []labelled
	for _, f := range facts {
		if !f.Retracted {
			all = append(all, labelled{p.T("disputing.of", p.sourceName(f.Source), p.Int(int(f.Index))), p.path("dispute", f.Event.String(), nil)})
		}
	}
	return all
}
