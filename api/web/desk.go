package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// deskView is the way into the work of the jury: what a juror has to give an opinion on, or the editions of the presidency.
type deskView struct {
	Lede     string
	Editions []deskEdition
	None     string
}

// deskEdition is one edition on a desk.
type deskEdition struct {
	Heading  string
	When     []string
	Minutes  labelled
	Conduct  *labelled  // for the presidency: the page on which the deliberation is led
	Own      []deskLine // assigned to the juror
	Others   []deskLine // in which the juror has no task
	Recused  []deskLine // in which the juror takes no part
	Progress string     // of what is assigned
	Conflict *labelled  // the form to declare an interest
}

// deskLine is one candidacy on a desk.
type deskLine struct {
	Name, Href, About string
	State             string
	Done              bool
	Proofs            []proof
	Doings            []labelled
}

func (s *site) desk(p *page) (any, error) {
	who, err := p.member()
	if err != nil {
		return nil, err
	}
	d, err := s.Ledger.Desk(p.ctx, who)
	if err != nil {
		return nil, err
	}
	p.Title = p.T("desk.title")
	v := deskView{Lede: p.T("desk.lede.president", who.Person)}
	if who.Is(auth.Juror) {
		v.Lede = p.T("desk.lede.juror", who.Person, d.Seat)
	}
	for _, e := range d.Editions {
		line := deskEdition{
			Heading: p.sentence(p.T("edition.bare", int(e.Edition), e.Edition.Year())), When: p.calendar(e), Minutes: labelled{p.T("minutes.link"), p.href("minutes", fmt.Sprint(int(e.Edition)))},
		}
		if who.Is(auth.President) {
			line.Conduct = &labelled{p.T("desk.conduct"), p.href("deliberation", fmt.Sprint(int(e.Edition)))}
			line.Progress = p.progress(e)
			if e.Published {
				line.Conduct.Text = p.T("desk.reread")
			}
		} else {
			line.juror(p, d.Seat, e)
		}
		v.Editions = append(v.Editions, line)
	}
	if len(v.Editions) == 0 {
		v.None = p.T("desk.none")
	}
	return v, nil
}

// sentence begins with a capital.
func (p *page) sentence(s string) string {
	for i, c := range s {
		return strings.ToUpper(string(c)) + s[i+len(string(c)):]
	}
	return s
}

// calendar tells how far an edition has come, and what comes next.
func (p *page) calendar(e ledger.DeskEdition) []string {
	var all []string
	switch {
	case e.Published:
		all = append(all, p.T("desk.when.published"))
	case e.DeliberationClosed:
		all = append(all, p.T("desk.when.closed", p.Date(e.Calendar.Ceremony)))
	default:
		if !e.DeclarationsClosed {
			all = append(all, p.T("desk.when.declarations", p.Date(e.Calendar.Closes)))
		}
		all = append(all, p.T("desk.when.jury", p.Date(e.Calendar.Jury)), p.T("desk.when.ceremony", p.Date(e.Calendar.Ceremony)))
	}
	return all
}

// progress counts what is drafted and what is sealed.
func (p *page) progress(e ledger.DeskEdition) string {
	if e.Published {
		decided := 0
		for _, c := range e.Candidacies {
			if c.Stage == domain.StageDisclosed {
				decided++
			}
		}
		return p.T("desk.progress.published", p.N("minutes.decided", decided))
	}
	drafted, sealed := 0, 0
	for _, c := range e.Candidacies {
		switch {
		case c.Stage == domain.StageSealed || c.Stage == domain.StageDisclosed:
			sealed++
		case c.Draft != nil:
			drafted++
		}
	}
	return p.T("desk.progress", p.N("minutes.candidacies", len(e.Candidacies)), p.Int(drafted), p.Int(sealed))
}

func (v *deskEdition) juror(p *page, seat int, e ledger.DeskEdition) {
	given, due := 0, 0
	open := !e.DeliberationClosed
	for _, c := range e.Candidacies {
		own := ofCandidacy(e.Edition, c.Collectivity)
		line := deskLine{Name: c.Name, Href: p.href("dossier", own), About: p.about(c.Kind, c.Population)}
		recusal := slices.IndexFunc(c.Recused, func(r ledger.DossierRecusal) bool { return r.Juror == seat })
		gave := slices.Contains(c.Opinions, seat)
		switch {
		case recusal >= 0:
			r := c.Recused[recusal]
			line.State = p.T("desk.recused", p.Or("jury.conflict."+r.Category, r.Category))
			line.Proofs = p.proofs(c.Name, []string{r.Event.String()})
			v.Recused = append(v.Recused, line)
			continue
		case gave:
			line.State, line.Done = p.T("desk.given"), true
		case slices.Contains(c.Assigned, seat):
			line.State = p.T("desk.due", p.Date(e.Calendar.Jury))
			if !open || c.Stage != domain.StageSubmitted {
				line.State = p.T("desk.missed")
			}
		}
		if !slices.Contains(c.Assigned, seat) {
			v.Others = append(v.Others, line)
			continue
		}
		due++
		if gave {
			given++
		} else if open && c.Stage == domain.StageSubmitted {
			line.Doings = []labelled{{p.T("task.opinion.give"), p.jurorForm("opinions", e.Edition, seat, c.Collectivity, p.path("dossier", own, nil)+"#assessment")}}
		}
		v.Own = append(v.Own, line)
	}
	v.Progress = p.T("desk.opinions", p.Int(given), p.Int(due))
	if open {
		v.Conflict = &labelled{p.T("desk.conflict"), p.jurorForm("conflicts", e.Edition, seat, "", p.path("desk", "", nil))}
	}
}

// about is a candidacy in short.
func (p *page) about(kind string, population int) string {
	s := p.Or("dossier.kind."+kind, kind)
	if population > 0 {
		s += ", " + p.T("precedents.population", p.Int(population))
	}
	return s
}

// jurorForm is the address of a form of a juror, filled in as far as is known. next is where to go on to.
func (p *page) jurorForm(resource string, e domain.Edition, seat int, id domain.CollectivityID, next string) string {
	with := forms.Prefill{Values: url.Values{"edition": {fmt.Sprint(int(e))}, "juror": {fmt.Sprint(seat)}}, Fixed: []string{"edition", "juror"}, Next: next}
	if id != "" {
		with.Values.Set("collectivity", string(id))
		with.Fixed = append(with.Fixed, "collectivity")
	}
	return p.formHref(resource, with)
}
