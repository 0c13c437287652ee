package web

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// deliberationView is where the presidency leads the deliberation of an edition, in the order in which it is done: the
// sittings, the decisions, the closing, the ceremony.
type deliberationView struct {
	Heading, Lede string
	Edition       string
	When          []string
	Minutes       string
	Sessions      []sessionLine
	Sit           *forms.View // to record a sitting
	SitNot        string      // why none is recorded now
	Progress      string
	Lines         []decisionLine
	MissingFew    bool       // so few that naming them again helps
	Final         bool       // nothing is drafted any more
	Departing     []labelled // drafts that no precedent is like
	Close         *forms.View
	CloseNot      string // why it cannot be closed yet
	Missing       []labelled
	Ceremony      string
	Publish       *forms.View
}

// decisionLine is one candidacy with the draft of its decision.
type decisionLine struct {
	Name, About, Dossier, Write string
	Opinions                    string
	Recused                     string
	State                       string
	Mark                        *mark
	Says, Tally                 string
	Flags                       []string
}

// presides gives whoever leads deliberations.
func (p *page) presides() (auth.Principal, error) {
	who, err := p.member()
	if err == nil && !who.Is(auth.President) {
		err = fmt.Errorf("%w: deliberations are led by the presidency", ledger.ErrForbidden)
	}
	return who, err
}

func (s *site) deliberation(p *page) (any, error) {
	who, err := p.presides()
	if err != nil {
		return nil, err
	}
	e, err := p.onDesk(who)
	if err != nil {
		return nil, err
	}
	return p.deliberationView(who, e)
}

// onDesk is the edition in the address, as it lies on the desk of the presidency.
func (p *page) onDesk(who auth.Principal) (ledger.DeskEdition, error) {
	n, err := p.numberHere()
	if err != nil {
		return ledger.DeskEdition{}, err
	}
	desk, err := p.site.Ledger.Desk(p.ctx, who)
	if err != nil {
		return ledger.DeskEdition{}, err
	}
	i := slices.IndexFunc(desk.Editions, func(e ledger.DeskEdition) bool { return int(e.Edition) == n })
	if i < 0 {
		return ledger.DeskEdition{}, fmt.Errorf("edition %d is not run here: %w", n, ledger.ErrUnknown)
	}
	return desk.Editions[i], nil
}

// fewMissing bounds the list of candidacies without a draft: longer, it only says again what stands above it.
const fewMissing = 10

func (p *page) deliberationView(who auth.Principal, e ledger.DeskEdition) (deliberationView, error) {
	edition := p.T("edition.bare", int(e.Edition), e.Edition.Year())
	number := fmt.Sprint(int(e.Edition))
	here := p.path("deliberation", number, nil)
	v := deliberationView{
		Heading: p.T("deliberation.title"), Lede: p.T("deliberation.lede", edition), When: p.calendar(e), Minutes: p.href("minutes", number), Progress: p.progress(e),
	}
	p.Title = p.T("deliberation.named", edition)
	for _, s := range e.Sessions {
		line := p.sessionLine(s.Session, s.On, s.Present, s.Present, s.Quorum, len(s.Present) >= s.Quorum, "")
		line.Proofs = nil
		v.Sessions = append(v.Sessions, line)
	}
	for _, c := range e.Candidacies {
		line := p.decisionLine(e, c)
		if c.Stage == domain.StageSubmitted {
			switch {
			case c.Draft == nil:
				v.Missing = append(v.Missing, labelled{c.Name, line.Write})
			case c.Draft.Departs:
				v.Departing = append(v.Departing, labelled{c.Name, line.Write})
			}
		}
		v.Lines = append(v.Lines, line)
	}
	v.MissingFew = len(v.Missing) <= fewMissing
	v.Final = e.DeliberationClosed
	return v, v.forms(p, who, e, here)
}

func (p *page) decisionLine(e ledger.DeskEdition, c ledger.DeskCandidacy) decisionLine {
	own := ofCandidacy(e.Edition, c.Collectivity)
	v := decisionLine{Name: c.Name, About: p.about(c.Kind, c.Population), Dossier: p.href("dossier", own), Write: p.href("decision", own)}
	v.Opinions = p.T("deliberation.opinions", p.Int(len(c.Opinions)), p.Int(len(c.Assigned)))
	var recused []string
	for _, r := range c.Recused {
		recused = append(recused, p.Int(r.Juror))
	}
	if len(recused) > 0 {
		v.Recused = p.T("deliberation.recused", p.List(recused))
	}
	switch {
	case c.Stage == domain.StageSealed || c.Stage == domain.StageDisclosed:
		v.State, v.Write = p.T("minutes.decision."+ledger.MinutesSealed), ""
	case c.Draft == nil:
		v.State = p.T("minutes.decision." + ledger.MinutesOpen)
	default:
		v.State = p.T("minutes.decision." + ledger.MinutesDrafted)
	}
	if e.Published {
		v.State = p.T("minutes.decision." + ledger.MinutesPublished)
	}
	if d := c.Draft; d != nil {
		r := d.Result()
		v.Mark, v.Says = p.resultMark(&r), p.awarded(r)
		if t, ok := d.Tally(); ok {
			v.Tally = p.T("minutes.tally", t.For, t.Against, t.Abstained)
		}
		if d.Departs {
			v.Flags = append(v.Flags, p.T("deliberation.flag.precedents"))
		}
		if d.Departure() != "" {
			v.Flags = append(v.Flags, p.T("deliberation.flag.assessment"))
		}
	}
	return v
}

// forms offers what can be done now, and says of the rest why it cannot.
func (v *deliberationView) forms(p *page, who auth.Principal, e ledger.DeskEdition, here string) (err error) {
	number, today := fmt.Sprint(int(e.Edition)), domain.DayInParis(p.site.Ledger.Clock())
	hidden := func(more url.Values, next string) forms.Prefill {
		values := url.Values{"edition": {number}}
		for name, all := range more {
			values[name] = all
		}
		return forms.Prefill{Values: values, Hidden: []string{"edition"}, Next: next}
	}
	switch {
	case e.DeliberationClosed:
		v.SitNot = p.T("deliberation.closed")
	case !e.Listed:
		v.SitNot = p.T("deliberation.nolist")
	default:
		with := hidden(url.Values{"session": {fmt.Sprint(len(e.Sessions) + 1)}, "quorum": {fmt.Sprint(e.Quorum)}, "on": {today}}, here)
		if v.Sit, err = p.formOf("sessions", with); err != nil {
			return err
		}
	}
	switch {
	case e.DeliberationClosed:
		v.CloseNot = p.T("deliberation.closed")
	case !e.DeclarationsClosed:
		v.CloseNot = p.T("deliberation.declarations", p.Date(e.Calendar.Closes))
	case len(v.Missing) > 0:
		v.CloseNot = p.N("deliberation.missing", len(v.Missing))
	default:
		if v.Close, err = p.formOf("deliberations", hidden(nil, here)); err != nil {
			return err
		}
	}
	switch {
	case e.Published:
		v.Ceremony = p.T("deliberation.published")
		return nil
	case !e.DeliberationClosed:
		v.Ceremony = p.T("deliberation.notclosed")
		return nil
	}
	on := max(today, e.Calendar.Ceremony)
	switch {
	case e.First == "":
		v.Ceremony = p.T("deliberation.ceremony.first", p.Date(e.Calendar.Ceremony))
	case domain.SamePerson(e.First, who.Person):
		v.Ceremony = p.T("deliberation.ceremony.yours", p.Date(e.On), p.Moment(e.FirstAt))
		return nil
	default:
		on = e.On
		v.Ceremony = p.T("deliberation.ceremony.second", e.First, p.Date(e.On), p.Moment(e.FirstAt))
	}
	v.Publish, err = p.formOf("publications", hidden(url.Values{"on": {on}}, here))
	return err
}

// decisionView is the form of one decision, with what to decide by beside it.
type decisionView struct {
	Name, Lede  string
	Dossier     string
	Back        string
	Form        *forms.View
	Not         string // why nothing can be decided now
	Draft       string // that there is one, by whom and when
	Departs     string
	Assessment  *dossierAssessment
	Precedents  *precedents
	Range       string
	Opinions    []opinionLine
	Recused     []recusalLine
	Sessions    []sessionLine
	NoQuorum    string
	NoReporting string
}

func (s *site) decision(p *page) (any, error) {
	who, err := p.presides()
	if err != nil {
		return nil, err
	}
	c, err := p.candidacyHere()
	if err != nil {
		return nil, err
	}
	d, err := s.Ledger.Dossier(p.ctx, who, c)
	if err != nil {
		return nil, err
	}
	e, err := p.onDesk(who)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(e.Candidacies, func(x ledger.DeskCandidacy) bool { return x.Collectivity == c.Collectivity })
	if i < 0 {
		return nil, fmt.Errorf("%s is not to be decided: %w", c.Collectivity, ledger.ErrUnknown)
	}
	return p.decisionView(who, d, e, e.Candidacies[i].Draft)
}

func (p *page) decisionView(who auth.Principal, d ledger.Dossier, e ledger.DeskEdition, draft *ledger.Draft) (decisionView, error) {
	var whole dossierView
	whole.jury(p, who, d)
	whole.assess(p, who, d)
	number, own := fmt.Sprint(int(d.Edition)), ofCandidacy(d.Edition, d.Collectivity)
	v := decisionView{
		Name: p.T("decision.heading", d.Name), Lede: p.T("decision.lede", p.T("edition.bare", int(d.Edition), d.Edition.Year()), p.about(d.Kind, d.Population)),
		Dossier: p.href("dossier", own), Back: p.href("deliberation", number), Assessment: whole.Assessment, Precedents: whole.Precedents,
		Opinions: whole.Jury.Opinions, Recused: whole.Jury.Recused, Sessions: whole.Jury.Sessions, Range: p.precedentRange(d.Precedents),
	}
	p.Title = v.Name
	switch {
	case d.Stage == domain.StageSealed || d.Stage == domain.StageDisclosed:
		v.Not = p.T("decision.sealed")
		return v, nil
	case d.Stage != domain.StageSubmitted || e.DeliberationClosed:
		v.Not = p.T("deliberation.closed")
		return v, nil
	case len(d.Jury.Sessions) == 0:
		v.Not = p.T("decision.nosession")
		return v, nil
	}
	with := forms.Prefill{
		Values: url.Values{"edition": {number}, "collectivity": {string(d.Collectivity)}, "session": {fmt.Sprint(d.Jury.Sessions[len(d.Jury.Sessions)-1].Session)}, "distinction": {string(domain.DistinctionLevel)}},
		Hidden: []string{"edition", "collectivity"}, Next: v.Back, Expected: new(int64),
	}
	if draft != nil {
		with.Expected = &draft.Revision
		fillIn(with.Values, draft.Input)
		v.Draft = p.T("decision.draft", draft.By, p.Moment(draft.At))
		if draft.Departs {
			v.Departs = p.T("precedents.departs.now")
		}
	}
	var err error
	v.Form, err = p.formOf("decisions", with)
	return v, err
}

// precedentRange says between which levels the precedents lie, so that whoever decides knows before what departs from them.
func (p *page) precedentRange(d *ledger.DossierPrecedents) string {
	least, most := 0, 0
	if d == nil {
		return ""
	}
	for _, n := range d.Nearest {
		if n.Result.Distinction == domain.DistinctionLevel {
			level := int(n.Result.Level)
			if least == 0 || level < least {
				least = level
			}
			most = max(most, level)
		}
	}
	switch {
	case most == 0:
		return ""
	case least == most:
		return p.T("precedents.exactly", most)
	}
	return p.T("precedents.range", least, most)
}

// fillIn puts what was drafted into the fields of a form.
func fillIn(values url.Values, input json.RawMessage) {
	var written map[string]any
	if json.Unmarshal(input, &written) != nil {
		return // the rules held it when it was drafted
	}
	for name := range written {
		values.Del(name)
	}
	forms.Flatten(values, "", written)
}
