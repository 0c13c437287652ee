package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"arobase/api/auth"
	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// reviewPage lists the actions that a collectivity declared before, with one decision for each: it still runs, it has
// ended, or it has to be described again.
type reviewPage struct {
	Heading, Lede string
	Action        string // where the form goes
	Elsewhere     string
	Key           string
	Today         string
	Notice        string
	Faults        []forms.Fault
	SignIn        bool
	Lines         []reviewLine
	Done          []reviewLine // said something of already
	Mine, Submit  labelled
	Empty         string
}

// reviewLine is one action with its decision, as it was chosen last.
type reviewLine struct {
	ID, Name              string // of the group of buttons, and of its fields
	Revision              int64
	Title                 actionTitle
	Href                  string
	Since                 string
	Services              []string
	Old                   string // what carrying it over to the grid of the edition means
	Runs                  bool   // that it still runs can be said here
	Running, Ended, Again bool   // what was chosen
	On                    string
	Fault                 string
	Describe              string // the form that describes it again
	Said                  status
}

// The decisions of a review.
const (
	stillRuns     = "running"
	hasEnded      = "ended"
	describeAgain = "change"
)

func (s *site) review(p *page) (any, error) {
	_, m, err := p.myself()
	if err != nil {
		return nil, err
	}
	key, err := s.newKey()
	if err != nil {
		return nil, err
	}
	form := p.req.URL.Query()
	form.Set(forms.KeyField, key)
	return p.reviewPage(m, form, nil), nil
}

// reviewPage sets the list as it was filled in, with what is wrong by action.
func (p *page) reviewPage(m ledger.Mine, form url.Values, wrong map[string]string) reviewPage {
	v := reviewPage{
		Heading: p.T("review.title"), Lede: p.T("review.lede", m.Name), Action: p.path("review", m.ID, nil), Elsewhere: p.other.path("review", m.ID, nil),
		Key: form.Get(forms.KeyField), Today: m.Today,
		Mine: labelled{p.T("own.title", m.Name), p.path("mine", m.ID, nil)}, Submit: labelled{p.T("review.submit"), p.path("submission", m.ID, nil)},
	}
	p.Title = v.Heading
	for _, a := range m.Actions {
		line := p.reviewLine(m, a, form)
		line.Fault = wrong[a.ID]
		switch {
		case line.Fault != "":
			v.Faults = append(v.Faults, forms.Fault{Href: "#" + line.ID, Label: line.Title.Text, Text: line.Fault})
			v.Lines = append(v.Lines, line)
		case a.Reviewed || a.State == "ended":
			v.Done = append(v.Done, line)
		default:
			v.Lines = append(v.Lines, line)
		}
	}
	switch {
	case len(m.Actions) == 0:
		v.Empty = p.T("own.actions.none")
	case len(v.Lines) == 0:
		v.Empty = p.T("own.actions.done")
	}
	return v
}

func (p *page) reviewLine(m ledger.Mine, a ledger.MyAction, form url.Values) reviewLine {
	line := reviewLine{
		ID: "a-" + a.ID, Name: a.ID, Revision: a.Revision, Title: p.actionTitle(a.Title), Href: p.href("action", a.ID), Since: p.actionSince(a.ActionState),
		Runs: !a.Old || a.Describable(), On: forms.ISODate(strings.TrimSpace(form.Get("on." + a.ID))), Said: p.actionState(a.ActionState),
	}
	if n, err := strconv.ParseInt(form.Get("r."+a.ID), 10, 64); err == nil {
		line.Revision = n
	}
	for _, s := range a.Services {
		line.Services = append(line.Services, s.Name)
	}
	switch form.Get("d." + a.ID) {
	case stillRuns:
		line.Running = line.Runs
	case hasEnded:
		line.Ended = true
	case describeAgain:
		line.Again, line.Describe = true, p.describeHref(m, a, "review")
	}
	if a.Old {
		line.Old = p.carriedText(m, a)
	}
	if !line.Runs {
		line.Describe = p.describeHref(m, a, "review")
	}
	return line
}

// carriedText says what becomes of the services of an action that was declared by the grid before.
func (p *page) carriedText(m ledger.Mine, a ledger.MyAction) string {
	var names []string
	if !a.Describable() {
		for _, s := range a.Lost {
			names = append(names, s.Name)
		}
		if len(names) == 0 {
			return p.T("review.erased")
		}
		return p.T("review.lost", p.List(names))
	}
	for _, id := range a.Carried {
		if s := m.Grid.Service(id); s != nil {
			names = append(names, s.Name)
		}
	}
	return p.T("review.carried", p.List(names))
}

// describeHref is the form that describes an action again, as it stands, by the services of the edition's grid. Next is the
// page that it leads on to.
func (p *page) describeHref(m ledger.Mine, a ledger.MyAction, next string) string {
	values := url.Values{
		"action": {a.ID}, "grid": {a.Grid}, "startedOn": {a.StartedOn}, "operatorKind": {a.Operator}, "title": {a.Title.Text},
	}
	if m.State.Opened != nil {
		values.Set("grid", m.State.Opened.Grid)
	}
	if a.Old {
		values["services"] = a.Carried
	} else {
		for _, s := range a.Services {
			values.Add("services", s.Service)
		}
	}
	if a.Description != nil {
		values.Set("description", a.Description.Text)
	}
	for name, value := range map[string]string{"endedOn": a.EndedOn, "innovation": a.Innovation, "url": a.URL} {
		if value != "" {
			values.Set(name, value)
		}
	}
	for i, e := range a.Evidence {
		for name, value := range map[string]string{"url": e.URL, "sha256": e.SHA256} {
			if value != "" {
				values.Set(fmt.Sprintf("evidence[%d].%s", i, name), value)
			}
		}
	}
	return p.formHref("amendments", forms.Prefill{Values: values, Hidden: []string{"action", "grid"}, Expected: &a.Revision, Next: p.path(next, m.ID, nil)})
}

// decide takes the decisions that were sent. Each is recorded by itself: what is wrong with one stops no other, and whoever
// sends it again records nothing twice.
func (s *site) decide(p *page) (any, error) {
	form := p.req.PostForm
	if form.Get(forms.KeyField) == "" {
		return nil, errForm
	}
	who, notice, err := s.whoSends(p, form)
	if err != nil {
		return nil, err
	}
	if !who.Is(auth.Declarant, auth.Registrar) && !who.Is(auth.Public) {
		return nil, ledger.ErrForbidden
	}
	if who.Is(auth.Public) {
		return p.overReview(form, notice)
	}
	m, err := s.Ledger.Mine(p.ctx, who, p.here())
	if err != nil {
		return nil, err
	}
	if form.Get(forms.DoField) == forms.Refresh {
		return p.reviewPage(m, form, nil), nil
	}
	wrong, again := map[string]string{}, url.Values{}
	said := 0
	for _, a := range m.Actions {
		review := ledger.Review{Action: domain.ActionID(a.ID), Revision: a.Revision, Ended: forms.ISODate(strings.TrimSpace(form.Get("on." + a.ID)))}
		if n, err := strconv.ParseInt(form.Get("r."+a.ID), 10, 64); err == nil {
			review.Revision = n
		}
		switch form.Get("d." + a.ID) {
		case stillRuns:
			review.Runs = true
		case hasEnded:
			if review.Ended == "" {
				wrong[a.ID] = p.T("review.when")
				continue
			}
		case describeAgain:
			again.Set("d."+a.ID, describeAgain)
			continue
		default:
			continue
		}
		err := s.Sessions.Write(who, p.req)
		if err == nil {
			_, err = s.Ledger.ReviewAction(p.ctx, who, m.ID, review, form.Get(forms.KeyField)+"/"+a.ID)
		}
		if err != nil {
			wrong[a.ID] = s.reviewFault(p, err)
			var stale *ledger.Stale
			if errors.As(err, &stale) {
				form.Set("r."+a.ID, strconv.FormatInt(stale.Current, 10))
			}
			continue
		}
		said++
	}
	if m, err = s.Ledger.Mine(p.ctx, who, p.here()); err != nil {
		return nil, err
	}
	if len(wrong) > 0 || said == 0 && len(again) == 0 {
		v := p.reviewPage(m, form, wrong)
		if p.Status = http.StatusUnprocessableEntity; len(wrong) == 0 {
			v.Notice = p.T("review.nothing")
		} else {
			v.Notice = p.N("review.partly", said)
		}
		return v, nil
	}
	undecided := slices.ContainsFunc(m.Actions, func(a ledger.MyAction) bool { return a.State == "running" && !a.Reviewed })
	if undecided {
		return nil, redirect{p.path("review", m.ID, again)}
	}
	return nil, redirect{p.path("submission", m.ID, nil)}
}

// overReview shows what was decided to whoever's session ended: the actions are public, and so is the list. With a token
// all of it is recorded as it stands.
func (p *page) overReview(form url.Values, notice string) (any, error) {
	m := ledger.Mine{ID: p.here()}
	c, err := p.site.Ledger.Collectivity(p.ctx, m.ID, p.size)
	if err != nil {
		return nil, err
	}
	m.Name = c.Name
	ids, err := p.site.Ledger.Actions(p.ctx, ledger.ActionQuestion{Collectivity: m.ID}, p.size)
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	for _, a := range p.site.Ledger.ActionViews(p.ctx, ids, p.size) {
		if form.Has("r." + a.ID) {
			m.Actions = append(m.Actions, ledger.MyAction{ActionView: a})
		}
	}
	v := p.reviewPage(m, form, nil)
	v.SignIn, v.Notice = true, notice
	if v.Notice == "" {
		v.Notice = p.T("form.over")
	}
	p.Status = http.StatusForbidden
	return v, nil
}

// reviewFault says why a decision was not recorded.
func (s *site) reviewFault(p *page, err error) string {
	var (
		invalid domain.Invalid
		broken  *domain.Broken
		stale   *ledger.Stale
		often   *auth.TooMany
	)
	switch {
	case errors.As(err, &invalid) && len(invalid) > 0:
		return p.maker().FaultText(invalid[0])
	case errors.As(err, &broken):
		return p.maker().BrokenText(broken)
	case errors.As(err, &stale):
		return p.T("form.conflict")
	case errors.As(err, &often):
		return p.N("session.often", seconds(often))
	case errors.Is(err, ledger.ErrCarry):
		return p.T("review.again")
	case errors.Is(err, ledger.ErrKeyReused):
		return p.T("form.conflict")
	}
	s.Logger.ErrorContext(p.ctx, "recording a decision on an action failed", "error", err)
	return p.T("form.failed")
}
