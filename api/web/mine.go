package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// minePage is the workspace of one collectivity: how far it is in the edition under way, what waits for it, and what it
// declares, stake by stake, beside what applies to it.
type minePage struct {
	Heading, Lede string
	As            string
	Public        labelled // its public page
	Neighbours    labelled
	Steps         []step
	Asked         []askedLine
	Decision      *ownDecision
	Stakes        []myStake
	Actions       []actionLine
	New           string // the form of another action, or ""
	Withdraw      string
	Beside        []labelled // what the jury sees of it, and what comparable ones do
	None          string     // why there is nothing to do
}

// step is one step of an edition for a collectivity. State is done, todo or wait.
type step struct {
	Title, State, Says string
	Text               []string
	Go                 *labelled
}

// askedLine is a question of the secretariat or the jury.
type askedLine struct {
	Question, Until, Answer string
	Go                      *labelled
}

// ownDecision is what the jury decided, and until when that can be appealed.
type ownDecision struct {
	Mark       *mark
	Text       string
	Motivation string
	Notified   string
	Appeal     *labelled
}

// myStake is a stake with the services of it that apply.
type myStake struct {
	Name, Covered string
	Services      []myService
}

type myService struct {
	Name, Href string
	Actions    []labelled
	Declare    string // the form that declares it, or ""
}

// myself gives whose page this is, if the visitor may see it: the collectivity itself, or the secretariat.
func (p *page) myself() (auth.Principal, ledger.Mine, error) {
	who, err := p.signedIn(auth.Declarant, auth.Registrar)
	if err != nil {
		return who, ledger.Mine{}, err
	}
	m, err := p.site.Ledger.Mine(p.ctx, who, p.here())
	if errors.Is(err, ledger.ErrUnknown) && who.For == p.here() && p.Route != "mine" {
		err = redirect{p.path("mine", who.For, nil)} // which says what is missing
	}
	return who, m, err
}

func (s *site) mine(p *page) (any, error) {
	who, m, err := p.myself()
	unentered := errors.Is(err, ledger.ErrUnknown) && who.For == p.here()
	if err != nil && !unentered {
		return nil, err
	}
	m.Name = cmp.Or(m.Name, p.maker().NameOf(p.here()))
	v := minePage{
		Heading: p.T("own.title", m.Name), As: p.T("form.as", who.Person, p.T("role."+string(who.Role))),
		Public:     labelled{p.T("own.public"), p.href("collectivity", m.ID)},
		Neighbours: labelled{p.T("collectivity.neighbours"), p.href("neighbours", m.ID)},
	}
	p.Title = v.Heading
	if unentered {
		v.None = p.T("own.unentered")
		return v, nil
	}
	if m.Edition == 0 {
		v.None = p.T("own.none")
		return v, nil
	}
	v.Lede = p.deadline(m)
	v.Steps = []step{p.memberStep(m), p.registerStep(m), p.actionsStep(m), p.submitStep(m)}
	for _, q := range m.Questions {
		v.Asked = append(v.Asked, p.askedLine(m, q))
	}
	v.Decision = p.decision(m)
	v.stakes(p, m)
	v.Beside = p.mine(m.ID)
	if m.Open {
		v.New = p.declareHref(m, "")
	}
	if c := m.Candidacy; c.Registered != nil && c.Seal() == nil && c.Stage != domain.StageWithdrawn && c.Stage != domain.StageInadmissible {
		v.Withdraw = p.formHref("withdrawals", p.mineForm(m, nil))
	}
	return v, nil
}

// mineForm is what forms of this page begin with: the edition and the collectivity, which the page says.
func (p *page) mineForm(m ledger.Mine, more url.Values, hide ...string) forms.Prefill {
	values := url.Values{"edition": {fmt.Sprint(int(m.Edition))}, "collectivity": {m.ID}}
	for name, all := range more {
		values[name] = all
	}
	return forms.Prefill{Values: values, Hidden: append([]string{"edition", "collectivity"}, hide...), Next: p.path("mine", m.ID, nil)}
}

// deadline says which edition is under way and until when it can be submitted.
func (p *page) deadline(m ledger.Mine) string {
	cal, named := m.State.Calendar, p.Edition(int(m.Edition), m.Edition.Year())
	switch {
	case m.Open:
		return p.T("own.open", named, p.Date(cal.Closes))
	case m.Today < cal.Opens && !m.State.DeclarationsClosed:
		return p.T("own.early", named, p.Date(cal.Opens), p.Date(cal.Closes))
	}
	return p.T("own.closed", named)
}

func (p *page) state(done bool, otherwise string) string {
	if done {
		return "done"
	}
	return otherwise
}

func (p *page) memberStep(m ledger.Mine) step {
	st := step{Title: p.T("own.member", m.Edition.Year())}
	member := m.Membership.Membership
	switch {
	case member == nil:
		st.State, st.Says = "wait", p.T("own.member.none")
		if m.Population > 0 && m.Regulation != nil {
			st.Text = append(st.Text, p.T("own.member.would", p.Euros(m.Regulation.Fee.FeeFor(m.Population))), p.calculation(m, m.Population, m.PopulationYear))
		}
	default:
		st.State = p.state(m.Membership.Paid >= member.Fee, "todo")
		st.Says = p.T("own.member.paid", p.Euros(m.Membership.Paid), p.Euros(member.Fee))
		if m.Membership.Paid < member.Fee {
			st.Says = p.T("own.member.due", p.Euros(member.Fee), p.Euros(member.Fee-m.Membership.Paid))
		}
		if member.Population > 0 {
			st.Text = append(st.Text, p.calculation(m, member.Population, member.PopulationYear))
		} else {
			st.Text = append(st.Text, p.T("own.member.hand", p.written(p.site.Ledger.Text(p.ctx, member.Reason.Commitment()))))
		}
	}
	return st
}

// calculation shows how a fee is made.
func (p *page) calculation(m ledger.Mine, population, year int) string {
	if m.Regulation == nil {
		return ""
	}
	fee := m.Regulation.Fee
	said := p.T("own.member.sum", p.Int(population), year, p.Euros(fee.PerInhabitant), p.Euros(fee.Least), p.Euros(fee.Most), p.Euros(fee.FeeFor(population)))
	if fee.Known != "sourced" {
		said += " " + p.T("own.member."+fee.Known)
	}
	return said
}

func (p *page) registerStep(m ledger.Mine) step {
	st := step{Title: p.T("own.register"), State: "todo", Says: p.T("own.register.none")}
	switch c := m.Candidacy; {
	case c.Stage == domain.StageWithdrawn:
		st.State, st.Says = "wait", p.T("own.withdrawn")
	case c.Stage == domain.StageInadmissible:
		st.State, st.Says = "wait", p.T("own.inadmissible", c.Inadmissible.Article)
		st.Text = append(st.Text, p.written(p.site.Ledger.Text(p.ctx, c.Inadmissible.Reason.Commitment())))
	case c.Registered != nil:
		st.State, st.Says = "done", p.T("own.registered", p.T("own.kind."+c.Registered.Kind))
	case m.Open:
		st.Go = &labelled{p.T("own.register.go"), p.path("submission", m.ID, nil)}
	}
	return st
}

func (p *page) actionsStep(m ledger.Mine) step {
	left := 0
	for _, a := range m.Actions {
		if a.State == "running" && !a.Reviewed {
			left++
		}
	}
	st := step{Title: p.T("own.actions"), State: p.state(left == 0 && len(m.Actions) > 0, "todo"), Says: p.N("own.actions.left", left)}
	switch {
	case len(m.Actions) == 0:
		st.Says = p.T("own.actions.none")
	case left == 0:
		st.Says = p.T("own.actions.done")
	}
	if m.Before != 0 {
		st.Text = append(st.Text, p.T("own.actions.before", p.Edition(int(m.Before), m.Before.Year())))
	}
	if left > 0 {
		st.Go = &labelled{p.T("own.actions.go"), p.path("review", m.ID, nil)}
	}
	return st
}

func (p *page) submitStep(m ledger.Mine) step {
	st := step{Title: p.T("own.submit"), State: "todo", Says: p.T("own.submit.none")}
	if c := m.Candidacy; c.Submitted != nil {
		st.State, st.Says = "done", p.N("own.submitted", len(c.Submitted.Actions))
	}
	switch {
	case m.Open:
		st.Go = &labelled{p.T("own.submit.go"), p.path("submission", m.ID, nil)}
	case m.Candidacy.Submitted != nil:
		st.Go = &labelled{p.T("own.submit.see"), p.path("submission", m.ID, nil)}
	}
	return st
}

func (p *page) askedLine(m ledger.Mine, q ledger.MyQuestion) askedLine {
	line := askedLine{Question: p.written(q.Asked), Until: p.T("own.asked.until", p.Date(q.Until))}
	if q.Answered {
		line.Answer = p.written(q.Answer)
	} else if m.Candidacy.Seal() == nil {
		line.Go = &labelled{p.T("own.asked.go"), p.formHref("information-answers", p.mineForm(m, url.Values{"request": {q.Event.String()}}, "request"))}
	}
	return line
}

func (p *page) decision(m ledger.Mine) *ownDecision {
	d := m.Decided
	if d == nil {
		return nil
	}
	level := (*int)(nil)
	if d.Result.Level.Valid() {
		n := int(d.Result.Level)
		level = &n
	}
	v := &ownDecision{Motivation: p.written(d.Motivation)}
	if level != nil {
		mk := p.mark(string(d.Result.Distinction), level, string(domain.Decided), false)
		v.Mark = &mk
	}
	if level == nil || len(d.Result.Mentions) > 0 {
		v.Text = p.outcome(d.Result)
	}
	switch {
	case d.Notified == "":
		v.Notified = p.T("own.decided.untold")
	case d.Appeal != nil:
		v.Notified = p.T("own.decided.appealed", p.Date(d.Appeal.On))
	case m.Today > d.Until:
		v.Notified = p.T("own.decided.over", p.Date(d.Notified), p.Date(d.Until))
	default:
		v.Notified = p.T("own.decided.until", p.Date(d.Notified), p.Date(d.Until))
		v.Appeal = &labelled{p.T("own.decided.appeal"), p.formHref("appeals", p.mineForm(m, url.Values{"of": {d.Of.String()}, "on": {m.Today}}, "of"))}
	}
	return v
}

// stakes sets what is declared beside what applies.
func (v *minePage) stakes(p *page, m ledger.Mine) {
	byID := map[string]ledger.MyAction{}
	for _, a := range m.Actions {
		byID[a.ID] = a
		own := p.myAction(a)
		if a.State == "running" {
			ended := forms.Prefill{Values: url.Values{"action": {a.ID}, "on": {m.Today}}, Hidden: []string{"action"}, Expected: &a.Revision, Next: p.path("mine", m.ID, nil)}
			own.Do = []labelled{
				{p.T("review.describe"), p.describeHref(m, a, "mine")}, {p.T("show.go"), p.path("show", a.ID, nil)},
				{p.T("own.end"), p.formHref("endings", ended)},
			}
		}
		v.Actions = append(v.Actions, own)
	}
	if m.Assessment == nil {
		return
	}
	for _, c := range m.Assessment.ByStake {
		stake := myStake{Name: c.Stake.Name, Covered: p.T("own.covered", p.Int(c.Rendered), p.Int(len(c.Lines)))}
		for _, line := range c.Lines {
			one := myService{Name: line.Service, Href: p.href("service", line.Service)}
			if service := m.Grid.Service(line.Service); service != nil {
				one.Name = service.Name
			}
			for _, id := range line.Actions {
				one.Actions = append(one.Actions, labelled{p.actionTitle(byID[string(id)].Title).Text, p.href("action", string(id))})
			}
			if len(one.Actions) == 0 && m.Open {
				one.Declare = p.declareHref(m, line.Service)
			}
			stake.Services = append(stake.Services, one)
		}
		v.Stakes = append(v.Stakes, stake)
	}
}

// myAction sets an action of one's own, with why it does not count.
func (p *page) myAction(a ledger.MyAction) actionLine {
	line := p.actionLine(a.ActionView, false)
	if a.LeftOut != "" {
		line.Since += ". " + p.T("leftout."+string(a.LeftOut))
	}
	return line
}

// declareHref is the form of a new action, of a service or of none in particular. Nobody has to invent its id.
func (p *page) declareHref(m ledger.Mine, service string) string {
	values := url.Values{"collectivity": {m.ID}, "grid": {m.State.Opened.Grid}, "operatorKind": {"collectivity"}}
	if service != "" {
		values.Set("services", service)
	}
	values.Set("action", p.newActionID(m, service))
	return p.formHref("actions", forms.Prefill{Values: values, Hidden: []string{"collectivity", "grid", "action"}, Next: p.path("mine", m.ID, nil)})
}

// newActionID gives an id that none of the actions has: the collectivity's code, the service, and what tells it from those
// declared before.
func (p *page) newActionID(m ledger.Mine, service string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", m.ID, service, p.size))
	code := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(m.ID), "fr-commune-"), "fr-epci-")
	id := code
	if service != "" && len(service) < 50 {
		id += "-" + service
	}
	return id + "-" + hex.EncodeToString(sum[:3])
}
