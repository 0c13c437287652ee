package web

import (
	"fmt"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// minutesView are the minutes of a deliberation: who sat, and for each decision who took no part and whether the quorum
// held without them. They show seats; names are there for the presidency.
type minutesView struct {
	Heading, Lede string
	State         string // what of it is public
	Private       bool   // it is not everybody's yet
	JSON, CSV     string
	Summary       []string
	Jury          []minutesJuror
	Names         bool
	Sessions      []sessionLine
	Decisions     []minutesDecision
	NotJudged     []minutesNotJudged
	Broken        int // decisions without a quorum
	Signatures    []string
	Signed        string // what is signed, should the signatures stand on a sheet of their own
	Address       string
	Code          drawing.Code
}

type minutesJuror struct {
	Seat, ID, College, Affiliation, Name string
	Remarks                              string
	Proofs                               []proof
}

type minutesNotJudged struct {
	Name, Href, Why string
	Proofs          []proof
}

type minutesDecision struct {
	ID, Name, Href string
	State          string
	Mark           *mark
	Says           string
	Mentions       string
	Sat            string // in which session
	Reporting      string
	Recused        []recusalLine
	Voters, Quorum string
	Held           bool
	Tally          string
	Of             string // the heading of the motivation
	Motivation     string
	Departure      string
	Departs        string
	Proofs         []proof
	Dossier        string
	Course         string // that it was put off, or sealed before and taken back
	After          []afterLine
}

func (s *site) minutes(p *page) (any, error) {
	n, err := p.numberHere()
	if err != nil {
		return nil, err
	}
	who, err := p.who()
	if err != nil {
		return nil, err
	}
	if !who.Is(auth.Public) {
		private(p)
	}
	if p.asOf != "" {
		return nil, redirect{p.Now()}
	}
	m, err := s.Ledger.Minutes(p.ctx, who, domain.Edition(n))
	if err != nil {
		private(p)
		return nil, p.toSignIn(err)
	}
	return p.minutesView(who, m)
}

func (p *page) minutesView(who auth.Principal, m ledger.Minutes) (minutesView, error) {
	edition := p.T("edition.bare", int(m.Edition), m.Year)
	address := fmt.Sprintf("/v1/editions/%d/minutes", m.Edition)
	v := minutesView{
		Heading: p.T("minutes.title"), Lede: p.T("minutes.lede", edition, m.Regulation), Private: !m.Published, Names: who.Is(auth.President),
		JSON: address, CSV: address + "?format=csv", Signatures: []string{p.T("minutes.sign.chair"), p.T("minutes.sign.second")},
		Address: p.origin() + p.path("minutes", fmt.Sprint(int(m.Edition)), nil),
	}
	p.Title, p.Description = p.T("minutes.named", edition), v.Lede
	right := p.T("minutes.public", p.Date(m.Ceremony))
	switch {
	case m.Published:
		v.State = p.T("minutes.state.published", p.Date(m.Ceremony))
	case who.Is(auth.President):
		v.State, right = p.T("minutes.state.presidency", p.Date(m.Ceremony)), p.T("minutes.embargo", p.Date(m.Ceremony))
	default:
		v.State, right = p.T("minutes.state.jury", p.Date(m.Ceremony)), p.T("minutes.embargo", p.Date(m.Ceremony))
	}
	if m.Published && v.Names {
		right = p.T("minutes.named.copy")
	}
	p.paper(p.T("minutes.running", edition), right)
	for _, j := range m.Jury {
		line := minutesJuror{
			Seat: p.seat(j.Juror), ID: j.Seat, College: p.Or("college."+j.College, j.College), Affiliation: j.Affiliation,
			Proofs: p.proofs(p.seat(j.Juror), []string{j.Event.String()}),
		}
		if v.Names {
			line.Name = p.written(j.Name)
		}
		var remarks []string
		if j.Chair {
			remarks = append(remarks, p.T("minutes.chair"))
		}
		if j.Ended {
			remarks = append(remarks, p.T("minutes.ended"))
		}
		line.Remarks = strings.Join(remarks, ", ")
		v.Jury = append(v.Jury, line)
	}
	for _, s := range m.Sessions {
		line := p.sessionLine(s.Session, s.On, s.Present, s.Present, s.Quorum, len(s.Present) >= s.Quorum, s.Event.String())
		if len(s.Absent) > 0 {
			line.Voters = p.T("sitting.absent", p.seats(s.Absent))
		}
		v.Sessions = append(v.Sessions, line)
	}
	decided := 0
	for _, d := range m.Decisions {
		line := p.minutesDecision(d)
		if d.State != ledger.MinutesOpen {
			decided++
		}
		if d.Session != 0 && !d.Held {
			v.Broken++
		}
		if who.Is(auth.President, auth.Juror, auth.Registrar) && p.site.Sessions != nil {
			line.Dossier = p.href("dossier", ofCandidacy(m.Edition, d.Collectivity))
		}
		v.Decisions = append(v.Decisions, line)
	}
	for _, c := range m.NotJudged {
		line := minutesNotJudged{Name: c.Name, Href: p.href("collectivity", string(c.Collectivity)), Why: p.T("minutes.notjudged." + string(c.Stage)), Proofs: p.proofs(c.Name, []string{c.Event.String()})}
		if c.Ground != "" {
			line.Why = p.T("minutes.notjudged.ground", p.Or("choice.inadmissibilities:ground."+c.Ground, c.Ground), c.Article)
		}
		v.NotJudged = append(v.NotJudged, line)
	}
	v.Summary = []string{p.N("minutes.seats", len(m.Jury)), p.N("minutes.sessions", len(m.Sessions)), p.N("minutes.candidacies", len(m.Decisions))}
	switch {
	case m.Closed:
		v.Summary = append(v.Summary, p.N("minutes.decided", decided))
	case who.Is(auth.President):
		v.Summary = append(v.Summary, p.N("minutes.drafted", decided))
	}
	v.Signed = p.T("minutes.sign.what", edition, p.N("minutes.sessions", len(m.Sessions)), p.N("minutes.decided", decided), p.Int(int(p.size)))
	var err error
	v.Code, err = drawing.CodeOf(v.Address)
	v.Code.Spoken = p.T("minutes.code", v.Address)
	return v, err
}

func (p *page) minutesDecision(d ledger.MinutesDecision) minutesDecision {
	v := minutesDecision{
		ID: "d-" + slug(string(d.Collectivity)), Name: d.Name, Href: p.href("collectivity", string(d.Collectivity)),
		State: p.T("minutes.decision." + d.State), Reporting: p.T("minutes.reporting", p.seats(d.Reporting)), Held: d.Held,
	}
	for _, r := range d.Recused {
		line := recusalLine{p.sentence(p.seat(r.Juror)), p.Or("jury.conflict."+r.Category, r.Category), p.proofs(p.seat(r.Juror), []string{r.Event.String()})}
		if r.Later {
			line.Why = p.T("minutes.recused.later", line.Why)
		}
		v.Recused = append(v.Recused, line)
	}
	var course []string
	for _, session := range d.Deferred {
		course = append(course, p.T("minutes.deferred", session))
	}
	if n := len(d.Superseded); n > 0 {
		course = append(course, p.N("minutes.superseded", n))
	}
	v.Course = strings.Join(course, " ")
	if d.Session != 0 {
		v.Sat = p.T("sitting.held", d.Session, p.Date(d.On))
		v.Voters = p.T("minutes.voters", p.Int(len(d.Voters)), p.Int(len(d.Present)))
		if len(d.Voters) < len(d.Present) {
			v.Voters = p.T("minutes.voters.named", p.Int(len(d.Voters)), p.Int(len(d.Present)), p.seats(d.Voters))
		}
		v.Quorum = p.T("quorum.broken", len(d.Voters), d.Quorum)
		if d.Held {
			v.Quorum = p.T("quorum.held", len(d.Voters), d.Quorum)
		}
	}
	if d.Result != nil {
		v.Mark, v.Says = p.resultMark(d.Result), p.awarded(*d.Result)
		v.Of, v.Motivation = p.T("reasons.jury"), p.written(d.Motivation)
		if len(d.After) > 0 {
			v.Of = p.motivationOf(d.Result)
		}
		v.Departure = d.Departure
		var mentions []string
		for _, m := range d.Result.Mentions {
			mentions = append(mentions, mentionWords(string(m)))
		}
		v.Mentions = strings.Join(mentions, ", ")
	}
	if d.Departs {
		v.Departs = p.T("precedents.departs")
	}
	if t := d.Tally; t != nil {
		v.Tally = p.tally(t)
		if silent := len(d.Voters) - t.For - t.Against - t.Abstained; silent > 0 && d.Session != 0 {
			v.Tally += p.N("minutes.silent", silent)
		}
	}
	v.After = p.after(d.After)
	var records []string
	if d.Sealed != nil {
		records = append(records, d.Sealed.String())
	}
	if d.Disclosed != nil {
		records = append(records, d.Disclosed.String())
	}
	v.Proofs = p.proofs(d.Name, records)
	return v
}
