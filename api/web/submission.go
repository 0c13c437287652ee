package web

import (
	"fmt"
	"net/url"

	"arobase/api/ledger"
	"arobase/api/web/forms"
	"arobase/domain"
)

// submissionPage is the last step of a collectivity: what is missing, the actions that would be frozen, who signs off; and
// what was submitted, to be printed.
type submissionPage struct {
	Heading, Lede string
	Mine          labelled
	Missing       []missingLine
	Form          *forms.View // to register, or to submit; nil where neither is possible
	Why           string      // there is no form
	Registering   bool
	Frozen        []frozenLine // that would be frozen
	LeftOut       []actionLine // that would not count
	Choose        string       // the form in which actions are chosen one by one
	Submitted     *submitted
}

// missingLine is one thing that is missing. None of them stops anybody: the rules and the jury judge.
type missingLine struct {
	Text  string
	Go    *labelled
	Which []labelled // the actions that it is about
}

// frozenLine is an action at a revision.
type frozenLine struct {
	Title    actionTitle
	Href     string
	Services string
	Revision string
	Proofs   []proof
}

// submitted is the last submission as it is kept.
type submitted struct {
	Text, When, Index, ID string
	Href                  string
	Lines                 []frozenLine
}

func (s *site) submission(p *page) (any, error) {
	_, m, err := p.myself()
	if err != nil {
		return nil, err
	}
	v := submissionPage{Heading: p.T("submission.title", m.Name), Mine: labelled{p.T("own.title", m.Name), p.path("mine", m.ID, nil)}}
	p.Title = v.Heading
	if m.Edition == 0 {
		v.Why = p.T("own.none")
		return v, nil
	}
	v.Lede = p.deadline(m)
	if v.Submitted, err = p.submitted(m); err != nil {
		return nil, err
	}
	c := m.Candidacy
	switch {
	case c.Stage == domain.StageWithdrawn:
		v.Why = p.T("own.withdrawn")
	case c.Stage == domain.StageInadmissible:
		v.Why = p.T("own.inadmissible", c.Inadmissible.Article)
	case !m.Open:
		v.Why = v.Lede
	case c.Registered == nil:
		v.Registering = true
		v.Form, err = p.formOf("candidacies", p.registration(m))
	default:
		err = v.submit(p, m)
	}
	return v, err
}

// registration is what the form to register begins with.
func (p *page) registration(m ledger.Mine) forms.Prefill {
	more := url.Values{}
	if m.Kind != "" {
		more.Set("kind", m.Kind)
	}
	if m.Population > 0 {
		more.Set("population", fmt.Sprint(m.Population))
		more.Set("populationYear", fmt.Sprint(m.PopulationYear))
	}
	form := p.mineForm(m, more)
	form.Next = p.path("submission", m.ID, nil)
	return form
}

// submit makes the form that freezes the actions as they stand.
func (v *submissionPage) submit(p *page, m ledger.Mine) error {
	v.Missing = p.missing(m)
	values := url.Values{}
	n := 0
	for _, a := range m.Actions {
		if a.LeftOut != "" {
			v.LeftOut = append(v.LeftOut, p.myAction(a))
			continue
		}
		v.Frozen = append(v.Frozen, p.frozenLine(a.ActionView))
		values.Set(fmt.Sprintf("actions[%d].action", n), a.ID)
		values.Set(fmt.Sprintf("actions[%d].revision", n), fmt.Sprint(a.Revision))
		n++
	}
	with := p.mineForm(m, values, "actions")
	with.Next = p.path("submission", m.ID, nil)
	var err error
	if v.Form, err = p.formOf("submissions", with); err != nil {
		return err
	}
	with.Hidden = with.Hidden[:2]
	v.Choose = p.formHref("submissions", with)
	return nil
}

func (p *page) frozenLine(a ledger.ActionView) frozenLine {
	title := p.actionTitle(a.Title)
	line := frozenLine{Title: title, Href: p.href("action", a.ID), Revision: p.T("submission.revision", a.Revision), Proofs: p.proofs(title.Text, []string{a.Event.String()})}
	var names []string
	for _, s := range a.Services {
		names = append(names, s.Name)
	}
	line.Services = p.List(names)
	if a.State == "ended" {
		line.Revision += " · " + p.T("action.state.ended")
	}
	return line
}

// missing lists what is missing before a candidacy is whole. Most of it stops nobody: the rules and the jury judge.
func (p *page) missing(m ledger.Mine) []missingLine {
	var all []missingLine
	add := func(to *labelled, text string, which ...labelled) { all = append(all, missingLine{text, to, which}) }
	review := &labelled{p.T("own.actions.go"), p.path("review", m.ID, nil)}
	if member := p.memberStep(m); member.State != "done" {
		add(nil, member.Title+p.T("form.colon")+" "+member.Says)
	}
	left, old, running := 0, 0, 0
	for _, a := range m.Actions {
		switch {
		case a.State != "running":
		case a.Old:
			old++
		case !a.Reviewed:
			left++
		}
		if a.State == "running" {
			running++
		}
	}
	if running == 0 {
		add(nil, p.T("missing.noaction"))
	}
	if left > 0 {
		add(review, p.N("own.actions.left", left))
	}
	if old > 0 {
		add(review, p.N("missing.old", old))
	}
	if bare := p.bare(m); len(bare) > 0 {
		add(nil, p.N("missing.evidence", len(bare)), bare...)
	}
	if m.Assessment != nil {
		if empty := m.Assessment.Stakes - m.Assessment.StakesRendered; empty > 0 {
			add(&labelled{p.T("missing.stakes.go"), p.path("mine", m.ID, nil) + "#stakes"}, p.N("missing.stakes", empty))
		}
	}
	return all
}

// submitted tells the last submission, action by action, as it was frozen.
func (p *page) submitted(m ledger.Mine) (*submitted, error) {
	c := m.Candidacy
	if c.Submitted == nil {
		return nil, nil
	}
	e, err := p.site.Ledger.Event(p.ctx, c.Submission)
	if err != nil {
		return nil, fmt.Errorf("reading a submission: %w", err)
	}
	v := &submitted{
		Text: p.N("own.submitted", len(c.Submitted.Actions)), When: p.Moment(e.Recorded), Index: p.Int(int(e.Index)), ID: e.ID.String(), Href: p.href("record", e.ID.String()),
	}
	for _, a := range c.Submitted.Actions {
		one, err := p.site.Ledger.Action(p.ctx, a.Action, p.size)
		if err != nil {
			return nil, fmt.Errorf("reading a submitted action: %w", err)
		}
		at := one.ActionView
		for _, r := range one.Revisions {
			if r.Revision == int64(a.Revision) {
				at.ActionState = r.ActionState
			}
		}
		v.Lines = append(v.Lines, p.frozenLine(at))
	}
	return v, nil
}
