package web

import (
	"fmt"
	"slices"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/drawing"
	"arobase/domain"
)

// dossierView is what a juror reads in order to decide, and to justify the decision afterwards.
type dossierView struct {
	Name, Lede string
	Stage      string
	Links      []labelled // to the rules that it is judged by
	JSON       string
	Minutes    *labelled
	Task       *task // what is asked of the reader
	Contents   []labelled
	Coverage   []coverageLine
	Covered    string
	Stakes     []dossierStake
	LeftOut    []leftOut
	Changes    dossierChanges
	Editions   []moment
	Jury       dossierJury
	Assessment *dossierAssessment
	Withheld   string
	Precedents *precedents
	Records    []recordPlace
	Address    string // of this page, written out on paper
	Code       drawing.Code
	ProofAt    string // how the address of a proof is made
}

// task is what the reader is to do with the candidacy.
type task struct {
	Text  string
	Links []labelled
}

type coverageLine struct {
	Name, Href        string
	Rendered, Applies int
	Share             string
	// Of is the length of the bar, in hundredths.
	Of int
}

type dossierStake struct {
	ID, Name, Text string
	Services       []dossierService
	Without        string // the services without an action, joined
}

type dossierService struct {
	Name    string
	Actions []dossierAction
}

// dossierAction is an action, told once: where it renders another service too it is named with the way back.
type dossierAction struct {
	ID, Title   string
	Again       bool
	Description string
	Facts       []string
	URL         string
	Evidence    []evidence
	Record      recordPlace
	Change      string // new or changed since the last candidacy
}

// evidence is what shows an action: an address, with the hash of what is there, or a file that was uploaded here.
type evidence struct {
	URL, File, SHA256 string
	Erased            bool // the file was
}

type leftOut struct {
	dossierAction
	Why string
}

type dossierChanges struct {
	Text               string
	New, Changed, Gone []labelled
}

type dossierJury struct {
	Assigned string
	Recused  []recusalLine
	Opinions []opinionLine
	None     string // why there is no opinion to read
	Sessions []sessionLine
}

type recusalLine struct {
	Seat, Why string
	Proofs    []proof
}

type opinionLine struct {
	Seat, Text string
	Own        bool
	Hidden     bool
	Proofs     []proof
}

type sessionLine struct {
	Heading, Present, Voters, Quorum string
	Held                             bool
	Proofs                           []proof
}

type dossierAssessment struct {
	Possible *mark
	Lead     string
	Assess   string
	Known    string
	Above    string
	Text     string
}

type precedents struct {
	Text    string
	Measure string
	None    string
	Lines   []precedent
}

type precedent struct {
	Name, Href, Edition, Population, Distance string
	Mark                                      *mark
	Says, Mentions, Motivation                string
	Proofs                                    []proof
}

// recordPlace is a record: its number, what it is, when it was recorded, and its id for paper.
type recordPlace struct {
	Number, What, When, Href, ID string
}

func (s *site) dossier(p *page) (any, error) {
	who, err := p.member()
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
	return p.dossierView(who, d)
}

func (p *page) dossierView(who auth.Principal, d ledger.Dossier) (dossierView, error) {
	edition := p.T("edition.bare", int(d.Edition), d.Edition.Year())
	v := dossierView{
		Name: d.Name, Lede: p.T("dossier.lede", edition, p.Or("dossier.kind."+d.Kind, d.Kind)), Stage: p.Or("dossier.stage."+string(d.Stage), string(d.Stage)),
		JSON:  fmt.Sprintf("/v1/editions/%d/candidacies/%s/dossier", d.Edition, d.Collectivity),
		Links: []labelled{{p.T("dossier.regulation", d.Regulation), p.thread("regulation-" + d.Regulation)}, {p.T("dossier.grid", d.Grid), p.thread("grid-" + d.Grid)}},
	}
	if d.Population > 0 {
		v.Lede = p.T("dossier.lede.population", edition, p.Or("dossier.kind."+d.Kind, d.Kind), p.Int(d.Population), d.PopulationYear)
	}
	p.Title = p.T("dossier.title", d.Name, int(d.Edition))
	p.paper(p.T("dossier.running", d.Name, int(d.Edition)), p.T("dossier.confidential"))
	v.actions(p, d)
	v.changes(p, d)
	v.Editions = p.moments(d.Name, slices.DeleteFunc(slices.Clone(d.Editions), func(e ledger.EditionView) bool { return e.Edition >= int(d.Edition) }), nil)
	v.jury(p, who, d)
	v.assess(p, who, d)
	for _, r := range d.Records {
		v.Records = append(v.Records, recordPlace{p.Int(int(r.Index)), p.Or("record.type."+r.Type, r.Type), p.Moment(r.Recorded), p.href("record", r.Event.String()), r.Event.String()})
	}
	v.Task = p.task(who, d)
	if !who.Is(auth.Declarant) {
		v.Minutes = &labelled{p.T("minutes.link"), p.href("minutes", fmt.Sprint(int(d.Edition)))}
	}
	v.contents(p)
	v.Address = p.origin() + p.path("dossier", ofCandidacy(d.Edition, d.Collectivity), nil)
	v.ProofAt = p.origin() + "/v1/events/…/proof"
	var err error
	v.Code, err = drawing.CodeOf(v.Address)
	v.Code.Spoken = p.T("dossier.code", v.Address)
	return v, err
}

func (v *dossierView) contents(p *page) {
	add := func(there bool, key, id string) {
		if there {
			v.Contents = append(v.Contents, labelled{p.T(key), "#" + id})
		}
	}
	add(true, "dossier.coverage", "coverage")
	add(true, "dossier.actions", "actions")
	add(len(v.LeftOut) > 0, "dossier.leftout", "left")
	add(true, "dossier.changes", "changes")
	add(true, "dossier.editions", "before")
	add(true, "dossier.jury", "jury")
	add(true, "dossier.assessment", "assessment")
	add(v.Precedents != nil, "dossier.precedents", "precedents")
	add(true, "dossier.records", "records")
}

// actions sets the stakes with the services that apply and the actions behind each.
func (v *dossierView) actions(p *page, d ledger.Dossier) {
	told := map[domain.ActionID]bool{}
	changed := map[domain.ActionID]string{}
	if d.Changes.Since != 0 {
		for _, id := range d.Changes.New {
			changed[id] = p.T("dossier.new")
		}
		for _, id := range d.Changes.Changed {
			changed[id] = p.T("dossier.changed")
		}
	}
	rendered, applies := 0, 0
	for i, s := range d.Stakes {
		stake := dossierStake{ID: fmt.Sprintf("stake-%d", i+1), Name: s.Name, Text: p.T("dossier.stake", p.Int(s.Rendered), p.N("dossier.services", s.Applies))}
		var without []string
		for _, service := range s.Services {
			if len(service.Actions) == 0 {
				without = append(without, service.Name)
				continue
			}
			line := dossierService{Name: service.Name}
			for _, a := range service.Actions {
				x := p.dossierAction(a, changed[a.Action])
				x.Again = told[a.Action]
				told[a.Action] = true
				line.Actions = append(line.Actions, x)
			}
			stake.Services = append(stake.Services, line)
		}
		stake.Without = strings.Join(without, p.T("dossier.between"))
		v.Stakes = append(v.Stakes, stake)
		of := 0
		if s.Applies > 0 {
			of = 100 * s.Rendered / s.Applies
		}
		v.Coverage = append(v.Coverage, coverageLine{s.Name, "#" + stake.ID, s.Rendered, s.Applies, p.percentOf(of), of})
		rendered, applies = rendered+s.Rendered, applies+s.Applies
	}
	v.Covered = p.T("dossier.covered", p.Int(rendered), p.N("dossier.services", applies))
	for _, a := range d.LeftOut {
		v.LeftOut = append(v.LeftOut, leftOut{p.dossierAction(a.DossierAction, ""), p.Or("dossier.left."+string(a.Why), string(a.Why))})
	}
}

// percentOf writes a whole number of hundredths.
func (p *page) percentOf(n int) string { return p.Set(fmt.Sprintf("%d %%", n)) }

func actionID(id domain.ActionID) string { return "action-" + slug(string(id)) }

func (p *page) dossierAction(a ledger.DossierAction, change string) dossierAction {
	x := dossierAction{
		ID: actionID(a.Action), Title: p.written(a.Title), Description: a.Description, URL: followable(a.URL), Change: change,
		Record: recordPlace{Number: p.Int(int(a.Index)), Href: p.href("record", a.Event.String()), ID: a.Event.String()},
	}
	x.Facts = append(x.Facts, p.T("dossier.since", p.Date(a.StartedOn)))
	if a.EndedOn != "" {
		x.Facts = append(x.Facts, p.T("dossier.until", p.Date(a.EndedOn)))
	}
	x.Facts = append(x.Facts, p.Or("dossier.operator."+a.Operator, a.Operator))
	if a.Grid != "" {
		x.Facts = append(x.Facts, p.T("dossier.carried", a.Grid))
	}
	if a.Innovation != "" {
		x.Facts = append(x.Facts, p.Or("dossier.innovation."+a.Innovation, a.Innovation))
	}
	var erased []string
	if slices.ContainsFunc(a.Evidence, func(e domain.Evidence) bool { return e.URL == "" }) {
		if record, err := p.site.Ledger.Event(p.ctx, a.Event); err == nil {
			erased = record.Erased
		}
	}
	for i, e := range a.Evidence {
		shown := evidence{URL: followable(e.URL), SHA256: e.SHA256}
		if e.URL == "" {
			shown.File, shown.Erased = "/evidence/"+e.SHA256, slices.Contains(erased, fmt.Sprintf("/data/evidence/%d", i))
		}
		x.Evidence = append(x.Evidence, shown)
	}
	return x
}

func (v *dossierView) changes(p *page, d ledger.Dossier) {
	if d.Changes.Since == 0 {
		v.Changes.Text = p.T("dossier.changes.first")
		return
	}
	titles := map[domain.ActionID]string{}
	for _, s := range d.Stakes {
		for _, service := range s.Services {
			for _, a := range service.Actions {
				titles[a.Action] = a.Title
			}
		}
	}
	for _, a := range d.LeftOut {
		titles[a.Action] = a.Title
	}
	here := func(ids []domain.ActionID) (all []labelled) {
		for _, id := range ids {
			all = append(all, labelled{p.written(titles[id]), "#" + actionID(id)})
		}
		return all
	}
	v.Changes.Text = p.T("dossier.changes.since", p.T("edition.bare", int(d.Changes.Since), d.Changes.Since.Year()))
	v.Changes.New, v.Changes.Changed = here(d.Changes.New), here(d.Changes.Changed)
	for _, id := range d.Changes.Gone {
		v.Changes.Gone = append(v.Changes.Gone, labelled{Text: p.written(d.Changes.Titles[id]), Href: p.thread(string(domain.ActionStream(id)))})
	}
}

func (v *dossierView) jury(p *page, who auth.Principal, d ledger.Dossier) {
	v.Jury.Assigned = p.seats(d.Jury.Assigned)
	for _, r := range d.Jury.Recused {
		v.Jury.Recused = append(v.Jury.Recused, recusalLine{p.sentence(p.seat(r.Juror)), p.Or("jury.conflict."+r.Category, r.Category), p.proofs(p.seat(r.Juror), []string{r.Event.String()})})
	}
	own := seatIn(who, d.Edition)
	for _, o := range d.Jury.Opinions {
		line := opinionLine{Seat: p.sentence(p.seat(o.Juror)), Own: o.Juror == own, Proofs: p.proofs(p.seat(o.Juror), []string{o.Event.String()})}
		switch {
		case o.Readable:
			line.Text = p.written(o.Text)
		default:
			line.Hidden, line.Text = true, p.T("dossier.opinion.hidden")
		}
		v.Jury.Opinions = append(v.Jury.Opinions, line)
	}
	switch {
	case who.Is(auth.Declarant):
		v.Jury.None = p.T("dossier.opinions.jury")
	case len(v.Jury.Opinions) == 0:
		v.Jury.None = p.T("dossier.opinions.none")
	}
	for _, s := range d.Jury.Sessions {
		v.Jury.Sessions = append(v.Jury.Sessions, p.sessionLine(s.Session, s.On, s.Present, s.Voters, s.Quorum, s.Held, s.Event.String()))
	}
}

func (p *page) sessionLine(n int, on string, present, voters []int, quorum int, held bool, record string) sessionLine {
	line := sessionLine{
		Heading: p.T("sitting.held", n, p.Date(on)), Present: p.T("sitting.present", p.seats(present)), Held: held,
		Quorum: p.T("quorum.broken", len(voters), quorum), Proofs: p.proofs(p.T("sitting.held", n, p.Date(on)), []string{record}),
	}
	if len(voters) < len(present) {
		line.Voters = p.T("sitting.voters", p.seats(voters))
	}
	if held {
		line.Quorum = p.T("quorum.held", len(voters), quorum)
	}
	return line
}

// seatIn is the seat of a juror on the jury of an edition, or 0.
func seatIn(who auth.Principal, e domain.Edition) int {
	var edition, n int
	if !who.Is(auth.Juror) {
		return 0
	}
	if _, err := fmt.Sscanf(who.For, "%d-%d", &edition, &n); err != nil || domain.Edition(edition) != e {
		return 0
	}
	return n
}

// recusedIn tells whether a seat takes no part in a candidacy.
func recusedIn(d ledger.Dossier, seat int) bool {
	return slices.ContainsFunc(d.Jury.Recused, func(r ledger.DossierRecusal) bool { return r.Juror == seat })
}

// assess sets what the rules make of it, and what was decided in like cases. Both are withheld from a juror who has given
// no opinion yet, and from the collectivity until the ceremony.
func (v *dossierView) assess(p *page, who auth.Principal, d ledger.Dossier) {
	a, seat := d.Assessment, seatIn(who, d.Edition)
	switch {
	case a != nil:
	case who.Is(auth.Declarant):
		v.Withheld = p.T("dossier.withheld.ceremony")
		return
	case seat != 0 && slices.Contains(d.Jury.Assigned, seat) && !recusedIn(d, seat):
		v.Withheld = p.T("dossier.withheld.opinion")
		return
	default:
		v.Withheld = p.T("dossier.withheld.others")
		return
	}
	x := &dossierAssessment{Lead: p.T("dossier.possible.none"), Text: a.Text, Known: p.Or("dossier.known."+a.Known, a.Known)}
	if a.Possible > 0 {
		x.Possible = p.resultMark(&domain.Result{Distinction: domain.DistinctionLevel, Level: domain.Level(a.Possible)})
		x.Lead = p.T("dossier.possible")
	}
	if len(a.Assess) > 0 {
		words := make([]string, len(a.Assess))
		for i, what := range a.Assess {
			words[i] = p.Or("dossier.assess."+what, what)
		}
		x.Assess = p.T("dossier.assess", p.List(words))
	}
	if a.Above != nil {
		x.Above = p.T("dossier.above", a.Above.Level, p.percentOf(a.Above.Services), p.percentOf(a.Above.Stakes))
	}
	v.Assessment = x
	v.Precedents = p.precedents(d.Precedents)
}

func (p *page) precedents(d *ledger.DossierPrecedents) *precedents {
	if d == nil {
		return nil
	}
	v := &precedents{Measure: p.T("precedents.measure"), Text: p.N("precedents.compared", d.Compared)}
	if len(d.Nearest) == 0 {
		v.None = p.T("precedents.none")
	}
	for _, n := range d.Nearest {
		x := precedent{
			Name: n.Name, Href: p.href("collectivity", string(n.Collectivity)), Edition: p.T("edition.short", int(n.Edition), n.Edition.Year()),
			Population: p.Int(n.Population), Distance: p.Number(float64(int(n.Distance*10+0.5)) / 10), Mark: p.resultMark(&n.Result),
			Says: p.awarded(n.Result), Motivation: p.written(n.Motivation), Proofs: p.proofs(n.Name, []string{n.Event.String()}),
		}
		var mentions []string
		for _, m := range n.Result.Mentions {
			mentions = append(mentions, mentionWords(string(m)))
		}
		x.Mentions = strings.Join(mentions, ", ")
		v.Lines = append(v.Lines, x)
	}
	return v
}

// task says what is asked of whoever reads, while it can be done.
func (p *page) task(who auth.Principal, d ledger.Dossier) *task {
	seat := seatIn(who, d.Edition)
	own := ofCandidacy(d.Edition, d.Collectivity)
	back := p.path("dossier", own, nil)
	switch {
	case seat != 0 && recusedIn(d, seat):
		return &task{Text: p.T("task.recused")}
	case seat != 0 && slices.ContainsFunc(d.Jury.Opinions, func(o ledger.DossierOpinion) bool { return o.Juror == seat }):
		return &task{Text: p.T("task.given")}
	case seat != 0 && d.Stage == domain.StageSubmitted:
		t := &task{Text: p.T("task.seat")}
		if slices.Contains(d.Jury.Assigned, seat) {
			t.Text = p.T("task.opinion")
			t.Links = append(t.Links, labelled{p.T("task.opinion.give"), p.jurorForm("opinions", d.Edition, seat, d.Collectivity, back)})
		}
		t.Links = append(t.Links, labelled{p.T("task.conflict"), p.jurorForm("conflicts", d.Edition, seat, d.Collectivity, back)}, labelled{p.T("task.recuse"), p.jurorForm("recusals", d.Edition, seat, d.Collectivity, back)})
		return t
	case who.Is(auth.President) && d.Stage == domain.StageSubmitted:
		return &task{Text: p.T("task.decide"), Links: []labelled{{p.T("task.decide.do"), p.href("decision", own)}}}
	}
	return nil
}
